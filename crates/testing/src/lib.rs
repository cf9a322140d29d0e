//! `TestPaper` and the people who use it: the real paper and router in the test's own process, with a database of its own on
//! either engine (`GACETA_TEST_ENGINE`), a clock that stands still and mail that is kept.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on should stop; what a person does is in its name"
)]

mod forms;
mod hang_up;
mod live;
mod mails;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use articles::{self, Draft, EditionDraft, TopicDraft};
use axum::Router;
use axum::body::Body;
use base::config::{Config, MailTransport};
use base::db::Db;
use base::lang::Lang;
use base::rng::Rng;
use base::time::{Clock, Span, UnixMillis};
use futures_util::{FutureExt as _, StreamExt as _};
use gaceta::App;
use gaceta::pressure::Pressure;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use sqlx::{AssertSqlSafe, Executor as _};
use stories::StoryDraft;
use subscriptions::{self, Grant, Granted};
use tower::ServiceExt as _;

pub use forms::{Field, Form, encode};
pub use live::Live;

/// 2026-02-25T12:00:00Z.
const NOON: UnixMillis = UnixMillis(1_772_020_800_000);
/// Everybody's password.
pub const PASSWORD: &str = "a paper a day";

/// The sentence after the cut that nobody without a seat may ever receive.
pub const CANARY: &str = "Zumaque-7731 canta detras del corte";

pub struct TestPaper {
    pub app: Arc<App>,
    /// Who is refused; nobody watches the clock here, so it is what a test sets.
    pub pressure: Arc<Pressure>,
    router: Router,
    /// Looks, at the end, whether a job is left over: whoever made the database, unless a test cannot have that.
    pub looks_for_jobs: bool,
    _dir: tempfile::TempDir,
}

/// A test cleans up: it fails when it leaves a job behind that is due, such as a mail that nobody asked for.
impl Drop for TestPaper {
    fn drop(&mut self) {
        if !self.looks_for_jobs || std::thread::panicking() {
            return;
        }
        let (at, clock) = (self.app.base.config.location(), self.app.base.clock.clone());
        // Its own connection and runtime: the ones of the test cannot be waited for here.
        let due = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let db = Db::open_to_look(&at).await.unwrap();
                let mut tx = db.read(&clock, &Rng::seeded(1)).await.unwrap();
                mails::count_due(&mut tx).await
            })
        });
        let due = due.join().unwrap();
        assert_eq!(
            due, 0,
            "jobs are left over that are due; `mails()` runs them and gives what was sent"
        );
    }
}

static DATABASES: AtomicU64 = AtomicU64::new(0);

/// A database of this test alone on the private PostgreSQL.
pub async fn postgres() -> String {
    let base = std::env::var("GACETA_TEST_POSTGRES")
        .expect("GACETA_TEST_POSTGRES is set by `cargo xtask test`");
    let name = format!(
        "it_{}_{}",
        std::process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect(&base)
        .await
        .unwrap();
    pool.execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    pool.close().await;
    let (server, query) = base
        .split_once('?')
        .map_or((base.as_str(), ""), |(server, query)| (server, query));
    let (server, _) = server.rsplit_once('/').unwrap();
    if query.is_empty() {
        format!("{server}/{name}")
    } else {
        format!("{server}/{name}?{query}")
    }
}

impl TestPaper {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A paper with two editions, three articles of each access, and settings of your own.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.database.dir = dir.path().to_owned();
        config.mail.transport = MailTransport::Memory;
        config.site.public_url = "http://localhost:8080".into();
        if std::env::var("GACETA_TEST_ENGINE").is_ok_and(|engine| engine == "postgres") {
            config.database.url = postgres().await.into();
        }
        change(&mut config);
        let mut paper = Self::open(config, Clock::fixed(NOON), 7, dir).await;
        paper.looks_for_jobs = true;
        paper.publish_all().await;
        paper
    }

    /// One more node of a paper on PostgreSQL, with the same clock.
    pub async fn node(&self, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = self.app.base.config.clone();
        config.database.dir = dir.path().to_owned();
        Self::open(config, self.app.base.clock.clone(), seed, dir).await
    }

    async fn open(config: Config, clock: Clock, seed: u64, dir: tempfile::TempDir) -> Self {
        let app = App::open(config, clock, Rng::seeded(seed)).await.unwrap();
        let service = gaceta::router::router(Arc::clone(&app)).unwrap();
        let pressure = Arc::clone(service.pressure());
        let router = Router::new().fallback_service(service);
        Self {
            app,
            pressure,
            router,
            looks_for_jobs: false,
            _dir: dir,
        }
    }

    /// Adds a route that the paper does not have.
    pub fn add_route(&mut self, path: &str, answer: axum::routing::MethodRouter) {
        self.router = std::mem::take(&mut self.router).route(path, answer);
    }

    async fn publish_all(&self) {
        let edition = |slug: &str, language: Lang, zone: &str| EditionDraft {
            slug: slug.into(),
            name: slug.to_uppercase(),
            language,
            locale: slug.into(),
            timezone: zone.into(),
            title: "Gaceta".into(),
            tagline: "A test".into(),
        };
        let editions = [
            edition("en", Lang::EN, "America/New_York"),
            edition("es", Lang::ES, "Europe/Madrid"),
        ];
        articles::set_editions(&self.app.articles, &editions)
            .await
            .unwrap();
        let topic = TopicDraft {
            slug: "water".into(),
            name: "Water".into(),
            description: "Wells".into(),
            same_as: String::new(),
        };
        for edition in ["en", "es"] {
            articles::set_topics(&self.app.articles, edition, std::slice::from_ref(&topic))
                .await
                .unwrap();
            for access in ["open", "metered", "subscribers"] {
                for number in 1..=4 {
                    self.publish(
                        edition,
                        &format!("{access}-{number}"),
                        access,
                        &format!("{CANARY} {edition} {number}."),
                    )
                    .await;
                }
            }
        }
    }

    /// Publishes an article whose restricted part is `secret`; gives its address.
    pub async fn publish(&self, edition: &str, slug: &str, access: &str, secret: &str) -> String {
        let text = format!("Free words.\n\n<!--more-->\n\n{secret}\n\nThe end.");
        self.publish_text(edition, slug, access, &text).await
    }

    /// Publishes an article with this text, in Markdown; gives its address.
    pub async fn publish_text(
        &self,
        edition: &str,
        slug: &str,
        access: &str,
        body: &str,
    ) -> String {
        let text = format!(
            "headline = \"Headline {slug}\"\ndeck = \"Deck {slug}\"\nbyline = [\"Ada\"]\npublished = \"2026-02-24T10:00:00Z\"\n\
             edition = \"{edition}\"\nslug = \"{slug}\"\ntopics = [\"water\"]\naccess = \"{access}\"\n"
        );
        let draft: Draft = toml::from_str(&text).unwrap();
        let (document, _) = markup::Document::from_markdown(body);
        articles::publish(&self.app.articles, &draft, document, &BTreeMap::new())
            .await
            .unwrap();
        format!("/{edition}/2026-02-24/{slug}")
    }

    /// Publishes a running story with one event; gives its address.
    pub async fn publish_story(&self, edition: &str, slug: &str) -> String {
        let text = format!(
            "edition = \"{edition}\"\nslug = \"{slug}\"\ntitle = \"Story {slug}\"\n\
             [[event]]\ndate = \"2026-02-24\"\ntitle = \"It begins\"\nsource = \"Ada\"\n"
        );
        let draft: StoryDraft = toml::from_str(&text).unwrap();
        stories::publish(&self.app.stories, &draft).await.unwrap();
        format!("/{edition}/story/{slug}")
    }

    /// Runs one statement, for what the paper itself offers no door to.
    pub async fn execute(&self, sql: String) {
        match &self.app.base.db {
            Db::Sqlite { write, .. } => {
                write.execute(AssertSqlSafe(sql)).await.map(|_| ()).unwrap()
            }
            Db::Postgres(primary) => primary
                .pool
                .execute(AssertSqlSafe(sql))
                .await
                .map(|_| ())
                .unwrap(),
        }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let (count,): (i64,) = match &self.app.base.db {
            Db::Sqlite { read, .. } => sqlx::query_as(sql).fetch_one(read).await.unwrap(),
            Db::Postgres(primary) => sqlx::query_as(sql).fetch_one(&primary.pool).await.unwrap(),
        };
        count
    }

    /// A reader with an account and, if `seat`, a year's digital subscription.
    pub async fn reader(&self, name: &str, seat: bool) -> Person<'_> {
        if seat {
            self.owner(name, "digital", 1).await
        } else {
            self.account(name).await
        }
    }

    /// A reader who owns a year's subscription with so many seats, and has one of them.
    pub async fn owner(&self, name: &str, plan: &str, seats: i64) -> Person<'_> {
        let person = self.account(name).await;
        let mut tx = self.app.base.read().await.unwrap();
        let reader = readers::store::find_reader(&mut tx, person.id).await;
        drop(tx);
        let what = Grant {
            plan: plan.parse().unwrap(),
            seats: Some(seats),
            company_name: None,
            until: self.app.base.clock.now().plus(Span::days(365)),
            reason: subscriptions::Reason::Granted,
            by: subscriptions::By::default(),
            takes_seat: true,
        };
        let given =
            subscriptions::grant(&self.app.subscriptions, &reader.unwrap().unwrap(), &what).await;
        assert!(matches!(given.unwrap(), Granted::Given(..)));
        person
    }

    async fn account(&self, name: &str) -> Person<'_> {
        let email = format!("{name}@example.com").parse().unwrap();
        let password = self
            .app
            .readers
            .passwords
            .hash(readers::Asker::Command, PASSWORD.into(), &self.app.base.rng)
            .await
            .unwrap();
        let mut tx = self.app.base.write().await.unwrap();
        let id =
            readers::store::insert_reader(&mut tx, &email, name, &password, Lang::EN, Some("1"))
                .await
                .unwrap()
                .unwrap();
        tx.commit().await.unwrap();
        Person {
            paper: self,
            email: email.to_string(),
            id,
        }
    }

    /// Somebody without an account.
    pub fn guest(&self) -> Browser<'_> {
        Browser {
            paper: self,
            jar: Mutex::default(),
        }
    }

    pub fn advance(&self, span: Span) {
        self.app.base.clock.advance(span);
    }
}

/// A person with an account.
pub struct Person<'a> {
    paper: &'a TestPaper,
    pub email: String,
    pub id: readers::ReaderId,
}

impl<'a> Person<'a> {
    /// Makes them staff of the paper.
    pub async fn works_here(&self) {
        let mut tx = self.paper.app.base.write().await.unwrap();
        let staff = readers::store::insert_operator(&mut tx, self.id).await;
        staff.unwrap();
        tx.commit().await.unwrap();
    }

    /// Signs in on a new device.
    pub async fn on(&self, device: &str) -> Browser<'a> {
        let browser = self.paper.guest();
        let agent = format!("Test/1.0 ({device})");
        let answer = browser
            .send(
                Method::POST,
                "/sign-in",
                &[("user-agent", &agent)],
                &format!(
                    "email={}&password=a+paper+a+day",
                    self.email.replace('@', "%40")
                ),
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }
}

/// A browser profile with its cookies.
pub struct Browser<'a> {
    paper: &'a TestPaper,
    jar: Mutex<BTreeMap<String, String>>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// As they were sent.
    pub bytes: Vec<u8>,
    /// What they say, out of whatever encoding they were sent in.
    pub text: String,
}

/// Takes an answer out of its encoding (RFC 9110, 8.4).
fn decoded(headers: &HeaderMap, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match headers
        .get(header::CONTENT_ENCODING)
        .map(|one| one.to_str().unwrap())
    {
        None => out.extend_from_slice(bytes),
        Some("br") => brotli::BrotliDecompress(&mut &*bytes, &mut out).unwrap(),
        Some("gzip") => {
            flate2::read::GzDecoder::new(bytes)
                .read_to_end(&mut out)
                .unwrap();
        }
        Some(other) => panic!("an answer in {other} cannot be read"),
    }
    out
}

/// As browsers send what is no ASCII: its bytes.
fn octets(value: &str) -> HeaderValue {
    HeaderValue::from_bytes(value.as_bytes()).unwrap()
}

/// All of a body; of a stream of events, which never ends, what is there by now.
async fn read(headers: &HeaderMap, body: Body) -> Vec<u8> {
    let kind = headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return axum::body::to_bytes(body, 64 << 20).await.unwrap().to_vec();
    }
    let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(Some(piece)) = stream.next().now_or_never() {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

impl Answer {
    /// What the visitor got, as the server calls it.
    pub fn access(&self) -> &str {
        self.headers
            .get("gaceta-access")
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let at = self
            .text
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .expect("the field is in the form");
        at.split('"').next().unwrap().to_owned()
    }
}

impl Browser<'_> {
    /// Opens a page as a person does.
    pub async fn opens(&self, path: &str) -> Answer {
        self.send(
            Method::GET,
            path,
            &[
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
            "",
        )
        .await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let request = self.request(method, path, headers, body);
        let response = self.paper.router.clone().oneshot(request).await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut jar = self.jar.lock().unwrap();
            if value.is_empty() {
                jar.remove(name)
            } else {
                jar.insert(name.to_owned(), value.to_owned())
            };
        }
        let (parts, body) = response.into_parts();
        let bytes = read(&parts.headers, body).await;
        Answer {
            status: parts.status,
            text: String::from_utf8_lossy(&decoded(&parts.headers, &bytes)).into_owned(),
            headers: parts.headers,
            bytes,
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::HOST, "localhost:8080");
        let cookies: Vec<String> = self
            .jar
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, octets(&cookies.join("; ")));
        }
        let json = body.starts_with('{');
        if method == Method::POST {
            request = request.header(
                header::CONTENT_TYPE,
                if json {
                    "application/json"
                } else {
                    "application/x-www-form-urlencoded"
                },
            );
        }
        for (name, value) in headers {
            request = request.header(*name, octets(value));
        }
        request.body(Body::from(body.to_owned())).unwrap()
    }

    /// "Read here" on the message that `answer` is.
    pub async fn takes(&self, answer: &Answer) -> Answer {
        let form = format!(
            "epoch={}&op={}&next={}",
            answer.hidden("epoch"),
            answer.hidden("op"),
            answer.hidden("next")
        );
        self.send(Method::POST, "/reading/take", &[], &form).await
    }

    /// A heartbeat of an open page.
    pub async fn beats(&self, view: u64, seq: u64, back: bool) -> serde_json::Value {
        let body = format!(
            r#"{{"view":"{view}","seq":{seq},"epoch":null,"focused":true,"idle":0,"back":{back}}}"#
        );
        let answer = self.send(Method::POST, "/reading/beat", &[], &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    /// The page was hidden.
    pub async fn rests(&self, view: u64, seq: u64) {
        let body = format!(r#"{{"view":"{view}","seq":{seq},"epoch":null}}"#);
        let answer = self.send(Method::POST, "/reading/rest", &[], &body).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// The headers by which it is known.
    pub fn headers(&self) -> HeaderMap {
        let jar = self.jar.lock().unwrap();
        let cookies: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let value = cookies.join("; ").parse().unwrap();
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    /// The same browser, whose requests reach another node from now on.
    pub fn at<'b>(&self, node: &'b TestPaper) -> Browser<'b> {
        Browser {
            paper: node,
            jar: Mutex::new(self.jar.lock().unwrap().clone()),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_owned());
    }
}
