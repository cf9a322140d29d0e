//! The question of the web server in front of another site, and the answer.
//!
//! What a browser could forge gains it nothing: the address it was asked for only has to be on a configured site, and
//! decides where the way back leads; who reads is in the session cookie alone.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

use super::{doorway, is_open, message_path};
use crate::Gate;
use access::{Outside, outside};
use base::address::Root;
use readers::Session;
use reading::visitor::{Unknown, Visitor};
use reading::{ACCESS, Occasion};
use web::error::encode;
use web::locale::{self, Say};
use web::{Error, Result};

/// Names the reader to the site.
const READER: HeaderName = HeaderName::from_static("gaceta-reader");

// Written once: a name given as text is read letter by letter, on each request.
static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
static ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
static METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");

/// How the web server wants to hear a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denied {
    /// By its own status, with a page for the reader (Caddy).
    Page,
    /// 403 for all but 401: all that nginx's `auth_request` passes on.
    Forbidden,
    /// A navigation is sent to the page that helps.
    Redirect,
}

/// What is asked.
struct CheckRequest<'a> {
    site: &'a Root,
    /// Path and query, as the browser sent them.
    path: Cow<'a, str>,
    occasion: Occasion,
    /// A browser asks, without a cookie, whether a page of another origin may ask for more (CORS, in the Fetch standard), and
    /// `[gate] preflights` lets that by.
    preflight: bool,
    denied: Denied,
    uri: &'a Uri,
    headers: &'a HeaderMap,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in.
    Guest,
    /// Signed in, without a seat.
    Wall,
    /// Another device is being read on.
    Elsewhere,
    /// Nobody is looking, and this device does not have the lease.
    Unasked,
}

impl Refusal {
    const fn status(self) -> StatusCode {
        match self {
            Self::Guest => StatusCode::UNAUTHORIZED,
            Self::Wall => StatusCode::PAYMENT_REQUIRED,
            Self::Elsewhere | Self::Unasked => StatusCode::CONFLICT,
        }
    }

    const fn word(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Guest => "guest",
            Self::Wall => "wall",
            Self::Elsewhere => "elsewhere",
            Self::Unasked => "lead",
        })
    }
}

/// The only value of a header; `Err` if there are several, of which each reader would believe another one.
fn only<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> std::result::Result<Option<Cow<'a, str>>, ()> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match (first, values.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => Ok(Some(in_ascii(one))),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Bytes that are no ASCII as a browser would have written them in an address (URL standard, percent-encode).
fn in_ascii(value: &HeaderValue) -> Cow<'_, str> {
    if let Ok(text) = value.to_str() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(3 * value.len());
    for &byte in value.as_bytes() {
        if byte.is_ascii() {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out.into()
}

impl<'a> CheckRequest<'a> {
    /// `None` unless the headers name an address of a configured site.
    fn of(gate: &'a Gate, method: &Method, headers: &'a HeaderMap, uri: &'a Uri) -> Option<Self> {
        let sites = &gate.base.config.gate.sites;
        if sites.is_empty() {
            return None;
        }
        let only = |name| only(headers, name).ok();
        let (scheme, authority) = (only(&PROTO)??, only(&HOST)??);
        let path = match (only(&URI)?, only(&ORIGINAL_URI)?) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other)?,
        };
        let site = sites
            .iter()
            .find(|site| site.holds(&scheme, &authority, &path))?;
        let forwarded = only(&METHOD)?;
        let method = forwarded.as_deref().unwrap_or(method.as_str());
        let preflight = method == "OPTIONS"
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
            && gate
                .base
                .config
                .gate
                .preflights
                .iter()
                .any(|root| root.holds(&scheme, &authority, &path));
        Some(Self {
            site,
            path,
            occasion: Occasion::of(method == "GET", headers),
            preflight,
            denied: match uri.query() {
                Some("denied=403") => Denied::Forbidden,
                Some("denied=303") => Denied::Redirect,
                _ => Denied::Page,
            },
            uri,
            headers,
        })
    }

    /// Where the reader is to come back to: this very address, if a browser can be sent there.
    fn back(&self) -> String {
        let whole = format!("{}{}", self.site.origin(), self.path);
        if self.site.leads(&whole) {
            whole
        } else {
            self.site.as_str().to_owned()
        }
    }
}

/// The answer, if memory has all it takes: for others `None`, and the router answers.
#[must_use]
pub fn check(gate: &Gate, headers: &HeaderMap, uri: &Uri) -> Option<Response> {
    let asked = CheckRequest::of(gate, &Method::GET, headers, uri)?;
    answer(gate, &asked, &Visitor::default()).ok()?.ok()
}

/// How often one request asks the database: for session, seat and lease, and once more for each.
const ROUNDS: usize = 6;

/// The same, with the database where memory does not know.
pub async fn show_check(
    State(gate): State<Gate>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result {
    is_open(&gate.base)?;
    let asked = CheckRequest::of(&gate, &method, &headers, &uri)
        .ok_or_else(|| Error::BadRequest("no address of [gate] sites is asked about".into()))?;
    let mut visitor = Visitor::default();
    for _ in 0..ROUNDS {
        match answer(&gate, &asked, &visitor) {
            Ok(answer) => return answer,
            Err(what) => visitor.fetch(&gate.reading, &headers, what).await?,
        }
    }
    Err(Error::Unavailable(
        "what the database said was too old each time it came".into(),
    ))
}

/// Decides and answers. Asks for the lease if this is a navigation.
fn answer(
    gate: &Gate,
    asked: &CheckRequest,
    visitor: &Visitor,
) -> std::result::Result<Result, Unknown> {
    if asked.preflight {
        return Ok(Ok(let_by()));
    }
    if asked.occasion == Occasion::Early {
        return Ok(refuse(gate, asked, None, Refusal::Unasked));
    }
    let Some(session) = visitor.session(&gate.reading, asked.headers)? else {
        return Ok(refuse(gate, asked, None, Refusal::Guest));
    };
    let seated = visitor.seated(&gate.reading, session.reader)?;
    let navigation = asked.occasion == Occasion::Navigation;
    let placed = if seated {
        Some(visitor.placed(&gate.reading, &session, navigation)?.place)
    } else {
        None
    };
    let refusal = match outside(placed) {
        Outside::Open => return Ok(Ok(grant(gate, &session))),
        Outside::Wall => Refusal::Wall,
        Outside::Elsewhere => Refusal::Elsewhere,
        Outside::Unasked => Refusal::Unasked,
    };
    Ok(refuse(gate, asked, Some(&session), refusal))
}

/// All headers of a yes; the name of the reader is filled in. Nobody looks at this answer but a web server, so the only
/// policy is that nothing of it may be used as a page.
static GRANTED: LazyLock<HeaderMap> = LazyLock::new(|| {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(READER, HeaderValue::from_static(""));
    headers.insert(ACCESS, HeaderValue::from_static("full"));
    unkept(&mut headers);
    let nothing = HeaderValue::from_static("default-src 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    let as_said = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, as_said);
    headers
});

fn grant(gate: &Gate, session: &Session) -> Response {
    let mut headers = GRANTED.clone();
    if let Some(reader) = headers.get_mut(READER) {
        let alias = session.alias(&gate.base.secret);
        *reader = HeaderValue::from_bytes(alias).expect("base64url fits a header");
    }
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = headers;
    response
}

/// For the site to answer; in nobody's name, and said in so many words lest the browser's own header be believed.
fn let_by() -> Response {
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = GRANTED.clone();
    let access = HeaderValue::from_static("preflight");
    response.headers_mut().insert(ACCESS, access);
    response
}

/// The answer is for this browser and this moment.
fn unkept(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
}

fn refuse(gate: &Gate, asked: &CheckRequest, session: Option<&Session>, why: Refusal) -> Result {
    let say = Say::new(session.map_or_else(
        || locale::of_request(&gate.site, asked.uri, asked.headers),
        |session| session.language,
    ));
    let paper = &gate.base.config.site.public_url;
    let back = asked.back();
    let to = match why {
        Refusal::Guest => {
            let next = encode(&message_path(asked.site, &back));
            format!("{paper}/sign-in?lang={}&next={next}", say.lang)
        }
        Refusal::Wall => format!("{paper}/plans?lang={}", say.lang),
        Refusal::Elsewhere | Refusal::Unasked => {
            format!("{paper}{}", message_path(asked.site, &back))
        }
    };
    let mut response = match asked.denied {
        Denied::Page => doorway::page(&gate.base, say, why, why.status(), &to)?,
        Denied::Redirect if asked.occasion == Occasion::Navigation => {
            StatusCode::SEE_OTHER.into_response()
        }
        Denied::Redirect => why.status().into_response(),
        Denied::Forbidden if why == Refusal::Guest => why.status().into_response(),
        Denied::Forbidden => StatusCode::FORBIDDEN.into_response(),
    };
    let headers = response.headers_mut();
    if why == Refusal::Guest && asked.denied != Denied::Redirect {
        // A 401 names what it wants (RFC 9110, 15.5.2); browsers do nothing about this one.
        let want = HeaderValue::from_static("Cookie");
        headers.insert(header::WWW_AUTHENTICATE, want);
    }
    headers.insert(ACCESS, why.word());
    if let Ok(to) = HeaderValue::from_str(&to) {
        headers.insert(header::LOCATION, to);
    }
    unkept(headers);
    Ok(response)
}
