//! What all changes of one task have in common: it is read, changed and written on the version that was read, until
//! that works or there is a reason to refuse.

use lockstep_runtime::{
    Failure, Fault, Forbidden, NotFound, PreconditionFailed, UnprocessableContent, Violation, ViolationPlace,
};
use spaces_contract::{SpaceRole, Task, TaskPatch, TaskUpdate, UserTaskPatch, UserTaskUpdate};
use uuid::Uuid;

use super::no_task;
use crate::app::{App, Caller};
use crate::handlers::{check_if_match, entity_tag};
use crate::rules;
use crate::store::{StoredTask, TaskRefused};

/// How often a change is tried while others change the same task.
const ROUNDS: usize = 8;

/// How changes of a task refuse, whichever operation makes them.
pub(super) trait ChangeRefusal:
    From<NotFound> + From<Forbidden> + From<PreconditionFailed> + From<UnprocessableContent> + From<Fault>
{
}

impl<R> ChangeRefusal for R where
    R: From<NotFound> + From<Forbidden> + From<PreconditionFailed> + From<UnprocessableContent> + From<Fault>
{
}

/// A task to change, and who asks for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) user_id: Uuid,
    pub(super) task_id: Uuid,
    /// The only space where the task may be.
    pub(super) space_id: Option<Uuid>,
    pub(super) if_match: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// A task, wherever it is.
    pub(super) fn anywhere(caller: &Caller, task_id: Uuid, if_match: Option<&'a str>) -> Self {
        Self {
            user_id: caller.user.user_id,
            task_id,
            space_id: None,
            if_match,
        }
    }

    /// Only where it is in this space.
    pub(super) fn in_space(self, space_id: Uuid) -> Self {
        Self {
            space_id: Some(space_id),
            ..self
        }
    }
}

impl App {
    /// Changes the part of a task that members edit; answers its entity tag and the task as it is then.
    pub(super) async fn change<R: ChangeRefusal>(
        &self,
        target: Target<'_>,
        edit: impl Fn(&mut TaskUpdate),
    ) -> Result<(String, Task), R> {
        let may = rules::may_contribute;
        let write = async |before: StoredTask| {
            let (mut fields, mut after) = (before.fields(), before.clone());
            edit(&mut fields);
            after.set_fields(fields);
            after.closed_at = rules::closed_at(before.closed_at, after.status, self.clock.now());
            self.store.update_task(target.user_id, may, &before, after).await
        };
        let task = self.write::<_, R>(target, may, write).await?;
        Ok((entity_tag(task.version), task.into_task()?))
    }

    /// Deletes a task with its comments.
    pub(super) async fn remove<R: ChangeRefusal>(&self, target: Target<'_>) -> Result<(), R> {
        let may = rules::may_delete_tasks;
        let write = async |task: StoredTask| self.store.delete_task(target.user_id, may, &task).await;
        self.write::<_, R>(target, may, write).await
    }

    /// Whether the caller may change the task at all: before anything else is said about it.
    pub(super) async fn check_may_change<R>(&self, target: Target<'_>) -> Result<(), R>
    where
        R: From<NotFound> + From<Forbidden> + From<Fault>,
    {
        let task = self.find::<R>(target).await?;
        self.check_role::<R>(target.user_id, task.space_id, rules::may_contribute)
            .await
    }

    async fn write<T, R: ChangeRefusal>(
        &self,
        target: Target<'_>,
        may: fn(SpaceRole) -> bool,
        write: impl AsyncFn(StoredTask) -> Result<T, Failure<TaskRefused>>,
    ) -> Result<T, R> {
        for _ in 0..ROUNDS {
            let task = self.find::<R>(target).await?;
            let space_id = task.space_id;
            if let Err(stale) = check_if_match(target.if_match, &entity_tag(task.version)) {
                // That it has changed is for those only who may know of it.
                self.check_role::<R>(target.user_id, space_id, may).await?;
                return Err(stale.into());
            }
            match write(task).await {
                Ok(written) => return Ok(written),
                Err(Failure::Fault(fault)) => return Err(fault.into()),
                Err(Failure::Refused(TaskRefused::Role)) => {
                    self.check_role::<R>(target.user_id, space_id, may).await?;
                }
                Err(Failure::Refused(TaskRefused::Assignee)) => return Err(not_a_member().into()),
                Err(Failure::Refused(TaskRefused::Changed)) => {}
            }
        }
        Err(Fault::unavailable("others kept changing the task").into())
    }

    async fn find<R: From<NotFound> + From<Fault>>(&self, target: Target<'_>) -> Result<StoredTask, R> {
        let task = self.store.find_task(target.task_id).await?;
        let wanted = |task: &StoredTask| target.space_id.is_none_or(|space_id| task.space_id == space_id);
        Ok(task.filter(wanted).ok_or_else(no_task)?)
    }

    /// To who is not in its space, a task is not there.
    pub(super) async fn check_role<R>(&self, user_id: Uuid, space_id: Uuid, may: fn(SpaceRole) -> bool) -> Result<(), R>
    where
        R: From<NotFound> + From<Forbidden> + From<Fault>,
    {
        match self.store.get_space(user_id, space_id).await {
            Ok(space) if may(space.role()) => Ok(()),
            Ok(_) => Err(role_required().into()),
            Err(Failure::Refused(_)) => Err(no_task().into()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}

/// Applies a merge patch (RFC 7396).
pub(super) fn patch(fields: &mut TaskUpdate, patch: TaskPatch) {
    let TaskPatch {
        assignee_id,
        description,
        due_at,
        priority,
        status,
        title,
    } = patch;
    assignee_id.apply(&mut fields.assignee_id);
    let rest = UserTaskPatch {
        description,
        due_at,
        priority,
        status,
        title,
    };
    patch_personal(fields, rest);
}

/// Applies a merge patch (RFC 7396) to a personal task.
pub(super) fn patch_personal(fields: &mut TaskUpdate, patch: UserTaskPatch) {
    let UserTaskPatch {
        description,
        due_at,
        priority,
        status,
        title,
    } = patch;
    description.apply(&mut fields.description);
    due_at.apply(&mut fields.due_at);
    fields.priority = priority.unwrap_or(fields.priority);
    fields.status = status.unwrap_or(fields.status);
    if let Some(title) = title {
        fields.title = title;
    }
}

/// Replaces what the owner of a personal task edits. Nobody is assigned to it but by way of its space.
pub(super) fn replace_personal(fields: &mut TaskUpdate, update: UserTaskUpdate) {
    let UserTaskUpdate {
        title,
        status,
        priority,
        description,
        due_at,
    } = update;
    *fields = TaskUpdate {
        title,
        status,
        priority,
        assignee_id: fields.assignee_id,
        description,
        due_at,
    };
}

pub(super) fn role_required() -> Forbidden {
    Forbidden::new(
        "space-role-required",
        "Your role in the space of the task does not allow this.",
    )
}

pub(super) fn not_a_member() -> UnprocessableContent {
    UnprocessableContent::violations(vec![Violation {
        r#in: ViolationPlace::Body,
        pointer: "/assigneeId".to_owned(),
        code: "not-a-member".into(),
        detail: "must be a member of the space".into(),
    }])
}
