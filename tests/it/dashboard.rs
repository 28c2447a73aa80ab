//! Dashboards over HTTP: whose figures they are, and that they follow every change. That they are right after any
//! history is a property of the store, and tested there.

use chrono::TimeDelta;
use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::TestServer;

use super::support::{Answer, Call, credentials};
use super::world::{World, operation};

async fn get(server: &TestServer, session: &Session, path: &str) -> Answer {
    Call::get(path).by(session).send(server).await
}

/// The personal space of somebody.
async fn personal(server: &TestServer, session: &Session) -> String {
    let list = get(server, session, "/api/spaces").await.json();
    list["items"][0]["spaceId"].as_str().unwrap().to_owned()
}

fn event(space_id: &str, severity: i32, occurred_at: &str) -> Value {
    json!({
        "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": severity, "account": "1",
        "region": "eu-west-1", "occurredAt": occurred_at, "summary": "It failed.",
    })
}

#[tokio::test]
async fn an_empty_dashboard_has_every_day_and_zeros() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let overview = get(&server, &ada, "/api/dashboard/overview").await;
    let expected = json!({
        "spaces": 1, "members": 1, "openTasks": 0, "overdueTasks": 0, "closedTasks": 0, "events": 0, "criticalEvents": 0,
    });
    assert_eq!((overview.status, overview.json()), (200, expected));
    assert_eq!(overview.header("cache-control"), Some("no-store"));
    let tasks = get(&server, &ada, "/api/dashboard/tasks-stats?days=2").await.json();
    let expected = json!({
        "total": 0, "byStatus": {}, "byPriority": {}, "byAssignee": {}, "overdue": 0, "completionRate": 0.0,
        "daily": [
            { "day": "2026-11-19", "created": 0, "closed": 0 },
            { "day": "2026-11-20", "created": 0, "closed": 0 },
        ],
    });
    assert_eq!(tasks, expected);
    for (days, expected) in [("", 30), ("?days=1", 1), ("?days=90", 90)] {
        let events = get(&server, &ada, &format!("/api/dashboard/events-stats{days}"))
            .await
            .json();
        assert_eq!(events["daily"].as_array().unwrap().len(), expected);
    }
    for days in ["0", "91", "x"] {
        let refused = get(&server, &ada, &format!("/api/dashboard/events-stats?days={days}")).await;
        assert_eq!(refused.status, 422);
    }
}

#[tokio::test]
async fn figures_are_of_one_space_or_of_all_of_the_callers_and_of_no_other() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let space = personal(&server, &ada).await;
    let shared = Call::post("/api/spaces")
        .by(&ada)
        .json(json!({ "name": "Engine" }))
        .send(&server)
        .await
        .json();
    let shared = shared["spaceId"].as_str().unwrap();
    let events = [
        event(&space, 5, "2026-11-20T11:00:00Z"),
        event(&space, 1, "2026-11-19T11:00:00Z"),
        event(shared, 5, "2026-11-20T00:00:00Z"),
    ];
    let taken = Call::post("/api/events")
        .by(&ada)
        .json(json!({ "events": events }))
        .send(&server)
        .await;
    assert_eq!(taken.status, 200);
    let task = json!({ "spaceId": shared, "title": "Oil", "dueAt": "2026-11-20T11:59:59Z" });
    assert_eq!(
        Call::post("/api/tasks").by(&ada).json(task).send(&server).await.status,
        201
    );

    let all = get(&server, &ada, "/api/dashboard/overview").await.json();
    assert_eq!(
        (&all["spaces"], &all["events"], &all["criticalEvents"]),
        (&json!(2), &json!(3), &json!(2))
    );
    assert_eq!(
        (&all["members"], &all["openTasks"], &all["overdueTasks"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let one = get(&server, &ada, &format!("/api/dashboard/overview?spaceId={space}"))
        .await
        .json();
    assert_eq!(
        (&one["spaces"], &one["events"], &one["openTasks"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let stats = get(&server, &ada, "/api/dashboard/events-stats?days=2").await.json();
    assert_eq!(stats["bySeverity"], json!({ "1": 1, "5": 2 }));
    assert_eq!(
        (&stats["byAccount"], &stats["byRegion"]),
        (&json!({ "1": 3 }), &json!({ "eu-west-1": 3 }))
    );
    assert_eq!(stats["bySource"], json!({ "lambda": 3 }));
    assert_eq!(
        stats["daily"],
        json!([{ "day": "2026-11-19", "count": 1 }, { "day": "2026-11-20", "count": 2 }])
    );
    assert_eq!(get(&server, &eve, "/api/dashboard/overview").await.json()["events"], 0);
    for operation in ["overview", "events-stats", "tasks-stats"] {
        for space in [space.as_str(), shared, "01981c1e-5f00-7000-8000-000000000001"] {
            let foreign = get(&server, &eve, &format!("/api/dashboard/{operation}?spaceId={space}")).await;
            assert_eq!(foreign.refused(), (404, "space-not-found".to_owned()));
        }
    }
}

#[tokio::test]
async fn members_count_whatever_their_role() {
    let world = World::new().await;
    let path = format!("/api/dashboard/overview?spaceId={}", world.space_id);
    let overview = get(&world.server, &world.ada, &path).await.json();
    assert_eq!(overview["members"], 4, "an owner, an admin, a member and a viewer");
}

#[tokio::test]
async fn a_task_counts_for_whom_it_is_assigned_to_until_it_is_deleted() {
    let world = World::new().await;
    let path = format!("/api/dashboard/tasks-stats?spaceId={}", world.space_id);
    let stats = get(&world.server, &world.ada, &path).await.json();
    let cyd = world.cyd.user.user_id.to_string();
    assert_eq!((&stats["total"], &stats["byAssignee"]), (&json!(1), &json!({ cyd: 1 })));
    let deleted = world.call(operation("deleteTask")).send(&world.server).await;
    assert_eq!(deleted.status, 204);
    let stats = get(&world.server, &world.ada, &path).await.json();
    assert_eq!((&stats["total"], &stats["byAssignee"]), (&json!(0), &json!({})));
}

#[tokio::test]
async fn open_tasks_grow_old_and_overdue() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let space = personal(&server, &ada).await;
    for due in ["2026-11-20T12:00:00Z", "2026-11-21T00:00:00Z"] {
        let task = json!({ "spaceId": space, "title": "Oil", "dueAt": due });
        assert_eq!(
            Call::post("/api/tasks").by(&ada).json(task).send(&server).await.status,
            201
        );
    }
    let figures = async || {
        let stats = get(&server, &ada, "/api/dashboard/tasks-stats").await.json();
        (
            stats["overdue"].as_i64().unwrap(),
            stats["medianOpenAgeDays"].as_f64().unwrap(),
        )
    };
    assert_eq!(figures().await, (0, 0.0));
    server.advance(TimeDelta::seconds(1));
    assert_eq!(figures().await, (1, 0.0));
    // An access token lives for an hour, so later there is another session.
    let ada_later = async |hours| {
        server.advance(TimeDelta::hours(hours));
        let session = server
            .anonymous()
            .login()
            .body(credentials("ada", spaces_tests::PASSWORD))
            .send()
            .await;
        let stats = get(&server, &session.unwrap().into_inner(), "/api/dashboard/tasks-stats")
            .await
            .json();
        (
            stats["overdue"].as_i64().unwrap(),
            stats["medianOpenAgeDays"].as_f64().unwrap(),
        )
    };
    assert_eq!(ada_later(11).await, (1, 0.0));
    assert_eq!(ada_later(1).await, (2, 1.0));
}

#[tokio::test]
async fn what_is_closed_is_not_overdue_and_counts_for_the_part_that_is_done() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let space = personal(&server, &ada).await;
    let add = async |session: &Session, status: &str| {
        let task = json!({ "spaceId": space, "title": "Oil", "dueAt": "2026-11-20T11:59:59Z", "status": status });
        let added = Call::post("/api/tasks").by(session).json(task).send(&server).await;
        assert_eq!(added.status, 201);
    };
    for status in ["done", "cancelled", "open"] {
        add(&ada, status).await;
    }
    let events = json!({ "events": [event(&space, 4, "2026-11-20T11:00:00Z")] });
    assert_eq!(
        Call::post("/api/events")
            .by(&ada)
            .json(events)
            .send(&server)
            .await
            .status,
        200
    );
    let overview = get(&server, &ada, "/api/dashboard/overview").await.json();
    assert_eq!(
        ["openTasks", "overdueTasks", "closedTasks", "events", "criticalEvents"].map(|figure| &overview[figure]),
        [1, 1, 2, 1, 0]
    );
    let stats = get(&server, &ada, "/api/dashboard/tasks-stats").await.json();
    assert_eq!((&stats["total"], &stats["overdue"]), (&json!(3), &json!(1)));
    assert_eq!(stats["byStatus"], json!({ "done": 1, "cancelled": 1, "open": 1 }));
    assert_eq!(
        (&stats["byPriority"], &stats["byAssignee"]),
        (&json!({ "medium": 3 }), &json!({}))
    );
    let rate = stats["completionRate"].as_f64().unwrap();
    assert!((rate - 2.0 / 3.0).abs() < 0.01, "{rate} of three tasks are closed");

    server.advance(TimeDelta::days(2));
    let client = server.anonymous();
    let login = client.login().body(credentials("ada", spaces_tests::PASSWORD));
    let ada = login.send().await.unwrap().into_inner();
    add(&ada, "open").await;
    let stats = get(&server, &ada, "/api/dashboard/tasks-stats").await.json();
    assert_eq!(stats["medianOpenAgeDays"], 1.0, "one is two days old and one is new");
}

#[tokio::test]
async fn users_are_counted_for_admins() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let refused = get(&server, &ada, "/api/dashboard/users-stats").await;
    assert_eq!(refused.problem().status, 403);
    let stats = server.app.store.get_users_stats(1).await.unwrap();
    assert_eq!(
        (
            stats.total.get(),
            stats.active1_day.get(),
            stats.sign_ups[0].count.get()
        ),
        (1, 1, 1)
    );
    server.advance(TimeDelta::days(1));
    assert_eq!(server.app.store.get_users_stats(1).await.unwrap().active1_day.get(), 0);
    let session = server
        .anonymous()
        .login()
        .body(credentials("ada", spaces_tests::PASSWORD))
        .send()
        .await;
    session.unwrap();
    assert_eq!(server.app.store.get_users_stats(1).await.unwrap().active1_day.get(), 1);
    let active = async || {
        let stats = server.app.store.get_users_stats(1).await.unwrap();
        [stats.active1_day, stats.active7_days, stats.active30_days].map(|count| count.get())
    };
    for (days, expected) in [(7, [0, 0, 1]), (23, [0, 0, 0])] {
        server.advance(TimeDelta::days(days));
        assert_eq!(active().await, expected, "{days} days later");
    }
}
