//! A newsroom that publishes two articles with one command, and changes both with another: both or neither.

use crate::browser::Browser;
use crate::people::{Person, told};
use crate::place::Place;
use crate::verdict::{self, Fate, Tally, Verdict};

/// Two articles that are always published together.
struct Pair {
    number: u64,
    /// Acknowledged; 0 before the first one.
    version: u64,
    /// Asked for and not done, as far as was told.
    wanted: Option<(u64, Fate)>,
    looked: bool,
}

/// All that was published.
#[derive(Default)]
pub struct Newsroom(Vec<Pair>);

/// Paragraphs of an article: enough that it does not fit into one page of the database.
const PARAGRAPHS: usize = 60;

/// The file of an article for everybody.
fn sheet(slug: &str, version: u64, access: &str) -> String {
    let mut text = format!(
        "+++\nheadline = \"Headline {version}.\"\npublished = \"2026-02-25T12:00:00Z\"\nedition = \"en\"\n\
         slug = \"{slug}\"\naccess = \"{access}\"\n+++\n"
    );
    for paragraph in 0..PARAGRAPHS {
        text.push_str(&format!(
            "Paragraph {paragraph}, as it stands in version {version}. A few more words follow, so that it has a length.\n\n"
        ));
        if paragraph == 0 {
            text.push_str("<!--more-->\n\n");
        }
    }
    text
}

/// Publishes an article for subscribers; its path.
pub fn publish_restricted(place: &Place) -> anyhow::Result<String> {
    std::fs::write(
        place.folder.join("restricted.md"),
        sheet("restricted", 1, "subscribers"),
    )?;
    let told = place.order(&["publish", "restricted.md"], "")?;
    anyhow::ensure!(told_done(&told), "nothing was published: {told:?}");
    Ok(path("restricted"))
}

fn told_done(order: &super::place::Told) -> bool {
    told(order) == Fate::Done
}

/// Of an article.
pub fn path(slug: &str) -> String {
    format!("/en/2026-02-25/{slug}")
}

fn slugs(number: u64) -> [String; 2] {
    ["a", "b"].map(|side| format!("pair-{number}-{side}"))
}

/// The version that a page shows; an error for one that shows pieces.
fn version(page: &str) -> Result<u64, String> {
    let headline = page
        .split_once("<h1>Headline ")
        .map_or("", |(_, rest)| rest);
    let version = headline.split('.').next().unwrap_or_default();
    let whole = page.matches(" as it stands in version ").count();
    let same = page
        .matches(&format!(" as it stands in version {version}."))
        .count();
    match version.parse() {
        Ok(number) if whole == PARAGRAPHS && same == PARAGRAPHS => Ok(number),
        _ => Err(format!(
            "headline {version:?}, {same} of {whole} paragraphs are of that version, and there should be {PARAGRAPHS}"
        )),
    }
}

/// What was asked for with this version.
fn kind(version: u64) -> &'static str {
    if version == 1 {
        verdict::PUBLISHED
    } else {
        verdict::CHANGED
    }
}

impl Pair {
    fn publish(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<Fate> {
        let new = self.version + 1;
        let mut words = vec!["publish".to_owned()];
        for slug in slugs(self.number) {
            let name = format!("{slug}.md");
            std::fs::write(place.folder.join(&name), sheet(&slug, new, "open"))?;
            words.push(name);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let fate = told(&place.order(&words, "")?);
        tally.count(kind(new), fate);
        self.looked = false;
        if fate == Fate::Done {
            self.version = new;
        } else {
            self.wanted = Some((new, fate));
        }
        Ok(fate)
    }

    fn look(
        &mut self,
        place: &Place,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        let mut shown = [0; 2];
        for (shown, slug) in shown.iter_mut().zip(slugs(self.number)) {
            verdict.looked += 1;
            let page = Browser::default().look(place, &path(&slug))?;
            if page.status == 200 {
                match version(&page.body) {
                    Ok(version) => *shown = version,
                    Err(what) => {
                        verdict.half(format!("{slug}: {what}"));
                        return Ok(());
                    }
                }
            }
        }
        let [one, other] = shown;
        let number = self.number;
        if one != other {
            verdict.half(format!("pair {number}: versions {one} and {other}"));
        }
        match self.wanted.take() {
            Some((wanted, fate)) if one == wanted => {
                tally.came_true(kind(wanted), fate);
                self.version = wanted;
            }
            _ if one != self.version => verdict.lost(format!(
                "pair {number}: version {} was acknowledged, and {one} is there",
                self.version
            )),
            _ => {}
        }
        Ok(())
    }
}

impl Person for Newsroom {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let number = place.number();
        let some = usize::try_from(number)? % self.0.len().max(1);
        let old = self.0.get_mut(some).filter(|pair| pair.wanted.is_none());
        let fate = match old {
            Some(pair) if !number.is_multiple_of(3) => pair.publish(place, tally)?,
            _ => {
                let mut pair = Pair {
                    number,
                    version: 0,
                    wanted: None,
                    looked: false,
                };
                let fate = pair.publish(place, tally)?;
                self.0.push(pair);
                fate
            }
        };
        Ok(fate != Fate::Unanswered)
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        for pair in self.0.iter_mut().filter(|pair| all || !pair.looked) {
            pair.looked = true;
            pair.look(place, tally, verdict)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_two_versions_is_noticed() {
        let page = |versions: [u64; 2]| {
            let paragraphs = (0..PARAGRAPHS).map(|number| {
                let version = versions[usize::from(number > 7)];
                format!("<p>Paragraph {number}, as it stands in version {version}.</p>")
            });
            format!("<h1>Headline 3.</h1>{}", paragraphs.collect::<String>())
        };
        assert_eq!(version(&page([3, 3])), Ok(3));
        assert!(version(&page([3, 4])).is_err());
        assert!(version(&page([4, 4])).is_err());
        assert!(version(&page([3, 3]).replacen("as it", "", 1)).is_err());
    }
}
