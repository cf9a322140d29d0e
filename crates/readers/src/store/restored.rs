//! What a backup must not bring back: sessions that were ended since, and links of mails that were used since.

use base::db::{Tx, execute};

/// Ends every session, and every link that proves an address or sets a password: which of them were ended or used since the
/// backup was made nobody can say any more. Gives how many sessions and how many links there were.
///
/// # Errors
/// Whatever the database says.
pub async fn end_all(tx: &mut Tx) -> sqlx::Result<(u64, u64)> {
    let sessions = execute!(tx, "DELETE FROM session")?;
    let proofs = execute!(tx, "DELETE FROM proof")?;
    Ok((sessions, proofs))
}
