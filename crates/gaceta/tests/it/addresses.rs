//! Mail addresses at every door: one spelling however they are typed, nothing invisible, and what becomes of mails that
//! nobody can receive. And the names of people and devices, in every script.

use base::config::MailTransport;
use base::time::Span;
use http::{Method, StatusCode};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use testing::{Answer, Browser, TestPaper, encode};

const PASSWORD: &str = "a+house+by+the+river";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

#[tokio::test]
async fn an_address_with_accents_is_one_account_however_it_is_typed() {
    let paper = TestPaper::new().await;
    let (accents, puny) = (
        "Lucia.Vega@Peluquería.example",
        "lucia.vega@xn--peluquera-n5a.example",
    );
    let guest = paper.guest();
    let sign_up = |email| format!("name=&email={}&password={PASSWORD}", encode(email));
    post(&guest, "/sign-up", &sign_up(puny)).await;
    let link = paper.mailed_link("/proof/").await;
    let page = guest.opens(&link).await;
    assert!(page.text.contains("lucia.vega@peluquería.example"));
    assert_eq!(post(&guest, &link, "").await.status, StatusCode::SEE_OTHER);
    let page = guest.opens("/account").await;
    assert!(page.text.contains("lucia.vega@peluquería.example"));

    for typed in [
        accents,
        puny,
        "\u{202a}lucia.vega@peluqueri\u{301}a.example\u{202c}",
    ] {
        let form = format!("email={}&password={PASSWORD}", encode(typed));
        let answer = post(&paper.guest(), "/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{typed}");
        // The account is there already, so its mail leads to a new password.
        post(&paper.guest(), "/sign-up", &sign_up(typed)).await;
        assert!(paper.mailed_link("/reset/").await.starts_with("/reset/"));
        paper.advance(Span::days(1));
    }
    post(&guest, "/reset", &format!("email={}", encode(accents))).await;
    let mails = paper.mails().await;
    assert_eq!(mails.len(), 5);
    // Any mail server takes an A-label; what has accents only some.
    assert!(mails.iter().all(|mail| mail.to == puny));
}

#[tokio::test]
async fn a_pasted_list_is_invited_without_what_nobody_sees() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 5).await;
    let home = ana.on("laptop").await;
    let list = "\u{202a}nora@example.com\u{202c}\r\nluis\u{200b}@example.com;\u{200b}\r\n\u{feff}\r\nNora@example.com";
    let answer = post(
        &home,
        "/account/seats/invite",
        &format!("emails={}", encode(list)),
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let mails = paper.mails().await;
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["luis@example.com", "nora@example.com"]);
    let page = home.opens("/account/seats").await;
    assert!(page.text.contains("3 of 5"), "{}", page.text);
    // Of this one only the library that sends mail knows that it is none.
    let list = "eva@example.com, a\u{200b}☕@example.com";
    let answer = post(
        &home,
        "/account/seats/invite",
        &format!("emails={}", encode(list)),
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("a☕@example.com does not look like"));
}

#[tokio::test]
async fn names_are_taken_in_every_script_and_with_every_emoji() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let phone = ada.on("phone").await;
    let devices = phone.opens("/account/devices").await;
    let rest = devices.text.split("/account/devices/").nth(1).unwrap();
    let device = rest.split('/').next().unwrap();
    let rename = format!("/account/devices/{device}/name");
    for name in ["👩\u{200d}💻 de Pilar", "می\u{200c}خوانم"] {
        let form = format!("name={}&language=en", encode(name));
        let answer = post(&phone, "/account", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        assert!(phone.opens("/account").await.text.contains(name));
        let answer = post(&phone, &rename, &format!("label={}", encode(name))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        assert!(phone.opens("/account/devices").await.text.contains(name));
    }
    // Nobody could see this one, or press the button that says it.
    let answer = post(&phone, &rename, &format!("label={}", encode("\u{200d}"))).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A mail server that answers so to every recipient. Gives its port.
async fn mail_server(to_recipient: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                let mut answer = "220 test";
                while write
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .await
                    .is_ok()
                {
                    let Ok(Some(line)) = lines.next_line().await else {
                        return;
                    };
                    let is_recipient = line.to_uppercase().starts_with("RCPT");
                    answer = if is_recipient {
                        to_recipient
                    } else {
                        "250 yes"
                    };
                }
            });
        }
    });
    port
}

/// How often the mail of an invitation to this address is tried before its owner sees that it was in vain.
async fn tries(address: &str, to_recipient: &'static str) -> usize {
    let port = mail_server(to_recipient).await;
    let paper = TestPaper::with(|config| {
        config.mail.transport = MailTransport::Smtp;
        config.mail.smtp_url = format!("smtp://127.0.0.1:{port}").into();
    })
    .await;
    let ana = paper.owner("ana", "premium", 2).await;
    let home = ana.on("laptop").await;
    let form = format!("emails={}", encode(address));
    let answer = post(&home, "/account/seats/invite", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let mut tries = 0;
    let mut page = home.opens("/account/seats").await;
    while !page.text.contains("could not deliver") {
        assert!(page.text.contains("The invitation is open until"));
        assert!(gaceta::jobs::step(&paper.app).await.unwrap());
        // Ana is told of each laptop, too.
        while gaceta::jobs::step(&paper.app).await.unwrap() {}
        tries += 1;
        paper.advance(Span::minutes(1 << (2 * tries).min(12)));
        page = ana.on("laptop").await.opens("/account/seats").await;
    }
    assert!(!page.text.contains("The invitation is open until"));
    tries
}

#[tokio::test]
async fn a_mail_that_failed_for_good_is_shown_beside_its_invitation() {
    // There is no such mailbox, and there will be none in an hour.
    assert_eq!(tries("nobody@example.com", "550 5.1.1 unknown").await, 1);
    // This server takes no address with accents before the @.
    assert_eq!(tries("josé@example.com", "250 yes").await, 1);
    // It has such a mailbox, and takes nothing for it.
    assert_eq!(tries("nora@example.com", "552 5.2.2 full").await, 1);
    // These may be mended.
    assert_eq!(tries("nora@example.com", "450 4.2.0 later").await, 8);
    assert_eq!(
        tries("nora@example.com", "550 5.7.1 relaying denied").await,
        8
    );
}
