//! Pages that are the same for everybody but in a few places: rendered once with marks there, and then only filled in.
//!
//! The template remains the one source of the page. What is filled in is escaped as the template would have done it, so a
//! mark must stand where the template escapes: in text, or in an attribute in quotes. Deliberately not here: who keeps a
//! skeleton, and for what.

use askama::filters::{Escaper as _, Html};

/// The rendered page, cut up at its marks.
#[derive(Debug)]
pub struct Skeleton {
    start: String,
    /// Which value, and the text after it.
    rest: Vec<(usize, String)>,
    length: usize,
}

/// Marks are characters for private use (Unicode, 23.5), which no text of the paper has: none escapes them.
const FIRST: u32 = 0xF_0000;
const LAST: u32 = FIRST + 0xFF;

/// What a template is given in place of the value of this number, which is below 256.
#[must_use]
pub fn placeholder(number: u8) -> String {
    char::from_u32(FIRST + u32::from(number))
        .expect("all of these are characters")
        .to_string()
}

impl Skeleton {
    /// Of a page that was rendered with marks. A value may stand in several places, or in none.
    #[must_use]
    pub fn of(rendered: &str) -> Self {
        let is_mark = |c: char| (FIRST..=LAST).contains(&u32::from(c));
        let mut pieces = rendered.split(is_mark).map(str::to_owned);
        let start = pieces.next().unwrap_or_default();
        let marks = rendered.matches(is_mark).filter_map(|c| c.chars().next());
        let numbers = marks.map(|c| (u32::from(c) - FIRST) as usize);
        Self {
            start,
            rest: numbers.zip(pieces).collect(),
            length: rendered.len(),
        }
    }

    /// The page with these values, each at its number. One that is missing is left out.
    #[must_use]
    pub fn fill(&self, values: &[&str]) -> String {
        let room: usize = values.iter().map(|value| value.len()).sum();
        let mut out = String::with_capacity(self.length + 2 * room);
        out.push_str(&self.start);
        for (number, text) in &self.rest {
            let value = values.get(*number).copied().unwrap_or("");
            Html.write_escaped_str(&mut out, value)
                .expect("writing to a String does not fail");
            out.push_str(text);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_stand_wherever_their_marks_are() {
        let page = format!(
            "<a title=\"{0}\">{1}</a>{0}é",
            placeholder(0),
            placeholder(7)
        );
        let skeleton = Skeleton::of(&page);
        let values = ["\"><script>", "", "", "", "", "", "", "a & b"];
        let filled = skeleton.fill(&values);
        assert!(!filled.contains("<script>") && !filled.contains("\"\">"));
        assert!(
            filled.ends_with('é') && filled.contains("a &#38; b"),
            "{filled}"
        );
        assert_eq!(filled.matches("script").count(), 2);
    }

    #[test]
    fn a_value_that_looks_like_a_mark_is_only_a_value() {
        let skeleton = Skeleton::of(&format!("({})", placeholder(0)));
        assert_eq!(
            skeleton.fill(&[&placeholder(0)]),
            format!("({})", placeholder(0))
        );
        assert_eq!(Skeleton::of("all the same").fill(&[]), "all the same");
    }
}
