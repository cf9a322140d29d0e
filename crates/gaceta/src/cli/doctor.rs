//! `gaceta doctor`: looks at everything a paper stands on and says what is wrong and what to do about it.
//!
//! It changes nothing: the database is opened without migrating it, no file is made and no mail is sent. It works beside
//! a serving process. Deliberately not here: mending anything.

pub mod mail;
mod modes;
mod work;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use articles::Editions;
use base::config::{Config, MailTransport};
use base::db::{Db, GENERATION, Location, Schema, Tx};
use base::lock::DataLock;
use base::mail::{Mailer, Protection};
use base::rng::Rng;
use base::settings::find_setting;
use base::time::{Clock, Span};

/// Less free space than this is worth a word: a day of a busy paper, bytes.
const LITTLE: u64 = 1 << 30;
/// With less than this SQLite may not be able to write its log any more, bytes.
const TOO_LITTLE: u64 = 100 << 20;
/// How long a mail server may take to greet.
const PATIENCE: Duration = Duration::from_secs(10);

enum Mark {
    Fine,
    Note,
    Wrong,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::Wrong => "wrong",
        })
    }
}

/// What was found, one line for each check.
#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn say(&mut self, mark: Mark, text: impl fmt::Display) {
        println!("{mark:<6} {text}");
        self.wrong += usize::from(matches!(mark, Mark::Wrong));
    }

    fn fine(&mut self, text: impl fmt::Display) {
        self.say(Mark::Fine, text);
    }

    fn note(&mut self, text: impl fmt::Display) {
        self.say(Mark::Note, text);
    }

    fn wrong(&mut self, text: impl fmt::Display) {
        self.say(Mark::Wrong, text);
    }

    fn conclude(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.wrong == 0,
            "{} of these lines say what is wrong",
            self.wrong
        );
        Ok(())
    }
}

/// Looks at everything.
///
/// # Errors
/// When something is wrong; what, was printed.
pub async fn run(file: Option<PathBuf>) -> anyhow::Result<()> {
    let mut found = Findings::default();
    match Config::load(file.as_deref(), std::env::vars()) {
        Err(error) => found.wrong(format!("configuration: {error:#}")),
        Ok(config) => {
            match &file {
                Some(file) => found.fine(format!("configuration: {}", file.display())),
                None => found.note(
                    "configuration: there is no gaceta.toml here, so every setting has its default; `gaceta init` writes one",
                ),
            }
            examine(&config, &mut found).await;
            modes::modes(file.as_deref(), &config, &mut found);
        }
    }
    found.conclude()
}

async fn examine(config: &Config, found: &mut Findings) {
    let url = &config.site.public_url;
    if config.secure() {
        found.fine(format!("public address: {url}"));
    } else {
        found.note(format!(
            "public address: {url} is for trying things out; readers need https, [site] public_url = \"https://..\""
        ));
    }
    if config.secure() && config.server.proxies == 0 {
        found.wrong(
            "proxies: readers come over https, so a proxy stands in front, and [server] proxies = 0 takes it for all of them; set [server] proxies to how many there are",
        );
    }
    directory(&config.database.dir, found);
    holder(&config.database.dir, found).await;
    if let Err(error) = database(config, found).await {
        found.wrong(format!("database: {error:#}"));
    }
    server(config, found).await;
}

fn directory(dir: &Path, found: &mut Findings) {
    let at = dir.display();
    if !dir.is_dir() {
        found.wrong(format!(
            "data directory: {at} is not there; `gaceta init` makes it"
        ));
        return;
    }
    if let Err(error) = rustix::fs::access(dir, rustix::fs::Access::WRITE_OK) {
        found.wrong(format!(
            "data directory: {at} cannot be written ({error}); give it to the user who serves the paper"
        ));
        return;
    }
    match rustix::fs::statvfs(dir) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let line = format!("data directory: {at}, {} MiB free", free >> 20);
            if free < TOO_LITTLE {
                found.wrong(format!("{line}; soon the paper will not be able to write"));
            } else if free < LITTLE {
                found.note(format!("{line}; make room before it is less"));
            } else {
                found.fine(line);
            }
        }
        Err(error) => found.note(format!(
            "data directory: {at}; how much is free cannot be found out ({error})"
        )),
    }
}

async fn holder(dir: &Path, found: &mut Findings) {
    let at = dir.display();
    match DataLock::is_taken(dir) {
        Ok(false) => found.fine(format!("nobody works on {at}")),
        Ok(true) if work::tasks(dir, found).await => {}
        Ok(true) => found.note(format!(
            "another gaceta works on {at} and takes no orders: a command, or a paper that is starting or stopping"
        )),
        Err(error) => found.wrong(format!("the lock in {at} cannot be read: {error}")),
    }
}

async fn database(config: &Config, found: &mut Findings) -> anyhow::Result<()> {
    let location = config.location();
    if let Location::File(file) = &location
        && !file.exists()
    {
        anyhow::bail!(
            "there is none at {}; `gaceta init` makes it",
            file.display()
        );
    }
    match location.ssl_mode()? {
        None => {}
        Some((mode, true)) => found.fine(format!("database: reached with sslmode={mode}")),
        Some((mode, false)) => found.note(format!(
            "database: reached with sslmode={mode}, so on the way others may read along or stand in for it; [database] url = \"..?sslmode=verify-full&sslrootcert=FILE\" lets nobody"
        )),
    }
    let (clock, rng) = (Clock::System, Rng::System);
    let db = Db::open_to_look(&location).await?;
    if let Some(damage) = db.find_quick_damage().await? {
        anyhow::bail!("it is damaged ({damage}); put a backup in its place with `gaceta restore`");
    }
    match db.schema().await? {
        Schema::Current => found.fine("database: whole, and as this program needs it"),
        Schema::Older => {
            found.note(
                "database: whole, and of an older program; `gaceta backup` first, then the next start brings it up to date",
            );
            return Ok(());
        }
        Schema::Newer => anyhow::bail!(
            "it was written by a newer program than this one, {}; use that one, or restore a backup from before",
            env!("CARGO_PKG_VERSION")
        ),
    }
    let mut tx = db.read(&clock, &rng).await?;
    contents(config, &mut tx, found).await?;
    work::jobs(&mut tx, found).await?;
    moment(&mut tx, found).await?;
    drop(tx);
    db.close().await;
    Ok(())
}

async fn contents(config: &Config, tx: &mut Tx, found: &mut Findings) -> sqlx::Result<()> {
    let editions = Editions::default();
    editions.load(tx).await?;
    let all = editions.all();
    let slugs: Vec<&str> = all.iter().map(|room| room.edition.slug.as_str()).collect();
    let default = &config.site.default_edition;
    if slugs.contains(&default.as_str()) {
        found.fine(format!("editions: {}", slugs.join(", ")));
    } else if slugs.is_empty() {
        found.wrong("editions: none; `gaceta editions editions.toml` makes them");
    } else {
        found.wrong(format!(
            "editions: there is no {default:?}, which [site] default_edition names; the paper has: {}",
            slugs.join(", ")
        ));
    }
    let pages = about::store::list_pages(tx).await?;
    let is_there = |name: &str| {
        let mut pages = pages.iter().filter(|one| one.withdrawn_at.is_none());
        pages.any(|one| one.slug == name)
    };
    let required = about::Required::ALL.iter().map(|page| page.as_str());
    let missing: Vec<&str> = required.filter(|name| !is_there(name)).collect();
    if missing.contains(&about::Required::Terms.as_str()) {
        found.note("terms: none are published, so readers agree to nothing when they sign up");
    }
    if missing.is_empty() {
        found.fine("pages about the paper: all that laws of the European Union ask for");
    } else {
        found.note(format!(
            "pages about the paper: not published are {}; `gaceta about publish --help` says how",
            missing.join(", ")
        ));
    }
    Ok(())
}

/// The generation of leases is a moment or later: a clock behind it was set back, or was ahead when the paper started.
async fn moment(tx: &mut Tx, found: &mut Findings) -> sqlx::Result<()> {
    let now = tx.now();
    let last = find_setting(tx, GENERATION).await?;
    let last = last.and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    if last > now.plus(Span::minutes(1)).0 {
        found.wrong(format!(
            "clock: it is {} here, and the paper was opened later than that before; set the clock",
            now.rfc3339()
        ));
    } else {
        found.fine(format!("clock: {}", now.rfc3339()));
    }
    Ok(())
}

/// How mails are protected on their way to the server.
fn protection(config: &Config) -> &'static str {
    match Protection::of(&config.mail.smtp_url) {
        Ok(Protection::Tls | Protection::StartTls) => "with TLS",
        Ok(Protection::IfOffered) => "with TLS if it offers it",
        Ok(Protection::None) | Err(_) => "without TLS",
    }
}

/// Whether mails can be handed over.
async fn server(config: &Config, found: &mut Findings) {
    let mailer = match Mailer::new(&config.mail) {
        Ok(mailer) => mailer,
        Err(error) => return found.wrong(format!("mail: {error:#}")),
    };
    match config.mail.transport {
        MailTransport::File => found.note(format!(
            "mail: written as files into {}, so readers get none; [mail] transport = \"smtp\" sends it",
            config.mail.dir.display()
        )),
        MailTransport::Memory => {
            found.wrong("mail: kept in memory, which is for tests; [mail] transport = \"smtp\" sends it");
        }
        MailTransport::Smtp => {
            let server = &config.mail.smtp_url;
            if !server.is_here() && Protection::of(server).is_ok_and(|kind| !kind.is_sure()) {
                found.wrong(format!(
                    "mail: on the way to {server} others can read the links that sign people in; take ?tls= out of [mail] smtp_url"
                ));
            }
            match tokio::time::timeout(PATIENCE, mailer.reach()).await {
                Ok(Ok(())) => found.fine(format!("mail: the server answers ({server}), {}", protection(config))),
                Ok(Err(error)) => found.wrong(format!(
                    "mail: {server} cannot be reached: {error}; see [mail] smtp_url"
                )),
                Err(_) => found.wrong(format!(
                    "mail: {server} says nothing for {} seconds; see [mail] smtp_url",
                    PATIENCE.as_secs()
                )),
            }
        }
    }
}
