//! Operations of the tag Invitations.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::{InvitationCode, InvitationReference, NewInvitation};

use crate::api::{
    AcceptInvitationAnswer, AcceptInvitationRefusal, CreateInvitationAnswer, CreateInvitationParams,
    CreateInvitationRefusal, DeclineInvitationAnswer, DeclineInvitationRefusal, InvitationsApi,
    ListPendingInvitationsAnswer, ListPendingInvitationsParams, ListPendingInvitationsRefusal, RevokeInvitationAnswer,
    RevokeInvitationParams, RevokeInvitationRefusal, ValidateInvitationAnswer, ValidateInvitationParams,
    ValidateInvitationRefusal,
};
use crate::app::{App, Caller};

impl InvitationsApi for App {
    async fn create_invitation(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: CreateInvitationParams,
        _body: NewInvitation,
    ) -> Result<CreateInvitationAnswer, CreateInvitationRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn accept_invitation(
        &self,
        _call: &Call,
        _caller: Caller,
        _body: InvitationCode,
    ) -> Result<AcceptInvitationAnswer, AcceptInvitationRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn decline_invitation(
        &self,
        _call: &Call,
        _caller: Caller,
        _body: InvitationReference,
    ) -> Result<DeclineInvitationAnswer, DeclineInvitationRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn list_pending_invitations(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListPendingInvitationsParams,
    ) -> Result<ListPendingInvitationsAnswer, ListPendingInvitationsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn validate_invitation(
        &self,
        _call: &Call,
        _params: ValidateInvitationParams,
    ) -> Result<ValidateInvitationAnswer, ValidateInvitationRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn revoke_invitation(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: RevokeInvitationParams,
    ) -> Result<RevokeInvitationAnswer, RevokeInvitationRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
