//! Newcomers who sign up and prove their address, and an operator who adds readers and gives them subscriptions.

use crate::browser::{Browser, Page, patiently};
use crate::people::{Person, fate, grant, is_in, knows, name, told};
use crate::place::Place;
use crate::verdict::{self, Fate, Tally, Verdict};

/// Somebody between the form and the account.
struct Newcomer {
    email: String,
    password: String,
    browser: Browser,
    signed_up: Fate,
    /// What came of the button behind the link, once it was pressed.
    proved: Option<Fate>,
    /// Whether the letter came.
    letter: bool,
    looked: bool,
}

impl Newcomer {
    /// Presses the button behind the link. A browser whose form was not answered is asked for the password again.
    fn prove(&mut self, place: &Place, link: &str) -> Option<Page> {
        let form = [("password", self.password.as_str())];
        self.browser.post(place, link, &form)
    }
}

/// People who sign up, one after the other.
#[derive(Default)]
pub struct Newcomers(Vec<Newcomer>);

/// So many wait for their letter at most.
const WAITING: usize = 6;

impl Person for Newcomers {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let waits = |one: &&mut Newcomer| one.proved.is_none();
        let waiting = self.0.iter_mut().rev().filter(waits).take(WAITING);
        let mut count = 0;
        for one in waiting {
            if let Some(link) = place.post.link(&one.email, "/proof/") {
                if !one.letter {
                    one.letter = true;
                    tally.came_true(verdict::SIGN_UP, one.signed_up);
                }
                let page = one.prove(place, &link);
                let fate = fate(page.as_ref(), "the proof of an address")?;
                tally.count(verdict::ACCOUNT, fate);
                one.looked = false;
                one.proved = Some(fate);
                return Ok(fate != Fate::Unanswered);
            }
            count += usize::from(one.signed_up == Fate::Done);
        }
        if count >= WAITING {
            std::thread::sleep(std::time::Duration::from_millis(20));
            return Ok(!place.is_down());
        }
        let (email, password) = name(place, "new");
        let mut browser = Browser::default();
        let form = [
            ("name", "New"),
            ("email", email.as_str()),
            ("password", password.as_str()),
        ];
        let page = browser.post(place, "/sign-up", &form);
        let signed_up = fate(page.as_ref(), "signing up")?;
        tally.count(verdict::SIGN_UP, signed_up);
        self.0.push(Newcomer {
            email,
            password,
            browser,
            signed_up,
            proved: None,
            letter: false,
            looked: false,
        });
        Ok(signed_up != Fate::Unanswered)
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        if all {
            self.wait_for_letters(place, tally, verdict);
        }
        for one in self.0.iter_mut().filter(|one| all || !one.looked) {
            let Some(proved) = one.proved else { continue };
            one.looked = true;
            verdict.looked += 1;
            let (there, _) = knows(place, &one.email, &one.password)?;
            match proved {
                Fate::Done if !there => verdict.lost(format!("the account of {}", one.email)),
                // Whoever made the account is signed in by it.
                Fate::Done if !is_in(place, &mut one.browser)? => {
                    verdict.lost(format!("the first session of {}", one.email));
                }
                Fate::Done => {}
                _ if there => {
                    tally.came_true(verdict::ACCOUNT, proved);
                    // Its session may have been made or not, and its cookie never came.
                    (one.browser, one.proved) =
                        (knows(place, &one.email, &one.password)?.1, Some(Fate::Done));
                }
                _ => {
                    // Then nothing of it happened, and the link still works.
                    let link = place.post.link(&one.email, "/proof/").unwrap_or_default();
                    let page = patiently(|| one.prove(place, &link), "the proof of an address")?;
                    if !page.took() {
                        verdict.half(format!(
                            "{} has no account, and the link is used up",
                            one.email
                        ));
                    }
                    one.proved = Some(Fate::Done);
                }
            }
        }
        Ok(())
    }
}

impl Newcomers {
    /// The letter of everybody who was told that it is under way has to come.
    fn wait_for_letters(&mut self, place: &Place, tally: &mut Tally, verdict: &mut Verdict) {
        let since = std::time::Instant::now();
        for one in self.0.iter_mut().filter(|one| !one.letter) {
            let wanted = one.signed_up == Fate::Done;
            loop {
                if place.post.link(&one.email, "/proof/").is_some() {
                    one.letter = true;
                    tally.came_true(verdict::SIGN_UP, one.signed_up);
                    break;
                }
                if !wanted || since.elapsed() > LETTERS {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            if wanted && !one.letter {
                verdict.lost(format!("the letter to {}", one.email));
            }
            verdict.looked += 1;
        }
    }
}

/// Nobody waits longer for the letters of all.
pub const LETTERS: std::time::Duration = std::time::Duration::from_secs(40);

/// A reader whom the operator added.
struct Added {
    email: String,
    password: String,
    added: Fate,
    granted: Option<Fate>,
    looked: bool,
}

/// The operator, at a terminal.
#[derive(Default)]
pub struct Operator(Vec<Added>);

impl Person for Operator {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        if let Some(last) = self.0.last_mut()
            && last.added == Fate::Done
            && last.granted.is_none()
        {
            let fate = told(&grant(place, &last.email, &["premium"])?);
            tally.count(verdict::GRANT, fate);
            (last.granted, last.looked) = (Some(fate), false);
            return Ok(fate != Fate::Unanswered);
        }
        let (email, password) = name(place, "added");
        let order = place.order(&["reader", "add", &email], &format!("{password}\n"))?;
        let added = told(&order);
        tally.count(verdict::ADDED, added);
        self.0.push(Added {
            email,
            password,
            added,
            granted: None,
            looked: false,
        });
        Ok(added != Fate::Unanswered)
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        for one in self.0.iter_mut().filter(|one| all || !one.looked) {
            one.looked = true;
            verdict.looked += 1;
            let (there, mut browser) = knows(place, &one.email, &one.password)?;
            match one.added {
                Fate::Done if !there => verdict.lost(format!("the account of {}", one.email)),
                fate if there => {
                    tally.came_true(verdict::ADDED, fate);
                    one.added = Fate::Done;
                }
                _ => {}
            }
            let Some(granted) = one.granted.filter(|_| there) else {
                continue;
            };
            let reads = browser.look(place, "/account/subscription")?.status == 200;
            match granted {
                Fate::Done if !reads => verdict.lost(format!("the subscription of {}", one.email)),
                _ if reads => {
                    tally.came_true(verdict::GRANT, granted);
                    one.granted = Some(Fate::Done);
                }
                // It is given once more, some time.
                _ => one.granted = None,
            }
        }
        Ok(())
    }
}
