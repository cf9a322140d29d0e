//! Style, script, fonts and icons: embedded in the binary, addressed by their content so that browsers keep them for good.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Path;
use axum::response::Response;
use http::HeaderMap;
use rust_embed::RustEmbed;

use super::pages::{Draft, Forms};
use super::{Error, Result, Route};

/// The script of an open page; the gate makes the one for other sites of it.
pub const READER: &str = include_str!("../assets/reader.js");

#[derive(RustEmbed)]
#[folder = "assets"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
#[include = "*.png"]
#[include = "fonts/*.woff2"]
struct Files;

struct Assets {
    pages: HashMap<String, Forms>,
    names: HashMap<String, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets {
        pages: HashMap::new(),
        names: HashMap::new(),
    };
    // Fonts first: the style sheet names them, by the address that carries their hash.
    let mut names: Vec<_> = Files::iter().collect();
    names.sort_by_key(|name| name.ends_with(".css"));
    for name in names {
        let file = Files::get(&name).expect("the name was just listed");
        let mut data = file.data.into_owned();
        if name.ends_with(".css") {
            let css = String::from_utf8(data).expect("the style sheet is UTF-8");
            data = with_hashed_names(&without_comments(&css), &assets.names).into_bytes();
        }
        let hash = &base::secret::TokenHash::of_bytes(&data).text()[..10];
        let (stem, extension) = name.rsplit_once('.').expect("assets have extensions");
        let address = format!("{stem}.{hash}.{extension}");
        assets.pages.insert(
            address.clone(),
            Draft::asset(media_type(extension), data).forms(),
        );
        assets.names.insert(name.into_owned(), address);
    }
    assets
});

/// A style sheet without its comments and the empty lines they leave; `/*` in a string or an address stays.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut quote = None;
    let mut rest = css.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (None, '/') if rest.as_str().starts_with('*') => {
                let end = rest.as_str()[1..].find("*/").map(|at| at + 3);
                rest = rest.as_str()[end.unwrap_or(rest.as_str().len())..].chars();
                continue;
            }
            (_, '\\') => {
                out.push(c);
                out.extend(rest.next());
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            // An address without quotes: it ends with its bracket.
            (None, '(') if out.ends_with("url") && !rest.as_str().starts_with(['"', '\'']) => {
                quote = Some(')');
            }
            (Some(end), _) if end == c => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn with_hashed_names(css: &str, names: &HashMap<String, String>) -> String {
    names.iter().fold(css.to_owned(), |css, (name, address)| {
        css.replace(&format!("url({name})"), &format!("url({address})"))
    })
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "font/woff2",
    }
}

/// The address of an asset, such as `/assets/gaceta.AbC.css` for `gaceta.css`.
#[must_use]
pub fn asset(name: &str) -> String {
    ASSETS.names.get(name).map_or_else(
        || format!("/assets/{name}"),
        |address| format!("/assets/{address}"),
    )
}

async fn show_asset(Path(name): Path<String>, headers: HeaderMap) -> Result {
    ASSETS
        .pages
        .get(&name)
        .map(|page| page.respond(&headers))
        .ok_or(Error::NotFound)
}

/// Browsers ask for it whatever the page says.
async fn show_favicon(headers: HeaderMap) -> Result<Response> {
    let address = ASSETS.names.get("favicon.svg").ok_or(Error::NotFound)?;
    Ok(ASSETS.pages[address].respond(&headers))
}

/// The routes of the assets.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/assets/{*name}", show_asset),
        Route::get("/favicon.ico", show_favicon),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_and_addresses_stay() {
        let css = "/*! a */\n/* b { */a::after{content:\"/* \\\" */\"}\n\nb{/* c */color:red/**/}\nc{background:url(/a/*/b.svg)}/* open";
        assert_eq!(
            without_comments(css),
            "a::after{content:\"/* \\\" */\"}\nb{color:red}\nc{background:url(/a/*/b.svg)}\n"
        );
    }

    #[test]
    fn the_style_sheet_is_sent_without_its_vocabulary_and_whole() {
        let file = Files::get("gaceta.css").expect("it is there").data;
        let css = std::str::from_utf8(&file).unwrap();
        let sent = without_comments(css);
        assert!(css.contains("VOCABULARY") && !sent.contains("/*"));
        assert!(sent.contains("@media print{") && sent.contains("[data-paused]>*{display:none}"));
        let open = |text: &str| text.matches('{').count() - text.matches('}').count();
        assert_eq!(open(&sent), 0);
    }

    #[test]
    fn icons_are_there_under_the_names_pages_use() {
        for name in ["favicon.svg", "favicon-32.png", "apple-touch-icon.png"] {
            assert!(
                asset(name).starts_with("/assets/") && ASSETS.names.contains_key(name),
                "{name}"
            );
        }
    }
}
