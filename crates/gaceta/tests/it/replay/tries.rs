//! The requests: an identifier in each place that a route has for one, with each verb.
//!
//! Its places are the parameters of the path, the query, each field of a form as it stands on a page, each field of a
//! message of our script, and cookies. In forms all else is as whoever tries would fill them in. Forms and links of the
//! other person are sent as they are, too.

use http::Method;
use testing::{Field, Form, encode};

use super::harvest::{Belongings, COOKIES, decode, pairs};
use super::people::{ARTICLE, Role};
use super::places::{Place, is_slow};

pub const VERBS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// What our script posts; there is no form for it.
const MESSAGES: [(&str, &str); 2] = [
    (
        "/reading/beat",
        r#"{"view":"5","seq":1,"epoch":null,"focused":true,"idle":0,"back":false,"reader":null}"#,
    ),
    (
        "/reading/rest",
        r#"{"view":"5","seq":2,"epoch":null,"reader":null}"#,
    ),
];

/// Forms without a field: a button, and all that is said is in the path. Nobody is shown these here.
const BUTTONS: [&str; 1] = ["/admin/subscriptions/{subscription}/resume"];

/// Descriptions, which are looked for in answers: sent by themselves, so that an answer may be searched for them.
pub const WORDS: [&str; 4] = ["address", "name", "company", "label"];

/// One request.
pub struct Try {
    pub method: Method,
    pub path: String,
    pub body: String,
    pub cookie: Option<(&'static str, String)>,
    /// All that is another one's in it: it may be said back.
    pub sent: Vec<String>,
}

impl Try {
    fn new(method: Method, path: String, body: String, sent: &[&str]) -> Self {
        Self {
            method,
            path,
            body,
            cookie: None,
            sent: sent.iter().map(|&one| one.to_owned()).collect(),
        }
    }
}

impl Try {
    /// Whether it is asked for as a page. A refusal is brief for whoever does not ask for one.
    pub fn navigates(&self, place: &Place) -> bool {
        place.gets && (!place.path.contains('{') || place.path == "/{edition}/{day}/{slug}")
    }
}

/// What a parameter, field or query of this kind is called.
fn called(kind: &str) -> &str {
    let last = kind.rsplit(['/', ' ']).next().unwrap_or(kind);
    match last.trim_matches(['{', '}']) {
        "address" => "email",
        other => other,
    }
}

/// Whoever tries, and what they have to fill in forms with.
pub struct Trier<'t> {
    pub who: &'t Belongings,
    pub everybody: &'t [Belongings],
}

impl Trier<'_> {
    /// The form that posts to this path: their own, or else another one's, the other person's first.
    fn form(&self, place: &Place, whose: &Belongings) -> Option<&Form> {
        let all = [self.who.role, whose.role];
        let first = all.iter().map(|role| &self.everybody[*role as usize]);
        let mut forms = first.chain(self.everybody);
        forms.find_map(|one| {
            let mut forms = one.harvest.forms.values();
            let form = forms.find(|(at, _)| *at == place.path);
            form.map(|(_, form)| form)
        })
    }

    /// Whether something can be posted here with fields that are known from no page and no message.
    pub fn is_untried(&self, place: &Place) -> bool {
        let is_message = MESSAGES.iter().any(|(path, _)| *path == place.path);
        let is_known = is_message || BUTTONS.contains(&place.path);
        place.posts && !is_known && self.form(place, self.who).is_none()
    }

    fn typed(&self, place: &Place, field: &Field) -> String {
        let role = self.who.role;
        match (field.name.as_str(), field.kind.as_str()) {
            (_, "password") if field.autocomplete == "current-password" => "nobody has this".into(),
            // Without one a mailed link is not used up.
            (_, "password") if place.path != "/sign-up" => String::new(),
            (_, "password") => "a paper now and then".into(),
            // What becomes their own is no longer another one's.
            ("email", _) if place.path.ends_with("/owner") => String::new(),
            ("email" | "emails" | "username", _) => role.email(),
            ("name", _) => role.name().into(),
            ("label", _) => "Cocina".into(),
            ("plan", _) => "digital".into(),
            ("until", _) => "2027-01-31".into(),
            ("seats" | "company", _) => String::new(),
            _ => field.value.clone(),
        }
    }

    /// A form with the identifier in the fields that are chosen.
    fn filled(
        &self,
        place: &Place,
        form: &Form,
        value: &str,
        chosen: impl Fn(&Field) -> bool,
    ) -> (String, Vec<String>) {
        let (mut fields, mut sent) = (Vec::new(), vec![value.to_owned()]);
        for field in &form.fields {
            let typed = if chosen(field) {
                value.to_owned()
            } else {
                self.typed(place, field)
            };
            if field.hidden {
                sent.push(typed.clone());
            }
            fields.push((field.name.as_str(), typed));
        }
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        (pairs(fields), sent)
    }

    /// Bodies for this route with the identifier in one field each, in all where that is slow, and in none.
    fn bodies(
        &self,
        place: &Place,
        whose: &Belongings,
        (kind, value): (&str, &str),
    ) -> Vec<(String, Vec<String>)> {
        let message = MESSAGES.iter().find(|(path, _)| *path == place.path);
        if let Some((_, message)) = message {
            let fields: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(message).unwrap();
            let names = ["view", "epoch", "reader"];
            let body = |name: &&str| {
                let mut fields = fields.clone();
                fields.insert((*name).to_owned(), value.into());
                (
                    serde_json::to_string(&fields).unwrap(),
                    vec![value.to_owned()],
                )
            };
            return names.iter().map(body).collect();
        }
        let Some(form) = self.form(place, whose) else {
            return Vec::new();
        };
        if is_slow(place.path) {
            if kind != "address" || place.path.starts_with("/account") {
                return Vec::new();
            }
            return vec![self.filled(place, form, value, |field| field.kind != "password")];
        }
        let fields = form.fields.iter().filter(|field| field.kind != "password");
        fields
            .map(|chosen| self.filled(place, form, value, |field| field.name == chosen.name))
            .collect()
    }

    /// Everything that can be tried with one identifier at one path; in fields only if it belongs there.
    pub fn tries(
        &self,
        place: &Place,
        whose: &Belongings,
        (kind, value): (&str, &str),
        in_fields: bool,
    ) -> Vec<Try> {
        let mut tries = Vec::new();
        let bodies = if in_fields {
            self.bodies(place, whose, (kind, value))
        } else {
            Vec::new()
        };
        let query = pairs([("id", value), (called(kind), value)]);
        let segments: Vec<&str> = place.path.split('/').collect();
        let params = segments.iter().enumerate();
        let params: Vec<usize> = params
            .filter(|(_, segment)| segment.contains('{'))
            .map(|(at, _)| at)
            .collect();
        for at in &params {
            let path = filled_path(&segments, *at, value);
            for method in VERBS {
                let declared = if method == Method::POST {
                    place.posts
                } else {
                    place.gets
                };
                if Some(at) != params.last() && !declared {
                    continue;
                }
                match method {
                    Method::POST if place.posts => {
                        let none = (String::new(), vec![value.to_owned()]);
                        for (body, sent) in bodies.iter().cloned().chain([none]) {
                            let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
                            tries.push(Try::new(Method::POST, path.clone(), body, &sent));
                        }
                    }
                    Method::GET | Method::HEAD | Method::OPTIONS => {
                        let path = format!("{path}?{query}");
                        tries.push(Try::new(method, path, String::new(), &[value]));
                    }
                    _ => tries.push(Try::new(method, path.clone(), query.clone(), &[value])),
                }
            }
        }
        // At the address of their own form, or at the one that everybody has. A link that was mailed to them is not used up.
        let mut own = self.who.harvest.forms.iter();
        let own = own.find(|(_, (at, _))| *at == place.path && !at.contains("{token}"));
        let own = own.map(|(action, _)| action);
        let action = match own {
            Some(action) => Some(action.as_str()),
            None => params.is_empty().then_some(place.path),
        };
        if let Some(action) = action.filter(|_| place.posts) {
            for (body, mut sent) in bodies {
                sent.push(decode(action));
                let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
                tries.push(Try::new(Method::POST, action.into(), body, &sent));
            }
        }
        tries.extend(in_cookies(place, kind, value));
        tries
    }

    /// All identifiers of somebody at one path without a parameter, each under its own name: as many as have different
    /// names at a time. Words go by themselves. With each request its kind.
    pub fn rounds<'i>(
        &self,
        place: &Place,
        identifiers: &[(&'i str, &'i str)],
    ) -> Vec<(&'i str, Try)> {
        if place.path.contains('{') {
            return Vec::new();
        }
        let (words, others): (Vec<_>, Vec<_>) = identifiers
            .iter()
            .map(|(value, kind)| (*kind, called(kind), *value))
            .partition(|(kind, ..)| WORDS.contains(kind));
        let mut rounds: Vec<_> = words.into_iter().map(|word| vec![word]).collect();
        let of_words = rounds.len();
        for one in others {
            let mut opaque = rounds[of_words..].iter_mut();
            match opaque.find(|round| round.iter().all(|(_, name, _)| *name != one.1)) {
                Some(round) => round.push(one),
                None => rounds.push(vec![one]),
            }
        }
        let mut tries = Vec::new();
        for (number, round) in rounds.iter().enumerate() {
            let kind = if number < of_words {
                round[0].0
            } else {
                "several"
            };
            let query = pairs(round.iter().map(|(_, name, value)| (*name, *value)));
            let sent: Vec<&str> = round.iter().map(|(.., value)| *value).collect();
            for method in VERBS {
                let path = format!("{}?{query}", place.path);
                let body = match method {
                    Method::GET | Method::HEAD | Method::OPTIONS => String::new(),
                    _ => query.clone(),
                };
                tries.push((kind, Try::new(method, path, body, &sent)));
            }
        }
        tries
    }

    /// Forms and links of another one, as they stand on the pages of that one.
    pub fn as_they_are(&self, place: &Place, whose: &Belongings) -> Vec<Try> {
        let mut tries = Vec::new();
        if is_slow(place.path) {
            return tries;
        }
        let harvest = &whose.harvest;
        let own = harvest.own_forms.iter();
        let own = own.map(|action| &harvest.forms[action]);
        for (_, form) in own.filter(|(at, _)| *at == place.path) {
            let typed = |field: &Field| match field.kind.as_str() {
                "password" => self.typed(place, field),
                _ => field.value.clone(),
            };
            let mut sent: Vec<&str> = form
                .fields
                .iter()
                .map(|field| field.value.as_str())
                .collect();
            let action = decode(&form.action);
            sent.push(&action);
            let body = form.filled(typed);
            tries.push(Try::new(Method::POST, form.action.clone(), body, &sent));
        }
        let links = harvest.links.iter();
        for (link, _) in links.filter(|(_, at)| **at == place.path) {
            let sent = decode(link);
            tries.push(Try::new(Method::GET, link.clone(), String::new(), &[&sent]));
        }
        tries
    }
}

/// The path with the identifier in this parameter, and in the others what is there.
fn filled_path(segments: &[&str], at: usize, value: &str) -> String {
    let filled = segments.iter().enumerate().map(|(number, segment)| {
        if number == at {
            let start = segment.split('{').next().unwrap_or_default();
            return start.to_owned() + &encode(value);
        }
        match *segment {
            "{edition}" => "en".to_owned(),
            "{day}" => "2026-02-24".to_owned(),
            "{slug}" => "subscribers-1".to_owned(),
            "{topic}" => "water".to_owned(),
            segment if segment.contains('{') => encode(value),
            segment => segment.to_owned(),
        }
    });
    filled.collect::<Vec<_>>().join("/")
}

/// As a cookie of another name, where cookies make a difference. Whoever has the very cookie is that person, as far as
/// anybody can tell.
fn in_cookies(place: &Place, kind: &str, value: &str) -> Vec<Try> {
    let (path, names) = match place.path {
        "/account/devices" => (place.path, &COOKIES[..1]),
        "/{edition}/{day}/{slug}" => (ARTICLE, &COOKIES[..]),
        _ => return Vec::new(),
    };
    let others = names.iter().filter(|name| kind != format!("cookie {name}"));
    let with = |name: &&'static str| Try {
        cookie: Some((*name, value.to_owned())),
        ..Try::new(Method::GET, path.into(), String::new(), &[value])
    };
    others.map(with).collect()
}

/// Words of everybody that are looked for in answers, with whose and what they are.
pub fn secrets(everybody: &[Belongings]) -> Vec<(Role, String, String)> {
    let mut secrets = Vec::new();
    for one in everybody {
        for (value, kind) in &one.identifiers {
            // An address is known by its first half, however it is written.
            let word = if kind == "address" {
                one.role.mailbox()
            } else {
                value.clone()
            };
            if word.len() >= 8 {
                secrets.push((one.role, kind.clone(), word));
            }
        }
    }
    secrets
}
