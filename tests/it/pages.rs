//! Every list of the contract, page by page: a cursor leads to the rest, and nothing is there twice or left out.

use serde_json::{Value, json};
use spaces_server::api::OPERATIONS;

use crate::support::Call;
use crate::world::{World, operation};

#[tokio::test]
async fn a_walk_through_a_list_meets_everything_once() {
    for operation in OPERATIONS.iter().filter(|operation| operation.id.starts_with("list")) {
        let world = World::new().await;
        again(&world).await;
        let call = world.call(operation);
        let whole = page(&world, &call, "limit=100").await;
        let expected = whole["items"].as_array().unwrap();
        let (mut met, mut query) = (Vec::new(), "limit=1".to_owned());
        while met.len() <= expected.len() {
            let page = page(&world, &call, &query).await;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 1, "{}", operation.id);
            met.extend(items.iter().cloned());
            let Some(cursor) = page["nextCursor"].as_str() else {
                break;
            };
            query = format!("limit=1&cursor={cursor}");
        }
        assert_eq!(&met, expected, "{}", operation.id);
        assert!(expected.len() > 1, "{} has one page only", operation.id);
    }
}

/// Second ones of what the scene has one of, and two of what it has none of.
async fn again(world: &World) {
    let (space_id, user_id) = (world.space_id, world.ada.user.user_id);
    let invitation = json!({ "spaceId": space_id, "email": "eve@example.org" });
    let feedback = json!({ "category": "praise", "message": "Good." });
    let profile = json!({ "displayName": "Ada", "timezone": "Europe/London", "locale": "en-GB" });
    let mut calls = vec![
        Call::post("/api/invitations").json(invitation),
        Call::post("/api/tasks").json(json!({ "spaceId": space_id, "title": "Sweep" })),
        Call::post(format!("/api/tasks/{}/comments", world.task_id)).json(json!({ "body": "Yes." })),
        Call::post(format!("/api/users/{user_id}/tasks")).json(json!({ "title": "Write" })),
        Call::new("PUT", "/api/user/profile").json(profile),
        Call::post("/api/feedback").json(feedback.clone()),
        Call::post("/api/feedback").json(feedback),
    ];
    calls.push(world.call(operation("ingestEvents")));
    for call in calls {
        let answer = call.by(&world.ada).send(&world.server).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }
}

/// What a call of a list answers with that in its query.
async fn page(world: &World, call: &Call, query: &str) -> Value {
    let separator = if call.path.contains('?') { '&' } else { '?' };
    let path = format!("{}{separator}{query}", call.path);
    let answer = Call { path, ..call.clone() }.send(&world.server).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}
