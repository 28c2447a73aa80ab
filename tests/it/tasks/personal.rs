//! The tasks of one user: those of the personal space, under the user's own paths.

use super::*;

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
