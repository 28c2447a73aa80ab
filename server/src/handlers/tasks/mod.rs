//! Operations of the tag Tasks: those of shared spaces, and the personal ones, which are the same in one's own space.
//! To everybody but the members of its space a task does not exist.

mod batch;
mod changing;
mod creating;
mod reading;

use lockstep_runtime::actix::Call;
use lockstep_runtime::{Forbidden, NotFound, PreconditionRequired};
use spaces_contract::{
    NewComment, NewTask, NewUserTask, TaskBatch, TaskPatch, TaskStatusChange, TaskUpdate, UserTaskPatch, UserTaskUpdate,
};
use uuid::Uuid;

use self::changing::Target;
use super::idempotency::{Attempt, Created};
use super::{entity_tag, is_known};
use crate::api::{
    AddTaskCommentAnswer, AddTaskCommentParams, AddTaskCommentRefusal, BatchTasksAnswer, BatchTasksParams,
    BatchTasksRefusal, CreateTaskAnswer, CreateTaskParams, CreateTaskRefusal, CreateUserTaskAnswer,
    CreateUserTaskParams, CreateUserTaskRefusal, DeleteTaskAnswer, DeleteTaskParams, DeleteTaskRefusal,
    DeleteUserTaskAnswer, DeleteUserTaskParams, DeleteUserTaskRefusal, GetTaskAnswer, GetTaskParams, GetTaskRefusal,
    GetUserTaskAnswer, GetUserTaskParams, GetUserTaskRefusal, ListTaskCommentsAnswer, ListTaskCommentsParams,
    ListTaskCommentsRefusal, ListTasksAnswer, ListTasksParams, ListTasksRefusal, ListUserTasksAnswer,
    ListUserTasksParams, ListUserTasksRefusal, PatchTaskAnswer, PatchTaskParams, PatchTaskRefusal, PatchUserTaskAnswer,
    PatchUserTaskParams, PatchUserTaskRefusal, ReplaceUserTaskAnswer, ReplaceUserTaskParams, ReplaceUserTaskRefusal,
    SetTaskStatusAnswer, SetTaskStatusParams, SetTaskStatusRefusal, TasksApi, UpdateTaskAnswer, UpdateTaskParams,
    UpdateTaskRefusal,
};
use crate::app::{App, Caller};
use crate::store::personal_space_of;

impl TasksApi for App {
    async fn list_tasks(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListTasksParams,
    ) -> Result<ListTasksAnswer, ListTasksRefusal> {
        let query = reading::query(&params)?;
        let list = self.cursors.list("listTasks", caller.user.user_id, &[&query.context]);
        let after = list.open_text(params.cursor.as_deref())?;
        let page = self
            .tasks_to_show(&caller, params.space_id, &query, after.as_deref())
            .await?;
        let body = reading::task_list(&list, page)?;
        Ok(ListTasksAnswer::Ok { body })
    }

    async fn create_task(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateTaskParams,
        body: NewTask,
    ) -> Result<CreateTaskAnswer, CreateTaskRefusal> {
        let key = params.idempotency_key.as_deref();
        let created = match self.once(call, Some(&caller), key, &body).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => self.create_shared_task(caller.user.user_id, body, once).await?,
        };
        let Created { location, etag, body } = created;
        Ok(CreateTaskAnswer::Created { location, etag, body })
    }

    async fn batch_tasks(
        &self,
        call: &Call,
        caller: Caller,
        params: BatchTasksParams,
        body: TaskBatch,
    ) -> Result<BatchTasksAnswer, BatchTasksRefusal> {
        let changes = batch::changes(&body)?;
        let key = params.idempotency_key.as_deref();
        let body = match self.once(call, Some(&caller), key, &body).await? {
            Attempt::Replay(result) => result,
            Attempt::First(once) => {
                let result = self.change_all(caller.user.user_id, changes).await;
                self.store.keep_answer(once.keep(result)?).await?
            }
        };
        Ok(BatchTasksAnswer::Ok { body })
    }

    async fn delete_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: DeleteTaskParams,
    ) -> Result<DeleteTaskAnswer, DeleteTaskRefusal> {
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref());
        self.remove::<DeleteTaskRefusal>(target).await?;
        Ok(DeleteTaskAnswer::NoContent)
    }

    async fn get_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetTaskParams,
    ) -> Result<GetTaskAnswer, GetTaskRefusal> {
        let (task, comments) = self.task_with_comments(&caller, params.task_id).await?;
        let etag = entity_tag(task.version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetTaskAnswer::NotModified { etag });
        }
        let body = self.task_detail(&caller, task, comments)?;
        Ok(GetTaskAnswer::Ok { etag, body })
    }

    async fn patch_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: PatchTaskParams,
        body: TaskPatch,
    ) -> Result<PatchTaskAnswer, PatchTaskRefusal> {
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref());
        if target.if_match.is_none() {
            self.check_may_change::<PatchTaskRefusal>(target).await?;
            Err(if_match_required())?;
        }
        let edit = |fields: &mut TaskUpdate| changing::patch(fields, body.clone());
        let (etag, body) = self.change::<PatchTaskRefusal>(target, edit).await?;
        Ok(PatchTaskAnswer::Ok { etag, body })
    }

    async fn update_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: UpdateTaskParams,
        body: TaskUpdate,
    ) -> Result<UpdateTaskAnswer, UpdateTaskRefusal> {
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref());
        if target.if_match.is_none() {
            self.check_may_change::<UpdateTaskRefusal>(target).await?;
            Err(if_match_required())?;
        }
        let edit = |fields: &mut TaskUpdate| fields.clone_from(&body);
        let (etag, body) = self.change::<UpdateTaskRefusal>(target, edit).await?;
        Ok(UpdateTaskAnswer::Ok { etag, body })
    }

    async fn list_task_comments(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListTaskCommentsParams,
    ) -> Result<ListTaskCommentsAnswer, ListTaskCommentsRefusal> {
        let body = self.comments_page(&caller, params).await?;
        Ok(ListTaskCommentsAnswer::Ok { body })
    }

    async fn add_task_comment(
        &self,
        call: &Call,
        caller: Caller,
        params: AddTaskCommentParams,
        body: NewComment,
    ) -> Result<AddTaskCommentAnswer, AddTaskCommentRefusal> {
        let key = params.idempotency_key.as_deref();
        let request = (params.task_id, &body);
        let created = match self.once(call, Some(&caller), key, &request).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                let author_id = caller.user.user_id;
                self.add_comment(author_id, params.task_id, body.body, once).await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(AddTaskCommentAnswer::Created { location, etag, body })
    }

    async fn set_task_status(
        &self,
        _call: &Call,
        caller: Caller,
        params: SetTaskStatusParams,
        body: TaskStatusChange,
    ) -> Result<SetTaskStatusAnswer, SetTaskStatusRefusal> {
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref());
        let edit = |fields: &mut TaskUpdate| fields.status = body.status;
        let (etag, body) = self.change::<SetTaskStatusRefusal>(target, edit).await?;
        Ok(SetTaskStatusAnswer::Ok { etag, body })
    }

    async fn list_user_tasks(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListUserTasksParams,
    ) -> Result<ListUserTasksAnswer, ListUserTasksRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let query = reading::personal_query(&params)?;
        let list = self
            .cursors
            .list("listUserTasks", caller.user.user_id, &[&query.context]);
        let after = list.open_text(params.cursor.as_deref())?;
        let page = self.personal_tasks(space_id, &query, after.as_deref()).await?;
        let body = reading::task_list(&list, page)?;
        Ok(ListUserTasksAnswer::Ok { body })
    }

    async fn create_user_task(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateUserTaskParams,
        body: NewUserTask,
    ) -> Result<CreateUserTaskAnswer, CreateUserTaskRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let key = params.idempotency_key.as_deref();
        let request = (params.user_id, &body);
        let created = match self.once(call, Some(&caller), key, &request).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                self.create_personal_task(caller.user.user_id, space_id, body, once)
                    .await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(CreateUserTaskAnswer::Created { location, etag, body })
    }

    async fn delete_user_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: DeleteUserTaskParams,
    ) -> Result<DeleteUserTaskAnswer, DeleteUserTaskRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref()).in_space(space_id);
        self.remove::<DeleteUserTaskRefusal>(target).await?;
        Ok(DeleteUserTaskAnswer::NoContent)
    }

    async fn get_user_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetUserTaskParams,
    ) -> Result<GetUserTaskAnswer, GetUserTaskRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let (task, comments) = self.task_with_comments(&caller, params.task_id).await?;
        if task.space_id != space_id {
            Err(no_task())?;
        }
        let etag = entity_tag(task.version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetUserTaskAnswer::NotModified { etag });
        }
        let body = self.task_detail(&caller, task, comments)?;
        Ok(GetUserTaskAnswer::Ok { etag, body })
    }

    async fn patch_user_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: PatchUserTaskParams,
        body: UserTaskPatch,
    ) -> Result<PatchUserTaskAnswer, PatchUserTaskRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref()).in_space(space_id);
        let edit = |fields: &mut TaskUpdate| changing::patch_personal(fields, body.clone());
        let (etag, body) = self.change::<PatchUserTaskRefusal>(target, edit).await?;
        Ok(PatchUserTaskAnswer::Ok { etag, body })
    }

    async fn replace_user_task(
        &self,
        _call: &Call,
        caller: Caller,
        params: ReplaceUserTaskParams,
        body: UserTaskUpdate,
    ) -> Result<ReplaceUserTaskAnswer, ReplaceUserTaskRefusal> {
        let space_id = personal_space(&caller, params.user_id)?;
        let target = Target::anywhere(&caller, params.task_id, params.if_match.as_deref()).in_space(space_id);
        let edit = |fields: &mut TaskUpdate| changing::replace_personal(fields, body.clone());
        let (etag, body) = self.change::<ReplaceUserTaskRefusal>(target, edit).await?;
        Ok(ReplaceUserTaskAnswer::Ok { etag, body })
    }
}

/// The personal space of the user in the path, who has to be the caller.
fn personal_space(caller: &Caller, user_id: Uuid) -> Result<Uuid, Forbidden> {
    if caller.user.user_id == user_id {
        return Ok(personal_space_of(user_id));
    }
    Err(Forbidden::new(
        "not-your-tasks",
        "Personal tasks are for the user whose they are.",
    ))
}

fn no_task() -> NotFound {
    NotFound::new("task-not-found", "There is no such task.")
}

fn if_match_required() -> PreconditionRequired {
    PreconditionRequired::new("if-match-required", "Send the ETag of the task as If-Match.")
}
