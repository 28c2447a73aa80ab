//! The keys that an external issuer publishes (RFC 7517): fetched when one is needed, and kept while the issuer is down.
//! What is signed with them is not known here.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use lockstep_runtime::Fault;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::clock::Clock;

/// Between two fetches, whatever callers ask for: tokens that name keys which nobody has cost the issuer no more.
const PAUSE: Duration = Duration::from_secs(10);
/// After so long, keys are fetched again although all that are asked for are there: some may have been withdrawn.
const MAX_AGE: Duration = Duration::from_secs(300);
/// The longest answer that is read; real ones have one to three kilobytes.
const MAX_BYTES: usize = 64 * 1024;

/// A public key with the one algorithm that it is for.
pub(super) struct VerifyingKey {
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

/// The keys of one issuer; clones share them.
#[derive(Clone)]
pub(super) struct Jwks(Arc<Source>);

struct Source {
    url: String,
    http: reqwest::Client,
    clock: Clock,
    held: RwLock<Held>,
    /// Taken by who fetches, so that everybody else waits for that fetch instead of beginning another.
    turn: Mutex<()>,
}

/// Times are by [`Clock::elapsed`].
#[derive(Default)]
struct Held {
    keys: HashMap<String, Arc<VerifyingKey>>,
    fetched: Option<Duration>,
    tried: Option<Duration>,
}

/// Why an issuer's answer is of no use; for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("an answer with the status {0}")]
    Status(StatusCode),
    #[error("an answer of more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("an answer that is not what was asked for: {0}")]
    Other(#[from] serde_json::Error),
    #[error("an answer without a usable key")]
    NoKey,
}

impl Jwks {
    pub(super) fn new(url: String, http: reqwest::Client, clock: Clock) -> Self {
        let (held, turn) = (RwLock::default(), Mutex::default());
        Self(Arc::new(Source {
            url,
            http,
            clock,
            held,
            turn,
        }))
    }

    /// The key with an id; `None` where the issuer has none such. A fault where the issuer has never answered.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Arc<VerifyingKey>>, Fault> {
        let (key, is_due) = self.0.look_up(id);
        if key.is_some() {
            if is_due {
                // Nobody waits for it: until it is done, and also where it fails, the keys that are held serve.
                drop(self.refresh());
            }
            return Ok(key);
        }
        self.refresh().await.map_err(Fault::internal)?;
        let (key, _) = self.0.look_up(id);
        if key.is_none() && self.0.held().fetched.is_none() {
            return Err(Fault::unavailable("the keys of the issuer were never fetched"));
        }
        Ok(key)
    }

    /// Whether there are keys, fetched now where they have not been before.
    pub(super) async fn ready(&self) -> bool {
        let is_held = |source: &Source| source.held().fetched.is_some();
        if !is_held(&self.0) {
            let _ = self.refresh().await;
        }
        is_held(&self.0)
    }

    /// Fetches in a task of its own, so that a caller who hangs up stops nothing that others wait for.
    fn refresh(&self) -> JoinHandle<()> {
        tokio::spawn(refresh(Arc::clone(&self.0)))
    }
}

async fn refresh(source: Arc<Source>) {
    let _turn = source.turn.lock().await;
    if !source.may_try() {
        return;
    }
    match source.fetch().await {
        Ok(keys) => source.hold(keys),
        Err(error) => tracing::warn!(url = source.url, %error, "the keys of the issuer were not fetched"),
    }
}

impl Source {
    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key, if it is held, and whether it is time to fetch again.
    fn look_up(&self, id: &str) -> (Option<Arc<VerifyingKey>>, bool) {
        let (held, now) = (self.held(), self.clock.elapsed());
        let is_due = has_passed(held.fetched, MAX_AGE, now) && has_passed(held.tried, PAUSE, now);
        (held.keys.get(id).cloned(), is_due)
    }

    /// Whether the pause is over; if so, it begins anew.
    fn may_try(&self) -> bool {
        let now = self.clock.elapsed();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let may = has_passed(held.tried, PAUSE, now);
        if may {
            held.tried = Some(now);
        }
        may
    }

    fn hold(&self, keys: HashMap<String, Arc<VerifyingKey>>) {
        let now = self.clock.elapsed();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.keys = keys;
        held.fetched = Some(now);
    }

    async fn fetch(&self) -> Result<HashMap<String, Arc<VerifyingKey>>, FetchError> {
        let response = self.http.get(&self.url).send().await?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status()));
        }
        let keys = usable_keys(&body(response).await?)?;
        if keys.is_empty() {
            Err(FetchError::NoKey)
        } else {
            Ok(keys)
        }
    }
}

fn has_passed(since: Option<Duration>, time: Duration, now: Duration) -> bool {
    since.is_none_or(|since| now.saturating_sub(since) >= time)
}

/// The body of an answer, in bounded space; the client bounds the time.
pub(super) async fn body(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The keys of a set that can verify a token. Others are no mistake: a set may hold what only others understand.
fn usable_keys(text: &[u8]) -> Result<HashMap<String, Arc<VerifyingKey>>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    let set: Set = serde_json::from_slice(text)?;
    let keys = set
        .keys
        .into_iter()
        .filter_map(|key| usable(&serde_json::from_value(key).ok()?));
    Ok(keys.collect())
}

/// What a key is for follows from the key, never from the token: a public key cannot become a shared secret.
fn usable(jwk: &Jwk) -> Option<(String, Arc<VerifyingKey>)> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return None,
    };
    let common = &jwk.common;
    let for_it = common
        .key_algorithm
        .is_none_or(|named| Algorithm::try_from(named).is_ok_and(|it| it == algorithm));
    let for_signatures = common
        .public_key_use
        .as_ref()
        .is_none_or(|it| *it == PublicKeyUse::Signature);
    let for_verifying = common
        .key_operations
        .as_ref()
        .is_none_or(|it| it.contains(&KeyOperations::Verify));
    if !(for_it && for_signatures && for_verifying) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    Some((common.key_id.clone()?, Arc::new(VerifyingKey { algorithm, decoding })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    /// RFC 7517, A.1, and RFC 8037, A.2.
    fn keys() -> [(&'static str, Value); 2] {
        let p256 = json!({ "kty": "EC", "crv": "P-256", "kid": "k",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" });
        let ed25519 =
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        [("ES256", p256), ("EdDSA", ed25519)]
    }

    fn usable_with(mut key: Value, name: &str, value: Value) -> bool {
        key[name] = value;
        let set = json!({ "keys": [key] }).to_string();
        !usable_keys(set.as_bytes()).unwrap().is_empty()
    }

    #[test]
    fn s03_a_key_is_for_one_algorithm_and_for_verifying_signatures() {
        for (algorithm, key) in keys() {
            assert!(usable_with(key.clone(), "use", json!("sig")));
            assert!(usable_with(key.clone(), "alg", json!(algorithm)));
            assert!(usable_with(key.clone(), "key_ops", json!(["verify"])));
            for (name, value) in [
                ("use", json!("enc")),
                ("alg", json!("HS256")),
                ("alg", json!("RS256")),
                ("alg", json!("none")),
                ("key_ops", json!(["encrypt"])),
                ("kid", Value::Null),
                ("crv", json!("P-521")),
                ("kty", json!("AKP")),
            ] {
                assert!(!usable_with(key.clone(), name, value.clone()), "{name}: {value}");
            }
        }
        assert!(
            !usable_with(
                json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "k" }),
                "alg",
                json!("HS256")
            ),
            "S2"
        );
    }

    #[test]
    fn s12_what_is_no_set_of_keys_is_an_error() {
        for text in ["<html></html>", "[]", "{}", "{\"keys\": 1}", ""] {
            assert!(usable_keys(text.as_bytes()).is_err(), "{text}");
        }
    }
}
