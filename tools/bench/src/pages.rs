//! The pages that are measured: fetched from the paper once, and what every later answer is compared with.
//!
//! What the paper sends a signed-in reader must be more than what it sends anybody, or nothing is measured: a wall or a
//! device message is quick, too. Deliberately not here: how the load is made.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use crate::load::{Load, Pick};
use crate::options::Options;
use crate::picks::{Dice, Zipf, shuffled};
use crate::servers::{Server, Side};
use drive::http::{Answer, Client};

/// Who asks decides which bytes one address has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Reader,
    Anybody,
}

/// One address, for one kind of visitor, and the answer that counts as right.
pub struct Page {
    pub path: String,
    pub who: Who,
    /// Front page and feed; the rest are articles.
    pub single: bool,
    pub answer: Answer,
}

/// All pages, and the readers who may read them.
pub struct Pages {
    pub all: Vec<Page>,
    pub cookies: Vec<String>,
    /// Of the first article, as a person would see it, in bytes.
    pub plain_article: usize,
    front: usize,
    feed: Option<usize>,
}

/// What one server answered: bytes on the wire and the tag, by page.
pub type Answers = BTreeMap<usize, (usize, String)>;

/// These say who answered or when, not what.
const NOT_COMPARED: &[&str] = &["date", "server", "connection", "keep-alive", "etag"];

impl Pages {
    /// Reads `cookies.txt` and `urls.txt` of `data`, and every page for a reader and for anybody.
    pub fn fetch(gaceta: &Server, data: &Path) -> anyhow::Result<Pages> {
        let cookies = lines(&data.join("cookies.txt"))?;
        let paths = lines(&data.join("urls.txt"))?;
        let mut client = Client::connect(gaceta.port(Who::Reader))?;
        let first = paths.first().context("there is no article")?;
        let plain = [
            ("Cookie", cookies[0].as_str()),
            ("Accept-Encoding", "identity"),
        ];
        let plain_article = client.get(first, &plain)?.body.len();
        let mut pages = Pages {
            all: Vec::new(),
            cookies,
            plain_article,
            front: 0,
            feed: None,
        };
        for who in [Who::Reader, Who::Anybody] {
            for (at, path) in paths.iter().enumerate() {
                pages.add(&mut client, path, who, Some(at))?;
            }
        }
        pages.check_grants(paths.len())?;
        let front = format!("/{}", first.split('/').nth(1).unwrap_or_default());
        let plain = client.get(&front, &[("Accept-Encoding", "identity")])?;
        pages.front = pages.add(&mut client, &front, Who::Anybody, None)?;
        if let Some(feed) = feed_of(&String::from_utf8_lossy(&plain.body)) {
            pages.feed = Some(pages.add(&mut client, &feed, Who::Anybody, None)?);
        }
        Ok(pages)
    }

    /// Fetches one page; `at` is the number of an article, and nothing for the others.
    fn add(
        &mut self,
        client: &mut Client,
        path: &str,
        who: Who,
        at: Option<usize>,
    ) -> anyhow::Result<usize> {
        ensure!(
            path.starts_with('/')
                && !path.contains(['%', '?', '#', '\t', ' '])
                && !path.contains(".."),
            "{path} is no plain path"
        );
        let cookie = &self.cookies[at.unwrap_or(0) % self.cookies.len()];
        let answer = match who {
            Who::Reader => client.get(path, &[("Cookie", cookie)])?,
            Who::Anybody => client.get(path, &[])?,
        };
        ensure!(answer.status == 200, "{path} answers {}", answer.status);
        ensure!(!answer.body.is_empty(), "{path} is empty");
        ensure!(
            answer.header("set-cookie").is_none(),
            "{path} sets a cookie: it differs from reader to reader"
        );
        self.all.push(Page {
            path: path.to_owned(),
            who,
            single: at.is_none(),
            answer,
        });
        Ok(self.all.len() - 1)
    }

    /// Every article is longer for a reader than for anybody.
    fn check_grants(&self, articles: usize) -> anyhow::Result<()> {
        let (full, leads) = self.all.split_at(articles);
        for (full, lead) in full.iter().zip(leads) {
            ensure!(
                full.answer.body.len() > lead.answer.body.len(),
                "{} is no longer for a subscriber ({} bytes) than for anybody ({}): is it the article at all?",
                full.path,
                full.answer.body.len(),
                lead.answer.body.len()
            );
        }
        Ok(())
    }

    /// How many articles there are.
    pub fn articles(&self) -> usize {
        self.all
            .iter()
            .filter(|page| page.who == Who::Reader)
            .count()
    }

    /// The workloads, in the order of `docs` and goals.
    pub fn loads(&self, options: &Options) -> Vec<Load> {
        let articles = self.articles();
        let zipf = Zipf::new(articles);
        let mut dice = Dice::new(20_260_225);
        let mut readers = shuffled(self.cookies.len(), &mut dice);
        readers.truncate(200_000);
        let full = readers
            .into_iter()
            .map(|reader| Pick {
                page: zipf.draw(&mut dice),
                reader: Some(reader),
            })
            .collect();
        let leads: Vec<Pick> = (0..50_000)
            .map(|_| Pick::of(articles + zipf.draw(&mut dice)))
            .collect();
        let mut loads = vec![
            Load::new("P1", "subscribers' article, signed in", Who::Reader, full),
            Load::new("P3", "lead page", Who::Anybody, leads.clone()),
            Load::new("P3", "front page", Who::Anybody, vec![Pick::of(self.front)]),
            Load::new("P3", "not modified (304)", Who::Anybody, leads).conditional(),
        ];
        if let Some(feed) = self.feed {
            loads.push(Load::new("P3", "feed", Who::Anybody, vec![Pick::of(feed)]));
        } else {
            println!("the front page names no feed, so none is measured");
        }
        let all = "pages".contains(&options.only);
        loads.retain(|load| all || options.wants(load.name, &[load.goal]));
        loads
    }

    /// Asks `server` for every page of `load`, and for readers also for five hundred pairs of page and reader as the load
    /// has them; every answer must be right to the byte.
    pub fn compare(&self, load: &Load, server: &Server) -> anyhow::Result<Answers> {
        let mut client = Client::connect(server.port(load.who))?;
        let mut answers = Answers::new();
        let mut sampled = 0;
        let step = (load.picks.len() / 500).max(1);
        for (at, pick) in load.picks.iter().enumerate() {
            let sample = pick.reader.is_some() && at % step == 0;
            if answers.contains_key(&pick.page) && !sample {
                continue;
            }
            sampled += 1;
            let answer = self.ask(&mut client, pick, server)?;
            let tag = answer.header("etag").unwrap_or_default().to_owned();
            let mut size = answer.size();
            if load.conditional {
                ensure!(!tag.is_empty(), "{} has no ETag", self.all[pick.page].path);
                let again = client.get(&self.all[pick.page].path, &[("If-None-Match", &tag)])?;
                ensure!(
                    again.status == 304,
                    "{} answers {} to its own tag",
                    self.all[pick.page].path,
                    again.status
                );
                size = again.size();
            }
            answers.insert(pick.page, (size, tag));
        }
        ensure!(sampled > 0, "nothing was compared");
        Ok(answers)
    }

    fn ask(&self, client: &mut Client, pick: &Pick, server: &Server) -> anyhow::Result<Answer> {
        let page = &self.all[pick.page];
        let name = server.side.name();
        let answer = match pick.reader {
            Some(reader) => client.get(&page.path, &[("Cookie", &self.cookies[reader])])?,
            None => client.get(&page.path, &[])?,
        };
        ensure!(
            answer.status == 200,
            "{name}: {} answers {}",
            page.path,
            answer.status
        );
        ensure!(
            answer.body == page.answer.body,
            "{name}: {} has other bytes than before ({} and {})",
            page.path,
            answer.body.len(),
            page.answer.body.len()
        );
        let (ours, theirs) = (compared(&page.answer), compared(&answer));
        if ours != theirs {
            bail!(
                "{name}: {} has other headers:\n{ours:#?}\n{theirs:#?}",
                page.path
            );
        }
        if server.side == Side::Gaceta {
            let (before, now) = (page.answer.header("etag"), answer.header("etag"));
            ensure!(
                before == now,
                "{name}: {} has another ETag than before",
                page.path
            );
        }
        Ok(answer)
    }
}

/// Headers as a sorted list, without what may differ.
pub fn compared(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = answer
        .headers()
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
        .collect();
    headers.sort();
    headers
}

/// The lines of a file, which has some.
pub fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    ensure!(!lines.is_empty(), "{} is empty", file.display());
    Ok(lines)
}

/// The address of the feed that a page names, as a path.
fn feed_of(html: &str) -> Option<String> {
    let tag = html
        .split("<link ")
        .find(|tag| tag.contains("application/rss+xml") || tag.contains("application/atom+xml"))?;
    let address = tag.split("href=\"").nth(1)?.split('"').next()?;
    let path = match address.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => address,
    };
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_is_found() {
        let page = |address: &str| {
            format!(
                "<link rel=\"x\" href=\"/y\"><link rel=\"alternate\" type=\"application/rss+xml\" href=\"{address}\">"
            )
        };
        assert_eq!(feed_of(&page("/en/feed")).as_deref(), Some("/en/feed"));
        let whole = page("http://127.0.0.1:1/en/feed");
        assert_eq!(feed_of(&whole).as_deref(), Some("/en/feed"));
        assert_eq!(feed_of("<link rel=\"stylesheet\" href=\"/a\">"), None);
    }

    #[test]
    fn headers_are_compared_without_who_and_when() {
        let answer = |headers: &[(&str, &str)]| {
            let lines: String = headers
                .iter()
                .map(|(a, b)| format!("{a}: {b}\r\n"))
                .collect();
            let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
            Answer::read(text.as_bytes()).unwrap()
        };
        let one = answer(&[("Date", "x"), ("vary", "Cookie"), ("etag", "a")]);
        let two = answer(&[("Server", "nginx"), ("Vary", "Cookie"), ("ETag", "b")]);
        assert_eq!(compared(&one), compared(&two));
        assert_ne!(compared(&one), compared(&answer(&[])));
    }
}
