//! Both engines hold the same schema and the same promises.

use std::collections::BTreeSet;

use gaceta::base::jobs;
use gaceta::base::time::Span;

use crate::paper::TestPaper;

/// Tables and columns of a folder of migrations, as written.
fn columns(engine: &str) -> BTreeSet<String> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine);
    let mut columns = BTreeSet::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut table = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                table = name.trim_end_matches(" (").to_owned();
            } else if line.starts_with("    ") {
                columns.insert(format!(
                    "{table}: {}",
                    line.trim().trim_end_matches(',').replace("BYTEA", "BLOB")
                ));
            }
        }
    }
    columns
}

#[test]
fn the_two_schemas_are_the_same() {
    let (sqlite, postgres) = (columns("sqlite"), columns("postgres"));
    assert!(sqlite.len() > 50);
    assert_eq!(sqlite, postgres);
}

#[tokio::test]
async fn a_job_is_claimed_by_one_worker_and_tried_again_later() {
    let paper = TestPaper::new().await;
    let app = &paper.app;
    let mut tx = app.write().await.unwrap();
    jobs::insert_job(&mut tx, "mail", "{}".into(), None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = app.write().await.unwrap();
    let job = jobs::claim_job(&mut tx).await.unwrap().unwrap();
    assert!(
        jobs::claim_job(&mut tx).await.unwrap().is_none(),
        "claimed once"
    );
    jobs::delay_job(&mut tx, job.id, job.attempts, "the server was away")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    paper.advance(Span::minutes(2));
    let mut tx = app.write().await.unwrap();
    let again = jobs::claim_job(&mut tx).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 1));
    jobs::finish_job(&mut tx, again.id).await.unwrap();
    assert_eq!(jobs::count_jobs(&mut tx).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_trace() {
    let paper = TestPaper::new().await;
    let mut tx = paper.app.write().await.unwrap();
    jobs::insert_job(&mut tx, "mail", "{}".into(), None)
        .await
        .unwrap();
    drop(tx);
    let mut tx = paper.app.write().await.unwrap();
    assert_eq!(jobs::count_jobs(&mut tx).await.unwrap(), (0, 0));
}
