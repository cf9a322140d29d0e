//! Quality values (RFC 9110, 12.4.2): how much a client wants one of the choices it names, as in `br;q=0.5`.
//!
//! On the path of a reading page, so nothing is copied and no decimal is made of it. Deliberately not here: which choices
//! there are (`base::lang`, `web::pages`).

/// The weight of a choice that names none, and the greatest one, in thousandths.
pub const MOST: u16 = 1_000;

/// Splits one member of a list into the choice and its weight in thousandths: 0 is "not acceptable". A weight that cannot
/// be read is 0, too: nobody is sent what may have been refused.
#[must_use]
pub fn weighed(member: &[u8]) -> (&[u8], u16) {
    let Some(at) = member.iter().position(|byte| *byte == b';') else {
        return (member.trim_ascii(), MOST);
    };
    let (choice, parameters) = member.split_at(at);
    let weight = parameters
        .split(|byte| *byte == b';')
        .find_map(|parameter| {
            let (b'q' | b'Q', rest) = parameter.trim_ascii().split_first()? else {
                return None;
            };
            let value = rest.trim_ascii_start().strip_prefix(b"=")?;
            Some(thousandths(value.trim_ascii_start()))
        });
    (choice.trim_ascii(), weight.unwrap_or(MOST))
}

/// `0`, `1`, or either with a point and up to three digits; more digits say nothing more.
fn thousandths(value: &[u8]) -> u16 {
    let (whole, digits) = match value {
        [whole] => (*whole, &b""[..]),
        [whole, b'.', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => (*whole, digits),
        _ => return 0,
    };
    match whole {
        b'1' if digits.iter().all(|digit| *digit == b'0') => MOST,
        b'0' => [100, 10, 1]
            .into_iter()
            .zip(digits)
            .map(|(worth, digit)| worth * u16::from(digit - b'0'))
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_read_however_it_is_written() {
        for (member, choice, weight) in [
            ("br", "br", 1_000),
            (" br ; q=0.5 ", "br", 500),
            ("br;q=0", "br", 0),
            ("br;q=0.", "br", 0),
            ("br; q=0.0", "br", 0),
            ("br\t;\tQ=0.000", "br", 0),
            ("br;q = 0", "br", 0),
            ("br;q=0.001", "br", 1),
            ("br;q=0.25", "br", 250),
            ("br;q=1.", "br", 1_000),
            ("br;q=1.000", "br", 1_000),
            ("br;level=11;q=0", "br", 0),
            ("br;q", "br", 1_000),
            ("br;", "br", 1_000),
            ("*;q=0", "*", 0),
            ("br;q=0.00001", "br", 0),
        ] {
            let read = weighed(member.as_bytes());
            assert_eq!(read, (choice.as_bytes(), weight), "{member}");
        }
    }

    #[test]
    fn a_weight_that_cannot_be_read_refuses() {
        for member in [
            "br;q=",
            "br;q=x",
            "br;q=-1",
            "br;q=1.5",
            "br;q=2",
            "br;q=.5",
            "br;q=0,5",
            "br;q=0.5x",
            "br;q=\"1\"",
            "br;q=00",
        ] {
            assert_eq!(weighed(member.as_bytes()).1, 0, "{member}");
        }
    }
}
