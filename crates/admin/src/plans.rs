//! Plans: all of them, and the forms to make one and to change one.
//!
//! Deliberately not here: taking one away. A plan is hidden, since subscriptions are of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use base::lang::Lang;
use serde::Deserialize;

use crate::{Staff, StaffForm};
use readers::Session;
use subscriptions::rules::{Audience, MOST_SEATS, Period, Plan, PlanDraft, PlanFault, Plans};
use subscriptions::{PlanSlug, Subscriptions, store};
use web::form::{Faults, refused};
use web::locale::Say;
use web::view::{Frame, personal, see_other};
use web::{Error, Path, Query, Result, Site};

/// A form as it was sent: its fields depend on the languages of the paper.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    fn draft(&self, slug: String) -> PlanDraft {
        let number = |field| self.of(field).trim().parse().ok();
        let texts = Lang::ALL.iter().map(|language| {
            let text = |of: &str| self.of(&format!("{of}-{language}")).to_owned();
            (*language, text("name"), text("description"))
        });
        PlanDraft {
            slug,
            texts: texts.collect(),
            least_seats: number("least"),
            most_seats: number("most"),
            period: self.of("period").parse().ok(),
            trial_days: number("trial"),
            place: number("place"),
            is_hidden: self.of("hidden") == "yes",
            audience: self.of("audience").parse().ok(),
        }
    }
}

/// One option of a choice.
struct Choice {
    value: &'static str,
    text: String,
    selected: bool,
}

/// Name and description in one language, with the fields they stand in.
struct TextFields {
    language: String,
    name_id: String,
    name: String,
    description_id: String,
    description: String,
}

/// What stands in the fields.
struct PlanForm {
    slug: String,
    texts: Vec<TextFields>,
    least: String,
    most: String,
    periods: Vec<Choice>,
    trial: String,
    place: String,
    is_hidden: bool,
    audiences: Vec<Choice>,
}

impl PlanForm {
    /// As a plan has it.
    fn of(say: Say, draft: &PlanDraft) -> Self {
        let number =
            |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
        let text = |(language, name, description): &(Lang, String, String)| TextFields {
            language: Say::new(*language).say("language-name"),
            name_id: format!("name-{language}"),
            name: name.clone(),
            description_id: format!("description-{language}"),
            description: description.clone(),
        };
        let periods = Period::ALL.iter().map(|period| Choice {
            value: period.as_str(),
            text: period_text(say, *period),
            selected: draft.period == Some(*period),
        });
        let audiences = Audience::ALL.iter().map(|audience| Choice {
            value: audience.as_str(),
            text: audience_text(say, *audience),
            selected: draft.audience == Some(*audience),
        });
        Self {
            slug: draft.slug.clone(),
            texts: draft.texts.iter().map(text).collect(),
            least: number(draft.least_seats),
            most: number(draft.most_seats),
            periods: periods.collect(),
            trial: number(draft.trial_days),
            place: number(draft.place),
            is_hidden: draft.is_hidden,
            audiences: audiences.collect(),
        }
    }

    /// The same with the numbers as they were typed.
    fn typed(say: Say, draft: &PlanDraft, typed: &Typed) -> Self {
        let field = |name| typed.of(name).to_owned();
        Self {
            least: field("least"),
            most: field("most"),
            trial: field("trial"),
            place: field("place"),
            ..Self::of(say, draft)
        }
    }
}

fn period_text(say: Say, period: Period) -> String {
    say.say(&format!("admin-plan-period-{period}"))
}

fn audience_text(say: Say, audience: Audience) -> String {
    say.say(&format!("admin-plan-audience-{audience}"))
}

fn faults(say: Say, found: &[PlanFault]) -> Faults {
    let mut faults = Faults::default();
    for fault in found {
        faults.add(&fault.field(), fault.say(say));
    }
    faults
}

struct Row {
    slug: String,
    name: String,
    seats: String,
    period: String,
    shown: String,
}

fn row(say: Say, plan: &Plan) -> Row {
    let seats = match (plan.fixed_seats(), plan.most_seats) {
        (Some(seats), _) => seats.to_string(),
        (None, MOST_SEATS) => format!("{} –", plan.least_seats),
        (None, most) => format!("{} – {most}", plan.least_seats),
    };
    Row {
        slug: plan.slug.to_string(),
        name: plan.name(say.lang).to_owned(),
        seats,
        period: period_text(say, plan.period),
        shown: if plan.is_hidden {
            say.say("admin-plan-hidden")
        } else {
            audience_text(say, plan.audience)
        },
    }
}

#[derive(Template)]
#[template(path = "admin/plans.html")]
struct PlansPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    rows: Vec<Row>,
    done: bool,
    faults: Faults,
    form: PlanForm,
}

async fn plans_page(site: &Site, session: &Session, form: PlanForm) -> Result<PlansPage> {
    let Plans(plans) = store::list_plans(&mut site.base.read().await?).await?;
    let say = Say::new(session.language);
    Ok(PlansPage {
        frame: Frame::unlisted(site, say, "admin-plans-title"),
        say,
        tab: "plans",
        rows: plans.iter().map(|plan| row(say, plan)).collect(),
        done: false,
        faults: Faults::default(),
        form,
    })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PlanNotice {
    #[serde(default)]
    done: String,
}

pub(super) async fn show_plans(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Query(query): Query<PlanNotice>,
) -> Result {
    let form = PlanForm::of(Say::new(session.language), &PlanDraft::new(String::new()));
    personal(&PlansPage {
        done: query.done == "saved",
        ..plans_page(&site, &session, form).await?
    })
}

pub(super) async fn submit_new(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    StaffForm(session, typed): StaffForm<Typed>,
) -> Result {
    let say = Say::new(session.language);
    let draft = typed.draft(typed.of("slug").trim().to_owned());
    let Err(found) = subscriptions::add_plan(&subscriptions, &draft).await? else {
        return Ok(see_other("/admin/plans?done=saved"));
    };
    let form = PlanForm::typed(say, &draft, &typed);
    refused(&PlansPage {
        faults: faults(say, &found),
        ..plans_page(&site, &session, form).await?
    })
}

#[derive(Template)]
#[template(path = "admin/plan.html")]
struct PlanPage {
    frame: Frame,
    say: Say,
    tab: &'static str,
    faults: Faults,
    form: PlanForm,
}

fn plan_page(site: &Site, say: Say, form: PlanForm) -> PlanPage {
    PlanPage {
        frame: Frame::unlisted(site, say, "admin-plan-title"),
        say,
        tab: "",
        faults: Faults::default(),
        form,
    }
}

pub(super) async fn show_plan(
    State(site): State<Arc<Site>>,
    Staff(session): Staff,
    Path(plan): Path<PlanSlug>,
) -> Result {
    let plan = store::find_plan(&mut site.base.read().await?, &plan).await?;
    let plan = plan.ok_or(Error::NotFound)?;
    let say = Say::new(session.language);
    personal(&plan_page(
        &site,
        say,
        PlanForm::of(say, &PlanDraft::of(&plan)),
    ))
}

pub(super) async fn submit_plan(
    State(site): State<Arc<Site>>,
    State(subscriptions): State<Arc<Subscriptions>>,
    Path(plan): Path<PlanSlug>,
    StaffForm(session, typed): StaffForm<Typed>,
) -> Result {
    let say = Say::new(session.language);
    let draft = typed.draft(plan.to_string());
    let changed = subscriptions::change_plan(&subscriptions, &draft).await?;
    let Err(found) = changed.ok_or(Error::NotFound)? else {
        return Ok(see_other("/admin/plans?done=saved"));
    };
    let form = PlanForm::typed(say, &draft, &typed);
    refused(&PlanPage {
        faults: faults(say, &found),
        ..plan_page(&site, say, form)
    })
}
