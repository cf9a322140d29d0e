//! What can be ordered, and who carries it out: the module of the command.

use serde::{Deserialize, Serialize};

use crate::App;
use crate::cli::{about, grant, import, paper, plan, reader, seat, staff, story, subscription};
use articles::{self, Batch, EditionDraft, Published, TopicDraft};
use base::background::Status;
use web::locale::Say;

/// Something to be done with a paper. Whole in itself: what it needs from files was read by who orders it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// `gaceta editions`.
    SetEditions(Vec<EditionDraft>),
    /// `gaceta topic list`.
    ListTopics,
    /// `gaceta topic add`.
    AddTopic {
        /// Slug of the edition.
        edition: String,
        /// The topic.
        topic: TopicDraft,
    },
    /// Articles and topics, all of them or nothing.
    Publish(Batch),
    /// `gaceta story publish`: all of them or nothing.
    PublishStories(stories::Batch),
    /// `gaceta story list`.
    ListStories,
    /// What an import needs to know of an edition; of the default edition without a slug.
    FindEdition(Option<String>),
    /// Slugs and moments of publication in an edition, a page of them behind the slug `after`.
    ListSlugs {
        /// Slug of the edition.
        edition: String,
        /// The last slug of the page before; empty for the first page.
        after: String,
    },
    /// `gaceta about`.
    About(about::AboutOrder),
    /// `gaceta plan list`.
    ListPlans,
    /// `gaceta plan set`.
    SetPlan(plan::Set),
    /// `gaceta grant`.
    Grant(grant::GrantOrder),
    /// `gaceta subscription`.
    Subscription(subscription::Subscription),
    /// `gaceta seat`.
    Seat(seat::Seat),
    /// `gaceta reader show`, with an address.
    ShowReader(String),
    /// `gaceta reader add`.
    AddReader(reader::ReaderOrder),
    /// `gaceta staff add`, with an address.
    AddStaff(String),
    /// How background work is doing, for `gaceta doctor`.
    ListTasks,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// To be printed.
    Lines(Vec<String>),
    /// For each article, or story, of a batch in turn.
    Published(Vec<Result<Published, String>>),
    /// An edition.
    Edition(EditionFound),
    /// A page of slugs and unix milliseconds; an empty one is the end.
    Slugs(Vec<(String, i64)>),
    /// How the serving process is doing.
    Tasks {
        /// Its tasks.
        tasks: Vec<Status>,
        /// Whether requests come through a proxy that `[server] proxies` does not count.
        unnamed_proxy: bool,
    },
}

/// What an import needs to know of an edition.
#[derive(Debug, Serialize, Deserialize)]
pub struct EditionFound {
    /// Its slug.
    pub slug: String,
    /// Its time zone.
    pub timezone: String,
    /// Slugs of its topics.
    pub topics: Vec<String>,
}

/// Does what is ordered, in this process, and speaks of refusals as `say` does.
///
/// # Errors
/// Says what is wrong and how to mend it; then nothing was changed.
pub async fn carry_out(app: &App, order: Order, say: Say) -> anyhow::Result<Reply> {
    let lines = match order {
        Order::SetEditions(drafts) => paper::set_editions(app, &drafts, say).await?,
        Order::ListTopics => paper::list_topics(app),
        Order::AddTopic { edition, topic } => paper::add_topic(app, &edition, &topic, say).await?,
        Order::About(order) => about::carry_out(&app.about, order, say).await?,
        Order::ListPlans => plan::list(&app.subscriptions, say).await?,
        Order::SetPlan(order) => plan::set(&app.subscriptions, order, say).await?,
        Order::Grant(order) => grant::carry_out(app, order, say).await?,
        Order::Subscription(what) => subscription::carry_out(&app.subscriptions, what, say).await?,
        Order::Seat(what) => seat::carry_out(&app.subscriptions, what, say).await?,
        Order::ShowReader(email) => {
            subscription::show_reader(&app.subscriptions, &email, say).await?
        }
        Order::AddReader(order) => reader::carry_out(app, order).await?,
        Order::AddStaff(email) => staff::carry_out(&app.base, &email).await?,
        Order::Publish(batch) => {
            let refused = |error: articles::Error| error.say(say);
            let answers = articles::publish_batch(&app.articles, batch, || {}).await;
            let answers = answers.map_err(|error| anyhow::Error::msg(refused(error)))?;
            let answers = answers.into_iter().map(|one| one.map_err(refused));
            return Ok(Reply::Published(answers.collect()));
        }
        Order::PublishStories(batch) => {
            let refused = |error: stories::Error| error.say(say);
            let answers = stories::publish_batch(&app.stories, &batch).await;
            let answers = answers.map_err(|error| anyhow::Error::msg(refused(error)))?;
            let answers = answers.into_iter().map(|one| one.map_err(refused));
            return Ok(Reply::Published(answers.collect()));
        }
        Order::ListStories => story::list(&app.base).await?,
        Order::FindEdition(slug) => {
            return Ok(Reply::Edition(import::find_edition(app, slug.as_deref())?));
        }
        Order::ListTasks => {
            return Ok(Reply::Tasks {
                tasks: app.base.work.list(),
                unnamed_proxy: app.base.has_found_proxy(),
            });
        }
        Order::ListSlugs { edition, after } => {
            return Ok(Reply::Slugs(
                import::list_slugs(app, &edition, &after).await?,
            ));
        }
    };
    Ok(Reply::Lines(lines))
}
