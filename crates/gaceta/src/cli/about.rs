//! `gaceta about`: what the paper says of itself.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::control::{Order, Paper};
use super::front::front_matter;
use super::publish::refuse;
use about::{About, Draft, Required, store};
use base::config::Config;
use base::lang::Lang;
use web::locale::Say;

/// What can be done with these pages.
#[derive(Debug, Subcommand)]
pub enum AboutCommand {
    /// Publish pages, all of them or none; what was published before stays as an older version.
    Publish(Publish),
    /// List the pages, and those that laws ask for and that are missing.
    List,
    /// Print the text of a page.
    Show(Show),
    /// Show a page to nobody any more; `restore` brings it back.
    Withdraw {
        /// Its name, such as privacy.
        page: String,
    },
    /// Bring a page back that was withdrawn.
    Restore {
        /// Its name, such as privacy.
        page: String,
    },
}

/// How a file looks, below the options in `--help`.
const EXAMPLE: &str = r#"A file:
  +++
  page = "privacy"                     # terms, privacy, owner, contact, accessibility, corrections, or a name of your own
  language = "en"
  title = "Your data"
  version = "2"                        # the day, if it is left out
  published = 2026-03-01T00:00:00Z     # in force from; now, if it is left out
  +++
  Whatever you want to say, in Markdown."#;

/// Where it is said how a file looks.
const HELP: &str = "`gaceta about publish --help` shows what a file looks like";

/// Options of `about publish`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Publish {
    /// Files in Markdown, with front matter.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Which text.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Show {
    /// Its name, such as privacy.
    page: String,
    /// Its language; that of the command if it is left out.
    #[arg(long)]
    language: Option<Lang>,
    /// Which version; the one in force if it is left out.
    #[arg(long)]
    version: Option<String>,
}

/// What a running paper is told.
#[derive(Debug, Serialize, Deserialize)]
pub enum AboutOrder {
    /// The names of files, and what is in them.
    Publish(Vec<(String, Draft)>),
    /// All pages.
    List,
    /// A text.
    Show(Show),
    /// A page, and whether it is taken away or given back.
    SetWithdrawn(String, bool),
}

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it; then nothing was changed.
pub async fn run(config: Config, what: AboutCommand) -> anyhow::Result<()> {
    let order = match what {
        AboutCommand::Publish(Publish { files }) => AboutOrder::Publish(read_all(&files)?),
        AboutCommand::List => AboutOrder::List,
        AboutCommand::Show(show) => AboutOrder::Show(show),
        AboutCommand::Withdraw { page } => AboutOrder::SetWithdrawn(page, true),
        AboutCommand::Restore { page } => AboutOrder::SetWithdrawn(page, false),
    };
    let paper = Paper::open(config).await?;
    paper.tell(Order::About(order)).await
}

fn read_all(files: &[PathBuf]) -> anyhow::Result<Vec<(String, Draft)>> {
    let (mut drafts, mut bad) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(draft) => drafts.push((file.display().to_string(), draft)),
            Err(faults) => bad.extend(
                faults
                    .iter()
                    .map(|fault| format!("{}: {fault}", file.display())),
            ),
        }
    }
    refuse(&bad, files.len())?;
    Ok(drafts)
}

fn read(file: &Path) -> Result<Draft, Vec<String>> {
    let text = std::fs::read_to_string(file);
    draft(&text.map_err(|error| vec![format!("cannot be read: {error}")])?)
}

/// A file as a draft.
///
/// # Errors
/// All that is wrong with its front matter, each with its line.
pub fn draft(text: &str) -> Result<Draft, Vec<String>> {
    let (mut draft, body): (Draft, &str) = front_matter(text, HELP)?;
    draft.body = body.to_owned();
    Ok(draft)
}

/// Carries it out in this process.
///
/// # Errors
/// Says what is wrong and how to mend it; then nothing was changed.
pub async fn carry_out(of: &About, order: AboutOrder, say: Say) -> anyhow::Result<Vec<String>> {
    match order {
        AboutOrder::Publish(files) => publish(of, files, say).await,
        AboutOrder::List => list(of).await,
        AboutOrder::Show(show) => show_text(of, &show, say).await,
        AboutOrder::SetWithdrawn(page, withdrawn) => {
            let changed = about::set_withdrawn(of, &page, withdrawn).await?;
            let changed = changed.map_err(|refusal| anyhow::Error::msg(refusal.say(say)))?;
            let line = match (changed, withdrawn) {
                (true, true) => {
                    format!("withdrawn  {page}; `gaceta about restore {page}` brings it back")
                }
                (true, false) => format!("restored   {page}"),
                (false, _) => format!("same       {page}"),
            };
            Ok(vec![line])
        }
    }
}

async fn publish(of: &About, files: Vec<(String, Draft)>, say: Say) -> anyhow::Result<Vec<String>> {
    let url = &of.base.config.site.public_url;
    let (names, drafts): (Vec<String>, Vec<Draft>) = files.into_iter().unzip();
    let outcomes = about::publish(of, &drafts).await?;
    let (mut lines, mut bad) = (Vec::new(), Vec::new());
    for (name, outcome) in names.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => {
                let change = if outcome.is_new { "new" } else { "same" };
                lines.push(format!(
                    "{change:8} {url}{}  version {}",
                    outcome.path, outcome.version
                ));
            }
            Err(refusal) => bad.push(format!("{name}: {}", refusal.say(say))),
        }
    }
    refuse(&bad, names.len())?;
    Ok(lines)
}

async fn list(of: &About) -> anyhow::Result<Vec<String>> {
    let all = store::list_pages(&mut of.base.read().await?).await?;
    let is_there = |required: &&Required| all.iter().any(|one| one.slug == required.as_str());
    let missing = Required::ALL.iter().filter(|one| !is_there(one));
    let line = |one: &store::Listed| {
        let withdrawn = if one.withdrawn_at.is_some() {
            "  withdrawn"
        } else {
            ""
        };
        format!(
            "{}  {}  version {}  {}{withdrawn}",
            one.slug, one.language, one.version, one.title
        )
    };
    let lines = all.iter().map(line);
    Ok(lines
        .chain(missing.map(|one| format!("{}  missing", one.as_str())))
        .collect())
}

async fn show_text(of: &About, show: &Show, say: Say) -> anyhow::Result<Vec<String>> {
    let refusal = || about::Refusal::NoPage(show.page.clone()).say(say);
    let slug = show.page.parse();
    let slug = slug.map_err(|_| anyhow::Error::msg(refusal()))?;
    let language = show.language.unwrap_or(say.lang);
    let mut tx = of.base.read().await?;
    let found = match &show.version {
        Some(version) => store::find_version(&mut tx, &slug, version, language).await?,
        None => store::find_newest(&mut tx, &slug, language).await?,
    };
    let found = found.ok_or_else(|| anyhow::Error::msg(refusal()))?;
    Ok(vec![
        "+++".to_owned(),
        format!("page = \"{slug}\""),
        format!("language = \"{}\"", found.language),
        format!("title = {}", toml::Value::String(found.title)),
        format!("version = {}", toml::Value::String(found.version)),
        format!("published = {}", found.published_at.timestamp()),
        "+++".to_owned(),
        found.body,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_the_help_shows_can_be_read() {
        let (_, file) = EXAMPLE.split_once('\n').unwrap();
        let file: Vec<&str> = file.lines().map(str::trim_start).collect();
        let draft = draft(&file.join("\n")).unwrap();
        assert_eq!((draft.page.as_str(), draft.language), ("privacy", Lang::EN));
        assert!(draft.published.is_some() && draft.body.starts_with("Whatever"));
    }
}
