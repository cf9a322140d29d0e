//! The script for pages of other sites, under an address that never changes.
//!
//! It is put together from the script of our own articles, so that there is one way to tell the server that a page is
//! being read. Sites name it once and for all, so it is kept for minutes only.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::is_open;
use base::Base;
use base::config::Reading;
use web::Result;
use web::pages::{Draft, Forms, Keep};

const READER: &str = web::assets::READER;
const WATCH: &str = include_str!("watch.js");

/// The script of a paper with these settings, in every encoding.
pub fn finished(reading: &Reading) -> Forms {
    let text = whole(&settings(reading));
    Draft::text("text/javascript; charset=utf-8", Keep::Public, text).forms()
}

/// What pages of the paper have in their mark-up.
fn settings(reading: &Reading) -> String {
    format!(
        "const BEAT = {};\nconst ASLEEP = {};\n",
        reading.beat_every.0, reading.silent_for.0
    )
}

/// What stands in [`READER`] between `// [name` and `// name]`.
fn part(name: &str) -> &'static str {
    let (begin, end) = (format!("// [{name}\n"), format!("// {name}]"));
    READER
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .map(|(part, _)| part)
        .expect("reader.js has every part that watch.js names; a test puts it together")
}

/// The script with its parts, and without the lines that are comments, but the first.
fn whole(settings: &str) -> String {
    let lines = WATCH.lines().flat_map(|line| {
        let named = line.trim_start().strip_prefix("// [");
        match named.and_then(|name| name.strip_suffix(']')) {
            Some("settings") => settings,
            Some(name) => part(name),
            None => line,
        }
        .lines()
    });
    lines
        .map(str::trim)
        .enumerate()
        .filter(|(number, line)| *number == 0 || !(line.is_empty() || line.starts_with("//")))
        .flat_map(|(_, line)| [line, "\n"])
        .collect()
}

/// Sends it. Pages of other hosts may load it.
pub async fn show_script(
    State(base): State<Arc<Base>>,
    State(script): State<Arc<Forms>>,
    headers: HeaderMap,
) -> Result {
    is_open(&base)?;
    let mut response = script.respond(&headers);
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=600"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-site",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::time::Span;

    #[test]
    fn it_is_put_together_and_small() {
        let reading = Reading {
            beat_every: Span::seconds(7),
            silent_for: Span::seconds(20),
            ..Reading::default()
        };
        let script = whole(&settings(&reading));
        assert!(script.contains("\nconst BEAT = 7000;\nconst ASLEEP = 20000;\n"));
        for part in [
            "settings",
            "spans",
            "state",
            "telling",
            "listening",
            "words",
        ] {
            assert!(!script.contains(&format!("[{part}")), "{part}");
        }
        for name in ["beat", "listen", "sleep", "lose", "busy", "older", "parsed"] {
            let times = script.matches(&format!("function {name}(")).count();
            assert_eq!(times, 1, "{name}");
        }
        assert!(script.starts_with("// Gaceta"));
        assert_eq!(
            script.matches("//").count() - script.matches("; //").count(),
            1
        );
        let open = |c| script.matches(c).count();
        assert_eq!(open('{'), open('}'));
        assert!(script.len() < 12_000);
    }
}
