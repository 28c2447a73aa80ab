//! The generated side: an application behind the generated traits that answers from memory.
//! What is not measured refuses, since every operation must be there.

use actix_web::web::{Data, ServiceConfig};
use lockstep_runtime::actix::{Call, unauthenticated};
use lockstep_runtime::{Failure, InternalError, Secret, Unauthorized};
use spaces_contract::{
    CreatedSpace, Credentials, InvitePolicy, Liveness, LivenessStatus, Logout, MemberListVisibility, NewSpace,
    PasswordChange, PreferencesUpdate, ProfileUpdate, Registration, SpaceKind, SpaceRole, SpaceSettings, TokenRefresh,
};
use spaces_server::api::*;

use crate::cases::{INVITE_CODE, SPACE_ID, TOKEN, VERSION, created_at};

/// Mounts the application, as the server does.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .app_data(Data::new(App))
        .configure(spaces_server::api::configure::<App>);
}

struct App;

impl Security for App {
    type BearerAuth = ();

    async fn bearer_auth(&self, _call: &Call, credential: Secret) -> Result<(), Failure<Unauthorized>> {
        if credential.expose() == TOKEN {
            Ok(())
        } else {
            Err(Failure::Refused(unauthenticated()))
        }
    }
}

/// Operations that nobody measures.
macro_rules! refuse {
    ($($operation:ident($($argument:ty),*) -> $answer:ident, $refusal:ident;)*) => {$(
        async fn $operation(&self, _: &Call, $(_: $argument),*) -> Result<$answer, $refusal> {
            Err(InternalError::because("not part of the benchmark").into())
        }
    )*};
}

impl SystemApi for App {
    async fn get_liveness(&self, _call: &Call) -> Result<GetLivenessAnswer, GetLivenessRefusal> {
        Ok(GetLivenessAnswer::Ok {
            body: Liveness {
                status: LivenessStatus::Alive,
            },
        })
    }

    refuse! {
        get_health() -> GetHealthAnswer, GetHealthRefusal;
        get_version() -> GetVersionAnswer, GetVersionRefusal;
    }
}

impl SpacesApi for App {
    async fn create_space(
        &self,
        _call: &Call,
        _caller: (),
        body: NewSpace,
    ) -> Result<CreateSpaceAnswer, CreateSpaceRefusal> {
        let body = CreatedSpace {
            space_id: SPACE_ID,
            name: body.name,
            kind: SpaceKind::Shared,
            role: SpaceRole::Owner,
            member_count: 1,
            member_list_visibility: MemberListVisibility::Members,
            who_may_invite: InvitePolicy::Admins,
            created_at: created_at(),
            updated_at: created_at(),
            invite_code: Secret::from(INVITE_CODE),
            color: body.color,
            description: body.description,
        };
        let (etag, location) = (format!("\"{VERSION}\""), format!("/api/spaces/{}", body.space_id));
        Ok(CreateSpaceAnswer::Created { etag, location, body })
    }

    refuse! {
        list_spaces((), ListSpacesParams) -> ListSpacesAnswer, ListSpacesRefusal;
        delete_space((), DeleteSpaceParams) -> DeleteSpaceAnswer, DeleteSpaceRefusal;
        get_space((), GetSpaceParams) -> GetSpaceAnswer, GetSpaceRefusal;
        rotate_invite_code((), RotateInviteCodeParams) -> RotateInviteCodeAnswer, RotateInviteCodeRefusal;
        update_space_settings((), UpdateSpaceSettingsParams, SpaceSettings)
            -> UpdateSpaceSettingsAnswer, UpdateSpaceSettingsRefusal;
    }
}

impl AuthApi for App {
    refuse! {
        change_password((), PasswordChange) -> ChangePasswordAnswer, ChangePasswordRefusal;
        login(Credentials) -> LoginAnswer, LoginRefusal;
        logout((), Option<Logout>) -> LogoutAnswer, LogoutRefusal;
        get_me((), GetMeParams) -> GetMeAnswer, GetMeRefusal;
        refresh_tokens(TokenRefresh) -> RefreshTokensAnswer, RefreshTokensRefusal;
        register(Registration) -> RegisterAnswer, RegisterRefusal;
    }
}

impl UsersApi for App {
    refuse! {
        complete_onboarding(()) -> CompleteOnboardingAnswer, CompleteOnboardingRefusal;
        get_preferences((), GetPreferencesParams) -> GetPreferencesAnswer, GetPreferencesRefusal;
        update_preferences((), UpdatePreferencesParams, PreferencesUpdate)
            -> UpdatePreferencesAnswer, UpdatePreferencesRefusal;
        get_profile((), GetProfileParams) -> GetProfileAnswer, GetProfileRefusal;
        update_profile((), UpdateProfileParams, ProfileUpdate) -> UpdateProfileAnswer, UpdateProfileRefusal;
    }
}
