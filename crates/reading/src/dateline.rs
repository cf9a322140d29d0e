//! The place that an article is sent from, in its first line.

use askama::filters::{Html, escape};

/// How a text begins that begins with a paragraph.
const FIRST: &str = "<p id=\"p-1\">";

/// The text with its dateline in the first line; above it, if it begins with something else than a paragraph.
pub fn dated_from(text: String, place: &str) -> String {
    if place.is_empty() {
        return text;
    }
    let Ok(place) = escape(place, Html);
    let dateline = format!("<span class=\"dateline\">{place}</span>");
    match text.strip_prefix(FIRST) {
        Some(rest) => format!("{FIRST}{dateline} — {rest}"),
        None => format!("<p>{dateline}</p>\n{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dateline_stands_in_the_first_line() {
        let dated = |text: &str, place| dated_from(text.to_owned(), place);
        let text = "<p id=\"p-1\">It rained.</p>\n<p id=\"p-2\">Again.</p>\n";
        let first = "<p id=\"p-1\"><span class=\"dateline\">Vila &#38; Co</span> — It rained.</p>";
        assert!(dated(text, "Vila & Co").starts_with(first));
        assert_eq!(dated(text, ""), text);
        let text = "<pre id=\"p-1\"><code>1</code></pre>\n";
        let above = "<p><span class=\"dateline\">Vila</span></p>\n<pre";
        assert!(dated(text, "Vila").starts_with(above));
    }
}
