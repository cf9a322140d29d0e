//! How somebody who invites stands in the paper's own mail. Whoever has a seat to give can have us write to anybody, and
//! calls themselves what they like: their words are short, stand in quotes (in the texts), and nothing in them becomes a
//! link or a number to call. Deliberately not here: who may invite, and how many.

/// The longest name that is shown, characters.
const LONGEST: usize = 40;
/// So many digits are a number to call.
const NUMBER: usize = 5;

/// The name of who invites, or the address that they have proven where there is no name that can be shown.
#[must_use]
pub fn host_name(name: &str, email: &str) -> String {
    if may_lead_somewhere(name) {
        return shown(email);
    }
    match shown(name) {
        empty if empty.is_empty() => shown(email),
        name => name,
    }
}

/// Without quotes of its own, and cut where it is too long.
fn shown(text: &str) -> String {
    let quote = |c: char| matches!(c, '"' | '«' | '»' | '‹' | '›' | '\u{201c}'..='\u{201f}');
    let text: String = text
        .chars()
        .filter(|c| !quote(*c) && !c.is_control())
        .collect();
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Whether a mail program may make a link of it, or something to call: an address of any kind, or many digits.
fn may_lead_somewhere(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains(['@', '/', '\\', '．', '。'])
        || text.contains("www")
        || text.chars().filter(char::is_ascii_digit).count() >= NUMBER
        || text.split_whitespace().any(is_like_a_host)
}

/// `evil.example`, and not `J.R.` or `Dr. Ruiz`: after a full stop inside a word come two letters or more.
fn is_like_a_host(word: &str) -> bool {
    let labels = word.split('.').skip(1);
    labels
        .into_iter()
        .any(|label| label.chars().take_while(|c| c.is_alphanumeric()).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_whoever_invites_are_short_and_lead_nowhere() {
        let email = "ana@example.com";
        for (name, shown) in [
            ("Ana Ruiz", "Ana Ruiz"),
            ("J.R. Smith", "J.R. Smith"),
            ("Dr. Ana Ruiz", "Dr. Ana Ruiz"),
            ("María-José O’Neill 2", "María-José O’Neill 2"),
            ("", email),
            ("  ", email),
            ("\u{201c}\u{201d}", email),
            ("Locked! See evil.example", email),
            ("evil.example/login", email),
            ("https://evil.example", email),
            ("www evil", email),
            ("call 0800 12345", email),
            ("write to a@b.example", email),
            (
                "Gaceta” has closed your account “",
                "Gaceta has closed your account",
            ),
            (
                "Your account will be closed tomorrow unless you act now",
                "Your account will be closed tomorrow unl…",
            ),
        ] {
            assert_eq!(host_name(name, email), shown, "{name}");
        }
        let long = format!("{}@example.com", "a".repeat(64));
        assert_eq!(host_name("", &long).chars().count(), LONGEST + 1);
    }
}
