//! Many rows by one statement: a literal before and one behind, and between them only places for values that are bound.
//!
//! A statement is prepared once for each text, so there are few texts: rows are inserted in powers of two, and a list of
//! keys is made up to one by naming its last key again. Deliberately not here: text that holds values.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

/// Values in one statement at most. SQLite takes 32,766 and PostgreSQL 65,535; but to bind each by its name SQLite looks
/// through the names of all.
const MOST_VALUES: usize = 512;

/// What goes into one statement each, with `width` values for one row: as many as fit, then the half, and so on.
pub fn portions<T>(rows: &[T], width: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let length = largest_power(rest.len().min(MOST_VALUES / width))?;
        let (portion, others) = rest.split_at(length);
        rest = others;
        Some(portion)
    })
}

fn largest_power(length: usize) -> Option<usize> {
    length.checked_ilog2().map(|power| 1 << power)
}

/// `head ($1, $2), ($3, $4) tail` for rows of `width` values.
pub fn tuples(head: &str, rows: usize, width: usize, tail: &str) -> AssertSqlSafe<String> {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * (width * 6 + 4));
    sql.push_str(head);
    for row in 0..rows {
        sql.push_str(if row == 0 { " (" } else { ", (" });
        list(&mut sql, row * width + 1, width);
    }
    sql.push(' ');
    sql.push_str(tail);
    AssertSqlSafe(sql)
}

/// Keys of one statement, which has `bound` values before them; the last one again up to a power of two.
pub fn padded<T>(keys: &[T]) -> impl Iterator<Item = &T> {
    let length = keys.len().next_power_of_two();
    keys.iter()
        .chain(keys.last().into_iter().cycle())
        .take(length)
}

/// `head ($3, $4) tail` for so many keys behind `bound` values, made up to a power of two.
pub fn keys(head: &str, bound: usize, keys: usize, tail: &str) -> AssertSqlSafe<String> {
    let keys = keys.next_power_of_two();
    let mut sql = String::with_capacity(head.len() + tail.len() + keys * 6 + 4);
    sql.push_str(head);
    sql.push_str(" (");
    list(&mut sql, bound + 1, keys);
    sql.push(' ');
    sql.push_str(tail);
    AssertSqlSafe(sql)
}

/// `$4, $5, $6)`
fn list(sql: &mut String, first: usize, count: usize) {
    for number in first..first + count {
        let comma = if number == first { "" } else { ", " };
        write!(sql, "{comma}${number}").expect("writing to a String does not fail");
    }
    sql.push(')');
}

/// So many keys go into one statement.
pub const MOST_KEYS: usize = 256;

/// `insert_rows!(tx, "INSERT INTO t (a, b) VALUES", rows, |row| (row.a, row.b), "ON CONFLICT DO NOTHING")` gives the number
/// of rows inserted, `sqlx::Result<u64>`. `rows` is a slice; the tail may be left out.
#[macro_export]
macro_rules! insert_rows {
    ($tx:expr, $head:literal, $rows:expr, |$row:pat_param| ($($value:expr),+ $(,)?) $(, $tail:literal)? $(,)?) => {
        async {
            const WIDTH: usize = [$(stringify!($value)),+].len();
            let mut inserted: u64 = 0;
            for portion in $crate::db::rows::portions($rows, WIDTH) {
                let sql = $crate::db::rows::tuples($head, portion.len(), WIDTH, concat!("" $(, $tail)?));
                inserted += match $tx.conn() {
                    $crate::db::Conn::Sqlite(conn) => {
                        let mut query = $crate::sqlx::query::<$crate::sqlx::Sqlite>(sql);
                        for $row in portion {
                            query = query$(.bind($value))+;
                        }
                        query.execute(&mut **conn).await?.rows_affected()
                    }
                    $crate::db::Conn::Postgres(conn) => {
                        let mut query = $crate::sqlx::query::<$crate::sqlx::Postgres>(sql);
                        for $row in portion {
                            query = query$(.bind($value))+;
                        }
                        query.execute(&mut **conn).await?.rows_affected()
                    }
                };
            }
            Ok::<u64, $crate::sqlx::Error>(inserted)
        }
        .await
    };
}

/// `execute_in!(tx, "UPDATE t SET a = $1 WHERE id IN", (a), keys, |key| key.id)` gives the number of rows changed,
/// `sqlx::Result<u64>`. Without keys nothing is asked.
#[macro_export]
macro_rules! execute_in {
    ($tx:expr, $head:literal, ($($bind:expr),*), $keys:expr, |$key:pat_param| $value:expr $(,)?) => {
        async {
            const BOUND: usize = <[&str]>::len(&[$(stringify!($bind)),*]);
            let mut changed: u64 = 0;
            for portion in $keys.chunks($crate::db::rows::MOST_KEYS) {
                let sql = $crate::db::rows::keys($head, BOUND, portion.len(), "");
                changed += match $tx.conn() {
                    $crate::db::Conn::Sqlite(conn) => {
                        let mut query = $crate::sqlx::query::<$crate::sqlx::Sqlite>(sql)$(.bind($bind))*;
                        for $key in $crate::db::rows::padded(portion) {
                            query = query.bind($value);
                        }
                        query.execute(&mut **conn).await?.rows_affected()
                    }
                    $crate::db::Conn::Postgres(conn) => {
                        let mut query = $crate::sqlx::query::<$crate::sqlx::Postgres>(sql)$(.bind($bind))*;
                        for $key in $crate::db::rows::padded(portion) {
                            query = query.bind($value);
                        }
                        query.execute(&mut **conn).await?.rows_affected()
                    }
                };
            }
            Ok::<u64, $crate::sqlx::Error>(changed)
        }
        .await
    };
}

/// `fetch_in!(tx, (A, B), "SELECT .. WHERE id IN", (), keys, |key| key.id, "ORDER BY a")` gives `sqlx::Result<Vec<(A, B)>>`;
/// the order holds within each [`MOST_KEYS`]. Without keys nothing is asked.
#[macro_export]
macro_rules! fetch_in {
    ($tx:expr, $ty:ty, $head:literal, ($($bind:expr),*), $keys:expr, |$key:pat_param| $value:expr $(, $tail:literal)? $(,)?) => {
        async {
            const BOUND: usize = <[&str]>::len(&[$(stringify!($bind)),*]);
            let mut found: Vec<$ty> = Vec::new();
            for portion in $keys.chunks($crate::db::rows::MOST_KEYS) {
                let sql = $crate::db::rows::keys($head, BOUND, portion.len(), concat!("" $(, $tail)?));
                found.extend(match $tx.conn() {
                    $crate::db::Conn::Sqlite(conn) => {
                        let mut query = $crate::sqlx::query_as::<$crate::sqlx::Sqlite, $ty>(sql)$(.bind($bind))*;
                        for $key in $crate::db::rows::padded(portion) {
                            query = query.bind($value);
                        }
                        query.fetch_all(&mut **conn).await?
                    }
                    $crate::db::Conn::Postgres(conn) => {
                        let mut query = $crate::sqlx::query_as::<$crate::sqlx::Postgres, $ty>(sql)$(.bind($bind))*;
                        for $key in $crate::db::rows::padded(portion) {
                            query = query.bind($value);
                        }
                        query.fetch_all(&mut **conn).await?
                    }
                });
            }
            Ok::<Vec<$ty>, $crate::sqlx::Error>(found)
        }
        .await
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_few_lengths_and_none_is_left() {
        let rows: Vec<usize> = (0..5_000).collect();
        let lengths = |count: usize, width| -> Vec<usize> {
            portions(&rows[..count], width)
                .map(<[usize]>::len)
                .collect()
        };
        assert_eq!(lengths(0, 7), [0; 0]);
        assert_eq!(lengths(1, 7), [1]);
        assert_eq!(lengths(7, 7), [4, 2, 1]);
        assert_eq!(lengths(150, 7), [64, 64, 16, 4, 2]);
        let all: Vec<usize> = portions(&rows, 3).flatten().copied().collect();
        assert_eq!(all, rows);
    }

    #[test]
    fn only_places_stand_between_head_and_tail() {
        let AssertSqlSafe(sql) = tuples(
            "INSERT INTO t (a, b) VALUES",
            3,
            2,
            "ON CONFLICT DO NOTHING",
        );
        assert_eq!(
            sql,
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6) ON CONFLICT DO NOTHING"
        );
        let AssertSqlSafe(sql) = keys("UPDATE t SET a = $1 WHERE b IN", 1, 3, "");
        assert_eq!(sql, "UPDATE t SET a = $1 WHERE b IN ($2, $3, $4, $5) ");
        assert_eq!(
            padded(&[7, 8, 9]).copied().collect::<Vec<_>>(),
            [7, 8, 9, 9]
        );
        assert_eq!(padded::<u8>(&[]).count(), 0);
    }
}
