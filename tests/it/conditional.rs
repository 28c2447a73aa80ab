//! Entity tags and preconditions (A5–A8): what has not changed is not sent again, and nobody overwrites what they have
//! not seen.

use futures_util::future::join_all;
use serde_json::json;
use spaces_contract::Space;
use spaces_server::api::OPERATIONS;

use crate::support::{Answer, Call, header, refused};
use crate::world::{World, operation, preferences};

const WRITES: [(&str, &str); 3] = [
    ("updateProfile", "getProfile"),
    ("updatePreferences", "getPreferences"),
    ("updateSpaceSettings", "getSpace"),
];

/// Every operation that answers 304 where nothing has changed.
fn reads() -> impl Iterator<Item = &'static str> {
    let reads = OPERATIONS.iter().filter(|operation| operation.statuses.contains(&304));
    reads.map(|operation| operation.id)
}

async fn call(world: &World, id: &str) -> Answer {
    world.call(operation(id)).send(&world.server).await
}

async fn etag(world: &World, id: &str) -> String {
    call(world, id).await.header("etag").unwrap().to_owned()
}

#[tokio::test]
async fn a05_every_single_resource_has_a_strong_etag_that_stays_while_it_does() {
    let world = World::new().await;
    for id in reads() {
        let tag = etag(&world, id).await;
        assert!(
            tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'),
            "{id}: {tag}"
        );
        assert_eq!(etag(&world, id).await, tag, "{id}");
    }
}

#[tokio::test]
async fn a05_the_etag_of_a_change_is_that_of_the_next_read_and_another_than_before() {
    let world = World::new().await;
    for (write, read) in WRITES {
        let before = etag(&world, read).await;
        let changed = call(&world, write).await;
        assert_eq!(changed.status, 200, "{write}: {changed:?}");
        let after = changed.header("etag").unwrap();
        assert_ne!(after, before, "{write}");
        assert_eq!(after, etag(&world, read).await, "{write}");
    }
}

#[tokio::test]
async fn a06_a_known_etag_answers_304_with_the_same_etag_and_no_body() {
    let world = World::new().await;
    for id in reads() {
        let tag = etag(&world, id).await;
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let answer = world
                .call(operation(id))
                .header("if-none-match", &known)
                .send(&world.server)
                .await;
            assert_eq!(answer.status, 304, "{id}: {known}");
            assert_eq!(answer.header("etag"), Some(tag.as_str()), "{id}");
            assert_eq!((answer.body.len(), answer.header("content-type")), (0, None), "{id}");
        }
        for unknown in ["\"x\"", "W/\"x\"", "x"] {
            let answer = world
                .call(operation(id))
                .header("if-none-match", unknown)
                .send(&world.server)
                .await;
            assert_eq!(answer.status, 200, "{id}: {unknown}");
        }
    }
}

#[tokio::test]
async fn a06_the_client_tells_a_current_copy_from_a_new_one() {
    let world = World::new().await;
    let client = world.server.with_token(&world.ada.access_token);
    let read = async |tag: &str| {
        client
            .get_me()
            .if_none_match(tag)
            .send_if_modified()
            .await
            .unwrap()
            .into_inner()
    };
    let tag = header(&client.get_me().send().await.unwrap(), "etag");
    assert_eq!(read(&tag).await, None);
    assert_eq!(read("\"other\"").await.unwrap().user_id, world.ada.user.user_id);
}

#[tokio::test]
async fn a07_a_missing_if_match_is_428_where_it_is_required_and_changes_nothing() {
    let world = World::new().await;
    let answer = world
        .call(operation("updateSpaceSettings"))
        .without("if-match")
        .send(&world.server)
        .await;
    assert_eq!(answer.refused(), (428, "if-match-required".to_owned()));
    assert_eq!(etag(&world, "getSpace").await, world.etag);
}

#[tokio::test]
async fn a07_a_stale_or_weak_if_match_is_412_and_changes_nothing() {
    let world = World::new().await;
    for (write, read) in WRITES {
        let current = etag(&world, read).await;
        for stale in ["\"stale\"", "stale", &format!("W/{current}"), &current.replace('"', "")] {
            let answer = world
                .call(operation(write))
                .header("if-match", stale)
                .send(&world.server)
                .await;
            assert_eq!(answer.refused(), (412, "stale-version".to_owned()), "{write}: {stale}");
        }
        assert_eq!(etag(&world, read).await, current, "{write}");
    }
    let delete = world
        .call(operation("deleteSpace"))
        .header("if-match", format!("W/{}", world.etag));
    assert_eq!(
        delete.send(&world.server).await.refused(),
        (412, "stale-version".to_owned())
    );
    assert_eq!(call(&world, "getSpace").await.status, 200);
}

#[tokio::test]
async fn a07_the_current_etag_alone_in_a_list_or_as_a_star_is_accepted() {
    let world = World::new().await;
    for (write, read) in WRITES {
        for list in ["{}", "\"x\", {}", "*"] {
            let current = list.replace("{}", &etag(&world, read).await);
            let answer = world
                .call(operation(write))
                .header("if-match", &current)
                .send(&world.server)
                .await;
            assert_eq!(answer.status, 200, "{write}: {current}");
        }
    }
}

#[tokio::test]
async fn a07_concurrent_changes_of_any_version_all_succeed() {
    let world = World::new().await;
    for write in [
        "updateProfile",
        "updatePreferences",
        "updateSpaceSettings",
        "updateTask",
        "setTaskStatus",
    ] {
        let call = || world.call(operation(write)).header("if-match", "*");
        // As many as there are tries: in each round one of them gets through.
        let calls = (0..3).map(|_| call().send(&world.server));
        let answers = join_all(calls).await;
        assert!(
            answers.iter().all(|answer| answer.status == 200),
            "{write}: {answers:?}"
        );
    }
}

#[tokio::test]
async fn a07_of_concurrent_changes_on_one_etag_one_succeeds() {
    let world = World::new().await;
    for (write, read) in WRITES {
        let current = etag(&world, read).await;
        let calls = (0..8).map(|_| {
            world
                .call(operation(write))
                .header("if-match", &current)
                .send(&world.server)
        });
        let mut statuses: Vec<u16> = join_all(calls).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "{write}");
    }
}

#[tokio::test]
async fn a08_an_if_match_on_nothing_tells_no_more_than_that_there_is_nothing() {
    let world = World::new().await;
    let nothing = format!("/api/spaces/{}", uuid::Uuid::now_v7());
    let delete = Call::new("DELETE", nothing)
        .by(&world.ada)
        .header("if-match", "*")
        .send(&world.server)
        .await;
    // 404 comes first: whether there is such a space is not the caller's to know.
    assert_eq!(delete.refused(), (404, "space-not-found".to_owned()));
    // Preferences that nobody has chosen are those to begin with: they are there.
    let update = Call::new("PUT", "/api/user/preferences")
        .by(&world.ada)
        .json(preferences())
        .header("if-match", "*");
    assert_eq!(update.send(&world.server).await.status, 200);
}

#[tokio::test]
async fn a05_the_etag_of_a_space_depends_on_the_role_that_it_shows() {
    let world = World::new().await;
    world.set_role("admin");
    let answer = world
        .call(operation("getSpace"))
        .header("if-none-match", &world.etag)
        .send(&world.server)
        .await;
    assert_eq!((answer.status, answer.json()["role"].clone()), (200, json!("admin")));
}

#[tokio::test]
async fn a09_what_a_create_answers_is_what_is_there() {
    let world = World::new().await;
    let client = world.server.with_token(&world.ada.access_token);
    let created = client
        .create_space()
        .body(spaces_tests::new_space("New"))
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201);
    let read = Call::get(header(&created, "location"))
        .by(&world.ada)
        .send(&world.server)
        .await;
    assert_eq!(read.header("etag"), Some(header(&created, "etag").as_str()));
    let space: Space = serde_json::from_value(read.json()).unwrap();
    assert_eq!((space.space_id, space.name.as_str()), (created.space_id, "New"));
}

#[tokio::test]
async fn a09_signing_up_creates_the_account_that_its_location_names() {
    let world = World::new().await;
    let answer = Call::post("/api/auth/register")
        .json(crate::support::registration("gus"))
        .send(&world.server)
        .await;
    let session: spaces_contract::Session = serde_json::from_value(answer.json()).unwrap();
    let me = Call::get(answer.header("location").unwrap())
        .by(&session)
        .send(&world.server)
        .await;
    assert_eq!((me.status, me.header("etag")), (200, answer.header("etag")));
    assert_eq!(me.json(), answer.json()["user"]);
}

#[tokio::test]
async fn a07_a_deletion_with_a_stale_etag_is_refused_by_the_client_as_a_problem() {
    let world = World::new().await;
    let client = world.server.with_token(&world.ada.access_token);
    let outcome = client
        .delete_space()
        .space_id(world.space_id)
        .if_match("\"stale\"")
        .send()
        .await;
    assert_eq!(refused(outcome), (412, "stale-version".to_owned()));
}
