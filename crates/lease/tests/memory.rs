//! What a lease weighs: the bytes asked of the allocator, map and its empty places included. For a daily with a million
//! readers this is the difference between a small machine and a large one.
//!
//! `cargo test -p lease --test memory -- --nocapture` prints the table.
#![expect(
    unsafe_code,
    reason = "a GlobalAlloc that counts cannot be written without it"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use lease::{Beat, Millis, Op, Rules, Table};

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is handed to `System` unchanged; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A table of so many readers, each on one device with `views` pages that have spoken; its bytes a lease.
fn bytes_a_lease(readers: u128, views: u64) -> usize {
    let before = LIVE.load(Relaxed);
    let table: Table<u128, u128> = Table::new(1, Rules::default());
    // The golden ratio spreads the keys as random ids would be, the same ones each time.
    let id = |n: u128| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    for n in 0..readers {
        table.open(id(n), id(n) ^ 1, Millis::ZERO, Op(n as u64));
        for view in 0..views {
            let beat = Beat {
                view,
                seq: 1,
                epoch: None,
                focused: true,
                idle_for: Millis::ZERO,
            };
            table.touch(id(n), id(n) ^ 1, beat, Millis(1_000 + view));
        }
    }
    // An idle lease is at rest, but not yet forgotten.
    table.sweep(Millis::from_secs(600), Millis::from_secs(3_600));
    assert_eq!(table.len() as u128, readers);
    (LIVE.load(Relaxed) - before) / readers as usize
}

// One test, so that no other thread allocates meanwhile.
#[test]
fn an_idle_lease_weighs_about_200_bytes_or_less() {
    println!("readers  bytes a lease");
    let weights = [60_000, 80_000, 100_000, 110_000, 120_000].map(|readers| {
        let bytes = bytes_a_lease(readers, 1);
        println!("{readers:>7}  {bytes:>13}");
        bytes
    });
    // A map doubles when it is 7/8 full: first and last are the worst moment, just after that.
    assert!(weights.iter().all(|&bytes| bytes <= 210), "{weights:?}");
    assert!(
        weights.iter().sum::<usize>() / weights.len() <= 190,
        "{weights:?}"
    );

    let many_pages = bytes_a_lease(100_000, 10);
    println!(" 100000  {many_pages:>13}  after ten pages, nine of them long gone");
    assert!(many_pages <= weights[2] + 8, "what is gone is given back");
}
