//! The other side: what a careful engineer writes by hand on actix-web and serde for the same three answers.
//! Nothing of the generator's runtime is used here, but for the request's id, which the shared middleware leaves.

mod draft;
mod guarded;
mod idempotency;
mod problem;

use std::collections::BTreeSet;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, Accept, CACHE_CONTROL, ETAG, Header as _, LOCATION, Quality};
use actix_web::web::{self, Data, Json, JsonConfig, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Route};
use chrono::{DateTime, Utc};
use serde::Serialize;
use spaces_server::api::OPERATIONS;
use uuid::Uuid;

use self::draft::Draft;
use self::problem::Problem;
use crate::cases::{INVITE_CODE, SPACE_ID, TOKEN, VERSION, created_at};

const JSON: &str = "application/json";

/// Mounts the handlers, and refusals at the paths of all other operations, so that routing costs the same.
pub(crate) fn configure(config: &mut ServiceConfig) {
    mount(config, |route| route.to(get_liveness), |route| route.to(create_space));
}

/// Like [`configure`], with the guarantees of the generated layer.
pub(crate) fn configure_guarded(config: &mut ServiceConfig) {
    mount(
        config,
        |route| route.to(guarded::get_liveness_guarded),
        |route| route.to(guarded::create_space_guarded),
    );
}

fn mount(config: &mut ServiceConfig, liveness: fn(Route) -> Route, creation: fn(Route) -> Route) {
    config.app_data(Data::new(Tokens(TOKEN)));
    config.app_data(
        JsonConfig::default()
            .limit(1 << 20)
            .error_handler(problem::unreadable_json),
    );
    let aliases = OPERATIONS
        .iter()
        .flat_map(|operation| operation.aliases.iter().map(|alias| alias.path));
    let paths: BTreeSet<_> = OPERATIONS
        .iter()
        .map(|operation| operation.path)
        .chain(aliases)
        .collect();
    for path in paths {
        let resource = web::resource(path);
        config.service(match path {
            "/health/live" => resource
                .route(liveness(web::get()))
                .route(liveness(web::head()))
                .default_service(method_not_allowed("GET, HEAD")),
            "/api/spaces" => resource
                .route(web::get().to(not_measured))
                .route(web::head().to(not_measured))
                .route(creation(web::post()))
                .default_service(method_not_allowed("GET, HEAD, POST")),
            _ => resource.route(web::route().method(Method::POST).to(not_measured)),
        });
    }
    config.default_service(web::to(no_such_route));
}

#[derive(Serialize)]
struct Liveness {
    status: &'static str,
}

async fn get_liveness(request: HttpRequest) -> Result<HttpResponse, Problem> {
    accepts_json(&request)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Liveness { status: "alive" }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatedSpace {
    space_id: Uuid,
    name: String,
    kind: &'static str,
    role: &'static str,
    member_count: i32,
    member_list_visibility: &'static str,
    who_may_invite: &'static str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    invite_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

async fn create_space(request: HttpRequest, _: Caller, Json(draft): Json<Draft>) -> Result<HttpResponse, Problem> {
    accepts_json(&request)?;
    // Memory keeps nothing under a key.
    let (_key, wrong) = match idempotency::read(&request) {
        Ok(key) => (key, Vec::new()),
        Err(violations) => (None, violations),
    };
    let space = draft
        .check(wrong)
        .map_err(|violations| Problem::validation_failed(&request, violations))?;
    let body = CreatedSpace {
        space_id: SPACE_ID,
        name: space.name,
        kind: "shared",
        role: "owner",
        member_count: 1,
        member_list_visibility: "members",
        who_may_invite: "admins",
        created_at: created_at(),
        updated_at: created_at(),
        invite_code: INVITE_CODE.to_owned(),
        color: space.color,
        description: space.description,
    };
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((ETAG, format!("\"{VERSION}\"")))
        .insert_header((LOCATION, format!("/api/spaces/{}", body.space_id)))
        .json(body))
}

/// The tokens that are valid.
struct Tokens(&'static str);

/// Somebody with a valid token.
struct Caller;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header
            .and_then(|it| it.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let valid = request.app_data::<Data<Tokens>>().map(|tokens| tokens.0);
        std::future::ready(if token.is_some() && token == valid {
            Ok(Self)
        } else {
            Err(Problem::unauthenticated(request))
        })
    }
}

// Boxing problems would cost the failing requests, which are measured, and save nothing.
#[allow(clippy::result_large_err)]
fn accepts_json(request: &HttpRequest) -> Result<(), Problem> {
    let Some(header) = request.headers().get(ACCEPT) else {
        return Ok(());
    };
    // What nearly every client sends needs no parsing.
    if header == JSON || header == "*/*" {
        return Ok(());
    }
    let accept = Accept::parse(request).unwrap_or_else(|_| Accept::star());
    let is_accepted = accept.iter().any(|range| {
        range.quality > Quality::ZERO && ["application/json", "application/*", "*/*"].contains(&range.item.as_ref())
    });
    if is_accepted {
        Ok(())
    } else {
        Err(Problem::not_acceptable(request))
    }
}

fn method_not_allowed(allow: &'static str) -> Route {
    web::to(move |request: HttpRequest| async move { HttpResponse::from(Problem::method_not_allowed(&request, allow)) })
}

async fn no_such_route(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_route(&request))
}

async fn not_measured() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}
