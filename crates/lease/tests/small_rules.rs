//! The "small rules" that decide whether honest people are left in peace: a row each, to the exact millisecond.
//!
//! Here: when a device that holds the lease stops *being read on*. What others may do then is in `hand_over.rs`. The
//! rows about pages, mail and money are tested where those live.

use lease::{Beat, Epoch, How, Millis, Op, Outcome, Rules, Table};

const READER: u8 = 1;
const PHONE: char = 'p';
const LAPTOP: char = 'l';

/// `until | what the phone and its pages say | the row`, in seconds. `1#2` is view 1, message 2; `idle` is the time since the last input, nothing if left out.
const READ_ON: &str = "
    181    | 0 open, 1 focused 1#1, 31 focused 1#2 idle 30, 61 focused 1#3 idle 60, 91 focused 1#4 idle 90, 121 focused 1#5 idle 120, 151 focused 1#6 idle 150, 181 focused 1#7 idle 180 | visible and focused: 3 min after the last input
    226    | 0 open, 1 focused 1#1, 31 focused 1#2, 61 focused 1#3, 91 focused 1#4, 121 focused 1#5, 151 focused 1#6 | with input, as long as it beats
    61     | 0 open, 1 unfocused 1#1                                             | visible, not focused: 1 min
    61     | 0 open, 1 unfocused 1#1, 31 unfocused 1#2, 60 unfocused 1#3, 90 unfocused 1#4 | since it was first seen so, however often it beats
    91     | 0 open, 1 focused 1#1, 31 unfocused 1#2, 61 unfocused 1#3           | since it lost the focus
    100    | 0 open, 1 unfocused 1#1, 31 focused 1#2, 40 unfocused 1#3           | anew, if it had the focus in between
    120    | 0 open                                                              | without JavaScript: 2 min after the page was sent
    210    | 0 open, 50 sent, 90 open                                            | the last page
    11     | 0 open, 1 focused 1#1 idle 170                                      | from the first beat on the script speaks for the page
    122    | 0 open, 1 focused 1#1, 2 sent, 3 focused 1#2 idle 180               | but only the script of that page
    64     | 0 open, 1 focused 1#1, 2 sent, 3 rest 1#2, 4 unfocused 2#1          | which is the one not heard before
    3      | 0 open, 1 focused 1#1 idle 600                                      | a page just sent counts for 3 s, whatever its script says
    3      | 0 open, 1 unfocused 1#1, 2 rest 1#2                                 | also that it is hidden
    13     | 0 open, 5 rest 1#1, 10 sent, 11 focused 2#1 idle 600, 12 rest 2#2   | each page

    76     | 0 open, 1 focused 1#1                                               | heartbeat: none for 75 s
    76     | 0 open, 1 focused 1#1, 60 focused 1#1                               | a repeated one extends nothing
    76     | 0 open, 1 focused 1#7, 60 focused 1#6                               | nor one that was overtaken
    76     | 0 open, 1 focused 1#1, 60 stale-focused 1#2                         | nor one of another epoch

    5      | 0 open, 1 focused 1#1, 5 rest 1#2                                   | hidden, closed, lid, lock: at once
    62     | 0 open, 1 focused 1#1, 2 unfocused 2#1, 5 rest 1#2                  | unless another view is visible
    6      | 0 open, 1 focused 1#1, 2 unfocused 2#1, 5 rest 1#2, 6 rest 2#2      | and then when that is hidden too
    110    | 0 open, 1 unfocused 1#1, 5 rest 1#2, 50 unfocused 1#3               | visible again, it counts anew
    5      | 0 open, 1 focused 1#1, 5 rest 1#3, 5.5 focused 1#2                  | a beat that the rest overtook changes nothing
    5      | 0 open, 5 rest 1#2, 5.5 focused 1#1                                 | not even the first of its view
    76     | 0 open, 1 focused 1#3, 5 rest 1#2                                   | a rest that a beat overtook changes nothing
    76     | 0 open, 1 focused 1#1, 5 stale-rest 1#2                             | nor one of another epoch
    130    | 0 open, 1 focused 1#1, 10 sent, 11.999 rest 1#2                     | within 2 s after a page request it is the page before
    13     | 0 open, 1 focused 1#1, 10 sent, 12 rest 1#2                         | later it is not
    3      | 0 open, 3 rest 1#1                                                  | a page closed before its script spoke

    25     | 0 open, 1 focused 1#1, 10 broke 1                                   | a stream that breaks and is not back in 15 s
    25     | 0 open, 1 focused 1#1, 10 broke 1, 20 broke 1                       | to break twice does not give it longer
    76     | 0 open, 1 focused 1#1, 10 broke 1, 24.999 opened 1                  | back in time
    76     | 0 open, 1 focused 1#1, 10 broke 1, 20 opened 1, 74 rest 2#1         | whatever other views do
    99.999 | 0 open, 1 focused 1#1, 10 broke 1, 24.999 focused 1#2               | a beat is as good
    71     | 0 open, 1 focused 1#1, 10 broke 1, 11 unfocused 2#1                 | several tabs: another is still visible
    76     | 0 open, 1 focused 1#1, 10 broke 9                                   | a stream of a page never heard of
";

const OTHER_EPOCH: Epoch = Epoch {
    generation: 1,
    counter: 999,
};

fn beat(view: u64, seq: u64, epoch: Option<Epoch>, focused: bool, idle_for: Millis) -> Beat {
    Beat {
        view,
        seq,
        epoch,
        focused,
        idle_for,
    }
}

fn seconds(text: &str) -> Millis {
    let seconds: f64 = text.parse().expect(text);
    Millis((seconds * 1_000.0).round() as u64)
}

fn number(text: &str) -> u64 {
    text.parse().expect(text)
}

/// One thing the phone says: `31 focused 1#2 idle 30`.
fn say(table: &Table<u8, char>, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let now = seconds(words[0]);
    let (view, seq) = words
        .get(2)
        .and_then(|id| id.split_once('#'))
        .unwrap_or(("0", "0"));
    let (view, seq) = (number(view), number(seq));
    let idle = words.get(4).map_or(Millis::ZERO, |idle| seconds(idle));
    let what = words[1].trim_start_matches("stale-");
    let current = table.check(READER, PHONE);
    let epoch = if what == words[1] {
        current
    } else {
        Some(OTHER_EPOCH)
    };
    match what {
        "open" => drop_outcome(table.open(READER, PHONE, now, Op(now.0))),
        "sent" => table.sent(READER, PHONE, now),
        "focused" => {
            drop_outcome(table.touch(READER, PHONE, beat(view, seq, epoch, true, idle), now))
        }
        "unfocused" => {
            drop_outcome(table.touch(READER, PHONE, beat(view, seq, epoch, false, idle), now))
        }
        "rest" => table.rest(READER, PHONE, epoch, view, seq, now),
        "broke" => table.stream_broke(READER, PHONE, number(words[2]), now),
        "opened" => table.stream_opened(READER, PHONE, number(words[2]), now),
        other => panic!("the phone cannot say {other}"),
    }
}

fn drop_outcome(_: Outcome<char>) {}

/// After what was said by `at`, is the phone at rest? And does the lease pass to a laptop exactly then?
fn at_rest(story: &str, at: Millis, row: &str) -> bool {
    let table = Table::new(1, Rules::default());
    let said_by_then = |line: &&str| {
        line.split_whitespace()
            .next()
            .is_some_and(|t| seconds(t) <= at)
    };
    for line in story.split(',').filter(said_by_then) {
        say(&table, line);
    }
    let (holder, at_rest) = table.holder(READER, at).expect("the phone");
    assert_eq!(holder.device, PHONE, "{row}");
    match table.open(READER, LAPTOP, at, Op(u64::MAX)) {
        Outcome::Held { change, .. } => {
            assert!(at_rest, "{row}");
            assert_eq!(change.map(|change| change.how), Some(How::Passed), "{row}");
        }
        Outcome::Contended(other) => assert_eq!((other, at_rest), (holder, false), "{row}"),
    }
    at_rest
}

#[test]
fn until_when_it_counts_as_being_read_on() {
    for line in READ_ON.lines().filter(|line| !line.trim().is_empty()) {
        let [until, story, row] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("not a row: {line}");
        };
        let until = seconds(until);
        let last = story
            .rsplit(',')
            .next()
            .and_then(|line| line.split_whitespace().next());
        let end = last.map_or(until, |at| seconds(at).max(until));
        assert!(
            !at_rest(story, until.minus(Millis(1)), row),
            "too soon: {row}"
        );
        assert!(at_rest(story, until, row), "too late: {row}");
        assert!(at_rest(story, end, row), "revived: {row}");
    }
}

/// A minute apart, each device puts its page away before the other one opens one; how each of the openings went.
fn take_turns(table: &Table<u8, char>, from: u64, turns: u64) -> Vec<Option<How>> {
    let turn = |n: u64| {
        let (here, there) = if n.is_multiple_of(2) {
            (PHONE, LAPTOP)
        } else {
            (LAPTOP, PHONE)
        };
        let now = Millis::from_secs(from + n * 60);
        table.rest(READER, there, None, n, 1, now);
        match table.open(READER, here, now, Op(from + n)) {
            Outcome::Held { change, .. } => change.map(|change| change.how),
            Outcome::Contended(_) => None,
        }
    };
    (0..turns).map(turn).collect()
}

#[test]
fn silent_passes_that_come_faster_than_a_person_moves_need_a_gesture() {
    let table = Table::new(1, Rules::default());
    let opened = Some(How::Opened);
    let passed = Some(How::Passed);
    let said = take_turns(&table, 0, 7);
    assert_eq!(said, [opened, passed, passed, passed, passed, passed, None]);
    // Coming back to a page is no gesture either.
    let now = Millis::from_secs(370);
    let back = beat(50, 1, None, true, Millis::ZERO);
    let back = table.come_back(READER, PHONE, back, now, Op(400));
    let Outcome::Contended(laptop) = back else {
        panic!("{back:?}");
    };
    // "Read here" takes it, as ever, and is counted as what it is.
    let taken = table.take(READER, PHONE, laptop.epoch, now, Op(401));
    assert!(
        matches!(taken, Outcome::Held { change: Some(change), .. } if change.how == How::Taken)
    );
    assert_eq!(
        table.holder(READER, now).map(|(phone, _)| phone.swaps),
        Some(1)
    );
    // Who knew an older epoch is not asked twice while nobody reads.
    table.rest(READER, PHONE, None, 60, 1, Millis::from_secs(380));
    let taken = table.take(
        READER,
        LAPTOP,
        laptop.epoch,
        Millis::from_secs(380),
        Op(402),
    );
    assert!(matches!(taken, Outcome::Held { .. }));
    // Later it passes again.
    table.rest(READER, LAPTOP, None, 70, 1, Millis::from_secs(1_000));
    let later = table.open(READER, PHONE, Millis::from_secs(1_000), Op(500));
    assert!(
        matches!(later, Outcome::Held { change: Some(change), .. } if change.how == How::Passed)
    );
}
