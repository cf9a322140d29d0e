//! Every template, rendered in every language with a sample of what the paper fills it with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base::lang::Lang;
use base::mail::Mail;
use http::Method;
use testing::{Answer, Browser, Person, TestPaper};

use crate::canary::doors::{Known, furnish};

const ARTICLE: &str = "2026-02-24/subscribers-1";
const SITE: &str = "http://localhost:9000";

/// A template, as it is called below `templates/`, and a page or mail that is made of it.
type Sample = (&'static str, String);

struct Speaking<'a> {
    paper: &'a TestPaper,
    lang: Lang,
}

impl<'a> Speaking<'a> {
    async fn reader(&self, person: Person<'a>) -> Person<'a> {
        let mut tx = self.paper.app.base.write().await.unwrap();
        readers::store::set_reader(&mut tx, person.id, "Zoe", self.lang)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        person
    }

    fn name(&self, name: &str) -> String {
        format!("{name}-{}", self.lang)
    }

    /// The address with the language; that of a mailed link has it already.
    fn at(&self, path: &str) -> String {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        format!("{path}?lang={}", self.lang)
    }

    /// What somebody without an account sees there.
    async fn sees(&self, path: &str) -> String {
        shown(self.paper.guest().opens(&self.at(path)).await)
    }

    async fn posts(&self, browser: &Browser<'_>, path: &str, form: &str) -> String {
        let path = self.at(path);
        shown(browser.send(Method::POST, &path, &[], form).await)
    }

    async fn newest_mail(&self) -> Mail {
        self.paper.mails().await.pop().unwrap()
    }

    async fn of_guests(&self) -> Vec<Sample> {
        let here = format!("/{}", self.lang);
        vec![
            ("base.html", self.sees(&here).await),
            ("error.html", self.sees("/nothing/here/at/all").await),
            ("articles/front.html", self.sees(&here).await),
            ("articles/card.html", self.sees(&here).await),
            (
                "articles/topic.html",
                self.sees(&format!("{here}/topic/water")).await,
            ),
            (
                "stories/story.html",
                self.sees(&format!("{here}/story/a-story")).await,
            ),
            (
                "stories/brief.html",
                self.sees(&format!("{here}/2026-02-24/open-told")).await,
            ),
            (
                "reading/article.html",
                self.sees(&format!("{here}/{ARTICLE}")).await,
            ),
            ("account/plans.html", self.sees("/plans").await),
            ("about/list.html", self.sees("/about").await),
            ("about/page.html", self.sees("/about/terms").await),
            ("account/sign_in.html", self.sees("/sign-in").await),
            ("account/touch.html", self.sees("/sign-in").await),
            ("account/sign_up.html", self.sees("/sign-up").await),
            ("account/reset.html", self.sees("/reset").await),
            ("account/link.html", self.sees("/sign-in/link").await),
            ("account/note.html", self.sees("/sign-up/sent").await),
            (
                "account/invitation_gone.html",
                self.sees("/invitation/gone").await,
            ),
            ("gate/lost.html", self.sees("/gate/message").await),
            ("gate/doorway.html", self.at_the_gate().await),
        ]
    }

    async fn at_the_gate(&self) -> String {
        let asked = [
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "localhost:9000"),
            ("x-forwarded-uri", "/"),
        ];
        let path = format!("/gate/check?lang={}", self.lang);
        shown(
            self.paper
                .guest()
                .send(Method::GET, &path, &asked, "")
                .await,
        )
    }

    async fn of_links(&self) -> Vec<Sample> {
        let guest = self.paper.guest();
        let new = format!(
            "email={}%40example.com&password=a+paper+now+and+then",
            self.name("new")
        );
        self.posts(&guest, "/sign-up", &new).await;
        let proof = self.paper.mailed_link("/proof/").await;
        let mail = self.newest_mail().await;
        let reader = self
            .reader(self.paper.reader(&self.name("forgetful"), false).await)
            .await;
        let form = format!("email={}", testing::encode(&reader.email));
        self.posts(&guest, "/reset", &form).await;
        let reset = self.paper.mailed_link("/reset/").await;
        self.posts(&guest, "/sign-in/link", &form).await;
        let link = self.paper.mailed_link("/sign-in/link/").await;
        let at_code = self.at("/sign-in/code");
        vec![
            ("account/code.html", shown(guest.opens(&at_code).await)),
            (
                "account/link_opened.html",
                shown(guest.opens(&self.at(&link)).await),
            ),
            ("account/proof.html", self.sees(&proof).await),
            ("mail/letter.txt", mail.text),
            ("mail/letter.html", mail.html),
            ("account/new_password.html", self.sees(&reset).await),
            (
                "form/title.html",
                self.posts(&guest, "/sign-up", "email=&password=").await,
            ),
            (
                "form/summary.html",
                self.posts(&guest, "/sign-up", "email=&password=").await,
            ),
        ]
    }

    async fn of_accounts(&self) -> Vec<Sample> {
        let owner = self.paper.owner(&self.name("owner"), "company", 3).await;
        let home = self.reader(owner).await.on("laptop").await;
        let member = self
            .reader(self.paper.reader(&self.name("member"), false).await)
            .await;
        let form = format!("emails={}", testing::encode(&member.email));
        self.posts(&home, "/account/seats/invite", &form).await;
        let link = self.paper.mailed_link("/invitation/").await;
        let invitation = self.sees(&link).await;
        let guest = member.on("phone").await;
        self.posts(&guest, &link, "").await;
        let opened = async |path: &str| shown(home.opens(path).await);
        let (seats, staff) = (opened("/account/seats").await, self.of_staff().await);
        let (new_email, restore) = self.of_addresses(&home).await;
        vec![
            // A field, a choice and an area.
            ("form/field.html", format!("{}{seats}", staff[0])),
            ("account/invitation.html", invitation),
            (
                "account/guest_seat.html",
                shown(guest.opens("/account/seats").await),
            ),
            ("account/account.html", opened("/account").await),
            ("account/nav.html", opened("/account").await),
            ("account/signed_in.html", opened("/sign-in").await),
            ("readers/confirm.html", opened("/account/confirm").await),
            ("account/devices.html", opened("/account/devices").await),
            ("icon.html", opened("/account/devices").await),
            ("account/data.html", opened("/account/data").await),
            ("account/email.html", opened("/account/email").await),
            ("account/new_email.html", new_email),
            ("account/restore.html", restore),
            ("account/password.html", opened("/account/password").await),
            (
                "account/subscription.html",
                opened("/account/subscription").await,
            ),
            ("account/seats.html", seats),
            ("account/admins.html", opened("/account/seats/admins").await),
            ("account/seat_log.html", opened("/account/seats/log").await),
            ("admin/subscriptions.html", staff[0].clone()),
            ("admin/nav.html", staff[0].clone()),
            ("admin/plans.html", staff[1].clone()),
            ("admin/plan.html", staff[2].clone()),
            ("admin/plan_fields.html", staff[2].clone()),
            ("admin/front.html", staff[3].clone()),
            ("admin/readers.html", staff[4].clone()),
            ("admin/reader.html", staff[5].clone()),
            ("admin/subscription.html", staff[6].clone()),
            ("admin/happened.html", staff[6].clone()),
            ("admin/end.html", staff[7].clone()),
        ]
    }

    /// The pages of the links to a new address and back.
    async fn of_addresses(&self, home: &Browser<'_>) -> (String, String) {
        let form = format!("email={}%40example.com", self.name("moved"));
        self.posts(home, "/account/email", &form).await;
        let link = self.paper.mailed_link("/email/").await;
        let new_email = shown(home.opens(&link).await);
        self.posts(home, &link, "").await;
        let back = self.paper.mailed_link("/restore/").await;
        (new_email, self.sees(&back).await)
    }

    async fn of_staff(&self) -> Vec<String> {
        let person = self.paper.reader(&self.name("operator"), false).await;
        let person = self.reader(person).await;
        person.works_here().await;
        let laptop = person.on("laptop").await;
        let opened = async |path: &str| shown(laptop.opens(path).await);
        let known = Known::of(self.paper).await;
        let (reader, [runs, _]) = (&known.reader, &known.subscriptions);
        let mut pages = Vec::new();
        for path in [
            "/admin/subscriptions",
            "/admin/plans",
            "/admin/plans/premium",
            "/admin",
            "/admin/readers",
            &format!("/admin/readers/{reader}"),
            &format!("/admin/subscriptions/{runs}"),
            &format!("/admin/subscriptions/{runs}/end"),
        ] {
            pages.push(opened(path).await);
        }
        pages
    }

    async fn of_two_devices(&self) -> Vec<Sample> {
        let ada = self
            .reader(self.paper.reader(&self.name("ada"), true).await)
            .await;
        let (phone, laptop) = (ada.on("phone").await, ada.on("laptop").await);
        let article = format!("/{}/{ARTICLE}", self.lang);
        phone.opens(&article).await;
        let message = laptop.opens(&article).await;
        laptop.takes(&message).await;
        let moved = phone.beats(1, 1, false).await["message"].take();
        phone.send(Method::POST, "/sign-out", &[], "").await;
        let languages = [("accept-language", self.lang.as_str())];
        let beat = r#"{"view":"1","seq":2,"epoch":null,"focused":true,"idle":0,"back":false}"#;
        let ended = phone
            .send(Method::POST, "/reading/beat", &languages, beat)
            .await;
        let mut ended: serde_json::Value = serde_json::from_str(&ended.text).unwrap();
        let foreign = r#"{"view":"2","seq":1,"reader":"somebody","focused":true,"idle":0}"#;
        let other = laptop
            .send(Method::POST, "/reading/beat", &[], foreign)
            .await;
        let mut other: serde_json::Value = serde_json::from_str(&other.text).unwrap();
        let text = |message: serde_json::Value| message.as_str().unwrap().to_owned();
        vec![
            ("reading/message.html", shown(message)),
            ("reading/other.html", text(other["message"].take())),
            ("reading/moved.html", text(moved)),
            ("reading/ended.html", text(ended["message"].take())),
        ]
    }
}

fn shown(answer: Answer) -> String {
    assert!(!answer.status.is_server_error(), "{}", answer.text);
    answer.text
}

/// Below `templates/` of all crates.
fn all_templates() -> Vec<(String, PathBuf)> {
    fn walk(dir: &Path, root: &Path, found: &mut Vec<(String, PathBuf)>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.push((name.to_owned(), path.clone()));
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for one in std::fs::read_dir(crates).unwrap() {
        let root = one.unwrap().path().join("templates");
        walk(&root, &root, &mut found);
    }
    found
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What stands in whatever a template renders: its text outside conditions and loops, in pieces, without space.
fn always(template: &str) -> Vec<String> {
    let (mut pieces, mut depth, mut rest) = (Vec::new(), 0_usize, template);
    while !rest.is_empty() {
        let at = rest.find(['{']).unwrap_or(rest.len());
        let tag = rest.get(at..at + 2).unwrap_or("");
        let (end, skipped) = match tag {
            "{{" => ("}}", true),
            "{%" => ("%}", true),
            "{#" => ("#}", true),
            _ => ("", false),
        };
        if !skipped {
            let at = (at + 1).min(rest.len());
            if depth == 0 {
                pieces.push(without_space(&rest[..at]));
            }
            rest = &rest[at..];
            continue;
        }
        if depth == 0 {
            pieces.push(without_space(&rest[..at]));
        }
        let length = rest[at..].find(end).unwrap() + 2;
        let inside = rest[at + 2..at + length - 2].trim_matches(['-', '~', '+', ' ', '\n']);
        match inside.split(' ').next().unwrap_or("") {
            "if" | "for" | "match" if tag == "{%" => depth += 1,
            "endif" | "endfor" | "endmatch" if tag == "{%" => depth -= 1,
            _ => {}
        }
        rest = &rest[at + length..];
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Keys of all texts that no word of a text could be.
fn keys() -> BTreeSet<String> {
    let texts = [
        account::TEXTS,
        admin::TEXTS,
        articles::TEXTS,
        gate::TEXTS,
        readers::TEXTS,
        reading::TEXTS,
        stories::TEXTS,
        subscriptions::TEXTS,
        web::TEXTS,
    ];
    let lines = texts
        .iter()
        .flat_map(|texts| texts.iter())
        .flat_map(|(_, text)| text.lines());
    let key = |line: &str| Some(line.split_once(" =")?.0.to_owned());
    lines
        .filter_map(key)
        .filter(|key| key.contains('-') && !key.starts_with([' ', '-', '#']))
        .collect()
}

/// What a page says: its text, without its tags.
fn words(html: &str) -> BTreeSet<&str> {
    let texts = html
        .split('<')
        .map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text));
    texts
        .flat_map(|text| text.split([' ', '\n', ',', '.', ';', ':', '(', ')']))
        .collect()
}

#[tokio::test]
async fn every_template_is_rendered_in_every_language() {
    let paper = TestPaper::with(|config| {
        config.gate.sites = vec![SITE.parse().unwrap()];
        config.accounts.mails_per_address = 1000;
    })
    .await;
    furnish(&paper).await;
    let templates = all_templates();
    let names: BTreeSet<&str> = templates.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), templates.len(), "two templates have one name");
    let keys = keys();
    assert!(keys.len() > 300);
    for lang in Lang::ALL.iter().copied() {
        let speaking = Speaking {
            paper: &paper,
            lang,
        };
        let mut samples = speaking.of_guests().await;
        samples.extend(speaking.of_links().await);
        samples.extend(speaking.of_accounts().await);
        samples.extend(speaking.of_two_devices().await);
        let sampled: BTreeSet<&str> = samples.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            sampled, names,
            "the samples of this test are the templates of all crates"
        );
        for (name, text) in &samples {
            let (_, path) = templates.iter().find(|(one, _)| one == name).unwrap();
            let rendered = without_space(text);
            for piece in always(&std::fs::read_to_string(path).unwrap()) {
                assert!(
                    rendered.contains(&piece),
                    "{name} in {lang} without {piece}: {text}"
                );
            }
            let unresolved: Vec<_> = words(text)
                .into_iter()
                .filter(|word| keys.contains(*word))
                .collect();
            assert!(unresolved.is_empty(), "{name} in {lang}: {unresolved:?}");
            assert!(
                !text.contains("{$") && !text.contains("{ $"),
                "{name} in {lang}: {text}"
            );
            if name.ends_with(".html") && text.contains("<html") {
                assert!(
                    text.contains(&format!("<html lang=\"{lang}")),
                    "{name} in {lang}: {text}"
                );
            }
        }
    }
}
