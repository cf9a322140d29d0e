//! People who do things with the paper, and afterwards look whether what they were told is true.
//!
//! Each does one thing after the other until nobody answers; of each thing the last acknowledged state is known, and what
//! was asked for and not answered. After a restart they look. What was not answered may be there or not, as a whole; what
//! is found then is what has to be there from then on. Deliberately not here: when the paper dies.

use crate::browser::{Browser, Page, patiently};
use crate::place::{Place, Told};
use crate::verdict::{Fate, Tally, Verdict};

/// Somebody with a purpose.
pub trait Person: Send {
    /// Does one thing; `false` if nobody answered.
    ///
    /// # Errors
    /// When the answer is none that the paper gives.
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool>;

    /// Looks at what was done since the last look, or at everything.
    ///
    /// # Errors
    /// When the paper does not answer although nothing is broken.
    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()>;
}

/// What was said to a form: taken, refused for now, or nothing.
///
/// # Errors
/// When it was refused for good: then it is the form that is wrong.
pub fn fate(page: Option<&Page>, what: &str) -> anyhow::Result<Fate> {
    match page {
        None => Ok(Fate::Unanswered),
        Some(page) if page.took() => Ok(Fate::Done),
        // Anything else than "in a moment" would be a fault of the paper.
        Some(page) if page.status == 503 => Ok(Fate::Refused),
        Some(page) => anyhow::bail!(
            "{what} was answered with {}: {}",
            page.status,
            page.body.get(..300).unwrap_or(&page.body)
        ),
    }
}

/// The same for a command.
pub fn told(told: &Told) -> Fate {
    match told {
        Told::Done(_) => Fate::Done,
        Told::Refused(_) => Fate::Refused,
        Told::Nothing => Fate::Unanswered,
    }
}

/// Address and password of somebody new.
pub fn name(place: &Place, kind: &str) -> (String, String) {
    let number = place.number();
    (
        format!("{kind}{number}@paper.test"),
        format!("a choice of number {number}"),
    )
}

/// Signs in with the right password.
///
/// # Errors
/// When it is said to be wrong.
pub fn sign_in(
    place: &Place,
    browser: &mut Browser,
    email: &str,
    password: &str,
) -> anyhow::Result<Fate> {
    let form = [("email", email), ("password", password)];
    let page = browser.post(place, "/sign-in", &form);
    fate(page.as_ref(), "signing in with the right password")
}

/// Whether the password is right, asked when nothing is broken; with the browser that is signed in then.
pub fn knows(place: &Place, email: &str, password: &str) -> anyhow::Result<(bool, Browser)> {
    let mut browser = Browser::default();
    let form = [("email", email), ("password", password)];
    let page = patiently(|| browser.post(place, "/sign-in", &form), "signing in")?;
    anyhow::ensure!(
        page.status == 303 || page.status == 422,
        "signing in was answered with {}",
        page.status
    );
    Ok((page.took(), browser))
}

/// Whether this browser is signed in, asked when nothing is broken.
pub fn is_in(place: &Place, browser: &mut Browser) -> anyhow::Result<bool> {
    let page = browser.look(place, "/account")?;
    anyhow::ensure!(
        page.status == 200 || page.took(),
        "/account was answered with {}",
        page.status
    );
    Ok(page.status == 200)
}

/// An account by the operator, for somebody to act with; before anything is broken.
pub fn add_reader(place: &Place, email: &str, password: &str) -> anyhow::Result<()> {
    let told = place.order(&["reader", "add", email], &format!("{password}\n"))?;
    anyhow::ensure!(matches!(told, Told::Done(_)), "no account: {told:?}");
    Ok(())
}

/// A subscription for them.
pub fn grant(place: &Place, email: &str, plan: &[&str]) -> anyhow::Result<Told> {
    let mut words = vec!["grant", email, "--until", "2999-12-31", "--plan"];
    words.extend(plan);
    place.order(&words, "")
}
