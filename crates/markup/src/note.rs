//! What a reader of a foreign format left out, for import reports.
//!
//! Notes are for the person who imports, so the same thing is said once with its number, not once for each place.
//! They are English: they appear in the desk's import report and on the command line beside other technical names.

use std::fmt;

/// Something of the source that is not in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// An element that was left out with its content, and how many of them.
    DroppedElement(String, usize),
    /// A WordPress shortcode that was left out (the text it enclosed was kept), and how many of them.
    DroppedShortcode(String, usize),
    /// What looks like a shortcode and is none that is known: it stays in the text as it was written.
    KeptShortcode(String, usize),
    /// Mark-up of another tool than Markdown, which was left out.
    ForeignMarkup(String),
    /// A link to an address that is not allowed; its text was kept.
    UnsafeLink(String),
    /// A link around a picture; the picture was kept.
    ImageLink(String),
    /// A frame, video or sound that became a link to this address.
    EmbedAsLink(String),
    /// A second place where the free part should end; the first counts.
    SecondCut,
    /// Nesting deeper than any article needs was flattened; its text was kept.
    TooDeep,
    /// A table with merged cells became one with empty cells.
    MergedCells,
    /// The source was longer than can be read, which is this many bytes; the rest is missing.
    TooLong(usize),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::DroppedElement(name, count) => write!(f, "left out: {name} ({count})"),
            Note::DroppedShortcode(name, count) => {
                write!(f, "left out: shortcode [{name}] ({count})")
            }
            Note::KeptShortcode(name, count) => {
                write!(f, "kept as text: shortcode [{name}] ({count})")
            }
            Note::ForeignMarkup(what) => write!(f, "mark-up of another tool left out: {what}"),
            Note::UnsafeLink(to) => write!(f, "link left out, its text kept: {to:?}"),
            Note::ImageLink(to) => write!(f, "link around a picture left out: {to:?}"),
            Note::EmbedAsLink(to) => write!(f, "embedded content became a link: {to}"),
            Note::SecondCut => write!(
                f,
                "the free part ends at the first mark; another one was left out"
            ),
            Note::TooDeep => write!(f, "nesting was too deep and has been flattened"),
            Note::MergedCells => write!(f, "merged table cells became separate cells"),
            Note::TooLong(bytes) => write!(f, "only the first {bytes} bytes were read"),
        }
    }
}

/// The longest part of an address or name that a note repeats, in characters.
const SHOWN: usize = 200;
/// More different notes than this help nobody.
const MAX_NOTES: usize = 1_000;

/// Notes being collected: equal ones once, counted ones added up.
#[derive(Default)]
pub(crate) struct Notes {
    list: Vec<Note>,
}

impl Notes {
    pub(crate) fn dropped(&mut self, element: &str) {
        self.add(Note::DroppedElement(shown(element), 1));
    }

    pub(crate) fn add(&mut self, note: Note) {
        for known in &mut self.list {
            match (known, &note) {
                (Note::DroppedElement(a, n), Note::DroppedElement(b, more))
                | (Note::DroppedShortcode(a, n), Note::DroppedShortcode(b, more))
                | (Note::KeptShortcode(a, n), Note::KeptShortcode(b, more))
                    if a == b =>
                {
                    *n += more;
                    return;
                }
                (known, note) if known == note => return,
                _ => {}
            }
        }
        if self.list.len() < MAX_NOTES {
            self.list.push(note);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Note> {
        self.list
    }
}

/// A name or address short enough to be repeated in a note.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
