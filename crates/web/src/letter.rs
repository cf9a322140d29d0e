//! A mail to one person: one frame for all of them, as HTML and as plain text of the same words.
//!
//! Links come from the configured public address only, never from what a request says. No remote pictures and nothing that
//! tells whether or when a mail was read. Deliberately not here: what mails say, which is in the features that send them.

use askama::Template;
use base::Base;
use base::config;
use base::jobs::Priority;
use base::mail::Mail;
use base::time::UnixMillis;

use crate::Result;
use crate::locale::Say;

/// What a mail says, in the order in which it stands there.
#[derive(Debug)]
pub struct Letter {
    say: Say,
    subject: String,
    paragraphs: Vec<String>,
    facts: Vec<(String, String)>,
    button: Option<(String, String)>,
    closing: Vec<String>,
    priority: Priority,
    good_until: Option<UnixMillis>,
}

impl Letter {
    /// An empty one.
    #[must_use]
    pub fn new(say: Say, subject: String) -> Self {
        Self {
            say,
            subject,
            paragraphs: Vec::new(),
            facts: Vec::new(),
            button: None,
            closing: Vec::new(),
            priority: Priority::Usual,
            good_until: None,
        }
    }

    /// A paragraph.
    #[must_use]
    pub fn says(mut self, text: String) -> Self {
        self.paragraphs.push(text);
        self
    }

    /// What something is, such as "When" and "February 25, 2026"; all of them stand in a small table.
    #[must_use]
    pub fn fact(mut self, of: String, fact: String) -> Self {
        self.facts.push((of, fact));
        self
    }

    /// The one thing to do; `path` is one of ours.
    #[must_use]
    pub fn button(mut self, label: String, path: String) -> Self {
        self.button = Some((label, path));
        self
    }

    /// A paragraph in small print, behind the button.
    #[must_use]
    pub fn closes(mut self, text: String) -> Self {
        self.closing.push(text);
        self
    }

    /// Leaves before or after others.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Is of no use later.
    #[must_use]
    pub fn good_until(mut self, until: UnixMillis) -> Self {
        self.good_until = Some(until);
        self
    }

    /// Ready to be put into the outbox, to this address.
    ///
    /// # Errors
    /// When the template fails, which is ours to mend.
    pub fn to(self, base: &Base, to: &str) -> Result<Mail> {
        Ok(self.framed(&base.config.site, to)?)
    }

    /// The same without a paper that runs.
    ///
    /// # Errors
    /// When the template fails, which is ours to mend.
    pub fn framed(mut self, of: &config::Site, to: &str) -> askama::Result<Mail> {
        let (paper, site) = (&of.name, &of.public_url);
        if let Some((_, link)) = &mut self.button {
            link.insert_str(0, site);
        }
        let (say, letter) = (self.say, &self);
        let text = Text { say, letter, paper }.render()?;
        let html = Html {
            say,
            letter,
            paper,
            site,
        }
        .render()?;
        Ok(Mail {
            to: to.to_owned(),
            text,
            html,
            priority: self.priority,
            good_until: self.good_until,
            subject: self.subject,
        })
    }
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    say: Say,
    letter: &'a Letter,
    paper: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    say: Say,
    letter: &'a Letter,
    paper: &'a str,
    site: &'a str,
}
