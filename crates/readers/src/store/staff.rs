//! SQL of who works for the paper.

use super::super::rules::ReaderId;
use base::db::{Tx, execute, fetch_optional};

/// Whether this reader is an operator.
///
/// # Errors
/// Whatever the database says.
pub async fn is_operator(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (ReaderId,),
        "SELECT reader_id FROM staff WHERE reader_id = $1 AND role = 'operator'",
        reader
    )?;
    Ok(row.is_some())
}

/// Makes this reader an operator; one who is stays one.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_operator(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<()> {
    let now = tx.now();
    execute!(
        tx,
        "INSERT INTO staff (reader_id, role, created_at) VALUES ($1, 'operator', $2) ON CONFLICT (reader_id) DO NOTHING",
        reader,
        now
    )?;
    Ok(())
}
