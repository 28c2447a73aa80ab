//! Throttling on the embedded engine: what counts, and for how long.

use lockstep_runtime::Refusal;

use super::*;
use crate::store::{Limit, count_round_trips};

const LIMIT: Limit = Limit {
    scope: "login-account",
    attempts: 3,
    window: TimeDelta::seconds(60),
};

#[tokio::test]
async fn s23_attempts_are_limited_per_subject_until_the_window_ends() {
    let store = store().await;
    for _ in 0..3 {
        let (counted, round_trips) = count_round_trips(store.count_attempt(&LIMIT, "ada@example.org")).await;
        counted.unwrap();
        assert_eq!(round_trips, 1);
    }
    for _ in 0..2 {
        let refused = Refusal::from(refusal(store.count_attempt(&LIMIT, "ada@example.org").await));
        let left = 60 - store.clock.now().timestamp() % 60;
        assert_eq!(
            (refused.status(), refused.retry_after()),
            (429, u32::try_from(left).ok())
        );
    }
    store.count_attempt(&LIMIT, "bob@example.org").await.unwrap();
    store.clock.advance(TimeDelta::seconds(60));
    store.count_attempt(&LIMIT, "ada@example.org").await.unwrap();
}

#[tokio::test]
async fn forgotten_attempts_do_not_count() {
    let store = store().await;
    for _ in 0..5 {
        store.count_attempt(&LIMIT, "ada@example.org").await.unwrap();
        store.forget_attempts(&LIMIT, "ada@example.org").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_attempts_do_not_pass_the_limit() {
    let store = store().await;
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.count_attempt(&LIMIT, "ada@example.org").await.is_ok() })
        })
        .collect();
    let mut counted = 0;
    for attempt in attempts {
        counted += u32::from(attempt.await.unwrap());
    }
    assert_eq!(counted, LIMIT.attempts);
}
