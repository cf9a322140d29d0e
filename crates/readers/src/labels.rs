//! What a device is called until its reader names it: browser and system, as the browser says. Shown to the reader
//! only; never used to tell devices apart, which a number does where their names are the same.

use std::borrow::Cow;

use super::rules::{Device, DeviceKind};
use web::locale::Say;

/// What stands in a `User-Agent`, and which browser that is. An app that shows pages comes before the browser it is made of;
/// one that does not say its name has none.
const BROWSERS: [(&str, &str); 31] = [
    ("Instagram", "Instagram"),
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("FB_IAB", "Facebook"),
    ("LinkedInApp", "LinkedIn"),
    ("TwitterAndroid", "X"),
    ("Twitter for", "X"),
    ("Snapchat", "Snapchat"),
    ("Pinterest", "Pinterest"),
    ("musical_ly", "TikTok"),
    ("BytedanceWebview", "TikTok"),
    ("Telegram", "Telegram"),
    ("WhatsApp", "WhatsApp"),
    (" Line/", "LINE"),
    ("GSA/", "Google"),
    ("; wv)", ""),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("Vivaldi", "Vivaldi"),
    ("YaBrowser", "Yandex"),
    ("FxiOS", "Firefox"),
    ("Focus/", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

/// Label and kind from a `User-Agent` header; the label is empty if it names neither browser nor system. `touch`: whether
/// fingers are felt there, as far as the page's script could tell. An iPad says that it is a Mac, and no Mac feels fingers.
#[must_use]
pub fn of_user_agent(agent: &str, touch: bool) -> (String, DeviceKind) {
    let has = |needle: &str| agent.contains(needle);
    let browser = BROWSERS.into_iter().find(|(needle, _)| has(needle));
    let browser = browser.map_or("", |(_, name)| name);
    let (system, kind) = if has("iPhone") {
        ("iPhone", DeviceKind::Phone)
    } else if has("iPad") || touch && has("Mac OS X") {
        ("iPad", DeviceKind::Tablet)
    } else if has("Android") {
        (
            "Android",
            if has("Mobile") {
                DeviceKind::Phone
            } else {
                DeviceKind::Tablet
            },
        )
    } else if has("Windows") {
        ("Windows", DeviceKind::Computer)
    } else if has("Mac OS X") {
        ("Mac", DeviceKind::Computer)
    } else if has("CrOS") {
        ("Chromebook", DeviceKind::Computer)
    } else if has("Linux") {
        ("Linux", DeviceKind::Computer)
    } else {
        ("", DeviceKind::Computer)
    };
    let known = [browser, system].into_iter();
    let known: Vec<&str> = known.filter(|name| !name.is_empty()).collect();
    (known.join(" · "), kind)
}

/// What a device is called, in the language of its reader, and with its number where another one is called the same.
#[must_use]
pub fn name(device: &Device, say: Say) -> Cow<'_, str> {
    let label = match device.label.as_str() {
        "" => Cow::Owned(say.say("device-unnamed")),
        label => Cow::Borrowed(label),
    };
    match device.number {
        ..=1 => label,
        number => Cow::Owned(format!("{label} ({number})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named() {
        for (agent, label, kind) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge · Windows",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox · Linux",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
                "Chrome · Android",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0 (iPhone15,2; iOS 18_0; es_ES)",
                "Instagram · iPhone",
                DeviceKind::Phone,
            ),
            // Apps that do not say who they are.
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                "iPhone",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S921B; wv) AppleWebKit/537.36 Version/4.0 Chrome/140.0 Mobile Safari/537.36",
                "Android",
                DeviceKind::Phone,
            ),
            ("curl/8.0", "", DeviceKind::Computer),
        ] {
            assert_eq!(of_user_agent(agent, false), (label.to_owned(), kind));
        }
    }

    #[test]
    fn an_ipad_that_says_it_is_a_mac_is_known_by_fingers() {
        let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
        let named = |touch| of_user_agent(agent, touch);
        assert_eq!(named(true), ("Safari · iPad".into(), DeviceKind::Tablet));
        assert_eq!(named(false), ("Safari · Mac".into(), DeviceKind::Computer));
        // A laptop with a screen for fingers is no iPad.
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
        let named = of_user_agent(windows, true);
        assert_eq!(named, ("Chrome · Windows".into(), DeviceKind::Computer));
    }

    #[test]
    fn a_name_is_in_the_readers_language_and_has_a_number_if_it_needs_one() {
        web::locale::load(&[web::TEXTS, crate::TEXTS]);
        let device = |label: &str, number| Device {
            id: crate::DeviceId::from_bits(1),
            label: label.to_owned(),
            number,
            kind: DeviceKind::Phone,
            first_seen_at: base::time::UnixMillis(0),
            last_seen_at: base::time::UnixMillis(0),
        };
        let (en, es) = (
            Say::new(base::lang::Lang::EN),
            Say::new(base::lang::Lang::ES),
        );
        for (label, number, say, called) in [
            ("Safari · iPhone", 1, es, "Safari · iPhone"),
            ("Safari · iPhone", 2, es, "Safari · iPhone (2)"),
            ("", 1, en, "Browser"),
            ("", 3, es, "Navegador (3)"),
        ] {
            assert_eq!(name(&device(label, number), say), called);
        }
    }
}
