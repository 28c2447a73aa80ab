//! Operations of the tag Members: who is in a space, and as what.
//! To everybody but its members a space does not exist.

use chrono::TimeDelta;
use lockstep_runtime::Forbidden;
use lockstep_runtime::actix::Call;
use spaces_contract::{MemberInvitation, MemberList, MemberRoleChange};

use super::idempotency::{Attempt, Created};
use crate::api::{
    InviteMemberAnswer, InviteMemberParams, InviteMemberRefusal, ListMembersAnswer, ListMembersParams,
    ListMembersRefusal, MembersApi, RemoveMemberAnswer, RemoveMemberParams, RemoveMemberRefusal, SetMemberRoleAnswer,
    SetMemberRoleParams, SetMemberRoleRefusal,
};
use crate::app::{App, Caller};
use crate::rules;
use crate::store::InvitationTerms;

/// For how long an invitation is good where nobody says.
const INVITATION_LIFETIME: TimeDelta = TimeDelta::days(7);

impl MembersApi for App {
    async fn list_members(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListMembersParams,
    ) -> Result<ListMembersAnswer, ListMembersRefusal> {
        let ListMembersParams {
            space_id,
            limit,
            cursor,
        } = params;
        let list = self
            .cursors
            .list("listMembers", caller.user.user_id, &[&space_id.to_string()]);
        let after = list.open(cursor.as_deref())?;
        let may_see = rules::may_see_members;
        let page = self
            .store
            .list_members(&caller.user, space_id, limit, after, may_see)
            .await?;
        let next_cursor = page.next.map(|next| list.seal(next)).transpose()?;
        let items = page.items;
        Ok(ListMembersAnswer::Ok {
            body: MemberList { items, next_cursor },
        })
    }

    async fn invite_member(
        &self,
        call: &Call,
        caller: Caller,
        params: InviteMemberParams,
        body: MemberInvitation,
    ) -> Result<InviteMemberAnswer, InviteMemberRefusal> {
        let InviteMemberParams {
            space_id,
            idempotency_key,
        } = params;
        let request = (space_id, &body);
        let created = match self
            .once(call, Some(&caller), idempotency_key.as_deref(), &request)
            .await?
        {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                let space = self.store.get_space(caller.user.user_id, space_id).await?;
                let MemberInvitation { email, role } = body;
                let (email, lifetime) = (Some(email), INVITATION_LIFETIME);
                let terms = InvitationTerms {
                    email,
                    role,
                    max_uses: 1,
                    lifetime,
                };
                self.invite(&space, terms, once).await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(InviteMemberAnswer::Created { location, etag, body })
    }

    async fn remove_member(
        &self,
        _call: &Call,
        caller: Caller,
        params: RemoveMemberParams,
    ) -> Result<RemoveMemberAnswer, RemoveMemberRefusal> {
        let RemoveMemberParams { space_id, member_id } = params;
        if member_id == caller.user.user_id {
            let space = self.store.get_space(member_id, space_id).await?;
            self.store.leave_space(&space).await?;
            return Ok(RemoveMemberAnswer::NoContent);
        }
        let (space, member) = self.store.find_member(caller.user.user_id, space_id, member_id).await?;
        if !rules::may_remove(space.role(), member.role()) {
            Err(Forbidden::new(
                "may-not-remove",
                "The admins of a space remove members, and only owners remove owners.",
            ))?;
        }
        self.store.remove_member(&space, &member).await?;
        Ok(RemoveMemberAnswer::NoContent)
    }

    async fn set_member_role(
        &self,
        _call: &Call,
        caller: Caller,
        params: SetMemberRoleParams,
        body: MemberRoleChange,
    ) -> Result<SetMemberRoleAnswer, SetMemberRoleRefusal> {
        let SetMemberRoleParams { space_id, member_id } = params;
        let user_id = caller.user.user_id;
        let (space, member) = self.store.find_member(user_id, space_id, member_id).await?;
        if !rules::may_change_role(space.role(), member.role(), body.role) {
            Err(Forbidden::new(
                "may-not-change-role",
                "The admins of a space change roles, and only owners make and unmake owners.",
            ))?;
        }
        let member = self.store.set_member_role(&space, member, body.role).await?;
        Ok(SetMemberRoleAnswer::Ok {
            body: member.into_member(),
        })
    }
}
