//! Invitations: found by the hash of their code, by their id, from their space and from the email that they are for. One
//! that is revoked or declined is deleted, so that no invitation can be both ended and good.

mod accept;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, Forbidden, NotFound, OneOf, TextEnum as _};
use serde::{Deserialize, Serialize};
use spaces_contract::{Email, Invitation, InvitationPreview, InvitationStatus, SpaceKind, SpaceName, SpaceRole};
use uuid::Uuid;

use super::idempotency::Kept;
use super::items::{Attributes, Entity, from_item, sortable_time, to_value};
use super::members::membership_changed;
use super::spaces::{MemberSpace, Membership, Page, StoredSpace, is_shared, personal_space};
use super::transactions::Transaction;
use super::users::User;
use super::{Store, keys};

/// An invitation, its space and the membership of who made it, for each of a page, are one batch of at most 100 keys.
const PAGE: i32 = 33;

/// Whether somebody with the first role may give others the second.
pub(super) type MayGrant = fn(SpaceRole, SpaceRole) -> bool;

/// An invitation as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredInvitation {
    invitation_id: Uuid,
    space_id: Uuid,
    email: Option<Email>,
    role: SpaceRole,
    max_uses: i32,
    uses: i32,
    invited_by: Uuid,
    #[serde(with = "sortable_time")]
    created_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
    version: u64,
}

impl Entity for StoredInvitation {
    const ENTITY_TYPE: &'static str = "invitation";
}

impl StoredInvitation {
    fn into_invitation(self, space_name: SpaceName) -> Invitation {
        let used_up = self.uses >= self.max_uses;
        Invitation {
            invitation_id: self.invitation_id,
            space_id: self.space_id,
            space_name,
            email: self.email,
            role: self.role,
            max_uses: self.max_uses,
            uses: self.uses,
            status: if used_up {
                InvitationStatus::Accepted
            } else {
                InvitationStatus::Pending
            },
            invited_by: self.invited_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

/// Finds an invitation from its id, its space or its email, and expires with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvitationPointer {
    invitation_id: Uuid,
    space_id: Uuid,
    code_hash: String,
    email: Option<Email>,
    invited_by: Uuid,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

impl Entity for InvitationPointer {
    const ENTITY_TYPE: &'static str = "invitationPointer";
}

impl InvitationPointer {
    /// Everywhere that the invitation is found.
    fn places(&self) -> impl Iterator<Item = keys::Key> {
        let by_email = self
            .email
            .as_ref()
            .map(|email| keys::email_invitation(email.as_ref(), self.invitation_id));
        let others = [
            keys::invitation_pointer(self.invitation_id),
            keys::space_invitation(self.space_id, self.invitation_id, &self.code_hash),
        ];
        others.into_iter().chain(by_email)
    }

    /// Deletes the invitation wherever it is found.
    fn delete(&self, transaction: &mut Transaction) -> Result<(), Fault> {
        for place in self.places().chain([keys::invitation(&self.code_hash)]) {
            transaction.delete(place)?;
        }
        Ok(())
    }
}

/// An invitation to create.
#[derive(Clone, Debug)]
pub struct InvitationTerms {
    /// The only address that can accept it; without one it is a link.
    pub email: Option<Email>,
    /// What those who accept it become.
    pub role: SpaceRole,
    /// How many people can use it: 1 where it is for an email.
    pub max_uses: i32,
    /// For how long it is good.
    pub lifetime: TimeDelta,
}

impl Store {
    /// Creates an invitation, and keeps the answer that `answer` makes of it, in one transaction. Refused for a
    /// personal space, where the membership is no longer what it was, and while another request with the same
    /// Idempotency-Key is in flight.
    pub async fn create_invitation<A>(
        &self,
        inviter: &MemberSpace,
        terms: InvitationTerms,
        code_hash: &str,
        answer: impl FnOnce(Invitation) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<Conflict>> {
        if inviter.kind() == SpaceKind::Personal {
            return Err(Failure::Refused(personal_space()));
        }
        let now = self.clock.now();
        let InvitationTerms {
            email,
            role,
            max_uses,
            lifetime,
        } = terms;
        let invitation = StoredInvitation {
            invitation_id: self.clock.new_id(),
            space_id: inviter.space_id(),
            email,
            role,
            max_uses,
            uses: 0,
            invited_by: inviter.user_id(),
            created_at: now,
            expires_at: (now + lifetime).trunc_subsecs(0),
            version: 1,
        };
        let pointer = InvitationPointer {
            invitation_id: invitation.invitation_id,
            space_id: invitation.space_id,
            code_hash: code_hash.to_owned(),
            email: invitation.email.clone(),
            invited_by: invitation.invited_by,
            expires_at: invitation.expires_at,
        };
        let mut transaction = self.transaction();
        inviter.check_unchanged(&mut transaction)?;
        transaction.put_new(keys::invitation(code_hash), &invitation)?;
        for place in pointer.places() {
            transaction.put_new(place, &pointer)?;
        }
        let Kept { answer, record } = answer(invitation.into_invitation(inviter.name().clone()))?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(in_flight)),
            Err(Failure::Refused(OneOf::Second(_))) => Err(Failure::Refused(membership_changed())),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// What the invitation with this code is for, while it can be accepted. Two round trips.
    pub async fn preview_invitation(
        &self,
        code_hash: &str,
        may_grant: MayGrant,
    ) -> Result<InvitationPreview, Failure<NotFound>> {
        let invitation: Option<StoredInvitation> = self.get(keys::invitation(code_hash)).await?;
        let invitation = invitation.ok_or_else(|| Failure::Refused(no_invitation()))?;
        let (space_id, inviter) = (invitation.space_id, invitation.invited_by);
        let profile = keys::user_profile(inviter);
        let wanted = [
            keys::space_metadata(space_id),
            keys::user_space(inviter, space_id),
            profile.clone(),
        ];
        let mut found = self.get_all(wanted.into()).await?;
        let user = found
            .remove(&profile)
            .map(|item| from_item::<User>(item, self.clock.now()));
        let space = self.space_of(&invitation, |key| found.remove(key), may_grant)?;
        match (space, user.transpose()?.flatten()) {
            (Some(space), Some(user)) => Ok(InvitationPreview {
                space_name: space.name,
                invited_by: user.display_name,
                role: invitation.role,
                expires_at: invitation.expires_at,
            }),
            _ => Err(Failure::Refused(no_invitation())),
        }
    }

    /// The invitations for an email that can be accepted, oldest first: at most `limit` of them, after the invitation
    /// `after`. Two round trips.
    pub async fn list_pending_invitations(
        &self,
        email: &Email,
        limit: i32,
        after: Option<Uuid>,
        may_grant: MayGrant,
    ) -> Result<Page<Invitation>, Fault> {
        let (now, limit) = (self.clock.now(), limit.clamp(1, PAGE));
        let after = after.map(|invitation_id| keys::email_invitation(email.as_ref(), invitation_id));
        // One more than asked for shows whether there is a next page.
        let (partition, prefix) = (keys::email(email.as_ref()), keys::INVITATION_PREFIX);
        let page = self.query(partition, prefix, after, Some(limit + 1)).await?;
        let limit = usize::try_from(limit).map_err(Fault::internal)?;
        let cut = page.next.is_some() || page.items.len() > limit;
        let places: Vec<_> = page.items.iter().take(limit).filter_map(keys::Key::of).collect();
        let next = places.last().filter(|_| cut).and_then(keys::Key::invitation_id);
        let mut pointers = Vec::with_capacity(limit);
        for item in page.items.into_iter().take(limit) {
            pointers.extend(from_item::<InvitationPointer>(item, now)?);
        }
        // Several invitations may be into one space and of one inviter; a batch names each key once.
        let keys_of = |p: &InvitationPointer| {
            let inviter = keys::user_space(p.invited_by, p.space_id);
            [
                keys::invitation(&p.code_hash),
                keys::space_metadata(p.space_id),
                inviter,
            ]
        };
        let wanted: std::collections::HashSet<_> = pointers.iter().flat_map(keys_of).collect();
        let found = self.get_all(Vec::from_iter(wanted)).await?;
        let mut items = Vec::with_capacity(pointers.len());
        for pointer in &pointers {
            let Some(item) = found.get(&keys::invitation(&pointer.code_hash)) else {
                continue;
            };
            let Some(invitation) = from_item::<StoredInvitation>(item.clone(), now)? else {
                continue;
            };
            let space = self.space_of(&invitation, |key| found.get(key).cloned(), may_grant)?;
            items.extend(space.map(|space| invitation.into_invitation(space.name)));
        }
        Ok(Page { items, next })
    }

    /// The space of an invitation that can be accepted: one that has uses left, into a space that is there, made by
    /// somebody who may give that role still.
    fn space_of(
        &self,
        invitation: &StoredInvitation,
        mut item: impl FnMut(&keys::Key) -> Option<Attributes>,
        may_grant: MayGrant,
    ) -> Result<Option<StoredSpace>, Fault> {
        let StoredInvitation {
            space_id,
            invited_by,
            role,
            uses,
            max_uses,
            ..
        } = *invitation;
        let now = self.clock.now();
        let inviter = item(&keys::user_space(invited_by, space_id)).map(|item| from_item::<Membership>(item, now));
        let may_still = inviter
            .transpose()?
            .flatten()
            .is_some_and(|inviter| may_grant(inviter.role, role));
        let space = item(&keys::space_metadata(space_id)).map(|item| from_item::<StoredSpace>(item, now));
        let space = space.transpose()?.flatten().filter(is_shared);
        Ok(space.filter(|_| may_still && uses < max_uses))
    }

    /// Declines an invitation for this email: it is gone. Refused where there is none. Two round trips.
    pub async fn decline_invitation(&self, email: &Email, invitation_id: Uuid) -> Result<(), Failure<NotFound>> {
        let pointer = self
            .get::<InvitationPointer>(keys::email_invitation(email.as_ref(), invitation_id))
            .await?;
        let pointer = pointer.ok_or_else(|| Failure::Refused(no_invitation()))?;
        let mut transaction = self.transaction();
        pointer.delete(&mut transaction)?;
        Ok(self.commit_deletion(transaction).await?)
    }

    /// Revokes an invitation: it is gone. For who made it, and for members of its space with a role for which
    /// `may_revoke` holds. Two round trips, and one more to tell the other members from strangers.
    pub async fn revoke_invitation(
        &self,
        user_id: Uuid,
        invitation_id: Uuid,
        may_revoke: fn(SpaceRole) -> bool,
    ) -> Result<(), Failure<OneOf<NotFound, Forbidden>>> {
        let unknown = || Failure::Refused(OneOf::First(no_invitation()));
        let pointer = self
            .get::<InvitationPointer>(keys::invitation_pointer(invitation_id))
            .await?;
        let pointer = pointer.ok_or_else(unknown)?;
        let mut transaction = self.transaction();
        if pointer.invited_by != user_id {
            let roles = SpaceRole::ALL.iter().filter(|role| may_revoke(**role)).map(to_value);
            let roles = roles.collect::<Result<_, _>>()?;
            transaction.check_one_of(keys::user_space(user_id, pointer.space_id), "role", roles)?;
        }
        pointer.delete(&mut transaction)?;
        match self.commit(transaction).await {
            Ok(()) => Ok(()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(_)) => match self.get_space(user_id, pointer.space_id).await {
                Ok(_) => Err(Failure::Refused(OneOf::Second(not_revocable()))),
                Err(Failure::Refused(_)) => Err(unknown()),
                Err(Failure::Fault(fault)) => Err(fault.into()),
            },
        }
    }

    /// Deletes invitations into a space that is being deleted, with their uses.
    pub(super) async fn delete_invitations(&self, codes: Vec<(Uuid, String)>) -> Result<(), Fault> {
        for (invitation_id, code_hash) in codes {
            let pointer = self
                .get::<InvitationPointer>(keys::invitation_pointer(invitation_id))
                .await?;
            let mut after = None;
            loop {
                let (uses, next) = self.keys_in(keys::invitation_uses(&code_hash), after).await?;
                self.delete_all(uses).await?;
                after = next;
                if after.is_none() {
                    break;
                }
            }
            let places = pointer.iter().flat_map(InvitationPointer::places);
            self.delete_all(places.collect()).await?;
        }
        Ok(())
    }

    async fn commit_deletion(&self, transaction: Transaction) -> Result<(), Fault> {
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) => Fault::internal(format!("a condition nobody made: {failed:?}")),
            Failure::Fault(fault) => fault,
        })
    }
}

/// The one answer to every code and id that admits to nothing: nobody learns why.
fn no_invitation() -> NotFound {
    NotFound::new(
        "invitation-not-found",
        "There is no such invitation, or it is no longer good.",
    )
}

fn not_revocable() -> Forbidden {
    Forbidden::new(
        "space-admin-required",
        "Only who made an invitation and the admins of its space can revoke it.",
    )
}
