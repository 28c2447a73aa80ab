//! Reading tasks and comments: lists with their cursors, and a task with its first comments.

use lockstep_runtime::{Failure, Fault, NotFound};
use spaces_contract::{Comment, CommentList, Task, TaskDetail, TaskList, TaskSort};
use uuid::Uuid;

use super::no_task;
use crate::api::{ListTaskCommentsParams, ListTaskCommentsRefusal, ListTasksParams, ListUserTasksParams};
use crate::app::{App, Caller};
use crate::auth::cursors::ListCursors;
use crate::store::{Page, StoredTask, TaskFilter, TaskPage};

/// How many comments come with a task.
const FIRST_COMMENTS: i32 = 25;

/// What is asked of a list of tasks.
pub(super) struct Query {
    filter: TaskFilter,
    sort: TaskSort,
    limit: i32,
    /// What a cursor is bound to: everything but the limit.
    pub(super) context: String,
}

pub(super) fn query(params: &ListTasksParams) -> Result<Query, Fault> {
    let filter = TaskFilter {
        status: params.status.clone(),
        priority: params.priority.clone(),
        assignee_id: params.assignee_id,
        created_from: params.created_from,
        created_to: params.created_to,
        due_from: params.due_from,
        due_to: params.due_to,
    };
    Query::new(filter, params.space_id, params.sort, params.limit)
}

pub(super) fn personal_query(params: &ListUserTasksParams) -> Result<Query, Fault> {
    let filter = TaskFilter {
        status: params.status.clone(),
        priority: params.priority.clone(),
        assignee_id: None,
        created_from: params.created_from,
        created_to: params.created_to,
        due_from: params.due_from,
        due_to: params.due_to,
    };
    Query::new(filter, None, params.sort, params.limit)
}

impl Query {
    fn new(filter: TaskFilter, space_id: Option<Uuid>, sort: TaskSort, limit: i32) -> Result<Self, Fault> {
        let among = (&filter.status, &filter.priority, filter.assignee_id);
        let times = [filter.created_from, filter.created_to, filter.due_from, filter.due_to];
        let context = serde_json::to_string(&(space_id, sort, among, times)).map_err(Fault::internal)?;
        Ok(Self {
            filter,
            sort,
            limit,
            context,
        })
    }
}

/// Where the list of the comments of a task goes on: in which space the task is tells whether the caller may go on.
struct CommentPosition {
    space_id: Uuid,
    after: Uuid,
}

impl CommentPosition {
    fn text(&self) -> String {
        format!("{} {}", self.space_id, self.after)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let (space_id, after) = text.split_once(' ').unwrap_or_default();
        Ok(Self {
            space_id: space_id.parse().map_err(Fault::internal)?,
            after: after.parse().map_err(Fault::internal)?,
        })
    }
}

impl App {
    /// The tasks of a space, if the caller is in it, or of all spaces of the caller.
    pub(super) async fn tasks_to_show(
        &self,
        caller: &Caller,
        space_id: Option<Uuid>,
        query: &Query,
        after: Option<&str>,
    ) -> Result<TaskPage, Failure<NotFound>> {
        let (user_id, filter) = (caller.user.user_id, &query.filter);
        if let Some(space_id) = space_id {
            let tasks = self
                .store
                .list_space_tasks(user_id, space_id, filter, query.sort, query.limit, after);
            return tasks.await;
        }
        let spaces = self.spaces_to_show(caller, None).await?;
        Ok(self
            .store
            .list_tasks(&spaces, filter, query.sort, query.limit, after)
            .await?)
    }

    /// The tasks of the caller's personal space, which is always the caller's.
    pub(super) async fn personal_tasks(
        &self,
        space_id: Uuid,
        query: &Query,
        after: Option<&str>,
    ) -> Result<TaskPage, Fault> {
        self.store
            .list_tasks(&[space_id], &query.filter, query.sort, query.limit, after)
            .await
    }

    /// A task of a space of the caller, with its first comments.
    pub(super) async fn task_with_comments(
        &self,
        caller: &Caller,
        task_id: Uuid,
    ) -> Result<(StoredTask, Page<Comment>), Failure<NotFound>> {
        self.task_with(caller, task_id, FIRST_COMMENTS).await
    }

    async fn task_with(
        &self,
        caller: &Caller,
        task_id: Uuid,
        comments: i32,
    ) -> Result<(StoredTask, Page<Comment>), Failure<NotFound>> {
        let found = self.store.find_task_with_comments(task_id, comments).await?;
        let (task, comments) = found.ok_or_else(|| Failure::Refused(no_task()))?;
        self.check_visible(caller, task.space_id).await?;
        Ok((task, comments))
    }

    async fn check_visible(&self, caller: &Caller, space_id: Uuid) -> Result<(), Failure<NotFound>> {
        match self.store.get_space(caller.user.user_id, space_id).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused(_)) => Err(Failure::Refused(no_task())),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Every field of the task, and its comments: a new field of `Task` stops the build here.
    pub(super) fn task_detail(
        &self,
        caller: &Caller,
        task: StoredTask,
        comments: Page<Comment>,
    ) -> Result<TaskDetail, Fault> {
        let comments = self.comment_list(caller, &task, comments)?;
        let Task {
            task_id,
            space_id,
            title,
            status,
            priority,
            created_by,
            created_at,
            updated_at,
            version,
            assignee_id,
            closed_at,
            description,
            due_at,
            event_details,
            event_id,
        } = task.into_task()?;
        Ok(TaskDetail {
            task_id,
            space_id,
            title,
            status,
            priority,
            created_by,
            created_at,
            updated_at,
            version,
            comments,
            assignee_id,
            closed_at,
            description,
            due_at,
            event_details,
            event_id,
        })
    }

    /// The first page of the comments of a task.
    fn comment_list(&self, caller: &Caller, task: &StoredTask, page: Page<Comment>) -> Result<CommentList, Fault> {
        let cursors = self.comment_cursors(caller, task.task_id);
        comments_of(&cursors, task.space_id, page)
    }

    fn comment_cursors(&self, caller: &Caller, task_id: Uuid) -> ListCursors<'_> {
        self.cursors
            .list("listTaskComments", caller.user.user_id, &[&task_id.to_string()])
    }

    /// A page of the comments of a task.
    pub(super) async fn comments_page(
        &self,
        caller: &Caller,
        params: ListTaskCommentsParams,
    ) -> Result<CommentList, ListTaskCommentsRefusal> {
        let ListTaskCommentsParams { task_id, limit, cursor } = params;
        let cursors = self.comment_cursors(caller, task_id);
        let Some(position) = cursors.open_text(cursor.as_deref())? else {
            let (task, comments) = self.task_with(caller, task_id, limit).await?;
            return Ok(comments_of(&cursors, task.space_id, comments)?);
        };
        let CommentPosition { space_id, after } = CommentPosition::parse(&position)?;
        self.check_visible(caller, space_id).await?;
        let comments = self.store.list_comments(task_id, limit, after).await?;
        Ok(comments_of(&cursors, space_id, comments)?)
    }
}

pub(super) fn task_list(cursors: &ListCursors<'_>, page: TaskPage) -> Result<TaskList, Fault> {
    let next_cursor = page.next.map(|next| cursors.seal_text(&next)).transpose()?;
    Ok(TaskList {
        items: page.items,
        next_cursor,
    })
}

fn comments_of(cursors: &ListCursors<'_>, space_id: Uuid, page: Page<Comment>) -> Result<CommentList, Fault> {
    let position = |after| CommentPosition { space_id, after }.text();
    let next_cursor = page.next.map(|after| cursors.seal_text(&position(after))).transpose()?;
    Ok(CommentList {
        items: page.items,
        next_cursor,
    })
}
