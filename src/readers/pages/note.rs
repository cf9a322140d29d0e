//! Pages that only say something: a mail is on its way, a link no longer works.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use http::{HeaderMap, StatusCode, Uri};

use crate::App;
use crate::web::Result;
use crate::web::locale::{self, Say};
use crate::web::view::{Frame, html, personal};

#[derive(Template)]
#[template(path = "readers/note.html")]
struct NotePage {
    frame: Frame,
    text: String,
    hint: String,
    href: String,
    link: String,
}

fn note(app: &App, say: Say, title: String, text: String, path: &str, link: String) -> NotePage {
    let mut frame = Frame::new(app, say.lang, title);
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
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let hours = app.config.accounts.proof_for.0.div_ceil(3_600_000);
    let text = say.with("sent-sign-up", "hours", hours);
    let (title, link) = (say.say("sent-title"), say.say("sent-again"));
    let mut page = note(&app, say, title, text, "/sign-up", link);
    page.hint = say.say("sent-hint");
    personal(&page)
}

/// After asking for a new password. The same for every address.
pub async fn show_reset_sent(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result {
    let say = Say::new(locale::of_request(&app, &uri, &headers));
    let minutes = app.config.accounts.reset_for.0.div_ceil(60_000);
    let text = say.with("sent-reset", "minutes", minutes);
    let (title, link) = (say.say("sent-title"), say.say("sent-again"));
    let mut page = note(&app, say, title, text, "/reset", link);
    page.hint = say.say("sent-hint");
    personal(&page)
}

/// A link of a mail that was used, is too old, or never was.
pub fn dead_link(app: &App, say: Say, path: &str) -> Result {
    let (title, text) = (say.say("dead-title"), say.say("dead-text"));
    let page = note(app, say, title, text, path, say.say("dead-again"));
    Ok(html(StatusCode::NOT_FOUND, page.render()?))
}
