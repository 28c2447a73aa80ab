//! Several changes of tasks in one request: an outcome for each (A30), or a refusal of the whole.

use super::*;

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
