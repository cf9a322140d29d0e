//! Puts a paper together from its parts.

use std::sync::Arc;

use about::About;
use account::Account;
use admin::Admin;
use articles::Articles;
use base::Base;
use base::config::Config;
use base::rng::Rng;
use base::time::Clock;
use gate::Gate;
use leases::Leases;
use readers::Readers;
use reading::Reading;
use stories::Stories;
use subscriptions::Subscriptions;
use web::Site;

/// A running paper. No part names it; routes, faces and commands are handed the parts they use.
#[derive(Debug)]
pub struct App {
    /// Settings, clock, database, mail.
    pub base: Arc<Base>,
    /// Where editions are, and finished pages.
    pub site: Arc<Site>,
    /// What the newsroom makes.
    pub articles: Arc<Articles>,
    /// Running stories.
    pub stories: Arc<Stories>,
    /// What the paper says of itself.
    pub about: About,
    /// People with an account.
    pub readers: Arc<Readers>,
    /// Who reads where.
    pub leases: Arc<Leases>,
    /// Who has a seat.
    pub subscriptions: Arc<Subscriptions>,
    /// The reading page.
    pub reading: Arc<Reading>,
    /// Pages of an account.
    pub account: Account,
    /// Pages of the people who run the paper.
    pub admin: Admin,
    /// Forward auth.
    pub gate: Arc<Gate>,
}

/// Every text that a person may read.
const TEXTS: &[web::locale::Texts] = &[
    web::TEXTS,
    articles::TEXTS,
    stories::TEXTS,
    about::TEXTS,
    readers::TEXTS,
    subscriptions::TEXTS,
    reading::TEXTS,
    account::TEXTS,
    admin::TEXTS,
    gate::TEXTS,
];

impl App {
    /// Opens the database, migrates it, begins a new generation of leases and reads what pages need into memory.
    ///
    /// # Errors
    /// When any of that fails. Nothing is served then.
    pub async fn open(config: Config, clock: Clock, rng: Rng) -> anyhow::Result<Arc<Self>> {
        web::locale::load(TEXTS);
        let base = Base::open(config, clock, rng).await?;
        let site = Site::new(&base);
        let leases = Leases::open_home(&base).await?;
        let articles = Articles::open(&site).await?;
        let stories = Stories::new(&articles);
        let readers = Readers::new(&base);
        let subscriptions = Subscriptions::new(&leases);
        let reading = Reading::new(&articles, &stories, &readers, &leases, &subscriptions);
        Ok(Arc::new(Self {
            account: Account::new(&site, &readers, &leases, &subscriptions),
            admin: Admin::new(&site, &readers, &subscriptions),
            gate: Gate::new(&reading),
            about: About::new(&site),
            base,
            site,
            articles,
            stories,
            readers,
            leases,
            subscriptions,
            reading,
        }))
    }
}
