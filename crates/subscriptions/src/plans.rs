//! Making and changing plans, and what is said when a plan cannot be.

use crate::Subscriptions;
use crate::rules::{
    MAX_PLAN_NAME, MAX_PLAN_SLUG, MAX_PLAN_TEXT, MAX_TRIAL, MOST_SEATS, PlanDraft, PlanFault,
    SeatsRefusal,
};
use crate::store;
use web::locale::Say;

/// Makes a plan, or says what is wrong with it; then there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn add_plan(
    subscriptions: &Subscriptions,
    draft: &PlanDraft,
) -> sqlx::Result<Result<(), Vec<PlanFault>>> {
    let plan = match draft.checked() {
        Ok(plan) => plan,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut tx = subscriptions.base.write().await?;
    if !store::insert_plan(&mut tx, &plan).await? {
        return Ok(Err(vec![PlanFault::Taken]));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Changes a plan, or says what is wrong with it; then it stays as it is. `None` if there is no such plan.
///
/// # Errors
/// Whatever the database says.
pub async fn change_plan(
    subscriptions: &Subscriptions,
    draft: &PlanDraft,
) -> sqlx::Result<Option<Result<(), Vec<PlanFault>>>> {
    let plan = match draft.checked() {
        Ok(plan) => plan,
        Err(faults) => return Ok(Some(Err(faults))),
    };
    let mut tx = subscriptions.base.write().await?;
    if !store::set_plan(&mut tx, &plan).await? {
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some(Ok(())))
}

impl PlanFault {
    /// What to do about it.
    #[must_use]
    pub fn say(self, say: Say) -> String {
        match self {
            Self::Slug => say.with("plan-fault-slug", "length", MAX_PLAN_SLUG),
            Self::Taken => say.say("plan-fault-taken"),
            Self::Name(language) => say.with2(
                "plan-fault-name",
                "language",
                Say::new(language).say("language-name"),
                "length",
                MAX_PLAN_NAME,
            ),
            Self::Description(language) => say.with2(
                "plan-fault-description",
                "language",
                Say::new(language).say("language-name"),
                "length",
                MAX_PLAN_TEXT,
            ),
            Self::Seats => say.with("plan-fault-seats", "most", MOST_SEATS),
            Self::Period => say.say("plan-fault-period"),
            Self::Trial => say.with("plan-fault-trial", "days", MAX_TRIAL),
            Self::Place => say.say("plan-fault-place"),
            Self::Audience => say.say("plan-fault-audience"),
        }
    }

    /// The field of a form that it is about.
    #[must_use]
    pub fn field(self) -> String {
        match self {
            Self::Slug | Self::Taken => "slug".to_owned(),
            Self::Name(language) => format!("name-{language}"),
            Self::Description(language) => format!("description-{language}"),
            Self::Seats => "most".to_owned(),
            Self::Period => "period".to_owned(),
            Self::Trial => "trial".to_owned(),
            Self::Place => "place".to_owned(),
            Self::Audience => "audience".to_owned(),
        }
    }
}

impl SeatsRefusal {
    /// What to do about it.
    #[must_use]
    pub fn say(self, say: Say) -> String {
        match self {
            Self::Fixed(seats) => say.with("plan-seats-fixed", "seats", seats),
            Self::OutOfRange(least, most) => {
                say.with2("plan-seats-out-of-range", "least", least, "most", most)
            }
        }
    }
}
