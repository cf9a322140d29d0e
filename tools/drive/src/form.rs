//! Forms: what a browser sends for one, and what stands in a page's.

/// As `application/x-www-form-urlencoded`.
#[must_use]
pub fn encode(form: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    pairs.join("&")
}

/// A value of a form, or of a query.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The value of a hidden field, as it stands in the page.
#[must_use]
pub fn field<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let tag = page[at..].split('>').next()?;
    tag.split("value=\"").nth(1)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        assert_eq!(
            encode(&[("next", "/en/x"), ("op", "7")]),
            "next=%2Fen%2Fx&op=7"
        );
    }

    #[test]
    fn the_fields_of_the_message_are_found() {
        let page = r#"<input type="hidden" name="epoch" value="1.2"><input type="hidden" name="op" value="77">"#;
        assert_eq!(field(page, "epoch"), Some("1.2"));
        assert_eq!(field(page, "op"), Some("77"));
        assert_eq!(field(page, "next"), None);
    }
}
