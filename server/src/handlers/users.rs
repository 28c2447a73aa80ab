//! Operations of the tag Users: what users say about themselves, and what administrators do with them.
//! To everybody but themselves and administrators a user does not exist.

mod preferences;

use lockstep_runtime::actix::Call;
use lockstep_runtime::{Conflict, Failure, Forbidden, NotFound, PreconditionFailed, TextEnum as _};
use spaces_contract::{
    Account, AccountList, ActivityList, NewUser, Preferences, PreferencesUpdate, ProfileUpdate, UserRole,
    UserRoleChange, UserStatus, UserUpdate,
};
use uuid::Uuid;

use super::auth::refuse_common;
use super::idempotency::{Attempt, Created};
use super::{check_if_match, entity_tag, expected_version, is_known};
use crate::api::{
    CompleteOnboardingAnswer, CompleteOnboardingRefusal, CreateUserAnswer, CreateUserParams, CreateUserRefusal,
    DeleteUserAnswer, DeleteUserParams, DeleteUserRefusal, GetPreferencesAnswer, GetPreferencesParams,
    GetPreferencesRefusal, GetProfileAnswer, GetProfileParams, GetProfileRefusal, GetUserAnswer, GetUserParams,
    GetUserRefusal, ListUserActivityAnswer, ListUserActivityParams, ListUserActivityRefusal, ListUsersAnswer,
    ListUsersParams, ListUsersRefusal, SetUserRoleAnswer, SetUserRoleParams, SetUserRoleRefusal,
    UpdatePreferencesAnswer, UpdatePreferencesParams, UpdatePreferencesRefusal, UpdateProfileAnswer,
    UpdateProfileParams, UpdateProfileRefusal, UpdateUserAnswer, UpdateUserParams, UpdateUserRefusal, UsersApi,
};
use crate::app::{App, Caller};
use crate::store::{self, Occasion, User, UserFilter, Versioned};

impl UsersApi for App {
    async fn get_profile(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetProfileParams,
    ) -> Result<GetProfileAnswer, GetProfileRefusal> {
        let etag = entity_tag(caller.user.version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetProfileAnswer::NotModified { etag });
        }
        Ok(GetProfileAnswer::Ok {
            etag,
            body: caller.user.profile(),
        })
    }

    async fn update_profile(
        &self,
        _call: &Call,
        caller: Caller,
        params: UpdateProfileParams,
        body: ProfileUpdate,
    ) -> Result<UpdateProfileAnswer, UpdateProfileRefusal> {
        let version = caller.user.version;
        check_if_match(params.if_match.as_deref(), &entity_tag(version))?;
        let expected = expected_version(params.if_match.as_deref(), version);
        let user = self.store.update_profile(caller.user, body, expected).await?;
        Ok(UpdateProfileAnswer::Ok {
            etag: entity_tag(user.version),
            body: user.profile(),
        })
    }

    async fn complete_onboarding(
        &self,
        _call: &Call,
        caller: Caller,
    ) -> Result<CompleteOnboardingAnswer, CompleteOnboardingRefusal> {
        let user = self.store.complete_onboarding(caller.user.user_id).await?;
        Ok(CompleteOnboardingAnswer::Ok {
            etag: entity_tag(user.version),
            body: user.profile(),
        })
    }

    async fn get_preferences(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetPreferencesParams,
    ) -> Result<GetPreferencesAnswer, GetPreferencesRefusal> {
        let Versioned { version, value } = self.preferences_of(&caller.user).await?;
        let etag = entity_tag(version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetPreferencesAnswer::NotModified { etag });
        }
        Ok(GetPreferencesAnswer::Ok { etag, body: value })
    }

    async fn update_preferences(
        &self,
        _call: &Call,
        caller: Caller,
        params: UpdatePreferencesParams,
        body: PreferencesUpdate,
    ) -> Result<UpdatePreferencesAnswer, UpdatePreferencesRefusal> {
        let user_id = caller.user.user_id;
        let mut expected = None;
        if let Some(header) = params.if_match.as_deref() {
            let current = self.preferences_of(&caller.user).await?.version;
            check_if_match(Some(header), &entity_tag(current))?;
            expected = expected_version(Some(header), current);
        }
        if let Some(space_id) = body.default_space_id {
            self.check_default_space(user_id, space_id).await?;
        }
        let PreferencesUpdate {
            theme,
            language,
            notifications,
            default_space_id,
        } = body;
        let preferences = Preferences {
            theme,
            language,
            notifications,
            default_space_id,
        };
        let Versioned { version, value } = self.store.update_preferences(user_id, preferences, expected).await?;
        Ok(UpdatePreferencesAnswer::Ok {
            etag: entity_tag(version),
            body: value,
        })
    }

    async fn list_users(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListUsersParams,
    ) -> Result<ListUsersAnswer, ListUsersRefusal> {
        let ListUsersParams {
            role,
            status,
            q,
            limit,
            cursor,
        } = params;
        let filters = [role.map(UserRole::as_str), status.map(UserStatus::as_str), q.as_deref()];
        let list = self.cursors.list(
            "listUsers",
            caller.user.user_id,
            &filters.map(Option::unwrap_or_default),
        );
        let after = list.open_text(cursor.as_deref())?;
        let filter = UserFilter {
            role,
            status,
            beginning: q,
        };
        let page = self.store.list_users(&filter, limit, after.as_deref()).await?;
        let next_cursor = page.next.map(|next| list.seal_text(&next)).transpose()?;
        let items = page.items.iter().map(User::account).collect();
        Ok(ListUsersAnswer::Ok {
            body: AccountList { items, next_cursor },
        })
    }

    async fn create_user(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateUserParams,
        body: NewUser,
    ) -> Result<CreateUserAnswer, CreateUserRefusal> {
        let key = params.idempotency_key.as_deref();
        let created: Created<Account> = match self.once(call, Some(&caller), key, &body).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                refuse_common(
                    "/password",
                    &body.password,
                    &[body.email.as_str(), body.display_name.as_str()],
                )?;
                let new = store::NewUser {
                    password_hash: Some(self.hash(&body.password).await?),
                    email: body.email,
                    display_name: body.display_name,
                    role: body.role,
                };
                let answer = |user| once.keep(created_user(&user));
                self.store.create_user(new, Some(caller.user.user_id), answer).await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(CreateUserAnswer::Created { location, etag, body })
    }

    async fn delete_user(
        &self,
        _call: &Call,
        caller: Caller,
        params: DeleteUserParams,
    ) -> Result<DeleteUserAnswer, DeleteUserRefusal> {
        let user = self.store.get_user(params.user_id).await?.ok_or_else(no_user)?;
        if user.user_id == caller.user.user_id {
            Err(Conflict::new("own-account", "Nobody deletes their own account."))?;
        }
        let occasion = occasion(&caller, &user, params.if_match.as_deref())?;
        self.store.delete_user(user, occasion).await?;
        Ok(DeleteUserAnswer::NoContent)
    }

    async fn get_user(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetUserParams,
    ) -> Result<GetUserAnswer, GetUserRefusal> {
        let user = self.visible_user(caller, params.user_id).await?;
        let etag = entity_tag(user.version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetUserAnswer::NotModified { etag });
        }
        let body = user.account();
        Ok(GetUserAnswer::Ok { etag, body })
    }

    async fn update_user(
        &self,
        _call: &Call,
        caller: Caller,
        params: UpdateUserParams,
        body: UserUpdate,
    ) -> Result<UpdateUserAnswer, UpdateUserRefusal> {
        let user = self.visible_user(caller.clone(), params.user_id).await?;
        if body.status.is_some_and(|status| status != user.status) && caller.user.role != UserRole::Admin {
            Err(Forbidden::new(
                "admin-required",
                "Only administrators change the status.",
            ))?;
        }
        let occasion = occasion(&caller, &user, params.if_match.as_deref())?;
        let user = self.store.update_user(user, body, occasion).await?;
        Ok(UpdateUserAnswer::Ok {
            etag: entity_tag(user.version),
            body: user.account(),
        })
    }

    async fn list_user_activity(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListUserActivityParams,
    ) -> Result<ListUserActivityAnswer, ListUserActivityRefusal> {
        let ListUserActivityParams { user_id, limit, cursor } = params;
        let list = self
            .cursors
            .list("listUserActivity", caller.user.user_id, &[&user_id.to_string()]);
        let user = self.visible_user(caller, user_id).await?;
        let after = list.open(cursor.as_deref())?;
        let page = self.store.list_activity(user.user_id, limit, after).await?;
        let next_cursor = page.next.map(|next| list.seal(next)).transpose()?;
        let items = page.items;
        Ok(ListUserActivityAnswer::Ok {
            body: ActivityList { items, next_cursor },
        })
    }

    async fn set_user_role(
        &self,
        _call: &Call,
        caller: Caller,
        params: SetUserRoleParams,
        body: UserRoleChange,
    ) -> Result<SetUserRoleAnswer, SetUserRoleRefusal> {
        let user = self.visible_user(caller.clone(), params.user_id).await?;
        let occasion = occasion(&caller, &user, params.if_match.as_deref())?;
        let user = self.store.set_role(user, body.role, occasion).await?;
        Ok(SetUserRoleAnswer::Ok {
            etag: entity_tag(user.version),
            body: user.account(),
        })
    }
}

impl App {
    /// A user that the caller may see: themselves, and for administrators everybody.
    async fn visible_user(&self, caller: Caller, user_id: Uuid) -> Result<User, Failure<NotFound>> {
        if user_id == caller.user.user_id {
            return Ok(caller.user);
        }
        if caller.user.role != UserRole::Admin {
            return Err(Failure::Refused(no_user()));
        }
        let user = self.store.get_user(user_id).await?;
        let user = user.filter(|user| user.deleting_since.is_none());
        user.ok_or_else(|| Failure::Refused(no_user()))
    }
}

/// Who changes a user, and on which version; refused where that is not the current one.
fn occasion(caller: &Caller, user: &User, if_match: Option<&str>) -> Result<Occasion, PreconditionFailed> {
    check_if_match(if_match, &entity_tag(user.version))?;
    Ok(Occasion {
        actor: Some(caller.user.user_id),
        expected_version: expected_version(if_match, user.version),
    })
}

fn created_user(user: &User) -> Created<Account> {
    Created {
        location: format!("/api/users/{}", user.user_id),
        etag: entity_tag(user.version),
        body: user.account(),
    }
}

fn no_user() -> NotFound {
    NotFound::new("user-not-found", "There is no such user.")
}
