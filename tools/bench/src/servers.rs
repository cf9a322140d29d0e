//! The two servers, each on a free port of the loopback, both on core 0, gone at the end.
//!
//! nginx gets what its admirers would give it: one worker, sendfile, no access log, connections kept for ever, each page
//! as a file that is compressed already and chosen by the request's headers. Where one address has two bodies (lead for
//! anybody, all for a reader), nginx has a port for each, so that it never has to ask who reads.
//! Deliberately not here: what is asked of them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use drive::http::ACCEPT_ENCODING;
use drive::process::Running;
use drive::{front, paper, port};

use crate::cpu;
use crate::pages::{Page, Pages, Who, compared};
use crate::stage::SERVERS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Gaceta,
    Nginx,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Side::Gaceta => "gaceta",
            Side::Nginx => "nginx",
        }
    }
}

/// A running server.
pub struct Server {
    pub side: Side,
    running: Running,
    for_readers: u16,
    for_anybody: u16,
    /// When it was started.
    pub begun: Instant,
}

impl Server {
    /// The paper, over the data that it wrote itself.
    pub fn gaceta(binary: &Path, data: &Path) -> anyhow::Result<Server> {
        Server::gaceta_with(binary, data, &[])
    }

    /// The same with settings of its own.
    pub fn gaceta_with(
        binary: &Path,
        data: &Path,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Server> {
        let port = port::free()?;
        let mut command = pinned(binary);
        paper::place(&mut command, port, data);
        command
            .arg("serve")
            .current_dir(data)
            .env("GACETA_MAIL__TRANSPORT", "memory")
            .envs(settings.iter().copied());
        Server::start(Side::Gaceta, command, &data.join("serve.log"), [port, port])
    }

    /// nginx, told `http`, which listens on `port`.
    pub fn nginx_with(folder: &Path, http: &str, port: u16) -> anyhow::Result<Server> {
        Server::of_nginx(folder, http, [port, port])
    }

    fn of_nginx(folder: &Path, http: &str, ports: [u16; 2]) -> anyhow::Result<Server> {
        let asked = front::nginx(folder, http)?;
        let mut command = pinned(Path::new(asked.get_program()));
        command.args(asked.get_args());
        Server::start(Side::Nginx, command, &folder.join("nginx.log"), ports)
    }

    /// The demo edition, in an empty folder.
    pub fn demo(binary: &Path, folder: &Path) -> anyhow::Result<Server> {
        let port = port::free()?;
        let mut command = pinned(binary);
        command
            .arg("demo")
            .arg("--dir")
            .arg(folder.join("demo"))
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .current_dir(folder);
        let log = folder.join("demo.log");
        Server::start(Side::Gaceta, command, &log, [port, port])
    }

    /// nginx, over files with the same bytes.
    pub fn nginx(folder: &Path, pages: &Pages, open_file_cache: bool) -> anyhow::Result<Server> {
        let ports = [port::free()?, port::free()?];
        write_files(folder, pages)?;
        let http = configure(folder, pages, ports, open_file_cache)?;
        Server::of_nginx(folder, &http, ports)
    }

    fn start(side: Side, command: Command, log: &Path, ports: [u16; 2]) -> anyhow::Result<Server> {
        let begun = Instant::now();
        Ok(Server {
            side,
            running: Running::listening(command, log, &ports).context(side.name())?,
            for_readers: ports[0],
            for_anybody: ports[1],
            begun,
        })
    }

    /// Where this kind of visitor goes.
    pub fn port(&self, who: Who) -> u16 {
        match who {
            Who::Reader => self.for_readers,
            Who::Anybody => self.for_anybody,
        }
    }

    /// The process at the top.
    pub fn process(&self) -> u32 {
        self.running.id()
    }

    /// Resident memory of the top process, in bytes.
    pub fn memory(&self) -> Option<u64> {
        cpu::memory(self.process())
    }
}

fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVERS]).arg(program);
    command
}

fn folder_of(who: Who) -> &'static str {
    match who {
        Who::Reader => "reader",
        Who::Anybody => "anybody",
    }
}

/// One file a page; articles in a tree like their addresses, the others by number.
fn write_files(folder: &Path, pages: &Pages) -> anyhow::Result<()> {
    for (at, page) in pages.all.iter().enumerate() {
        let root = folder.join(folder_of(page.who));
        let file = if page.single {
            root.join(format!("single-{at}"))
        } else {
            root.join(coding(page)?)
                .join(page.path.trim_start_matches('/'))
        };
        std::fs::create_dir_all(file.parent().context("a file stands in a folder")?)?;
        std::fs::write(&file, &page.answer.body)
            .with_context(|| format!("cannot write {}", page.path))?;
    }
    Ok(())
}

fn coding(page: &Page) -> anyhow::Result<&str> {
    let coding = page.answer.header("content-encoding");
    coding.with_context(|| format!("{} is not compressed", page.path))
}

fn configure(
    folder: &Path,
    pages: &Pages,
    ports: [u16; 2],
    open_file_cache: bool,
) -> anyhow::Result<String> {
    let cache = if open_file_cache {
        "open_file_cache max=10000 inactive=1h; open_file_cache_valid 1h;"
    } else {
        ""
    };
    let coding = coding(pages.all.first().context("there are no pages")?)?;
    let mut text = format!(
        "  sendfile on;\n  tcp_nopush on;\n  etag on;\n  max_ranges 0;\n  \
         keepalive_requests 1000000000;\n  keepalive_timeout 1h;\n  {cache}\n  \
         map $http_accept_encoding $coded {{ default \"\"; \"{ACCEPT_ENCODING}\" {coding}; }}\n"
    );
    for (who, port) in [Who::Reader, Who::Anybody].into_iter().zip(ports) {
        let root = folder.join(folder_of(who));
        let articles: Vec<&Page> = pages
            .all
            .iter()
            .filter(|page| page.who == who && !page.single)
            .collect();
        let first = articles.first().context("there are no articles")?;
        for page in &articles {
            ensure!(
                same_but_length(page) == same_but_length(first),
                "{} has other headers than {}: nginx cannot be given both",
                page.path,
                first.path
            );
        }
        writeln!(
            text,
            "  server {{\n    listen 127.0.0.1:{port} backlog=4096;"
        )?;
        writeln!(
            text,
            "    location / {{ root \"{}/$coded\";\n{}    }}",
            root.display(),
            headers(first, true)?
        )?;
        for (at, page) in pages.all.iter().enumerate() {
            if page.single && page.who == who {
                // An address that ends in `/` would be taken for a folder.
                writeln!(
                    text,
                    "    location = {} {{ root \"{}\"; rewrite ^ /single-{at} break;\n{}    }}",
                    page.path,
                    root.display(),
                    headers(page, false)?
                )?;
            }
        }
        writeln!(text, "  }}")?;
    }
    Ok(text)
}

fn same_but_length(page: &Page) -> Vec<(String, String)> {
    let mut headers = compared(&page.answer);
    headers.retain(|(name, _)| name != "content-length");
    headers
}

/// Makes nginx send the headers that the paper sends, and no others of its own.
fn headers(page: &Page, chosen: bool) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut dated = false;
    for (name, value) in compared(&page.answer) {
        ensure!(
            !value.contains(['$', '"', '\\', '\n']),
            "nginx cannot be told the header {name}: {value}"
        );
        match name.as_str() {
            "content-length" => {}
            "content-type" => writeln!(text, "      types {{ }} default_type \"{value}\";")?,
            "content-encoding" if chosen => {
                writeln!(text, "      add_header Content-Encoding $coded;")?
            }
            "last-modified" => {
                dated = true;
                writeln!(text, "      add_header Last-Modified \"{value}\";")?;
            }
            _ => writeln!(text, "      add_header {name} \"{value}\";")?,
        }
    }
    if !dated {
        text.push_str("      add_header Last-Modified \"\";\n");
    }
    Ok(text)
}
