//! What forms of accounts share: what to say about a password that is not taken, where to go on, and the notices after one
//! was sent. What is wrong with which field is `web::form`.

use serde::Deserialize;

use readers::rules::{MAX_PASSWORD, PasswordFault};
use web::locale::Say;

/// What to do about a password that is not taken. `shortest` in characters.
pub fn password_fault(say: Say, shortest: usize, fault: PasswordFault) -> String {
    match fault {
        PasswordFault::TooShort => say.with("fault-short", "length", shortest),
        PasswordFault::TooLong => say.with("fault-long", "length", MAX_PASSWORD),
        PasswordFault::TooCommon => say.say("fault-common"),
    }
}

/// `?next=`: where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    pub next: String,
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
            "ended-others" => say.say("notice-ended-others"),
            "secured" => say.say("notice-secured"),
            "email-sent" => say.say("notice-email-sent"),
            "email-changed" => say.say("notice-email-changed"),
            "restored" => say.say("notice-restored"),
            "deleted" => say.say("notice-deleted"),
            "overtaken" => say.say("notice-overtaken"),
            _ => String::new(),
        }
    }
}
