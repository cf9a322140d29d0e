//! Style, script, fonts and icons: embedded in the binary, addressed by their content so that browsers keep them for good.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use rust_embed::RustEmbed;

use super::pages::Page;
use super::{Error, Result, Route};
use crate::App;

#[derive(RustEmbed)]
#[folder = "assets"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
#[include = "*.png"]
#[include = "fonts/*.woff2"]
struct Files;

struct Assets {
    pages: HashMap<String, Arc<Page>>,
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
            data = with_hashed_names(
                &String::from_utf8(data).expect("the style sheet is UTF-8"),
                &assets.names,
            )
            .into_bytes();
        }
        let hash = &crate::base::secret::TokenHash::of_bytes(&data).text()[..10];
        let (stem, extension) = name.rsplit_once('.').expect("assets have extensions");
        let address = format!("{stem}.{hash}.{extension}");
        assets.pages.insert(
            address.clone(),
            Arc::new(Page::asset(media_type(extension), data)),
        );
        assets.names.insert(name.into_owned(), address);
    }
    assets
});

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

async fn show_asset(
    State(_): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result {
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
