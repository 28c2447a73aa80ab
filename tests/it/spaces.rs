//! Spaces: creating, finding, listing, changing and deleting them; to strangers they do not exist.

use std::collections::HashSet;

use chrono::TimeDelta;
use lockstep_runtime::Operation;
use serde_json::json;
use spaces_client::Client;
use spaces_contract::{InvitePolicy, MemberListVisibility, NewSpace, Space, SpaceKind, SpaceRole, SpaceSettings, Uuid};
use spaces_server::api::OPERATIONS;
use spaces_tests::{TestServer, new_space, noon};

use crate::support::{Call, header, refused};
use crate::world::{World, operation};

fn settings() -> SpaceSettings {
    SpaceSettings {
        name: "Difference Engine".parse().unwrap(),
        member_list_visibility: MemberListVisibility::Admins,
        who_may_invite: InvitePolicy::Owners,
        color: None,
        description: None,
    }
}

async fn list(client: &Client) -> Vec<Space> {
    client.list_spaces().limit(100).send().await.unwrap().into_inner().items
}

/// Every page, one after the other; and how many items each had.
async fn traverse(client: &Client, limit: i32) -> (Vec<Uuid>, Vec<usize>) {
    let (mut ids, mut sizes) = (Vec::new(), Vec::new());
    let mut cursor = None;
    loop {
        let request = client.list_spaces().limit(limit);
        let request = if let Some(cursor) = cursor.take() {
            request.cursor::<String>(cursor)
        } else {
            request
        };
        let page = request.send().await.unwrap().into_inner();
        sizes.push(page.items.len());
        ids.extend(page.items.iter().map(|space| space.space_id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return (ids, sizes);
        }
    }
}

#[tokio::test]
async fn a_created_space_belongs_to_its_creator() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let new = NewSpace {
        name: "Analytical Engine".parse().unwrap(),
        description: Some("Everything about the engine.".parse().unwrap()),
        color: Some("#0f766e".parse().unwrap()),
    };
    let created = client.create_space().body(new.clone()).send().await.unwrap();
    let space = client
        .get_space()
        .space_id(created.space_id)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (&space.name, &space.description, &space.color),
        (&new.name, &new.description, &new.color)
    );
    assert_eq!(
        (space.kind, space.role, space.member_count),
        (SpaceKind::Shared, SpaceRole::Owner, 1)
    );
    assert_eq!((space.created_at, space.updated_at), (noon(), noon()));
    assert_eq!(
        (space.who_may_invite, space.member_list_visibility),
        (InvitePolicy::Admins, MemberListVisibility::Members)
    );
    assert!(list(&client).await.contains(&space));
}

#[tokio::test]
async fn the_invite_code_is_shown_when_it_is_made_and_never_again() {
    let world = World::new().await;
    let client = world.server.with_token(&world.ada.access_token);
    let created = client.create_space().body(new_space("New")).send().await.unwrap();
    let rotated = client
        .rotate_invite_code()
        .space_id(created.space_id)
        .send()
        .await
        .unwrap();
    let codes = [created.invite_code.expose(), rotated.invite_code.expose()];
    assert_ne!(codes[0], codes[1]);
    // 22 characters of base64url carry 132 bits.
    assert!(codes.iter().all(|code| code.len() >= 22));
    for path in ["/api/spaces".to_owned(), format!("/api/spaces/{}", created.space_id)] {
        let text = Call::get(path).by(&world.ada).send(&world.server).await.text();
        assert!(
            !text.contains("inviteCode") && codes.iter().all(|code| !text.contains(code)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn everybody_has_one_personal_space_that_stays_theirs() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let spaces = list(&client).await;
    let [personal] = &spaces[..] else { panic!("{spaces:?}") };
    assert_eq!(
        (personal.kind, personal.role, personal.member_count),
        (SpaceKind::Personal, SpaceRole::Owner, 1)
    );
    let personal_space = (409, "personal-space".to_owned());
    assert_eq!(
        refused(client.delete_space().space_id(personal.space_id).send().await),
        personal_space
    );
    assert_eq!(
        refused(client.rotate_invite_code().space_id(personal.space_id).send().await),
        personal_space
    );
    assert_eq!(list(&client).await, spaces);
}

#[tokio::test]
async fn settings_are_replaced_and_absent_optional_fields_are_cleared() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let new = NewSpace {
        description: Some("Old.".parse().unwrap()),
        color: Some("#000000".parse().unwrap()),
        ..new_space("Old")
    };
    let created = client.create_space().body(new).send().await.unwrap();
    server.advance(TimeDelta::minutes(1));
    let request = client
        .update_space_settings()
        .space_id(created.space_id)
        .if_match(header(&created, "etag"));
    let changed = request.body(settings()).send().await.unwrap().into_inner();
    assert_eq!(
        (&changed.name, changed.who_may_invite),
        (&settings().name, InvitePolicy::Owners)
    );
    assert_eq!((changed.description.as_ref(), changed.color.as_ref()), (None, None));
    assert_eq!(changed.updated_at, noon() + TimeDelta::minutes(1));
    assert_eq!(
        client
            .get_space()
            .space_id(created.space_id)
            .send()
            .await
            .unwrap()
            .into_inner(),
        changed
    );
}

#[tokio::test]
async fn a_deleted_space_is_gone_for_every_operation() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let space_id = client
        .create_space()
        .body(new_space("Gone"))
        .send()
        .await
        .unwrap()
        .space_id;
    assert_eq!(
        client.delete_space().space_id(space_id).send().await.unwrap().status(),
        204
    );
    let gone = (404, "space-not-found".to_owned());
    assert_eq!(refused(client.get_space().space_id(space_id).send().await), gone);
    assert_eq!(refused(client.delete_space().space_id(space_id).send().await), gone);
    assert_eq!(
        refused(client.rotate_invite_code().space_id(space_id).send().await),
        gone
    );
    let update = client
        .update_space_settings()
        .space_id(space_id)
        .if_match("\"1\"")
        .body(settings());
    assert_eq!(refused(update.send().await), gone);
    assert!(list(&client).await.iter().all(|space| space.space_id != space_id));
}

/// The operations on one space.
fn on_a_space() -> impl Iterator<Item = &'static &'static Operation> {
    OPERATIONS
        .iter()
        .filter(|operation| operation.path.contains("{spaceId}"))
}

#[tokio::test]
async fn s27_to_a_stranger_a_space_is_as_one_that_does_not_exist() {
    let world = World::new().await;
    let anything = uuid::Uuid::now_v7().to_string();
    for operation in on_a_space() {
        let call = world.call(operation).by(&world.eve).header("x-request-id", "same");
        let nowhere = Call {
            path: call.path.replace(&world.space_id.to_string(), &anything),
            ..call.clone()
        };
        let (there, nowhere) = (call.send(&world.server).await, nowhere.send(&world.server).await);
        assert_eq!(there.refused(), (404, "space-not-found".to_owned()), "{}", operation.id);
        assert_eq!(there.text(), nowhere.text(), "{}", operation.id);
    }
    assert_eq!(
        world
            .call(operation("getSpace"))
            .send(&world.server)
            .await
            .header("etag"),
        Some(world.etag.as_str())
    );
    assert!(
        list(&world.server.with_token(&world.eve.access_token))
            .await
            .iter()
            .all(|it| it.space_id != world.space_id)
    );
}

#[tokio::test]
async fn only_owners_delete_and_only_administrators_change_a_space() {
    let world = World::new().await;
    let expected = [
        ("viewer", [403, 403, 403, 200]),
        ("member", [403, 403, 403, 200]),
        ("admin", [403, 200, 200, 200]),
        ("owner", [204, 200, 200, 200]),
    ];
    for (role, statuses) in expected {
        world.set_role(role);
        // The deletion comes last, for it ends the space.
        for (id, status) in ["deleteSpace", "rotateInviteCode", "updateSpaceSettings", "getSpace"]
            .into_iter()
            .zip(statuses)
            .rev()
        {
            let call = world.call(operation(id));
            let call = if id == "updateSpaceSettings" {
                call.header("if-match", "*")
            } else {
                call
            };
            assert_eq!(call.send(&world.server).await.status, status, "{id} as {role}");
        }
    }
}

#[tokio::test]
async fn s28_a_space_takes_no_field_that_is_not_the_callers_to_choose() {
    let world = World::new().await;
    for id in ["createSpace", "updateSpaceSettings"] {
        for field in [
            "spaceId",
            "role",
            "kind",
            "memberCount",
            "createdAt",
            "version",
            "inviteCode",
            "ownerId",
        ] {
            let call = world.call(operation(id));
            let mut body: serde_json::Value = serde_json::from_str(call.body.as_ref().unwrap()).unwrap();
            body[field] = json!(1);
            let answer = call.json(body).send(&world.server).await;
            assert_eq!(answer.violations(), [format!("body /{field} unknown-field")], "{id}");
        }
    }
    assert_eq!(
        list(&world.server.with_token(&world.ada.access_token)).await.len(),
        2,
        "nothing was created"
    );
}

#[tokio::test]
async fn a18_pages_hold_the_whole_list_once_whatever_the_limit() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let mut expected: Vec<Uuid> = list(&client).await.iter().map(|space| space.space_id).collect();
    for n in 0..60 {
        server.advance(TimeDelta::milliseconds(1));
        expected.push(
            client
                .create_space()
                .body(new_space(&format!("Space {n}")))
                .send()
                .await
                .unwrap()
                .space_id,
        );
    }
    for (limit, sizes) in [
        (25, vec![25, 25, 11]),
        (61, vec![61]),
        (60, vec![60, 1]),
        (100, vec![61]),
    ] {
        assert_eq!(
            traverse(&client, limit).await,
            (expected.clone(), sizes),
            "oldest first, {limit} a page"
        );
    }
    let (ids, sizes) = traverse(&client, 1).await;
    assert_eq!((ids == expected, sizes), (true, vec![1; 61]));
    let default = client.list_spaces().send().await.unwrap().into_inner();
    assert_eq!((default.items.len(), default.next_cursor.is_some()), (25, true));
}

#[tokio::test]
async fn a19_a_traversal_while_others_write_loses_and_repeats_nothing() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let mut expected = HashSet::new();
    for n in 0..12 {
        server.advance(TimeDelta::milliseconds(1));
        expected.insert(
            client
                .create_space()
                .body(new_space(&format!("Space {n}")))
                .send()
                .await
                .unwrap()
                .space_id,
        );
    }
    let page = client.list_spaces().limit(5).send().await.unwrap().into_inner();
    let mut seen: Vec<Uuid> = page.items.iter().map(|space| space.space_id).collect();
    let mut cursor = page.next_cursor;
    // The very item that the cursor names goes, and another comes.
    let last = seen[4];
    client.delete_space().space_id(last).send().await.unwrap();
    client.create_space().body(new_space("Newer")).send().await.unwrap();
    while let Some(next) = cursor {
        let page = client
            .list_spaces()
            .limit(5)
            .cursor(next)
            .send()
            .await
            .unwrap()
            .into_inner();
        seen.extend(page.items.iter().map(|space| space.space_id));
        cursor = page.next_cursor;
    }
    let distinct: HashSet<Uuid> = seen.iter().copied().collect();
    assert_eq!(distinct.len(), seen.len(), "nothing twice");
    assert!(expected.is_subset(&distinct), "nothing lost");
}

#[tokio::test]
async fn a20_a_list_has_items_and_a_cursor_and_no_total() {
    let world = World::new().await;
    let names = async |path: &str| {
        let list = Call::get(path).by(&world.ada).send(&world.server).await.json();
        list.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("/api/spaces?limit=1").await, "items nextCursor");
    assert_eq!(names("/api/spaces").await, "items");
}

async fn a_cursor(world: &World) -> String {
    let client = world.server.with_token(&world.ada.access_token);
    client
        .list_spaces()
        .limit(1)
        .send()
        .await
        .unwrap()
        .into_inner()
        .next_cursor
        .unwrap()
}

#[tokio::test]
async fn a16_s31_a_changed_cursor_is_refused_wherever_it_is_changed() {
    let world = World::new().await;
    let client = world.server.with_token(&world.ada.access_token);
    let cursor = a_cursor(&world).await;
    assert!(!cursor.contains(&world.space_id.simple().to_string()));
    let invalid = (400, "invalid-cursor".to_owned());
    for at in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(
            refused(client.list_spaces().cursor(changed).send().await),
            invalid,
            "changed at {at}"
        );
    }
    for other in [
        "x",
        "eyJhIjoxfQ",
        &cursor[1..],
        &format!("{cursor}AAAA"),
        &world.space_id.to_string(),
    ] {
        assert_eq!(
            refused(client.list_spaces().cursor(other).send().await),
            invalid,
            "{other}"
        );
    }
}

#[tokio::test]
async fn a17_s31_a_cursor_is_its_callers_alone() {
    let world = World::new().await;
    let eve = world.server.with_token(&world.eve.access_token);
    let cursor = a_cursor(&world).await;
    assert_eq!(
        refused(eve.list_spaces().cursor(cursor).send().await),
        (400, "invalid-cursor".to_owned())
    );
}

#[tokio::test]
async fn data_tokens_and_cursors_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::on_disk(directory.path()).await;
    let session = server.sign_up("ada").await;
    let client = server.with_token(&session.access_token);
    client.create_space().body(new_space("Engine")).send().await.unwrap();
    let before = list(&client).await;
    let cursor = client
        .list_spaces()
        .limit(1)
        .send()
        .await
        .unwrap()
        .into_inner()
        .next_cursor
        .unwrap();
    server.stop().await;

    let server = TestServer::on_disk(directory.path()).await;
    let client = server.with_token(&session.access_token);
    assert_eq!(list(&client).await, before);
    assert_eq!(
        client
            .list_spaces()
            .cursor(cursor)
            .send()
            .await
            .unwrap()
            .into_inner()
            .items,
        before[1..]
    );
    let refresh = spaces_contract::TokenRefresh {
        refresh_token: session.refresh_token,
    };
    assert_eq!(
        server
            .anonymous()
            .refresh_tokens()
            .body(refresh)
            .send()
            .await
            .unwrap()
            .user,
        session.user
    );
}
