//! The first answer to each Idempotency-Key, kept for a day: written in the transaction of what it answers, or not at
//! all. What an answer says and how it is sealed is for whoever keeps it.

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use serde::{Deserialize, Serialize};

use super::items::Entity;
use super::transactions::{FailedConditions, Transaction};
use super::{Store, keys};

/// How long an answer is kept; a second more than a day, for expiry is in whole seconds.
const LIFETIME: TimeDelta = TimeDelta::seconds(24 * 60 * 60 + 1);

/// An answer to keep.
#[derive(Clone, Debug)]
pub struct Record {
    /// Names caller, operation and Idempotency-Key; one attempt of a caller has one id.
    pub id: String,
    /// The answer, unreadable without the key of the server and the Idempotency-Key.
    pub sealed_answer: String,
}

/// An answer, and what is written so that a repetition gets it again: nothing where the caller sent no key.
#[derive(Clone, Debug)]
pub struct Kept<A> {
    /// What the caller gets.
    pub answer: A,
    /// What goes into the transaction.
    pub record: Option<Record>,
}

impl<A> Kept<A> {
    /// An answer that is not kept.
    ///
    /// # Errors
    /// None; it is the shape of what makes answers.
    pub fn without_key(answer: A) -> Result<Self, Fault> {
        Ok(Self { answer, record: None })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRecord {
    sealed_answer: String,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

impl Entity for StoredRecord {
    const ENTITY_TYPE: &'static str = "idempotency";
}

impl Store {
    /// The sealed answer that is kept under an id. One round trip.
    pub async fn find_sealed_answer(&self, id: &str) -> Result<Option<String>, Fault> {
        let found: Option<StoredRecord> = self.get(keys::idempotency(id)).await?;
        Ok(found.map(|record| record.sealed_answer))
    }

    /// Keeps the answer to a request whose effect took several transactions. Until it is kept, a repetition has the effect
    /// again: only for effects that bear that.
    pub async fn keep_answer<A>(&self, kept: Kept<A>) -> Result<A, Failure<Conflict>> {
        let Kept { answer, record } = kept;
        if record.is_none() {
            return Ok(answer);
        }
        match self.commit_once(self.transaction(), record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(in_flight)),
            Err(Failure::Refused(OneOf::Second(failed))) => {
                Err(Fault::internal(format!("a condition nobody made: {failed:?}")).into())
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Commits with one action more, which keeps the answer. Refused first of all where another request with the same
    /// key was faster: then nothing else that failed says anything, for it may be the work of that request.
    pub(super) async fn commit_once(
        &self,
        mut transaction: Transaction,
        record: Option<Record>,
    ) -> Result<(), Failure<OneOf<Conflict, FailedConditions>>> {
        let action = match record {
            None => None,
            Some(Record { id, sealed_answer }) => {
                let expires_at = self.clock.now() + LIFETIME;
                let record = StoredRecord {
                    sealed_answer,
                    expires_at,
                };
                Some(transaction.put_new(keys::idempotency(&id), &record)?)
            }
        };
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) if action.is_some_and(|action| failed.contains(action)) => {
                Failure::Refused(OneOf::First(in_flight()))
            }
            Failure::Refused(failed) => Failure::Refused(OneOf::Second(failed)),
            Failure::Fault(fault) => Failure::Fault(fault),
        })
    }
}

fn in_flight() -> Conflict {
    Conflict::new(
        "idempotency-key-in-flight",
        "Another request with this Idempotency-Key came at the same time; repeat the request for its answer.",
    )
}
