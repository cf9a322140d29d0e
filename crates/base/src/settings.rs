//! Small values that the program keeps for itself: its secret, the generation of leases.

use super::db::{Tx, execute, fetch_optional};

/// The value under this name.
///
/// # Errors
/// Whatever the database says.
pub async fn find_setting(tx: &mut Tx, name: &str) -> sqlx::Result<Option<String>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT value FROM setting WHERE name = $1",
        name
    )?;
    Ok(row.map(|row| row.0))
}

/// Keeps a value under this name.
///
/// # Errors
/// Whatever the database says.
pub async fn set_setting(tx: &mut Tx, name: &str, value: &str) -> sqlx::Result<()> {
    execute!(
        tx,
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value
    )?;
    Ok(())
}
