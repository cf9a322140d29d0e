//! A register as a line of text, for a place that several machines share.
//!
//! Whoever keeps registers outside a [`Table`](crate::Table) stores the device and the counter in columns of their own,
//! where they can be compared, and the rest as this text: whole numbers with spaces between them, `-` for none. It is
//! read by the next version of this crate and by people; it is not meant to be edited.

use std::str::SplitAsciiWhitespace;

use crate::attention::Attention;
use crate::register::{Life, OPS, PASSES, Past, Register, TAKES};
use crate::{Key, Millis, Op};

/// The first word of every text: how the rest is to be read.
const VERSION: &str = "1";

/// Numbers on their way in or out.
pub(crate) struct Words<'a>(SplitAsciiWhitespace<'a>);

impl Words<'_> {
    /// The next number, which must be there.
    pub(crate) fn number(&mut self) -> Option<u64> {
        self.optional()?
    }

    /// The next number, or none.
    pub(crate) fn optional(&mut self) -> Option<Option<u64>> {
        match self.0.next()? {
            "-" => Some(None),
            word => word.parse().ok().map(Some),
        }
    }

    /// A list: how long it is, then its parts. `None` if it is longer than `most`.
    pub(crate) fn list<T>(
        &mut self,
        most: usize,
        mut part: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let length = usize::try_from(self.number()?).ok()?;
        (length <= most).then_some(())?;
        (0..length).map(|_| part(self)).collect()
    }
}

/// Appends a number, or none.
pub(crate) fn write(text: &mut String, number: impl Into<Option<u64>>) {
    text.push(' ');
    match number.into() {
        Some(number) => text.push_str(&number.to_string()),
        None => text.push('-'),
    }
}

/// Appends the length of a list, whose parts follow.
pub(crate) fn write_length(text: &mut String, length: usize) {
    write(text, u64::try_from(length).unwrap_or(u64::MAX));
}

impl<D: Key> Register<D> {
    /// All of it but the device and the counter; those are [`device`](Register::device) and
    /// [`counter`](Register::counter).
    #[must_use]
    pub fn save(&self) -> String {
        let life = &*self.life;
        let mut text = VERSION.to_owned();
        write(&mut text, life.since.0);
        write(&mut text, life.op.map(|op| op.0));
        let none = Past::default();
        let past = life.past.as_deref().unwrap_or(&none);
        write_length(&mut text, past.ops.len());
        past.ops.iter().for_each(|op| write(&mut text, op.0));
        write_length(&mut text, past.takes.len());
        past.takes.iter().for_each(|at| write(&mut text, at.0));
        write_length(&mut text, past.passes.len());
        past.passes.iter().for_each(|at| write(&mut text, at.0));
        life.attention.save(&mut text);
        text
    }

    /// The register that was saved as this text, with its device and the counter of the holder's epoch; `counter` zero
    /// or none while nobody holds it. `None` if the text is none of ours.
    #[must_use]
    pub fn load(device: D, counter: Option<u64>, text: &str) -> Option<Self> {
        let mut words = Words(text.split_ascii_whitespace());
        (words.0.next()? == VERSION).then_some(())?;
        let since = Millis(words.number()?);
        let op = words.optional()?.map(Op);
        let ops = words.list(OPS - 1, |words| words.number().map(Op))?;
        let takes = words.list(TAKES, |words| words.number().map(Millis))?;
        let passes = words.list(PASSES, |words| words.number().map(Millis))?;
        let attention = Attention::load(&mut words)?;
        words.0.next().is_none().then_some(())?;
        let past = Past { ops, takes, passes };
        let past = (past != Past::default()).then(|| Box::new(past));
        Some(Register {
            device,
            held: counter.and_then(std::num::NonZeroU64::new),
            life: Box::new(Life {
                since,
                attention,
                op,
                past,
            }),
        })
    }
}
