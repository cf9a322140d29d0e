//! P5: the subscribers' article while one request in twenty comes from a second device of the same readers.
//!
//! Whoever gets the device message presses *Read here* and goes on to the article; so does the first device when its turn
//! comes again. Only whole articles count. Beside it stands the same without second devices, by the same generator, in
//! turns with it. Deliberately not here: how soon the losing page learns it (`notices`).

use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use crate::cpu;
use crate::crowd::{self, Crowd, Wish, Wishes};
use crate::figures::{Row, Spread};
use crate::pages::{Who, lines};
use crate::picks::{Dice, Zipf, shuffled};
use crate::servers::Server;
use crate::stage::{self, ASKERS, Stage};
use drive::http::Client;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let data = stage.paper()?;
    let gaceta = Server::gaceta(&stage.binary, data)?;
    let alone = one_device(&gaceta, data)?;
    let second = lines(&data.join("second.txt"))?;
    let shared = with_second_devices(&alone, &second);
    // Whose second device has read would get the message in the other turns, too.
    let mut alone = alone;
    alone.list.retain(|wish| wish.cookie >= Some(second.len()));
    let span = Duration::from_secs(stage.options.seconds);
    let (mut plain, mut contended): (Vec<Crowd>, Vec<Crowd>) = Default::default();
    let (mut plain_at, mut contended_at) = (0, 0);
    warm(stage, &gaceta, &alone)?;
    for run in 0..=stage.options.runs {
        let (one, at) = crowd::run(&gaceta, &alone, plain_at, stage.options.connections, span)?;
        plain_at = at;
        let (two, at) = crowd::run(
            &gaceta,
            &shared,
            contended_at,
            stage.options.connections,
            span,
        )?;
        contended_at = at;
        ensure!(one.refused + two.refused == 0, "some were refused");
        // In the first turn the second devices come for the first time.
        if run > 0 {
            println!("  one device   {}", one.line());
            println!("  two devices  {}", two.line());
            plain.push(one);
            contended.push(two);
        }
    }
    Ok(vec![row(&plain, &contended)])
}

fn row(plain: &[Crowd], contended: &[Crowd]) -> Row {
    let pairs = || contended.iter().zip(plain);
    let ratio = Spread::of(pairs().map(|(two, one)| two.per_second() / one.per_second()));
    let cpu = Spread::of(pairs().map(|(two, one)| one.cpu_each() / two.cpu_each()));
    let side = |runs: &[Crowd]| {
        let rate = Spread::of(runs.iter().map(Crowd::per_second));
        let cpu = Spread::of(runs.iter().map(Crowd::cpu_each));
        let p99 = Spread::of(runs.iter().map(|run| run.p99));
        format!(
            "{} articles/s, {} µs CPU, p99 {}",
            rate.text(0, ""),
            cpu.text(1, ""),
            p99.text(2, " ms")
        )
    };
    let takes: u64 = contended.iter().map(|run| run.takes).sum();
    let articles: u64 = contended.iter().map(|run| run.articles).sum();
    let share = takes as f64 / articles as f64 * 100.0;
    let what = format!(
        "contention: 5 % of requests from second devices, {share:.1} take-overs for 100 articles"
    );
    Row::new("P5", what, side(contended))
        .beside(format!("one device each: {}", side(plain)))
        .both_at_least(0.9, ratio, cpu)
        .details(json!({
            "two_devices": contended.iter().map(Crowd::json).collect::<Vec<_>>(),
            "one_device": plain.iter().map(Crowd::json).collect::<Vec<_>>(),
        }))
}

/// Readers in a shuffled order, articles by Zipf's law, as in P1; and how long each article is.
pub fn one_device(gaceta: &Server, data: &std::path::Path) -> anyhow::Result<Wishes> {
    let (cookies, paths) = (
        lines(&data.join("cookies.txt"))?,
        lines(&data.join("urls.txt"))?,
    );
    let mut client = Client::connect(gaceta.port(Who::Reader))?;
    let mut sizes = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        let cookie = cookies[at % cookies.len()].as_str();
        let full = client.get(path, &[("Cookie", cookie)])?.body.len();
        sizes.push([full, client.get(path, &[])?.body.len()]);
    }
    let (zipf, mut dice) = (Zipf::new(paths.len()), Dice::new(20_260_225));
    let readers = shuffled(cookies.len(), &mut dice);
    // Few readers read many articles, too; and nobody needs a list that takes minutes.
    let list = readers
        .into_iter()
        .cycle()
        .take(cookies.len().clamp(50_000, 200_000))
        .map(|reader| Wish {
            path: zipf.draw(&mut dice),
            cookie: Some(reader),
        })
        .collect();
    Ok(Wishes {
        paths,
        cookies,
        list,
        sizes: Some(sizes),
    })
}

/// Goes through the whole list once: afterwards sessions, leases and pages are in memory.
pub fn warm(stage: &Stage, gaceta: &Server, wishes: &Wishes) -> anyhow::Result<()> {
    let mut asked = 0;
    while asked < wishes.list.len() as u64 {
        let from = usize::try_from(asked)?;
        let span = Duration::from_secs(stage.options.seconds);
        let (run, _) = crowd::run(gaceta, wishes, from, stage.options.connections, span)?;
        asked += run.articles;
    }
    // Everybody has just opened something for the first time; that is written down in the background.
    cpu::settle(gaceta.process())
}

/// The same, and every twentieth wish is one of a second device; their readers are the first twentieth.
fn with_second_devices(alone: &Wishes, second: &[String]) -> Wishes {
    let mut dice = Dice::new(5);
    let mut cookies = alone.cookies.clone();
    let first = cookies.len();
    cookies.extend_from_slice(second);
    let list = alone.list.iter().enumerate().map(|(at, wish)| Wish {
        path: wish.path,
        cookie: match at % 20 {
            0 => Some(first + dice.below(second.len())),
            _ => wish.cookie,
        },
    });
    Wishes {
        paths: alone.paths.clone(),
        list: list.collect(),
        cookies,
        sizes: alone.sizes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wish_in_twenty_is_a_second_device() {
        let wish = |cookie| Wish {
            path: 0,
            cookie: Some(cookie),
        };
        let alone = Wishes {
            paths: vec!["/".to_owned()],
            cookies: (0..100).map(|n| n.to_string()).collect(),
            list: (0..100).map(wish).collect(),
            sizes: None,
        };
        let second: Vec<String> = (0..5).map(|n| format!("second {n}")).collect();
        let shared = with_second_devices(&alone, &second);
        // Whose second device has read would get the message in the other turns, too.
        let mut alone = alone;
        alone.list.retain(|wish| wish.cookie >= Some(second.len()));
        let seconds = shared.list.iter().filter(|wish| wish.cookie >= Some(100));
        assert_eq!((seconds.count(), shared.cookies.len()), (5, 105));
    }
}
