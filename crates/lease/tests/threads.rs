//! Real threads on one table: the lock of a shard is what makes an operation happen at one moment.

use std::collections::HashMap;
use std::sync::Barrier;
use std::thread;

use lease::{Beat, Epoch, How, Millis, Op, Outcome, Rules, Table};

const RACERS: u64 = 8;

#[test]
fn of_all_who_press_the_same_button_one_wins() {
    let table: Table<u8, u64> = Table::new(1, Rules::default());
    let start = Barrier::new(RACERS as usize);
    for round in 0..300_u64 {
        let now = Millis(round * 10_000);
        table.free(1, now);
        let Outcome::Held { epoch: seen, .. } = table.open(1, 0, now, Op(u64::MAX - round)) else {
            panic!("it is free");
        };
        let race = |d: u64| {
            start.wait();
            (
                d,
                table.take(1, d, seen, now.plus(Millis(d)), Op(round * 100 + d)),
            )
        };
        let results: Vec<_> = thread::scope(|scope| {
            let racers: Vec<_> = (1..=RACERS).map(|d| scope.spawn(move || race(d))).collect();
            racers
                .into_iter()
                .map(|racer| racer.join().expect("no panic"))
                .collect()
        });

        let winners: Vec<_> = results
            .iter()
            .filter(|(_, o)| matches!(o, Outcome::Held { .. }))
            .collect();
        let [
            (
                winner,
                Outcome::Held {
                    epoch,
                    change: Some(change),
                },
            ),
        ] = winners[..]
        else {
            panic!("one winner, not {winners:?}");
        };
        assert_eq!(
            (change.how, change.from, change.to),
            (How::Taken, Some(0), Some(*winner))
        );
        assert!(*epoch > seen);
        assert_eq!(table.check(1, *winner), Some(*epoch));
        for (d, outcome) in &results {
            if let Outcome::Contended(holder) = outcome {
                assert_eq!(
                    (holder.device, holder.epoch),
                    (*winner, *epoch),
                    "{d} sees who won"
                );
            }
        }
    }
}

const READERS: u64 = 3;

/// What one device saw: under which epoch of which reader which device was.
type Seen = Vec<((u64, Epoch), u64)>;

/// The `n`th thing that device `d` does.
fn act(table: &Table<u64, u64>, d: u64, n: u64, dice: u64) -> Option<Outcome<u64>> {
    let (r, now, op) = (dice % READERS, Millis(n * 40), Op(d << 32 | n));
    let beat = Beat {
        view: d,
        seq: n,
        epoch: None,
        focused: true,
        idle_for: Millis::ZERO,
    };
    match dice >> 60 {
        0..5 => return Some(table.open(r, d, now, op)),
        5..8 => return Some(table.touch(r, d, beat, now)),
        8 => return Some(table.come_back(r, d, beat, now, op)),
        9 => table.rest(r, d, None, d, n, now),
        10 => {
            let change = table.release(r, d, now);
            assert!(change.is_none_or(|change| change.from == Some(d)));
        }
        11 => assert!(table.sweep(now, Millis(1_000)) <= READERS as usize),
        _ => {
            return table
                .holder(r, now)
                .map(|(holder, _)| table.take(r, d, holder.epoch, now, op));
        }
    }
    None
}

fn a_device(table: &Table<u64, u64>, d: u64) -> Seen {
    let mut seen = Seen::new();
    // A fixed sequence for each thread; only the interleaving is left to chance.
    let mut dice = d.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for n in 0..4_000 {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let r = dice % READERS;
        match act(table, d, n, dice) {
            Some(Outcome::Held { epoch, .. }) => seen.push(((r, epoch), d)),
            Some(Outcome::Contended(holder)) => seen.push(((r, holder.epoch), holder.device)),
            None => {}
        }
        seen.extend(table.check(r, d).map(|epoch| ((r, epoch), d)));
    }
    seen
}

#[test]
fn no_two_devices_ever_see_one_epoch() {
    let table: Table<u64, u64> = Table::with_shards(1, Rules::default(), 2);
    let start = Barrier::new(RACERS as usize);
    let work = |d| {
        start.wait();
        a_device(&table, d)
    };
    let seen: Seen = thread::scope(|scope| {
        let threads: Vec<_> = (1..=RACERS).map(|d| scope.spawn(move || work(d))).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    let mut owner = HashMap::new();
    for (epoch, d) in seen {
        assert_eq!(*owner.entry(epoch).or_insert(d), d, "{epoch:?}");
    }
    assert!(owner.len() > 1_000, "much changed hands: {}", owner.len());
}
