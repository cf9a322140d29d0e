//! `gaceta import`: takes over what another system exported, all of it or nothing, and says what it skipped and why.
//!
//! Importing the same file again changes nothing. An article that was changed here after the import is set back to what
//! the file says; its address stays.

mod slug;
mod wordpress;
mod wxr;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use jiff::tz::TimeZone;

use super::control::{EditionFound, Order, Paper, Reply};
use crate::App;
use crate::access::Access;
use crate::articles::{Batch, Published, Room, TopicDraft, published_at};
use crate::base::config::Config;
use crate::base::time::Clock;

/// What can be imported.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// A WordPress export (Tools, Export: a file of the kind WXR 1.0 to 1.2).
    Wordpress(Wordpress),
}

/// Options of `import wordpress`.
#[derive(Clone, Debug, Args)]
pub struct Wordpress {
    /// The export.
    file: PathBuf,
    /// Edition that gets the articles; without it the default edition.
    #[arg(long)]
    edition: Option<String>,
    /// Whom the articles are for: open, metered or subscribers.
    #[arg(long, default_value = "open")]
    access: Access,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Imports.
///
/// # Errors
/// Names the line of a broken file, or the article that cannot be published; then nothing was changed.
pub async fn run(config: Config, import: Import) -> anyhow::Result<()> {
    let Import::Wordpress(options) = import;
    let mut paper = Paper::open(config).await?;
    let report = wordpress(&mut paper, &options, &Clock::System).await?;
    paper.close().await;
    print!("{report}");
    Ok(())
}

async fn wordpress(
    paper: &mut Paper,
    options: &Wordpress,
    clock: &Clock,
) -> anyhow::Result<String> {
    let name = options.file.display().to_string();
    let bytes = std::fs::read(&options.file)
        .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
    let export = wxr::read(&bytes)
        .map_err(|error| error.context(format!("{name}: nothing was imported")))?;
    drop(bytes);
    let order = Order::FindEdition(options.edition.clone());
    let Reply::Edition(edition) = paper.order(order).await? else {
        anyhow::bail!("the paper did not say what its edition is");
    };
    let target = wordpress::Target {
        edition: &edition.slug,
        zone: &TimeZone::get(&edition.timezone).unwrap_or(TimeZone::UTC),
        access: options.access,
        now: clock.now().timestamp(),
    };
    let mut plan = wordpress::plan(&export, &target);
    wordpress::number(&mut plan.sheets, &taken(paper, &edition.slug).await?);
    let done = write(paper, &edition, &mut plan, options.dry_run)
        .await
        .map_err(|error| error.context(name))?;
    let mut out = report(&export, &edition.slug, &plan, &done);
    if options.dry_run {
        out += "Nothing was changed: this was a dry run.\n";
    }
    Ok(out)
}

/// The edition with this slug, or the default one.
///
/// # Errors
/// When there is none.
pub fn find_edition(app: &App, slug: Option<&str>) -> anyhow::Result<EditionFound> {
    let slug = slug.unwrap_or(&app.config.site.default_edition);
    let found = |room: &Room| EditionFound {
        slug: room.edition.slug.to_string(),
        timezone: room.edition.timezone.clone(),
        topics: room.topics.iter().map(|one| one.slug.to_string()).collect(),
    };
    app.editions
        .find(slug)
        .map(|room| found(&room))
        .ok_or_else(|| {
            anyhow::anyhow!("there is no edition {slug:?}; `gaceta editions FILE` makes one")
        })
}

/// A page of slugs and moments of publication; an empty one is the end.
///
/// # Errors
/// When there is no such edition.
pub async fn list_slugs(
    app: &App,
    edition: &str,
    after: &str,
) -> anyhow::Result<Vec<(String, i64)>> {
    /// Some megabytes, even with the longest slugs.
    const PAGE: i64 = 20_000;
    let edition = edition.parse().map_err(anyhow::Error::msg)?;
    Ok(published_at(&mut app.read().await?, &edition, after, PAGE).await?)
}

/// When the articles of an edition were published, by slug.
async fn taken(paper: &mut Paper, edition: &str) -> anyhow::Result<HashMap<String, i64>> {
    let (mut all, mut after) = (HashMap::new(), String::new());
    loop {
        let edition = edition.to_owned();
        let order = Order::ListSlugs { edition, after };
        let Reply::Slugs(page) = paper.order(order).await? else {
            anyhow::bail!("the paper did not say which articles it has");
        };
        match page.last() {
            None => return Ok(all),
            Some((last, _)) => after = last.clone(),
        }
        all.extend(page);
    }
}

/// Publishes the articles of a plan and the topics that are missing.
async fn write(
    paper: &mut Paper,
    edition: &EditionFound,
    plan: &mut wordpress::Plan,
    dry_run: bool,
) -> anyhow::Result<Done> {
    let is_new = |topic: &TopicDraft| !edition.topics.contains(&topic.slug);
    let (new, old): (Vec<_>, Vec<_>) = std::mem::take(&mut plan.topics)
        .into_iter()
        .partition(is_new);
    let mut done = Done {
        topics: (new.len(), old.len()),
        ..Done::default()
    };
    let sheets = std::mem::take(&mut plan.sheets);
    let slugs: Vec<String> = sheets.iter().map(|one| one.draft.slug.clone()).collect();
    let batch = Batch {
        topics: new
            .into_iter()
            .map(|topic| (edition.slug.clone(), topic))
            .collect(),
        sheets,
        dry_run,
    };
    let bar = bar(slugs.len());
    let answers = paper.publish(batch, || bar.inc(1)).await?;
    bar.finish_and_clear();
    let mut bad = Vec::new();
    for (slug, answer) in slugs.iter().zip(answers) {
        match answer {
            Ok(Published::New(_)) => done.new += 1,
            Ok(Published::Changed(_)) => done.changed += 1,
            Ok(Published::Same(_)) => done.same += 1,
            Err(error) => bad.push(format!("{slug}: {error}")),
        }
    }
    anyhow::ensure!(bad.is_empty(), "nothing was imported: {}", bad.join("\n"));
    Ok(done)
}

fn report(export: &wxr::Export, edition: &str, plan: &wordpress::Plan, done: &Done) -> String {
    let mut out = format!(
        "{} (WordPress export, WXR {}) into edition {edition}\n",
        export.title.trim(),
        export.version
    );
    section(&mut out, "In the file", &plan.kinds);
    let Done {
        new,
        changed,
        same,
        topics,
    } = done;
    out += &format!("Articles: {new} new, {changed} changed, {same} the same as before\n");
    out += &format!("Topics: {} new, {} there before\n", topics.0, topics.1);
    section(&mut out, "Skipped", &plan.skipped);
    section(&mut out, "Left out of what was read", &plan.notes);
    if export.mended > 0 {
        out += &format!(
            "Mended: {} characters that XML does not allow\n",
            export.mended
        );
    }
    out
}

#[derive(Default)]
struct Done {
    new: usize,
    changed: usize,
    same: usize,
    topics: (usize, usize),
}

fn bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} articles")
        .expect("the template is fixed and valid");
    ProgressBar::new(length as u64).with_style(style)
}

fn section(out: &mut String, title: &str, counts: &BTreeMap<String, usize>) {
    if !counts.is_empty() {
        *out += &format!("{title}:\n");
        for (what, count) in counts {
            *out += &format!("{count:>7}  {what}\n");
        }
    }
}
