//! The pages: a list of all, and each in every version that somebody may have agreed to.

use articles::Slug;
use askama::Template;
use axum::extract::State;
use base::lang::Lang;
use markup::{Document, Html, render};
use web::locale::Say;
use web::view::{Frame, personal};
use web::{Error, Language, Path, Result, Route, Site, with_state};

use crate::store::{self, Listed, Version};
use crate::{About, Required};

/// Routes of these pages.
#[must_use]
pub fn routes(about: &About) -> Vec<Route> {
    let routes = vec![
        Route::get("/about", show_list),
        Route::get("/about/{page}", show_page),
        Route::get("/about/{page}/{version}", show_version),
    ];
    with_state(routes, about)
}

#[derive(Template)]
#[template(path = "about/list.html")]
struct ListPage {
    frame: Frame,
    say: Say,
    /// Name, language and title.
    pages: Vec<(String, Lang, String)>,
}

async fn show_list(State(about): State<About>, Language(lang): Language) -> Result {
    let (site, say) = (&about.site, Say::new(lang));
    let all = store::list_pages(&mut about.base.read().await?).await?;
    let paper = site.base.config.site.name.as_str();
    let title = say.with("about-title", "paper", paper);
    personal(&ListPage {
        frame: Frame::new(site, lang, title).spoken_at(site, "/about"),
        say,
        pages: in_language(all, lang),
    })
}

/// Each page once, in this language where it is there; those that are required come first, in their order.
fn in_language(all: Vec<Listed>, lang: Lang) -> Vec<(String, Lang, String)> {
    let mut pages: Vec<(String, Lang, String)> = Vec::new();
    for one in all.into_iter().filter(|one| one.withdrawn_at.is_none()) {
        let page = (one.slug, one.language, one.title);
        match pages.last_mut().filter(|last| last.0 == page.0) {
            Some(last) if page.1 == lang => *last = page,
            Some(_) => {}
            None => pages.push(page),
        }
    }
    pages.sort_by_key(|(slug, ..)| {
        let required = Required::named(slug);
        (required.is_none(), required)
    });
    pages
}

#[derive(Template)]
#[template(path = "about/page.html")]
struct VersionPage {
    frame: Frame,
    say: Say,
    slug: String,
    /// Version and day; empty if there is nothing yet.
    meta: String,
    /// Language of the text, which may be another one than the page's.
    language: Lang,
    /// Safe: written by `markup`.
    body: String,
    /// Name and line of other versions, newest first.
    others: Vec<(String, String)>,
}

async fn show_page(
    State(about): State<About>,
    Path(page): Path<String>,
    Language(lang): Language,
) -> Result {
    let slug = parse(&page)?;
    let mut tx = about.base.read().await?;
    let found = store::find_newest(&mut tx, &slug, lang).await?;
    let versions = store::list_versions(&mut tx, &slug, lang).await?;
    drop(tx);
    if let Some(found) = found {
        return shown(&about.site, lang, &slug, found, versions);
    }
    // Other pages lead to those.
    let required = Required::named(&page).ok_or(Error::NotFound)?.as_str();
    let say = Say::new(lang);
    let title = format!("about-{required}");
    personal(&VersionPage {
        frame: Frame::unlisted(&about.site, say, &title)
            .spoken_at(&about.site, &format!("/about/{required}")),
        say,
        slug: page,
        meta: String::new(),
        language: lang,
        body: String::new(),
        others: Vec::new(),
    })
}

async fn show_version(
    State(about): State<About>,
    Path((page, version)): Path<(String, String)>,
    Language(lang): Language,
) -> Result {
    let slug = parse(&page)?;
    let mut tx = about.base.read().await?;
    let found = store::find_version(&mut tx, &slug, &version, lang).await?;
    let versions = store::list_versions(&mut tx, &slug, lang).await?;
    drop(tx);
    let found = found.ok_or(Error::NotFound)?;
    shown(&about.site, lang, &slug, found, versions)
}

fn parse(page: &str) -> Result<Slug> {
    page.parse().map_err(|_| Error::NotFound)
}

fn shown(
    site: &Site,
    lang: Lang,
    slug: &Slug,
    of: Version,
    versions: Vec<(String, base::time::UnixMillis)>,
) -> Result {
    let (say, zone, now) = (Say::new(lang), site.zone(lang), site.base.clock.now());
    let line = |version: &str, at| {
        let key = if at > now {
            "about-version-to-come"
        } else {
            "about-version"
        };
        say.with2(key, "version", version, "day", say.date(at, &zone))
    };
    personal(&VersionPage {
        frame: Frame::new(site, lang, of.title).spoken_at(site, &format!("/about/{slug}")),
        say,
        slug: slug.to_string(),
        meta: line(&of.version, of.published_at),
        language: of.language,
        body: html(site, say, &of.body),
        others: versions
            .into_iter()
            .filter(|(version, _)| *version != of.version)
            .map(|(version, at)| {
                let line = line(&version, at);
                (version, line)
            })
            .collect(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_listed_once_in_the_language_of_its_reader() {
        let listed = |slug: &str, language: &str, withdrawn: bool| Listed {
            slug: slug.to_owned(),
            version: "1".to_owned(),
            language: language.parse().unwrap(),
            title: format!("{slug} {language}"),
            withdrawn_at: withdrawn.then_some(base::time::UnixMillis(1)),
        };
        let all = vec![
            listed("archive", "en", false),
            listed("privacy", "es", false),
            listed("staff", "en", true),
            listed("terms", "en", false),
            listed("terms", "es", false),
        ];
        let titles: Vec<String> = in_language(all, "es".parse().unwrap())
            .into_iter()
            .map(|(.., title)| title)
            .collect();
        assert_eq!(titles, ["terms es", "privacy es", "archive en"]);
    }
}
