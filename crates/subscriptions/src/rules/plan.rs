//! Plans: what can be subscribed to. They are the publisher's own data, so nothing in the program knows one of them by its
//! name. Deliberately not here: prices, which come with payment.
//!
//! A change of a plan holds for what is given from then on; whoever has a subscription keeps its seats.

use std::fmt;
use std::str::FromStr;

use base::db::text_enum;
use base::lang::Lang;
use readers::rules::one_line;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest number of seats, and the largest company.
pub const MOST_SEATS: i64 = 100_000;
/// So many readers look after themselves; where there are more, somebody looks after them, and need not read.
pub const FEW_SEATS: i64 = 2;
/// The longest slug of a plan, characters.
pub const MAX_PLAN_SLUG: usize = 40;
/// The longest name of a plan, characters.
pub const MAX_PLAN_NAME: usize = 60;
/// The longest description of a plan, characters.
pub const MAX_PLAN_TEXT: usize = 300;
/// The longest trial, days.
pub const MAX_TRIAL: i64 = 365;

/// What a plan is called in addresses and on the command line: small letters, digits and hyphens. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanSlug(String);

/// A text is no slug of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlanSlug;

impl fmt::Display for NoPlanSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a plan is named by up to {MAX_PLAN_SLUG} small letters, digits and hyphens"
        )
    }
}

impl std::error::Error for NoPlanSlug {}

impl PlanSlug {
    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlanSlug {
    type Err = NoPlanSlug;

    fn from_str(text: &str) -> Result<Self, NoPlanSlug> {
        let allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fine = (1..=MAX_PLAN_SLUG).contains(&text.len())
            && text.bytes().all(allowed)
            && !text.starts_with('-')
            && !text.ends_with('-');
        fine.then(|| Self(text.to_owned())).ok_or(NoPlanSlug)
    }
}

impl fmt::Display for PlanSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PlanSlug {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PlanSlug {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

base::text_column!(owned PlanSlug);

text_enum! {
    /// For how long a plan is taken at a time.
    pub enum Period {
        /// As agreed with each.
        Agreed = "agreed",
        /// A month.
        Month = "month",
        /// Three months.
        Quarter = "quarter",
        /// A year.
        Year = "year",
    }
}

text_enum! {
    /// Who sees a plan on the page of plans.
    pub enum Audience {
        /// Everybody.
        Everybody = "everybody",
        /// Who is signed in.
        Readers = "readers",
        /// Who reads on a subscription.
        Subscribers = "subscribers",
    }
}

/// What a plan is called, and for whom it is, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanText {
    /// The language.
    pub language: Lang,
    /// Its name, one line.
    pub name: String,
    /// For whom it is, a sentence or two; may be empty.
    pub description: String,
}

/// What can be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is called in addresses.
    pub slug: PlanSlug,
    /// Name and description in each language.
    pub texts: Vec<PlanText>,
    /// The fewest seats of a subscription, the owner's included.
    pub least_seats: i64,
    /// The most seats.
    pub most_seats: i64,
    /// For how long it is taken at a time.
    pub period: Period,
    /// How long it may be tried, days; 0 if it may not.
    pub trial_days: i64,
    /// Its place on the page of plans; the smallest comes first.
    pub place: i64,
    /// Whether it is on no page; it can be given all the same, and who has it keeps it.
    pub is_hidden: bool,
    /// Who sees it.
    pub audience: Audience,
}

/// Why a number of seats does not go with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatsRefusal {
    /// This plan has so many and no other number.
    Fixed(i64),
    /// It has to be said how many, from the first to the second.
    OutOfRange(i64, i64),
}

impl Plan {
    /// How many seats every subscription of this plan has; `None` where each says for itself.
    #[must_use]
    pub fn fixed_seats(&self) -> Option<i64> {
        (self.least_seats == self.most_seats).then_some(self.least_seats)
    }

    /// The seats of a subscription for which `asked` were asked (`None`: as the plan has it).
    ///
    /// # Errors
    /// When the plan has another number, or it is not one that it can have.
    pub fn seats(&self, asked: Option<i64>) -> Result<i64, SeatsRefusal> {
        let range = self.least_seats..=self.most_seats;
        match (self.fixed_seats(), asked) {
            (Some(fixed), None) => Ok(fixed),
            (_, Some(asked)) if range.contains(&asked) => Ok(asked),
            (Some(fixed), Some(_)) => Err(SeatsRefusal::Fixed(fixed)),
            (None, _) => Err(SeatsRefusal::OutOfRange(self.least_seats, self.most_seats)),
        }
    }

    /// Its name in that language, or in the first it has.
    #[must_use]
    pub fn name(&self, language: Lang) -> &str {
        let text = self.text(language);
        text.map_or(self.slug.as_str(), |text| &text.name)
    }

    /// For whom it is, in that language or in the first it has.
    #[must_use]
    pub fn description(&self, language: Lang) -> &str {
        self.text(language).map_or("", |text| &text.description)
    }

    fn text(&self, language: Lang) -> Option<&PlanText> {
        let in_language = |text: &&PlanText| text.language == language;
        self.texts.iter().find(in_language).or(self.texts.first())
    }

    /// Whether somebody sees it on the page of plans: whether they are signed in, and whether they read on a subscription.
    #[must_use]
    pub fn is_shown_to(&self, is_signed_in: bool, is_subscriber: bool) -> bool {
        !self.is_hidden
            && match self.audience {
                Audience::Everybody => true,
                Audience::Readers => is_signed_in,
                Audience::Subscribers => is_subscriber,
            }
    }
}

/// The plans of a paper, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plans(pub Vec<Plan>);

impl Plans {
    /// The plan of that slug.
    #[must_use]
    pub fn find(&self, slug: &PlanSlug) -> Option<&Plan> {
        self.0.iter().find(|plan| plan.slug == *slug)
    }

    /// What it is called in that language.
    #[must_use]
    pub fn name<'a>(&'a self, slug: &'a PlanSlug, language: Lang) -> &'a str {
        let found = self.find(slug);
        found.map_or(slug.as_str(), |plan| plan.name(language))
    }

    /// Slugs of all, for a list.
    #[must_use]
    pub fn slugs(&self) -> String {
        let slugs: Vec<_> = self.0.iter().map(|plan| plan.slug.as_str()).collect();
        slugs.join(", ")
    }
}

/// A plan as it was typed; a number that could not be read is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDraft {
    /// What it is called in addresses.
    pub slug: String,
    /// Language, name, description.
    pub texts: Vec<(Lang, String, String)>,
    /// The fewest seats.
    pub least_seats: Option<i64>,
    /// The most seats.
    pub most_seats: Option<i64>,
    /// For how long at a time.
    pub period: Option<Period>,
    /// How long it may be tried, days.
    pub trial_days: Option<i64>,
    /// Its place.
    pub place: Option<i64>,
    /// Whether it is on no page.
    pub is_hidden: bool,
    /// Who sees it.
    pub audience: Option<Audience>,
}

/// What is wrong with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFault {
    /// It is called by no slug.
    Slug,
    /// Another plan is called so.
    Taken,
    /// No name in this language, or a long one.
    Name(Lang),
    /// A description of several lines, or a long one, in this language.
    Description(Lang),
    /// Seats are from 1 to [`MOST_SEATS`], and the fewest are not more than the most.
    Seats,
    /// None of the periods.
    Period,
    /// A trial has from 0 to [`MAX_TRIAL`] days.
    Trial,
    /// A place is a number from 0 up.
    Place,
    /// None of the audiences.
    Audience,
}

impl PlanDraft {
    /// The draft of a plan, to be changed.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let texts = Lang::ALL.iter().map(|language| {
            let found = plan.texts.iter().find(|text| text.language == *language);
            let text = |of: fn(&PlanText) -> &String| found.map(of).cloned().unwrap_or_default();
            (
                *language,
                text(|one| &one.name),
                text(|one| &one.description),
            )
        });
        Self {
            slug: plan.slug.to_string(),
            texts: texts.collect(),
            least_seats: Some(plan.least_seats),
            most_seats: Some(plan.most_seats),
            period: Some(plan.period),
            trial_days: Some(plan.trial_days),
            place: Some(plan.place),
            is_hidden: plan.is_hidden,
            audience: Some(plan.audience),
        }
    }

    /// A plan for one reader, as a new one begins, without slug and texts.
    #[must_use]
    pub fn new(slug: String) -> Self {
        let texts = Lang::ALL.iter();
        Self {
            slug,
            texts: texts
                .map(|language| (*language, String::new(), String::new()))
                .collect(),
            least_seats: Some(1),
            most_seats: Some(1),
            period: Some(Period::Agreed),
            trial_days: Some(0),
            place: Some(10),
            is_hidden: false,
            audience: Some(Audience::Everybody),
        }
    }

    /// The plan.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the fields.
    pub fn checked(&self) -> Result<Plan, Vec<PlanFault>> {
        let mut faults = Vec::new();
        let slug = self.slug.trim().parse();
        if slug.is_err() {
            faults.push(PlanFault::Slug);
        }
        let mut texts = Vec::with_capacity(self.texts.len());
        for (language, name, description) in &self.texts {
            let name = one_line(name, MAX_PLAN_NAME).filter(|name| !name.is_empty());
            let description = one_line(description, MAX_PLAN_TEXT);
            if name.is_none() {
                faults.push(PlanFault::Name(*language));
            }
            if description.is_none() {
                faults.push(PlanFault::Description(*language));
            }
            texts.push(PlanText {
                language: *language,
                name: name.unwrap_or_default().to_owned(),
                description: description.unwrap_or_default().to_owned(),
            });
        }
        let seats = self.least_seats.zip(self.most_seats);
        let seats =
            seats.filter(|(least, most)| 1 <= *least && least <= most && *most <= MOST_SEATS);
        let trial_days = self
            .trial_days
            .filter(|days| (0..=MAX_TRIAL).contains(days));
        let place = self.place.filter(|place| *place >= 0);
        for (is_fine, fault) in [
            (seats.is_some(), PlanFault::Seats),
            (self.period.is_some(), PlanFault::Period),
            (trial_days.is_some(), PlanFault::Trial),
            (place.is_some(), PlanFault::Place),
            (self.audience.is_some(), PlanFault::Audience),
        ] {
            if !is_fine {
                faults.push(fault);
            }
        }
        match (slug, seats, self.period, trial_days, place, self.audience) {
            (
                Ok(slug),
                Some(seats),
                Some(period),
                Some(trial_days),
                Some(place),
                Some(audience),
            ) if faults.is_empty() => Ok(Plan {
                slug,
                texts,
                least_seats: seats.0,
                most_seats: seats.1,
                period,
                trial_days,
                place,
                is_hidden: self.is_hidden,
                audience,
            }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(least_seats: i64, most_seats: i64) -> Plan {
        let mut draft = PlanDraft::new("some".to_owned());
        for text in &mut draft.texts {
            text.1 = format!("Some in {}", text.0);
        }
        (draft.least_seats, draft.most_seats) = (Some(least_seats), Some(most_seats));
        draft.checked().unwrap()
    }

    #[test]
    fn each_plan_has_its_seats() {
        for (range, asked, seats) in [
            ((1, 1), None, Ok(1)),
            ((1, 1), Some(1), Ok(1)),
            ((1, 1), Some(2), Err(SeatsRefusal::Fixed(1))),
            ((2, 2), None, Ok(2)),
            ((2, 2), Some(3), Err(SeatsRefusal::Fixed(2))),
            ((3, 5), Some(5), Ok(5)),
            ((3, 5), Some(2), Err(SeatsRefusal::OutOfRange(3, 5))),
            ((3, 5), Some(6), Err(SeatsRefusal::OutOfRange(3, 5))),
            ((3, 5), None, Err(SeatsRefusal::OutOfRange(3, 5))),
        ] {
            assert_eq!(
                plan(range.0, range.1).seats(asked),
                seats,
                "{range:?} {asked:?}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_plan_is_said_of_each_field() {
        let draft = PlanDraft {
            slug: "Duo!".to_owned(),
            texts: vec![
                (Lang::EN, " ".to_owned(), "a\nb".to_owned()),
                (Lang::ES, "Dúo".to_owned(), String::new()),
            ],
            least_seats: Some(3),
            most_seats: Some(2),
            period: None,
            trial_days: Some(MAX_TRIAL + 1),
            place: Some(-1),
            is_hidden: false,
            audience: None,
        };
        assert_eq!(
            draft.checked().unwrap_err(),
            [
                PlanFault::Slug,
                PlanFault::Name(Lang::EN),
                PlanFault::Description(Lang::EN),
                PlanFault::Seats,
                PlanFault::Period,
                PlanFault::Trial,
                PlanFault::Place,
                PlanFault::Audience,
            ]
        );
        let plan = plan(1, MOST_SEATS);
        assert_eq!(PlanDraft::of(&plan).checked(), Ok(plan));
    }

    #[test]
    fn who_sees_a_plan() {
        for (audience, seen) in [
            (Audience::Everybody, [true, true, true]),
            (Audience::Readers, [false, true, true]),
            (Audience::Subscribers, [false, false, true]),
        ] {
            let plan = Plan {
                audience,
                ..plan(1, 1)
            };
            let visitors = [(false, false), (true, false), (true, true)];
            let shown =
                visitors.map(|(signed_in, subscriber)| plan.is_shown_to(signed_in, subscriber));
            assert_eq!(shown, seen, "{audience}");
            let hidden = Plan {
                is_hidden: true,
                ..plan
            };
            assert!(!hidden.is_shown_to(true, true));
        }
    }
}
