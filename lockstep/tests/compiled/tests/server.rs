//! What the generated server half of `served.yaml` does with requests before and after the handlers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use actix_http::BoxedPayloadStream;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use lockstep_compiled::served::api::{
    AddRoomAnswer, AddRoomRefusal, ApiKeyOrBearerAuth, ClearRoomsAnswer, ClearRoomsRefusal, CloseRoomAnswer,
    CloseRoomParams, CloseRoomRefusal, GetFirstRoomAnswer, GetFirstRoomRefusal, GetRoomAnswer, GetRoomParams,
    GetRoomRefusal, OPERATIONS, PutRoomAnswer, PutRoomParams, PutRoomRefusal, Role, RoomsApi, Security, configure,
};
use lockstep_compiled::served::types::{self, Kind, NewRoom, Room};
use lockstep_runtime::actix::{BodyLimits, Call, unauthenticated};
use lockstep_runtime::{Failure, Fault, NotFound, Problem, Secret, Unauthorized};

const ROOM: &str = "/rooms/01981c1e-5f00-7000-8000-000000000001";
const ALIAS: &str = "/r/01981c1e-5f00-7000-8000-000000000001";

/// Its callers are called as their credentials.
struct Rooms;

/// Answers with a room that is called as what the handler was given.
fn room(name: impl Into<String>) -> Room {
    Room {
        name: name.into(),
        kind: Kind::Small,
    }
}

impl Security for Rooms {
    type ApiKey = String;

    async fn api_key(&self, _: &Call, credential: Secret) -> Result<String, Failure<Unauthorized>> {
        known(&credential)
    }

    type BearerAuth = String;

    async fn bearer_auth(&self, _: &Call, credential: Secret) -> Result<String, Failure<Unauthorized>> {
        known(&credential)
    }

    fn bearer_auth_has_role(caller: &String, role: Role) -> bool {
        matches!((caller.as_str(), role), ("ada", Role::Admin) | ("olga", Role::Owner))
    }
}

fn known(credential: &Secret) -> Result<String, Failure<Unauthorized>> {
    match credential.expose() {
        "unknown" => Err(Failure::Refused(unauthenticated())),
        "broken" => Err(Fault::unavailable("no answer").into()),
        name => Ok(name.to_owned()),
    }
}

impl RoomsApi for Rooms {
    async fn clear_rooms(&self, _: &Call, _: String) -> Result<ClearRoomsAnswer, ClearRoomsRefusal> {
        Ok(ClearRoomsAnswer::NoContent)
    }

    async fn add_room(
        &self,
        _: &Call,
        caller: ApiKeyOrBearerAuth<Self>,
        body: NewRoom,
    ) -> Result<AddRoomAnswer, AddRoomRefusal> {
        let caller = match caller {
            ApiKeyOrBearerAuth::ApiKey(name) => format!("key {name}"),
            ApiKeyOrBearerAuth::BearerAuth(name) => format!("token {name}"),
        };
        assert_ne!(body.name, "panic", "the handler panics");
        Ok(AddRoomAnswer::Created {
            location: "/rooms/1".to_owned(),
            x_added_at: None,
            body: room(caller),
        })
    }

    async fn get_first_room(
        &self,
        _: &Call,
        caller: Option<String>,
    ) -> Result<GetFirstRoomAnswer, GetFirstRoomRefusal> {
        Ok(GetFirstRoomAnswer::Ok {
            body: room(caller.unwrap_or_else(|| "nobody".to_owned())),
        })
    }

    async fn get_room(&self, _: &Call, _: String, params: GetRoomParams) -> Result<GetRoomAnswer, GetRoomRefusal> {
        if params.room_id.is_nil() {
            Err(NotFound::new("no-such-room", "There is no such room."))?;
        }
        Ok(GetRoomAnswer::Ok {
            body: room(params.room_id.to_string()),
        })
    }

    async fn put_room(
        &self,
        _: &Call,
        _: String,
        params: PutRoomParams,
        _: NewRoom,
    ) -> Result<PutRoomAnswer, PutRoomRefusal> {
        let PutRoomParams {
            seats,
            share,
            kinds,
            kind,
            x_rank,
            theme,
            ..
        } = params;
        Ok(PutRoomAnswer::Ok {
            body: room(format!("{seats} {share} {kinds:?} {kind} {x_rank:?} {theme:?}")),
        })
    }

    async fn close_room(
        &self,
        _: &Call,
        (key, token): (String, String),
        _: CloseRoomParams,
        _: Option<types::Call>,
    ) -> Result<CloseRoomAnswer, CloseRoomRefusal> {
        assert_ne!(key, token);
        Ok(CloseRoomAnswer::NoContent)
    }
}

/// What came back.
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answered {
    async fn of(response: ServiceResponse<impl MessageBody>) -> Self {
        let status = response.status().as_u16();
        let header = |(name, value): (
            &actix_web::http::header::HeaderName,
            &actix_web::http::header::HeaderValue,
        )| { (name.to_string(), value.to_str().unwrap().to_owned()) };
        let headers = response.headers().iter().map(header).collect();
        let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        Self { status, headers, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem: Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        problem
    }

    fn room(&self) -> String {
        serde_json::from_str::<Room>(&self.body)
            .unwrap_or_else(|_| panic!("{}", self.body))
            .name
    }
}

async fn send(request: TestRequest) -> Answered {
    send_raw(request.to_request()).await
}

async fn send_raw(request: actix_http::Request) -> Answered {
    let limits = BodyLimits {
        size: 64,
        time: Duration::from_millis(1),
    };
    let app = App::new()
        .app_data(web::Data::new(Rooms))
        .app_data(limits)
        .configure(configure::<Rooms>);
    let app = test::init_service(app).await;
    Answered::of(app.call(request).await.unwrap()).await
}

fn request(method: Method, uri: &str, token: &str) -> TestRequest {
    let request = TestRequest::with_uri(uri).method(method);
    if token.is_empty() {
        request
    } else {
        request.insert_header(("authorization", format!("Bearer {token}")))
    }
}

fn with_body(uri: &str, body: &'static str) -> TestRequest {
    request(Method::POST, uri, "ada")
        .insert_header(("content-type", "application/json"))
        .insert_header(("content-length", body.len()))
        .set_payload(body)
}

const NEW: &str = r#"{"name":"attic","kind":"big"}"#;

#[actix_web::test]
async fn every_violation_of_every_place_is_listed_at_once() {
    let answer = send(
        with_body(
            "/rooms/7?seats=21&seat=1&kinds=big&kinds=small&kinds=huge&kind=huge",
            r#"{"name":"","size":1}"#,
        )
        .method(Method::PUT)
        .insert_header(("x-rank", "0"))
        .insert_header(("cookie", "theme=system")),
    )
    .await;
    let problem = answer.problem();
    assert_eq!((answer.status, problem.code.as_ref()), (422, "validation-failed"));
    let found: Vec<_> = problem
        .errors
        .iter()
        .map(|it| format!("{} {} {}", it.r#in, it.pointer, it.code))
        .collect();
    assert_eq!(
        found,
        [
            "path /room-id invalid-format",
            "query /kind not-allowed",
            "query /kinds not-allowed",
            "query /kinds too-many-items",
            "query /seat unknown-parameter",
            "query /seats too-large",
            "header /X-Rank too-small",
            "cookie /theme too-long",
            "body /kind required",
            "body /name too-short",
            "body /size unknown-field",
        ]
    );
}

#[actix_web::test]
async fn parameters_have_their_defaults() {
    let sent = |uri: &str| send(with_body(uri, NEW).method(Method::PUT));
    let room = sent(&format!("{ROOM}?kinds=big")).await.room();
    assert_eq!(room, "4 50 [Big] small None None");
    let room = sent(&format!("{ROOM}?kinds=big&kinds=small&seats=5&share=7&kind=big"))
        .await
        .room();
    assert_eq!(room, "5 7 [Big, Small] big None None");
    let missing = sent(ROOM).await.problem();
    assert_eq!(
        (missing.errors[0].pointer.as_str(), missing.errors[0].code.as_ref()),
        ("/kinds", "required")
    );
}

#[actix_web::test]
async fn other_methods_and_paths_are_refused_with_problems() {
    for (uri, allow) in [
        ("/rooms", "DELETE, POST"),
        ("/rooms/first", "GET, HEAD"),
        (ROOM, "GET, HEAD, PUT"),
        (ALIAS, "GET, HEAD"),
    ] {
        let answer = send(request(Method::PATCH, uri, "ada")).await;
        assert_eq!(
            (answer.problem().code.as_ref(), answer.header("allow")),
            ("method-not-allowed", Some(allow))
        );
        assert_eq!(answer.status, 405);
    }
    let answer = send(request(Method::GET, "/nothing", "")).await;
    assert_eq!((answer.status, answer.problem().code.as_ref()), (404, "no-such-route"));
}

#[actix_web::test]
async fn head_answers_as_get_does() {
    let (get, head) = (
        send(request(Method::GET, ROOM, "ada")).await,
        send(request(Method::HEAD, ROOM, "ada")).await,
    );
    assert_eq!((get.status, get.headers), (head.status, head.headers));
}

#[actix_web::test]
async fn what_is_written_out_wins_over_a_parameter() {
    assert_eq!(send(request(Method::GET, "/rooms/first", "")).await.room(), "nobody");
}

#[actix_web::test]
async fn aliases_say_that_they_are_deprecated() {
    let answer = send(request(Method::GET, ALIAS, "ada")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("deprecation"), Some("@1795132800"));
    assert_eq!(answer.header("sunset"), Some("Sat, 20 Nov 2027 00:00:00 GMT"));
    assert_eq!(
        answer.header("link"),
        Some(format!("<{ROOM}>; rel=\"successor-version\"").as_str())
    );
    let canonical = send(request(Method::GET, ROOM, "ada")).await;
    assert_eq!(canonical.header("deprecation"), None);
    let refused = send(request(Method::GET, ALIAS, "")).await;
    assert_eq!(
        (refused.status, refused.header("deprecation")),
        (401, Some("@1795132800"))
    );
}

#[actix_web::test]
async fn roles_are_asked_before_the_handler() {
    for (token, status) in [
        ("ada", 204),
        ("olga", 204),
        ("eve", 403),
        ("", 401),
        ("unknown", 401),
        ("broken", 503),
    ] {
        let answer = send(request(Method::DELETE, "/rooms", token)).await;
        assert_eq!(answer.status, status, "{token}");
        assert_eq!(answer.header("deprecation"), Some("@1795132800"));
        assert_eq!(answer.header("www-authenticate"), (status == 401).then_some("Bearer"));
    }
    let refused = send(request(Method::DELETE, "/rooms", "eve")).await;
    assert_eq!(refused.problem().code, "missing-role");
}

#[actix_web::test]
async fn one_of_several_credentials_is_enough() {
    let add = |uri: &str| with_body(uri, NEW);
    assert_eq!(send(add("/rooms?key=kim")).await.room(), "key kim");
    assert_eq!(send(add("/rooms")).await.room(), "token ada");
    assert_eq!(send(add("/rooms?key=unknown")).await.room(), "token ada");
    let anonymous = |uri: &str| send(with_body(uri, NEW).insert_header(("authorization", "Bearer unknown")));
    assert_eq!(anonymous("/rooms?key=kim").await.room(), "key kim");
    assert_eq!(anonymous("/rooms?key=unknown").await.status, 401);
    assert_eq!(anonymous("/rooms?key=broken").await.status, 503);
}

#[actix_web::test]
async fn credentials_that_belong_together_are_all_needed() {
    let close = |key: &str, token: &str| send(request(Method::POST, &format!("{ROOM}/close{key}"), token));
    assert_eq!(close("?key=kim", "ada").await.status, 204);
    for (key, token) in [
        ("", "ada"),
        ("?key=kim", ""),
        ("?key=unknown", "ada"),
        ("?key=kim", "unknown"),
    ] {
        assert_eq!(close(key, token).await.status, 401, "{key} {token}");
    }
}

#[actix_web::test]
async fn an_optional_credential_must_be_right_where_it_is_sent() {
    let first = |token: &str| send(request(Method::GET, "/rooms/first", token));
    assert_eq!(first("").await.room(), "nobody");
    assert_eq!(first("ada").await.room(), "ada");
    assert_eq!(first("unknown").await.status, 401);
    let odd = send(request(Method::GET, "/rooms/first", "").insert_header(("authorization", "Basic YTpi"))).await;
    assert_eq!(odd.status, 401);
}

#[actix_web::test]
async fn media_types_are_negotiated() {
    let refused = send(request(Method::GET, ROOM, "ada").insert_header(("accept", "text/html"))).await;
    assert_eq!(
        (refused.status, refused.problem().code.as_ref()),
        (406, "not-acceptable")
    );
    let other = send(with_body("/rooms", NEW).insert_header(("content-type", "text/plain"))).await;
    assert_eq!(
        (other.status, other.problem().code.as_ref()),
        (415, "unsupported-media-type")
    );
}

#[actix_web::test]
async fn bodies_are_limited_in_size_and_time() {
    let large = send(with_body(
        "/rooms",
        r#"{"name":"a name that is longer than limits allow","kind":"big"}     "#,
    ))
    .await;
    assert_eq!(
        (large.status, large.problem().code.as_ref()),
        (413, "content-too-large")
    );
    let never: BoxedPayloadStream = Box::pin(futures_util::stream::pending());
    let never = Payload::Stream { payload: never };
    let (slow, _) = with_body("/rooms", NEW).to_request().replace_payload(never);
    let slow = send_raw(slow).await;
    assert_eq!((slow.status, slow.problem().code.as_ref()), (408, "request-timeout"));
    let missing = send(request(Method::POST, "/rooms", "ada")).await;
    assert_eq!((missing.status, missing.problem().code.as_ref()), (400, "missing-body"));
    let malformed = send(with_body("/rooms", "{")).await;
    assert_eq!(
        (malformed.status, malformed.problem().code.as_ref()),
        (400, "malformed-body")
    );
}

#[actix_web::test]
async fn a_panic_is_a_problem_without_its_message() {
    let answer = send(with_body("/rooms", r#"{"name":"panic","kind":"big"}"#)).await;
    assert_eq!((answer.status, answer.problem().code.as_ref()), (500, "internal-error"));
    assert!(!answer.body.contains("panic"));
}

#[actix_web::test]
async fn a_refusal_of_the_handler_and_its_answer_arrive() {
    let missing = send(request(
        Method::GET,
        "/rooms/00000000-0000-0000-0000-000000000000",
        "ada",
    ))
    .await;
    assert_eq!((missing.status, missing.problem().code.as_ref()), (404, "no-such-room"));
    let added = send(with_body("/rooms", NEW)).await;
    assert_eq!((added.status, added.header("location")), (201, Some("/rooms/1")));
    assert_eq!(added.header("x-added-at"), None);
    assert_eq!(
        send(request(Method::GET, "/rooms/first", ""))
            .await
            .header("cache-control"),
        Some("no-store")
    );
}

#[actix_web::test]
async fn every_operation_is_routed() {
    for operation in OPERATIONS {
        let paths = operation.aliases.iter().map(|alias| alias.path).chain([operation.path]);
        for path in paths {
            let uri = path.replace("{room-id}", "01981c1e-5f00-7000-8000-000000000001");
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let status = send(request(method, &uri, "ada")).await.status;
            assert!(![404, 405].contains(&status), "{} {uri}: {status}", operation.method);
        }
    }
}
