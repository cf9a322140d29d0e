//! What somebody sees who signs in: which device this is, that cookies are refused, and who is signed in already.

use base::lang::Lang;
use http::{Method, StatusCode};

use testing::{Answer, Browser, Form, Person, TestPaper, encode};

const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
const READING: &str = "/en/2026-02-24/subscribers-1";

async fn signs_in(browser: &Browser<'_>, person: &Person<'_>, agent: &str, more: &str) -> Answer {
    let email = encode(&person.email);
    let form = format!("email={email}&password=a+paper+a+day{more}");
    let agent = [("user-agent", agent)];
    let answer = browser.send(Method::POST, "/sign-in", &agent, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer
}

/// What the reader's devices are called, the last used first.
async fn names(browser: &Browser<'_>) -> Vec<String> {
    let page = browser.opens("/account/devices").await;
    let names = page.text.split("<h3><bdi>").skip(1);
    names
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

async fn speaks_spanish(paper: &TestPaper, person: &Person<'_>) {
    let mut tx = paper.app.base.write().await.unwrap();
    let changed = readers::store::set_reader(&mut tx, person.id, "", Lang::ES).await;
    assert!(changed.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn devices_of_one_name_are_told_apart() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let browsers: Vec<_> = (0..6).map(|_| paper.guest()).collect();
    for browser in &browsers {
        signs_in(browser, &ada, LINUX, "").await;
    }
    let mut called = names(&browsers[0]).await;
    called.sort_unstable();
    let numbered = |number| format!("Chrome · Linux ({number})");
    let mut expected = vec!["Chrome · Linux".to_owned()];
    expected.extend((2..=6).map(numbered));
    assert_eq!(called, expected);

    // The message names the very one.
    assert_eq!(browsers[2].opens(READING).await.access(), "full");
    let message = browsers[4].opens(READING).await;
    assert_eq!(message.access(), "elsewhere");
    assert!(message.text.contains(&numbered(3)), "{}", message.text);

    // A number that is free is given again; a device that comes back keeps its own if it can.
    browsers[1].send(Method::POST, "/sign-out", &[], "").await;
    let seventh = paper.guest();
    signs_in(&seventh, &ada, LINUX, "").await;
    assert!(names(&seventh).await.contains(&numbered(2)));
    signs_in(&browsers[1], &ada, LINUX, "").await;
    let mut called = names(&seventh).await;
    called.sort_unstable();
    expected.push(numbered(7));
    assert_eq!(called, expected);

    // Also those that their reader called the same.
    let page = seventh.opens("/account/devices").await;
    let actions = page.text.split("action=\"").skip(1);
    let actions = actions.map(|rest| rest.split('"').next().unwrap());
    for action in actions.filter(|to| to.ends_with("/name")).take(2) {
        let answer = seventh.send(Method::POST, action, &[], "label=Mine").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let called = names(&seventh).await;
    let mine: Vec<_> = called
        .iter()
        .filter(|name| name.starts_with("Mine"))
        .collect();
    assert_eq!(mine.len(), 2);
    assert_ne!(mine[0], mine[1]);

    // A name that no other device has stands alone, whatever number the device had before.
    let to = |rest: &str| rest.split('"').next().unwrap().to_owned();
    let page = seventh.opens("/account/devices").await;
    let (_, numbered) = page.text.split_once("(2)</bdi>").unwrap();
    let action = to(numbered.split("action=\"").nth(1).unwrap());
    seventh.send(Method::POST, &action, &[], "label=Work").await;
    assert!(names(&seventh).await.contains(&"Work".to_owned()));
}

#[tokio::test]
async fn an_invitation_is_taken_where_somebody_else_is_signed_in() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "premium", 2).await;
    let home = ana.on("laptop").await;
    let nora = paper.reader("nora", false).await;
    let form = format!("emails={}", encode(&nora.email));
    home.send(Method::POST, "/account/seats/invite", &[], &form)
        .await;
    let link = paper.mailed_link("/invitation/").await;
    // Nora opens it on Ana's laptop, and follows what the pages offer.
    let page = home.opens(&link).await;
    let to_sign_in = page.text.split("href=\"/sign-in").nth(1).unwrap();
    let to_sign_in = format!("/sign-in{}", to_sign_in.split('"').next().unwrap());
    let who = home.opens(&to_sign_in.replace("&amp;", "&")).await;
    assert!(who.text.contains("ana@example.com"), "{}", who.text);
    let forms = Form::all(&who.text);
    let form = forms.iter().find(|form| form.action == "/sign-out");
    let form = form.unwrap().filled(|_| String::new());
    let out = home.send(Method::POST, "/sign-out", &[], &form).await;
    let back = out.headers["location"].to_str().unwrap().to_owned();
    assert!(back.starts_with("/sign-in?"), "{back}");
    let page = home.opens(&back).await;
    let forms = Form::all(&page.text);
    let form = forms
        .iter()
        .find(|form| form.action.starts_with("/sign-in"));
    let form = form.unwrap().filled(|field| match field.name.as_str() {
        "email" => nora.email.clone(),
        _ => "a paper a day".to_owned(),
    });
    let done = home.send(Method::POST, "/sign-in", &[], &form).await;
    let done = home.opens(done.headers["location"].to_str().unwrap()).await;
    let path = link.split('?').next().unwrap();
    assert_eq!(done.headers["location"], path);
    let accepted = home.send(Method::POST, path, &[], "").await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text);
}

#[tokio::test]
async fn an_ipad_is_no_mac_and_a_nameless_browser_speaks_the_readers_language() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    speaks_spanish(&paper, &ada).await;
    let (tablet, app) = (paper.guest(), paper.guest());
    let page = tablet.opens("/sign-in").await;
    assert!(page.text.contains("<input type=\"hidden\" name=\"touch\""));
    assert!(page.text.contains("/assets/touch."));
    signs_in(&tablet, &ada, MAC, "&touch=1").await;
    assert_eq!(names(&tablet).await, ["Safari · iPad"]);
    signs_in(&app, &ada, "Reeder", "").await;
    assert!(names(&app).await.contains(&"Navegador".to_owned()));
    assert_eq!(app.opens(READING).await.access(), "full");
    let message = tablet.opens(READING).await;
    assert!(message.text.contains("Navegador"), "{}", message.text);

    // The same cookie under another name today, as after an update of the browser.
    signs_in(&app, &ada, LINUX, "").await;
    assert!(names(&app).await.contains(&"Chrome · Linux".to_owned()));
}

#[tokio::test]
async fn a_right_password_with_cookies_refused_is_said() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    speaks_spanish(&paper, &ada).await;
    let browser = paper.guest();
    let more = format!("&next={READING}");
    let sent_on = signs_in(&browser, &ada, LINUX, &more).await;
    let sent_on = sent_on.headers["location"].to_str().unwrap();
    // This one sends none of its cookies back.
    let said = paper.guest().opens(sent_on).await;
    assert_eq!(said.status, StatusCode::OK);
    assert!(said.text.contains("Tu navegador rechaza nuestra cookie"));
    assert!(
        said.text
            .contains(&format!("/sign-in?lang=es&#38;next={READING}"))
    );
    assert_eq!(said.headers["cache-control"], "no-store");
    // This one does.
    let through = browser.opens(sent_on).await;
    assert_eq!(through.headers["location"], READING);
    assert_eq!(browser.opens(READING).await.access(), "full");
}

#[tokio::test]
async fn whoever_is_signed_in_sees_who_they_are_where_others_sign_in() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let browser = ada.on("laptop").await;
    let page = browser.opens(&format!("/sign-in?next={READING}")).await;
    assert!(page.text.contains("ada@example.com"));
    assert!(page.text.contains(&format!("href=\"{READING}\"")));
    assert!(!page.text.contains("type=\"password\""));
    // At the paywall they are not asked to sign in again, and guests still are.
    let wall = browser.opens(READING).await;
    assert_eq!(wall.access(), "wall");
    assert!(!wall.text.contains("href=\"/sign-in"), "{}", wall.text);
    assert!(
        !wall.text.contains("ada"),
        "the page is the same for all who are signed in"
    );
    let eva = paper.reader("eva", false).await.on("phone").await;
    assert_eq!(wall.bytes, eva.opens(READING).await.bytes);
    let guest = paper.guest().opens(READING).await;
    assert!(guest.text.contains("href=\"/sign-in"));
}

#[tokio::test]
async fn the_last_day_of_a_subscription_is_shown_as_it_was_given() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    ada.works_here().await;
    // In Madrid it is the next day already when the last one ends in UTC.
    speaks_spanish(&paper, &ada).await;
    let desk = ada.on("laptop").await;
    let form = "email=ada%40example.com&plan=premium&seats=&company=&until=2027-01-31";
    let answer = desk
        .send(Method::POST, "/admin/subscriptions", &[], form)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    for path in ["/account/subscription", "/admin/subscriptions"] {
        let page = desk.opens(path).await;
        assert!(page.text.contains("31 de enero de 2027"), "{}", page.text);
    }
    // A guest of it sees the same day.
    let owner = paper.owner("eva", "premium", 2).await.on("phone").await;
    let page = owner.opens("/account/subscription").await;
    assert!(page.text.contains("February 25, 2027"), "{}", page.text);
}
