//! The task that is made of an event: once, unless somebody wants it again. What the task says is not decided here.

use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use spaces_contract::SpaceRole;

use super::MemberEvent;
use crate::store::Store;
use crate::store::idempotency::Kept;
use crate::store::tasks::{StoredTask, TaskRefused, add_task, check_role};
use crate::store::updates::Update;

impl Store {
    /// Creates a task of an event, notes it on the event, and keeps the answer that `answer` makes of the task, all in
    /// one transaction. Refused, unless it is wanted `again`, where the event has a task; and while another request with
    /// the same Idempotency-Key is in flight.
    pub async fn create_task_from_event<A>(
        &self,
        event: &MemberEvent,
        task: StoredTask,
        again: bool,
        may: fn(SpaceRole) -> bool,
        answer: impl FnOnce(StoredTask) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<OneOf<Conflict, TaskRefused>>> {
        let mut transaction = self.transaction();
        let role = check_role(&mut transaction, task.created_by, task.space_id, may)?;
        let note = Update::of(event.event.key()).set("taskId", task.task_id);
        let note = transaction.update(if again { note } else { note.when_absent("taskId") })?;
        let assignee = add_task(&mut transaction, &task)?;
        let Kept { answer, record } = answer(task)?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(OneOf::First(in_flight))),
            Err(Failure::Refused(OneOf::Second(failed))) => Err(if role.iter().any(|role| failed.contains(*role)) {
                Failure::Refused(OneOf::Second(TaskRefused::Role))
            } else if failed.contains(note) {
                Failure::Refused(OneOf::First(task_exists()))
            } else if assignee.is_some_and(|assignee| failed.contains(assignee)) {
                Failure::Refused(OneOf::Second(TaskRefused::Assignee))
            } else {
                Fault::internal(format!("a new id twice: {failed:?}")).into()
            }),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}

fn task_exists() -> Conflict {
    Conflict::new(
        "task-exists",
        "The event has a task already; say `again` to make another one.",
    )
}
