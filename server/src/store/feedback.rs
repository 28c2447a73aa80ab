//! What people think of the product. It is only added and listed.

use chrono::{DateTime, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use serde::{Deserialize, Serialize};
use spaces_contract::{Feedback, FeedbackCategory, FeedbackMessage, NewFeedback, PageUrl, Rating};
use uuid::Uuid;

use super::by_age::{ByAge, Part};
use super::idempotency::Kept;
use super::items::{Entity, sortable_time};
use super::reads::Order;
use super::{Store, keys};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredFeedback {
    feedback_id: Uuid,
    category: FeedbackCategory,
    message: FeedbackMessage,
    page_url: Option<PageUrl>,
    rating: Option<Rating>,
    user_id: Option<Uuid>,
    #[serde(with = "sortable_time")]
    created_at: DateTime<Utc>,
}

impl Entity for StoredFeedback {
    const ENTITY_TYPE: &'static str = "feedback";
}

impl From<StoredFeedback> for Feedback {
    fn from(stored: StoredFeedback) -> Self {
        Self {
            feedback_id: stored.feedback_id,
            category: stored.category,
            message: stored.message,
            page_url: stored.page_url,
            rating: stored.rating,
            user_id: stored.user_id,
            created_at: stored.created_at,
        }
    }
}

impl Store {
    /// Keeps what somebody thinks, and the answer that `answer` makes of it. Refused while another request with the same
    /// Idempotency-Key is in flight. One round trip.
    pub async fn add_feedback<A>(
        &self,
        user_id: Option<Uuid>,
        new: NewFeedback,
        answer: impl FnOnce(Feedback) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<Conflict>> {
        let NewFeedback {
            category,
            message,
            page_url,
            rating,
        } = new;
        let feedback = StoredFeedback {
            feedback_id: self.clock.new_id(),
            category,
            message,
            page_url,
            rating,
            user_id,
            created_at: self.clock.now(),
        };
        let mut transaction = self.transaction();
        transaction.put_new(keys::feedback(feedback.feedback_id), &feedback)?;
        let Kept { answer, record } = answer(feedback.into())?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(in_flight)),
            Err(Failure::Refused(OneOf::Second(failed))) => {
                Err(Fault::internal(format!("a new id twice: {failed:?}")).into())
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// All feedback, of one category or of any, newest first: at most `limit` (1 to 100) of it.
    pub async fn list_feedback(
        &self,
        category: Option<FeedbackCategory>,
        limit: i32,
        after: Option<&str>,
    ) -> Result<ByAge<Feedback>, Fault> {
        let part = Part {
            order: Order::Descending,
            limit,
            after,
            filtered: category.is_some(),
        };
        let is_wanted = |feedback: &StoredFeedback| category.is_none_or(|category| feedback.category == category);
        let ByAge { items, next } = self.list_by_age(part, is_wanted).await?;
        let items = items.into_iter().map(Feedback::from).collect();
        Ok(ByAge { items, next })
    }
}
