//! `gaceta import`: takes over what another system exported, all of it or nothing, and says what it skipped and why.
//!
//! Importing the same file again changes nothing. An article that was changed here after the import is set back to what
//! the file says; its address stays. The file is read piece by piece, twice at least, and no more than a few articles are in
//! memory at a time, however many it has.

mod byline;
mod mend;
mod notes;
mod slug;
mod source;
mod wordpress;
mod wxr;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use jiff::tz::TimeZone;

use super::control::{EditionFound, Order, Paper, Reply, Run};
use crate::App;
use access::Access;
use articles::{Change, EditionContext, Published, TopicDraft, published_at};
use base::config::Config;
use base::time::Clock;
use source::Source;
use wordpress::{Notes, Survey, Target};
use wxr::Items;

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
    /// Another kind of items (post type) that becomes articles; the report names those that there are.
    #[arg(long = "kind")]
    kinds: Vec<String>,
    /// Another taxonomy whose terms become topics; the report names those that there are.
    #[arg(long = "taxonomy")]
    taxonomies: Vec<String>,
    /// Write what was left out, article by article, into this file (CSV).
    #[arg(long, value_name = "FILE.csv")]
    list: Option<PathBuf>,
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
    let order = Order::FindEdition(options.edition.clone());
    let Reply::Edition(edition) = paper.order(order).await? else {
        anyhow::bail!("the paper did not say what its edition is");
    };
    let target = Target {
        edition: &edition.slug,
        zone: &TimeZone::get(&edition.timezone).unwrap_or(TimeZone::UTC),
        access: options.access,
        now: clock.now().timestamp(),
        kinds: &options.kinds,
        taxonomies: &options.taxonomies,
    };
    let file = Source::open(&options.file)
        .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
    let survey = Survey::of(Items::new(file.read()?), &target)
        .map_err(|error| error.context(format!("{name}: nothing was imported")))?;
    let import = Takeover {
        file,
        taken: taken(paper, &edition.slug).await?,
        edition: &edition,
        survey,
        notes: RefCell::default(),
        list: options.list.as_deref(),
    };
    let done = import
        .write(paper, &target, options.dry_run)
        .await
        .map_err(|error| error.context(name))?;
    let mut out = import.report(&done);
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
    let slug = slug.unwrap_or(&app.base.config.site.default_edition);
    let found = |context: &EditionContext| EditionFound {
        slug: context.edition.slug.to_string(),
        timezone: context.edition.timezone.clone(),
        topics: context
            .topics
            .iter()
            .map(|one| one.slug.to_string())
            .collect(),
    };
    app.articles
        .editions
        .find(slug)
        .map(|context| found(&context))
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
    Ok(published_at(&mut app.base.read().await?, &edition, after, PAGE).await?)
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

/// An import under way.
struct Takeover<'a> {
    file: Source,
    edition: &'a EditionFound,
    /// When the articles of the edition were published, by slug.
    taken: HashMap<String, i64>,
    survey: Survey,
    /// Of the last time that the articles were made.
    notes: RefCell<Notes>,
    /// Where they are written one by one.
    list: Option<&'a Path>,
}

impl Takeover<'_> {
    /// Publishes the articles and the topics that are missing.
    async fn write(
        &self,
        paper: &mut Paper,
        target: &Target<'_>,
        dry_run: bool,
    ) -> anyhow::Result<Done> {
        let is_new = |topic: &&TopicDraft| !self.edition.topics.contains(&topic.slug);
        let new = self.survey.topics.iter().filter(is_new);
        let topics: Vec<_> = new
            .map(|topic| (self.edition.slug.clone(), topic.clone()))
            .collect();
        let mut done = Done {
            topics: (topics.len(), self.survey.topics.len() - topics.len()),
            ..Done::default()
        };
        let articles = || {
            *self.notes.borrow_mut() = self.new_notes()?;
            let items = Items::new(self.file.read()?);
            let (survey, taken, notes) = (&self.survey, &self.taken, &self.notes);
            Ok(wordpress::articles(items, survey, target, taken, notes))
        };
        let bar = bar(self.survey.articles);
        let mut bad = Vec::new();
        let told = |slug: &str, answer| {
            bar.inc(1);
            match answer {
                Ok(Published { change, .. }) => match change {
                    Change::New => done.new += 1,
                    Change::Changed => done.changed += 1,
                    Change::Same => done.same += 1,
                },
                Err(error) => bad.push(format!("{slug}: {error}")),
            }
        };
        let run = Run { topics, dry_run };
        paper.publish_all(run, articles, told).await?;
        bar.finish_and_clear();
        if let (Some(list), Some(file)) = (&mut self.notes.borrow_mut().list, self.list) {
            list.flush()
                .map_err(|error| anyhow::anyhow!("cannot write {}: {error}", file.display()))?;
        }
        anyhow::ensure!(bad.is_empty(), "nothing was imported: {}", bad.join("\n"));
        let told = done.new + done.changed + done.same;
        anyhow::ensure!(
            told == self.survey.articles,
            "the file was changed while it was read; the same command again does the rest"
        );
        Ok(done)
    }

    /// Empty, with the list begun anew.
    fn new_notes(&self) -> anyhow::Result<Notes> {
        let begin = |file: &Path| {
            let mut list = BufWriter::new(File::create(file)?);
            list.write_all("\u{feff}post,headline,left out,times\r\n".as_bytes())?;
            Ok(list)
        };
        let list = self.list.map(|file| {
            begin(file).map_err(|error: std::io::Error| {
                anyhow::anyhow!("cannot write {}: {error}", file.display())
            })
        });
        Ok(Notes {
            list: list.transpose()?,
            ..Notes::default()
        })
    }

    fn report(&self, done: &Done) -> String {
        let Survey {
            export,
            kinds,
            skipped,
            taxonomies,
            ..
        } = &self.survey;
        let mut out = format!(
            "{} (WordPress export, WXR {}) into edition {}\n",
            export.title.trim(),
            export.version,
            self.edition.slug
        );
        section(&mut out, "In the file", kinds);
        let Done {
            new,
            changed,
            same,
            topics,
        } = done;
        out += &format!("Articles: {new} new, {changed} changed, {same} the same as before\n");
        out += &format!("Topics: {} new, {} there before\n", topics.0, topics.1);
        section(&mut out, "Skipped", skipped);
        section(
            &mut out,
            "Filed under what is no topic (`--taxonomy NAME` makes topics of one)",
            taxonomies,
        );
        let notes = &self.notes.borrow().counts;
        section(&mut out, "Left out of what was read", notes);
        if !notes.is_empty() && self.list.is_none() {
            out += "  `--list FILE.csv` names each article with what was left out of it\n";
        }
        if export.mended > 0 {
            out += &format!(
                "Mended: {} characters that XML does not allow\n",
                export.mended
            );
        }
        out
    }
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
