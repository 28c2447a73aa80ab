//! Users on the embedded engine: signing up once, changing, and what they prefer.

use lockstep_runtime::{Refusal, Secret};

use super::*;
use crate::store::{StaleCredentials, count_round_trips};
use spaces_contract::{NotificationPreferences, Preferences, ProfileUpdate, PushPreferences, Theme};

#[tokio::test]
async fn register_creates_user_personal_space_and_session_in_one_round_trip() {
    let store = store().await;
    let session = new_session(&store, "first");
    let (user, round_trips) = count_round_trips(store.register(new_user("Ada@Example.org"), session.clone())).await;
    let user = user.unwrap();
    assert_eq!(round_trips, 1);
    assert_eq!(user.account().created_at, store.clock.now());
    let found = store.find_user_by_email("ada@example.ORG").await.unwrap().unwrap();
    assert_eq!(found.account(), user.account());
    assert_eq!(found.profile(), user.profile());
    assert_eq!(found.password_hash, user.password_hash);
    let spaces = store.list_spaces(user.user_id, 25, None).await.unwrap();
    assert_eq!((spaces.items.len(), spaces.next), (1, None));
    assert_eq!(alive(&store, session.session_id).await.unwrap().user_id, user.user_id);
}

#[tokio::test]
async fn an_email_is_unique_whatever_its_case() {
    let store = store().await;
    registered(&store, "ada@example.org").await;
    let again = store
        .register(new_user("ADA@example.org"), new_session(&store, "second"))
        .await;
    assert_eq!(Refusal::from(refusal(again)).code(), "email-taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_of_64_registrations_of_one_email_one_wins() {
    let store = store().await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let session = new_session(&store, &n.to_string());
                store.register(new_user("ada@example.org"), session).await
            })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(user) => winners.push(user.user_id),
            refused => assert_eq!(Refusal::from(refusal(refused)).status(), 409),
        }
    }
    assert_eq!(winners.len(), 1);
    let found = store.find_user_by_email("ada@example.org").await.unwrap().unwrap();
    assert_eq!(found.user_id, winners[0]);
}

fn profile_update(bio: Option<&str>) -> ProfileUpdate {
    ProfileUpdate {
        display_name: text("Countess of Lovelace"),
        avatar_url: None,
        bio: bio.map(text),
        timezone: text("UTC"),
        locale: text("en"),
    }
}

#[tokio::test]
async fn update_profile_sets_and_clears_and_refuses_a_stale_version() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    store.clock.advance(TimeDelta::seconds(5));
    let changed = store
        .update_profile(user.clone(), profile_update(Some("Hello")), Some(1))
        .await
        .unwrap();
    assert_eq!((changed.version, changed.bio.is_some()), (2, true));
    assert_eq!(changed.updated_at, user.updated_at + TimeDelta::seconds(5));
    let stale = store.update_profile(user.clone(), profile_update(None), Some(1)).await;
    assert_eq!(Refusal::from(refusal(stale)).status(), 412);
    let cleared = store
        .update_profile(user.clone(), profile_update(None), None)
        .await
        .unwrap();
    assert_eq!((cleared.version, cleared.bio.is_some()), (3, false));
    assert_eq!(
        store.get_user(user.user_id).await.unwrap().unwrap().profile(),
        cleared.profile()
    );
    assert_eq!(cleared.password_hash, user.password_hash);
}

#[tokio::test]
async fn an_update_never_makes_a_user() {
    let store = store().await;
    let nobody = store.clock.new_id();
    let nobody_there = User {
        user_id: nobody,
        ..registered(&store, "ada@example.org").await
    };
    refusal(store.update_profile(nobody_there, profile_update(None), None).await);
    store.complete_onboarding(nobody).await.unwrap_err();
    assert!(store.get_user(nobody).await.unwrap().is_none());
}

#[tokio::test]
async fn complete_onboarding_keeps_the_first_time() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    let first = store.complete_onboarding(user.user_id).await.unwrap();
    store.clock.advance(TimeDelta::days(1));
    let second = store.complete_onboarding(user.user_id).await.unwrap();
    assert!(first.onboarding_completed_at.is_some());
    assert_eq!(second.profile(), first.profile());
    assert_eq!((first.version, second.version), (2, 2));
}

#[tokio::test]
async fn a_password_hash_is_replaced_only_by_who_read_it() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await;
    let changed = store.set_password_hash(&user, Secret::new("second")).await.unwrap();
    assert_eq!(
        refusal(store.set_password_hash(&user, Secret::new("third")).await),
        StaleCredentials
    );
    assert_eq!(
        store.get_user(user.user_id).await.unwrap().unwrap().password_hash,
        changed.password_hash
    );
    assert!(!format!("{changed:?}").contains("second"));
}

fn preferences(theme: Theme) -> Preferences {
    let push = PushPreferences {
        tasks: true,
        events: false,
        invitations: true,
    };
    let notifications = NotificationPreferences { email: true, push };
    Preferences {
        theme,
        language: text("en"),
        notifications,
        default_space_id: None,
    }
}

#[tokio::test]
async fn preferences_begin_at_version_0_and_refuse_a_stale_one() {
    let store = store().await;
    let user = registered(&store, "ada@example.org").await.user_id;
    assert_eq!(store.get_preferences(user).await.unwrap(), None);
    let chosen = Preferences {
        default_space_id: Some(user),
        ..preferences(Theme::Dark)
    };
    let dark = store.update_preferences(user, chosen, Some(0)).await.unwrap();
    assert_eq!(
        (dark.version, dark.value.theme, dark.value.default_space_id),
        (1, Theme::Dark, Some(user))
    );
    let stale = store.update_preferences(user, preferences(Theme::Light), Some(0)).await;
    assert_eq!(Refusal::from(refusal(stale)).status(), 412);
    let light = store
        .update_preferences(user, preferences(Theme::Light), Some(1))
        .await
        .unwrap();
    assert_eq!(light.value, preferences(Theme::Light));
    assert_eq!(store.get_preferences(user).await.unwrap(), Some(light));
    store
        .update_preferences(user, preferences(Theme::System), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn data_survives_opening_the_file_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/spaces.db");
    let user = registered(&Store::embedded(&path, clock()).await.unwrap(), "ada@example.org").await;
    let store = Store::embedded(&path, clock()).await.unwrap();
    let found = store.find_user_by_email("ada@example.org").await.unwrap().unwrap();
    assert_eq!(found.account(), user.account());
}
