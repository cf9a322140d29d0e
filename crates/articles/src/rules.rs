//! What an article is made of, parsed at the door so that inside there are only valid things.

mod headline;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use markup::{Block, Document};

use access::{Access, ArticleId, Pass};
use base::id::Id;
use base::lang::Lang;
use base::time::UnixMillis;

pub use self::headline::{Headline, HeadlineFault, MAX_HEADLINE};

/// Marks the identifiers of topics.
#[derive(Debug)]
pub struct TopicKind;
/// Identifier of a topic.
pub type TopicId = Id<TopicKind>;

/// Marks the identifiers of authors.
#[derive(Debug)]
pub struct AuthorKind;
/// Identifier of an author.
pub type AuthorId = Id<AuthorKind>;

/// Marks the identifiers of sets of translations.
#[derive(Debug)]
pub struct TranslationKind;
/// Identifier of a set of articles, topics or stories that are the same in several editions.
pub type TranslationId = Id<TranslationKind>;

/// Marks the identifiers of pictures.
#[derive(Debug)]
pub struct ImageKind;
/// Identifier of a picture: the first 128 bits of the SHA-256 of the file that was handed in.
pub type ImageId = Id<ImageKind>;

/// The last part of an address: small letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(Arc<str>);

/// Why a text cannot be a part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlugFault {
    /// It has other characters than small letters, digits and hyphens, or too many.
    Shape(String),
    /// Other pages live there.
    Reserved(String),
}

impl fmt::Display for SlugFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(text) => write!(f, "{text:?} is no slug"),
            Self::Reserved(text) => write!(f, "{text:?} is reserved"),
        }
    }
}

impl std::error::Error for SlugFault {}

/// First parts of addresses that are no editions.
const RESERVED: [&str; 23] = [
    "about",
    "account",
    "admin",
    "assets",
    "control",
    "desk",
    "email",
    "favicon",
    "gate",
    "health",
    "invitation",
    "media",
    "newsletter",
    "plans",
    "proof",
    "reading",
    "reset",
    "restore",
    "search",
    "sign-in",
    "sign-out",
    "sign-up",
    "sitemap",
];

impl Slug {
    /// As it stands in the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug for an edition, which is the first part of an address.
    ///
    /// # Errors
    /// When it is no slug, or the first part of another address.
    pub fn edition(text: &str) -> Result<Self, SlugFault> {
        if RESERVED.contains(&text) {
            return Err(SlugFault::Reserved(text.to_owned()));
        }
        text.parse()
    }
}

impl FromStr for Slug {
    type Err = SlugFault;

    fn from_str(text: &str) -> Result<Self, SlugFault> {
        let fine = (1..=200).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fine {
            Ok(Self(text.into()))
        } else {
            Err(SlugFault::Shape(text.to_owned()))
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An audience with one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// First part of its addresses.
    pub slug: Slug,
    /// Its name, such as "USA Edition".
    pub name: String,
    /// The language of its texts.
    pub language: Lang,
    /// Language tag of its pages, such as `en-US`.
    pub locale: String,
    /// Time zone of its dates, such as `America/New_York`.
    pub timezone: String,
    /// Title of its front page.
    pub title: String,
    /// One line about it.
    pub tagline: Option<String>,
}

/// A subject with an archive of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its identifier.
    pub id: TopicId,
    /// The edition it belongs to.
    pub edition: Slug,
    /// Last part of its address.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// The set of the same topic in several editions.
    pub translation: Option<TranslationId>,
}

impl Topic {
    /// Its address.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}/topic/{}", self.edition, self.slug)
    }
}

/// The lead picture and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The picture.
    pub image: ImageId,
    /// What is seen, for those who do not see it.
    pub alt: String,
    /// What it shows.
    pub caption: String,
    /// Where it was taken.
    pub place: String,
    /// When, as `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Photographer or source.
    pub credit: String,
    /// Agency.
    pub agency: String,
}

impl Picture {
    /// Whose picture it is: photographer and agency, or the one that is known; empty if neither is.
    #[must_use]
    pub fn credit_line(&self) -> String {
        let known = [self.credit.as_str(), self.agency.as_str()];
        let known = known.into_iter().filter(|name| !name.is_empty());
        known.collect::<Vec<_>>().join(" / ")
    }
}

/// A correction that stands under the article, dated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// When it was corrected.
    pub at: UnixMillis,
    /// What was wrong and what is right.
    pub note: String,
}

/// The text of an article. The part after the cut opens only with a [`Pass`] for this very article.
#[derive(Clone, Debug)]
pub struct Body {
    article: ArticleId,
    document: Document,
}

impl Body {
    /// Closes a text under its article.
    #[must_use]
    pub fn new(article: ArticleId, document: Document) -> Self {
        Self { article, document }
    }

    /// The free part: what everybody may read.
    #[must_use]
    pub fn lead(&self) -> &[Block] {
        self.document.free_part()
    }

    /// The whole text; `None` if the pass is for another article.
    #[must_use]
    pub fn open(&self, pass: &Pass) -> Option<&Document> {
        (pass.article() == self.article).then_some(&self.document)
    }

    /// As stored. Only for the store, which gives it to nobody.
    #[must_use]
    pub(super) fn stored(&self) -> String {
        self.document.to_json()
    }
}

/// An article.
#[derive(Clone, Debug)]
pub struct Article {
    /// Its identifier.
    pub id: ArticleId,
    /// Its edition.
    pub edition: Slug,
    /// Last part of its address, unique in the edition.
    pub slug: Slug,
    /// Its address; stays when it is published again.
    pub path: String,
    /// A short label above the headline; without one story or topic stand there.
    pub kicker: Option<String>,
    /// Headline.
    pub headline: String,
    /// One or two sentences below the headline.
    pub deck: String,
    /// Names of its authors.
    pub byline: Vec<String>,
    /// Where it was written, or empty.
    pub dateline: String,
    /// Whom it is for.
    pub access: Access,
    /// Slug of the running story it belongs to.
    pub story: Option<String>,
    /// Lead picture.
    pub picture: Option<Picture>,
    /// The text.
    pub body: Body,
    /// Stays first on the front page.
    pub pinned: bool,
    /// First published.
    pub published_at: UnixMillis,
    /// Last changed for readers.
    pub updated_at: UnixMillis,
    /// Grows with every change.
    pub revision: i64,
    /// Topics, the main one first.
    pub topics: Vec<Topic>,
    /// Corrections, oldest first.
    pub corrections: Vec<Correction>,
}

impl Article {
    /// What stands for the deck where there is none: the first words of the free part. Empty where there is a deck.
    #[must_use]
    pub fn excerpt(&self) -> String {
        if self.deck.is_empty() {
            first_words(self.body.lead())
        } else {
            String::new()
        }
    }

    /// What it is about, in one or two sentences: for search engines, feeds and previews.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.deck.is_empty() {
            self.excerpt()
        } else {
            self.deck.clone()
        }
    }
}

/// The longest that stands for a deck, characters.
const EXCERPT: usize = 200;

/// The first words of the paragraphs among these blocks, as one line.
fn first_words(blocks: &[Block]) -> String {
    let mut text = String::new();
    let paragraphs = blocks
        .iter()
        .filter(|block| matches!(block, Block::Paragraph(_)));
    for paragraph in paragraphs {
        for word in Document::plain_text(std::slice::from_ref(paragraph)).split_whitespace() {
            if text.chars().count() + word.chars().count() >= EXCERPT {
                let text = text.trim_end_matches(|c: char| c.is_ascii_punctuation());
                let cut: String = word.chars().take(EXCERPT).collect();
                return format!("{}\u{2026}", if text.is_empty() { &cut } else { text });
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        // One paragraph says enough, unless it is a word or two.
        if text.chars().count() >= EXCERPT / 4 {
            break;
        }
    }
    text
}

/// What a list shows of an article.
#[derive(Clone, Debug)]
pub struct Card {
    /// Which article.
    pub id: ArticleId,
    /// Its address.
    pub path: String,
    /// Label above the headline: the kicker, or the main topic's name.
    pub kicker: String,
    /// Headline.
    pub headline: String,
    /// Deck, or the first words of the free part.
    pub deck: String,
    /// Whom it is for.
    pub access: Access,
    /// Picture, if any.
    pub image: Option<ImageId>,
    /// What is seen on it.
    pub alt: String,
    /// Story it belongs to.
    pub story: Option<String>,
    /// Stays first.
    pub pinned: bool,
    /// First published.
    pub published_at: UnixMillis,
    /// Last changed.
    pub updated_at: UnixMillis,
    /// Names of the authors.
    pub byline: Vec<String>,
    /// Its topics.
    pub topics: Vec<TopicId>,
}

impl Card {
    /// Whether only readers with a seat read all of it.
    #[must_use]
    pub fn is_for_subscribers(&self) -> bool {
        self.access == Access::Subscribers
    }
}

/// Names of authors as they are stored: one line each, and each once.
#[must_use]
pub fn byline(names: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// How many paragraphs are free when the author set no cut.
pub const FREE_PARAGRAPHS: usize = 2;

/// Articles that a reader of this one may want next: shared topics and story first, then the newer. `cards` are the
/// newest of the edition. Deterministic, so pages stay the same bytes for everybody.
#[must_use]
pub fn recommended(cards: &[Card], of: &Article, count: usize) -> Vec<Card> {
    let score = |card: &Card| {
        let shared = card
            .topics
            .iter()
            .filter(|topic| of.topics.iter().any(|own| own.id == **topic))
            .count();
        shared * 2 + usize::from(of.story.is_some() && card.story == of.story)
    };
    let mut rest: Vec<(usize, &Card)> = cards
        .iter()
        .filter(|card| card.id != of.id)
        .map(|card| (score(card), card))
        .filter(|(score, _)| *score > 0)
        .collect();
    rest.sort_by(|(a, x), (b, y)| {
        b.cmp(a)
            .then(y.published_at.cmp(&x.published_at))
            .then(x.id.cmp(&y.id))
    });
    rest.into_iter()
        .take(count)
        .map(|(_, card)| card.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_are_those_of_paragraphs() {
        let words = |text: &str| first_words(Document::from_markdown(text).0.free_part());
        assert_eq!(
            words("## Head\n\nShort.\n\nAnd *more* of it."),
            "Short. And more of it."
        );
        assert_eq!(words("Free.\n\n<!--more-->\n\nPaid."), "Free.");
        assert_eq!(words("<!--more-->\n\nPaid."), "");
        let long = words(&"word, ".repeat(100));
        assert!(
            long.ends_with("word\u{2026}") && long.chars().count() <= EXCERPT,
            "{long}"
        );
        assert_eq!(words(&"\u{738b}".repeat(500)).chars().count(), EXCERPT + 1);
    }

    #[test]
    fn a_picture_is_credited_to_whoever_is_known() {
        for (credit, agency, line) in [
            ("Ana Ruiz", "Reuters", "Ana Ruiz / Reuters"),
            ("Ana Ruiz", "", "Ana Ruiz"),
            ("", "Reuters", "Reuters"),
            ("", "", ""),
        ] {
            let picture = Picture {
                image: ImageId::from_bits(1),
                alt: String::new(),
                caption: String::new(),
                place: String::new(),
                date: None,
                credit: credit.to_owned(),
                agency: agency.to_owned(),
            };
            assert_eq!(picture.credit_line(), line);
        }
    }

    #[test]
    fn slugs_cannot_climb() {
        for fine in ["a", "water-returns", "2026"] {
            assert!(fine.parse::<Slug>().is_ok(), "{fine}");
        }
        for bad in [
            "",
            "../etc",
            "a/b",
            "A",
            "ñ",
            "-a",
            "a-",
            "a b",
            "a.b",
            &"a".repeat(201),
        ] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
        assert!(Slug::edition("account").is_err());
    }
}
