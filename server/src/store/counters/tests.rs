//! Counters against a plain recount, over random histories.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::store::tests::{registered, store, text};

#[test]
fn every_figure_comes_back_out_of_its_attribute() {
    let day = "2026-02-28".parse().unwrap();
    let totals = Group::ALL.map(|group| Figure::Total(group, "a.b/c:d".to_owned()));
    let daily = Series::ALL.map(|series| Figure::Daily(series, day));
    for figure in totals.into_iter().chain(daily) {
        assert_eq!(Figure::of_attribute(&figure.attribute()), Some(figure));
    }
    for other in ["PK", "SK", "entityType", "schemaVersion", "version", "created.tomorrow"] {
        assert_eq!(Figure::of_attribute(other), None);
    }
}

fn facts() -> impl Strategy<Value = TaskFacts> {
    let statuses = proptest::sample::select(TaskStatus::ALL);
    let priorities = proptest::sample::select(TaskPriority::ALL);
    let time =
        || (0_i64..100_000_000).prop_map(|seconds| DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap());
    let (due, closed) = (proptest::option::of(time()), proptest::option::of(time()));
    (
        statuses,
        priorities,
        proptest::option::of(0_u128..3),
        time(),
        due,
        closed,
    )
        .prop_map(
            |(status, priority, assignee, created_at, due_at, closed_at)| TaskFacts {
                status,
                priority,
                assignee_id: assignee.map(Uuid::from_u128),
                created_at,
                due_at,
                closed_at: closed_at.filter(|_| !is_open(status)),
            },
        )
}

proptest! {
    #[test]
    fn changes_add_up_to_what_is_there(history in proptest::collection::vec(facts(), 1..8)) {
        let mut counted = Tally::of_task(None, history.first());
        for change in history.windows(2) {
            counted.add_all(Tally::of_task(Some(&change[0]), Some(&change[1])));
        }
        prop_assert_eq!(&counted, &Tally::of_task(None, history.last()));
        counted.add_all(Tally::of_task(history.last(), None));
        prop_assert_eq!(counted, Tally::default());
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn what_is_counted_is_read_whatever_shards_it_is_in() {
    let store = store().await;
    let scope = Scope::Space(store.clock.new_id());
    let occurred: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    let mut expected = Tally::default();
    for n in 0..40 {
        let at = occurred - chrono::TimeDelta::days(n);
        let label: EventLabel = text(["123/a.b", "c:d"][usize::try_from(n % 2).unwrap()]);
        let tally = Tally::of_event(Severity::try_from(5).unwrap(), [&label, &label, &label], at);
        expected.add_all(tally.clone());
        let mut transaction = store.transaction();
        transaction.count(scope, tally);
        store.commit(transaction).await.unwrap();
    }
    let shards = store
        .query_range(&keys::counter_totals(scope), None, None, Order::Ascending)
        .await
        .unwrap();
    assert!(shards.items.len() > 1, "40 writes on one of 8 shards");
    assert_eq!(store.figures(scope).await.unwrap(), expected);
    let totals = store.totals(scope).await.unwrap();
    assert_eq!(
        totals.group(Group::EventAccount).collect::<Vec<_>>(),
        [("123/a.b", 20), ("c:d", 20)]
    );
    assert_eq!(totals.series(Series::Occurred).count(), 0);
    let daily = |from, to| store.daily(scope, Topic::Events, from, day(to));
    let all = daily(None, "2026-12-31").await.unwrap();
    assert_eq!(all.series(Series::Occurred).count(), 40);
    let february = daily(Some(day("2026-02-20")), "2026-02-20").await.unwrap();
    assert_eq!(february.series(Series::Occurred).count(), 28);
    assert!(february.series(Series::Occurred).all(|(_, count)| count == 1));
    let tasks = store.daily(scope, Topic::Tasks, None, day("2026-12-31")).await.unwrap();
    assert_eq!(tasks, Tally::default());
}

#[tokio::test]
async fn tallies_of_one_transaction_add_up_in_one_action() {
    let scope = Scope::Space(Uuid::nil());
    let mut both = Tally::of_membership(None, Some(SpaceRole::Member));
    both.add_all(Tally::of_membership(None, Some(SpaceRole::Owner)));
    let tallies = BTreeMap::from([(scope, both)]);
    assert_eq!(actions("spaces", &tallies).unwrap().len(), 1);
    let cancelled = Tally::of_membership(Some(SpaceRole::Owner), Some(SpaceRole::Owner));
    assert_eq!(
        actions("spaces", &BTreeMap::from([(scope, cancelled)])).unwrap().len(),
        0
    );
}

#[tokio::test]
async fn a_registration_counts_its_user_and_its_space() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    let users = store.figures(Scope::Deployment).await.unwrap();
    assert_eq!(users, Tally::of_user(None, Some(&user)));
    let spaces = store.all_spaces(user.user_id).await.unwrap();
    let members = store.figures(Scope::Space(spaces[0].space_id())).await.unwrap();
    assert_eq!(members, Tally::of_membership(None, Some(SpaceRole::Owner)));
}
