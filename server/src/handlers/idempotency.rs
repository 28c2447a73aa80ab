//! Idempotency-Key (IETF draft idempotency-key-header): a repeated create gets its first answer again.
//! Failures are not kept, so that a request that failed can be tried again under the same key.

use lockstep_runtime::actix::Call;
use lockstep_runtime::{Failure, Fault, UnprocessableContent};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::app::{App, Caller};
use crate::auth::replays;
use crate::store::{Kept, Record};

/// What a create answers, whatever it creates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Created<T> {
    pub(super) location: String,
    pub(super) etag: String,
    pub(super) body: T,
}

/// What becomes of a request that may be a repetition.
pub(super) enum Attempt<A> {
    /// It is one, and this was the first answer.
    Replay(A),
    /// It is not, as far as we know; its answer is to be kept.
    First(Once),
}

/// Keeps the answer to a request, where it came with an Idempotency-Key.
pub(super) struct Once(Option<replays::Attempt>);

impl App {
    /// Looks for the first answer to this request. A key belongs to its caller, or to the address of somebody who is
    /// not signed in, and to the operation; the request is its path parameters and its body. One round trip, or none
    /// without a key. Refused where the key was used for another request.
    pub(super) async fn once<A: DeserializeOwned>(
        &self,
        call: &Call,
        caller: Option<&Caller>,
        key: Option<&str>,
        request: &impl Serialize,
    ) -> Result<Attempt<A>, Failure<UnprocessableContent>> {
        let Some(key) = key else {
            return Ok(Attempt::First(Once(None)));
        };
        let principal = match (caller, call.address()) {
            (Some(caller), _) => caller.user.user_id.to_string(),
            (None, Some(address)) => address.to_string(),
            (None, None) => String::new(),
        };
        let request = serde_json::to_vec(request).map_err(Fault::internal)?;
        let attempt = self.replays.attempt(&principal, call.operation().id, key, &request)?;
        let Some(sealed) = self.store.find_sealed_answer(attempt.id()).await? else {
            return Ok(Attempt::First(Once(Some(attempt))));
        };
        let answer = attempt.open(&sealed).ok_or_else(|| Failure::Refused(reused()))?;
        Ok(Attempt::Replay(
            serde_json::from_slice(&answer).map_err(Fault::internal)?,
        ))
    }
}

impl Once {
    /// The answer, with what is to be written in the transaction that it speaks of.
    pub(super) fn keep<A: Serialize>(self, answer: A) -> Result<Kept<A>, Fault> {
        let record = match self.0 {
            None => None,
            Some(attempt) => {
                let text = serde_json::to_vec(&answer).map_err(Fault::internal)?;
                let sealed_answer = attempt.seal(text)?;
                let id = attempt.id().to_owned();
                Some(Record { id, sealed_answer })
            }
        };
        Ok(Kept { answer, record })
    }
}

fn reused() -> UnprocessableContent {
    UnprocessableContent::new(
        "idempotency-key-reused",
        "This Idempotency-Key was used for another request; choose a new one.",
    )
}
