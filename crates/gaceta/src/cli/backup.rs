//! `gaceta backup` and `gaceta restore`: the database is one file, and a copy of it is the whole paper.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::serve;
use account::erase;
use base::config::Config;
use base::db::{Db, Location};
use base::rng::Rng;
use base::time::Clock;

/// Options of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `gaceta backup` wrote.
    file: PathBuf,
    /// Put it in the place of a database that is there; that one is kept beside it.
    #[arg(long)]
    force: bool,
}

fn database(config: &Config) -> anyhow::Result<PathBuf> {
    match config.location() {
        Location::File(file) => Ok(file),
        Location::Url(_) => anyhow::bail!(
            "this paper is on PostgreSQL; its own pg_dump and pg_restore make and read copies"
        ),
    }
}

/// Writes a consistent copy into a new file. A server may go on serving meanwhile.
///
/// # Errors
/// When there is no database, the file is there already, or the disk is full.
pub async fn backup(config: &Config, file: &Path) -> anyhow::Result<()> {
    let from = database(config)?;
    anyhow::ensure!(from.exists(), "there is no database {}", from.display());
    anyhow::ensure!(
        !file.exists(),
        "{} is there already and stays as it is; name another file",
        file.display()
    );
    let db = Db::open_existing(&from).await?;
    let copied = db.copy_into(file).await;
    db.close().await;
    copied?;
    check(file).await?;
    let bytes = std::fs::metadata(file)?.len();
    println!(
        "wrote {} ({bytes} bytes), and its integrity is checked",
        file.display()
    );
    Ok(())
}

async fn check(file: &Path) -> anyhow::Result<()> {
    let wrong = Db::find_damage(file)
        .await
        .map_err(|error| anyhow::anyhow!("{} is no backup of a paper: {error}", file.display()))?;
    match wrong {
        None => Ok(()),
        Some(what) => anyhow::bail!("{} is damaged: {what}", file.display()),
    }
}

/// Puts a backup in the place of the database. Leases begin a new generation at the next start, so that no device that
/// lost its lease since the backup gets it back; and nobody is signed in any more.
///
/// # Errors
/// When a server works on the directory, a database is there (without `--force`), or the backup is damaged; then
/// nothing was changed.
pub async fn restore(config: &Config, restore: &Restore) -> anyhow::Result<()> {
    let to = database(config)?;
    let _lock = serve::lock(config, serve::DIR_SETTING)?;
    anyhow::ensure!(
        restore.force || !to.exists(),
        "{} is there already; with --force it is moved aside",
        to.display()
    );
    anyhow::ensure!(
        restore.file.exists(),
        "there is no file {}",
        restore.file.display()
    );
    // Copied first and checked as a copy: what is put in place is what was checked.
    let new = to.with_extension("db-new");
    copy(&restore.file, &new)?;
    let (ended, erased) = match end_sessions(&new, &erase::file(config)).await {
        Ok(done) => done,
        Err(error) => {
            std::fs::remove_file(&new)?;
            return Err(error);
        }
    };
    File::open(&new)?.sync_all()?;
    if to.exists() {
        let old = set_aside(&to)?;
        println!("the database that was there is now {}", old.display());
    }
    std::fs::rename(&new, &to)?;
    println!("restored {} from {}", to.display(), restore.file.display());
    println!(
        "{} sessions and {} links in mails were ended: the backup cannot know which of them were ended since. Everybody signs in anew. \
         A password, a seat or an invitation is what it was when the backup was made.",
        ended.0, ended.1
    );
    if erased > 0 {
        println!("{erased} readers had deleted their account since, and are deleted again");
    }
    Ok(())
}

/// Checks a database, brings it up to date, ends all sessions in it, and deletes again whoever is on the list of deleted
/// readers. Gives how many sessions and links there were, and how many readers.
async fn end_sessions(file: &Path, list: &Path) -> anyhow::Result<((u64, u64), usize)> {
    check(file).await?;
    let db = Db::open(&Location::File(file.to_owned())).await?;
    let done = async {
        let mut tx = db.write(&Clock::System, &Rng::System).await?;
        let ended = readers::store::end_all(&mut tx).await?;
        let erased = erase::erase_listed(&mut tx, list).await?;
        tx.commit().await?;
        if !erased.is_empty() {
            db.rewrite().await?;
        }
        anyhow::Ok((ended, erased.len()))
    }
    .await;
    db.close().await;
    done
}

/// Copies the bytes and not the mode: whoever may read the backup may not therefore read the paper.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    // What a restore left that was broken off may have any mode.
    match std::fs::remove_file(to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::io::copy(&mut File::open(from)?, &mut File::create_new(to)?)?;
    Ok(())
}

/// Moves the database and its log to a name that is free.
fn set_aside(file: &Path) -> anyhow::Result<PathBuf> {
    let name = |n: u32, end: &str| PathBuf::from(format!("{}.old-{n}{end}", file.display()));
    let n = (1..)
        .find(|n| !name(*n, "").exists())
        .expect("numbers do not end");
    for end in ["", "-wal", "-shm"] {
        let from = PathBuf::from(format!("{}{end}", file.display()));
        if from.exists() {
            std::fs::rename(&from, name(n, end))?;
        }
    }
    Ok(name(n, ""))
}
