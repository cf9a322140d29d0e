//! `gaceta demo`: fills an empty paper with the demo edition and serves it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use rust_embed::RustEmbed;
use serde::Deserialize;

use super::{draft, serve};
use crate::App;
use articles::{self, Batch, EditionDraft, Submission, TopicDraft};
use base::config::Config;
use base::lang::Lang;
use base::rng::Rng;
use base::time::{Clock, Span};
use readers::{self, Email, Reader};
use stories::{self, StoryDraft};
use subscriptions::rules::{Actor, PlanDraft, PlanFault};
use subscriptions::{self, By, Grant, Reason};

#[derive(RustEmbed)]
#[folder = "demo"]
#[include = "*.toml"]
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
    let _lock = serve::lock(&config, "--dir")?;
    let listener = serve::listen(&config, "--listen 127.0.0.1:8081").await?;
    println!(
        "Opening the demo edition in {}.",
        config.database.dir.display()
    );
    let app = App::open(config, Clock::System, Rng::System).await?;
    fill(&app).await?;
    println!("{}", greeting(&app.base.config));
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

/// A reader of the demo.
struct Person {
    email: &'static str,
    name: &'static str,
    language: Lang,
    /// Plan and seats of the subscription they own.
    plan: Option<(&'static str, i64)>,
    company: Option<&'static str>,
    /// Whose subscription they have a seat on instead.
    seated_by: &'static str,
    /// Whether they may open the pages under /admin.
    staff: bool,
    /// For the greeting.
    about: &'static str,
}

const fn person(email: &'static str, name: &'static str, language: Lang) -> Person {
    Person {
        email,
        name,
        language,
        plan: None,
        company: None,
        seated_by: "",
        staff: false,
        about: "",
    }
}

/// The readers of the demo; owners before those they seat.
const READERS: [Person; 6] = [
    Person {
        plan: Some(("digital", 1)),
        about: "Digital, one reader",
        ..person("sam@demo.test", "Sam", Lang::EN)
    },
    Person {
        plan: Some(("premium", 2)),
        about: "Premium, two readers",
        ..person("ana@demo.test", "Ana", Lang::ES)
    },
    Person {
        seated_by: "ana@demo.test",
        about: "the second reader of Ana's Premium",
        ..person("nora@demo.test", "Nora", Lang::EN)
    },
    Person {
        plan: Some(("company", 5)),
        company: Some("Empresa Demo"),
        about: "Company, five readers",
        ..person("eva@empresa.test", "Eva", Lang::ES)
    },
    Person {
        about: "no plan: the free articles of the month",
        ..person("luis@demo.test", "Luis", Lang::ES)
    },
    Person {
        staff: true,
        about: "works for the paper: opens /admin",
        ..person("pilar@demo.test", "Pilar", Lang::ES)
    },
];
const PASSWORD: &str = "one device at a time";

/// Publishes the demo edition; a paper that has it stays as it is.
///
/// # Errors
/// When a file of the demo is not as it should be.
pub async fn fill(app: &App) -> anyhow::Result<()> {
    let editions: EditionsFile = toml::from_str(&text("editions.toml")?)?;
    articles::set_editions(&app.articles, &editions.edition).await?;
    let topics: std::collections::BTreeMap<String, Vec<TopicDraft>> =
        toml::from_str(&text("topics.toml")?)?;
    for (edition, topics) in &topics {
        articles::set_topics(&app.articles, edition, topics).await?;
    }
    // Articles name them.
    for name in Files::iter().filter(|name| name.contains("/story-")) {
        let story: StoryDraft = toml::from_str(&text(&name)?)?;
        stories::publish(&app.stories, &story)
            .await
            .map_err(|error| anyhow::Error::from(error).context(name.to_string()))?;
    }
    if app.articles.catalog.is_empty() {
        publish(app).await?;
    }
    about(app).await?;
    let family: PlanDraft = toml::from_str(&text("family.toml")?)?;
    // Where it is there already, it stays as it was changed.
    let added = subscriptions::add_plan(&app.subscriptions, &family).await?;
    if let Err(faults) = added
        && faults != [PlanFault::Taken]
    {
        anyhow::bail!("family.toml: {faults:?}");
    }
    for person in &READERS {
        settle(app, person).await?;
    }
    Ok(())
}

/// Publishes the articles, all of them or, when it is stopped meanwhile, none.
async fn publish(app: &App) -> anyhow::Result<()> {
    let names: Vec<_> = Files::iter()
        .filter(|name| name.ends_with(".md") && !name.starts_with("about/"))
        .collect();
    println!(
        "Publishing {} articles with their pictures; the first time this takes a while.",
        names.len()
    );
    let mut batch = Batch::default();
    for name in &names {
        let broken = |faults: Vec<String>| anyhow::anyhow!("{name}: {}", faults.join("\n"));
        let parsed = draft::parse(&text(name)?).map_err(broken)?;
        anyhow::ensure!(
            parsed.notes.is_empty(),
            "{name}: {}",
            parsed.notes.join("; ")
        );
        let files = draft::pictures(&parsed, |file| {
            let file = file.trim_start_matches("../");
            let found = Files::get(file).ok_or_else(|| anyhow::anyhow!("not in the demo"))?;
            Ok(found.data.into_owned())
        })
        .map_err(broken)?;
        batch.submissions.push(Submission {
            draft: parsed.draft,
            document: parsed.document,
            files,
        });
    }
    // Drawn on a terminal only, with the time that has passed: most of it goes into the pictures.
    let turning = ProgressBar::new_spinner();
    turning.enable_steady_tick(Duration::from_millis(100));
    let answers = articles::publish_batch(&app.articles, batch, || {}).await?;
    turning.finish_and_clear();
    for (name, answer) in names.iter().zip(answers) {
        answer.map_err(|error| anyhow::Error::from(error).context(name.to_string()))?;
    }
    Ok(())
}

/// What the demo paper says of itself.
async fn about(app: &App) -> anyhow::Result<()> {
    for name in Files::iter().filter(|name| name.starts_with("about/")) {
        let broken = |faults: Vec<String>| anyhow::anyhow!("{name}: {}", faults.join("\n"));
        let draft = super::about::draft(&text(&name)?).map_err(broken)?;
        for outcome in about::publish(&app.about, &[draft]).await? {
            // Where a version is there already, it stays as it was.
            if let Err(refusal) = outcome
                && !matches!(refusal, about::Refusal::Kept { .. })
            {
                anyhow::bail!("{name}: {refusal:?}");
            }
        }
    }
    Ok(())
}

/// Gives a person of the demo account and plan, unless they have them.
async fn settle(app: &App, person: &Person) -> anyhow::Result<()> {
    let reader = match account(app, person.email).await? {
        Some(reader) => reader,
        None => {
            let email = address(person.email)?;
            let password = app
                .readers
                .passwords
                .hash(readers::Asker::Command, PASSWORD.into(), &app.base.rng)
                .await?;
            let mut tx = app.base.write().await?;
            let (name, language) = (person.name, person.language);
            readers::store::insert_reader(&mut tx, &email, name, &password, language, Some("1"))
                .await?;
            tx.commit().await?;
            account(app, person.email)
                .await?
                .ok_or_else(|| anyhow::anyhow!("{email} was just added and is not there"))?
        }
    };
    let running = subscriptions::store::find_owned(&mut app.base.read().await?, reader.id).await?;
    if let (Some((plan, seats)), None) = (person.plan, running) {
        let grant = Grant {
            plan: plan.parse()?,
            seats: Some(seats),
            company_name: person
                .company
                .map(str::parse)
                .transpose()
                .map_err(|_| anyhow::anyhow!("{:?} is no company's name", person.company))?,
            until: app.base.clock.now().plus(Span::days(365)),
            reason: Reason::Granted,
            by: By::default(),
            takes_seat: true,
        };
        subscriptions::grant(&app.subscriptions, &reader, &grant).await?;
    }
    if person.staff {
        let mut tx = app.base.write().await?;
        readers::store::insert_operator(&mut tx, reader.id).await?;
        tx.commit().await?;
    }
    if !person.seated_by.is_empty() {
        let owner = account(app, person.seated_by).await?;
        let owner = owner.ok_or_else(|| anyhow::anyhow!("{} comes later", person.seated_by))?;
        let running =
            subscriptions::store::find_owned(&mut app.base.read().await?, owner.id).await?;
        if let Some(running) = running {
            subscriptions::seat(&app.subscriptions, running.id, &reader, Actor::Command).await?;
        }
    }
    Ok(())
}

fn address(text: &str) -> anyhow::Result<Email> {
    text.parse()
        .map_err(|()| anyhow::anyhow!("{text} is no address"))
}

async fn account(app: &App, email: &str) -> anyhow::Result<Option<Reader>> {
    Ok(readers::store::find_by_email(&mut app.base.read().await?, &address(email)?).await?)
}

/// The article of the demo that the greeting sends people to.
const LEAD: &str = "/en/2026-02-25/washington-and-mexico-count-the-same-days-differently";
/// The running story, in both editions.
const STORIES: [&str; 2] = [
    "/en/story/the-fall-of-el-mencho",
    "/es/story/la-caida-de-el-mencho",
];

fn greeting(config: &Config) -> String {
    let people = READERS
        .iter()
        .map(|person| format!("  {:<18} {}", person.email, person.about))
        .collect::<Vec<_>>()
        .join("\n");
    let (url, mails) = (&config.site.public_url, config.mail.dir.display());
    let [story, historia] = STORIES;
    format!(
        "
The demo edition is served on {url}

  {url}/en   in English
  {url}/es   in Spanish
  {url}{story}
  {url}{historia}   a running story

People, all with the password: {PASSWORD}
{people}

What to try:
  1. One device at a time. Open {url}{LEAD}
     in two browser windows, one of them private, and sign in as sam@demo.test in both. Read in the first, then load the
     article in the second: it says that Sam is reading elsewhere. Press \"Read here\": the second window shows the
     article, and the first one says so within a second. Take it back there; this can go on as often as you like.
  2. Two readers on one plan. Sign in as ana@demo.test and open {url}/account/seats
  3. Give somebody a subscription. Sign in as pilar@demo.test and open {url}/admin/subscriptions
  4. Sign up, or ask for a new password. Mails are not sent: each is a file in {mails}

Stop it with Ctrl+C; started again it goes on where it was.
Plain http: cookies go without the __Host- prefix here. Never serve a real paper like this.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_what_there_is() {
        let mut config = Config::default();
        config.site.public_url = "http://localhost:8080".into();
        config.mail.dir = "gaceta-demo/mail".into();
        let greeting = greeting(&config);
        for named in [
            "8080/en ",
            "8080/es ",
            "gaceta-demo/mail",
            "/account/seats",
            PASSWORD,
        ]
        .iter()
        .chain(&STORIES)
        .chain(&[LEAD])
        {
            assert!(greeting.contains(named), "{named}");
        }
        let staff = READERS.iter().find(|person| person.staff).unwrap();
        assert!(greeting.contains(staff.email));
        // And what it leads to is there.
        let stories = Files::iter().filter(|name| name.contains("/story-"));
        let stories =
            stories.map(|name| toml::from_str::<StoryDraft>(&text(&name).unwrap()).unwrap());
        let mut stories: Vec<_> = stories
            .map(|story| format!("/{}/story/{}", story.edition, story.slug))
            .collect();
        stories.sort_unstable();
        assert_eq!(stories, STORIES);
        let slug = LEAD.rsplit('/').next().unwrap();
        assert!(text(&format!("en/{slug}.md")).is_ok());
    }
}
