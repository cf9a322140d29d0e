//! `/health/tasks`: how background work is doing, for monitors.
//!
//! Deliberately not here: reasons of failures, which may name addresses (`gaceta doctor` shows them to the operator), and
//! whether readers should be sent to this node (`/health/ready`): a paper whose mail server is away serves well.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::said;
use base::Base;
use base::background::Status;
use base::time::UnixMillis;

/// A line for each task; 503 while one of them fails again and again.
pub(super) async fn show_tasks(State(base): State<Arc<Base>>) -> Response {
    let tasks = base.work.list();
    let status = if tasks.iter().any(Status::is_failing) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    said(status, lines(&tasks, base.clock.now()))
}

/// `NAME STATE last=AGE running=STEPS failures=IN A ROW`
fn lines(tasks: &[Status], now: UnixMillis) -> String {
    let mut text = String::new();
    for task in tasks {
        let state = match task.failures_in_a_row {
            0 if task.ended_at.is_none() => "begun",
            0 => "ok",
            _ => "failed",
        };
        let age = task.age(now);
        let age = age.map_or_else(|| "never".to_owned(), |age| age.to_string());
        let _ = writeln!(
            text,
            "{} {state} last={age} running={} failures={}",
            task.name, task.running, task.failures_in_a_row
        );
    }
    text
}
