//! The recount: every figure computed again from what it counts, to prove that the counters are right or to make them
//! so. It reads everything, page by page, and is for no request.

use lockstep_runtime::{Failure, Fault};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use spaces_contract::SpaceRole;
use uuid::Uuid;

use super::Store;
use super::counters::{Scope, Tally};
use super::events::StoredEvent;
use super::items::{Entity, from_item};
use super::keys::{self, Key};
use super::reads::Order;
use super::spaces::StoredSpace;
use super::tasks::StoredTask;
use super::users::User;

/// How many figures one transaction repairs: each may need an action of its own, and there are 100.
const REPAIRS: usize = 90;

/// What is counted of a membership.
#[derive(Deserialize)]
struct MemberFacts {
    role: SpaceRole,
}

/// What a recount has found, of one space or of the deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Recounted {
    /// The space; absent for the figures of the deployment.
    pub space_id: Option<Uuid>,
    /// The figures that were wrong: the name, and by how much they were too low.
    pub differences: Vec<(String, i64)>,
}

impl Store {
    /// Recounts the deployment and every space; with `repair`, the counters are set to what there is. Exact while
    /// nothing else writes: of a change during the recount only one side may be seen.
    pub async fn recount(&self, repair: bool) -> Result<Vec<Recounted>, Fault> {
        let mut found = vec![self.recount_scope(Scope::Deployment, repair).await?];
        let mut after = None;
        loop {
            let (keys, next) = self
                .keys_of_type(StoredSpace::ENTITY_TYPE, after, Order::Ascending, 100)
                .await?;
            for space in self.get_all(keys).await?.into_values() {
                // Of a space that is being deleted, the counters go with everything else.
                let space = from_item::<StoredSpace>(space, self.clock.now())?;
                if let Some(space) = space.filter(|space| space.deleting_since.is_none()) {
                    found.push(self.recount_scope(Scope::Space(space.space_id), repair).await?);
                }
            }
            after = next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    async fn recount_scope(&self, scope: Scope, repair: bool) -> Result<Recounted, Fault> {
        let (space_id, there) = match scope {
            Scope::Space(space_id) => (Some(space_id), self.tally_space(space_id).await?),
            Scope::Deployment => (None, self.tally_users().await?),
        };
        let wrong = there.since(self.figures(scope).await?);
        let differences = wrong.named().collect();
        if repair {
            for part in wrong.parts(REPAIRS) {
                let mut transaction = self.transaction();
                transaction.count(scope, part);
                self.commit(transaction).await.map_err(|failure| match failure {
                    Failure::Refused(failed) => Fault::internal(format!("a condition nobody made: {failed:?}")),
                    Failure::Fault(fault) => fault,
                })?;
            }
        }
        Ok(Recounted { space_id, differences })
    }

    /// What there is in a space.
    async fn tally_space(&self, space_id: Uuid) -> Result<Tally, Fault> {
        let member = |member: MemberFacts| Tally::of_membership(None, Some(member.role));
        let mut tally = self.tally_tasks(space_id).await?;
        tally.add_all(
            self.tally_items(keys::space(space_id), keys::MEMBER_PREFIX, member)
                .await?,
        );
        let event = |event: StoredEvent| event.tally();
        tally.add_all(
            self.tally_items(keys::space(space_id), keys::EVENT_PREFIX, event)
                .await?,
        );
        Ok(tally)
    }

    async fn tally_items<T: DeserializeOwned>(
        &self,
        partition: String,
        prefix: &str,
        tally_of: fn(T) -> Tally,
    ) -> Result<Tally, Fault> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let page = self.query(partition.clone(), prefix, after, None).await?;
            for item in page.items {
                tally.add_all(tally_of(serde_dynamo::from_item(item).map_err(Fault::internal)?));
            }
            after = page.next;
            if after.is_none() {
                return Ok(tally);
            }
        }
    }

    async fn tally_tasks(&self, space_id: Uuid) -> Result<Tally, Fault> {
        let range = keys::tasks_by_creation(space_id, None, None);
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let page = self.query_range(&range, after, Some(100), Order::Ascending).await?;
            let tasks = page.items.iter().filter_map(Key::of).filter_map(|entry| entry.task());
            for item in self.get_all(tasks.map(keys::task).collect()).await?.into_values() {
                let task = from_item::<StoredTask>(item, self.clock.now())?;
                tally.add_all(Tally::of_task(None, task.map(|task| task.facts()).as_ref()));
            }
            after = page.next;
            if after.is_none() {
                return Ok(tally);
            }
        }
    }

    async fn tally_users(&self) -> Result<Tally, Fault> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let (keys, next) = self
                .keys_of_type(User::ENTITY_TYPE, after, Order::Ascending, 100)
                .await?;
            for item in self.get_all(keys).await?.into_values() {
                let user = from_item::<User>(item, self.clock.now())?;
                tally.add_all(Tally::of_user(None, user.as_ref()));
            }
            after = next;
            if after.is_none() {
                return Ok(tally);
            }
        }
    }
}
