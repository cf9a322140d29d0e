//! What a look-up and a change of hands cost, beside a plain sharded map of the standard library (the yardstick).
//!
//! `cargo bench -p lease`. Uncontended: one thread, so the lock costs what a free lock costs.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lease::{Beat, Millis, Op, Outcome, Rules, Table};

const SIZES: [u64; 2] = [1_000, 100_000];

/// Readers in an order that no cache guesses.
fn reader(n: u64, readers: u64) -> u128 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % readers;
    u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

fn filled(readers: u64) -> Table<u128, u128> {
    let table = Table::new(1, Rules::default());
    for n in 0..readers {
        let r = u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        table.open(r, r ^ 1, Millis::ZERO, Op(n));
    }
    table
}

fn look_ups(c: &mut Criterion) {
    for readers in SIZES {
        let mut group = c.benchmark_group("look-up");
        let mut n = 0;
        let mut next = || {
            n += 1;
            reader(n, readers)
        };

        let shards: Vec<Mutex<HashMap<u128, (u128, u64)>>> =
            (0..64).map(|_| Mutex::default()).collect();
        let shard = |r: u128| &shards[(r >> 64) as usize % 64];
        for n in 0..readers {
            let r = u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            shard(r).lock().expect("one thread").insert(r, (r ^ 1, n));
        }
        group.bench_function(BenchmarkId::new("std sharded map", readers), |b| {
            b.iter(|| {
                let r = next();
                let map = shard(r).lock().expect("one thread");
                map.get(&r)
                    .filter(|(d, _)| *d == r ^ 1)
                    .map(|(_, epoch)| *epoch)
            });
        });

        let table = filled(readers);
        group.bench_function(BenchmarkId::new("check", readers), |b| {
            b.iter(|| {
                let r = next();
                table.check(r, r ^ 1)
            });
        });
        group.finish();
    }
}

fn changes(c: &mut Criterion) {
    for readers in SIZES {
        let mut group = c.benchmark_group("change");
        let table = filled(readers);
        let mut n = 0_u64;
        let mut next = || {
            n += 1;
            (reader(n, readers), n)
        };
        group.bench_function(BenchmarkId::new("open, one's own", readers), |b| {
            b.iter(|| {
                let (r, n) = next();
                table.open(r, r ^ 1, Millis(n), Op(n))
            });
        });
        group.bench_function(BenchmarkId::new("touch", readers), |b| {
            b.iter(|| {
                let (r, n) = next();
                let beat = Beat {
                    view: 1,
                    seq: n,
                    epoch: None,
                    focused: true,
                    idle_for: Millis::ZERO,
                };
                table.touch(r, r ^ 1, beat, Millis(n))
            });
        });
        // Each press takes from the device before; the message that shows the epoch is part of it.
        group.bench_function(
            BenchmarkId::new("open, contended, then take", readers),
            |b| {
                b.iter(|| {
                    let (r, n) = next();
                    let d = u128::from(n);
                    match table.open(r, d, Millis(n / 1_000), Op(n << 1)) {
                        Outcome::Contended(holder) => {
                            table.take(r, d, holder.epoch, Millis(n / 1_000), Op(n << 1 | 1))
                        }
                        held => black_box(held),
                    }
                });
            },
        );
        group.finish();
    }
}

criterion_group!(benches, look_ups, changes);
criterion_main!(benches);
