//! A company that invites people, who accept with an account of their own, and takes some of the seats back.

use std::time::{Duration, Instant};

use drive::form::field;
use drive::http::Access;

use crate::accounts::LETTERS;
use crate::browser::{Browser, patiently};
use crate::people::{Person, add_reader, fate, grant, knows};
use crate::place::{Place, Told};
use crate::verdict::{self, Fate, Tally, Verdict};

/// Somebody who was invited.
struct Guest {
    email: String,
    invited: Fate,
    letter: bool,
    /// With the account that it makes.
    accepted: Option<Fate>,
    removed: Option<Fate>,
    looked: bool,
}

/// An owner of a company's subscription, and the guests.
pub struct Company {
    owner: Browser,
    email: String,
    /// Of an article for subscribers: whoever has a seat reads it.
    article: String,
    guests: Vec<Guest>,
}

const PASSWORD: &str = "a paper for everybody";
/// So many wait for their letter at most.
const WAITING: usize = 4;

impl Company {
    pub fn begin(place: &Place, article: &str) -> anyhow::Result<Company> {
        let email = format!("owner{}@paper.test", place.number());
        add_reader(place, &email, PASSWORD)?;
        let told = grant(place, &email, &["company", "--seats", "50000"])?;
        anyhow::ensure!(matches!(told, Told::Done(_)), "no company: {told:?}");
        Ok(Company {
            owner: knows(place, &email, PASSWORD)?.1,
            email,
            article: article.to_owned(),
            guests: Vec::new(),
        })
    }

    fn invite(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let email = format!("guest{}@paper.test", place.number());
        let form = [("emails", email.as_str())];
        let page = self.owner.post(place, "/account/seats/invite", &form);
        let invited = fate(page.as_ref(), "an invitation")?;
        tally.count(verdict::INVITED, invited);
        self.guests.push(Guest {
            email,
            invited,
            letter: false,
            accepted: None,
            removed: None,
            looked: false,
        });
        Ok(invited != Fate::Unanswered)
    }

    /// The number of the guest's seat, as the form of the owner's page has it.
    fn seat(&mut self, place: &Place, guest: usize) -> Option<String> {
        let email = &self.guests[guest].email;
        // The page shows a part of so many.
        let found = format!("/account/seats?q={email}");
        let page = self.owner.get(place, &found)?.body;
        let person = page.split("<li class=\"item\">");
        let person = person.into_iter().find(|person| person.contains(email))?;
        field(person, "seat").map(str::to_owned)
    }

    fn remove(&mut self, place: &Place, guest: usize, tally: &mut Tally) -> anyhow::Result<bool> {
        let Some(seat) = self.seat(place, guest) else {
            return Ok(!place.is_down());
        };
        let form = [("seat", seat.as_str())];
        let page = self.owner.post(place, "/account/seats/remove", &form);
        let fate = fate(page.as_ref(), "taking a seat back")?;
        tally.count(verdict::REMOVED, fate);
        let guest = &mut self.guests[guest];
        (guest.removed, guest.looked) = (Some(fate), false);
        Ok(fate != Fate::Unanswered)
    }
}

impl Guest {
    fn accept(&mut self, place: &Place, link: &str, tally: &mut Tally) -> anyhow::Result<bool> {
        if !std::mem::replace(&mut self.letter, true) {
            tally.came_true(verdict::INVITED, self.invited);
        }
        let form = [("name", "Guest"), ("password", PASSWORD)];
        let page = Browser::default().post(place, link, &form);
        let fate = fate(page.as_ref(), "accepting an invitation")?;
        tally.count(verdict::SEATED, fate);
        self.looked = false;
        self.accepted = Some(fate);
        Ok(fate != Fate::Unanswered)
    }

    fn look(
        &mut self,
        place: &Place,
        article: &str,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        let Some(accepted) = self.accepted else {
            return Ok(());
        };
        verdict.looked += 1;
        let (there, mut browser) = knows(place, &self.email, PASSWORD)?;
        // With a seat the article or the device message is sent: an earlier look may have opened it somewhere else.
        let access = browser.look(place, article)?.access;
        let reads = there && matches!(access, Access::Full | Access::Elsewhere);
        let seated = match self.removed {
            None => reads,
            Some(Fate::Done) if reads => {
                verdict.lost(format!("that the seat of {} was taken back", self.email));
                true
            }
            Some(fate) if fate != Fate::Done => {
                if reads {
                    self.removed = None;
                } else {
                    tally.came_true(verdict::REMOVED, fate);
                    self.removed = Some(Fate::Done);
                }
                true
            }
            Some(_) => true,
        };
        if accepted == Fate::Done {
            if !there || !seated {
                verdict.lost(format!("the seat of {}", self.email));
            }
            return Ok(());
        }
        if there != seated {
            verdict.half(format!("{} has an account and no seat", self.email));
        }
        if there {
            tally.came_true(verdict::SEATED, accepted);
        } else {
            // Then nothing of it happened, and the link still works.
            let link = place.post.link(&self.email, "/invitation/");
            let link = link.unwrap_or_default();
            let form = [("name", "Guest"), ("password", PASSWORD)];
            let press = || Browser::default().post(place, &link, &form);
            let page = patiently(press, "accepting an invitation")?;
            if !page.took() {
                verdict.half(format!(
                    "{} has no account, and the link is used up",
                    self.email
                ));
            }
        }
        self.accepted = Some(Fate::Done);
        Ok(())
    }
}

impl Person for Company {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let mut waiting = 0;
        for one in self.guests.iter_mut().rev().take(50) {
            if one.accepted.is_none() {
                if let Some(link) = place.post.link(&one.email, "/invitation/") {
                    return one.accept(place, &link, tally);
                }
                waiting += usize::from(one.invited == Fate::Done);
            }
        }
        let seated = |one: &Guest| one.accepted == Some(Fate::Done) && one.removed.is_none();
        if place.number().is_multiple_of(3)
            && let Some(guest) = self.guests.iter().rposition(seated)
        {
            return self.remove(place, guest, tally);
        }
        if waiting < WAITING {
            return self.invite(place, tally);
        }
        std::thread::sleep(Duration::from_millis(20));
        Ok(!place.is_down())
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        let since = Instant::now();
        for one in &mut self.guests {
            if all && !one.letter {
                let wanted = one.invited == Fate::Done;
                let link = || place.post.link(&one.email, "/invitation/");
                while wanted && link().is_none() && since.elapsed() < LETTERS {
                    std::thread::sleep(Duration::from_millis(100));
                }
                one.letter = link().is_some();
                if one.letter {
                    tally.came_true(verdict::INVITED, one.invited);
                } else if wanted {
                    verdict.lost(format!("the letter to {}", one.email));
                }
                verdict.looked += 1;
            }
            if all || !one.looked {
                one.looked = true;
                one.look(place, &self.article, tally, verdict)?;
            }
        }
        if knows(place, &self.email, PASSWORD)?.0 {
            return Ok(());
        }
        verdict.lost(format!("the account of {}", self.email));
        Ok(())
    }
}
