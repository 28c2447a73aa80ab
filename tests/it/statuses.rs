//! Every operation × every status that it documents, each provoked over HTTP and compared with the contract as served:
//! what is documented can happen, and what happens is documented (A1–A4, A25–A29, A31).
//!
//! What cannot be provoked from outside is in [`UNREACHABLE`], with the reason.

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::Operation;
use serde_json::{Value, json};
use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;

use crate::oidc::Trusting;
use crate::support::{Answer, Call, raw, registration};
use crate::world::World;

/// Documented because any handler may fail, but these have nothing in them that can: no store, no clock arithmetic, no
/// input. That a panic becomes such an answer is seen elsewhere (F20, at `register`).
const UNREACHABLE: [(&str, u16); 3] = [("getHealth", 500), ("getLiveness", 500), ("getVersion", 500)];

#[tokio::test]
async fn a04_every_documented_status_happens_and_is_as_documented() {
    let contract = served_contract().await;
    for operation in OPERATIONS {
        let world = World::new().await;
        let mut statuses = operation.statuses.to_vec();
        statuses.retain(|status| !UNREACHABLE.contains(&(operation.id, *status)));
        statuses.sort_by_key(|status| turn(*status));
        for status in statuses {
            let answer = provoke(&world, operation, status).await;
            assert_eq!(answer.status, status, "{}: {answer:?}", operation.id);
            check_against(&contract, operation, &answer);
        }
    }
}

/// What is stored or over must come last: first refusals, then faults that can be undone, then success.
fn turn(status: u16) -> u8 {
    match status {
        500 => 1,
        200..300 => 2,
        429 => 3,
        503 => 4,
        _ => 0,
    }
}

async fn provoke(world: &World, operation: &Operation, status: u16) -> Answer {
    let server = &world.server;
    let call = world.call(operation);
    let has_body = call.body.is_some();
    let call = match status {
        200..300 => call,
        304 => call.header("if-none-match", "*"),
        400 if has_body => call.text("{"),
        400 => with_query(call, "%zz"),
        401 if operation.security.is_empty() => call.json(wrong_credentials(operation.id)),
        401 => call.without("authorization"),
        404 => Call {
            path: call
                .path
                .replace(&world.space_id.to_string(), &uuid::Uuid::now_v7().to_string()),
            ..call
        },
        406 => call.header("accept", "text/html"),
        412 => call.header("if-match", "\"stale\""),
        415 => call.header("content-type", "text/plain"),
        422 => with_query(call, "surprise=1"),
        428 => call.without("if-match"),
        403 => return forbidden(world, operation, call).await,
        408 => return slow(operation).await,
        409 => return conflict(world, operation, call).await,
        413 => return raw(server, call.head("Content-Length: 1048577\r\n")).await,
        429 => return too_many(server, operation, call).await,
        500 => return fault(world, operation, call).await,
        503 => {
            world.table.destroy();
            call
        }
        other => panic!("{}: no way to provoke {other}", operation.id),
    };
    call.send(server).await
}

fn with_query(call: Call, query: &str) -> Call {
    Call {
        path: format!("{}?{query}", call.path),
        ..call
    }
}

fn wrong_credentials(operation_id: &str) -> Value {
    match operation_id {
        "login" => json!({ "email": "ada@example.org", "password": "not the password" }),
        _ => json!({ "refreshToken": "spr_nonsense" }),
    }
}

async fn forbidden(world: &World, operation: &Operation, call: Call) -> Answer {
    match operation.id {
        "register" => {
            let closed = TestServer::with([("REGISTRATION", "closed".to_owned())]).await;
            call.send(&closed).await
        }
        "login" | "refreshTokens" | "logout" => {
            let external = Trusting::new().await;
            call.token(&external.token()).send(&external.server).await
        }
        "changePassword" => {
            let body = json!({ "currentPassword": "not the password", "newPassword": "another horse battery" });
            call.json(body).send(&world.server).await
        }
        _ => {
            world.set_role("member");
            let answer = call.send(&world.server).await;
            world.set_role("owner");
            answer
        }
    }
}

/// A body that does not come, and a server that does not wait long.
async fn slow(operation: &Operation) -> Answer {
    let limits = lockstep_runtime::actix::BodyLimits {
        // Long enough for the sign-up's own body on a busy machine.
        time: std::time::Duration::from_millis(250),
        ..Default::default()
    };
    let server = TestServer::within(limits).await;
    let mut call = Call::new(
        operation.method,
        operation.path.replace("{spaceId}", &uuid::Uuid::nil().to_string()),
    );
    if !operation.security.is_empty() {
        call = call.by(&server.sign_up("ada").await);
    }
    raw(&server, call.text("").head("Content-Length: 10\r\n") + "{").await
}

async fn conflict(world: &World, operation: &Operation, call: Call) -> Answer {
    if operation.id == "register" {
        return call.json(registration("ada")).send(&world.server).await;
    }
    let personal = world.personal_space().await.to_string();
    let path = call.path.replace(&world.space_id.to_string(), &personal);
    Call { path, ..call }.send(&world.server).await
}

/// Repeats what counts as an attempt, without success, until it is too much.
async fn too_many(server: &TestServer, operation: &Operation, call: Call) -> Answer {
    let body = match operation.id {
        "register" => json!({ "email": "eve@example.org", "password": "password1234", "displayName": "Eve" }),
        "login" => wrong_credentials("login"),
        _ => json!({ "currentPassword": "not the password", "newPassword": "another horse battery" }),
    };
    for _ in 0..100 {
        let answer = call.clone().json(body.clone()).send(server).await;
        if answer.status == 429 {
            return answer;
        }
    }
    call.json(body).send(server).await
}

/// Damaged data; or, where none is read, a time at which the arithmetic of dates ends.
async fn fault(world: &World, operation: &Operation, call: Call) -> Answer {
    if operation.id == "register" {
        return at_the_end_of_time(&world.server, call).await;
    }
    world.set_readable(false);
    let answer = call.send(&world.server).await;
    world.set_readable(true);
    answer
}

/// Asks at the last moment that can be expressed: whoever adds to it panics.
pub(crate) async fn at_the_end_of_time(server: &TestServer, call: Call) -> Answer {
    let left = DateTime::<Utc>::MAX_UTC - server.app.clock.now() - TimeDelta::seconds(1);
    server.advance(left);
    let answer = call.send(server).await;
    server.advance(-left);
    answer
}

async fn served_contract() -> Value {
    Call::get("/openapi.json").send(&TestServer::start().await).await.json()
}

/// Media type and headers are those of the contract: none that it requires is missing, and none is there that it does
/// not know.
fn check_against(contract: &Value, operation: &Operation, answer: &Answer) {
    let place = format!("{} {}", operation.id, answer.status);
    let method = operation.method.to_lowercase();
    let responses = &contract["paths"][operation.path][method]["responses"];
    let documented = resolve(contract, &responses[answer.status.to_string()]);
    assert!(documented.is_object(), "{place} is not documented");
    let media_type = documented["content"]
        .as_object()
        .and_then(|content| content.keys().next().cloned());
    assert_eq!(answer.header("content-type"), media_type.as_deref(), "{place}");
    let headers = documented["headers"].as_object().cloned().unwrap_or_default();
    for (name, header) in &headers {
        let required = resolve(contract, header)["required"] == true;
        assert!(!required || answer.header(name).is_some(), "{place}: no {name}");
    }
    for name in [
        "ETag",
        "Location",
        "WWW-Authenticate",
        "Retry-After",
        "Allow",
        "Link",
        "Deprecation",
        "Sunset",
    ] {
        assert!(
            answer.header(name).is_none() || headers.contains_key(name),
            "{place}: {name} is not documented"
        );
    }
    match answer.status {
        400.. => drop(answer.problem()),
        204 | 304 => assert!(answer.body.is_empty(), "{place}"),
        _ => check_style(&answer.json(), &place),
    }
}

fn resolve<'c>(contract: &'c Value, value: &'c Value) -> &'c Value {
    match value["$ref"].as_str() {
        Some(reference) => contract.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// A31: an object at the top, names in camel case, times in UTC, and no null for what is absent.
fn check_style(body: &Value, place: &str) {
    assert!(body.is_object(), "{place}");
    visit(body, &mut |name, value| {
        let camel =
            name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(camel, "{place}: {name}");
        assert!(!value.is_null(), "{place}: {name} is null");
        if name.ends_with("At") {
            let time = value.as_str().unwrap();
            assert!(
                time.ends_with('Z') && time.parse::<DateTime<Utc>>().is_ok(),
                "{place}: {time}"
            );
        }
    });
}

fn visit(value: &Value, seen: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            seen(name, member);
            visit(member, seen);
        }),
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        _ => {}
    }
}
