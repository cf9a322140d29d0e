//! The number of a lease, and where such numbers come from.
//!
//! An epoch is what a device shows to prove that it knows the present state of things. It grows with every change
//! of the holder and is never given twice to one reader, so an old one can be told from the current one for ever.

use std::fmt;
use std::str::FromStr;

/// The number of a lease: of one reader, unique and growing. Epochs of *different* readers may be equal.
///
/// Ordered by `generation` first: whatever a table handed out before it died is older than all that the next hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// Which life of the table. Grows at every start, restore and failover; durable before the first use.
    pub generation: u64,
    /// Which change of the holder in that life.
    pub counter: u64,
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.generation, self.counter)
    }
}

impl FromStr for Epoch {
    type Err = ParseEpochError;

    /// Reads `"generation.counter"` as [`Display`](fmt::Display) writes it, and nothing else: no sign, no spaces,
    /// no leading zeros. One epoch has one text, so texts may be compared too.
    fn from_str(text: &str) -> Result<Self, ParseEpochError> {
        let (generation, counter) = text.split_once('.').ok_or(ParseEpochError)?;
        Ok(Epoch {
            generation: number(generation)?,
            counter: number(counter)?,
        })
    }
}

fn number(text: &str) -> Result<u64, ParseEpochError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain {
        text.parse().map_err(|_| ParseEpochError)
    } else {
        Err(ParseEpochError)
    }
}

/// The text is not an epoch. Comes from a cookie or a form, so it says no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseEpochError;

impl fmt::Display for ParseEpochError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an epoch: expected two whole numbers with a dot between them")
    }
}

impl std::error::Error for ParseEpochError {}

/// Where epochs come from: one generation, counted up. Many readers may share one source; each then sees gaps, and
/// forgetting a reader can never bring a number back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epochs {
    generation: u64,
    last: u64,
}

impl Epochs {
    /// A source that has given nothing yet. `generation` must be greater than every one used before.
    #[must_use]
    pub const fn new(generation: u64) -> Self {
        Epochs {
            generation,
            last: 0,
        }
    }

    /// A source that has given everything up to `last`, as it was stored beside what it counts.
    #[must_use]
    pub const fn resume(generation: u64, last: u64) -> Self {
        Epochs { generation, last }
    }

    /// The newest counter given; zero if none was.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// The generation of every epoch from here.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The epoch of `counter` in this generation.
    #[must_use]
    pub const fn of(&self, counter: u64) -> Epoch {
        Epoch {
            generation: self.generation,
            counter,
        }
    }

    /// A counter never given before: 1, 2, 3...
    pub(crate) fn next(&mut self) -> std::num::NonZeroU64 {
        self.last += 1;
        std::num::NonZeroU64::new(self.last).expect("one more than a whole number is not zero")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for (generation, counter) in [(0, 0), (1, 20), (1_771_977_600_000, u64::MAX)] {
            let epoch = Epoch {
                generation,
                counter,
            };
            assert_eq!(epoch.to_string().parse(), Ok(epoch));
        }
    }

    #[test]
    fn only_the_text_it_writes_itself_is_read() {
        let others = [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "+1.2",
            "1.+2",
            "-1.2",
            " 1.2",
            "1.2 ",
            "01.2",
            "1.02",
            "00.0",
            "1.2.3",
            "1,2",
            "1.18446744073709551616",
            "١.٢",
        ];
        for text in others {
            assert_eq!(text.parse::<Epoch>(), Err(ParseEpochError), "{text:?}");
        }
    }

    #[test]
    fn a_later_generation_is_greater_whatever_the_counter() {
        let old: Epoch = "7.900".parse().expect("an epoch");
        let new: Epoch = "8.1".parse().expect("an epoch");
        assert!(new > old);
    }
}
