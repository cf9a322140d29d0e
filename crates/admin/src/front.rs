//! The front page of the administration: how much there is of what, and the way to it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use crate::Staff;
use subscriptions::store;
use web::locale::Say;
use web::view::{Frame, personal};
use web::{Result, Site};

#[derive(Template)]
#[template(path = "admin/front.html")]
struct FrontPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    readers: i64,
    running: i64,
    /// Invitations and other mails that were given up.
    failed: i64,
    /// Why subscriptions run, and how many for each reason.
    reasons: Vec<(String, i64)>,
}

pub(super) async fn show_front(State(site): State<Arc<Site>>, Staff(session): Staff) -> Result {
    let say = Say::new(session.language);
    let mut tx = site.base.read().await?;
    let readers = readers::store::count_readers(&mut tx).await?;
    let reasons = store::count_running(&mut tx).await?;
    let (_, failed) = base::jobs::count_jobs(&mut tx).await?;
    drop(tx);
    personal(&FrontPage {
        frame: Frame::unlisted(&site, say, "admin-front-title"),
        say,
        tab: "front",
        readers,
        running: reasons.iter().map(|(_, count)| count).sum(),
        failed,
        reasons: reasons
            .into_iter()
            .map(|(reason, count)| (say.say(&format!("reason-{reason}")), count))
            .collect(),
    })
}
