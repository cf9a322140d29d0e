//! A private PostgreSQL for the tests: own folder, own port of the loopback, gone at the end.
//!
//! It trades safety for speed (no fsync), because nothing in it outlives the run. PostgreSQL refuses to run as root, so
//! under root everything is done as `postgres`, or `nobody` where that user does not exist. A [`Guard`] stops it and
//! removes its folder, also when this program is killed. Deliberately not here: databases and schemas; tests make their own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::guard::Guard;
use crate::{child, provision};

/// A running cluster; dropping it stops and removes it.
pub struct Postgres {
    url: String,
    _guard: Guard,
}

/// Room for many tests at once, each with pools of its own.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
    "max_wal_size=256MB",
    "listen_addresses=127.0.0.1",
];

impl Postgres {
    /// Installs PostgreSQL if it is missing, makes an empty cluster, and starts it.
    pub fn start() -> anyhow::Result<Postgres> {
        let programs = &programs()?;
        let owner = Owner::choose()?;
        let home = private_folder(&owner)?;
        let guard = Guard::new(
            "set -- \"$1\" \"$2\" $3; home=$1; control=$2; shift 2; cd /; \
             \"$@\" \"$control\" stop -D \"$home/data\" -m immediate -w -t 30; rm -rf -- \"$home\"",
            &[
                &home.to_string_lossy(),
                &programs.join("pg_ctl").to_string_lossy(),
                &owner.prefix().join(" "),
            ],
        )?;
        let password = secret()?;
        make_cluster(&owner, programs, &home, &password)?;
        let port = start(&owner, programs, &home)?;
        Ok(Postgres {
            url: format!("postgres://gaceta:{password}@127.0.0.1:{port}/postgres"),
            _guard: guard,
        })
    }

    /// For `GACETA_TEST_POSTGRES`: a superuser's address, so that each test can make its own database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Where PostgreSQL's programs are, after installing them if they are missing.
pub(crate) fn programs() -> anyhow::Result<PathBuf> {
    provision::need(&[&provision::POSTGRES])?;
    let initdb = provision::POSTGRES.get()?;
    let initdb = std::fs::canonicalize(&initdb).unwrap_or(initdb);
    let folder = initdb.parent().context("initdb stands in a folder")?;
    Ok(folder.to_path_buf())
}

/// `cargo xtask postgres`: the same cluster, for a person.
pub fn by_hand() -> anyhow::Result<bool> {
    let postgres = Postgres::start()?;
    println!("export GACETA_TEST_POSTGRES='{}'", postgres.url());
    println!("It is there until you press Enter.");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(true)
}

/// Whom the server runs as.
pub(crate) struct Owner(Option<&'static str>);

impl Owner {
    pub(crate) fn choose() -> anyhow::Result<Owner> {
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
    pub(crate) fn prefix(&self) -> Vec<&str> {
        self.0
            .map_or_else(Vec::new, |user| vec!["runuser", "-u", user, "--"])
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut words = self.prefix().into_iter();
        let mut command = match words.next() {
            None => return at_top(Command::new(program)),
            Some(first) => Command::new(first),
        };
        command.args(words).arg(program);
        at_top(command)
    }
}

/// The other user may not be allowed to stand where we stand.
fn at_top(mut command: Command) -> Command {
    command.current_dir("/");
    command
}

/// In the folder for temporary files, because another user must be able to walk to it.
pub(crate) fn private_folder(owner: &Owner) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    let home = std::env::temp_dir().join(format!("gaceta-postgres-{}", secret()?));
    std::fs::DirBuilder::new().mode(0o700).create(&home)?;
    if let Some(user) = owner.0 {
        let mut give = Command::new("chown");
        give.arg(user).arg(&home);
        child::output(give)?;
    }
    Ok(home)
}

/// Sixteen random bytes in hexadecimal: other users of the machine can reach the port too.
pub(crate) fn secret() -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(crate) fn make_cluster(
    owner: &Owner,
    programs: &Path,
    home: &Path,
    password: &str,
) -> anyhow::Result<()> {
    let secret = home.join("password");
    std::fs::write(&secret, password)?;
    if let Some(user) = owner.0 {
        let mut give = Command::new("chown");
        give.arg(user).arg(&secret);
        child::output(give)?;
    }
    let mut init = owner.command(&programs.join("initdb"));
    init.arg("-D").arg(home.join("data")).args([
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
    Ok(())
}

fn start(owner: &Owner, programs: &Path, home: &Path) -> anyhow::Result<u16> {
    let mut last = None;
    for _ in 0..5 {
        // Somebody else may take the port between here and there; then the next one is tried.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut options = format!("-p {port} -k {}", home.display());
        for setting in SETTINGS {
            options.push_str(" -c ");
            options.push_str(setting);
        }
        let mut control = owner.command(&programs.join("pg_ctl"));
        control.args(["start", "-w", "-t", "60", "-o", &options]);
        control.arg("-D").arg(home.join("data"));
        control.arg("-l").arg(home.join("log"));
        match child::output(control) {
            Ok(_) => return Ok(port),
            Err(error) => last = Some(error),
        }
    }
    let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
    match last {
        Some(error) => bail!("PostgreSQL does not start: {error:#}\n{log}"),
        None => bail!("PostgreSQL was never started"),
    }
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
