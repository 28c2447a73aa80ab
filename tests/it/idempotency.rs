//! Idempotency-Key: one effect and one answer per key, whoever repeats the request and however often.
//! What each create does is in the file of its tag.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::{TestServer, new_space};

use super::support::{Answer, Call};

const KEY: &str = "01981c1e-5f00-7000-8000-00000000000a";

fn create(session: &Session, key: &str, body: Value) -> Call {
    Call::post("/api/spaces")
        .by(session)
        .header("idempotency-key", key)
        .json(body)
}

/// What a client sees of a create.
fn seen(answer: &Answer) -> (u16, Option<String>, Option<String>, String) {
    let header = |name| answer.header(name).map(str::to_owned);
    (answer.status, header("location"), header("etag"), answer.text())
}

/// How many shared spaces somebody has.
async fn spaces(server: &TestServer, session: &Session) -> usize {
    let list = Call::get("/api/spaces?limit=100").by(session).send(server).await.json();
    let items = list["items"].as_array().unwrap();
    items.iter().filter(|space| space["kind"] == "shared").count()
}

#[tokio::test]
async fn a10_a_repetition_gets_the_first_answer_and_has_no_effect() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let first = create(&ada, KEY, json!({ "name": "Engine", "color": "#336699" }))
        .send(&server)
        .await;
    assert_eq!(first.status, 201);
    assert!(first.json()["inviteCode"].is_string());
    server.advance(TimeDelta::hours(23));
    let ada = server
        .anonymous()
        .login()
        .body(super::support::credentials("ada", spaces_tests::PASSWORD))
        .send()
        .await;
    let ada = ada.unwrap().into_inner();
    // The same request in other words, over another path.
    let body = "{ \"color\" : \"#336699\",\n \"name\":\"Engine\" }";
    for path in ["/api/spaces", "/api/spaces/create"] {
        let call = Call::post(path).by(&ada).header("idempotency-key", KEY).text(body);
        assert_eq!(seen(&call.send(&server).await), seen(&first));
    }
    assert_eq!(spaces(&server, &ada).await, 1);
    let space = Call::get(first.header("location").unwrap())
        .by(&ada)
        .send(&server)
        .await;
    assert_eq!((space.status, space.header("etag")), (200, first.header("etag")));
}

#[tokio::test]
async fn a10_without_a_key_every_request_is_a_new_one() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let client = server.with_token(&ada.access_token);
    for _ in 0..2 {
        client.create_space().body(new_space("Engine")).send().await.unwrap();
    }
    assert_eq!(spaces(&server, &ada).await, 2);
}

#[tokio::test]
async fn a11_a_key_of_another_request_is_refused() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    create(&ada, KEY, json!({ "name": "Engine" })).send(&server).await;
    for body in [
        json!({ "name": "engine" }),
        json!({ "name": "Engine", "description": "steam" }),
    ] {
        let answer = create(&ada, KEY, body).send(&server).await;
        assert_eq!(answer.refused(), (422, "idempotency-key-reused".to_owned()));
    }
    assert_eq!(spaces(&server, &ada).await, 1);
}

#[tokio::test]
async fn a11_a_key_that_is_none_is_refused() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    for key in ["", "two words", &"k".repeat(256)] {
        let answer = create(&ada, key, json!({ "name": "Engine" })).send(&server).await;
        assert_eq!(answer.status, 422, "{key}");
        assert!(
            answer.violations()[0].starts_with("header /Idempotency-Key"),
            "{answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_a12_50_posts_of_one_key_have_one_effect() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let post = || create(&ada, KEY, json!({ "name": "Engine" })).send(&server);
    let answers = join_all((0..50).map(|_| post())).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    for answer in refused {
        assert_eq!(answer.refused(), (409, "idempotency-key-in-flight".to_owned()));
    }
    let distinct: HashSet<_> = created.iter().map(|answer| seen(answer)).collect();
    assert_eq!(distinct.len(), 1, "{distinct:?}");
    assert_eq!(spaces(&server, &ada).await, 1);
    assert_eq!(Some(seen(&post().await)), distinct.into_iter().next());
}

#[tokio::test]
async fn a13_a_key_belongs_to_its_caller() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let body = json!({ "name": "Engine" });
    let hers = create(&ada, KEY, body.clone()).send(&server).await;
    let other = create(&eve, KEY, body).send(&server).await;
    assert_eq!((hers.status, other.status), (201, 201));
    assert_ne!(hers.json()["spaceId"], other.json()["spaceId"]);
    assert_ne!(hers.json()["inviteCode"], other.json()["inviteCode"]);
}

#[tokio::test]
async fn a13_a_key_is_kept_for_a_day_and_then_new() {
    let server = TestServer::start().await;
    let create = async || {
        let credentials = super::support::credentials("ada", spaces_tests::PASSWORD);
        let ada = server
            .anonymous()
            .login()
            .body(credentials)
            .send()
            .await
            .unwrap()
            .into_inner();
        create(&ada, KEY, json!({ "name": "Engine" })).send(&server).await
    };
    server.sign_up("ada").await;
    let first = create().await;
    server.advance(TimeDelta::hours(24));
    assert_eq!(seen(&create().await), seen(&first));
    server.advance(TimeDelta::seconds(2));
    let later = create().await;
    assert_eq!(later.status, 201);
    assert_ne!(seen(&later), seen(&first));
}

#[tokio::test]
async fn a14_a_failure_is_not_pinned_to_its_key() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    assert_eq!(create(&ada, KEY, json!({ "name": "" })).send(&server).await.status, 422);
    assert_eq!(
        create(&ada, KEY, json!({ "name": "Engine" }))
            .send(&server)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn s18_s33_neither_the_key_nor_the_code_is_at_rest() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::on_disk(directory.path()).await;
    let ada = server.sign_up("ada").await;
    let created = create(&ada, KEY, json!({ "name": "Engine" })).send(&server).await;
    let code = created.json()["inviteCode"].as_str().unwrap().to_owned();
    let stored: Vec<u8> = std::fs::read_dir(directory.path())
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    let is_stored = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(is_stored("IDEMPOTENCY#"), "the answer is kept");
    assert!(!is_stored(&code) && !is_stored(KEY));
}

/// An operation that takes an Idempotency-Key: its id, its path, a body and another one.
type Create = (&'static str, String, Value, Value);

/// All of them, with what they need.
async fn creates(server: &TestServer, ada: &Session) -> Vec<Create> {
    let post = async |path: &str, body: Value| Call::post(path).by(ada).json(body).send(server).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let space = text(&post("/api/spaces", json!({ "name": "Engine" })).await["spaceId"]);
    let task = text(&post("/api/tasks", json!({ "spaceId": space, "title": "Mill" })).await["taskId"]);
    let event = json!({
        "id": "e1", "spaceId": space, "source": "lambda", "type": "Lambda Error", "severity": 3, "account": "1",
        "region": "eu-west-1", "occurredAt": "2026-11-20T09:30:00Z", "summary": "It failed.", "detail": {},
    });
    post("/api/events", json!({ "events": [event] })).await;
    let user = ada.user.user_id;
    let account = |name: &str| json!({ "email": format!("{name}@example.org"), "password": spaces_tests::PASSWORD, "displayName": name });
    let change = |status: &str| json!({ "items": [{ "action": "set_status", "taskId": task, "status": status }] });
    let titled = |title: &str| json!({ "spaceId": space, "title": title });
    let said = |message: &str| json!({ "category": "idea", "message": message });
    let create = |operation, path: String, body, other| (operation, path, body, other);
    vec![
        create(
            "createSpace",
            "/api/spaces".into(),
            json!({ "name": "Loom" }),
            json!({ "name": "Mill" }),
        ),
        create("submitFeedback", "/api/feedback".into(), said("More."), said("Less.")),
        create("createUser", "/api/users".into(), account("grace"), account("alan")),
        create(
            "inviteMember",
            format!("/api/spaces/{space}/members/invite"),
            json!({ "email": "eve@example.org" }),
            json!({ "email": "eva@example.org" }),
        ),
        create(
            "createInvitation",
            "/api/invitations".into(),
            json!({ "spaceId": space }),
            json!({ "spaceId": space, "maxUses": 7 }),
        ),
        create("createTask", "/api/tasks".into(), titled("Store"), titled("Mill")),
        create(
            "batchTasks",
            "/api/tasks/batch".into(),
            change("done"),
            change("blocked"),
        ),
        create(
            "addTaskComment",
            format!("/api/tasks/{task}/comments"),
            json!({ "body": "So." }),
            json!({ "body": "No." }),
        ),
        create(
            "createUserTask",
            format!("/api/users/{user}/tasks"),
            json!({ "title": "Mine" }),
            json!({ "title": "My own" }),
        ),
        create(
            "createTaskFromEvent",
            "/api/events/e1/create-task".into(),
            json!({}),
            json!({ "again": true }),
        ),
    ]
}

#[tokio::test]
async fn a10_a11_every_operation_that_takes_a_key_replays_its_answer_and_refuses_another_request() {
    let server = TestServer::start().await;
    let ada = server.admin("ada").await;
    let creates = creates(&server, &ada).await;
    let contract = Call::get("/openapi.json").send(&server).await.json();
    let operations = contract["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|it| it.as_object().unwrap().values());
    let takes_key = |it: &&Value| it["parameters"].to_string().contains("IdempotencyKey");
    let mut expected: Vec<_> = operations
        .filter(takes_key)
        .map(|it| it["operationId"].as_str().unwrap())
        .collect();
    let mut tested: Vec<_> = creates.iter().map(|(operation, ..)| *operation).collect();
    expected.sort_unstable();
    tested.sort_unstable();
    assert_eq!(tested, expected);
    for (operation, path, body, other) in creates {
        let call = Call::post(path).by(&ada).header("idempotency-key", KEY);
        let first = call.clone().json(body.clone()).send(&server).await;
        assert!(first.status < 300, "{operation}: {first:?}");
        assert_eq!(
            seen(&call.clone().json(body).send(&server).await),
            seen(&first),
            "{operation}"
        );
        let refused = call.json(other).send(&server).await;
        assert_eq!(
            refused.refused(),
            (422, "idempotency-key-reused".to_owned()),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a13_a_key_of_somebody_unknown_belongs_to_their_address() {
    let server = TestServer::with([("TRUSTED_PROXIES", "127.0.0.1".to_owned())]).await;
    let submit = async |address: &str| {
        let call = Call::post("/api/feedback")
            .header("idempotency-key", KEY)
            .header("x-forwarded-for", address);
        seen(
            &call
                .json(json!({ "category": "idea", "message": "More." }))
                .send(&server)
                .await,
        )
    };
    let first = submit("198.51.100.1").await;
    assert_eq!(first.0, 201);
    assert_eq!(submit("198.51.100.1").await, first);
    assert_ne!(submit("198.51.100.2").await, first);
}
