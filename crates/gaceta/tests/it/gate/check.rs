//! The question of the web server, and the answer.

use base::config::Mode;
use base::time::Span;
use http::{Method, StatusCode};

use super::{ENCODED, FORWARDED, NAVIGATION, checks, gated, header, navigates};
use testing::{Browser, TestPaper};

/// This visitor is refused in each of the three ways.
async fn is_refused(browser: &Browser<'_>, (status, access): (u16, &str), to: &str, says: &str) {
    for (query, wanted) in [
        ("", status),
        ("?denied=403", if status == 401 { 401 } else { 403 }),
        ("?denied=303", 303),
    ] {
        let answer = navigates(browser, query).await;
        assert_eq!(answer.status, wanted, "{access} {query}");
        assert_eq!(answer.access(), access);
        assert_eq!(header(&answer, "location"), to);
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "vary"), "Cookie");
        assert_eq!(header(&answer, "gaceta-reader"), "");
        assert_eq!(answer.text.contains(says), query.is_empty(), "{says}");
        assert!(query.is_empty() || answer.text.is_empty());
    }
}

#[tokio::test]
async fn each_visitor_gets_an_answer_of_their_own() {
    let paper = gated(Mode::Enforce).await;
    let (ada, ben) = (
        paper.reader("ada", true).await,
        paper.reader("ben", false).await,
    );
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    let (guest, tablet) = (paper.guest(), ben.on("tablet").await);
    guest.set_cookie("session", &"A".repeat(43));
    let here = navigates(&phone, "").await;
    assert_eq!((here.status, here.access()), (StatusCode::OK, "full"));
    assert!(here.text.is_empty());
    let name = header(&here, "gaceta-reader");
    assert_eq!(name.len(), 22);
    assert_eq!(header(&navigates(&phone, "").await, "gaceta-reader"), name);
    let message = format!("http://localhost:8080/gate/message?back={ENCODED}");
    let sign_in = format!(
        "http://localhost:8080/sign-in?lang=en&next={}",
        format!("/gate/message?back={ENCODED}")
            .replace('%', "%25")
            .replace('?', "%3F")
            .replace('=', "%3D")
    );
    let plans = "http://localhost:8080/plans?lang=en".to_owned();
    is_refused(&guest, (401, "guest"), &sign_in, "Sign in to read this").await;
    is_refused(
        &paper.guest(),
        (401, "guest"),
        &sign_in,
        "straight back here",
    )
    .await;
    is_refused(&tablet, (402, "wall"), &plans, "See the plans").await;
    is_refused(
        &laptop,
        (409, "elsewhere"),
        &message,
        "already reading elsewhere",
    )
    .await;
    // The page stands under the address of the other site: nothing loads but its own style.
    let page = navigates(&laptop, "").await;
    assert!(
        header(&page, "content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    assert_eq!(header(&page, "strict-transport-security"), "");
    assert!(
        page.text.contains(&format!("href=\"{message}\"")),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn only_a_person_who_opens_a_page_opens_a_lease() {
    let paper = gated(Mode::Enforce).await;
    let phone = paper.reader("ada", true).await.on("phone").await;
    let ways: [&[(&str, &str)]; 4] = [
        &[("sec-purpose", "prefetch"), NAVIGATION[0], NAVIGATION[1]],
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        &[("x-purpose", "preview")],
    ];
    for way in ways {
        let answer = checks(&phone, "", way).await;
        assert_eq!((answer.status.as_u16(), answer.access()), (409, "lead"));
        let answer = checks(&phone, "?denied=303", way).await;
        assert_eq!((answer.status.as_u16(), answer.access()), (409, "lead"));
        let answer = checks(&phone, "?denied=403", way).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    // HEAD and POST, as the web server forwards them, and HEAD to the gate itself.
    for method in ["HEAD", "POST", "get"] {
        let mut headers = [&FORWARDED[..], &NAVIGATION].concat();
        headers[0].1 = method;
        let answer = phone.send(Method::GET, "/gate/check", &headers, "").await;
        assert_eq!(answer.access(), "lead", "{method}");
    }
    let asked = &FORWARDED[1..];
    let answer = phone.send(Method::HEAD, "/gate/check", asked, "").await;
    assert_eq!((answer.access(), answer.text.as_str()), ("lead", ""));
    assert!(paper.app.leases.is_empty());
    assert_eq!(navigates(&phone, "").await.access(), "full");
    for way in ways {
        // What is asked early is kept, and shown when the lease may be elsewhere.
        let early = !way[0].0.starts_with("sec-fetch");
        let expected = if early { "lead" } else { "full" };
        assert_eq!(checks(&phone, "", way).await.access(), expected, "{way:?}");
    }
    for (query, status) in [("", 409), ("?denied=303", 409), ("?denied=403", 403)] {
        let answer = checks(&paper.guest(), query, ways[0]).await;
        assert_eq!(answer.status, status, "not even to the sign-in page");
    }
}

#[tokio::test]
async fn it_is_one_lease_with_the_paper_itself() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
    phone.opens("/en/2026-02-24/subscribers-1").await;
    assert_eq!(navigates(&laptop, "").await.access(), "elsewhere");
    paper.advance(Span::seconds(3));
    phone.beats(1, 1, false).await;
    phone.rests(1, 2).await;
    assert_eq!(navigates(&laptop, "").await.access(), "full", "at rest");
    let article = phone.opens("/en/2026-02-24/subscribers-1").await;
    assert_eq!(article.access(), "elsewhere");
    // A seat that is taken away closes the gate at once.
    paper
        .execute("UPDATE seat SET reader_id = NULL".into())
        .await;
    paper.app.subscriptions.seats.forget(ada.id);
    assert_eq!(navigates(&laptop, "").await.access(), "wall");
}

#[tokio::test]
async fn the_modes_off_and_observe_let_every_device_read() {
    for mode in [Mode::Off, Mode::Observe] {
        let paper = gated(mode).await;
        let ada = paper.reader("ada", true).await;
        let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
        for browser in [&phone, &laptop, &phone] {
            assert_eq!(navigates(browser, "").await.access(), "full", "{mode}");
        }
        assert_eq!(navigates(&paper.guest(), "").await.access(), "guest");
    }
}

type Headers = Vec<(&'static str, &'static str)>;

/// As a web server says which address it asks about.
fn about(scheme: &'static str, host: &'static str, uri: &'static str) -> Headers {
    vec![
        ("x-forwarded-proto", scheme),
        ("x-forwarded-host", host),
        ("x-forwarded-uri", uri),
    ]
}

#[tokio::test]
async fn an_address_that_is_on_no_configured_site_is_not_answered() {
    let paper = gated(Mode::Enforce).await;
    let phone = paper.reader("ada", true).await.on("phone").await;
    let asked = async |headers: &Headers| phone.send(Method::GET, "/gate/check", headers, "").await;
    let site = about("http", "localhost:9000", "/");
    for headers in [
        vec![],
        about("http", "localhost:8080", "/gate/check"),
        about("http", "evil.example", "/"),
        about("http", "localhost:9000.evil.example", "/"),
        about("http", "localhost:9000@evil.example", "/"),
        about("http", "localhost:9000, evil.example", "/"),
        about("http", "localhost", "/"),
        about("http", "localhost", "/old/../account"),
        about("http", "localhost", "/old/%2e%2E/account"),
        about("http", "localhost", "/older"),
        about("http", "localhost:9000", "http://evil.example/"),
        about("http", "localhost:9000", "\\\\evil.example"),
        about("https", "localhost:9000", "/"),
        site[1..].to_vec(),
        vec![site[0], site[2]],
        site[..2].to_vec(),
        [&site[..], &[("x-original-uri", "/other")]].concat(),
        [&site[..], &[("x-forwarded-host", "evil.example")]].concat(),
    ] {
        let answer = asked(&headers).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{headers:?}");
        assert_eq!((answer.access(), header(&answer, "location")), ("", ""));
    }
    assert!(paper.app.leases.is_empty(), "and nothing was asked for");
    for headers in [
        about("http", "LOCALHOST:9000", "/"),
        about("http", "localhost:80", "/old/x"),
        [&site[..2], &[("x-original-uri", "/a?b\\c|d")]].concat(),
    ] {
        assert_eq!(asked(&headers).await.access(), "full", "{headers:?}");
    }
}

#[tokio::test]
async fn without_a_site_the_gate_does_not_exist() {
    let paper = TestPaper::new().await;
    let phone = paper.reader("ada", true).await.on("phone").await;
    assert_eq!(navigates(&phone, "").await.status, StatusCode::NOT_FOUND);
    let path = format!("/gate/message?back={ENCODED}");
    assert_eq!(phone.opens(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_fast_path_says_the_same_and_knows_what_it_does_not_know() {
    let paper = gated(Mode::Enforce).await;
    let ada = paper.reader("ada", true).await;
    let phone = ada.on("phone").await;
    let uri: http::Uri = "/gate/check?denied=403".parse().unwrap();
    let asked = |cookie: Option<String>| {
        let mut headers = http::HeaderMap::new();
        for (name, value) in FORWARDED.iter().chain(&NAVIGATION) {
            headers.insert(*name, value.parse().unwrap());
        }
        if let Some(cookie) = cookie {
            let line = format!("session={cookie}").parse().unwrap();
            headers.insert("cookie", line);
        }
        gate::check(&paper.app.gate, &headers, &uri)
    };
    assert_eq!(asked(None).unwrap().status(), StatusCode::UNAUTHORIZED);
    let mine = phone.cookie("session");
    assert!(
        asked(mine.clone()).is_none(),
        "the session is not in memory yet"
    );
    assert_eq!(navigates(&phone, "").await.access(), "full");
    assert_eq!(asked(mine).unwrap().status(), StatusCode::OK);
    assert!(gate::check(&paper.app.gate, &http::HeaderMap::new(), &uri).is_none());
}

/// A browser asks whether a page of another origin may ask for more, without a cookie: only the site can say.
#[tokio::test]
async fn a_preflight_is_let_by_where_the_site_says_so_and_in_nobodys_name() {
    let paper = TestPaper::with(|config| {
        config.gate.sites = vec!["http://localhost:9000".parse().unwrap()];
        config.gate.preflights = vec!["http://localhost:9000/api".parse().unwrap()];
    })
    .await;
    let guest = paper.guest();
    let asks = async |method: &str, uri: &str, more: &[(&str, &str)]| {
        let about = [
            ("x-forwarded-method", method),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "localhost:9000"),
            ("x-forwarded-uri", uri),
        ];
        let headers = [&about[..], more].concat();
        guest
            .send(Method::GET, "/gate/check?denied=403", &headers, "")
            .await
    };
    let cors = [
        ("origin", "http://localhost:8080"),
        ("access-control-request-method", "POST"),
    ];
    for uri in ["/api", "/api/search?q=a"] {
        let answer = asks("OPTIONS", uri, &cors).await;
        assert_eq!(
            (answer.status, answer.access()),
            (StatusCode::OK, "preflight")
        );
        assert_eq!(
            answer.headers["gaceta-reader"], "",
            "said, so that none is believed"
        );
        assert_eq!(header(&answer, "cache-control"), "no-store");
    }
    for (method, uri, more) in [
        ("OPTIONS", "/1987", &cors[..]),
        ("OPTIONS", "/apis", &cors),
        ("OPTIONS", "/api", &cors[..1]),
        ("OPTIONS", "/api", &cors[1..]),
        ("POST", "/api", &cors),
        ("GET", "/api", &cors),
        ("options", "/api", &cors),
    ] {
        let answer = asks(method, uri, more).await;
        assert_eq!(answer.access(), "guest", "{method} {uri} {more:?}");
    }
    assert!(paper.app.leases.is_empty());
}
