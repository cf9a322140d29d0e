//! A reader who changes the password, and one who signs in and out on many browsers and changes the name.

use crate::browser::Browser;
use crate::people::{Person, add_reader, fate, is_in, knows, name, sign_in};
use crate::place::Place;
use crate::verdict::{self, Fate, Tally, Verdict};

/// Changes the password on the phone, while the laptop is signed in: that ends the laptop's session.
pub struct Careful {
    email: String,
    password: String,
    before: Option<String>,
    /// Asked for and not done, as far as was told.
    wanted: Option<(String, Fate)>,
    phone: Browser,
    laptop: Option<Browser>,
    looked: bool,
}

impl Careful {
    pub fn begin(place: &Place) -> anyhow::Result<Careful> {
        let (email, password) = name(place, "careful");
        add_reader(place, &email, &password)?;
        let (_, phone) = knows(place, &email, &password)?;
        Ok(Careful {
            email,
            password,
            before: None,
            wanted: None,
            phone,
            laptop: None,
            looked: true,
        })
    }
}

impl Person for Careful {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        self.looked = false;
        if self.laptop.is_none() {
            let mut laptop = Browser::default();
            let fate = sign_in(place, &mut laptop, &self.email, &self.password)?;
            tally.count(verdict::SIGN_IN, fate);
            self.laptop = (fate == Fate::Done).then_some(laptop);
            return Ok(fate != Fate::Unanswered);
        }
        let new = format!("choice of number {}", place.number());
        let form = [
            ("current", self.password.as_str()),
            ("password", new.as_str()),
        ];
        let page = self.phone.post(place, "/account/password", &form);
        let fate = fate(page.as_ref(), "a new password")?;
        tally.count(verdict::PASSWORD, fate);
        if fate == Fate::Done {
            self.before = Some(std::mem::replace(&mut self.password, new));
            if let Some(mut laptop) = self.laptop.take()
                && let Some(page) = laptop.get(place, "/account")
                && page.status == 200
            {
                anyhow::bail!("a new password did not end the session of the laptop");
            }
            return Ok(true);
        }
        self.wanted = Some((new, fate));
        // What became of it is seen when somebody looks.
        Ok(false)
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        if std::mem::replace(&mut self.looked, true) && !all {
            return Ok(());
        }
        verdict.looked += 1;
        let email = self.email.clone();
        let mut good = knows(place, &email, &self.password)?.0;
        if let Some((wanted, told)) = self.wanted.take() {
            let new = knows(place, &email, &wanted)?.0;
            if new == good {
                verdict.half(format!("{email}: old and new password, both or none"));
            }
            let laptop = match &mut self.laptop {
                Some(laptop) => is_in(place, laptop)?,
                None => !new,
            };
            if laptop == new {
                verdict.half(format!("{email}: a new password, and not all that follows"));
            }
            if new {
                tally.came_true(verdict::PASSWORD, told);
                self.before = Some(std::mem::replace(&mut self.password, wanted));
                self.laptop = None;
                good = true;
            }
        }
        if !good {
            verdict.lost(format!("the newest password of {email}"));
        }
        if let Some(before) = &self.before
            && knows(place, &email, before)?.0
        {
            verdict.lost(format!("{email} signs in with the password before"));
        }
        if !is_in(place, &mut self.phone)? {
            verdict.lost(format!("{email}: the session that changed the password"));
            self.phone = knows(place, &email, &self.password)?.1;
        }
        if let Some(laptop) = &mut self.laptop
            && !is_in(place, laptop)?
        {
            verdict.lost(format!("{email}: an acknowledged sign-in"));
            self.laptop = None;
        }
        Ok(())
    }
}

/// A browser of somebody who signs in and out.
struct Profile {
    browser: Browser,
    /// Signing out, if it was asked for.
    out: Option<Fate>,
    looked: bool,
}

/// Signs in and out on many browsers, and has another name every time.
pub struct Restless {
    email: String,
    password: String,
    browsers: Vec<Profile>,
    name: String,
    wanted: Option<(String, Fate)>,
}

impl Restless {
    pub fn begin(place: &Place) -> anyhow::Result<Restless> {
        let (email, password) = name(place, "restless");
        add_reader(place, &email, &password)?;
        Ok(Restless {
            email,
            password,
            browsers: Vec::new(),
            name: String::new(),
            wanted: None,
        })
    }

    fn rename(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let Some(one) = self.browsers.iter_mut().rev().find(|one| one.out.is_none()) else {
            return Ok(true);
        };
        let name = format!("Name {}", place.number());
        let language = if place.number().is_multiple_of(2) {
            "en"
        } else {
            "es"
        };
        let form = [("name", name.as_str()), ("language", language)];
        let page = one.browser.post(place, "/account", &form);
        let fate = fate(page.as_ref(), "another name")?;
        tally.count(verdict::PROFILE, fate);
        if fate == Fate::Done {
            self.name = name;
            return Ok(true);
        }
        self.wanted = Some((name, fate));
        Ok(false)
    }
}

impl Person for Restless {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        match place.number() % 4 {
            0 => {
                let open = self.browsers.iter_mut().find(|one| one.out.is_none());
                let Some(one) = open else { return Ok(true) };
                // The copy of its cookie shows whether it still means anything.
                let page = one.browser.clone().post(place, "/sign-out", &[]);
                let fate = fate(page.as_ref(), "signing out")?;
                tally.count(verdict::SIGN_OUT, fate);
                (one.out, one.looked) = (Some(fate), false);
                Ok(fate != Fate::Unanswered)
            }
            1 | 2 => self.rename(place, tally),
            _ => {
                let mut browser = Browser::default();
                let fate = sign_in(place, &mut browser, &self.email, &self.password)?;
                tally.count(verdict::SIGN_IN, fate);
                if fate == Fate::Done {
                    self.browsers.push(Profile {
                        browser,
                        out: None,
                        looked: false,
                    });
                }
                Ok(fate != Fate::Unanswered)
            }
        }
    }

    fn look(
        &mut self,
        place: &Place,
        all: bool,
        tally: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        for one in self.browsers.iter_mut().filter(|one| all || !one.looked) {
            one.looked = true;
            verdict.looked += 1;
            let inside = is_in(place, &mut one.browser)?;
            match one.out {
                None if !inside => verdict.lost(format!("a sign-in of {}", self.email)),
                Some(Fate::Done) if inside => verdict.lost(format!("a sign-out of {}", self.email)),
                None | Some(Fate::Done) => {}
                Some(_) if inside => one.out = None,
                Some(fate) => {
                    tally.came_true(verdict::SIGN_OUT, fate);
                    one.out = Some(Fate::Done);
                }
            }
        }
        let (known, mut browser) = knows(place, &self.email, &self.password)?;
        if !known {
            verdict.lost(format!("the account of {}", self.email));
            return Ok(());
        }
        verdict.looked += 1;
        let page = browser.look(place, "/account")?.body;
        let shown = |name: &str| page.contains(&format!("value=\"{name}\""));
        match self.wanted.take() {
            Some((name, fate)) if shown(&name) => {
                tally.came_true(verdict::PROFILE, fate);
                self.name = name;
            }
            // Before the first one there is nothing to be shown.
            _ if !self.name.is_empty() && !shown(&self.name) => {
                verdict.lost(format!("the newest name of {}", self.email));
            }
            _ => {}
        }
        Ok(())
    }
}
