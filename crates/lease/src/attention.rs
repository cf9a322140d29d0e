//! Whether the holder's device is *being read on*: what its pages said, and until when that counts.
//!
//! This is advice, not safety. If all of it were wrong a lease would pass too easily or a question would be asked
//! once too often; never would two devices read.

use crate::saved::{Words, write, write_length};
use crate::{Beat, Millis, Rules};

/// Views remembered of one device. More than anybody has visible at once; fewer than would let a page with a broken
/// script fill the memory.
const MOST_VIEWS: usize = 16;

/// A moment or none, in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mark(Millis);

impl Mark {
    const NONE: Mark = Mark(Millis::MAX);

    fn get(self) -> Option<Millis> {
        (self != Mark::NONE).then_some(self.0)
    }
}

/// When the newest page was sent, if one was, and whether its script has spoken, in eight bytes: a million readers have one
/// each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Sent(u64);

impl Sent {
    const NEVER: Sent = Sent::at(Mark::NONE, false);

    /// The last bit says whether the script has spoken. Of the moment the highest bit is lost, which no clock reaches.
    const fn at(at: Mark, spoken: bool) -> Self {
        Sent((at.0.0 << 1) | spoken as u64)
    }

    fn moment(self) -> Option<Millis> {
        let at = self.0 >> 1;
        (at != u64::MAX >> 1).then_some(Millis(at))
    }

    /// The script of the newest page has spoken, and speaks for it from here on.
    fn spoken(self) -> bool {
        self.0 & 1 == 1
    }

    fn speaks(&mut self) {
        self.0 |= 1;
    }
}

/// One page of the device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct View {
    id: u64,
    /// Number of its newest message.
    seq: u64,
    /// What its newest message is good for; the moment of a `rest`.
    until: Millis,
    /// Since when it is visible without focus.
    unfocused: Mark,
    /// When a broken stream makes it count as hidden; never, while the stream stands.
    stream_until: Millis,
    /// It had spoken before the newest page was sent, so its messages say nothing about that page.
    before_page: bool,
}

impl View {
    fn until(&self) -> Millis {
        self.until.min(self.stream_until)
    }
}

/// All that is known of one device's pages since it got the lease.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attention {
    sent: Sent,
    /// In the order in which they were first heard. A slice: a reader has one view as a rule, and room to grow would be
    /// wasted on everybody.
    views: Box<[View]>,
}

impl Attention {
    pub(crate) fn none() -> Self {
        Attention {
            sent: Sent::NEVER,
            views: Box::default(),
        }
    }

    /// Being read on before this moment, at rest from it on. `None` if nothing was ever heard.
    pub(crate) fn until(&self, rules: &Rules) -> Option<Millis> {
        // Whoever asks for a page looks at it; a script that says otherwise at once is not believed.
        let counts_for = match self.sent.spoken() {
            true => rules.settle_for,
            false => rules.sent_for.max(rules.settle_for),
        };
        let page = self.sent.moment().map(|at| at.plus(counts_for));
        page.max(self.views.iter().map(View::until).max())
    }

    /// A page was sent.
    pub(crate) fn page(&mut self, now: Millis) {
        // Two requests may read the clock in one order and arrive in the other.
        let newest = self.sent.moment().map_or(now, |before| before.max(now));
        self.sent = Sent::at(Mark(newest), false);
        for view in &mut self.views {
            view.before_page = true;
        }
    }

    /// A visible page spoke.
    pub(crate) fn beat(&mut self, beat: &Beat, now: Millis, rules: &Rules) {
        let Some(view) = self.newer(beat.view, beat.seq, |seen| beat.seq > seen, now, rules) else {
            return;
        };
        view.seq = beat.seq;
        view.stream_until = Millis::MAX;
        let worth = if beat.focused {
            view.unfocused = Mark::NONE;
            // Not `now - idle_for + read_for`: shortly after the clock's start that would saturate to "active at zero".
            now.plus(rules.read_for.minus(beat.idle_for))
        } else {
            let since = view.unfocused.get().unwrap_or(now);
            view.unfocused = Mark(since);
            since.plus(rules.glance_for)
        };
        view.until = worth.min(now.plus(rules.silent_for));
        // From here on the script of the page speaks for it.
        if !view.before_page {
            self.sent.speaks();
        }
    }

    /// A page was hidden or closed.
    pub(crate) fn rest(&mut self, view: u64, seq: u64, now: Millis, rules: &Rules) {
        // A page never heard of is remembered as well: its first beat may still be on the way, and is older.
        let Some(view) = self.newer(view, seq, |seen| seq >= seen, now, rules) else {
            return;
        };
        view.seq = seq;
        view.until = now;
        view.unfocused = Mark::NONE;
        // Sooner, it is the page before this one that says goodbye.
        if let Some(sent) = self.sent.moment()
            && now.minus(sent) >= rules.late_rest_for
        {
            self.sent.speaks();
        }
    }

    /// The live stream of a view broke. Breaking twice does not give it longer.
    pub(crate) fn stream_broke(&mut self, view: u64, now: Millis, rules: &Rules) {
        if let Some(view) = self.views.iter_mut().find(|v| v.id == view) {
            view.stream_until = view.stream_until.min(now.plus(rules.stream_for));
        }
    }

    /// The live stream of a view stands (again).
    pub(crate) fn stream_opened(&mut self, view: u64) {
        if let Some(view) = self.views.iter_mut().find(|v| v.id == view) {
            view.stream_until = Millis::MAX;
        }
    }

    /// The view of this id if `is_newer` says so of the last number heard of it; a new one if it is unknown.
    fn newer(
        &mut self,
        id: u64,
        seq: u64,
        is_newer: impl FnOnce(u64) -> bool,
        now: Millis,
        rules: &Rules,
    ) -> Option<&mut View> {
        if let Some(known) = self.views.iter().position(|v| v.id == id) {
            let view = &mut self.views[known];
            return is_newer(view.seq).then_some(view);
        }
        self.forget_gone(now, rules);
        let mut views = std::mem::take(&mut self.views).into_vec();
        if views.len() >= MOST_VIEWS {
            let oldest = (0..views.len()).min_by_key(|&i| views[i].until());
            views.remove(oldest.unwrap_or(0));
        }
        views.reserve_exact(1);
        views.push(View {
            id,
            seq,
            until: now,
            unfocused: Mark::NONE,
            stream_until: Millis::MAX,
            before_page: false,
        });
        self.views = views.into_boxed_slice();
        self.views.last_mut()
    }

    /// Appends all of it to a saved register.
    pub(crate) fn save(&self, text: &mut String) {
        write(text, self.sent.moment().map(|at| at.0));
        write(text, u64::from(self.sent.spoken()));
        write_length(text, self.views.len());
        for view in &self.views {
            for number in [view.id, view.seq, view.until.0] {
                write(text, number);
            }
            write(text, view.unfocused.get().map(|at| at.0));
            write(text, Mark(view.stream_until).get().map(|at| at.0));
            write(text, u64::from(view.before_page));
        }
    }

    /// Reads it again.
    pub(crate) fn load(words: &mut Words<'_>) -> Option<Self> {
        let mark = |words: &mut Words<'_>| {
            let at = words.optional()?;
            Some(at.map_or(Mark::NONE, |at| Mark(Millis(at))))
        };
        let sent = Sent::at(mark(words)?, words.number()? == 1);
        let views = words.list(MOST_VIEWS, |words| {
            Some(View {
                id: words.number()?,
                seq: words.number()?,
                until: Millis(words.number()?),
                unfocused: mark(words)?,
                stream_until: mark(words)?.0,
                before_page: words.number()? == 1,
            })
        })?;
        Some(Attention {
            sent,
            views: views.into_boxed_slice(),
        })
    }

    /// Forgets views that have been at rest for longer than a message may be late. The newest stays: by it one sees
    /// when the device was last heard.
    pub(crate) fn forget_gone(&mut self, now: Millis, rules: &Rules) {
        let newest = self.views.iter().map(View::until).max();
        let gone = |v: &View| v.until().plus(rules.silent_for) <= now && Some(v.until()) != newest;
        if self.views.iter().any(gone) {
            let mut views = std::mem::take(&mut self.views).into_vec();
            views.retain(|v| !gone(v));
            self.views = views.into_boxed_slice();
        }
    }
}
