//! What every page's frame needs: language, title, masthead, links to other languages; and the answers made of it.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::assets::asset;
use super::locale::Say;
use crate::Site;
use base::config::Config;
use base::lang::Lang;

/// A link of the masthead or of a list.
#[derive(Clone, Debug)]
pub struct Link {
    /// Path or address.
    pub href: String,
    /// What it says.
    pub text: String,
    /// Whether it names the page it stands on, or its section.
    pub current: bool,
}

/// The same page in another language.
#[derive(Clone, Debug)]
pub struct Alternate {
    /// Language tag for `hreflang`.
    pub tag: String,
    /// Absolute address.
    pub href: String,
    /// The language in its own words.
    pub name: String,
}

/// The frame of a page, for `templates/base.html`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Speaks the language of the page.
    pub say: Say,
    /// Language tag of the page, such as `en-US`.
    pub tag: String,
    /// The paper's name.
    pub paper: String,
    /// Title without the paper's name.
    pub title: String,
    /// One or two sentences for search engines and link previews; may be empty.
    pub description: String,
    /// Absolute address under which the page is known; empty for pages of their own reader.
    pub canonical: String,
    /// The same page in other languages.
    pub alternates: Vec<Alternate>,
    /// Links of the foot to the paper in other languages, for pages without alternates.
    pub languages: Vec<Alternate>,
    /// Path of the front page.
    pub home: String,
    /// Query that keeps the language on account pages.
    pub lang_query: String,
    /// Sections below the masthead; none on account pages and the device message.
    pub sections: Vec<Link>,
    /// Path of an RSS feed, or empty.
    pub feed: String,
    /// Whether search engines may list it.
    pub index: bool,
    /// Open Graph type: `article` or `website`.
    pub kind: &'static str,
    /// Absolute address of a picture for previews, or empty.
    pub picture: String,
    /// JSON-LD, already safe inside a script element (see [`json_ld`]), or empty.
    pub json_ld: String,
    /// Whether the page loads the script that watches the reading seat.
    pub watch: bool,
}

impl Frame {
    /// A frame with the masthead of the edition in that language, without sections.
    #[must_use]
    pub fn new(site: &Site, lang: Lang, title: String) -> Self {
        let home = site.home(lang);
        Self {
            say: Say::new(lang),
            tag: lang.as_str().to_owned(),
            paper: site.base.config.site.name.clone(),
            title,
            description: String::new(),
            canonical: String::new(),
            alternates: Vec::new(),
            languages: languages(site, lang, "/"),
            home,
            lang_query: format!("?lang={lang}"),
            sections: Vec::new(),
            feed: String::new(),
            index: true,
            kind: "website",
            picture: String::new(),
            json_ld: String::new(),
            watch: false,
        }
    }

    /// A frame that search engines do not list, with the text of `title` as its title: for pages of their own reader, and
    /// for those that only say that something is not so.
    #[must_use]
    pub fn unlisted(site: &Site, say: Say, title: &str) -> Self {
        Self {
            index: false,
            ..Self::new(site, say.lang, say.say(title))
        }
    }

    /// The same page in other languages, by `lang=` in its address: for pages that speak the language of their visitor.
    #[must_use]
    pub fn spoken_at(mut self, site: &Site, path: &str) -> Self {
        self.languages = languages(site, self.say.lang, path);
        self
    }

    /// The links to other languages that stand in the foot.
    #[must_use]
    pub fn foot(&self) -> &[Alternate] {
        if self.alternates.is_empty() {
            &self.languages
        } else {
            &self.alternates
        }
    }

    /// Address of an asset; for templates.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        asset(name)
    }
}

/// `path` in each language of the paper besides `lang`.
fn languages(site: &Site, lang: Lang, path: &str) -> Vec<Alternate> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let others = Lang::ALL.iter().filter(|other| **other != lang);
    others
        .filter(|other| site.has_language(**other))
        .map(|other| Alternate {
            tag: other.to_string(),
            href: format!("{path}{mark}lang={other}"),
            name: Say::new(*other).say("language-name"),
        })
        .collect()
}

/// JSON for a script element: `<`, `>` and `&` are escaped, so no text can end the element (OWASP ASVS 5.0, 1.2.3).
#[must_use]
pub fn json_ld(value: &serde_json::Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// An HTML answer that nobody keeps.
#[must_use]
pub fn html(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page of one reader's own: rendered now, kept by nobody.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn personal(page: &impl askama::Template) -> crate::Result {
    Ok(html(StatusCode::OK, page.render()?))
}

/// Sends the browser on with a GET (after a form).
#[must_use]
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A path of this site to return to; anything else becomes `/` (OWASP ASVS 5.0, 3.7.2).
#[must_use]
pub fn local_path(text: &str) -> &str {
    let fine = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 1024
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if fine { text } else { "/" }
}

/// Where a form may send the browser on to: a path of the paper, or an address of a site that asks the paper who may read
/// (`[gate] sites`); else the front page.
#[must_use]
pub fn way_on<'a>(config: &Config, text: &'a str) -> &'a str {
    match config.gate.site_of(text) {
        Some(_) => text,
        None => local_path(text),
    }
}

/// How many stand on a page of a list.
pub const SHOWN: i64 = 50;

/// Of what was found for a page, one more than it shows: cuts that off, and gives the last that stands there if more follow.
#[must_use]
pub fn cut<T>(found: &mut Vec<T>) -> Option<&T> {
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    found.last().filter(|_| more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        assert_eq!(
            local_path("/en/2026-02-25/a?b=c#p-3"),
            "/en/2026-02-25/a?b=c#p-3"
        );
        for bad in [
            "",
            "https://x.example",
            "//x.example",
            "/\\x.example",
            "/a\r\nb",
            "javascript:alert(1)",
            "/ü",
        ] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }

    #[test]
    fn json_ld_cannot_end_its_element() {
        let text = json_ld(&serde_json::json!({"headline": "</script><script>alert(1)</script>"}));
        assert!(!text.contains('<'));
    }
}
