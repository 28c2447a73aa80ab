//! Faults that the embedded engine never has by itself, put between it and the SDK; and those that it does have.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use lockstep_runtime::Refusal;

use super::*;
use crate::store::engine::{Engine, Source};
use crate::store::{ReusedToken, StaleCredentials, count_round_trips};

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is refused with this status and body.
    Refused(u16, &'static str),
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is never answered.
    Hangs,
}

const BUSY: Fate = Fate::Refused(
    400,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#,
);
const BROKEN: Fate = Fate::Refused(
    500,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#,
);
const CONFLICT: Fate = Fate::Refused(
    400,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}"#,
);
const EMAIL_TAKEN: Fate = Fate::Refused(
    400,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons":[{"Code":"ConditionalCheckFailed"},{"Code":"TransactionConflict"}]}"#,
);
const NO_TABLE: Fate = Fate::Refused(
    400,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}"#,
);
const MALFORMED: Fate = Fate::Refused(
    400,
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException"}"#,
);

/// The engine, with a fate for each of the next requests.
#[derive(Clone, Debug)]
struct Faulty {
    engine: Engine,
    fates: Arc<Mutex<VecDeque<Fate>>>,
}

impl Faulty {
    fn next(&self, fates: &[Fate]) {
        self.fates.lock().unwrap().extend(fates);
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fate = self.fates.lock().unwrap().pop_front();
        let answer = |status: u16, body: &'static str| {
            HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.as_bytes()))
        };
        match fate {
            None => self.engine.call(request),
            Some(Fate::Refused(status, body)) => HttpConnectorFuture::ready(Ok(answer(status, body))),
            Some(Fate::Hangs) => HttpConnectorFuture::new(std::future::pending()),
            Some(Fate::AnswerLost) => {
                let done = self.engine.call(request);
                HttpConnectorFuture::new(async move {
                    done.await?;
                    Ok(answer(503, "{}"))
                })
            }
        }
    }
}

impl HttpClient for Faulty {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

async fn faulty() -> (Store, Faulty) {
    let clock = clock();
    let engine = Engine::open(Source::Memory(clock.clone())).unwrap();
    let faulty = Faulty {
        engine,
        fates: Arc::default(),
    };
    let store = Store::through(faulty.clone(), clock).unwrap();
    store.ensure_table().await.unwrap();
    (store, faulty)
}

fn status_of(fault: lockstep_runtime::Fault) -> u16 {
    Refusal::from(fault).status()
}

fn fault<T, R>(outcome: Result<T, Failure<R>>) -> lockstep_runtime::Fault {
    match outcome {
        Err(Failure::Fault(fault)) => fault,
        _ => panic!("no fault"),
    }
}

#[tokio::test]
async fn f2_an_update_whose_answer_was_lost_is_done_once_and_knows_it() {
    let (store, faulty) = faulty().await;
    let user = registered(&store, "ada@example.org").await;
    faulty.next(&[Fate::AnswerLost]);
    let (changed, round_trips) = count_round_trips(store.set_password_hash(&user, Secret::new("second"))).await;
    assert_eq!((changed.unwrap().version, round_trips), (2, 2));
    let stale = refusal(store.set_password_hash(&user, Secret::new("third")).await);
    assert_eq!(stale, StaleCredentials);
}

#[tokio::test]
async fn f2_a_transaction_whose_answer_was_lost_is_done_once_and_knows_it() {
    let (store, faulty) = faulty().await;
    faulty.next(&[Fate::AnswerLost]);
    let session = new_session(&store, "first");
    let session_id = session.session_id;
    store.register(new_user("ada@example.org"), session).await.unwrap();
    let session = alive(&store, session_id).await.unwrap();
    faulty.next(&[Fate::AnswerLost]);
    let rotated = store
        .rotate_session(session, "first", "second", in_a_day(&store))
        .await
        .unwrap();
    assert_eq!(alive(&store, session_id).await.unwrap().token_hash, "second");
    let reused = store.rotate_session(rotated, "first", "third", in_a_day(&store)).await;
    assert_eq!(refusal(reused), ReusedToken);
}

#[tokio::test]
async fn f3_a_throttled_request_is_tried_again() {
    let (store, faulty) = faulty().await;
    for fate in [BUSY, BROKEN] {
        faulty.next(&[fate, fate]);
        let (pong, round_trips) = count_round_trips(store.ping()).await;
        pong.unwrap();
        assert_eq!(round_trips, 3);
    }
}

#[tokio::test]
async fn f4_throttles_without_end_and_a_missing_table_are_a_503_and_our_own_mistakes_a_500() {
    let (store, faulty) = faulty().await;
    for fate in [BUSY, BROKEN] {
        faulty.next(&[fate; 3]);
        assert_eq!(status_of(store.ping().await.unwrap_err()), 503);
    }
    faulty.next(&[NO_TABLE]);
    assert_eq!(status_of(store.ping().await.unwrap_err()), 503);
    faulty.next(&[MALFORMED]);
    assert_eq!(status_of(store.ping().await.unwrap_err()), 500);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn f5_transaction_conflicts_are_tried_three_times() {
    let (store, faulty) = faulty().await;
    faulty.next(&[CONFLICT, CONFLICT]);
    registered(&store, "ada@example.org").await;
    faulty.next(&[CONFLICT, CONFLICT, CONFLICT]);
    let outcome = store.register(new_user("bob@example.org"), new_session(&store, "first"));
    let (outcome, round_trips) = count_round_trips(outcome).await;
    assert_eq!((status_of(fault(outcome)), round_trips), (503, 3));
}

#[tokio::test]
async fn f6_cancellation_reasons_are_told_apart_by_their_place() {
    let (store, faulty) = faulty().await;
    faulty.next(&[EMAIL_TAKEN]);
    let taken = store
        .register(new_user("ada@example.org"), new_session(&store, "first"))
        .await;
    assert_eq!(Refusal::from(refusal(taken)).code(), "email-taken");
}

#[tokio::test]
async fn f7_a_database_that_hangs_is_given_up_in_time() {
    let (store, faulty) = faulty().await;
    let begun = Instant::now();
    faulty.next(&[Fate::Hangs; 3]);
    assert_eq!(status_of(store.ping().await.unwrap_err()), 503);
    assert!(begun.elapsed() < Duration::from_millis(3_200));
    store.ping().await.unwrap();
}

#[tokio::test]
async fn f20_a_poisoned_engine_is_opened_again_with_its_data() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::embedded(&directory.path().join("spaces.db"), clock())
        .await
        .unwrap();
    let user = registered(&store, "ada@example.org").await;
    store.engine.as_ref().unwrap().poison();
    let (pong, round_trips) = count_round_trips(store.ping()).await;
    pong.unwrap();
    assert_eq!(round_trips, 2, "the first try failed");
    assert_eq!(
        store.get_user(user.user_id).await.unwrap().unwrap().account(),
        user.account()
    );
    registered(&store, "bob@example.org").await;
}

#[tokio::test]
async fn f20_readiness_fails_while_the_engine_cannot_be_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/spaces.db");
    let store = Store::embedded(&path, clock()).await.unwrap();
    let moved = directory.path().join("moved");
    std::fs::rename(path.parent().unwrap(), &moved).unwrap();
    store.engine.as_ref().unwrap().poison();
    assert_eq!(status_of(store.ping().await.unwrap_err()), 503);
    std::fs::rename(&moved, path.parent().unwrap()).unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn the_embedded_engine_refuses_a_scan() {
    let store = Store::memory(clock()).await.unwrap();
    let scanned = store.client.scan().table_name(&*store.table).send().await;
    assert!(scanned.is_err());
}

#[tokio::test]
async fn an_item_of_another_type_is_a_fault_and_not_a_guess() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    let request = store.client.update_item().table_name(&*store.table);
    let request = request.set_key(Some(crate::store::keys::user_profile(user.user_id).attributes()));
    let request = request.update_expression("SET entityType = :t");
    request
        .expression_attribute_values(":t", AttributeValue::S("space".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(status_of(store.get_user(user.user_id).await.unwrap_err()), 500);
}
