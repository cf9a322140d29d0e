//! Every order in which two or three threads can meet on the locks of a table: `cargo xtask loom`.
//!
//! loom runs each test again and again, with another order each time, until there is none left. `threads.rs` does the same
//! with real threads and luck.
#![cfg(loom)]

use lease::{Epoch, How, Millis, Op, Outcome, Rules, Table};
use loom::sync::Arc;
use loom::thread;

const NOW: Millis = Millis(1_000);

fn table(shards: usize) -> (Arc<Table<u64, u8>>, Epoch) {
    let table = Table::with_shards(7, Rules::default(), shards);
    let Outcome::Held { epoch, .. } = table.open(1, 0, NOW, Op(1)) else {
        panic!("it was free");
    };
    (Arc::new(table), epoch)
}

fn held(outcome: &Outcome<u8>) -> Option<Epoch> {
    match outcome {
        Outcome::Held { epoch, .. } => Some(*epoch),
        Outcome::Contended(_) => None,
    }
}

#[test]
fn of_two_who_press_on_the_same_message_one_wins() {
    loom::model(|| {
        let (table, seen) = table(1);
        let takes = |device: u8| {
            let table = Arc::clone(&table);
            thread::spawn(move || table.take(1, device, seen, NOW, Op(u64::from(device))))
        };
        let (one, two) = (takes(10), takes(20));
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        let winners = [held(&one), held(&two)];
        assert_eq!(winners.iter().flatten().count(), 1, "{one:?} {two:?}");
        let (winner, epoch) = match winners {
            [Some(epoch), None] => (10, epoch),
            [None, Some(epoch)] => (20, epoch),
            _ => unreachable!("one won"),
        };
        assert!(epoch > seen);
        assert_eq!(table.check(1, winner), Some(epoch));
        assert_eq!(table.check(1, 0), None);
    });
}

#[test]
fn what_was_lost_is_not_seen_again() {
    loom::model(|| {
        let (table, seen) = table(1);
        let taker = {
            let table = Arc::clone(&table);
            thread::spawn(move || table.take(1, 10, seen, NOW, Op(2)))
        };
        // Before or after, never both, and never once more afterwards.
        let (first, then) = (table.check(1, 0), table.check(1, 0));
        assert!(first.is_some() || then.is_none(), "it came back");
        taker.join().unwrap();
        assert_eq!(table.check(1, 0), None);
    });
}

#[test]
fn a_taker_and_a_sign_out_leave_one_story() {
    loom::model(|| {
        let (table, seen) = table(1);
        let taker = {
            let table = Arc::clone(&table);
            thread::spawn(move || table.take(1, 10, seen, NOW, Op(2)))
        };
        let freed = table.release(1, 0, NOW);
        let Outcome::Held { change, .. } = taker.join().unwrap() else {
            panic!("free or seen: it is granted");
        };
        let change = change.expect("another device had it, or nobody");
        match freed {
            // Signed out first, so nobody had it; or taken first, and there was nothing to give up.
            Some(freed) => assert!(change.how == How::Opened && change.epoch > freed.epoch),
            None => assert!(change.how == How::Taken && change.from == Some(0)),
        }
        assert!(table.check(1, 10).is_some());
    });
}

#[test]
fn readers_of_two_shards_do_not_wait_for_each_other_and_sweeping_forgets_no_number() {
    loom::model(|| {
        let (table, seen) = table(2);
        let sweeper = {
            let table = Arc::clone(&table);
            thread::spawn(move || table.sweep(Millis(10_000_000), Millis(1)))
        };
        let other = table.open(2, 3, NOW, Op(9));
        assert!(held(&other).is_some());
        sweeper.join().unwrap();
        let again = table.open(1, 0, Millis(10_000_001), Op(3));
        assert!(
            held(&again).is_some_and(|epoch| epoch > seen),
            "a new number"
        );
    });
}
