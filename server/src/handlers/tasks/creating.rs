//! Creating tasks and comments, each once for an Idempotency-Key.

use lockstep_runtime::{Conflict, Failure, Fault, NotFound, OneOf};
use spaces_contract::{Comment, CommentBody, NewTask, NewUserTask, Task, TaskUpdate};
use uuid::Uuid;

use super::changing::{not_a_member, role_required};
use super::no_task;
use crate::api::{AddTaskCommentRefusal, CreateTaskRefusal, CreateUserTaskRefusal};
use crate::app::App;
use crate::handlers::entity_tag;
use crate::handlers::idempotency::{Created, Once};
use crate::rules;
use crate::store::{StoredTask, TaskRefused};

impl App {
    /// Creates a task in a space.
    pub(super) async fn create_shared_task(
        &self,
        user_id: Uuid,
        new: NewTask,
        once: Once,
    ) -> Result<Created<Task>, CreateTaskRefusal> {
        let NewTask {
            space_id,
            title,
            assignee_id,
            description,
            due_at,
            priority,
            status,
        } = new;
        let fields = TaskUpdate {
            title,
            status,
            priority,
            assignee_id,
            description,
            due_at,
        };
        let location = |task_id| format!("/api/tasks/{task_id}");
        match self.create(user_id, space_id, fields, location, once).await {
            Ok(created) => Ok(created),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(in_flight.into()),
            Err(Failure::Refused(OneOf::Second(TaskRefused::Assignee))) => Err(not_a_member().into()),
            Err(Failure::Refused(OneOf::Second(_))) => match self.store.get_space(user_id, space_id).await {
                Ok(space) if rules::may_contribute(space.role()) => Err(changed_meanwhile().into()),
                Ok(_) => Err(role_required().into()),
                Err(hidden) => Err(hidden.into()),
            },
        }
    }

    /// Creates a task in the caller's personal space.
    pub(super) async fn create_personal_task(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        new: NewUserTask,
        once: Once,
    ) -> Result<Created<Task>, CreateUserTaskRefusal> {
        let NewUserTask {
            title,
            description,
            due_at,
            priority,
            status,
        } = new;
        let fields = TaskUpdate {
            title,
            status,
            priority,
            assignee_id: None,
            description,
            due_at,
        };
        let location = |task_id| format!("/api/users/{user_id}/tasks/{task_id}");
        match self.create(user_id, space_id, fields, location, once).await {
            Ok(created) => Ok(created),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(in_flight.into()),
            // One owns one's personal space, for as long as one is there.
            Err(Failure::Refused(OneOf::Second(_))) => Err(changed_meanwhile().into()),
        }
    }

    async fn create(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        fields: TaskUpdate,
        location: impl Fn(Uuid) -> String,
        once: Once,
    ) -> Result<Created<Task>, Failure<OneOf<Conflict, TaskRefused>>> {
        let mut task = self.store.new_task(space_id, user_id, fields);
        task.closed_at = rules::closed_at(None, task.status, task.created_at);
        let answer = |task: StoredTask| {
            once.keep(Created {
                location: location(task.task_id),
                etag: entity_tag(task.version),
                body: task.into_task()?,
            })
        };
        self.store.create_task(task, rules::may_contribute, answer).await
    }

    /// Adds a comment to a task.
    pub(super) async fn add_comment(
        &self,
        author_id: Uuid,
        task_id: Uuid,
        body: CommentBody,
        once: Once,
    ) -> Result<Created<Comment>, AddTaskCommentRefusal> {
        let task = self.store.find_task(task_id).await?.ok_or_else(no_task)?;
        let answer = |comment: Comment| {
            once.keep(Created {
                location: format!("/api/tasks/{task_id}/comments#{}", comment.comment_id),
                // It never changes.
                etag: entity_tag(1),
                body: comment,
            })
        };
        let may = rules::may_contribute;
        match self.store.add_comment(author_id, may, &task, body, answer).await {
            Ok(created) => Ok(created),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(in_flight.into()),
            Err(Failure::Refused(OneOf::Second(refused))) => {
                self.check_role::<AddTaskCommentRefusal>(author_id, task.space_id, may)
                    .await?;
                Err(match refused {
                    TaskRefused::Role | TaskRefused::Assignee => changed_meanwhile().into(),
                    TaskRefused::Changed => NotFound::into(no_task()),
                })
            }
        }
    }
}

/// What did not hold in the transaction holds now.
fn changed_meanwhile() -> Fault {
    Fault::unavailable("the membership changed at the same moment")
}
