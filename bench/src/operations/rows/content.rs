//! Rows of what adds to spaces and changes what is in them: settings, invitations, tasks, events.
//! What is changed again and again gets another value whenever its turn comes.

use serde_json::json;

use super::super::bodies::{event, name, task};
use super::super::scene::{ITEMS, SPACES, Scene};
use super::super::supplies::Supply;
use super::{Row, in_space, on_own_task, on_self, on_task, row};
use crate::call::Call;

/// What the body says of a change, and of an event, that was not refused.
const CHANGED: &str = r#""status":200"#;
const INGESTED: &str = r#""status":201"#;

pub(super) static ROWS: &[Row] = &[
    row("createSpace", |scene, n, call| {
        call.by(scene.maker(n)).json(&json!({ "name": "Another" }))
    }),
    row("updateSpaceSettings", |scene, n, call| {
        let settings = json!({ "name": name(n), "memberListVisibility": "members", "whoMayInvite": "admins" });
        let space = call.at("spaceId", &scene.supplied(n, "spaceId"));
        space.by(scene.maker(n)).on_any().json(&settings)
    })
    // Two changes of one space at once have one version in mind, and one of them is stale.
    .using_up(Supply::Spaces),
    row("rotateInviteCode", |scene, n, call| {
        in_space(scene, n, call).by(&scene.ada)
    }),
    row("inviteMember", |scene, n, call| {
        let invitation = json!({ "email": format!("invited{n}@example.org") });
        in_space(scene, n, call).by(&scene.bob).json(&invitation)
    }),
    row("createInvitation", |scene, n, call| {
        call.by(&scene.bob).json(&json!({ "spaceId": scene.space(n) }))
    }),
    row("setMemberRole", |scene, n, call| {
        let role = in_turn(n, SPACES, ["member", "viewer"]);
        let member = in_space(scene, n, call).at("memberId", &scene.dan.user_id);
        member.by(&scene.ada).json(&json!({ "role": role }))
    }),
    row("createTask", |scene, n, call| {
        let task = json!({ "spaceId": scene.space(n), "title": "Oil it", "dueAt": "2026-12-01T09:00:00Z" });
        call.by(&scene.cyd).json(&task)
    }),
    row("listTasks", |scene, _, call| call.by(&scene.cyd)).note("merged over 21 spaces, after createTask"),
    row("updateTask", |scene, n, call| {
        on_task(scene, n, call).on_any().json(&task(n))
    }),
    row("patchTask", |scene, n, call| {
        on_task(scene, n, call)
            .on_any()
            .json(&json!({ "title": name(n), "dueAt": null }))
    }),
    row("setTaskStatus", |scene, n, call| {
        on_task(scene, n, call).json(&json!({ "status": status(n, 1) }))
    }),
    row("addTaskComment", |scene, n, call| {
        on_task(scene, n, call).json(&json!({ "body": "On it." }))
    }),
    row("batchTasks", |scene, n, call| batch_tasks(scene, n, 1, call)).with(CHANGED),
    row("batchTasks", |scene, n, call| batch_tasks(scene, n, 10, call))
        .note("10 changes each")
        .with(CHANGED),
    row("createUserTask", |scene, n, call| {
        on_self(scene, n, call).json(&json!({ "title": "Buy oil" }))
    }),
    row("replaceUserTask", |scene, n, call| {
        on_own_task(scene, n, call).json(&task(n))
    }),
    row("patchUserTask", |scene, n, call| {
        on_own_task(scene, n, call).json(&json!({ "title": name(n) }))
    }),
    row("ingestEvents", |scene, n, call| ingest_events(scene, n, 1, call)).with(INGESTED),
    row("ingestEvents", |scene, n, call| ingest_events(scene, n, 10, call))
        .note("10 events each")
        .with(INGESTED),
    row("createTaskFromEvent", |scene, n, call| {
        call.by(&scene.cyd).at("eventId", &format!("once-{n}")).json(&json!({}))
    })
    .using_up(Supply::Events),
];

fn batch_tasks(scene: &Scene, n: usize, size: usize, call: Call) -> Call {
    let change = |i| json!({ "taskId": scene.task(i), "action": "set_status", "status": status(n, size) });
    let items: Vec<_> = (n * size..(n + 1) * size).map(change).collect();
    call.by(&scene.cyd).json(&json!({ "items": items }))
}

fn ingest_events(scene: &Scene, n: usize, size: usize, call: Call) -> Call {
    let id = |i| format!("{size}-{n}-{i}");
    let events: Vec<_> = (0..size).map(|i| event(scene.space(n), &id(i))).collect();
    call.by(&scene.cyd).json(&json!({ "events": events }))
}

/// One of two values: this one for so many requests, then that one for as many.
fn in_turn(n: usize, count: usize, [this, that]: [&'static str; 2]) -> &'static str {
    if (n / count).is_multiple_of(2) { this } else { that }
}

/// Another one for a task whenever its turn comes again.
fn status(n: usize, tasks_each: usize) -> &'static str {
    in_turn(n * tasks_each, ITEMS, ["in_progress", "blocked"])
}
