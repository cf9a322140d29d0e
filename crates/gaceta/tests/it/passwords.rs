//! The passwords that anyone tries first are refused at every door where a password is chosen.

use http::{Method, StatusCode};
use testing::{Browser, TestPaper};

/// Far down in any list, and as it is typed by somebody who must use a capital.
const COMMON: &str = "Thunderbird";
const OWN: &str = "a paper now and then";

/// This form is refused with the common password, for that reason, and taken with another one.
async fn is_refused(browser: &Browser<'_>, path: &str, rest: &str) {
    let form = |password: &str| format!("{rest}&password={}", testing::encode(password));
    let answer = browser.send(Method::POST, path, &[], &form(COMMON)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    assert!(
        answer.text.contains("id=\"password-error\""),
        "{path}: {}",
        answer.text
    );
    let answer = browser.send(Method::POST, path, &[], &form(OWN)).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.text
    );
}

#[tokio::test]
async fn a_common_password_is_refused_at_every_door() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "company", 3).await;
    let desk = ada.on("desk").await;

    is_refused(
        &paper.guest(),
        "/sign-up",
        "name=Eva&email=eva%40example.com",
    )
    .await;
    // In another browser the proof asks for a password of its own.
    let proof = paper.mailed_link("/proof/").await;
    let proof = proof.split('?').next().unwrap();
    is_refused(&paper.guest(), proof, "").await;

    let invited = desk
        .send(
            Method::POST,
            "/account/seats/invite",
            &[],
            "emails=ben%40example.com",
        )
        .await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.text);
    let invitation = paper.mailed_link("/invitation/").await;
    let invitation = invitation.split('?').next().unwrap();
    is_refused(&paper.guest(), invitation, "name=Ben").await;

    is_refused(&desk, "/account/password", "current=a+paper+a+day").await;
    let current = format!("current={}", testing::encode(OWN));
    is_refused(&desk, "/account/devices/unknown", &current).await;

    let form = "email=ada%40example.com";
    paper.guest().send(Method::POST, "/reset", &[], form).await;
    let reset = paper.mailed_link("/reset/").await;
    let reset = reset.split('?').next().unwrap();
    is_refused(&paper.guest(), reset, "").await;
    paper.mails().await;
}
