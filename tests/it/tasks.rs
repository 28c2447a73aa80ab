//! Tasks: in shared spaces by the roles there, in the personal space by its owner; their lists, comments and batches.
//! To who is not in its space a task does not exist.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use spaces_contract::{Session, Uuid};
use spaces_tests::{TestServer, noon};

use super::support::{Answer, Call};

/// A shared space with people of every role, and a stranger.
struct World {
    server: TestServer,
    owner: Session,
    admin: Session,
    member: Session,
    viewer: Session,
    stranger: Session,
    space_id: Uuid,
}

impl World {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let owner = server.sign_up("owner").await;
        let space_id = space(&server, &owner, "Engine").await;
        let admin = joined(&server, &owner, space_id, "admin").await;
        let member = joined(&server, &owner, space_id, "member").await;
        let viewer = joined(&server, &owner, space_id, "viewer").await;
        let stranger = server.sign_up("stranger").await;
        Self {
            server,
            owner,
            admin,
            member,
            viewer,
            stranger,
            space_id,
        }
    }

    async fn send(&self, call: Call, by: &Session) -> Answer {
        call.by(by).send(&self.server).await
    }

    /// A task of the space, made by its member.
    async fn task(&self, more: Value) -> Value {
        let call = Call::post("/api/tasks").json(new_task(self.space_id, more));
        created(self.send(call, &self.member).await)
    }
}

async fn space(server: &TestServer, owner: &Session, name: &str) -> Uuid {
    let answer = Call::post("/api/spaces")
        .by(owner)
        .json(json!({ "name": name }))
        .send(server)
        .await;
    id(&created(answer), "spaceId")
}

/// Signs somebody up who is then in the space with the role of their name.
async fn joined(server: &TestServer, owner: &Session, space_id: Uuid, role: &str) -> Session {
    let session = server.sign_up(role).await;
    let invitation = json!({ "spaceId": space_id, "role": role });
    let invitation = created(
        Call::post("/api/invitations")
            .by(owner)
            .json(invitation)
            .send(server)
            .await,
    );
    let code = json!({ "code": invitation["code"] });
    let accepted = Call::post("/api/invitations/accept")
        .by(&session)
        .json(code)
        .send(server)
        .await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    session
}

fn new_task(space_id: Uuid, more: Value) -> Value {
    let mut body = json!({ "spaceId": space_id, "title": "Oil the engine" });
    merge(&mut body, more);
    body
}

fn merge(body: &mut Value, more: Value) {
    let (Value::Object(body), Value::Object(more)) = (body, more) else {
        panic!("objects")
    };
    body.extend(more);
}

#[track_caller]
fn created(answer: Answer) -> Value {
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[track_caller]
fn id(value: &Value, name: &str) -> Uuid {
    value[name].as_str().unwrap().parse().unwrap()
}

fn path(task: &Value) -> String {
    format!("/api/tasks/{}", task["taskId"].as_str().unwrap())
}

fn patch(path: impl Into<String>, body: Value) -> Call {
    let call = Call::new("PATCH", path).json(body);
    call.header("content-type", "application/merge-patch+json")
}

fn put(path: impl Into<String>, body: Value) -> Call {
    Call::new("PUT", path).json(body)
}

fn update(more: Value) -> Value {
    let mut body = json!({ "title": "Oil it", "status": "open", "priority": "low" });
    merge(&mut body, more);
    body
}

fn user_id(session: &Session) -> Uuid {
    session.user.user_id
}

#[tokio::test]
async fn a09_a_created_task_is_there_at_once_for_all_members() {
    let world = World::new().await;
    let assignee = user_id(&world.viewer);
    let more = json!({ "assigneeId": assignee, "dueAt": "2026-12-01T09:00:00.0004Z", "description": "All of it" });
    let call = Call::post("/api/tasks").json(new_task(world.space_id, more));
    let answer = world.send(call, &world.member).await;
    let task = answer.json();
    assert_eq!(answer.header("location"), Some(path(&task).as_str()));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(
        (&task["status"], &task["priority"], &task["version"]),
        (&json!("open"), &json!("medium"), &json!(1))
    );
    assert_eq!(
        (&task["createdAt"], &task["updatedAt"]),
        (&json!(noon()), &json!(noon()))
    );
    assert_eq!(task["createdBy"], json!(user_id(&world.member)));
    assert!(task.get("closedAt").is_none());
    let mut expected = task.clone();
    expected["comments"] = json!({ "items": [] });
    for session in [&world.owner, &world.admin, &world.member, &world.viewer] {
        let read = world.send(Call::get(path(&task)), session).await;
        assert_eq!((read.status, read.header("etag")), (200, Some("\"1\"")));
        assert_eq!(read.json(), expected);
        let known = world
            .send(Call::get(path(&task)).header("if-none-match", "\"1\""), session)
            .await;
        assert_eq!(
            (known.status, known.header("etag"), known.body.len()),
            (304, Some("\"1\""), 0)
        );
        let list = world.send(Call::get("/api/tasks"), session).await.json();
        assert_eq!(list, json!({ "items": [task] }));
    }
    let hidden = world.send(Call::get(path(&task)), &world.stranger).await;
    let missing = world
        .send(Call::get(format!("/api/tasks/{}", world.space_id)), &world.member)
        .await;
    assert_eq!(hidden.refused(), (404, "task-not-found".to_owned()));
    assert_eq!(missing.refused(), hidden.refused());
    assert_eq!(
        world.send(Call::get("/api/tasks"), &world.stranger).await.json(),
        json!({ "items": [] })
    );
    let list = Call::get(format!("/api/tasks?spaceId={}", world.space_id));
    assert_eq!(
        world.send(list, &world.stranger).await.refused(),
        (404, "space-not-found".to_owned())
    );
}

#[tokio::test]
async fn s26_who_may_do_what_with_a_task() {
    let world = World::new().await;
    let sessions = [
        &world.owner,
        &world.admin,
        &world.member,
        &world.viewer,
        &world.stranger,
    ];
    let create = |_: &Value| Call::post("/api/tasks").json(new_task(world.space_id, json!({})));
    let replace = |task: &Value| put(path(task), update(json!({}))).header("if-match", "*");
    let change = |task: &Value| patch(path(task), json!({ "title": "Oil it" })).header("if-match", "*");
    let status = |task: &Value| put(format!("{}/status", path(task)), json!({ "status": "done" }));
    let comment = |task: &Value| Call::post(format!("{}/comments", path(task))).json(json!({ "body": "So" }));
    let comments = |task: &Value| Call::get(format!("{}/comments", path(task)));
    let delete = |task: &Value| Call::new("DELETE", path(task));
    type Attempt<'a> = &'a dyn Fn(&Value) -> Call;
    let cells: [(Attempt<'_>, [u16; 5]); 7] = [
        (&create, [201, 201, 201, 403, 404]),
        (&replace, [200, 200, 200, 403, 404]),
        (&change, [200, 200, 200, 403, 404]),
        (&status, [200, 200, 200, 403, 404]),
        (&comment, [201, 201, 201, 403, 404]),
        (&comments, [200, 200, 200, 200, 404]),
        (&delete, [204, 204, 403, 403, 404]),
    ];
    for (call, expected) in cells {
        for (session, status) in sessions.iter().zip(expected) {
            let task = world.task(json!({})).await;
            let call = call(&task);
            let answer = world.send(call.clone(), session).await;
            assert_eq!(answer.status, status, "{call:?} {answer:?}");
        }
    }
}

#[tokio::test]
async fn a07_a_change_needs_the_current_version() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let calls = [
        put(path(&task), update(json!({}))),
        patch(path(&task), json!({ "priority": "high" })),
    ];
    for call in &calls {
        let refused = |answer: Answer| answer.refused();
        let code = |status, code: &str| (status, code.to_owned());
        let without = call.clone();
        assert_eq!(
            refused(world.send(without.clone(), &world.member).await),
            code(428, "if-match-required")
        );
        assert_eq!(
            refused(world.send(without.clone(), &world.viewer).await),
            code(403, "space-role-required")
        );
        assert_eq!(
            refused(world.send(without, &world.stranger).await),
            code(404, "task-not-found")
        );
        for stale in ["\"7\"", "W/\"1\"", "W/\"2\""] {
            let call = call.clone().header("if-match", stale);
            assert_eq!(
                refused(world.send(call.clone(), &world.member).await),
                code(412, "stale-version")
            );
            assert_eq!(
                refused(world.send(call.clone(), &world.viewer).await),
                code(403, "space-role-required")
            );
            assert_eq!(
                refused(world.send(call, &world.stranger).await),
                code(404, "task-not-found")
            );
        }
    }
    let [replace, change] = calls;
    let first = world.send(replace.header("if-match", "\"1\""), &world.member).await;
    assert_eq!(
        (first.status, first.header("etag"), &first.json()["version"]),
        (200, Some("\"2\""), &json!(2))
    );
    let second = world
        .send(change.clone().header("if-match", "\"1\""), &world.member)
        .await;
    assert_eq!(second.refused(), (412, "stale-version".to_owned()));
    let third = world
        .send(change.header("if-match", "\"1\", \"2\""), &world.member)
        .await;
    assert_eq!(
        (third.status, third.header("etag"), &third.json()["priority"]),
        (200, Some("\"3\""), &json!("high"))
    );
    let status = put(format!("{}/status", path(&task)), json!({ "status": "done" }));
    let stale = world
        .send(status.clone().header("if-match", "\"2\""), &world.member)
        .await;
    assert_eq!(stale.refused(), (412, "stale-version".to_owned()));
    assert_eq!(world.send(status, &world.member).await.status, 200);
    let delete = Call::new("DELETE", path(&task));
    let stale = world
        .send(delete.clone().header("if-match", "\"3\""), &world.admin)
        .await;
    assert_eq!(stale.refused(), (412, "stale-version".to_owned()));
    assert_eq!(
        world
            .send(delete.header("if-match", "\"4\""), &world.admin)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn of_many_status_changes_on_one_etag_one_happens_and_without_one_all() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let status = |n: usize| {
        let status = ["open", "in_progress", "blocked", "done", "cancelled"][n % 5];
        put(format!("{}/status", path(&task)), json!({ "status": status }))
    };
    let racing = (0..16).map(|n| world.send(status(n).header("if-match", "\"1\""), &world.member));
    let answers = join_all(racing).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[412; 15]].concat());
    let done = answers.iter().find(|answer| answer.status == 200).unwrap().json();
    let mut read = world.send(Call::get(path(&task)), &world.member).await.json();
    read.as_object_mut().unwrap().remove("comments");
    assert_eq!(read, done);
    let answers = join_all((0..4).map(|n| world.send(status(n), &world.member))).await;
    let versions: BTreeSet<_> = answers.iter().map(|answer| answer.json()["version"].as_i64()).collect();
    assert_eq!(versions, BTreeSet::from([Some(3), Some(4), Some(5), Some(6)]));
}

#[tokio::test]
async fn a15_null_clears_and_absent_keeps_and_a_replacement_clears_what_is_absent() {
    let world = World::new().await;
    let (due, assignee) = ("2026-12-01T09:00:00Z", user_id(&world.viewer));
    let more = json!({ "assigneeId": assignee, "dueAt": due, "description": "All", "priority": "critical" });
    let task = world.task(more).await;
    let kept = patch(path(&task), json!({ "title": "Oil it", "assigneeId": null })).header("if-match", "\"1\"");
    let kept = world.send(kept, &world.member).await.json();
    assert_eq!(
        (&kept["title"], &kept["dueAt"], &kept["description"]),
        (&json!("Oil it"), &json!(due), &json!("All"))
    );
    assert!(kept.get("assigneeId").is_none());
    let cleared = patch(path(&task), json!({ "dueAt": null, "description": null })).header("if-match", "\"2\"");
    let cleared = world.send(cleared, &world.member).await.json();
    assert!(cleared.get("dueAt").is_none() && cleared.get("description").is_none());
    let full = update(json!({ "dueAt": due, "description": "Again", "assigneeId": assignee }));
    let full = world
        .send(put(path(&task), full).header("if-match", "\"3\""), &world.member)
        .await
        .json();
    assert_eq!((&full["dueAt"], &full["assigneeId"]), (&json!(due), &json!(assignee)));
    let bare = put(path(&task), update(json!({}))).header("if-match", "\"4\"");
    let bare = world.send(bare, &world.member).await.json();
    for field in ["dueAt", "description", "assigneeId"] {
        assert!(bare.get(field).is_none(), "{bare}");
    }
    let null = patch(path(&task), json!({ "title": null })).header("if-match", "\"5\"");
    assert_eq!(world.send(null, &world.member).await.status, 422);
    let other_type = patch(path(&task), json!({}))
        .header("if-match", "\"5\"")
        .header("content-type", "application/json");
    assert_eq!(world.send(other_type, &world.member).await.status, 415);
}

#[tokio::test]
async fn a_task_is_closed_on_entering_done_or_cancelled_and_reopened() {
    let world = World::new().await;
    let task = world.task(json!({ "status": "done" })).await;
    assert_eq!(task["closedAt"], json!(noon()));
    world.server.advance(TimeDelta::minutes(10));
    let set = async |status: &str| {
        let call = put(format!("{}/status", path(&task)), json!({ "status": status }));
        let task = world.send(call, &world.member).await.json();
        assert_eq!(task["status"], json!(status));
        task.get("closedAt").cloned()
    };
    assert_eq!(set("cancelled").await, Some(json!(noon())));
    assert_eq!(set("blocked").await, None);
    world.server.advance(TimeDelta::minutes(10));
    assert_eq!(set("done").await, Some(json!(noon() + TimeDelta::minutes(20))));
    let reopened = patch(path(&task), json!({ "status": "in_progress" })).header("if-match", "*");
    assert!(
        world
            .send(reopened, &world.member)
            .await
            .json()
            .get("closedAt")
            .is_none()
    );
}

#[tokio::test]
async fn only_members_are_assigned() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let stranger = json!({ "assigneeId": user_id(&world.stranger) });
    let calls = [
        Call::post("/api/tasks").json(new_task(world.space_id, stranger.clone())),
        put(path(&task), update(stranger.clone())).header("if-match", "*"),
        patch(path(&task), stranger.clone()).header("if-match", "*"),
    ];
    for call in calls {
        assert_eq!(
            world.send(call.clone(), &world.member).await.violations(),
            ["body /assigneeId not-a-member"]
        );
        assert_eq!(world.send(call, &world.stranger).await.status, 404);
    }
    let read = world.send(Call::get(path(&task)), &world.member).await;
    assert_eq!(read.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn comments_are_listed_oldest_first_and_change_the_etag_of_their_task() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let comments = format!("{}/comments", path(&task));
    for n in 0..30 {
        let call = Call::post(&comments).json(json!({ "body": format!("Comment {n}") }));
        let answer = world.send(call, &world.member).await;
        let comment = answer.json();
        assert_eq!(answer.header("etag"), Some("\"1\""));
        assert!(answer.header("location").unwrap().starts_with(&comments));
        assert_eq!(
            (&comment["authorId"], &comment["createdAt"]),
            (&json!(user_id(&world.member)), &json!(noon()))
        );
    }
    let known = world
        .send(Call::get(path(&task)).header("if-none-match", "\"1\""), &world.viewer)
        .await;
    assert_eq!((known.status, known.header("etag")), (200, Some("\"31\"")));
    let bodies = |list: &Value| -> Vec<_> {
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| item["body"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<_> = (0..30).map(|n| format!("Comment {n}")).collect();
    let detail = known.json();
    assert_eq!(bodies(&detail["comments"]), all[..25]);
    // The cursor of the first page goes on in the list.
    let next = format!(
        "{comments}?cursor={}",
        detail["comments"]["nextCursor"].as_str().unwrap()
    );
    let rest = world.send(Call::get(next.clone()), &world.viewer).await.json();
    assert_eq!((bodies(&rest), rest.get("nextCursor")), (all[25..].to_vec(), None));
    assert_eq!(
        world.send(Call::get(next), &world.member).await.refused(),
        (400, "invalid-cursor".to_owned())
    );
    let page = world
        .send(Call::get(format!("{comments}?limit=30")), &world.viewer)
        .await
        .json();
    assert_eq!((bodies(&page), page.get("nextCursor")), (all, None));
    for body in ["", &"x".repeat(4_001)] {
        let call = Call::post(&comments).json(json!({ "body": body }));
        assert_eq!(world.send(call, &world.member).await.status, 422);
    }
}

#[tokio::test]
async fn a30_a_batch_answers_for_each_item_what_the_single_operation_would() {
    let world = World::new().await;
    let (a, b, c) = (
        world.task(json!({})).await,
        world.task(json!({})).await,
        world.task(json!({})).await,
    );
    let foreign_space = space(&world.server, &world.stranger, "Elsewhere").await;
    let foreign = Call::post("/api/tasks").json(new_task(foreign_space, json!({})));
    let foreign = created(world.send(foreign, &world.stranger).await);
    let missing = world.space_id;
    let items = json!({ "items": [
        { "taskId": a["taskId"], "action": "set_status", "status": "done" },
        { "taskId": foreign["taskId"], "action": "delete" },
        { "taskId": b["taskId"], "action": "assign", "assigneeId": user_id(&world.viewer) },
        { "taskId": missing, "action": "assign" },
        { "taskId": c["taskId"], "action": "delete" },
    ] });
    let answer = world
        .send(Call::post("/api/tasks/batch").json(items.clone()), &world.member)
        .await;
    assert_eq!(
        answer.json(),
        json!({ "items": [
        { "taskId": a["taskId"], "status": 200 },
        { "taskId": foreign["taskId"], "status": 404, "code": "task-not-found" },
        { "taskId": b["taskId"], "status": 200 },
        { "taskId": missing, "status": 404, "code": "task-not-found" },
        { "taskId": c["taskId"], "status": 403, "code": "space-role-required" },
    ] })
    );
    let read = world.send(Call::get(path(&a)), &world.member).await.json();
    assert_eq!((&read["status"], &read["closedAt"]), (&json!("done"), &json!(noon())));
    let deletions = json!({ "items": [
        { "taskId": c["taskId"], "action": "delete" },
        { "taskId": b["taskId"], "action": "assign", "assigneeId": user_id(&world.stranger) },
    ] });
    let batch = Call::post("/api/tasks/batch")
        .header("idempotency-key", "once")
        .json(deletions);
    let first = world.send(batch.clone(), &world.admin).await;
    assert_eq!(
        first.json(),
        json!({ "items": [
        { "taskId": c["taskId"], "status": 204 },
        { "taskId": b["taskId"], "status": 422, "code": "validation-failed" },
    ] })
    );
    assert_eq!(world.send(batch, &world.admin).await.text(), first.text(), "A10");
}

#[tokio::test]
async fn a30_a_batch_that_makes_no_sense_is_refused_as_a_whole() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let other = world.space_id;
    let items = json!({ "items": [
        { "taskId": task["taskId"], "action": "delete" },
        { "taskId": task["taskId"], "action": "set_status" },
        { "taskId": other, "action": "assign", "status": "done" },
    ] });
    let answer = world
        .send(Call::post("/api/tasks/batch").json(items), &world.admin)
        .await;
    let violations = [
        "body /items/1/status required",
        "body /items/1/taskId duplicate",
        "body /items/2/status unexpected",
    ];
    assert_eq!(answer.violations(), violations);
    assert_eq!(world.send(Call::get(path(&task)), &world.member).await.status, 200);
    let many: Vec<_> = (0..101)
        .map(|_| json!({ "taskId": other, "action": "delete" }))
        .collect();
    for items in [json!([]), json!(many)] {
        let call = Call::post("/api/tasks/batch").json(json!({ "items": items }));
        assert_eq!(world.send(call, &world.admin).await.status, 422);
    }
}

#[tokio::test]
async fn personal_tasks_are_those_of_the_personal_space_and_of_nobody_else() {
    let world = World::new().await;
    let ada = &world.member;
    for prefix in ["/api/users", "/api"] {
        let tasks = format!("{prefix}/{}/tasks", user_id(ada));
        let call = Call::post(&tasks).json(json!({ "title": "Rest", "dueAt": "2026-12-01T09:00:00Z" }));
        let answer = world.send(call.clone(), ada).await;
        let task = created(answer.clone());
        let id = task["taskId"].as_str().unwrap();
        assert_eq!(
            answer.header("location"),
            Some(format!("/api/users/{}/tasks/{id}", user_id(ada)).as_str())
        );
        let own = format!("{tasks}/{id}");
        let read = world.send(Call::get(&own), ada).await;
        assert_eq!(
            (read.status, read.header("etag"), &read.json()["title"]),
            (200, Some("\"1\""), &json!("Rest"))
        );
        let patched = world
            .send(patch(&own, json!({ "dueAt": null, "status": "done" })), ada)
            .await
            .json();
        assert_eq!((patched.get("dueAt"), &patched["closedAt"]), (None, &json!(noon())));
        let body = json!({ "title": "Rest more", "status": "open", "priority": "low" });
        let stale = put(&own, body.clone()).header("if-match", "\"1\"");
        assert_eq!(
            world.send(stale, ada).await.refused(),
            (412, "stale-version".to_owned())
        );
        let replaced = world.send(put(&own, body), ada).await.json();
        assert_eq!(
            (&replaced["title"], replaced.get("closedAt")),
            (&json!("Rest more"), None)
        );
        let list = world.send(Call::get(&tasks), ada).await.json();
        assert_eq!(list["items"], json!([replaced]));
        let calls = [
            Call::get(&tasks),
            call,
            Call::get(&own),
            patch(&own, json!({})),
            put(&own, json!({ "title": "Mine", "status": "open", "priority": "low" })),
            Call::new("DELETE", &own),
        ];
        for call in calls {
            let answer = world.send(call.clone(), &world.owner).await;
            assert_eq!(answer.refused(), (403, "not-your-tasks".to_owned()), "{call:?}");
        }
        assert_eq!(world.send(Call::get(path(&replaced)), &world.owner).await.status, 404);
        assert_eq!(world.send(Call::new("DELETE", &own), ada).await.status, 204);
        assert_eq!(
            world.send(Call::get(&own), ada).await.refused(),
            (404, "task-not-found".to_owned())
        );
    }
}

#[tokio::test]
async fn s27_a_shared_task_is_no_personal_one() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let path = format!(
        "/api/users/{}/tasks/{}",
        user_id(&world.owner),
        task["taskId"].as_str().unwrap()
    );
    let calls = [
        Call::get(&path),
        patch(&path, json!({ "title": "Mine" })),
        put(&path, json!({ "title": "Mine", "status": "open", "priority": "low" })),
        Call::new("DELETE", &path),
    ];
    for call in calls {
        assert_eq!(
            world.send(call, &world.owner).await.refused(),
            (404, "task-not-found".to_owned())
        );
    }
}

/// Every page of a list, one after the other.
async fn traverse(world: &World, path: &str, by: &Session) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.send(Call::get(format!("{path}{cursor}")), by).await.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test]
async fn a16_the_list_merges_all_spaces_and_its_cursor_is_for_this_list_only() {
    let world = World::new().await;
    let second = space(&world.server, &world.member, "Second").await;
    let personal = format!("/api/users/{}/tasks", user_id(&world.member));
    let mut titles = Vec::new();
    for n in 0..30 {
        let mut body = json!({ "title": format!("Task {n:02}"), "priority": (["low", "high"][n % 2]) });
        let due = noon() + TimeDelta::days(i64::try_from(n * 7 % 10).unwrap());
        if n % 4 > 0 {
            body["dueAt"] = json!(due);
        }
        titles.push((due, n));
        let call = match n % 3 {
            0 => Call::post("/api/tasks").json(new_task(world.space_id, body)),
            1 => Call::post("/api/tasks").json(new_task(second, body)),
            _ => Call::post(&personal).json(body),
        };
        created(world.send(call, &world.member).await);
        world.server.advance(TimeDelta::milliseconds(1));
    }
    let number = |task: &Value| task["title"].as_str().unwrap()[5..].parse::<usize>().unwrap();
    for limit in [1, 7, 30] {
        let newest = traverse(&world, &format!("/api/tasks?limit={limit}"), &world.member).await;
        assert_eq!(
            newest.iter().map(number).collect::<Vec<_>>(),
            (0..30).rev().collect::<Vec<_>>()
        );
        let due = traverse(&world, &format!("/api/tasks?sort=due&limit={limit}"), &world.member).await;
        let mut expected = titles.clone();
        expected.sort_by_key(|(due, n)| if n % 4 > 0 { (0, Some(*due), *n) } else { (1, None, *n) });
        let expected: Vec<_> = expected.into_iter().map(|(_, n)| n).collect();
        assert_eq!(due.iter().map(number).collect::<Vec<_>>(), expected);
        let high = format!("/api/tasks?priority=high&status=open&status=done&limit={limit}");
        let high = traverse(&world, &high, &world.member).await;
        assert_eq!(
            high.iter().map(number).collect::<Vec<_>>(),
            (0..30).rev().filter(|n| n % 2 == 1).collect::<Vec<_>>()
        );
    }
    let own = traverse(&world, &format!("{personal}?limit=4"), &world.member).await;
    assert_eq!(
        own.iter().map(number).collect::<Vec<_>>(),
        (0..30).rev().filter(|n| n % 3 == 2).collect::<Vec<_>>()
    );
    let one = traverse(&world, &format!("/api/tasks?spaceId={second}&limit=4"), &world.member).await;
    assert_eq!(
        one.iter().map(number).collect::<Vec<_>>(),
        (0..30).rev().filter(|n| n % 3 == 1).collect::<Vec<_>>()
    );

    let page = world.send(Call::get("/api/tasks?limit=4"), &world.member).await.json();
    let cursor = page["nextCursor"].as_str().unwrap();
    let other = [
        (format!("/api/tasks?limit=4&cursor={cursor}"), &world.owner),
        (format!("/api/tasks?sort=due&cursor={cursor}"), &world.member),
        (format!("/api/tasks?priority=high&cursor={cursor}"), &world.member),
        (format!("/api/tasks?spaceId={second}&cursor={cursor}"), &world.member),
        (
            format!("/api/tasks?dueTo=2027-01-01T00:00:00Z&cursor={cursor}"),
            &world.member,
        ),
        (format!("{personal}?cursor={cursor}"), &world.member),
        (
            format!("/api/tasks?cursor={}x", &cursor[..cursor.len() - 1]),
            &world.member,
        ),
    ];
    for (path, session) in other {
        let answer = world.send(Call::get(&path), session).await;
        assert_eq!(answer.refused(), (400, "invalid-cursor".to_owned()), "A17: {path}");
    }
    // Who leaves a space sees no more of it, also in the middle of the list.
    let leave = Call::new(
        "DELETE",
        format!("/api/spaces/{}/members/{}", world.space_id, user_id(&world.member)),
    );
    assert_eq!(world.send(leave, &world.member).await.status, 204);
    let rest = traverse(&world, &format!("/api/tasks?limit=100&cursor={cursor}"), &world.member).await;
    assert_eq!(
        rest.iter().map(number).collect::<Vec<_>>(),
        (0..26).rev().filter(|n| n % 3 > 0).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a10_a_repeated_create_gets_the_first_answer_and_makes_one_task() {
    let world = World::new().await;
    let tasks = format!("/api/users/{}/tasks", user_id(&world.member));
    let creates = [
        Call::post("/api/tasks").json(new_task(world.space_id, json!({}))),
        Call::post(tasks).json(json!({ "title": "Rest" })),
    ];
    for call in creates {
        let call = call.header("idempotency-key", "once");
        let answers = join_all((0..8).map(|_| world.send(call.clone(), &world.member))).await;
        let first = answers.iter().find(|answer| answer.status == 201).unwrap();
        assert!(
            answers
                .iter()
                .all(|answer| answer.status == 409 || answer.text() == first.text())
        );
        assert_eq!(world.send(call, &world.member).await.text(), first.text());
    }
    assert_eq!(traverse(&world, "/api/tasks?limit=100", &world.member).await.len(), 2);
    let task = world.task(json!({})).await;
    let comment = Call::post(format!("{}/comments", path(&task))).json(json!({ "body": "So" }));
    let comment = comment.header("idempotency-key", "once");
    let first = world.send(comment.clone(), &world.member).await;
    assert_eq!(world.send(comment, &world.member).await.text(), first.text());
    let comments = world
        .send(Call::get(format!("{}/comments", path(&task))), &world.member)
        .await
        .json();
    assert_eq!(comments["items"], json!([first.json()]));
}
