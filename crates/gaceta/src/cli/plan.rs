//! `gaceta plan`: what can be subscribed to.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::control::{self, Paper};
use base::config::Config;
use base::lang::Lang;
use subscriptions::rules::{Audience, Period, Plan, PlanDraft, PlanFault, Plans};
use subscriptions::{PlanSlug, Subscriptions, store};
use web::locale::Say;

/// What can be done with plans.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// List the plans of the paper.
    List,
    /// Make a plan, or change the one of that name; what is not said stays as it is.
    Set(Set),
}

/// A plan, or what changes of it.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Set {
    /// What it is called in addresses: small letters, digits and hyphens.
    plan: PlanSlug,
    /// Its name in a language, as in --name en=Family; once for each language.
    #[arg(long = "name", value_name = "LANGUAGE=NAME", value_parser = in_language)]
    names: Vec<(Lang, String)>,
    /// For whom it is, as in --description "en=For a home."; once for each language.
    #[arg(long = "description", value_name = "LANGUAGE=TEXT", value_parser = in_language)]
    descriptions: Vec<(Lang, String)>,
    /// How many readers it has, as in 2 or 3-5.
    #[arg(long, value_parser = range)]
    seats: Option<(i64, i64)>,
    /// For how long it is taken at a time: agreed, month, quarter or year.
    #[arg(long)]
    period: Option<Period>,
    /// How long it may be tried, days.
    #[arg(long)]
    trial: Option<i64>,
    /// Its place on the page of plans; the smallest comes first.
    #[arg(long)]
    place: Option<i64>,
    /// Who sees it: everybody, readers or subscribers.
    #[arg(long)]
    audience: Option<Audience>,
    /// Whether it is on no page: true or false.
    #[arg(long)]
    hidden: Option<bool>,
}

fn in_language(text: &str) -> Result<(Lang, String), String> {
    let (language, text) = text
        .split_once('=')
        .ok_or_else(|| "write the language and a text, as in en=Family".to_owned())?;
    Ok((language.parse()?, text.to_owned()))
}

fn range(text: &str) -> Result<(i64, i64), String> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<i64>();
    match (number(least), number(most)) {
        (Ok(least), Ok(most)) => Ok((least, most)),
        _ => Err("write a number of readers, or two as in 3-5".to_owned()),
    }
}

/// Does it.
///
/// # Errors
/// Says what is wrong and how to mend it.
pub async fn run(config: Config, plan: PlanCommand) -> anyhow::Result<()> {
    let order = match plan {
        PlanCommand::List => control::Order::ListPlans,
        PlanCommand::Set(set) => control::Order::SetPlan(set),
    };
    Paper::open(config).await?.tell(order).await
}

/// All plans, a line each.
///
/// # Errors
/// Whatever the database says.
pub async fn list(of: &Subscriptions, say: Say) -> anyhow::Result<Vec<String>> {
    let Plans(plans) = store::list_plans(&mut of.base.read().await?).await?;
    Ok(plans.iter().map(|plan| line(plan, say)).collect())
}

fn line(plan: &Plan, say: Say) -> String {
    let seats = match plan.fixed_seats() {
        Some(seats) => seats.to_string(),
        None => format!("{}-{}", plan.least_seats, plan.most_seats),
    };
    let hidden = if plan.is_hidden { "  hidden" } else { "" };
    format!(
        "{}  {}  seats {seats}  period {}  trial {}  place {}  for {}{hidden}",
        plan.slug,
        plan.name(say.lang),
        plan.period,
        plan.trial_days,
        plan.place,
        plan.audience,
    )
}

/// Makes or changes a plan, and shows it.
///
/// # Errors
/// Says what is wrong with it; then nothing was changed.
pub async fn set(of: &Subscriptions, set: Set, say: Say) -> anyhow::Result<Vec<String>> {
    let found = store::find_plan(&mut of.base.read().await?, &set.plan).await?;
    let (is_new, mut draft) = match &found {
        Some(plan) => (false, PlanDraft::of(plan)),
        None => (true, PlanDraft::new(set.plan.to_string())),
    };
    for text in &mut draft.texts {
        let said = |texts: &[(Lang, String)]| {
            let one = texts.iter().rev().find(|(language, _)| *language == text.0);
            one.map(|(_, text)| text.clone())
        };
        let (name, description) = (said(&set.names), said(&set.descriptions));
        text.1 = name.unwrap_or(std::mem::take(&mut text.1));
        text.2 = description.unwrap_or(std::mem::take(&mut text.2));
    }
    if let Some((least, most)) = set.seats {
        (draft.least_seats, draft.most_seats) = (Some(least), Some(most));
    }
    draft.period = set.period.or(draft.period);
    draft.trial_days = set.trial.or(draft.trial_days);
    draft.place = set.place.or(draft.place);
    draft.audience = set.audience.or(draft.audience);
    draft.is_hidden = set.hidden.unwrap_or(draft.is_hidden);
    let done = if is_new {
        subscriptions::add_plan(of, &draft).await?
    } else {
        let changed = subscriptions::change_plan(of, &draft).await?;
        changed.unwrap_or(Ok(()))
    };
    let faults = |found: Vec<PlanFault>| {
        let lines: Vec<_> = found.into_iter().map(|fault| fault.say(say)).collect();
        anyhow::Error::msg(lines.join("\n"))
    };
    done.map_err(faults)?;
    let plan = store::find_plan(&mut of.base.read().await?, &set.plan).await?;
    Ok(plan.iter().map(|plan| line(plan, say)).collect())
}
