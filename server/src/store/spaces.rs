//! Spaces and who is in them: the space, a membership seen from either side, and a guard for the invite code. A space
//! that is being deleted is there for nobody but the one who deletes it.

mod creation;
mod deletion;
mod migration;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, NotFound, OneOf, PreconditionFailed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) use self::creation::add_personal_space;
pub use self::creation::personal_space_of;
pub use self::migration::Migrated;
use super::items::{Attributes, Entity, from_item, sortable_time, to_value};
use super::keys::Key;
use super::transactions::Transaction;
use super::updates::Update;
use super::{Store, keys, stale_version};
use spaces_contract::{
    Color, InvitePolicy, MemberListVisibility, Space, SpaceDescription, SpaceKind, SpaceName, SpaceRole, SpaceSettings,
};

/// A space as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredSpace {
    pub(super) space_id: Uuid,
    pub(super) name: SpaceName,
    description: Option<SpaceDescription>,
    color: Option<Color>,
    kind: SpaceKind,
    member_list_visibility: MemberListVisibility,
    who_may_invite: InvitePolicy,
    member_count: i32,
    /// Never 0: the last owner can neither go nor be demoted.
    owner_count: i32,
    /// The hash of the invite code; a personal space has none.
    invite_hash: Option<String>,
    #[serde(with = "sortable_time")]
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Since when it is being deleted.
    pub(super) deleting_since: Option<DateTime<Utc>>,
    version: u64,
}

impl Entity for StoredSpace {
    const ENTITY_TYPE: &'static str = "space";
}

/// A membership; stored twice, once in the partition of either side.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Membership {
    pub(super) space_id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) role: SpaceRole,
    pub(super) joined_at: DateTime<Utc>,
}

impl Entity for Membership {
    const ENTITY_TYPE: &'static str = "membership";
}

/// Finds the space of an invite code.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InviteGuard {
    pub(super) space_id: Uuid,
}

impl Entity for InviteGuard {
    const ENTITY_TYPE: &'static str = "inviteGuard";
}

/// A space with the membership of somebody who may see it. Whoever has one has read the membership: what changes a
/// space takes one.
#[derive(Clone, Debug)]
pub struct MemberSpace {
    space: StoredSpace,
    user_id: Uuid,
    role: SpaceRole,
}

impl MemberSpace {
    /// What the member may do.
    pub fn role(&self) -> SpaceRole {
        self.role
    }

    /// How many owners there were when the space was read; at least 1.
    pub(super) fn owner_count(&self) -> i32 {
        self.space.owner_count
    }

    /// Whether a deletion was begun.
    pub(super) fn is_deleting(&self) -> bool {
        self.space.deleting_since.is_some()
    }

    /// What the space is called.
    pub(super) fn name(&self) -> &SpaceName {
        &self.space.name
    }

    /// Whose membership it is.
    pub fn user_id(&self) -> Uuid {
        self.user_id
    }

    /// Whether it is somebody's own space, or one for several people.
    pub fn kind(&self) -> SpaceKind {
        self.space.kind
    }

    /// Who sees the other members.
    pub fn member_list_visibility(&self) -> MemberListVisibility {
        self.space.member_list_visibility
    }

    /// Who may invite.
    pub fn who_may_invite(&self) -> InvitePolicy {
        self.space.who_may_invite
    }

    /// Which space.
    pub fn space_id(&self) -> Uuid {
        self.space.space_id
    }

    /// Lets a transaction fail unless the space is there still, not being deleted, and the member has the same role.
    pub(super) fn check_unchanged(&self, transaction: &mut Transaction) -> Result<(), Fault> {
        let space_id = self.space.space_id;
        transaction.check_without(keys::space_metadata(space_id), "deletingSince")?;
        let role = [("role", to_value(self.role)?)];
        transaction.check(keys::user_space(self.user_id, space_id), role)?;
        Ok(())
    }

    /// Raised with every change of the space.
    pub fn version(&self) -> u64 {
        self.space.version
    }

    /// The space as the member sees it.
    pub fn into_space(self) -> Space {
        let Self { space, role, .. } = self;
        Space {
            space_id: space.space_id,
            name: space.name,
            description: space.description,
            color: space.color,
            kind: space.kind,
            role,
            member_count: space.member_count,
            member_list_visibility: space.member_list_visibility,
            who_may_invite: space.who_may_invite,
            created_at: space.created_at,
            updated_at: space.updated_at,
        }
    }
}

/// Whether a space is one for several people and there to stay.
pub(super) fn is_shared(space: &StoredSpace) -> bool {
    space.kind == SpaceKind::Shared && space.deleting_since.is_none()
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// The id after which the next part begins; absent on the last.
    pub next: Option<Uuid>,
}

impl Store {
    /// The spaces of a user by the age of the space, oldest first: at most `limit` (1 to 100) of them, after the space
    /// `after`. Two round trips.
    pub async fn list_spaces(
        &self,
        user_id: Uuid,
        limit: i32,
        after: Option<Uuid>,
    ) -> Result<Page<MemberSpace>, Fault> {
        let after = after.map(|space_id| keys::user_space(user_id, space_id));
        // One more than asked for shows whether there is a next page.
        let wanted = limit.clamp(1, 100);
        let limit = usize::try_from(wanted).map_err(Fault::internal)?;
        let page = self
            .query(keys::user(user_id), keys::SPACE_PREFIX, after, Some(wanted + 1))
            .await?;
        let cut = page.next.is_some() || page.items.len() > limit;
        let mut memberships: Vec<Membership> = Vec::with_capacity(page.items.len());
        for item in page.items.into_iter().take(limit) {
            memberships.extend(from_item::<Membership>(item, self.clock.now())?);
        }
        let next = memberships.last().filter(|_| cut).map(|last| last.space_id);
        let mut found = self
            .get_all(memberships.iter().map(|m| keys::space_metadata(m.space_id)).collect())
            .await?;
        let mut items = Vec::with_capacity(memberships.len());
        for Membership { space_id, role, .. } in memberships {
            let Some(item) = found.remove(&keys::space_metadata(space_id)) else {
                continue;
            };
            let space = from_item::<StoredSpace>(item, self.clock.now())?;
            let space = space.filter(|space| space.deleting_since.is_none());
            items.extend(space.map(|space| MemberSpace { space, user_id, role }));
        }
        Ok(Page { items, next })
    }

    /// Those of the spaces that the user is a member of. One round trip for every 50 of them.
    pub(super) async fn get_spaces(
        &self,
        user_id: Uuid,
        space_ids: &[Uuid],
    ) -> Result<HashMap<Uuid, MemberSpace>, Fault> {
        let mut spaces = HashMap::with_capacity(space_ids.len());
        for part in space_ids.chunks(50) {
            let both = |id: &Uuid| [keys::space_metadata(*id), keys::user_space(user_id, *id)];
            let mut found = self.get_all(part.iter().flat_map(both).collect()).await?;
            for space_id in part {
                let space = self.take_space(user_id, *space_id, &mut found)?;
                spaces.extend(space.map(|space| (*space_id, space)));
            }
        }
        Ok(spaces)
    }

    /// A space, where the user is a member of it, together with other items: one round trip.
    pub(super) async fn get_space_and(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        others: Vec<Key>,
    ) -> Result<(Option<MemberSpace>, HashMap<Key, Attributes>), Fault> {
        let mut wanted = vec![keys::space_metadata(space_id), keys::user_space(user_id, space_id)];
        wanted.extend(others);
        let mut found = self.get_all(wanted).await?;
        let space = self.take_space(user_id, space_id, &mut found)?;
        Ok((space, found))
    }

    pub(super) fn take_space(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        found: &mut HashMap<Key, Attributes>,
    ) -> Result<Option<MemberSpace>, Fault> {
        let now = self.clock.now();
        let space = found.remove(&keys::space_metadata(space_id));
        let membership = found.remove(&keys::user_space(user_id, space_id));
        let (Some(space), Some(membership)) = (space, membership) else {
            return Ok(None);
        };
        let space = from_item::<StoredSpace>(space, now)?.filter(|space| space.deleting_since.is_none());
        let both = space.zip(from_item::<Membership>(membership, now)?);
        Ok(both.map(|(space, Membership { role, .. })| MemberSpace { space, user_id, role }))
    }

    /// All spaces of a user, by their age. Two round trips for every 100 of them.
    pub async fn all_spaces(&self, user_id: Uuid) -> Result<Vec<MemberSpace>, Fault> {
        let mut spaces = Vec::new();
        let mut after = None;
        loop {
            let page = self.list_spaces(user_id, 100, after).await?;
            spaces.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(spaces);
            }
        }
    }

    /// A space with the membership of a user. Refused to everybody else. One round trip.
    pub async fn get_space(&self, user_id: Uuid, space_id: Uuid) -> Result<MemberSpace, Failure<NotFound>> {
        let space = self.get_space_to_delete(user_id, space_id).await?;
        if space.space.deleting_since.is_some() {
            Err(Failure::Refused(no_space()))
        } else {
            Ok(space)
        }
    }

    /// Like [`Store::get_space`], but also a space whose deletion was begun, so that it can be finished.
    pub async fn get_space_to_delete(&self, user_id: Uuid, space_id: Uuid) -> Result<MemberSpace, Failure<NotFound>> {
        let (space, membership) = (keys::space_metadata(space_id), keys::user_space(user_id, space_id));
        let mut found = self.get_all(vec![space.clone(), membership.clone()]).await?;
        let (Some(space), Some(membership)) = (found.remove(&space), found.remove(&membership)) else {
            return Err(Failure::Refused(no_space()));
        };
        let now = self.clock.now();
        match (
            from_item::<StoredSpace>(space, now)?,
            from_item::<Membership>(membership, now)?,
        ) {
            (Some(space), Some(membership)) => Ok(MemberSpace {
                space,
                user_id,
                role: membership.role,
            }),
            _ => Err(Failure::Refused(no_space())),
        }
    }

    /// Replaces the settings. Refused when the space is gone or its version is not the expected one.
    pub async fn update_space_settings(
        &self,
        member: MemberSpace,
        settings: SpaceSettings,
        expected_version: Option<u64>,
    ) -> Result<MemberSpace, Failure<OneOf<NotFound, PreconditionFailed>>> {
        let SpaceSettings {
            name,
            description,
            color,
            member_list_visibility,
            who_may_invite,
        } = settings;
        let update = Update::of(keys::space_metadata(member.space.space_id))
            .when_absent("deletingSince")
            .when_version(expected_version)
            .set("name", name)
            .set_or_remove("description", description)
            .set_or_remove("color", color)
            .set("memberListVisibility", member_list_visibility)
            .set("whoMayInvite", who_may_invite)
            .set("updatedAt", self.clock.now());
        match self.update::<StoredSpace>(update).await {
            Ok(space) => Ok(MemberSpace { space, ..member }),
            Err(Failure::Refused(Some(space))) if space.deleting_since.is_none() => {
                Err(Failure::Refused(OneOf::Second(stale_version())))
            }
            Err(Failure::Refused(_)) => Err(Failure::Refused(OneOf::First(no_space()))),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Replaces the invite code: from then on the old one finds nothing. Refused for a personal space, and when the
    /// code was replaced by somebody else since the space was read.
    pub async fn rotate_invite_code(&self, member: &MemberSpace, new_hash: &str) -> Result<(), Failure<Conflict>> {
        let Some(old_hash) = &member.space.invite_hash else {
            return Err(Failure::Refused(personal_space()));
        };
        let space_id = member.space.space_id;
        let replace = Update::of(keys::space_metadata(space_id))
            .when_absent("deletingSince")
            .when_equal("inviteHash", old_hash)
            .set("inviteHash", new_hash)
            .set("updatedAt", self.clock.now());
        let mut transaction = self.transaction();
        let replaced = transaction.update(replace)?;
        transaction.delete(keys::invite_guard(old_hash))?;
        transaction.put_new(keys::invite_guard(new_hash), &InviteGuard { space_id })?;
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) if failed.contains(replaced) => Failure::Refused(Conflict::new(
                "invite-code-changed",
                "Somebody else replaced the invite code at the same moment.",
            )),
            Failure::Refused(failed) => Fault::internal(format!("a new code twice: {failed:?}")).into(),
            Failure::Fault(fault) => fault.into(),
        })
    }
}

pub(super) fn no_space() -> NotFound {
    NotFound::new("space-not-found", "There is no such space.")
}

pub(super) fn personal_space() -> Conflict {
    Conflict::new("personal-space", "A personal space cannot be shared or deleted.")
}
