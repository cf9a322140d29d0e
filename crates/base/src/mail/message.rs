//! A mail as bytes: headers, parts and signature (RFC 5322, 2045, 6376).
//!
//! What readers and companies are called gets into headers, so nothing that ends a line may come through: [`one_line`] here,
//! and lettre encodes what is no ASCII. Deliberately not here: what a mail says.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::Mail;
use super::dkim::Signer;
use crate::config;
use crate::time::UnixMillis;

/// Who sends: what is the same on every mail.
#[derive(Debug)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    signers: Vec<Signer>,
}

impl Sender {
    /// As configured.
    ///
    /// # Errors
    /// When an address or a key cannot be understood.
    pub fn new(config: &config::Mail) -> anyhow::Result<Self> {
        let from = mailbox("from", &config.from)?;
        let reply_to = match config.reply_to.as_str() {
            "" => None,
            reply_to => Some(mailbox("reply_to", reply_to)?),
        };
        let signers = Signer::of(config, from.email.domain())?;
        Ok(Self {
            from,
            reply_to,
            signers,
        })
    }

    /// The domain in the address of whoever sends, which is what DMARC looks at.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// What signs the mails; none if somebody else does.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The whole mail, signed, and between whom it goes.
    pub(super) fn message(
        &self,
        mail: &Mail,
        name: &str,
        now: UnixMillis,
    ) -> anyhow::Result<(Envelope, Vec<u8>)> {
        let date = UNIX_EPOCH + Duration::from_millis(now.0.max(0).unsigned_abs());
        let mut builder = Message::builder()
            .message_id(Some(format!("<{name}@{}>", self.domain())))
            .date(date)
            .from(self.from.clone())
            .to(mail.to.parse()?)
            .subject(one_line(&mail.subject))
            .header(AutoSubmitted);
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let message = builder.multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))?;
        let mut bytes = message.formatted();
        // The last one stands on top: that of RSA, which everybody can verify.
        for signer in &self.signers {
            let mut signed = signer.sign(&bytes)?;
            signed.append(&mut bytes);
            bytes = signed;
        }
        Ok((message.envelope().clone(), bytes))
    }
}

fn mailbox(setting: &str, text: &str) -> anyhow::Result<Mailbox> {
    text.parse()
        .map_err(|error| anyhow::anyhow!("[mail] {setting} = {text:?} is no mail address: {error}"))
}

/// No person wrote it: programs do not answer with an absence note (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A text for a header: what ends a line, or turns the direction of writing, becomes a space; and what looks like an encoded
/// word (RFC 2047) is none any more, so that it is read as it was written.
fn one_line(text: &str) -> String {
    let unfit = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let words = text.replace(unfit, " ").replace("=?", "= ?");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Priority;

    fn sent(subject: &str, config: &config::Mail) -> String {
        let mail = Mail {
            to: "eva@paper.test".to_owned(),
            subject: subject.to_owned(),
            text: "Hola, ñ".to_owned(),
            html: "<p>Hola, ñ</p>".to_owned(),
            priority: Priority::Usual,
            good_until: None,
        };
        let at = UnixMillis(1_772_020_320_000);
        let sender = Sender::new(config).unwrap();
        String::from_utf8(sender.message(&mail, "1", at).unwrap().1).unwrap()
    }

    fn headers(mail: &str) -> Vec<&str> {
        let head = mail.split("\r\n\r\n").next().unwrap();
        let lines = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap()).collect()
    }

    #[test]
    fn every_mail_has_the_same_headers_and_our_own_date_and_identifier() {
        let config = config::Mail {
            from: "El Diario <hola@diario.example>".to_owned(),
            reply_to: "lectores@diario.example".to_owned(),
            ..config::Mail::default()
        };
        let mail = sent("Hola", &config);
        let mut names = headers(&mail);
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "Auto-Submitted",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Reply-To",
                "Subject",
                "To"
            ]
        );
        for line in [
            "Message-ID: <1@diario.example>",
            "Date: Wed, 25 Feb 2026 11:52:00 +0000",
            "Auto-Submitted: auto-generated",
            "Reply-To: lectores@diario.example",
        ] {
            assert!(mail.contains(&format!("{line}\r\n")), "{line}: {mail}");
        }
    }

    #[test]
    fn nothing_in_a_subject_becomes_a_header() {
        let config = config::Mail::default();
        let usual = headers(&sent("Hola", &config)).len();
        for text in [
            "a\r\nBcc: eve@evil.example",
            "a\nBcc: eve@evil.example",
            "a\rBcc: eve@evil.example",
            "a\u{2028}Bcc: eve@evil.example",
            "a\u{85}Bcc: eve@evil.example",
            "a\0b\u{b}c\u{c}d",
            "a\r\n\r\n<script>",
            "=?utf-8?q?a=0D=0ABcc:_eve@evil.example?=",
            "ñ\r\nBcc: eve@evil.example",
        ] {
            let mail = sent(text, &config);
            assert_eq!(headers(&mail).len(), usual, "{text:?}: {mail}");
            assert!(!mail.to_lowercase().contains("\nbcc:"), "{text:?}: {mail}");
            assert!(!mail.contains("=?utf-8?q?a=0D"), "{text:?}: {mail}");
        }
    }
}
