//! One query text, expanded for both engines. The text must be a literal, so no value can be pasted into it.

/// Expands one query in both arms and finishes it with `$finish`.
#[doc(hidden)]
#[macro_export]
macro_rules! on_both {
    ($tx:expr, $kind:ident :: <$($ty:ty)?>, $sql:expr, ($($bind:expr),*), $finish:ident) => {
        match $tx.conn() {
            $crate::db::Conn::Sqlite(conn) => {
                $crate::sqlx::$kind::<$crate::sqlx::Sqlite $(, $ty)?>($sql)$(.bind($bind))*.$finish(&mut **conn).await
            }
            $crate::db::Conn::Postgres(conn) => {
                $crate::sqlx::$kind::<$crate::sqlx::Postgres $(, $ty)?>($sql)$(.bind($bind))*.$finish(&mut **conn).await
            }
        }
    };
}

/// `fetch_all!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<Vec<(A, B)>>`.
#[macro_export]
macro_rules! fetch_all {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_all)
    };
}

/// `fetch_optional!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<Option<(A, B)>>`.
#[macro_export]
macro_rules! fetch_optional {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_optional)
    };
}

/// `fetch_one!(tx, (A, B), "SELECT ..", bind..)` gives `sqlx::Result<(A, B)>`.
#[macro_export]
macro_rules! fetch_one {
    ($tx:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on_both!($tx, query_as::<$ty>, $sql, ($($bind),*), fetch_one)
    };
}

/// `execute!(tx, "UPDATE ..", bind..)` gives the number of rows changed, `sqlx::Result<u64>`.
#[macro_export]
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx.conn() {
            $crate::db::Conn::Sqlite(conn) => {
                $crate::sqlx::query::<$crate::sqlx::Sqlite>($sql)$(.bind($bind))*.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
            $crate::db::Conn::Postgres(conn) => {
                $crate::sqlx::query::<$crate::sqlx::Postgres>($sql)$(.bind($bind))*.execute(&mut **conn).await.map(|done| done.rows_affected())
            }
        }
    };
}
