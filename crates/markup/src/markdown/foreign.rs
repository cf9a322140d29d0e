//! Mark-up in Markdown files that is not Markdown but of the tool that made pages of them: shortcodes of Hugo and Zola
//! (`{{< .. >}}`, `{{% .. %}}`), tags of Jekyll and Eleventy (`{% .. %}`, `{{ .. }}`), attributes of kramdown (`{: .. }`).
//!
//! What stands for a link, a picture or code becomes that; the rest is left out with a note. Code is left alone.

use std::borrow::Cow;

use crate::Note;
use crate::note::{Notes, shown};

/// The source without it.
pub(super) fn without<'a>(source: &'a str, notes: &mut Notes) -> Cow<'a, str> {
    if !["{{", "{%", "{:"].iter().any(|mark| source.contains(mark)) {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut fence: Option<&str> = None;
    for line in source.split_inclusive('\n') {
        let text = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| text.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => fence = Some(mark),
            _ => {}
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if fence.is_some() || mark.is_some() || indented {
            out.push_str(line);
        } else {
            self::line(line, &mut out, notes);
        }
    }
    Cow::Owned(out)
}

/// One line outside of code.
fn line(line: &str, out: &mut String, notes: &mut Notes) {
    if line.starts_with("{:") && line.trim_end().ends_with('}') {
        notes.add(Note::ForeignMarkup(shown(line.trim())));
        return;
    }
    let mut rest = line;
    while let Some(at) = rest.find(['`', '{']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('`') {
            let ticks = rest.bytes().take_while(|byte| *byte == b'`').count();
            let after = &rest[ticks..];
            let end = after
                .find(&rest[..ticks])
                .map_or(ticks, |end| end + 2 * ticks);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some((inside, length)) = tag(rest) {
            match meant(inside) {
                Some(markdown) => out.push_str(&markdown),
                None => notes.add(Note::ForeignMarkup(shown(&rest[..length]))),
            }
            rest = &rest[length..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

/// What stands in the tag at the start of a text, and the length of the tag.
fn tag(text: &str) -> Option<(&str, usize)> {
    const PAIRS: [(&str, &str); 4] = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{{", "}}")];
    let (open, close) = PAIRS.into_iter().find(|(open, _)| text.starts_with(open))?;
    let end = text[open.len()..].find(close)?;
    let inside = text[open.len()..open.len() + end].trim_matches(['-', ' ', '\t']);
    Some((inside, open.len() + end + close.len()))
}

/// The same in Markdown, where there is such a thing.
fn meant(tag: &str) -> Option<String> {
    let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let attribute = |name: &str| {
        let (_, after) = rest.split_once(&format!("{name}="))?;
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        after[1..].split(quote).next()
    };
    let first = || {
        let first = rest.split_whitespace().next().unwrap_or_default();
        let first = first.trim_matches(['"', '\'']);
        (!first.is_empty() && !first.contains('=')).then_some(first)
    };
    let plain = |id: &str| {
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let video = |address: &str| {
        let id = attribute("id").or_else(first).filter(|id| plain(id))?;
        Some(format!("<{address}{id}>"))
    };
    match name {
        "youtube" => video("https://www.youtube.com/watch?v="),
        "vimeo" => video("https://vimeo.com/"),
        "highlight" => Some(format!(
            "```{}\n",
            first().filter(|name| plain(name)).unwrap_or_default()
        )),
        "/highlight" | "endhighlight" => Some("```\n".to_owned()),
        "figure" => {
            let src = attribute("src").filter(|src| !src.contains(['<', '>', '\n']))?;
            let alt = attribute("alt").unwrap_or_default().replace([']', '['], "");
            let caption = attribute("caption")
                .unwrap_or_default()
                .replace('"', "\u{201d}");
            Some(format!("![{alt}](<{src}> \"{caption}\")"))
        }
        _ => None,
    }
}
