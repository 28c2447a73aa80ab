//! Events over HTTP: taking them in, finding them, and the tasks that are made of them.

use futures_util::future::join_all;
use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::TestServer;

use super::support::{Answer, Call};

async fn get(server: &TestServer, session: &Session, path: &str) -> Answer {
    Call::get(path).by(session).send(server).await
}

async fn post(server: &TestServer, session: &Session, path: &str, body: Value) -> Answer {
    Call::post(path).by(session).json(body).send(server).await
}

/// The personal space of somebody.
async fn personal(server: &TestServer, session: &Session) -> String {
    let list = get(server, session, "/api/spaces").await.json();
    list["items"][0]["spaceId"].as_str().unwrap().to_owned()
}

fn event(space_id: &str, id: &str, severity: i32) -> Value {
    json!({
        "id": id, "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": severity,
        "account": "123456789012", "region": "eu-west-1", "occurredAt": "2026-11-20T09:30:00Z",
        "summary": "The function failed 12 times in 5 minutes.", "detail": { "functionName": "mill", "big": 1e300 },
    })
}

/// A server with ada and an event of hers.
async fn with_event(severity: i32) -> (TestServer, Session, String) {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let space = personal(&server, &ada).await;
    let taken = post(
        &server,
        &ada,
        "/api/events",
        json!({ "events": [event(&space, "e1", severity)] }),
    )
    .await;
    assert_eq!(taken.json(), json!({ "items": [{ "eventId": "e1", "status": 201 }] }));
    (server, ada, space)
}

#[tokio::test]
async fn a30_every_event_of_a_batch_has_its_outcome_in_order() {
    let (server, ada, space) = with_event(3).await;
    let eve = server.sign_up("eve").await;
    let foreign = personal(&server, &eve).await;
    let mut unnamed = event(&space, "", 1);
    unnamed.as_object_mut().unwrap().remove("id");
    let events = [
        event(&space, "e2", 1),
        event(&foreign, "e3", 1),
        event(&space, "e1", 1),
        event(&space, "e2", 1),
        unnamed,
    ];
    let answer = post(&server, &ada, "/api/events", json!({ "events": events })).await;
    assert_eq!(answer.status, 200);
    let items = answer.json()["items"].as_array().unwrap().clone();
    let statuses: Vec<_> = items.iter().map(|item| item["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [201, 404, 200, 200, 201]);
    assert_eq!(items[1]["code"], "space-not-found");
    for (count, status) in [(0, 422), (101, 422), (100, 200)] {
        let events: Vec<_> = (0..count).map(|n| event(&space, &format!("n{n}"), 1)).collect();
        assert_eq!(
            post(&server, &ada, "/api/events", json!({ "events": events }))
                .await
                .status,
            status
        );
    }
}

#[tokio::test]
async fn a_detail_of_an_event_has_100_kib_at_most() {
    let (server, ada, space) = with_event(3).await;
    let with_detail = |id: &str, size: usize| {
        let mut event = event(&space, id, 1);
        event["detail"] = json!({ "text": "x".repeat(size - json!({ "text": "" }).to_string().len()) });
        event
    };
    let events = json!({ "events": [with_detail("most", 102_400), with_detail("more", 102_401)] });
    let answer = post(&server, &ada, "/api/events", events).await.json();
    let outcomes = json!([
        { "eventId": "most", "status": 201 },
        { "status": 422, "code": "detail-too-large" },
    ]);
    assert_eq!(answer["items"], outcomes);
    assert_eq!(get(&server, &ada, "/api/events/most").await.status, 200);
    assert_eq!(get(&server, &ada, "/api/events/more").await.status, 404);
}

#[tokio::test]
async fn s27_an_event_is_there_for_the_members_of_its_space_only() {
    let (server, ada, space) = with_event(3).await;
    let eve = server.sign_up("eve").await;
    let found = get(&server, &ada, "/api/events/e1").await;
    assert_eq!((found.status, found.header("etag")), (200, Some("\"1\"")));
    let expected = event(&space, "e1", 3);
    for field in [
        "spaceId",
        "source",
        "type",
        "severity",
        "account",
        "region",
        "occurredAt",
        "summary",
        "detail",
    ] {
        assert_eq!(found.json()[field], expected[field], "{field}");
    }
    let known = Call::get("/api/events/e1")
        .by(&ada)
        .header("if-none-match", "\"1\"")
        .send(&server)
        .await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    for (who, path) in [(&eve, "/api/events/e1"), (&ada, "/api/events/e2")] {
        assert_eq!(
            get(&server, who, path).await.refused(),
            (404, "event-not-found".to_owned())
        );
    }
    let task = post(&server, &eve, "/api/events/e1/create-task", json!({})).await;
    assert_eq!(task.refused(), (404, "event-not-found".to_owned()));
    assert_eq!(get(&server, &eve, "/api/events").await.json(), json!({ "items": [] }));
    let foreign = get(&server, &eve, &format!("/api/events?spaceId={space}")).await;
    assert_eq!(foreign.refused(), (404, "space-not-found".to_owned()));
}

#[tokio::test]
async fn the_list_is_filtered_and_walked_with_a_cursor_of_its_own() {
    let (server, ada, space) = with_event(3).await;
    let events: Vec<_> = (0..9).map(|n| event(&space, &format!("n{n}"), n % 6)).collect();
    post(&server, &ada, "/api/events", json!({ "events": events })).await;
    let names = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["eventId"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = get(&server, &ada, "/api/events?limit=4&severity=2").await.json();
    assert_eq!(names(&first), ["n8", "n5", "n4", "n3"]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let rest = get(
        &server,
        &ada,
        &format!("/api/events?limit=4&severity=2&cursor={cursor}"),
    )
    .await
    .json();
    assert_eq!(
        (names(&rest), rest.get("nextCursor")),
        (vec!["n2".to_owned(), "e1".to_owned()], None)
    );
    for other in [
        "severity=3",
        "severity=2&region=eu-west-1",
        "severity=2&from=2026-11-20T00:00:00Z",
    ] {
        let refused = get(&server, &ada, &format!("/api/events?limit=4&{other}&cursor={cursor}")).await;
        assert_eq!(refused.refused(), (400, "invalid-cursor".to_owned()));
    }
    for (filter, count) in [
        ("account=123456789012&source=lambda&region=eu-west-1", 10),
        ("source=ec2", 0),
        ("from=2026-11-20T09:30:00Z&to=2026-11-20T09:30:00.001Z", 10),
        ("to=2026-11-20T09:30:00Z", 0),
    ] {
        assert_eq!(
            names(&get(&server, &ada, &format!("/api/events?{filter}")).await.json()).len(),
            count,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn a_task_of_an_event_says_what_happened() {
    let (server, ada, space) = with_event(5).await;
    let created = Call::post("/api/events/e1/create-task").by(&ada).send(&server).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let task = created.json();
    assert_eq!(task["title"], "CRITICAL: Lambda Error in lambda");
    assert_eq!(
        (&task["priority"], &task["status"], &task["spaceId"]),
        (&json!("critical"), &json!("open"), &json!(space))
    );
    assert!(
        task["description"]
            .as_str()
            .unwrap()
            .starts_with("The function failed 12 times in 5 minutes.")
    );
    assert_eq!(
        (&task["eventId"], &task["eventDetails"]["detail"]["functionName"]),
        (&json!("e1"), &json!("mill"))
    );
    let location = created.header("location").unwrap();
    let found = get(&server, &ada, location).await;
    assert_eq!(
        (found.status, found.json()["eventDetails"].clone()),
        (200, task["eventDetails"].clone())
    );
    let event = get(&server, &ada, "/api/events/e1").await;
    assert_eq!(
        (event.header("etag"), event.json()["taskId"].clone()),
        (Some("\"2\""), task["taskId"].clone())
    );
}

#[tokio::test]
async fn an_event_has_one_task_unless_another_is_wanted() {
    let (server, ada, _) = with_event(0).await;
    let create = |body: Value| post(&server, &ada, "/api/events/e1/create-task", body);
    let racers = join_all((0..8).map(|_| create(json!({ "title": "Once" })))).await;
    let mut statuses: Vec<_> = racers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 7]].concat());
    assert_eq!(create(json!({})).await.refused(), (409, "task-exists".to_owned()));
    let again = create(json!({ "again": true, "description": "Once more." })).await;
    assert_eq!((again.status, &again.json()["priority"]), (201, &json!("low")));
    assert_eq!(
        get(&server, &ada, "/api/events/e1").await.json()["taskId"],
        again.json()["taskId"]
    );
    let stranger = json!({ "again": true, "assigneeId": "01981c1e-5f00-7000-8000-000000000001" });
    assert_eq!(create(stranger).await.violations(), ["body /assigneeId unknown-member"]);
    let tasks = get(&server, &ada, "/api/tasks").await.json();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a10_a_task_of_an_event_is_created_once_per_key() {
    let (server, ada, _) = with_event(2).await;
    let create = |again: bool| {
        let call = Call::post("/api/events/e1/create-task")
            .by(&ada)
            .header("idempotency-key", "key");
        call.json(json!({ "again": again }))
    };
    let (first, second) = (create(false).send(&server).await, create(false).send(&server).await);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.text(), second.text());
    assert_eq!(
        create(true).send(&server).await.refused(),
        (422, "idempotency-key-reused".to_owned())
    );
}

#[tokio::test]
async fn s26_a_viewer_reads_events_and_adds_nothing() {
    let (server, ada, _) = with_event(2).await;
    let vic = server.sign_up("vic").await;
    let space = post(&server, &ada, "/api/spaces", json!({ "name": "Engine" }))
        .await
        .json();
    let space = space["spaceId"].as_str().unwrap();
    let invitation = json!({ "spaceId": space, "role": "viewer", "maxUses": 1 });
    let invitation = post(&server, &ada, "/api/invitations", invitation).await.json();
    let code = json!({ "code": invitation["code"] });
    assert_eq!(post(&server, &vic, "/api/invitations/accept", code).await.status, 200);
    let taken = json!({ "events": [event(space, "e2", 3)] });
    assert_eq!(
        post(&server, &ada, "/api/events", taken).await.json()["items"][0]["status"],
        201
    );
    assert_eq!(get(&server, &vic, "/api/events/e2").await.status, 200);
    assert_eq!(get(&server, &vic, "/api/dashboard/overview").await.json()["events"], 1);
    let refused = post(
        &server,
        &vic,
        "/api/events",
        json!({ "events": [event(space, "e3", 3)] }),
    )
    .await;
    assert_eq!(
        refused.json(),
        json!({ "items": [{ "status": 403, "code": "space-member-required" }] })
    );
    let refused = post(&server, &vic, "/api/events/e2/create-task", json!({})).await;
    assert_eq!(refused.refused(), (403, "space-member-required".to_owned()));
}
