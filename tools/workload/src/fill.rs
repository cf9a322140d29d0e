//! `workload fill`: an empty directory becomes a paper with many readers and articles.
//!
//! Articles are written by the same functions that the paper itself uses, so that what is measured is what a paper has;
//! readers by statements of their own, many at once, since a million of them would take minutes. Beside the database lie
//! `urls.txt` (one article a line), `cookies.txt` (one signed-in reader a line), `second.txt` and `third.txt` (further
//! devices of the first of them, in the same order). Deliberately not here: anything for a real paper; the
//! passwords of these readers match nothing.

use std::fmt::Write as _;
use std::path::PathBuf;

use articles::{self, Batch, Draft, EditionDraft, Submission, TopicDraft};
use base::db::Tx;
use base::lang::Lang;
use base::secret::TokenHash;
use base::time::Span;
use clap::Args;
use gaceta::App;
use markup::Document;
use readers::store::{Numbers, insert_numbered_readers, insert_numbered_sessions};
use subscriptions::store::insert_numbered_subscriptions;

/// Options of `fill`.
#[derive(Debug, Args)]
pub struct Fill {
    /// An empty directory.
    #[arg(long)]
    dir: PathBuf,
    /// Readers with a plan and a session.
    #[arg(long, default_value_t = 1000)]
    readers: usize,
    /// Articles for subscribers, of about 40 kB as a page.
    #[arg(long, default_value_t = 100)]
    articles: usize,
    /// Into this PostgreSQL instead of the directory, which still gets the lists.
    #[arg(long, default_value = "")]
    url: String,
    /// Devices of every reader, up to three; with none given all have one, and the first twentieth two.
    #[arg(long)]
    devices: Option<usize>,
}

/// Readers of one transaction.
const AT_ONCE: usize = 10_000;
/// Readers of one statement: it looks through the tokens of all of them for each.
const IN_ONE: usize = 200;
/// How identifiers of first, second and third devices begin.
const DEVICES: [&str; 3] = [
    "01980000-0000-7000-8001-",
    "01980000-0000-7000-8002-",
    "01980000-0000-7000-8003-",
];
/// Their lists.
const LISTS: [&str; 3] = ["cookies.txt", "second.txt", "third.txt"];
/// Articles of one transaction; their texts are in memory meanwhile.
const SHEETS_AT_ONCE: usize = 500;

/// Writes the paper.
///
/// # Errors
/// When the directory has a paper already, or the database fails.
pub async fn run(what: Fill) -> anyhow::Result<()> {
    std::fs::create_dir_all(&what.dir)?;
    let app = crate::open(&what.dir, &what.url, |_| {}).await?;
    anyhow::ensure!(
        app.articles.catalog.is_empty(),
        "{} has a paper already; name an empty directory",
        what.dir.display()
    );
    let urls = publish(&app, what.articles).await?;
    std::fs::write(what.dir.join("urls.txt"), urls)?;
    let readers = i64::try_from(what.readers)?;
    let with = |device: usize| match what.devices {
        Some(devices) if device < devices => readers,
        None if device == 0 => readers,
        None if device == 1 => (readers + 19) / 20,
        _ => 0,
    };
    let mut lists = [0, 1, 2].map(|device| (with(device), String::new()));
    for start in (0..readers).step_by(AT_ONCE) {
        let mut tx = app.base.write().await?;
        let end = (start + AT_ONCE as i64).min(readers);
        for start in (start..end).step_by(IN_ONE) {
            let numbers = Numbers {
                start,
                end: (start + IN_ONE as i64).min(end),
            };
            subscribe(&mut tx, numbers, &mut lists).await?;
        }
        tx.commit().await?;
    }
    for (name, (_, cookies)) in LISTS.iter().zip(lists) {
        std::fs::write(what.dir.join(name), cookies)?;
    }
    app.base.db.close().await;
    Ok(())
}

/// Readers with a plan, signed in on as many devices as there are lists that reach so far; their cookies become lines.
async fn subscribe(
    tx: &mut Tx,
    numbers: Numbers,
    lists: &mut [(i64, String)],
) -> anyhow::Result<()> {
    insert_numbered_readers(tx, numbers).await?;
    insert_numbered_subscriptions(tx, numbers, tx.now().plus(Span::days(365))).await?;
    let end = tx.now().plus(Span::days(30));
    for (at, (reach, cookies)) in lists.iter_mut().enumerate() {
        let numbers = Numbers {
            end: numbers.end.min(*reach),
            ..numbers
        };
        let mut tokens = Vec::new();
        for _ in numbers.start..numbers.end {
            let token = tx.rng().token();
            writeln!(cookies, "session={token}")?;
            tokens.push(TokenHash::of(&token));
        }
        if !tokens.is_empty() {
            insert_numbered_sessions(tx, numbers, DEVICES[at], &tokens, end).await?;
        }
    }
    Ok(())
}

async fn publish(app: &App, articles: usize) -> anyhow::Result<String> {
    articles::set_editions(&app.articles, &[edition()]).await?;
    let topics: Vec<TopicDraft> = (0..20).map(topic).collect();
    articles::set_topics(&app.articles, "en", &topics).await?;
    let mut urls = String::new();
    for start in (0..articles).step_by(SHEETS_AT_ONCE) {
        let mut batch = Batch::default();
        for number in start..(start + SHEETS_AT_ONCE).min(articles) {
            batch.submissions.push(submission(app, number)?);
        }
        for answer in articles::publish_batch(&app.articles, batch, || {}).await? {
            writeln!(urls, "{}", answer?.path)?;
        }
    }
    Ok(urls)
}

fn edition() -> EditionDraft {
    EditionDraft {
        slug: "en".into(),
        name: "Bench".into(),
        language: Lang::EN,
        locale: "en-US".into(),
        timezone: "UTC".into(),
        title: "Bench".into(),
        tagline: String::new(),
    }
}

fn topic(number: usize) -> TopicDraft {
    TopicDraft {
        slug: format!("topic-{number}"),
        name: format!("Topic {number}"),
        description: String::new(),
        same_as: String::new(),
    }
}

/// An article whose text is its own: words drawn by its number.
fn submission(app: &App, number: usize) -> anyhow::Result<Submission> {
    let mut words = Words::of(number);
    let mut text = String::new();
    for paragraph in 0..84 {
        if paragraph % 8 == 7 {
            writeln!(text, "## {}\n", words.sentence(5))?;
        }
        for _ in 0..4 {
            let length = 12 + words.draw(10);
            write!(text, "{}. ", words.sentence(length))?;
        }
        text.push_str("\n\n");
    }
    let published = app.base.clock.now().0 / 1000 - 3600 - i64::try_from(number)?;
    let draft: Draft = serde_json::from_value(serde_json::json!({
        "headline": words.sentence(8),
        "deck": words.sentence(16),
        "byline": ["Ada Bench"],
        "published": jiff::Timestamp::from_second(published)?,
        "edition": "en",
        "slug": format!("article-{number}"),
        "topics": [format!("topic-{}", number % 20), format!("topic-{}", (number / 20) % 20)],
        "access": "subscribers",
    }))?;
    Ok(Submission {
        draft,
        document: Document::from_markdown(&text).0,
        files: std::collections::BTreeMap::default(),
    })
}

/// Made-up words, always the same for one number.
struct Words(u64);

impl Words {
    fn of(number: usize) -> Self {
        Self((number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    fn draw(&mut self, end: u64) -> u64 {
        // Knuth's multiplier; quality does not matter here, only that texts differ and compress like texts.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }

    fn sentence(&mut self, length: u64) -> String {
        const SYLLABLES: [&str; 24] = [
            "an", "ber", "co", "da", "el", "fin", "ga", "ho", "in", "ja", "ka", "lo", "mar", "no",
            "or", "pe", "qui", "ra", "sol", "ta", "un", "ver", "wa", "zo",
        ];
        let mut sentence = String::new();
        for word in 0..length {
            if word > 0 {
                sentence.push(' ');
            }
            for _ in 0..=self.draw(3) {
                let at = usize::try_from(self.draw(24)).unwrap_or_default();
                sentence.push_str(SYLLABLES[at]);
            }
        }
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence
    }
}
