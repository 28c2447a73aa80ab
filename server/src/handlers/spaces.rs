//! Operations of the tag Spaces: creating, finding, changing and deleting them.
//! To everybody but its members a space does not exist.

use lockstep_runtime::actix::Call;
use lockstep_runtime::{Fault, Forbidden, PreconditionRequired, Secret};
use spaces_contract::{
    CreatedSpace, InviteCode, InvitePolicy, MemberListVisibility, NewSpace, Space, SpaceList, SpaceSettings,
};

use super::idempotency::{Attempt, Created};
use super::{check_if_match, expected_version, is_known};
use crate::api::{
    CreateSpaceAnswer, CreateSpaceParams, CreateSpaceRefusal, DeleteSpaceAnswer, DeleteSpaceParams, DeleteSpaceRefusal,
    GetSpaceAnswer, GetSpaceParams, GetSpaceRefusal, ListSpacesAnswer, ListSpacesParams, ListSpacesRefusal,
    RotateInviteCodeAnswer, RotateInviteCodeParams, RotateInviteCodeRefusal, SpacesApi, UpdateSpaceSettingsAnswer,
    UpdateSpaceSettingsParams, UpdateSpaceSettingsRefusal,
};
use crate::app::{App, Caller};
use crate::auth::codes;
use crate::rules;
use crate::store::MemberSpace;

impl SpacesApi for App {
    async fn create_space(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateSpaceParams,
        body: NewSpace,
    ) -> Result<CreateSpaceAnswer, CreateSpaceRefusal> {
        let key = params.idempotency_key.as_deref();
        let created = match self.once(call, Some(&caller), key, &body).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                let code = codes::new_code().map_err(Fault::internal)?;
                let hash = codes::hash(&code).to_string();
                let answer = |space| once.keep(created_space(space, code));
                let owner = caller.user.user_id;
                self.store
                    .create_space(owner, first_settings(body), &hash, answer)
                    .await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(CreateSpaceAnswer::Created { location, etag, body })
    }

    async fn list_spaces(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListSpacesParams,
    ) -> Result<ListSpacesAnswer, ListSpacesRefusal> {
        let user_id = caller.user.user_id;
        let list = self.cursors.list("listSpaces", user_id, &[]);
        let after = list.open(params.cursor.as_deref())?;
        let page = self.store.list_spaces(user_id, params.limit, after).await?;
        let next_cursor = page.next.map(|next| list.seal(next)).transpose()?;
        let items = page.items.into_iter().map(MemberSpace::into_space).collect();
        Ok(ListSpacesAnswer::Ok {
            body: SpaceList { items, next_cursor },
        })
    }

    async fn get_space(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetSpaceParams,
    ) -> Result<GetSpaceAnswer, GetSpaceRefusal> {
        let space = self.store.get_space(caller.user.user_id, params.space_id).await?;
        let etag = entity_tag(&space);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetSpaceAnswer::NotModified { etag });
        }
        Ok(GetSpaceAnswer::Ok {
            etag,
            body: space.into_space(),
        })
    }

    async fn update_space_settings(
        &self,
        _call: &Call,
        caller: Caller,
        params: UpdateSpaceSettingsParams,
        body: SpaceSettings,
    ) -> Result<UpdateSpaceSettingsAnswer, UpdateSpaceSettingsRefusal> {
        let space = self.store.get_space(caller.user.user_id, params.space_id).await?;
        require_administrator(&space)?;
        if params.if_match.is_none() {
            Err(PreconditionRequired::new(
                "if-match-required",
                "Send the ETag of the space as If-Match.",
            ))?;
        }
        check_if_match(params.if_match.as_deref(), &entity_tag(&space))?;
        let expected = expected_version(params.if_match.as_deref(), space.version());
        let space = self.store.update_space_settings(space, body, expected).await?;
        Ok(UpdateSpaceSettingsAnswer::Ok {
            etag: entity_tag(&space),
            body: space.into_space(),
        })
    }

    async fn delete_space(
        &self,
        _call: &Call,
        caller: Caller,
        params: DeleteSpaceParams,
    ) -> Result<DeleteSpaceAnswer, DeleteSpaceRefusal> {
        let space = self
            .store
            .get_space_to_delete(caller.user.user_id, params.space_id)
            .await?;
        if !rules::may_delete(space.role()) {
            Err(Forbidden::new("owner-required", "Only an owner can delete a space."))?;
        }
        check_if_match(params.if_match.as_deref(), &entity_tag(&space))?;
        let expected = expected_version(params.if_match.as_deref(), space.version());
        self.store.delete_space(space, expected).await?;
        Ok(DeleteSpaceAnswer::NoContent)
    }

    async fn rotate_invite_code(
        &self,
        _call: &Call,
        caller: Caller,
        params: RotateInviteCodeParams,
    ) -> Result<RotateInviteCodeAnswer, RotateInviteCodeRefusal> {
        let space = self.store.get_space(caller.user.user_id, params.space_id).await?;
        require_administrator(&space)?;
        let invite_code = codes::new_code().map_err(Fault::internal)?;
        self.store
            .rotate_invite_code(&space, &codes::hash(&invite_code).to_string())
            .await?;
        Ok(RotateInviteCodeAnswer::Ok {
            body: InviteCode { invite_code },
        })
    }
}

/// What a space begins with.
fn first_settings(space: NewSpace) -> SpaceSettings {
    let NewSpace {
        name,
        description,
        color,
    } = space;
    SpaceSettings {
        name,
        description,
        color,
        member_list_visibility: MemberListVisibility::Members,
        who_may_invite: InvitePolicy::Admins,
    }
}

fn created_space(space: MemberSpace, code: Secret) -> Created<CreatedSpace> {
    let etag = entity_tag(&space);
    let body = with_code(space.into_space(), code);
    Created {
        location: format!("/api/spaces/{}", body.space_id),
        etag,
        body,
    }
}

/// The entity tag of a space as its member sees it: the role is part of what is seen.
pub(super) fn entity_tag(space: &MemberSpace) -> String {
    format!("\"{}-{}\"", space.version(), space.role())
}

fn require_administrator(space: &MemberSpace) -> Result<(), Forbidden> {
    if rules::may_administer(space.role()) {
        return Ok(());
    }
    Err(Forbidden::new(
        "space-admin-required",
        "Only the admins and owners of a space can do this.",
    ))
}

/// Every field of the space, and the code: a new field of `Space` stops the build here.
fn with_code(space: Space, invite_code: Secret) -> CreatedSpace {
    let Space {
        space_id,
        name,
        description,
        color,
        kind,
        role,
        member_count,
        member_list_visibility,
        who_may_invite,
        created_at,
        updated_at,
    } = space;
    CreatedSpace {
        space_id,
        name,
        description,
        color,
        kind,
        role,
        member_count,
        member_list_visibility,
        who_may_invite,
        created_at,
        updated_at,
        invite_code,
    }
}
