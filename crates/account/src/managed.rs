//! Which subscription somebody means who looks after one or several: the one that the page or form names, and else the one
//! they own. Whoever does not look after it hears that they may not.

use base::Base;
use readers::{Reader, Session};
use subscriptions::rules::{Subscription, SubscriptionId};
use subscriptions::store;
use web::locale::Say;
use web::{Error, Result};

/// A subscription in the hands of somebody who looks after it.
pub(super) struct Managed {
    pub(super) of: Subscription,
    /// All that they look after.
    pub(super) all: Vec<Subscription>,
}

/// The one with the identifier `asked`, or the first; `None` if they look after none. [`Error::Forbidden`] for one that they
/// do not look after.
pub(super) async fn find(base: &Base, session: &Session, asked: &str) -> Result<Option<Managed>> {
    let all = store::list_managed(&mut base.read().await?, session.reader).await?;
    let found = match asked {
        "" => all.first(),
        asked => {
            let id: SubscriptionId = asked.parse().map_err(|_| Error::Forbidden)?;
            let one = all.iter().find(|one| one.id == id);
            Some(one.ok_or(Error::Forbidden)?)
        }
    };
    Ok(found.cloned().map(|of| Managed { of, all }))
}

/// The same for what only those may do who look after one.
pub(super) async fn required(base: &Base, session: &Session, asked: &str) -> Result<Managed> {
    let found = find(base, session, asked).await?;
    found.ok_or(Error::Forbidden)
}

impl Managed {
    /// Its owner.
    pub(super) async fn owner(&self, base: &Base) -> Result<Reader> {
        let owner = readers::store::find_reader(&mut base.read().await?, self.of.owner).await?;
        owner.ok_or(Error::Forbidden)
    }
}

/// What a subscription is called: its plan, and the company if it has one.
pub(super) async fn plan_name(base: &Base, say: Say, of: &Subscription) -> sqlx::Result<String> {
    let plan = store::find_plan(&mut base.read().await?, &of.plan).await?;
    let plan = plan
        .as_ref()
        .map_or(of.plan.as_str(), |plan| plan.name(say.lang));
    Ok(match &of.company_name {
        None => plan.to_owned(),
        Some(company) => format!("{plan} · {company}"),
    })
}
