//! How our own types are bound and read on both engines: ids and enums as TEXT, moments as BIGINT, rows by the names of their
//! columns.

use std::error::Error;

use sqlx::encode::IsNull;
use sqlx::error::UnexpectedNullError;
use sqlx::{ColumnIndex, Database, Decode, Encode, Row, Type, ValueRef as _};

use crate::id::Id;
use crate::time::UnixMillis;

type Boxed = Box<dyn Error + Send + Sync>;

impl<DB: Database, K> Type<DB> for Id<K>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}
impl<'q, DB: Database, K> Encode<'q, DB> for Id<K>
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, Boxed> {
        self.to_string().encode(buf)
    }
}
impl<'r, DB: Database, K> Decode<'r, DB> for Id<K>
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, Boxed> {
        Ok(<&str as Decode<DB>>::decode(value)?.parse()?)
    }
}

impl<DB: Database> Type<DB> for UnixMillis
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(ty)
    }
}
impl<'q, DB: Database> Encode<'q, DB> for UnixMillis
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, Boxed> {
        self.0.encode(buf)
    }
}
impl<'r, DB: Database> Decode<'r, DB> for UnixMillis
where
    i64: Decode<'r, DB>,
{
    fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, Boxed> {
        <i64 as Decode<DB>>::decode(value).map(Self)
    }
}

/// What a column is read as. PostgreSQL refuses a NULL that is read into something else than an `Option`; sqlx makes 0, false
/// or an empty text of one from SQLite. So [`column`] looks first.
pub trait Column {
    /// Whether there is a value for NULL.
    const NULLABLE: bool = false;
}
impl Column for bool {}
impl Column for i64 {}
impl Column for String {}
impl Column for Vec<u8> {}
impl Column for UnixMillis {}
impl<K> Column for Id<K> {}
impl<T: Column> Column for Option<T> {
    const NULLABLE: bool = true;
}

/// Reads a column by its name, for `row!`.
///
/// # Errors
/// When it is missing, of another type, or NULL and no `Option`; the error names it.
pub fn column<'r, R: Row, T>(row: &'r R, name: &'static str) -> sqlx::Result<T>
where
    T: Column + Decode<'r, R::Database> + Type<R::Database>,
    &'static str: ColumnIndex<R>,
{
    if !T::NULLABLE && row.try_get_raw(name)?.is_null() {
        return Err(sqlx::Error::ColumnDecode {
            index: format!("{name:?}"),
            source: UnexpectedNullError.into(),
        });
    }
    row.try_get(name)
}

/// Declares an enum that is stored and written as text: `text_enum! { /// doc  pub enum Plan { Digital = "digital" } }`.
/// Gives `as_str`, `ALL`, `Display`, `FromStr`, serde and sqlx for both engines.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every one of them, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("{other:?} is not one of {}", [$($text),+].join(", "))),
                }
            }
        }
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <String as $crate::serde::Deserialize>::deserialize(from)?.parse().map_err($crate::serde::de::Error::custom)
            }
        }
        $crate::text_column!($name);
    };
}

/// Binds and reads a type as TEXT on both engines, by its `as_str` and `FromStr`: one of a few fixed texts, or
/// `text_column!(owned Slug)` for a type that holds its text.
#[macro_export]
macro_rules! text_column {
    ($name:ident) => {
        $crate::text_column!(@by &'q str, $name, |text| text);
    };
    (owned $name:ident) => {
        $crate::text_column!(@by String, $name, |text| text.to_owned());
    };
    (@by $as:ty, $name:ident, |$text:ident| $bound:expr) => {
        impl $crate::db::Column for $name {}
        impl<DB: $crate::sqlx::Database> $crate::sqlx::Type<DB> for $name
        where
            str: $crate::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <str as $crate::sqlx::Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <str as $crate::sqlx::Type<DB>>::compatible(ty)
            }
        }
        impl<'q, DB: $crate::sqlx::Database> $crate::sqlx::Encode<'q, DB> for $name
        where
            $as: $crate::sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buf: &mut <DB as $crate::sqlx::Database>::ArgumentBuffer,
            ) -> Result<$crate::sqlx::encode::IsNull, Box<dyn std::error::Error + Send + Sync>>
            {
                let $text = self.as_str();
                <$as as $crate::sqlx::Encode<DB>>::encode($bound, buf)
            }
        }
        impl<'r, DB: $crate::sqlx::Database> $crate::sqlx::Decode<'r, DB> for $name
        where
            &'r str: $crate::sqlx::Decode<'r, DB>,
        {
            fn decode(
                value: <DB as $crate::sqlx::Database>::ValueRef<'r>,
            ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(<&str as $crate::sqlx::Decode<DB>>::decode(value)?.parse::<Self>()?)
            }
        }
    };
}

/// Reads rows into a struct by the names of their columns, on both engines, for `fetch_all!` and its like. Declares the struct:
/// `row! { /// doc  struct TermsRow { version: String, published_at: UnixMillis } }`. Or reads into one that is declared
/// elsewhere, with all its fields: `row!(Device: id, label, kind);`.
///
/// A column has the name of its field; in the query `AS` gives it one. What the query has besides is not read. A column that
/// is missing, or NULL where the field is no `Option`, is a `sqlx::Error` that names it.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$doc:meta])* $field_vis:vis $field:ident: $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$doc])* $field_vis $field: $ty),+ }
        $crate::row!($name: $($field),+);
    };
    ($name:ident: $($field:ident),+ $(,)?) => {
        $crate::row!(@from $crate::sqlx::sqlite::SqliteRow, $name: $($field),+);
        $crate::row!(@from $crate::sqlx::postgres::PgRow, $name: $($field),+);
    };
    (@from $row:ty, $name:ident: $($field:ident),+) => {
        impl $crate::sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> $crate::sqlx::Result<Self> {
                Ok(Self { $($field: $crate::db::column(row, stringify!($field))?),+ })
            }
        }
    };
}
