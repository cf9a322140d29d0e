//! Pages that only say something: a mail is on its way, a link no longer works.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::StatusCode;

use web::error::encode;
use web::locale::Say;
use web::view::{Frame, html, local_path, personal};
use web::{Language, Result, Site};

#[derive(Template)]
#[template(path = "account/note.html")]
struct NotePage {
    frame: Frame,
    text: String,
    hint: String,
    href: String,
    link: String,
}

/// After sign-up. The same for every address.
pub async fn show_sign_up_sent(State(site): State<Arc<Site>>, Language(lang): Language) -> Result {
    let hours = site.base.config.accounts.proof_for.0.div_ceil(3_600_000);
    let text = Say::new(lang).with("sent-sign-up", "hours", hours);
    sent(&site, Say::new(lang), text, "/sign-up")
}

/// After asking for a new password. The same for every address.
pub async fn show_reset_sent(State(site): State<Arc<Site>>, Language(lang): Language) -> Result {
    let minutes = site.base.config.accounts.reset_for.0.div_ceil(60_000);
    let text = Say::new(lang).with("sent-reset", "minutes", minutes);
    sent(&site, Say::new(lang), text, "/reset")
}

/// A mail is on its way; `path` is where another can be asked for.
fn sent(site: &Site, say: Say, text: String, path: &str) -> Result {
    personal(&NotePage {
        frame: Frame::unlisted(site, say, "sent-title"),
        text,
        hint: say.say("sent-hint"),
        href: format!("{path}?lang={}", say.lang),
        link: say.say("sent-again"),
    })
}

/// The right password was given, and the browser did not keep the cookie; `next` is where to go on once it does.
pub fn no_cookie(site: &Site, say: Say, next: &str) -> Result {
    personal(&NotePage {
        frame: Frame::unlisted(site, say, "no-cookie-title"),
        text: say.with(
            "no-cookie-text",
            "paper",
            site.base.config.site.name.as_str(),
        ),
        hint: say.say("no-cookie-hint"),
        href: format!(
            "/sign-in?lang={}&next={}",
            say.lang,
            encode(local_path(next))
        ),
        link: say.say("sign-in"),
    })
}

/// An address that is to be brought back has another account by now.
pub fn address_taken(site: &Site, say: Say) -> Result {
    let page = NotePage {
        frame: Frame::unlisted(site, say, "restore-taken-title"),
        text: say.say("restore-taken-text"),
        hint: String::new(),
        href: format!("/sign-in?lang={}", say.lang),
        link: say.say("sign-in"),
    };
    Ok(html(StatusCode::CONFLICT, page.render()?))
}

/// A link of a mail that was used, is too old, or never was.
pub fn dead_link(site: &Site, say: Say, path: &str) -> Result {
    let page = NotePage {
        frame: Frame::unlisted(site, say, "dead-title"),
        text: say.say("dead-text"),
        hint: String::new(),
        href: format!("{path}?lang={}", say.lang),
        link: say.say("dead-again"),
    };
    Ok(html(StatusCode::NOT_FOUND, page.render()?))
}
