//! How a lease changes hands: the small rules about free and resting leases, stale messages, sign-out and retries; that
//! the taker is served (S4), that old lives stay dead (S3), and that alternation has no end (L3).

use lease::{Beat, Epoch, Millis, Op, Outcome, Rules, Table};

const READER: u8 = 1;
const PHONE: char = 'p';
const LAPTOP: char = 'l';
const TABLET: char = 't';

/// A table with one reader, in whole seconds and in words.
struct Paper(Table<u8, char>);

impl Paper {
    /// The phone opened a page at 0 s and its script spoke at 1 s.
    fn read_on_the_phone() -> Self {
        let paper = Paper(Table::new(1, Rules::default()));
        assert_eq!(paper.open(PHONE, 0, 1_000), "opened");
        assert_eq!(paper.touch(PHONE, 1, active(1, 1, None)), "kept");
        paper
    }

    fn epoch(&self) -> Epoch {
        self.0
            .holder(READER, Millis::ZERO)
            .expect("a holder")
            .0
            .epoch
    }

    fn open(&self, d: char, at: u64, op: u64) -> String {
        words(self.0.open(READER, d, Millis::from_secs(at), Op(op)))
    }

    fn take(&self, d: char, seen: Epoch, at: u64, op: u64) -> String {
        words(self.0.take(READER, d, seen, Millis::from_secs(at), Op(op)))
    }

    fn touch(&self, d: char, at: u64, beat: Beat) -> String {
        words(self.0.touch(READER, d, beat, Millis::from_secs(at)))
    }

    fn come_back(&self, d: char, at: u64, beat: Beat, op: u64) -> String {
        words(
            self.0
                .come_back(READER, d, beat, Millis::from_secs(at), Op(op)),
        )
    }

    /// All of the device is hidden.
    fn rest(&self, d: char, at: u64) {
        self.0.rest(READER, d, None, 1, 9, Millis::from_secs(at));
    }

    fn free(&self, at: u64) {
        self.0.free(READER, Millis::from_secs(at));
    }

    fn at_rest(&self, at: u64) -> bool {
        self.0
            .holder(READER, Millis::from_secs(at))
            .expect("a holder")
            .1
    }
}

/// A beat of a page with the focus, in which somebody has just moved.
fn active(view: u64, seq: u64, epoch: Option<Epoch>) -> Beat {
    Beat {
        view,
        seq,
        epoch,
        focused: true,
        idle_for: Millis::ZERO,
    }
}

fn words(outcome: Outcome<char>) -> String {
    match outcome {
        Outcome::Held { change: None, .. } => "kept".into(),
        Outcome::Held {
            epoch,
            change: Some(change),
        } => {
            assert_eq!(change.epoch, epoch);
            assert_ne!(change.from, change.to);
            format!("{:?}", change.how).to_lowercase()
        }
        Outcome::Contended(holder) => format!("{} is read on", holder.device),
    }
}

#[test]
fn what_is_free_or_at_rest_passes_silently() {
    let paper = Paper::read_on_the_phone();
    let first = paper.epoch();
    assert_eq!(paper.open(PHONE, 2, 1), "kept");
    assert_eq!(paper.epoch(), first, "no change, no new epoch");
    assert_eq!(paper.open(LAPTOP, 10, 2), "p is read on");
    paper.rest(PHONE, 11);
    assert!(paper.at_rest(11));
    assert_eq!(
        paper.open(PHONE, 12, 3),
        "kept",
        "a lease at rest is still a lease"
    );
    paper.rest(PHONE, 14);
    assert_eq!(paper.open(LAPTOP, 15, 4), "passed");
    assert!(paper.epoch() > first);
    assert_eq!(paper.0.check(READER, PHONE), None);
    paper.free(16);
    assert_eq!(paper.open(PHONE, 17, 5), "opened");
}

#[test]
fn a_heartbeat_opens_a_free_lease_after_a_restart() {
    let old = Paper::read_on_the_phone().epoch();
    let after = Paper(Table::new(2, Rules::default()));
    assert_eq!(
        after.0.check(READER, PHONE),
        None,
        "a lost epoch never serves again"
    );
    assert_eq!(after.touch(PHONE, 0, active(1, 2, Some(old))), "opened");
    assert!(after.epoch() > old);
    assert!(!after.at_rest(74), "the beat counts");
    assert_eq!(
        after.take(LAPTOP, old, 1, 1),
        "p is read on",
        "the old epoch buys nothing"
    );
}

#[test]
fn a_heartbeat_takes_nothing_not_even_what_is_at_rest() {
    let paper = Paper::read_on_the_phone();
    let epoch = paper.epoch();
    assert_eq!(paper.touch(LAPTOP, 2, active(1, 1, None)), "p is read on");
    assert!(paper.at_rest(500));
    assert_eq!(paper.touch(LAPTOP, 500, active(1, 2, None)), "p is read on");
    assert_eq!(paper.touch(PHONE, 500, active(1, 2, Some(epoch))), "kept");
    assert_eq!((paper.epoch(), paper.at_rest(500)), (epoch, false));
}

#[test]
fn a_page_from_before_is_told_the_epoch_but_not_listened_to() {
    let paper = Paper::read_on_the_phone();
    let first = paper.epoch();
    assert_eq!(paper.take(LAPTOP, first, 2, 1), "taken");
    assert_eq!(paper.take(PHONE, paper.epoch(), 3, 2), "taken");
    let told = paper.0.touch(
        READER,
        PHONE,
        active(1, 2, Some(first)),
        Millis::from_secs(100),
    );
    assert_eq!(
        told,
        Outcome::Held {
            epoch: paper.epoch(),
            change: None
        }
    );
    paper
        .0
        .rest(READER, PHONE, Some(first), 1, 3, Millis::from_secs(101));
    assert!(!paper.at_rest(122), "neither its rest,");
    assert!(paper.at_rest(123), "nor its beat");
    assert_eq!(
        paper.come_back(PHONE, 124, active(1, 4, Some(first)), 3),
        "kept"
    );
    assert!(paper.at_rest(124));
    assert_eq!(
        paper.touch(PHONE, 125, active(1, 5, Some(paper.epoch()))),
        "kept"
    );
    assert!(!paper.at_rest(125), "but once it knows the epoch");
}

#[test]
fn a_page_that_is_visible_again_has_it_back_if_it_is_free_or_at_rest() {
    let paper = Paper::read_on_the_phone();
    paper.rest(PHONE, 5);
    assert_eq!(paper.open(LAPTOP, 6, 1), "passed");
    assert_eq!(
        paper.come_back(PHONE, 7, active(1, 10, None), 2),
        "l is read on"
    );
    paper.rest(LAPTOP, 9);
    assert_eq!(paper.come_back(PHONE, 9, active(1, 10, None), 3), "passed");
    assert!(!paper.at_rest(83), "the beat counts");
    assert_eq!(paper.come_back(PHONE, 10, active(1, 11, None), 4), "kept");
    paper.free(11);
    assert_eq!(paper.come_back(PHONE, 12, active(1, 12, None), 5), "opened");
}

#[test]
fn who_sat_still_loses_nothing_until_another_opens_and_has_it_back_with_one_press() {
    let paper = Paper::read_on_the_phone();
    assert!(paper.at_rest(400));
    assert!(paper.0.check(READER, PHONE).is_some());
    assert_eq!(paper.open(LAPTOP, 400, 1), "passed");
    assert_eq!(paper.open(PHONE, 401, 2), "l is read on");
    assert_eq!(paper.take(PHONE, paper.epoch(), 402, 3), "taken");
}

#[test]
fn prefetches_previews_and_background_tabs_only_look() {
    let paper = Paper(Table::new(1, Rules::default()));
    assert_eq!(
        (paper.0.check(READER, PHONE), paper.0.len()),
        (None, 0),
        "looking opens nothing"
    );
    let paper = Paper::read_on_the_phone();
    assert_eq!(paper.0.check(READER, LAPTOP), None);
    assert_eq!(paper.0.check(READER, PHONE), Some(paper.epoch()));
    assert!(paper.at_rest(76), "and extends nothing");
}

#[test]
fn a_stale_message_still_succeeds_if_free_at_rest_or_ones_own() {
    // The laptop's message showed the phone's first epoch. What happened before the button was pressed?
    let press = |before: &dyn Fn(&Paper, Epoch)| {
        let paper = Paper::read_on_the_phone();
        let seen = paper.epoch();
        before(&paper, seen);
        paper.take(LAPTOP, seen, 10, 50)
    };
    let tablet_takes = |paper: &Paper, seen| assert_eq!(paper.take(TABLET, seen, 5, 51), "taken");
    assert_eq!(press(&|_, _| {}), "taken", "nothing");
    assert_eq!(press(&|paper, _| paper.free(5)), "opened");
    assert_eq!(
        press(&|paper, _| paper.rest(PHONE, 8)),
        "passed",
        "at rest: nobody lost anything"
    );
    let at_rest = |paper: &Paper, seen| {
        tablet_takes(paper, seen);
        paper.rest(TABLET, 8);
    };
    assert_eq!(press(&at_rest), "passed");
    let own = |paper: &Paper, seen| assert_eq!(paper.take(LAPTOP, seen, 5, 52), "taken");
    assert_eq!(press(&own), "kept");
    assert_eq!(
        press(&tablet_takes),
        "t is read on",
        "the message again, with the new device"
    );
}

#[test]
fn sign_out_password_change_and_removed_seat_free_it() {
    let paper = Paper::read_on_the_phone();
    let (table, epoch, now) = (&paper.0, paper.epoch(), Millis::from_secs(2));
    assert_eq!(
        table.release(READER, LAPTOP, now),
        None,
        "not the laptop's to give up"
    );
    assert_eq!(table.check(READER, PHONE), Some(epoch));
    let gone = table.release(READER, PHONE, now).expect("the phone's");
    assert_eq!((gone.from, gone.to, gone.at), (Some(PHONE), None, now));
    assert_eq!(format!("{:?}", gone.how), "Released");
    assert_eq!(
        (table.check(READER, PHONE), table.holder(READER, now)),
        (None, None)
    );
    assert_eq!(table.release(READER, PHONE, now), None, "once");

    assert_eq!(paper.open(PHONE, 3, 9), "opened");
    assert!(
        paper.epoch() > gone.epoch && gone.epoch > epoch,
        "never again the epoch it gave up"
    );
    assert_eq!(
        table.free(READER, now).and_then(|gone| gone.from),
        Some(PHONE)
    );
    assert_eq!(table.free(READER, now), None);
    assert_eq!(table.free(77, now), None, "a reader never heard of");
}

#[test]
fn the_taker_is_served_and_alternation_has_no_end() {
    let paper = Paper::read_on_the_phone();
    let mut last = paper.epoch();
    for turn in 0..2_000_u64 {
        let now = Millis(2_000 + turn * 700);
        let (d, other) = if turn % 2 == 0 {
            (LAPTOP, PHONE)
        } else {
            (PHONE, LAPTOP)
        };
        let Outcome::Contended(holder) = paper.0.open(READER, d, now, Op(10_000 + turn)) else {
            panic!("the other is being read on");
        };
        assert_eq!((holder.device, holder.epoch), (other, last));
        assert_eq!(
            u64::from(holder.swaps),
            turn.min(4),
            "counted, and no reason to refuse"
        );
        assert_eq!(
            words(
                paper
                    .0
                    .take(READER, d, holder.epoch, now, Op(20_000 + turn))
            ),
            "taken"
        );
        // Nothing the other page does by itself comes between the gesture and the page that answers it.
        let back = active(1, 100 + turn, None);
        let other_tries = [
            paper.0.open(READER, other, now, Op(30_000 + turn)),
            paper.0.touch(READER, other, back, now),
            paper
                .0
                .come_back(READER, other, back, now, Op(40_000 + turn)),
        ];
        assert_eq!(
            other_tries.map(words),
            [(); 3].map(|()| format!("{d} is read on"))
        );
        let next = paper.0.check(READER, d).expect("served");
        assert!(next > last);
        last = next;
    }
}

#[test]
fn three_changes_in_ten_minutes_are_counted_for_ten_minutes() {
    let paper = Paper::read_on_the_phone();
    let swaps = |at: u64| {
        paper
            .0
            .holder(READER, Millis(at))
            .expect("a holder")
            .0
            .swaps
    };
    for (at, d) in [(10, LAPTOP), (20, PHONE), (30, LAPTOP)] {
        assert_eq!(paper.take(d, paper.epoch(), at, at), "taken");
    }
    assert_eq!([30_000, 609_999, 610_000, 630_000].map(swaps), [3, 3, 2, 0]);
    assert_eq!(paper.open(PHONE, 200, 1), "passed");
    assert_eq!(swaps(200_000), 3, "what passes silently is not counted");
    paper.free(201);
    assert_eq!(paper.open(PHONE, 202, 2), "opened");
    assert_eq!(
        swaps(202_000),
        3,
        "and signing out does not start a new count"
    );
}

#[test]
fn a_retry_answers_from_the_state_as_it_is() {
    let paper = Paper::read_on_the_phone();
    let seen = paper.epoch();
    assert_eq!(paper.take(LAPTOP, seen, 2, 500), "taken");
    assert_eq!(paper.take(LAPTOP, seen, 2, 500), "kept", "still its own");
    assert_eq!(paper.take(PHONE, paper.epoch(), 3, 501), "taken");
    assert_eq!(paper.take(LAPTOP, seen, 4, 500), "p is read on");
    assert!(paper.at_rest(123), "and when others may have it,");
    assert_eq!(paper.take(LAPTOP, seen, 123, 500), "p is read on");
    assert_eq!(paper.open(LAPTOP, 123, 500), "p is read on");
    assert_eq!(
        paper.come_back(LAPTOP, 123, active(1, 1, None), 500),
        "p is read on"
    );
    assert_eq!(
        paper.open(PHONE, 123, 1_000),
        "kept",
        "the very first operation is known as well"
    );
    assert!(paper.at_rest(243));
    assert_eq!(paper.open(LAPTOP, 243, 502), "passed", "a new one does it");
}

#[test]
fn the_pages_of_the_device_before_say_nothing_about_the_new_one() {
    let paper = Paper::read_on_the_phone();
    assert_eq!(paper.take(LAPTOP, paper.epoch(), 2, 1), "taken");
    assert_eq!(paper.touch(LAPTOP, 3, active(5, 1, None)), "kept");
    paper
        .0
        .rest(READER, LAPTOP, None, 5, 2, Millis::from_secs(6));
    assert!(paper.at_rest(6), "though the phone beat at 1 s");
}

#[test]
fn many_views_stay_bounded() {
    let paper = Paper(Table::new(1, Rules::default()));
    assert_eq!(paper.open(PHONE, 0, 1), "opened");
    for view in 0..1_000 {
        assert_eq!(paper.touch(PHONE, 1, active(view, 1, None)), "kept");
    }
    // The sixteen heard last are still known, so their rests are needed; more are not.
    for view in 984..1_000 {
        assert!(!paper.at_rest(3));
        paper
            .0
            .rest(READER, PHONE, None, view, 2, Millis::from_secs(3));
    }
    assert!(paper.at_rest(3));
}

#[test]
fn sweeping_forgets_who_is_long_gone_but_no_epoch() {
    let hour = Millis::from_secs(3_600);
    let paper = Paper::read_on_the_phone();
    let first = paper.epoch();
    let at_rest_since = Millis(76_000);
    assert_eq!(
        paper.0.sweep(Millis::from_secs(200), hour),
        0,
        "nor does it forget since when"
    );
    paper.0.open(2, LAPTOP, Millis::from_secs(500), Op(1));
    assert_eq!(
        paper.0.sweep(at_rest_since.plus(Millis(3_599_999)), hour),
        0
    );
    assert_eq!(
        (paper.0.sweep(at_rest_since.plus(hour), hour), paper.0.len()),
        (1, 1)
    );
    assert_eq!(paper.0.check(READER, PHONE), None);
    assert_eq!(paper.open(PHONE, 3_700, 2), "opened");
    assert!(paper.epoch() > first);
    let soon = Millis::from_secs(3_701);
    assert_eq!(
        paper.0.sweep(soon, Millis::ZERO),
        1,
        "who is being read on is not forgotten"
    );
    paper.0.free(READER, soon);
    assert_eq!(paper.0.sweep(soon, Millis(1)), 0);
    assert_eq!(
        (paper.0.sweep(soon, Millis::ZERO), paper.0.is_empty()),
        (1, true)
    );
}
