//! Names and seals the first answers to Idempotency-Keys. An answer may hold an invite code, so what is at rest opens
//! only with the server's key, the Idempotency-Key and the very same request; of these, only a hash is stored.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockstep_runtime::Fault;

use super::digest::Digest;
use super::keys::SigningKey;

/// Makes the seals of answers, under a secret that follows from the signing key.
pub struct Replays(hmac::Key);

impl Replays {
    /// Seals that all instances with this signing key share.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn new(key: &SigningKey) -> Result<Self, Fault> {
        let secret = key.derive("spaces idempotency").map_err(Fault::internal)?;
        Ok(Self(hmac::Key::new(HMAC_SHA256, &secret)))
    }

    /// One attempt: whose, at which operation, under which Idempotency-Key, with which request.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn attempt(&self, principal: &str, operation: &str, key: &str, request: &[u8]) -> Result<Attempt, Fault> {
        let mut name = Vec::new();
        // Each part with its length, so that no two attempts share a name.
        for part in [principal, operation, key] {
            name.extend_from_slice(&part.len().to_be_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        let secret = hmac::sign(&self.0, &name);
        let key = RandomizedNonceKey::new(&AES_256_GCM, secret.as_ref());
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, request).as_ref());
        Ok(Attempt {
            id: Digest::of(&name).to_string(),
            key: key.map_err(|_| Fault::internal("no key for an answer"))?,
            fingerprint,
        })
    }
}

/// One attempt of a caller at a request.
pub struct Attempt {
    id: String,
    key: RandomizedNonceKey,
    /// The SHA-256 of the request. Authenticated with the answer and stored nowhere, for requests may hold passwords.
    fingerprint: [u8; 32],
}

impl Attempt {
    /// Under what the answer is kept.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The answer as it is kept.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn seal(&self, mut answer: Vec<u8>) -> Result<String, Fault> {
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(&self.fingerprint), &mut answer);
        let nonce = nonce.map_err(|_| Fault::internal("an answer could not be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &answer].concat()))
    }

    /// The answer to this very request; `None` where what is kept answers another one.
    pub fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let mut sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, answer) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(&self.fingerprint), answer)
            .ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::settings::KeySource;

    fn replays() -> Replays {
        Replays::new(&SigningKey::load(&KeySource::Ephemeral).unwrap()).unwrap()
    }

    #[test]
    fn a11_a13_an_answer_opens_for_its_own_attempt_only() {
        let replays = replays();
        let attempt = |principal, operation, key, request| replays.attempt(principal, operation, key, request).unwrap();
        let first = attempt("ada", "createSpace", "k1", b"{}");
        let sealed = first.seal(b"answer".to_vec()).unwrap();
        let again = attempt("ada", "createSpace", "k1", b"{}");
        assert_eq!(
            (again.id(), again.open(&sealed)),
            (first.id(), Some(b"answer".to_vec()))
        );
        let other = attempt("ada", "createSpace", "k1", b"{ }");
        assert_eq!((other.id(), other.open(&sealed)), (first.id(), None));
        for other in [
            attempt("eve", "createSpace", "k1", b"{}"),
            attempt("ada", "createTask", "k1", b"{}"),
            attempt("ada", "createSpace", "k2", b"{}"),
            attempt("adac", "reateSpace", "k1", b"{}"),
        ] {
            assert!(other.id() != first.id() && other.open(&sealed).is_none());
        }
        assert_eq!(
            self::replays()
                .attempt("ada", "createSpace", "k1", b"{}")
                .unwrap()
                .open(&sealed),
            None
        );
    }

    proptest! {
        #[test]
        fn s33_what_is_kept_shows_nothing_and_cannot_be_changed(
            answer in "[a-z]{12,60}", key in "[a-z]{12,40}", at: prop::sample::Index, flip in 1u8..=255, noise in ".{0,90}",
        ) {
            let attempt = replays().attempt("ada", "createSpace", &key, b"{}").unwrap();
            let sealed = attempt.seal(answer.clone().into_bytes()).unwrap();
            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
            prop_assert!(!bytes.windows(answer.len()).any(|part| part == answer.as_bytes()));
            prop_assert!(!attempt.id().contains(&key));
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert_eq!(attempt.open(&URL_SAFE_NO_PAD.encode(bytes)), None);
            prop_assert_eq!(attempt.open(&noise), None);
        }
    }
}
