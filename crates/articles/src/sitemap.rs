//! What search engines are told: `robots.txt` and the sitemaps (sitemaps.org, protocol 0.9).
//!
//! The first sitemap has front pages and topics, those after it the articles, oldest first, so that a full one changes
//! only when an article in it does. Deliberately not here: pages of a reader's own, which nobody is to list.

use std::io;
use std::sync::Arc;

use axum::extract::State;
use http::HeaderMap;

use super::feeds::{document, element};
use super::store;
use crate::Articles;
use base::time::UnixMillis;
use web::pages::{Draft, Encoding, Keep, PageKey};
use web::{Error, Path, Result, Route};

/// Addresses in one sitemap; the protocol allows 50,000 and 50 MB.
const LENGTH: i64 = 10_000;

const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

/// What nobody is to list: pages of a reader's own and of the newsroom.
const OWN: [&str; 7] = [
    "/account",
    "/admin",
    "/reading",
    "/sign-in",
    "/reset",
    "/proof",
    "/invitation",
];

/// The routes for search engines.
pub(super) fn routes() -> Vec<Route<Arc<Articles>>> {
    vec![
        Route::get("/robots.txt", show_robots),
        Route::get("/sitemap.xml", show_index),
        Route::get("/sitemap-{name}", show_sitemap),
    ]
}

async fn show_robots(State(articles): State<Arc<Articles>>, headers: HeaderMap) -> Result {
    let text = robots(&articles.base.config.site.public_url);
    let page = Draft::text("text/plain; charset=utf-8", Keep::Public, text);
    Ok(page.forms().respond(&headers))
}

/// RFC 9309.
fn robots(public_url: &str) -> String {
    let own: String = OWN
        .iter()
        .map(|path| format!("Disallow: {path}\n"))
        .collect();
    format!("User-agent: *\nAllow: /\n{own}\nSitemap: {public_url}/sitemap.xml\n")
}

/// Changes with every publication in any edition. Number 0 is the index.
fn key(articles: &Articles, number: u64) -> PageKey {
    let all = articles.editions.all();
    let generations = all
        .iter()
        .map(|room| articles.sidebars.generation(&room.edition.slug));
    PageKey {
        variant: "sitemap",
        subject: 0,
        revision: (generations.sum(), number),
    }
}

async fn show_index(State(articles): State<Arc<Articles>>, headers: HeaderMap) -> Result {
    let key = key(&articles, 0);
    answer(&articles, key, &headers, write_index(&articles)).await
}

/// The page, made now if it is not finished.
async fn answer(
    articles: &Articles,
    key: PageKey,
    headers: &HeaderMap,
    write: impl Future<Output = Result<Draft>>,
) -> Result {
    let encoding = Encoding::wanted(headers);
    let page = articles
        .site
        .pages
        .find_or_make(key, encoding, write)
        .await?;
    Ok(page.respond(headers))
}

async fn write_index(articles: &Articles) -> Result<Draft> {
    let site = &articles.base.config.site.public_url;
    let count = store::count_all_articles(&mut articles.base.read().await?).await?;
    let names: Vec<String> = (1..=1 + count.div_euclid(LENGTH) + i64::from(count % LENGTH > 0))
        .map(|number| format!("{site}/sitemap-{number}.xml"))
        .collect();
    let text = write("sitemapindex", "sitemap", names.iter().map(|at| (at, None)));
    let text = text.map_err(Error::internal)?;
    Ok(Draft::text(CONTENT_TYPE, Keep::Public, text))
}

async fn show_sitemap(
    State(articles): State<Arc<Articles>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result {
    let number: i64 = name
        .strip_suffix(".xml")
        .and_then(|number| number.parse().ok())
        .filter(|number| (1..=1_000_000).contains(number))
        .ok_or(Error::NotFound)?;
    let key = key(&articles, number.unsigned_abs());
    answer(&articles, key, &headers, write_sitemap(&articles, number)).await
}

async fn write_sitemap(articles: &Articles, number: i64) -> Result<Draft> {
    let mut tx = articles.base.read().await?;
    let paths = match number {
        1 => store::list_places(&mut tx, LENGTH).await?,
        _ => store::list_paths(&mut tx, LENGTH, (number - 2) * LENGTH).await?,
    };
    if paths.is_empty() {
        return Err(Error::NotFound);
    }
    let site = &articles.base.config.site.public_url;
    let urls: Vec<(String, Option<UnixMillis>)> = paths
        .into_iter()
        .map(|(path, at)| (format!("{site}{path}"), at))
        .collect();
    let text = write("urlset", "url", urls.iter().map(|(url, at)| (url, *at)));
    let text = text.map_err(Error::internal)?;
    Ok(Draft::text(CONTENT_TYPE, Keep::Public, text))
}

fn write<'a>(
    root: &str,
    entry: &str,
    urls: impl Iterator<Item = (&'a String, Option<UnixMillis>)>,
) -> io::Result<String> {
    document(|xml| {
        xml.create_element(root)
            .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
            .write_inner_content(|xml| {
                for (url, at) in urls {
                    xml.create_element(entry).write_inner_content(|xml| {
                        element(xml, "loc", url)?;
                        at.map_or(Ok(()), |at| element(xml, "lastmod", &at.rfc3339()))
                    })?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_may_read_all_but_what_is_a_readers_own() {
        let text = robots("https://paper.example");
        assert!(text.contains("Disallow: /account\n"));
        assert!(text.ends_with("\nSitemap: https://paper.example/sitemap.xml\n"));
    }

    #[test]
    fn an_address_is_written_with_its_date() {
        let url = "https://paper.example/a?b&c".to_owned();
        let text = write("urlset", "url", [(&url, Some(UnixMillis(0)))].into_iter()).unwrap();
        assert!(text.contains("<loc>https://paper.example/a?b&amp;c</loc>"));
        assert!(text.contains("<lastmod>1970-01-01T00:00:00Z</lastmod>"));
    }
}
