//! The paper that is broken: one process over real files, its commands, and the disk under it.
//!
//! Deliberately not here: what people do with it, and what should be there after it died.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::ensure;
use drive::guard::Guard;
use drive::http::Client;
use drive::process::Running;
use drive::{child, paper, port};

use crate::disk::Disk;
use crate::post::Post;

/// A paper in a directory of its own.
pub struct Place {
    pub port: u16,
    pub folder: PathBuf,
    pub disk: Disk,
    pub post: Post,
    binary: PathBuf,
    ground: Ground,
    /// Takes the small file system away.
    _mounted: Option<Guard>,
    /// The server is gone, or about to be.
    down: AtomicBool,
    /// The power is off: commands that run are gone, too.
    dark: AtomicBool,
    /// For names of files.
    count: AtomicU64,
    running: Mutex<Option<Running>>,
}

/// What the paper's files lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The disk of this machine.
    Real,
    /// The same, behind `disk.c`.
    Simulated,
    /// A file system of its own of a few megabytes, in memory. Needs root.
    Small,
}

/// What became of a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// It said that it was done; with these lines.
    Done(String),
    /// It said why not; nothing was changed.
    Refused(String),
    /// The server, or the command, was gone.
    Nothing,
}

/// So long a server may take to be ready, and a command to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// No account and no network is refused for trying often: everybody here comes from one address.
const SETTINGS: [(&str, &str); 7] = [
    ("GACETA_ACCOUNTS__ATTEMPTS_PER_ACCOUNT", "1000000"),
    ("GACETA_ACCOUNTS__ATTEMPTS_PER_NETWORK", "1000000"),
    ("GACETA_ACCOUNTS__MAILS_PER_ADDRESS", "1000000"),
    ("GACETA_ACCOUNTS__MAILS_PER_NETWORK", "1000000"),
    ("GACETA_ACCOUNTS__PASSWORD_CHANGES", "1000000"),
    ("GACETA_ACCOUNTS__CONFIRMED_FOR", "1d"),
    ("GACETA_MAIL__TRANSPORT", "file"),
];

impl Place {
    /// As `gaceta init` leaves it.
    pub fn new(binary: &Path, folder: &Path, ground: Ground) -> anyhow::Result<Place> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder.join("data"))?;
        let folder = folder.canonicalize()?;
        let mounted = (ground == Ground::Small)
            .then(|| mount(&folder.join("data")))
            .transpose()?;
        let place = Place {
            port: port::free()?,
            disk: Disk::make(&folder)?,
            post: Post::new(folder.join("mail")),
            folder,
            binary: binary.to_owned(),
            ground,
            _mounted: mounted,
            down: AtomicBool::new(false),
            dark: AtomicBool::new(false),
            count: AtomicU64::new(0),
            running: Mutex::default(),
        };
        let told = place.order(&["init"], "")?;
        ensure!(matches!(told, Told::Done(_)), "no paper: {told:?}");
        Ok(place)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A number that nobody had before.
    pub fn number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether an answer that did not come is no wonder.
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        paper::place(&mut command, self.port, &self.data());
        command
            .args(words)
            .current_dir(&self.folder)
            .env("GACETA_MAIL__DIR", self.folder.join("mail"))
            .envs(SETTINGS)
            .env("NO_COLOR", "1")
            .process_group(0);
        if self.ground == Ground::Simulated {
            self.disk.rule(&mut command, &self.data());
        }
        command
    }

    /// Starts the server and returns before it answers.
    pub fn start(&self) -> anyhow::Result<()> {
        let started = Running::start(self.command(&["serve"]), &self.folder.join("log"))?;
        *self.running() = Some(started);
        Ok(())
    }

    /// Waits until it is ready; for how long.
    pub fn ready(&self) -> anyhow::Result<Duration> {
        let since = Instant::now();
        while self.health().is_none_or(|(status, _)| status != 200) {
            let ended = self
                .running()
                .as_mut()
                .and_then(|running| running.ended().ok().flatten());
            ensure!(
                ended.is_none() && since.elapsed() < PATIENCE,
                "the paper does not start:\n{}",
                self.last_words()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        self.dark.store(false, Ordering::Relaxed);
        self.down.store(false, Ordering::Relaxed);
        Ok(since.elapsed())
    }

    /// What `/health/ready` says.
    pub fn health(&self) -> Option<(u16, String)> {
        let mut client = Client::connect(self.port).ok()?;
        let answer = client.get("/health/ready", &[]).ok()?;
        Some((answer.status, answer.text()))
    }

    /// The end of the log.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// SIGKILL. Commands that wait for the server go on by themselves, unless the power fails.
    pub fn kill(&self, power: bool) {
        self.dark.store(power, Ordering::Relaxed);
        self.down.store(true, Ordering::Relaxed);
        if let Some(running) = self.running().take() {
            running.kill();
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a command of the paper's to its end, with a line on its standard input.
    pub fn order(&self, words: &[&str], line: &str) -> anyhow::Result<Told> {
        let number = self.number();
        let out = |name: &str| self.folder.join(format!("{name}-{number}"));
        let (said, wrong) = (out("out"), out("err"));
        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(std::fs::File::create(&said)?)
            .stderr(std::fs::File::create(&wrong)?);
        let mut child = command.spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            // A command that does not read it may have ended.
            let _ = pipe.write_all(line.as_bytes());
        }
        let since = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if self.dark.load(Ordering::Relaxed) || since.elapsed() > PATIENCE {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let read = |file: &Path| -> anyhow::Result<String> {
            let text = std::fs::read_to_string(file)?;
            std::fs::remove_file(file)?;
            Ok(text)
        };
        let (said, wrong) = (read(&said)?, read(&wrong)?);
        Ok(if status.success() {
            Told::Done(said)
        } else if self.is_down() {
            Told::Nothing
        } else {
            Told::Refused(wrong)
        })
    }

    /// Waits for a server that is not expected to start; its last words. `None` if it is ready.
    pub fn refusal(&self) -> anyhow::Result<Option<String>> {
        let ready = self.ready().is_ok();
        if !ready {
            self.kill(false);
        }
        Ok((!ready).then(|| self.last_words()))
    }

    /// Fills the disk to the last byte, or makes room again.
    pub fn fill(&self, full: bool) -> anyhow::Result<()> {
        let ballast = self.data().join("ballast");
        if !full {
            return Ok(std::fs::remove_file(ballast)?);
        }
        let mut file = std::fs::File::create(ballast)?;
        // Pieces get smaller, so that nothing is left.
        for piece in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
        Ok(())
    }

    /// What is wrong with the database, by the paper's own words: `gaceta doctor` beside the server.
    pub fn damage(&self) -> anyhow::Result<Option<String>> {
        let doctor = self.command(&["doctor"]).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&doctor.stdout);
        let whole = said.lines().any(|line| {
            line.starts_with("ok ") && line.contains("database: whole, and as this program needs")
        });
        Ok((!whole).then(|| said.into_owned()))
    }

    /// What is wrong with the files of a dead server, by a look at every page and every index: they are copied, opened, so
    /// that the log goes into the file, and restored elsewhere, which looks.
    pub fn deep_damage(&self) -> anyhow::Result<Option<String>> {
        let copy = self.folder.join("copy");
        let _ = std::fs::remove_dir_all(&copy);
        copy_files(&self.data(), &copy)?;
        let file = copy.join("gaceta.db").to_string_lossy().into_owned();
        for (words, dir) in [
            (["topic", "list"], copy.clone()),
            (["restore", file.as_str()], copy.join("restored")),
        ] {
            let mut command = self.command(&words);
            command.env("GACETA_DATABASE__DIR", dir);
            command.env_remove("LD_PRELOAD");
            if let Err(error) = child::output(command) {
                return Ok(Some(format!("{error:#}")));
            }
        }
        std::fs::remove_dir_all(&copy)?;
        Ok(None)
    }
}

/// So large is the small file system.
const SMALL: &str = "size=12m";

fn mount(data: &Path) -> anyhow::Result<Guard> {
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", SMALL, "tmpfs"]).arg(data);
    child::output(mount)?;
    let at = data.to_string_lossy();
    Ok(Guard::new("umount -l -- \"$1\"", &[&at])?)
}

/// The database and its log, as they are. Of a dead server.
pub fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for name in ["gaceta.db", "gaceta.db-wal"] {
        let _ = std::fs::remove_file(to.join(name));
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name))?;
        }
    }
    // It is made anew from the log.
    let _ = std::fs::remove_file(to.join("gaceta.db-shm"));
    Ok(())
}
