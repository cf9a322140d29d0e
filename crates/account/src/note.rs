//! Pages that only say something: a mail is on its way, a link no longer works.

use askama::Template;
use axum::extract::State;
use http::{HeaderMap, StatusCode, Uri};

use crate::Account;
use web::Result;
use web::locale::{self, Say};
use web::view::{Frame, html, personal};

#[derive(Template)]
#[template(path = "account/note.html")]
struct NotePage {
    frame: Frame,
    text: String,
    hint: String,
    href: String,
    link: String,
}

fn note(
    parts: &Account,
    say: Say,
    title: String,
    text: String,
    path: &str,
    link: String,
) -> NotePage {
    let mut frame = Frame::new(&parts.site, say.lang, title);
    frame.index = false;
    NotePage {
        frame,
        text,
        hint: String::new(),
        href: format!("{path}?lang={}", say.lang),
        link,
    }
}

/// After sign-up. The same for every address.
pub async fn show_sign_up_sent(
    State(parts): State<Account>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let hours = parts.base.config.accounts.proof_for.0.div_ceil(3_600_000);
    let text = say.with("sent-sign-up", "hours", hours);
    let (title, link) = (say.say("sent-title"), say.say("sent-again"));
    let mut page = note(&parts, say, title, text, "/sign-up", link);
    page.hint = say.say("sent-hint");
    personal(&page)
}

/// After asking for a new password. The same for every address.
pub async fn show_reset_sent(State(parts): State<Account>, uri: Uri, headers: HeaderMap) -> Result {
    let say = Say::new(locale::of_request(&parts.site, &uri, &headers));
    let minutes = parts.base.config.accounts.reset_for.0.div_ceil(60_000);
    let text = say.with("sent-reset", "minutes", minutes);
    let (title, link) = (say.say("sent-title"), say.say("sent-again"));
    let mut page = note(&parts, say, title, text, "/reset", link);
    page.hint = say.say("sent-hint");
    personal(&page)
}

/// A link of a mail that was used, is too old, or never was.
pub fn dead_link(parts: &Account, say: Say, path: &str) -> Result {
    let (title, text) = (say.say("dead-title"), say.say("dead-text"));
    let page = note(parts, say, title, text, path, say.say("dead-again"));
    Ok(html(StatusCode::NOT_FOUND, page.render()?))
}
