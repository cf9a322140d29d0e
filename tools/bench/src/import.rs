//! P13: articles a second from a WordPress export, on one core, and the most memory that it takes.
//!
//! The export is written here, from made-up words, in the form that WordPress gives it: categories, tags, authors,
//! paragraphs with comments of its editor. Deliberately not here: what of an export is understood (`cli/import`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::cpu;
use crate::figures::{Row, Verdict};
use crate::picks::Dice;
use crate::stage::{SERVERS, Stage, fresh};
use drive::child;

/// What one import took.
struct Import {
    posts: usize,
    bytes: u64,
    seconds: f64,
    peak: u64,
}

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let sizes = if stage.options.quick {
        [1000, 4000]
    } else {
        [5000, 20_000]
    };
    let [small, large] = sizes.map(|posts| import(stage, posts));
    let (small, large) = (small?, large?);
    let rate = |one: &Import| one.posts as f64 / one.seconds;
    let grown = large.peak as f64 / small.peak as f64;
    let memory = |one: &Import| format!("{} MB", one.peak / 1_000_000);
    let details = |one: &Import| json!({ "posts": one.posts, "file_bytes": one.bytes, "seconds": one.seconds, "peak_bytes": one.peak });
    let all = json!([details(&small), details(&large)]);
    let speed = format!(
        "{:.0} articles/s ({:.0} of {})",
        rate(&large),
        rate(&small),
        small.posts
    );
    Ok(vec![
        Row::new(
            "P13",
            format!(
                "import of {} posts, {} MB of WXR, one core",
                large.posts,
                large.bytes / 1_000_000
            ),
            speed,
        )
        .judged(
            ">= 2000 articles/s",
            Verdict::at_least(rate(&large), 2000.0),
        )
        .details(all),
        Row::new(
            "P13",
            format!("most memory, {} posts by {}", large.posts, small.posts),
            memory(&large),
        )
        .beside(memory(&small))
        .judged("flat: <= 1.25 x", Verdict::at_most(grown, 1.25))
        .details(json!({ "peak_ratio": grown })),
    ])
}

fn import(stage: &Stage, posts: usize) -> anyhow::Result<Import> {
    let folder = fresh(&stage.folder.join("import"))?;
    let file = folder.join("export.xml");
    write_export(&file, posts)?;
    let gaceta = |words: &[&str]| {
        let mut command = Command::new("taskset");
        command.args(["-c", SERVERS]).arg(&stage.binary).args(words);
        command
            .current_dir(&folder)
            .env("GACETA_DATABASE__DIR", folder.join("data"));
        command
    };
    child::output(gaceta(&["init"]))?;
    let mut command = gaceta(&["import", "wordpress", "export.xml", "--edition", "en"]);
    let said = folder.join("said.txt");
    let begun = Instant::now();
    let mut running = command
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&said)?)
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let ended = loop {
        peak = peak.max(cpu::peak_memory(running.id()).unwrap_or(0));
        match running.try_wait()? {
            Some(ended) => break ended,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let said = std::fs::read_to_string(&said)?;
    ensure!(
        ended.success() && said.contains(&format!("Articles: {posts} new")),
        "the import did not take {posts} articles: {said}"
    );
    println!(
        "P13 {posts} posts: {seconds:.2} s, at most {} MB",
        peak / 1_000_000
    );
    let bytes = std::fs::metadata(&file)?.len();
    std::fs::remove_dir_all(&folder)?;
    Ok(Import {
        posts,
        bytes,
        seconds,
        peak,
    })
}

fn write_export(file: &PathBuf, posts: usize) -> anyhow::Result<()> {
    let mut dice = Dice::new(13);
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n<title>The Old Paper</title>\n<link>https://old.test</link>\n\
         <wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>https://old.test</wp:base_site_url>\n",
    );
    for author in 0..20 {
        writeln!(
            text,
            "<wp:author><wp:author_login><![CDATA[author{author}]]></wp:author_login>\
             <wp:author_display_name><![CDATA[Author {author}]]></wp:author_display_name></wp:author>"
        )?;
    }
    for number in 0..posts {
        post(&mut text, number, &mut dice)?;
    }
    text.push_str("</channel>\n</rss>\n");
    std::fs::write(file, text).with_context(|| format!("cannot write {}", Path::display(file)))
}

fn post(text: &mut String, number: usize, dice: &mut Dice) -> anyhow::Result<()> {
    let (day, minute) = (number / 1000 % 28 + 1, number % 1440);
    let (year, month) = (2010 + number / 1000 / 28 % 15, number % 12 + 1);
    let title = sentence(dice, 8);
    write!(
        text,
        "<item>\n<title><![CDATA[{title}]]></title>\n<link>https://old.test/post-{number}</link>\n\
         <dc:creator><![CDATA[author{}]]></dc:creator>\n<guid isPermaLink=\"false\">https://old.test/?p={number}</guid>\n\
         <content:encoded><![CDATA[",
        number % 20
    )?;
    for paragraph in 0..8 {
        let (one, two) = (sentence(dice, 18), sentence(dice, 14));
        let begin = number / 7 + paragraph;
        writeln!(
            text,
            "<!-- wp:paragraph -->\n<p>{one} <a href=\"https://old.test/post-{begin}\">{two}</a> <strong>{}</strong>.</p>\n<!-- /wp:paragraph -->",
            sentence(dice, 10)
        )?;
    }
    writeln!(
        text,
        "]]></content:encoded>\n<excerpt:encoded><![CDATA[{}]]></excerpt:encoded>\n<wp:post_id>{number}</wp:post_id>\n\
         <wp:post_date><![CDATA[{year}-{month:02}-{day:02} {:02}:{:02}:00]]></wp:post_date>\n\
         <wp:post_date_gmt><![CDATA[{year}-{month:02}-{day:02} {:02}:{:02}:00]]></wp:post_date_gmt>\n\
         <wp:post_name><![CDATA[post-{number}]]></wp:post_name>\n<wp:status><![CDATA[publish]]></wp:status>\n\
         <wp:post_type><![CDATA[post]]></wp:post_type>\n\
         <category domain=\"category\" nicename=\"section-{}\"><![CDATA[Section {}]]></category>\n\
         <category domain=\"post_tag\" nicename=\"tag-{}\"><![CDATA[Tag {}]]></category>\n</item>",
        sentence(dice, 14),
        minute / 60,
        minute % 60,
        minute / 60,
        minute % 60,
        number % 12,
        number % 12,
        number % 200,
        number % 200
    )?;
    Ok(())
}

/// Made-up words; texts differ, and compress like texts.
fn sentence(dice: &mut Dice, words: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "an", "ber", "co", "da", "el", "fin", "ga", "ho", "in", "ka", "lo", "mar", "no", "pe",
        "qui", "ra",
    ];
    let mut sentence = String::new();
    for word in 0..words {
        if word > 0 {
            sentence.push(' ');
        }
        for _ in 0..=dice.below(3) {
            sentence.push_str(SYLLABLES[dice.below(SYLLABLES.len())]);
        }
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_differ_and_are_closed() {
        let (mut text, mut dice) = (String::new(), Dice::new(1));
        post(&mut text, 1, &mut dice).unwrap();
        let first = text.len();
        post(&mut text, 2, &mut dice).unwrap();
        assert_ne!(text[..first], text[first..]);
        assert_eq!(
            text.matches("<item>").count(),
            text.matches("</item>").count()
        );
        assert_eq!(
            text.matches("<![CDATA[").count(),
            text.matches("]]>").count()
        );
    }
}
