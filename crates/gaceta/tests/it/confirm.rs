//! The password that is asked for in between: what somebody had begun is done afterwards, once, and nothing before.

use base::time::Span;
use gaceta::router::routes;
use http::{Method, StatusCode};

use testing::{Answer, Browser, Form, TestPaper, encode};

const FIELD: &str = "confirm-password";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

/// The form of the page that asks for the password, if the answer is one.
fn asked(answer: &Answer) -> Option<Form> {
    let mut forms = Form::all(&answer.text).into_iter();
    forms.find(|form| form.fields.iter().any(|field| field.name == FIELD))
}

/// Types the password into the page that asks for it, and presses its button.
async fn give(browser: &Browser<'_>, page: &Answer, password: &str) -> Answer {
    let form = asked(page).unwrap_or_else(|| panic!("no password is asked for: {}", page.text));
    let body = form.filled(|_| password.to_owned());
    post(browser, &form.action, &body).await
}

fn leads_to(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

/// The forms that need the password.
const KEPT: [&str; 18] = [
    "/account/data/delete",
    "/account/email",
    "/account/devices/others",
    "/account/devices/{id}/sign-out",
    "/account/seats/invite",
    "/account/seats/remove",
    "/account/seats/admins",
    "/account/seats/admins/drop",
    "/admin/subscriptions",
    "/admin/subscriptions/{subscription}/extend",
    "/admin/subscriptions/{subscription}/plan",
    "/admin/subscriptions/{subscription}/end",
    "/admin/subscriptions/{subscription}/resume",
    "/admin/subscriptions/{subscription}/invite",
    "/admin/subscriptions/{subscription}/remove",
    "/admin/subscriptions/{subscription}/owner",
    "/admin/plans",
    "/admin/plans/{plan}",
];

#[tokio::test]
async fn every_form_that_needs_the_password_is_kept_while_it_is_asked_for() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    ada.works_here().await;
    let borrowed = ada.on("laptop").await;
    paper.advance(Span::days(1));
    let id = "00000000-0000-0000-0000-000000000000";
    let fields = [
        ("seat", id),
        ("reader", id),
        ("emails", "a@b.example\r\nc@d.example"),
        ("company", "<Sons> & \"Co\""),
        ("twice", "1"),
        ("twice", "2"),
    ];
    let pairs = fields.map(|(name, value)| format!("{name}={}", encode(value)));
    let mut kept = Vec::new();
    for route in routes(&paper.app)
        .iter()
        .filter(|route| route.method == "POST")
    {
        // These end the session, or the wait for a password.
        if ["/sign-out", "/account/confirm", "/account/password"].contains(&route.path) {
            continue;
        }
        let path = ["{id}", "{token}", "{plan}", "{subscription}"]
            .iter()
            .fold(route.path.to_owned(), |path, name| path.replace(name, id));
        let answer = post(&borrowed, &path, &pairs.join("&")).await;
        let to = answer.headers.get("location");
        let to = to.map_or("", |to| to.to_str().unwrap());
        assert!(!to.starts_with("/account/confirm"), "{path} loses its form");
        let Some(form) = asked(&answer) else { continue };
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(form.action, path);
        let sent = form.fields.iter().filter(|field| field.kind == "hidden");
        let sent: Vec<_> = sent
            .map(|field| (field.name.as_str(), field.value.as_str()))
            .collect();
        assert_eq!(sent, fields, "{path}");
        kept.push(route.path);
    }
    assert_eq!(kept, KEPT);
}

#[tokio::test]
async fn a_pasted_list_is_invited_after_the_password_and_once() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 9).await;
    let home = ana.on("laptop").await;
    paper.advance(Span::days(1));
    let list = "nora@example.com\r\nluis@example.com";
    let form = format!("emails={}", encode(list));
    let page = post(&home, "/account/seats/invite", &form).await;
    assert!(paper.mails().await.is_empty());

    let again = give(&home, &page, "not this one").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("id=\"confirm-password-error\""));
    assert!(!again.text.contains("not this one"));
    assert!(paper.mails().await.is_empty());

    let done = give(&home, &again, testing::PASSWORD).await;
    assert!(leads_to(&done).starts_with("/account/seats?done=invited"));
    let mails = paper.mails().await;
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["luis@example.com", "nora@example.com"]);
    // The button was pressed twice.
    let twice = give(&home, &again, testing::PASSWORD).await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER, "{}", twice.text);
    assert_eq!(paper.mails().await.len(), 2);
    // For a while the password is not asked for again.
    let more = post(&home, "/account/seats/invite", "emails=eva%40example.com").await;
    assert!(leads_to(&more).starts_with("/account/seats?done=invited"));
    assert_eq!(paper.mails().await.len(), 3);
}

#[tokio::test]
async fn a_seat_is_freed_and_a_device_signed_out_after_the_password() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "premium", 2).await;
    let (home, phone) = (ana.on("laptop").await, ana.on("phone").await);
    post(&home, "/account/seats/invite", "emails=nora%40example.com").await;
    paper.mails().await;
    paper.advance(Span::days(1));
    let press = async |page: &str, action: &str| {
        let page = home.opens(page).await;
        let form = Form::all(&page.text).into_iter();
        let form = form
            .rev()
            .find(|form| form.action.starts_with("/account/") && form.action.ends_with(action))
            .unwrap();
        post(&home, &form.action, &form.filled(|_| String::new())).await
    };
    let asked = press("/account/seats", "/seats/remove").await;
    assert!(home.opens("/account/seats").await.text.contains("nora@"));
    let done = give(&home, &asked, testing::PASSWORD).await;
    assert!(leads_to(&done).starts_with("/account/seats?done=removed"));
    assert!(!home.opens("/account/seats").await.text.contains("nora@"));

    paper.advance(Span::days(1));
    let asked = press("/account/devices", "/sign-out").await;
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    let done = give(&home, &asked, testing::PASSWORD).await;
    assert_eq!(done.headers["location"], "/account/devices?notice=ended");
    assert_eq!(phone.opens("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(home.opens("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_grant_is_given_after_the_password() {
    let paper = TestPaper::new().await;
    let (ada, eva) = (
        paper.reader("ada", false).await,
        paper.reader("eva", false).await,
    );
    ada.works_here().await;
    let desk = ada.on("laptop").await;
    paper.advance(Span::days(1));
    let form = "email=eva%40example.com&plan=premium&seats=&company=&until=2027-01-31";
    let page = post(&desk, "/admin/subscriptions", form).await;
    let seated = paper.app.subscriptions.seats.active(eva.id).await;
    assert!(!seated.unwrap());
    let done = give(&desk, &page, testing::PASSWORD).await;
    assert_eq!(done.headers["location"], "/admin/subscriptions?done=given");
    let seated = paper.app.subscriptions.seats.active(eva.id).await;
    assert!(seated.unwrap());
    // Others hear that they may not, and are asked for nothing.
    let eva = eva.on("phone").await;
    paper.advance(Span::days(1));
    let refused = post(&eva, "/admin/subscriptions", form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(asked(&refused).is_none());
}

/// Another site cannot have somebody's password asked for in its own cause, and nothing that is too long comes back.
#[tokio::test]
async fn only_forms_of_the_paper_are_kept_and_only_short_ones() {
    let paper = TestPaper::with(|config| config.server.max_form_bytes = 2_000).await;
    let ana = paper.owner("ana", "company", 9).await;
    let home = ana.on("laptop").await;
    paper.advance(Span::days(1));
    let form = "emails=eva%40example.com";
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let refused = home
        .send(Method::POST, "/account/seats/invite", &foreign, form)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(asked(&refused).is_none());
    let long = format!("emails={}", "x".repeat(2_000));
    let refused = post(&home, "/account/seats/invite", &long).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(asked(&refused).is_none());
}
