//! Doors that stand open on purpose, as a handler would leave them that forgets to ask whose it is.

use std::sync::Arc;

use axum::extract::{Path, Query, RawForm};
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, any, delete, get};
use gaceta::App;
use http::StatusCode;
use testing::TestPaper;
use web::{Needs, Route};

use super::harvest::decode;
use super::world::query;

/// Tells what a device is called.
const LABEL: &str = "/open/{id}/label";
/// Tells whose seat it is, in a header.
const HEADER: &str = "/open/header/{seat}";
/// Tells the address behind a reader's identifier in a query.
const QUERY: &str = "/open/query";
/// Signs a device out.
const SIGN_OUT: &str = "/open/{id}/sign-out";
/// Takes a seat back that a form names.
const FORM: &str = "/open/form";
/// Is declared as a page, and changes a device with another verb.
const VERB: &str = "/open/verb/{id}";
/// Takes the lease away, of which the database knows nothing.
const LEASE: &str = "/open/lease/{id}";

pub const DOORS: [&str; 7] = [LABEL, HEADER, QUERY, SIGN_OUT, FORM, VERB, LEASE];

/// One text of the database about an identifier, if it is one.
async fn ask(app: &App, id: &str, sql: &str) -> Option<String> {
    let is_id = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let sql = is_id.then(|| sql.replace("$1", &format!("'{id}'")))?;
    query(&app.base.db, sql).await.pop()
}

fn told(text: Option<String>) -> axum::response::Response {
    text.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |text| text.into_response(),
    )
}

/// Answers with what the database says about the parameter.
fn by_path(
    app: &Arc<App>,
    sql: &'static str,
) -> impl Fn(Path<String>) -> Answer + Clone + Send + Sync + 'static + use<> {
    let app = Arc::clone(app);
    move |Path(id): Path<String>| {
        let app = Arc::clone(&app);
        Box::pin(async move { told(ask(&app, &id, sql).await) }) as Answer
    }
}

const ADDRESS: &str = "SELECT email FROM reader WHERE id = $1";

type Answer = std::pin::Pin<Box<dyn Future<Output = axum::response::Response> + Send>>;

/// Adds all of them; how they are declared.
pub fn add(paper: &mut TestPaper) -> Vec<Route> {
    let app = &Arc::clone(&paper.app);
    let header = {
        let app = Arc::clone(app);
        move |Path(seat): Path<String>| async move {
            let email = ask(&app, &seat, "SELECT email FROM seat WHERE id = $1").await;
            ([("x-owner", email.unwrap_or_default())], "").into_response()
        }
    };
    let by_query = {
        let app = Arc::clone(app);
        move |Query(pairs): Query<Vec<(String, String)>>| async move {
            let mut text = None;
            for (_, value) in pairs {
                text = text.or(ask(&app, &value, ADDRESS).await);
            }
            told(text)
        }
    };
    let form = {
        let app = Arc::clone(app);
        move |RawForm(form): RawForm| async move {
            let form = String::from_utf8_lossy(&form).into_owned();
            let seat = form.split('&').find_map(|pair| pair.strip_prefix("seat="));
            let sql = "UPDATE seat SET status = 'removed' WHERE id = $1 RETURNING ''";
            told(ask(&app, &decode(seat.unwrap_or_default()), sql).await)
        }
    };
    let lease = {
        let app = Arc::clone(app);
        move |Path(id): Path<String>| async move {
            let reader = ask(&app, &id, "SELECT reader_id FROM device WHERE id = $1").await;
            if let Some(reader) = reader {
                let (reader, device) = (reader.parse().unwrap(), id.parse().unwrap());
                app.leases.release(reader, device).await;
            }
        }
    };
    let label = "SELECT label FROM device WHERE id = $1";
    let sign_out = "DELETE FROM session WHERE device_id = $1 RETURNING ''";
    let change = "UPDATE device SET number = 9 WHERE id = $1 RETURNING ''";
    let doors: [(&'static str, &'static str, MethodRouter); 7] = [
        ("GET", LABEL, get(by_path(app, label))),
        ("GET", HEADER, get(header)),
        ("GET", QUERY, get(by_query)),
        ("POST", SIGN_OUT, any(by_path(app, sign_out))),
        ("POST", FORM, any(form)),
        ("GET", VERB, delete(by_path(app, change))),
        ("POST", LEASE, any(lease)),
    ];
    let declared = |(method, path, answer): (&'static str, &'static str, MethodRouter)| {
        paper.add_route(path, answer.clone());
        let needs = Needs::Nothing;
        Route {
            method,
            path,
            needs,
            answer,
        }
    };
    doors.into_iter().map(declared).collect()
}
