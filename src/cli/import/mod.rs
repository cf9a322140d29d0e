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
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::serve;
use crate::App;
use crate::access::Access;
use crate::articles::{Batch, Published, Room, TopicDraft, publish_batch, published_at};
use crate::base::config::Config;
use crate::base::rng::Rng;
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
    let _lock = serve::lock(&config)?;
    let app = App::open(config, Clock::System, Rng::System).await?;
    let report = wordpress(&app, &options).await?;
    app.db.close().await;
    print!("{report}");
    Ok(())
}

async fn wordpress(app: &Arc<App>, options: &Wordpress) -> anyhow::Result<String> {
    let name = options.file.display().to_string();
    let bytes = std::fs::read(&options.file)
        .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
    let export = wxr::read(&bytes)
        .map_err(|error| error.context(format!("{name}: nothing was imported")))?;
    drop(bytes);
    let edition = options.edition.as_ref();
    let edition = edition.unwrap_or(&app.config.site.default_edition);
    let room = app.editions.find(edition).ok_or_else(|| {
        anyhow::anyhow!("there is no edition {edition:?}; `gaceta editions FILE` makes one")
    })?;
    let target = wordpress::Target {
        edition,
        zone: &room.zone,
        access: options.access,
        now: app.clock.now().timestamp(),
    };
    let mut plan = wordpress::plan(&export, &target);
    let taken: HashMap<String, i64> = published_at(&mut app.read().await?, &room.edition.slug)
        .await?
        .into_iter()
        .collect();
    wordpress::number(&mut plan.sheets, &taken);
    let done = write(app, &room, &mut plan, options.dry_run)
        .await
        .map_err(|error| error.context(format!("{name}: nothing was imported")))?;
    let mut out = report(&export, edition, &plan, &done);
    if options.dry_run {
        out += "Nothing was changed: this was a dry run.\n";
    }
    Ok(out)
}

/// Publishes the articles of a plan and the topics that are missing.
async fn write(
    app: &App,
    room: &Room,
    plan: &mut wordpress::Plan,
    dry_run: bool,
) -> anyhow::Result<Done> {
    let is_new = |topic: &TopicDraft| {
        let mut have = room.topics.iter().map(|have| have.slug.as_str());
        !have.any(|slug| slug == topic.slug)
    };
    let (new, old): (Vec<_>, Vec<_>) = std::mem::take(&mut plan.topics)
        .into_iter()
        .partition(is_new);
    let mut done = Done {
        topics: (new.len(), old.len()),
        ..Done::default()
    };
    let sheets = std::mem::take(&mut plan.sheets);
    let slugs: Vec<String> = sheets.iter().map(|one| one.draft.slug.clone()).collect();
    let edition = room.edition.slug.as_str();
    let batch = Batch {
        topics: new
            .into_iter()
            .map(|topic| (edition.to_owned(), topic))
            .collect(),
        sheets,
        dry_run,
    };
    let bar = bar(slugs.len());
    let answers = publish_batch(app, batch, || bar.inc(1)).await?;
    bar.finish_and_clear();
    let mut bad = Vec::new();
    for (slug, answer) in slugs.iter().zip(answers) {
        match answer {
            Ok(Published::New(_)) => done.new += 1,
            Ok(Published::Changed(_)) => done.changed += 1,
            Ok(Published::Same(_)) => done.same += 1,
            Err(error) => bad.push(format!("{slug}: {error:#}")),
        }
    }
    anyhow::ensure!(bad.is_empty(), "{}", bad.join("\n"));
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
