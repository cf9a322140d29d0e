//! Front matter: TOML between two lines `+++`. Whatever is wrong with it is said at once, each with its line in the file.
//!
//! Keys of other systems (Hugo, Zola, Jekyll, Eleventy) are refused with the name that they have here; guessing whom an
//! article is for is not ours. Deliberately not here: what the keys mean (`articles::Draft`).

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// What cannot be left out, and what stands for it while the rest is checked.
const NEEDED: [(&str, &str); 5] = [
    ("headline", "-"),
    ("published", "2000-01-01"),
    ("edition", "-"),
    ("slug", "-"),
    ("access", "open"),
];

/// Keys of other systems, and what they are here.
const ELSEWHERE: [(&str, &str); 26] = [
    ("title", "write `headline`"),
    ("date", "write `published`"),
    ("publishdate", "write `published`"),
    ("lastmod", "write `updated`"),
    ("modified", "write `updated`"),
    ("last_modified_at", "write `updated`"),
    ("description", "write `deck`"),
    ("summary", "write `deck`"),
    ("subtitle", "write `deck`"),
    ("excerpt", "write `deck`"),
    ("author", "write `byline = [\"Name\"]`"),
    ("authors", "write `byline = [\"Name\"]`"),
    ("tags", "write `topics = [\"slug\"]`"),
    ("tag", "write `topics = [\"slug\"]`"),
    ("categories", "write `topics = [\"slug\"]`"),
    ("category", "write `topics = [\"slug\"]`"),
    ("taxonomies", "write `topics = [\"slug\"]`"),
    ("featured", "write `pinned = true`"),
    (
        "draft",
        "what is not to be published yet is not handed in; `published` in the future holds it back",
    ),
    (
        "permalink",
        "the address is made of edition, day and `slug`",
    ),
    ("url", "the address is made of edition, day and `slug`"),
    ("path", "the address is made of edition, day and `slug`"),
    ("aliases", "old addresses are no part of an article"),
    ("layout", "how articles look is not up to one of them"),
    ("template", "how articles look is not up to one of them"),
    ("language", "the language is that of the `edition`"),
];

/// Splits a file into its front matter and what follows it. `help` is where it is said how such a file looks.
///
/// # Errors
/// All that is wrong with the front matter, each with its line.
pub fn front_matter<'a, T: DeserializeOwned>(
    text: &'a str,
    help: &str,
) -> Result<(T, &'a str), Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let (front, body) = split(text, help).map_err(|fault| vec![fault])?;
    Ok((read(front, help)?, body))
}

/// The lines between the first two `+++`, without the first; of several second ones the first that ends it well, since
/// one may stand inside a text of many lines.
fn split<'a>(text: &'a str, help: &str) -> Result<(&'a str, &'a str), String> {
    let first = text.lines().next().unwrap_or_default();
    let rest = &text[first.len()..];
    match first.trim_end() {
        "+++" => {}
        "---" => {
            return Err(format!(
                "line 1: this front matter is YAML; write it in TOML, between lines +++ instead of ---, such as headline = \"..\"; {help}"
            ));
        }
        _ => {
            return Err(format!(
                "line 1: the file must begin with a line +++, then the front matter in TOML, then a line +++, then the text; {help}"
            ));
        }
    }
    let mut ends = Vec::new();
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "+++" {
            ends.push((at, at + line.len()));
        }
        at += line.len();
    }
    let whole = |(end, _): &&(usize, usize)| DeTable::parse(&rest[..*end]).is_ok();
    let (end, after) = ends.iter().find(whole).or(ends.first()).ok_or_else(|| {
        format!("line 1: the front matter begins here, and the second line +++ is missing; {help}")
    })?;
    Ok((
        &rest[..*end],
        rest[*after..].trim_start_matches(['\r', '\n']),
    ))
}

/// Reads front matter that begins with the end of the file's first line, so that lines are counted as in the file.
fn read<T: DeserializeOwned>(front: &str, help: &str) -> Result<T, Vec<String>> {
    let (mut table, errors) = DeTable::parse_recoverable(front);
    let mut faults = syntax_faults(front, errors);
    dates_as_texts(table.get_mut());
    let read = read_values(front, table, &mut faults);
    faults.sort();
    match read {
        Some(read) if faults.is_empty() => Ok(read),
        _ => {
            let line = |(line, what)| format!("line {line}: {what}");
            let mut faults: Vec<_> = faults.into_iter().map(line).collect();
            if let Some(last) = faults.last_mut() {
                *last += &format!("\n         {help}");
            }
            Err(faults)
        }
    }
}

/// The line of the file in which this begins.
fn line_of(front: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let from = span.map_or(0, |span| span.start.min(front.len()));
    1 + front[..from].matches('\n').count()
}

/// What is no TOML: the first fault of each line, since others follow from it.
fn syntax_faults(front: &str, errors: Vec<toml::de::Error>) -> Vec<(usize, String)> {
    let mut faults: Vec<(usize, String)> = Vec::new();
    for error in errors {
        let line = line_of(front, error.span());
        if faults.iter().any(|(known, _)| *known == line) {
            continue;
        }
        let written = front.lines().nth(line - 1).unwrap_or_default();
        let what = if written.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{2018}']) {
            "texts stand in straight quotes (\"..\"), not in curly ones".to_owned()
        } else {
            error.message().to_owned()
        };
        faults.push((line, what));
    }
    faults
}

/// Reads the values, and adds all that is wrong with them. One fault at a time is told by the library: what it is about is
/// taken out, and the rest is read again.
fn read_values<T: DeserializeOwned>(
    front: &str,
    mut table: Spanned<DeTable<'_>>,
    faults: &mut Vec<(usize, String)>,
) -> Option<T> {
    let well_formed = faults.is_empty();
    loop {
        let error = match T::deserialize(Deserializer::from(table.clone())) {
            Ok(read) => return Some(read),
            Err(error) => error,
        };
        let span = error.span();
        let about = |(key, value): (&Spanned<_>, &Spanned<_>)| {
            let whole = key.span().start..value.span().end.max(key.span().end);
            let inside = span
                .as_ref()
                .is_some_and(|span| whole.contains(&span.start));
            inside.then(|| {
                AsRef::<str>::as_ref(key.get_ref() as &std::borrow::Cow<'_, str>).to_owned()
            })
        };
        if let Some(name) = table.get_ref().iter().find_map(about) {
            faults.push((line_of(front, span), said(&name, error.message())));
            table.get_mut().remove(name.as_str());
            stand_in(&name, &mut table);
            continue;
        }
        let missing = NEEDED.iter().find(|(name, _)| {
            !table.get_ref().contains_key(*name)
                && error.message().contains(&format!("missing field `{name}`"))
        });
        let Some((name, _)) = missing else {
            faults.push((line_of(front, span), error.message().to_owned()));
            return None;
        };
        // A syntax fault may have eaten it.
        if well_formed {
            faults.push((1, format!("`{name}` is missing")));
        }
        stand_in(name, &mut table);
    }
}

/// Puts a value where one that is needed is missing, so that the others can be read.
fn stand_in(name: &str, table: &mut Spanned<DeTable<'_>>) {
    if let Some((_, value)) = NEEDED.iter().find(|(needed, _)| *needed == name) {
        let value = Spanned::new(0..0, DeValue::String((*value).into()));
        let key = Spanned::new(0..0, name.to_owned().into());
        table.get_mut().insert(key, value);
    }
}

/// What is wrong with a key, in words of ours where it is a key of another system.
fn said(key: &str, message: &str) -> String {
    let here = ELSEWHERE
        .iter()
        .find(|(name, _)| key.eq_ignore_ascii_case(name));
    match here {
        Some((_, here)) if message.starts_with("unknown field") => {
            format!("`{key}` is unknown here: {here}")
        }
        _ => format!("`{key}`: {message}"),
    }
}

/// TOML's own dates are taken like those in quotes.
fn dates_as_texts(table: &mut DeTable<'_>) {
    fn value(one: &mut DeValue<'_>) {
        match one {
            DeValue::Datetime(at) => *one = DeValue::String(at.to_string().into()),
            DeValue::Array(all) => all.iter_mut().for_each(|one| value(one.get_mut())),
            DeValue::Table(table) => dates_as_texts(table),
            _ => {}
        }
    }
    table.iter_mut().for_each(|(_, one)| value(one.get_mut()));
}

#[cfg(test)]
mod tests {
    use super::super::draft::HELP;
    use super::*;
    use articles::Draft;

    const WELL: &str = "headline = \"A\"\npublished = \"2024-05-01T10:00:00Z\"\nedition = \"en\"\nslug = \"a\"\naccess = \"open\"\n";

    fn faults(text: &str) -> Vec<String> {
        front_matter::<Draft>(text, HELP).unwrap_err()
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_its_line() {
        let file = "+++\ntitle = \"The quay\"\ndate = 2024-05-01\npinned = \"yes\"\naccess = \"all\"\ntags = [\"a\"]\n+++\nText.\n";
        let told = faults(file);
        for (line, word) in [
            (1, "`headline` is missing"),
            (1, "`slug` is missing"),
            (2, "write `headline`"),
            (3, "write `published`"),
            (4, "`pinned`"),
            (5, "`access`"),
            (6, "write `topics"),
        ] {
            let said =
                |one: &&String| one.starts_with(&format!("line {line}: ")) && one.contains(word);
            assert!(told.iter().find(said).is_some(), "{line} {word}: {told:#?}");
        }
        assert!(told.last().unwrap().contains("gaceta publish --help"));
    }

    #[test]
    fn dates_of_toml_line_ends_of_windows_and_a_mark_in_front_are_taken() {
        let day = WELL.replace("\"2024-05-01T10:00:00Z\"", "2024-05-01");
        let correction = format!("{WELL}[[correction]]\nat = 2024-05-02T10:00:00Z\ntext = \"x\"\n");
        for front in [WELL, &day, &correction] {
            let file = format!("\u{feff}+++\n{front}+++\nText.\n");
            let (draft, body) = front_matter::<Draft>(&file, HELP).unwrap();
            assert_eq!((draft.slug.as_str(), body), ("a", "Text.\n"));
            let windows = file.replace('\n', "\r\n");
            assert_eq!(
                front_matter::<Draft>(&windows, HELP).unwrap().1,
                "Text.\r\n"
            );
        }
    }

    #[test]
    fn the_end_may_stand_in_a_text_and_at_the_end_of_the_file() {
        let file = format!("+++\n{WELL}deck = \"\"\"\nfirst\n+++\nsecond\"\"\"\n+++\nText.");
        let (draft, body) = front_matter::<Draft>(&file, HELP).unwrap();
        assert_eq!((draft.deck.as_str(), body), ("first\n+++\nsecond", "Text."));
        let file = format!("+++\n{WELL}+++");
        assert_eq!(front_matter::<Draft>(&file, HELP).unwrap().1, "");
    }

    #[test]
    fn what_is_no_front_matter_is_said_in_one_sentence() {
        for (file, word) in [
            ("---\ntitle: x\n---\nText.", "YAML"),
            ("# Title\n\nText.", "must begin"),
            ("", "must begin"),
            ("+++\nheadline = \"x\"\n", "second line +++ is missing"),
            (
                "+++\nheadline = \u{201c}The quay\u{201d}\n+++\n",
                "line 2: texts stand in straight quotes",
            ),
        ] {
            let told = faults(file);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains(word), "{told:?}");
        }
    }
}
