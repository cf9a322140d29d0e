//! Why a story is not published, as values; and how a person is told.

use articles::{HeadlineFault, SlugFault, quoted, rules::MAX_HEADLINE};
use web::locale::Say;

/// Why it is not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What goes for articles, too: edition, slug, translation.
    Common(articles::Refusal),
    /// Its name is not as a headline should be.
    Title(HeadlineFault),
    /// An event's date is no day.
    NoDay {
        /// Title of the event.
        event: String,
        /// Its date.
        date: String,
    },
    /// Nobody stands for an event; its title.
    EventSource(String),
    /// Nobody stands for a figure; its label.
    FigureSource(String),
}

impl Refusal {
    /// One sentence for a person: what is wrong, and how to mend it.
    #[must_use]
    pub fn say(&self, say: Say) -> String {
        match self {
            Self::Common(refusal) => refusal.say(say),
            Self::Title(HeadlineFault::Empty) => say.say("refusal-story-title-empty"),
            Self::Title(HeadlineFault::TooLong) => {
                say.with("refusal-story-title-long", "most", MAX_HEADLINE)
            }
            Self::Title(HeadlineFault::Unseen) => say.say("refusal-story-title-unseen"),
            Self::NoDay { event, date } => say.with2(
                "refusal-story-day",
                "event",
                quoted(event),
                "date",
                quoted(date),
            ),
            Self::EventSource(event) => {
                say.with("refusal-story-event-source", "event", quoted(event))
            }
            Self::FigureSource(figure) => {
                say.with("refusal-story-figure-source", "figure", quoted(figure))
            }
        }
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not as it should be.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// For a person.
    #[must_use]
    pub fn say(&self, say: Say) -> String {
        match self {
            Self::Refused(refusal) => refusal.say(say),
            Self::Database(error) => error.to_string(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<articles::Refusal> for Error {
    fn from(refusal: articles::Refusal) -> Self {
        Self::Refused(Refusal::Common(refusal))
    }
}

impl From<SlugFault> for Refusal {
    fn from(fault: SlugFault) -> Self {
        Self::Common(articles::Refusal::Slug(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::lang::Lang;

    #[test]
    fn every_refusal_is_told_in_every_language() {
        web::locale::load(&[web::TEXTS, articles::TEXTS, crate::TEXTS]);
        for refusal in [
            Refusal::from(SlugFault::Shape("A".into())),
            Refusal::Title(HeadlineFault::Empty),
            Refusal::Title(HeadlineFault::TooLong),
            Refusal::Title(HeadlineFault::Unseen),
            Refusal::NoDay {
                event: "Rain".into(),
                date: "24.2.".into(),
            },
            Refusal::EventSource("Rain".into()),
            Refusal::FigureSource("depth".into()),
        ] {
            // A text that is missing, or lacks a value, panics here.
            let say = |lang: &Lang| refusal.say(Say::new(*lang));
            let told: Vec<String> = Lang::ALL.iter().map(say).collect();
            assert!(
                told.iter().all(|text| !text.contains("refusal-")),
                "{told:?}"
            );
            assert_ne!(told[0], told[1]);
        }
    }
}
