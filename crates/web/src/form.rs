//! What is wrong with a form: which field, and what to do about it. One way for all of them.
//!
//! The page with the form is sent again with status 422 ([`refused`]) and what was typed. It says each fault twice: in the
//! summary on top, with a link to the field (`form/summary.html`), and beside the field (`form/field.html`); its title
//! begins with "Error" (`form/title.html`). WCAG 2.2, 3.3.1 and 3.3.3.

use askama::Template;
use http::StatusCode;

use crate::view::html;

/// Something to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `id` of the field.
    pub field: String,
    /// What to do.
    pub text: String,
}

/// All there is to put right in a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// A form with one thing to put right.
    #[must_use]
    pub fn one(field: &str, text: String) -> Self {
        let mut faults = Self::default();
        faults.add(field, text);
        faults
    }

    /// Adds one.
    pub fn add(&mut self, field: &str, text: String) {
        self.0.push(Fault {
            field: field.to_owned(),
            text,
        });
    }

    /// What is wrong with this field; empty if nothing is.
    #[must_use]
    pub fn of(&self, field: &str) -> &str {
        self.0
            .iter()
            .find(|fault| fault.field == field)
            .map_or("", |fault| fault.text.as_str())
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

/// The page of a form that was not taken, for its reader to put right: 422 (RFC 9110, 15.5.21).
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn refused(page: &impl Template) -> crate::Result {
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
}
