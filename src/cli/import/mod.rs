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
use crate::articles::{Batch, Published, publish_batch, published_at};
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
    let (new_topics, old_topics): (Vec<_>, Vec<_>) = plan.topics.into_iter().partition(|topic| {
        !room
            .topics
            .iter()
            .any(|have| have.slug.as_str() == topic.slug)
    });
    let topics = (new_topics.len(), old_topics.len());
    let slugs: Vec<String> = plan
        .sheets
        .iter()
        .map(|one| one.draft.slug.clone())
        .collect();
    let batch = Batch {
        topics: new_topics
            .into_iter()
            .map(|topic| (edition.clone(), topic))
            .collect(),
        sheets: plan.sheets,
        dry_run: options.dry_run,
    };
    let bar = bar(slugs.len());
    let answers = publish_batch(app, batch, || bar.inc(1)).await?;
    bar.finish_and_clear();
    let mut done = Done::default();
    for (slug, answer) in slugs.iter().zip(answers) {
        match answer {
            Ok(Published::New(_)) => done.new += 1,
            Ok(Published::Changed(_)) => done.changed += 1,
            Ok(Published::Same(_)) => done.same += 1,
            Err(error) => done.bad.push(format!("{slug}: {error:#}")),
        }
    }
    anyhow::ensure!(
        done.bad.is_empty(),
        "{}\n{name}: nothing was imported",
        done.bad.join("\n")
    );
    let head = format!(
        "{} (WordPress export, WXR {}) into edition {edition}\n",
        export.title.trim(),
        export.version
    );
    let mut out = head;
    section(&mut out, "In the file", &plan.kinds);
    let Done {
        new, changed, same, ..
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
    if options.dry_run {
        out += "Nothing was changed: this was a dry run.\n";
    }
    Ok(out)
}

#[derive(Default)]
struct Done {
    new: usize,
    changed: usize,
    same: usize,
    bad: Vec<String>,
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
