//! What users did, and what was done to their accounts: kept for 90 days, written in the transaction of what it tells.

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::Fault;
use serde::{Deserialize, Serialize};
use spaces_contract::{Activity, ActivityKind};
use uuid::Uuid;

use super::items::{Entity, from_item};
use super::reads::Order;
use super::spaces::Page;
use super::transactions::Transaction;
use super::{Store, keys};

/// For how long it is kept.
const LIFETIME: TimeDelta = TimeDelta::days(90);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredActivity {
    activity_id: Uuid,
    kind: ActivityKind,
    occurred_at: DateTime<Utc>,
    /// Who did it, where it was somebody else.
    actor_id: Option<Uuid>,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

impl Entity for StoredActivity {
    const ENTITY_TYPE: &'static str = "activity";
}

impl Store {
    /// Adds to a transaction what it is that happens to a user.
    pub(super) fn add_activity(
        &self,
        transaction: &mut Transaction,
        user_id: Uuid,
        kind: ActivityKind,
        actor: Option<Uuid>,
    ) -> Result<(), Fault> {
        let (now, activity_id) = (self.clock.now(), self.clock.new_id());
        let activity = StoredActivity {
            activity_id,
            kind,
            occurred_at: now,
            actor_id: actor.filter(|actor| *actor != user_id),
            expires_at: now + LIFETIME,
        };
        transaction.put_new(keys::user_activity(user_id, activity_id), &activity)?;
        Ok(())
    }

    /// What a user did, newest first: at most `limit` (1 to 100) of it, after the activity `after`. One round trip.
    pub async fn list_activity(&self, user_id: Uuid, limit: i32, after: Option<Uuid>) -> Result<Page<Activity>, Fault> {
        let wanted = limit.clamp(1, 100);
        let after = after.map(|activity_id| keys::user_activity(user_id, activity_id));
        let range = keys::user_activities(user_id);
        // One more than asked for shows whether there is a next page.
        let page = self
            .query_range(&range, after, Some(wanted + 1), Order::Descending)
            .await?;
        let limit = usize::try_from(wanted).map_err(Fault::internal)?;
        let mut items = Vec::with_capacity(limit + 1);
        for item in page.items {
            let activity = from_item::<StoredActivity>(item, self.clock.now())?;
            items.extend(activity.map(|activity| Activity {
                activity_id: activity.activity_id,
                kind: activity.kind,
                occurred_at: activity.occurred_at,
                actor_id: activity.actor_id,
            }));
        }
        // The oldest expire first: where one is missing, none follows.
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.activity_id);
        Ok(Page { items, next })
    }
}
