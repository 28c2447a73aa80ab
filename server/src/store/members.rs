//! Who is in a space: listing members, changing their roles, letting them go. How many members and owners a space has is
//! counted on it, in the same transaction, so that no race can take its last owner.

#[cfg(test)]
mod tests;

use lockstep_runtime::{Conflict, Failure, Fault, NotFound};
use spaces_contract::{Member, MemberListVisibility, SpaceRole};
use uuid::Uuid;

use super::counters::{Scope, Tally};
use super::items::{from_item, to_value};
use super::spaces::{MemberSpace, Membership, Page, no_space};
use super::transactions::{Action, FailedConditions, Transaction};
use super::updates::Update;
use super::users::User;
use super::{Store, keys};

/// A page with its space, and the membership of who asks, is one batch of at most 100 keys.
const PAGE: i32 = 98;

/// A member of a space, seen by another member.
#[derive(Clone, Debug)]
pub struct SpaceMember {
    membership: Membership,
    user: User,
}

impl SpaceMember {
    /// What the member may do in the space.
    pub fn role(&self) -> SpaceRole {
        self.membership.role
    }

    /// The member as others see them.
    pub fn into_member(self) -> Member {
        member(&self.membership, &self.user)
    }
}

fn member(membership: &Membership, user: &User) -> Member {
    Member {
        user_id: user.user_id,
        display_name: user.display_name.clone(),
        email: user.email.clone(),
        role: membership.role,
        joined_at: membership.joined_at,
    }
}

impl Store {
    /// The members of a space that the caller is in, in the order of their ids: at most `limit` of them, after the
    /// member `after`. Whom the settings do not show the others sees themselves. Two round trips.
    pub async fn list_members(
        &self,
        caller: &User,
        space_id: Uuid,
        limit: i32,
        after: Option<Uuid>,
        may_see: fn(SpaceRole, MemberListVisibility) -> bool,
    ) -> Result<Page<Member>, Failure<NotFound>> {
        let (now, wanted) = (self.clock.now(), limit.clamp(1, PAGE));
        let after = after.map(|user_id| keys::space_member(space_id, user_id));
        // One more than asked for shows whether there is a next page.
        let page = self
            .query(keys::space(space_id), keys::MEMBER_PREFIX, after, Some(wanted + 1))
            .await?;
        let limit = usize::try_from(wanted).map_err(Fault::internal)?;
        let cut = page.next.is_some() || page.items.len() > limit;
        let mut memberships = Vec::with_capacity(limit);
        for item in page.items.into_iter().take(limit) {
            memberships.extend(from_item::<Membership>(item, now)?);
        }
        let own = keys::user_space(caller.user_id, space_id);
        let mut wanted = vec![keys::space_metadata(space_id), own.clone()];
        wanted.extend(
            memberships
                .iter()
                .map(|membership| keys::user_profile(membership.user_id)),
        );
        let mut found = self.get_all(wanted).await?;
        let own = found.get(&own).cloned();
        let (Some(space), Some(own)) = (self.take_space(caller.user_id, space_id, &mut found)?, own) else {
            return Err(Failure::Refused(no_space()));
        };
        if !may_see(space.role(), space.member_list_visibility()) {
            let own = from_item::<Membership>(own, now)?;
            let items = own.iter().map(|own| member(own, caller)).collect();
            return Ok(Page { items, next: None });
        }
        let mut items = Vec::with_capacity(memberships.len());
        for membership in &memberships {
            if let Some(item) = found.remove(&keys::user_profile(membership.user_id)) {
                items.extend(from_item::<User>(item, now)?.map(|user| member(membership, &user)));
            }
        }
        let next = memberships.last().filter(|_| cut).map(|last| last.user_id);
        Ok(Page { items, next })
    }

    /// A space, where the user is a member of it, with a member of it. One round trip.
    pub async fn find_member(
        &self,
        user_id: Uuid,
        space_id: Uuid,
        member_id: Uuid,
    ) -> Result<(MemberSpace, SpaceMember), Failure<NotFound>> {
        let (membership, profile) = (keys::space_member(space_id, member_id), keys::user_profile(member_id));
        let others = vec![membership.clone(), profile.clone()];
        let (space, mut found) = self.get_space_and(user_id, space_id, others).await?;
        let space = space.ok_or_else(|| Failure::Refused(no_space()))?;
        let now = self.clock.now();
        let membership = found.remove(&membership).map(|item| from_item::<Membership>(item, now));
        let user = found.remove(&profile).map(|item| from_item::<User>(item, now));
        match (membership.transpose()?.flatten(), user.transpose()?.flatten()) {
            (Some(membership), Some(user)) => Ok((space, SpaceMember { membership, user })),
            _ => Err(Failure::Refused(no_member())),
        }
    }

    /// Changes the role of a member. Refused where it would take the last owner, and where either membership is no
    /// longer what it was. One round trip.
    pub async fn set_member_role(
        &self,
        changer: &MemberSpace,
        member: SpaceMember,
        role: SpaceRole,
    ) -> Result<SpaceMember, Failure<Conflict>> {
        let SpaceMember { membership, user } = member;
        let Membership {
            space_id,
            user_id,
            role: before,
            ..
        } = membership;
        if role == before {
            return Ok(SpaceMember { membership, user });
        }
        let mut transaction = self.transaction();
        if changer.user_id() != user_id {
            check_role(&mut transaction, changer)?;
        }
        for key in [
            keys::user_space(user_id, space_id),
            keys::space_member(space_id, user_id),
        ] {
            transaction.update(Update::beside_version(key).when_equal("role", before).set("role", role))?;
        }
        let owners = owner(role) - owner(before);
        let counts = match owners {
            0 => transaction.check_without(keys::space_metadata(space_id), "deletingSince")?,
            owners => transaction.update(count_members(space_id, 0, owners))?,
        };
        transaction.count(Scope::Space(space_id), Tally::of_membership(Some(before), Some(role)));
        self.commit(transaction)
            .await
            .map_err(|failure| refused(failure, owners, counts))?;
        let membership = Membership { role, ..membership };
        Ok(SpaceMember { membership, user })
    }

    /// Takes a member out of a space. Refused for the last owner, and where either membership is no longer what it was.
    /// One round trip.
    pub async fn remove_member(&self, remover: &MemberSpace, member: &SpaceMember) -> Result<(), Failure<Conflict>> {
        let mut transaction = self.transaction();
        check_role(&mut transaction, remover)?;
        let Membership {
            space_id,
            user_id,
            role,
            ..
        } = member.membership;
        self.end_membership(transaction, space_id, user_id, role).await
    }

    /// Ends one's own membership. Refused for the last owner, and where it is no longer what it was. One round trip.
    pub async fn leave_space(&self, member: &MemberSpace) -> Result<(), Failure<Conflict>> {
        let (space_id, user_id, role) = (member.space_id(), member.user_id(), member.role());
        self.end_membership(self.transaction(), space_id, user_id, role).await
    }

    async fn end_membership(
        &self,
        mut transaction: Transaction,
        space_id: Uuid,
        user_id: Uuid,
        role: SpaceRole,
    ) -> Result<(), Failure<Conflict>> {
        transaction.delete_when(keys::user_space(user_id, space_id), "role", to_value(role)?)?;
        transaction.delete(keys::space_member(space_id, user_id))?;
        let owners = -owner(role);
        let counts = transaction.update(count_members(space_id, -1, owners))?;
        transaction.count(Scope::Space(space_id), Tally::of_membership(Some(role), None));
        self.commit(transaction)
            .await
            .map_err(|failure| refused(failure, owners, counts))
    }
}

/// Adds a new member to the transaction that lets them in; answers which action fails where they are in the space
/// already, and the update of the space, which may need conditions of its own.
pub(super) fn add_member(transaction: &mut Transaction, membership: &Membership) -> Result<(Action, Update), Fault> {
    let Membership {
        space_id,
        user_id,
        role,
        ..
    } = *membership;
    let there = transaction.put_new(keys::user_space(user_id, space_id), membership)?;
    transaction.put_new(keys::space_member(space_id, user_id), membership)?;
    transaction.count(Scope::Space(space_id), Tally::of_membership(None, Some(role)));
    Ok((there, count_members(space_id, 1, owner(role))))
}

/// How many owners somebody with this role is.
fn owner(role: SpaceRole) -> i64 {
    i64::from(role == SpaceRole::Owner)
}

/// Counts members and owners on their space, of which at least one owner has to stay. The number of members is part of
/// what the version of the space stands for.
fn count_members(space_id: Uuid, members: i64, owners: i64) -> Update {
    let space = keys::space_metadata(space_id);
    let mut update = match members {
        0 => Update::beside_version(space),
        members => Update::of(space).add("memberCount", members),
    };
    if owners != 0 {
        update = update.add("ownerCount", owners);
    }
    if owners < 0 {
        update = update.when_more("ownerCount", 1);
    }
    update.when_absent("deletingSince")
}

/// Lets a transaction fail unless the member has the same role still.
fn check_role(transaction: &mut Transaction, member: &MemberSpace) -> Result<(), Fault> {
    let membership = keys::user_space(member.user_id(), member.space_id());
    transaction.check(membership, [("role", to_value(member.role())?)])?;
    Ok(())
}

fn refused(failure: Failure<FailedConditions>, owners: i64, counts: Action) -> Failure<Conflict> {
    match failure {
        Failure::Refused(failed) if owners < 0 && failed.contains(counts) => Failure::Refused(last_owner()),
        Failure::Refused(_) => Failure::Refused(membership_changed()),
        Failure::Fault(fault) => fault.into(),
    }
}

fn no_member() -> NotFound {
    NotFound::new("member-not-found", "There is no such member of the space.")
}

fn last_owner() -> Conflict {
    Conflict::new(
        "last-owner",
        "A space keeps at least one owner: make somebody else an owner first.",
    )
}

pub(super) fn membership_changed() -> Conflict {
    Conflict::new(
        "membership-changed",
        "Somebody else changed a membership at the same moment; look again and repeat the request.",
    )
}
