//! Which things are the same in several editions: a set, with one member of each edition at most.
//!
//! Whatever names another as its translation joins that one's set, so each of them leads to all the others, whichever said
//! so. What is named and not there yet is waited for. Deliberately not here: how pages show it.

use super::refusal::{Refusal, TwinFault};
use super::rules::{Article, Slug, TranslationId};
use super::sections::find_edition_context;
use super::store;
use crate::Articles;
use access::ArticleId;
use base::db::Tx;

/// Something with its edition and the set it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<I> {
    /// Which.
    pub id: I,
    /// Its edition.
    pub edition: Slug,
    /// Its set; none while it stands alone.
    pub set: Option<TranslationId>,
}

/// How sets change when one thing turns out to be the translation of another.
#[derive(Debug, PartialEq, Eq)]
pub struct Joined<I> {
    /// Out of the set they were in; these first.
    pub alone: Vec<I>,
    /// In one set from now on.
    pub together: Vec<I>,
    /// That set, if it is there already.
    pub set: Option<TranslationId>,
    /// Still in the set that the thing has left, and one fewer.
    pub left: Vec<I>,
    /// Sets that are empty now.
    pub empty: Vec<TranslationId>,
}

/// Joins `of` with its translation. `own` and `twin` are the sets they are in, themselves included. Nothing changes if they
/// are in one set already. Sets without a common edition become one. Else `of` was in a wrong set: it leaves that, and
/// takes the place of whatever stood for its edition in the other one.
#[must_use]
pub fn join<I: Copy + PartialEq>(
    of: I,
    own: &[Member<I>],
    twin: &[Member<I>],
) -> Option<Joined<I>> {
    let me = own.iter().find(|one| one.id == of)?;
    if twin.iter().any(|one| one.id == of) {
        return None;
    }
    let ids = |members: &[&Member<I>]| members.iter().map(|one| one.id).collect::<Vec<I>>();
    let (own_set, twin_set) = (me.set, twin.first()?.set);
    if own
        .iter()
        .all(|a| twin.iter().all(|b| a.edition != b.edition))
    {
        let together: Vec<_> = own.iter().chain(twin).collect();
        return Some(Joined {
            alone: Vec::new(),
            together: ids(&together),
            set: twin_set.or(own_set),
            left: Vec::new(),
            empty: own_set.filter(|_| twin_set.is_some()).into_iter().collect(),
        });
    }
    let (displaced, stay): (Vec<_>, Vec<_>) =
        twin.iter().partition(|one| one.edition == me.edition);
    let left: Vec<_> = own.iter().filter(|one| one.id != of).collect();
    // A set of one is none.
    let dissolved = left.len() < 2;
    let (mut alone, mut together) = (ids(&displaced), ids(&stay));
    alone.push(of);
    together.insert(0, of);
    if dissolved {
        alone.extend(ids(&left));
    }
    Some(Joined {
        alone,
        together,
        set: twin_set,
        left: if dissolved { Vec::new() } else { ids(&left) },
        empty: own_set.filter(|_| dissolved).into_iter().collect(),
    })
}

/// What `translation_of` and `same_as` name: `EDITION/SLUG` of another edition.
///
/// # Errors
/// Says how it is written, or which editions there are.
pub fn parse_twin(
    articles: &Articles,
    own: &Slug,
    text: &str,
) -> Result<Option<(Slug, Slug)>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refused = |fault| Refusal::Twin {
        text: text.to_owned(),
        fault,
    };
    let parts = text.split_once('/');
    let (edition, slug) = parts.ok_or_else(|| refused(TwinFault::Shape))?;
    let context = find_edition_context(articles, edition)?;
    if context.edition.slug == *own {
        return Err(refused(TwinFault::SameEdition));
    }
    let slug = slug
        .parse()
        .map_err(|fault| refused(TwinFault::Slug(fault)))?;
    Ok(Some((context.edition.slug.clone(), slug)))
}

/// What came of connecting an article.
#[derive(Debug, Default)]
pub(super) struct Connected {
    /// Articles whose pages name others than before.
    pub(super) changed: Vec<ArticleId>,
    /// `EDITION/SLUG` that is not there yet.
    pub(super) missing: Option<String>,
}

/// Connects an article that was just written with the text it is a `twin` of, and with those that waited for it.
pub(super) async fn connect(
    tx: &mut Tx,
    article: &Article,
    is_new: bool,
    twin: Option<(Slug, Slug)>,
) -> sqlx::Result<Connected> {
    let mut done = Connected::default();
    if is_new {
        for waiting in store::list_wanting(tx, &article.edition, &article.slug).await? {
            done.changed.extend(unite(tx, waiting, article.id).await?);
            store::set_wanted(tx, waiting, None).await?;
        }
    }
    if let Some((edition, slug)) = twin {
        match store::find_id(tx, &edition, &slug).await? {
            Some(twin) => done.changed.extend(unite(tx, article.id, twin).await?),
            None => done.missing = Some(format!("{edition}/{slug}")),
        }
    }
    // A new one waits for nothing yet.
    if !is_new || done.missing.is_some() {
        store::set_wanted(tx, article.id, done.missing.as_deref()).await?;
    }
    Ok(done)
}

/// Gives those whose pages change.
async fn unite(tx: &mut Tx, of: ArticleId, twin: ArticleId) -> sqlx::Result<Vec<ArticleId>> {
    let (own, other) = (
        store::list_set(tx, of).await?,
        store::list_set(tx, twin).await?,
    );
    let Some(joined) = join(of, &own, &other) else {
        return Ok(Vec::new());
    };
    for id in &joined.alone {
        store::set_translation(tx, *id, None).await?;
    }
    let set = match joined.set {
        Some(set) => set,
        None => store::insert_translation(tx).await?,
    };
    for id in &joined.together {
        store::set_translation(tx, *id, Some(set)).await?;
    }
    let before = own.iter().find_map(|one| one.set);
    for id in &joined.left {
        store::set_translation(tx, *id, before).await?;
    }
    for set in joined.empty {
        store::delete_translation(tx, set).await?;
    }
    let Joined {
        alone,
        together,
        left,
        ..
    } = joined;
    Ok([alone, together, left].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::id::Id;

    fn members(set: u128, ids: &[(u8, &str)]) -> Vec<Member<u8>> {
        let member = |(id, edition): &(u8, &str)| Member {
            id: *id,
            edition: edition.parse().unwrap(),
            set: (set > 0).then(|| Id::from_bits(set)),
        };
        ids.iter().map(member).collect()
    }

    #[test]
    fn two_that_stood_alone_make_a_set_and_a_third_joins_it() {
        let two = join(1, &members(0, &[(1, "en")]), &members(0, &[(2, "es")])).unwrap();
        assert_eq!((two.together, two.set), (vec![1, 2], None));
        let third = members(0, &[(3, "fr")]);
        let pair = members(7, &[(1, "en"), (2, "es")]);
        for (of, own, twin) in [(3, &third, &pair), (1, &pair, &third)] {
            let all = join(of, own, twin).unwrap();
            assert_eq!(all.together.len(), 3);
            assert_eq!(all.set, pair[0].set);
            assert!(all.alone.is_empty() && all.empty.is_empty());
        }
        assert_eq!(join(1, &pair, &pair), None, "said twice");
    }

    #[test]
    fn two_sets_without_a_common_edition_become_one() {
        let (one, two) = (
            members(7, &[(1, "en"), (2, "es")]),
            members(8, &[(3, "fr"), (4, "de")]),
        );
        let all = join(1, &one, &two).unwrap();
        assert_eq!(all.together, [1, 2, 3, 4]);
        assert_eq!(
            (all.set, all.empty),
            (two[0].set, vec![one[0].set.unwrap()])
        );
    }

    #[test]
    fn who_named_the_wrong_one_leaves_it_alone() {
        let wrong = members(7, &[(1, "en"), (2, "es")]);
        let right = join(1, &wrong, &members(0, &[(3, "es")])).unwrap();
        assert_eq!(right.together, [1, 3]);
        assert_eq!(right.alone, [1, 2]);
        assert_eq!(right.empty, [wrong[0].set.unwrap()]);
        let three = members(7, &[(1, "en"), (2, "es"), (4, "fr")]);
        let right = join(1, &three, &members(0, &[(3, "es")])).unwrap();
        assert_eq!(right.left, [2, 4]);
        assert!(right.empty.is_empty());
    }

    #[test]
    fn the_newest_word_on_an_edition_holds() {
        let pair = members(7, &[(1, "en"), (2, "es")]);
        let new = join(5, &members(0, &[(5, "en")]), &pair).unwrap();
        assert_eq!(new.together, [5, 2]);
        assert_eq!(new.alone, [1, 5]);
        assert_eq!(new.set, pair[0].set);
    }
}
