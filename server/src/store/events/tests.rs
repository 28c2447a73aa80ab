//! Events in the store: taken once, listed in order, kept as long as is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use lockstep_runtime::Refusal;
use serde_json::json;

use super::*;
use crate::rules::may_contribute;
use crate::store::tests::{refusal, registered, settings, store};
use crate::store::{Kept, count_round_trips};

fn id(text: &str) -> EventId {
    text.parse().unwrap()
}

/// An event `minutes` before the clock of the tests.
fn event(store: &Store, space_id: Uuid, name: Option<&str>, minutes: i64, severity: i32) -> NewEvent {
    let event = json!({
        "id": name, "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": severity,
        "account": "123456789012", "region": if minutes % 2 == 0 { "eu-west-1" } else { "us-east-1" },
        "occurredAt": store.clock.now() - TimeDelta::minutes(minutes), "summary": "It failed.",
        "detail": { "deep": [1e300, "x"], "minutes": minutes },
    });
    serde_json::from_value(event).unwrap()
}

/// A user with their personal space.
async fn member(store: &Store, name: &str) -> (Uuid, Uuid) {
    let user_id = registered(store, &format!("{name}@example.org")).await.user_id;
    (user_id, store.all_spaces(user_id).await.unwrap()[0].space_id())
}

async fn ingest(store: &Store, user_id: Uuid, events: Vec<NewEvent>) -> Vec<Ingested> {
    store.ingest_events(user_id, events, may_contribute).await.unwrap()
}

#[tokio::test]
async fn an_event_is_taken_in_once_and_found_by_its_members_only() {
    let store = store().await;
    let (ada, space) = member(&store, "ada").await;
    let (eve, _) = member(&store, "eve").await;
    let new = event(&store, space, Some("aws:1"), 5, 4);
    let (outcomes, round_trips) = count_round_trips(ingest(&store, ada, vec![new.clone()])).await;
    assert_eq!((outcomes, round_trips), (vec![Ingested::New(id("aws:1"))], 3));
    assert_eq!(
        ingest(&store, ada, vec![new.clone()]).await,
        [Ingested::Known(id("aws:1"))]
    );
    let (found, round_trips) = count_round_trips(store.get_event(ada, &id("aws:1"))).await;
    let found = found.unwrap();
    assert_eq!((round_trips, found.role(), found.version()), (2, SpaceRole::Owner, 1));
    let found = found.into_event().unwrap();
    assert_eq!(
        (found.occurred_at, &found.detail),
        (new.occurred_at, new.detail.as_ref().unwrap())
    );
    assert_eq!((found.received_at, found.task_id), (store.clock.now(), None));
    for (user_id, event_id) in [(eve, "aws:1"), (ada, "aws:2")] {
        let refused = refusal(store.get_event(user_id, &id(event_id)).await);
        assert_eq!(Refusal::from(refused).code(), "event-not-found");
    }
}

#[tokio::test]
async fn a30_each_event_of_a_batch_has_its_own_outcome_in_order() {
    let store = store().await;
    let (ada, space) = member(&store, "ada").await;
    let (_, foreign) = member(&store, "eve").await;
    let mut large = event(&store, space, Some("large"), 0, 1);
    large.detail = Some(serde_json::from_value(json!({ "text": "x".repeat(DETAIL_BYTES) })).unwrap());
    let batch = vec![
        event(&store, space, Some("a"), 0, 1),
        event(&store, foreign, Some("b"), 0, 1),
        event(&store, space, Some("a"), 9, 5),
        large,
        event(&store, space, None, 0, 1),
        event(&store, space, Some("b"), 0, 1),
    ];
    let outcomes = ingest(&store, ada, batch).await;
    assert_eq!(
        outcomes[..4],
        [
            Ingested::New(id("a")),
            Ingested::NoSpace,
            Ingested::Known(id("a")),
            Ingested::TooLarge
        ]
    );
    let Ingested::New(made) = &outcomes[4] else {
        panic!("{outcomes:?}")
    };
    assert_eq!(made.as_str().parse::<Uuid>().unwrap().get_version_num(), 7);
    assert_eq!(outcomes[5], Ingested::New(id("b")));
    let refused = store
        .ingest_events(ada, vec![event(&store, space, None, 0, 1)], |_| false)
        .await;
    assert_eq!(refused.unwrap(), [Ingested::NotAllowed]);
    assert_eq!(
        store
            .list_events(&[space], &EventFilter::default(), 100, None)
            .await
            .unwrap()
            .items
            .len(),
        3
    );
}

#[tokio::test]
async fn an_id_is_one_event_in_all_spaces_and_in_every_race() {
    let store = store().await;
    let (ada, ada_space) = member(&store, "ada").await;
    let (eve, eve_space) = member(&store, "eve").await;
    let batch = |space_id| {
        (0..40)
            .map(|n| event(&store, space_id, Some(&format!("e{}", n % 30)), n, 1))
            .collect()
    };
    let racers = (0..6).map(|n| match n % 2 {
        0 => ingest(&store, ada, batch(ada_space)),
        _ => ingest(&store, eve, batch(eve_space)),
    });
    let outcomes = join_all(racers).await.concat();
    let new = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ingested::New(_)))
        .count();
    let known = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ingested::Known(_)))
        .count();
    assert_eq!((new, known), (30, 210));
    let both = [ada_space, eve_space];
    let all = store
        .list_events(&both, &EventFilter::default(), 100, None)
        .await
        .unwrap();
    assert_eq!((all.items.len(), all.next), (30, None));
    assert_eq!(
        store
            .recount(false)
            .await
            .unwrap()
            .iter()
            .map(|found| found.differences.len())
            .sum::<usize>(),
        0
    );
}

/// All pages of a list, and how many there were.
async fn walk(store: &Store, spaces: &[Uuid], filter: &EventFilter, limit: i32) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.list_events(spaces, filter, limit, after).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        found.extend(page.items.into_iter().map(|event| event.event_id.as_str().to_owned()));
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            return (found, pages);
        }
    }
}

#[tokio::test]
async fn a19_the_merged_list_is_newest_first_without_gaps_or_repetitions() {
    let store = store().await;
    let (ada, personal) = member(&store, "ada").await;
    let (_, other) = member(&store, "eve").await;
    let events = (0..60).map(|n| {
        event(
            &store,
            personal,
            Some(&format!("{n:03}")),
            n / 3,
            i32::try_from(n % 6).unwrap(),
        )
    });
    ingest(&store, ada, events.collect()).await;
    let spaces = [personal, other];
    let whole = store
        .list_events(&spaces, &EventFilter::default(), 100, None)
        .await
        .unwrap();
    assert!(
        whole
            .items
            .is_sorted_by_key(|event| std::cmp::Reverse((event.occurred_at, event.event_id.clone())))
    );
    let whole: Vec<_> = whole
        .items
        .into_iter()
        .map(|event| event.event_id.as_str().to_owned())
        .collect();
    assert_eq!(whole.len(), 60);
    for limit in [1, 7, 59, 60, 61] {
        let (found, pages) = walk(&store, &spaces, &EventFilter::default(), limit).await;
        assert_eq!(found, whole, "limit {limit}");
        // Where a page ends with the list, only an empty one shows it.
        assert!(
            pages <= 60_usize.div_ceil(usize::try_from(limit).unwrap()) + 1,
            "limit {limit}: {pages} pages"
        );
    }
    let minutes = |n| Some(store.clock.now() - TimeDelta::minutes(n));
    let filters = [
        (
            EventFilter {
                severity: Some(5),
                ..EventFilter::default()
            },
            10,
        ),
        (
            EventFilter {
                region: Some("us-east-1".parse().unwrap()),
                ..EventFilter::default()
            },
            30,
        ),
        (
            EventFilter {
                account: Some("none".parse().unwrap()),
                ..EventFilter::default()
            },
            0,
        ),
        (
            EventFilter {
                source: Some("lambda".parse().unwrap()),
                ..EventFilter::default()
            },
            60,
        ),
        (
            EventFilter {
                from: minutes(4),
                to: minutes(2),
                ..EventFilter::default()
            },
            6,
        ),
        (
            EventFilter {
                from: minutes(2),
                to: minutes(4),
                ..EventFilter::default()
            },
            0,
        ),
    ];
    for (filter, expected) in filters {
        let (found, _) = walk(&store, &spaces, &filter, 4).await;
        assert_eq!(
            (found.len(), BTreeSet::from_iter(&found).len()),
            (expected, expected),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn events_of_many_spaces_are_read_in_one_round_each() {
    let store = store().await;
    let mut spaces = Vec::new();
    for n in 0..5 {
        let (user_id, space) = member(&store, &format!("user{n}")).await;
        ingest(
            &store,
            user_id,
            (0..30).map(|m| event(&store, space, None, m, 1)).collect(),
        )
        .await;
        spaces.push(space);
    }
    let (page, round_trips) = count_round_trips(store.list_events(&spaces, &EventFilter::default(), 25, None)).await;
    assert_eq!((page.unwrap().items.len(), round_trips), (25, 5));
}

#[tokio::test]
async fn a_deleted_space_takes_its_events_and_their_ids_with_it() {
    let store = store().await;
    let (ada, personal) = member(&store, "ada").await;
    let space = store
        .create_space(ada, settings("Engine"), "hash", Kept::without_key)
        .await
        .unwrap();
    let space_id = space.space_id();
    ingest(&store, ada, vec![event(&store, space_id, Some("a"), 0, 1)]).await;
    store.delete_space(space, None).await.unwrap();
    assert!(store.get_event(ada, &id("a")).await.is_err());
    assert_eq!(
        ingest(&store, ada, vec![event(&store, space_id, Some("a"), 0, 1)]).await,
        [Ingested::NoSpace]
    );
    assert_eq!(
        ingest(&store, ada, vec![event(&store, personal, Some("a"), 0, 1)]).await,
        [Ingested::New(id("a"))]
    );
}
