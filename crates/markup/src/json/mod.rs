//! The stored form: ProseMirror JSON. The editor works on it, and nothing is stored that it could not show.
//!
//! The schema (names as in ProseMirror's own basic, list and table schemas):
//!
//! ```text
//! doc           cut, block*
//! paragraph     inline*
//! heading       attrs level 2..4;  inline*
//! bullet_list   list_item*         ordered_list  attrs order;  list_item*         list_item  block*
//! blockquote    block*
//! figure        attrs src, alt, credit;  inline* (the caption)
//! code_block    attrs language;  text*
//! table         attrs caption;  table_row*
//! table_row     table_header* (the first row only) or table_cell*, each: paragraph* or inline*
//! horizontal_rule
//! cut           at the top level, once
//! inline        text, hard_break, anchor (attrs id), each with marks: link (attrs href), strong, em, strike, sub, sup, code
//! ```
//!
//! Reading is strict about nodes and marks, because an unknown one is a program of another version or somebody's
//! hand-made request, and storing half of it would lose text silently. Attributes that are not in the schema are
//! ignored; editors add their own. A link whose address is not an [`Href`](crate::Href) is kept as its text.

mod read;
mod write;

use std::fmt;

pub(crate) use read::read;
pub(crate) use write::write;

/// Why a stored document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not JSON; what the parser says, with line and column.
    Syntax(String),
    /// JSON, but not of the schema.
    Schema {
        /// Place, such as `content[2].content[0].marks[1]`; empty for the document itself.
        at: String,
        /// What is wrong there, naming the node, mark or attribute.
        what: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax(what) => write!(f, "not JSON: {what}"),
            Error::Schema { at, what } if at.is_empty() => write!(f, "{what}"),
            Error::Schema { at, what } => write!(f, "{what} at {at}"),
        }
    }
}

impl std::error::Error for Error {}
