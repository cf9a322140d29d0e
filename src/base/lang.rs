//! The languages the program speaks to readers. Editions may be many; each has one of these.

use super::db::text_enum;

text_enum! {
    /// A language with texts in `locales/`.
    pub enum Lang {
        /// English.
        En = "en",
        /// Spanish.
        Es = "es",
    }
}

impl Lang {
    /// The first language of an `Accept-Language` header that we speak (RFC 9110, 12.5.4); weights decide, then order.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for part in header.split(',').take(20) {
            let mut fields = part.split(';');
            let tag = fields.next().unwrap_or("").trim();
            let weight = fields
                .find_map(|field| field.trim().strip_prefix("q="))
                .map_or(1000, |q| {
                    q.parse::<f32>()
                        .map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32)
                });
            let primary = tag.split('-').next().unwrap_or("").to_ascii_lowercase();
            if let Ok(lang) = primary.parse::<Self>()
                && weight > best.map_or(0, |(_, weight)| weight)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::Lang::{self, En, Es};

    #[test]
    fn the_heaviest_language_we_speak_wins() {
        for (header, lang) in [
            ("es-ES,es;q=0.9,en;q=0.8", Some(Es)),
            ("fr,en;q=0.5,es;q=0.7", Some(Es)),
            ("en-US", Some(En)),
            ("ca, fr", None),
            ("", None),
            ("es;q=0, en;q=0.1", Some(En)),
            ("*;q=x", None),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
