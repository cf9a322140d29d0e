//! Codes that people read in one place and type in another: made, shown in groups, and read however they are typed.

/// Digits of a code. With `[accounts] code_tries` tries it is guessed once in twenty million mails.
const DIGITS: usize = 8;

/// A code out of a random number.
#[must_use]
pub fn code_of(random: u64) -> String {
    let range = 10_u64.pow(DIGITS as u32);
    format!("{:0width$}", random % range, width = DIGITS)
}

/// The same as people read it: "1234 5678".
#[must_use]
pub fn grouped(code: &str) -> String {
    let half = code.len() / 2;
    match code.split_at_checked(half) {
        Some((first, second)) => format!("{first} {second}"),
        None => code.to_owned(),
    }
}

/// The `length` digits of a code as typed: with spaces, hyphens or dots anywhere, in digits of any script. `None` if it is
/// none.
#[must_use]
pub fn code_from(typed: &str, length: usize) -> Option<String> {
    let mut digits = String::with_capacity(length);
    for sign in typed.chars() {
        match digit(sign) {
            Some(_) if digits.len() == length => return None,
            Some(digit) => digits.push(digit),
            None if sign.is_whitespace() || is_between(sign) => {}
            None => return None,
        }
    }
    (digits.len() == length).then_some(digits)
}

/// What stands between digits and means nothing: hyphens, dots, and what a copied text brings along unseen.
fn is_between(sign: char) -> bool {
    matches!(sign, '-' | '.' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A decimal digit as keyboards of other scripts and of East Asia write it.
fn digit(sign: char) -> Option<char> {
    const ZEROS: [char; 5] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let value = ZEROS.iter().find_map(|zero| {
        (sign as u32)
            .checked_sub(*zero as u32)
            .filter(|value| *value < 10)
    });
    value.and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in [
            "12345678",
            "1234 5678",
            " 1 2 3 4-5678\n",
            "1234\u{a0}5678",
            "\u{202a}1234.5678\u{202c}",
            "１２３４５６７８",
            "١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(code_from(typed, 8).as_deref(), Some("12345678"), "{typed}");
        }
        for typed in [
            "",
            "1234567",
            "123456789",
            "1234567a",
            "1234 567l",
            "１２３４５６７",
            "²2345678",
        ] {
            assert_eq!(code_from(typed, 8), None, "{typed}");
        }
    }

    #[test]
    fn a_code_has_its_zeros_and_is_shown_in_two_groups() {
        assert_eq!(code_of(42), "00000042");
        assert_eq!(code_of(123_456_789_012), "56789012");
        assert_eq!(grouped("00000042"), "0000 0042");
        assert_eq!(code_from(&grouped(&code_of(7)), 8), Some(code_of(7)));
    }
}
