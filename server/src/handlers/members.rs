//! Operations of the tag Members.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::{MemberInvitation, MemberRoleChange};

use crate::api::{
    InviteMemberAnswer, InviteMemberParams, InviteMemberRefusal, ListMembersAnswer, ListMembersParams,
    ListMembersRefusal, MembersApi, RemoveMemberAnswer, RemoveMemberParams, RemoveMemberRefusal, SetMemberRoleAnswer,
    SetMemberRoleParams, SetMemberRoleRefusal,
};
use crate::app::{App, Caller};

impl MembersApi for App {
    async fn list_members(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListMembersParams,
    ) -> Result<ListMembersAnswer, ListMembersRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn invite_member(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: InviteMemberParams,
        _body: MemberInvitation,
    ) -> Result<InviteMemberAnswer, InviteMemberRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn remove_member(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: RemoveMemberParams,
    ) -> Result<RemoveMemberAnswer, RemoveMemberRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn set_member_role(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: SetMemberRoleParams,
        _body: MemberRoleChange,
    ) -> Result<SetMemberRoleAnswer, SetMemberRoleRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
