//! P6 and the engine's part of P9: what it costs to ask the engine alone whether a device has the lease, beside a look-up
//! in a plain sharded map of the standard library; with one thread and with two; and what a lease weighs.
//!
//! It runs in this program, which is built for release like the paper. Times are what the threads had of a processor, so
//! that a busy neighbour is not counted. Deliberately not here: changes of hands (`cargo bench -p lease`).

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context as _;
use lease::{Beat, Millis, Op, Rules, Table};
use serde_json::json;

use crate::cpu::{kept_waiting, on_processor};
use crate::figures::{Row, Spread, Verdict};
use crate::stage::{self, ASKERS, SERVERS, Stage};

type Leases = Table<u128, u128>;
type Map = Vec<Mutex<HashMap<u128, (u128, u64)>>>;

/// As many as the engine has.
const SHARDS: usize = 64;

/// The part.
pub fn run(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    stage::keep_to(ASKERS)?;
    let sizes: &[u64] = if stage.options.quick {
        &[1_000, 100_000, 1_000_000]
    } else {
        &[1_000, 100_000, 10_000_000]
    };
    let mut rows = Vec::new();
    for &size in sizes {
        println!("P6 {size} leases");
        let before = resident()?;
        let table = filled_table(size);
        let bytes = resident()?.saturating_sub(before) as f64 / size as f64;
        let map = filled_map(size);
        rows.push(look_ups(stage.options.runs, size, &table, &map)?);
        if size == 100_000 {
            rows.push(threads(stage.options.runs, size, &table)?);
        }
        if sizes.last() == Some(&size) {
            let what = format!("engine alone, {size} leases, each with an open page");
            rows.push(
                Row::new("P9", what, format!("{bytes:.0} bytes a lease"))
                    .judged("<= 200 bytes", Verdict::at_most(bytes, 200.0))
                    .details(json!({ "bytes": bytes })),
            );
        }
    }
    Ok(rows)
}

/// The identifier of the n-th reader, spread as random ones would be.
fn id(n: u64) -> u128 {
    u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

/// Readers in an order that no cache guesses.
fn nth(n: u64, size: u64) -> u128 {
    id(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size)
}

fn filled_table(size: u64) -> Leases {
    let table = Table::new(1, Rules::default());
    for n in 0..size {
        let reader = id(n);
        table.open(reader, reader ^ 1, Millis::ZERO, Op(n));
        let beat = Beat {
            view: n,
            seq: 1,
            epoch: None,
            focused: true,
            idle_for: Millis::ZERO,
        };
        table.touch(reader, reader ^ 1, beat, Millis(1000));
    }
    table
}

fn filled_map(size: u64) -> Map {
    let map: Map = (0..SHARDS).map(|_| Mutex::default()).collect();
    for n in 0..size {
        let reader = id(n);
        let shard = map[shard(reader)].lock();
        shard
            .expect("nobody panics with this lock")
            .insert(reader, (reader ^ 1, n));
    }
    map
}

fn shard(reader: u128) -> usize {
    (reader >> 64) as usize % SHARDS
}

fn ask_table(table: &Leases, size: u64, from: u64, times: u64) {
    for n in from..from + times {
        let reader = nth(n, size);
        black_box(table.check(reader, reader ^ 1)).expect("each of them has the lease");
    }
}

fn ask_map(map: &Map, size: u64, from: u64, times: u64) {
    for n in from..from + times {
        let reader = nth(n, size);
        let shard = map[shard(reader)]
            .lock()
            .expect("nobody panics with this lock");
        let found = shard
            .get(&reader)
            .filter(|(device, _)| *device == reader ^ 1);
        black_box(found.map(|(_, epoch)| *epoch)).expect("each of them is there");
    }
}

/// Look-ups of one run.
const TIMES: u64 = 2_000_000;

fn look_ups(runs: usize, size: u64, table: &Leases, map: &Map) -> anyhow::Result<Row> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    ask_table(table, size, 0, TIMES);
    ask_map(map, size, 0, TIMES);
    for run in 0..runs as u64 {
        let before = on_processor()?;
        ask_table(table, size, run * TIMES, TIMES);
        let between = on_processor()?;
        ask_map(map, size, run * TIMES, TIMES);
        let after = on_processor()?;
        ours.push((between - before) as f64 / TIMES as f64);
        theirs.push((after - between) as f64 / TIMES as f64);
    }
    let times = Spread::ratio(&ours, &theirs);
    let text = |figures: &[f64]| Spread::of(figures.iter().copied()).text(0, " ns");
    Ok(Row::new(
        "P6",
        format!("check, {size} leases, one thread"),
        text(&ours),
    )
    .beside(format!("sharded std HashMap {}", text(&theirs)))
    .ratio(times)
    .judged("<= 1.5 x", Verdict::at_most(times.median, 1.5))
    .details(json!({ "check_ns": ours, "map_ns": theirs })))
}

/// Two threads against one, each pair of runs after the other.
fn threads(runs: usize, size: u64, table: &Leases) -> anyhow::Result<Row> {
    stage::keep_to(&format!("{SERVERS},{ASKERS}"))?;
    together(2, size, table, 0)?;
    let mut times = Vec::new();
    for run in 0..2 * runs as u64 {
        let one = together(1, size, table, run)?;
        let two = together(2, size, table, run)?;
        times.push(2.0 * one / two);
    }
    stage::keep_to(ASKERS)?;
    let times = Spread::of(times);
    let what = format!("check, {size} leases, two threads by one");
    Ok(Row::new("P6", what, format!("{times} x as many"))
        .beside("one thread")
        .ratio(times)
        .judged(">= 1.8 x", Verdict::at_least(times.median, 1.8))
        .details(json!({ "times": times.json() })))
}

/// So many threads, each with as many look-ups: nanoseconds until the last is done. What a thread waits for a lock
/// counts, what it waits for a processor that somebody else has does not.
fn together(count: u64, size: u64, table: &Leases, run: u64) -> anyhow::Result<f64> {
    let timed = |thread: u64| {
        let (begun, waited) = (Instant::now(), kept_waiting()?);
        ask_table(table, size, (run * 2 + thread) * TIMES, TIMES);
        let whole = u64::try_from(begun.elapsed().as_nanos())?;
        anyhow::Ok(whole - (kept_waiting()? - waited).min(whole))
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|thread| scope.spawn(move || timed(thread)))
            .collect();
        let mut last = 0;
        for thread in threads {
            last = last.max(thread.join().expect("a thread that only looks up")?);
        }
        Ok(last as f64)
    })
}

fn resident() -> anyhow::Result<u64> {
    super::cpu::memory(std::process::id()).context("our own memory cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_found_in_both() {
        let (table, map) = (filled_table(100), filled_map(100));
        ask_table(&table, 100, 0, 1000);
        ask_map(&map, 100, 0, 1000);
        assert!(table.check(id(100), id(100) ^ 1).is_none());
    }

    #[test]
    fn time_on_the_processor_goes_on() {
        let before = on_processor().unwrap();
        ask_map(&filled_map(1000), 1000, 0, 100_000);
        assert!(on_processor().unwrap() > before);
    }
}
