//! Which new passwords are taken. Every door asks here: signing up, a proof, an invitation, a change, a reset, the command
//! line. Deliberately not here: how a password is kept (`passwords`), and words about it.

use unicode_normalization::UnicodeNormalization as _;

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer characters than the setting asks for.
    TooShort,
    /// More characters than anyone types.
    TooLong,
    /// Among the first that anyone tries, or the address itself.
    TooCommon,
}

/// The longest password, characters. A bound, so that nobody makes us hash a book.
pub const MAX_PASSWORD: usize = 256;

/// The first passwords anyone tries, one a line, sorted; where they come from stands on top.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether a new password may be taken: long enough and not the first that anyone tries. What it is made of is free
/// (OWASP ASVS 5.0, 6.2.4 and 6.2.5).
///
/// # Errors
/// Says what is wrong.
pub fn check_password(password: &str, email: &str, shortest: usize) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < shortest {
        return Err(PasswordFault::TooShort);
    }
    if length > MAX_PASSWORD {
        return Err(PasswordFault::TooLong);
    }
    let plain = plain(password);
    let mut characters = plain.chars();
    let one_character = characters
        .next()
        .is_some_and(|first| characters.all(|c| c == first));
    if one_character || plain == self::plain(email) || common().any(|line| line == plain) {
        return Err(PasswordFault::TooCommon);
    }
    Ok(())
}

/// The same word in other letters is the same guess: compatible forms become one (NFKC), in small letters.
fn plain(text: &str) -> String {
    let small = text.nfkc().collect::<String>().to_lowercase();
    small.nfkc().collect()
}

fn common() -> impl Iterator<Item = &'static str> {
    COMMON.lines().skip_while(|line| line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_enough_and_not_the_first_anyone_tries() {
        use PasswordFault::{TooCommon, TooLong, TooShort};
        let long = "ñ".repeat(128) + &"o".repeat(129);
        for (password, answer) in [
            ("", Err(TooShort)),
            ("ninechars", Err(TooShort)),
            ("ñandúñandú", Ok(())),
            ("one device at a time", Ok(())),
            (&long[..long.len() - 1], Ok(())),
            (&long, Err(TooLong)),
            ("password123", Err(TooCommon)),
            ("PassWord123", Err(TooCommon)),
            ("Contraseña123", Err(TooCommon)),
            // The same with the tilde by itself, and in the wide letters of a Japanese keyboard.
            ("Contrasen\u{303}a123", Err(TooCommon)),
            ("ｐａｓｓｗｏｒｄ１２３", Err(TooCommon)),
            ("qwertyuiop", Err(TooCommon)),
            ("thunderbird", Err(TooCommon)),
            ("Firefighter", Err(TooCommon)),
            ("1324354657687980", Err(TooCommon)),
            ("chucknorris", Err(TooCommon)),
            ("kkkkkkkkkkkkkk", Err(TooCommon)),
            ("ANA@example.com", Err(TooCommon)),
        ] {
            assert_eq!(
                check_password(password, "ana@example.com", 10),
                answer,
                "{password}"
            );
        }
    }

    #[test]
    fn the_list_of_common_passwords_is_long_and_can_be_matched() {
        let lines: Vec<&str> = common().collect();
        assert!(
            lines.is_sorted_by(|one, next| one < next),
            "each stands there once"
        );
        for line in &lines {
            assert_eq!(plain(line), *line, "would never match");
            assert_eq!(line.trim(), *line);
        }
        // Whatever the shortest password is: OWASP asks for 3,000 of the length that is allowed.
        for shortest in 8..=10 {
            let refused = lines
                .iter()
                .filter(|line| line.chars().count() >= shortest)
                .filter(|line| check_password(line, "", shortest).is_err())
                .count();
            assert!(
                refused >= 3000,
                "{refused} of {shortest} characters and more"
            );
        }
    }
}
