//! Reads a WordPress export (WXR 1.0 to 1.2, which is RSS 2.0 with more elements) item by item.
//!
//! Exports are often not well-formed; [`Mend`](super::mend::Mend) mends what is common, and whatever is broken beyond that
//! is an error with its line. One item is held at a time. What an item means to a paper is decided next door, in
//! `wordpress`.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::mend::Mend;

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

/// What an export says of a category beside its name.
#[derive(Clone, Debug, Default)]
pub struct Category {
    /// Its number, which other parts of the export refer to.
    pub id: String,
    /// Its name, as HTML.
    pub name: String,
    /// Slug of the one above it; empty at the top.
    pub parent: String,
    /// What it is about, as HTML.
    pub description: String,
}

/// An item: a post, page, attachment, menu entry.. Fields by the name of their element, as written.
#[derive(Clone, Debug, Default)]
pub struct Item {
    fields: HashMap<String, String>,
    /// What it is filed under.
    pub terms: Vec<Term>,
    /// Number of comments.
    pub comments: usize,
    /// What plugins wrote beside it.
    meta: HashMap<String, String>,
}

impl Item {
    /// The text of an element, or nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }

    /// What stands beside the item under this key, or nothing.
    #[must_use]
    pub fn meta(&self, key: &str) -> &str {
        self.meta.get(key).map_or("", |text| text.trim())
    }
}

/// What an export says of itself; whole only when all items were read.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Name of the site.
    pub title: String,
    /// Version of the format.
    pub version: String,
    /// Login to displayed name.
    pub authors: BTreeMap<String, String>,
    /// What is said of categories, by their slugs.
    pub categories: BTreeMap<String, Category>,
    /// Characters that had to be mended.
    pub mended: usize,
}

/// The items of an export, in the order of the file. After an error there are no more.
pub struct Items<R> {
    reader: quick_xml::Reader<Mend<R>>,
    room: Vec<u8>,
    reading: Reading,
    ended: bool,
}

impl<R: Read> Items<R> {
    /// Begins to read.
    pub fn new(file: R) -> Self {
        Self {
            reader: quick_xml::Reader::from_reader(Mend::new(file)),
            room: Vec::new(),
            reading: Reading::default(),
            ended: false,
        }
    }

    /// The same, to look things up in.
    pub fn known(&self) -> &Export {
        &self.reading.export
    }

    /// What the export has said of itself so far.
    pub fn export(&self) -> Export {
        Export {
            mended: self.reader.get_ref().count(),
            ..self.reading.export.clone()
        }
    }

    /// The next item; `None` at the end of a whole export.
    fn read(&mut self) -> anyhow::Result<Option<Item>> {
        loop {
            self.room.clear();
            let line = self.reader.get_ref().line();
            let event = match self.reader.read_event_into(&mut self.room) {
                Ok(event) => event,
                // It names its line itself, if it has one.
                Err(quick_xml::Error::Io(error)) => anyhow::bail!("{error}"),
                Err(error) => anyhow::bail!("line {}: {error}", self.reader.get_ref().line()),
            };
            let reading = &mut self.reading;
            let step = match event {
                Event::Start(start) => reading.start(&start),
                Event::Empty(start) => reading.start(&start).and_then(|()| reading.end()),
                Event::End(_) => reading.end(),
                Event::Text(text) => reading.text(&text.xml10_content()),
                Event::CData(text) => reading.text(&text.xml10_content()),
                Event::GeneralRef(name) => match name.resolve_char_ref() {
                    Ok(Some(one)) => reading.text(one.encode_utf8(&mut [0; 4])),
                    _ => reading.text(
                        quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default(),
                    ),
                },
                Event::Eof => return self.end().map(|()| None),
                _ => Ok(()),
            };
            step.map_err(|what| anyhow::anyhow!("line {line}: {what}"))?;
            if let Some(item) = self.reading.whole.take() {
                return Ok(Some(item));
            }
        }
    }

    fn end(&self) -> anyhow::Result<()> {
        let last = self.reader.get_ref().last_line();
        if let Some(open) = self.reading.open.last() {
            anyhow::bail!(
                "line {last}: the file ends inside <{open}>; it was not exported to its end"
            );
        }
        anyhow::ensure!(
            !self.reading.export.version.is_empty(),
            "line {last}: this is no WordPress export: it has no <wp:wxr_version>"
        );
        Ok(())
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = anyhow::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

/// Where in the file the reader is.
#[derive(Default)]
struct Reading {
    export: Export,
    open: Vec<String>,
    text: String,
    item: Item,
    /// The item that has just ended.
    whole: Option<Item>,
    term: Option<(String, String)>,
    author: (String, String),
    category: (String, Category),
    /// Key and value of what stands beside an item.
    meta: (String, String),
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
        let mut open = [""; 5];
        open.iter_mut()
            .zip(&self.open)
            .for_each(|(name, is)| *name = is);
        let depth = self.open.len();
        let inside = if (3..=5).contains(&depth) {
            &open[..depth]
        } else {
            &[]
        };
        match inside {
            [_, _, "title"] => self.export.title = text,
            [_, _, "wp:wxr_version"] => self.export.version = known_version(&text)?,
            [_, _, "wp:author", "wp:author_login"] => self.author.0 = text.trim().to_owned(),
            [_, _, "wp:author", "wp:author_display_name"] => {
                self.author.1 = text.trim().to_owned();
            }
            [_, _, "wp:author"] => {
                let (login, name) = std::mem::take(&mut self.author);
                self.export.authors.insert(login, name);
            }
            [_, _, "item"] => self.whole = Some(std::mem::take(&mut self.item)),
            [_, _, "item", "category"] => {
                if let Some((domain, slug)) = self.term.take() {
                    let name = text;
                    self.item.terms.push(Term { domain, slug, name });
                }
            }
            [_, _, "wp:category", name] => {
                set_of_category(&mut self.category, name, text);
            }
            [_, _, "wp:category"] => {
                let (slug, category) = std::mem::take(&mut self.category);
                self.export.categories.insert(slug, category);
            }
            [_, _, "item", "wp:postmeta", "wp:meta_key"] => {
                text.trim().clone_into(&mut self.meta.0)
            }
            [_, _, "item", "wp:postmeta", "wp:meta_value"] => self.meta.1 = text,
            [_, _, "item", "wp:postmeta"] => {
                let (key, value) = std::mem::take(&mut self.meta);
                if !value.trim().is_empty() {
                    self.item.meta.insert(key, value);
                }
            }
            [_, _, "item", _, _] => {}
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

fn set_of_category((slug, category): &mut (String, Category), name: &str, text: String) {
    match name {
        "wp:category_nicename" => text.trim().clone_into(slug),
        "wp:term_id" => text.trim().clone_into(&mut category.id),
        "wp:cat_name" => category.name = text,
        "wp:category_parent" => text.trim().clone_into(&mut category.parent),
        "wp:category_description" => category.description = text,
        _ => {}
    }
}

fn known_version(text: &str) -> Result<String, String> {
    let version = text.trim();
    if ["1.0", "1.1", "1.2"].contains(&version) {
        return Ok(version.to_owned());
    }
    Err(format!(
        "version {version:?} of WordPress exports is unknown; 1.0 to 1.2 can be read"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> anyhow::Result<Vec<Item>> {
        Items::new(bytes).collect()
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
        let item = &read(text.as_bytes()).unwrap()[0];
        assert_eq!(item.get("title"), "A & B");
        assert_eq!(item.get("content:encoded"), "x ]]> y");
        assert_eq!(item.terms[0].slug, "b&c");
        assert_eq!(item.get("wp:empty"), "");
    }
}
