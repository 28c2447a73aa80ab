//! Invitations in the store: as many uses as there are, in every interleaving.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use lockstep_runtime::Refusal;
use uuid::Uuid;

use super::*;
use crate::rules;
use crate::store::tests::{refusal, registered, settings, store, text};
use crate::store::{Occasion, count_round_trips};

fn status<T>(outcome: Result<T, Failure<OneOf<NotFound, Forbidden>>>) -> u16 {
    match refusal(outcome) {
        OneOf::First(refusal) => Refusal::from(refusal).status(),
        OneOf::Second(refusal) => Refusal::from(refusal).status(),
    }
}

async fn space_of(store: &Store, owner: &User) -> MemberSpace {
    store
        .create_space(owner.user_id, settings("Engine"), "space code", Kept::without_key)
        .await
        .unwrap()
}

fn link(role: SpaceRole, max_uses: i32) -> InvitationTerms {
    InvitationTerms {
        email: None,
        role,
        max_uses,
        lifetime: TimeDelta::days(7),
    }
}

fn for_email(email: &str) -> InvitationTerms {
    InvitationTerms {
        email: Some(text(email)),
        ..link(SpaceRole::Member, 1)
    }
}

async fn invited(store: &Store, inviter: &MemberSpace, terms: InvitationTerms, code: &str) -> Invitation {
    store
        .create_invitation(inviter, terms, code, Kept::without_key)
        .await
        .unwrap()
}

async fn member_count(store: &Store, user: &User, space_id: Uuid) -> i32 {
    store
        .get_space(user.user_id, space_id)
        .await
        .unwrap()
        .into_space()
        .member_count
}

async fn pending(store: &Store, email: &str) -> Vec<Uuid> {
    let page = store
        .list_pending_invitations(&text(email), 100, None, rules::may_grant)
        .await
        .unwrap();
    page.items
        .into_iter()
        .map(|invitation| invitation.invitation_id)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s34_of_many_who_accept_at_once_as_many_get_in_as_there_are_uses() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let space = space_of(&store, &ada).await;
    invited(&store, &space, link(SpaceRole::Member, 5), "link").await;
    let mut tasks = Vec::new();
    for n in 0..16 {
        let user = registered(&store, &format!("user{n}@example.org")).await;
        // Each of them twice at once: one person uses one.
        for _ in 0..2 {
            let (store, user) = (store.clone(), user.clone());
            tasks.push(tokio::spawn(async move {
                (
                    user.user_id,
                    store.accept_invitation(&user, "link", rules::may_grant).await,
                )
            }));
        }
    }
    let mut members = std::collections::HashSet::new();
    for task in tasks {
        match task.await.unwrap() {
            (user_id, Ok(_)) => drop(members.insert(user_id)),
            (_, refused) => assert_eq!(status(refused), 404),
        }
    }
    assert_eq!(members.len(), 5);
    assert_eq!(member_count(&store, &ada, space.space_id()).await, 6);
    let list = store
        .list_members(&ada, space.space_id(), 100, None, rules::may_see_members)
        .await
        .unwrap();
    assert_eq!(list.items.len(), 6);
    assert!(
        store
            .recount(false)
            .await
            .unwrap()
            .iter()
            .all(|it| it.differences.is_empty())
    );
}

#[tokio::test]
async fn accepting_twice_changes_nothing_and_a_removed_member_does_not_come_back_by_the_same_code() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let space = space_of(&store, &ada).await;
    let space_id = space.space_id();
    invited(&store, &space, link(SpaceRole::Viewer, 3), "link").await;
    let (accepted, round_trips) = count_round_trips(store.accept_invitation(&eve, "link", rules::may_grant)).await;
    let accepted = accepted.unwrap();
    assert_eq!((accepted.role(), round_trips), (SpaceRole::Viewer, 3));
    let again = store.accept_invitation(&eve, "link", rules::may_grant).await.unwrap();
    assert_eq!(again.into_space(), accepted.into_space());
    let (ada_there, member) = store.find_member(ada.user_id, space_id, eve.user_id).await.unwrap();
    store.remove_member(&ada_there, &member).await.unwrap();
    assert_eq!(
        status(store.accept_invitation(&eve, "link", rules::may_grant).await),
        404
    );
    assert_eq!(member_count(&store, &ada, space_id).await, 1);
}

#[tokio::test]
async fn s33_expired_used_revoked_and_wrong_codes_admit_nobody_and_look_alike() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let space = space_of(&store, &ada).await;
    let revoked = invited(&store, &space, link(SpaceRole::Member, 3), "revoked").await;
    invited(&store, &space, link(SpaceRole::Member, 1), "used").await;
    invited(&store, &space, link(SpaceRole::Member, 1), "expired").await;
    invited(
        &store,
        &space,
        InvitationTerms {
            lifetime: TimeDelta::days(90),
            ..link(SpaceRole::Member, 1)
        },
        "long",
    )
    .await;
    let (preview, round_trips) = count_round_trips(store.preview_invitation("used", rules::may_grant)).await;
    assert_eq!((preview.unwrap().space_name, round_trips), (text("Engine"), 2));
    let bob = registered(&store, "bob@example.org").await;
    store.accept_invitation(&bob, "used", rules::may_grant).await.unwrap();
    store
        .revoke_invitation(ada.user_id, revoked.invitation_id, rules::may_administer)
        .await
        .unwrap();
    store.clock.advance(TimeDelta::days(7));
    for code in ["wrong", "revoked", "used", "expired"] {
        let preview = Refusal::from(refusal(store.preview_invitation(code, rules::may_grant).await));
        assert_eq!(
            (preview.status(), preview.code()),
            (404, "invitation-not-found"),
            "{code}"
        );
        assert_eq!(
            status(store.accept_invitation(&eve, code, rules::may_grant).await),
            404,
            "{code}"
        );
    }
    store.preview_invitation("long", rules::may_grant).await.unwrap();
    store.accept_invitation(&eve, "long", rules::may_grant).await.unwrap();
}

#[tokio::test]
async fn s35_an_invitation_for_an_email_is_for_nobody_else() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let grace = registered(&store, "grace@example.org").await;
    let space = space_of(&store, &ada).await;
    let first = invited(&store, &space, for_email("Grace@Example.org"), "first")
        .await
        .invitation_id;
    let second = invited(&store, &space, for_email("grace@example.org"), "second")
        .await
        .invitation_id;
    assert_eq!(pending(&store, "GRACE@example.org").await, [first, second]);
    assert_eq!(pending(&store, "eve@example.org").await, [] as [Uuid; 0]);
    assert_eq!(
        status(store.accept_invitation(&eve, "first", rules::may_grant).await),
        403
    );
    let declined = store.decline_invitation(&eve.email, first).await;
    assert_eq!(Refusal::from(refusal(declined)).status(), 404);
    let (declined, round_trips) = count_round_trips(store.decline_invitation(&grace.email, first)).await;
    declined.unwrap();
    assert_eq!(
        (pending(&store, "grace@example.org").await, round_trips),
        (vec![second], 2)
    );
    assert_eq!(
        status(store.accept_invitation(&grace, "first", rules::may_grant).await),
        404
    );
    store
        .accept_invitation(&grace, "second", rules::may_grant)
        .await
        .unwrap();
    assert_eq!(pending(&store, "grace@example.org").await, [] as [Uuid; 0]);
}

#[tokio::test]
async fn an_invitation_is_as_good_as_the_right_of_who_made_it() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let bob = registered(&store, "bob@example.org").await;
    let space = space_of(&store, &ada).await;
    let space_id = space.space_id();
    invited(&store, &space, link(SpaceRole::Admin, 1), "for eve").await;
    let eve_there = store
        .accept_invitation(&eve, "for eve", rules::may_grant)
        .await
        .unwrap();
    invited(&store, &eve_there, link(SpaceRole::Admin, 9), "by eve").await;
    invited(&store, &eve_there, for_email("bob@example.org"), "for bob").await;
    let (ada_there, member) = store.find_member(ada.user_id, space_id, eve.user_id).await.unwrap();
    store.remove_member(&ada_there, &member).await.unwrap();
    for user in [&eve, &bob] {
        assert_eq!(
            status(store.accept_invitation(user, "by eve", rules::may_grant).await),
            404
        );
    }
    refusal(store.preview_invitation("by eve", rules::may_grant).await);
    assert_eq!(pending(&store, "bob@example.org").await, [] as [Uuid; 0]);
    // The code of the space is nobody's, but for members only and only while it is the current one.
    let bob_there = store
        .accept_invitation(&bob, "space code", rules::may_grant)
        .await
        .unwrap();
    assert_eq!(bob_there.role(), SpaceRole::Member);
    store.rotate_invite_code(&ada_there, "new code").await.unwrap();
    assert_eq!(
        status(store.accept_invitation(&eve, "space code", rules::may_grant).await),
        404
    );
}

#[tokio::test]
async fn an_invitation_is_revoked_by_its_maker_and_by_admins() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let space = space_of(&store, &ada).await;
    let first = invited(&store, &space, link(SpaceRole::Member, 1), "first")
        .await
        .invitation_id;
    let revoke = |user: &User, id| store.revoke_invitation(user.user_id, id, rules::may_administer);
    assert_eq!(status(revoke(&eve, first).await), 404);
    let eve_there = store
        .accept_invitation(&eve, "space code", rules::may_grant)
        .await
        .unwrap();
    assert_eq!(status(revoke(&eve, first).await), 403);
    let second = invited(&store, &eve_there, link(SpaceRole::Member, 1), "second")
        .await
        .invitation_id;
    revoke(&ada, second).await.unwrap();
    revoke(&ada, first).await.unwrap();
    assert_eq!(status(revoke(&ada, first).await), 404);
}

#[tokio::test]
async fn nobody_gets_into_a_personal_space_or_one_that_goes() {
    let store = store().await;
    let ada = registered(&store, "ada@example.org").await;
    let personal = store
        .get_space(ada.user_id, crate::store::personal_space_of(ada.user_id))
        .await
        .unwrap();
    let refused = store
        .create_invitation(&personal, link(SpaceRole::Member, 1), "code", Kept::without_key)
        .await;
    assert_eq!(Refusal::from(refusal(refused)).code(), "personal-space");
    let space = space_of(&store, &ada).await;
    invited(&store, &space, for_email("eve@example.org"), "by email").await;
    invited(&store, &space, link(SpaceRole::Member, 9), "link").await;
    let bob = registered(&store, "bob@example.org").await;
    store.accept_invitation(&bob, "link", rules::may_grant).await.unwrap();
    let space = store.get_space(ada.user_id, space.space_id()).await.unwrap();
    store.delete_space(space, None).await.unwrap();
    let eve = registered(&store, "eve@example.org").await;
    for code in ["by email", "link", "space code"] {
        assert_eq!(
            status(store.accept_invitation(&eve, code, rules::may_grant).await),
            404,
            "{code}"
        );
        assert!(
            store
                .keys_in(keys::invitation_uses(code), None)
                .await
                .unwrap()
                .0
                .is_empty(),
            "{code} is gone"
        );
    }
    let (left, _) = store.keys_in(keys::email("eve@example.org"), None).await.unwrap();
    assert_eq!(left, [keys::email_guard("eve@example.org")]);
}

#[tokio::test]
async fn a_user_who_is_being_deleted_gets_in_nowhere() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let space = space_of(&store, &ada).await;
    invited(&store, &space, link(SpaceRole::Member, 9), "link").await;
    store.delete_user(eve.clone(), Occasion::default()).await.unwrap();
    assert_eq!(
        status(store.accept_invitation(&eve, "link", rules::may_grant).await),
        404
    );
    assert_eq!(member_count(&store, &ada, space.space_id()).await, 1);
}
