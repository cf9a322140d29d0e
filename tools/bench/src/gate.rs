//! P4: what it costs another site to ask who may read: the question alone, and behind a real nginx with `auth_request`.
//!
//! Alone it stands beside an nginx that answers 204 to the same requests. Behind nginx the same nginx asks, in turns, Gaceta
//! and an nginx that says 204; nginx itself and whoever it asks share one core, and the time of both counts.
//! Deliberately not here: refusals, which are pages (`docs/gate.md`).

use std::path::Path;

use anyhow::{Context as _, ensure};
use drive::http::Client;
use drive::{paper, port};
use serde_json::json;

use crate::figures::{Row, Spread};
use crate::list::{Asked, Prepared};
use crate::load::{self, Run};
use crate::pages::{Who, lines};
use crate::servers::Server;
use crate::stage::{Stage, fresh};

/// One way to be answered: where, by which processes, and the list.
struct Way {
    name: &'static str,
    port: u16,
    processes: Vec<u32>,
    prepared: Prepared,
}

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let data = stage.paper()?;
    let site = port::free()?;
    let sites = paper::url(site);
    let settings = [("GACETA_GATE__SITES", sites.as_str())];
    let gaceta = Server::gaceta_with(&stage.binary, data, &settings)?;
    let folder = fresh(&stage.folder.join("gate"))?;
    let port = port::free()?;
    let yes = Server::nginx_with(&fresh(&folder.join("yes"))?, &always_yes(port), port)?;
    let mut cookies = lines(&data.join("cookies.txt"))?;
    cookies.truncate(100_000);
    Ok(vec![
        alone(stage, [&gaceta, &yes], site, &cookies)?,
        behind_nginx(stage, [&gaceta, &yes], site, &cookies)?,
    ])
}

/// The question of a web server, without one.
fn alone(
    stage: &Stage,
    servers: [&Server; 2],
    site: u16,
    cookies: &[String],
) -> anyhow::Result<Row> {
    let host = paper::host(site);
    let more = [
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", host.as_str()),
        ("X-Original-URI", "/old/article"),
    ];
    let way = |name, server: &Server| {
        let port = server.port(Who::Reader);
        let path = "/gate/check?denied=403";
        anyhow::Ok(Way {
            name,
            port,
            processes: vec![server.process()],
            prepared: prepare(stage, name, port, path, cookies, &more)?,
        })
    };
    let ways = [way("gaceta", servers[0])?, way("nginx-204", servers[1])?];
    measure(stage, "forward-auth check alone", &ways)
}

/// An article of another site, whose nginx asks first.
fn behind_nginx(
    stage: &Stage,
    servers: [&Server; 2],
    site: u16,
    cookies: &[String],
) -> anyhow::Result<Row> {
    let front = |name: &str, port: u16, asked: &Server| {
        let folder = fresh(&stage.folder.join("gate").join(name))?;
        std::fs::write(folder.join("page.html"), "<p>An old article.</p>\n")?;
        let text = asking(&folder, port, asked.port(Who::Reader), site);
        Server::nginx_with(&folder, &text, port)
    };
    let fronts = [
        front("front-gaceta", site, servers[0])?,
        front("front-204", port::free()?, servers[1])?,
    ];
    // Nobody without a seat comes through, or nothing would be measured.
    let refused = Client::connect(site)?.get("/old/article", &[])?;
    ensure!(
        refused.status == 401,
        "a guest gets {} behind nginx",
        refused.status
    );
    let way = |name, at: usize| {
        let port = fronts[at].port(Who::Reader);
        anyhow::Ok(Way {
            name,
            port,
            processes: vec![fronts[at].process(), servers[at].process()],
            prepared: prepare(stage, name, port, "/old/article", cookies, &[])?,
        })
    };
    let ways = [way("nginx-asks-gaceta", 0)?, way("nginx-asks-204", 1)?];
    measure(stage, "behind nginx with auth_request", &ways)
}

/// The list of one way; every answer of a sample must be as long as the first.
fn prepare(
    stage: &Stage,
    name: &str,
    port: u16,
    path: &str,
    cookies: &[String],
    more: &[(&str, &str)],
) -> anyhow::Result<Prepared> {
    let mut client = Client::connect(port)?;
    let mut size = None;
    for cookie in cookies.iter().step_by((cookies.len() / 500).max(1)) {
        let mut headers = vec![("Cookie", cookie.as_str())];
        headers.extend(more);
        let answer = client.get(path, &headers)?;
        ensure!(
            matches!(answer.status, 200 | 204),
            "{name}: a reader with a seat gets {}",
            answer.status
        );
        let first = *size.get_or_insert(answer.size());
        ensure!(
            first == answer.size(),
            "{name}: answers are not of one length"
        );
    }
    let size = size.context("there are no readers")?;
    let asked: Vec<Asked> = cookies
        .iter()
        .map(|cookie| Asked {
            path,
            cookie,
            tag: "",
            size,
        })
        .collect();
    Prepared::write(&stage.folder, name, &asked, more)
}

fn measure(stage: &Stage, what: &str, ways: &[Way; 2]) -> anyhow::Result<Row> {
    println!("P4 {what}");
    let run = |way: &Way| {
        load::run(&stage.options, way.port, &way.processes, &way.prepared)
            .with_context(|| format!("{what}, {}", way.name))
    };
    for way in ways {
        let mut asked = 0;
        while asked < way.prepared.len() {
            asked += usize::try_from(run(way)?.requests)?;
        }
    }
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..stage.options.runs {
        for (way, runs) in ways.iter().zip(&mut runs) {
            let run = run(way)?;
            println!("  {:<18} {run}", way.name);
            runs.push(run);
        }
    }
    let [ours, theirs] = &runs;
    let pairs = || ours.iter().zip(theirs);
    let ratio = Spread::of(pairs().map(|(ours, theirs)| ours.per_second / theirs.per_second));
    let cpu = Spread::of(pairs().map(|(ours, theirs)| theirs.cpu_micros / ours.cpu_micros));
    let side = |way: &Way, runs: &[Run]| {
        let of = |figure: fn(&Run) -> f64| Spread::of(runs.iter().map(figure));
        format!(
            "{} {} requests/s, {} µs CPU",
            way.name,
            of(|run| run.per_second).text(0, ""),
            of(|run| run.cpu_micros).text(1, "")
        )
    };
    Ok(Row::new("P4", what, side(&ways[0], ours))
        .beside(side(&ways[1], theirs))
        .both_at_least(0.9, ratio, cpu)
        .details(json!({
            "gaceta": ours.iter().map(Run::json).collect::<Vec<_>>(),
            "nginx": theirs.iter().map(Run::json).collect::<Vec<_>>(),
        })))
}

fn frame(servers: &str) -> String {
    format!("  sendfile on;\n  keepalive_requests 1000000000;\n  keepalive_timeout 1h;\n{servers}")
}

/// An nginx that lets everybody in.
fn always_yes(port: u16) -> String {
    frame(&format!(
        "  server {{\n    listen 127.0.0.1:{port} backlog=4096;\n    location / {{ return 204; }}\n  }}\n"
    ))
}

/// An nginx that asks first, as `docs/gate.md` has it, over connections that are kept.
fn asking(folder: &Path, own: u16, asked: u16, site: u16) -> String {
    frame(&format!(
        "  upstream gate {{ server 127.0.0.1:{asked}; keepalive 64; keepalive_requests 1000000000; }}\n\
         \x20 server {{\n    listen 127.0.0.1:{own} backlog=4096;\n\
         \x20   location / {{\n      auth_request /_gate;\n      auth_request_set $gate_reader $upstream_http_gaceta_reader;\n\
         \x20     root \"{}\";\n      rewrite ^ /page.html break;\n    }}\n\
         \x20   location = /_gate {{\n      internal;\n      proxy_pass http://gate/gate/check?denied=403;\n\
         \x20     proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n      proxy_pass_request_body off;\n\
         \x20     proxy_set_header Content-Length \"\";\n      proxy_set_header X-Forwarded-Proto $scheme;\n\
         \x20     proxy_set_header X-Forwarded-Host 127.0.0.1:{site};\n      proxy_set_header X-Forwarded-Uri \"\";\n\
         \x20     proxy_set_header X-Forwarded-Method $request_method;\n\
         \x20     proxy_set_header X-Original-URI $request_uri;\n    }}\n  }}\n",
        folder.display()
    ))
}
