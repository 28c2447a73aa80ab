//! Comments on tasks: a list of their own, and part of the version of their task.

use super::*;

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
async fn who_has_left_reads_no_further() {
    let world = World::new().await;
    let comments = format!("{}/comments", path(&world.task(json!({})).await));
    for body in ["One", "Two"] {
        created(
            world
                .send(Call::post(&comments).json(json!({ "body": body })), &world.member)
                .await,
        );
    }
    let page = world
        .send(Call::get(format!("{comments}?limit=1")), &world.member)
        .await
        .json();
    let next = format!("{comments}?limit=1&cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(
        world.send(Call::get(&next), &world.member).await.json()["items"][0]["body"],
        "Two"
    );
    let member = format!("/api/spaces/{}/members/{}", world.space_id, user_id(&world.member));
    assert_eq!(world.send(Call::new("DELETE", member), &world.owner).await.status, 204);
    assert_eq!(world.send(Call::get(&next), &world.member).await.refused().0, 404);
}
