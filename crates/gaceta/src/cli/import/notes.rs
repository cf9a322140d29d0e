//! Footnotes of WordPress's block of that name, whose texts stand beside the post (`footnotes`, JSON) and not in it.

use serde::Deserialize;

/// The place in the text where they are shown.
const BLOCK: &str = "<!-- wp:footnotes /-->";

#[derive(Deserialize)]
struct Footnote {
    id: String,
    #[serde(default)]
    content: String,
}

/// The text with its notes under it, each of which leads back. As it was where there are none.
pub fn with_notes(text: &str, notes: &str) -> String {
    let notes: Vec<Footnote> = serde_json::from_str(notes).unwrap_or_default();
    if notes.is_empty() {
        return text.to_owned();
    }
    let mut list = "<hr><ol>".to_owned();
    for note in &notes {
        let id: String = note
            .id
            .chars()
            .filter(|c| !matches!(c, '"' | '<' | '>' | '&'))
            .collect();
        list += &format!(
            "<li id=\"{id}\">{} <a href=\"#{id}-link\">\u{21a9}</a></li>",
            note.content
        );
    }
    list += "</ol>";
    if text.contains(BLOCK) {
        text.replacen(BLOCK, &list, 1)
    } else {
        format!("{text}\n{list}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_where_their_block_is_and_lead_back() {
        let notes = r#"[{"content": "A <em>b</em>.", "id": "n1"}]"#;
        let text =
            format!("<p>x<sup><a href=\"#n1\" id=\"n1-link\">1</a></sup></p>{BLOCK}<p>y</p>");
        let list =
            "<hr><ol><li id=\"n1\">A <em>b</em>. <a href=\"#n1-link\">\u{21a9}</a></li></ol>";
        assert!(with_notes(&text, notes).contains(&format!("</p>{list}<p>y")));
        assert!(with_notes("x", notes).ends_with(list));
        for none in ["", "[]", "no JSON"] {
            assert_eq!(with_notes("x", none), "x");
        }
    }
}
