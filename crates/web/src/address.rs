//! Addresses with something behind them: a slash, or the punctuation of the sentence they were copied out of.
//!
//! Only what would be answered with "not found" is sent on, whatever stands at the shorter address, which decides for itself
//! who may know. Deliberately not here: old addresses of imported papers.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, Uri, header};

use super::view::local_path;

/// What no address of ours ends with, and what programs that find links in texts take for a part of them; also as browsers
/// encode it.
const TAILS: [&str; 26] = [
    "/",
    ".",
    ",",
    ";",
    ":",
    "!",
    ")",
    "]",
    "}",
    ">",
    "'",
    "*",
    "%20",
    "%22",
    "%29",
    "%2C",
    "%3B",
    "%3E",
    "%5D",
    "%7D",
    "%C2%BB",
    "%E2%80%99",
    "%E2%80%9C",
    "%E2%80%9D",
    "%E2%80%A6",
    "%E2%80%BA",
];

/// The same address, with its query, without what stands behind it.
#[must_use]
pub fn without_tail(uri: &Uri) -> Option<String> {
    let mut path = uri.path();
    while let Some(shorter) = TAILS.iter().find_map(|tail| without(path, tail)) {
        path = shorter;
    }
    if path.is_empty() || path.len() == uri.path().len() {
        return None;
    }
    let to = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    // `//host/` is an address of another site.
    (local_path(&to) == to).then_some(to)
}

fn without<'a>(path: &'a str, tail: &str) -> Option<&'a str> {
    let (shorter, end) = path.split_at_checked(path.len().checked_sub(tail.len())?)?;
    end.eq_ignore_ascii_case(tail).then_some(shorter)
}

/// Sends on for good. The address without its tail is always the same one, so this may be kept.
#[must_use]
pub fn moved(to: &str) -> Option<Response> {
    let to = HeaderValue::from_str(to).ok()?;
    let mut response = StatusCode::MOVED_PERMANENTLY.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, to);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: &str) -> Option<String> {
        without_tail(&address.parse().unwrap())
    }

    #[test]
    fn what_stands_behind_an_address_goes_and_its_query_stays() {
        for (address, expected) in [
            ("/en/", "/en"),
            ("/en///", "/en"),
            ("/en/topic/water/?before=1.2", "/en/topic/water?before=1.2"),
            ("/en/2026-02-24/a.", "/en/2026-02-24/a"),
            ("/en/2026-02-24/a/).", "/en/2026-02-24/a"),
            ("/en/2026-02-24/a),", "/en/2026-02-24/a"),
            ("/en/2026-02-24/a%C2%BB", "/en/2026-02-24/a"),
            ("/en/2026-02-24/a%e2%80%9d.", "/en/2026-02-24/a"),
            ("/en/./", "/en"),
            ("/admin/x/?a=/", "/admin/x?a=/"),
            ("http://evil.example/en/", "/en"),
            ("/http://evil.example/", "/http://evil.example"),
        ] {
            assert_eq!(to(address).as_deref(), Some(expected), "{address}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site_or_round_and_round() {
        for address in [
            "/",
            "//",
            "/.",
            "/..",
            "/en",
            "/en?a=/",
            "/en/2026-02-24/a",
            "//evil.example/",
            "///evil.example/",
            "//evil.example.",
        ] {
            assert_eq!(to(address), None, "{address}");
        }
        for address in ["/en/", "/a/.)/,", "/x%22%20"] {
            let shorter = to(address).unwrap();
            assert_eq!(to(&shorter), None, "{address}");
        }
    }
}
