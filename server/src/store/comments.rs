//! Comments on tasks, in the partition of their task. A comment never changes, and goes with its task.

use chrono::{DateTime, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use serde::{Deserialize, Serialize};
use spaces_contract::{Comment, CommentBody, SpaceRole};
use uuid::Uuid;

use super::idempotency::Kept;
use super::items::{Attributes, Entity, from_item, sortable_time};
use super::keys::{Key, KeyRange};
use super::reads::Order;
use super::spaces::Page;
use super::tasks::{StoredTask, TaskRefused, check_role};
use super::updates::Update;
use super::{Store, keys};

/// A comment as stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredComment {
    comment_id: Uuid,
    task_id: Uuid,
    author_id: Uuid,
    body: CommentBody,
    /// Not `createdAt`, which would put it into an index.
    #[serde(rename = "commentCreatedAt", with = "sortable_time")]
    created_at: DateTime<Utc>,
}

impl Entity for StoredComment {
    const ENTITY_TYPE: &'static str = "comment";
}

impl StoredComment {
    fn comment(&self) -> Comment {
        Comment {
            comment_id: self.comment_id,
            task_id: self.task_id,
            author_id: self.author_id,
            body: self.body.clone(),
            created_at: self.created_at,
        }
    }
}

impl Store {
    /// Adds a comment to a task that was read before, and keeps the answer that `answer` makes of it, all in one
    /// transaction. Refused while another request with the same Idempotency-Key is in flight, too.
    pub async fn add_comment<A>(
        &self,
        author_id: Uuid,
        may: fn(SpaceRole) -> bool,
        task: &StoredTask,
        body: CommentBody,
        answer: impl FnOnce(Comment) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<OneOf<Conflict, TaskRefused>>> {
        let comment = StoredComment {
            comment_id: self.clock.new_id(),
            task_id: task.task_id,
            author_id,
            body,
            created_at: self.clock.now(),
        };
        let mut transaction = self.transaction();
        let role = check_role(&mut transaction, author_id, task.space_id, may)?;
        transaction.update(Update::of(keys::task(task.task_id)).add("comments", 1))?;
        transaction.put_new(keys::comment(task.task_id, comment.comment_id), &comment)?;
        let Kept { answer, record } = answer(comment.comment())?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(OneOf::First(in_flight))),
            Err(Failure::Refused(OneOf::Second(failed))) => {
                let is_role = role.iter().any(|action| failed.contains(*action));
                let refused = if is_role {
                    TaskRefused::Role
                } else {
                    TaskRefused::Changed
                };
                Err(Failure::Refused(OneOf::Second(refused)))
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// A task with at most `limit` (1 to 100) of its comments, oldest first. One round trip.
    pub async fn find_task_with_comments(
        &self,
        task_id: Uuid,
        limit: i32,
    ) -> Result<Option<(StoredTask, Page<Comment>)>, Fault> {
        let (items, cut) = self
            .read_partition(keys::task_with_comments(task_id), limit + 1)
            .await?;
        let mut items = items.into_iter();
        let Some(task) = items.next() else { return Ok(None) };
        // Comments that are left of a deleted task are of no interest to anybody.
        if Key::of(&task) != Some(keys::task(task_id)) {
            return Ok(None);
        }
        let task = from_item::<StoredTask>(task, self.clock.now())?;
        let comments = self.comments_of(items, cut)?;
        Ok(task.map(|task| (task, comments)))
    }

    /// At most `limit` (1 to 100) comments of a task, oldest first, after the comment `after`. One round trip.
    pub async fn list_comments(&self, task_id: Uuid, limit: i32, after: Uuid) -> Result<Page<Comment>, Fault> {
        let mut range = keys::comments(task_id);
        range.first = keys::comment(task_id, after).sk;
        let (mut items, cut) = self.read_partition(range, limit + 1).await?;
        // The range begins with the comment `after`, unless it is gone.
        let has_after = items.first().and_then(Key::of) == Some(keys::comment(task_id, after));
        if has_after {
            items.remove(0);
        }
        self.comments_of(items.into_iter(), cut)
    }

    /// At most `limit` items, and whether there are more.
    async fn read_partition(&self, range: KeyRange, limit: i32) -> Result<(Vec<Attributes>, bool), Fault> {
        let page = self
            .query_range(&range, None, Some(limit + 1), Order::Ascending)
            .await?;
        let limit = usize::try_from(limit).map_err(Fault::internal)?;
        let cut = page.next.is_some() || page.items.len() > limit;
        Ok((page.items.into_iter().take(limit).collect(), cut))
    }

    fn comments_of(&self, items: impl Iterator<Item = Attributes>, cut: bool) -> Result<Page<Comment>, Fault> {
        let mut comments = Vec::new();
        for item in items {
            let comment = from_item::<StoredComment>(item, self.clock.now())?;
            comments.extend(comment.as_ref().map(StoredComment::comment));
        }
        let next = comments.last().filter(|_| cut).map(|last: &Comment| last.comment_id);
        Ok(Page { items: comments, next })
    }
}
