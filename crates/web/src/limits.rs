//! How often something may be tried: a bucket for each key, which refills over time (GCRA, by the `governor` crate).
//!
//! Keys are hashed with a secret of the process, so no address of a mail or network stands in memory.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use base::Base;
use governor::clock::{Clock as _, Reference};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::{Quota, RateLimiter};
use http::HeaderMap;
use http::request::Parts;

use super::{Error, Result};
use base::time::{Clock, Span};

/// Our clock, as governor wants it.
#[derive(Clone, Debug)]
pub struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Moment;
    fn now(&self) -> Moment {
        Moment(Duration::from_millis(self.0.mono().0))
    }
}

/// A moment of our monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl std::ops::Add<Nanos> for Moment {
    type Output = Self;
    fn add(self, other: Nanos) -> Self {
        Self(self.0 + Duration::from(other))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }
    fn saturating_sub(&self, span: Nanos) -> Self {
        Self(self.0.saturating_sub(span.into()))
    }
}

/// The state of all keys, shared with the limiter, which by itself can only take.
#[derive(Clone, Default)]
struct Buckets(Arc<DashMapStateStore<u64>>);

impl StateStore for Buckets {
    type Key = u64;
    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> std::result::Result<T, E>
    where
        F: Fn(Option<Nanos>) -> std::result::Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, decide)
    }
}

impl ShrinkableKeyedStateStore<u64> for Buckets {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }
    fn len(&self) -> usize {
        self.0.len()
    }
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// So many an hour for each key.
pub struct Limit {
    bucket: RateLimiter<u64, Buckets, Ticks, governor::middleware::NoOpMiddleware<Moment>>,
    buckets: Buckets,
    /// What one costs.
    one: Duration,
    secret: RandomState,
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limit")
    }
}

impl Limit {
    /// `count` an hour; all of them may come at once, then they refill evenly.
    #[must_use]
    pub fn an_hour(count: u32, clock: &Clock) -> Self {
        let quota = Quota::per_hour(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        let buckets = Buckets::default();
        Self {
            bucket: RateLimiter::new(quota, buckets.clone(), Ticks(clock.clone())),
            buckets,
            one: quota.replenish_interval(),
            secret: RandomState::new(),
        }
    }

    /// Counts one for `key`.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time until the next is allowed.
    pub fn count(&self, key: impl Hash) -> Result<()> {
        self.bucket
            .check_key(&self.secret.hash_one(key))
            .map_err(|not_until| {
                let wait = not_until.wait_time_from(Ticks::now(self.bucket.clock()));
                Error::TooMany(Span(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
            })
    }

    /// Takes back one that [`Self::count`] counted for `key`.
    pub fn give_back(&self, key: impl Hash) {
        let one = self.one;
        // The state is the moment at which the bucket is full again (the "theoretical arrival time" of GCRA).
        let earlier = |full_at: Option<Nanos>| {
            let full_at = Duration::from(full_at.unwrap_or_default());
            Ok::<_, Infallible>(((), full_at.saturating_sub(one).into()))
        };
        let _ = self
            .buckets
            .measure_and_replace(&self.secret.hash_one(key), earlier);
    }

    /// Forgets keys whose bucket is full again.
    pub fn forget_full(&self) {
        self.bucket.retain_recent();
    }
}

/// The network an address belongs to: IPv4 /24, IPv6 /48. Households and offices share one; an attacker has few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network([u8; 6]);

impl Network {
    /// Of one address.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Self([4, 0, 0, a, b, c])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, e, f, ..] = v6.octets();
                Self([a, b, c, d, e, f])
            }
        }
    }

    /// Of a request: the address of the connection, or the one that the outermost trusted proxy saw, counted from the
    /// right of `X-Forwarded-For`; what stands further left anybody can write (OWASP ASVS 5.0, 15.3.4).
    #[must_use]
    pub fn of_request(connection: Option<SocketAddr>, headers: &HeaderMap, proxies: usize) -> Self {
        let forwarded = (proxies > 0)
            .then(|| {
                let lines: Vec<&str> = headers
                    .get_all("x-forwarded-for")
                    .iter()
                    .filter_map(|line| line.to_str().ok())
                    .collect();
                let joined = lines.join(",");
                joined
                    .split(',')
                    .rev()
                    .nth(proxies - 1)
                    .and_then(|address| address.trim().parse().ok())
            })
            .flatten();
        Self::of_address(
            forwarded
                .or(connection.map(|address| address.ip()))
                .unwrap_or(IpAddr::from([127, 0, 0, 1])),
        )
    }
}

/// From where a request came. In tests there is no connection, and so no address.
impl<S> FromRequestParts<S> for Network
where
    S: Send + Sync,
    Arc<Base>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> std::result::Result<Self, Infallible> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let proxies = Arc::<Base>::from_ref(state).config.server.proxies;
        let address = connection.map(|info| info.0);
        Ok(Self::of_request(address, &parts.headers, proxies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::time::UnixMillis;
    use http::HeaderValue;

    #[test]
    fn a_bucket_empties_and_refills_for_each_key() {
        let clock = Clock::fixed(UnixMillis(1_000_000));
        let limit = Limit::an_hour(2, &clock);
        assert!(limit.count("a").is_ok() && limit.count("a").is_ok());
        assert!(matches!(limit.count("a"), Err(Error::TooMany(wait)) if wait == Span::minutes(30)));
        assert!(limit.count("b").is_ok());
        clock.advance(Span::minutes(30));
        assert!(limit.count("a").is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_had_again_and_no_more() {
        let clock = Clock::fixed(UnixMillis(1_000_000));
        let limit = Limit::an_hour(2, &clock);
        for _ in 0..50 {
            assert!(limit.count("a").is_ok());
            limit.give_back("a");
        }
        assert!(limit.count("a").is_ok() && limit.count("a").is_ok());
        assert!(limit.count("a").is_err());
        limit.give_back("a");
        assert!(limit.count("a").is_ok());
        assert!(limit.count("a").is_err());
    }

    #[test]
    fn only_what_trusted_proxies_wrote_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_static("9.9.9.9, 198.51.100.7, 10.0.0.2"),
        );
        let peer = Some(SocketAddr::from(([192, 0, 2, 1], 80)));
        let of = |a: [u8; 4]| Network::of_address(IpAddr::from(a));
        assert_eq!(Network::of_request(peer, &headers, 0), of([192, 0, 2, 9]));
        assert_eq!(Network::of_request(peer, &headers, 1), of([10, 0, 0, 1]));
        assert_eq!(
            Network::of_request(peer, &headers, 2),
            of([198, 51, 100, 1])
        );
        assert_eq!(Network::of_request(peer, &headers, 9), of([192, 0, 2, 9]));
    }
}
