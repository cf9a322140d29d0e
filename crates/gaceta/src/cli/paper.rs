//! `gaceta init`, `gaceta editions` and `gaceta topic`: setting up a paper.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::control::{Order, Paper};
use super::{say, serve};
use crate::App;
use articles::{self, EditionContext, EditionDraft, TopicDraft};
use base::config::{Config, DEFAULT_FILE};
use base::rng::Rng;
use base::time::Clock;
use web::locale::Say;

/// The template of `editions.toml`.
const EDITIONS: &str = include_str!("editions.toml");

/// An article to begin with.
const SAMPLE: &str = include_str!("first-article.md");

/// What can be done with topics.
#[derive(Debug, Subcommand)]
pub enum Topic {
    /// Add a topic to an edition.
    Add(Add),
    /// List the topics of all editions.
    List,
}

/// A new topic.
#[derive(Debug, Args)]
pub struct Add {
    /// Slug of the edition.
    edition: String,
    /// Last part of the topic's address: small letters, digits and hyphens.
    slug: String,
    /// Its name.
    name: String,
    /// What it is about.
    #[arg(long, default_value = "")]
    description: String,
    /// The same topic in another edition, EDITION/SLUG.
    #[arg(long, default_value = "")]
    same_as: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionsFile {
    edition: Vec<EditionDraft>,
}

/// Writes the configuration and the editions as files to be filled in, and makes the database.
///
/// # Errors
/// When the configuration is there already, and when a file cannot be written.
pub async fn init(file: Option<PathBuf>) -> anyhow::Result<()> {
    let file = file.unwrap_or_else(|| "gaceta.toml".into());
    anyhow::ensure!(
        write_new(&file, DEFAULT_FILE)?,
        "{} is there already and stays as it is",
        file.display()
    );
    println!(
        "wrote {}: all settings, with their defaults",
        file.display()
    );
    let editions = file.with_file_name("editions.toml");
    if write_new(&editions, EDITIONS)? {
        println!("wrote {}: name your editions there", editions.display());
    }
    let sample = file.with_file_name("first-article.md");
    if write_new(&sample, SAMPLE)? {
        println!(
            "wrote {}: what an article file looks like",
            sample.display()
        );
    }
    let config = Config::load(Some(&file), std::env::vars())?;
    let _lock = serve::lock(&config, serve::DIR_SETTING)?;
    let dir = config.database.dir.display().to_string();
    let app = App::open(config, Clock::System, Rng::System).await?;
    if app.articles.editions.all().is_empty() {
        let lines = set_editions(&app, &read_editions(&editions)?, say())
            .await
            .map_err(|error| error.context(editions.display().to_string()))?;
        lines.iter().for_each(|line| println!("{line}"));
    }
    app.base.db.close().await;
    println!(
        "The database is ready in {dir}. Next: `gaceta publish first-article.md`, `gaceta serve`."
    );
    Ok(())
}

/// Writes a file that is not there yet; says whether it did.
fn write_new(file: &Path, text: &str) -> anyhow::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut new) => {
            new.write_all(text.as_bytes())?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => anyhow::bail!("cannot write {}: {error}", file.display()),
    }
}

fn read_editions(file: &Path) -> anyhow::Result<Vec<EditionDraft>> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", file.display()))?;
    let parsed: EditionsFile =
        toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    Ok(parsed.edition)
}

/// Reads the editions from a file. Those it does not name stay.
///
/// # Errors
/// Names what is wrong with the file; then nothing is changed.
pub async fn editions(config: Config, file: &Path) -> anyhow::Result<()> {
    let drafts = read_editions(file)?;
    let paper = Paper::open(config).await?;
    paper
        .tell(Order::SetEditions(drafts))
        .await
        .map_err(|error| error.context(file.display().to_string()))
}

/// Writes the editions, and lists all of the paper.
///
/// # Errors
/// Names what is wrong with them; then nothing is changed.
pub async fn set_editions(
    app: &App,
    drafts: &[EditionDraft],
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let set = articles::set_editions(&app.articles, drafts).await;
    set.map_err(|error| anyhow::Error::msg(error.say(say)))?;
    let line = |context: &EditionContext| {
        format!(
            "edition /{}: {}",
            context.edition.slug, context.edition.name
        )
    };
    Ok(app
        .articles
        .editions
        .all()
        .iter()
        .map(|context| line(context))
        .collect())
}

/// Adds or lists topics.
///
/// # Errors
/// Names what is wrong with the topic.
pub async fn topic(config: Config, topic: Topic) -> anyhow::Result<()> {
    let order = match topic {
        Topic::List => Order::ListTopics,
        Topic::Add(add) => Order::AddTopic {
            edition: add.edition,
            topic: TopicDraft {
                slug: add.slug,
                name: add.name,
                description: add.description,
                same_as: add.same_as,
            },
        },
    };
    Paper::open(config).await?.tell(order).await
}

/// All topics of all editions.
pub fn list_topics(app: &App) -> Vec<String> {
    let mut lines = Vec::new();
    for context in app.articles.editions.all().iter() {
        for topic in &context.topics {
            lines.push(format!(
                "{}/{}  {}",
                context.edition.slug, topic.slug, topic.name
            ));
        }
    }
    lines
}

/// Adds a topic.
///
/// # Errors
/// Names what is wrong with it; then nothing is changed.
pub async fn add_topic(
    app: &App,
    edition: &str,
    topic: &TopicDraft,
    say: Say,
) -> anyhow::Result<Vec<String>> {
    let at = format!("{edition}/{}", topic.slug);
    let added = articles::add_topic(&app.articles, edition, topic).await;
    let line = if added.map_err(|error| anyhow::Error::msg(error.say(say)))? {
        format!("new      {at}")
    } else {
        format!("same     {at} was there and stays as it is")
    };
    Ok(vec![line])
}
