//! Tasks in the store: their lists, over many spaces and while others write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;
use lockstep_runtime::OneOf;
use spaces_contract::TaskSort;

use super::*;
use crate::rules;
use crate::store::spaces::Membership;
use crate::store::tests::{refusal, registered, scaled, settings, store, text};
use crate::store::{Kept, count_round_trips};

fn fields(title: &str) -> TaskUpdate {
    TaskUpdate {
        title: text(title),
        status: TaskStatus::Open,
        priority: TaskPriority::Medium,
        assignee_id: None,
        description: None,
        due_at: None,
    }
}

async fn space(store: &Store, owner: Uuid, name: &str) -> Uuid {
    let hash = format!("hash of {name}");
    let created = store
        .create_space(owner, settings(name), &hash, Kept::without_key)
        .await;
    created.unwrap().space_id()
}

async fn joined(store: &Store, space_id: Uuid, role: SpaceRole) -> Uuid {
    let user_id = store.clock.new_id();
    let member = Membership {
        space_id,
        user_id,
        role,
        joined_at: store.clock.now(),
    };
    let mut transaction = store.transaction();
    transaction
        .put_new(keys::user_space(user_id, space_id), &member)
        .unwrap();
    transaction
        .put_new(keys::space_member(space_id, user_id), &member)
        .unwrap();
    store.commit(transaction).await.unwrap();
    user_id
}

async fn created(store: &Store, user_id: Uuid, space_id: Uuid, fields: TaskUpdate) -> StoredTask {
    let task = store.new_task(space_id, user_id, fields);
    store
        .create_task(task, rules::may_contribute, Kept::without_key)
        .await
        .unwrap()
}

/// Many tasks in a few transactions.
async fn all_created(store: &Store, tasks: &[StoredTask]) {
    // Three actions each, and up to three for the counters of its space: 100 at most.
    for tasks in tasks.chunks(16) {
        let mut transaction = store.transaction();
        for task in tasks {
            add_task(&mut transaction, task).unwrap();
        }
        store.commit(transaction).await.unwrap();
    }
}

async fn edited(store: &Store, user_id: Uuid, before: &StoredTask, edit: impl FnOnce(&mut TaskUpdate)) -> StoredTask {
    let (mut fields, mut after) = (before.fields(), before.clone());
    edit(&mut fields);
    after.set_fields(fields);
    store
        .update_task(user_id, rules::may_contribute, before, after)
        .await
        .unwrap()
}

async fn item_keys(store: &Store, partition: String) -> Vec<String> {
    let (keys, next) = store.keys_in(partition, None).await.unwrap();
    assert!(next.is_none());
    keys.into_iter().map(|key| key.sk).collect()
}

#[tokio::test]
async fn a_task_is_created_and_changed_and_deleted_in_one_round_trip_each() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let (task, round_trips) = count_round_trips(created(&store, ada, space_id, fields("Oil"))).await;
    assert_eq!(round_trips, 1);
    assert_eq!(store.find_task(task.task_id).await.unwrap(), Some(task.clone()));
    let due_at = Some(store.clock.now() + TimeDelta::microseconds(1_500));
    let change = edited(&store, ada, &task, |fields| fields.due_at = due_at);
    let (changed, round_trips) = count_round_trips(change).await;
    assert_eq!((round_trips, changed.version), (1, 2));
    assert_eq!(changed.due_at, Some(store.clock.now() + TimeDelta::milliseconds(2)));
    assert_eq!(store.find_task(task.task_id).await.unwrap(), Some(changed.clone()));
    let deletion = store.delete_task(ada, rules::may_delete_tasks, &changed);
    let (deleted, round_trips) = count_round_trips(deletion).await;
    deleted.unwrap();
    assert_eq!(round_trips, 1);
    assert_eq!(store.find_task(task.task_id).await.unwrap(), None);
    let page = store
        .list_tasks(&[space_id], &TaskFilter::default(), TaskSort::Due, 25, None)
        .await
        .unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
}

#[tokio::test]
async fn a_role_is_checked_in_the_transaction_and_an_assignee_too() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let viewer = joined(&store, space_id, SpaceRole::Viewer).await;
    let member = joined(&store, space_id, SpaceRole::Member).await;
    let stranger = store.clock.new_id();
    let task = created(&store, member, space_id, fields("Oil")).await;
    for user_id in [viewer, stranger] {
        let new = store.new_task(space_id, user_id, fields("No"));
        let refused = refusal(store.create_task(new, rules::may_contribute, Kept::without_key).await);
        assert!(matches!(refused, OneOf::Second(TaskRefused::Role)));
        let update = store
            .update_task(user_id, rules::may_contribute, &task, task.clone())
            .await;
        assert_eq!(refusal(update), TaskRefused::Role);
    }
    let deletion = store.delete_task(member, rules::may_delete_tasks, &task).await;
    assert_eq!(refusal(deletion), TaskRefused::Role);
    let mut after = task.clone();
    after.assignee_id = Some(stranger);
    let update = store
        .update_task(member, rules::may_contribute, &task, after.clone())
        .await;
    assert_eq!(refusal(update), TaskRefused::Assignee);
    after.assignee_id = Some(viewer);
    let update = store.update_task(member, rules::may_contribute, &task, after).await;
    assert_eq!(update.unwrap().assignee_id, Some(viewer));
}

#[tokio::test]
async fn of_many_changes_of_one_version_one_happens() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let task = created(&store, ada, space_id, fields("Oil")).await;
    let writes = (0..16).map(|n| {
        let (store, task, mut after) = (&store, &task, task.clone());
        after.title = text(&format!("Title {n}"));
        after.due_at = Some(store.clock.now() + TimeDelta::days(n));
        async move { store.update_task(ada, rules::may_contribute, task, after).await }
    });
    let outcomes = join_all(writes).await;
    let done: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(done.len(), 1);
    assert_eq!(store.find_task(task.task_id).await.unwrap().as_ref(), Some(done[0]));
    let page = store
        .list_tasks(&[space_id], &TaskFilter::default(), TaskSort::Due, 25, None)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
}

#[tokio::test]
async fn comments_are_part_of_the_version_and_go_with_their_task() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let task = created(&store, ada, space_id, fields("Oil")).await;
    for n in 0..7 {
        let body = text(&format!("Comment {n}"));
        let comment = store.add_comment(ada, rules::may_contribute, &task, body, Kept::without_key);
        comment.await.unwrap();
    }
    for limit in 1..=8 {
        let (found, first) = store
            .find_task_with_comments(task.task_id, limit)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.version, 8);
        let (mut bodies, mut next): (Vec<_>, _) = (first.items, first.next);
        while let Some(after) = next {
            let page = store.list_comments(task.task_id, limit, after).await.unwrap();
            assert!(!page.items.is_empty() && i32::try_from(page.items.len()).unwrap() <= limit);
            bodies.extend(page.items);
            next = page.next;
        }
        let bodies: Vec<_> = bodies.iter().map(|comment| comment.body.as_ref().to_owned()).collect();
        assert_eq!(
            bodies,
            (0..7).map(|n| format!("Comment {n}")).collect::<Vec<_>>(),
            "limit {limit}"
        );
    }
    let task = store.find_task(task.task_id).await.unwrap().unwrap();
    store.delete_task(ada, rules::may_delete_tasks, &task).await.unwrap();
    assert!(item_keys(&store, keys::task_partition(task.task_id)).await.is_empty());
    let late = store
        .add_comment(ada, rules::may_contribute, &task, text("Late"), Kept::without_key)
        .await;
    assert!(matches!(refusal(late), OneOf::Second(TaskRefused::Changed)));
}

#[tokio::test]
async fn a_deleted_space_leaves_no_task_behind() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let tasks: Vec<_> = (0..120)
        .map(|n| store.new_task(space_id, ada, fields(&format!("Task {n}"))))
        .collect();
    all_created(&store, &tasks).await;
    for task in tasks.iter().step_by(40) {
        let comment = store.add_comment(ada, rules::may_contribute, task, text("So"), Kept::without_key);
        comment.await.unwrap();
    }
    let member = store.get_space(ada, space_id).await.unwrap();
    store.delete_space(member, None).await.unwrap();
    assert!(item_keys(&store, keys::space(space_id)).await.is_empty());
    for task in &tasks {
        assert!(item_keys(&store, keys::task_partition(task.task_id)).await.is_empty());
    }
    let late = store.new_task(space_id, ada, fields("Late"));
    let late = store.create_task(late, rules::may_contribute, Kept::without_key).await;
    assert!(matches!(refusal(late), OneOf::Second(TaskRefused::Role)));
}

#[tokio::test]
async fn filters_choose_among_the_tasks() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let noon = store.clock.now();
    let hour = |n| noon + TimeDelta::hours(n);
    for n in 0..12 {
        let mut fields = fields(&format!("{n:02}"));
        fields.status = TaskStatus::ALL[n % 5];
        fields.priority = TaskPriority::ALL[n % 4];
        fields.assignee_id = (n % 3 == 0).then_some(ada);
        fields.due_at = (n % 2 == 0).then(|| hour(24 - i64::try_from(n).unwrap()));
        created(&store, ada, space_id, fields).await;
        store.clock.advance(TimeDelta::hours(1));
    }
    let all = TaskFilter::default;
    let half = TimeDelta::microseconds(500);
    let cases: [(TaskFilter, &[usize]); 9] = [
        (all(), &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (
            TaskFilter {
                status: vec![TaskStatus::Open, TaskStatus::Done],
                ..all()
            },
            &[10, 8, 5, 3, 0],
        ),
        (
            TaskFilter {
                priority: vec![TaskPriority::Critical],
                ..all()
            },
            &[11, 7, 3],
        ),
        (
            TaskFilter {
                assignee_id: Some(ada),
                ..all()
            },
            &[9, 6, 3, 0],
        ),
        (
            TaskFilter {
                created_from: Some(hour(9)),
                ..all()
            },
            &[11, 10, 9],
        ),
        (
            TaskFilter {
                created_from: Some(hour(9) + half),
                created_to: Some(hour(11)),
                ..all()
            },
            &[10],
        ),
        (
            TaskFilter {
                created_from: Some(hour(9)),
                created_to: Some(hour(2)),
                ..all()
            },
            &[],
        ),
        (
            TaskFilter {
                due_from: Some(hour(18)),
                ..all()
            },
            &[6, 4, 2, 0],
        ),
        (
            TaskFilter {
                due_to: Some(hour(18)),
                due_from: Some(hour(15)),
                ..all()
            },
            &[8],
        ),
    ];
    for (filter, expected) in cases {
        let newest = store
            .list_tasks(&[space_id], &filter, TaskSort::Created, 100, None)
            .await
            .unwrap();
        let found: Vec<usize> = newest
            .items
            .iter()
            .map(|task| task.title.as_ref().parse().unwrap())
            .collect();
        assert_eq!(found, expected, "{filter:?}");
        let due = store
            .list_tasks(&[space_id], &filter, TaskSort::Due, 100, None)
            .await
            .unwrap();
        let found: Vec<usize> = due
            .items
            .iter()
            .map(|task| task.title.as_ref().parse().unwrap())
            .collect();
        let mut by_due = expected.to_vec();
        // Later ones of the even are due earlier; the odd are never due, and are in the order of their creation.
        by_due.sort_by_key(|n| if n % 2 == 0 { (0, 12 - n) } else { (1, *n) });
        assert_eq!(found, by_due, "{filter:?} by due time");
    }
}

#[tokio::test]
async fn the_tasks_of_a_space_are_for_its_members_in_two_round_trips() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let filter = TaskFilter::default();
    let tasks: Vec<_> = (0..150)
        .map(|n| store.new_task(space_id, ada, fields(&format!("Task {n}"))))
        .collect();
    for made in [0, 98, 150] {
        all_created(&store, &tasks[if made > 98 { 98..made } else { 0..made }]).await;
        for sort in [TaskSort::Created, TaskSort::Due] {
            let list = store.list_space_tasks(ada, space_id, &filter, sort, 50, None);
            let (page, round_trips) = count_round_trips(list).await;
            assert_eq!((page.unwrap().items.len(), round_trips), (made.min(50), 2));
            let list = store
                .list_space_tasks(ada, space_id, &filter, sort, 100, None)
                .await
                .unwrap();
            assert_eq!((list.items.len(), list.next.is_some()), (made.min(100), made > 100));
            let nobody = store.clock.new_id();
            refusal(store.list_space_tasks(nobody, space_id, &filter, sort, 100, None).await);
        }
    }
    let never = TaskFilter {
        due_from: Some(store.clock.now()),
        due_to: Some(DateTime::UNIX_EPOCH),
        ..filter
    };
    let nobody = store.clock.new_id();
    refusal(
        store
            .list_space_tasks(nobody, space_id, &never, TaskSort::Due, 100, None)
            .await,
    );
}

/// A cast of spaces and tasks, spread unevenly, with some due at the same time and some never.
async fn many(store: &Store, spaces: usize, tasks: usize) -> (Uuid, Vec<Uuid>, Vec<StoredTask>) {
    let ada = registered(store, "ada@example.org").await.user_id;
    let mut space_ids = Vec::new();
    for n in 0..spaces {
        space_ids.push(space(store, ada, &format!("Space {n}")).await);
    }
    let mut all = Vec::new();
    for n in 0..scaled(tasks) {
        let space_id = space_ids[fastrand::usize(..spaces).min(fastrand::usize(..spaces))];
        let mut fields = fields(&format!("Task {n}"));
        fields.due_at = fastrand::bool().then(|| store.clock.now() + TimeDelta::hours(fastrand::i64(-48..480)));
        all.push(store.new_task(space_id, ada, fields));
        store.clock.advance(TimeDelta::milliseconds(fastrand::i64(0..3)));
    }
    all_created(store, &all).await;
    (ada, space_ids, all)
}

/// Walks through the list while others create, delete and move tasks after every page, and checks what was met.
async fn walk(store: &Store, ada: Uuid, spaces: &[Uuid], before: &[StoredTask], sort: TaskSort, limit: i32) {
    let mut gone = BTreeSet::new();
    let mut met: Vec<Uuid> = Vec::new();
    let mut next = None;
    loop {
        let list = store
            .list_tasks(spaces, &TaskFilter::default(), sort, limit, next.as_deref())
            .await;
        let page = list.unwrap();
        assert!(i32::try_from(page.items.len()).unwrap() <= limit);
        met.extend(page.items.iter().map(|task| task.task_id));
        next = page.next;
        if next.is_none() {
            break;
        }
        let new = fields("While others read");
        created(store, ada, spaces[fastrand::usize(..spaces.len())], new).await;
        for _ in 0..3 {
            let task = &before[fastrand::usize(..before.len())];
            let Some(task) = store.find_task(task.task_id).await.unwrap() else {
                continue;
            };
            let due_at = store.clock.now() + TimeDelta::hours(fastrand::i64(-96..960));
            // Also back to where it was.
            let due_at = if fastrand::bool() { Some(due_at) } else { None };
            edited(store, ada, &task, |fields| fields.due_at = due_at).await;
        }
        let victim = &before[fastrand::usize(..before.len())];
        if let Some(task) = store.find_task(victim.task_id).await.unwrap() {
            store.delete_task(ada, rules::may_delete_tasks, &task).await.unwrap();
            gone.insert(task.task_id);
        }
    }
    let unique: BTreeSet<_> = met.iter().copied().collect();
    assert_eq!(unique.len(), met.len(), "a task was met twice");
    let lost: Vec<_> = before
        .iter()
        .map(|task| task.task_id)
        .filter(|id| !unique.contains(id))
        .collect();
    assert!(lost.iter().all(|id| gone.contains(id)), "a task was lost");
}

#[tokio::test]
async fn a19_a_walk_meets_every_task_once_while_others_write() {
    let store = store().await;
    let (ada, spaces, tasks) = many(&store, 7, 180).await;
    for (sort, limit) in [
        (TaskSort::Created, 7),
        (TaskSort::Due, 7),
        (TaskSort::Due, 100),
        (TaskSort::Created, 1),
    ] {
        let mut before = Vec::new();
        for task in &tasks {
            before.extend(store.find_task(task.task_id).await.unwrap());
        }
        walk(&store, ada, &spaces, &before, sort, limit).await;
    }
}

#[tokio::test]
async fn a18_the_merged_list_is_in_order_and_whole_for_every_size_of_page() {
    let store = store().await;
    let (_, spaces, mut tasks) = many(&store, 5, 60).await;
    for sort in [TaskSort::Created, TaskSort::Due] {
        match sort {
            TaskSort::Created => tasks.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.task_id))),
            TaskSort::Due => tasks.sort_by_key(|task| (task.due_at.is_none(), task.due_at, task.task_id)),
        }
        let expected: Vec<_> = tasks.iter().map(|task| task.task_id).collect();
        for limit in [1, 2, 7, 59, 60, 61, 100] {
            let (mut met, mut next) = (Vec::new(), None);
            loop {
                let list = store
                    .list_tasks(&spaces, &TaskFilter::default(), sort, limit, next.as_deref())
                    .await;
                let page = list.unwrap();
                met.extend(page.items.iter().map(|task| task.task_id));
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(met, expected, "{sort:?}, {limit} at a time");
        }
    }
}

#[tokio::test]
async fn a_filter_that_matches_little_makes_short_pages_and_no_long_requests() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await.user_id;
    let space_id = space(&store, ada, "Engine").await;
    let mut wanted = fields("The oldest");
    wanted.priority = TaskPriority::Critical;
    let wanted = created(&store, ada, space_id, wanted).await;
    store.clock.advance(TimeDelta::milliseconds(1));
    let others: Vec<_> = (0..1_200)
        .map(|n| store.new_task(space_id, ada, fields(&format!("Task {n}"))))
        .collect();
    all_created(&store, &others).await;
    let filter = TaskFilter {
        priority: vec![TaskPriority::Critical],
        ..TaskFilter::default()
    };
    let spaces = [space_id];
    let list = store.list_tasks(&spaces, &filter, TaskSort::Created, 25, None);
    let (first, round_trips) = count_round_trips(list).await;
    let first = first.unwrap();
    assert!(first.items.is_empty() && round_trips < 30, "{round_trips} round trips");
    let next = first.next.expect("more to come");
    let second = store
        .list_tasks(&[space_id], &filter, TaskSort::Created, 25, Some(&next))
        .await
        .unwrap();
    let found: Vec<_> = second.items.iter().map(|task| task.task_id).collect();
    assert_eq!((found, second.next), (vec![wanted.task_id], None));
}

/// Prints how long pages of a large merged list take: `cargo test --release -p spaces-server --lib -- --ignored large`.
#[tokio::test]
#[ignore = "takes a minute, and measures"]
async fn a19_a_large_merged_list_is_stable_and_fast() {
    let store = store().await;
    let (ada, spaces, tasks) = many(&store, 30, 10_000).await;
    for sort in [TaskSort::Created, TaskSort::Due] {
        let mut before = Vec::new();
        for task in &tasks {
            before.extend(store.find_task(task.task_id).await.unwrap());
        }
        let filter = TaskFilter::default();
        let mut times = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let start = Instant::now();
            let list = store.list_tasks(&spaces, &filter, sort, 25, next.as_deref());
            let (page, round_trips) = count_round_trips(list).await;
            times.push((start.elapsed(), round_trips));
            next = page.unwrap().next;
            if next.is_none() {
                break;
            }
        }
        print_percentiles(&format!("{sort:?}"), times);
        walk(&store, ada, &spaces, &before, sort, 100).await;
    }
}

fn print_percentiles(what: &str, mut times: Vec<(Duration, u32)>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].0;
    let most = times
        .iter()
        .map(|(_, round_trips)| *round_trips)
        .max()
        .unwrap_or_default();
    let pages = times.len();
    println!(
        "{what}: {pages} pages, p50 {:?}, p99 {:?}, at most {most} round trips",
        at(50),
        at(99)
    );
}
