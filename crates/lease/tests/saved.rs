//! A register that was saved and read again goes on as if nothing had happened.

use lease::{At, Beat, Epochs, Millis, Op, Register, Rules};
use proptest::prelude::*;

type Step = (u8, u8, u64, u64, bool);

/// One of everything a register can be told.
fn act(register: &mut Register<u8>, (what, device, wait, view, flag): Step, at: &mut At<'_>) {
    let op = Op(wait % 7);
    let beat = Beat {
        view,
        seq: wait,
        epoch: None,
        focused: flag,
        idle_for: Millis(wait * 10),
    };
    match what {
        0 => {
            let _ = register.open(device, op, at);
        }
        1 => {
            let seen = at.epochs.of(at.epochs.last());
            let _ = register.take(device, seen, op, at);
        }
        2 => {
            let _ = register.touch(device, &beat, at);
        }
        3 => {
            let _ = register.come_back(device, &beat, op, at);
        }
        4 => register.rest(device, None, view, wait, at),
        5 => register.stream_broke(device, view, at.now, at.rules),
        6 => {
            let _ = register.vacate(at);
        }
        _ => register.sent(device, at.now),
    }
}

proptest! {
    #[test]
    fn it_is_the_same_and_goes_on_the_same(
        steps in prop::collection::vec((0..8_u8, 0..3_u8, 0..90_000_u64, 0..20_u64, any::<bool>()), 1..60)
    ) {
        let rules = Rules::default();
        let mut kept = (Register::free(0), Epochs::new(7));
        let mut saved = (Register::free(0), Epochs::new(7));
        let mut now = Millis::ZERO;
        for step in steps {
            now = now.plus(Millis(step.2));
            for (register, epochs) in [&mut kept, &mut saved] {
                act(register, step, &mut At { now, rules: &rules, epochs });
            }
            let (register, epochs) = &saved;
            let text = register.save();
            let read = Register::load(register.device(), register.counter(), &text);
            saved = (read.expect("what was saved can be read"), Epochs::resume(7, epochs.last()));
            prop_assert_eq!(&kept, &saved, "{}", text);
        }
    }

    #[test]
    fn no_text_breaks_it(text in "[0-9 -]{0,80}") {
        let _ = Register::load(1_u8, Some(1), &text);
    }
}

#[test]
fn texts_of_others_are_refused() {
    let whole = "1 5 9 1 3 1 4 1 6 2000 0 1 7 2 90 - - 0";
    assert!(Register::load(1_u8, Some(1), whole).is_some());
    let others = [
        "",
        "2 5 9 1 3 1 4 1 6 2000 0 1 7 2 90 - - 0",
        "1 5 9 1 3 1 4 1 6 2000 0 1 7 2 90 - -",
        "1 5 9 1 3 1 4 1 6 2000 0 1 7 2 90 - - 0 0",
        "1 - 9 1 3 1 4 0 2000 0 0",
        "1 5 9 8 1 2 3 4 5 6 7 8 0 0 - 0 0",
        "1 5 9 0 0 0 - 0 18446744073709551615",
    ];
    for text in others {
        assert!(Register::load(1_u8, Some(1), text).is_none(), "{text:?}");
    }
}
