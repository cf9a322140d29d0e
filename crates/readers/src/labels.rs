//! What a device is called until its reader names it: browser and system, as the browser says. Shown to the reader
//! only; never used to tell devices apart.

use super::rules::DeviceKind;

/// Label and kind from a `User-Agent` header.
#[must_use]
pub fn of_user_agent(agent: &str) -> (String, DeviceKind) {
    let has = |needle: &str| agent.contains(needle);
    let browser = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]
    .into_iter()
    .find(|(needle, _)| has(needle))
    .map_or("Browser", |(_, name)| name);
    let (system, kind) = if has("iPhone") {
        ("iPhone", DeviceKind::Phone)
    } else if has("iPad") {
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
    let label = if system.is_empty() {
        browser.to_owned()
    } else {
        format!("{browser} · {system}")
    };
    (label, kind)
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
            ("curl/8.0", "Browser", DeviceKind::Computer),
        ] {
            assert_eq!(of_user_agent(agent), (label.to_owned(), kind));
        }
    }
}
