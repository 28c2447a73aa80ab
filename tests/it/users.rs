//! Profile, onboarding and preferences.

use chrono::TimeDelta;
use serde_json::json;
use spaces_client::Client;
use spaces_contract::{
    NotificationPreferences, Preferences, PreferencesUpdate, ProfileUpdate, PushPreferences, Theme, Uuid,
};
use spaces_tests::{TestServer, new_space, noon};

use crate::support::{Call, header, refusal};

fn profile() -> ProfileUpdate {
    ProfileUpdate {
        display_name: "Ada Lovelace".parse().unwrap(),
        timezone: "Europe/London".parse().unwrap(),
        locale: "en-GB".parse().unwrap(),
        avatar_url: Some("https://example.org/ada.png".parse().unwrap()),
        bio: Some("Writes programs for engines.".parse().unwrap()),
    }
}

fn preferences(default_space_id: Option<Uuid>) -> PreferencesUpdate {
    PreferencesUpdate {
        theme: Theme::Dark,
        language: "en-GB".parse().unwrap(),
        notifications: NotificationPreferences {
            email: false,
            push: PushPreferences {
                tasks: false,
                events: true,
                invitations: false,
            },
        },
        default_space_id,
    }
}

async fn create_space(client: &Client, name: &str) -> Uuid {
    client
        .create_space()
        .body(new_space(name))
        .send()
        .await
        .unwrap()
        .space_id
}

#[tokio::test]
async fn a_new_profile_has_what_signing_up_said() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    let profile = server
        .with_token(&session.access_token)
        .get_profile()
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (profile.user_id, profile.email.as_str()),
        (session.user.user_id, "ada@example.org")
    );
    assert_eq!(
        (
            profile.display_name.as_str(),
            profile.timezone.as_str(),
            profile.locale.as_str()
        ),
        ("ada", "UTC", "en")
    );
    assert_eq!(
        (profile.avatar_url, profile.bio, profile.onboarding_completed_at),
        (None, None, None)
    );
    assert_eq!(profile.updated_at, noon());
}

#[tokio::test]
async fn a_profile_is_replaced_and_absent_optional_fields_are_cleared() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    server.advance(TimeDelta::minutes(1));
    let full = client
        .update_profile()
        .body(profile())
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (full.bio.clone(), full.avatar_url.clone()),
        (profile().bio, profile().avatar_url)
    );
    assert_eq!(full.updated_at, noon() + TimeDelta::minutes(1));
    assert_eq!(client.get_profile().send().await.unwrap().into_inner(), full);
    let less = ProfileUpdate {
        avatar_url: None,
        bio: None,
        ..profile()
    };
    let cleared = client.update_profile().body(less).send().await.unwrap().into_inner();
    assert_eq!((cleared.bio.as_ref(), cleared.avatar_url.as_ref()), (None, None));
    assert_eq!(client.get_profile().send().await.unwrap().into_inner(), cleared);
}

#[tokio::test]
async fn the_display_name_of_the_profile_is_that_of_the_account() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    client.update_profile().body(profile()).send().await.unwrap();
    assert_eq!(
        client.get_me().send().await.unwrap().display_name.as_str(),
        "Ada Lovelace"
    );
}

#[tokio::test]
async fn s28_a_profile_takes_no_field_that_its_owner_does_not_edit() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    for field in [
        "email",
        "userId",
        "role",
        "status",
        "version",
        "passwordHash",
        "onboardingCompletedAt",
        "createdAt",
    ] {
        let mut body = serde_json::to_value(profile()).unwrap();
        body[field] = json!("x");
        let answer = Call::new("PUT", "/api/user/profile")
            .by(&session)
            .json(body)
            .send(&server)
            .await;
        assert_eq!(answer.violations(), [format!("body /{field} unknown-field")]);
    }
    let me = server
        .with_token(&session.access_token)
        .get_me()
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(me, session.user);
}

#[tokio::test]
async fn onboarding_is_completed_once() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    server.advance(TimeDelta::minutes(1));
    let first = client.complete_onboarding().send().await.unwrap();
    assert_eq!(first.onboarding_completed_at, Some(noon() + TimeDelta::minutes(1)));
    server.advance(TimeDelta::minutes(1));
    let second = client.complete_onboarding().send().await.unwrap();
    assert_eq!(header(&second, "etag"), header(&first, "etag"));
    assert_eq!(*second, *first);
    assert_eq!(
        client.get_me().send().await.unwrap().onboarding_completed_at,
        first.onboarding_completed_at
    );
}

#[tokio::test]
async fn preferences_begin_with_defaults() {
    let server = TestServer::start().await;
    let found = server
        .user("ada")
        .await
        .get_preferences()
        .send()
        .await
        .unwrap()
        .into_inner();
    let push = PushPreferences {
        tasks: true,
        events: true,
        invitations: true,
    };
    let expected = Preferences {
        theme: Theme::System,
        language: "en".parse().unwrap(),
        notifications: NotificationPreferences { email: true, push },
        default_space_id: None,
    };
    assert_eq!(found, expected);
}

#[tokio::test]
async fn preferences_are_replaced_as_a_whole() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    let space_id = create_space(&client, "Engine").await;
    let chosen = client
        .update_preferences()
        .body(preferences(Some(space_id)))
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!((chosen.theme, chosen.default_space_id), (Theme::Dark, Some(space_id)));
    assert_eq!(chosen.notifications, preferences(None).notifications);
    assert_eq!(client.get_preferences().send().await.unwrap().into_inner(), chosen);
    client
        .update_preferences()
        .body(preferences(None))
        .send()
        .await
        .unwrap();
    assert_eq!(client.get_preferences().send().await.unwrap().default_space_id, None);
}

#[tokio::test]
async fn s27_the_default_space_must_be_one_of_the_callers() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let of_ada = create_space(&ada, "Engine").await;
    let deleted = create_space(&eve, "Gone").await;
    eve.delete_space().space_id(deleted).send().await.unwrap();
    let mut refusals = Vec::new();
    for space_id in [of_ada, deleted, uuid::Uuid::now_v7()] {
        let mut problem = refusal(eve.update_preferences().body(preferences(Some(space_id))).send().await);
        problem.request_id.clear();
        refusals.push(problem);
    }
    assert_eq!(
        (refusals[0].status, refusals[0].errors[0].pointer.as_str()),
        (422, "/defaultSpaceId")
    );
    assert!(
        refusals.iter().all(|problem| *problem == refusals[0]),
        "which of them exist is not told: {refusals:?}"
    );
    assert_eq!(
        eve.get_preferences().send().await.unwrap().theme,
        Theme::System,
        "nothing has changed"
    );
}

#[tokio::test]
async fn profiles_and_preferences_of_others_stay_as_they_are() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let (profile_of_ada, preferences_of_ada) = (
        ada.get_profile().send().await.unwrap(),
        ada.get_preferences().send().await.unwrap(),
    );
    eve.update_profile().body(profile()).send().await.unwrap();
    eve.update_preferences().body(preferences(None)).send().await.unwrap();
    assert_eq!(*ada.get_profile().send().await.unwrap(), *profile_of_ada);
    assert_eq!(*ada.get_preferences().send().await.unwrap(), *preferences_of_ada);
}
