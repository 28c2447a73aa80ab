//! Deletion of a space with everything in it, which takes many writes and may be interrupted between any two of them.
//! What else happens to spaces is not here.

use std::time::Duration;

use lockstep_runtime::{Conflict, Failure, Fault, OneOf, PreconditionFailed};
use spaces_contract::SpaceKind;
use tokio::time::Instant;
use uuid::Uuid;

use super::{MemberSpace, StoredSpace, personal_space};
use crate::store::keys::{self, Key};
use crate::store::updates::Update;
use crate::store::{Store, stale_version};

/// How long a deletion may take before the caller has to ask again.
const PATIENCE: Duration = Duration::from_secs(10);

impl Store {
    /// Deletes a space and everything in it. The mark comes first, which hides the space; the space and the caller's
    /// own membership go last, so that a deletion that was interrupted can be repeated, and the repetition finishes it.
    /// Refused for a personal space, and when the version is not the expected one.
    pub async fn delete_space(
        &self,
        member: MemberSpace,
        expected_version: Option<u64>,
    ) -> Result<(), Failure<OneOf<Conflict, PreconditionFailed>>> {
        if member.space.kind == SpaceKind::Personal {
            return Err(Failure::Refused(OneOf::First(personal_space())));
        }
        self.erase_space(member, expected_version).await
    }

    /// Deletes a space of any kind: a personal one goes with its user.
    pub(in crate::store) async fn erase_space(
        &self,
        member: MemberSpace,
        expected_version: Option<u64>,
    ) -> Result<(), Failure<OneOf<Conflict, PreconditionFailed>>> {
        let MemberSpace { space, user_id, .. } = member;
        let Some(space) = self.mark_deleting(space, expected_version).await? else {
            return Ok(());
        };
        self.delete_children(space.space_id, user_id).await?;
        let mut transaction = self.transaction();
        transaction.delete(keys::space_metadata(space.space_id))?;
        transaction.delete(keys::space_member(space.space_id, user_id))?;
        transaction.delete(keys::user_space(user_id, space.space_id))?;
        if let Some(hash) = &space.invite_hash {
            transaction.delete(keys::invite_guard(hash))?;
        }
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) => Fault::internal(format!("a condition nobody made: {failed:?}")).into(),
            Failure::Fault(fault) => fault.into(),
        })
    }

    /// The space with its mark; `None` when it is gone already.
    pub(super) async fn mark_deleting(
        &self,
        space: StoredSpace,
        expected_version: Option<u64>,
    ) -> Result<Option<StoredSpace>, Failure<OneOf<Conflict, PreconditionFailed>>> {
        if space.deleting_since.is_some() {
            return Ok(Some(space));
        }
        let mark = Update::of(keys::space_metadata(space.space_id))
            .when_absent("deletingSince")
            .when_version(expected_version)
            .set("deletingSince", self.clock.now());
        match self.update::<StoredSpace>(mark).await {
            Ok(marked) => Ok(Some(marked)),
            Err(Failure::Refused(Some(before))) if before.deleting_since.is_some() => Ok(Some(before)),
            Err(Failure::Refused(Some(_))) => Err(Failure::Refused(OneOf::Second(stale_version()))),
            Err(Failure::Refused(None)) => Ok(None),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Deletes what is in the partition of a space but the space and one member. A membership goes from its user's side
    /// first: what is left of it is found again from the space's side.
    async fn delete_children(&self, space_id: Uuid, but: Uuid) -> Result<(), Fault> {
        let kept = [keys::space_metadata(space_id), keys::space_member(space_id, but)];
        let deadline = Instant::now() + PATIENCE;
        let mut after = None;
        loop {
            if Instant::now() > deadline {
                return Err(Fault::unavailable("a large space; repeating the deletion continues it"));
            }
            let (mut children, next) = self.keys_in(keys::space(space_id), after).await?;
            children.retain(|key| !kept.contains(key));
            let events = children.iter().filter_map(Key::event);
            self.delete_all(events.map(|event_id| keys::event_guard(&event_id)).collect())
                .await?;
            self.delete_task_partitions(children.iter().filter_map(Key::created_task))
                .await?;
            let invitations = children.iter().filter_map(Key::invitation);
            self.delete_invitations(invitations.map(|(id, code_hash)| (id, code_hash.to_owned())).collect())
                .await?;
            let members = children.iter().filter_map(Key::member);
            self.delete_all(members.map(|user_id| keys::user_space(user_id, space_id)).collect())
                .await?;
            self.delete_all(children).await?;
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
