//! The meter for people without a seat: a signed cookie with the month and the articles read in it.
//!
//! The calendar month is the edition's. Reading a counted article again is free. One meter for the whole paper, so
//! several editions do not multiply the allowance. Whoever deletes the cookie starts anew; that is the price of knowing
//! nobody by a fingerprint.

use http::{HeaderMap, HeaderValue};

use crate::Reading;
use access::{ArticleId, Meter};
use base::time::Span;
use web::cookies::Cookie;

const PURPOSE: &str = "meter";
/// A calendar month and some days.
const KEEP: Span = Span::days(40);

/// What this visitor has read this month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    month: String,
    read: Vec<String>,
}

/// Short name of an article in the cookie: 48 random bits of its identifier.
fn short(article: ArticleId) -> String {
    format!("{:012x}", article.0 & 0xffff_ffff_ffff)
}

impl Counted {
    /// From the cookie; a missing, forged or last month's one is empty.
    #[must_use]
    pub fn of(reading: &Reading, headers: &HeaderMap, month: &str) -> Self {
        let read = Cookie::Meter
            .read(headers, reading.base.config.secure())
            .and_then(|signed| reading.base.secret.open(PURPOSE, signed))
            .and_then(|text| text.split_once('_'))
            .filter(|(of, _)| *of == month)
            .map(|(_, list)| {
                list.split('-')
                    .filter(|one| !one.is_empty())
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default();
        Self {
            month: month.to_owned(),
            read,
        }
    }

    /// What the meter says of this article.
    #[must_use]
    pub fn ask(&self, article: ArticleId, free: usize) -> Meter {
        if self.read.contains(&short(article)) {
            Meter::Counted
        } else if self.read.len() < free {
            Meter::Free
        } else {
            Meter::Spent
        }
    }

    /// The cookie with this article counted.
    #[must_use]
    pub fn with(&self, reading: &Reading, article: ArticleId) -> HeaderValue {
        let mut read = self.read.clone();
        read.push(short(article));
        let text = format!("{}_{}", self.month, read.join("-"));
        Cookie::Meter.set(
            &reading.base.secret.sign(PURPOSE, &text),
            KEEP,
            reading.base.config.secure(),
        )
    }
}
