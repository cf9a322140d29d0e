//! SQL of what a take-over is measured by: rows that are of no use for anything else.

use sqlx::{Executor as _, PgPool};

/// As long as a lease that is stored.
const STATE: &str = "1 1772020800000 9223372036854775807 0 0 1772020800000 0";

/// Makes rows 0 to `count`, all of version 0.
pub async fn make_rows(pool: &PgPool, count: i64) -> sqlx::Result<()> {
    pool.execute("CREATE TABLE bench_row (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, state TEXT NOT NULL)")
        .await?;
    sqlx::query("INSERT INTO bench_row SELECT n, 0, $2 FROM generate_series(0, $1) AS n")
        .bind(count)
        .bind(STATE)
        .execute(pool)
        .await?;
    Ok(())
}

/// Writes a row over this version of it; `false` if that has gone.
pub async fn compare_and_set(pool: &PgPool, row: i64, version: i64) -> sqlx::Result<bool> {
    let sql =
        "UPDATE bench_row SET version = version + 1, state = $3 WHERE id = $1 AND version = $2";
    let query = sqlx::query(sql).bind(row).bind(version).bind(STATE);
    Ok(query.execute(pool).await?.rows_affected() == 1)
}
