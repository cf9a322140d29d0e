//! Odd addresses are answered by a page of the paper.

use gaceta::router::routes;
use http::Method;

use testing::TestPaper;

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

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
    let mut tx = paper.app.base.write().await.unwrap();
    let staff = readers::store::insert_operator(&mut tx, ada.id).await;
    staff.unwrap();
    tx.commit().await.unwrap();
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
