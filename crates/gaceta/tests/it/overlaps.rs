//! Requests that overlap: what was verified before a change of the password is worth nothing after it. On the engine of the
//! run; where it says so, on PostgreSQL, which lets several write at once.

use std::pin::pin;

use base::rng::Rng;
use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use gaceta::nodes::ChangeListener;
use http::{Method, StatusCode};
use readers::store as accounts;

use testing::{Answer, Browser, Person, TestPaper, postgres};

const NEW: &str = "my+second+password";

async fn sign_in(browser: &Browser<'_>, email: &str, password: &str) -> StatusCode {
    let form = format!("email={}&password={password}", email.replace('@', "%40"));
    let answer = browser.send(Method::POST, "/sign-in", &[], &form).await;
    answer.status
}

async fn change(browser: &Browser<'_>, new: &str) -> Answer {
    let form = format!("current=a+paper+a+day&password={new}");
    browser
        .send(Method::POST, "/account/password", &[], &form)
        .await
}

fn leads_to(answer: &Answer) -> &str {
    let to = answer.headers.get("location");
    to.map_or("", |value| value.to_str().unwrap())
}

/// One hash after the other, and as many as like may wait: so what is begun first is verified first.
async fn paper_with_a_queue(url: Option<String>) -> TestPaper {
    TestPaper::with(|config| {
        config.accounts.hashes_at_once = 2;
        config.accounts.hashes_waiting = 1_000;
        config.accounts.attempts_per_account = 1_000;
        config.accounts.attempts_per_network = 1_000;
        if let Some(url) = url {
            config.database.url = url.into();
        }
    })
    .await
}

/// While `changing` is under way, three others sign in with the old password at `there`, again and again. Afterwards none of
/// them is signed in, whatever they were told.
async fn none_survives(
    person: &Person<'_>,
    there: &TestPaper,
    changing: impl Future<Output = Answer>,
    changed: &str,
) {
    let begin = || async {
        let browser = there.guest();
        sign_in(&browser, &person.email, "a+paper+a+day").await;
        browser
    };
    let mut sign_ins: FuturesUnordered<_> = (0..3).map(|_| begin()).collect();
    let mut browsers = Vec::new();
    let mut changing = pin!(changing);
    let answer = loop {
        tokio::select! {
            answer = &mut changing => break answer,
            Some(browser) = sign_ins.next() => {
                browsers.push(browser);
                sign_ins.push(begin());
            }
        }
    };
    assert_eq!(leads_to(&answer), changed, "{}", answer.text);
    while let Some(browser) = sign_ins.next().await {
        browsers.push(browser);
    }
    let sessions = &there.app.readers.sessions;
    for browser in &browsers {
        let Some(session) = sessions.of(&browser.headers()).await.unwrap() else {
            continue;
        };
        // Another node may not have heard yet; but the database has no such session.
        let mut tx = there.app.base.read().await.unwrap();
        let row = accounts::find_session(&mut tx, &session.token)
            .await
            .unwrap();
        assert!(row.is_none(), "signed in with a password that was changed");
    }
}

#[tokio::test]
async fn no_sign_in_under_way_survives_a_change() {
    let paper = paper_with_a_queue(None).await;
    let ada = paper.reader("ada", false).await;
    let phone = ada.on("phone").await;
    none_survives(
        &ada,
        &paper,
        change(&phone, NEW),
        "/account?notice=password",
    )
    .await;
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    paper.mails().await;
}

#[tokio::test]
async fn no_sign_in_under_way_survives_a_reset() {
    let paper = paper_with_a_queue(None).await;
    let ada = paper.reader("ada", false).await;
    let guest = paper.guest();
    let form = format!("email={}", ada.email.replace('@', "%40"));
    guest.send(Method::POST, "/reset", &[], &form).await;
    let link = paper.mailed_link("/reset/").await;
    let form = format!("password={NEW}");
    let reset = guest.send(Method::POST, &link, &[], &form);
    none_survives(&ada, &paper, reset, "/sign-in?notice=reset&lang=en").await;
    assert_eq!(
        sign_in(&guest, &ada.email, NEW).await,
        StatusCode::SEE_OTHER
    );
    paper.mails().await;
}

#[tokio::test]
async fn no_sign_in_under_way_at_another_node_survives_a_change() {
    let one = paper_with_a_queue(Some(postgres().await)).await;
    let two = one.node(8).await;
    let (mut here, mut there) = (
        ChangeListener::join(&one.app).await.unwrap().unwrap(),
        ChangeListener::join(&two.app).await.unwrap().unwrap(),
    );
    let ada = one.reader("ada", false).await;
    let phone = ada.on("phone").await;
    none_survives(&ada, &two, change(&phone, NEW), "/account?notice=password").await;
    here.listen(&one.app).await.unwrap();
    there.listen(&two.app).await.unwrap();
    one.mails().await;
}

#[tokio::test]
async fn of_two_changes_that_overlap_one_is_made_and_the_other_is_told() {
    for same_browser in [false, true] {
        let paper = paper_with_a_queue(None).await;
        let ada = paper.reader("ada", false).await;
        let phone = ada.on("phone").await;
        let other = if same_browser {
            phone.at(&paper)
        } else {
            ada.on("laptop").await
        };
        let (mine, theirs) = tokio::join!(change(&phone, NEW), change(&other, "a+third+password"));
        let done = |answer: &Answer| leads_to(answer) == "/account?notice=password";
        assert!(
            done(&mine) != done(&theirs),
            "one of them is told that it worked"
        );
        let (loser, made, lost) = if done(&mine) {
            (theirs, NEW, "a+third+password")
        } else {
            (mine, "a+third+password", NEW)
        };
        if same_browser {
            assert_eq!(loser.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(loser.text.contains("this change was not made"));
        } else {
            let to = "/sign-in?notice=overtaken&lang=en";
            assert_eq!(leads_to(&loser), to, "its session was ended");
            let page = paper.guest().opens(to).await;
            assert!(
                page.text.contains("this change was not made"),
                "{}",
                page.text
            );
        }
        let guest = paper.guest();
        assert_eq!(
            sign_in(&guest, &ada.email, made).await,
            StatusCode::SEE_OTHER
        );
        let lost = sign_in(&guest, &ada.email, lost).await;
        assert_eq!(lost, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(paper.mails().await.len(), 1, "the one that was made");
    }
}

#[tokio::test]
async fn a_link_from_before_a_change_is_void() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let phone = ada.on("phone").await;
    let email = ada.email.replace('@', "%40");
    let mut links = Vec::new();
    for (path, form) in [
        ("/reset", format!("email={email}")),
        (
            "/sign-up",
            format!("email={email}&password=a+house+by+the+river"),
        ),
    ] {
        paper.guest().send(Method::POST, path, &[], &form).await;
        links.push(paper.mailed_link("/reset/").await);
    }
    let changed = change(&phone, NEW).await;
    assert_eq!(leads_to(&changed), "/account?notice=password");
    for link in links {
        let guest = paper.guest();
        assert_eq!(guest.opens(&link).await.status, StatusCode::NOT_FOUND);
        let form = "password=a+third+password";
        let used = guest.send(Method::POST, &link, &[], form).await;
        assert_eq!(used.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(phone.opens("/account").await.status, StatusCode::OK);
    let guest = paper.guest();
    assert_eq!(
        sign_in(&guest, &ada.email, NEW).await,
        StatusCode::SEE_OTHER
    );
    paper.mails().await;
}

#[tokio::test]
async fn many_sign_ins_at_once_in_one_browser_leave_one_session() {
    let paper = paper_with_a_queue(Some(postgres().await)).await;
    let (ada, eva) = (
        paper.reader("ada", false).await,
        paper.reader("eva", false).await,
    );
    for people in [[&ada, &ada], [&ada, &eva]] {
        let device = Rng::System.token();
        let browsers: Vec<_> = (0..10).map(|_| paper.guest()).collect();
        for browser in &browsers {
            browser.set_cookie("device", &device);
        }
        let with = browsers.iter().zip(people.iter().cycle());
        let sign_ins = with.map(|(browser, who)| sign_in(browser, &who.email, "a+paper+a+day"));
        let answers = join_all(sign_ins).await;
        assert!(
            answers
                .iter()
                .all(|status| *status == StatusCode::SEE_OTHER),
            "{answers:?}"
        );
        let mut signed_in = 0;
        for browser in &browsers {
            let page = browser.opens("/account").await;
            signed_in += usize::from(page.status == StatusCode::OK);
        }
        assert_eq!(signed_in, 1);
    }
}

#[tokio::test]
async fn of_two_links_that_are_used_at_once_one_makes_the_account() {
    let paper = paper_with_a_queue(Some(postgres().await)).await;
    let mut links = Vec::new();
    for password in ["a+house+by+the+river", "a+boat+on+the+river"] {
        let form = format!("email=eva%40example.com&password={password}");
        let guest = paper.guest();
        guest.send(Method::POST, "/sign-up", &[], &form).await;
        links.push((guest, paper.mailed_link("/proof/").await));
    }
    let used = links
        .iter()
        .map(|(guest, link)| guest.send(Method::POST, link, &[], ""));
    let answers = join_all(used).await;
    let mut came: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    came.sort_unstable();
    assert_eq!(came, [303, 404], "one link is dead");
}
