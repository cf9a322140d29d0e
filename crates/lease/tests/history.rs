//! When a device is *being read on*, against a specification that keeps the whole history and reads it again at each
//! question. It shares nothing with the engine, which keeps a few numbers.

use std::collections::HashMap;

use lease::{Beat, Millis, Op, Rules, Table};
use proptest::prelude::*;

/// What the pages of a device that holds the lease say.
#[derive(Clone, Copy, Debug)]
enum Said {
    Page,
    Beat {
        view: u64,
        seq: u64,
        focused: bool,
        idle: u64,
    },
    Rest {
        view: u64,
        seq: u64,
    },
    Broke(u64),
    Opened(u64),
}

type History = Vec<(u64, Said)>;

fn view_of(said: &Said) -> Option<u64> {
    match *said {
        Said::Page => None,
        Said::Beat { view, .. }
        | Said::Rest { view, .. }
        | Said::Broke(view)
        | Said::Opened(view) => Some(view),
    }
}

/// Without the messages that were overtaken by newer ones of their view, and the streams of views unknown.
fn what_counts(history: &[(u64, Said)]) -> History {
    let mut last: HashMap<u64, u64> = HashMap::new();
    let mut is_news = |said: &Said| {
        let (view, seq, least) = match *said {
            Said::Page => return true,
            Said::Broke(view) | Said::Opened(view) => return last.contains_key(&view),
            Said::Beat { view, seq, .. } => (view, seq, last.get(&view).map_or(0, |last| last + 1)),
            Said::Rest { view, seq } => (view, seq, last.get(&view).copied().unwrap_or(0)),
        };
        if seq >= least {
            last.insert(view, seq);
        }
        seq >= least
    };
    history
        .iter()
        .filter(|(_, said)| is_news(said))
        .copied()
        .collect()
}

/// By a page that was sent a moment ago, or has not spoken for itself.
fn read_by_page(said: &[(u64, Said)], now: u64) -> bool {
    let Some(page) = said
        .iter()
        .rposition(|(_, said)| matches!(said, Said::Page))
    else {
        return false;
    };
    let (sent, _) = said[page];
    let known = |view| {
        said[..page]
            .iter()
            .any(|(_, said)| view_of(said) == Some(view))
    };
    let settled = said[page..].iter().any(|&(at, said)| match said {
        Said::Beat { view, .. } => !known(view),
        Said::Rest { .. } => at - sent >= 2_000,
        _ => false,
    });
    now < sent + if settled { 3_000 } else { 120_000 }
}

/// By what one view said.
fn read_by_view(view: u64, said: &[(u64, Said)], now: u64) -> bool {
    let of_view: History = said
        .iter()
        .filter(|(_, said)| view_of(said) == Some(view))
        .copied()
        .collect();
    let is_sign = |(_, said): &&(u64, Said)| matches!(said, Said::Beat { .. } | Said::Rest { .. });
    let newest = of_view.iter().rev().find(is_sign);
    let Some(&(at, Said::Beat { focused, idle, .. })) = newest else {
        return false;
    };
    let attended = if focused {
        now + idle < at + 180_000
    } else {
        let unfocused =
            |(_, said): &&(u64, Said)| matches!(said, Said::Beat { focused: false, .. });
        let first = of_view
            .iter()
            .rev()
            .filter(is_sign)
            .take_while(unfocused)
            .last();
        first.is_some_and(|(since, _)| now < since + 60_000)
    };
    let broken = of_view
        .iter()
        .rev()
        .take_while(|(_, said)| matches!(said, Said::Broke(_)))
        .last();
    attended && now < at + 75_000 && broken.is_none_or(|(since, _)| now < since + 15_000)
}

/// Whether the device is being read on at `now`: the row "what counts" and its neighbours, from the whole history.
fn read_on(history: &[(u64, Said)], now: u64) -> bool {
    let said = what_counts(history);
    read_by_page(&said, now) || (0..4).any(|view| read_by_view(view, &said, now))
}

fn said() -> impl Strategy<Value = Said> {
    // Numbers mostly grow with the position in the story; what is added here lets some be overtaken.
    prop_oneof![
        2 => Just(Said::Page),
        5 => (0..4_u64, 0..6_u64, any::<bool>(), prop_oneof![Just(0), 0..200_000_u64])
            .prop_map(|(view, seq, focused, idle)| Said::Beat { view, seq, focused, idle }),
        3 => (0..4_u64, 0..6_u64).prop_map(|(view, seq)| Said::Rest { view, seq }),
        1 => (0..4_u64).prop_map(Said::Broke),
        1 => (0..4_u64).prop_map(Said::Opened),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn being_read_on_is_what_the_history_says(
        story in prop::collection::vec((prop_oneof![0..2_500_u64, 0..40_000_u64], said()), 1..40),
        ask in prop::collection::vec(0..200_000_u64, 4),
    ) {
        let table: Table<u8, u8> = Table::new(1, Rules::default());
        table.open(1, 1, Millis::ZERO, Op(0));
        let mut history = vec![(0, Said::Page)];
        let mut now = 0;
        let mut known = [false; 4];
        for (i, &(wait, said)) in (0..).zip(&story) {
            now += wait;
            let at = Millis(now);
            // Views long gone are forgotten when a new one comes; that has a test of its own.
            let mut fresh = |view: u64| {
                let known = &mut known[view as usize];
                let skip = !*known && now >= 75_000;
                *known |= !skip;
                skip
            };
            let said = match said {
                Said::Beat { view, .. } | Said::Rest { view, .. } if fresh(view) => continue,
                Said::Beat { view, seq, focused, idle } => Said::Beat { view, seq: i + seq, focused, idle },
                Said::Rest { view, seq } => Said::Rest { view, seq: i + seq },
                other => other,
            };
            match said {
                Said::Page => table.sent(1, 1, at),
                Said::Beat { view, seq, focused, idle } => {
                    table.touch(1, 1, Beat { view, seq, epoch: None, focused, idle_for: Millis(idle) }, at);
                }
                Said::Rest { view, seq } => table.rest(1, 1, None, view, seq, at),
                Said::Broke(view) => table.stream_broke(1, 1, view, at),
                Said::Opened(view) => table.stream_opened(1, 1, view, at),
            }
            history.push((now, said));
            for span in [0].iter().chain(&ask) {
                let (_, at_rest) = table.holder(1, Millis(now + span)).expect("it holds the lease");
                prop_assert_eq!(!at_rest, read_on(&history, now + span), "{} ms after {:?}", span, &history);
            }
        }
    }
}
