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

/// Whether the device is being read on at `now`: the row "what counts" and its neighbours, from the whole history.
fn read_on(history: &[(u64, Said)], now: u64) -> bool {
    let view_of = |said: &Said| match *said {
        Said::Page => None,
        Said::Beat { view, .. }
        | Said::Rest { view, .. }
        | Said::Broke(view)
        | Said::Opened(view) => Some(view),
    };
    // Messages overtaken by newer ones of their view, and streams of views unknown, were never said.
    let mut last: HashMap<u64, u64> = HashMap::new();
    let mut is_news = |said: &Said| match *said {
        Said::Page => true,
        Said::Beat { view, seq, .. } => {
            let news = last.get(&view).is_none_or(|&last| seq > last);
            last.entry(view)
                .and_modify(|l| *l = seq.max(*l))
                .or_insert(seq);
            news
        }
        Said::Rest { view, seq } => {
            let news = last.get(&view).is_none_or(|&last| seq >= last);
            last.entry(view)
                .and_modify(|l| *l = seq.max(*l))
                .or_insert(seq);
            news
        }
        Said::Broke(view) | Said::Opened(view) => last.contains_key(&view),
    };
    let valid: Vec<_> = history
        .iter()
        .filter(|(_, said)| is_news(said))
        .copied()
        .collect();

    let page = valid
        .iter()
        .rposition(|(_, said)| matches!(said, Said::Page));
    let by_page = page.is_some_and(|i| {
        let (sent, _) = valid[i];
        let known = |view| {
            valid[..i]
                .iter()
                .any(|(_, said)| view_of(said) == Some(view))
        };
        let settled = valid[i..].iter().any(|&(at, said)| match said {
            Said::Beat { view, .. } => !known(view),
            Said::Rest { .. } => at - sent >= 2_000,
            _ => false,
        });
        !settled && now < sent + 120_000
    });

    let by_view = |view: u64| {
        let of_view: Vec<_> = valid
            .iter()
            .filter(|(_, said)| view_of(said) == Some(view))
            .collect();
        let newest = of_view
            .iter()
            .rev()
            .find(|(_, said)| matches!(said, Said::Beat { .. } | Said::Rest { .. }));
        let Some(&&(at, Said::Beat { focused, idle, .. })) = newest else {
            return false;
        };
        let unfocused_since = of_view
            .iter()
            .rev()
            .filter(|(_, said)| matches!(said, Said::Beat { .. } | Said::Rest { .. }))
            .take_while(|(_, said)| matches!(said, Said::Beat { focused: false, .. }))
            .last();
        let broke = of_view
            .iter()
            .rev()
            .take_while(|(_, said)| matches!(said, Said::Broke(_)))
            .last();
        let attended = match unfocused_since {
            Some((since, _)) if !focused => now < since + 60_000,
            _ => now + idle < at + 180_000,
        };
        attended && now < at + 75_000 && broke.is_none_or(|(at, _)| now < at + 15_000)
    };
    by_page || (0..4).any(by_view)
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
