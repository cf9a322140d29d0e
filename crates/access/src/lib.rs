//! Who may read this article, here and now. Pure: no database, HTTP, clock or randomness.
//!
//! [`decide`] is the only maker of a [`Pass`], and the body of an article opens only with one. So no page, feed, search,
//! preview or API can forget to ask: without a pass there is only the lead to render. What reached neither a rule nor a
//! seat gets no pass.

use base::db::text_enum;
use base::id::Id;

/// Marks the identifiers of articles.
#[derive(Debug)]
pub struct Article;

/// Identifier of an article.
pub type ArticleId = Id<Article>;

text_enum! {
    /// Whom an article is for.
    pub enum Access {
        /// Everybody.
        Open = "open",
        /// Readers with a seat; others within their free articles of the month.
        Metered = "metered",
        /// Readers with a seat.
        Subscribers = "subscribers",
    }
}

/// Where the reader's lease is, as far as this device is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// This device has it.
    Here,
    /// Another device of this reader is being read on.
    Elsewhere,
    /// The request may not open a lease (HEAD, a frame, a script) and this device does not have it.
    Unasked,
}

/// What the meter says of this visitor and this article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meter {
    /// Read this month already; reading again is free.
    Counted,
    /// Not yet read, and there is a free article left.
    Free,
    /// No free article left.
    Spent,
}

/// All that the decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which article.
    pub article: ArticleId,
    /// Its rule.
    pub access: Access,
    /// Where the lease of the reader is, if they have a seat that is paid up; `None` for everybody else.
    pub seat: Option<Place>,
    /// The meter of this visitor.
    pub meter: Meter,
    /// Whether a person opens the page now. Nothing else must use up a free article.
    pub navigation: bool,
}

/// Permission to open the body of one article, once decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    article: ArticleId,
}

impl Pass {
    /// Which article it opens.
    #[must_use]
    pub fn article(&self) -> ArticleId {
        self.article
    }
}

/// What the visitor gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The whole text, by right of a seat: the page watches the lease.
    Seated(Pass),
    /// The whole text, open to everybody.
    Open(Pass),
    /// The whole text, as one of the month's free articles; `true` if it is to be counted now.
    Metered(Pass, bool),
    /// The lead alone, without any message: nobody is looking.
    Lead,
    /// The lead and how to subscribe.
    Wall,
    /// Headline, deck and the device message.
    Elsewhere,
}

/// The decision. Every combination is listed in the tests.
#[must_use]
pub fn decide(ask: &Ask) -> Decision {
    let pass = Pass {
        article: ask.article,
    };
    let metered = |otherwise| match ask.meter {
        _ if ask.access != Access::Metered => otherwise,
        Meter::Counted => Decision::Metered(pass, false),
        Meter::Free if ask.navigation => Decision::Metered(pass, true),
        Meter::Free => Decision::Lead,
        Meter::Spent => otherwise,
    };
    match (ask.access, ask.seat) {
        (Access::Open, _) => Decision::Open(pass),
        (Access::Metered | Access::Subscribers, Some(Place::Here)) => Decision::Seated(pass),
        (Access::Metered | Access::Subscribers, Some(Place::Unasked)) => Decision::Lead,
        // A subscriber never gets less than a guest.
        (Access::Metered | Access::Subscribers, Some(Place::Elsewhere)) => {
            metered(Decision::Elsewhere)
        }
        (Access::Metered | Access::Subscribers, None) => metered(Decision::Wall),
    }
}

/// What the visitor of an address outside the paper gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The page, by right of a seat.
    Open,
    /// Nothing yet: nobody is looking.
    Unasked,
    /// How to subscribe.
    Wall,
    /// The device message.
    Elsewhere,
}

/// The same decision for an address that is no article of ours (forward auth): the rule is that of subscribers'
/// articles, and the answer holds no pass, so it opens none of them.
#[must_use]
pub fn outside(seat: Option<Place>) -> Outside {
    let ask = Ask {
        article: ArticleId::from_bits(0),
        access: Access::Subscribers,
        seat,
        meter: Meter::Spent,
        navigation: false,
    };
    match decide(&ask) {
        Decision::Seated(_) => Outside::Open,
        Decision::Lead => Outside::Unasked,
        Decision::Elsewhere => Outside::Elsewhere,
        // The other two do not come of this rule; if they ever do, it stays closed.
        Decision::Wall | Decision::Open(_) | Decision::Metered(..) => Outside::Wall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ArticleId = Id::from_bits(7);
    const PASS: Pass = Pass { article: ID };

    fn all() -> impl Iterator<Item = Ask> {
        let seats = [
            None,
            Some(Place::Here),
            Some(Place::Elsewhere),
            Some(Place::Unasked),
        ];
        let meters = [Meter::Counted, Meter::Free, Meter::Spent];
        Access::ALL.iter().flat_map(move |&access| {
            seats.into_iter().flat_map(move |seat| {
                meters.into_iter().flat_map(move |meter| {
                    [true, false].map(move |navigation| Ask {
                        article: ID,
                        access,
                        seat,
                        meter,
                        navigation,
                    })
                })
            })
        })
    }

    /// The table, in the words of `product.md`: first row that fits decides.
    fn table(ask: &Ask) -> Decision {
        use Access::{Metered, Open, Subscribers};
        use Place::{Elsewhere, Here, Unasked};
        match (ask.access, ask.seat, ask.meter, ask.navigation) {
            (Open, _, _, _) => Decision::Open(PASS),
            (_, Some(Here), _, _) => Decision::Seated(PASS),
            (_, Some(Unasked), _, _) => Decision::Lead,
            (Metered, None | Some(Elsewhere), Meter::Counted, _) => Decision::Metered(PASS, false),
            (Metered, None | Some(Elsewhere), Meter::Free, true) => Decision::Metered(PASS, true),
            (Metered, None | Some(Elsewhere), Meter::Free, false) => Decision::Lead,
            (Metered | Subscribers, Some(Elsewhere), _, _) => Decision::Elsewhere,
            (Metered | Subscribers, None, _, _) => Decision::Wall,
        }
    }

    #[test]
    fn every_combination_is_decided_as_the_table_says() {
        assert_eq!(all().count(), 72);
        for ask in all() {
            assert_eq!(decide(&ask), table(&ask), "{ask:?}");
        }
    }

    #[test]
    fn a_subscribers_article_opens_for_the_lease_alone() {
        for ask in all().filter(|ask| ask.access == Access::Subscribers) {
            let opens = matches!(
                decide(&ask),
                Decision::Seated(_) | Decision::Open(_) | Decision::Metered(..)
            );
            assert_eq!(opens, ask.seat == Some(Place::Here), "{ask:?}");
        }
    }

    #[test]
    fn an_address_outside_opens_for_the_lease_alone() {
        for (seat, gets) in [
            (None, Outside::Wall),
            (Some(Place::Here), Outside::Open),
            (Some(Place::Elsewhere), Outside::Elsewhere),
            (Some(Place::Unasked), Outside::Unasked),
        ] {
            assert_eq!(outside(seat), gets, "{seat:?}");
        }
    }

    #[test]
    fn with_a_seat_one_never_gets_less_than_without() {
        let opens = |ask: &Ask| {
            matches!(
                decide(ask),
                Decision::Seated(_) | Decision::Open(_) | Decision::Metered(..)
            )
        };
        for ask in all().filter(|ask| ask.navigation && ask.seat == Some(Place::Elsewhere)) {
            assert!(opens(&ask) || !opens(&Ask { seat: None, ..ask }), "{ask:?}");
        }
    }
}
