//! What a WordPress export means to a paper. Pure: no database and no clock.
//!
//! An export is read twice: [`Survey`] learns what all articles need (topics, authors), [`articles`] makes one article
//! after the other. Published posts become articles. Pages do not: "About" and "Contact" are no news and would stand on
//! the front page and in the feeds under an old date. Nothing is fetched from the network, so pictures stay behind and
//! are counted.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Read, Write as _};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use markup::{Document, Note};

use super::byline::{byline, guest};
use super::notes;
use super::slug::{fold, fold_or_bytes, fold_whole};
use super::wxr::{Category, Export, Item, Items, Term};
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
    /// Names of guest authors, by their logins.
    guests: HashMap<String, String>,
    /// Slugs of topics, by what the file calls them: slug there and name.
    slugs: HashMap<(String, String), String>,
    /// How often articles are filed under what becomes no topic, by its taxonomy.
    pub taxonomies: BTreeMap<String, usize>,
}

/// What was left out of articles.
#[derive(Debug, Default)]
pub struct Notes {
    /// How often, by what it is.
    pub counts: BTreeMap<String, usize>,
    /// Where each is written with its article, one in a line, as comma-separated values (RFC 4180).
    pub list: Option<BufWriter<File>>,
}

impl Notes {
    fn add(&mut self, id: &str, headline: &str, what: &str, count: usize) {
        add(&mut self.counts, what, count);
        if let Some(list) = &mut self.list {
            let text = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            // A list that cannot be written is told at its end, by `flush`.
            _ = writeln!(
                list,
                "{},{},{},{count}\r",
                text(id),
                text(headline),
                text(what)
            );
        }
    }
}

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
    /// Kinds of items that become articles beside posts.
    pub kinds: &'a [String],
    /// Taxonomies that become topics beside categories and tags.
    pub taxonomies: &'a [String],
}

impl Survey {
    /// Decides about every item.
    ///
    /// # Errors
    /// Names the line of a broken file.
    pub fn of(mut items: Items<impl Read>, target: &Target<'_>) -> anyhow::Result<Self> {
        let mut survey = Self::default();
        let mut found: HashMap<(String, String), (Found, usize)> = HashMap::new();
        while let Some(item) = items.next() {
            let item = item?;
            let kind = match item.get("wp:post_type") {
                "" => "item without a kind",
                kind => kind,
            };
            add(&mut survey.kinds, kind, 1);
            if kind == "guest-author" {
                survey.guests.extend(guest(&item));
            }
            match admit(&item, target) {
                Ok(_) => {
                    survey.articles += 1;
                    let export = items.known();
                    for one in terms(&item, export, target) {
                        let key = (one.slug.clone(), one.name.clone());
                        let slot = found.entry(key).or_insert((one, 0));
                        slot.1 += 1;
                    }
                    for term in &item.terms {
                        if !["author", "post_format"].contains(&term.domain.as_str())
                            && !is_topic(&term.domain, target)
                        {
                            add(&mut survey.taxonomies, &term.domain, 1);
                        }
                    }
                }
                Err(reason) => add(&mut survey.skipped, &format!("{kind}: {reason}"), 1),
            }
        }
        survey.export = items.export();
        survey.name_topics(found.into_values().collect());
        Ok(survey)
    }

    /// Gives each topic a slug of its own, those of categories and of many articles first.
    fn name_topics(&mut self, mut found: Vec<(Found, usize)>) {
        found.sort_by(|(a, used_a), (b, used_b)| {
            let key = |one: &Found, used: usize| {
                (
                    !one.category,
                    Reverse(used),
                    one.slug.clone(),
                    one.name.clone(),
                )
            };
            key(a, *used_a).cmp(&key(b, *used_b))
        });
        let mut used = HashSet::new();
        for (one, _) in found {
            // One slug, one name.
            let slug = std::iter::once(one.slug.clone())
                .chain((2_u64..).map(|n| format!("{}-{n}", one.slug)))
                .find(|slug| !used.contains(slug))
                .expect("numbers do not end");
            used.insert(slug.clone());
            self.topics.push(TopicDraft {
                slug: slug.clone(),
                name: one.name.clone(),
                description: one.description,
                same_as: String::new(),
            });
            self.slugs.insert((one.slug, one.name), slug);
        }
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
        items: HashMap::with_capacity(survey.articles),
    };
    items.filter_map(move |item| {
        let made = item.map(|item| article(&item, survey, target));
        let (mut submission, left_out, id) = match made {
            Ok(Ok(made)) => made,
            Ok(Err(_skipped)) => return None,
            Err(error) => return Some(Err(error)),
        };
        let pictures = submission.document.images().len();
        let pictures = (pictures > 0).then(|| {
            let what = "pictures in texts: nothing is fetched from the network";
            (what.to_owned(), pictures)
        });
        for (what, count) in left_out.into_iter().chain(pictures) {
            notes
                .borrow_mut()
                .add(&id, &submission.draft.headline, &what, count);
        }
        slugs.number(id, &mut submission.draft);
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
        Note::KeptShortcode(name, count) => (format!("shortcode [{name}], kept as text"), *count),
        Note::UnsafeLink(_) => ("links to addresses that are not allowed".into(), 1),
        Note::ImageLink(_) => ("links around pictures".into(), 1),
        Note::EmbedAsLink(_) => ("embedded content, now a link".into(), 1),
        other => (other.to_string(), 1),
    }
}

/// Kinds of items that WordPress and its editor keep for themselves.
const OF_DESIGN: [&str; 13] = [
    "nav_menu_item",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "revision",
    "user_request",
    "wp_block",
    "wp_font_face",
    "wp_font_family",
    "wp_global_styles",
    "wp_navigation",
    "wp_template",
    "wp_template_part",
];

/// When an item was published and its headline, or why it becomes no article.
fn admit(item: &Item, target: &Target<'_>) -> Result<(Timestamp, Headline), String> {
    match item.get("wp:post_type") {
        "post" => {}
        kind if target.kinds.iter().any(|chosen| chosen == kind) => {}
        "page" => return Err("a page is no news; only posts become articles".into()),
        "attachment" => return Err("files are not fetched from the network".into()),
        "guest-author" => return Err("a name; it stands above what its author wrote".into()),
        kind if OF_DESIGN.contains(&kind) => {
            return Err("belongs to the site's design, not to its articles".into());
        }
        kind => return Err(format!("`--kind {kind}` makes articles of them")),
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
        _ => shortened(&words(item.get("content:encoded"))),
    };
    let headline = Headline::mended(&headline).ok_or("it has neither headline nor text")?;
    Ok((published, headline))
}

/// An article, what was left out of it, and the number of its item.
type Made = (Submission, Vec<(String, usize)>, String);

/// The article an item becomes, or why it becomes none.
fn article(item: &Item, survey: &Survey, target: &Target<'_>) -> Result<Made, String> {
    let (published, headline) = admit(item, target)?;
    let headline = headline.into_string();
    let text = notes::with_notes(item.get("content:encoded"), item.meta("footnotes"));
    let (document, notes) = Document::from_html(&text);
    let mut left_out: Vec<_> = notes.iter().map(counted).collect();
    left_out.extend(beside(item));
    let id = item.get("wp:post_id").to_owned();
    let slug = fold(item.get("wp:post_name"))
        .or_else(|| fold(&headline))
        .unwrap_or_else(|| fold_or_bytes(&format!("post-{id}")));
    let updated = gmt(item.get("wp:post_modified_gmt")).map(|at| at.max(published));
    let (byline, unnamed) = byline(item, &survey.export, &survey.guests);
    if unnamed > 0 {
        left_out.push(("authors whose names the file does not have".into(), unnamed));
    }
    let subtitle = SUBTITLES
        .iter()
        .map(|key| item.meta(key))
        .find(|text| !text.is_empty());
    let topics = terms(item, &survey.export, target)
        .into_iter()
        .filter_map(|one| survey.slugs.get(&(one.slug, one.name)).cloned())
        .collect();
    let draft = Draft {
        headline,
        deck: line(subtitle.unwrap_or_else(|| item.get("excerpt:encoded"))),
        byline,
        dateline: String::new(),
        published: published.into(),
        updated: Some(updated.unwrap_or(published).into()),
        edition: target.edition.to_owned(),
        slug,
        topics,
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
        left_out,
        id,
    ))
}

/// Where plugins keep the line below the headline.
const SUBTITLES: [&str; 5] = [
    "newspack_post_subtitle",
    "wps_subtitle",
    "_subtitle",
    "subtitle",
    "kia_subtitle",
];

/// What stands beside a text and is not taken.
fn beside(item: &Item) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if item.comments > 0 {
        found.push(("comments".to_owned(), item.comments));
    }
    for (key, what) in [
        (
            "_thumbnail_id",
            "lead pictures: nothing is fetched from the network",
        ),
        (
            "_yoast_wpseo_canonical",
            "addresses of the original elsewhere",
        ),
        (
            "rank_math_canonical_url",
            "addresses of the original elsewhere",
        ),
        ("enclosure", "enclosed files"),
    ] {
        if !item.meta(key).is_empty() {
            found.push((what.to_owned(), 1));
        }
    }
    found
}

/// Gives every article a slug of its own: `-2`, `-3`.. when an earlier item of the file, or another article of the paper,
/// has it. The order of the file decides, so a second import finds the same slugs.
struct Slugs<'a> {
    /// When the paper's article with that slug was published; the same moment means that it is this article, imported
    /// before.
    taken: &'a HashMap<String, i64>,
    used: HashSet<String>,
    /// Slugs of items by their numbers: the same item twice is one article.
    items: HashMap<String, String>,
}

impl Slugs<'_> {
    fn number(&mut self, id: String, draft: &mut Draft) {
        if let Some(slug) = self.items.get(&id) {
            draft.slug.clone_from(slug);
            return;
        }
        let base = std::mem::take(&mut draft.slug);
        let at = draft.published.at(&TimeZone::UTC).as_millisecond();
        draft.slug = std::iter::once(base.clone())
            .chain((2_u64..).map(|n| format!("{base}-{n}")))
            .find(|slug| {
                !self.used.contains(slug) && self.taken.get(slug).is_none_or(|other| *other == at)
            })
            .expect("numbers do not end");
        self.used.insert(draft.slug.clone());
        if !id.is_empty() {
            self.items.insert(id, draft.slug.clone());
        }
    }
}

/// HTML as one line of plain text.
pub fn line(html: &str) -> String {
    let plain = |byte: u8| {
        (byte.is_ascii_graphic() && !b"<&".contains(&byte)) || byte.is_ascii_whitespace()
    };
    if html.bytes().all(plain) {
        // Nothing to understand: many names and headlines.
        return html.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    Document::line_from_html(html)
}

/// What a text says, as one line.
fn words(html: &str) -> String {
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

/// What an item is filed under.
#[derive(Clone, Debug)]
struct Found {
    /// Folded; another one may be folded to the same.
    slug: String,
    name: String,
    description: String,
    category: bool,
}

/// Slugs of WordPress' "uncategorized" in the languages it is delivered in: it says that there is none.
const NONE: [&str; 24] = [
    "uncategorized",
    "uncategorised",
    "sin-categoria",
    "sin-categorizar",
    "sin-clasificar",
    "sense-categoria",
    "non-classe",
    "non-classifiee",
    "unkategorisiert",
    "nicht-kategorisiert",
    "sem-categoria",
    "senza-categoria",
    "non-categorizzato",
    "geen-categorie",
    "niet-gecategoriseerd",
    "okategoriserade",
    "ukategorisert",
    "ikke-kategoriseret",
    "luokittelematon",
    "bez-kategorii",
    "nezarazene",
    "fara-categorie",
    "kategorisiz",
    "kategoria-gabe",
];

fn is_topic(domain: &str, target: &Target<'_>) -> bool {
    matches!(domain, "category" | "post_tag" | "tag")
        || target.taxonomies.iter().any(|chosen| chosen == domain)
}

/// The topics of an item, each once: the main category first, then the other categories with those above them, then the
/// rest.
fn terms(item: &Item, export: &Export, target: &Target<'_>) -> Vec<Found> {
    let main = [
        "_yoast_wpseo_primary_category",
        "rank_math_primary_category",
        "_primary_category",
    ];
    let main = main
        .iter()
        .map(|key| item.meta(key))
        .find(|id| !id.is_empty());
    let is_main = |term: &Term| {
        let id = export
            .categories
            .get(&term.slug)
            .map(|category| category.id.as_str());
        main.is_some() && id == main
    };
    let mut own: Vec<&Term> = item
        .terms
        .iter()
        .filter(|term| is_topic(&term.domain, target))
        .collect();
    own.sort_by_key(|term| (term.domain != "category", !is_main(term)));
    let mut found: Vec<Found> = Vec::new();
    let mut add = |one: Option<Found>| {
        let Some(one) = one else { return };
        if !found
            .iter()
            .any(|have| have.slug == one.slug && have.name == one.name)
        {
            found.push(one);
        }
    };
    for term in &own {
        let category = (term.domain == "category")
            .then(|| export.categories.get(&term.slug))
            .flatten();
        add(topic(
            &term.slug,
            &term.name,
            category,
            term.domain == "category",
        ));
    }
    for term in own.iter().filter(|term| term.domain == "category") {
        let mut above = export
            .categories
            .get(&term.slug)
            .map(|one| one.parent.as_str());
        // A file may name a category as the parent of its parents.
        for _ in 0..8 {
            let Some((slug, category)) =
                above.and_then(|slug| export.categories.get_key_value(slug))
            else {
                break;
            };
            add(topic(slug, &category.name, Some(category), true));
            above = Some(category.parent.as_str());
        }
    }
    found
}

fn topic(slug: &str, name: &str, said: Option<&Category>, category: bool) -> Option<Found> {
    let name = line(name);
    let slug = if slug.is_empty() {
        fold_or_bytes(&name)
    } else {
        fold_whole(slug)
    };
    (!name.is_empty() && !NONE.contains(&slug.as_str())).then(|| Found {
        slug,
        name,
        description: said.map_or_else(String::new, |said| line(&said.description)),
        category,
    })
}
