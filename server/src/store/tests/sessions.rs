//! Sessions on the embedded engine: how they begin, are refreshed and end.

use lockstep_runtime::Secret;
use spaces_contract::UserStatus;
use uuid::Uuid;

use super::*;
use crate::store::updates::Update;
use crate::store::{ReusedToken, Session, StaleCredentials, count_round_trips, keys};

async fn signed_in(store: &Store) -> (User, Uuid) {
    let user = registered(store, "ada@example.org").await;
    let session = new_session(store, "first");
    let session_id = session.session_id;
    store.create_session(&user, session).await.unwrap();
    (user, session_id)
}

/// What a refresh does: `None` without a session.
async fn rotate(store: &Store, session_id: Uuid, presented: &str, new: &str) -> Option<Result<Session, ReusedToken>> {
    let (session, _) = store.find_session(session_id).await.unwrap()?;
    match store.rotate_session(session, presented, new, in_a_day(store)).await {
        Err(Failure::Fault(fault)) => panic!("a fault: {fault}"),
        Err(Failure::Refused(reused)) => Some(Err(reused)),
        Ok(rotated) => Some(Ok(rotated)),
    }
}

#[tokio::test]
async fn rotation_goes_from_token_to_token_and_prolongs_the_session() {
    let store = store().await;
    let (_, session_id) = signed_in(&store).await;
    let tokens = ["first", "second", "third", "fourth"];
    for pair in tokens.windows(2) {
        store.clock.advance(TimeDelta::hours(20));
        let (rotated, round_trips) = count_round_trips(rotate(&store, session_id, pair[0], pair[1])).await;
        assert_eq!(round_trips, 3);
        assert_eq!(rotated.unwrap().unwrap().expires_at, in_a_day(&store));
    }
    assert_eq!(alive(&store, session_id).await.unwrap().token_hash, "fourth");
}

#[tokio::test]
async fn s15_a_reused_token_ends_the_session() {
    let store = store().await;
    let (_, session_id) = signed_in(&store).await;
    rotate(&store, session_id, "first", "second").await.unwrap().unwrap();
    rotate(&store, session_id, "second", "third").await.unwrap().unwrap();
    assert_eq!(
        rotate(&store, session_id, "first", "forked")
            .await
            .unwrap()
            .unwrap_err(),
        ReusedToken
    );
    assert!(rotate(&store, session_id, "third", "fourth").await.is_none());
    assert!(alive(&store, session_id).await.is_none());
}

#[tokio::test]
async fn s17_a_request_is_its_sessions_and_its_users() {
    let store = store().await;
    let (user, session_id) = signed_in(&store).await;
    let (found, round_trips) = count_round_trips(store.authenticate(session_id, user.user_id)).await;
    let (session, found) = found.unwrap().unwrap();
    assert_eq!(
        (round_trips, session.session_id, found.account()),
        (1, session_id, user.account())
    );
    let other = registered(&store, "bob@example.org").await;
    assert!(store.authenticate(session_id, other.user_id).await.unwrap().is_none());
    assert!(
        store
            .authenticate(store.clock.new_id(), user.user_id)
            .await
            .unwrap()
            .is_none()
    );
    let disable = Update::of(keys::user_profile(user.user_id)).set("status", UserStatus::Disabled);
    store.update::<User>(disable).await.unwrap();
    assert!(store.authenticate(session_id, user.user_id).await.unwrap().is_none());
    assert!(store.find_session(session_id).await.unwrap().is_none());
    assert_eq!(
        refusal(store.create_session(&user, new_session(&store, "second")).await),
        StaleCredentials
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s16_of_32_concurrent_rotations_one_wins() {
    let store = store().await;
    let (_, session_id) = signed_in(&store).await;
    let rotations: Vec<_> = (0..32)
        .map(|n: u32| {
            let store = store.clone();
            tokio::spawn(async move { rotate(&store, session_id, "first", &n.to_string()).await })
        })
        .collect();
    let mut rotated = 0;
    for rotation in rotations {
        rotated += u32::from(rotation.await.unwrap().is_some_and(|outcome| outcome.is_ok()));
    }
    assert_eq!(rotated, 1);
    assert!(alive(&store, session_id).await.is_none(), "a token was used twice");
}

#[tokio::test]
async fn f12_a_session_that_expired_is_not_there_swept_or_not() {
    let store = store().await;
    let (user, session_id) = signed_in(&store).await;
    store.clock.advance(TimeDelta::days(1));
    assert!(alive(&store, session_id).await.is_none());
    assert!(rotate(&store, session_id, "first", "second").await.is_none());
    // The engine deletes what expired before this second: two sessions, each with its item in the user's partition.
    store.clock.advance(TimeDelta::seconds(1));
    let swept = if store.engine.is_some() { 4 } else { 0 };
    assert_eq!(store.sweep_expired().await.unwrap(), swept);
    assert!(alive(&store, session_id).await.is_none());
    store.create_session(&user, new_session(&store, "first")).await.unwrap();
}

#[tokio::test]
async fn s17_revoking_all_sessions_keeps_the_one_to_keep() {
    let store = store().await;
    let (user, kept) = signed_in(&store).await;
    let mut others = Vec::new();
    for _ in 0..30 {
        let session = new_session(&store, "first");
        others.push(session.session_id);
        store.create_session(&user, session).await.unwrap();
    }
    store.revoke_all_sessions(user.user_id, Some(kept)).await.unwrap();
    assert!(alive(&store, kept).await.is_some());
    for other in others {
        assert!(alive(&store, other).await.is_none());
    }
    store.revoke_session(user.user_id, kept).await.unwrap();
    assert!(alive(&store, kept).await.is_none());
    store.revoke_all_sessions(user.user_id, None).await.unwrap();
}

#[tokio::test]
async fn s17_no_session_begins_with_a_password_that_was_changed_meanwhile() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    store.set_password_hash(&user, Secret::new("second")).await.unwrap();
    let session = new_session(&store, "first");
    let session_id = session.session_id;
    assert_eq!(refusal(store.create_session(&user, session).await), StaleCredentials);
    assert!(alive(&store, session_id).await.is_none());
}
