//! Invitation codes: random, shown once, stored as a hash.
//! What a code admits to is the business of the handlers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockstep_runtime::Secret;

use super::digest::{Digest, NoRandomness, random};

/// A new code: 144 random bits as 24 characters of base64url.
///
/// # Errors
/// When the operating system has no random bytes.
pub fn new_code() -> Result<Secret, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::<18>()?).into())
}

/// What is stored for a code, and looked up for one that somebody presents.
pub fn hash(code: &Secret) -> Digest {
    Digest::of(code.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn s33_codes_carry_128_bits_or_more_and_differ() {
        let codes: std::collections::HashSet<_> = (0..1000).map(|_| new_code().unwrap()).collect();
        assert_eq!(codes.len(), 1000);
        for code in codes {
            assert!(URL_SAFE_NO_PAD.decode(code.expose()).unwrap().len() * 8 >= 128);
            assert!(!hash(&code).to_string().contains(code.expose()));
        }
    }
}
