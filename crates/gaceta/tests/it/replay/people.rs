//! Who they are: two of everything, with all that a person can have here.

use base::lang::Lang;
use base::mail::Mail;
use base::time::Span;
use http::{Method, StatusCode};
use readers::{Asker, ReaderId};
use subscriptions::{CompanyName, Grant};
use testing::{Browser, Form, PASSWORD, TestPaper, encode};

pub const ARTICLE: &str = "/en/2026-02-24/subscribers-1";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Has no account yet: is signing up, and invited by a company.
    Guest,
    /// Reads on a phone, and has a tablet.
    Reader,
    /// Another reader, without a subscription, whom a company has invited.
    Invited,
    /// Manages a company's seats.
    Host,
    /// Manages those of another company.
    OtherHost,
    /// Has a seat of the first company.
    Seated,
    /// Looks after the other company beside its owner, and has no seat.
    Deputy,
    Staff,
    OtherStaff,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::Guest,
        Self::Reader,
        Self::Invited,
        Self::Host,
        Self::OtherHost,
        Self::Seated,
        Self::Deputy,
        Self::Staff,
        Self::OtherStaff,
    ];

    /// One word that stands nowhere else. The same in small letters begins the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guest => "Gilbertina",
            Self::Reader => "Quevedesa",
            Self::Invited => "Orsolinda",
            Self::Host => "Hortensiana",
            Self::OtherHost => "Oteloniana",
            Self::Seated => "Serafinita",
            Self::Deputy => "Leonidesa",
            Self::Staff => "Estebanilla",
            Self::OtherStaff => "Melibeanita",
        }
    }

    /// What comes before the `@` of the address.
    pub fn mailbox(self) -> String {
        self.name().to_lowercase()
    }

    pub fn email(self) -> String {
        format!("{}@example.com", self.mailbox())
    }

    /// Had another address before, and may have it back by a link that was mailed there.
    fn has_moved(self) -> bool {
        matches!(self, Self::Reader | Self::Seated)
    }

    /// Is about to have another address: the link waits in the mailbox of that one.
    fn is_moving(self) -> bool {
        matches!(self, Self::Invited | Self::OtherHost)
    }

    fn old_email(self) -> String {
        format!("antes-{}@example.org", self.mailbox())
    }

    fn new_email(self) -> String {
        format!("luego-{}@example.org", self.mailbox())
    }

    /// All of them, the present one first.
    pub fn addresses(self) -> [String; 3] {
        [self.email(), self.old_email(), self.new_email()]
    }

    pub fn company(self) -> Option<&'static str> {
        match self {
            Self::Host => Some("Pozos Hondos"),
            Self::OtherHost => Some("Molinos Altos"),
            _ => None,
        }
    }

    fn plan(self) -> Option<(&'static str, i64)> {
        match self {
            Self::Reader => Some(("digital", 1)),
            // So many that nobody is refused for inviting too many.
            Self::Host | Self::OtherHost => Some(("company", 5000)),
            _ => None,
        }
    }

    fn devices(self) -> usize {
        match self {
            Self::Reader | Self::Host => 2,
            _ => 1,
        }
    }
}

pub struct Someone<'a> {
    pub role: Role,
    /// None without an account.
    pub id: Option<ReaderId>,
    /// At least one; of an account, each is signed in.
    pub browsers: Vec<Browser<'a>>,
    /// All that were sent to them.
    pub mails: Vec<Mail>,
}

pub async fn post(browser: &Browser<'_>, path: &str, form: &str) {
    let answer = browser.send(Method::POST, path, &[], form).await;
    let (status, text) = (answer.status, answer.text);
    assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {text}");
}

/// Signs in, or in again, on this browser.
pub async fn sign_in(browser: &Browser<'_>, role: Role) {
    sign_in_as(browser, &role.email()).await;
}

async fn sign_in_as(browser: &Browser<'_>, email: &str) {
    let form = format!("email={}&password={}", encode(email), encode(PASSWORD));
    post(browser, "/sign-in", &form).await;
}

/// Asks for another address.
async fn asks_for_address(browser: &Browser<'_>, email: &str) {
    let form = format!("email={}", encode(email));
    post(browser, "/account/email", &form).await;
}

/// Gives back the seat on what they look after: the last of the forms.
async fn gives_up_seat(browser: &Browser<'_>) {
    let page = browser.opens("/account/seats").await.text;
    let forms = Form::all(&page).into_iter();
    let mut form = forms.filter(|form| form.action == "/account/seats/remove");
    let form = form
        .next_back()
        .unwrap()
        .filled(|field| field.value.clone());
    post(browser, "/account/seats/remove", &form).await;
}

/// Comes from the old address to the one that everybody here knows.
async fn moves(paper: &TestPaper, role: Role) {
    let browser = paper.guest();
    sign_in_as(&browser, &role.old_email()).await;
    asks_for_address(&browser, &role.email()).await;
    let link = paper.mailed_link("/email/").await;
    post(&browser, &link, "").await;
}

/// Says what this one is called.
pub async fn says_name(browser: &Browser<'_>, role: Role) {
    post(
        browser,
        "/account",
        &format!("name={}&language=en", role.name()),
    )
    .await;
}

async fn arrives<'a>(paper: &'a TestPaper, role: Role, hash: &str) -> Someone<'a> {
    let mut someone = Someone {
        role,
        id: None,
        browsers: Vec::new(),
        mails: Vec::new(),
    };
    if role == Role::Guest {
        someone.browsers.push(paper.guest());
        return someone;
    }
    let base = &paper.app.base;
    let mut tx = base.write().await.unwrap();
    let email = if role.has_moved() {
        role.old_email()
    } else {
        role.email()
    };
    let (email, name) = (email.parse().unwrap(), role.name());
    let made = readers::store::insert_reader(&mut tx, &email, name, hash, Lang::EN, Some("1"));
    let id = made.await.unwrap().unwrap();
    if matches!(role, Role::Staff | Role::OtherStaff) {
        readers::store::insert_operator(&mut tx, id).await.unwrap();
    }
    tx.commit().await.unwrap();
    someone.id = Some(id);
    if role.has_moved() {
        moves(paper, role).await;
    }
    let reader = readers::store::find_reader(&mut base.read().await.unwrap(), id).await;
    let reader = reader.unwrap().unwrap();
    if let Some((plan, seats)) = role.plan() {
        let grant = Grant {
            plan: plan.parse().unwrap(),
            seats: Some(seats),
            company_name: CompanyName::typed(role.company().unwrap_or_default()).unwrap(),
            until: base.clock.now().plus(Span::days(365)),
            reason: subscriptions::Reason::Granted,
            by: subscriptions::By::default(),
            takes_seat: true,
        };
        let given = subscriptions::grant(&paper.app.subscriptions, &reader, &grant);
        given.await.unwrap();
    }
    for _ in 0..role.devices() {
        let browser = paper.guest();
        sign_in(&browser, role).await;
        someone.browsers.push(browser);
    }
    let browser = &someone.browsers[0];
    let devices = browser.opens("/account/devices").await.text;
    let forms = Form::all(&devices).into_iter();
    let names = forms.filter(|form| form.action.ends_with("/name"));
    for (number, form) in names.enumerate() {
        let label = format!("label=Cacharro-{}-{number}", role as u8);
        post(browser, &form.action, &label).await;
    }
    someone
}

/// Mails are told apart by whom they are for: several are written within one millisecond.
async fn mails_to(paper: &TestPaper, role: Role) -> Vec<Mail> {
    let mails = paper.mails().await.into_iter();
    let addresses = role.addresses();
    mails.filter(|mail| addresses.contains(&mail.to)).collect()
}

/// All of them, with what they have: devices with names, seats, invitations, links that wait in their mails.
pub async fn assemble(paper: &TestPaper) -> Vec<Someone<'_>> {
    let mut people = Vec::new();
    let passwords = &paper.app.readers.passwords;
    let hash = passwords.hash(Asker::Command, PASSWORD.into(), &paper.app.base.rng);
    let hash = hash.await.unwrap();
    for role in Role::ALL {
        people.push(arrives(paper, role, &hash).await);
    }
    let browser = |role: Role| &people[role as usize].browsers[0];
    for (host, guest) in [
        (Role::Host, Role::Seated),
        (Role::Host, Role::Invited),
        (Role::OtherHost, Role::Guest),
        (Role::OtherHost, Role::Deputy),
    ] {
        let form = format!("emails={}", encode(&guest.email()));
        post(browser(host), "/account/seats/invite", &form).await;
    }
    for role in [Role::Seated, Role::Deputy] {
        let mails = mails_to(paper, role).await;
        let mut links = mails
            .iter()
            .filter_map(|mail| mail.text.split_once("/invitation/"));
        let (_, link) = links.next().unwrap();
        let link = link.split(char::is_whitespace).next().unwrap();
        post(browser(role), &format!("/invitation/{link}"), "").await;
    }
    let form = format!("email={}", encode(&Role::Deputy.email()));
    post(browser(Role::OtherHost), "/account/seats/admins", &form).await;
    gives_up_seat(browser(Role::Deputy)).await;
    for role in Role::ALL {
        let form = format!(
            "email={}&name={}&password={}",
            encode(&role.email()),
            role.name(),
            encode("a paper now and then")
        );
        match role {
            Role::Guest => post(browser(role), "/sign-up", &form).await,
            _ => post(&paper.guest(), "/reset", &form).await,
        }
    }
    for role in [Role::Reader, Role::Invited] {
        let form = format!("email={}", encode(&role.email()));
        post(browser(role), "/sign-in/link", &form).await;
    }
    for role in Role::ALL.into_iter().filter(|role| role.is_moving()) {
        asks_for_address(browser(role), &role.new_email()).await;
    }
    for someone in &mut people {
        someone.mails = mails_to(paper, someone.role).await;
    }
    people
}
