//! Spaces on the embedded engine: creating, changing, listing and deleting them, also when something interrupts it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use lockstep_runtime::{OneOf, Refusal};
use uuid::Uuid;

use super::{MemberSpace, Membership};
use crate::store::Kept;
use crate::store::tests::{refusal, registered, settings, store};
use crate::store::{Store, count_round_trips, keys};
use spaces_contract::{SpaceKind, SpaceRole};

async fn created(store: &Store, owner: Uuid, name: &str) -> MemberSpace {
    store
        .create_space(owner, settings(name), &format!("hash of {name}"), Kept::without_key)
        .await
        .unwrap()
}

async fn exists(store: &Store, key: keys::Key) -> bool {
    !store.get_all(vec![key]).await.unwrap().is_empty()
}

#[tokio::test]
async fn a_created_space_is_there_for_its_owner_only() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let (space, round_trips) = count_round_trips(created(&store, user, "Engine")).await;
    assert_eq!(round_trips, 1);
    let space_id = space.clone().into_space().space_id;
    let (found, round_trips) = count_round_trips(store.get_space(user, space_id)).await;
    let found = found.unwrap();
    assert_eq!((round_trips, found.role(), found.version()), (1, SpaceRole::Owner, 1));
    assert_eq!(found.into_space(), space.into_space());
    let stranger = store.clock.new_id();
    assert_eq!(
        Refusal::from(refusal(store.get_space(stranger, space_id).await)).status(),
        404
    );
    assert_eq!(
        Refusal::from(refusal(store.get_space(user, stranger).await)).status(),
        404
    );
}

#[tokio::test]
async fn a18_a_list_is_walked_to_its_end_without_gaps_or_repetitions() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let mut expected = vec!["Personal".to_owned()];
    for n in 0..8 {
        created(&store, user, &format!("Space {n}")).await;
        expected.push(format!("Space {n}"));
    }
    for limit in [1, 2, 3, 8, 9, 10, 100] {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let (page, round_trips) = count_round_trips(store.list_spaces(user, limit, after)).await;
            let page = page.unwrap();
            assert_eq!(round_trips, 2);
            assert!(!page.items.is_empty() && i32::try_from(page.items.len()).unwrap() <= limit);
            names.extend(
                page.items
                    .into_iter()
                    .map(|item| item.into_space().name.as_ref().to_owned()),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, expected, "limit {limit}");
    }
    let nobody = store.list_spaces(store.clock.new_id(), 25, None).await.unwrap();
    assert!(nobody.items.is_empty() && nobody.next.is_none());
}

#[tokio::test]
async fn settings_are_replaced_and_a_stale_version_is_refused() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let space = created(&store, user, "Engine").await;
    let renamed = store
        .update_space_settings(space.clone(), settings("Renamed"), Some(1))
        .await
        .unwrap();
    assert_eq!(renamed.version(), 2);
    let read = store
        .get_space(user, renamed.clone().into_space().space_id)
        .await
        .unwrap();
    assert_eq!(read.into_space(), renamed.into_space());
    let stale = refusal(store.update_space_settings(space, settings("Lost"), Some(1)).await);
    assert!(matches!(stale, OneOf::Second(_)));
}

#[tokio::test]
async fn a_new_invite_code_replaces_the_old_one_once() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let space = created(&store, user, "Engine").await;
    assert!(exists(&store, keys::invite_guard("hash of Engine")).await);
    let (rotated, round_trips) = count_round_trips(store.rotate_invite_code(&space, "second")).await;
    rotated.unwrap();
    assert_eq!(round_trips, 1);
    assert!(!exists(&store, keys::invite_guard("hash of Engine")).await);
    assert!(exists(&store, keys::invite_guard("second")).await);
    let late = store.rotate_invite_code(&space, "third").await;
    assert_eq!(Refusal::from(refusal(late)).code(), "invite-code-changed");
    assert!(!exists(&store, keys::invite_guard("third")).await);
}

async fn personal(store: &Store, user: Uuid) -> MemberSpace {
    store.list_spaces(user, 1, None).await.unwrap().items.remove(0)
}

#[tokio::test]
async fn a_personal_space_has_no_code_and_stays() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let space = personal(&store, user).await;
    assert_eq!(space.clone().into_space().kind, SpaceKind::Personal);
    assert_eq!(
        Refusal::from(refusal(store.rotate_invite_code(&space, "hash").await)).code(),
        "personal-space"
    );
    match refusal(store.delete_space(space.clone(), None).await) {
        OneOf::First(conflict) => assert_eq!(Refusal::from(conflict).code(), "personal-space"),
        OneOf::Second(_) => panic!("not stale"),
    }
    assert_eq!(personal(&store, user).await.into_space(), space.into_space());
}

/// Puts further members into a space, as an invitation would.
async fn with_members(store: &Store, space_id: Uuid, count: usize) -> Vec<Uuid> {
    let mut members = Vec::new();
    for _ in 0..count {
        let user_id = store.clock.new_id();
        let membership = Membership {
            space_id,
            user_id,
            role: SpaceRole::Member,
            joined_at: store.clock.now(),
        };
        let mut transaction = store.transaction();
        transaction
            .put_new(keys::space_member(space_id, user_id), &membership)
            .unwrap();
        transaction
            .put_new(keys::user_space(user_id, space_id), &membership)
            .unwrap();
        store.commit(transaction).await.unwrap();
        members.push(user_id);
    }
    members
}

async fn assert_gone(store: &Store, space_id: Uuid, users: &[Uuid]) {
    assert_eq!(store.keys_in(keys::space(space_id), None).await.unwrap().0, vec![]);
    for user in users {
        assert!(!exists(store, keys::user_space(*user, space_id)).await);
    }
    assert!(!exists(store, keys::invite_guard("hash of Engine")).await);
}

#[tokio::test]
async fn a_deleted_space_leaves_nothing_behind() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let space = created(&store, user, "Engine").await;
    let space_id = space.clone().into_space().space_id;
    let mut members = with_members(&store, space_id, 30).await;
    members.push(user);
    let stale = refusal(store.delete_space(space.clone(), Some(7)).await);
    assert!(matches!(stale, OneOf::Second(_)));
    store.delete_space(space.clone(), Some(1)).await.unwrap();
    assert_gone(&store, space_id, &members).await;
    assert_eq!(
        Refusal::from(refusal(store.get_space_to_delete(user, space_id).await)).status(),
        404
    );
    store.delete_space(space, None).await.unwrap();
    assert_eq!(store.list_spaces(user, 25, None).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_hides_the_space_and_is_finished_by_repeating_it() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    let space = created(&store, user, "Engine").await;
    let space_id = space.clone().into_space().space_id;
    let mut members = with_members(&store, space_id, 3).await;
    members.push(user);
    store.mark_deleting(space.space.clone(), None).await.unwrap();
    store
        .delete_all(vec![keys::user_space(members[0], space_id)])
        .await
        .unwrap();

    assert_eq!(
        Refusal::from(refusal(store.get_space(user, space_id).await)).status(),
        404
    );
    assert_eq!(store.list_spaces(user, 25, None).await.unwrap().items.len(), 1);
    refusal(store.rotate_invite_code(&space, "second").await);
    let gone = refusal(store.update_space_settings(space, settings("Renamed"), None).await);
    assert!(matches!(gone, OneOf::First(_)));

    let rest = store.get_space_to_delete(user, space_id).await.unwrap();
    store.delete_space(rest, Some(1)).await.unwrap();
    assert_gone(&store, space_id, &members).await;
}
