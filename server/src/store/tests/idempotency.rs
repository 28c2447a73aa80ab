//! Idempotency records in the store: kept with the effect, for a day.

use lockstep_runtime::{Fault, OneOf, Refusal};

use super::*;
use crate::store::updates::Update;
use crate::store::{Kept, MemberSpace, Record};

/// Keeps the id of a space, unsealed.
fn keep(id: &str) -> impl FnOnce(MemberSpace) -> Result<Kept<Uuid>, Fault> {
    let id = id.to_owned();
    move |space| {
        let answer = space.into_space().space_id;
        let sealed_answer = answer.to_string();
        Ok(Kept {
            answer,
            record: Some(Record { id, sealed_answer }),
        })
    }
}

#[tokio::test]
async fn a12_of_two_that_found_no_answer_the_second_is_refused_and_has_no_effect() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let first = store
        .create_space(ada.user_id, settings("Engine"), "h1", keep("k"))
        .await;
    // The invite code of the second exists too: what it ran into first of all is the other request.
    let second = store
        .create_space(ada.user_id, settings("Engine"), "h1", keep("k"))
        .await;
    let second = Refusal::from(refusal(second));
    assert_eq!((second.status(), second.code()), (409, "idempotency-key-in-flight"));
    let kept = store.find_sealed_answer("k").await.unwrap();
    assert_eq!(kept, Some(first.unwrap().to_string()));
    assert_eq!(store.list_spaces(ada.user_id, 100, None).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn a14_an_effect_that_did_not_happen_leaves_no_answer() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    store
        .create_space(ada.user_id, settings("Engine"), "h1", Kept::without_key)
        .await
        .unwrap();
    let failed = store
        .create_space(ada.user_id, settings("Engine"), "h1", keep("k"))
        .await;
    assert!(matches!(failed, Err(Failure::Fault(_))));
    assert_eq!(store.find_sealed_answer("k").await.unwrap(), None);
    let again = store
        .create_space(ada.user_id, settings("Engine"), "h2", keep("k"))
        .await;
    assert_eq!(
        store.find_sealed_answer("k").await.unwrap(),
        Some(again.unwrap().to_string())
    );
}

#[tokio::test]
async fn a13_an_answer_is_kept_for_a_day_and_its_key_is_new_after_that() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    store
        .create_space(ada.user_id, settings("Engine"), "h1", keep("k"))
        .await
        .unwrap();
    store.clock.advance(TimeDelta::hours(24));
    assert!(store.find_sealed_answer("k").await.unwrap().is_some());
    store.clock.advance(TimeDelta::seconds(2));
    assert_eq!(store.find_sealed_answer("k").await.unwrap(), None);
    store
        .create_space(ada.user_id, settings("Engine"), "h2", keep("k"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_50_creates_of_one_key_have_one_effect() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let create = |number: u32| {
        let store = store.clone();
        tokio::spawn(async move {
            let hash = format!("h{number}");
            store
                .create_space(ada, settings("Engine"), &hash, keep("k"))
                .await
                .is_ok()
        })
    };
    let creates: Vec<_> = (0..50).map(create).collect();
    let mut created = 0;
    for create in creates {
        created += u32::from(create.await.unwrap());
    }
    assert_eq!(created, 1);
    assert_eq!(store.list_spaces(ada, 100, None).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn what_else_failed_is_told_where_the_key_is_new() {
    let store = store().await;
    let mut transaction = store.transaction();
    let failing = transaction.update(Update::of(keys::email_guard("nobody"))).unwrap();
    let record = Record {
        id: "k".to_owned(),
        sealed_answer: String::new(),
    };
    match refusal(store.commit_once(transaction, Some(record)).await) {
        OneOf::Second(failed) => assert!(failed.contains(failing)),
        OneOf::First(conflict) => panic!("{conflict}"),
    }
}
