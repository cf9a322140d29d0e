//! From which network a request comes, as far as its limits need to know: an attacker has few, and people who share one
//! (a household, an office) share its limits.
//!
//! Deliberately not here: what is limited ([`crate::limits`]), and anything that is told to a person or kept.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use base::Base;
use http::HeaderMap;
use http::request::Parts;

/// What each proxy adds the address to that it was asked from.
const FORWARDED: &str = "x-forwarded-for";

/// The network an address belongs to: IPv4 /24, IPv6 /64 (what one household has).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// The first three octets.
    V4([u8; 3]),
    /// The first four groups.
    V6([u16; 4]),
}

impl Network {
    /// Of one address.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::V6([a, b, c, d])
            }
        }
    }

    /// Of a request: the address of the connection, or the one that the outermost trusted proxy saw, counted from the
    /// right of `X-Forwarded-For`; what stands further left anybody can write (OWASP ASVS 5.0, 15.3.4), and so it is not
    /// even read: bytes that are no text spoil only the entry in which they stand.
    #[must_use]
    pub fn of_request(connection: Option<SocketAddr>, headers: &HeaderMap, proxies: usize) -> Self {
        let forwarded = (proxies > 0)
            .then(|| {
                let lines = headers.get_all(FORWARDED).iter();
                let entries = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
                // Lines cannot be walked from the right; there are as few entries as proxies.
                let entries: Vec<&[u8]> = entries.collect();
                entries.into_iter().rev().nth(proxies - 1).and_then(address)
            })
            .flatten();
        Self::of_address(
            forwarded
                .or(connection.map(|address| address.ip()))
                .unwrap_or(IpAddr::from([127, 0, 0, 1])),
        )
    }
}

/// An address as proxies write it: alone, with a port, in brackets with or without one, in quotes, with a zone.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim().trim_matches('"');
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    let bare = text
        .strip_prefix('[')
        .map_or(text, |rest| rest.split(']').next().unwrap_or(rest));
    let bare = bare.split('%').next().unwrap_or(bare);
    bare.parse().ok()
}

/// Whether somebody in front of us speaks for others although `[server] proxies` says that nobody does: an address that
/// only machines near us have, and what it was asked by. Everybody behind it looks like one network.
#[must_use]
pub fn is_unnamed_proxy(connection: SocketAddr, headers: &HeaderMap, proxies: usize) -> bool {
    proxies == 0 && is_near(connection.ip()) && headers.contains_key(FORWARDED)
}

/// Loopback, private use (RFC 1918), unique local (RFC 4193), link local and shared address space (RFC 6598).
#[must_use]
pub fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && b & 192 == 64)
        }
        IpAddr::V6(v6) => {
            v6 == Ipv6Addr::LOCALHOST
                || matches!(v6.octets(), [0xfc..=0xfd, ..] | [0xfe, 0x80..=0xbf, ..])
        }
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
        let connection = connection.map(|info| info.0);
        let base = Arc::<Base>::from_ref(state);
        let proxies = base.config.server.proxies;
        if connection.is_some_and(|from| is_unnamed_proxy(from, &parts.headers, proxies)) {
            base.found_proxy();
        }
        Ok(Self::of_request(connection, &parts.headers, proxies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(text: &str) -> Network {
        Network::of_address(text.parse().unwrap())
    }

    fn asked(lines: &[&[u8]], proxies: usize) -> Network {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, HeaderValue::from_bytes(line).unwrap());
        }
        let peer = SocketAddr::from(([192, 0, 2, 1], 80));
        Network::of_request(Some(peer), &headers, proxies)
    }

    #[test]
    fn only_what_trusted_proxies_wrote_counts() {
        let line: &[&[u8]] = &[b"9.9.9.9, 198.51.100.7, 10.0.0.2"];
        for (proxies, network) in [
            (0, "192.0.2.9"),
            (1, "10.0.0.1"),
            (2, "198.51.100.1"),
            (9, "192.0.2.9"),
        ] {
            assert_eq!(asked(line, proxies), of(network), "{proxies}");
        }
        let lines: &[&[u8]] = &[b"198.51.100.7", b"10.0.0.2"];
        assert_eq!(asked(lines, 2), of("198.51.100.1"), "in two lines");
    }

    #[test]
    fn an_address_is_read_however_a_proxy_writes_it() {
        for (entry, network) in [
            ("203.0.113.5", "203.0.113.5"),
            ("203.0.113.5:41234", "203.0.113.5"),
            (" 203.0.113.5 ", "203.0.113.5"),
            ("2001:db8::1", "2001:db8::"),
            ("[2001:db8::1]", "2001:db8::"),
            ("[2001:db8::1]:443", "2001:db8::"),
            ("\"[2001:db8::1]:443\"", "2001:db8::"),
            ("::ffff:203.0.113.5", "203.0.113.5"),
            ("fe80::1%eth0", "fe80::1"),
            // Nothing that can be read: the proxy itself.
            ("unknown", "192.0.2.1"),
            ("", "192.0.2.1"),
        ] {
            assert_eq!(asked(&[entry.as_bytes()], 1), of(network), "{entry}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_spoil_only_their_own_entry() {
        let odd: &[&[u8]] = &[b"M\xe1laga, \xff\xfe,198.51.100.7"];
        assert_eq!(asked(odd, 1), of("198.51.100.1"));
        assert_eq!(asked(odd, 2), of("192.0.2.1"));
    }

    #[test]
    fn a_household_is_one_network_of_ipv6() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn a_proxy_that_no_setting_names_is_noticed_only_near_us() {
        let mut headers = HeaderMap::new();
        let near = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ];
        let found = |address: &str, headers: &HeaderMap, proxies| {
            let from = SocketAddr::new(address.parse().unwrap(), 80);
            is_unnamed_proxy(from, headers, proxies)
        };
        assert!(!found("127.0.0.1", &headers, 0), "it forwards nothing");
        headers.insert(FORWARDED, HeaderValue::from_static("203.0.113.5"));
        for address in near {
            assert!(found(address, &headers, 0), "{address}");
            assert!(!found(address, &headers, 1), "{address}");
        }
        for address in ["203.0.113.9", "2001:db8::1", "100.128.0.1"] {
            assert!(
                !found(address, &headers, 0),
                "{address}: anybody may write that"
            );
        }
    }
}
