//! Mends what WordPress exports commonly get wrong, while they are read.
//!
//! A `&` that begins no reference becomes `&amp;`, and characters that XML does not allow are dropped; whatever is broken
//! beyond that is left to the reader behind it. Lines stay where they are and are counted, for messages. No more than a
//! piece of the file is held at a time.

use std::io::{self, BufRead, Read};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// So far one must look ahead to know what a character means: `<![CDATA[`, `&#x10ffff;`.
const AHEAD: usize = 16;

/// Reads as UTF-8 and mended what another reader gives.
#[derive(Debug)]
pub struct Mend<R> {
    inner: R,
    /// As it was read, not mended yet.
    raw: Vec<u8>,
    mended: Vec<u8>,
    /// How much of `mended` was taken.
    taken: usize,
    section: Section,
    ended: bool,
    count: usize,
    /// Ends of lines that were taken, and that were read.
    lines_taken: usize,
    lines_read: usize,
    /// Ends of lines before the last character that is no space.
    lines_filled: usize,
}

/// Where references mean something, and where not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Text,
    CData,
    Comment,
}

impl<R: Read> Mend<R> {
    /// Mends what `inner` gives.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            raw: Vec::new(),
            mended: Vec::new(),
            taken: 0,
            section: Section::Text,
            ended: false,
            count: 0,
            lines_taken: 0,
            lines_read: 0,
            lines_filled: 0,
        }
    }

    /// How many characters were mended so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The line that is taken next, from 1 on.
    pub fn line(&self) -> usize {
        1 + self.lines_taken
    }

    /// The line of the last character so far that is no space.
    pub fn last_line(&self) -> usize {
        1 + self.lines_filled
    }

    /// Reads a piece and mends what is sure of it.
    fn next_piece(&mut self) -> io::Result<()> {
        let before = self.raw.len();
        self.raw.resize(before + PIECE, 0);
        let read = self.inner.read(&mut self.raw[before..]);
        self.raw
            .truncate(before + read.as_ref().copied().unwrap_or(0));
        self.ended = read? == 0;
        let whole = match std::str::from_utf8(&self.raw) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() && !self.ended => error.valid_up_to(),
            Err(error) => {
                let line = 1 + self.lines_read + ends(&self.raw[..error.valid_up_to()]);
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("line {line}: the file is not UTF-8, as WordPress writes it"),
                ));
            }
        };
        self.mended.clear();
        self.taken = 0;
        let sure = if self.ended {
            whole
        } else {
            whole.saturating_sub(AHEAD)
        };
        let done = self.mend(whole, sure);
        let done = &self.raw[..done];
        if let Some(last) = done.iter().rposition(|byte| !byte.is_ascii_whitespace()) {
            self.lines_filled = self.lines_read + ends(&done[..last]);
        }
        self.lines_read += ends(done);
        let done = done.len();
        self.raw.drain(..done);
        Ok(())
    }

    /// Mends the first `sure` bytes, looking ahead into the first `whole`; says how far it came.
    fn mend(&mut self, whole: usize, sure: usize) -> usize {
        let text = &self.raw[..whole];
        let mut at = 0;
        while at < sure {
            let section = self.section;
            let plain = text[at..sure]
                .iter()
                .position(|byte| may_matter(*byte, section))
                .unwrap_or(sure - at);
            self.mended.extend_from_slice(&text[at..at + plain]);
            at += plain;
            if at == sure {
                break;
            }
            let rest = &text[at..];
            self.section = match section {
                Section::CData if rest.starts_with(b"]]>") => Section::Text,
                Section::Comment if rest.starts_with(b"-->") => Section::Text,
                Section::Text if rest.starts_with(b"<![CDATA[") => Section::CData,
                Section::Text if rest.starts_with(b"<!--") => Section::Comment,
                same => same,
            };
            at += match rest[0] {
                b'\t' | b'\n' | b'\r' => {
                    self.mended.push(rest[0]);
                    1
                }
                ..b' ' => {
                    self.count += 1;
                    1
                }
                // U+FFFE and U+FFFF.
                0xef if matches!(rest, [_, 0xbf, 0xbe | 0xbf, ..]) => {
                    self.count += 1;
                    3
                }
                b'&' if self.section == Section::Text && !is_reference(rest) => {
                    self.mended.extend_from_slice(b"&amp;");
                    self.count += 1;
                    1
                }
                other => {
                    self.mended.push(other);
                    1
                }
            };
        }
        at
    }
}

impl<R: Read> Read for Mend<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Mend<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.mended.len() && !(self.ended && self.raw.is_empty()) {
            self.next_piece()?;
        }
        Ok(&self.mended[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.lines_taken += ends(&self.mended[self.taken..self.taken + count]);
        self.taken += count;
    }
}

/// Whether a byte could be the first of something that is not simply taken over.
fn may_matter(byte: u8, section: Section) -> bool {
    match byte {
        ..b' ' => !matches!(byte, b'\t' | b'\n' | b'\r'),
        0xef => true,
        b'<' | b'&' => section == Section::Text,
        b']' => section == Section::CData,
        b'-' => section == Section::Comment,
        _ => false,
    }
}

fn ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn is_reference(text: &[u8]) -> bool {
    let near = &text[1..text.len().min(1 + 10)];
    let name = near
        .iter()
        .position(|byte| *byte == b';')
        .and_then(|end| std::str::from_utf8(&near[..end]).ok());
    let Some(name) = name else { return false };
    match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok()
                .and_then(char::from_u32)
                .is_some_and(|one| one >= ' ' || matches!(one, '\t' | '\n' | '\r'))
        }
        None => matches!(name, "amp" | "lt" | "gt" | "quot" | "apos"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that everything is cut everywhere.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut into[..1])
        }
    }

    fn mend(inner: impl Read) -> (String, usize, usize) {
        let mut mend = Mend::new(inner);
        let mut text = String::new();
        mend.read_to_string(&mut text).unwrap();
        (text, mend.count(), mend.last_line())
    }

    #[test]
    fn raw_ampersands_and_control_characters_are_mended_outside_of_cdata() {
        let raw = "<a>x&y=1 &amp; &nbsp; &#10; &#xD800;\u{1}</a><![CDATA[a&b\u{8}]]><!-- & -->\u{ffff}\u{fffd}\u{f1} &\n\n";
        let whole = mend(raw.as_bytes());
        assert_eq!(
            whole.0,
            "<a>x&amp;y=1 &amp; &amp;nbsp; &#10; &amp;#xD800;</a><![CDATA[a&b]]><!-- & -->\u{fffd}\u{f1} &amp;\n\n"
        );
        assert_eq!((whole.1, whole.2), (7, 1));
        assert_eq!(mend(Drops(raw.as_bytes())), whole);
    }

    #[test]
    fn pieces_are_put_together_and_what_is_not_utf_8_names_its_line() {
        let raw = "a\u{f1}\n<![CDATA[&]]>&\n".repeat(20_000);
        let (text, count, last) = mend(raw.as_bytes());
        assert_eq!((count, last), (20_000, 40_000));
        assert_eq!(text, raw.replace("]]>&", "]]>&amp;"));
        for broken in [&b"a\nb\xff"[..], b"a\nb\xc3"] {
            let error = Mend::new(broken).read_to_end(&mut Vec::new()).unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("line 2: the file is not UTF-8"),
                "{error}"
            );
        }
    }
}
