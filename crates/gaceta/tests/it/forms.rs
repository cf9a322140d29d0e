//! Forms: what is wrong stands in the summary and beside its field, whichever form it is; odd addresses are answered by a
//! page of the paper; and whoever has to sign in first comes back to a page.

use gaceta::router::routes;
use http::{Method, StatusCode};

use testing::{Answer, Browser, TestPaper};

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn post(browser: &Browser<'_>, path: &str, form: &str) -> Answer {
    browser.send(Method::POST, path, &[], form).await
}

/// The fields that the summary of a refused form leads to. Each is there, says that it is wrong, and has the fault beside
/// it; and the title says so too.
fn faults(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = &answer.text;
    assert!(text.contains("<title>Error: "), "{text}");
    let summary = text.split("id=\"problem\"").nth(1).expect("a summary");
    let summary = summary.split("</div>").next().unwrap();
    let fields: Vec<&str> = summary
        .split("href=\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(!fields.is_empty(), "{text}");
    for field in &fields {
        let element = text.split(&format!(" id=\"{field}\"")).nth(1);
        let element = element.and_then(|rest| rest.split('>').next());
        let element = element.unwrap_or_else(|| panic!("no {field} in {text}"));
        let error = format!("id=\"{field}-error\"");
        assert!(text.contains(&error), "{field} in {text}");
        assert!(element.contains(&format!("{field}-error\"")), "{element}");
        // A group of buttons cannot be marked as wrong.
        let marked = element.contains("aria-invalid=\"true\"");
        assert!(marked || *field == "language", "{element}");
    }
    fields
}

#[tokio::test]
async fn forms_of_guests_say_what_is_wrong_with_which_field() {
    let paper = TestPaper::new().await;
    let guest = paper.guest();
    let refused = post(&guest, "/sign-in", "email=a&password=b").await;
    assert_eq!(faults(&refused), ["email"]);
    let long = "x".repeat(81);
    let form = format!("name={long}&email=nobody&password=short");
    let refused = post(&guest, "/sign-up", &form).await;
    assert_eq!(faults(&refused), ["name", "email", "password"]);
    // The library that sends mail could not.
    let host = "x".repeat(64);
    let form = format!("name=A&email=a%40{host}.example&password=a+long+enough+one");
    assert_eq!(faults(&post(&guest, "/sign-up", &form).await), ["email"]);
    for path in ["/reset", "/sign-in/link"] {
        assert_eq!(faults(&post(&guest, path, "email=nobody").await), ["email"]);
    }
    post(&guest, "/sign-in/link", "email=eva%40example.com").await;
    assert_eq!(
        faults(&post(&guest, "/sign-in/code", "code=1").await),
        ["code"]
    );
    paper.mails().await;

    let form = "name=Eva&email=eva%40example.com&password=first+choice+of+mine";
    post(&guest, "/sign-up", form).await;
    let proof = paper.mailed_link("/proof/").await;
    let refused = post(&paper.guest(), &proof, "password=short").await;
    assert_eq!(faults(&refused), ["password"]);
    let done = post(&guest, &proof, "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);

    post(&guest, "/reset", "email=eva%40example.com").await;
    let reset = paper.mailed_link("/reset/").await;
    let refused = post(&guest, &reset, "password=short").await;
    assert_eq!(faults(&refused), ["password"]);
}

#[tokio::test]
async fn forms_of_an_account_say_what_is_wrong_with_which_field() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let form = format!("name={}&language=xx", "x".repeat(81));
    let refused = post(&phone, "/account", &form).await;
    assert_eq!(faults(&refused), ["name", "language"]);
    let form = "current=not+this+one&password=short";
    let refused = post(&phone, "/account/password", form).await;
    assert_eq!(faults(&refused), ["current", "password"]);
    let refused = post(&phone, "/account/devices/unknown", form).await;
    assert_eq!(faults(&refused), ["current", "password"]);
    let refused = post(&phone, "/account/email", "email=nobody").await;
    assert_eq!(faults(&refused), ["email"]);
    let refused = post(&phone, "/account/data/delete", "").await;
    assert_eq!(faults(&refused), ["sure"]);
    let refused = post(&phone, "/account/confirm", "confirm-password=not+this").await;
    assert_eq!(faults(&refused), ["confirm-password"]);
    let page = phone.opens("/account/devices").await;
    let path = page.text.split("action=\"/account/devices/").nth(1);
    let id = path.unwrap().split('/').next().unwrap();
    let refused = post(&phone, &format!("/account/devices/{id}/name"), "label=++").await;
    assert_eq!(faults(&refused), [format!("label-{id}")]);
}

#[tokio::test]
async fn inviting_and_joining_say_what_is_wrong_with_which_field() {
    let paper = TestPaper::new().await;
    let ana = paper.owner("ana", "premium", 2).await.on("laptop").await;
    let refused = post(&ana, "/account/seats/invite", "emails=nobody").await;
    assert_eq!(faults(&refused), ["emails"]);
    let firm = paper.owner("eve", "company", 9).await.on("laptop").await;
    let refused = post(&firm, "/account/seats/invite", "emails=nobody").await;
    assert_eq!(faults(&refused), ["emails"]);
    assert!(refused.text.contains(">nobody</textarea>"));

    post(&ana, "/account/seats/invite", "emails=new%40example.com").await;
    let link = paper.mailed_link("/invitation/").await;
    let form = format!("name={}&password=short", "x".repeat(81));
    let refused = post(&paper.guest(), &link, &form).await;
    assert_eq!(faults(&refused), ["name", "password"]);

    // Every place is taken: there is no field, and the summary leads to the people who have them.
    let full = post(&ana, "/account/seats/invite", "emails=b%40example.com").await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(full.text.contains("href=\"#people\"") && full.text.contains("id=\"people\""));
}

#[tokio::test]
async fn giving_a_subscription_says_what_is_wrong_with_which_field() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let eve = paper.owner("eve", "company", 3).await;
    let laptop = eve.on("laptop").await;
    post(&laptop, "/account/seats/invite", "emails=ada%40example.com").await;
    let link = paper.mailed_link("/invitation/").await;
    let joined = post(&ada.on("phone").await, &link, "").await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text);
    ada.works_here().await;

    let browser = ada.on("laptop").await;
    let company = "x".repeat(121);
    let all_wrong = format!("email=x&plan=x&company={company}&until=x");
    for (form, fields) in [
        (
            all_wrong.as_str(),
            &["email", "plan", "company", "until"][..],
        ),
        (
            "email=no%40example.com&plan=digital&until=2027-01-01",
            &["email"],
        ),
        (
            "email=eve%40example.com&plan=company&until=2027-01-01",
            &["seats"],
        ),
        (
            "email=eve%40example.com&plan=company&seats=x&until=2027-01-01",
            &["seats"],
        ),
        (
            "email=eve%40example.com&plan=digital&seats=2&until=2027-01-01",
            &["seats"],
        ),
        (
            "email=eve%40example.com&plan=digital&until=2026-01-01",
            &["until"],
        ),
        (
            "email=eve%40example.com&plan=digital&company=a%0Ab&until=2027-01-01",
            &["company"],
        ),
        // Two people read on it.
        (
            "email=eve%40example.com&plan=company&seats=1&until=2027-01-01",
            &["seats"],
        ),
        (
            "email=eve%40example.com&plan=digital&until=2027-01-01",
            &["plan"],
        ),
    ] {
        let refused = post(&browser, "/admin/subscriptions", form).await;
        assert_eq!(faults(&refused), fields, "{form}");
    }
}

#[tokio::test]
async fn making_and_changing_a_plan_says_what_is_wrong_with_which_field() {
    let paper = TestPaper::new().await;
    let eve = paper.reader("eve", false).await;
    eve.works_here().await;
    let desk = eve.on("laptop").await;
    let long = "x".repeat(301);
    let wrong = format!("name-es=Uno&description-en={long}&least=2&most=1&trial=x&place=-1");
    let refused = post(&desk, "/admin/plans", &format!("slug=No!&{wrong}")).await;
    let fields = [
        "name-en",
        "description-en",
        "most",
        "period",
        "trial",
        "place",
        "audience",
    ];
    let with_slug: Vec<_> = ["slug"].into_iter().chain(fields).collect();
    assert_eq!(faults(&refused), with_slug);
    assert!(refused.text.contains("value=\"Uno\"") && refused.text.contains("value=\"x\""));
    let refused = post(&desk, "/admin/plans/premium", &wrong).await;
    assert_eq!(faults(&refused), fields);
    let right =
        "name-en=One&name-es=Uno&least=1&most=1&period=year&trial=0&place=1&audience=readers";
    let refused = post(&desk, "/admin/plans", &format!("slug=premium&{right}")).await;
    assert_eq!(faults(&refused), ["slug"]);
    let missing = post(&desk, "/admin/plans/nothing", right).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

/// A path of the list with its parameters filled in, all of them by the same function.
fn filled(path: &str, value: impl Fn(&str) -> String) -> String {
    let segment = |segment: &str| {
        let name = segment
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        name.map_or(segment.to_owned(), |name| {
            value(name.trim_start_matches('*'))
        })
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

const QUERIES: [&str; 14] = [
    "page=abc",
    "page=",
    "page=-1",
    "page=99999999999999999999",
    "page=1&page=2",
    "page=%FF",
    "order=x&order=y",
    "next=/a&next=/b",
    "notice=%00&notice=x",
    "done=a&done=b",
    "back=x&back=y",
    "view=x&view=y",
    "lang=xx&lang",
    "%&=&&%zz=%",
];

#[tokio::test]
async fn odd_addresses_are_answered_by_a_page_of_the_paper() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    ada.works_here().await;
    let visitors = [paper.guest(), ada.on("laptop").await];

    let known = |name: &str| match name {
        "edition" => "es".to_owned(),
        "topic" => "water".to_owned(),
        _ => TOKEN.to_owned(),
    };
    let mut addresses = Vec::new();
    for route in routes(&paper.app)
        .iter()
        .filter(|route| route.method == "GET")
    {
        let path = filled(route.path, known);
        addresses.extend(QUERIES.iter().map(|query| format!("{path}?{query}")));
        for odd in ["%FF", "%00", "a%2Fb", "%E2%80%AE"] {
            addresses.push(filled(route.path, |_| odd.to_owned()));
        }
    }
    let mut refused = 0;
    for address in &addresses {
        for visitor in &visitors {
            let spanish = [("accept-language", "es")];
            let answer = visitor.send(Method::GET, address, &spanish, "").await;
            let status = answer.status;
            if status.is_success() || status.is_redirection() {
                continue;
            }
            assert!(status.is_client_error(), "{address}: {status}");
            // Who has an account may have a page in their own language.
            let language =
                answer.text.contains("<html lang=\"es") || visitor.cookie("session").is_some();
            let page = answer.text.contains("<h1>") && language;
            let json = answer.headers.get("content-type");
            let json = json.is_some_and(|kind| kind == "application/json");
            assert!(page || json, "{address}: {status} {}", answer.text);
            refused += 1;
        }
    }
    println!("{} addresses, {refused} refusals", addresses.len());
    assert!(refused > 100);
}

/// PostgreSQL takes no NUL in a text, and no text of the paper has one.
#[tokio::test]
async fn a_nul_in_a_form_is_refused_by_a_page_of_the_paper() {
    const FORM: &str = "name=%00&email=a%00b%40example.com&password=%00&current=%00&new=%00&plan=%00&seat=%00&to=%00\
        &addresses=%00&token=%00&next=%00&slug=%00&edition=%00&language=%00&version=%00&until=%00&credit=%00&device=%00";
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    ada.works_here().await;
    let visitors = [paper.guest(), ada.on("laptop").await];
    let mut forms = 0;
    for route in routes(&paper.app).iter().filter(|r| r.method == "POST") {
        for visitor in &visitors {
            for path in [TOKEN, "%00"] {
                let path = filled(route.path, |_| path.to_owned());
                let answer = post(visitor, &path, FORM).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
                forms += usize::from(answer.status == StatusCode::BAD_REQUEST);
            }
        }
    }
    assert!(forms > 10, "{forms} forms");
}

/// The page that somebody comes back to, if the answer asks for a password first.
fn page_after<'a>(answer: &'a Answer, start: &str) -> Option<&'a str> {
    let to = answer.headers.get("location")?.to_str().unwrap();
    let query = to.strip_prefix(start)?;
    let next = query
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("next="));
    Some(next.expect("it says where to go on"))
}

#[tokio::test]
async fn after_signing_in_for_a_form_its_page_is_shown() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", true).await;
    ada.works_here().await;
    let routes = routes(&paper.app);
    let id = "00000000-0000-0000-0000-000000000000";
    let is_page = |path: &str| {
        let mut pages = routes.iter().filter(|route| route.method == "GET");
        pages.any(|route| filled(route.path, |_| id.to_owned()) == path)
    };
    let mut signed_in = Vec::new();
    for route in routes.iter().filter(|route| route.method == "POST") {
        let path = filled(route.path, |_| id.to_owned());
        let form = format!("seat={id}&emails=x&reader={id}");
        let answer = post(&paper.guest(), &path, &form).await;
        if let Some(next) = page_after(&answer, "/sign-in") {
            assert!(is_page(next), "{path} leads back to {next}");
            signed_in.push(route.path);
        }
    }
    assert_eq!(
        signed_in,
        [
            "/account",
            "/account/data/delete",
            "/account/email",
            "/email/{token}",
            "/account/password",
            "/account/confirm",
            "/account/devices/others",
            "/account/devices/unknown",
            "/account/devices/{id}/name",
            "/account/devices/{id}/sign-out",
            "/account/seats/invite",
            "/account/seats/remove",
            "/account/seats/take",
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
        ]
    );
}
