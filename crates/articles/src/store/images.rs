//! Pictures, in the widths in which they are sent. They live in the database, so that an article and its pictures are
//! published together, every node has them, and one file is the whole backup.

use super::super::rules::ImageId;
use super::{broken, readable};
use base::db::{Tx, execute, fetch_all, fetch_optional};

/// Inserts a picture that is not there yet. `files` are width, height and JPEG bytes.
pub(crate) async fn insert_image(
    tx: &mut Tx,
    id: ImageId,
    (width, height): (i64, i64),
    files: &[(i64, i64, Vec<u8>)],
) -> sqlx::Result<()> {
    let now = tx.now();
    let fresh = execute!(
        tx,
        "INSERT INTO image (id, width, height, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        id,
        width,
        height,
        now
    )?;
    if fresh == 0 {
        return Ok(());
    }
    for (width, height, bytes) in files {
        execute!(
            tx,
            "INSERT INTO image_file (image_id, width, height, bytes) VALUES ($1, $2, $3, $4)",
            id,
            *width,
            *height,
            bytes.as_slice()
        )?;
    }
    Ok(())
}

/// Widths and heights of all pictures that can be read (see [`readable`]), pixels; for the memory that makes `srcset`.
pub(crate) async fn list_image_widths(tx: &mut Tx) -> sqlx::Result<Vec<(ImageId, i64, i64)>> {
    let rows = fetch_all!(
        tx,
        (String, i64, i64),
        "SELECT image_id, width, height FROM image_file ORDER BY image_id, width"
    )?;
    let widths =
        |(id, width, height): (String, _, _)| Ok((id.parse().map_err(broken)?, width, height));
    Ok(readable(rows, widths))
}

pub(crate) async fn find_image_file(
    tx: &mut Tx,
    id: ImageId,
    width: i64,
) -> sqlx::Result<Option<Vec<u8>>> {
    let row = fetch_optional!(
        tx,
        (Vec<u8>,),
        "SELECT bytes FROM image_file WHERE image_id = $1 AND width = $2",
        id,
        width
    )?;
    Ok(row.map(|row| row.0))
}
