//! What a WordPress export means to a paper. Pure: no database and no clock.
//!
//! An export is read twice: [`Survey`] learns what all articles need (topics, authors), [`articles`] makes one article
//! after the other. Published posts become articles. Pages do not: "About" and "Contact" are no news and would stand on
//! the front page and in the feeds under an old date. Nothing is fetched from the network, so pictures stay behind and
//! are counted.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use markup::{Document, Note};

use super::slug::{fold, fold_or_bytes};
use super::wxr::{Export, Item, Items, Term};
use access::Access;
use articles::{Draft, Headline, Submission, TopicDraft};

/// What is in an export.
#[derive(Debug, Default)]
pub struct Survey {
    /// What it says of itself.
    pub export: Export,
    /// Topics that its articles name, the most used first.
    pub topics: Vec<TopicDraft>,
    /// How many articles it makes.
    pub articles: usize,
    /// How many items of each kind the file has.
    pub kinds: BTreeMap<String, usize>,
    /// How many items were skipped, by kind and reason.
    pub skipped: BTreeMap<String, usize>,
    /// Comments, which are left out.
    pub comments: usize,
}

/// What was left out of texts, and how often.
pub type Notes = BTreeMap<String, usize>;

/// For whom and where articles are made.
#[derive(Debug)]
pub struct Target<'a> {
    /// Slug of the edition.
    pub edition: &'a str,
    /// Its time zone, for dates that come without one.
    pub zone: &'a TimeZone,
    /// Whom the articles are for.
    pub access: Access,
    /// What is later than this is scheduled, not published.
    pub now: Timestamp,
}

impl Survey {
    /// Decides about every item.
    ///
    /// # Errors
    /// Names the line of a broken file.
    pub fn of(mut items: Items<impl Read>, target: &Target<'_>) -> anyhow::Result<Self> {
        let mut survey = Self::default();
        let mut topics: HashMap<String, (TopicDraft, usize, bool)> = HashMap::new();
        for item in &mut items {
            let item = item?;
            let kind = match item.get("wp:post_type") {
                "" => "item without a kind",
                kind => kind,
            };
            add(&mut survey.kinds, kind, 1);
            survey.comments += item.comments;
            match admit(&item, target) {
                Ok(_) => {
                    survey.articles += 1;
                    for (topic, is_category) in terms(&item) {
                        let slot = topics
                            .entry(topic.slug.clone())
                            .or_insert((topic, 0, false));
                        slot.1 += 1;
                        slot.2 |= is_category;
                    }
                }
                Err(reason) => add(&mut survey.skipped, &format!("{kind}: {reason}"), 1),
            }
        }
        survey.export = items.export();
        let mut topics: Vec<_> = topics.into_values().collect();
        topics.sort_by(|(a, used_a, category_a), (b, used_b, category_b)| {
            (category_b, used_b, &a.slug).cmp(&(category_a, used_a, &b.slug))
        });
        survey.topics = topics.into_iter().map(|(topic, ..)| topic).collect();
        Ok(survey)
    }
}

/// The articles of an export, one after the other, each with a slug of its own; see [`Slugs`]. What is left out of their
/// texts is counted in `notes`.
pub fn articles<'a, R: Read>(
    items: Items<R>,
    survey: &'a Survey,
    target: &'a Target<'a>,
    taken: &'a HashMap<String, i64>,
    notes: &'a RefCell<Notes>,
) -> impl Iterator<Item = anyhow::Result<Submission>> + use<'a, R> {
    let mut slugs = Slugs {
        taken,
        used: HashSet::with_capacity(survey.articles),
    };
    items.filter_map(move |item| {
        let made = item.map(|item| article(&item, &survey.export, target));
        let (mut submission, left_out) = match made {
            Ok(Ok(made)) => made,
            Ok(Err(_skipped)) => return None,
            Err(error) => return Some(Err(error)),
        };
        let mut notes = notes.borrow_mut();
        for note in &left_out {
            let (what, count) = counted(note);
            add(&mut notes, &what, count);
        }
        let pictures = submission.document.images().len();
        if pictures > 0 {
            let what = "pictures in texts: nothing is fetched from the network";
            add(&mut notes, what, pictures);
        }
        slugs.number(&mut submission.draft);
        Some(Ok(submission))
    })
}

fn add(to: &mut BTreeMap<String, usize>, what: &str, count: usize) {
    *to.entry(what.to_owned()).or_default() += count;
}

fn counted(note: &Note) -> (String, usize) {
    match note {
        Note::DroppedElement(name, count) => (name.clone(), *count),
        Note::DroppedShortcode(name, count) => (format!("shortcode [{name}]"), *count),
        Note::UnsafeLink(_) => ("links to addresses that are not allowed".into(), 1),
        Note::ImageLink(_) => ("links around pictures".into(), 1),
        Note::EmbedAsLink(_) => ("embedded content, now a link".into(), 1),
        other => (other.to_string(), 1),
    }
}

/// When an item was published and its headline, or why it becomes no article.
fn admit(item: &Item, target: &Target<'_>) -> Result<(Timestamp, Headline), String> {
    match item.get("wp:post_type") {
        "post" => {}
        "page" => return Err("a page is no news; only posts become articles".into()),
        "attachment" => return Err("files are not fetched from the network".into()),
        _ => return Err("belongs to the site's design, not to its articles".into()),
    }
    match item.get("wp:status") {
        "publish" => {}
        "future" => return Err("scheduled, not published yet".into()),
        "private" => return Err("private".into()),
        status => return Err(format!("not published ({status})")),
    }
    if !item.get("wp:post_password").is_empty() {
        return Err("protected by a password".into());
    }
    let published = published(item, target.zone).ok_or("it has no date that can be read")?;
    if published > target.now {
        return Err("scheduled, not published yet".into());
    }
    let headline = match line(item.get("title")) {
        title if !title.is_empty() => title,
        _ => shortened(&line(item.get("content:encoded"))),
    };
    let headline = Headline::mended(&headline).ok_or("it has neither headline nor text")?;
    Ok((published, headline))
}

/// The article an item becomes, or why it becomes none.
fn article(
    item: &Item,
    export: &Export,
    target: &Target<'_>,
) -> Result<(Submission, Vec<Note>), String> {
    let (published, headline) = admit(item, target)?;
    let headline = headline.into_string();
    let (document, notes) = Document::from_html(item.get("content:encoded"));
    let id = item.get("wp:post_id");
    let slug = fold(item.get("wp:post_name"))
        .or_else(|| fold(&headline))
        .unwrap_or_else(|| fold_or_bytes(&format!("post-{id}")));
    let updated = gmt(item.get("wp:post_modified_gmt")).map(|at| at.max(published));
    let draft = Draft {
        headline,
        deck: line(item.get("excerpt:encoded")),
        byline: byline(item, export),
        dateline: String::new(),
        published: published.into(),
        updated: Some(updated.unwrap_or(published).into()),
        edition: target.edition.to_owned(),
        slug,
        topics: terms(item)
            .into_iter()
            .map(|(topic, _)| topic.slug)
            .collect(),
        access: target.access,
        story: String::new(),
        translation_of: String::new(),
        kicker: String::new(),
        pinned: item.get("wp:is_sticky") == "1",
        image: None,
        correction: Vec::new(),
    };
    Ok((
        Submission {
            draft,
            document,
            files: BTreeMap::new(),
        },
        notes,
    ))
}

/// Gives every article a slug of its own: `-2`, `-3`.. when an earlier item of the file, or another article of the paper,
/// has it. The order of the file decides, so a second import finds the same slugs.
struct Slugs<'a> {
    /// When the paper's article with that slug was published; the same moment means that it is this article, imported
    /// before.
    taken: &'a HashMap<String, i64>,
    used: HashSet<String>,
}

impl Slugs<'_> {
    fn number(&mut self, draft: &mut Draft) {
        let base = std::mem::take(&mut draft.slug);
        let at = draft.published.at(&TimeZone::UTC).as_millisecond();
        draft.slug = std::iter::once(base.clone())
            .chain((2_u64..).map(|n| format!("{base}-{n}")))
            .find(|slug| {
                !self.used.contains(slug) && self.taken.get(slug).is_none_or(|other| *other == at)
            })
            .expect("numbers do not end");
        self.used.insert(draft.slug.clone());
    }
}

/// HTML as one line of plain text.
fn line(html: &str) -> String {
    let plain = |byte: u8| {
        (byte.is_ascii_graphic() && !b"<&[".contains(&byte)) || byte.is_ascii_whitespace()
    };
    if html.bytes().all(plain) {
        // Nothing to understand: many names and headlines.
        return html.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let text = Document::plain_text(&Document::from_html(html).0.blocks);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, as a headline for a post that has none.
fn shortened(text: &str) -> String {
    const WORDS: usize = 10;
    let mut words: Vec<&str> = text.split(' ').take(WORDS + 1).collect();
    let more = words.len() > WORDS;
    words.truncate(WORDS);
    let end = if more { " \u{2026}" } else { "" };
    format!("{}{end}", words.join(" "))
}

fn published(item: &Item, zone: &TimeZone) -> Option<Timestamp> {
    gmt(item.get("wp:post_date_gmt"))
        .or_else(|| {
            let local = civil(item.get("wp:post_date"))?;
            zone.to_timestamp(local).ok()
        })
        .or_else(|| {
            let zoned = jiff::fmt::rfc2822::parse(item.get("pubDate")).ok()?;
            Some(zoned.timestamp())
        })
}

fn gmt(text: &str) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(civil(text)?).ok()
}

/// `0000-00-00 00:00:00` is how WordPress writes "none".
fn civil(text: &str) -> Option<DateTime> {
    let at: DateTime = text.parse().ok()?;
    (at.year() > 0).then_some(at)
}

fn byline(item: &Item, export: &Export) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let several = item.terms.iter().filter(|term| term.domain == "author");
    for name in several.map(|term| line(&term.name)) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        let login = item.get("dc:creator");
        let name = export.authors.get(login).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| login.to_owned(), |name| line(name));
        names.extend(Some(name).filter(|name| !name.is_empty()));
    }
    names
}

/// The topics of an item, categories first, each once; `true` for a category. WordPress' "uncategorized" says that there
/// is none.
fn terms(item: &Item) -> Vec<(TopicDraft, bool)> {
    let mut found: Vec<(TopicDraft, bool)> = Vec::new();
    let of = |domains: &'static [&'static str]| {
        let all = item.terms.iter();
        all.filter(move |term| domains.contains(&term.domain.as_str()))
    };
    let categories = of(&["category"]).map(|term| (term, true));
    let tags = of(&["post_tag", "tag"]).map(|term| (term, false));
    for (term, is_category) in categories.chain(tags) {
        let Some(topic) = topic(term) else { continue };
        if !found.iter().any(|(have, _)| have.slug == topic.slug) {
            found.push((topic, is_category));
        }
    }
    found
}

fn topic(term: &Term) -> Option<TopicDraft> {
    let name = line(&term.name);
    let slug = fold(&term.slug).unwrap_or_else(|| fold_or_bytes(&name));
    (!name.is_empty() && slug != "uncategorized").then(|| TopicDraft {
        slug,
        name,
        description: String::new(),
        same_as: String::new(),
    })
}
