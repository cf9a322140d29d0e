//! Orders to a paper: a command opens the paper itself when nobody serves it, and else tells the serving process.
//!
//! ```text
//! lock free   command ── Order ──> carry_out(App)                       this process, the whole paper for itself
//! lock taken  command ── Order ──> DIR/gaceta.sock ──> carry_out(App)   the serving process, whose memory learns of it
//! ```
//!
//! A command reads its files and the standard input, makes an [`Order`] of them and prints the [`Reply`]; it cannot see
//! which way it went. The socket belongs to the user who serves the paper and to nobody else (mode 0600, and the other
//! side is asked who it is): whoever could write to it could as well write to the database file beside it. Deliberately
//! not here: what an order does (each command's own module), anything over the network, and `backup`, `restore` and
//! `doctor`, which work on files.

mod order;
mod portions;
mod socket;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::UnixStream;

use portions::Outcome;

use super::{say, serve};
use crate::App;
use articles::{self, Batch, PublishRun, Published, Submission, TopicDraft, publish_batch};
use base::config::Config;
use base::lock::DataLock;
use base::rng::Rng;
use base::time::Clock;

pub use order::{EditionFound, Order, Reply};
pub use socket::{bind, take_orders};

/// Where a paper with this data directory takes orders.
pub fn socket(dir: &Path) -> PathBuf {
    dir.join("gaceta.sock")
}

/// What articles that are published together have in common.
pub struct Run {
    /// Topics by edition, as in a [`Batch`].
    pub topics: Vec<(String, TopicDraft)>,
    /// Find out what would happen, and change nothing.
    pub dry_run: bool,
}

/// A paper that takes orders.
pub enum Paper {
    /// Nobody serves it; this process has it for itself.
    Here {
        /// The paper.
        app: Arc<App>,
        /// Kept until the end.
        _lock: DataLock,
    },
    /// Another process serves it.
    There(UnixStream),
}

impl Paper {
    /// Opens the paper, or finds the process that serves it.
    ///
    /// # Errors
    /// When another process has the paper and takes no orders, or is another version of this program.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let dir = config.database.dir.clone();
        if let Some(lock) = serve::try_lock(&config)? {
            let app = App::open(config, Clock::System, Rng::System).await?;
            return Ok(Self::Here { app, _lock: lock });
        }
        let stream = UnixStream::connect(socket(&dir)).await.map_err(|error| {
            anyhow::anyhow!(
                "another gaceta works on {} and takes no orders ({error}); wait until it is done, or stop it",
                dir.display()
            )
        })?;
        Self::greet(stream).await
    }

    /// The paper that is served from this directory, without opening it here; `None` if nobody takes orders there.
    ///
    /// # Errors
    /// When the other process is another version of this program.
    pub async fn reach(dir: &Path) -> anyhow::Result<Option<Self>> {
        match UnixStream::connect(socket(dir)).await {
            Ok(stream) => Self::greet(stream).await.map(Some),
            Err(_) => Ok(None),
        }
    }

    async fn greet(mut stream: UnixStream) -> anyhow::Result<Self> {
        wire::write(&mut stream, &wire::VERSION).await?;
        wire::answer::<()>(&mut stream).await?;
        Ok(Self::There(stream))
    }

    /// Has an order carried out.
    ///
    /// # Errors
    /// What was wrong with it; then nothing was changed.
    pub async fn order(&mut self, order: Order) -> anyhow::Result<Reply> {
        match self {
            Self::Here { app, .. } => order::carry_out(app, order, say()).await,
            Self::There(stream) => {
                wire::write(stream, &(say().lang, order)).await?;
                wire::answer(stream).await
            }
        }
    }

    /// Has an order carried out and prints what came of it.
    ///
    /// # Errors
    /// As for [`Paper::order`].
    pub async fn tell(mut self, order: Order) -> anyhow::Result<()> {
        if let Reply::Lines(lines) = self.order(order).await? {
            lines.iter().for_each(|line| println!("{line}"));
        }
        self.close().await;
        Ok(())
    }

    /// Publishes one article after the other, all of them or nothing, and says of each what came of it: its slug, and the
    /// answer. Where one answer is an error, nothing is changed. No more of them than a portion are held at a time; see
    /// [`portions`], whose rules hold for a paper that is being served: there `articles` is asked for them twice.
    ///
    /// # Errors
    /// When the articles cannot be had, or as for `publish_batch`.
    pub async fn publish_all<I>(
        &mut self,
        run: Run,
        articles: impl Fn() -> anyhow::Result<I>,
        mut report: impl FnMut(&str, Result<Published, String>),
    ) -> anyhow::Result<()>
    where
        I: Iterator<Item = anyhow::Result<Submission>>,
    {
        match self {
            Self::Here { app, .. } => {
                let refused = |error: articles::Error| error.say(say());
                let broken = |error| anyhow::Error::msg(refused(error));
                let publish_run = PublishRun::begin(&app.articles, &run.topics, run.dry_run).await;
                let mut publish_run = publish_run.map_err(broken)?;
                for submission in articles()? {
                    let submission = submission?;
                    let slug = submission.draft.slug.clone();
                    report(&slug, publish_run.add(submission).await.map_err(refused));
                }
                publish_run.finish().await.map_err(broken)
            }
            Self::There(_) => {
                // Of what was only tried, what was wrong.
                let mut report = |one: Outcome<'_>| {
                    if !one.dry_run || run.dry_run || one.answer.is_err() {
                        report(one.slug, one.answer);
                    }
                };
                portions::publish(self, &run, articles, &mut report).await
            }
        }
    }

    /// Publishes, all of it or nothing, and answers for each article in turn; `report` is called after each. A paper that
    /// is being served gets large batches in portions: see [`portions`].
    ///
    /// # Errors
    /// As for `publish_batch`.
    pub async fn publish(
        &mut self,
        batch: Batch,
        mut report: impl FnMut(),
    ) -> anyhow::Result<Vec<Result<Published, String>>> {
        match self {
            Self::Here { app, .. } => {
                let refused = |error: articles::Error| error.say(say());
                let answers = publish_batch(&app.articles, batch, report).await;
                let answers = answers.map_err(|error| anyhow::Error::msg(refused(error)))?;
                let answers = answers.into_iter().map(|one| one.map_err(refused));
                Ok(answers.collect())
            }
            Self::There(_) => {
                let Batch {
                    topics,
                    submissions,
                    dry_run,
                } = batch;
                let run = Run { topics, dry_run };
                let mut answers: Vec<Option<Result<Published, String>>> =
                    vec![None; submissions.len()];
                let all = || Ok(submissions.iter().cloned().map(Ok));
                let mut one = |one: Outcome<'_>| {
                    answers[one.at] = Some(one.answer);
                    if !one.dry_run || run.dry_run {
                        report();
                    }
                };
                portions::publish(self, &run, all, &mut one).await?;
                // A portion does not know what comes with the next one.
                let written = answers.iter_mut().flatten().flatten();
                articles::settle(&articles::names(&submissions), written);
                Ok(answers.into_iter().flatten().collect())
            }
        }
    }

    /// The end of the conversation.
    pub async fn close(self) {
        if let Self::Here { app, _lock } = self {
            app.base.db.close().await;
        }
    }
}
