//! Changes of several tasks in one request: each by itself, as the single operation would make it. What makes no sense
//! whatever the tasks are is refused as a whole, before anything is changed.

use std::collections::HashSet;

use lockstep_runtime::{Refusal, UnprocessableContent, ViolationPlace, Violations};
use spaces_contract::{
    TaskBatch, TaskBatchAction, TaskBatchItem, TaskBatchOutcome, TaskBatchResult, TaskStatus, TaskUpdate,
};
use uuid::Uuid;

use super::changing::Target;
use crate::app::App;

/// A change of one task, with what it needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    SetStatus(TaskStatus),
    Assign(Option<Uuid>),
    Delete,
}

/// The changes of a batch, in order. Refused with every task that is there twice, every action without what it needs
/// and every field that the action has no use for.
pub(super) fn changes(batch: &TaskBatch) -> Result<Vec<(Uuid, Change)>, UnprocessableContent> {
    let mut violations = Violations::default();
    let mut seen = HashSet::new();
    let mut changes = Vec::with_capacity(batch.items.len());
    for (place, item) in batch.items.iter().enumerate() {
        let mut note = |field: &str, code: &'static str, detail: &'static str| {
            let pointer = format!("/items/{place}/{field}");
            violations.add(ViolationPlace::Body, pointer, code, detail.to_owned());
        };
        if !seen.insert(item.task_id) {
            note("taskId", "duplicate", "must not be in the batch twice");
        }
        match change(item) {
            Ok(change) => changes.push((item.task_id, change)),
            Err((field, code, detail)) => note(field, code, detail),
        }
    }
    if violations.is_empty() {
        Ok(changes)
    } else {
        Err(UnprocessableContent::violations(violations.into_sorted()))
    }
}

/// The change that an item asks for, or the field that is wrong, with code and detail.
fn change(item: &TaskBatchItem) -> Result<Change, (&'static str, &'static str, &'static str)> {
    let useless = |field| Err((field, "unexpected", "does not go with this action"));
    match (item.action, item.status, item.assignee_id) {
        (TaskBatchAction::SetStatus, Some(status), None) => Ok(Change::SetStatus(status)),
        (TaskBatchAction::SetStatus, None, _) => Err(("status", "required", "is required for this action")),
        (TaskBatchAction::Assign, None, assignee_id) => Ok(Change::Assign(assignee_id)),
        (TaskBatchAction::Delete, None, None) => Ok(Change::Delete),
        (TaskBatchAction::SetStatus, Some(_), Some(_)) | (TaskBatchAction::Delete, None, Some(_)) => {
            useless("assigneeId")
        }
        (TaskBatchAction::Assign | TaskBatchAction::Delete, Some(_), _) => useless("status"),
    }
}

impl App {
    /// Makes the changes one after the other. Where the database does not answer, the rest is not tried.
    pub(super) async fn change_all(&self, user_id: Uuid, changes: Vec<(Uuid, Change)>) -> TaskBatchResult {
        let mut items = Vec::with_capacity(changes.len());
        let mut failed: Option<Refusal> = None;
        for (task_id, change) in changes {
            let outcome = match &failed {
                Some(failed) => refused(task_id, failed),
                None => match self.change_one(user_id, task_id, change).await {
                    Ok(status) => TaskBatchOutcome {
                        task_id,
                        status,
                        code: None,
                    },
                    Err(refusal) => {
                        let outcome = refused(task_id, &refusal);
                        failed = Some(refusal).filter(is_fault);
                        outcome
                    }
                },
            };
            items.push(outcome);
        }
        TaskBatchResult { items }
    }

    /// Makes a change; answers the status that the single operation has then.
    async fn change_one(&self, user_id: Uuid, task_id: Uuid, change: Change) -> Result<i32, Refusal> {
        let target = Target {
            user_id,
            task_id,
            space_id: None,
            if_match: None,
        };
        let edit = |fields: &mut TaskUpdate| match change {
            Change::SetStatus(status) => fields.status = status,
            Change::Assign(assignee_id) => fields.assignee_id = assignee_id,
            Change::Delete => {}
        };
        match change {
            Change::Delete => self.remove::<Refusal>(target).await.map(|()| 204),
            Change::SetStatus(_) | Change::Assign(_) => self.change::<Refusal>(target, edit).await.map(|_| 200),
        }
    }
}

fn is_fault(refusal: &Refusal) -> bool {
    if refusal.status() < 500 {
        return false;
    }
    tracing::warn!(context = ?refusal.context(), "a batch of tasks was interrupted");
    true
}

fn refused(task_id: Uuid, refusal: &Refusal) -> TaskBatchOutcome {
    TaskBatchOutcome {
        task_id,
        status: i32::from(refusal.status()),
        code: Some(refusal.code().to_owned()),
    }
}
