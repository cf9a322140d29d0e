//! The article's address: decides, and answers with a finished page.
//!
//! [`read`] does all of it from memory, without waiting for anything. What memory lacks it names, [`show_article`]
//! fetches that from the database, and everything is decided anew: so there is one decision, however long it took to get
//! the facts, and it is made after them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::meter::Counted;
use super::render;
use super::variant::{self, Variant};
use super::visitor::{Unknown, Visitor};
use super::{message, watch};
use crate::Reading;
use access::{Access, Ask, Decision, Meter, Pass, decide};
use articles::{self, Entry};
use base::config::Mode;
use leases::EventKind;
use readers::{Device, DeviceId};
use web::early::{is_early, refusal};
use web::pages::{Encoding, Page};
use web::{Error, Path, Result, Route, with_state};

/// Says what the visitor got; for logs, caches and tests.
pub const ACCESS: HeaderName = HeaderName::from_static("gaceta-access");

/// The routes of reading.
#[must_use]
pub fn routes(reading: &Arc<Reading>) -> Vec<Route> {
    let mut routes = vec![Route::get_detached("/{edition}/{day}/{slug}", show_article)];
    routes.extend(watch::routes());
    with_state(routes, reading)
}

/// How a request for a page comes about (Fetch Metadata, W3C).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A person opens the page now.
    Navigation,
    /// A browser fetches it before anybody asked for it: a prefetch, prerender or preview.
    Early,
    /// Neither: a `HEAD`, a frame, a script.
    Other,
}

impl Occasion {
    /// Of a request with these headers; `get` if its method is `GET`.
    #[must_use]
    pub fn of(get: bool, headers: &HeaderMap) -> Self {
        let differs = |name: &HeaderName, value: &[u8]| {
            let have = headers.get(name);
            have.is_some_and(|have| !have.as_bytes().starts_with(value))
        };
        if is_early(headers) {
            Self::Early
        } else if get && !differs(&FETCH_MODE, b"navigate") && !differs(&FETCH_DEST, b"document") {
            Self::Navigation
        } else {
            Self::Other
        }
    }
}

// Written once: a name given as text is read letter by letter, on each request.
static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Who asks for what.
struct PageRequest<'a> {
    path: &'a str,
    headers: &'a HeaderMap,
    occasion: Occasion,
}

impl<'a> PageRequest<'a> {
    fn of(method: &Method, path: &'a str, headers: &'a HeaderMap) -> Self {
        Self {
            path,
            headers,
            occasion: Occasion::of(method == Method::GET, headers),
        }
    }
}

/// What the database was asked for this request, because memory did not have it.
#[derive(Default)]
struct Fetched {
    visitor: Visitor,
    entry: Option<Arc<Entry>>,
    page: Option<(Arc<Entry>, Variant, Arc<Page>)>,
    device: Option<Arc<Device>>,
}

/// What memory does not have.
enum Missing {
    /// An article at this address.
    Article,
    /// Who asks, or whether with a seat.
    Visitor(Unknown),
    /// The page with this much of the text, and what opens it.
    Page(Arc<Entry>, Variant, Option<Pass>),
    /// What the device is called that reads.
    Device(DeviceId),
    /// Nothing: it went wrong.
    Nothing(Error),
}

impl From<Unknown> for Missing {
    fn from(what: Unknown) -> Self {
        Self::Visitor(what)
    }
}

/// The answer to a `GET` of an article, if memory has all it takes; for others `None`, and the router answers.
#[must_use]
pub fn quick(reading: &Reading, path: &str, headers: &HeaderMap) -> Option<Response> {
    let asked = PageRequest::of(&Method::GET, path, headers);
    read(reading, &asked, &Fetched::default()).ok()
}

/// How often one request fetches and decides anew. Three things may be missing, and each may change meanwhile.
const ROUNDS: usize = 8;

async fn show_article(
    State(reading): State<Arc<Reading>>,
    Path(_): Path<(String, String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    let asked = PageRequest::of(&method, uri.path(), &headers);
    let mut fetched = Fetched::default();
    for _ in 0..ROUNDS {
        let missing = match read(&reading, &asked, &fetched) {
            Ok(response) => return Ok(response),
            Err(missing) => missing,
        };
        match missing {
            // Another node may have published something, if this one has not heard for a while.
            Missing::Article if !reading.base.fresh.is_good() && fetched.entry.is_none() => {
                let found =
                    articles::find_entry(&mut reading.base.read().await?, asked.path).await?;
                fetched.entry = Some(Arc::new(found.ok_or(Error::NotFound)?));
            }
            Missing::Article => return Err(Error::NotFound),
            Missing::Visitor(what) => fetched.visitor.fetch(&reading, &headers, what).await?,
            Missing::Page(entry, variant, pass) => {
                let form = (variant, Encoding::wanted(&headers));
                let page = render::make(&reading, &entry, form, pass.as_ref()).await?;
                fetched.page = page.map(|page| (entry, variant, page));
            }
            Missing::Device(id) => fetched.device = Some(reading.readers.devices.of(id).await?),
            Missing::Nothing(error) => return Err(error),
        }
    }
    let cause = format!("the rule of {} changes all the time", asked.path);
    Err(Error::internal(cause))
}

/// Decides and answers. All that waits for nothing.
fn read(
    reading: &Reading,
    asked: &PageRequest,
    fetched: &Fetched,
) -> std::result::Result<Response, Missing> {
    let entry = entry(reading, asked, fetched)?;
    let mut ask = Ask {
        article: entry.id,
        access: entry.access,
        seat: None,
        meter: Meter::Spent,
        navigation: false,
    };
    // Open to everybody: no cookie is looked at.
    if entry.access == Access::Open {
        let decided = (&decide(&ask), false);
        return answer(reading, entry, decided, asked.headers, fetched);
    }
    // The browser would keep the answer and show it at the click, when another one may be right.
    if asked.occasion == Occasion::Early {
        return Ok(refusal());
    }
    let navigation = asked.occasion == Occasion::Navigation;
    let session = fetched.visitor.session(reading, asked.headers)?;
    let mut holder = None;
    if let Some(session) = &session
        && fetched.visitor.seated(reading, session.reader)?
    {
        let placed = fetched.visitor.placed(reading, session, navigation)?;
        ask.seat = Some(placed.place);
        holder = placed.holder;
    }
    ask.navigation = navigation;
    let mut counted = None;
    if entry.access == Access::Metered {
        let free = if session.is_some() {
            reading.base.config.meter.registered
        } else {
            reading.base.config.meter.anonymous
        };
        let read = Counted::of(reading, asked.headers, &render::month(reading, &entry));
        ask.meter = read.ask(entry.id, free);
        counted = Some(read);
    }
    let (decision, signed_in) = (decide(&ask), session.is_some());
    if let (Decision::Elsewhere, Some(session), Some(holder)) = (decision, session, holder) {
        let fetched = fetched.device.clone();
        let device = fetched
            .filter(|device| device.id == holder.device)
            .or_else(|| reading.readers.devices.known(holder.device))
            .ok_or(Missing::Device(holder.device))?;
        reading.leases.shown(&session, &holder, EventKind::Shown);
        let holder = (&holder, &*device);
        return message::page(reading, &session, holder, &entry, asked.path)
            .map_err(Missing::Nothing);
    }
    let decided = (&decision, signed_in);
    let mut response = answer(reading, entry, decided, asked.headers, fetched)?;
    if let (Decision::Metered(_, true), Some(counted)) = (decision, counted) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, counted.with(reading, ask.article));
    }
    Ok(response)
}

fn entry(
    reading: &Reading,
    asked: &PageRequest,
    fetched: &Fetched,
) -> std::result::Result<Arc<Entry>, Missing> {
    if let Some(entry) = &fetched.entry {
        return Ok(Arc::clone(entry));
    }
    // While the database is away what was open stays open; for the rest there is no session and no seat after a while.
    let good = reading.base.fresh.is_good() || reading.base.fresh.is_cut_off();
    let entry = good.then(|| reading.articles.catalog.find(asked.path));
    entry.flatten().ok_or(Missing::Article)
}

/// The finished page of a decision, for guests or for those who are signed in.
fn answer(
    reading: &Reading,
    entry: Arc<Entry>,
    (decision, signed_in): (&Decision, bool),
    headers: &HeaderMap,
    fetched: &Fetched,
) -> std::result::Result<Response, Missing> {
    let (variant, pass) = match decision {
        Decision::Open(pass) => (Variant::Open, Some(*pass)),
        Decision::Seated(pass) if reading.base.config.reading.mode == Mode::Off => {
            (Variant::Full, Some(*pass))
        }
        Decision::Seated(pass) => (Variant::Watched, Some(*pass)),
        Decision::Metered(pass, _) => (Variant::Full, Some(*pass)),
        Decision::Lead | Decision::Elsewhere => (Variant::Lead, None),
        Decision::Wall if signed_in => (Variant::Unseated, None),
        Decision::Wall => (Variant::Wall, None),
    };
    let encoding = Encoding::wanted(headers);
    let page = match &fetched.page {
        Some((of, made, page)) if *of == entry && *made == variant => Arc::clone(page),
        _ => match variant::find(reading, &entry, variant, encoding) {
            Some(page) => page,
            None => match variant::find_before(reading, &entry, variant, encoding) {
                Some(page) => {
                    reading.renewal.want(entry, (variant, encoding), pass);
                    page
                }
                None => return Err(Missing::Page(entry, variant, pass)),
            },
        },
    };
    let mut response = page.respond(headers);
    if let Decision::Metered(..) = decision {
        // The same page as by right of a seat where one device is not asked for.
        let metered = HeaderValue::from_static("metered");
        response.headers_mut().insert(ACCESS, metered);
    }
    Ok(response)
}
