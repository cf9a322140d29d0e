//! Reads a WordPress export (WXR 1.0 to 1.2, which is RSS 2.0 with more elements) into plain records.
//!
//! Exports are often not well-formed: a raw `&` in an address, control characters in a text. [`repair`] mends these two
//! and nothing else; whatever is broken beyond that is an error with its line. The whole file is read before anything
//! is written, so memory grows with the file; in return a broken file changes nothing. What an item means to a paper is
//! decided next door, in `wordpress`.

use std::collections::{BTreeMap, HashMap};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// A category, tag or author that an item names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// `category`, `post_tag` (`tag` in WXR 1.0), `author` (Co-Authors Plus), ..
    pub domain: String,
    /// Its slug.
    pub slug: String,
    /// Its name, as HTML.
    pub name: String,
}

/// An item: a post, page, attachment, menu entry.. Fields by the name of their element, as written.
#[derive(Clone, Debug, Default)]
pub struct Item {
    fields: HashMap<String, String>,
    /// What it is filed under.
    pub terms: Vec<Term>,
    /// Number of comments.
    pub comments: usize,
}

impl Item {
    /// The text of an element, or nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }
}

/// An export.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Name of the site.
    pub title: String,
    /// Version of the format.
    pub version: String,
    /// Login to displayed name.
    pub authors: BTreeMap<String, String>,
    /// All items, in the order of the file.
    pub items: Vec<Item>,
    /// Characters that had to be mended.
    pub mended: usize,
}

/// Reads an export.
///
/// # Errors
/// Names the line and what is wrong there.
pub fn read(bytes: &[u8]) -> anyhow::Result<Export> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + count_lines(&bytes[..error.valid_up_to()]);
        anyhow::anyhow!("line {line}: the file is not UTF-8, as WordPress writes it")
    })?;
    let (text, mended) = repair(text.trim_start_matches('\u{feff}'));
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut reading = Reading::default();
    reading.export.mended = mended;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let line = |at: usize| 1 + count_lines(&text.as_bytes()[..at.min(text.len())]);
        let event = reader.read_event().map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(at);
            anyhow::anyhow!("line {}: {error}", line(at))
        })?;
        let step = match event {
            Event::Start(start) => reading.start(&start),
            Event::Empty(start) => reading.start(&start).and_then(|()| reading.end()),
            Event::End(_) => reading.end(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(one)) => reading.text(one.encode_utf8(&mut [0; 4])),
                _ => reading
                    .text(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Event::Eof => break,
            _ => Ok(()),
        };
        step.map_err(|what| anyhow::anyhow!("line {}: {what}", line(at)))?;
    }
    let last = 1 + count_lines(text.trim_end().as_bytes());
    if let Some(open) = reading.open.last() {
        anyhow::bail!("line {last}: the file ends inside <{open}>; it was not exported to its end");
    }
    anyhow::ensure!(
        !reading.export.version.is_empty(),
        "line {last}: this is no WordPress export: it has no <wp:wxr_version>"
    );
    Ok(reading.export)
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Where in the file the reader is.
#[derive(Default)]
struct Reading {
    export: Export,
    open: Vec<String>,
    text: String,
    item: Item,
    term: Option<(String, String)>,
    author: (String, String),
}

impl Reading {
    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = start.name().as_ref().to_owned();
        match (self.open.len(), name.as_str()) {
            (0, "rss") | (1, "channel") | (2.., _) => {}
            (0, _) => {
                return Err(format!(
                    "this is no WordPress export: it begins with <{name}>"
                ));
            }
            (_, _) => {
                return Err(format!("<{name}> stands where an export has <channel>"));
            }
        }
        if self.open.len() == 3 && name == "category" {
            let get = |key: &str| {
                let found = start.try_get_attribute(key).ok().flatten();
                found
                    .and_then(|one| {
                        one.normalized_value(XmlVersion::Implicit1_0)
                            .ok()
                            .map(|text| text.into_owned())
                    })
                    .unwrap_or_default()
            };
            self.term = Some((get("domain"), get("nicename")));
        }
        self.text.clear();
        self.open.push(name);
        Ok(())
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "stands beside the steps that can fail"
    )]
    fn text(&mut self, text: &str) -> Result<(), String> {
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let text = std::mem::take(&mut self.text);
        let open: Vec<&str> = self.open.iter().map(String::as_str).collect();
        match open.as_slice() {
            [_, _, "title"] => self.export.title = text,
            [_, _, "wp:wxr_version"] => {
                let version = text.trim();
                if !["1.0", "1.1", "1.2"].contains(&version) {
                    return Err(format!(
                        "version {version:?} of WordPress exports is unknown; 1.0 to 1.2 can be read"
                    ));
                }
                self.export.version = version.to_owned();
            }
            [_, _, "wp:author", "wp:author_login"] => self.author.0 = text.trim().to_owned(),
            [_, _, "wp:author", "wp:author_display_name"] => {
                self.author.1 = text.trim().to_owned();
            }
            [_, _, "wp:author"] => {
                let (login, name) = std::mem::take(&mut self.author);
                self.export.authors.insert(login, name);
            }
            [_, _, "item"] => self.export.items.push(std::mem::take(&mut self.item)),
            [_, _, "item", "category"] => {
                if let Some((domain, slug)) = self.term.take() {
                    let name = text;
                    self.item.terms.push(Term { domain, slug, name });
                }
            }
            [_, _, "item", "wp:comment"] => self.item.comments += 1,
            [_, _, "item", name] => {
                self.item.fields.insert((*name).to_owned(), text);
            }
            _ => {}
        }
        self.open.pop();
        Ok(())
    }
}

/// Mends what exports commonly get wrong: a `&` that begins no reference becomes `&amp;`, and characters that XML does
/// not allow are dropped. Lines stay where they are. Also says how many characters were mended.
#[must_use]
pub fn repair(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len() + 64);
    let (mut mended, mut rest) = (0, text);
    // The end mark of the section in which references mean nothing.
    let mut until: Option<&str> = None;
    while let Some(one) = rest.chars().next() {
        match until {
            Some(mark) if rest.starts_with(mark) => until = None,
            None if rest.starts_with("<![CDATA[") => until = Some("]]>"),
            None if rest.starts_with("<!--") => until = Some("-->"),
            _ => {}
        }
        let forbidden = one < ' ' && !matches!(one, '\t' | '\n' | '\r')
            || matches!(one, '\u{fffe}' | '\u{ffff}');
        if forbidden {
            mended += 1;
        } else if one == '&' && until.is_none() && !is_reference(rest) {
            out.push_str("&amp;");
            mended += 1;
        } else {
            out.push(one);
        }
        rest = &rest[one.len_utf8()..];
    }
    (out, mended)
}

fn is_reference(text: &str) -> bool {
    let Some((name, _)) = text[1..]
        .split_once(';')
        .filter(|(name, _)| name.len() < 10)
    else {
        return false;
    };
    match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok()
                .and_then(char::from_u32)
                .is_some_and(|one| one >= ' ' || matches!(one, '\t' | '\n' | '\r'))
        }
        None => matches!(name, "amp" | "lt" | "gt" | "quot" | "apos"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_ampersands_and_control_characters_are_mended_outside_of_cdata() {
        let (text, mended) = repair(
            "<a>x&y=1 &amp; &nbsp; &#10; &#xD800;\u{1}</a><![CDATA[a&b\u{8}]]><!-- & --> &\n",
        );
        assert_eq!(
            text,
            "<a>x&amp;y=1 &amp; &amp;nbsp; &#10; &amp;#xD800;</a><![CDATA[a&b]]><!-- & --> &amp;\n"
        );
        assert_eq!(mended, 6);
    }

    #[test]
    fn a_broken_file_names_its_line() {
        for (text, hint) in [
            ("", "no WordPress export"),
            (
                "<html>\n</html>",
                "line 1: this is no WordPress export: it begins with <html>",
            ),
            ("<rss>\n<other>", "line 2: <other> stands where"),
            (
                "<rss>\n<channel>\n<wp:wxr_version>9</wp:wxr_version>",
                "line 3: version \"9\"",
            ),
            (
                "<rss><channel><wp:wxr_version>1.2</wp:wxr_version>\n<item>\n<title>x</title>\n",
                "line 3: the file ends inside <item>",
            ),
            ("<rss><channel>\n<item></title></item>", "line 2: "),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(hint), "{text:?}: {error}");
        }
        let error = read(b"<rss>\n\xff").unwrap_err().to_string();
        assert!(error.contains("line 2: the file is not UTF-8"), "{error}");
    }

    #[test]
    fn cdata_in_cdata_and_references_are_put_together() {
        let text = "<rss><channel><wp:wxr_version>1.0</wp:wxr_version><item><title>A &amp; &#66;</title>\
            <content:encoded><![CDATA[x ]]]]><![CDATA[> y]]></content:encoded>\
            <category domain=\"tag\" nicename=\"b&amp;c\"><![CDATA[B]]></category><wp:empty/></item></channel></rss>";
        let export = read(text.as_bytes()).unwrap();
        let item = &export.items[0];
        assert_eq!(item.get("title"), "A & B");
        assert_eq!(item.get("content:encoded"), "x ]]> y");
        assert_eq!(item.terms[0].slug, "b&c");
        assert_eq!(item.get("wp:empty"), "");
    }
}
