//! Companies: invitations sent anew, seats taken back, who looks after them, what was done, and lists of any length.

use base::time::Span;
use http::{Method, StatusCode};
use readers::store::{Numbers, insert_numbered_readers};
use subscriptions::rules::{Actor, Part, SubscriptionId};
use subscriptions::store;
use testing::{Answer, Browser, Form, Person, TestPaper, encode};

const ARTICLE: &str = "/en/2026-02-24/subscribers-1";
const SEATS: &str = "/account/seats";

async fn posts(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

async fn invites(browser: &Browser<'_>, emails: &str) -> Answer {
    let form = format!("emails={}", encode(emails));
    posts(browser, "/account/seats/invite", &form).await
}

fn leads_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

async fn owned(paper: &TestPaper, owner: &Person<'_>) -> SubscriptionId {
    let mut tx = paper.app.base.read().await.unwrap();
    let owned = store::find_owned(&mut tx, owner.id).await.unwrap();
    owned.unwrap().id
}

/// Puts somebody on a seat of this owner.
async fn seats(paper: &TestPaper, owner: &Person<'_>, person: &Person<'_>) {
    let id = owned(paper, owner).await;
    let mut tx = paper.app.base.read().await.unwrap();
    let reader = readers::store::find_reader(&mut tx, person.id).await;
    drop(tx);
    let (reader, by) = (reader.unwrap().unwrap(), Actor::Command);
    let given = subscriptions::seat(&paper.app.subscriptions, id, &reader, by).await;
    assert!(given.unwrap());
}

/// The form of this page that posts there, for whom it names.
fn form_for(page: &Answer, action: &str, value: &str) -> Option<String> {
    let forms = Form::all(&page.text).into_iter();
    let found = forms.filter(|form| form.action == action).find(|form| {
        let mut fields = form.fields.iter();
        fields.any(|field| field.value == value)
    });
    Some(found?.filled(|field| field.value.clone()))
}

#[tokio::test]
async fn whoever_is_invited_again_gets_a_new_link_and_no_second_place() {
    let paper = TestPaper::new().await;
    let owner = paper.owner("ana", "company", 3).await;
    let ana = owner.on("laptop").await;
    assert!(leads_to(&invites(&ana, "nora@example.com").await).contains("done=invited"));
    let first = paper.mailed_link("/invitation/").await;
    // The button was pressed twice: one mail is enough, and nothing is lost.
    let twice = invites(&ana, "nora@example.com").await;
    assert!(leads_to(&twice).contains("done=recent"));
    assert_eq!(paper.mails().await.len(), 1);

    paper.advance(Span::minutes(6));
    let page = ana.opens(SEATS).await;
    assert!(page.text.contains("The invitation is open until"));
    let again = form_for(&page, "/account/seats/invite", "nora@example.com").unwrap();
    let sent = posts(&ana, "/account/seats/invite", &again).await;
    assert!(leads_to(&sent).contains("done=renewed"));
    let second = paper.mailed_link("/invitation/").await;
    assert_ne!(first, second);
    assert_eq!(paper.guest().opens(&first).await.status, StatusCode::GONE);
    assert_eq!(paper.guest().opens(&second).await.status, StatusCode::OK);
    assert_eq!(paper.count("seat").await, 2);
    // Nor does an invitation that ran out take a second place.
    paper.advance(Span::days(15));
    assert_eq!(paper.guest().opens(&second).await.status, StatusCode::GONE);
    let later = invites(&owner.on("phone").await, "nora@example.com").await;
    assert!(leads_to(&later).contains("done=renewed"));
    assert_eq!(paper.mails().await.len(), 3);
    assert_eq!(paper.count("seat").await, 2);
}

#[tokio::test]
async fn of_several_the_good_ones_are_invited_and_the_others_stay_in_the_field() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 3).await.on("laptop").await;
    let list = "a@example.com, b@example.com;a@example.com c@example.com";
    let refused = invites(&ana, list).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("No place is free"),
        "{}",
        refused.text
    );
    assert!(
        refused.text.contains("2 others on your list"),
        "{}",
        refused.text
    );
    assert_eq!(paper.mails().await.len(), 2);
}

#[tokio::test]
async fn taking_a_seat_back_is_asked_once_on_both_pages() {
    let paper = TestPaper::new().await;
    let (owner, eve) = (
        paper.owner("ana", "company", 5).await,
        paper.reader("eve", false).await,
    );
    eve.works_here().await;
    let (ana, desk) = (owner.on("laptop").await, eve.on("laptop").await);
    let (nora, luis) = (
        paper.reader("nora", false).await,
        paper.reader("luis", false).await,
    );
    seats(&paper, &owner, &nora).await;
    seats(&paper, &owner, &luis).await;
    let id = owned(&paper, &owner).await;
    let at_desk = format!("/admin/subscriptions/{id}");
    for (browser, page, action, email) in [
        (
            &ana,
            SEATS.to_owned(),
            "/account/seats/remove".to_owned(),
            &nora.email,
        ),
        (
            &desk,
            at_desk.clone(),
            format!("{at_desk}/remove"),
            &luis.email,
        ),
    ] {
        let shown = browser.opens(&page).await.text;
        let (_, rest) = shown.split_once(&format!("Remove {email}")).unwrap();
        assert!(rest.contains("</details>"), "{rest}");
        let (before, _) = shown.split_once(&format!("Remove {email}")).unwrap();
        let asked = before.rsplit("<details>").next().unwrap();
        assert!(asked.contains("They stop reading"), "{asked}");
        let seat = asked.rsplit("name=\"seat\" value=\"").next().unwrap();
        let seat = seat.split('"').next().unwrap();
        let done = posts(browser, &action, &format!("seat={seat}")).await;
        assert!(leads_to(&done).contains("done=removed"));
        assert!(
            !browser
                .opens(&page)
                .await
                .text
                .contains(&format!("Remove {email}"))
        );
    }
}

#[tokio::test]
async fn the_paper_sends_an_invitation_anew_and_is_named_as_the_paper() {
    let paper = TestPaper::new().await;
    let (owner, eve) = (
        paper.owner("ana", "company", 5).await,
        paper.reader("eve", false).await,
    );
    eve.works_here().await;
    let (ana, desk) = (owner.on("laptop").await, eve.on("laptop").await);
    invites(&ana, "zoe@example.com").await;
    paper.mails().await;
    let at_desk = format!("/admin/subscriptions/{}", owned(&paper, &owner).await);
    paper.advance(Span::minutes(6));
    let page = desk.opens(&at_desk).await;
    let again = form_for(&page, &format!("{at_desk}/invite"), "zoe@example.com").unwrap();
    let sent = posts(&desk, &format!("{at_desk}/invite"), &again).await;
    assert!(leads_to(&sent).contains("done=renewed"));
    paper.mails().await;
    let log = ana.opens("/account/seats/log").await.text;
    assert!(
        log.contains("invited again") && log.contains("the paper"),
        "{log}"
    );
    assert!(
        !log.contains("eve@example.com"),
        "people of the paper are not named"
    );
    assert!(desk.opens(&at_desk).await.text.contains("eve@example.com"));
}

#[tokio::test]
async fn somebody_with_a_seat_has_nothing_to_manage() {
    let paper = TestPaper::new().await;
    let owner = paper.owner("ana", "company", 4).await;
    let nora = paper.reader("nora", false).await;
    seats(&paper, &owner, &nora).await;
    let noras = nora.on("laptop").await;
    // Somebody with a seat sees who manages it, and nothing to manage.
    for page in [
        "/account/seats/admins",
        "/account/seats/log",
        "/account/seats/log/file",
    ] {
        assert_eq!(
            noras.opens(page).await.status,
            StatusCode::FORBIDDEN,
            "{page}"
        );
    }
    assert!(
        !noras
            .opens(SEATS)
            .await
            .text
            .contains("<form class=\"form\"")
    );
}

#[tokio::test]
async fn asking_somebody_to_look_after_a_company_tells_nothing_of_accounts() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 4).await.on("laptop").await;
    paper.reader("luis", false).await;
    let mut answers = Vec::new();
    for email in ["luis@example.com", "nobody@example.com"] {
        let form = format!("email={}", encode(email));
        let refused = posts(&ana, "/account/seats/admins", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        answers.push(refused.text.replace(email, "X"));
    }
    assert_eq!(answers[0], answers[1]);
}

/// The owner of a company, and somebody who looks after it with them and has a seat.
async fn two_who_look_after<'a>(paper: &'a TestPaper) -> (Person<'a>, Person<'a>) {
    let (owner, nora) = (
        paper.owner("ana", "company", 4).await,
        paper.reader("nora", false).await,
    );
    seats(paper, &owner, &nora).await;
    let ana = owner.on("laptop").await;
    let added = posts(&ana, "/account/seats/admins", "email=nora%40example.com").await;
    assert!(leads_to(&added).contains("done=added"));
    (owner, nora)
}

#[tokio::test]
async fn whoever_looks_after_a_company_may_give_up_their_place() {
    let paper = TestPaper::new().await;
    let (_, nora) = two_who_look_after(&paper).await;
    let luis = paper.reader("luis", false).await;
    let (noras, luiss) = (nora.on("laptop").await, luis.on("laptop").await);
    assert_eq!(noras.opens(ARTICLE).await.access(), "full");
    let page = noras.opens(SEATS).await;
    let (_, own) = page.text.split_once("Give up your own place").unwrap();
    let seat = own.split("name=\"seat\" value=\"").nth(1).unwrap();
    let form = format!("seat={}", seat.split('"').next().unwrap());
    posts(&noras, "/account/seats/remove", &form).await;
    assert_eq!(noras.opens(ARTICLE).await.access(), "wall");
    assert!(
        noras
            .opens("/account")
            .await
            .text
            .contains("href=\"/account/seats\"")
    );
    assert_eq!(
        noras.opens("/account/subscription").await.status,
        StatusCode::OK
    );
    assert!(leads_to(&invites(&noras, "luis@example.com").await).contains("done=invited"));
    let link = paper.mailed_link("/invitation/").await;
    posts(&luiss, &link, "").await;
    let taken = posts(&noras, "/account/seats/take", "").await;
    assert!(leads_to(&taken).contains("done=taken"));
    assert_eq!(noras.opens(ARTICLE).await.access(), "full");
    let log = noras.opens("/account/seats/log").await.text;
    for text in ["gave up their own place", "accepted"] {
        assert!(log.contains(text), "{text}: {log}");
    }
}

#[tokio::test]
async fn somebody_always_looks_after_a_company() {
    let paper = TestPaper::new().await;
    let (owner, nora) = two_who_look_after(&paper).await;
    let (ana, noras) = (owner.on("laptop").await, nora.on("laptop").await);
    let form = format!("reader={}", owner.id);
    let last = posts(&noras, "/account/seats/admins/drop", &form).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.text.contains("so the owner stays"), "{}", last.text);
    let form = format!("reader={}", nora.id);
    let dropped = posts(&ana, "/account/seats/admins/drop", &form).await;
    assert!(leads_to(&dropped).contains("done=removed"));
    let late = invites(&noras, "zoe@example.com").await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    let events = ana.opens("/account/seats/log").await.text;
    for text in [
        "looks after it, too",
        "no longer looks after it",
        "nora@example.com",
    ] {
        assert!(events.contains(text), "{text}: {events}");
    }
}

#[tokio::test]
async fn nobody_looks_after_the_company_of_another() {
    let paper = TestPaper::new().await;
    let (ana, eve) = (
        paper.owner("ana", "company", 4).await,
        paper.owner("eve", "company", 4).await,
    );
    let hers = owned(&paper, &eve).await;
    let anas = ana.on("laptop").await;
    for path in ["", "/admins", "/log", "/log/file"] {
        let path = format!("{SEATS}{path}?of={hers}");
        assert_eq!(
            anas.opens(&path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let mut tx = paper.app.base.read().await.unwrap();
    let seat = store::find_seat_of(&mut tx, hers, eve.id).await.unwrap();
    drop(tx);
    let form = format!(
        "of={hers}&emails=x%40example.com&email=ana%40example.com&reader={}&seat={}",
        eve.id,
        seat.unwrap()
    );
    for path in ["/invite", "/remove", "/take", "/admins", "/admins/drop"] {
        let answer = posts(&anas, &format!("{SEATS}{path}"), &form).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            answer.text
        );
    }
    // Nor with one's own company and a seat of hers.
    let form = format!("seat={}", seat.unwrap());
    posts(&anas, "/account/seats/remove", &form).await;
    assert_eq!(eve.on("phone").await.opens(ARTICLE).await.access(), "full");
}

#[tokio::test]
async fn the_paper_passes_a_company_on() {
    let paper = TestPaper::new().await;
    let eve = paper.reader("eve", false).await;
    eve.works_here().await;
    let desk = eve.on("laptop").await;
    let (ana, nora) = (
        paper.owner("ana", "company", 4).await,
        paper.reader("nora", false).await,
    );
    paper.owner("luis", "digital", 1).await;
    let id = owned(&paper, &ana).await;
    let page = format!("/admin/subscriptions/{id}/owner");
    for (email, status) in [
        ("nobody@example.com", 422),
        ("luis@example.com", 422),
        ("ana@example.com", 422),
        ("nora@example.com", 303),
    ] {
        let form = format!("email={}&owner-note=asked+by+phone", encode(email));
        let answer = posts(&desk, &page, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{email}: {}", answer.text);
    }
    let (anas, noras) = (ana.on("laptop").await, nora.on("laptop").await);
    assert_eq!(owned(&paper, &nora).await, id);
    assert_eq!(anas.opens(ARTICLE).await.access(), "full");
    let late = invites(&anas, "zoe@example.com").await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    let log = noras.opens("/account/seats/log").await.text;
    assert!(log.contains("is the owner now"), "{log}");
    let shown = desk.opens(&format!("/admin/subscriptions/{id}")).await.text;
    assert!(shown.contains("asked by phone") && shown.contains("other owner"));
}

#[tokio::test]
async fn what_was_done_is_a_file_that_no_spreadsheet_takes_for_a_formula() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 1500).await.on("laptop").await;
    let many: Vec<String> = (0..1100).map(|n| format!("g{n}@example.com")).collect();
    invites(&ana, &format!("=1+1@example.com {}", many.join(" "))).await;
    paper.mails().await;
    let file = ana.opens("/account/seats/log/file").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    // A head, the owner's own seat, and each invitation.
    assert_eq!(file.text.lines().count(), 1 + 1 + 1101, "{}", file.text);
    assert!(
        file.text
            .starts_with("\"at\",\"what\",\"who\",\"about\"\r\n")
    );
    assert!(
        file.text
            .contains("\"invited\",\"ana@example.com\",\"'=1+1@example.com\"\r\n")
    );
    for cell in file.text.split(['\n', ',']) {
        let cell = cell.trim_start_matches('"');
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    let page = ana.opens("/account/seats/log").await;
    let next = page.text.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let second = ana.opens(&next).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(page.text.matches("<tr><td>").count(), 50);
    assert_eq!(second.text.matches("<tr><td>").count(), 50);
}

/// A company with so many seats that are taken.
async fn crowd(paper: &TestPaper, owner: &Person<'_>, many: i64) {
    let id = owned(paper, owner).await;
    let mut tx = paper.app.base.write().await.unwrap();
    let numbers = Numbers {
        start: 0,
        end: many,
    };
    insert_numbered_readers(&mut tx, numbers).await.unwrap();
    store::insert_numbered_seats(&mut tx, id, numbers)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn rows(page: &Answer) -> usize {
    page.text.matches("<li class=\"item\">").count()
}

#[tokio::test]
async fn a_page_of_a_large_company_is_no_longer_than_that_of_a_small_one() {
    let paper = TestPaper::new().await;
    let (ana, eve) = (
        paper.owner("ana", "company", 3_000).await,
        paper.reader("eve", false).await,
    );
    eve.works_here().await;
    crowd(&paper, &ana, 2_500).await;
    let (laptop, desk) = (ana.on("laptop").await, eve.on("laptop").await);
    let page = laptop.opens(SEATS).await;
    assert_eq!(rows(&page), 50);
    assert!(
        page.text.contains("2501 of 3000") || page.text.contains("2,501 of 3,000"),
        "{}",
        page.text
    );
    // Through all of it, by the links, each once.
    let (mut seen, mut next) = (0, SEATS.to_owned());
    let mut pages = 0;
    loop {
        let page = laptop.opens(&next).await;
        seen += rows(&page);
        pages += 1;
        let Some(rest) = page.text.split("rel=\"next\" href=\"").nth(1) else {
            break;
        };
        next = rest.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!((seen, pages), (2_501, 51));
    let found = laptop.opens("/account/seats?q=READER249").await;
    assert_eq!(rows(&found), 11, "{}", found.text);
    assert_eq!(
        rows(&laptop.opens("/account/seats?q=%25").await),
        1,
        "nobody is found"
    );
    let id = owned(&paper, &ana).await;
    let shown = desk
        .opens(&format!("/admin/subscriptions/{id}?q=reader2499"))
        .await;
    assert_eq!(rows(&shown), 1);
}

/// What the database reads for a page, by its own account: one range of an index, without sorting.
#[tokio::test]
async fn a_part_of_the_list_is_one_range_of_an_index() {
    let paper = TestPaper::new().await;
    let base::db::Db::Sqlite { read, .. } = &paper.app.base.db else {
        return;
    };
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN SELECT t.id FROM seat t LEFT JOIN reader r ON r.id = t.reader_id
         WHERE t.subscription_id = 'x' AND t.status <> 'removed' AND t.email >= 'a' AND t.email <= 'b'
           AND (t.email > 'a' OR t.id > 'x') ORDER BY t.email, t.id LIMIT 50",
    )
    .fetch_all(read)
    .await
    .unwrap();
    let plan: Vec<String> = plan.into_iter().map(|(.., step)| step).collect();
    assert!(
        plan[0].contains("seat_by_email") && plan[0].contains("email>? AND email<?"),
        "{plan:?}"
    );
    assert!(
        plan.iter().all(|step| !step.contains("TEMP B-TREE")),
        "{plan:?}"
    );
}

/// `cargo test --release --test it -- --ignored --nocapture seats_of_a_hundred_thousand`
#[tokio::test]
#[ignore = "prints times"]
#[allow(clippy::disallowed_methods, reason = "times are what it prints")]
async fn pages_and_searches_among_the_seats_of_a_hundred_thousand() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "company", 100_000).await;
    crowd(&paper, &ana, 99_000).await;
    let laptop = ana.on("laptop").await;
    for path in [
        SEATS,
        "/account/seats?q=reader98",
        "/account/seats/log",
        "/account/seats/admins",
    ] {
        let start = std::time::Instant::now();
        let answer = laptop.opens(path).await;
        println!(
            "{path}: {:?}, {} bytes",
            start.elapsed(),
            answer.bytes.len()
        );
    }
    let mut tx = paper.app.base.read().await.unwrap();
    let id = owned(&paper, &ana).await;
    let part = Part::starting("reader5");
    let found = store::list_members(&mut tx, id, &part, 51).await.unwrap();
    assert_eq!(found.len(), 51);
}
