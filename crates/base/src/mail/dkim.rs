//! DKIM (RFC 6376, 8463): the keys that sign our mails, and the DNS records that tell others the public halves.
//!
//! RSA of 2048 bits is what everybody verifies; Ed25519 may stand beside it, never alone. Deliberately not here: asking the
//! DNS, which `gaceta doctor mail` does.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, PublicKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{DkimSigner, Done};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::config;

/// What is signed. `From`, `To` and `Subject` stand twice: so none of them can be added a second time on the way. `Reply-To`
/// comes to them only where we set one: a relay may add its own.
const SIGNED: [&str; 11] = [
    "From",
    "From",
    "To",
    "To",
    "Subject",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
];

/// Which kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA of 2048 bits.
    Rsa,
    /// Ed25519.
    Ed25519,
}

enum Key {
    Rsa(DkimSigner<RsaKey<Sha256>, Done>),
    Ed25519(DkimSigner<Ed25519Key, Done>),
}

/// Signs mails with one key.
pub struct Signer {
    key: Key,
    domain: String,
    selector: String,
    public: String,
}

/// Not the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.name()).finish()
    }
}

impl Signer {
    /// Those that are configured, for mails from that domain; the one of RSA last, as it is to stand on top.
    pub(super) fn of(config: &config::Mail, from: &str) -> anyhow::Result<Vec<Self>> {
        let domain = match config.dkim_domain.as_str() {
            "" => from,
            domain => domain,
        };
        let keys = [
            (
                "dkim_second_key",
                &config.dkim_second_key,
                &config.dkim_second_selector,
                Algorithm::Ed25519,
            ),
            (
                "dkim_key",
                &config.dkim_key,
                &config.dkim_selector,
                Algorithm::Rsa,
            ),
        ];
        let mut signers = Vec::new();
        for (setting, file, selector, algorithm) in keys {
            if file.as_os_str().is_empty() {
                continue;
            }
            let mut headers = SIGNED.to_vec();
            if !config.reply_to.is_empty() {
                headers.push("Reply-To");
            }
            let signer = Self::read(file, algorithm, (domain, selector), headers);
            let signer = signer.map_err(|error| {
                anyhow::anyhow!("[mail] {setting}, {}: {error:#}", file.display())
            })?;
            signers.push(signer);
        }
        Ok(signers)
    }

    fn read(
        file: &Path,
        algorithm: Algorithm,
        (domain, selector): (&str, &str),
        headers: Vec<&str>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(
            is_name(selector) && is_name(domain),
            "{selector:?} at {domain:?} is no name for a key: letters, digits, dashes and dots"
        );
        let pem = std::fs::read(file)?;
        let der = PrivateKeyDer::from_pem_slice(&pem)
            .map_err(|error| anyhow::anyhow!("it holds no private key (PEM): {error}"))?;
        let unfit =
            |error: mail_auth::Error| anyhow::anyhow!("it holds another kind of key: {error}");
        let public = match algorithm {
            Algorithm::Rsa => {
                let pair = match &der {
                    PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
                    der => RsaKeyPair::from_pkcs8(der.secret_der()),
                };
                let pair = pair.map_err(|error| {
                    anyhow::anyhow!("it holds no RSA key that can be used: {error}")
                })?;
                let bits = pair.public_modulus_len() * 8;
                anyhow::ensure!(
                    (2048..=4096).contains(&bits),
                    "an RSA key has 2048 to 4096 bits, not {bits}"
                );
                public_rsa(pair.public_key())?
            }
            Algorithm::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_der())
                    .map_err(|error| anyhow::anyhow!("it holds no Ed25519 key: {error}"))?;
                STANDARD.encode(pair.public_key())
            }
        };
        let key = match algorithm {
            Algorithm::Rsa => Key::Rsa(
                DkimSigner::from_key(RsaKey::from_key_der(der).map_err(unfit)?)
                    .domain(domain)
                    .selector(selector)
                    .headers(headers),
            ),
            Algorithm::Ed25519 => {
                let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_der());
                Key::Ed25519(
                    DkimSigner::from_key(key.map_err(unfit)?)
                        .domain(domain)
                        .selector(selector)
                        .headers(headers),
                )
            }
        };
        Ok(Self {
            key,
            domain: domain.to_owned(),
            selector: selector.to_owned(),
            public,
        })
    }

    /// The domain that signs.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Where the DNS has the public key.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The public key, as the record has it in `p=`.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// What the DNS is to say there.
    #[must_use]
    pub fn record(&self) -> String {
        let algorithm = match self.key {
            Key::Rsa(_) => Algorithm::Rsa,
            Key::Ed25519(_) => Algorithm::Ed25519,
        };
        record(algorithm, &self.public)
    }

    /// The header that signs these bytes, with the end of its line.
    pub(super) fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let signature = match &self.key {
            Key::Rsa(signer) => signer.sign(message),
            Key::Ed25519(signer) => signer.sign(message),
        };
        let signature =
            signature.map_err(|error| anyhow::anyhow!("it cannot be signed: {error}"))?;
        Ok(signature.to_header().into_bytes())
    }
}

fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn public_rsa(key: &PublicKey) -> anyhow::Result<String> {
    let der: PublicKeyX509Der<'_> = key
        .as_der()
        .map_err(|_| anyhow::anyhow!("the public key cannot be written down"))?;
    Ok(STANDARD.encode(der.as_ref()))
}

/// A record for the DNS, whole: it is longer than the 255 bytes of one string.
fn record(algorithm: Algorithm, public: &str) -> String {
    match algorithm {
        Algorithm::Rsa => format!("v=DKIM1; k=rsa; p={public}"),
        Algorithm::Ed25519 => format!("v=DKIM1; k=ed25519; p={public}"),
    }
}

/// Makes a key in a new file that only its owner can read; gives the record for the DNS.
///
/// # Errors
/// When the file is there already, or cannot be written.
pub fn make_key(file: &Path, algorithm: Algorithm) -> anyhow::Result<String> {
    let failed = |_| anyhow::anyhow!("no key could be made");
    // The library has its own randomness: what it makes of ours nobody has examined.
    let (private, public) = match algorithm {
        Algorithm::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            (der.as_ref().to_vec(), public_rsa(pair.public_key())?)
        }
        Algorithm::Ed25519 => {
            let pair = Ed25519KeyPair::generate().map_err(failed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            (der.as_ref().to_vec(), STANDARD.encode(pair.public_key()))
        }
    };
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| anyhow::anyhow!("{} cannot be made: {error}", file.display()))?;
    out.write_all(pem(&private).as_bytes())?;
    out.sync_all()?;
    Ok(record(algorithm, &public))
}

/// RFC 7468.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(PrivatePkcs8KeyDer::from(der).secret_pkcs8_der());
    let mut out = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END PRIVATE KEY-----\n");
    out
}

/// A text in the strings of at most 255 bytes of which a TXT record is made, as zone files have them.
#[must_use]
pub fn in_strings(record: &str) -> String {
    let mut strings = Vec::new();
    let mut rest = record;
    while !rest.is_empty() {
        let (string, after) = rest.split_at(rest.len().min(255));
        strings.push(format!("\"{string}\""));
        rest = after;
    }
    strings.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_signs() {
        let dir = tempfile::tempdir().unwrap();
        let (rsa, ed25519) = (dir.path().join("rsa.pem"), dir.path().join("ed.pem"));
        let records = [
            make_key(&rsa, Algorithm::Rsa).unwrap(),
            make_key(&ed25519, Algorithm::Ed25519).unwrap(),
        ];
        assert!(make_key(&rsa, Algorithm::Rsa).is_err());
        let mode = std::fs::metadata(&rsa).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let config = config::Mail {
            dkim_key: rsa.clone(),
            dkim_second_key: ed25519,
            ..config::Mail::default()
        };
        let signers = Signer::of(&config, "paper.example").unwrap();
        let said: Vec<String> = signers.iter().rev().map(Signer::record).collect();
        assert_eq!(said, records);
        assert_eq!(signers[1].name(), "gaceta._domainkey.paper.example");
        let header = signers[1]
            .sign(b"From: a@b.c\r\nSubject: x\r\n\r\nHi\r\n")
            .unwrap();
        let header = String::from_utf8(header).unwrap();
        assert!(header.starts_with("DKIM-Signature: v=1; a=rsa-sha256;"));
        assert!(header.ends_with("\r\n") && header.contains("c=relaxed/relaxed"));
        // A key of one kind is not taken for the other.
        let config = config::Mail {
            dkim_second_key: rsa,
            ..config::Mail::default()
        };
        assert!(Signer::of(&config, "paper.example").is_err());
    }

    #[test]
    fn a_long_record_is_written_in_strings() {
        let record = "x".repeat(300);
        let strings = in_strings(&record);
        assert_eq!(
            strings,
            format!("\"{}\" \"{}\"", "x".repeat(255), "x".repeat(45))
        );
    }
}
