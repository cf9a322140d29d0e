//! `gaceta story`: files of running stories become stories, all of them or none.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::control::{Order, Paper, Reply};
use super::publish::{line, refuse};
use base::Base;
use base::config::Config;
use stories::{Batch, StoryDraft};

/// What can be done with running stories.
#[derive(Debug, Subcommand)]
pub enum Story {
    /// Publish story files, all of them or none; stories published before are changed.
    Publish(Publish),
    /// List the stories of all editions; articles join one with `story = "SLUG"`.
    List,
}

/// How a file looks, below the options in `--help`.
const EXAMPLE: &str = r#"A story file:
  edition = "en"
  slug = "the-wells"
  title = "The wells of the valley"
  summary = "Since spring the wells have been falling."    # all from here on may be left out
  translation_of = "es/los-pozos"
  what_we_know = ["Three wells are dry.", "Why is not established."]

  [[event]]
  date = "2026-02-24"                # by which it is sorted; of one day the latest first
  date_text = "Late February 2026"   # what is shown, if the day is not known exactly
  title = "The third well is dry"
  text = "The council is told the same evening."
  source = "Council minutes, 24 February 2026"

  [[person]]
  name = "Ada Ruiz"
  office = "Mayor"
  note = "In office since 2024."

  [[figure]]
  value = "40 metres"
  label = "depth of the new well"
  source = "Council minutes, 24 February 2026"

An article belongs to the story when its front matter says: story = "the-wells""#;

/// Options of `story publish`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Publish {
    /// Story files, in TOML.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Publishes or lists.
///
/// # Errors
/// One message for each file that cannot be published; then nothing was.
pub async fn run(config: Config, story: Story) -> anyhow::Result<()> {
    match story {
        Story::Publish(what) => publish(config, &what).await,
        Story::List => Paper::open(config).await?.tell(Order::ListStories).await,
    }
}

async fn publish(config: Config, Publish { files, dry_run }: &Publish) -> anyhow::Result<()> {
    let mut stories = Vec::new();
    let mut bad = Vec::new();
    for file in files {
        match read(file) {
            Ok(story) => stories.push(story),
            Err(error) => bad.push(format!("{}: {error:#}", file.display())),
        }
    }
    refuse(&bad, files.len())?;
    let url = config.site.public_url.clone();
    let mut paper = Paper::open(config).await?;
    let order = Order::PublishStories(Batch {
        stories,
        dry_run: *dry_run,
    });
    let answers = match paper.order(order).await? {
        Reply::Published(answers) => answers,
        other => anyhow::bail!("the paper answered with {other:?}"),
    };
    paper.close().await;
    for (file, answer) in files.iter().zip(&answers) {
        if let Err(error) = answer {
            bad.push(format!("{}: {error}", file.display()));
        }
    }
    refuse(&bad, files.len())?;
    for answer in answers.iter().flatten() {
        println!("{}", line(answer, &url));
    }
    if *dry_run {
        println!("Nothing was changed: this was a dry run.");
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<StoryDraft> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("cannot be read: {error}"))?;
    toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        anyhow::anyhow!(
            "{}\n`gaceta story publish --help` shows how a story file looks",
            error.to_string().trim_end()
        )
    })
}

/// All stories of all editions.
///
/// # Errors
/// When the database fails.
pub async fn list(base: &Base) -> anyhow::Result<Vec<String>> {
    let all = stories::list_stories(&mut base.read().await?).await?;
    let line = |(edition, slug, title)| format!("{edition}/{slug}  {title}");
    Ok(all.into_iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_the_help_shows_can_be_read() {
        let (_, rest) = EXAMPLE.split_once('\n').unwrap();
        let (file, _) = rest.split_once("An article").unwrap();
        let story: StoryDraft = toml::from_str(file).unwrap();
        assert_eq!(
            (story.event.len(), story.person.len(), story.figure.len()),
            (1, 1, 1)
        );
    }
}
