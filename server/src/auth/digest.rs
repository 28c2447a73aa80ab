//! Random secrets, and the only form in which one is stored: its SHA-256, in base64url.
//! A plain hash is right for secrets of 128 random bits or more; passwords need `passwords`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a secret; it shows itself as it is stored, in 43 characters of base64url.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Hashes a secret of at least 128 random bits.
    pub fn of(secret: &[u8]) -> Self {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.as_ref());
        Self(bytes)
    }

    /// Whether `stored` is this digest; takes the same time whatever the answer.
    pub fn matches(&self, stored: &str) -> bool {
        self.to_string().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes")]
pub struct NoRandomness;

/// `N` bytes that nobody can guess.
///
/// # Errors
/// When the operating system has none to give.
pub(super) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_sha_256() {
        assert_eq!(
            Digest::of(b"abc").to_string(),
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
        );
    }

    proptest! {
        #[test]
        fn matches_only_itself(a: Vec<u8>, b: Vec<u8>) {
            let stored = Digest::of(&a).to_string();
            prop_assert!(Digest::of(&a).matches(&stored));
            prop_assert_eq!(Digest::of(&b).matches(&stored), a == b);
            prop_assert!(!Digest::of(&a).matches(&stored[..42]));
        }
    }
}
