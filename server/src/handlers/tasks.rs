//! Operations of the tag Tasks.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::{
    NewComment, NewTask, NewUserTask, TaskBatch, TaskPatch, TaskStatusChange, TaskUpdate, UserTaskPatch, UserTaskUpdate,
};

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

impl TasksApi for App {
    async fn list_tasks(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListTasksParams,
    ) -> Result<ListTasksAnswer, ListTasksRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn create_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: CreateTaskParams,
        _body: NewTask,
    ) -> Result<CreateTaskAnswer, CreateTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn batch_tasks(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: BatchTasksParams,
        _body: TaskBatch,
    ) -> Result<BatchTasksAnswer, BatchTasksRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn delete_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: DeleteTaskParams,
    ) -> Result<DeleteTaskAnswer, DeleteTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetTaskParams,
    ) -> Result<GetTaskAnswer, GetTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn patch_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: PatchTaskParams,
        _body: TaskPatch,
    ) -> Result<PatchTaskAnswer, PatchTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn update_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: UpdateTaskParams,
        _body: TaskUpdate,
    ) -> Result<UpdateTaskAnswer, UpdateTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn list_task_comments(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListTaskCommentsParams,
    ) -> Result<ListTaskCommentsAnswer, ListTaskCommentsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn add_task_comment(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: AddTaskCommentParams,
        _body: NewComment,
    ) -> Result<AddTaskCommentAnswer, AddTaskCommentRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn set_task_status(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: SetTaskStatusParams,
        _body: TaskStatusChange,
    ) -> Result<SetTaskStatusAnswer, SetTaskStatusRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn list_user_tasks(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListUserTasksParams,
    ) -> Result<ListUserTasksAnswer, ListUserTasksRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn create_user_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: CreateUserTaskParams,
        _body: NewUserTask,
    ) -> Result<CreateUserTaskAnswer, CreateUserTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn delete_user_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: DeleteUserTaskParams,
    ) -> Result<DeleteUserTaskAnswer, DeleteUserTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_user_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetUserTaskParams,
    ) -> Result<GetUserTaskAnswer, GetUserTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn patch_user_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: PatchUserTaskParams,
        _body: UserTaskPatch,
    ) -> Result<PatchUserTaskAnswer, PatchUserTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn replace_user_task(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ReplaceUserTaskParams,
        _body: UserTaskUpdate,
    ) -> Result<ReplaceUserTaskAnswer, ReplaceUserTaskRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
