//! A ZIP archive of small files in memory, stored as they are (PKWARE APPNOTE 6.3.10, method 0): what every system opens.
//!
//! Deliberately not here: compression, files above 4 GiB, reading.

use crate::time::UnixMillis;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Of PKZIP 2.0.
const VERSION: u16 = 20;
/// Made on Unix, so that files get the mode below.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// For their owner alone.
const MODE: u32 = 0o600 << 16;
/// The name is UTF-8 (bit 11).
const UTF8: u16 = 1 << 11;

/// An archive that grows.
#[derive(Debug)]
pub struct Zip {
    /// Date and time as MS-DOS has them.
    moment: [u16; 2],
    bytes: Vec<u8>,
    central: Vec<u8>,
    files: u16,
}

impl Zip {
    /// An empty one, whose files are of this moment (UTC).
    #[must_use]
    pub fn new(at: UnixMillis) -> Self {
        let at = at.zoned(&jiff::tz::TimeZone::UTC);
        let number = |value: i64| u16::try_from(value).unwrap_or(0);
        let year = number(i64::from(at.year()) - 1980).min(127);
        let (month, day) = (number(at.month().into()), number(at.day().into()));
        let (hour, minute) = (number(at.hour().into()), number(at.minute().into()));
        let time = hour << 11 | minute << 5 | (number(at.second().into()) / 2);
        Self {
            moment: [time, year << 9 | month << 5 | day],
            bytes: Vec::new(),
            central: Vec::new(),
            files: 0,
        }
    }

    /// Adds a file. What would not fit into 4 GiB is cut off, which no caller comes near.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        let start = small(self.bytes.len());
        put(&mut self.bytes, &[LOCAL]);
        let head = self.head(name, content);
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(content);

        put(&mut self.central, &[CENTRAL]);
        put16(&mut self.central, &[MADE_BY]);
        self.central.extend_from_slice(&head);
        // No comment, on the first disk, of no kind.
        put16(&mut self.central, &[0, 0, 0]);
        put(&mut self.central, &[MODE, start]);
        self.central.extend_from_slice(name.as_bytes());
        self.files += 1;
    }

    /// What both headers of a file have in common.
    fn head(&self, name: &str, content: &[u8]) -> Vec<u8> {
        let mut head = Vec::new();
        let flags = if name.is_ascii() { 0 } else { UTF8 };
        let [time, date] = self.moment;
        put16(&mut head, &[VERSION, flags, 0, time, date]);
        let length = small(content.len());
        put(&mut head, &[crc32(content), length, length]);
        put16(&mut head, &[u16::try_from(name.len()).unwrap_or(0), 0]);
        head
    }

    /// The whole archive.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let (start, length) = (small(self.bytes.len()), small(self.central.len()));
        self.bytes.append(&mut self.central);
        put(&mut self.bytes, &[END]);
        put16(&mut self.bytes, &[0, 0, self.files, self.files]);
        put(&mut self.bytes, &[length, start]);
        put16(&mut self.bytes, &[0]);
        self.bytes
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn put(out: &mut Vec<u8>, numbers: &[u32]) {
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put16(out: &mut Vec<u8>, numbers: &[u16]) {
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// CRC-32 (ISO 3309), bit by bit: what goes through here is small.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_archive_is_what_python_writes() {
        // Written by zipfile of CPython 3.11.
        let mut zip = Zip::new(UnixMillis(1_772_020_800_000));
        zip.add("é.csv", b"a,b\r\n");
        zip.add("b.json", b"{}");
        assert_eq!(zip.finish(), include_bytes!("zip/two.zip"));
    }
}
