//! A private PostgreSQL: own folder, own port of the loopback, gone at the end.
//!
//! It trades safety for speed (no fsync), because nothing in it outlives the run. PostgreSQL refuses to run as root, so
//! under root everything is done as `postgres`, or `nobody` where that user does not exist. A [`Guard`] stops it and
//! removes its folder, also when this program is killed. Deliberately not here: databases and schemas, which whoever asks
//! makes, and servers that follow each other (`tools/chaos`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::guard::Guard;
use crate::{child, port, provision};

/// A running server; dropping it stops and removes it.
pub struct Postgres {
    home: Home,
    port: u16,
}

/// Room for many tests at once, each with pools of its own.
const FOR_TESTS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 \
                         -c shared_buffers=128MB -c max_wal_size=256MB -c listen_addresses=127.0.0.1";

/// What is written reaches the operating system before it is acknowledged, but not the disk.
pub const SETTINGS: &str =
    "-c fsync=off -c max_connections=100 -c shared_buffers=64MB -c listen_addresses=127.0.0.1";

impl Postgres {
    /// Installs PostgreSQL if it is missing, makes an empty cluster for tests, and starts it.
    ///
    /// # Errors
    /// When any of that fails.
    pub fn start() -> anyhow::Result<Postgres> {
        Postgres::start_with(FOR_TESTS)
    }

    /// The same with these settings.
    ///
    /// # Errors
    /// When it cannot be installed, made or started.
    pub fn start_with(settings: &str) -> anyhow::Result<Postgres> {
        let home = Home::make()?;
        let data = home.init()?;
        let mut last = None;
        for _ in 0..5 {
            // Somebody else may take the port between here and there; then the next one is tried.
            let port = port::free()?;
            match home.start(&data, port, settings, |_| {}) {
                Ok(()) => return Ok(Postgres { home, port }),
                Err(error) => last = Some(error),
            }
        }
        bail!("{:#}", last.context("PostgreSQL was never started")?)
    }

    /// A superuser's address, so that each test can make its own database.
    #[must_use]
    pub fn url(&self) -> String {
        self.home.url(self.port)
    }
}

/// A folder of servers, and whom they run as; dropping it stops all of them and removes it.
pub struct Home {
    owner: Owner,
    programs: PathBuf,
    folder: PathBuf,
    password: String,
    _guard: Guard,
}

impl Home {
    /// Installs PostgreSQL if it is missing, and makes an empty folder.
    ///
    /// # Errors
    /// When it cannot be installed, or there is nobody to run it as.
    pub fn make() -> anyhow::Result<Home> {
        provision::need(&[&provision::POSTGRES])?;
        let initdb = provision::POSTGRES.get()?;
        let initdb = std::fs::canonicalize(&initdb).unwrap_or(initdb);
        let programs = initdb.parent().context("initdb stands in a folder")?;
        let owner = Owner::choose()?;
        let folder = private_folder(&owner)?;
        let guard = Guard::new(
            "set -- \"$1\" \"$2\" $3; home=$1; control=$2; shift 2; cd /; \
             for pid in \"$home\"/*/postmaster.pid; do [ -e \"$pid\" ] || continue; \
             \"$@\" \"$control\" stop -D \"${pid%/postmaster.pid}\" -m immediate -w -t 30; done; rm -rf -- \"$home\"",
            &[
                &folder.to_string_lossy(),
                &programs.join("pg_ctl").to_string_lossy(),
                &owner.prefix().join(" "),
            ],
        )?;
        Ok(Home {
            owner,
            programs: programs.to_owned(),
            folder,
            password: secret()?,
            _guard: guard,
        })
    }

    /// The folder, in which each server has one of its own.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A superuser's address of the server at `port`.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        let password = &self.password;
        format!("postgres://gaceta:{password}@127.0.0.1:{port}/postgres")
    }

    /// A program of PostgreSQL's, run as the owner.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = self.owner.command(&self.programs.join(program));
        command.env("PGPASSWORD", &self.password);
        command
    }

    /// Makes an empty cluster, the first one; its folder.
    ///
    /// # Errors
    /// Whatever `initdb` says.
    pub fn init(&self) -> anyhow::Result<PathBuf> {
        let (secret, data) = (self.folder.join("password"), self.folder.join("data"));
        std::fs::write(&secret, &self.password)?;
        self.owner.give(&secret)?;
        let mut init = self.command("initdb");
        init.arg("-D").arg(&data).args([
            "-U",
            "gaceta",
            "-E",
            "UTF8",
            "--locale=C",
            // Plain passwords: they cross the loopback only, and hundreds of connections are opened by slow builds.
            "--auth=password",
            "--no-sync",
        ]);
        init.arg(format!("--pwfile={}", secret.display()));
        child::output(init).context("cannot make a PostgreSQL cluster")?;
        Ok(data)
    }

    /// Starts the server of `data`; `rule` may say what the process lives under.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn start(
        &self,
        data: &Path,
        port: u16,
        settings: &str,
        rule: impl FnOnce(&mut Command),
    ) -> anyhow::Result<()> {
        let log = self.folder.join("log");
        let options = format!("-p {port} -k {} {settings}", self.folder.display());
        let mut start = self.command("pg_ctl");
        start.args(["start", "-w", "-t", "60", "-o", &options, "-D"]);
        start.arg(data).arg("-l").arg(&log);
        rule(&mut start);
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        child::output(start).with_context(|| format!("PostgreSQL does not start:\n{}", said()))?;
        Ok(())
    }

    /// Stops the server of `data`, in one of the ways of `pg_ctl`.
    ///
    /// # Errors
    /// When it does not end within half a minute.
    pub fn stop(&self, data: &Path, how: &str) -> anyhow::Result<()> {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-w", "-t", "30", "-m", how, "-D"]);
        stop.arg(data);
        child::output(stop).context("cannot stop PostgreSQL")?;
        Ok(())
    }
}

/// Whom the server runs as.
struct Owner(Option<&'static str>);

impl Owner {
    fn choose() -> anyhow::Result<Owner> {
        if !provision::is_root() {
            return Ok(Owner(None));
        }
        let known = |name: &&&str| {
            let mut id = Command::new("id");
            id.args(["-u", name]);
            child::output(id).is_ok()
        };
        let user = ["postgres", "nobody"].iter().find(known);
        Ok(Owner(Some(user.context(
            "PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody` to run it as",
        )?)))
    }

    /// The words before a command that make it run as this user.
    fn prefix(&self) -> Vec<&str> {
        self.0
            .map_or_else(Vec::new, |user| vec!["runuser", "-u", user, "--"])
    }

    fn command(&self, program: &Path) -> Command {
        let mut words = self.prefix().into_iter();
        let mut command = match words.next() {
            None => Command::new(program),
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(program);
                command
            }
        };
        // The other user may not be allowed to stand where we stand.
        command.current_dir("/");
        command
    }

    fn give(&self, what: &Path) -> anyhow::Result<()> {
        let Some(user) = self.0 else { return Ok(()) };
        let mut give = Command::new("chown");
        give.arg(user).arg(what);
        child::output(give).map(drop)
    }
}

/// In the folder for temporary files, because another user must be able to walk to it.
fn private_folder(owner: &Owner) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    let home = std::env::temp_dir().join(format!("gaceta-postgres-{}", secret()?));
    std::fs::DirBuilder::new().mode(0o700).create(&home)?;
    owner.give(&home)?;
    Ok(home)
}

/// Sixteen random bytes in hexadecimal: other users of the machine can reach the port too.
fn secret() -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, two) = (secret().unwrap(), secret().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, two);
    }

    #[test]
    fn without_another_user_commands_are_plain() {
        let command = Owner(None).command(Path::new("/bin/true"));
        assert_eq!(command.get_program(), "/bin/true");
        let command = Owner(Some("nobody")).command(Path::new("/bin/true"));
        assert_eq!(command.get_program(), "runuser");
    }
}
