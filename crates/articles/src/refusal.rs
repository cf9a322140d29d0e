//! Why something that the newsroom hands in is not published, as values; and how a person is told.
//!
//! Deliberately not here: what is checked (`publish`, `sections`, `images`, `translations`), and what names the file or
//! the form.

use super::images::PictureFault;
use super::rules::{HeadlineFault, MAX_HEADLINE, Slug, SlugFault};
use web::locale::Say;

/// Why it is not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The paper has no such edition.
    NoEdition {
        /// Its slug.
        asked: String,
        /// Those that there are.
        editions: Vec<String>,
    },
    /// This cannot be a part of an address.
    Slug(SlugFault),
    /// An edition's time zone is none.
    NoZone {
        /// The edition.
        edition: Slug,
        /// Its time zone.
        zone: String,
    },
    /// The headline is not as it should be.
    Headline(HeadlineFault),
    /// It is said to have changed before it was published.
    UpdatedBefore,
    /// A topic without a name.
    TopicName(Slug),
    /// The edition has no such topic.
    NoTopic {
        /// The edition.
        edition: Slug,
        /// Slug of the topic.
        asked: String,
        /// Those that there are.
        topics: Vec<String>,
    },
    /// The edition has no such running story.
    NoStory {
        /// The edition.
        edition: Slug,
        /// Slug of the story.
        story: String,
    },
    /// What it is said to be a translation of is not as it should be.
    Twin {
        /// `EDITION/SLUG`, as it was written.
        text: String,
        /// What is wrong with it.
        fault: TwinFault,
    },
    /// A picture is not as it should be.
    Picture {
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: PictureFault,
    },
}

/// Why something is no translation of what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwinFault {
    /// It is not written `EDITION/SLUG`.
    Shape,
    /// It is in the same edition.
    SameEdition,
    /// The slug is none.
    Slug(SlugFault),
    /// There is no such topic.
    Missing {
        /// Edition of the topic that names it.
        edition: Slug,
        /// The topic that names it.
        topic: Slug,
    },
}

/// A text of others inside a sentence of ours: what would break its line, or is not seen, is escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    let text = format!("{text:?}");
    text[1..text.len() - 1].to_owned()
}

impl Refusal {
    /// One sentence for a person: what is wrong, and how to mend it.
    #[must_use]
    pub fn say(&self, say: Say) -> String {
        match self {
            Self::NoEdition { asked, editions } => {
                let (asked, editions) = (quoted(asked), editions.join(", "));
                say.with2("refusal-no-edition", "asked", asked, "editions", editions)
            }
            Self::Slug(fault) => fault.say(say),
            Self::NoZone { edition, zone } => {
                let (edition, zone) = (edition.as_str(), quoted(zone));
                say.with2("refusal-no-zone", "edition", edition, "zone", zone)
            }
            Self::Headline(HeadlineFault::Empty) => say.say("refusal-headline-empty"),
            Self::Headline(HeadlineFault::TooLong) => {
                say.with("refusal-headline-long", "most", MAX_HEADLINE)
            }
            Self::Headline(HeadlineFault::Unseen) => say.say("refusal-headline-unseen"),
            Self::UpdatedBefore => say.say("refusal-updated-before"),
            Self::TopicName(topic) => say.with("refusal-topic-name", "topic", topic.as_str()),
            Self::NoTopic {
                edition,
                asked,
                topics,
            } => no_topic(say, edition, &quoted(asked), topics),
            Self::NoStory { edition, story } => {
                let (edition, story) = (edition.as_str(), quoted(story));
                say.with2("refusal-no-story", "edition", edition, "story", story)
            }
            Self::Twin { text, fault } => fault.say(say, &quoted(text)),
            Self::Picture { file, fault } => fault.say(say, &quoted(file)),
        }
    }
}

fn no_topic(say: Say, edition: &Slug, asked: &str, topics: &[String]) -> String {
    let edition = edition.as_str();
    if topics.is_empty() {
        return say.with2("refusal-no-topics", "edition", edition, "topic", asked);
    }
    let (edition, asked) = (("edition", edition), ("topic", asked));
    say.with3(
        "refusal-no-topic",
        edition,
        asked,
        ("topics", &topics.join(", ")),
    )
}

impl SlugFault {
    fn say(&self, say: Say) -> String {
        match self {
            Self::Shape(text) => say.with("refusal-slug", "text", quoted(text)),
            Self::Reserved(text) => say.with("refusal-reserved", "text", quoted(text)),
        }
    }
}

impl TwinFault {
    fn say(&self, say: Say, text: &str) -> String {
        match self {
            Self::Shape => say.with("refusal-twin-shape", "text", text),
            Self::SameEdition => say.with("refusal-twin-edition", "text", text),
            Self::Slug(fault) => {
                let fault = fault.say(say);
                say.with2("refusal-twin-slug", "text", text, "fault", fault)
            }
            Self::Missing { edition, topic } => say.with3(
                "refusal-no-twin",
                ("twin", text),
                ("edition", edition.as_str()),
                ("topic", topic.as_str()),
            ),
        }
    }
}

impl PictureFault {
    fn say(&self, say: Say, file: &str) -> String {
        let with_cause = |key, cause: &String| say.with2(key, "file", file, "cause", cause);
        match self {
            Self::Missing => say.with("refusal-no-picture", "file", file),
            Self::NoAlt => say.with("refusal-no-alt", "file", file),
            Self::Unreadable(cause) => with_cause("refusal-picture-unreadable", cause),
            Self::Unmade(cause) => with_cause("refusal-picture-unmade", cause),
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

impl From<SlugFault> for Error {
    fn from(fault: SlugFault) -> Self {
        Self::Refused(Refusal::Slug(fault))
    }
}

/// What publishing answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;
    use base::lang::Lang;

    fn all() -> Vec<Refusal> {
        let slug = |text: &str| text.parse::<Slug>().unwrap();
        let no_topic = |topics: &[&str]| Refusal::NoTopic {
            edition: slug("en"),
            asked: "water".into(),
            topics: topics.iter().map(|one| (*one).to_owned()).collect(),
        };
        let picture = |fault| Refusal::Picture {
            file: "well.jpg".into(),
            fault,
        };
        let twin = |fault| Refusal::Twin {
            text: "es/agua".into(),
            fault,
        };
        vec![
            Refusal::NoEdition {
                asked: "fr".into(),
                editions: vec!["en".into(), "es".into()],
            },
            Refusal::Slug(SlugFault::Shape("A \"b\"".into())),
            Refusal::Slug(SlugFault::Reserved("desk".into())),
            Refusal::NoZone {
                edition: slug("en"),
                zone: "Madrid".into(),
            },
            Refusal::Headline(HeadlineFault::Empty),
            Refusal::Headline(HeadlineFault::TooLong),
            Refusal::Headline(HeadlineFault::Unseen),
            Refusal::TopicName(slug("water")),
            no_topic(&[]),
            no_topic(&["air", "fire"]),
            twin(TwinFault::Missing {
                edition: slug("en"),
                topic: slug("water"),
            }),
            twin(TwinFault::Shape),
            twin(TwinFault::SameEdition),
            twin(TwinFault::Slug(SlugFault::Shape("A".into()))),
            Refusal::NoStory {
                edition: slug("en"),
                story: "wells".into(),
            },
            Refusal::UpdatedBefore,
            picture(PictureFault::Missing),
            picture(PictureFault::NoAlt),
            picture(PictureFault::Unreadable("it is SVG".into())),
            picture(PictureFault::Unmade("no memory".into())),
        ]
    }

    #[test]
    fn every_refusal_is_told_in_every_language() {
        web::locale::load(&[web::TEXTS, crate::TEXTS]);
        for refusal in all() {
            // A text that is missing, or lacks a value, panics here.
            let say = |lang: &Lang| refusal.say(Say::new(*lang));
            let told: Vec<String> = Lang::ALL.iter().map(say).collect();
            assert!(
                told.iter().all(|text| !text.contains("refusal-")),
                "{told:?}"
            );
            assert_ne!(told[0], told[1]);
        }
        let en = |refusal: &Refusal| refusal.say(Say::new(Lang::EN));
        assert_eq!(
            en(&all()[9]),
            "edition en has no topic \"water\"; it has: air, fire. `gaceta topic add en water NAME` makes one"
        );
        let odd = Refusal::Picture {
            file: "a\n\u{1b}[2J.jpg".into(),
            fault: PictureFault::Missing,
        };
        assert_eq!(en(&odd), "the picture \"a\\n\\u{1b}[2J.jpg\" is missing");
    }
}
