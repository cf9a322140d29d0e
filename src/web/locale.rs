//! Every text a person reads comes from `locales/`, by key, in the person's language.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use http::{HeaderMap, Uri, header};
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use crate::App;
use crate::base::lang::Lang;
use crate::base::time::UnixMillis;

#[derive(RustEmbed)]
#[folder = "locales"]
struct Files;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [bundle(Lang::En), bundle(Lang::Es)]);

fn bundle(lang: Lang) -> Bundle {
    let id: LanguageIdentifier = lang
        .as_str()
        .parse()
        .expect("our language tags are well-formed");
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for name in Files::iter().filter(|name| name.starts_with(lang.as_str())) {
        let file = Files::get(&name).expect("the name was just listed");
        let text = String::from_utf8(file.data.into_owned()).expect("locales are UTF-8");
        let resource = FluentResource::try_new(text)
            .unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
        bundle
            .add_resource(resource)
            .unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    }
    bundle
}

/// Speaks one language.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    /// The language.
    pub lang: Lang,
}

impl Say {
    /// A speaker of `lang`.
    #[must_use]
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The text of `key`. A key that does not exist shows itself; tidy and a test see to it that none is missing.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.args(key, &FluentArgs::new())
    }

    /// The text of `key` with one argument.
    #[must_use]
    pub fn with<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.args(key, &args)
    }

    /// The text of `key` with two arguments.
    #[must_use]
    pub fn with2<'a>(
        &self,
        key: &str,
        one: &'a str,
        first: impl Into<FluentValue<'a>>,
        two: &'a str,
        second: impl Into<FluentValue<'a>>,
    ) -> String {
        let mut args = FluentArgs::new();
        args.set(one, first);
        args.set(two, second);
        self.args(key, &args)
    }

    fn args(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle = &BUNDLES[self.lang as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            debug_assert!(false, "no text {key} in {}", self.lang);
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text: Cow<'_, str> = bundle.format_pattern(pattern, Some(args), &mut errors);
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        text.into_owned()
    }

    /// "25 February 2026" or "February 25, 2026": as `date` in `dates.ftl` has it.
    #[must_use]
    pub fn date(&self, at: UnixMillis, zone: &TimeZone) -> String {
        let day = at.zoned(zone);
        self.day(day.year(), day.month(), day.day())
    }

    /// The same for a calendar day.
    #[must_use]
    pub fn day(&self, year: i16, month: i8, day: i8) -> String {
        let mut args = FluentArgs::new();
        args.set("day", day.to_string());
        args.set("month", self.say(&format!("month-{month}")));
        args.set("year", year.to_string());
        self.args("date", &args)
    }

    /// Date and time of day.
    #[must_use]
    pub fn moment(&self, at: UnixMillis, zone: &TimeZone) -> String {
        self.with2(
            "moment",
            "date",
            self.date(at, zone),
            "time",
            self.clock(at, zone),
        )
    }

    /// "Reading since 9:42". Spanish says "la" of the hour from one to two and "las" of all others.
    #[must_use]
    pub fn since(&self, at: UnixMillis, zone: &TimeZone) -> String {
        let hour = i64::from(at.zoned(zone).hour());
        self.with2("message-since", "time", self.clock(at, zone), "hour", hour)
    }

    /// The time of day, such as "9:42" or "9:42 AM".
    #[must_use]
    pub fn clock(&self, at: UnixMillis, zone: &TimeZone) -> String {
        let zoned = at.zoned(zone);
        let mut out = String::new();
        match self.lang {
            Lang::Es => write!(out, "{}:{:02}", zoned.hour(), zoned.minute()),
            Lang::En => {
                let half = if zoned.hour() < 12 { "AM" } else { "PM" };
                write!(
                    out,
                    "{}:{:02} {half}",
                    (zoned.hour() + 11) % 12 + 1,
                    zoned.minute()
                )
            }
        }
        .expect("writing to a String does not fail");
        out
    }
}

/// Language of a page that belongs to no edition, for a visitor whose own setting is not known: `lang=` in the address,
/// then the edition named by the path or by `next=`, then `Accept-Language`, then the default edition's.
#[must_use]
pub fn of_request(app: &App, uri: &Uri, headers: &HeaderMap) -> Lang {
    let query = uri.query().unwrap_or("");
    let value = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let by_path = |path: &str| {
        let first = path
            .trim_start_matches("%2F")
            .trim_start_matches('/')
            .split(['/', '%'])
            .next()
            .unwrap_or("");
        app.editions.language(first)
    };
    value("lang")
        .and_then(|tag| tag.parse().ok())
        .or_else(|| by_path(uri.path()))
        .or_else(|| value("next").and_then(by_path))
        .or_else(|| {
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| Lang::accepted(value.to_str().ok()?))
        })
        .or_else(|| app.editions.language(&app.config.site.default_edition))
        .unwrap_or(Lang::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_load_and_say_dates() {
        let at = UnixMillis(1_772_020_320_000);
        assert_eq!(
            Say::new(Lang::En).moment(at, &TimeZone::UTC),
            "February 25, 2026, 11:52 AM"
        );
        assert_eq!(
            Say::new(Lang::Es).moment(at, &TimeZone::UTC),
            "25 de febrero de 2026, 11:52"
        );
    }

    #[test]
    fn one_o_clock_is_one_in_spanish() {
        let es = |hour: i64| {
            Say::new(Lang::Es).since(UnixMillis((hour * 60 + 5) * 60_000), &TimeZone::UTC)
        };
        assert_eq!(es(1), "Leyendo desde la 1:05");
        assert_eq!(es(0), "Leyendo desde las 0:05");
        assert_eq!(es(13), "Leyendo desde las 13:05");
        let en = Say::new(Lang::En).since(UnixMillis(65 * 60_000), &TimeZone::UTC);
        assert_eq!(en, "Reading since 1:05 AM");
    }
}
