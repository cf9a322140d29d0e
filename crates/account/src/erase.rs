//! Deleting a reader from everything the paper has, and keeping them deleted when an older backup is restored.
//!
//! Every feature deletes what it has, in one transaction; what is in memory and in files follows after the commit. That a
//! reader was deleted is noted in the database and in [`FILE`] in the data directory, so a backup from before, which knows
//! nothing of it, does not bring them back (docs/adr/0012).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Which, tell_ended};
use crate::Account;
use base::config::Config;
use base::db::Tx;
use base::mail;
use base::time::UnixMillis;
use readers::store::Ended;
use readers::{DeviceId, Reader, ReaderId, store};
use subscriptions::store::Left;

/// The list of deleted readers in the data directory: of each a line with the mark ([`store::mark`]) and when, in unix
/// milliseconds.
pub const FILE: &str = "deleted-readers.txt";

/// How many readers are looked at at a time.
const PORTION: i64 = 5_000;

/// What is to be forgotten after the commit.
#[derive(Debug)]
pub struct Erased {
    reader: ReaderId,
    addresses: Vec<String>,
    ended: Vec<Ended>,
    devices: Vec<DeviceId>,
    left: Left,
}

impl Erased {
    /// Who looks after a subscription of this reader now.
    #[must_use]
    pub fn successors(&self) -> &[ReaderId] {
        &self.left.successors
    }
}

/// Deletes a reader from every table.
///
/// # Errors
/// Whatever the database says.
pub async fn erase(tx: &mut Tx, reader: &Reader) -> sqlx::Result<Erased> {
    let left = subscriptions::store::delete_of_reader(tx, reader).await?;
    leases::store::delete_of_reader(tx, reader.id).await?;
    let addresses = store::list_addresses(tx, reader).await?;
    for address in &addresses {
        mail::take_back(tx, address, &left.mails).await?;
    }
    let (ended, devices) = store::delete_reader(tx, reader).await?;
    Ok(Erased {
        reader: reader.id,
        addresses,
        ended,
        devices,
        left,
    })
}

/// After the commit: forgets them in memory and in files, and makes sure that the database file has nothing of them.
///
/// # Errors
/// When something of them is left; the account is deleted all the same.
pub async fn forget(account: &Account, erased: &Erased) -> anyhow::Result<()> {
    let (base, id) = (&account.base, erased.reader);
    tell_ended(account, id, &erased.ended, Which::All).await;
    account.leases.free(id).await;
    account.subscriptions.seats.forget(id);
    for device in &erased.devices {
        account.readers.devices.forget(*device);
    }
    account.leases.forget_reader(id).await?;
    for address in &erased.addresses {
        base.mailer.forget(address, &erased.left.mails).await?;
    }
    if !base.db.empty_log().await? {
        tracing::info!(
            "somebody reads what was there before a deletion; the next one empties the log"
        );
    }
    Ok(())
}

/// Where the list is.
#[must_use]
pub fn file(config: &Config) -> PathBuf {
    config.database.dir.join(FILE)
}

fn read(file: &Path) -> anyhow::Result<BTreeSet<(String, i64)>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(anyhow::anyhow!("cannot read {}: {error}", file.display())),
    };
    let line = |line: &str| {
        let (mark, at) = line.split_once(' ')?;
        Some((mark.to_owned(), at.parse().ok()?))
    };
    let lines = text.lines().filter(|text| !text.is_empty());
    lines
        .map(|text| {
            line(text).ok_or_else(|| {
                anyhow::anyhow!(
                    "{} has a line that is none of ours: {text:?}",
                    file.display()
                )
            })
        })
        .collect()
}

fn append(file: &Path, lines: &[(String, i64)]) -> std::io::Result<()> {
    let mut to = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)?;
    let text: String = lines
        .iter()
        .map(|(mark, at)| format!("{mark} {at}\n"))
        .collect();
    to.write_all(text.as_bytes())?;
    to.sync_all()
}

/// Deletes again whoever is on the list and in the database, and notes them there; gives how many there were, and what is to
/// be forgotten of them.
///
/// # Errors
/// When the list cannot be read, or whatever the database says.
pub async fn erase_listed(tx: &mut Tx, file: &Path) -> anyhow::Result<Vec<Erased>> {
    let known: BTreeSet<String> = store::list_deleted(tx)
        .await?
        .into_iter()
        .map(|(mark, _)| mark)
        .collect();
    let mut listed = read(file)?;
    listed.retain(|(mark, _)| !known.contains(mark));
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    for (mark, at) in &listed {
        store::insert_deleted(tx, mark, UnixMillis(*at)).await?;
    }
    let marks: BTreeSet<&str> = listed.iter().map(|(mark, _)| mark.as_str()).collect();
    let (mut erased, mut after) = (Vec::new(), ReaderId::from_bits(0));
    loop {
        let portion = store::list_readers(tx, after, PORTION).await?;
        let Some(last) = portion.last() else {
            return Ok(erased);
        };
        after = *last;
        for id in portion {
            if marks.contains(store::mark(id).as_str())
                && let Some(reader) = store::find_reader(tx, id).await?
            {
                erased.push(erase(tx, &reader).await?);
            }
        }
    }
}

/// Brings the list in the data directory and the one in the database together: whoever is only in the file comes from a
/// backup and is deleted again; whoever is only in the database was deleted at another node, or just now.
///
/// # Errors
/// When the file cannot be read or written, or whatever the database says.
pub async fn keep_deleted(account: &Account) -> anyhow::Result<usize> {
    let (base, file) = (&account.base, file(&account.base.config));
    let listed = read(&file)?;
    let noted = store::list_deleted(&mut base.read().await?).await?;
    let noted: BTreeMap<String, i64> = noted.into_iter().map(|(mark, at)| (mark, at.0)).collect();
    if listed.iter().any(|(mark, _)| !noted.contains_key(mark)) {
        let mut tx = base.write().await?;
        let erased = erase_listed(&mut tx, &file).await?;
        tx.commit().await?;
        for one in &erased {
            tracing::warn!(
                "a reader who was deleted came back from a backup, and is deleted again"
            );
            forget(account, one).await?;
        }
    }
    let listed: BTreeSet<String> = listed.into_iter().map(|(mark, _)| mark).collect();
    let missing: Vec<_> = noted
        .into_iter()
        .filter(|(mark, _)| !listed.contains(mark))
        .collect();
    if !missing.is_empty() {
        append(&file, &missing)?;
    }
    Ok(missing.len())
}
