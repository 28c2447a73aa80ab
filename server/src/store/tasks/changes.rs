//! Creating, changing and deleting tasks, each in one transaction. Roles are checked in it: who writes need not have
//! read the membership before.

use chrono::TimeDelta;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use spaces_contract::SpaceRole;
use uuid::Uuid;

use super::{StoredTask, TaskEntry, check_role};
use crate::store::counters::{Scope, Tally};
use crate::store::idempotency::Kept;
use crate::store::items::to_value;
use crate::store::transactions::{Action, FailedConditions, Transaction};
use crate::store::updates::{Update, VERSION};
use crate::store::{Store, keys};

/// How long a list that was begun before a task moved in it can be walked through.
const WALK: TimeDelta = TimeDelta::days(1);

/// How many partitions are deleted at the same time.
const AT_ONCE: usize = 16;

/// Why a task was not written; the first that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskRefused {
    /// There is no such space, the user is not in it, or may not do this there.
    Role,
    /// The task is gone or has changed since it was read.
    Changed,
    /// The assignee is not a member of the space.
    Assignee,
}

/// The actions of a transaction that may fail.
struct Checks {
    role: [Action; 2],
    unchanged: Option<Action>,
    assignee: Option<Action>,
}

impl Checks {
    fn refused(&self, failed: &FailedConditions) -> Failure<TaskRefused> {
        let is_failed = |action: &Action| failed.contains(*action);
        if self.role.iter().any(is_failed) {
            Failure::Refused(TaskRefused::Role)
        } else if self.unchanged.as_ref().is_some_and(is_failed) {
            Failure::Refused(TaskRefused::Changed)
        } else if self.assignee.as_ref().is_some_and(is_failed) {
            Failure::Refused(TaskRefused::Assignee)
        } else {
            Fault::internal(format!("a new id twice: {failed:?}")).into()
        }
    }
}

impl Store {
    /// Creates a task and keeps the answer that `answer` makes of it, all in one transaction. Refused while another
    /// request with the same Idempotency-Key is in flight, too.
    pub async fn create_task<A>(
        &self,
        task: StoredTask,
        may: fn(SpaceRole) -> bool,
        answer: impl FnOnce(StoredTask) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<OneOf<Conflict, TaskRefused>>> {
        let mut transaction = self.transaction();
        let checks = Checks {
            role: check_role(&mut transaction, task.created_by, task.space_id, may)?,
            unchanged: None,
            assignee: add_task(&mut transaction, &task)?,
        };
        let Kept { answer, record } = answer(task)?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(OneOf::First(in_flight))),
            Err(Failure::Refused(OneOf::Second(failed))) => match checks.refused(&failed) {
                Failure::Refused(refused) => Err(Failure::Refused(OneOf::Second(refused))),
                Failure::Fault(fault) => Err(fault.into()),
            },
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Writes a task that was read as `before`, and answers it as it is then. Its new assignee has to be a member; one
    /// that stays need not be any more.
    pub async fn update_task(
        &self,
        user_id: Uuid,
        may: fn(SpaceRole) -> bool,
        before: &StoredTask,
        mut after: StoredTask,
    ) -> Result<StoredTask, Failure<TaskRefused>> {
        let mut transaction = self.transaction();
        let role = check_role(&mut transaction, user_id, before.space_id, may)?;
        if before.due_at != after.due_at {
            after.due_since = self.clock.new_id();
            let expires_at = self.clock.now() + WALK;
            let end = Update::beside_version(before.due_entry())
                .set("until", after.due_since)
                .set("expiresAt", expires_at.timestamp());
            transaction.update(end)?;
            transaction.put_new(after.due_entry(), &TaskEntry::new(after.due_since))?;
        }
        after.updated_at = self.clock.now();
        after.version = before.version + 1;
        let checks = Checks {
            role,
            unchanged: Some(transaction.update(update_of(before, &after))?),
            assignee: check_assignee(&mut transaction, Some(before), &after)?,
        };
        let tally = Tally::of_task(Some(&before.facts()), Some(&after.facts()));
        transaction.count(Scope::Space(before.space_id), tally);
        match self.commit(transaction).await {
            Ok(()) => Ok(after),
            Err(Failure::Refused(failed)) => Err(checks.refused(&failed)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Deletes a task that was read before, with its comments. These go after it: nobody finds them without it.
    pub async fn delete_task(
        &self,
        user_id: Uuid,
        may: fn(SpaceRole) -> bool,
        task: &StoredTask,
    ) -> Result<(), Failure<TaskRefused>> {
        let mut transaction = self.transaction();
        let checks = Checks {
            role: check_role(&mut transaction, user_id, task.space_id, may)?,
            unchanged: Some(delete_version(&mut transaction, task)?),
            assignee: None,
        };
        transaction.delete(task.created_entry())?;
        transaction.delete(task.due_entry())?;
        transaction.count(Scope::Space(task.space_id), Tally::of_task(Some(&task.facts()), None));
        match self.commit(transaction).await {
            Ok(()) if task.comments > 0 => Ok(self.delete_task_partitions([task.task_id]).await?),
            Ok(()) => Ok(()),
            Err(Failure::Refused(failed)) => Err(checks.refused(&failed)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Deletes tasks with their comments, but not what lists and counters know of them: for deleting a whole space.
    pub(in crate::store) async fn delete_task_partitions(
        &self,
        task_ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<(), Fault> {
        let deletions = task_ids.into_iter().map(|task_id| self.delete_task_partition(task_id));
        stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn delete_task_partition(&self, task_id: Uuid) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let (keys, next) = self.keys_in(keys::task_partition(task_id), after).await?;
            self.delete_all(keys).await?;
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// Adds the creation of a task to a transaction: answers the action that fails unless its assignee is a member of the
/// space. Whether somebody may create it there is checked by the caller.
pub(in crate::store) fn add_task(transaction: &mut Transaction, task: &StoredTask) -> Result<Option<Action>, Fault> {
    transaction.put_new(keys::task(task.task_id), task)?;
    transaction.put_new(task.created_entry(), &TaskEntry::new(Uuid::nil()))?;
    transaction.put_new(task.due_entry(), &TaskEntry::new(task.due_since))?;
    transaction.count(Scope::Space(task.space_id), Tally::of_task(None, Some(&task.facts())));
    check_assignee(transaction, None, task)
}

fn delete_version(transaction: &mut Transaction, task: &StoredTask) -> Result<Action, Fault> {
    transaction.delete_when(keys::task(task.task_id), VERSION, to_value(task.version)?)
}

fn check_assignee(
    transaction: &mut Transaction,
    before: Option<&StoredTask>,
    after: &StoredTask,
) -> Result<Option<Action>, Fault> {
    let known = before.and_then(|before| before.assignee_id);
    let new = after.assignee_id.filter(|assignee_id| known != Some(*assignee_id));
    new.map(|assignee_id| transaction.check_exists(keys::space_member(after.space_id, assignee_id)))
        .transpose()
}

fn update_of(before: &StoredTask, after: &StoredTask) -> Update {
    Update::of(keys::task(before.task_id))
        .when_version(Some(before.version))
        .set("title", &after.title)
        .set_or_remove("description", after.description.as_ref())
        .set("status", after.status)
        .set("priority", after.priority)
        .set_or_remove("assigneeId", after.assignee_id)
        .set_or_remove("dueAt", after.due_at)
        .set("dueSince", after.due_since)
        .set("updatedAt", after.updated_at)
        .set_or_remove("closedAt", after.closed_at)
}
