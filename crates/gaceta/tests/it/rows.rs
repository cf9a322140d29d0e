//! Rows are read by the names of their columns, on either engine.

use base::db::{fetch_all, fetch_optional, row};
use base::lang::Lang;
use base::time::UnixMillis;
use readers::ReaderId;
use testing::TestPaper;

row! {
    #[derive(Debug, PartialEq)]
    struct Known {
        id: ReaderId,
        email: String,
        language: Lang,
        since: UnixMillis,
        terms_accepted_at: Option<UnixMillis>,
    }
}

/// Read into, declared elsewhere.
#[derive(Debug, PartialEq)]
struct Terms {
    version: Option<String>,
    accepted_at: UnixMillis,
}
row!(Terms: version, accepted_at);

#[tokio::test]
async fn a_row_is_read_by_the_names_of_its_columns() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let mut tx = paper.app.base.read().await.unwrap();
    let known = fetch_all!(
        tx,
        Known,
        "SELECT created_at AS since, language, password, email, terms_accepted_at, id FROM reader WHERE id = $1",
        ada.id
    );
    let expected = Known {
        id: ada.id,
        email: "ada@example.com".to_owned(),
        language: Lang::EN,
        since: paper.app.base.clock.now(),
        terms_accepted_at: Some(paper.app.base.clock.now()),
    };
    assert_eq!(known.unwrap(), [expected]);
    let terms = fetch_optional!(
        tx,
        Terms,
        "SELECT created_at AS accepted_at, NULLIF(terms_version, '1') AS version FROM reader WHERE id = $1",
        ada.id
    );
    let expected = Terms {
        version: None,
        accepted_at: paper.app.base.clock.now(),
    };
    assert_eq!(terms.unwrap(), Some(expected));
}

#[tokio::test]
async fn a_column_that_cannot_be_read_is_named() {
    let paper = TestPaper::new().await;
    let ada = paper.reader("ada", false).await;
    let mut tx = paper.app.base.read().await.unwrap();
    let missing = fetch_optional!(
        tx,
        Terms,
        "SELECT terms_version AS version FROM reader WHERE id = $1",
        ada.id
    );
    let missing = missing.unwrap_err();
    assert!(matches!(&missing, sqlx::Error::ColumnNotFound(name) if name == "accepted_at"));
    let null = fetch_optional!(
        tx,
        Terms,
        "SELECT terms_version AS version, NULLIF(created_at, created_at) AS accepted_at FROM reader WHERE id = $1",
        ada.id
    );
    // sqlx by itself makes 0 of it on SQLite.
    let null = null.unwrap_err().to_string();
    assert!(null.contains("\"accepted_at\""), "{null}");
    let no_language = fetch_all!(
        tx,
        Known,
        "SELECT id, email, email AS language, created_at AS since, terms_accepted_at FROM reader WHERE id = $1",
        ada.id
    );
    let no_language = no_language.unwrap_err().to_string();
    assert!(no_language.contains("\"language\""), "{no_language}");
}
