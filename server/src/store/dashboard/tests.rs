//! The figures of the dashboards, against the plain lists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::TimeDelta;
use lockstep_runtime::TextEnum;
use proptest::prelude::*;
use serde_json::json;
use spaces_contract::{Event, NewEvent, SpaceRole, Task, TaskPriority, TaskSort, TaskStatus, TaskUpdate};

use super::*;
use crate::rules::may_contribute;
use crate::store::members::add_member;
use crate::store::spaces::Membership;
use crate::store::tests::{registered, scaled, settings, store};
use crate::store::{EventFilter, Kept, TaskFilter, count_round_trips};

/// Something that somebody does, with numbers to choose by.
#[derive(Clone, Debug)]
enum Step {
    Create {
        space: usize,
        status: usize,
        priority: usize,
        assigned: bool,
        due_in_hours: Option<i64>,
    },
    Change {
        task: usize,
        status: usize,
        priority: usize,
        assigned: bool,
        due_in_hours: Option<i64>,
    },
    Delete {
        task: usize,
    },
    Ingest {
        space: usize,
        severity: i32,
        label: usize,
        hours_ago: i64,
        id: usize,
    },
    /// Somebody joins; one who is in takes another role, or leaves.
    Member {
        user: usize,
        role: usize,
        leaves: bool,
    },
    Wait {
        hours: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let due = || proptest::option::of(-60_i64..60);
    prop_oneof![
        4 => (0..2_usize, 0..5_usize, 0..4_usize, any::<bool>(), due()).prop_map(
            |(space, status, priority, assigned, due_in_hours)| Step::Create { space, status, priority, assigned, due_in_hours }
        ),
        4 => (0..99_usize, 0..5_usize, 0..4_usize, any::<bool>(), due()).prop_map(
            |(task, status, priority, assigned, due_in_hours)| Step::Change { task, status, priority, assigned, due_in_hours }
        ),
        1 => (0..99_usize).prop_map(|task| Step::Delete { task }),
        3 => (0..2_usize, 0..6, 0..3_usize, -30_i64..2_000, 0..40_usize).prop_map(
            |(space, severity, label, hours_ago, id)| Step::Ingest { space, severity, label, hours_ago, id }
        ),
        2 => (0..2_usize, 0..4_usize, any::<bool>())
            .prop_map(|(user, role, leaves)| Step::Member { user, role, leaves }),
        2 => (1_i64..40).prop_map(|hours| Step::Wait { hours }),
    ]
}

/// A user with two spaces, and what is in them as the lists tell it.
struct World {
    store: Store,
    user_id: Uuid,
    spaces: [Uuid; 2],
    /// Who joins the second space, and leaves it.
    others: [Uuid; 2],
}

impl World {
    async fn new() -> Self {
        let store = store().await;
        let user_id = registered(&store, "ada@example.org").await.user_id;
        let others = [
            registered(&store, "bob@example.org").await.user_id,
            registered(&store, "eve@example.org").await.user_id,
        ];
        let personal = store.all_spaces(user_id).await.unwrap()[0].space_id();
        let shared = store
            .create_space(user_id, settings("Engine"), "hash", Kept::without_key)
            .await
            .unwrap();
        let spaces = [personal, shared.space_id()];
        Self {
            store,
            user_id,
            spaces,
            others,
        }
    }

    fn fields(&self, status: usize, priority: usize, assigned: bool, due_in_hours: Option<i64>) -> TaskUpdate {
        TaskUpdate {
            title: "Oil the engine".parse().unwrap(),
            status: TaskStatus::ALL[status],
            priority: TaskPriority::ALL[priority],
            assignee_id: assigned.then_some(self.user_id),
            description: None,
            due_at: due_in_hours.map(|hours| self.store.clock.now() + TimeDelta::hours(hours)),
        }
    }

    fn closed_at(&self, status: TaskStatus, before: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        (!is_open(status)).then(|| before.unwrap_or(self.store.clock.now()))
    }

    async fn tasks(&self) -> Vec<Task> {
        let (mut tasks, mut after) = (Vec::new(), None);
        loop {
            let filter = TaskFilter::default();
            let page = self
                .store
                .list_tasks(&self.spaces, &filter, TaskSort::Created, 100, after.as_deref())
                .await;
            let page = page.unwrap();
            tasks.extend(page.items);
            after = page.next;
            if after.is_none() {
                return tasks;
            }
        }
    }

    async fn events(&self) -> Vec<Event> {
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .store
                .list_events(&self.spaces, &EventFilter::default(), 100, after)
                .await
                .unwrap();
            events.extend(page.items);
            after = page.next;
            if after.is_none() {
                return events;
            }
        }
    }

    async fn change_member(&self, user_id: Uuid, role: SpaceRole, leaves: bool) {
        let space_id = self.spaces[1];
        let Ok(space) = self.store.get_space(user_id, space_id).await else {
            let joined_at = self.store.clock.now();
            let membership = Membership {
                space_id,
                user_id,
                role,
                joined_at,
            };
            let mut transaction = self.store.transaction();
            let (_, counts) = add_member(&mut transaction, &membership).unwrap();
            transaction.update(counts).unwrap();
            return self.store.commit(transaction).await.unwrap();
        };
        if leaves {
            self.store.leave_space(&space).await.unwrap();
        } else {
            let (owner, member) = self.store.find_member(self.user_id, space_id, user_id).await.unwrap();
            self.store.set_member_role(&owner, member, role).await.unwrap();
        }
    }

    async fn make(&self, step: Step) {
        match step {
            Step::Create {
                space,
                status,
                priority,
                assigned,
                due_in_hours,
            } => {
                let fields = self.fields(status, priority, assigned, due_in_hours);
                let mut task = self.store.new_task(self.spaces[space], self.user_id, fields);
                task.closed_at = self.closed_at(task.status, None);
                self.store
                    .create_task(task, may_contribute, Kept::without_key)
                    .await
                    .unwrap();
            }
            Step::Change {
                task,
                status,
                priority,
                assigned,
                due_in_hours,
            } => {
                let tasks = self.tasks().await;
                let Some(task) = tasks.get(task % tasks.len().max(1)) else {
                    return;
                };
                let before = self.store.find_task(task.task_id).await.unwrap().unwrap();
                let mut after = before.clone();
                after.set_fields(self.fields(status, priority, assigned, due_in_hours));
                after.closed_at = self.closed_at(after.status, before.closed_at);
                self.store
                    .update_task(self.user_id, may_contribute, &before, after)
                    .await
                    .unwrap();
            }
            Step::Delete { task } => {
                let tasks = self.tasks().await;
                let Some(task) = tasks.get(task % tasks.len().max(1)) else {
                    return;
                };
                let task = self.store.find_task(task.task_id).await.unwrap().unwrap();
                self.store
                    .delete_task(self.user_id, may_contribute, &task)
                    .await
                    .unwrap();
            }
            Step::Ingest {
                space,
                severity,
                label,
                hours_ago,
                id,
            } => {
                let (source, account) = [("lambda", "1"), ("ec2", "2"), ("s.3", "1/x")][label];
                let event = json!({
                    "id": format!("e{id}"), "spaceId": self.spaces[space], "source": source, "account": account,
                    "type": "Error", "severity": severity, "region": "eu-west-1",
                    "occurredAt": self.store.clock.now() - TimeDelta::hours(hours_ago), "summary": "It failed.",
                });
                let event: NewEvent = serde_json::from_value(event).unwrap();
                self.store
                    .ingest_events(self.user_id, vec![event], may_contribute)
                    .await
                    .unwrap();
            }
            Step::Member { user, role, leaves } => {
                self.change_member(self.others[user], SpaceRole::ALL[role], leaves)
                    .await;
            }
            Step::Wait { hours } => self.store.clock.advance(TimeDelta::hours(hours)),
        }
    }

    /// Every figure of the dashboards, computed from the lists.
    async fn check(&self, days: i32) {
        let (tasks, events, now) = (self.tasks().await, self.events().await, self.store.clock.now());
        let today = now.date_naive();
        let is_overdue = |task: &&Task| is_open(task.status) && task.due_at.is_some_and(|due_at| due_at < now);
        let overdue = n(tasks.iter().filter(is_overdue));
        let open: Vec<_> = tasks.iter().filter(|task| is_open(task.status)).collect();

        let spaces = self.store.all_spaces(self.user_id).await.unwrap();
        let members: i64 = spaces
            .into_iter()
            .map(|space| i64::from(space.into_space().member_count))
            .sum();
        let overview = self.store.get_dashboard_overview(&self.spaces).await.unwrap();
        let expected = DashboardOverview {
            spaces: Count::try_from(2).unwrap(),
            members: Count::try_from(members).unwrap(),
            open_tasks: n(open.iter()),
            overdue_tasks: overdue,
            closed_tasks: n(tasks.iter().filter(|task| task.closed_at.is_some())),
            events: n(events.iter()),
            critical_events: n(events.iter().filter(|event| event.severity.get() == 5)),
        };
        assert_eq!(overview, expected);

        let stats = self.store.get_tasks_stats(&self.spaces, days).await.unwrap();
        assert_eq!(stats.total, n(tasks.iter()));
        assert_eq!(
            stats.by_status,
            by(&tasks, |task| Some(task.status.as_str().to_owned()))
        );
        assert_eq!(
            stats.by_priority,
            by(&tasks, |task| Some(task.priority.as_str().to_owned()))
        );
        assert_eq!(
            stats.by_assignee,
            by(&tasks, |task| task.assignee_id.map(|id| id.to_string()))
        );
        assert_eq!(stats.overdue, overdue);
        let rate = (tasks.len() - open.len()) as f64 / tasks.len().max(1) as f64;
        assert!((stats.completion_rate - rate).abs() < 1e-9);
        let mut ages: Vec<_> = open
            .iter()
            .map(|task| (today - task.created_at.date_naive()).num_days())
            .collect();
        ages.sort_unstable();
        let middle = |place: usize| ages.get(place).copied();
        let median = middle(ages.len().saturating_sub(1) / 2).zip(middle(ages.len() / 2));
        assert_eq!(stats.median_open_age_days, median.map(|(a, b)| (a + b) as f64 / 2.0));
        assert_eq!(stats.daily.len(), usize::try_from(days).unwrap());
        for (daily, ago) in stats.daily.iter().rev().zip(0..) {
            let day = today - TimeDelta::days(ago);
            let on_day = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time.date_naive() == day);
            let created = n(tasks.iter().filter(|task| on_day(Some(task.created_at))));
            let closed = n(tasks.iter().filter(|task| on_day(task.closed_at)));
            assert_eq!((daily.day, daily.created, daily.closed), (day, created, closed));
        }

        let stats = self.store.get_events_stats(&self.spaces, days).await.unwrap();
        assert_eq!(stats.total, n(events.iter()));
        assert_eq!(
            stats.by_severity,
            by(&events, |event| Some(event.severity.get().to_string()))
        );
        assert_eq!(
            stats.by_account,
            by(&events, |event| Some(event.account.as_str().to_owned()))
        );
        assert_eq!(
            stats.by_region,
            by(&events, |event| Some(event.region.as_str().to_owned()))
        );
        assert_eq!(
            stats.by_source,
            by(&events, |event| Some(event.source.as_str().to_owned()))
        );
        assert_eq!(stats.daily.len(), usize::try_from(days).unwrap());
        for (daily, ago) in stats.daily.iter().rev().zip(0..) {
            let day = today - TimeDelta::days(ago);
            let occurred = n(events.iter().filter(|event| event.occurred_at.date_naive() == day));
            assert_eq!((daily.day, daily.count), (day, occurred));
        }

        for found in self.store.recount(false).await.unwrap() {
            assert_eq!(found.differences, [], "{:?}", found.space_id);
        }
    }
}

fn n<T>(things: impl Iterator<Item = T>) -> Count {
    Count::try_from(i64::try_from(things.count()).unwrap()).unwrap()
}

fn by<T>(things: &[T], name: impl Fn(&T) -> Option<String>) -> Counts {
    let names: BTreeSet<_> = things.iter().filter_map(&name).collect();
    let count = |wanted: &String| n(things.iter().filter(|thing| name(thing).as_ref() == Some(wanted)));
    names.iter().map(|name| (name.clone(), count(name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: scaled(16).try_into().unwrap(), ..ProptestConfig::default() })]

    #[test]
    fn every_figure_equals_the_plain_list_after_any_history(
        steps in proptest::collection::vec(step(), 0..40),
        days in 1..=90,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            for step in steps {
                world.make(step).await;
            }
            world.check(days).await;
        });
    }
}

#[tokio::test]
async fn a_dashboard_costs_the_same_however_much_there_is() {
    let world = World::new().await;
    let read = || async {
        let (_, overview) = count_round_trips(world.store.get_dashboard_overview(&world.spaces)).await;
        let (_, tasks) = count_round_trips(world.store.get_tasks_stats(&world.spaces, 90)).await;
        let (_, events) = count_round_trips(world.store.get_events_stats(&world.spaces, 90)).await;
        let (_, users) = count_round_trips(world.store.get_users_stats(90)).await;
        [overview, tasks, events, users]
    };
    assert_eq!(read().await, [4, 4, 4, 2]);
    for n in 0..30 {
        world
            .make(Step::Create {
                space: 0,
                status: 0,
                priority: 0,
                assigned: false,
                due_in_hours: Some(100),
            })
            .await;
        world
            .make(Step::Ingest {
                space: 1,
                severity: 5,
                label: 0,
                hours_ago: 0,
                id: n,
            })
            .await;
    }
    assert_eq!(read().await, [4, 4, 4, 2]);
}

#[tokio::test]
async fn a_recount_finds_what_is_wrong_and_sets_it_right() {
    let world = World::new().await;
    world
        .make(Step::Create {
            space: 0,
            status: 0,
            priority: 0,
            assigned: false,
            due_in_hours: None,
        })
        .await;
    let wrong = Tally::of_membership(None, Some(SpaceRole::Viewer));
    let mut transaction = world.store.transaction();
    transaction.count(Scope::Space(world.spaces[0]), wrong);
    world.store.commit(transaction).await.unwrap();
    for repair in [false, true] {
        let found = world.store.recount(repair).await.unwrap();
        assert_eq!(found.len(), 5);
        let wrong: Vec<_> = found
            .into_iter()
            .filter(|found| !found.differences.is_empty())
            .collect();
        assert_eq!(wrong[0].space_id, Some(world.spaces[0]));
        assert_eq!(wrong[0].differences, [("memberRole.viewer".to_owned(), -1)]);
    }
    let found = world.store.recount(false).await.unwrap();
    assert!(found.iter().all(|found| found.differences.is_empty()));
}

#[tokio::test]
async fn users_are_active_by_the_day_and_once() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    store.clock.advance(TimeDelta::days(3));
    registered(&store, "eve@example.org").await;
    let figures = || async {
        let stats = store.get_users_stats(5).await.unwrap();
        let signed_up: Vec<_> = stats.sign_ups.iter().map(|daily| daily.count.get()).collect();
        (
            [stats.active1_day, stats.active7_days, stats.active30_days].map(Count::get),
            signed_up,
        )
    };
    assert_eq!(figures().await, ([1, 2, 2], vec![0, 1, 0, 0, 1]));
    // The same user twice on one day, as two requests see it.
    store.note_activity(&ada).await.unwrap();
    store.note_activity(&ada).await.unwrap();
    assert_eq!(figures().await, ([2, 2, 2], vec![0, 1, 0, 0, 1]));
    let noted = store.get_user(ada.user_id).await.unwrap().unwrap();
    assert_eq!(
        (noted.last_active_on, noted.version),
        (Some(store.clock.now().date_naive()), ada.version)
    );
    let (_, round_trips) = count_round_trips(store.note_activity(&noted)).await;
    assert_eq!(round_trips, 0);
    store.clock.advance(TimeDelta::days(7));
    assert_eq!(figures().await, ([0, 0, 2], vec![0; 5]));
    store.clock.advance(TimeDelta::days(23));
    assert_eq!(figures().await, ([0, 0, 0], vec![0; 5]));
    assert!(
        store
            .recount(false)
            .await
            .unwrap()
            .iter()
            .all(|found| found.differences.is_empty())
    );
}
