//! Tasks: in shared spaces by the roles there, in the personal space by its owner; their lists, comments and batches.
//! To who is not in its space a task does not exist.

mod batch;
mod comments;
mod lists;
mod personal;

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
async fn a_changed_assignee_is_kept() {
    let world = World::new().await;
    let task = world.task(json!({ "assigneeId": user_id(&world.member) })).await;
    let whole = json!({ "title": "Oil", "status": "open", "priority": "low", "assigneeId": user_id(&world.admin) });
    let call = Call::new("PUT", path(&task)).header("if-match", "*").json(whole);
    assert_eq!(world.send(call, &world.member).await.status, 200);
    let kept = world.send(Call::get(path(&task)), &world.member).await.json();
    assert_eq!(kept["assigneeId"], json!(user_id(&world.admin)));
}
