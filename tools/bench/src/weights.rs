//! P14, the part that needs no browser: what the pages of the demo edition weigh as they are sent, and in how many
//! requests they come.
//!
//! Counted is what the page names: style sheets, scripts, the fonts that the style sheet names (the slanted ones if the
//! page has such text), pictures that are not lazy, one icon. Deliberately not here: Lighthouse (`e2e`).

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::figures::{Row, Verdict};
use crate::pages::Who;
use crate::servers::Server;
use crate::stage::{Stage, fresh};
use drive::http::{Answer, Client};

#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    html: usize,
    css: usize,
    script: usize,
    fonts: usize,
    pictures: usize,
    requests: usize,
    elsewhere: usize,
}

impl Weight {
    fn total(self) -> usize {
        self.html + self.css + self.script + self.fonts + self.pictures
    }

    fn goal(self) -> Verdict {
        let goals = [
            (self.html, 25_000),
            (self.css, 12_000),
            (self.script, 6_000),
            (self.fonts, 82_000),
            (self.total(), 240_000),
            (self.requests, 10),
        ];
        let verdicts = goals
            .into_iter()
            .map(|(have, most)| Verdict::at_most(have as f64, f64::from(most)));
        let none_elsewhere = Verdict::at_most(self.elsewhere as f64, 0.5);
        verdicts.fold(none_elsewhere, Verdict::and)
    }
}

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let demo = Server::demo(&stage.binary, &fresh(&stage.folder.join("demo"))?)?;
    let mut client = Client::connect(demo.port(Who::Anybody))?;
    let front = plain(&mut client, "/en")?;
    let lead = values(&front, "<a ", "href")
        .into_iter()
        .find(|path| path.starts_with("/en/20"))
        .context("the front page names no article")?;
    let mut rows = Vec::new();
    for (what, path) in [("front page", "/en"), ("lead article", lead.as_str())] {
        let weight = weigh(&mut client, path)?;
        let ours = format!(
            "HTML {}, CSS {}, script {}, fonts {}, pictures {}: {} bytes in {} requests",
            weight.html,
            weight.css,
            weight.script,
            weight.fonts,
            weight.pictures,
            weight.total(),
            weight.requests
        );
        println!("P14 {what} {path}: {ours}");
        let wanted = "<= 25, 12, 6, 82 kB; 240 kB in 10 requests; no third party";
        rows.push(
            Row::new("P14", format!("weight of the {what} of the demo"), ours)
                .judged(wanted, weight.goal())
                .details(json!({ "total": weight.total(), "requests": weight.requests, "third_party": weight.elsewhere })),
        );
    }
    Ok(rows)
}

fn plain(client: &mut Client, path: &str) -> anyhow::Result<String> {
    let answer = client.get(path, &[("Accept-Encoding", "identity")])?;
    ensure!(answer.status == 200, "{path} answers {}", answer.status);
    Ok(String::from_utf8(answer.body)?)
}

/// As a browser gets it, compressed with brotli where it is.
fn sent(client: &mut Client, path: &str) -> anyhow::Result<Answer> {
    let answer = client.get(path, &[("Accept-Encoding", "br")])?;
    ensure!(answer.status == 200, "{path} answers {}", answer.status);
    Ok(answer)
}

fn weigh(client: &mut Client, path: &str) -> anyhow::Result<Weight> {
    let page = plain(client, path)?;
    let mut weight = Weight {
        html: sent(client, path)?.body.len(),
        requests: 1,
        ..Weight::default()
    };
    let mut asked: Vec<String> = Vec::new();
    let mut ask = |weight: &mut Weight, path: String| -> anyhow::Result<usize> {
        if asked.contains(&path) {
            return Ok(0);
        }
        asked.push(path.clone());
        if !path.starts_with('/') || path.starts_with("//") {
            weight.elsewhere += 1;
            return Ok(0);
        }
        weight.requests += 1;
        Ok(sent(client, &path)?.body.len())
    };
    let sheets = tags(&page, "<link ").filter(|tag| value(tag, "rel") == Some("stylesheet"));
    let sheets: Vec<String> = sheets
        .filter_map(|tag| value(tag, "href").map(str::to_owned))
        .collect();
    for sheet in &sheets {
        weight.css += ask(&mut weight, sheet.clone())?;
    }
    for script in values(&page, "<script ", "src") {
        weight.script += ask(&mut weight, script)?;
    }
    for image in tags(&page, "<img ").filter(|tag| value(tag, "loading") != Some("lazy")) {
        if let Some(src) = value(image, "src") {
            weight.pictures += ask(&mut weight, src.to_owned())?;
        }
    }
    if let Some(icon) = tags(&page, "<link ").find(|tag| value(tag, "rel") == Some("icon")) {
        let icon = value(icon, "href").unwrap_or_default().to_owned();
        weight.pictures += ask(&mut weight, icon)?;
    }
    let mut fonts = Vec::new();
    for sheet in &sheets {
        fonts.extend(fonts_of(&plain(client, sheet)?, sheet, slants(&page)));
    }
    for font in fonts {
        weight.requests += 1;
        weight.fonts += sent(client, &font)?.body.len();
    }
    Ok(weight)
}

/// The addresses of fonts in a style sheet, which may be relative to it; slanted ones only for a page that has such text.
fn fonts_of(css: &str, sheet: &str, slanted: bool) -> Vec<String> {
    let folder = sheet.rsplit_once('/').map_or("", |(folder, _)| folder);
    let faces = css.split("@font-face").skip(1);
    let faces = faces.filter_map(|rest| rest.split('}').next());
    let faces = faces.filter(|face| slanted || !face.contains("font-style:italic"));
    let addresses = faces
        .flat_map(|face| face.split("url(").skip(1))
        .filter_map(|rest| rest.split(')').next())
        .map(|address| address.trim_matches(['"', '\'']));
    addresses
        .filter(|address| address.contains(".woff2"))
        .map(|address| match address.starts_with('/') {
            true => address.to_owned(),
            false => format!("{folder}/{address}"),
        })
        .collect()
}

/// Whether a page has text that browsers slant.
fn slants(page: &str) -> bool {
    ["<em", "<i>", "<cite", "<address", "<dfn"]
        .iter()
        .any(|tag| page.contains(tag))
}

fn tags<'a>(page: &'a str, begin: &'a str) -> impl Iterator<Item = &'a str> {
    let rests = page.split(begin).skip(1);
    rests.filter_map(|rest| rest.split('>').next())
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("{name}=\"");
    let at = tag
        .match_indices(&begin)
        .find(|(at, _)| *at == 0 || tag.as_bytes()[at - 1].is_ascii_whitespace())?
        .0;
    tag[at + begin.len()..].split('"').next()
}

fn values(page: &str, begin: &str, name: &str) -> Vec<String> {
    tags(page, begin)
        .filter_map(|tag| value(tag, name).map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_names_is_found() {
        let page = r#"<link rel="stylesheet" href="/a.css"><img src="/b.jpg" srcset="/c.jpg 2x" loading="lazy"><a href="/en/2026-01-01/x">"#;
        assert_eq!(values(page, "<a ", "href"), ["/en/2026-01-01/x"]);
        let image = tags(page, "<img ").next().unwrap();
        assert_eq!(value(image, "src"), Some("/b.jpg"));
        assert_eq!(value(image, "loading"), Some("lazy"));
        assert_eq!(value(image, "alt"), None);
    }

    #[test]
    fn fonts_are_found_beside_their_sheet() {
        let css = r#"@font-face{src:url(fonts/a.1.woff2) format("woff2")}@font-face{src:url("/b.woff2");font-style:italic}i{background:url(x.png)}"#;
        let upright = ["/assets/fonts/a.1.woff2"];
        assert_eq!(fonts_of(css, "/assets/a.css", false), upright);
        assert_eq!(fonts_of(css, "/assets/a.css", true)[1..], ["/b.woff2"]);
        assert!(slants("<p><em>so</em>") && !slants("<p>so"));
    }

    #[test]
    fn one_figure_too_many_misses_the_goal() {
        let good = Weight {
            html: 20_000,
            requests: 9,
            ..Weight::default()
        };
        assert_eq!(good.goal(), Verdict::Met);
        assert_ne!(
            Weight {
                requests: 11,
                ..good
            }
            .goal(),
            Verdict::Met
        );
        assert_ne!(
            Weight {
                elsewhere: 1,
                ..good
            }
            .goal(),
            Verdict::Met
        );
    }
}
