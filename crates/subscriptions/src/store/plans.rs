//! SQL of plans.

use base::db::{Tx, execute, fetch_all, row};
use base::lang::Lang;

use super::super::rules::{Audience, Period, Plan, PlanSlug, PlanText, Plans};

row! {
    struct PlanRow {
        slug: PlanSlug,
        least_seats: i64,
        most_seats: i64,
        period: Period,
        trial_days: i64,
        place: i64,
        is_hidden: bool,
        audience: Audience,
    }
}

row! {
    struct TextRow {
        plan: PlanSlug,
        language: Lang,
        name: String,
        description: String,
    }
}

/// All plans in their order, with their texts.
///
/// # Errors
/// Whatever the database says.
pub async fn list_plans(tx: &mut Tx) -> sqlx::Result<Plans> {
    let rows = fetch_all!(
        tx,
        PlanRow,
        "SELECT slug, least_seats, most_seats, period, trial_days, place, is_hidden, audience FROM plan ORDER BY place, slug"
    )?;
    let texts = fetch_all!(
        tx,
        TextRow,
        "SELECT plan, language, name, description FROM plan_text"
    )?;
    let plan = |row: PlanRow| {
        let of_plan = texts.iter().filter(|text| text.plan == row.slug);
        let mut texts: Vec<_> = of_plan
            .map(|text| PlanText {
                language: text.language,
                name: text.name.clone(),
                description: text.description.clone(),
            })
            .collect();
        texts.sort_by_key(|text| text.language);
        Plan {
            slug: row.slug,
            texts,
            least_seats: row.least_seats,
            most_seats: row.most_seats,
            period: row.period,
            trial_days: row.trial_days,
            place: row.place,
            is_hidden: row.is_hidden,
            audience: row.audience,
        }
    };
    Ok(Plans(rows.into_iter().map(plan).collect()))
}

/// The plan of that slug. Of a paper's few plans all are read.
///
/// # Errors
/// Whatever the database says.
pub async fn find_plan(tx: &mut Tx, slug: &PlanSlug) -> sqlx::Result<Option<Plan>> {
    let Plans(plans) = list_plans(tx).await?;
    Ok(plans.into_iter().find(|plan| plan.slug == *slug))
}

/// A new plan; `false` if there is one of that slug, which stays as it is.
///
/// # Errors
/// Whatever the database says.
pub async fn insert_plan(tx: &mut Tx, plan: &Plan) -> sqlx::Result<bool> {
    let inserted = execute!(
        tx,
        "INSERT INTO plan (slug, least_seats, most_seats, period, trial_days, place, is_hidden, audience)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (slug) DO NOTHING",
        &plan.slug,
        plan.least_seats,
        plan.most_seats,
        plan.period,
        plan.trial_days,
        plan.place,
        plan.is_hidden,
        plan.audience
    )?;
    if inserted == 1 {
        set_texts(tx, plan).await?;
    }
    Ok(inserted == 1)
}

/// Changes a plan; `false` if there is none of that slug.
///
/// # Errors
/// Whatever the database says.
pub async fn set_plan(tx: &mut Tx, plan: &Plan) -> sqlx::Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE plan SET least_seats = $2, most_seats = $3, period = $4, trial_days = $5, place = $6, is_hidden = $7, audience = $8
         WHERE slug = $1",
        &plan.slug,
        plan.least_seats,
        plan.most_seats,
        plan.period,
        plan.trial_days,
        plan.place,
        plan.is_hidden,
        plan.audience
    )?;
    if changed == 1 {
        set_texts(tx, plan).await?;
    }
    Ok(changed == 1)
}

async fn set_texts(tx: &mut Tx, plan: &Plan) -> sqlx::Result<()> {
    for text in &plan.texts {
        execute!(
            tx,
            "INSERT INTO plan_text (plan, language, name, description) VALUES ($1, $2, $3, $4)
             ON CONFLICT (plan, language) DO UPDATE SET name = excluded.name, description = excluded.description",
            &plan.slug,
            text.language,
            &text.name,
            &text.description
        )?;
    }
    Ok(())
}
