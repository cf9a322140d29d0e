//! The only place that draws randomness: the operating system's, or a seed in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How long a token is, in characters.
pub const TOKEN_LENGTH: usize = 43;

/// Where random bytes come from.
#[derive(Clone, Debug)]
pub enum Rng {
    /// The operating system's generator.
    System,
    /// Repeatable bytes for tests: SHA-256 of seed and counter.
    Seeded(u64, Arc<AtomicU64>),
}

impl Rng {
    /// Repeatable bytes.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(seed, Arc::new(AtomicU64::new(0)))
    }

    /// Thirty-two random bytes.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for randomness"
    )]
    pub fn bytes(&self) -> [u8; 32] {
        match self {
            Self::System => {
                let mut out = [0; 32];
                getrandom::fill(&mut out)
                    .expect("the operating system always has randomness after boot");
                out
            }
            Self::Seeded(seed, counter) => {
                let n = counter.fetch_add(1, Ordering::Relaxed);
                let mut hash = Sha256::new();
                hash.update(seed.to_be_bytes());
                hash.update(n.to_be_bytes());
                hash.finalize().into()
            }
        }
    }

    /// A random number.
    #[must_use]
    pub fn u64(&self) -> u64 {
        let bytes = self.bytes();
        u64::from_be_bytes(bytes[..8].try_into().expect("eight of thirty-two bytes"))
    }

    /// A secret of 256 bits for a cookie or a link: [`TOKEN_LENGTH`] characters of base64url.
    #[must_use]
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }
}
