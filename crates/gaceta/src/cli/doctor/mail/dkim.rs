//! DKIM: whether the DNS has the public half of the key that signs.

use std::os::unix::fs::PermissionsExt as _;

use base::config;
use base::mail::Sender;
use base::mail::dkim::{Signer, in_strings};

use super::names::Names;
use crate::cli::doctor::Findings;

/// The tags of a record: `v=DKIM1; p=..` (RFC 6376, 3.2).
pub fn tags(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(';').filter_map(|tag| tag.split_once('='));
    let tidy = |(name, value): (&str, &str)| {
        let value: String = value.split_whitespace().collect();
        (name.trim().to_ascii_lowercase(), value)
    };
    pairs.map(tidy).collect()
}

/// The value of a tag.
pub fn value<'a>(tags: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = tags.iter().find(|(of, _)| of == name);
    found.map(|(_, value)| value.as_str())
}

pub async fn examine(config: &config::Mail, names: &Names, sender: &Sender, found: &mut Findings) {
    if config.dkim_key.as_os_str().is_empty() {
        found.note(
            "DKIM: no mail is signed here; if your mail server does not do it either, many mails go to the unwanted ones. `gaceta mail key FILE` makes a key, [mail] dkim_key names it",
        );
    }
    for file in [&config.dkim_key, &config.dkim_second_key] {
        let mode = std::fs::metadata(file).map(|about| about.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            found.wrong(format!(
                "DKIM: others on this machine can use the key in {0}; chmod 600 {0}",
                file.display()
            ));
        }
    }
    for signer in sender.signers() {
        key(names, signer, found).await;
    }
}

async fn key(names: &Names, signer: &Signer, found: &mut Findings) {
    let (name, wanted) = (signer.name(), in_strings(&signer.record()));
    let records = match names.texts(&name).await {
        Ok(records) => records,
        Err(silence) => return found.wrong(format!("DKIM: {silence}")),
    };
    let text = match records.as_slice() {
        [text] => text,
        [] => {
            return found.wrong(format!(
                "DKIM: there is no key at {name}; add a TXT record there: {wanted}"
            ));
        }
        several => {
            return found.wrong(format!(
                "DKIM: there are {} records at {name}, and it is chance which one counts; keep one: {wanted}",
                several.len()
            ));
        }
    };
    let tags = tags(text);
    match value(&tags, "p") {
        Some(key) if key == signer.public_key() => {}
        Some("") => {
            return found.wrong(format!(
                "DKIM: the key at {name} was revoked (p= is empty); make another one with `gaceta mail key`"
            ));
        }
        _ => {
            return found.wrong(format!(
                "DKIM: the key at {name} is another one than the one that signs, so every signature is wrong; set it to {wanted}"
            ));
        }
    }
    let is_test = value(&tags, "t").is_some_and(|flags| flags.split(':').any(|flag| flag == "y"));
    if is_test {
        found.note(format!(
            "DKIM: the record at {name} says that it is a test (t=y), so receivers may ignore it; take that out"
        ));
    }
    found.fine(format!("DKIM: {name} has the key that signs"));
}
