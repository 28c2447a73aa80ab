//! `AUTH_MODE=cognito` against moto's Cognito, a real peer: a pool, a client and users are made over its API, and the
//! tokens are those that it signs.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use spaces_contract::Secret;
use spaces_server::clock::Clock;
use spaces_tests::process::Moto;
use spaces_tests::{TestServer, noon};

use crate::support::{Call, registration};

/// What Cognito answers to a sign-in.
struct Tokens {
    access: Secret,
    id: Secret,
    refresh: Secret,
}

/// A pool with one client, and a server that trusts both.
struct Pool {
    server: TestServer,
    moto: Moto,
    id: String,
    client: String,
}

impl Pool {
    async fn new() -> Self {
        let moto = Moto::start(&[]).await;
        let http = spaces_client::reqwest::Client::new();
        let id = pool(&http, &moto).await;
        let client = client(&http, &moto, &id).await;
        let server = TestServer::with([
            ("AUTH_MODE", "cognito".to_owned()),
            ("COGNITO_USER_POOL_ID", id.clone()),
            ("COGNITO_CLIENT_ID", client.clone()),
            ("COGNITO_ENDPOINT", moto.endpoint.clone()),
        ])
        .await;
        // moto has no clock but the machine's.
        server.advance(Clock::system().now() - noon());
        Self {
            server,
            moto,
            id,
            client,
        }
    }

    async fn ask(&self, operation: &str, body: Value) -> Value {
        ask(&self.server.http, &self.moto, operation, body).await
    }

    /// Makes a user of the pool with these attributes, and signs them in.
    async fn sign_in(&self, name: &str, attributes: Value) -> Tokens {
        sign_up(&self.server.http, &self.moto, &self.id, name, attributes).await;
        sign_in(&self.server.http, &self.moto, &self.client, name).await
    }

    async fn ada(&self) -> Tokens {
        self.sign_in(
            "ada",
            attributes(&[("email", "ada@example.org"), ("name", "Ada Lovelace")]),
        )
        .await
    }
}

async fn ask(http: &spaces_client::reqwest::Client, moto: &Moto, operation: &str, body: Value) -> Value {
    let request = http
        .post(format!("{}/", moto.endpoint))
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("X-Amz-Target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(body.to_string());
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{operation}: {status} {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

async fn pool(http: &spaces_client::reqwest::Client, moto: &Moto) -> String {
    let made = ask(http, moto, "CreateUserPool", json!({ "PoolName": "people" })).await;
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}

async fn client(http: &spaces_client::reqwest::Client, moto: &Moto, pool: &str) -> String {
    let wanted = json!({
        "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let made = ask(http, moto, "CreateUserPoolClient", wanted).await;
    made["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned()
}

const PASSWORD: &str = "Correct-Horse-7";

async fn sign_up(http: &spaces_client::reqwest::Client, moto: &Moto, pool: &str, name: &str, attributes: Value) {
    let user = json!({ "UserPoolId": pool, "Username": name, "UserAttributes": attributes });
    ask(http, moto, "AdminCreateUser", user).await;
    let password = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
    ask(http, moto, "AdminSetUserPassword", password).await;
}

async fn sign_in(http: &spaces_client::reqwest::Client, moto: &Moto, client: &str, name: &str) -> Tokens {
    let credentials = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
    });
    let answer = ask(http, moto, "InitiateAuth", credentials).await;
    let token = |kind: &str| Secret::from(answer["AuthenticationResult"][kind].as_str().expect(kind));
    Tokens {
        access: token("AccessToken"),
        id: token("IdToken"),
        refresh: token("RefreshToken"),
    }
}

fn attributes(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect()
}

fn me(token: &Secret) -> Call {
    Call::get("/api/auth/me").token(token)
}

#[tokio::test]
async fn a_first_seen_subject_becomes_a_user_once_and_owns_a_personal_space() {
    let pool = Pool::new().await;
    let server = &pool.server;
    let tokens = pool.ada().await;
    // All at once, and nobody has fetched a key before.
    let answers = join_all((0..16).map(|_| me(&tokens.access).send(server))).await;
    let accounts: Vec<_> = answers
        .iter()
        .map(|answer| (answer.status, answer.json()["userId"].clone()))
        .collect();
    assert!(
        accounts.iter().all(|it| it.0 == 200 && *it == accounts[0]),
        "{accounts:?}"
    );

    let account = answers[0].json();
    assert_eq!(
        (&account["email"], &account["displayName"], &account["role"]),
        (&json!("ada@example.org"), &json!("Ada Lovelace"), &json!("user"))
    );
    let spaces = Call::get("/api/spaces").token(&tokens.access).send(server).await.json();
    assert_eq!(spaces["items"].as_array().unwrap().len(), 1);
    assert_eq!(spaces["items"][0]["kind"], "personal");

    let again = sign_in(&server.http, &pool.moto, &pool.client, "ada").await;
    assert_eq!(
        me(&again.access).send(server).await.json()["userId"],
        account["userId"],
        "another token, the same user"
    );
    let stored = server
        .app
        .store
        .find_user_by_email("ada@example.org")
        .await
        .unwrap()
        .unwrap();
    assert!(stored.password_hash.is_none() && stored.last_active_on.is_some());

    let health = Call::get("/health").send(server).await.json();
    let checks: Vec<_> = health["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["name"].as_str())
        .collect();
    assert_eq!(checks, [Some("store"), Some("jwks")]);
    assert_eq!(
        Call::get("/.well-known/jwks.json").send(server).await.json(),
        json!({ "keys": [] })
    );
}

#[tokio::test]
async fn s08_s09_s10_only_live_access_tokens_of_the_client_count() {
    let pool = Pool::new().await;
    let (server, http, moto) = (&pool.server, &pool.server.http, &pool.moto);
    let good = pool.ada().await;
    let nothing = Call::get("/api/auth/me")
        .header("x-request-id", "same")
        .send(server)
        .await;
    assert_eq!(nothing.refused(), (401, "unauthenticated".to_owned()));

    let other_client = client(http, moto, &pool.id).await;
    let other_client = sign_in(http, moto, &other_client, "ada").await;
    let other_pool = self::pool(http, moto).await;
    sign_up(
        http,
        moto,
        &other_pool,
        "ada",
        attributes(&[("email", "ada@example.org")]),
    )
    .await;
    let other_pool = sign_in(http, moto, &client(http, moto, &other_pool).await, "ada").await;
    for (what, token) in [
        ("an ID token", &good.id),
        ("a refresh token", &good.refresh),
        ("another client's", &other_client.access),
        ("another pool's", &other_pool.access),
    ] {
        let answer = me(token).header("x-request-id", "same").send(server).await;
        assert_eq!(answer.text(), nothing.text(), "{what}");
    }
    assert_eq!(me(&good.access).send(server).await.status, 200);
    server.advance(TimeDelta::hours(1) + TimeDelta::minutes(2));
    assert_eq!(me(&good.access).send(server).await.refused().0, 401, "it has expired");
}

#[tokio::test]
async fn who_cannot_become_a_user_is_told_why() {
    let pool = Pool::new().await;
    let server = &pool.server;
    let refused = async |tokens: Tokens| me(&tokens.access).send(server).await.refused();
    let why = |code: &str| (401, code.to_owned());
    assert_eq!(
        refused(pool.sign_in("nobody", json!([])).await).await,
        why("email-missing")
    );
    let unverified = attributes(&[("email", "eve@example.org"), ("email_verified", "false")]);
    assert_eq!(
        refused(pool.sign_in("eve", unverified).await).await,
        why("email-unverified")
    );
    assert_eq!(me(&pool.ada().await.access).send(server).await.status, 200);
    let taken = attributes(&[("email", "ADA@example.org"), ("email_verified", "true")]);
    assert_eq!(refused(pool.sign_in("mallory", taken).await).await, why("email-taken"));

    let grace = pool
        .sign_in("grace", attributes(&[("email", "grace@example.org")]))
        .await;
    pool.ask(
        "AdminDisableUser",
        json!({ "UserPoolId": pool.id, "Username": "grace" }),
    )
    .await;
    assert_eq!(refused(grace).await, why("account-unreadable"));
}

#[tokio::test]
async fn local_sign_in_is_for_the_issuer() {
    let pool = Pool::new().await;
    let server = &pool.server;
    let tokens = pool.ada().await;
    let external = (403, "auth-managed-externally".to_owned());
    let credentials = json!({ "email": "ada@example.org", "password": PASSWORD });
    let passwords = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    for call in [
        Call::post("/api/auth/register").json(registration("eve")),
        Call::post("/api/auth/login").json(credentials),
        Call::post("/api/auth/refresh").json(json!({ "refreshToken": tokens.refresh.expose() })),
        Call::post("/api/auth/logout").token(&tokens.access),
        Call::post("/api/auth/change-password")
            .token(&tokens.access)
            .json(passwords),
    ] {
        let path = call.path.clone();
        assert_eq!(call.send(server).await.refused(), external, "{path}");
    }
}
