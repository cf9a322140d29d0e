//! Live streams of open pages end with their session: whoever was signed out is told so, and learns nothing more.

use gaceta::nodes::ChangeListener;
use http::Method;

use testing::{Browser, TestPaper, postgres};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";
/// What the other device is called.
const NAME: &str = "Zurron";

async fn device(browser: &Browser<'_>, paper: &TestPaper) -> readers::DeviceId {
    let session = paper.app.readers.sessions.of(&browser.headers()).await;
    session.unwrap().unwrap().device
}

/// The laptop, by its name, takes over from the phone, whose open page hears of it and goes on listening.
async fn taken_over(paper: &TestPaper, phone: &Browser<'_>, laptop: &Browser<'_>) -> testing::Live {
    let path = format!("/account/devices/{}/name", device(laptop, paper).await);
    let form = format!("label={NAME}");
    laptop.send(Method::POST, &path, &[], &form).await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let mut page = phone.listens(7).await;
    let message = laptop.opens(ARTICLE).await;
    laptop.takes(&message).await;
    let told = page.hears().await.unwrap();
    assert!(told.contains(NAME), "{told}");
    page
}

#[tokio::test]
async fn a_device_that_is_signed_out_hears_of_it_and_of_nothing_more() {
    let paper = TestPaper::new().await;
    for way in [
        "itself",
        "from another",
        "all others",
        "unknown",
        "password",
        "reset",
        "too old",
    ] {
        let name = way.replace(' ', "-");
        let ada = paper.reader(&name, true).await;
        let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
        let mut page = taken_over(&paper, &phone, &laptop).await;
        let email = ada.email.replace('@', "%40");
        match way {
            "itself" => drop(phone.send(Method::POST, "/sign-out", &[], "").await),
            "from another" => {
                let path = format!("/account/devices/{}/sign-out", device(&phone, &paper).await);
                laptop.send(Method::POST, &path, &[], "").await;
            }
            "all others" => {
                let path = "/account/devices/others";
                laptop.send(Method::POST, path, &[], "").await;
            }
            "unknown" => {
                let (path, form) = ("/account/devices/unknown", "current=a+paper+a+day");
                laptop.send(Method::POST, path, &[], form).await;
            }
            "password" => {
                let form = "current=a+paper+a+day&password=my+second+password";
                laptop
                    .send(Method::POST, "/account/password", &[], form)
                    .await;
            }
            "reset" => {
                let form = format!("email={email}");
                laptop.send(Method::POST, "/reset", &[], &form).await;
                let link = paper.mailed_link("/reset/").await;
                let form = "password=my+second+password";
                laptop.send(Method::POST, &link, &[], form).await;
            }
            _ => {
                paper.advance(paper.app.base.config.accounts.session_for);
                paper.app.leases.notices.recheck(ada.id);
            }
        }
        let told = page.hears().await.unwrap();
        assert!(!told.contains(NAME), "{way}: {told}");
        assert!(page.hears().await.is_none(), "{way}: the stream has ended");
    }
    paper.mails().await;
}

#[tokio::test]
async fn a_page_whose_browser_signs_in_again_listens_anew_without_a_message() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let mut page = phone.listens(7).await;
    let form = format!(
        "email={}&password=a+paper+a+day",
        ada.email.replace('@', "%40")
    );
    phone.send(Method::POST, "/sign-in", &[], &form).await;
    assert!(page.hears().await.is_none(), "no message");
    phone.listens(7).await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
}

#[tokio::test]
async fn a_stream_at_another_node_ends_with_its_session() {
    let url = postgres().await;
    let one = TestPaper::with(|config| config.database.url = url.into()).await;
    let two = one.node(8).await;
    let mut here = ChangeListener::join(&one.app).await.unwrap().unwrap();
    let mut there = ChangeListener::join(&two.app).await.unwrap().unwrap();
    let ada = one.reader("ada", true).await;
    let (phone, laptop) = (
        ada.on("phone").await.at(&two),
        ada.on("laptop").await.at(&two),
    );
    let mut page = taken_over(&two, &phone, &laptop).await;
    here.listen(&one.app).await.unwrap();
    phone
        .at(&one)
        .send(Method::POST, "/sign-out", &[], "")
        .await;
    there.listen(&two.app).await.unwrap();
    let told = page.hears().await.unwrap();
    assert!(!told.contains(NAME), "{told}");
    assert!(page.hears().await.is_none(), "the stream has ended");
}

#[tokio::test]
async fn a_page_of_a_reader_without_a_seat_is_told_wherever_the_lease_is() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "premium", 2).await;
    let laptop = ada.on("laptop").await;
    let form = "emails=nora%40example.com";
    laptop
        .send(Method::POST, "/account/seats/invite", &[], form)
        .await;
    let link = paper.mailed_link("/invitation/").await;
    let phone = paper.guest();
    let form = "name=Nora&password=a+house+by+the+river";
    phone.send(Method::POST, &link, &[], form).await;
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let mut page = phone.listens(7).await;
    let tablet = paper.guest();
    let form = "email=nora%40example.com&password=a+house+by+the+river";
    tablet.send(Method::POST, "/sign-in", &[], form).await;
    let message = tablet.opens(ARTICLE).await;
    tablet.takes(&message).await;
    assert!(page.hears().await.is_some(), "the tablet has it");
    let seats = laptop.opens("/account/seats").await;
    let form = format!("seat={}", seats.hidden("seat"));
    laptop
        .send(Method::POST, "/account/seats/remove", &[], &form)
        .await;
    assert!(page.hears().await.is_some(), "nobody has it");
}
