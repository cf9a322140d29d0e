//! The terms, in every version that somebody may have accepted.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use markup::{Document, Html, render};

use base::lang::Lang;
use readers::store;
use web::locale::Say;
use web::view::{Frame, personal};
use web::{Error, Language, Path, Result, Site};

#[derive(Template)]
#[template(path = "account/terms.html")]
struct TermsPage {
    frame: Frame,
    say: Say,
    /// Version and day; empty if the paper has no terms yet.
    meta: String,
    /// Language of the text, which may be another one than the page's.
    language: Lang,
    /// Safe: written by `markup`.
    body: String,
    /// Number and day of other versions, newest first.
    others: Vec<(String, String)>,
}

pub(super) async fn show_terms(State(site): State<Arc<Site>>, Language(lang): Language) -> Result {
    page(&site, lang, None).await
}

pub(super) async fn show_version(
    State(site): State<Arc<Site>>,
    Path(version): Path<String>,
    Language(lang): Language,
) -> Result {
    page(&site, lang, Some(&version)).await
}

async fn page(site: &Site, lang: Lang, version: Option<&str>) -> Result {
    let say = Say::new(lang);
    let mut tx = site.base.read().await?;
    let found = store::find_terms(&mut tx, version, lang).await?;
    if found.is_none() && version.is_some() {
        return Err(Error::NotFound);
    }
    let versions = store::list_terms(&mut tx, lang).await?;
    drop(tx);
    let zone = site.zone(lang);
    let mut page = TermsPage {
        frame: Frame::new(site, lang, say.say("terms-title")).spoken_at(site, "/terms"),
        say,
        meta: String::new(),
        language: lang,
        body: String::new(),
        others: Vec::new(),
    };
    if let Some(terms) = found {
        let day = say.date(terms.published_at, &zone);
        page.meta = say.with2(
            "terms-version",
            "version",
            terms.version.as_str(),
            "day",
            day,
        );
        page.language = terms.language;
        page.body = html(site, say, &terms.body);
        page.others = versions
            .into_iter()
            .filter(|(version, _)| *version != terms.version)
            .map(|(version, at)| (version, say.date(at, &zone)))
            .collect();
    }
    personal(&page)
}

fn html(site: &Site, say: Say, markdown: &str) -> String {
    let url = &site.base.config.site.public_url;
    let own_host = url.split_once("://").map_or("", |(_, host)| host);
    render(
        &Document::from_markdown(markdown).0.blocks,
        &Html {
            image: &|_| None,
            first_id: 1,
            own_host,
            table_label: &say.say("article-table"),
        },
    )
}
