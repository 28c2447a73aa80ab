//! From the items of 0.1.0 to those of this version. Every step looks at what there is and changes only what is old, in a
//! transaction for each item, so that it can be interrupted and repeated; it is for no request.

use lockstep_runtime::{Failure, Fault};
use spaces_contract::{SpaceKind, SpaceRole};
use uuid::Uuid;

use super::creation::{add_personal_space, add_space, personal_space_of};
use super::{Membership, StoredSpace};
use crate::store::Store;
use crate::store::items::{Attributes, Entity as _, from_item};
use crate::store::keys::{self, Key};
use crate::store::preferences::StoredPreferences;
use crate::store::reads::Order;
use crate::store::transactions::Transaction;
use crate::store::updates::Update;
use crate::store::users::{Administrators, User};

const OWNER_COUNT: &str = "ownerCount";

/// What a migration has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Spaces that did not know how many owners they have.
    pub spaces: usize,
    /// Users whose personal space was not found by their own id.
    pub personal_spaces: usize,
    /// Figures that were wrong, or not there.
    pub figures: usize,
}

impl Store {
    /// Brings every item to the shape of this version. Nothing else may write meanwhile.
    pub async fn migrate(&self) -> Result<Migrated, Fault> {
        self.ensure_table().await?;
        let mut migrated = Migrated {
            spaces: self.migrate_spaces().await?,
            ..Migrated::default()
        };
        let (mut after, mut administrators) = (None, 0);
        loop {
            let (users, next) = self.page_of(User::ENTITY_TYPE, after).await?;
            for (_, user) in users {
                let Some(user) = from_item::<User>(user, self.clock.now())? else {
                    continue;
                };
                administrators += i64::from(user.is_active_administrator());
                migrated.personal_spaces += usize::from(self.migrate_personal_space(&user).await?);
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        self.count_administrators_once(administrators).await?;
        let recounted = self.recount(true).await?;
        migrated.figures = recounted.iter().map(|scope| scope.differences.len()).sum();
        Ok(migrated)
    }

    /// A page of the items of one type, and what the next one begins after.
    async fn page_of(
        &self,
        entity_type: &str,
        after: Option<Attributes>,
    ) -> Result<(Vec<(Key, Attributes)>, Option<Attributes>), Fault> {
        let (keys, next) = self.keys_of_type(entity_type, after, Order::Ascending, 100).await?;
        Ok((self.get_all(keys).await?.into_iter().collect(), next))
    }

    /// Lets spaces know how many owners they have.
    async fn migrate_spaces(&self) -> Result<usize, Fault> {
        let (mut after, mut migrated) = (None, 0);
        loop {
            let (spaces, next) = self.page_of(StoredSpace::ENTITY_TYPE, after).await?;
            for (key, space) in spaces {
                if !space.contains_key(OWNER_COUNT) {
                    let owners = self.count_owners(&key).await?;
                    let mut transaction = self.transaction();
                    transaction.update(Update::beside_version(key).set(OWNER_COUNT, owners))?;
                    unrefused(self.commit(transaction).await)?;
                    migrated += 1;
                }
            }
            after = next;
            if after.is_none() {
                return Ok(migrated);
            }
        }
    }

    async fn count_owners(&self, space: &Key) -> Result<usize, Fault> {
        let (mut after, mut owners) = (None, 0);
        loop {
            let page = self.query(space.pk.clone(), keys::MEMBER_PREFIX, after, None).await?;
            for item in page.items {
                let member: Membership = serde_dynamo::from_item(item).map_err(Fault::internal)?;
                owners += usize::from(member.role == SpaceRole::Owner);
            }
            after = page.next;
            if after.is_none() {
                return Ok(owners);
            }
        }
    }

    /// Gives the personal space of a user the id by which it is found now; says whether it had another one.
    async fn migrate_personal_space(&self, user: &User) -> Result<bool, Fault> {
        let (user_id, space_id) = (user.user_id, personal_space_of(user.user_id));
        let there = self.get::<StoredSpace>(keys::space_metadata(space_id)).await?;
        if there.is_some() || user.deleting_since.is_some() {
            return Ok(false);
        }
        let mut transaction = self.transaction();
        match self.older_personal_space(user_id).await? {
            None => add_personal_space(&mut transaction, user_id, self.clock.now())?,
            Some(older) => {
                self.move_personal_space(&mut transaction, user_id, older).await?;
            }
        }
        unrefused(self.commit(transaction).await)?;
        Ok(true)
    }

    async fn older_personal_space(&self, user_id: Uuid) -> Result<Option<StoredSpace>, Fault> {
        let mut after = None;
        loop {
            let page = self.query(keys::user(user_id), keys::SPACE_PREFIX, after, None).await?;
            let mut spaces = Vec::new();
            for item in page.items {
                let membership: Membership = serde_dynamo::from_item(item).map_err(Fault::internal)?;
                spaces.push(keys::space_metadata(membership.space_id));
            }
            for item in self.get_all(spaces).await?.into_values() {
                let space = from_item::<StoredSpace>(item, self.clock.now())?;
                if let Some(space) = space.filter(|space| space.kind == SpaceKind::Personal) {
                    return Ok(Some(space));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// A personal space had nothing in it in 0.1.0 but its settings, and the preferences may name it.
    async fn move_personal_space(
        &self,
        transaction: &mut Transaction,
        user_id: Uuid,
        older: StoredSpace,
    ) -> Result<(), Fault> {
        let (older_id, space_id, since) = (older.space_id, personal_space_of(user_id), older.created_at);
        add_space(transaction, user_id, &StoredSpace { space_id, ..older }, since)?;
        transaction.delete(keys::space_metadata(older_id))?;
        transaction.delete(keys::space_member(older_id, user_id))?;
        transaction.delete(keys::user_space(user_id, older_id))?;
        let preferences = keys::user_preferences(user_id);
        let chosen = self.get::<StoredPreferences>(preferences.clone()).await?;
        if chosen.is_some_and(|chosen| chosen.default_space_id == Some(older_id)) {
            transaction.update(Update::beside_version(preferences).set("defaultSpaceId", space_id))?;
        }
        Ok(())
    }

    /// Where nobody has counted active administrators yet, there are so many.
    async fn count_administrators_once(&self, active: i64) -> Result<(), Fault> {
        let key = keys::administrators();
        if active > 0 && self.get::<Administrators>(key.clone()).await?.is_none() {
            let update = Update::of_or_new::<Administrators>(key).add("active", active);
            unrefused(self.update::<Administrators>(update).await)?;
        }
        Ok(())
    }
}

/// Nothing else writes, so a condition that held when it was read holds.
fn unrefused<T, R: std::fmt::Debug>(outcome: Result<T, Failure<R>>) -> Result<T, Fault> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refused) => Fault::internal(format!("something else writes: {refused:?}")),
        Failure::Fault(fault) => fault,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::tests::{registered, store};

    /// Makes what there is of a user look as 0.1.0 left it: a personal space with an id of its own.
    async fn as_in_0_1_0(store: &Store, user: &User) -> Uuid {
        let (user_id, older_id) = (user.user_id, store.clock.new_id());
        let key = keys::space_metadata(personal_space_of(user_id));
        let space = store.get::<StoredSpace>(key.clone()).await.unwrap().unwrap();
        let mut transaction = store.transaction();
        let older = StoredSpace {
            space_id: older_id,
            name: "Mine".parse().unwrap(),
            ..space
        };
        add_space(&mut transaction, user_id, &older, older.created_at).unwrap();
        for key in [
            key,
            keys::space_member(user_id, user_id),
            keys::user_space(user_id, user_id),
        ] {
            transaction.delete(key).unwrap();
        }
        store.commit(transaction).await.unwrap();
        let no_count = Update::beside_version(keys::space_metadata(older_id)).set("updatedAt", older.updated_at);
        let mut transaction = store.transaction();
        transaction
            .update(no_count.set_or_remove(OWNER_COUNT, None::<i32>))
            .unwrap();
        store.commit(transaction).await.unwrap();
        older_id
    }

    #[tokio::test]
    async fn f23_what_0_1_0_left_is_brought_over_once() {
        let store = store().await;
        let ada = registered(&store, "ada@example.org").await;
        let eve = registered(&store, "eve@example.org").await;
        let older = as_in_0_1_0(&store, &ada).await;
        assert!(store.get_space(ada.user_id, older).await.is_err(), "it is not readable");
        let migrated = store.migrate().await.unwrap();
        assert_eq!((migrated.spaces, migrated.personal_spaces), (1, 1));
        let space = store
            .get_space(ada.user_id, personal_space_of(ada.user_id))
            .await
            .unwrap();
        assert_eq!((space.name().as_str(), space.owner_count()), ("Mine", 1));
        assert!(store.get_space(ada.user_id, older).await.is_err());
        assert_eq!(store.migrate().await.unwrap(), Migrated::default());
        let recounted = store.recount(false).await.unwrap();
        assert!(
            recounted.iter().all(|scope| scope.differences.is_empty()),
            "{recounted:?}"
        );
        assert!(
            store
                .get_space(eve.user_id, personal_space_of(eve.user_id))
                .await
                .is_ok()
        );
    }
}
