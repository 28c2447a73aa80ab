//! The list of tasks over many spaces: their entries, merged in the order of the list, lead to the tasks. Which spaces
//! somebody may see is not decided here.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use lockstep_runtime::{Failure, Fault, NotFound};
use spaces_contract::{Task, TaskPriority, TaskSort, TaskStatus};
use uuid::Uuid;

use super::{StoredTask, TaskEntry};
use crate::store::Store;
use crate::store::items::{Attributes, from_item, whole_millisecond};
use crate::store::keys::{self, Key};
use crate::store::merge::Merge;
use crate::store::reads::Order;
use crate::store::spaces::no_space;

/// How many entries one request looks at: filters that match few make short pages, not long requests.
const EXAMINED: usize = 1_000;
/// How many tasks are read at once: with a space and a membership, as many items as one round trip gets.
const BATCH: usize = 98;

/// Which tasks are wanted; what is absent or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// One of these.
    pub status: Vec<TaskStatus>,
    /// One of these.
    pub priority: Vec<TaskPriority>,
    /// This assignee.
    pub assignee_id: Option<Uuid>,
    /// Created then or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Created before then.
    pub created_to: Option<DateTime<Utc>>,
    /// Due then or later.
    pub due_from: Option<DateTime<Utc>>,
    /// Due before then.
    pub due_to: Option<DateTime<Utc>>,
}

impl TaskFilter {
    /// Whether a task is wanted. In the list by due time the entries say when a task is due: it may have changed since
    /// the list was begun.
    fn matches(&self, task: &StoredTask, sort: TaskSort) -> bool {
        let among = |from: Option<_>, to: Option<_>, time: Option<DateTime<Utc>>| {
            from.is_none_or(|from| time.is_some_and(|time| time >= from))
                && to.is_none_or(|to| time.is_some_and(|time| time < to))
        };
        (self.status.is_empty() || self.status.contains(&task.status))
            && (self.priority.is_empty() || self.priority.contains(&task.priority))
            && self
                .assignee_id
                .is_none_or(|assignee_id| task.assignee_id == Some(assignee_id))
            && among(self.created_from, self.created_to, Some(task.created_at))
            && (sort == TaskSort::Due || among(self.due_from, self.due_to, task.due_at))
    }
}

/// A part of the list.
#[derive(Clone, Debug)]
pub struct TaskPage {
    /// In the order of the list. A part may be short, or empty, and not be the last.
    pub items: Vec<Task>,
    /// The position after which the next part begins; absent on the last.
    pub next: Option<String>,
}

/// Where a list goes on, and when it was begun.
struct Position {
    begun: Uuid,
    after: Option<String>,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let (begun, after) = text.split_once(' ')?;
        Some(Self {
            begun: begun.parse().ok()?,
            after: Some(after.to_owned()),
        })
    }
}

impl Store {
    /// The tasks of the spaces, by creation, newest first, or by due time, earliest first: at most `limit` (1 to 100)
    /// that match, after a position. Round trips: at least one for each space, and one for the tasks.
    pub async fn list_tasks(
        &self,
        spaces: &[Uuid],
        filter: &TaskFilter,
        sort: TaskSort,
        limit: i32,
        after: Option<&str>,
    ) -> Result<TaskPage, Fault> {
        let page = self.walk_tasks(spaces, None, filter, sort, limit, after).await?;
        page.ok_or_else(|| Fault::internal("a check that nobody made"))
    }

    /// Like [`Store::list_tasks`], of one space. Refused to everybody but its members. Two round trips.
    pub async fn list_space_tasks(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        filter: &TaskFilter,
        sort: TaskSort,
        limit: i32,
        after: Option<&str>,
    ) -> Result<TaskPage, Failure<NotFound>> {
        let page = self
            .walk_tasks(&[space_id], Some(user_id), filter, sort, limit, after)
            .await?;
        page.ok_or_else(|| Failure::Refused(no_space()))
    }

    /// `None` where there is a member to check who is not in one of the spaces. That is read together with the first
    /// tasks.
    async fn walk_tasks(
        &self,
        spaces: &[Uuid],
        mut member: Option<Uuid>,
        filter: &TaskFilter,
        sort: TaskSort,
        limit: i32,
        after: Option<&str>,
    ) -> Result<Option<TaskPage>, Fault> {
        let limit = usize::try_from(limit.clamp(1, 100)).map_err(Fault::internal)?;
        let Position { begun, after } = match after {
            Some(text) => Position::parse(text).ok_or_else(|| Fault::internal("not a position of this list"))?,
            None => Position {
                begun: self.clock.new_id(),
                after: None,
            },
        };
        let mut merge = entries(spaces, filter, sort, after, limit);
        let (mut items, mut examined, mut last) = (Vec::with_capacity(limit), 0, None);
        // A filter lets few pass, perhaps: what is read after the first part is read in larger ones.
        let mut wanted = limit.min(BATCH);
        loop {
            let entries = self.read_on(&mut merge, wanted).await?;
            examined += entries.len();
            wanted = BATCH;
            let (tasks, mut rest) = self
                .tasks_of(entries, begun, member.map(|user_id| (user_id, spaces)))
                .await?;
            if let Some(user_id) = member.take() {
                for space_id in spaces {
                    if self.take_space(user_id, *space_id, &mut rest)?.is_none() {
                        return Ok(None);
                    }
                }
            }
            for (key, task) in tasks {
                if items.len() == limit {
                    return Ok(Some(page(items, begun, last)));
                }
                if let Some(task) = task.filter(|task| filter.matches(task, sort)) {
                    items.push(task.into_task()?);
                }
                last = Some(key);
            }
            if items.len() == limit || examined >= EXAMINED || !merge.may_go_on() {
                return Ok(Some(page(items, begun, last.filter(|_| merge.may_go_on()))));
            }
        }
    }

    /// The task of each entry; `None` where it is gone, or where the entry is not true for this list. And, read
    /// together with them, what shows whether somebody is in some spaces.
    async fn tasks_of(
        &self,
        entries: Vec<(Key, Attributes)>,
        begun: Uuid,
        member: Option<(Uuid, &[Uuid])>,
    ) -> Result<(Vec<(Key, Option<StoredTask>)>, HashMap<Key, Attributes>), Fault> {
        let now = self.clock.now();
        let mut wanted = Vec::with_capacity(entries.len());
        for (key, item) in entries {
            let entry = from_item::<TaskEntry>(item, now)?.filter(|entry| entry.is_true_at(begun));
            let task = entry.and_then(|_| key.task()).map(keys::task);
            wanted.push((key, task));
        }
        let mut all: Vec<_> = wanted.iter().filter_map(|(_, task)| task.clone()).collect();
        if let Some((user_id, spaces)) = member {
            let both = |id: &Uuid| [keys::space_metadata(*id), keys::user_space(user_id, *id)];
            all.extend(spaces.iter().flat_map(both));
        }
        let mut found = self.get_all(all).await?;
        let mut tasks = Vec::with_capacity(wanted.len());
        for (key, task) in wanted {
            let item = task.and_then(|task| found.remove(&task));
            let task = item.map(|item| from_item::<StoredTask>(item, now)).transpose()?;
            tasks.push((key, task.flatten()));
        }
        Ok((tasks, found))
    }
}

fn entries(spaces: &[Uuid], filter: &TaskFilter, sort: TaskSort, after: Option<String>, limit: usize) -> Merge {
    let times = |from: Option<_>, to: Option<_>| (from.map(whole_millisecond), to.map(whole_millisecond));
    match sort {
        TaskSort::Created => {
            let (from, to) = times(filter.created_from, filter.created_to);
            let ranges = spaces
                .iter()
                .map(|space_id| keys::tasks_by_creation(*space_id, from, to));
            Merge::new(ranges, Order::Descending, after, limit)
        }
        TaskSort::Due => {
            let (from, to) = times(filter.due_from, filter.due_to);
            let ranges = spaces
                .iter()
                .map(|space_id| keys::tasks_by_due_time(*space_id, from, to));
            Merge::new(ranges, Order::Ascending, after, limit)
        }
    }
}

fn page(items: Vec<Task>, begun: Uuid, next: Option<Key>) -> TaskPage {
    let next = next.map(|Key { sk, .. }| format!("{begun} {sk}"));
    TaskPage { items, next }
}
