//! A row of the stream of changes, parsed: what of this node's memory is different now.
//!
//! The kinds are those of the triggers in `migrations/0002_engine.postgres.sql`, which a test compares. Deliberately not
//! here: what is done about a change (`nodes`).

use std::collections::BTreeMap;

use lease::Epoch;

use base::changes::Change;
use base::db::text_enum;
use base::secret::TokenHash;
use readers::{DeviceId, ReaderId};

text_enum! {
    /// What kind of thing changed.
    pub enum Kind {
        /// Another device has a reader's lease.
        Lease = "lease",
        /// A session ended or speaks another language.
        Session = "session",
        /// A reader's seat, or the subscription it belongs to.
        Seat = "seat",
        /// A device has another name, or is gone.
        Device = "device",
        /// What stands at an address.
        Article = "article",
        /// A running story of an edition.
        Story = "story",
        /// An edition or its topics.
        Edition = "edition",
        /// A picture.
        Image = "image",
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The epoch in which another device has this reader's lease.
    Lease(ReaderId, Epoch),
    /// The session with this token.
    Session(TokenHash),
    /// This reader's seat.
    Seat(ReaderId),
    /// This device.
    Device(DeviceId),
    /// The article at this path.
    Article(String),
    /// A story of the edition with this slug.
    Story(String),
    /// Some edition.
    Edition,
    /// Some picture.
    Image,
}

impl Heard {
    /// Parses a row.
    ///
    /// # Errors
    /// With the kind whose memory may be old, if it can be told; without it, all memory may be.
    pub fn parse(change: &Change) -> Result<Self, Option<Kind>> {
        let kind: Kind = change.kind.parse().map_err(|_| None)?;
        let about = change.about.as_str();
        let heard = match kind {
            Kind::Lease => about.split_once(' ').and_then(|(reader, epoch)| {
                Some(Self::Lease(reader.parse().ok()?, epoch.parse().ok()?))
            }),
            Kind::Session => TokenHash::from_text(about).map(Self::Session),
            Kind::Seat => about.parse().ok().map(Self::Seat),
            Kind::Device => about.parse().ok().map(Self::Device),
            Kind::Article => Some(Self::Article(about.to_owned())),
            Kind::Story => Some(Self::Story(about.to_owned())),
            Kind::Edition => Some(Self::Edition),
            Kind::Image => Some(Self::Image),
        };
        heard.ok_or(Some(kind))
    }
}

/// Rows that cannot be parsed. A look brings the same row again for as long as a transaction from before it is open: each
/// is logged once, and invalidates once.
#[derive(Debug, Default)]
pub struct Unreadable(BTreeMap<Change, bool>);

impl Unreadable {
    /// Notes a row; says whether what it may concern is still to be invalidated.
    pub fn note(&mut self, change: &Change) -> bool {
        if !self.0.contains_key(change) {
            tracing::error!(
                kind = change.kind,
                about = change.about,
                "a change made elsewhere cannot be read; all that it may concern is read anew"
            );
        }
        !*self.0.entry(change.clone()).or_default()
    }

    /// All that was noted has been invalidated, and rows of transactions before `next` will not come again.
    pub fn settle(&mut self, next: i64) {
        self.0.retain(|change, done| {
            *done = true;
            change.txid >= next
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn change(kind: &str, about: &str) -> Change {
        Change {
            txid: 7,
            kind: kind.to_owned(),
            about: about.to_owned(),
        }
    }

    /// The word in quotes with which `text` begins.
    fn quoted(text: &str) -> Option<&str> {
        text.strip_prefix('\'')?.split('\'').next()
    }

    #[test]
    fn the_kinds_are_those_of_the_migrations() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/0002_engine.postgres.sql");
        let text = std::fs::read_to_string(file).unwrap();
        let mut written = BTreeSet::new();
        for call in ["tell(", "tell_row("] {
            let arguments = text.split(call).skip(1);
            written.extend(arguments.filter_map(quoted).map(str::to_owned));
        }
        for row in text.split("INSERT INTO change ").skip(1) {
            let columns = row.split(')').next().unwrap();
            assert_eq!(columns, "(txid, kind, about, happened_at");
            let (_, values) = row.split_once("VALUES (").unwrap();
            let (_, kind) = values.split_once(", ").unwrap();
            assert!(
                kind.starts_with('\'') || kind.starts_with("kind,"),
                "{kind}"
            );
            written.extend(quoted(kind).map(str::to_owned));
        }
        let known: BTreeSet<String> = Kind::ALL.iter().map(Kind::to_string).collect();
        assert_eq!(written, known);
    }

    #[test]
    fn a_row_is_parsed_or_says_what_it_may_concern() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let epoch = "3.4".parse().unwrap();
        let lease = Heard::Lease(id.parse().unwrap(), epoch);
        assert_eq!(
            Heard::parse(&change("lease", &format!("{id} 3.4"))),
            Ok(lease)
        );
        for (kind, about, error) in [
            ("lease", id, Some(Kind::Lease)),
            ("lease", "x 3.4", Some(Kind::Lease)),
            ("seat", "", Some(Kind::Seat)),
            ("device", "phone", Some(Kind::Device)),
            ("session", "short", Some(Kind::Session)),
            ("Seat", id, None),
            ("", "", None),
        ] {
            assert_eq!(
                Heard::parse(&change(kind, about)),
                Err(error),
                "{kind} {about}"
            );
        }
    }

    #[test]
    fn an_unreadable_row_invalidates_once_and_is_not_kept_for_ever() {
        let mut unreadable = Unreadable::default();
        let odd = change("seat", "?");
        assert!(unreadable.note(&odd));
        assert!(unreadable.note(&odd), "what it asked for may have failed");
        unreadable.settle(7);
        assert!(!unreadable.note(&odd), "done, and read again");
        unreadable.settle(8);
        assert!(unreadable.0.is_empty());
    }
}
