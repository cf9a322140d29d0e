//! Which stories are the same in several editions. How sets change is decided in `articles`, where articles and topics have
//! them, too.

use super::rules::Story;
use super::store;
use articles::{self, Member, Slug};
use base::db::Tx;

/// What came of connecting a story.
#[derive(Debug, Default)]
pub(super) struct Connected {
    /// Whether its page, or another's, names others than before.
    pub(super) changed: bool,
    /// `EDITION/SLUG` that is not there yet.
    pub(super) missing: Option<String>,
}

/// Connects a story that was just written with the one it is a `twin` of, and with those that waited for it.
pub(super) async fn connect(
    tx: &mut Tx,
    story: &Story,
    twin: Option<(Slug, Slug)>,
) -> sqlx::Result<Connected> {
    let mut done = Connected::default();
    let own = (story.edition.as_str(), story.slug.as_str());
    for (edition, slug) in store::list_wanting(tx, &format!("{}/{}", own.0, own.1)).await? {
        done.changed |= unite(tx, (&edition, &slug), own).await?.unwrap_or(false);
        store::set_wanted(tx, &edition, &slug, None).await?;
    }
    if let Some((edition, slug)) = twin {
        match unite(tx, own, (edition.as_str(), slug.as_str())).await? {
            Some(changed) => done.changed |= changed,
            None => done.missing = Some(format!("{edition}/{slug}")),
        }
    }
    store::set_wanted(tx, own.0, own.1, done.missing.as_deref()).await?;
    Ok(done)
}

/// Whether anything changed; `None` if the twin is not there.
async fn unite(tx: &mut Tx, of: (&str, &str), twin: (&str, &str)) -> sqlx::Result<Option<bool>> {
    let members =
        |set: Vec<(Member<_>, String)>| set.into_iter().map(|one| one.0).collect::<Vec<_>>();
    let own = members(store::list_set(tx, of.0, of.1).await?);
    let other = members(store::list_set(tx, twin.0, twin.1).await?);
    let me = own.iter().find(|one| one.edition.as_str() == of.0);
    let (Some(me), false) = (me, other.is_empty()) else {
        return Ok(None);
    };
    let Some(joined) = articles::join(me.id, &own, &other) else {
        return Ok(Some(false));
    };
    for id in joined.alone {
        store::set_translation(tx, id, None).await?;
    }
    let set = match joined.set {
        Some(set) => set,
        None => articles::insert_translation(tx).await?,
    };
    for id in joined.together {
        store::set_translation(tx, id, Some(set)).await?;
    }
    for set in joined.empty {
        articles::delete_translation(tx, set).await?;
    }
    Ok(Some(true))
}
