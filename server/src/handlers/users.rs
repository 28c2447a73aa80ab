//! Operations of the tag Users: profile, onboarding and preferences of the caller.
//! Each works on the caller's own items only.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use lockstep_runtime::{Failure, UnprocessableContent, Violation, ViolationPlace};
use spaces_contract::{NewUser, UserRoleChange, UserUpdate};
use spaces_contract::{NotificationPreferences, Preferences, PreferencesUpdate, ProfileUpdate, PushPreferences, Theme};
use uuid::Uuid;

use super::{check_if_match, entity_tag, is_known};
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
use crate::store::{User, Versioned};

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
        let User { user_id, version, .. } = caller.user;
        check_if_match(params.if_match.as_deref(), &entity_tag(version))?;
        let expected = params.if_match.map(|_| version);
        let user = self.store.update_profile(user_id, body, expected).await?;
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
        if params.if_match.is_some() {
            let current = self.preferences_of(&caller.user).await?.version;
            check_if_match(params.if_match.as_deref(), &entity_tag(current))?;
            expected = Some(current);
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
        _caller: Caller,
        _params: ListUsersParams,
    ) -> Result<ListUsersAnswer, ListUsersRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn create_user(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: CreateUserParams,
        _body: NewUser,
    ) -> Result<CreateUserAnswer, CreateUserRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn delete_user(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: DeleteUserParams,
    ) -> Result<DeleteUserAnswer, DeleteUserRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_user(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetUserParams,
    ) -> Result<GetUserAnswer, GetUserRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn update_user(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: UpdateUserParams,
        _body: UserUpdate,
    ) -> Result<UpdateUserAnswer, UpdateUserRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn list_user_activity(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListUserActivityParams,
    ) -> Result<ListUserActivityAnswer, ListUserActivityRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn set_user_role(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: SetUserRoleParams,
        _body: UserRoleChange,
    ) -> Result<SetUserRoleAnswer, SetUserRoleRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}

impl App {
    /// The stored preferences, or those of somebody who never chose any: version 0.
    async fn preferences_of(&self, user: &User) -> Result<Versioned<Preferences>, lockstep_runtime::Fault> {
        let stored = self.store.get_preferences(user.user_id).await?;
        Ok(stored.unwrap_or_else(|| Versioned {
            version: 0,
            value: Preferences {
                theme: Theme::System,
                language: user.locale.clone(),
                notifications: NotificationPreferences {
                    email: true,
                    push: PushPreferences {
                        tasks: true,
                        events: true,
                        invitations: true,
                    },
                },
                default_space_id: None,
            },
        }))
    }

    async fn check_default_space(&self, user_id: Uuid, space_id: Uuid) -> Result<(), Failure<UnprocessableContent>> {
        match self.store.get_space(user_id, space_id).await {
            Ok(_) => Ok(()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(_)) => Err(Failure::Refused(UnprocessableContent::violations(vec![Violation {
                r#in: ViolationPlace::Body,
                pointer: "/defaultSpaceId".to_owned(),
                code: "unknown-space".to_owned(),
                detail: "must be one of your spaces".to_owned(),
            }]))),
        }
    }
}
