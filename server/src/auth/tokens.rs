//! Access tokens: JWTs (RFC 7519, checked by the rules of RFC 8725) that this server issues and verifies.
//! Who the user is and what they may do is not in them; they name a user and a session.

use std::borrow::Cow;

use chrono::TimeDelta;
use jsonwebtoken::{Header, Validation};
use lockstep_runtime::Secret;
use serde::{Deserialize, Serialize};
use spaces_contract::JsonWebKey;
use uuid::Uuid;

use super::keys::SigningKey;
use crate::clock::Clock;

/// How long an access token is valid.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// By how many seconds the clocks of two servers may differ.
const LEEWAY: u64 = 60;

/// The longest token that is looked at; ours have some 500 bytes.
const MAX_BYTES: usize = 4096;

const ISSUER: &str = "spaces";
const AUDIENCE: &str = "spaces";

/// Issues and verifies access tokens with one key and one algorithm.
pub struct Tokens {
    key: SigningKey,
    header: Header,
    validation: Validation,
    clock: Clock,
}

/// What an access token says. Times are in seconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    iss: Cow<'static, str>,
    aud: Cow<'static, str>,
    token_use: TokenUse,
    /// Whose token it is.
    #[serde(rename = "sub")]
    pub user_id: Uuid,
    /// The session that it was issued in.
    #[serde(rename = "sid")]
    pub session_id: Uuid,
    /// The token itself.
    #[serde(rename = "jti")]
    pub token_id: Uuid,
    /// Issued at.
    pub iat: u64,
    /// Not valid before.
    pub nbf: u64,
    /// Not valid from then on.
    pub exp: u64,
}

/// Only access tokens are issued in this form: any other use is refused by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenUse {
    Access,
}

/// Why a token was refused: for the log. Clients get the same 401 for all of them.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// Longer than any of ours.
    #[error("the token is too long")]
    TooLong,
    /// Not a token of this issuer and key, or a claim is missing or of a wrong type.
    #[error("the token is not ours: {0}")]
    NotOurs(#[from] jsonwebtoken::errors::Error),
    /// The header names another key, brings its own, or asks for extensions.
    #[error("the header of the token is not ours")]
    Header,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    Early,
    /// Its time has passed.
    #[error("the token has expired")]
    Expired,
    /// The issuer has no such key.
    #[error("the token names a key that its issuer does not have")]
    UnknownKey,
    /// It is an ID or refresh token, or one for another client.
    #[error("the token is not an access token for us")]
    OtherPurpose,
}

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the access token could not be signed: {0}")]
pub struct SigningFailed(#[from] jsonwebtoken::errors::Error);

impl Tokens {
    /// Issues and verifies with this key, by this clock.
    pub fn new(key: SigningKey, clock: Clock) -> Self {
        let mut header = Header::new(key.algorithm);
        header.kid.clone_from(&key.id);
        let mut validation = Validation::new(key.algorithm);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // Times are checked against our clock, below; the library reads the system's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            key,
            header,
            validation,
            clock,
        }
    }

    /// The key that verifies our tokens, for others to know; a shared secret is for nobody else.
    pub fn public_key(&self) -> Option<JsonWebKey> {
        self.key.public()
    }

    /// An access token for a session of a user, valid for [`ACCESS_LIFETIME`] from now.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn issue(&self, user_id: Uuid, session_id: Uuid) -> Result<Secret, SigningFailed> {
        let now = self.now();
        let claims = AccessClaims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            token_use: TokenUse::Access,
            user_id,
            session_id,
            token_id: self.clock.new_id(),
            iat: now,
            nbf: now,
            exp: now.saturating_add(ACCESS_LIFETIME.num_seconds().unsigned_abs()),
        };
        Ok(jsonwebtoken::encode(&self.header, &claims, &self.key.encoding)?.into())
    }

    /// The claims of a token that this server issued and that is valid now.
    ///
    /// # Errors
    /// [`InvalidToken`], for the log.
    pub fn verify(&self, token: &str) -> Result<AccessClaims, InvalidToken> {
        if token.len() > MAX_BYTES {
            return Err(InvalidToken::TooLong);
        }
        let token = jsonwebtoken::decode::<AccessClaims>(token, &self.key.decoding, &self.validation)?;
        // Header values that we never write have no business here: keys, addresses of keys, extensions (crit).
        if token.header != self.header {
            return Err(InvalidToken::Header);
        }
        check_times(&self.clock, token.claims.nbf.max(token.claims.iat), token.claims.exp)?;
        Ok(token.claims)
    }

    fn now(&self) -> u64 {
        seconds(&self.clock)
    }
}

/// Whether a token that is valid from `begin` to `end` is valid now, give or take what clocks differ.
pub(super) fn check_times(clock: &Clock, begin: u64, end: u64) -> Result<(), InvalidToken> {
    let now = seconds(clock);
    if end.saturating_add(LEEWAY) <= now {
        return Err(InvalidToken::Expired);
    }
    if begin > now.saturating_add(LEEWAY) {
        return Err(InvalidToken::Early);
    }
    Ok(())
}

fn seconds(clock: &Clock) -> u64 {
    u64::try_from(clock.now().timestamp()).unwrap_or_default()
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
