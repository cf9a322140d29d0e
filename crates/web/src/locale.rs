//! Every text a person reads comes from `locales/`, by key, in the person's language.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use http::{HeaderMap, HeaderValue, Uri, header};
use jiff::tz::TimeZone;
use unic_langid::LanguageIdentifier;

use crate::Site;
use base::lang::Lang;
use base::time::{Span, UnixMillis};

/// The files of a crate's `locales/`: tag of the language, and text in Fluent's syntax.
pub type Texts = &'static [(&'static str, &'static str)];

type Bundle = FluentBundle<FluentResource>;

/// One for each language, in the order of [`base::lang::LANGUAGES`].
static BUNDLES: OnceLock<Vec<Bundle>> = OnceLock::new();

/// Loads the texts of all crates that speak to people. Whoever puts the paper together calls it; only the first call counts.
pub fn load(texts: &[Texts]) {
    BUNDLES.get_or_init(|| {
        Lang::ALL
            .iter()
            .copied()
            .map(|lang| bundle(lang, texts))
            .collect()
    });
}

fn bundle(lang: Lang, texts: &[Texts]) -> Bundle {
    let id: LanguageIdentifier = lang
        .as_str()
        .parse()
        .expect("our language tags are well-formed");
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let of_language = |(tag, text): &(&str, &'static str)| (*tag == lang.as_str()).then_some(*text);
    for text in texts.iter().copied().flatten().filter_map(of_language) {
        let resource = FluentResource::try_new(text.to_owned())
            .unwrap_or_else(|(_, errors)| panic!("{lang}: {errors:?}"));
        bundle
            .add_resource(resource)
            .unwrap_or_else(|errors| panic!("{lang}: {errors:?}"));
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

    /// The text of `key` with three arguments.
    #[must_use]
    pub fn with3(&self, key: &str, a: (&str, &str), b: (&str, &str), c: (&str, &str)) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in [a, b, c] {
            args.set(name, value);
        }
        self.args(key, &args)
    }

    fn args(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle = BUNDLES.get().and_then(|all| all.get(self.lang.index()));
        let message = bundle.and_then(|bundle| bundle.get_message(key));
        let (Some(bundle), Some(pattern)) = (bundle, message.and_then(|message| message.value()))
        else {
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
        self.day(day.date())
    }

    /// The same for a calendar day.
    #[must_use]
    pub fn day(&self, day: jiff::civil::Date) -> String {
        let mut args = FluentArgs::new();
        args.set("day", day.day().to_string());
        args.set("month", self.say(&format!("month-{}", day.month())));
        args.set("year", day.year().to_string());
        self.args("date", &args)
    }

    /// Date, time of day and zone: whose clock it is cannot be guessed elsewhere in the world.
    #[must_use]
    pub fn moment(&self, at: UnixMillis, zone: &TimeZone) -> String {
        let (date, time) = (self.date(at, zone), self.clock(at, zone));
        let name = at.zoned(zone).strftime("%Z").to_string();
        // Many zones have no name of their own, only the hours they are away.
        let utc = if name.starts_with(['+', '-']) {
            "UTC"
        } else {
            ""
        };
        let name = format!("{utc}{name}");
        self.with3("moment", ("date", &date), ("time", &time), ("zone", &name))
    }

    /// How long something has lasted: "12 minutes", in the largest unit of which there are enough. The same for all clocks
    /// and zones.
    #[must_use]
    pub fn span(&self, span: Span) -> String {
        let minutes = span.0 / 60_000;
        match minutes {
            0 => self.say("span-short"),
            1..=59 => self.with("span-minutes", "count", minutes),
            60..=2879 => self.with("span-hours", "count", minutes / 60),
            _ => self.with("span-days", "count", minutes / 1440),
        }
    }

    /// The time of day, such as "9:42" or "9:42 AM".
    #[must_use]
    pub fn clock(&self, at: UnixMillis, zone: &TimeZone) -> String {
        let zoned = at.zoned(zone);
        let mut out = String::new();
        if self.lang.language().twelve_hours {
            let half = if zoned.hour() < 12 { "AM" } else { "PM" };
            let hour = (zoned.hour() + 11) % 12 + 1;
            write!(out, "{hour}:{:02} {half}", zoned.minute())
        } else {
            write!(out, "{}:{:02}", zoned.hour(), zoned.minute())
        }
        .expect("writing to a String does not fail");
        out
    }
}

/// Language of a page that belongs to no edition, for a visitor whose own setting is not known: `lang=` in the address,
/// then the edition named by the path or by `next=`, then `Accept-Language`, then the default edition's.
#[must_use]
pub fn of_request(site: &Site, uri: &Uri, headers: &HeaderMap) -> Lang {
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
        site.language(first)
    };
    value("lang")
        .and_then(|tag| tag.parse().ok())
        .or_else(|| by_path(uri.path()))
        .or_else(|| value("next").and_then(by_path))
        .or_else(|| {
            let lines = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
            Lang::accepted(lines.map(HeaderValue::as_bytes))
        })
        .or_else(|| site.language(&site.base.config.site.default_edition))
        .unwrap_or(Lang::EN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_load_and_say_dates() {
        load(&[crate::TEXTS]);
        let at = UnixMillis(1_772_020_320_000);
        assert_eq!(
            Say::new(Lang::EN).moment(at, &TimeZone::UTC),
            "February 25, 2026, 11:52 AM UTC"
        );
        assert_eq!(
            Say::new(Lang::ES).moment(at, &TimeZone::UTC),
            "25 de febrero de 2026, 11:52 UTC"
        );
    }

    #[test]
    fn a_moment_names_its_zone_in_summer_and_winter() {
        load(&[crate::TEXTS]);
        let zone = |name: &str| TimeZone::get(name).unwrap();
        for (at, name, expected) in [
            (
                1_772_020_320_000,
                "America/New_York",
                "February 25, 2026, 6:52 AM EST",
            ),
            (
                1_782_388_320_000,
                "America/New_York",
                "June 25, 2026, 7:52 AM EDT",
            ),
            (
                1_772_020_320_000,
                "Europe/Madrid",
                "February 25, 2026, 12:52 PM CET",
            ),
            (
                1_772_020_320_000,
                "America/Bogota",
                "February 25, 2026, 6:52 AM UTC-05",
            ),
        ] {
            let said = Say::new(Lang::EN).moment(UnixMillis(at), &zone(name));
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_span_is_said_in_the_largest_unit_that_fits() {
        load(&[crate::TEXTS]);
        for (minutes, en, es) in [
            (0, "less than a minute", "menos de un minuto"),
            (1, "1 minute", "1 minuto"),
            (59, "59 minutes", "59 minutos"),
            (60, "1 hour", "1 hora"),
            (119, "1 hour", "1 hora"),
            (2_879, "47 hours", "47 horas"),
            (2_880, "2 days", "2 días"),
            (1_440_000, "1000 days", "1000 días"),
        ] {
            let span = Span(Span::minutes(minutes).0 + 59_999);
            assert_eq!(Say::new(Lang::EN).span(span), en);
            assert_eq!(Say::new(Lang::ES).span(span), es);
        }
    }
}
