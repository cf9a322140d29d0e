//! SQL of who works for the paper.

use super::super::rules::ReaderId;
use base::db::{Tx, execute, fetch_optional, text_enum};

text_enum! {
    /// What somebody does for the paper.
    pub enum Role {
        /// Runs it.
        Operator = "operator",
    }
}

/// Whether this reader is an operator.
///
/// # Errors
/// Whatever the database says.
pub async fn is_operator(tx: &mut Tx, reader: ReaderId) -> sqlx::Result<bool> {
    let row = fetch_optional!(
        tx,
        (ReaderId,),
        "SELECT reader_id FROM staff WHERE reader_id = $1 AND role = $2",
        reader,
        Role::Operator
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
        "INSERT INTO staff (reader_id, role, created_at) VALUES ($1, $2, $3) ON CONFLICT (reader_id) DO NOTHING",
        reader,
        Role::Operator,
        now
    )?;
    Ok(())
}
