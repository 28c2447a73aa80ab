//! Refresh tokens: `spr_<session id>.<32 random bytes>`, both in base64url.
//! The session id finds the session; only the SHA-256 of the random part is stored.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use lockstep_runtime::Secret;
use uuid::Uuid;

use super::digest::{Digest, NoRandomness, random};

const PREFIX: &str = "spr_";
/// Characters of a session id (16 bytes) and of a secret (32 bytes).
const ID_LENGTH: usize = 22;
const SECRET_LENGTH: usize = 43;

/// How long a session lives after its last refresh.
pub fn lifetime(remember_me: bool) -> TimeDelta {
    if remember_me {
        TimeDelta::days(30)
    } else {
        TimeDelta::days(1)
    }
}

/// A refresh token in the clear. Debug output does not show its secret.
pub struct RefreshToken {
    /// The session that the token belongs to.
    pub session_id: Uuid,
    secret: [u8; 32],
}

/// A text that is no refresh token of ours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a refresh token")]
pub struct MalformedRefreshToken;

impl RefreshToken {
    /// A new token for a session.
    ///
    /// # Errors
    /// When the operating system has no random bytes.
    pub fn generate(session_id: Uuid) -> Result<Self, NoRandomness> {
        Ok(Self {
            session_id,
            secret: random()?,
        })
    }

    /// The token as the client gets it.
    pub fn reveal(&self) -> Secret {
        let (id, secret) = (
            URL_SAFE_NO_PAD.encode(self.session_id),
            URL_SAFE_NO_PAD.encode(self.secret),
        );
        format!("{PREFIX}{id}.{secret}").into()
    }

    /// What is stored of the token.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.secret)
    }
}

impl FromStr for RefreshToken {
    type Err = MalformedRefreshToken;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, secret) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('.'))
            .ok_or(MalformedRefreshToken)?;
        if id.len() != ID_LENGTH || secret.len() != SECRET_LENGTH {
            return Err(MalformedRefreshToken);
        }
        Ok(Self {
            session_id: Uuid::from_bytes(decoded(id)?),
            secret: decoded(secret)?,
        })
    }
}

fn decoded<const N: usize>(text: &str) -> Result<[u8; N], MalformedRefreshToken> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedRefreshToken)?;
    bytes.try_into().map_err(|_| MalformedRefreshToken)
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn s18_what_is_stored_is_not_the_token_and_debug_hides_it() {
        let token = RefreshToken::generate(Uuid::now_v7()).unwrap();
        let secret = URL_SAFE_NO_PAD.encode(token.secret);
        assert!(token.reveal().expose().ends_with(&secret));
        assert!(!token.digest().to_string().contains(&secret));
        assert!(!format!("{token:?}").contains(&secret));
    }

    #[test]
    fn lifetimes() {
        assert_eq!((lifetime(true).num_days(), lifetime(false).num_days()), (30, 1));
    }

    proptest! {
        #[test]
        fn what_is_revealed_is_parsed(id: u128) {
            let token = RefreshToken::generate(Uuid::from_u128(id)).unwrap();
            let parsed: RefreshToken = token.reveal().expose().parse().unwrap();
            prop_assert_eq!(parsed.session_id, token.session_id);
            prop_assert!(parsed.digest().matches(&token.digest().to_string()));
        }

        #[test]
        fn anything_else_is_refused(text in "(spr_)?[A-Za-z0-9_.\\-+/=]{0,80}|\\PC*") {
            if let Ok(token) = text.parse::<RefreshToken>() {
                prop_assert_eq!(token.reveal().expose().to_owned(), text);
            }
        }

        #[test]
        fn one_changed_character_is_another_token(at in 4_usize..70) {
            let token = RefreshToken::generate(Uuid::now_v7()).unwrap();
            let mut changed = token.reveal().expose().as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            if let Ok(parsed) = String::from_utf8(changed).unwrap().parse::<RefreshToken>() {
                prop_assert!(parsed.session_id != token.session_id
                    || !parsed.digest().matches(&token.digest().to_string()));
            }
        }
    }
}
