//! Clients that hang up: whatever a request was doing when its client went, memory and database agree afterwards.

use std::collections::BTreeSet;

use base::secret::TokenHash;
use base::time::Span;
use http::{Method, StatusCode};
use readers::rules::DeviceKind;
use readers::store as accounts;
use subscriptions::rules::{Actor, Part, SubscriptionId};
use subscriptions::store as seats;

use testing::{Browser, Person, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

/// A form that changes something, in the hands of somebody for whom it is due.
struct Due<'a> {
    browser: Browser<'a>,
    path: String,
    body: String,
}

/// Everything that changes something, as the router has it.
const ROUTES: [&str; 39] = [
    "/account",
    "/account/confirm",
    "/account/data/delete",
    "/account/devices/others",
    "/account/devices/unknown",
    "/account/devices/{id}/name",
    "/account/devices/{id}/sign-out",
    "/account/email",
    "/account/password",
    "/account/seats/admins",
    "/account/seats/admins/drop",
    "/account/seats/invite",
    "/account/seats/remove",
    "/account/seats/take",
    "/admin/plans",
    "/admin/plans/{plan}",
    "/admin/subscriptions",
    "/admin/subscriptions/{subscription}/extend",
    "/admin/subscriptions/{subscription}/plan",
    "/admin/subscriptions/{subscription}/end",
    "/admin/subscriptions/{subscription}/invite",
    "/admin/subscriptions/{subscription}/owner",
    "/admin/subscriptions/{subscription}/remove",
    "/admin/subscriptions/{subscription}/resume",
    "/email/{token}",
    "/invitation/{token}",
    "/proof/{token}",
    "/reading/beat",
    "/reading/rest",
    "/reading/take",
    "/reset",
    "/reset/{token}",
    "/restore/{token}",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/link",
    "/sign-in/link/{token}",
    "/sign-out",
    "/sign-up",
];

/// Makes it due: a subscriber who reads on the phone and is signed in on the laptop, and a second seat.
async fn due<'a>(paper: &'a TestPaper, route: &str, name: &str) -> Due<'a> {
    let is_company = route.starts_with("/account/seats/admins") || route.ends_with("/take");
    let (plan, seats) = if is_company {
        ("company", 9)
    } else {
        ("premium", 2)
    };
    let owner = paper.owner(name, plan, seats).await;
    let (phone, laptop) = (owner.on("phone").await, owner.on("laptop").await);
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let session = paper.app.readers.sessions.of(&phone.headers()).await;
    let device = session.unwrap().unwrap().device;
    let email = owner.email.replace('@', "%40");
    let path = route.replace("{id}", &device.to_string());
    let own = format!("email={email}");
    let new = format!("email=new-{email}&password=a+house+by+the+river");
    let (browser, body) = match route {
        "/account" => (laptop, "name=Ada&language=es".into()),
        "/account/confirm" => (laptop, "password=a+paper+a+day".into()),
        "/account/data/delete" => (laptop, "sure=yes".into()),
        "/account/devices/others" => (laptop, String::new()),
        "/account/devices/unknown" => (laptop, "current=a+paper+a+day&password=".into()),
        "/account/devices/{id}/name" => (laptop, "label=mine".into()),
        "/account/devices/{id}/sign-out" => (laptop, String::new()),
        "/account/email" => (laptop, format!("email=new-{email}")),
        "/account/password" => {
            let form = "current=a+paper+a+day&password=my+second+password";
            (laptop, form.into())
        }
        "/account/seats/invite" => (laptop, format!("emails=new-{email}")),
        company if is_company => return due_in_a_company(paper, company, &owner, laptop).await,
        desk if desk.starts_with("/admin/") => {
            return due_of_a_subscription(paper, desk, (name, &owner), laptop).await;
        }
        "/reading/beat" => {
            let beat = r#"{"view":"7","seq":1,"epoch":null,"focused":true,"idle":0}"#;
            (phone, beat.into())
        }
        "/reading/rest" => (phone, r#"{"view":"7","seq":1,"epoch":null}"#.into()),
        "/reading/take" => {
            let message = laptop.opens(ARTICLE).await;
            let field = |name| message.hidden(name);
            let (epoch, op, next) = (field("epoch"), field("op"), field("next"));
            (laptop, format!("epoch={epoch}&op={op}&next={next}"))
        }
        "/reset" | "/sign-in/link" => (paper.guest(), own),
        "/sign-in" => (phone, own + "&password=a+paper+a+day"),
        "/sign-out" => (phone, String::new()),
        "/sign-up" => (paper.guest(), new),
        mailed => return due_by_mail(paper, mailed, &owner, &laptop).await,
    };
    Due {
        browser,
        path,
        body,
    }
}

/// The same of what those do who look after a company.
async fn due_in_a_company<'a>(
    paper: &'a TestPaper,
    route: &str,
    owner: &Person<'_>,
    browser: Browser<'a>,
) -> Due<'a> {
    let id = subscription_of(paper, owner).await;
    let app = &paper.app;
    let body = if route.ends_with("/take") {
        let mut tx = app.base.read().await.unwrap();
        let seat = seats::find_seat_of(&mut tx, id, owner.id).await.unwrap();
        drop(tx);
        let form = format!("seat={}", seat.unwrap());
        let path = "/account/seats/remove";
        browser.send(Method::POST, path, &[], &form).await;
        String::new()
    } else {
        let name = owner.email.split('@').next().unwrap();
        let member = paper.reader(&format!("member-{name}"), false).await;
        let mut tx = app.base.read().await.unwrap();
        let reader = accounts::find_reader(&mut tx, member.id).await.unwrap();
        drop(tx);
        let by = Actor::Reader(owner.id);
        subscriptions::seat(&app.subscriptions, id, &reader.unwrap(), by)
            .await
            .unwrap();
        let email = member.email.parse().unwrap();
        if route.ends_with("/drop") {
            let added = subscriptions::add_admin(&app.subscriptions, id, &email, owner.id).await;
            assert_eq!(added.unwrap(), Ok(()));
        }
        format!("email={email}&reader={}", member.id)
    };
    Due {
        browser,
        path: route.to_owned(),
        body,
    }
}

/// The same of what the people of the paper do, with what must have happened before.
async fn due_of_a_subscription<'a>(
    paper: &'a TestPaper,
    route: &str,
    (name, owner): (&str, &Person<'_>),
    browser: Browser<'a>,
) -> Due<'a> {
    owner.works_here().await;
    let email = owner.email.replace('@', "%40");
    let id = subscription_of(paper, owner).await.to_string();
    let page = route.replace("{subscription}", &id);
    if route.ends_with("/remove") {
        invited(paper, &browser, &email).await;
        let body = format!("seat={}", second_seat(paper, owner).await);
        return Due {
            browser,
            path: page,
            body,
        };
    }
    if route.ends_with("/owner") {
        paper.reader(&format!("next-{name}"), false).await;
    }
    if route.ends_with("/resume") {
        let end = page.replace("/resume", "/end");
        browser.send(Method::POST, &end, &[], "").await;
    }
    due_at_the_desk(browser, route, (name, &id), &format!("email={email}"))
}

/// The same of what the people of the paper do; `own` is the address of the owner, who is one of them.
fn due_at_the_desk<'a>(
    browser: Browser<'a>,
    route: &str,
    (name, subscription): (&str, &str),
    own: &str,
) -> Due<'a> {
    let plan =
        "name-en=Two&name-es=Dos&least=2&most=2&period=month&trial=0&place=2&audience=everybody";
    let body = match route {
        "/admin/plans" => format!("slug={name}&{plan}"),
        "/admin/plans/{plan}" => plan.to_owned(),
        "/admin/subscriptions" => format!("{own}&plan=premium&until=2030-01-01"),
        "/admin/subscriptions/{subscription}/invite" => format!("emails=new-{name}%40example.com"),
        "/admin/subscriptions/{subscription}/owner" => format!("email=next-{name}%40example.com"),
        "/admin/subscriptions/{subscription}/extend" => "until=2031-01-01".to_owned(),
        "/admin/subscriptions/{subscription}/plan" => "plan=company&seats=5".to_owned(),
        "/admin/subscriptions/{subscription}/end"
        | "/admin/subscriptions/{subscription}/resume" => String::new(),
        other => panic!("nobody hangs up on {other} yet"),
    };
    let path = route
        .replace("{plan}", "premium")
        .replace("{subscription}", subscription);
    Due {
        browser,
        path,
        body,
    }
}

/// The same of a mail to sign in by.
async fn due_to_sign_in<'a>(paper: &'a TestPaper, route: &str, own: &str) -> Due<'a> {
    let browser = paper.guest();
    browser.send(Method::POST, "/sign-in/link", &[], own).await;
    let link = paper.mailed_link("/sign-in/link/").await;
    let code = testing::encode(&paper.mailed_code().await);
    let (path, body) = match route {
        "/sign-in/code" => (route.to_owned(), format!("code={code}")),
        _ => (link, String::new()),
    };
    Due {
        browser,
        path,
        body,
    }
}

/// The same of what begins with a link in a mail.
async fn due_by_mail<'a>(
    paper: &'a TestPaper,
    route: &str,
    owner: &Person<'_>,
    laptop: &Browser<'a>,
) -> Due<'a> {
    let email = owner.email.replace('@', "%40");
    let guest = paper.guest();
    let (browser, path, body) = match route {
        "/account/seats/remove" => {
            let (guest, link) = invited(paper, laptop, &email).await;
            let form = "name=Nora&password=a+house+by+the+river";
            guest.send(Method::POST, &link, &[], form).await;
            assert_eq!(guest.opens(ARTICLE).await.access(), "full");
            let seat = second_seat(paper, owner).await;
            (laptop.at(paper), route.into(), format!("seat={seat}"))
        }
        "/email/{token}" | "/restore/{token}" => {
            let form = format!("email=new-{email}");
            laptop
                .send(Method::POST, "/account/email", &[], &form)
                .await;
            let link = paper.mailed_link("/email/").await;
            if route == "/email/{token}" {
                (laptop.at(paper), link, String::new())
            } else {
                laptop.send(Method::POST, &link, &[], "").await;
                let link = paper.mailed_link("/restore/").await;
                (guest, link, "password=my+second+password".into())
            }
        }
        "/invitation/{token}" => {
            let (guest, link) = invited(paper, laptop, &email).await;
            (
                guest,
                link,
                "name=Nora&password=a+house+by+the+river".into(),
            )
        }
        "/proof/{token}" => {
            let form = format!("email=new-{email}&password=a+house+by+the+river");
            guest.send(Method::POST, "/sign-up", &[], &form).await;
            (guest, paper.mailed_link("/proof/").await, String::new())
        }
        "/sign-in/code" | "/sign-in/link/{token}" => {
            return due_to_sign_in(paper, route, &format!("email={email}")).await;
        }
        "/reset/{token}" => {
            let form = format!("email={email}");
            guest.send(Method::POST, "/reset", &[], &form).await;
            let link = paper.mailed_link("/reset/").await;
            (guest, link, "password=my+second+password".into())
        }
        other => panic!("nobody hangs up on {other} yet"),
    };
    Due {
        browser,
        path,
        body,
    }
}

/// Somebody with an invitation of this owner, and its link.
async fn invited<'a>(
    paper: &'a TestPaper,
    owner: &Browser<'_>,
    email: &str,
) -> (Browser<'a>, String) {
    let form = format!("emails=new-{email}");
    owner
        .send(Method::POST, "/account/seats/invite", &[], &form)
        .await;
    (paper.guest(), paper.mailed_link("/invitation/").await)
}

async fn subscription_of(paper: &TestPaper, owner: &Person<'_>) -> SubscriptionId {
    let mut tx = paper.app.base.read().await.unwrap();
    let of = seats::find_owned(&mut tx, owner.id).await.unwrap();
    of.unwrap().id
}

async fn second_seat(paper: &TestPaper, owner: &Person<'_>) -> String {
    let mut tx = paper.app.base.read().await.unwrap();
    let of = seats::find_owned(&mut tx, owner.id).await.unwrap().unwrap();
    let members = seats::list_members(&mut tx, of.id, &Part::default(), 9)
        .await
        .unwrap();
    let other = members
        .iter()
        .find(|member| member.reader != Some(owner.id));
    other.unwrap().seat.to_string()
}

/// What is in memory is what the database says, and whoever has a lease is signed in and has a seat.
async fn agree(paper: &TestPaper, what: &str) {
    let app = &paper.app;
    // On an embedded database this waits until nobody writes any more.
    let mut tx = app.base.write().await.unwrap();
    for session in app.readers.sessions.kept() {
        let row = accounts::find_session(&mut tx, &session.token)
            .await
            .unwrap();
        let Some(row) = row else {
            panic!("{what}: a session lives on in memory only");
        };
        let stored = (row.reader_id, row.device_id, row.language, row.confirmed_at);
        let kept = (
            session.reader,
            session.device,
            session.language,
            session.confirmed_at,
        );
        assert_eq!(kept, stored, "{what}");
        if let Some(label) = app.readers.devices.known(row.device_id) {
            let stored = accounts::find_device(&mut tx, row.device_id).await.unwrap();
            assert_eq!(label.label, stored.unwrap().label, "{what}");
        }
    }
    for (reader, span) in app.subscriptions.seats.kept() {
        let stored = seats::find_seat_span(&mut tx, reader).await.unwrap();
        assert_eq!(span, stored, "{what}: a seat");
        if let Some((holder, _)) = app.leases.holder(reader).await.unwrap() {
            let sessions = accounts::list_sessions(&mut tx, reader).await.unwrap();
            let signed_in = sessions.iter().any(|(_, device)| *device == holder.device);
            assert!(signed_in && stored.is_some(), "{what}: a lease of nobody");
        }
    }
}

#[tokio::test]
async fn memory_and_database_agree_whenever_a_client_hangs_up() {
    let paper = TestPaper::new().await;
    let changing = gaceta::router::routes(&paper.app);
    let changing = changing.iter().filter(|route| route.method != "GET");
    let changing: BTreeSet<&str> = changing.map(|route| route.path).collect();
    assert_eq!(changing, BTreeSet::from(ROUTES));
    for (number, route) in ROUTES.iter().enumerate() {
        for steps in 1.. {
            let due = due(&paper, route, &format!("r{number}-{steps}")).await;
            let answered = due.browser.hangs_up(&due.path, &due.body, steps).await;
            agree(&paper, &format!("{route}, hung up after {steps} steps")).await;
            if answered {
                break;
            }
        }
    }
    paper.mails().await;
}

#[tokio::test]
async fn what_takes_too_long_for_its_client_is_done_all_the_same() {
    let paper = TestPaper::with(|config| config.server.request_for = Span(1)).await;
    let ada = paper.reader("ada", true).await;
    let browser = paper.guest();
    // Signing in would take too long, too.
    let token = paper.app.base.rng.token();
    let mut tx = paper.app.base.write().await.unwrap();
    let cookie = TokenHash::of("a device");
    let device = accounts::set_device(&mut tx, ada.id, &cookie, "phone", DeviceKind::Phone)
        .await
        .unwrap();
    let until = tx.now().plus(Span::days(1));
    accounts::insert_session(&mut tx, &TokenHash::of(&token), ada.id, device, until)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    browser.set_cookie("session", &token);
    let form = "current=a+paper+a+day&password=my+second+password";
    assert!(
        browser
            .hangs_up("/account/password", form, usize::MAX)
            .await
    );
    let mut tx = paper.app.base.read().await.unwrap();
    let reader = accounts::find_reader(&mut tx, ada.id).await.unwrap();
    let (new, stored) = ("my second password".into(), reader.unwrap().password);
    let passwords = &paper.app.readers.passwords;
    assert!(
        passwords
            .verify(readers::Asker::Command, new, Some(stored))
            .await
            .unwrap()
    );
    drop(tx);
    paper.mails().await;
}

/// The session of this browser, gone from the database behind the back of the paper.
async fn forget(paper: &TestPaper, browser: &Browser<'_>) -> readers::DeviceId {
    let session = paper.app.readers.sessions.of(&browser.headers()).await;
    let session = session.unwrap().unwrap();
    let token = session.token.text();
    paper
        .execute(format!("DELETE FROM session WHERE token_hash = '{token}'"))
        .await;
    assert_eq!(browser.opens("/account").await.status, StatusCode::OK);
    session.device
}

#[tokio::test]
async fn what_only_memory_knows_is_ended_with_the_rest() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "premium", 2).await;
    let laptop = ada.on("laptop").await;
    let (change, mut password) = ("/account/password", "a+paper+a+day".to_owned());
    for way in ["one device", "all others", "reset"] {
        let phone = paper.guest();
        let form = format!(
            "email={}&password={password}",
            ada.email.replace('@', "%40")
        );
        phone.send(Method::POST, "/sign-in", &[], &form).await;
        let device = forget(&paper, &phone).await;
        let done = match way {
            "one device" => {
                let path = format!("/account/devices/{device}/sign-out");
                laptop.send(Method::POST, &path, &[], "").await
            }
            "all others" => {
                let form = format!("current={password}&password=my+second+password");
                password = "my+second+password".to_owned();
                laptop.send(Method::POST, change, &[], &form).await
            }
            _ => {
                let form = format!("email={}", ada.email.replace('@', "%40"));
                laptop.send(Method::POST, "/reset", &[], &form).await;
                let link = paper.mailed_link("/reset/").await;
                let form = "password=my+third+password";
                laptop.send(Method::POST, &link, &[], form).await
            }
        };
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{way}: {}", done.text);
        let after = phone.opens("/account").await.status;
        assert_eq!(
            after,
            StatusCode::SEE_OTHER,
            "{way}: the phone is signed out"
        );
        let kept = laptop.opens("/account").await.status == StatusCode::OK;
        assert_eq!(kept, way != "reset", "{way}: the laptop");
    }
    paper.mails().await;
}

#[tokio::test]
async fn a_seat_that_only_memory_knows_is_taken_back() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "premium", 2).await;
    let laptop = ada.on("laptop").await;
    let email = ada.email.replace('@', "%40");
    let (guest, link) = invited(&paper, &laptop, &email).await;
    let form = "name=Nora&password=a+house+by+the+river";
    guest.send(Method::POST, &link, &[], form).await;
    assert_eq!(guest.opens(ARTICLE).await.access(), "full");
    let seat = second_seat(&paper, &ada).await;
    paper
        .execute(format!(
            "UPDATE seat SET status = 'removed' WHERE id = '{seat}'"
        ))
        .await;
    assert_eq!(guest.opens(ARTICLE).await.access(), "full", "by memory");
    let form = format!("seat={seat}");
    let path = "/account/seats/remove";
    laptop.send(Method::POST, path, &[], &form).await;
    assert_eq!(guest.opens(ARTICLE).await.access(), "wall");
}
