//! Spaces as they begin: a shared one with its invite code, and the personal one of every user.
//! What becomes of them is in the parent.

use chrono::{DateTime, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use spaces_contract::{InvitePolicy, MemberListVisibility, SpaceKind, SpaceRole, SpaceSettings};
use uuid::Uuid;

use super::{InviteGuard, MemberSpace, Membership, StoredSpace};
use crate::store::counters::{Scope, Tally};
use crate::store::idempotency::Kept;
use crate::store::transactions::Transaction;
use crate::store::{Store, keys};

impl Store {
    /// Creates a shared space with its first owner and its invite code, and keeps the answer that `answer` makes of
    /// it, all in one transaction. Refused while another request with the same Idempotency-Key is in flight.
    pub async fn create_space<A>(
        &self,
        owner: Uuid,
        settings: SpaceSettings,
        invite_hash: &str,
        answer: impl FnOnce(MemberSpace) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<Conflict>> {
        let now = self.clock.now();
        let space = new_space(
            self.clock.new_id(),
            SpaceKind::Shared,
            settings,
            Some(invite_hash.to_owned()),
            now,
        );
        let space_id = space.space_id;
        let mut transaction = self.transaction();
        add_space(&mut transaction, owner, &space, now)?;
        transaction.put_new(keys::invite_guard(invite_hash), &InviteGuard { space_id })?;
        let Kept { answer, record } = answer(MemberSpace {
            space,
            user_id: owner,
            role: SpaceRole::Owner,
        })?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(in_flight)),
            Err(Failure::Refused(OneOf::Second(failed))) => {
                Err(Fault::internal(format!("a new id or code twice: {failed:?}")).into())
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}

/// The personal space of a user: it has the user's id, so that nobody has to look for it.
pub fn personal_space_of(user_id: Uuid) -> Uuid {
    user_id
}

/// Adds a personal space to the transaction that creates its owner.
pub(in crate::store) fn add_personal_space(
    transaction: &mut Transaction,
    owner: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let settings = SpaceSettings {
        name: "Personal".parse().map_err(Fault::internal)?,
        description: None,
        color: None,
        member_list_visibility: MemberListVisibility::Members,
        who_may_invite: InvitePolicy::Owners,
    };
    add_space(
        transaction,
        owner,
        &new_space(personal_space_of(owner), SpaceKind::Personal, settings, None, now),
        now,
    )
}

fn new_space(
    space_id: Uuid,
    kind: SpaceKind,
    settings: SpaceSettings,
    invite_hash: Option<String>,
    now: DateTime<Utc>,
) -> StoredSpace {
    let SpaceSettings {
        name,
        description,
        color,
        member_list_visibility,
        who_may_invite,
    } = settings;
    StoredSpace {
        space_id,
        name,
        description,
        color,
        kind,
        member_list_visibility,
        who_may_invite,
        member_count: 1,
        owner_count: 1,
        invite_hash,
        created_at: now,
        updated_at: now,
        deleting_since: None,
        version: 1,
    }
}

pub(super) fn add_space(
    transaction: &mut Transaction,
    owner: Uuid,
    space: &StoredSpace,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let space_id = space.space_id;
    let membership = Membership {
        space_id,
        user_id: owner,
        role: SpaceRole::Owner,
        joined_at: now,
    };
    transaction.put_new(keys::space_metadata(space_id), space)?;
    transaction.put_new(keys::space_member(space_id, owner), &membership)?;
    transaction.put_new(keys::user_space(owner, space_id), &membership)?;
    transaction.count(
        Scope::Space(space_id),
        Tally::of_membership(None, Some(SpaceRole::Owner)),
    );
    Ok(())
}
