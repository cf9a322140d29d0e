//! `gaceta demo`: fills an empty paper with the demo edition and serves it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use rust_embed::RustEmbed;
use serde::Deserialize;

use super::{draft, serve};
use crate::App;
use crate::articles::{self, EditionDraft, TopicDraft};
use crate::base::config::Config;
use crate::base::lang::Lang;
use crate::base::rng::Rng;
use crate::base::time::Clock;
use crate::readers;

#[derive(RustEmbed)]
#[folder = "demo"]
#[include = "*.toml"]
#[include = "*.md"]
#[include = "*/*.md"]
#[include = "*/*.toml"]
#[include = "pictures/*.jpg"]
struct Files;

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where the demo keeps its data.
    #[arg(long, default_value = "gaceta-demo")]
    dir: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Fills and serves.
///
/// # Errors
/// As for `serve`.
pub async fn run(demo: Demo) -> anyhow::Result<()> {
    let mut config = Config::default();
    config.site.public_url = format!("http://localhost:{}", demo.listen.port());
    config.server.listen = demo.listen;
    config.mail.dir = demo.dir.join("mail");
    config.database.dir = demo.dir;
    let _lock = serve::lock(&config)?;
    let listener = serve::listen(&config).await?;
    let app = App::open(config, Clock::System, Rng::System).await?;
    fill(&app).await?;
    println!("{}", greeting(&app));
    serve::serve(app, listener).await
}

#[derive(Deserialize)]
struct EditionsFile {
    edition: Vec<EditionDraft>,
}

fn text(name: &str) -> anyhow::Result<String> {
    let file = Files::get(name).ok_or_else(|| anyhow::anyhow!("the demo has no {name}"))?;
    Ok(String::from_utf8(file.data.into_owned())?)
}

/// Readers of the demo: address, name, language.
const READERS: [(&str, &str, Lang); 2] = [
    ("ana@demo.test", "Ana", Lang::Es),
    ("sam@demo.test", "Sam", Lang::En),
];
const PASSWORD: &str = "one device at a time";

/// Publishes the demo edition; a paper that has it stays as it is.
///
/// # Errors
/// When a file of the demo is not as it should be.
pub async fn fill(app: &App) -> anyhow::Result<()> {
    let editions: EditionsFile = toml::from_str(&text("editions.toml")?)?;
    articles::set_editions(app, &editions.edition).await?;
    let topics: std::collections::BTreeMap<String, Vec<TopicDraft>> =
        toml::from_str(&text("topics.toml")?)?;
    for (edition, topics) in &topics {
        articles::set_topics(app, edition, topics).await?;
    }
    if app.catalog.is_empty() {
        let names = Files::iter().filter(|name| name.contains('/') && name.ends_with(".md"));
        for name in names {
            let parsed =
                draft::parse(&text(&name)?).map_err(|error| error.context(name.to_string()))?;
            let pictures = draft::pictures(&parsed, |file| {
                let file = file.trim_start_matches("../");
                Ok(Files::get(file)
                    .ok_or_else(|| anyhow::anyhow!("not in the demo"))?
                    .data
                    .into_owned())
            })?;
            articles::publish(app, &parsed.draft, parsed.document, &pictures)
                .await
                .map_err(|error| error.context(name.to_string()))?;
        }
    }
    for (email, name, language) in READERS {
        let email = email
            .parse()
            .map_err(|()| anyhow::anyhow!("{email} is no address"))?;
        let password = app.passwords.hash(PASSWORD.into(), &app.rng).await;
        let mut tx = app.write().await?;
        readers::store::insert_reader(&mut tx, &email, name, &password, language, "1").await?;
        tx.commit().await?;
    }
    Ok(())
}

fn greeting(app: &Arc<App>) -> String {
    let people = READERS
        .map(|(email, name, _)| format!("  {name:<6} {email:<20} {PASSWORD}"))
        .join("\n");
    format!(
        "\nThe demo edition is served on {}\n\nReaders and passwords:\n{people}\n\nPlain http: cookies go without the __Host- prefix here. Never serve a real paper like this.\n",
        app.config.site.public_url
    )
}
