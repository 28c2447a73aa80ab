//! The store on the embedded engine, through the same SDK code as on AWS: one file per resource, and one for faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod administration;
mod faults;
mod idempotency;
mod sessions;
mod throttle;
mod users;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::{Failure, Secret};

use uuid::Uuid;

use super::{NewSession, NewUser, Session, Store, User, keys};
use crate::clock::Clock;
use spaces_contract::{InvitePolicy, MemberListVisibility, SpaceSettings, UserRole};

/// A value of a contract type that is a constrained text.
pub(super) fn text<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().expect("a valid text")
}

pub(super) fn clock() -> Clock {
    Clock::manual(DateTime::from_timestamp(1_795_000_000, 0).unwrap())
}

/// How much of something there is to try: on another engine, which takes a hundred times as long, a tenth.
pub(super) fn scaled(count: usize) -> usize {
    match std::env::var_os("DYNAMODB_ENDPOINT") {
        Some(_) => count.div_ceil(10),
        None => count,
    }
}

/// An empty store: embedded, or on the DynamoDB that `DYNAMODB_ENDPOINT` names, in a table of its own.
pub(super) async fn store() -> Store {
    let Ok(endpoint) = std::env::var("DYNAMODB_ENDPOINT") else {
        return Store::memory(clock()).await.unwrap();
    };
    let table = format!("spaces-{}", Clock::system().new_id());
    let mut store = Store::dynamodb("us-east-1".to_owned(), Some(endpoint), table, clock())
        .await
        .unwrap();
    // It takes its time, and how long is not what these tests are about.
    let patient = store.client.config().to_builder();
    store.client = Client::from_conf(patient.timeout_config(TimeoutConfig::disabled()).build());
    store.ensure_table().await.unwrap();
    store
}

pub(super) fn settings(name: &str) -> SpaceSettings {
    SpaceSettings {
        name: text(name),
        description: None,
        color: None,
        member_list_visibility: MemberListVisibility::Members,
        who_may_invite: InvitePolicy::Admins,
    }
}

pub(super) fn new_user(email: &str) -> NewUser {
    NewUser {
        email: text(email),
        display_name: text("Ada Lovelace"),
        password_hash: Some(Secret::new("$argon2id$first")),
        role: UserRole::User,
    }
}

pub(super) fn in_a_day(store: &Store) -> DateTime<Utc> {
    store.clock.now() + TimeDelta::days(1)
}

pub(super) fn new_session(store: &Store, token_hash: &str) -> NewSession {
    let (session_id, expires_at) = (store.clock.new_id(), in_a_day(store));
    NewSession {
        session_id,
        token_hash: token_hash.to_owned(),
        remember_me: false,
        expires_at,
    }
}

pub(super) async fn registered(store: &Store, email: &str) -> User {
    store
        .register(new_user(email), new_session(store, "first"))
        .await
        .unwrap()
}

/// The session, while it is there.
async fn alive(store: &Store, session_id: Uuid) -> Option<Session> {
    store.get(keys::session(session_id)).await.unwrap()
}

/// The refusal of a call that is expected to be refused.
pub(super) fn refusal<T, R>(outcome: Result<T, Failure<R>>) -> R {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal,
        Err(Failure::Fault(fault)) => panic!("a fault: {fault}"),
        Ok(_) => panic!("not refused"),
    }
}
