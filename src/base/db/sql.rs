//! One query text, expanded for both engines. The text must be a literal, so no value can be pasted into it.

/// Expands one query in both arms and finishes it with `$finish`.
macro_rules! on_both {
    ($tx:expr, $kind:ident :: <$($ty:ty)?>, $sql:expr, ($($bind:expr),*), $finish:ident) => {
        match $tx.conn() {
            $crate::base::db::Conn::Sqlite(conn) => {
                sqlx::$kind::<sqlx::Sqlite $(, $ty)?>($sql)$(.bind($bind))*.$finish(&mut **conn).await
            }
            $crate::base::db::Conn::Postgres(conn) => {
                sqlx::$kind::<sqlx::Postgres $(, $ty)?>($sql)$(.bind($bind))*.$finish(&mut **conn).await
            }
        }
    };
}

/// `fetch_all!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<Vec<(A, B)>>`.
macro_rules! fetch_all {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::base::db::sql::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_all)
    };
}

/// `fetch_optional!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<Option<(A, B)>>`.
macro_rules! fetch_optional {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::base::db::sql::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_optional)
    };
}

/// `fetch_one!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<(A, B)>`.
macro_rules! fetch_one {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::base::db::sql::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_one)
    };
}

/// `execute!(tx, "UPDATE ..", bind..)` gives the number of rows changed, `sqlx::Result<u64>`.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx.conn() {
            $crate::base::db::Conn::Sqlite(conn) => {
                sqlx::query::<sqlx::Sqlite>($sql)$(.bind($bind))*.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
            $crate::base::db::Conn::Postgres(conn) => {
                sqlx::query::<sqlx::Postgres>($sql)$(.bind($bind))*.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
        }
    };
}

pub(crate) use {execute, fetch_all, fetch_one, fetch_optional, on_both};
