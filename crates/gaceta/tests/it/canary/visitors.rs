//! Who comes to the canary's paper.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};
use readers::ReaderId;
use subscriptions::rules::{Actor, Subscription};
use testing::{Browser, PASSWORD, TestPaper};

use super::doors::form_of;

/// A reader without a seat, as whom everybody signs in who is asked to.
pub const KNOWN: &str = "known";
/// A reader with a seat on each company.
pub const MEMBER: &str = "member";
const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// Kinds of visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Guest,
    /// With a cookie that nobody handed out.
    Forged,
    /// Without a subscription.
    Registered,
    /// Works for the paper, and has no subscription.
    Staff,
    /// A subscriber who is reading on another device.
    Elsewhere,
    /// A subscriber whose other device is at rest: may read.
    AtRest,
    /// Had a seat, read, and lost it.
    Removed,
    /// A subscriber who was signed out here from another device.
    Ended,
    /// Looks after a company, and has no seat on it.
    Manager,
}

impl Who {
    pub const ALL: [Self; 9] = [
        Self::Guest,
        Self::Forged,
        Self::Registered,
        Self::Staff,
        Self::Elsewhere,
        Self::AtRest,
        Self::Removed,
        Self::Ended,
        Self::Manager,
    ];

    /// Whether this one gets what is for subscribers.
    pub fn is_seated(self) -> bool {
        self == Self::AtRest
    }
}

/// One of them, who was not here before.
pub struct Visitor<'a> {
    pub who: Who,
    pub browser: Browser<'a>,
    /// Address of the account; empty without one.
    pub email: String,
    /// The other device, which reads on.
    other: Option<Browser<'a>>,
}

thread_local! {
    /// The code that was mailed last, in this test.
    pub static CODE: RefCell<String> = const { RefCell::new(String::new()) };
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A name that nobody has.
pub fn name() -> String {
    format!("visitor-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// An address that nobody has.
pub fn fresh() -> String {
    format!("{}@example.com", name())
}

impl<'a> Visitor<'a> {
    pub async fn comes(paper: &'a TestPaper, who: Who) -> Self {
        let (browser, email, other) = match who {
            Who::Guest => (paper.guest(), String::new(), None),
            Who::Forged => {
                let browser = paper.guest();
                browser.set_cookie("session", &"C".repeat(43));
                (browser, String::new(), None)
            }
            Who::Registered | Who::Staff => {
                let person = paper.reader(&name(), false).await;
                if who == Who::Staff {
                    person.works_here().await;
                }
                (person.on("tablet").await, person.email, None)
            }
            Who::Elsewhere | Who::AtRest => {
                let person = paper.owner(&name(), "company", 4).await;
                let (phone, laptop) = (person.on("phone").await, person.on("laptop").await);
                submit(&phone, "/account/seats", "/account/seats/invite", &fresh()).await;
                seat(paper, person.id, &member()).await;
                phone.opens(ARTICLE).await;
                let other = if who == Who::AtRest {
                    phone.beats(1, 1, false).await;
                    phone.rests(1, 2).await;
                    None
                } else {
                    Some(phone)
                };
                (laptop, person.email, other)
            }
            Who::Removed => removed(paper).await,
            Who::Manager => manager(paper).await,
            Who::Ended => {
                let person = paper.reader(&name(), true).await;
                let (phone, laptop) = (person.on("phone").await, person.on("laptop").await);
                assert_eq!(laptop.opens(ARTICLE).await.access(), "full");
                let page = "/account/devices";
                submit(&phone, page, "/account/devices/{id}/sign-out", "").await;
                (laptop, person.email, None)
            }
        };
        Self {
            who,
            browser,
            email,
            other,
        }
    }

    /// Whoever is reading elsewhere still does.
    pub async fn other_device_reads_on(&self) {
        if let Some(phone) = &self.other {
            let answer = phone.opens(ARTICLE).await;
            if answer.access() == "elsewhere" {
                phone.takes(&answer).await;
            }
        }
    }
}

async fn manager(paper: &TestPaper) -> (Browser<'_>, String, Option<Browser<'_>>) {
    let owner = paper.owner(&name(), "company", 5).await;
    let person = paper.reader(&name(), false).await;
    let of = seat(paper, owner.id, &person.email).await;
    let subscriptions = &paper.app.subscriptions;
    let email = person.email.parse().unwrap();
    let added = subscriptions::add_admin(subscriptions, of.id, &email, owner.id).await;
    assert_eq!(added.unwrap(), Ok(()));
    let mut tx = paper.app.base.read().await.unwrap();
    let own = subscriptions::store::find_seat_of(&mut tx, of.id, person.id).await;
    drop(tx);
    let (own, by) = (own.unwrap().unwrap(), Actor::Reader(person.id));
    let left = subscriptions::invite::remove(subscriptions, &of, own, by).await;
    assert!(left.unwrap().is_some());
    seat(paper, owner.id, &member()).await;
    let browser = person.on("tablet").await;
    assert_eq!(browser.opens(ARTICLE).await.access(), "wall");
    (browser, person.email, None)
}

/// Puts the reader with this address on a seat of this owner.
async fn seat(paper: &TestPaper, owner: ReaderId, email: &str) -> Subscription {
    let address = email.parse().unwrap();
    let mut tx = paper.app.base.read().await.unwrap();
    let owned = subscriptions::store::find_owned(&mut tx, owner).await;
    let mut reader = readers::store::find_by_email(&mut tx, &address).await;
    drop(tx);
    if email == member() && reader.as_ref().unwrap().is_none() {
        paper.reader(MEMBER, false).await;
        let mut tx = paper.app.base.read().await.unwrap();
        reader = readers::store::find_by_email(&mut tx, &address).await;
    }
    let (owned, reader) = (owned.unwrap().unwrap(), reader.unwrap().unwrap());
    let (subscriptions, by) = (&paper.app.subscriptions, Actor::Command);
    let given = subscriptions::seat(subscriptions, owned.id, &reader, by).await;
    assert!(given.unwrap());
    owned
}

/// Address of somebody with a seat on each company.
pub fn member() -> String {
    format!("{MEMBER}@example.com")
}

async fn removed(paper: &TestPaper) -> (Browser<'_>, String, Option<Browser<'_>>) {
    let owner = paper.owner(&name(), "premium", 2).await;
    let person = paper.reader(&name(), false).await;
    seat(paper, owner.id, &person.email).await;
    let browser = person.on("tablet").await;
    assert_eq!(browser.opens(ARTICLE).await.access(), "full");
    let home = owner.on("laptop").await;
    submit(&home, "/account/seats", "/account/seats/remove", "").await;
    assert_eq!(browser.opens(ARTICLE).await.access(), "wall");
    (browser, person.email, None)
}

/// Fills in the form on this page that posts to `route`, with `typed` in each field, and posts it.
async fn submit(browser: &Browser<'_>, page: &str, route: &str, typed: &str) {
    let shown = browser.opens(page).await;
    let form = form_of(route, &shown.text).expect("the form is on its page");
    let body = form.filled(|_| typed.to_owned());
    let answer = browser.send(Method::POST, &form.action, &[], &body).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{route}: {}",
        answer.text
    );
}

/// What somebody types into a field of a form that posts to `route`.
pub fn typed(route: &str, field: &testing::Field) -> String {
    let known = format!("{KNOWN}@example.com");
    match (field.name.as_str(), field.kind.as_str()) {
        (_, "password") if field.autocomplete == "current-password" => PASSWORD.into(),
        (_, "password") => "a paper now and then".into(),
        ("code", _) => CODE.with_borrow(String::clone),
        ("sure", _) => "yes".into(),
        ("emails", _) => fresh(),
        ("email", _) if ["/sign-up", "/account/email"].contains(&route) => fresh(),
        ("email", _) if route == "/account/seats/admins" => member(),
        // Owns nothing yet.
        ("email", _) if route.ends_with("/owner") => "kept-guest@example.com".into(),
        ("email", _) => known,
        ("name", _) => "Zoe".into(),
        ("slug", _) => name(),
        (text, _) if text.starts_with("name-") => "Zoe".into(),
        ("label", _) => "Kitchen".into(),
        ("until", _) => "2027-01-31".into(),
        _ => field.value.clone(),
    }
}
