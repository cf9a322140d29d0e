//! The device message: a page of its own when a reader arrives, a fragment when an open page loses the lease.
//!
//! It is sent only when it is due, in the reader's language, and kept by nobody. It names the other device and since when;
//! never what that device reads. What is the same in all of them is rendered once: two devices of one reader may ask for it
//! all day long.

use std::sync::OnceLock;

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use lease::Holder;

use super::pages::ACCESS;
use crate::Reading;
use articles::Entry;
use base::lang::Lang;
use readers::{Device, DeviceId, DeviceKind, Session, labels};
use web::Result;
use web::locale::Say;
use web::skeleton::{Skeleton, placeholder};
use web::view::{Frame, html};

/// After so many changes of device in a short while the offer to add a reader comes first.
const OFFER_FIRST: u8 = 3;

/// What differs from message to message: everything else of it is rendered once for each language.
#[derive(Clone, Copy)]
enum Slot {
    Paper,
    Home,
    Tag,
    Headline,
    Deck,
    Device,
    SinceAt,
    Since,
    Reader,
    Epoch,
    Op,
    Next,
}

impl Slot {
    fn placeholder(self) -> String {
        placeholder(self as u8)
    }
}

/// How often a template is rendered: for each language, kind of device, and what is left out or in.
const SKELETONS: usize = Lang::COUNT * DeviceKind::ALL.len() * 2 * 2;

/// The finished forms of one template.
struct Skeletons([OnceLock<Skeleton>; SKELETONS]);

static PAGES: Skeletons = Skeletons::new();
static FRAGMENTS: Skeletons = Skeletons::new();

/// Which of them.
#[derive(Clone, Copy)]
struct Version {
    language: Lang,
    kind: DeviceKind,
    with_deck: bool,
    offer_first: bool,
}

impl Version {
    fn number(self) -> usize {
        let kind = self.language.index() * DeviceKind::ALL.len() + self.kind as usize;
        kind * 4 + usize::from(self.with_deck) * 2 + usize::from(self.offer_first)
    }
}

impl Skeletons {
    const fn new() -> Self {
        Self([const { OnceLock::new() }; SKELETONS])
    }

    fn of(
        &self,
        version: Version,
        render: impl FnOnce() -> askama::Result<String>,
    ) -> Result<&Skeleton> {
        let place = &self.0[version.number()];
        if let Some(skeleton) = place.get() {
            return Ok(skeleton);
        }
        let text = render()?;
        Ok(place.get_or_init(|| Skeleton::of(&text)))
    }
}

#[derive(Template)]
#[template(path = "reading/message.html")]
struct MessagePage {
    frame: Frame,
    say: Say,
    /// The language of headline and deck.
    tag: String,
    headline: String,
    deck: String,
    kind: DeviceKind,
    device: String,
    since_at: String,
    since: String,
    reader: String,
    epoch: String,
    op: String,
    next: String,
    offer_first: bool,
}

impl MessagePage {
    fn with_slots(reading: &Reading, version: Version) -> Self {
        let say = Say::new(version.language);
        let mut frame = Frame::unlisted(&reading.site, say, "message-title");
        frame.paper = Slot::Paper.placeholder();
        frame.home = Slot::Home.placeholder();
        let deck = version.with_deck.then(|| Slot::Deck.placeholder());
        Self {
            frame,
            say,
            tag: Slot::Tag.placeholder(),
            headline: Slot::Headline.placeholder(),
            deck: deck.unwrap_or_default(),
            kind: version.kind,
            device: Slot::Device.placeholder(),
            since_at: Slot::SinceAt.placeholder(),
            since: Slot::Since.placeholder(),
            reader: Slot::Reader.placeholder(),
            epoch: Slot::Epoch.placeholder(),
            op: Slot::Op.placeholder(),
            next: Slot::Next.placeholder(),
            offer_first: version.offer_first,
        }
    }
}

/// Values in the order of [`Slot`].
type Values<'a> = [&'a str; Slot::Next as usize + 1];

/// The page that stands in place of the article. Headline and deck are everybody's; the text is not loaded.
pub fn page(
    reading: &Reading,
    session: &Session,
    (holder, device): (&Holder<DeviceId>, &Device),
    entry: &Entry,
    path: &str,
) -> Result<Response> {
    let edition = reading.articles.editions.find(entry.edition.as_str());
    let tag = edition.map_or(String::new(), |found| found.edition.locale.clone());
    let head = [&*tag, &*entry.headline, &*entry.deck];
    respond(reading, session, (holder, device), head, path)
}

/// The same for a page of another site: of it no more is known than the site.
pub async fn outside(
    reading: &Reading,
    session: &Session,
    holder: &Holder<DeviceId>,
    site: &str,
    back: &str,
) -> Result<Response> {
    let device = reading.readers.devices.of(holder.device).await?;
    respond(reading, session, (holder, &device), ["", site, ""], back)
}

fn respond(
    reading: &Reading,
    session: &Session,
    (holder, device): (&Holder<DeviceId>, &Device),
    [tag, headline, deck]: [&str; 3],
    next: &str,
) -> Result<Response> {
    let language = session.language;
    let version = Version {
        language,
        kind: device.kind,
        with_deck: !deck.is_empty(),
        offer_first: holder.swaps >= OFFER_FIRST,
    };
    let skeleton = PAGES.of(version, || {
        MessagePage::with_slots(reading, version).render()
    })?;
    let say = Say::new(language);
    let span = say.span(reading.leases.ago(holder.since));
    let values: Values<'_> = [
        &reading.base.config.site.name,
        &reading.site.home(language),
        tag,
        headline,
        deck,
        &labels::name(device, say),
        &reading.leases.wall(holder.since).rfc3339(),
        &say.with("message-since", "span", span),
        &page_owner(reading, session),
        &holder.epoch.to_string(),
        &reading.base.rng.u64().to_string(),
        next,
    ];
    let mut response = html(StatusCode::OK, skeleton.fill(&values));
    response
        .headers_mut()
        .insert(ACCESS, HeaderValue::from_static("elsewhere"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "reading/moved.html")]
struct Moved {
    say: Say,
    device: String,
    reader: String,
    epoch: String,
    op: String,
    next: String,
    offer_first: bool,
}

/// What an open page shows when its device has lost the lease.
pub async fn moved(
    reading: &Reading,
    session: &Session,
    holder: &Holder<DeviceId>,
    next: &str,
) -> Result<String> {
    let device = reading.readers.devices.of(holder.device).await?;
    let version = Version {
        language: session.language,
        kind: DeviceKind::Computer,
        with_deck: false,
        offer_first: holder.swaps >= OFFER_FIRST,
    };
    let with_slots = || Moved {
        say: Say::new(version.language),
        device: Slot::Device.placeholder(),
        reader: Slot::Reader.placeholder(),
        epoch: Slot::Epoch.placeholder(),
        op: Slot::Op.placeholder(),
        next: Slot::Next.placeholder(),
        offer_first: version.offer_first,
    };
    let skeleton = FRAGMENTS.of(version, || with_slots().render())?;
    let reader = page_owner(reading, session);
    let (epoch, op) = (holder.epoch.to_string(), reading.base.rng.u64().to_string());
    let name = labels::name(&device, Say::new(session.language));
    let mut values: Values<'_> = [""; Slot::Next as usize + 1];
    for (slot, value) in [
        (Slot::Device, &*name),
        (Slot::Reader, &reader),
        (Slot::Epoch, &epoch),
        (Slot::Op, &op),
        (Slot::Next, next),
    ] {
        values[slot as usize] = value;
    }
    Ok(skeleton.fill(&values))
}

#[derive(Template)]
#[template(path = "reading/ended.html")]
struct Ended {
    say: Say,
    next: String,
    query: String,
}

/// What an open page shows when the session or the seat has ended.
pub fn ended(say: Say, next: &str) -> Result<String> {
    Ok(Ended {
        say,
        next: next.to_owned(),
        query: web::error::encode(next),
    }
    .render()?)
}

/// Whose an open page is: what it is told when it first speaks, and says from then on. Always the same for one reader,
/// and of no use to anybody else.
pub fn page_owner(reading: &Reading, session: &Session) -> String {
    reading.base.secret.alias("page", session.reader.0)
}

#[derive(Template)]
#[template(path = "reading/other.html")]
struct Other {
    say: Say,
    reader: String,
    next: String,
    query: String,
}

/// What an open page shows when somebody else has signed in in its browser: who that is.
pub async fn other(reading: &Reading, session: &Session, next: &str) -> Result<String> {
    let mut tx = reading.base.read().await?;
    let reader = readers::store::find_reader(&mut tx, session.reader).await?;
    let called = reader.map(|one| {
        if one.name.is_empty() {
            one.email
        } else {
            one.name
        }
    });
    Ok(Other {
        say: Say::new(session.language),
        reader: called.unwrap_or_default(),
        next: next.to_owned(),
        query: web::error::encode(next),
    }
    .render()?)
}
