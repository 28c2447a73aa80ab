//! Operations of the tag Invitations: how people come into a space.
//! A code that admits to nothing is answered alike, whatever the reason.

use chrono::TimeDelta;
use lockstep_runtime::actix::Call;
use lockstep_runtime::{
    Conflict, Failure, Fault, Forbidden, OneOf, Secret, UnprocessableContent, Violation, ViolationPlace,
};
use spaces_contract::{
    Code, CreatedInvitation, Invitation, InvitationCode, InvitationList, InvitationReference, NewInvitation,
};

use super::idempotency::{Attempt, Created, Once};
use super::{entity_tag, spaces};
use crate::api::{
    AcceptInvitationAnswer, AcceptInvitationRefusal, CreateInvitationAnswer, CreateInvitationParams,
    CreateInvitationRefusal, DeclineInvitationAnswer, DeclineInvitationRefusal, InvitationsApi,
    ListPendingInvitationsAnswer, ListPendingInvitationsParams, ListPendingInvitationsRefusal, RevokeInvitationAnswer,
    RevokeInvitationParams, RevokeInvitationRefusal, ValidateInvitationAnswer, ValidateInvitationParams,
    ValidateInvitationRefusal,
};
use crate::app::{App, Caller};
use crate::auth::codes;
use crate::rules;
use crate::store::{InvitationTerms, Limit, MemberSpace};

/// Codes that are looked at from one address, which may be shared by a whole office.
const ADDRESS_GUESSES: Limit = Limit {
    scope: "invitation-address",
    attempts: 60,
    window: TimeDelta::minutes(5),
};
/// Codes of one user that admit to nothing.
const USER_GUESSES: Limit = Limit {
    scope: "invitation-user",
    attempts: 10,
    window: TimeDelta::minutes(5),
};

impl InvitationsApi for App {
    async fn create_invitation(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateInvitationParams,
        body: NewInvitation,
    ) -> Result<CreateInvitationAnswer, CreateInvitationRefusal> {
        let key = params.idempotency_key.as_deref();
        let created = match self.once(call, Some(&caller), key, &body).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                let space = self.store.get_space(caller.user.user_id, body.space_id).await?;
                self.invite(&space, terms(body)?, once).await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(CreateInvitationAnswer::Created { location, etag, body })
    }

    async fn accept_invitation(
        &self,
        _call: &Call,
        caller: Caller,
        body: InvitationCode,
    ) -> Result<AcceptInvitationAnswer, AcceptInvitationRefusal> {
        let accepted = self
            .store
            .accept_invitation(&caller.user, &hash(&body.code), rules::may_grant)
            .await;
        if let Err(Failure::Refused(OneOf::First(_))) = &accepted {
            self.store
                .count_attempt(&USER_GUESSES, &caller.user.user_id.to_string())
                .await?;
        }
        let space = accepted?;
        Ok(AcceptInvitationAnswer::Ok {
            etag: spaces::entity_tag(&space),
            body: space.into_space(),
        })
    }

    async fn decline_invitation(
        &self,
        _call: &Call,
        caller: Caller,
        body: InvitationReference,
    ) -> Result<DeclineInvitationAnswer, DeclineInvitationRefusal> {
        self.store
            .decline_invitation(&caller.user.email, body.invitation_id)
            .await?;
        Ok(DeclineInvitationAnswer::NoContent)
    }

    async fn list_pending_invitations(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListPendingInvitationsParams,
    ) -> Result<ListPendingInvitationsAnswer, ListPendingInvitationsRefusal> {
        let user = &caller.user;
        let list = self.cursors.list("listPendingInvitations", user.user_id, &[]);
        let after = list.open(params.cursor.as_deref())?;
        let page = self
            .store
            .list_pending_invitations(&user.email, params.limit, after, rules::may_grant)
            .await?;
        let next_cursor = page.next.map(|next| list.seal(next)).transpose()?;
        let items = page.items;
        Ok(ListPendingInvitationsAnswer::Ok {
            body: InvitationList { items, next_cursor },
        })
    }

    async fn validate_invitation(
        &self,
        call: &Call,
        params: ValidateInvitationParams,
    ) -> Result<ValidateInvitationAnswer, ValidateInvitationRefusal> {
        self.count_address(&ADDRESS_GUESSES, call).await?;
        let body = self
            .store
            .preview_invitation(&hash(&params.code), rules::may_grant)
            .await?;
        Ok(ValidateInvitationAnswer::Ok { body })
    }

    async fn revoke_invitation(
        &self,
        _call: &Call,
        caller: Caller,
        params: RevokeInvitationParams,
    ) -> Result<RevokeInvitationAnswer, RevokeInvitationRefusal> {
        let user_id = caller.user.user_id;
        self.store
            .revoke_invitation(user_id, params.invitation_id, rules::may_administer)
            .await?;
        Ok(RevokeInvitationAnswer::NoContent)
    }
}

impl App {
    /// Creates an invitation in the name of a member, as far as the settings and the member's role allow.
    pub(super) async fn invite(
        &self,
        inviter: &MemberSpace,
        terms: InvitationTerms,
        once: Once,
    ) -> Result<Created<CreatedInvitation>, Failure<OneOf<Forbidden, Conflict>>> {
        let forbidden = |refusal| Failure::Refused(OneOf::First(refusal));
        if !rules::may_invite(inviter.role(), inviter.who_may_invite()) {
            return Err(forbidden(Forbidden::new(
                "may-not-invite",
                "The settings of the space do not let your role invite.",
            )));
        }
        if !rules::may_grant(inviter.role(), terms.role) {
            return Err(forbidden(Forbidden::new(
                "role-too-high",
                "Nobody invites with a role above their own.",
            )));
        }
        let code = codes::new_code().map_err(Fault::internal)?;
        let hash = codes::hash(&code).to_string();
        let answer = |invitation| once.keep(created(invitation, &code)?);
        let created = self.store.create_invitation(inviter, terms, &hash, answer).await;
        created.map_err(|failure| match failure {
            Failure::Refused(conflict) => Failure::Refused(OneOf::Second(conflict)),
            Failure::Fault(fault) => fault.into(),
        })
    }
}

fn hash(code: &Code) -> String {
    codes::hash(&Secret::from(code.expose())).to_string()
}

/// Refused where an invitation for one address is to be used by several.
fn terms(new: NewInvitation) -> Result<InvitationTerms, UnprocessableContent> {
    let NewInvitation {
        space_id: _,
        email,
        role,
        max_uses,
        expires_in_days,
    } = new;
    if email.is_some() && max_uses != 1 {
        return Err(UnprocessableContent::violations(vec![Violation {
            r#in: ViolationPlace::Body,
            pointer: "/maxUses".to_owned(),
            code: "too-many-uses".into(),
            detail: "must be 1 for an email".into(),
        }]));
    }
    let lifetime = TimeDelta::days(i64::from(expires_in_days));
    Ok(InvitationTerms {
        email,
        role,
        max_uses,
        lifetime,
    })
}

/// Every field of the invitation, and the code: a new field of `Invitation` stops the build here.
fn created(invitation: Invitation, code: &Secret) -> Result<Created<CreatedInvitation>, Fault> {
    let Invitation {
        invitation_id,
        space_id,
        space_name,
        role,
        max_uses,
        uses,
        status,
        invited_by,
        created_at,
        expires_at,
        email,
    } = invitation;
    let code = code.expose().parse().map_err(Fault::internal)?;
    let body = CreatedInvitation {
        invitation_id,
        space_id,
        space_name,
        role,
        max_uses,
        uses,
        status,
        invited_by,
        created_at,
        expires_at,
        code,
        email,
    };
    let location = format!("/api/invitations/{invitation_id}");
    Ok(Created {
        location,
        etag: entity_tag(1),
        body,
    })
}
