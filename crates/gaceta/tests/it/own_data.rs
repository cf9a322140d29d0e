//! One's data: all of it in an archive, and the canary person, who is deleted and found nowhere.

use std::path::Path;

use base::config::MailTransport;
use base::db::Db;
use http::{Method, StatusCode};
use sqlx::AssertSqlSafe;
use subscriptions::rules::Part;
use subscriptions::store as seats;

use testing::{Answer, Browser, TestPaper};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";
/// Nobody else is called like this.
const CANARY: &str = "zurriburri-7731";
const DELETE: &str = "/account/data/delete";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

fn leads_to(answer: &Answer) -> &str {
    let to = answer.headers.get("location");
    to.map_or("", |value| value.to_str().unwrap())
}

fn has(bytes: &[u8], needle: &str) -> bool {
    let (bytes, needle) = (bytes.to_ascii_lowercase(), needle.to_ascii_lowercase());
    bytes
        .windows(needle.len())
        .any(|at| at == needle.as_bytes())
}

/// Every file below, with its bytes.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
    found
}

/// Every row of every table of a PostgreSQL as text; of the embedded database the files are looked at.
async fn rows(paper: &TestPaper) -> Vec<(String, Vec<u8>)> {
    let Db::Postgres(primary) = &paper.app.base.db else {
        return Vec::new();
    };
    let tables =
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<(String,)> = sqlx::query_as(tables)
        .fetch_all(&primary.pool)
        .await
        .unwrap();
    assert!(tables.len() > 20);
    let mut found = Vec::new();
    for (table,) in tables {
        let sql = format!("SELECT row_to_json(t)::text FROM {table} t");
        let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_all(&primary.pool)
            .await
            .unwrap();
        found.extend(
            rows.into_iter()
                .map(|row| (table.clone(), row.0.into_bytes())),
        );
    }
    found
}

async fn everywhere(paper: &TestPaper) -> Vec<(String, Vec<u8>)> {
    let mut all = files(&paper.app.base.config.database.dir);
    all.extend(rows(paper).await);
    all
}

/// A paper that writes its mails into its data directory.
async fn paper() -> TestPaper {
    TestPaper::with(|config| {
        config.mail.transport = MailTransport::File;
        config.mail.dir = config.database.dir.join("mail");
    })
    .await
}

async fn send_mails(paper: &TestPaper) {
    while gaceta::jobs::step(&paper.app).await.unwrap() {}
}

/// Leaves traces of the canary wherever the paper keeps something.
async fn leave_traces<'a>(paper: &'a TestPaper, canary: &testing::Person<'a>) -> Browser<'a> {
    let (phone, laptop) = (canary.on("phone").await, canary.on("laptop").await);
    let device = paper.app.readers.sessions.of(&phone.headers()).await;
    let device = device.unwrap().unwrap().device;
    let form = format!("label={CANARY}'s+phone");
    post(&laptop, &format!("/account/devices/{device}/name"), &form).await;
    let email = testing::encode(&canary.email);
    // Mails that have left: a link, an invitation that names its host, one that is for the canary.
    post(&paper.guest(), "/reset", &format!("email={email}")).await;
    post(&laptop, "/account/seats/invite", "emails=eva%40example.com").await;
    let host = paper.owner("host", "company", 9).await;
    let host = host.on("desk").await;
    post(&host, "/account/seats/invite", &format!("emails={email}")).await;
    send_mails(paper).await;
    // Mails that wait.
    let form = format!("email={email}&name={CANARY}&password=a+house+by+the+river");
    post(&paper.guest(), "/sign-up", &form).await;
    let form = format!("email={CANARY}.new%40example.com");
    post(&laptop, "/account/email", &form).await;
    // Read, and taken over.
    assert_eq!(phone.opens(ARTICLE).await.access(), "full");
    let message = laptop.opens(ARTICLE).await;
    laptop.takes(&message).await;
    paper.app.leases.events.write().await.unwrap();
    laptop
}

#[tokio::test]
async fn the_canary_person_is_deleted_and_found_nowhere() {
    let mut paper = paper().await;
    paper.looks_for_jobs = false;
    for n in 0..30 {
        paper.reader(&format!("before-{n}"), false).await;
    }
    let canary = paper.owner(CANARY, "premium", 2).await;
    for n in 0..30 {
        paper.reader(&format!("after-{n}"), false).await;
    }
    let laptop = leave_traces(&paper, &canary).await;
    let id = canary.id.to_string();
    let there = everywhere(&paper).await;
    let with = |needle: &str| there.iter().filter(|(_, bytes)| has(bytes, needle)).count();
    assert!(
        with(CANARY) >= 3 && with(&id) >= 1,
        "there is something to find"
    );

    // The box was not ticked.
    let refused = post(&laptop, DELETE, "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(&laptop, DELETE, "sure=yes").await;
    assert_eq!(
        leads_to(&done),
        "/sign-in?notice=deleted&lang=en",
        "{}",
        done.text
    );
    assert!(laptop.cookie("session").is_none() && laptop.cookie("device").is_none());
    assert_eq!(laptop.opens(ARTICLE).await.access(), "wall");

    send_mails(&paper).await;
    paper.app.leases.events.write().await.unwrap();
    // Until every node has heard of the deletion the stream of changes names whom it is about. It is emptied by the clock of
    // the database, which no test moves.
    paper.execute("DELETE FROM change".into()).await;
    if let Db::Sqlite { .. } = paper.app.base.db {
        let copy = paper.app.base.config.database.dir.join("copy.db");
        paper.app.base.db.copy_into(&copy).await.unwrap();
    }
    for (place, bytes) in everywhere(&paper).await {
        for needle in [CANARY, &id] {
            assert!(!has(&bytes, needle), "{needle} is still in {place}");
        }
    }
    // The address is free, and whoever has it is somebody new.
    let again = paper.reader(CANARY, false).await;
    assert_ne!(again.id.to_string(), id);
    account::erase::keep_deleted(&paper.app.account)
        .await
        .unwrap();
    again.on("phone").await;
}

#[tokio::test]
async fn whoever_reads_on_their_subscription_reads_on() {
    let paper = TestPaper::new().await;
    let ada = paper.owner("ada", "company", 3).await;
    let laptop = ada.on("laptop").await;
    let nora = paper.reader("nora", false).await;
    post(
        &laptop,
        "/account/seats/invite",
        "emails=nora%40example.com",
    )
    .await;
    let link = paper.mailed_link("/invitation/").await;
    let noras = nora.on("phone").await;
    post(&noras, &link, "").await;
    post(&laptop, "/account/seats/invite", "emails=eva%40example.com").await;
    let open = paper.mailed_link("/invitation/").await;
    let page = laptop.opens("/account/data").await;
    assert!(page.text.contains("nora@example.com"), "{}", page.text);

    post(&laptop, DELETE, "sure=yes").await;
    assert_eq!(noras.opens(ARTICLE).await.access(), "full");
    let mut tx = paper.app.base.read().await.unwrap();
    let owned = seats::find_owned(&mut tx, nora.id).await.unwrap().unwrap();
    let members = seats::list_members(&mut tx, owned.id, &Part::default(), 9)
        .await
        .unwrap();
    drop(tx);
    assert_eq!((owned.seats, members.len()), (3, 1));
    let mails = paper.mails().await;
    let last = mails.last().unwrap();
    assert!(last.to == nora.email && last.text.contains("/account/seats"));
    assert_eq!(paper.guest().opens(&open).await.status, StatusCode::GONE);
    let form = "emails=eva%40example.com";
    let invited = post(&noras, "/account/seats/invite", form).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER);
    // The last one takes it along.
    post(&noras, DELETE, "sure=yes").await;
    assert_eq!(
        (paper.count("subscription").await, paper.count("seat").await),
        (0, 0)
    );
    assert_eq!(paper.count("reader").await, 0);
    assert_eq!(paper.mails().await.len(), mails.len());
}

/// What a borrowed session may not do, and what one that was ended does no more.
#[tokio::test]
async fn nobody_deletes_or_takes_along_without_the_password() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let laptop = ada.on("laptop").await;
    let confirmed_for = paper.app.base.config.accounts.confirmed_for;
    paper.advance(confirmed_for);
    let asked = post(&laptop, DELETE, "sure=yes").await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let asked = laptop.opens("/account/data/export").await;
    assert!(leads_to(&asked).starts_with("/account/confirm?"));
    let phone = ada.on("phone").await;
    let session = paper.app.readers.sessions.of(&phone.headers()).await;
    let token = session.unwrap().unwrap().token.text();
    paper
        .execute(format!("DELETE FROM session WHERE token_hash = '{token}'"))
        .await;
    let late = post(&phone, DELETE, "sure=yes").await;
    assert!(leads_to(&late).starts_with("/sign-in"), "{}", late.text);
    assert_eq!(paper.count("reader").await, 1);
}

#[tokio::test]
async fn the_archive_holds_everything_but_what_signs_somebody_in() {
    let mut paper = paper().await;
    paper.looks_for_jobs = false;
    let canary = paper.owner(CANARY, "premium", 2).await;
    let laptop = leave_traces(&paper, &canary).await;
    let archive = laptop.opens("/account/data/export").await;
    assert_eq!(archive.status, StatusCode::OK, "{}", archive.text);
    assert_eq!(archive.headers["content-type"], "application/zip");
    assert_eq!(archive.headers["cache-control"], "no-store");
    for text in [
        "everything.json",
        "account.csv",
        "devices.csv",
        "sessions.csv",
        "subscriptions.csv",
        "seats.csv",
        "reading.csv",
        "mails.csv",
        "\"terms_version\": \"1\"",
        "\"event\": \"taken\"",
        "'s phone",
        "You already have an account",
        "\"plan\": \"premium\"",
        "\"status\": \"invited\"",
    ] {
        assert!(has(&archive.bytes, text), "{text} in {}", archive.text);
    }
    assert!(!has(&archive.bytes, "argon2") && !has(&archive.bytes, "eva@"));
    let session = paper.app.readers.sessions.of(&laptop.headers()).await;
    let token = session.unwrap().unwrap().token.text();
    assert!(!has(&archive.bytes, &token));
}

/// Whoever deleted their account since a backup is deleted again when it is put back.
#[tokio::test]
async fn a_deletion_outlives_the_restore_of_an_older_backup() {
    let paper = paper().await;
    let (ada, eve) = (
        paper.owner("ada", "digital", 1).await,
        paper.reader("eve", false).await,
    );
    let mut tx = paper.app.base.read().await.unwrap();
    let before = readers::store::find_reader(&mut tx, ada.id).await.unwrap();
    drop(tx);
    post(&ada.on("laptop").await, DELETE, "sure=yes").await;
    // The database as it was before.
    let before = before.unwrap();
    paper
        .execute(format!(
            "INSERT INTO reader (id, email, name, password, language, created_at) VALUES ('{}', '{}', 'Ada', 'x', 'en', 1)",
            before.id, before.email
        ))
        .await;
    paper.execute("DELETE FROM deleted_reader".into()).await;
    assert_eq!(paper.count("reader").await, 2);
    account::erase::keep_deleted(&paper.app.account)
        .await
        .unwrap();
    let mut tx = paper.app.base.read().await.unwrap();
    for (id, is_there) in [(ada.id, false), (eve.id, true)] {
        let found = readers::store::find_reader(&mut tx, id).await.unwrap();
        assert_eq!(found.is_some(), is_there);
    }
    drop(tx);
    assert_eq!(paper.count("deleted_reader").await, 1);
    // And a list that was lost is written anew.
    let file = account::erase::file(&paper.app.base.config);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        account::erase::keep_deleted(&paper.app.account)
            .await
            .unwrap(),
        1
    );
    let list = std::fs::read_to_string(&file).unwrap();
    assert!(list.lines().count() == 1 && !list.contains(&ada.id.to_string()));
}
