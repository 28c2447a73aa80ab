//! Coming into a space by a code, of an invitation or of the space itself, in one transaction that counts the use and
//! the member. Everything that could have changed since it was read is a condition of it.

use lockstep_runtime::{Failure, Fault, Forbidden, NotFound, OneOf, TextEnum as _};
use serde::{Deserialize, Serialize};
use spaces_contract::{SpaceKind, SpaceRole};
use uuid::Uuid;

use super::{MayGrant, StoredInvitation, no_invitation};
use crate::store::items::{Entity, from_item, to_value};
use crate::store::keys::fold_email;
use crate::store::members::add_member;
use crate::store::spaces::{InviteGuard, MemberSpace, Membership};
use crate::store::transactions::Transaction;
use crate::store::updates::Update;
use crate::store::users::User;
use crate::store::{Store, keys};

/// That a user has used an invitation.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvitationUse {
    user_id: Uuid,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: chrono::DateTime<chrono::Utc>,
}

impl Entity for InvitationUse {
    const ENTITY_TYPE: &'static str = "invitationUse";
}

/// What a code admits by.
enum Admission {
    Invitation(StoredInvitation),
    InviteCode { space_id: Uuid },
}

impl Admission {
    fn membership(&self, user_id: Uuid, joined_at: chrono::DateTime<chrono::Utc>) -> Membership {
        let (space_id, role) = match self {
            Self::Invitation(invitation) => (invitation.space_id, invitation.role),
            Self::InviteCode { space_id } => (*space_id, SpaceRole::Member),
        };
        Membership {
            space_id,
            user_id,
            role,
            joined_at,
        }
    }
}

impl Store {
    /// Lets a user into a space by the code of an invitation or of the space. Who is in it already stays as they are,
    /// and uses nothing up. Refused where the code admits to nothing, and where it is for another's email. Three round
    /// trips.
    pub async fn accept_invitation(
        &self,
        user: &User,
        code_hash: &str,
        may_grant: MayGrant,
    ) -> Result<MemberSpace, Failure<OneOf<NotFound, Forbidden>>> {
        let unknown = || Failure::Refused(OneOf::First(no_invitation()));
        let admission = self.find_admission(code_hash).await?.ok_or_else(unknown)?;
        if let Admission::Invitation(StoredInvitation { email: Some(email), .. }) = &admission
            && fold_email(email.as_ref()) != fold_email(user.email.as_ref())
        {
            return Err(Failure::Refused(OneOf::Second(not_for_you())));
        }
        if let Admission::Invitation(StoredInvitation {
            invited_by, space_id, ..
        }) = &admission
            && *invited_by == user.user_id
        {
            // Nobody comes back into a space by an invitation of their own.
            return self.get_admitted(user.user_id, *space_id).await;
        }
        let membership = admission.membership(user.user_id, self.clock.now());
        let mut transaction = self.transaction();
        let (there, space) = add_member(&mut transaction, &membership)?;
        let space = space.when_equal("kind", SpaceKind::Shared);
        match &admission {
            Admission::InviteCode { .. } => transaction.update(space.when_equal("inviteHash", code_hash))?,
            Admission::Invitation(invitation) => {
                use_up(&mut transaction, invitation, code_hash, user, may_grant)?;
                transaction.update(space)?
            }
        };
        transaction.check_without(keys::user_profile(user.user_id), "deletingSince")?;
        match self.commit(transaction).await {
            Ok(()) => {}
            Err(Failure::Refused(failed)) if failed.contains(there) => {}
            Err(Failure::Refused(_)) => return Err(unknown()),
            Err(Failure::Fault(fault)) => return Err(fault.into()),
        }
        self.get_admitted(user.user_id, membership.space_id).await
    }

    async fn get_admitted(
        &self,
        user_id: Uuid,
        space_id: Uuid,
    ) -> Result<MemberSpace, Failure<OneOf<NotFound, Forbidden>>> {
        self.get_space(user_id, space_id)
            .await
            .map_err(|failure| match failure {
                Failure::Refused(_) => Failure::Refused(OneOf::First(no_invitation())),
                Failure::Fault(fault) => fault.into(),
            })
    }

    async fn find_admission(&self, code_hash: &str) -> Result<Option<Admission>, Fault> {
        let (invitation, guard) = (keys::invitation(code_hash), keys::invite_guard(code_hash));
        let mut found = self.get_all(vec![invitation.clone(), guard.clone()]).await?;
        if let Some(item) = found.remove(&invitation) {
            return Ok(from_item(item, self.clock.now())?.map(Admission::Invitation));
        }
        let guard = found
            .remove(&guard)
            .map(|item| from_item::<InviteGuard>(item, self.clock.now()));
        let guard = guard.transpose()?.flatten();
        Ok(guard.map(|InviteGuard { space_id }| Admission::InviteCode { space_id }))
    }
}

/// Counts the use of an invitation: while uses are left, once for each user, and only while who made it may give that
/// role still.
fn use_up(
    transaction: &mut Transaction,
    invitation: &StoredInvitation,
    code_hash: &str,
    user: &User,
    may_grant: MayGrant,
) -> Result<(), Fault> {
    let limit = u32::try_from(invitation.max_uses).map_err(Fault::internal)?;
    transaction.update(
        Update::of(keys::invitation(code_hash))
            .when_less("uses", limit)
            .add("uses", 1),
    )?;
    let used = InvitationUse {
        user_id: user.user_id,
        expires_at: invitation.expires_at,
    };
    transaction.put_new(keys::invitation_use(code_hash, user.user_id), &used)?;
    let able = SpaceRole::ALL
        .iter()
        .filter(|role| may_grant(**role, invitation.role))
        .map(to_value);
    let inviter = keys::user_space(invitation.invited_by, invitation.space_id);
    transaction.check_one_of(inviter, "role", able.collect::<Result<_, _>>()?)?;
    if let Some(email) = &invitation.email {
        transaction.delete(keys::email_invitation(email.as_ref(), invitation.invitation_id))?;
    }
    Ok(())
}

fn not_for_you() -> Forbidden {
    Forbidden::new(
        "invitation-for-another",
        "This invitation is for another email address.",
    )
}
