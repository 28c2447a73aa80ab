//! Signing up, in and out, refreshing, passwords: what sessions promise (S15–S18) and what guessing gets (S22, S23,
//! S25).

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use spaces_client::Client;
use spaces_contract::{Logout, PasswordChange, Secret, Session, TokenRefresh, UserRole, UserStatus};
use spaces_tests::{PASSWORD, TestServer, new_space, noon};

use crate::support::{Answer, Call, credentials, refused, registration};
use crate::world::World;

const OTHER_PASSWORD: &str = "another horse, another battery";

fn unauthenticated() -> (u16, String) {
    (401, "unauthenticated".to_owned())
}

async fn log_in(server: &TestServer, name: &str) -> Session {
    server
        .anonymous()
        .login()
        .body(credentials(name, PASSWORD))
        .send()
        .await
        .unwrap()
        .into_inner()
}

/// Tries to sign in; the status and the code, where it is refused.
async fn try_password(server: &TestServer, name: &str, password: &str) -> Answer {
    let body = json!({ "email": format!("{name}@example.org"), "password": password });
    Call::post("/api/auth/login").json(body).send(server).await
}

fn refresh_of(session: &Session) -> TokenRefresh {
    TokenRefresh {
        refresh_token: session.refresh_token.clone(),
    }
}

async fn refresh(server: &TestServer, session: &Session) -> Result<Session, (u16, String)> {
    match server
        .anonymous()
        .refresh_tokens()
        .body(refresh_of(session))
        .send()
        .await
    {
        Ok(session) => Ok(session.into_inner()),
        error => Err(refused(error)),
    }
}

fn invalid_refresh_token<T>() -> Result<T, (u16, String)> {
    Err((401, "invalid-refresh-token".to_owned()))
}

async fn is_signed_in(server: &TestServer, session: &Session) -> bool {
    match server.with_token(&session.access_token).get_me().send().await {
        Ok(me) => me.user_id == session.user.user_id,
        error => {
            assert_eq!(refused(error), unauthenticated());
            false
        }
    }
}

async fn change_password(client: &Client, current: &str, new: &str) -> Result<(), (u16, String)> {
    let change = PasswordChange {
        current_password: current.into(),
        new_password: new.parse().unwrap(),
    };
    match client.change_password().body(change).send().await {
        Ok(_) => Ok(()),
        error => Err(refused(error)),
    }
}

#[tokio::test]
async fn signing_up_signs_in() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    let user = &session.user;
    assert_eq!(
        (user.email.as_str(), user.display_name.as_str()),
        ("ada@example.org", "ada")
    );
    assert_eq!(
        (user.role, user.status, user.created_at),
        (UserRole::User, UserStatus::Active, noon())
    );
    assert_eq!(session.expires_in, 3600);
    assert_eq!(
        server
            .with_token(&session.access_token)
            .get_me()
            .send()
            .await
            .unwrap()
            .into_inner(),
        session.user
    );
}

#[tokio::test]
async fn an_email_signs_up_once_whatever_its_case() {
    let server = TestServer::start().await;
    server.sign_up("ada").await;
    for email in ["ada@example.org", "ADA@Example.ORG"] {
        let body = json!({ "email": email, "password": PASSWORD, "displayName": "Eve" });
        let answer = Call::post("/api/auth/register").json(body).send(&server).await;
        assert_eq!(answer.refused(), (409, "email-taken".to_owned()), "{email}");
    }
    assert_eq!(log_in(&server, "ADA").await.user.display_name.as_str(), "ada");
}

#[tokio::test]
async fn f10_of_concurrent_registrations_of_one_email_one_succeeds() {
    let server = TestServer::start().await;
    let calls = (0..16).map(|_| Call::post("/api/auth/register").json(registration("ada")).send(&server));
    let mut statuses: Vec<u16> = join_all(calls).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[409; 15][..]));
}

#[tokio::test]
async fn registration_can_be_closed() {
    let server = TestServer::with([("REGISTRATION", "closed".to_owned())]).await;
    let answer = Call::post("/api/auth/register")
        .json(registration("ada"))
        .send(&server)
        .await;
    assert_eq!(answer.refused(), (403, "registration-closed".to_owned()));
}

#[tokio::test]
async fn s28_nobody_chooses_their_role_status_or_id_at_registration() {
    let server = TestServer::start().await;
    for field in ["role", "status", "userId", "createdAt", "version", "passwordHash"] {
        let mut body = registration("eve");
        body[field] = json!("admin");
        let answer = Call::post("/api/auth/register").json(body).send(&server).await;
        assert_eq!(answer.violations(), [format!("body /{field} unknown-field")]);
    }
    assert_eq!(
        try_password(&server, "eve", PASSWORD).await.status,
        401,
        "no account was made"
    );
}

#[tokio::test]
async fn s25_common_and_personal_passwords_are_refused_when_they_are_set() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    for common in [
        "password1234",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "ada@example.org",
    ] {
        let body = json!({ "email": "ada@example.org", "password": common, "displayName": "ada" });
        let answer = Call::post("/api/auth/register").json(body).send(&server).await;
        assert_eq!(answer.violations(), ["body /password common-password"], "{common}");
        assert!(!answer.text().contains(common));
        let body = json!({ "currentPassword": PASSWORD, "newPassword": common });
        let answer = Call::post("/api/auth/change-password")
            .by(&ada)
            .json(body)
            .send(&server)
            .await;
        assert_eq!(answer.violations(), ["body /newPassword common-password"], "{common}");
    }
}

#[tokio::test]
async fn s20_passwords_that_differ_late_differ() {
    let server = TestServer::start().await;
    let long = "correct horse battery staple ".repeat(3);
    let (password, other) = (format!("{}A", &long[..72]), format!("{}B", &long[..72]));
    let body = json!({ "email": "ada@example.org", "password": password, "displayName": "Ada" });
    assert_eq!(
        Call::post("/api/auth/register").json(body).send(&server).await.status,
        201
    );
    assert_eq!(try_password(&server, "ada", &other).await.status, 401);
    assert_eq!(try_password(&server, "ada", &password).await.status, 200);
}

#[tokio::test]
async fn s22_unknown_wrong_and_disabled_get_the_same_refusal() {
    let world = World::new().await;
    world.set_status("disabled");
    let mut refusals = Vec::new();
    for (name, password) in [("nobody", PASSWORD), ("bob", "not the password"), ("ada", PASSWORD)] {
        let body = json!({ "email": format!("{name}@example.org"), "password": password });
        let answer = Call::post("/api/auth/login")
            .header("x-request-id", "same")
            .json(body)
            .send(&world.server)
            .await;
        assert_eq!(answer.refused(), (401, "invalid-credentials".to_owned()), "{name}");
        refusals.push((answer.header("www-authenticate").map(str::to_owned), answer.text()));
    }
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
}

#[tokio::test]
async fn s17_a_disabled_user_is_refused_at_once_with_every_token() {
    let world = World::new().await;
    assert!(is_signed_in(&world.server, &world.ada).await);
    world.set_status("disabled");
    assert!(!is_signed_in(&world.server, &world.ada).await);
    assert_eq!(refresh(&world.server, &world.ada).await, invalid_refresh_token());
}

#[tokio::test]
async fn s23_guessing_at_an_account_waits_and_its_owner_is_not_locked_out_for_good() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    server.sign_up("bob").await;
    server.advance(TimeDelta::minutes(1));
    for _ in 0..10 {
        assert_eq!(try_password(&server, "ada", "not the password").await.status, 401);
    }
    let throttled = try_password(&server, "ADA", PASSWORD).await;
    assert_eq!(throttled.refused(), (429, "too-many-attempts".to_owned()));
    assert_eq!(throttled.header("retry-after"), Some("240"));
    assert!(is_signed_in(&server, &session).await, "who is in stays in");
    assert_eq!(
        try_password(&server, "bob", PASSWORD).await.status,
        200,
        "others are not concerned"
    );
    server.advance(TimeDelta::seconds(239));
    assert_eq!(
        try_password(&server, "ada", PASSWORD).await.status,
        429,
        "trying on does not prolong it"
    );
    server.advance(TimeDelta::seconds(1));
    assert_eq!(try_password(&server, "ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn s23_an_unknown_account_is_throttled_as_a_known_one() {
    let server = TestServer::start().await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(try_password(&server, "nobody", PASSWORD).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (401, 429));
}

#[tokio::test]
async fn s23_signing_in_forgets_earlier_mistakes() {
    let server = TestServer::start().await;
    server.sign_up("ada").await;
    for _ in 0..2 {
        for _ in 0..9 {
            assert_eq!(try_password(&server, "ada", "not the password").await.status, 401);
        }
        log_in(&server, "ada").await;
    }
}

/// Uses up what one address may guess; most of it at an account that is throttled already, which costs no hashing.
async fn exhaust(server: &TestServer, call: &Call) {
    let body = json!({ "email": "nobody@example.org", "password": PASSWORD });
    for _ in 0..100 {
        assert!(matches!(
            call.clone().json(body.clone()).send(server).await.status,
            401 | 429
        ));
    }
}

#[tokio::test]
async fn s23_s37_guessing_from_an_address_waits_and_a_claimed_address_changes_nothing() {
    let server = TestServer::start().await;
    server.sign_up("ada").await;
    exhaust(&server, &Call::post("/api/auth/login")).await;
    assert_eq!(try_password(&server, "ada", PASSWORD).await.status, 429);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let spoofed = Call::post("/api/auth/login")
            .header(name, "203.0.113.7")
            .json(body.clone());
        assert_eq!(spoofed.send(&server).await.status, 429, "{name}");
    }
    server.advance(TimeDelta::minutes(5));
    assert_eq!(try_password(&server, "ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn s23_behind_a_trusted_proxy_each_client_address_is_its_own() {
    let server = TestServer::with([("TRUSTED_PROXIES", "127.0.0.1".to_owned())]).await;
    server.sign_up("ada").await;
    let from = |address: &str| Call::post("/api/auth/login").header("x-forwarded-for", address);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    exhaust(&server, &from("203.0.113.7")).await;
    // What is before the last address is the client's own claim.
    for address in ["203.0.113.7", "198.51.100.1, 203.0.113.7"] {
        assert_eq!(
            from(address).json(body.clone()).send(&server).await.status,
            429,
            "{address}"
        );
    }
    assert_eq!(from("198.51.100.1").json(body).send(&server).await.status, 200);
}

#[tokio::test]
async fn s23_signing_up_from_one_address_is_bounded() {
    let server = TestServer::start().await;
    let common = json!({ "email": "eve@example.org", "password": "password1234", "displayName": "Eve" });
    for _ in 0..100 {
        assert_eq!(
            Call::post("/api/auth/register")
                .json(common.clone())
                .send(&server)
                .await
                .status,
            422
        );
    }
    let answer = Call::post("/api/auth/register")
        .json(registration("eve"))
        .send(&server)
        .await;
    assert_eq!((answer.refused().0, answer.header("retry-after")), (429, Some("3600")));
    server.advance(TimeDelta::hours(1));
    server.sign_up("eve").await;
}

#[tokio::test]
async fn a_session_lasts_a_day_or_thirty_where_it_is_to_be_remembered() {
    for (remember_me, days) in [(false, 1), (true, 30)] {
        let server = TestServer::start().await;
        server.sign_up("ada").await;
        let credentials = spaces_contract::Credentials {
            remember_me,
            ..credentials("ada", PASSWORD)
        };
        let session = server
            .anonymous()
            .login()
            .body(credentials)
            .send()
            .await
            .unwrap()
            .into_inner();
        server.advance(TimeDelta::days(days) - TimeDelta::seconds(1));
        let next = refresh(&server, &session).await.unwrap();
        // The time begins anew with each refresh.
        server.advance(TimeDelta::days(days) - TimeDelta::seconds(1));
        let last = refresh(&server, &next).await.unwrap();
        server.advance(TimeDelta::days(days));
        assert_eq!(refresh(&server, &last).await, invalid_refresh_token(), "{days} days");
    }
}

#[tokio::test]
async fn s15_a_reused_refresh_token_ends_the_whole_family() {
    let server = TestServer::start().await;
    let first = server.sign_up("ada").await;
    let elsewhere = log_in(&server, "ada").await;
    let second = refresh(&server, &first).await.unwrap();
    assert!(is_signed_in(&server, &second).await);
    assert_eq!(refresh(&server, &first).await, invalid_refresh_token());
    assert_eq!(
        refresh(&server, &second).await,
        invalid_refresh_token(),
        "its successor is revoked with it"
    );
    for session in [&first, &second] {
        assert!(!is_signed_in(&server, session).await);
    }
    assert!(
        is_signed_in(&server, &elsewhere).await,
        "another sign-in is another family"
    );
    refresh(&server, &elsewhere).await.unwrap();
}

#[tokio::test]
async fn s15_no_other_text_is_a_refresh_token() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    let token = session.refresh_token.expose();
    let changed = format!(
        "{}{}",
        &token[..token.len() - 2],
        if token.ends_with("AA") { "BA" } else { "AA" }
    );
    let unknown = format!("spr_{}{}", "A".repeat(22), &token[26..]);
    for text in [
        "x",
        "spr_",
        &token[1..],
        session.access_token.expose(),
        &unknown,
        "\0",
        "'",
    ] {
        let outcome = refresh(
            &server,
            &Session {
                refresh_token: text.into(),
                ..session.clone()
            },
        )
        .await;
        assert_eq!(outcome, invalid_refresh_token(), "{text}");
    }
    assert!(is_signed_in(&server, &session).await);
    // Who has half of a token may have the other half: the family ends.
    let outcome = refresh(
        &server,
        &Session {
            refresh_token: changed.into(),
            ..session.clone()
        },
    )
    .await;
    assert_eq!(outcome, invalid_refresh_token());
    assert!(!is_signed_in(&server, &session).await);
}

#[tokio::test]
async fn s16_of_32_concurrent_refreshes_one_succeeds_and_the_rest_end_the_family() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    let outcomes = join_all((0..32).map(|_| refresh(&server, &session))).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 31), "one lineage");
    assert!(lost.into_iter().all(|outcome| outcome == invalid_refresh_token()));
    assert_eq!(
        refresh(&server, &won[0].clone().unwrap()).await,
        invalid_refresh_token()
    );
}

#[tokio::test]
async fn s17_logging_out_ends_this_session_at_once_and_no_other() {
    for body in [None, Some(Logout { everywhere: false })] {
        let server = TestServer::start().await;
        let (here, there) = (server.sign_up("ada").await, log_in(&server, "ada").await);
        let client = server.with_token(&here.access_token);
        let request = client.logout();
        let request = if let Some(body) = body {
            request.body::<Logout>(body)
        } else {
            request
        };
        assert_eq!(request.send().await.unwrap().status(), 204);
        assert!(!is_signed_in(&server, &here).await);
        assert_eq!(refresh(&server, &here).await, invalid_refresh_token());
        assert!(is_signed_in(&server, &there).await);
    }
}

#[tokio::test]
async fn s17_logging_out_everywhere_ends_all_sessions_of_the_caller_at_once() {
    let server = TestServer::start().await;
    let (here, there) = (server.sign_up("ada").await, log_in(&server, "ada").await);
    let bob = server.sign_up("bob").await;
    server
        .with_token(&here.access_token)
        .logout()
        .body(Logout { everywhere: true })
        .send()
        .await
        .unwrap();
    for session in [&here, &there] {
        assert!(!is_signed_in(&server, session).await);
        assert_eq!(refresh(&server, session).await, invalid_refresh_token());
    }
    assert!(is_signed_in(&server, &bob).await);
}

#[tokio::test]
async fn s17_a_changed_password_ends_all_other_sessions_at_once() {
    let server = TestServer::start().await;
    let (here, there) = (server.sign_up("ada").await, log_in(&server, "ada").await);
    let client = server.with_token(&here.access_token);
    change_password(&client, PASSWORD, OTHER_PASSWORD).await.unwrap();
    assert!(!is_signed_in(&server, &there).await);
    assert_eq!(refresh(&server, &there).await, invalid_refresh_token());
    assert!(is_signed_in(&server, &here).await);
    assert_eq!(try_password(&server, "ada", PASSWORD).await.status, 401);
    assert_eq!(try_password(&server, "ada", OTHER_PASSWORD).await.status, 200);
}

#[tokio::test]
async fn changing_the_password_needs_the_current_one_and_is_throttled_like_signing_in() {
    let server = TestServer::start().await;
    let client = server.user("ada").await;
    for _ in 0..10 {
        let wrong = change_password(&client, "not the password", OTHER_PASSWORD).await;
        assert_eq!(wrong, Err((403, "wrong-password".to_owned())));
    }
    let throttled = change_password(&client, PASSWORD, OTHER_PASSWORD).await;
    assert_eq!(throttled, Err((429, "too-many-attempts".to_owned())));
    server.advance(TimeDelta::minutes(5));
    assert_eq!(
        try_password(&server, "ada", PASSWORD).await.status,
        200,
        "it is the password still"
    );
}

#[tokio::test]
async fn s18_no_token_password_or_code_is_at_rest() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::on_disk(directory.path()).await;
    let first = server.sign_up("ada").await;
    let client = server.with_token(&first.access_token);
    let created = client
        .create_space()
        .body(new_space("Analytical Engine"))
        .send()
        .await
        .unwrap();
    let rotated = client
        .rotate_invite_code()
        .space_id(created.space_id)
        .send()
        .await
        .unwrap();
    let second = refresh(&server, &first).await.unwrap();
    change_password(&server.with_token(&second.access_token), PASSWORD, OTHER_PASSWORD)
        .await
        .unwrap();
    let stored = bytes_in(directory.path());
    let is_stored = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(
        is_stored("Analytical Engine") && is_stored("$argon2id$v=19$m=19456,t=2,p=1$"),
        "the search finds things"
    );
    let mut secrets = vec![
        PASSWORD,
        OTHER_PASSWORD,
        created.invite_code.expose(),
        rotated.invite_code.expose(),
    ];
    for session in [&first, &second] {
        secrets.push(session.refresh_token.expose().rsplit('.').next().unwrap());
        secrets.push(session.access_token.expose().rsplit('.').next().unwrap());
    }
    for secret in secrets {
        assert!(!is_stored(secret), "{secret}");
    }
}

fn bytes_in(directory: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

#[tokio::test]
async fn an_access_token_lasts_an_hour_and_a_refresh_gives_another() {
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    // Clocks may differ by a minute.
    server.advance(TimeDelta::seconds(3600 + 59));
    assert!(is_signed_in(&server, &session).await);
    server.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&server, &session).await);
    assert!(is_signed_in(&server, &refresh(&server, &session).await.unwrap()).await);
}

#[tokio::test]
async fn a26_every_401_says_how_to_authenticate() {
    let server = TestServer::start().await;
    let refused = [
        Call::get("/api/auth/me"),
        Call::get("/api/auth/me").token(&Secret::from("x")),
        Call::get("/api/auth/me").header("authorization", "Basic YWRhOng="),
        Call::post("/api/auth/login").json(json!({ "email": "ada@example.org", "password": "x" })),
        Call::post("/api/auth/refresh").json(json!({ "refreshToken": "x" })),
    ];
    for call in refused {
        let answer = call.send(&server).await;
        assert_eq!(
            (answer.refused().0, answer.header("www-authenticate")),
            (401, Some("Bearer"))
        );
    }
}
