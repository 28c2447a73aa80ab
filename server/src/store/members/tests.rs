//! Members in the store: the last owner stays, in every interleaving.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use lockstep_runtime::Refusal;
use spaces_contract::SpaceRole::{self, Admin, Member, Owner, Viewer};
use uuid::Uuid;

use super::*;
use crate::rules;
use crate::store::tests::{refusal, registered, scaled, settings, store};
use crate::store::{Kept, count_round_trips};

async fn space_of(store: &Store, owner: Uuid) -> MemberSpace {
    store
        .create_space(owner, settings("Engine"), "hash", Kept::without_key)
        .await
        .unwrap()
}

/// Somebody new in a space, with a role that an owner gave them.
async fn joined(store: &Store, owner: &User, space_id: Uuid, name: &str, role: SpaceRole) -> User {
    let user = registered(store, &format!("{name}@example.org")).await;
    store.accept_invitation(&user, "hash", rules::may_grant).await.unwrap();
    let (space, member) = store.find_member(owner.user_id, space_id, user.user_id).await.unwrap();
    store.set_member_role(&space, member, role).await.unwrap();
    user
}

async fn roles(store: &Store, user: &User, space_id: Uuid) -> Vec<SpaceRole> {
    let page = store
        .list_members(user, space_id, 100, None, |_, _| true)
        .await
        .unwrap();
    page.items.into_iter().map(|member| member.role).collect()
}

/// How many members and owners a space says that it has, and has.
async fn assert_counted(store: &Store, user: &User, space_id: Uuid) {
    let space = store.get_space(user.user_id, space_id).await.unwrap();
    let roles = roles(store, user, space_id).await;
    let owners = roles.iter().filter(|role| **role == Owner).count();
    assert_eq!(space.owner_count(), i32::try_from(owners).unwrap());
    assert_eq!(space.into_space().member_count, i32::try_from(roles.len()).unwrap());
    assert_eq!(
        store
            .recount(false)
            .await
            .unwrap()
            .iter()
            .flat_map(|it| &it.differences)
            .count(),
        0
    );
}

#[tokio::test]
async fn a18_members_are_walked_to_the_end_and_hidden_where_the_settings_say_so() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let space_id = space_of(&store, ada.user_id).await.space_id();
    let mut expected = vec![ada.user_id];
    for n in 0..6 {
        expected.push(
            joined(&store, &ada, space_id, &format!("user{n}"), Member)
                .await
                .user_id,
        );
    }
    for limit in [1, 2, 3, 6, 7, 8, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let list = store.list_members(&ada, space_id, limit, after, rules::may_see_members);
            let (page, round_trips) = count_round_trips(list).await;
            let page = page.unwrap();
            assert_eq!(round_trips, 2);
            assert!(!page.items.is_empty() && i32::try_from(page.items.len()).unwrap() <= limit);
            found.extend(page.items.into_iter().map(|member| member.user_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "limit {limit}");
    }
    let eve = joined(&store, &ada, space_id, "eve", Viewer).await;
    let own = store
        .list_members(&eve, space_id, 100, None, |role, _| role == Owner)
        .await
        .unwrap();
    assert_eq!(
        own.items.iter().map(|member| member.user_id).collect::<Vec<_>>(),
        [eve.user_id]
    );
    let stranger = registered(&store, "mallory@example.org").await;
    let refused = store
        .list_members(&stranger, space_id, 100, None, rules::may_see_members)
        .await;
    assert_eq!(Refusal::from(refusal(refused)).code(), "space-not-found");
}

#[tokio::test]
async fn s29_the_last_owner_neither_goes_nor_is_demoted() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let space_id = space_of(&store, ada.user_id).await.space_id();
    let eve = joined(&store, &ada, space_id, "eve", Admin).await;
    let (space, member) = store.find_member(ada.user_id, space_id, ada.user_id).await.unwrap();
    let demoted = store.set_member_role(&space, member, Admin).await;
    assert_eq!(Refusal::from(refusal(demoted)).code(), "last-owner");
    assert_eq!(
        Refusal::from(refusal(store.leave_space(&space).await)).code(),
        "last-owner"
    );
    let (space, member) = store.find_member(ada.user_id, space_id, eve.user_id).await.unwrap();
    store.set_member_role(&space, member, Owner).await.unwrap();
    assert_counted(&store, &ada, space_id).await;
    store.leave_space(&space).await.unwrap();
    assert_eq!(
        Refusal::from(refusal(store.get_space(ada.user_id, space_id).await)).status(),
        404
    );
    assert_counted(&store, &eve, space_id).await;
    refusal(store.leave_space(&space).await);
    assert_counted(&store, &eve, space_id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s29_of_two_demotions_of_the_last_owners_one_happens() {
    for round in 0..scaled(20) {
        let store = store().await;
        let ada = registered(&store, "ada@example.org").await;
        let space_id = space_of(&store, ada.user_id).await.space_id();
        let eve = joined(&store, &ada, space_id, "eve", Owner).await;
        // Each themselves, or each the other.
        let targets = if round % 2 == 0 { [&ada, &eve] } else { [&eve, &ada] };
        let mut changes = Vec::new();
        for (by, target) in [&ada, &eve].into_iter().zip(targets) {
            let (space, member) = store.find_member(by.user_id, space_id, target.user_id).await.unwrap();
            let store = store.clone();
            changes.push(tokio::spawn(async move {
                store.set_member_role(&space, member, Member).await.map(drop)
            }));
        }
        let mut done = 0;
        for change in changes {
            match change.await.unwrap() {
                Ok(()) => done += 1,
                refused => assert_eq!(Refusal::from(refusal(refused)).code(), "last-owner"),
            }
        }
        assert_eq!(done, 1);
        assert_counted(&store, &ada, space_id).await;
        assert!(roles(&store, &ada, space_id).await.contains(&Owner));
    }
}

#[tokio::test]
async fn who_has_lost_the_role_meanwhile_changes_nothing() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let space_id = space_of(&store, ada.user_id).await.space_id();
    let eve = joined(&store, &ada, space_id, "eve", Admin).await;
    let bob = joined(&store, &ada, space_id, "bob", Member).await;
    let (as_admin, victim) = store.find_member(eve.user_id, space_id, bob.user_id).await.unwrap();
    let (space, member) = store.find_member(ada.user_id, space_id, eve.user_id).await.unwrap();
    store.set_member_role(&space, member, Viewer).await.unwrap();
    let removed = store.remove_member(&as_admin, &victim).await;
    assert_eq!(Refusal::from(refusal(removed)).code(), "membership-changed");
    let promoted = store.set_member_role(&as_admin, victim, Admin).await;
    assert_eq!(Refusal::from(refusal(promoted)).code(), "membership-changed");
    assert_eq!(roles(&store, &ada, space_id).await, [Owner, Viewer, Member]);
    assert_counted(&store, &ada, space_id).await;
}
