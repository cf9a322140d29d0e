//! Every route, asked by every kind of visitor: whoever may not is refused as the declaration says, and nobody else is.

use base::time::Span;
use gaceta::router::routes;
use http::Method;
use readers::confirm::PASSWORD;
use testing::{Answer, Browser, TestPaper};
use web::Needs;

/// Something for every field that a form of ours must have.
/// Without a place to go on to, for which signing out would lead to signing in as somebody else.
const FORM: &str = "epoch=1.1&op=1&next=/&email=x&password=y&emails=z&seat=00000000-0000-0000-0000-000000000000&reader=00000000-0000-0000-0000-000000000000";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Guest,
    /// Gave the password long ago.
    Reader,
    Confirmed,
    /// Gave the password long ago.
    Operator,
    ConfirmedOperator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    SignIn,
    Confirm,
    Forbidden,
}

impl Who {
    fn is_operator(self) -> bool {
        matches!(self, Self::Operator | Self::ConfirmedOperator)
    }

    fn is_confirmed(self) -> bool {
        matches!(self, Self::Confirmed | Self::ConfirmedOperator)
    }

    /// What this one is to be told by a route with these needs.
    fn refused(self, needs: Needs) -> Option<Refusal> {
        match needs {
            Needs::Nothing => None,
            _ if self == Self::Guest => Some(Refusal::SignIn),
            Needs::Reader => None,
            Needs::Staff if !self.is_operator() => Some(Refusal::Forbidden),
            Needs::Confirmed | Needs::Staff => (!self.is_confirmed()).then_some(Refusal::Confirm),
        }
    }
}

fn refusal(answer: &Answer) -> Option<Refusal> {
    let to = answer.headers.get("location");
    let to = to.map_or("", |to| to.to_str().unwrap());
    if to.starts_with("/sign-in?") {
        Some(Refusal::SignIn)
    } else if to.starts_with("/account/confirm?") {
        Some(Refusal::Confirm)
    } else if answer.status != 403 {
        None
    } else if answer.text.contains(&format!("name=\"{PASSWORD}\"")) {
        // A form is kept while the password is asked for.
        Some(Refusal::Confirm)
    } else {
        Some(Refusal::Forbidden)
    }
}

/// The address of a route, with something for each parameter; what is not there is refused to nobody.
fn address(route: &str) -> String {
    let value = |segment: &str| match segment {
        "{edition}" => "en".to_owned(),
        "{day}" => "2026-02-24".to_owned(),
        "{slug}" => "subscribers-1".to_owned(),
        "{id}" | "{subscription}" => "00000000-0000-0000-0000-000000000000".to_owned(),
        other => other.replace(['{', '}', '*'], ""),
    };
    route.split('/').map(value).collect::<Vec<_>>().join("/")
}

/// One visitor of each kind.
async fn visitors(paper: &TestPaper) -> Vec<(Who, Browser<'_>)> {
    // With seats to give away, which is a condition of some pages for those who are let in.
    let reader = paper.owner("reader", "company", 3).await;
    let operator = paper.owner("operator", "company", 3).await;
    operator.works_here().await;
    let mut visitors = vec![
        (Who::Guest, paper.guest()),
        (Who::Reader, reader.on("phone").await),
        (Who::Operator, operator.on("phone").await),
    ];
    let confirmed_for = paper.app.base.config.accounts.confirmed_for;
    paper.advance(Span(confirmed_for.0 + 1));
    visitors.push((Who::Confirmed, reader.on("laptop").await));
    visitors.push((Who::ConfirmedOperator, operator.on("laptop").await));
    visitors
}

#[tokio::test]
async fn every_route_is_for_those_it_is_declared_for() {
    let paper = TestPaper::new().await;
    let visitors = visitors(&paper).await;
    let mut routes = routes(&paper.app);
    // After these there is no visitor left to ask anything.
    let last = ["/account/devices/others", "/sign-out"];
    routes.sort_by_key(|route| last.iter().position(|path| *path == route.path));
    let mut wrong = Vec::new();
    for route in &routes {
        for (who, browser) in &visitors {
            let (method, body) = match route.method {
                "GET" => (Method::GET, ""),
                _ => (Method::POST, FORM),
            };
            let answer = browser.send(method, &address(route.path), &[], body).await;
            let (told, expected) = (refusal(&answer), who.refused(route.needs));
            if told != expected {
                wrong.push(format!(
                    "{} {} needs {:?}, and {who:?} heard {told:?}",
                    route.method, route.path, route.needs
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for needs in [
        Needs::Nothing,
        Needs::Reader,
        Needs::Confirmed,
        Needs::Staff,
    ] {
        assert!(routes.iter().any(|route| route.needs == needs), "{needs:?}");
    }
}
