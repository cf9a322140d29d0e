//! `gaceta init`, `gaceta editions` and `gaceta topic`: setting up a paper.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::serve;
use crate::App;
use crate::articles::{self, EditionDraft, TopicDraft};
use crate::base::config::{Config, DEFAULT_FILE};
use crate::base::rng::Rng;
use crate::base::time::Clock;

/// The template of `editions.toml`.
const EDITIONS: &str = include_str!("editions.toml");

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

async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    App::open(config, Clock::System, Rng::System).await
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
    let config = Config::load(Some(&file), std::env::vars())?;
    let _lock = serve::lock(&config)?;
    let dir = config.database.dir.display().to_string();
    let app = open(config).await?;
    if app.editions.all().is_empty() {
        set_editions(&app, &editions).await?;
    }
    app.db.close().await;
    println!("The database is ready in {dir}. Next: `gaceta publish ARTICLE.md`, `gaceta serve`.");
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

async fn set_editions(app: &App, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", file.display()))?;
    let parsed: EditionsFile =
        toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    articles::set_editions(app, &parsed.edition)
        .await
        .map_err(|error| error.context(file.display().to_string()))?;
    for room in app.editions.all().iter() {
        println!("edition /{}: {}", room.edition.slug, room.edition.name);
    }
    Ok(())
}

/// Reads the editions from a file. Those it does not name stay.
///
/// # Errors
/// Names what is wrong with the file; then nothing is changed.
pub async fn editions(config: Config, file: &Path) -> anyhow::Result<()> {
    let _lock = serve::lock(&config)?;
    let app = open(config).await?;
    set_editions(&app, file).await?;
    app.db.close().await;
    Ok(())
}

/// Adds or lists topics.
///
/// # Errors
/// Names what is wrong with the topic.
pub async fn topic(config: Config, topic: Topic) -> anyhow::Result<()> {
    let _lock = serve::lock(&config)?;
    let app = open(config).await?;
    match topic {
        Topic::List => {
            for room in app.editions.all().iter() {
                for topic in &room.topics {
                    println!("{}/{}  {}", room.edition.slug, topic.slug, topic.name);
                }
            }
        }
        Topic::Add(add) => {
            let draft = TopicDraft {
                slug: add.slug,
                name: add.name,
                description: add.description,
                same_as: add.same_as,
            };
            let at = format!("{}/{}", add.edition, draft.slug);
            if articles::add_topic(&app, &add.edition, &draft).await? {
                println!("new      {at}");
            } else {
                println!("same     {at} was there and stays as it is");
            }
        }
    }
    app.db.close().await;
    Ok(())
}
