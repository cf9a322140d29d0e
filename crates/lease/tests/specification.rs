//! The table against what it is meant to be, over random operations with jumps of time: who may have the lease.
//!
//! [`Spec::verdict`] is the whole specification. It takes *at rest* as given; `history.rs` is that other half.

use std::collections::{HashMap, VecDeque};

use lease::{Beat, Epoch, How, Millis, Op, Outcome, Rules, Table};
use proptest::prelude::*;

/// One reader's register: who has it, and the operations that changed that.
#[derive(Default)]
struct Spec {
    holder: Option<(u8, Epoch)>,
    done: VecDeque<Op>,
    freed_at: Millis,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Keeps,
    Gets(How),
    Waits,
}

impl Spec {
    fn verdict(&self, d: u8, seen: Option<Epoch>, op: Option<Op>, at_rest: bool) -> Verdict {
        match self.holder {
            None => Verdict::Gets(How::Opened),
            Some((holder, _)) if holder == d => Verdict::Keeps,
            Some(_) if op.is_none_or(|op| self.done.contains(&op)) => Verdict::Waits,
            Some(_) if at_rest => Verdict::Gets(How::Passed),
            Some((_, epoch)) if seen == Some(epoch) => Verdict::Gets(How::Taken),
            Some(_) => Verdict::Waits,
        }
    }
}

/// However often a lease passes; `small_rules.rs` has the end of that.
fn patient() -> Rules {
    Rules {
        passes: u8::MAX,
        ..Rules::default()
    }
}

#[derive(Clone, Debug)]
enum Do {
    Open,
    /// With the epoch so many changes ago; 0 is the current one.
    Take(usize),
    Touch {
        view: u64,
        seq: u64,
        epoch: Option<usize>,
        focused: bool,
        idle: u64,
    },
    ComeBack {
        view: u64,
        seq: u64,
        epoch: Option<usize>,
    },
    Sent,
    Rest {
        view: u64,
        seq: u64,
        epoch: Option<usize>,
    },
    Broke(u64),
    Opened(u64),
    Release,
    Free,
    Sweep(u64),
}

#[derive(Clone, Debug)]
struct Step {
    reader: u8,
    device: u8,
    wait: u64,
    op: u64,
    what: Do,
}

fn step() -> impl Strategy<Value = Step> {
    let ago = || prop_oneof![4 => Just(Some(0)), 2 => (1..4_usize).prop_map(Some), 1 => Just(None)];
    let what = prop_oneof![
        6 => Just(Do::Open),
        6 => prop_oneof![3 => Just(0), 1 => 1..4_usize].prop_map(Do::Take),
        4 => (0..3_u64, 0..20_u64, ago(), any::<bool>(), 0..200_000_u64)
            .prop_map(|(view, seq, epoch, focused, idle)| Do::Touch { view, seq, epoch, focused, idle }),
        3 => (0..3_u64, 0..20_u64, ago()).prop_map(|(view, seq, epoch)| Do::ComeBack { view, seq, epoch }),
        2 => Just(Do::Sent),
        3 => (0..3_u64, 0..20_u64, ago()).prop_map(|(view, seq, epoch)| Do::Rest { view, seq, epoch }),
        1 => (0..3_u64).prop_map(Do::Broke),
        1 => (0..3_u64).prop_map(Do::Opened),
        1 => Just(Do::Release),
        1 => Just(Do::Free),
        1 => (0..200_000_u64).prop_map(Do::Sweep),
    ];
    let wait = prop_oneof![4 => 0..3_000_u64, 2 => 0..80_000_u64, 1 => 0..400_000_u64];
    // Few operation ids, so that many are retries, of one's own and of others'.
    (0..2_u8, 0..3_u8, wait, 0..40_u64, what).prop_map(|(reader, device, wait, op, what)| Step {
        reader,
        device,
        wait,
        op,
        what,
    })
}

/// The table, the specification of each reader, and all that was ever handed out.
struct Run {
    table: Table<u8, u8>,
    specs: [Spec; 2],
    given: [Vec<Epoch>; 2],
    owner: HashMap<(u8, Epoch), u8>,
    now: Millis,
}

impl Run {
    fn epoch(&self, reader: u8, ago: usize) -> Epoch {
        let given = &self.given[usize::from(reader)];
        let never = Epoch {
            generation: 8,
            counter: 7,
        };
        given.len().checked_sub(ago + 1).map_or(never, |i| given[i])
    }

    fn at_rest(&self, reader: u8) -> bool {
        self.table
            .holder(reader, self.now)
            .is_some_and(|(_, at_rest)| at_rest)
    }

    /// Everything one may see of a reader, now and later.
    fn picture(&self, reader: u8) -> Vec<Option<(u8, Epoch, bool)>> {
        let spans = [0, 1_000, 14_000, 29_000, 59_000, 74_000, 119_000, 179_000];
        let later = spans.map(|span| self.table.holder(reader, self.now.plus(Millis(span))));
        later
            .map(|seen| seen.map(|(h, at_rest)| (h.device, h.epoch, at_rest)))
            .to_vec()
    }

    fn entered(&mut self, step: &Step, verdict: Verdict, op: Option<Op>, outcome: Outcome<u8>) {
        let spec = &mut self.specs[usize::from(step.reader)];
        let given = &mut self.given[usize::from(step.reader)];
        match (verdict, outcome) {
            (
                Verdict::Keeps,
                Outcome::Held {
                    epoch,
                    change: None,
                },
            ) => {
                assert_eq!(spec.holder, Some((step.device, epoch)));
            }
            (Verdict::Waits, Outcome::Contended(holder)) => {
                assert_eq!(spec.holder, Some((holder.device, holder.epoch)));
                assert_ne!(holder.device, step.device);
            }
            (
                Verdict::Gets(how),
                Outcome::Held {
                    epoch,
                    change: Some(change),
                },
            ) => {
                assert_eq!(
                    (change.how, change.epoch, change.at),
                    (how, epoch, self.now)
                );
                assert_eq!(
                    (change.from, change.to),
                    (spec.holder.map(|(d, _)| d), Some(step.device))
                );
                assert!(
                    given.last().is_none_or(|&last| epoch > last),
                    "epochs only grow"
                );
                assert_eq!(
                    self.owner.insert((step.reader, epoch), step.device),
                    None,
                    "and are never given twice"
                );
                given.push(epoch);
                spec.holder = Some((step.device, epoch));
                if let Some(op) = op {
                    spec.done.push_back(op);
                    if spec.done.len() > 8 {
                        spec.done.pop_front();
                    }
                }
            }
            (verdict, outcome) => panic!("expected {verdict:?}, got {outcome:?}"),
        }
    }

    fn freed(&mut self, step: &Step, expected: bool, change: Option<lease::Change<u8>>) {
        let spec = &mut self.specs[usize::from(step.reader)];
        assert_eq!(change.is_some(), expected && spec.holder.is_some());
        if let Some(change) = change {
            assert_eq!(
                (change.from, change.to, change.how),
                (spec.holder.map(|(d, _)| d), None, How::Released)
            );
            assert!(spec.holder.is_some_and(|(_, old)| change.epoch > old));
            spec.holder = None;
            spec.freed_at = change.at;
        }
    }

    /// An operation that may bring the lease to a device. Whether it had to have an effect.
    fn enters(&mut self, step: &Step, at_rest: bool) -> bool {
        let (r, d, now, op) = (step.reader, step.device, self.now, Op(step.op));
        let current = self.table.check(r, d);
        let known = |epoch: Option<usize>| epoch.map(|ago| self.epoch(r, ago));
        let is_current = |epoch: Option<Epoch>| epoch.is_none() || epoch == current;
        let verdict = |seen, op| self.specs[usize::from(r)].verdict(d, seen, op, at_rest);
        let beat = |view, seq, epoch, focused, idle| Beat {
            view,
            seq,
            epoch,
            focused,
            idle_for: Millis(idle),
        };
        let (expected, outcome, heard, op) = match step.what {
            Do::Take(ago) => {
                let seen = self.epoch(r, ago);
                let expected = verdict(Some(seen), Some(op));
                (
                    expected,
                    self.table.take(r, d, seen, now, op),
                    true,
                    Some(op),
                )
            }
            Do::Touch {
                view,
                seq,
                epoch,
                focused,
                idle,
            } => {
                let beat = beat(view, seq, known(epoch), focused, idle);
                let outcome = self.table.touch(r, d, beat, now);
                (verdict(None, None), outcome, is_current(beat.epoch), None)
            }
            Do::ComeBack { view, seq, epoch } => {
                let beat = beat(view, seq, known(epoch), true, 0);
                let outcome = self.table.come_back(r, d, beat, now, op);
                (
                    verdict(None, Some(op)),
                    outcome,
                    is_current(beat.epoch),
                    Some(op),
                )
            }
            _ => (
                verdict(None, Some(op)),
                self.table.open(r, d, now, op),
                true,
                Some(op),
            ),
        };
        let heeded = match expected {
            Verdict::Gets(_) => true,
            Verdict::Keeps => heard,
            Verdict::Waits => false,
        };
        self.entered(step, expected, op, outcome);
        heeded
    }

    /// Something the holder's pages say. Whether it may have an effect.
    fn says(&mut self, step: &Step) -> bool {
        let (r, d, now) = (step.reader, step.device, self.now);
        let current = self.table.check(r, d);
        let mut epoch = None;
        match step.what {
            Do::Rest {
                view,
                seq,
                epoch: known,
            } => {
                epoch = known.map(|ago| self.epoch(r, ago));
                self.table.rest(r, d, epoch, view, seq, now);
            }
            Do::Broke(view) => self.table.stream_broke(r, d, view, now),
            Do::Opened(view) => self.table.stream_opened(r, d, view, now),
            _ => self.table.sent(r, d, now),
        }
        current.is_some() && (epoch.is_none() || epoch == current)
    }

    fn sweeps(&mut self, older_than: Millis) {
        let (now, before) = (self.now, [0, 1].map(|r| (self.at_rest(r), self.picture(r))));
        self.table.sweep(now, older_than);
        for (reader, spec) in (0..).zip(&mut self.specs) {
            let long_free = spec.freed_at.plus(older_than) <= now;
            let free = self.table.holder(reader, now).is_none();
            if free && (spec.holder.is_some() || long_free) {
                *spec = Spec::default();
            }
        }
        for (reader, (at_rest, picture)) in (0..).zip(before) {
            assert!(
                at_rest || self.picture(reader) == picture,
                "who is read on is not forgotten"
            );
        }
    }

    fn run(&mut self, step: &Step) {
        let (r, d) = (step.reader, step.device);
        self.now = self.now.plus(Millis(step.wait));
        let (at_rest, before) = (self.at_rest(r), self.picture(r));
        let held = self.table.check(r, d).is_some();
        let heeded = match step.what {
            Do::Open | Do::Take(_) | Do::Touch { .. } | Do::ComeBack { .. } => {
                self.enters(step, at_rest)
            }
            Do::Sent | Do::Rest { .. } | Do::Broke(_) | Do::Opened(_) => self.says(step),
            Do::Release => {
                let change = self.table.release(r, d, self.now);
                self.freed(step, held, change);
                held
            }
            Do::Free => {
                let change = self.table.free(r, self.now);
                self.freed(step, true, change);
                true
            }
            Do::Sweep(older_than) => {
                self.sweeps(Millis(older_than));
                true
            }
        };
        let stays = "what is refused, stale, or said by another device moves nothing";
        assert!(heeded || self.picture(r) == before, "{stays}");
        self.one_holder_at_most();
    }

    fn one_holder_at_most(&self) {
        for (reader, spec) in (0..).zip(&self.specs) {
            for device in 0..3 {
                let holder = spec.holder.filter(|&(holder, _)| holder == device);
                assert_eq!(
                    self.table.check(reader, device),
                    holder.map(|(_, epoch)| epoch)
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_table_is_the_specification(steps in prop::collection::vec(step(), 1..120)) {
        let mut run = Run {
            table: Table::with_shards(9, patient(), 1),
            specs: Default::default(),
            given: Default::default(),
            owner: HashMap::new(),
            now: Millis(1_000),
        };
        for step in &steps {
            run.run(step);
        }
    }
}
