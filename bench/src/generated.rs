//! The generated side: an application behind the generated traits that answers from memory.
//! What is not measured refuses, since every operation must be there.

mod refused;

use actix_web::web::{Data, ServiceConfig};
use lockstep_runtime::actix::{Call, unauthenticated};
use lockstep_runtime::{Failure, Secret, Unauthorized};
use spaces_contract::{
    CreatedSpace, InvitePolicy, Liveness, LivenessStatus, MemberListVisibility, NewFeedback, NewSpace, SpaceKind,
    SpaceRole, SpaceSettings,
};
use spaces_server::api::*;

use self::refused::refuse;
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

    fn bearer_auth_has_role(_caller: &(), _role: Role) -> bool {
        false
    }

    type MetricsToken = ();

    async fn metrics_token(&self, _call: &Call, _credential: Secret) -> Result<(), Failure<Unauthorized>> {
        Err(Failure::Refused(unauthenticated()))
    }
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
        get_jwks() -> GetJwksAnswer, GetJwksRefusal;
        list_feedback((), ListFeedbackParams) -> ListFeedbackAnswer, ListFeedbackRefusal;
        submit_feedback(Option<()>, SubmitFeedbackParams, NewFeedback) -> SubmitFeedbackAnswer, SubmitFeedbackRefusal;
        get_health() -> GetHealthAnswer, GetHealthRefusal;
        get_metrics(Option<()>) -> GetMetricsAnswer, GetMetricsRefusal;
        get_version() -> GetVersionAnswer, GetVersionRefusal;
    }
}

impl SpacesApi for App {
    async fn create_space(
        &self,
        _call: &Call,
        _caller: (),
        _params: CreateSpaceParams,
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
