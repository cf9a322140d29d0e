//! `gaceta.toml`: its commented default ([`DEFAULT_FILE`]) is the documentation of every setting.
//!
//! Unknown names are refused, so a misspelt setting is noticed at start and not after a month.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::address::Root;
use super::db::{Location, text_enum};
use super::mail::MAIL;
use super::time::Span;
pub use server_url::ServerUrl;

mod gate;
mod server_url;

/// The documented default, as `gaceta init` writes it.
pub const DEFAULT_FILE: &str = include_str!("gaceta.toml");

/// Declares a section of the file with its defaults.
macro_rules! section {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident : $ty:ty = $default:expr),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$doc])* pub $field: $ty),* }
        impl Default for $name {
            fn default() -> Self { Self { $($field: $default),* } }
        }
    };
}

text_enum! {
    /// What is done about reading on several devices.
    pub enum Mode {
        /// Seats read anywhere.
        Off = "off",
        /// Record what would have happened, show nothing.
        Observe = "observe",
        /// One device at a time.
        Enforce = "enforce",
    }
}

text_enum! {
    /// How mail leaves.
    pub enum MailTransport {
        /// By SMTP, with TLS unless the server is on this machine.
        Smtp = "smtp",
        /// As files, for trying things out.
        File = "file",
        /// Kept in memory, for tests.
        Memory = "memory",
    }
}

section! {
    /// The whole file.
    Config {
        /// `[site]`
        site: Site = Site::default(),
        /// `[server]`
        server: Server = Server::default(),
        /// `[database]`
        database: Database = Database::default(),
        /// `[mail]`
        mail: Mail = Mail::default(),
        /// `[background]`
        background: Background = Background::default(),
        /// `[reading]`
        reading: Reading = Reading::default(),
        /// `[meter]`
        meter: Meter = Meter::default(),
        /// `[pages]`
        pages: Pages = Pages::default(),
        /// `[accounts]`
        accounts: Accounts = Accounts::default(),
        /// `[gate]`
        gate: Gate = Gate::default(),
        /// `[nodes]`
        nodes: Nodes = Nodes::default(),
    }
}

section! {
    /// The paper.
    Site {
        /// The address readers type, without a slash at the end.
        public_url: String = "http://localhost:8080".into(),
        /// Its name.
        name: String = "Gaceta".into(),
        /// The edition of the bare address.
        default_edition: String = "en".into(),
    }
}

section! {
    /// The web server.
    Server {
        /// Address and port.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)),
        /// Trusted proxies in front.
        proxies: usize = 0,
        /// The largest form, bytes.
        max_form_bytes: usize = 65_536,
        /// The longest request.
        request_for: Span = Span::seconds(30),
        /// Open connections.
        connections: usize = 100_000,
        /// Of these, from one network.
        connections_per_client: usize = 1_000,
        /// A connection on which nothing is sent.
        idle_for: Span = Span::seconds(150),
        /// Pages later than this are too late.
        late_for: Span = Span(500),
        /// Patience at shutdown.
        stop_for: Span = Span::seconds(10),
    }
}

section! {
    /// The database.
    Database {
        /// Directory of the embedded database, the lock and the control socket.
        dir: PathBuf = "gaceta-data".into(),
        /// PostgreSQL, or empty for the embedded one.
        url: ServerUrl = ServerUrl::default(),
    }
}

section! {
    /// Outgoing mail.
    Mail {
        /// How it leaves.
        transport: MailTransport = MailTransport::File,
        /// Sender of every mail.
        from: String = "Gaceta <gaceta@localhost>".into(),
        /// Where answers go; empty for the sender.
        reply_to: String = String::new(),
        /// Directory for `file`.
        dir: PathBuf = "gaceta-data/mail".into(),
        /// Server for `smtp`; what protects the connection is `mail::Protection::of`.
        smtp_url: ServerUrl = "smtp://localhost:25".into(),
        /// File with a certificate authority of the server's own, PEM; empty for none.
        smtp_ca: PathBuf = PathBuf::new(),
        /// One mail.
        send_for: Span = Span::minutes(1),
        /// RSA key that signs, PEM; empty for none.
        dkim_key: PathBuf = PathBuf::new(),
        /// What the key is called in the DNS.
        dkim_selector: String = "gaceta".into(),
        /// Ed25519 key that signs beside it, PEM; empty for none.
        dkim_second_key: PathBuf = PathBuf::new(),
        /// What that key is called.
        dkim_second_selector: String = "gaceta-ed25519".into(),
        /// Domain of the keys; empty for the sender's.
        dkim_domain: String = String::new(),
        /// Name server that `gaceta doctor mail` asks, address and port; empty for the machine's.
        name_server: String = String::new(),
    }
}

section! {
    /// Work beside answering requests.
    Background {
        /// Jobs that run at the same time.
        workers: usize = 3,
    }
}

section! {
    /// One device at a time.
    Reading {
        /// What is done about it.
        mode: Mode = Mode::Enforce,
        /// In front: since the last scroll, key, pointer or touch.
        read_for: Span = Span::minutes(3),
        /// Visible without focus.
        glance_for: Span = Span::minutes(1),
        /// Since a page was sent, without JavaScript.
        sent_for: Span = Span::minutes(2),
        /// Since a page was sent, whatever its script says.
        settle_for: Span = Span::seconds(3),
        /// Without a heartbeat.
        silent_for: Span = Span::seconds(75),
        /// Between heartbeats.
        beat_every: Span = Span::seconds(30),
        /// Since a live stream broke.
        stream_for: Span = Span::seconds(15),
        /// An old page going away.
        late_rest_for: Span = Span::seconds(2),
        /// In which changes of device are counted.
        swaps_in: Span = Span::minutes(10),
        /// So many silent changes in `swaps_in`.
        silent_passes: u8 = 5,
        /// Going on without knowing.
        grace: Span = Span::seconds(60),
        /// How long events are kept.
        events_for: Span = Span::days(30),
        /// Events of one reader that are kept, an hour.
        events_per_reader: u32 = 300,
        /// What the open pages of one session may send, a minute.
        calls_per_minute: u32 = 240,
        /// Live streams of one network.
        streams_per_client: usize = 500,
    }
}

section! {
    /// Free articles for people without a seat.
    Meter {
        /// Without an account, a calendar month.
        anonymous: usize = 3,
        /// With an account, a calendar month.
        registered: usize = 5,
    }
}

section! {
    /// Finished pages in memory.
    Pages {
        /// Bytes.
        cache_bytes: u64 = 536_870_912,
        /// Greatest age of what stands beside an article.
        sidebars_for: Span = Span::seconds(60),
        /// Articles on one page of an archive.
        archive_length: usize = 20,
    }
}

section! {
    /// Accounts, sessions and their limits.
    Accounts {
        /// A session without a request.
        idle_for: Span = Span::days(60),
        /// A session at most.
        session_for: Span = Span::days(365),
        /// Since the password was given.
        confirmed_for: Span = Span::minutes(10),
        /// Link that proves an address.
        proof_for: Span = Span::days(1),
        /// Link that brings the address from before a change back.
        address_back_for: Span = Span::days(7),
        /// Link that sets a new password.
        reset_for: Span = Span::minutes(30),
        /// Link and code that sign in.
        link_for: Span = Span::minutes(10),
        /// Codes that may be typed for one mail.
        code_tries: u32 = 5,
        /// Link of an invitation.
        invitation_for: Span = Span::days(14),
        /// Before the end of a subscription.
        ends_soon_for: Span = Span::days(7),
        /// Shortest password, characters.
        min_password: usize = 10,
        /// Wrong passwords of one account, an hour, before further tries wait.
        attempts_per_account: u32 = 20,
        /// Wrong passwords from one network, an hour, before further tries wait.
        attempts_per_network: u32 = 200,
        /// The longest wait.
        slowed_for: Span = Span::seconds(10),
        /// Mails to one address, an hour.
        mails_per_address: u32 = 5,
        /// Mails asked for from one network, an hour.
        mails_per_network: u32 = 100,
        /// Changes of one reader's password, an hour.
        password_changes: u32 = 10,
        /// Browsers that are known of one reader.
        devices_per_reader: u32 = 100,
        /// Password hashes at the same time.
        hashes_at_once: usize = 2,
        /// People who wait for one.
        hashes_waiting: usize = 64,
        /// Of these, for one account, network, device or link.
        hashes_share: usize = 16,
    }
}

section! {
    /// Other sites that ask the paper who may read.
    Gate {
        /// Their addresses.
        sites: Vec<Root> = Vec::new(),
        /// Addresses on them whose CORS preflights are let by.
        preflights: Vec<Root> = Vec::new(),
        /// The domain in which they get the session cookie, too; empty for the paper's own host.
        cookie_domain: String = String::new(),
    }
}

section! {
    /// Several nodes over one PostgreSQL.
    Nodes {
        /// What a node has in memory, without hearing that it is still so.
        stale_for: Span = Span::seconds(2),
        /// Between two looks at what others changed.
        look_every: Span = Span(100),
    }
}

impl Config {
    /// Reads the file (none is the same as an empty one), then the environment.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong with it.
    pub fn load(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                anyhow::anyhow!(
                    "cannot read {}: {error}; `gaceta init` writes one",
                    path.display()
                )
            })?,
            None => String::new(),
        };
        let name = file.map_or("gaceta.toml".into(), Path::to_string_lossy);
        let config: Self = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{name}: {}", explained(&text, &error)))?;
        config.overridden_by(env)?.checked()
    }

    fn overridden_by(self, env: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut table = toml::Table::try_from(&self)?;
        for (name, value) in env {
            let Some(path) = name
                .strip_prefix("GACETA_")
                .and_then(|rest| rest.split_once("__"))
            else {
                continue;
            };
            let (section, field) = (path.0.to_lowercase(), path.1.to_lowercase());
            let Some(slot) = table
                .get_mut(&section)
                .and_then(|part| part.get_mut(&field))
            else {
                anyhow::bail!(
                    "the environment variable {name} names no setting; see gaceta.toml for the list"
                );
            };
            *slot = match slot {
                toml::Value::Integer(_) => value.parse::<i64>().map(toml::Value::Integer).map_err(
                    |_| {
                        anyhow::anyhow!(
                            "the environment variable {name} must be a whole number, not {value:?}"
                        )
                    },
                )?,
                toml::Value::Array(_) => toml::Value::Array(
                    value
                        .split_whitespace()
                        .map(|one| toml::Value::String(one.to_owned()))
                        .collect(),
                ),
                _ => toml::Value::String(value),
            };
        }
        table
            .try_into()
            .map_err(|error| anyhow::anyhow!("an environment variable GACETA_..: {error}"))
    }

    fn checked(mut self) -> anyhow::Result<Self> {
        let url = self.site.public_url.trim_end_matches('/').to_owned();
        let host = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains('/')) {
            anyhow::bail!(
                "[site] public_url must look like \"https://paper.example\", not {:?}",
                self.site.public_url
            );
        }
        let local =
            host.is_some_and(|host| host.starts_with("localhost") || host.starts_with("127.0.0.1"));
        if url.starts_with("http://") && !local {
            anyhow::bail!(
                "[site] public_url must start with https://; plain http is for localhost only"
            );
        }
        self.gate.check(&url)?;
        self.site.public_url = url;
        if self.accounts.hashes_at_once == 0 || self.pages.archive_length == 0 {
            anyhow::bail!(
                "[accounts] hashes_at_once and [pages] archive_length must be at least 1"
            );
        }
        let between_mails = 3_600_000 / u64::from(self.accounts.mails_per_address.max(1));
        if self.accounts.reset_for.min(self.accounts.proof_for).0 < between_mails {
            anyhow::bail!(
                "[accounts] reset_for and proof_for must be at least an hour divided by mails_per_address, or there may be no link that works"
            );
        }
        if self.accounts.devices_per_reader == 0 {
            anyhow::bail!("[accounts] devices_per_reader must be at least 1");
        }
        if self.reading.silent_passes > 16 {
            anyhow::bail!("[reading] silent_passes must be 16 at most");
        }
        if self.background.workers == 0 {
            anyhow::bail!("[background] workers must be at least 1, or no mail would leave");
        }
        let longest = MAIL.limit();
        if self.mail.send_for.0 == 0 || self.mail.send_for >= longest {
            anyhow::bail!("[mail] send_for must be more than nothing and less than {longest}");
        }
        if self.reading.silent_for <= self.reading.beat_every {
            anyhow::bail!(
                "[reading] silent_for must be longer than beat_every, or every page would be at rest"
            );
        }
        if self.nodes.stale_for.0 < 5 * self.nodes.look_every.0.max(1) {
            anyhow::bail!(
                "[nodes] stale_for must be at least five times look_every, or memory would hardly ever be used"
            );
        }
        Ok(self)
    }

    /// Where the database is.
    #[must_use]
    pub fn location(&self) -> Location {
        if self.database.url.is_empty() {
            Location::File(self.database.dir.join("gaceta.db"))
        } else {
            Location::Url(self.database.url.clone())
        }
    }

    /// Whether cookies may be bound to https (`__Host-`, `Secure`).
    #[must_use]
    pub fn secure(&self) -> bool {
        self.site.public_url.starts_with("https://")
    }
}

/// What is wrong with the file, and where. The line itself is shown too, unless an address stands in it, which may hold a
/// password.
fn explained(text: &str, error: &toml::de::Error) -> String {
    let span = error.span().unwrap_or_default();
    let begun = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let ended = text[span.end..]
        .find('\n')
        .map_or(text.len(), |at| span.end + at);
    if text[begun..ended].contains("://") {
        let line = text[..begun].matches('\n').count() + 1;
        format!("line {line}: {}", error.message())
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Mailer;

    fn load(text: &str, env: &[(&str, &str)]) -> anyhow::Result<Config> {
        let config: Config = toml::from_str(text)?;
        config
            .overridden_by(env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))?
            .checked()
    }

    /// Caddy keeps a connection for 120 s, Go's client (Traefik) for 90, nginx for 60: whoever closes first must be the
    /// proxy, or it sends a form into a connection that is just being closed, and the reader sees 502.
    #[test]
    fn a_connection_is_kept_for_longer_than_the_usual_proxies_keep_theirs() {
        assert!(Config::default().server.idle_for >= Span::seconds(130));
    }

    #[test]
    fn the_commented_default_is_the_default() {
        let live: String = DEFAULT_FILE
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| {
                        rest.split_once(" = ").is_some_and(|(k, _)| {
                            k.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                        })
                    })
                    .unwrap_or(line)
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        let written: toml::Table = toml::from_str(&live).unwrap();
        let config: Config = written.clone().try_into().unwrap();
        assert_eq!(config, Config::default());
        let names = |table: &toml::Table| -> Vec<String> {
            let names = |(section, part): (&String, &toml::Value)| {
                part.as_table()
                    .unwrap()
                    .keys()
                    .map(|name| format!("{section}.{name}"))
                    .collect::<Vec<_>>()
            };
            table.iter().flat_map(names).collect()
        };
        let known = toml::Table::try_from(Config::default()).unwrap();
        assert_eq!(
            names(&written),
            names(&known),
            "every setting is in gaceta.toml"
        );
    }

    #[test]
    fn no_password_of_a_server_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gaceta.toml");
        for (text, hint) in [
            (
                "[mail]\nstmp_url = \"smtps://ana:hunter2@mail.example\"\n",
                "line 2: unknown field `stmp_url`",
            ),
            (
                "[mail]\n\nsmtp_url = \"smtps://ana:hunter2@mail.example\n",
                "line 3: ",
            ),
            (
                "[database]\nurl = \"postgres://ana:hunter2@db.example/p\" x\n",
                "line 2: ",
            ),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = Config::load(Some(&file), std::iter::empty()).unwrap_err();
            let said = format!("{error:?} {error:#}");
            assert!(said.contains(hint) && !said.contains("hunter2"), "{said}");
        }
        let text = "[mail]\ntransport = \"smtp\"\nsmtp_url = \"smtps://ana:hunter2@mail.example:x\"\n[database]\nurl = \"postgres://ana:hunter2@db.example:x/p\"\n";
        std::fs::write(&file, text).unwrap();
        let config = Config::load(Some(&file), std::iter::empty()).unwrap();
        let error = Mailer::new(&config.mail).unwrap_err();
        let said = format!("{config:?} {:?} {error:?} {error:#}", config.location());
        assert!(
            said.contains("db.example") && !said.contains("hunter2"),
            "{said}"
        );
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (text, env, hint) in [
            (
                "[reading]\nmode = \"strict\"",
                ("X", ""),
                "not one of off, observe, enforce",
            ),
            ("[reading]\nread_fro = \"3m\"", ("X", ""), "read_fro"),
            (
                "[site]\npublic_url = \"http://paper.example\"",
                ("X", ""),
                "https://",
            ),
            ("", ("GACETA_SITE__NAEM", "x"), "GACETA_SITE__NAEM"),
            ("", ("GACETA_METER__ANONYMOUS", "many"), "whole number"),
            (
                "",
                ("GACETA_READING__SILENT_FOR", "20s"),
                "longer than beat_every",
            ),
            ("", ("GACETA_BACKGROUND__WORKERS", "0"), "at least 1"),
            ("", ("GACETA_MAIL__SEND_FOR", "2m"), "less than 2m"),
            (
                "[gate]\nsites = [\"archive.example\"]",
                ("X", ""),
                "begin with https://",
            ),
            (
                "[gate]\nsites = [\"https://archive.example\"]",
                ("X", ""),
                "must begin with http://",
            ),
        ] {
            let error = load(text, &[env]).unwrap_err().to_string();
            assert!(error.contains(hint), "{error}");
        }
        let sites = "http://localhost:1 http://localhost:2/old";
        let sites = load("", &[("GACETA_GATE__SITES", sites)])
            .unwrap()
            .gate
            .sites;
        assert_eq!(sites.len(), 2);
        assert_eq!(sites[1].as_str(), "http://localhost:2/old");
        assert_eq!(
            load("", &[("GACETA_METER__ANONYMOUS", "7")])
                .unwrap()
                .meter
                .anonymous,
            7
        );
    }
}
