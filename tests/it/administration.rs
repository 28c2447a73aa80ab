//! Administration of users over HTTP: who may, what follows, and what cannot be undone.

use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::{PASSWORD, TestServer};

use super::support::{Answer, Call};

fn user_path(session: &Session) -> String {
    format!("/api/users/{}", session.user.user_id)
}

async fn get(server: &TestServer, by: &Session, path: &str) -> Answer {
    Call::get(path).by(by).send(server).await
}

async fn put(server: &TestServer, by: &Session, path: &str, body: Value) -> Answer {
    Call::new("PUT", path).by(by).json(body).send(server).await
}

async fn delete(server: &TestServer, by: &Session, path: &str) -> Answer {
    Call::new("DELETE", path).by(by).send(server).await
}

fn emails(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["email"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn s30_what_is_for_administrators_is_for_nobody_else() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let eve_path = user_path(&eve);
    let calls = [
        Call::get("/api/users"),
        Call::post("/api/users")
            .json(json!({ "email": "x@example.org", "password": PASSWORD, "displayName": "x", "role": "admin" })),
        Call::new("DELETE", &eve_path),
        Call::new("DELETE", user_path(&ada)),
        Call::new("PUT", format!("{}/role", user_path(&ada))).json(json!({ "role": "admin" })),
        Call::get("/api/feedback"),
    ];
    for call in calls {
        let refused = call.clone().by(&ada).send(&server).await;
        assert_eq!(refused.refused(), (403, "missing-role".to_owned()), "{call:?}");
        assert_eq!(call.clone().send(&server).await.status, 401, "{call:?}");
    }
    let body = json!({ "email": "eve@example.org", "displayName": "Eve" });
    for foreign in [
        get(&server, &ada, &eve_path).await,
        get(&server, &ada, &format!("{eve_path}/activity")).await,
        put(&server, &ada, &eve_path, body).await,
    ] {
        assert_eq!(foreign.refused(), (404, "user-not-found".to_owned()));
    }
}

#[tokio::test]
async fn administrators_create_find_and_list_users() {
    let server = TestServer::start().await;
    let admin = server.admin("ada").await;
    let body =
        json!({ "email": "Grace@example.org", "password": PASSWORD, "displayName": "Grace Hopper", "role": "admin" });
    let create = || {
        Call::post("/api/users")
            .by(&admin)
            .header("idempotency-key", "key-1")
            .json(body.clone())
    };
    let created = create().send(&server).await;
    assert_eq!((created.status, created.header("etag")), (201, Some("\"1\"")));
    assert_eq!(create().send(&server).await.text(), created.text());
    let path = created.header("location").unwrap().to_owned();
    let taken = Call::post("/api/users")
        .by(&admin)
        .json(body.clone())
        .send(&server)
        .await;
    assert_eq!(taken.refused(), (409, "email-taken".to_owned()));
    let mut common = body.clone();
    common["password"] = json!("password1234");
    let refused = Call::post("/api/users").by(&admin).json(common).send(&server).await;
    assert_eq!(refused.violations(), ["body /password common-password"]);
    let found = get(&server, &admin, &path).await;
    assert_eq!((found.status, found.json()), (200, created.json()));
    let known = Call::get(&path)
        .by(&admin)
        .header("if-none-match", "\"1\"")
        .send(&server)
        .await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    server.sign_up("eve").await;
    let list = get(&server, &admin, "/api/users").await.json();
    let mut all = emails(&list);
    all.sort_unstable();
    assert_eq!(all, ["Grace@example.org", "ada@example.org", "eve@example.org"]);
    assert_eq!(
        emails(&get(&server, &admin, "/api/users?q=grace%20h").await.json()),
        ["Grace@example.org"]
    );
    assert_eq!(
        emails(&get(&server, &admin, "/api/users?role=user").await.json()),
        ["eve@example.org"]
    );
    assert_eq!(
        emails(&get(&server, &admin, "/users?status=disabled").await.json()),
        [""; 0]
    );
    let first = get(&server, &admin, "/api/users?limit=1&role=admin").await.json();
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(
        get(&server, &admin, &format!("/api/users?limit=1&role=admin&cursor={next}"))
            .await
            .status,
        200
    );
    let other = get(&server, &admin, &format!("/api/users?limit=1&role=user&cursor={next}")).await;
    assert_eq!(other.refused(), (400, "invalid-cursor".to_owned()));
}

#[tokio::test]
async fn accounts_are_changed_by_their_owners_and_their_status_by_administrators_only() {
    let server = TestServer::start().await;
    let (admin, eve) = (server.admin("ada").await, server.sign_up("eve").await);
    let path = user_path(&eve);
    let body = |email: &str, status: Option<&str>| match status {
        Some(status) => json!({ "email": email, "displayName": "Eve", "status": status }),
        None => json!({ "email": email, "displayName": "Eve" }),
    };
    let changed = put(&server, &eve, &path, body("eva@example.org", Some("active"))).await;
    assert_eq!(
        (changed.status, changed.json()["email"].as_str()),
        (200, Some("eva@example.org"))
    );
    let next = server.sign_up("eve").await;
    assert_eq!(next.user.email.as_str(), "eve@example.org", "what she gave up is free");
    let own = put(&server, &eve, &path, body("eva@example.org", Some("disabled"))).await;
    assert_eq!(own.refused(), (403, "admin-required".to_owned()));
    let taken = put(&server, &eve, &path, body("ADA@example.org", None)).await;
    assert_eq!(taken.refused(), (409, "email-taken".to_owned()));
    let stale = Call::new("PUT", &path)
        .by(&eve)
        .header("if-match", "\"1\"")
        .json(body("e@example.org", None));
    assert_eq!(stale.send(&server).await.refused(), (412, "stale-version".to_owned()));
    let disabled = put(&server, &admin, &path, body("eva@example.org", Some("disabled"))).await;
    assert_eq!(
        (disabled.status, disabled.json()["status"].as_str()),
        (200, Some("disabled"))
    );
    assert_eq!(get(&server, &eve, "/api/auth/me").await.status, 401, "S17");
    let last = put(
        &server,
        &admin,
        &user_path(&admin),
        body("ada@example.org", Some("disabled")),
    )
    .await;
    assert_eq!(last.refused(), (409, "last-admin".to_owned()));
}

#[tokio::test]
async fn s28_a_role_a_version_or_a_hash_comes_in_by_no_other_operation() {
    let server = TestServer::start().await;
    let eve = server.sign_up("eve").await;
    for (field, value) in [
        ("role", json!("admin")),
        ("version", json!(9)),
        ("passwordHash", json!("x")),
        ("userId", json!(eve.user.user_id)),
    ] {
        let mut account = json!({ "email": "eve@example.org", "displayName": "Eve" });
        account[field] = value.clone();
        let refused = put(&server, &eve, &user_path(&eve), account).await;
        assert_eq!(refused.violations(), [format!("body /{field} unknown-field")]);
        let mut registration = json!({ "email": "new@example.org", "password": PASSWORD, "displayName": "New" });
        registration[field] = value;
        let refused = Call::post("/api/auth/register").json(registration).send(&server).await;
        assert_eq!(refused.violations(), [format!("body /{field} unknown-field")]);
    }
}

#[tokio::test]
async fn s17_a_new_role_ends_all_sessions_and_the_last_administrator_keeps_theirs() {
    let server = TestServer::start().await;
    let (admin, eve) = (server.admin("ada").await, server.sign_up("eve").await);
    let role = |session: &Session| format!("{}/role", user_path(session));
    let last = put(&server, &admin, &role(&admin), json!({ "role": "user" })).await;
    assert_eq!(last.refused(), (409, "last-admin".to_owned()));
    let promoted = put(&server, &admin, &role(&eve), json!({ "role": "admin" })).await;
    assert_eq!(
        (promoted.status, promoted.json()["role"].as_str()),
        (200, Some("admin"))
    );
    assert_eq!(get(&server, &eve, "/api/auth/me").await.status, 401);
    let refreshed = json!({ "refreshToken": eve.refresh_token.expose() });
    assert_eq!(
        Call::post("/api/auth/refresh")
            .json(refreshed)
            .send(&server)
            .await
            .status,
        401
    );
    assert_eq!(
        put(&server, &admin, &role(&admin), json!({ "role": "user" }))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_user_is_deleted_with_everything_that_is_only_theirs() {
    let server = TestServer::start().await;
    let (admin, eve) = (server.admin("ada").await, server.sign_up("eve").await);
    let path = user_path(&eve);
    assert_eq!(
        delete(&server, &admin, &user_path(&admin)).await.refused(),
        (409, "own-account".to_owned())
    );
    let space = Call::post("/api/spaces")
        .by(&eve)
        .json(json!({ "name": "Engine" }))
        .send(&server)
        .await;
    let refused = delete(&server, &admin, &path).await;
    assert_eq!(refused.refused(), (409, "last-owner-of-space".to_owned()));
    assert_eq!(get(&server, &eve, "/api/auth/me").await.status, 200, "nothing was done");
    delete(&server, &eve, space.header("location").unwrap()).await;
    assert_eq!(delete(&server, &admin, &path).await.status, 204);
    assert_eq!(
        delete(&server, &admin, &path).await.refused(),
        (404, "user-not-found".to_owned())
    );
    assert_eq!(get(&server, &eve, "/api/auth/me").await.status, 401);
    assert_eq!(
        emails(&get(&server, &admin, "/api/users").await.json()),
        ["ada@example.org"]
    );
    server.sign_up("eve").await;
}

#[tokio::test]
async fn activity_is_told_newest_first_to_its_user_and_to_administrators() {
    let server = TestServer::start().await;
    let (admin, eve) = (server.admin("ada").await, server.sign_up("eve").await);
    let profile = json!({ "displayName": "Eve", "timezone": "UTC", "locale": "en" });
    assert_eq!(put(&server, &eve, "/api/user/profile", profile).await.status, 200);
    let account = json!({ "email": "eve@example.org", "displayName": "Eve" });
    assert_eq!(put(&server, &admin, &user_path(&eve), account).await.status, 200);
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    assert_eq!(
        Call::post("/api/auth/change-password")
            .by(&eve)
            .json(change)
            .send(&server)
            .await
            .status,
        204
    );
    let path = format!("{}/activity", user_path(&eve));
    let own = get(&server, &eve, &path).await.json();
    let kinds: Vec<_> = own["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["password_changed", "account_changed", "profile_changed", "signed_up"]
    );
    assert_eq!(own["items"][1]["actorId"], json!(admin.user.user_id));
    assert_eq!(own["items"][0].get("actorId"), None);
    assert_eq!(get(&server, &admin, &path).await.json(), own);
    let first = get(&server, &eve, &format!("{path}?limit=3")).await.json();
    let next = first["nextCursor"].as_str().unwrap();
    let rest = get(&server, &eve, &format!("{path}?limit=3&cursor={next}"))
        .await
        .json();
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), rest.get("nextCursor")),
        (1, None)
    );
    let logout = Call::post("/api/auth/logout")
        .by(&eve)
        .json(json!({ "everywhere": true }));
    assert_eq!(logout.send(&server).await.status, 204);
    assert_eq!(
        get(&server, &admin, &path).await.json()["items"][0]["kind"],
        "signed_out"
    );
}
