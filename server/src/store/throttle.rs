//! Counts of attempts per subject and window of time, kept in the table because memory is per instance. Which attempts
//! are counted, and against what limits, is for the handlers.

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::{Failure, Fault, RateLimit, TooManyRequests};
use serde::{Deserialize, Serialize};

use super::Store;
use super::items::{EXPIRES_AT, Entity};
use super::keys::{self, Key};
use super::updates::Update;

const ATTEMPTS: &str = "attempts";

/// How many attempts a subject has in each window of time.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is counted, such as `login-account`; holds no `#`.
    pub scope: &'static str,
    /// Attempts per window.
    pub attempts: u32,
    /// The length of a window: at least a second. Windows begin at multiples of it since the Unix epoch.
    pub window: TimeDelta,
}

impl Limit {
    /// When the window of this moment begins and ends, in seconds since the Unix epoch.
    fn window_at(&self, now: DateTime<Utc>) -> (i64, i64) {
        let length = self.window.num_seconds().max(1);
        let start = now.timestamp().div_euclid(length) * length;
        (start, start + length)
    }

    /// The limit as the client is told of it.
    fn policy(&self) -> RateLimit {
        RateLimit {
            policy: self.scope,
            quota: self.attempts,
            window: u32::try_from(self.window.num_seconds()).unwrap_or(u32::MAX),
        }
    }

    fn key(&self, subject: &str, now: DateTime<Utc>) -> Key {
        keys::throttle(self.scope, subject, self.window_at(now).0)
    }
}

/// The attempts of one subject in one window.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attempts {
    attempts: u32,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

impl Entity for Attempts {
    const ENTITY_TYPE: &'static str = "attempts";
}

impl Store {
    /// Counts an attempt. Refused, until the window ends, when there were as many as the limit already; then nothing is
    /// counted, so that going on trying does not prolong the wait.
    pub async fn count_attempt(&self, limit: &Limit, subject: &str) -> Result<(), Failure<TooManyRequests>> {
        let now = self.clock.now();
        let (_, end) = limit.window_at(now);
        let attempt = Update::of_or_new::<Attempts>(limit.key(subject, now))
            .add(ATTEMPTS, 1)
            .set(EXPIRES_AT, end)
            .when_less(ATTEMPTS, limit.attempts);
        match self.update::<Attempts>(attempt).await {
            Ok(_) => Ok(()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(_)) => {
                let seconds = u32::try_from(end - now.timestamp()).unwrap_or(u32::MAX);
                let detail = "There were too many attempts; wait before the next one.";
                let refusal = TooManyRequests::after(seconds, "too-many-attempts", detail);
                Err(Failure::Refused(refusal.with_limit(limit.policy())))
            }
        }
    }

    /// Forgets the attempts of a subject in the window of this moment: after one that succeeded.
    pub async fn forget_attempts(&self, limit: &Limit, subject: &str) -> Result<(), Fault> {
        self.delete_all(vec![limit.key(subject, self.clock.now())]).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_in_its_window(now in -100_000_000_000_i64..100_000_000_000, length in 0_i64..1_000_000) {
            let limit = Limit { scope: "scope", attempts: 1, window: TimeDelta::seconds(length) };
            let (start, end) = limit.window_at(DateTime::from_timestamp(now, 0).unwrap());
            prop_assert!(start <= now && now < end);
            prop_assert_eq!(end - start, length.max(1));
            prop_assert_eq!(start.rem_euclid(end - start), 0);
        }
    }
}
