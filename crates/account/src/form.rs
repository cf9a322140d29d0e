//! What forms share: what is wrong with which field, and the notices after one was sent.

use serde::Deserialize;

use crate::Account;
use readers::rules::{MAX_PASSWORD, PasswordFault};
use web::locale::Say;

/// Something to put right.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `id` of the field.
    pub field: String,
    /// What to do, for the summary and beside the field.
    pub text: String,
}

/// All there is to put right in a form.
#[derive(Clone, Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, field: &str, text: String) {
        self.0.push(Fault {
            field: field.to_owned(),
            text,
        });
    }

    /// A form with one thing to put right.
    pub fn one(field: &str, text: String) -> Self {
        let mut faults = Self::default();
        faults.add(field, text);
        faults
    }

    /// What is wrong with this field; empty if nothing is.
    pub fn of(&self, field: &str) -> &str {
        self.0
            .iter()
            .find(|fault| fault.field == field)
            .map_or("", |fault| fault.text.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What to do about a password that is not taken.
pub fn password_fault(parts: &Account, say: Say, fault: PasswordFault) -> String {
    match fault {
        PasswordFault::TooShort => say.with(
            "fault-short",
            "length",
            parts.base.config.accounts.min_password,
        ),
        PasswordFault::TooLong => say.with("fault-long", "length", MAX_PASSWORD),
        PasswordFault::TooCommon => say.say("fault-common"),
    }
}

/// `?notice=`: what has just been done. Words we do not know say nothing.
#[derive(Debug, Deserialize)]
pub struct Notice {
    #[serde(default)]
    notice: String,
}

impl Notice {
    /// The text to show, or none.
    pub fn text(&self, say: Say) -> String {
        match self.notice.as_str() {
            "proved" => say.say("notice-proved"),
            "reset" => say.say("notice-reset"),
            "saved" => say.say("notice-saved"),
            "password" => say.say("notice-password"),
            "renamed" => say.say("notice-renamed"),
            "ended" => say.say("notice-ended"),
            _ => String::new(),
        }
    }
}
