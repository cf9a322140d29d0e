//! What a story is made of, and the order in which its events are told.

use base::id::Id;
use base::time::UnixMillis;

/// Marks the identifiers of stories.
#[derive(Debug)]
pub struct StoryKind;
/// Identifier of a story.
pub type StoryId = Id<StoryKind>;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day, `YYYY-MM-DD`; for an event without an exact day the one by which it is sorted.
    pub day: String,
    /// The day in words when it is not known exactly, such as "Late January 2026"; else none.
    pub day_text: Option<String>,
    /// What happened.
    pub title: String,
    /// A sentence or two about it.
    pub text: String,
    /// Who says so.
    pub source: String,
}

/// Somebody with a part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Office, or what the person is in this story.
    pub office: String,
    /// A sentence about it.
    pub note: String,
}

/// A number that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// As it is shown, such as "More than 100".
    pub value: String,
    /// What is counted.
    pub label: String,
    /// Who says so.
    pub source: String,
}

/// A running story of one edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its identifier.
    pub id: StoryId,
    /// Its edition.
    pub edition: String,
    /// Last part of its address.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// What is known, and what is not.
    pub known: Vec<String>,
    /// Last changed for readers.
    pub updated_at: UnixMillis,
    /// Newest first (see [`newest_first`]).
    pub events: Vec<Event>,
    /// People, in the newsroom's order.
    pub people: Vec<Person>,
    /// Figures, in the newsroom's order.
    pub figures: Vec<Figure>,
}

impl Story {
    /// Its address.
    #[must_use]
    pub fn path(&self) -> String {
        path(&self.edition, &self.slug)
    }
}

/// Address of the story with this slug in this edition.
#[must_use]
pub fn path(edition: &str, slug: &str) -> String {
    format!("/{edition}/story/{slug}")
}

/// In which direction a timeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOrder {
    /// Today's reader first.
    Newest,
    /// From the beginning.
    Oldest,
}

/// Sorts events by day, the latest first; those of one day stay as the newsroom wrote them, which is the latest first.
pub fn newest_first(events: &mut [Event]) {
    events.sort_by(|a, b| b.day.cmp(&a.day));
}

/// Events in the order asked for, in groups that share a day and its wording. `events` are newest first.
#[must_use]
pub fn by_day(events: &[Event], order: EventOrder) -> Vec<Vec<&Event>> {
    let mut all: Vec<&Event> = events.iter().collect();
    if order == EventOrder::Oldest {
        all.reverse();
    }
    all.chunk_by(|a, b| a.day == b.day && a.day_text == b.day_text)
        .map(<[&Event]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(day: &str, day_text: &str, title: &str) -> Event {
        Event {
            day: day.into(),
            day_text: (!day_text.is_empty()).then(|| day_text.into()),
            title: title.into(),
            text: String::new(),
            source: String::new(),
        }
    }

    fn titles<'a>(days: &[Vec<&'a Event>]) -> Vec<Vec<&'a str>> {
        days.iter()
            .map(|day| day.iter().map(|event| event.title.as_str()).collect())
            .collect()
    }

    #[test]
    fn a_timeline_runs_either_way_and_groups_what_shares_a_day() {
        let mut events = [
            event("2026-02-22", "", "death"),
            event("2026-02-24", "", "evening"),
            event("2026-02-24", "", "morning"),
            event("2026-01-15", "January 2026", "tour"),
        ];
        newest_first(&mut events);
        assert_eq!(
            titles(&by_day(&events, EventOrder::Newest)),
            [vec!["evening", "morning"], vec!["death"], vec!["tour"]]
        );
        assert_eq!(
            titles(&by_day(&events, EventOrder::Oldest)),
            [vec!["tour"], vec!["death"], vec!["morning", "evening"]]
        );
    }

    #[test]
    fn an_exact_day_and_one_that_only_sorts_with_it_are_told_apart() {
        let events = [
            event("2026-01-15", "", "exact"),
            event("2026-01-15", "January 2026", "vague"),
        ];
        assert_eq!(by_day(&events, EventOrder::Newest).len(), 2);
    }
}
