//! Administration of users in the store: the last administrator, and deletion that is interrupted.

use lockstep_runtime::{OneOf, Refusal};
use spaces_contract::{ActivityKind, SpaceKind, UserStatus, UserUpdate};

use super::*;
use crate::store::{Kept, Occasion, UserFilter, UserRefused, count_round_trips};

async fn admin(store: &Store, email: &str) -> User {
    let new = NewUser {
        role: UserRole::Admin,
        ..new_user(email)
    };
    store.create_user(new, None, Kept::without_key).await.unwrap()
}

fn code<T>(outcome: Result<T, Failure<UserRefused>>) -> &'static str {
    match refusal(outcome) {
        OneOf::First(refusal) => Refusal::from(refusal).code(),
        OneOf::Second(OneOf::First(refusal)) => Refusal::from(refusal).code(),
        OneOf::Second(OneOf::Second(refusal)) => Refusal::from(refusal).code(),
    }
}

fn account(email: &str, status: Option<UserStatus>) -> UserUpdate {
    UserUpdate {
        email: text(email),
        display_name: text("Grace Hopper"),
        status,
    }
}

async fn kinds(store: &Store, user: &User) -> Vec<ActivityKind> {
    let page = store.list_activity(user.user_id, 100, None).await.unwrap();
    page.items.into_iter().map(|activity| activity.kind).collect()
}

async fn assert_counted(store: &Store) {
    let recounted = store.recount(false).await.unwrap();
    assert!(recounted.iter().all(|it| it.differences.is_empty()), "{recounted:?}");
}

async fn emails(store: &Store, filter: UserFilter, limit: i32) -> Vec<String> {
    let (mut emails, mut after) = (Vec::new(), None);
    loop {
        let page = store.list_users(&filter, limit, after.as_deref()).await.unwrap();
        assert!(i32::try_from(page.items.len()).unwrap() <= limit);
        emails.extend(page.items.iter().map(|user| user.email.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return emails;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_of_64_creations_of_one_email_one_wins() {
    let store = store().await;
    let create = |store: Store| async move {
        store
            .create_user(new_user("ada@example.org"), None, Kept::without_key)
            .await
    };
    let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(create(store.clone()))).collect();
    let mut winners = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(user) => winners.push(user.user_id),
            refused => assert_eq!(Refusal::from(refusal(refused)).code(), "email-taken"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_counted(&store).await;
}

#[tokio::test]
async fn a_change_of_email_moves_the_guard() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let taken = store
        .update_user(eve.clone(), account("ADA@example.org", None), Occasion::default())
        .await;
    assert_eq!(code(taken), "email-taken");
    let change = store.update_user(ada.clone(), account("grace@example.org", None), Occasion::default());
    let (changed, round_trips) = count_round_trips(change).await;
    let changed = changed.unwrap();
    assert_eq!((round_trips, changed.version), (1, 2));
    assert!(store.find_user_by_email("ada@example.org").await.unwrap().is_none());
    let found = store.find_user_by_email("grace@example.org").await.unwrap().unwrap();
    assert_eq!((found.account(), found.version), (changed.account(), changed.version));
    // Only in another case: the guard stays.
    let changed = store
        .update_user(changed, account("Grace@example.org", None), Occasion::default())
        .await
        .unwrap();
    assert_eq!(changed.email.as_str(), "Grace@example.org");
    store
        .update_user(eve, account("ada@example.org", None), Occasion::default())
        .await
        .unwrap();
    let stale = Occasion {
        expected_version: Some(1),
        ..Occasion::default()
    };
    assert_eq!(
        code(
            store
                .update_user(changed, account("grace@example.org", None), stale)
                .await
        ),
        "stale-version"
    );
}

#[tokio::test]
async fn the_last_active_administrator_stays_one() {
    let store = store().await;
    let (ada, eve) = (
        admin(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let nobody = Occasion::default();
    assert_eq!(
        code(store.set_role(ada.clone(), UserRole::User, nobody).await),
        "last-admin"
    );
    let disabled = account("ada@example.org", Some(UserStatus::Disabled));
    assert_eq!(
        code(store.update_user(ada.clone(), disabled.clone(), nobody).await),
        "last-admin"
    );
    assert_eq!(code(store.delete_user(ada.clone(), nobody).await), "last-admin");
    let eve = store.set_role(eve, UserRole::Admin, nobody).await.unwrap();
    let ada = store.update_user(ada, disabled, nobody).await.unwrap();
    assert_eq!(
        code(store.set_role(eve.clone(), UserRole::User, nobody).await),
        "last-admin"
    );
    let ada = store
        .update_user(ada, account("ada@example.org", Some(UserStatus::Active)), nobody)
        .await
        .unwrap();
    store.delete_user(eve, nobody).await.unwrap();
    assert_eq!(code(store.set_role(ada, UserRole::User, nobody).await), "last-admin");
    assert_counted(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s29_of_two_demotions_of_the_last_administrators_one_happens() {
    for _ in 0..10 {
        let store = store().await;
        let admins = [
            admin(&store, "ada@example.org").await,
            admin(&store, "eve@example.org").await,
        ];
        let demote = |(store, user): (Store, User)| async move {
            store.set_role(user, UserRole::User, Occasion::default()).await
        };
        let tasks = admins.map(|user| tokio::spawn(demote((store.clone(), user))));
        let mut demoted = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => demoted += 1,
                refused => assert_eq!(code(refused), "last-admin"),
            }
        }
        assert_eq!(demoted, 1);
    }
}

#[tokio::test]
async fn s17_a_disabled_user_has_no_sessions_even_when_enabled_again() {
    let store = store().await;
    let session = new_session(&store, "first");
    let session_id = session.session_id;
    let ada = store.register(new_user("ada@example.org"), session).await.unwrap();
    let nobody = Occasion::default();
    let disabled = account("ada@example.org", Some(UserStatus::Disabled));
    let ada = store.update_user(ada, disabled, nobody).await.unwrap();
    assert!(alive(&store, session_id).await.is_none());
    let enabled = account("ada@example.org", Some(UserStatus::Active));
    store.update_user(ada, enabled, nobody).await.unwrap();
    assert!(store.find_session(session_id).await.unwrap().is_none());
    assert_counted(&store).await;
}

#[tokio::test]
async fn users_are_listed_by_age_and_found_by_what_they_begin_with() {
    let store = store().await;
    let mut expected = Vec::new();
    for n in 0..7 {
        store.clock.advance(TimeDelta::seconds(1));
        let email = format!("User{n}@example.org");
        let role = if n % 3 == 0 { UserRole::Admin } else { UserRole::User };
        let new = NewUser {
            role,
            display_name: text(&format!("Name {n}")),
            ..new_user(&email)
        };
        store.create_user(new, None, Kept::without_key).await.unwrap();
        expected.push(email);
    }
    for limit in [1, 2, 3, 6, 7, 8, 100] {
        assert_eq!(
            emails(&store, UserFilter::default(), limit).await,
            expected,
            "limit {limit}"
        );
    }
    let begins = |text: &str| UserFilter {
        beginning: Some(text.to_owned()),
        ..UserFilter::default()
    };
    assert_eq!(emails(&store, begins("uSER3"), 25).await, ["User3@example.org"]);
    assert_eq!(emails(&store, begins("name 5"), 25).await, ["User5@example.org"]);
    assert_eq!(emails(&store, begins("ser"), 25).await, [""; 0]);
    let admins = UserFilter {
        role: Some(UserRole::Admin),
        ..UserFilter::default()
    };
    for limit in [1, 2, 3] {
        assert_eq!(
            emails(&store, admins.clone(), limit).await,
            ["User0@example.org", "User3@example.org", "User6@example.org"]
        );
    }
    let disabled = UserFilter {
        status: Some(UserStatus::Disabled),
        ..UserFilter::default()
    };
    assert_eq!(emails(&store, disabled, 25).await, [""; 0]);
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_but_what_is_in_the_spaces_of_others() {
    let store = store().await;
    let (ada, eve) = (
        registered(&store, "ada@example.org").await,
        registered(&store, "eve@example.org").await,
    );
    let nobody = Occasion::default();
    let space = store
        .create_space(ada.user_id, settings("Engine"), "code", Kept::without_key)
        .await
        .unwrap();
    store
        .accept_invitation(&eve, "code", crate::rules::may_grant)
        .await
        .unwrap();
    assert_eq!(
        code(store.delete_user(ada.clone(), nobody).await),
        "last-owner-of-space"
    );
    assert!(
        store
            .get_user(ada.user_id)
            .await
            .unwrap()
            .unwrap()
            .deleting_since
            .is_none()
    );
    store.delete_user(eve.clone(), nobody).await.unwrap();
    assert!(store.get_user(eve.user_id).await.unwrap().is_none());
    assert!(store.find_user_by_email("eve@example.org").await.unwrap().is_none());
    for partition in [
        keys::user(eve.user_id),
        keys::space(crate::store::personal_space_of(eve.user_id)),
    ] {
        assert_eq!(store.keys_in(partition, None).await.unwrap().0, []);
    }
    let left = store
        .get_space(ada.user_id, space.space_id())
        .await
        .unwrap()
        .into_space();
    assert_eq!((left.member_count, left.kind), (1, SpaceKind::Shared));
    assert_eq!(emails(&store, UserFilter::default(), 25).await, ["ada@example.org"]);
    assert_counted(&store).await;
    registered(&store, "eve@example.org").await;
}

#[tokio::test]
async fn a_deletion_of_a_user_that_was_interrupted_is_finished_by_repeating_it() {
    let store = store().await;
    let eve = registered(&store, "eve@example.org").await;
    let now = store.clock.now();
    let mark = |user: &mut User| {
        user.deleting_since = Some(now);
        user.status = UserStatus::Disabled;
    };
    let nobody = Occasion::default();
    let marked = store
        .change_user(eve, ActivityKind::AccountChanged, nobody, mark)
        .await
        .unwrap();
    assert_eq!(
        code(
            store
                .update_user(marked.clone(), account("eve@example.org", None), nobody)
                .await
        ),
        "user-not-found"
    );
    assert_eq!(
        code(store.set_role(marked.clone(), UserRole::Admin, nobody).await),
        "user-not-found"
    );
    store.delete_user(marked.clone(), nobody).await.unwrap();
    store.delete_user(marked.clone(), nobody).await.unwrap();
    assert!(store.get_user(marked.user_id).await.unwrap().is_none());
    assert_counted(&store).await;
}

#[tokio::test]
async fn activity_tells_what_happened_newest_first_for_90_days() {
    let store = store().await;
    let boss = store.clock.new_id();
    let ada = registered(&store, "ada@example.org").await;
    let session = new_session(&store, "second");
    let session_id = session.session_id;
    store.create_session(&ada, session).await.unwrap();
    store.sign_out(ada.user_id, session_id).await.unwrap();
    assert!(alive(&store, session_id).await.is_none());
    store.change_password(&ada, Secret::new("second")).await.unwrap();
    let ada = store.get_user(ada.user_id).await.unwrap().unwrap();
    let by_boss = Occasion {
        actor: Some(boss),
        ..Occasion::default()
    };
    let ada = store.set_role(ada, UserRole::Admin, by_boss).await.unwrap();
    use ActivityKind::{PasswordChanged, RoleChanged, SignedIn, SignedOut, SignedUp};
    assert_eq!(
        kinds(&store, &ada).await,
        [RoleChanged, PasswordChanged, SignedOut, SignedIn, SignedUp]
    );
    let (page, round_trips) = count_round_trips(store.list_activity(ada.user_id, 2, None)).await;
    let page = page.unwrap();
    assert_eq!(
        (
            page.items.len(),
            page.items[0].actor_id,
            page.items[1].actor_id,
            round_trips
        ),
        (2, Some(boss), None, 1)
    );
    let rest = store.list_activity(ada.user_id, 25, page.next).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (3, None));
    store.clock.advance(TimeDelta::days(90));
    assert_eq!(kinds(&store, &ada).await, [] as [ActivityKind; 0]);
}
