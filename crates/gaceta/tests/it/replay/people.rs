//! Whose identifiers they are, who has them now, and doors left open on purpose.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, RawForm};
use axum::routing::any;
use base::secret::TokenHash;
use gaceta::App;
use http::{Method, StatusCode};
use readers::{ReaderId, rules::DeviceId};
use subscriptions::rules::SeatId;
use subscriptions::{Plan, invite};
use testing::{Browser, PASSWORD, TestPaper, encode};

/// Stands in everything that only Ada, her people and the staff may see.
pub const MARK: &str = "quevedo";
pub const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// One person, with everything that a person can have here.
pub struct Ada<'a> {
    phone: Browser<'a>,
    tablet: Browser<'a>,
    /// What it is, and the value.
    pub identifiers: Vec<(&'static str, String)>,
    /// Pages of links that were mailed: whoever has them sees whose they are.
    pub links: Vec<String>,
    id: ReaderId,
}

async fn post(browser: &Browser<'_>, path: &str, form: &str) {
    let answer = browser.send(Method::POST, path, &[], form).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.text
    );
}

async fn linked(paper: &TestPaper, start: &str) -> String {
    let link = paper.mailed_link(start).await;
    link.split('?').next().unwrap().to_owned()
}

/// Everything on this page that stands between these two.
fn between<'t>(page: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    let parts = page.split(before).skip(1);
    parts.filter_map(|rest| rest.split(after).next()).collect()
}

async fn sign_in<'a>(paper: &'a TestPaper, email: &str, agent: &str) -> Browser<'a> {
    let browser = paper.guest();
    let form = format!("email={}&password={}", encode(email), encode(PASSWORD));
    let agent = [("user-agent", agent)];
    let answer = browser.send(Method::POST, "/sign-in", &agent, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    browser
}

impl<'a> Ada<'a> {
    /// She reads on her phone, has a tablet, and a company with a colleague, an invitation and a free seat.
    #[expect(
        clippy::too_many_lines,
        reason = "one journey, read from top to bottom"
    )]
    pub async fn comes(paper: &'a TestPaper) -> Self {
        let ada = paper.owner("ada.quevedo", Plan::Company, 5).await;
        let (phone, tablet) = (ada.on("phone").await, ada.on("tablet").await);
        let devices = phone.opens("/account/devices").await.text;
        let mut identifiers = vec![
            ("reader", ada.id.to_string()),
            ("address", ada.email.clone()),
        ];
        let ids = between(&devices, "action=\"/account/devices/", "/name\"");
        for id in &ids {
            post(
                &phone,
                &format!("/account/devices/{id}/name"),
                "label=Quevedo",
            )
            .await;
            identifiers.push(("device", (*id).to_owned()));
        }
        assert_eq!(ids.len(), 2, "{devices}");
        // A colleague, and somebody who is invited and has an account.
        for name in ["mia.quevedo", "lia.quevedo"] {
            paper.reader(name, false).await;
            post(
                &phone,
                "/account/seats/invite",
                &format!("emails={name}%40example.com"),
            )
            .await;
            if name == "mia.quevedo" {
                let link = linked(paper, "/invitation/").await;
                let mia = sign_in(paper, "mia.quevedo@example.com", "Mia").await;
                post(&mia, &link, "").await;
            }
        }
        let invitation = linked(paper, "/invitation/").await;
        post(&paper.guest(), "/reset", "email=ada.quevedo%40example.com").await;
        let reset = linked(paper, "/reset/").await;
        let form = format!(
            "email=eva.quevedo%40example.com&name=Eva&password={}",
            encode(PASSWORD)
        );
        post(&paper.guest(), "/sign-up", &form).await;
        let proof = linked(paper, "/proof/").await;
        let links = vec![invitation, reset, proof];
        for (what, link) in ["invitation", "reset", "proof"].into_iter().zip(&links) {
            let token = link.rsplit('/').next().unwrap();
            identifiers.push((what, token.to_owned()));
            identifiers.push((what, TokenHash::of(token).text()));
        }
        let seats = phone.opens("/account/seats").await.text;
        let seats = between(&seats, "name=\"seat\" value=\"", "\"");
        assert_eq!(seats.len(), 2, "a colleague and an invitation");
        identifiers.extend(seats.iter().map(|seat| ("seat", (*seat).to_owned())));
        let mut tx = paper.app.base.read().await.unwrap();
        let owned = subscriptions::store::find_owned(&mut tx, ada.id)
            .await
            .unwrap();
        drop(tx);
        identifiers.push(("subscription", owned.unwrap().id.to_string()));
        for cookie in ["session", "device"] {
            let token = phone.cookie(cookie).unwrap();
            identifiers.push((cookie, TokenHash::of(&token).text()));
            identifiers.push((cookie, token));
        }
        assert_eq!(phone.opens(ARTICLE).await.access(), "full");
        let shown = tablet.opens(ARTICLE).await;
        assert_eq!(shown.access(), "elsewhere");
        identifiers.push(("epoch", shown.hidden("epoch")));
        Self {
            phone,
            tablet,
            identifiers,
            links,
            id: ada.id,
        }
    }

    /// All that she sees of herself, and that her links still work.
    pub async fn portrait(&self, paper: &TestPaper) -> Vec<String> {
        let mut seen = Vec::new();
        for page in [
            "/account",
            "/account/devices",
            "/account/seats",
            "/account/subscription",
        ] {
            let shown = self.phone.opens(page).await;
            seen.push(format!("{page} {} {}", shown.status, shown.text));
        }
        let shown = self.tablet.opens("/account/devices").await;
        seen.push(format!("on the tablet: {}", shown.status));
        seen.push(format!(
            "she reads: {}",
            self.phone.opens(ARTICLE).await.access()
        ));
        for link in &self.links {
            let shown = paper.guest().opens(link).await;
            seen.push(format!("{link} {}", shown.status));
        }
        seen
    }
}

/// Who has her identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    Guest,
    /// Another reader, with a subscription of his own.
    Reader,
    /// Who manages another company.
    Company,
    /// Had a seat in her company until a moment ago.
    Removed,
    Staff,
}

impl Other {
    pub const ALL: [Self; 5] = [
        Self::Guest,
        Self::Reader,
        Self::Company,
        Self::Removed,
        Self::Staff,
    ];

    /// Makes their account, and what they have; their address, or nothing for a guest.
    pub async fn settles(self, paper: &TestPaper, ada: &Ada<'_>) -> String {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{self:?}-{number}").to_lowercase();
        match self {
            Self::Guest => String::new(),
            Self::Reader => paper.reader(&name, true).await.email,
            Self::Company => paper.owner(&name, Plan::Company, 5).await.email,
            Self::Removed => {
                let person = paper.reader(&name, false).await;
                let form = format!("emails={}", encode(&person.email));
                post(&ada.phone, "/account/seats/invite", &form).await;
                let link = linked(paper, "/invitation/").await;
                post(&person.on("desk").await, &link, "").await;
                let seats = ada.phone.opens("/account/seats").await.text;
                let row = seats
                    .split("<form")
                    .find(|row| row.contains(&person.email) && row.contains("name=\"seat\""));
                let seat = between(row.unwrap(), "name=\"seat\" value=\"", "\"")[0];
                post(&ada.phone, "/account/seats/remove", &format!("seat={seat}")).await;
                person.email
            }
            Self::Staff => {
                let person = paper.reader(&name, false).await;
                let mut tx = paper.app.base.write().await.unwrap();
                readers::store::insert_operator(&mut tx, person.id)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                person.email
            }
        }
    }

    /// On a new device.
    pub async fn on_a_device<'a>(self, paper: &'a TestPaper, email: &str) -> Browser<'a> {
        match self {
            Self::Guest => paper.guest(),
            _ => sign_in(paper, email, "Other").await,
        }
    }
}

static NUMBER: AtomicU64 = AtomicU64::new(0);
static ADA: Mutex<Option<ReaderId>> = Mutex::new(None);

/// Whose they are, for the doors that do not ask.
pub fn tell_doors(ada: &Ada<'_>) {
    *ADA.lock().unwrap() = Some(ada.id);
}

/// Adds doors that ask nobody who they are; their paths.
pub fn open_doors(paper: &mut TestPaper) -> [&'static str; 3] {
    let doors = [
        "/open/{id}/label",
        "/open/{id}/sign-out",
        "/open/seats/remove",
    ];
    let app = Arc::clone(&paper.app);
    let label = move |Path(id): Path<String>| async move {
        find_label(&app, &id).await.unwrap_or_default()
    };
    paper.add_route(doors[0], any(label));
    let app = Arc::clone(&paper.app);
    let out = move |Path(id): Path<String>| async move {
        sign_out(&app, &id)
            .await
            .map_or(StatusCode::NOT_FOUND, |()| StatusCode::OK)
    };
    paper.add_route(doors[1], any(out));
    let app = Arc::clone(&paper.app);
    let remove = move |RawForm(form): RawForm| async move {
        let form = String::from_utf8_lossy(&form).into_owned();
        remove_seat(&app, &form)
            .await
            .map_or(StatusCode::NOT_FOUND, |()| StatusCode::OK)
    };
    paper.add_route(doors[2], any(remove));
    doors
}

fn ada() -> Option<ReaderId> {
    *ADA.lock().unwrap()
}

async fn find_label(app: &App, id: &str) -> Option<String> {
    let id: DeviceId = id.parse().ok()?;
    let mut tx = app.base.read().await.unwrap();
    let long_ago = tx.now().minus(base::time::Span::days(9));
    let devices = readers::store::list_devices(&mut tx, ada()?, long_ago)
        .await
        .unwrap();
    let device = devices.into_iter().find(|device| device.id == id);
    device.map(|device| device.label)
}

async fn sign_out(app: &App, id: &str) -> Option<()> {
    let id: DeviceId = id.parse().ok()?;
    let mut tx = app.base.write().await.unwrap();
    let ended = readers::store::delete_session_on(&mut tx, ada()?, id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.readers.sessions.forget_stored(&ended?.0);
    Some(())
}

async fn remove_seat(app: &App, form: &str) -> Option<()> {
    let seat = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("seat="))?;
    let seat: SeatId = seat.parse().ok()?;
    let mut tx = app.base.read().await.unwrap();
    let owned = subscriptions::store::find_owned(&mut tx, ada()?)
        .await
        .unwrap();
    drop(tx);
    invite::remove(&app.subscriptions, &owned?, seat)
        .await
        .unwrap();
    Some(())
}
