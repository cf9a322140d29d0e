//! Judges what real processes did: the history that `cargo xtask chaos` writes while it breaks things.
//!
//! S1 is judged by stateright's linearizability tester on [`Seat`], a specification of ten lines: what is answered to *read
//! here* and by the device message must be explicable by one order of all operations in which none takes effect before it
//! was asked or after it was answered. An operation without an answer may have happened or not. Full texts and heartbeats
//! may be as old as D: for them the judge computes how long at least the lease had been lost, from acknowledged takes alone.
//!
//! A new generation may begin at any moment (failover, restored backup), and then whoever comes first has the lease. What is
//! told of different generations is judged apart, and that no older one comes after a newer. Deliberately not here: who
//! breaks what.

use std::collections::BTreeMap;

use lease::Epoch;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester, SequentialSpec};

/// What a device asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// *Read here*, pressed on a message that showed this epoch.
    Take(Epoch),
    /// An article, which was answered by the message.
    Message,
    /// An article, which was answered by its full text.
    Page,
    /// A heartbeat that was told the lease is here.
    Beat,
}

/// One line of a history; times are microseconds of one clock.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// Whose lease.
    pub reader: u32,
    /// Which of the reader's devices.
    pub device: u8,
    /// What was asked.
    pub what: What,
    /// When it was asked.
    pub begun: u64,
    /// When it was answered; `None` if it never was.
    pub ended: Option<u64>,
    /// Whether the device has the lease, and the epoch that was told; nothing is told with a page.
    pub said: Option<(bool, Option<Epoch>)>,
    /// Whether the node that answered was cut off from its database about then.
    pub cut_off: bool,
}

impl Done {
    /// Reads a line: `reader device what begun ended held epoch cut`, `-` for what is not there.
    #[must_use]
    pub fn read(line: &str) -> Option<Done> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [reader, device, what, begun, ended, held, epoch, cut] = words[..] else {
            return None;
        };
        let what = match what {
            "message" => What::Message,
            "page" => What::Page,
            "beat" => What::Beat,
            take => What::Take(take.strip_prefix("take:")?.parse().ok()?),
        };
        let epoch = if epoch == "-" {
            None
        } else {
            Some(epoch.parse().ok()?)
        };
        Some(Done {
            reader: reader.parse().ok()?,
            device: device.parse().ok()?,
            what,
            begun: begun.parse().ok()?,
            ended: ended.parse().ok(),
            said: match held {
                "held" => Some((true, epoch)),
                "lost" => Some((false, epoch)),
                _ => None,
            },
            cut_off: cut == "cut",
        })
    }
}

/// The specification: who has the lease of one reader, under which epoch. None is ever at rest, in these runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seat {
    holder: Option<u8>,
    epoch: Option<Epoch>,
}

/// An operation of the register.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    device: u8,
    seen: Option<Epoch>,
}

impl SequentialSpec for Seat {
    type Op = Ask;
    type Ret = (bool, Epoch);

    /// For operations that were never answered: what they do if they happen.
    fn invoke(&mut self, op: &Ask) -> (bool, Epoch) {
        let epoch = self.epoch.unwrap_or(Epoch {
            generation: 0,
            counter: 0,
        });
        if self.holder == Some(op.device) {
            return (true, epoch);
        }
        if self.epoch.is_none() || op.seen != self.epoch {
            return (false, epoch);
        }
        let next = after(epoch);
        (self.holder, self.epoch) = (Some(op.device), Some(next));
        (true, next)
    }

    fn is_valid_step(&mut self, op: &Ask, &(held, epoch): &(bool, Epoch)) -> bool {
        let holds = self.holder == Some(op.device);
        let known = self
            .epoch
            .filter(|known| epoch.generation <= known.generation);
        let may = match known {
            // The first that is heard of a generation.
            None => true,
            Some(known) if held => {
                let has = epoch == known && (holds || self.holder.is_none());
                let takes = op.seen == Some(known) && epoch == after(known) && !holds;
                has || takes
            }
            Some(known) => epoch == known && !holds && op.seen != Some(epoch),
        };
        if may {
            let holder = if held { Some(op.device) } else { self.holder };
            self.holder = holder.filter(|_| held || known.is_some());
            self.epoch = Some(epoch);
        }
        may
    }
}

fn after(epoch: Epoch) -> Epoch {
    Epoch {
        counter: epoch.counter + 1,
        ..epoch
    }
}

/// What the judge found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Operations that were judged, and among them those without an answer.
    pub operations: usize,
    /// See `operations`.
    pub unknown: usize,
    /// Takes that moved a lease.
    pub moved: usize,
    /// Generations that were seen.
    pub generations: usize,
    /// Full texts and heartbeats that were judged.
    pub served: usize,
    /// What broke a promise, for people.
    pub violations: Vec<String>,
    /// The longest that a lease had been lost when something was still served under it, microseconds: while the database
    /// could be reached, and while it could not.
    pub stale: [u64; 2],
}

/// Judges a history. A full text may be `stale_for` old, and `grace` more while its node is cut off; microseconds.
#[must_use]
pub fn judge(history: &[Done], stale_for: u64, grace: u64) -> Findings {
    let mut readers: BTreeMap<u32, Vec<Done>> = BTreeMap::new();
    for done in history {
        readers.entry(done.reader).or_default().push(*done);
    }
    let mut found = Findings::default();
    let generations = Generations::of(history);
    for (reader, done) in &mut readers {
        done.sort_by_key(|done| done.begun);
        found.violations.extend(out_of_order(*reader, done));
        for done in by_generation(done) {
            linearize(*reader, &done, &mut found);
        }
    }
    found.generations = generations.0.len();
    for (reader, done) in &readers {
        for one in done
            .iter()
            .filter(|one| matches!(one.what, What::Page | What::Beat))
        {
            let Some((true, _)) = one.said else { continue };
            found.served += 1;
            let stale = stale(one, done, &generations);
            let cut = usize::from(one.cut_off);
            found.stale[cut] = found.stale[cut].max(stale);
            if stale > stale_for + grace * u64::from(one.cut_off) {
                found.violations.push(format!(
                    "S2: reader {reader}: {} ms after the lease was lost: {one:?}",
                    stale / 1_000
                ));
            }
        }
    }
    found
}

impl Done {
    /// The generation that this was told of by the primary, or that it asked for if there was no answer.
    fn generation(&self) -> Option<u64> {
        match (self.what, self.ended, self.said) {
            (What::Page | What::Beat, ..) => None,
            (_, Some(_), Some((_, Some(epoch)))) => Some(epoch.generation),
            (What::Take(seen), ..) => Some(seen.generation),
            (What::Message, ..) => None,
        }
    }

    /// The same, with the moment at which it was told.
    fn told(&self) -> Option<(u64, u64)> {
        let (_, epoch) = self.said?;
        epoch?;
        Some((self.generation()?, self.ended?))
    }
}

/// For each generation the moment after which it must have begun: until then somebody was still told of an older one.
struct Generations(BTreeMap<u64, u64>);

impl Generations {
    fn of(history: &[Done]) -> Self {
        let mut newest: BTreeMap<u64, u64> = BTreeMap::new();
        for one in history {
            if let Some((generation, _)) = one.told() {
                let begun = newest.entry(generation).or_default();
                *begun = one.begun.max(*begun);
            }
        }
        let mut after = 0;
        let since = newest.into_iter().map(|(generation, begun)| {
            let since = after;
            after = after.max(begun);
            (generation, since)
        });
        Self(since.collect())
    }

    /// Whether one later than `generation` may have begun before `moment`.
    fn may_have_begun(&self, generation: u64, moment: u64) -> bool {
        let mut later = self.0.range(generation + 1..);
        later.any(|(_, since)| *since < moment)
    }
}

/// An older generation that was told of after a newer one.
fn out_of_order(reader: u32, done: &[Done]) -> Option<String> {
    let mut told: Vec<(u64, u64)> = done.iter().filter_map(Done::told).collect();
    told.sort_by_key(|(_, ended)| *ended);
    let mut greatest: Vec<(u64, u64)> = Vec::new();
    for (generation, ended) in told {
        if greatest.last().is_none_or(|(known, _)| *known < generation) {
            greatest.push((generation, ended));
        }
    }
    done.iter().find_map(|one| {
        let (generation, _) = one.told()?;
        let before = greatest.partition_point(|(_, ended)| *ended < one.begun);
        let (known, _) = greatest[..before].last()?;
        (*known > generation)
            .then(|| format!("S3: reader {reader}: {known} was known before {one:?}"))
    })
}

/// What the primary was asked, by generation: [`Seat`] begins anew with each, so that apart is as good as together.
fn by_generation(done: &[Done]) -> Vec<Vec<Done>> {
    let mut all: BTreeMap<u64, Vec<Done>> = BTreeMap::new();
    for one in done {
        if let Some(generation) = one.generation() {
            all.entry(generation).or_default().push(*one);
        }
    }
    all.into_values().collect()
}

fn linearize(reader: u32, done: &[Done], found: &mut Findings) {
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    let told = told_of(done);
    for (at, one) in done.iter().enumerate() {
        found.operations += 1;
        if let (Some(ended), Some((_, Some(_)))) = (one.ended, one.said) {
            events.push((one.begun, false, at));
            events.push((ended, true, at));
            continue;
        }
        found.unknown += 1;
        if let What::Take(seen) = one.what
            && let Some(to) = told.get(&after(seen))
            && to.is_none_or(|device| device == one.device)
        {
            events.push((one.begun, false, at));
        }
    }
    // At the same moment a begin comes before an end: then the two are side by side, and nothing is claimed too much.
    events.sort_by_key(|(time, ends, _)| (*time, *ends));
    let mut tester = LinearizabilityTester::new(Seat::default());
    // A device asks one thing after the other. What was never answered may still happen, so what it asks next is asked as if
    // by another one.
    let mut lost = [0_usize; 256];
    let mut threads = vec![(0, 0); done.len()];
    for (_, ends, at) in events {
        let one = &done[at];
        let recorded = if ends {
            let (held, epoch) = one.said.expect("it was answered");
            let epoch = epoch.expect("an epoch was told");
            if let What::Take(seen) = one.what {
                found.moved += usize::from(held && epoch > seen);
            }
            tester.on_return(threads[at], (held, epoch)).map(|_| ())
        } else {
            let seen = match one.what {
                What::Take(seen) => Some(seen),
                _ => None,
            };
            let ask = Ask {
                device: one.device,
                seen,
            };
            let device = usize::from(one.device);
            threads[at] = (one.device, lost[device]);
            let unknown = one.ended.is_none() || one.said.is_none_or(|(_, epoch)| epoch.is_none());
            lost[device] += usize::from(unknown);
            tester.on_invoke(threads[at], ask).map(|_| ())
        };
        if let Err(error) = recorded {
            found.violations.push(format!("reader {reader}: {error}"));
        }
    }
    if !tester.is_consistent() {
        found.violations.push(format!(
            "S1: no order explains what the devices of reader {reader} were told"
        ));
    }
}

/// Epochs that somebody was told, each with the device that was granted it, if any was. A take without an answer has either
/// brought one of these (and perhaps was pressed again under the same name, and answered then), or nobody ever saw what it
/// did, and it is left out: else the tester tries it at every place.
fn told_of(done: &[Done]) -> BTreeMap<Epoch, Option<u8>> {
    let mut told = BTreeMap::new();
    for one in done {
        if let Some((held, Some(epoch))) = one.said {
            let granted = held && matches!(one.what, What::Take(_));
            let to: &mut Option<u8> = told.entry(epoch).or_default();
            *to = to.or(granted.then_some(one.device));
        }
    }
    told
}

/// For how long at least the device had lost the lease when it asked. Nothing, if it may have got it back.
fn stale(page: &Done, done: &[Done], generations: &Generations) -> u64 {
    let ended = page.ended.unwrap_or(u64::MAX);
    let takes = |own: bool| {
        done.iter().filter(move |one| {
            matches!(one.what, What::Take(_)) && (one.device == page.device) == own
        })
    };
    // The newest take of another device that was acknowledged before this was asked.
    let lost = takes(false)
        .filter_map(|one| Some((one.ended?, one.said?, one.begun)))
        .filter(|(ended, (held, _), _)| *held && *ended < page.begun)
        .max_by_key(|(_, (_, epoch), _)| *epoch);
    let Some((lost, (_, epoch), asked)) = lost else {
        return 0;
    };
    let back = takes(true).any(|one| {
        let granted = one.said.is_none_or(|(held, own)| held && own > epoch);
        granted && one.begun < ended && one.ended.is_none_or(|back| back > asked)
    });
    // In a generation that began meanwhile this very page may have opened the lease.
    let anew = epoch.is_some_and(|epoch| generations.may_have_begun(epoch.generation, ended));
    if back || anew { 0 } else { page.begun - lost }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Findings {
        let history: Vec<Done> = text
            .lines()
            .map(|line| Done::read(line).expect(line))
            .collect();
        judge(&history, 2_000_000, 60_000_000)
    }

    #[test]
    fn what_can_be_explained_is_fine() {
        let fine = found(
            "1 0 message 10 20 lost 9.1 ok
             1 0 take:9.1 30 40 held 9.2 ok
             1 1 take:9.1 35 50 lost 9.2 ok
             1 1 take:9.2 60 - - - ok
             1 0 message 70 80 lost 9.3 ok
             1 0 take:9.3 90 100 held 9.4 ok
             1 0 page 110 120 held - ok
             1 1 page 3000000 3000100 held - ok",
        );
        assert!(fine.violations.is_empty(), "{:?}", fine.violations);
        assert_eq!((fine.operations, fine.unknown, fine.moved), (6, 1, 2));
    }

    #[test]
    fn one_take_pressed_twice_is_one() {
        let fine = found(
            "1 0 take:9.1 10 20 held 9.2 ok
             1 1 take:9.2 30 - - - ok
             1 0 message 40 50 lost 9.3 ok
             1 1 take:9.2 60 70 held 9.3 ok",
        );
        assert!(fine.violations.is_empty(), "{:?}", fine.violations);
    }

    #[test]
    fn two_holders_of_one_epoch_are_found() {
        let bad = found(
            "1 0 take:9.1 10 20 held 9.2 ok
             1 1 take:9.1 30 40 held 9.2 ok",
        );
        assert_eq!(bad.violations.len(), 1, "{:?}", bad.violations);
    }

    #[test]
    fn an_epoch_that_comes_back_is_found() {
        let bad = found(
            "1 0 take:9.1 10 20 held 9.2 ok
             1 1 take:9.2 30 40 held 9.3 ok
             1 0 message 50 60 lost 9.2 ok",
        );
        assert_eq!(bad.violations.len(), 1, "{:?}", bad.violations);
    }

    #[test]
    fn a_take_that_was_acknowledged_and_lost_is_found_unless_a_generation_began() {
        let bad = "1 0 take:9.1 10 20 held 9.2 ok\n1 1 take:9.1 30 40 held 9.2 ok\n1 0 message 50 60 lost 9.2 ok";
        assert!(!found(bad).violations.is_empty());
        let fine = "1 0 take:9.1 10 20 held 9.2 ok\n1 1 take:10.1 30 40 held 10.2 ok\n1 0 message 50 60 lost 10.2 ok";
        assert!(found(fine).violations.is_empty());
    }

    #[test]
    fn an_older_generation_after_a_newer_one_is_found() {
        let bad = found(
            "1 0 take:9.1 10 20 held 9.2 ok
             1 2 message 30 40 lost 10.1 ok
             1 1 take:9.2 35 50 held 9.3 ok
             1 0 message 60 70 lost 9.3 ok",
        );
        assert_eq!(bad.violations.len(), 1, "{:?}", bad.violations);
        assert!(bad.violations[0].starts_with("S3"));
    }

    #[test]
    fn a_generation_excuses_no_page_from_before_it() {
        let taken = "1 0 take:9.1 10 20 held 9.2 ok\n1 1 take:9.2 30 40 held 9.3 ok\n1 0 page 3000000 3000005 held - ok\n";
        let later = format!(
            "{taken}2 0 message 4000000 4000010 lost 9.1 ok\n2 0 message 5000000 5000010 lost 10.1 ok"
        );
        assert_eq!(found(&later).violations.len(), 1);
        let perhaps = format!("{taken}2 0 message 5000000 5000010 lost 10.1 ok");
        assert!(found(&perhaps).violations.is_empty());
    }

    #[test]
    fn a_page_is_not_older_than_d_and_grace_is_for_those_who_were_cut_off() {
        let taken = "1 0 take:9.1 10 20 held 9.2 ok\n1 1 take:9.2 30 40 held 9.3 ok\n";
        let page =
            |at: u64, cut: &str| found(&format!("{taken}1 0 page {at} {} held - {cut}", at + 5));
        assert!(page(2_000_040, "ok").violations.is_empty());
        assert_eq!(page(2_000_050, "ok").violations.len(), 1);
        assert!(page(2_000_050, "cut").violations.is_empty());
        assert_eq!(page(62_000_050, "cut").violations.len(), 1);
    }
}
