//! Every operation × every status that it documents, each provoked over HTTP and compared with the contract as served:
//! what is documented can happen, and what happens is documented (A1–A4, A25–A29, A31).
//!
//! What cannot be provoked from outside is in `coverage-waivers.toml`, with the reason.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use lockstep_runtime::Operation;
use lockstep_runtime::actix::BodyLimits;
use serde_json::{Value, json};
use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;
use spaces_tests::process::workspace;

use crate::oidc::Trusting;
use crate::rate_limits::while_busy;
use crate::support::{Answer, Call, raw, record};
use crate::world::World;

#[tokio::test]
async fn a02_a03_a04_a31_every_documented_status_happens_and_is_as_documented() {
    let contract = served_contract().await;
    let waived = waived();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        for &status in operation.statuses {
            if waived.contains(&(operation.id.to_owned(), status)) {
                continue;
            }
            let answer = provoke(&World::new().await, operation, status).await;
            if answer.status == status {
                check_against(&contract, operation, &answer);
            } else {
                wrong.push(format!("{} {status}: {answer:?}", operation.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The cells that `cargo lockstep coverage` need not see either; one that it sees makes it fail.
fn waived() -> Vec<(String, u16)> {
    let text = std::fs::read_to_string(workspace().join("coverage-waivers.toml")).unwrap();
    let document: Value = toml::from_str(&text).unwrap();
    let mut waived = Vec::new();
    for waiver in document["waivers"].as_array().unwrap() {
        let several = waiver["operations"].as_array().into_iter().flatten();
        let operations = several.chain([&waiver["operation"]]).filter_map(Value::as_str);
        let status = waiver["status"].as_u64().map(|status| u16::try_from(status).unwrap());
        waived.extend(operations.filter_map(|operation| Some((operation.to_owned(), status?))));
    }
    waived
}

async fn provoke(world: &World, operation: &Operation, status: u16) -> Answer {
    let call = world.call(operation);
    let call = match status {
        200..300 => call,
        304 => call.header("if-none-match", "*"),
        400 if call.body.is_some() => Call {
            body: Some("{".to_owned()),
            ..call
        },
        400 => with_query(call, "%zz"),
        406 => call.header("accept", "image/png"),
        412 => call.header("if-match", "\"stale\""),
        415 => call.header("content-type", "text/plain"),
        422 => with_query(call, "surprise=1"),
        428 => call.without("if-match"),
        401 => return unauthenticated(world, operation, call).await,
        403 => return forbidden(world, operation, call).await,
        404 => return not_found(world, operation, call).await,
        408 => return slow(world, call).await,
        409 => return conflict(world, operation, call).await,
        413 => return cut_off(&world.server, call, "Content-Length: 1048577\r\n", "").await,
        429 => return too_many(world, call).await,
        500 => return fault(world, operation, call).await,
        503 => return unavailable(world, operation, call).await,
        other => panic!("{}: no way to provoke {other}", operation.id),
    };
    call.send(&world.server).await
}

fn with_query(call: Call, query: &str) -> Call {
    let separator = if call.path.contains('?') { '&' } else { '?' };
    Call {
        path: format!("{}{separator}{query}", call.path),
        ..call
    }
}

async fn unauthenticated(world: &World, operation: &Operation, call: Call) -> Answer {
    let call = match operation.id {
        "getMetrics" => {
            let guarded = world
                .reopened(&[("METRICS_TOKEN", "a-token-of-some-length")], BodyLimits::default())
                .await;
            return call.send(&guarded).await;
        }
        "submitFeedback" => call.header("authorization", "Bearer nonsense"),
        "login" => call.json(json!({ "email": "ada@example.org", "password": "not the password" })),
        "refreshTokens" => call.json(json!({ "refreshToken": "spr_nonsense" })),
        _ => call.without("authorization"),
    };
    call.send(&world.server).await
}

async fn forbidden(world: &World, operation: &Operation, call: Call) -> Answer {
    let call = match operation.id {
        "register" => {
            let closed = world
                .reopened(&[("REGISTRATION", "closed")], BodyLimits::default())
                .await;
            return call.send(&closed).await;
        }
        "login" | "refreshTokens" | "logout" => {
            let external = Trusting::new().await;
            return call.token(&external.token()).send(&external.server).await;
        }
        "changePassword" => {
            call.json(json!({ "currentPassword": "not the password", "newPassword": "another horse battery" }))
        }
        "updateUser" => call.json(json!({ "email": "ada@example.org", "displayName": "Ada", "status": "disabled" })),
        // An administrator of nothing, somebody else's invitation, somebody else's tasks, and else a viewer.
        "acceptInvitation" => call.by(&world.ada),
        _ => call.by(&world.dan),
    };
    call.send(&world.server).await
}

/// The same with the id, or the code, of what is not there.
async fn not_found(world: &World, operation: &Operation, call: Call) -> Answer {
    if operation.tag == "Configuration" {
        world.table.remove("CONFIG#aws", "METADATA");
        return call.send(&world.server).await;
    }
    let of_user = operation.path.starts_with("/api/users/{userId}") && !operation.path.contains("{taskId}");
    let users = [&world.ada, &world.fay].map(|user| user.user.user_id.to_string());
    let space = world.space_id.to_string();
    let others = [&space, &world.task_id, &world.own_task_id, &world.invitation_id];
    let unknown = uuid::Uuid::now_v7().to_string();
    let missing = |text: &str| {
        let ids = others.into_iter().chain(users.iter().filter(|_| of_user));
        let text = ids.fold(text.to_owned(), |text, id| text.replace(id, &unknown));
        text.replace(&world.invitation_code, &"A".repeat(world.invitation_code.len()))
            .replace("/first", "/no-such-event")
    };
    let call = Call {
        path: missing(&call.path),
        body: call.body.as_deref().map(missing),
        ..call
    };
    call.send(&world.server).await
}

/// A body that does not come, and a server that does not wait long.
async fn slow(world: &World, call: Call) -> Answer {
    let limits = BodyLimits {
        time: std::time::Duration::from_millis(50),
        ..BodyLimits::default()
    };
    let server = world.reopened(&[], limits).await;
    cut_off(&server, call, "Content-Length: 10\r\n", "{").await
}

/// Sends no more of a body than this.
async fn cut_off(server: &TestServer, call: Call, length: &str, body: &str) -> Answer {
    let answer = raw(server, call.head(length) + body).await;
    let body = Some(body.to_owned());
    record(&Call { body, ..call }, &answer);
    answer
}

async fn conflict(world: &World, operation: &Operation, call: Call) -> Answer {
    let space = world.space_id.to_string();
    let (ada, root) = (world.ada.user.user_id.to_string(), world.root.user.user_id.to_string());
    let (cyd, fay) = (world.cyd.user.user_id.to_string(), world.fay.user.user_id.to_string());
    let instead = |call: Call, this: &str, that: &str| Call {
        path: call.path.replace(this, that),
        body: call.body.map(|body| body.replace(this, that)),
        ..call
    };
    let call = match operation.id {
        "register" | "createUser" => instead(call, "new@example.org", "ada@example.org"),
        "updateUser" => instead(call, "ada@example.org", "bob@example.org"),
        // The last administrator, and oneself.
        "setUserRole" => instead(call, &fay, &root).json(json!({ "role": "user" })),
        "deleteUser" => instead(call, &fay, &root),
        // The last owner.
        "removeMember" | "setMemberRole" => instead(call, &cyd, &ada),
        "deleteSpace" | "rotateInviteCode" | "inviteMember" | "createInvitation" => {
            instead(call, &space, &world.personal_space().await.to_string())
        }
        "createTaskFromEvent" => {
            call.clone().send(&world.server).await;
            call
        }
        _ => return in_flight(world, call).await,
    };
    call.send(&world.server).await
}

/// Requests with one key at the same time: but for one, they come while that is in progress.
async fn in_flight(world: &World, call: Call) -> Answer {
    for round in 0..50 {
        let call = call.clone().header("idempotency-key", format!("round-{round}"));
        let answers = join_all((0..4).map(|_| call.clone().send(&world.server))).await;
        if let Some(answer) = answers.into_iter().find(|answer| answer.status == 409) {
            return answer;
        }
    }
    panic!("never in flight: {call:?}");
}

/// The second request where one is all that there is.
async fn too_many(world: &World, call: Call) -> Answer {
    let one = [("RATE_LIMIT_PER_MINUTE", "1"), ("RATE_LIMIT_BURST", "1")];
    let server = world.reopened(&one, BodyLimits::default()).await;
    call.clone().send(&server).await;
    call.clone().send(&server).await;
    call.send(&server).await
}

/// Damaged data; or, where none is read, a time at which the arithmetic of dates ends.
async fn fault(world: &World, operation: &Operation, call: Call) -> Answer {
    let actor = world.actor(operation);
    let call = match operation.id {
        "register" => return at_the_end_of_time(&world.server, call).await,
        "submitFeedback" => call.by(actor),
        _ => call,
    };
    world.damage(actor);
    call.send(&world.server).await
}

/// Without its table; or, where none is read, with too much to do.
async fn unavailable(world: &World, operation: &Operation, call: Call) -> Answer {
    if operation.id == "getJwks" {
        let busy = world.reopened(&[("MAX_IN_FLIGHT", "1")], BodyLimits::default()).await;
        return while_busy(&busy, &world.ada, call).await;
    }
    world.table.destroy();
    call.send(&world.server).await
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
        _ if media_type.as_deref() != Some("application/json") => assert!(!answer.body.is_empty(), "{place}"),
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
            // The names in these are data.
            if !name.starts_with("by") && name != "detail" {
                visit(member, seen);
            }
        }),
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        _ => {}
    }
}
