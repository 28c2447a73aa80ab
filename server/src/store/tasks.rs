//! Tasks: each in a partition of its own, with its comments, and two entries in the partition of its space, by which
//! lists find it. What happens to a task happens to its entries and to the counters in the same transaction.

mod changes;
mod listing;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use lockstep_runtime::{Fault, TextEnum as _};
use serde::{Deserialize, Serialize};
use spaces_contract::{
    Event, EventId, SpaceRole, Task, TaskDescription, TaskPriority, TaskStatus, TaskTitle, TaskUpdate,
};
use uuid::Uuid;

pub use self::changes::TaskRefused;
pub(super) use self::changes::add_task;
pub use self::listing::{TaskFilter, TaskPage};

use super::counters::TaskFacts;
use super::items::{Attributes, Entity, sortable_time, to_value, whole_millisecond};
use super::transactions::{Action, Transaction};
use super::{Store, keys};

/// A task as stored. What is shown of it is a [`Task`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredTask {
    /// Names the task for ever.
    pub task_id: Uuid,
    /// Where it is; it never moves.
    pub space_id: Uuid,
    /// What is to be done.
    pub title: TaskTitle,
    /// At length.
    pub description: Option<TaskDescription>,
    /// How far it is.
    pub status: TaskStatus,
    /// How urgent it is.
    pub priority: TaskPriority,
    /// Who does it.
    pub assignee_id: Option<Uuid>,
    /// When it is due, in whole milliseconds.
    pub due_at: Option<DateTime<Utc>>,
    /// Who created it.
    pub created_by: Uuid,
    /// When. Not stored as `createdAt`: that would put all tasks of the deployment under one key of an index.
    #[serde(rename = "taskCreatedAt", with = "sortable_time")]
    pub created_at: DateTime<Utc>,
    /// When it changed last; comments do not change it.
    pub updated_at: DateTime<Utc>,
    /// When it was done or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
    /// The event that it came from.
    pub event_id: Option<EventId>,
    /// That event as it was then, as JSON text: JSON can say what no attribute can.
    event_details: Option<String>,
    /// Names the entry in the list by due time; nil for the first.
    due_since: Uuid,
    /// How many comments it has.
    pub(super) comments: u64,
    /// Raised with every change, also by a comment: both are part of what `getTask` shows.
    pub version: u64,
}

impl Entity for StoredTask {
    const ENTITY_TYPE: &'static str = "task";
}

/// Finds a task in a list of its space. An entry of the list by due time is true for lists that were begun from `since`
/// on and before `until`: who walks through the list meets every task once, however often it is moved meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskEntry {
    since: Uuid,
    until: Option<Uuid>,
    #[serde(default, with = "chrono::serde::ts_seconds_option")]
    expires_at: Option<DateTime<Utc>>,
}

impl Entity for TaskEntry {
    const ENTITY_TYPE: &'static str = "taskEntry";
}

impl TaskEntry {
    fn new(since: Uuid) -> Self {
        Self {
            since,
            until: None,
            expires_at: None,
        }
    }

    /// Whether the entry is true for a list that was begun then.
    fn is_true_at(&self, begun: Uuid) -> bool {
        self.since <= begun && self.until.is_none_or(|until| begun < until)
    }
}

/// Whether an entry is true now: a task has one such entry in each list.
pub(super) fn is_current(entry: &Attributes) -> bool {
    !entry.contains_key("until")
}

impl StoredTask {
    /// The task as it is shown.
    ///
    /// # Errors
    /// A fault where what is stored of the event is no JSON.
    pub fn into_task(self) -> Result<Task, Fault> {
        let event_details = self.event_details.as_deref().map(serde_json::from_str).transpose();
        Ok(Task {
            task_id: self.task_id,
            space_id: self.space_id,
            title: self.title,
            status: self.status,
            priority: self.priority,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: i64::try_from(self.version).map_err(Fault::internal)?,
            assignee_id: self.assignee_id,
            closed_at: self.closed_at,
            description: self.description,
            due_at: self.due_at,
            event_details: event_details.map_err(Fault::internal)?,
            event_id: self.event_id,
        })
    }

    /// The part that members edit.
    pub fn fields(&self) -> TaskUpdate {
        TaskUpdate {
            title: self.title.clone(),
            status: self.status,
            priority: self.priority,
            assignee_id: self.assignee_id,
            description: self.description.clone(),
            due_at: self.due_at,
        }
    }

    /// Replaces the part that members edit. When it is closed does not follow from that.
    pub fn set_fields(&mut self, fields: TaskUpdate) {
        let TaskUpdate {
            title,
            status,
            priority,
            assignee_id,
            description,
            due_at,
        } = fields;
        self.title = title;
        self.status = status;
        self.priority = priority;
        self.assignee_id = assignee_id;
        self.description = description;
        self.due_at = due_at.map(whole_millisecond);
    }

    /// Notes the event that the task came from, as it is now.
    ///
    /// # Errors
    /// A fault where the event cannot be written as JSON.
    pub fn set_event(&mut self, event: &Event) -> Result<(), Fault> {
        self.event_details = Some(serde_json::to_string(event).map_err(Fault::internal)?);
        self.event_id = Some(event.event_id.clone());
        Ok(())
    }

    /// What is counted of the task.
    pub(super) fn facts(&self) -> TaskFacts {
        TaskFacts {
            status: self.status,
            priority: self.priority,
            assignee_id: self.assignee_id,
            created_at: self.created_at,
            due_at: self.due_at,
            closed_at: self.closed_at,
        }
    }

    fn created_entry(&self) -> keys::Key {
        keys::task_created(self.space_id, self.created_at, self.task_id)
    }

    fn due_entry(&self) -> keys::Key {
        keys::task_due(self.space_id, self.due_at, self.task_id, self.due_since)
    }
}

impl Store {
    /// A task that does not exist yet: to be completed, and then created.
    pub fn new_task(&self, space_id: Uuid, created_by: Uuid, fields: TaskUpdate) -> StoredTask {
        let now = self.clock.now();
        let due_at = fields.due_at.map(whole_millisecond);
        StoredTask {
            task_id: self.clock.new_id(),
            space_id,
            title: fields.title,
            description: fields.description,
            status: fields.status,
            priority: fields.priority,
            assignee_id: fields.assignee_id,
            due_at,
            created_by,
            created_at: now,
            updated_at: now,
            closed_at: None,
            event_id: None,
            event_details: None,
            due_since: Uuid::nil(),
            comments: 0,
            version: 1,
        }
    }

    /// A task by id, whoever asks.
    pub async fn find_task(&self, task_id: Uuid) -> Result<Option<StoredTask>, Fault> {
        self.get(keys::task(task_id)).await
    }
}

/// Lets a transaction fail unless the space is there, not being deleted, and the user has a role in it that may do
/// this: the two actions that then fail.
pub(super) fn check_role(
    transaction: &mut Transaction,
    user_id: Uuid,
    space_id: Uuid,
    may: fn(SpaceRole) -> bool,
) -> Result<[Action; 2], Fault> {
    let roles = SpaceRole::ALL.iter().filter(|role| may(**role));
    let roles: Result<Vec<_>, Fault> = roles.map(to_value).collect();
    Ok([
        transaction.check_without(keys::space_metadata(space_id), "deletingSince")?,
        transaction.check_one_of(keys::user_space(user_id, space_id), "role", roles?)?,
    ])
}
