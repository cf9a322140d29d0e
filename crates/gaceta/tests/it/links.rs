//! Signing in by mail: a link for the browser that asked, a code for who reads mail elsewhere, and nothing for anybody else.

use base::time::Span;
use http::{Method, StatusCode};

use testing::{Answer, Browser, Person, TestPaper, encode, postgres};

const ASK: &str = "/sign-in/link";
const TYPE: &str = "/sign-in/code";
const OPENED: &str = "/sign-in/link/";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

async fn asks(browser: &Browser<'_>, email: &str) -> Answer {
    post(
        browser,
        ASK,
        &format!("email={}&next=/terms", encode(email)),
    )
    .await
}

/// Link and code of the newest mail to sign in by.
async fn mailed(paper: &TestPaper) -> (String, String) {
    let link = paper.mailed_link(OPENED).await;
    (link, paper.mailed_code().await)
}

async fn types(browser: &Browser<'_>, code: &str) -> Answer {
    post(browser, TYPE, &format!("code={}", encode(code))).await
}

/// Another code than this.
fn wrong(code: &str) -> String {
    let turned = |sign: char| {
        sign.to_digit(10).map_or(sign, |digit| {
            char::from_digit((digit + 1) % 10, 10).unwrap()
        })
    };
    code.chars().map(turned).collect()
}

fn leads_to(answer: &Answer) -> &str {
    let to = answer.headers.get("location");
    to.map_or("", |value| value.to_str().unwrap())
}

async fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.opens("/account").await.status == StatusCode::OK
}

async fn change_password(person: &Person<'_>) {
    let laptop = person.on("laptop").await;
    let form = "current=a+paper+a+day&password=my+second+password";
    let changed = post(&laptop, "/account/password", form).await;
    assert_eq!(leads_to(&changed), "/account?notice=password");
}

#[tokio::test]
async fn a_link_signs_in_where_it_was_asked_for_once_and_nowhere_else() {
    let paper = TestPaper::new().await;
    paper.reader("ada", true).await;
    let (laptop, other) = (paper.guest(), paper.guest());
    // The page of the password leads there with what was typed.
    let page = laptop.opens("/sign-in?next=/terms").await;
    assert!(
        page.text
            .contains("formaction=\"/sign-in/link?lang=en\" formnovalidate")
    );
    assert_eq!(
        leads_to(&asks(&laptop, " Ada@Example.com ").await),
        "/sign-in/code?lang=en"
    );
    let sent = laptop.opens("/sign-in/code").await;
    assert!(sent.text.contains("ada@example.com"), "{}", sent.text);
    let (link, code) = mailed(&paper).await;

    // Elsewhere it says where to type the code, and does nothing; also where a mail was asked for.
    asks(&other, "eva@example.com").await;
    for browser in [&other, &paper.guest()] {
        let page = browser.opens(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text
                .contains("another browser than the one you asked in: type the code")
        );
        assert!(
            !page.text.contains("ada@example.com") && !page.text.contains("<form"),
            "{}",
            page.text
        );
        let pressed = post(browser, &link, "").await;
        assert_eq!(pressed.status, StatusCode::FORBIDDEN);
        assert!(pressed.text.contains("type the code"));
        assert_ne!(types(browser, &code).await.status, StatusCode::SEE_OTHER);
        assert!(!is_signed_in(browser).await);
    }

    // Looking changes nothing, however often; the button signs in and leads to where one was going.
    for _ in 0..3 {
        let page = laptop.opens(&link).await;
        assert!(page.text.contains("ada@example.com"), "{}", page.text);
        assert!(!is_signed_in(&laptop).await);
    }
    let done = post(&laptop, &link, "").await;
    assert_eq!(leads_to(&done), "/sign-in/done?lang=en&next=/terms");
    assert!(is_signed_in(&laptop).await);
    // It counts as proof of who it is, as the password does.
    let others = post(&laptop, "/account/devices/others", "").await;
    assert_eq!(leads_to(&others), "/account/devices?notice=ended-others");
    // A second click finds that one is signed in, and nobody else gets in by it.
    assert_eq!(leads_to(&post(&laptop, &link, "").await), "/sign-in");
    post(&laptop, "/sign-out", "").await;
    for path in [&link, &format!("{OPENED}AAAA")] {
        assert_eq!(post(&laptop, path, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(laptop.opens(path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(types(&laptop, &code).await.status, StatusCode::NOT_FOUND);
    paper.mails().await;
}

#[tokio::test]
async fn a_code_is_typed_where_it_was_asked_for_however_it_is_written() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    for written in ["1234 5678", "12345678", " 1 2 3 4 - 5 6 7 8 "] {
        let laptop = paper.guest();
        asks(&laptop, &ada.email).await;
        let (link, code) = mailed(&paper).await;
        let mut digits = code.chars().filter(char::is_ascii_digit);
        let typed = written.chars().map(|sign| match sign {
            '1'..='8' => digits.next().unwrap(),
            other => other,
        });
        let typed: String = typed.collect();
        let done = types(&laptop, &typed).await;
        assert_eq!(
            leads_to(&done),
            "/sign-in/done?lang=en&next=/terms",
            "{}",
            done.text
        );
        assert!(is_signed_in(&laptop).await);
        // The link went with it.
        post(&laptop, "/sign-out", "").await;
        assert_eq!(post(&laptop, &link, "").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn whoever_guesses_codes_uses_up_their_own_mail_and_nothing_of_the_owner() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let (owner, stranger) = (paper.guest(), paper.guest());
    asks(&owner, &ada.email).await;
    let (_, owners) = mailed(&paper).await;
    asks(&stranger, &ada.email).await;
    let (link, code) = mailed(&paper).await;
    // What cannot be a code was mistyped, and is not counted.
    for _ in 0..9 {
        let mistyped = types(&stranger, "1234").await;
        assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(mistyped.text.contains("value=\"1234\""), "nothing is lost");
    }
    for _ in 0..5 {
        let guess = types(&stranger, &wrong(&code)).await;
        assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            guess.text.contains("That is not the code"),
            "{}",
            guess.text
        );
    }
    let right = types(&stranger, &code).await;
    assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(right.text.contains("tried too often"), "{}", right.text);
    assert!(!is_signed_in(&stranger).await);
    // Whoever mistyped it five times still has the link; and the owner's code was not touched by any of this.
    assert!(
        stranger
            .opens(&link)
            .await
            .text
            .contains("<form class=\"form\"")
    );
    let done = types(&owner, &owners).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    // What was asked for by others is void now, and a new mail can be had.
    assert_eq!(
        post(&stranger, &link, "").await.status,
        StatusCode::NOT_FOUND
    );
    asks(&stranger, &ada.email).await;
    let (_, code) = mailed(&paper).await;
    assert_eq!(types(&stranger, &code).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn of_two_mails_of_one_browser_the_newer_counts_and_neither_lasts() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let laptop = paper.guest();
    asks(&laptop, &ada.email).await;
    let (old_link, old) = mailed(&paper).await;
    asks(&laptop, &ada.email).await;
    let (link, new) = mailed(&paper).await;
    assert_ne!(old, new);
    assert_eq!(
        types(&laptop, &old).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        post(&laptop, &old_link, "").await.status,
        StatusCode::NOT_FOUND
    );
    paper.advance(Span(paper.app.base.config.accounts.link_for.0 - 1));
    assert!(laptop.opens(TYPE).await.text.contains("ada@example.com"));
    paper.advance(Span(1));
    for answer in [
        types(&laptop, &new).await,
        post(&laptop, &link, "").await,
        laptop.opens(&link).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(
            answer.text.contains("href=\"/sign-in/link?lang=en\""),
            "{}",
            answer.text
        );
    }
    let page = laptop.opens(TYPE).await;
    assert!(
        page.text.contains("No mail was asked for in this browser"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_mail_from_before_a_change_of_password_or_address_is_void() {
    let paper = TestPaper::new().await;
    for what in ["password", "address", "reset"] {
        let ada = paper.reader(&format!("ada-{what}"), false).await;
        let (browser, by_code) = (paper.guest(), paper.guest());
        asks(&browser, &ada.email).await;
        let (link, _) = mailed(&paper).await;
        asks(&by_code, &ada.email).await;
        let (_, code) = mailed(&paper).await;
        match what {
            "password" => change_password(&ada).await,
            "reset" => {
                let guest = paper.guest();
                post(&guest, "/reset", &format!("email={}", encode(&ada.email))).await;
                let reset = paper.mailed_link("/reset/").await;
                let done = post(&guest, &reset, "password=my+second+password").await;
                assert_eq!(done.status, StatusCode::SEE_OTHER);
            }
            _ => {
                let laptop = ada.on("laptop").await;
                post(&laptop, "/account/email", "email=elsewhere%40example.com").await;
                let new = paper.mailed_link("/email/").await;
                let done = post(&laptop, &new, "").await;
                assert_eq!(leads_to(&done), "/account?notice=email-changed");
            }
        }
        let (link, typed) = (
            post(&browser, &link, "").await,
            types(&by_code, &code).await,
        );
        assert_eq!(link.status, StatusCode::NOT_FOUND, "{what}");
        assert_eq!(typed.status, StatusCode::NOT_FOUND, "{what}");
        assert!(!is_signed_in(&browser).await && !is_signed_in(&by_code).await);
    }
    paper.mails().await;
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answers() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let mut heard = Vec::new();
    for email in [ada.email.as_str(), "eva@example.com"] {
        let browser = paper.guest();
        let mut texts = Vec::new();
        let asked = asks(&browser, email).await;
        texts.push(format!("{} {}", asked.status, leads_to(&asked)));
        texts.push(browser.opens(TYPE).await.text);
        for code in [
            "1",
            "9999 9999",
            "0000 0000",
            "9999 9998",
            "9999 9997",
            "9999 9996",
            "9999 9995",
        ] {
            let answer = types(&browser, code).await;
            texts.push(format!("{} {}", answer.status, answer.text));
        }
        for _ in 0..6 {
            let answer = asks(&browser, email).await;
            texts.push(format!(
                "{} {} {}",
                answer.status,
                leads_to(&answer),
                answer.text
            ));
        }
        let name = email.split('@').next().unwrap();
        let texts = texts.into_iter().map(|text| text.replace(name, "NAME"));
        heard.push(texts.collect::<Vec<_>>());
    }
    assert_eq!(heard[0], heard[1]);
    let rows = paper.count("proof").await;
    assert_eq!(rows, 2, "one of each, also of an address that nobody has");
    let mails = paper.mails().await;
    let to = |email: &str| mails.iter().filter(|mail| mail.to == email).count();
    assert_eq!((to(&ada.email), to("eva@example.com")), (5, 5));
    let unknown = mails
        .iter()
        .find(|mail| mail.to == "eva@example.com")
        .unwrap();
    assert!(
        unknown.text.contains("no account with this address") && unknown.text.contains("/sign-up")
    );
    assert!(!unknown.text.contains(OPENED), "{}", unknown.text);
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_and_the_owner_still_gets_a_mail() {
    let paper = TestPaper::with(|config| config.server.proxies = 1).await;
    let ada = paper.reader("ada", false).await;
    let laptop = ada.on("laptop").await;
    let ask = async |browser: &Browser<'_>, from: &str| {
        let form = format!("email={}", encode(&ada.email));
        let from = [("x-forwarded-for", from)];
        browser.send(Method::POST, ASK, &from, &form).await
    };
    let stranger = paper.guest();
    for _ in 0..5 {
        assert_eq!(
            ask(&stranger, "198.51.100.7").await.status,
            StatusCode::SEE_OTHER
        );
    }
    let refused = ask(&stranger, "198.51.100.7").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("ask again in 12 minutes"),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("value=\"ada@example.com\""));
    paper.mails().await;
    // From elsewhere, and in a browser that was signed in before.
    let phone = paper.guest();
    for (browser, from) in [(&phone, "203.0.113.5"), (&laptop, "198.51.100.7")] {
        assert_eq!(ask(browser, from).await.status, StatusCode::SEE_OTHER);
        let (_, code) = mailed(&paper).await;
        assert_eq!(types(browser, &code).await.status, StatusCode::SEE_OTHER);
    }
    // And the mailbox is not filled from ever so many networks.
    let mut sent = 0;
    for network in 0..40 {
        let from = format!("192.0.{network}.7");
        sent += usize::from(ask(&paper.guest(), &from).await.status == StatusCode::SEE_OTHER);
    }
    assert!((10..20).contains(&sent), "{sent}");
    paper.mails().await;
}

#[tokio::test]
async fn of_link_and_code_that_are_used_at_once_one_signs_in() {
    for url in [None, Some(postgres)] {
        let url = match url {
            Some(make) if std::env::var("GACETA_TEST_POSTGRES").is_ok() => Some(make().await),
            Some(_) => continue,
            None => None,
        };
        let paper = TestPaper::with(|config| {
            if let Some(url) = url {
                config.database.url = url.into();
            }
        })
        .await;
        let ada = paper.reader("ada", false).await;
        let laptop = paper.guest();
        asks(&laptop, &ada.email).await;
        let (link, code) = mailed(&paper).await;
        let browsers: Vec<_> = (0..6).map(|_| laptop.at(&paper)).collect();
        let used = browsers.iter().enumerate().map(async |(number, browser)| {
            if number % 2 == 0 {
                post(browser, &link, "").await
            } else {
                types(browser, &code).await
            }
        });
        let answers = futures_util::future::join_all(used).await;
        let done = answers
            .iter()
            .filter(|answer| answer.status == StatusCode::SEE_OTHER);
        assert_eq!(done.count(), 1);
        assert_eq!(paper.count("session").await, 1);
    }
}
