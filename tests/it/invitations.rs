//! Invitations over HTTP: what a code admits to, whom, and what everybody else learns of it.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::TestServer;

use super::support::{Answer, Call};

async fn post(server: &TestServer, by: &Session, path: &str, body: Value) -> Answer {
    Call::post(path).by(by).json(body).send(server).await
}

/// A new session of somebody.
async fn signed_in(server: &TestServer, session: &Session) -> Session {
    let credentials = json!({ "email": session.user.email, "password": spaces_tests::PASSWORD });
    let login = Call::post("/api/auth/login").json(credentials).send(server).await;
    serde_json::from_value(login.json()).unwrap()
}

/// A new shared space.
async fn space(server: &TestServer, owner: &Session) -> String {
    let created = post(server, owner, "/api/spaces", json!({ "name": "Engine" }))
        .await
        .json();
    created["spaceId"].as_str().unwrap().to_owned()
}

/// Id and code of a new invitation.
async fn invitation(server: &TestServer, by: &Session, body: Value) -> (String, String) {
    let created = post(server, by, "/api/invitations", body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let created = created.json();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    (text("invitationId"), text("code"))
}

async fn accept(server: &TestServer, by: &Session, code: &str) -> Answer {
    post(server, by, "/api/invitations/accept", json!({ "code": code })).await
}

async fn validate(server: &TestServer, code: &str) -> Answer {
    Call::get(format!("/api/invitations/validate?code={code}"))
        .send(server)
        .await
}

async fn pending(server: &TestServer, by: &Session) -> Vec<String> {
    let list = Call::get("/api/invitations/pending").by(by).send(server).await.json();
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["invitationId"].as_str().unwrap().to_owned())
        .collect()
}

const NO_INVITATION: (u16, &str) = (404, "invitation-not-found");

#[track_caller]
fn assert_refused(answer: &Answer, (status, code): (u16, &str)) {
    assert_eq!(answer.refused(), (status, code.to_owned()));
}

#[tokio::test]
async fn s33_wrong_expired_used_and_revoked_codes_are_the_same_404() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let space = space(&server, &ada).await;
    let (_, expired) = invitation(&server, &ada, json!({ "spaceId": space, "expiresInDays": 1 })).await;
    server.advance(TimeDelta::days(1));
    // Access tokens live for an hour.
    let (ada, eve) = (signed_in(&server, &ada).await, signed_in(&server, &eve).await);
    let (_, used) = invitation(&server, &ada, json!({ "spaceId": space })).await;
    let preview = validate(&server, &used).await;
    let expected =
        json!({ "spaceName": "Engine", "invitedBy": "ada", "role": "member", "expiresAt": "2026-11-28T12:00:00Z" });
    assert_eq!((preview.status, preview.json()), (200, expected));
    let bob = server.sign_up("bob").await;
    assert_eq!(accept(&server, &bob, &used).await.status, 200);
    let (id, revoked) = invitation(&server, &ada, json!({ "spaceId": space, "maxUses": 9 })).await;
    let revoke = async |by: &Session| {
        Call::new("DELETE", format!("/api/invitations/{id}"))
            .by(by)
            .send(&server)
            .await
    };
    assert_refused(&revoke(&eve).await, NO_INVITATION);
    assert_refused(&revoke(&bob).await, (403, "space-admin-required"));
    assert_eq!(revoke(&ada).await.status, 204);
    let mut answers = Vec::new();
    for code in ["YkJ4cGZ3bTlLdEhqUnZ6UQ", &expired, &used, &revoked] {
        assert!(code.len() >= 22);
        for answer in [validate(&server, code).await, accept(&server, &eve, code).await] {
            let mut problem = answer.json();
            problem.as_object_mut().unwrap().remove("requestId");
            answers.push(problem);
        }
    }
    assert_eq!(answers[0]["code"], "invitation-not-found");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn s34_five_uses_and_twenty_who_accept_make_five_members() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let space = space(&server, &ada).await;
    let (_, code) = invitation(
        &server,
        &ada,
        json!({ "spaceId": space, "maxUses": 5, "role": "viewer" }),
    )
    .await;
    let mut users = Vec::new();
    for n in 0..20 {
        users.push(server.sign_up(&format!("user{n}")).await);
    }
    let answers = join_all(users.iter().map(|user| accept(&server, user, &code))).await;
    let admitted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(admitted.len(), 5);
    assert!(
        admitted
            .iter()
            .all(|answer| answer.json()["role"] == "viewer" && answer.header("etag").is_some())
    );
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_refused(refused, NO_INVITATION);
    }
    let members = Call::get(format!("/api/spaces/{space}/members?limit=100"))
        .by(&ada)
        .send(&server)
        .await
        .json();
    assert_eq!(members["items"].as_array().unwrap().len(), 6);
    // Who is in already accepts as often as they like.
    let (n, first) = answers
        .iter()
        .enumerate()
        .find(|(_, answer)| answer.status == 200)
        .unwrap();
    let again = accept(&server, &users[n], &code).await;
    assert_eq!(
        (again.status, &again.json()["spaceId"]),
        (200, &first.json()["spaceId"])
    );
    let space = Call::get(format!("/api/spaces/{space}"))
        .by(&users[n])
        .send(&server)
        .await;
    assert_eq!(
        (&space.json()["memberCount"], space.header("etag")),
        (&json!(6), again.header("etag"))
    );
}

#[tokio::test]
async fn s35_an_invitation_for_an_email_is_accepted_and_declined_by_its_address_only() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let grace = server.sign_up("grace").await;
    let space = space(&server, &ada).await;
    let body = json!({ "spaceId": space, "email": "Grace@Example.org", "role": "admin" });
    let (first, code) = invitation(&server, &ada, body.clone()).await;
    let (second, _) = invitation(&server, &ada, body).await;
    assert_refused(&accept(&server, &eve, &code).await, (403, "invitation-for-another"));
    assert_eq!(pending(&server, &eve).await, [""; 0]);
    assert_eq!(pending(&server, &grace).await, [first.clone(), second.clone()]);
    let decline = async |by: &Session, id: &str| {
        post(&server, by, "/api/invitations/decline", json!({ "invitationId": id })).await
    };
    assert_refused(&decline(&eve, &second).await, NO_INVITATION);
    assert_eq!(decline(&grace, &second).await.status, 204);
    assert_refused(&decline(&grace, &second).await, NO_INVITATION);
    assert_eq!(accept(&server, &grace, &code).await.json()["role"], "admin");
    assert_eq!(pending(&server, &grace).await, [""; 0]);
    let member = format!("/api/spaces/{space}/members/{}", grace.user.user_id);
    assert_eq!(Call::new("DELETE", member).by(&ada).send(&server).await.status, 204);
    assert_eq!(
        pending(&server, &grace).await,
        [""; 0],
        "what was accepted does not wait again"
    );
    let many = json!({ "spaceId": space, "email": "bob@example.org", "maxUses": 2 });
    let refused = post(&server, &ada, "/api/invitations/create", many).await;
    assert_eq!(refused.violations(), ["body /maxUses too-many-uses"]);
}

#[tokio::test]
async fn s36_guessing_codes_is_throttled_by_address_and_by_user() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let space = space(&server, &ada).await;
    let (_, code) = invitation(&server, &ada, json!({ "spaceId": space })).await;
    for n in 0..60 {
        assert_refused(
            &validate(&server, &format!("AAAAAAAAAAAAAAAAAAAAAA{n}")).await,
            NO_INVITATION,
        );
    }
    let throttled = validate(&server, &code).await;
    assert_refused(&throttled, (429, "too-many-attempts"));
    assert!(throttled.header("retry-after").is_some() && throttled.header("ratelimit").is_some());
    for n in 0..10 {
        assert_refused(
            &accept(&server, &eve, &format!("AAAAAAAAAAAAAAAAAAAAAA{n}")).await,
            NO_INVITATION,
        );
    }
    assert_refused(
        &accept(&server, &eve, "AAAAAAAAAAAAAAAAAAAAAA").await,
        (429, "too-many-attempts"),
    );
    server.advance(TimeDelta::minutes(5));
    assert_eq!(validate(&server, &code).await.status, 200);
    assert_eq!(accept(&server, &eve, &code).await.status, 200);
}

#[tokio::test]
async fn s28_nobody_sets_uses_codes_or_inviters() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let space = space(&server, &ada).await;
    for (field, value) in [
        ("uses", json!(-5)),
        ("code", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("invitedBy", json!(space)),
        ("status", json!("pending")),
    ] {
        let mut body = json!({ "spaceId": space });
        body[field] = value;
        let refused = post(&server, &ada, "/api/invitations", body).await;
        assert_eq!(refused.violations(), [format!("body /{field} unknown-field")]);
    }
}

#[tokio::test]
async fn a10_a_repeated_invitation_is_one() {
    let server = TestServer::start().await;
    let (ada, grace) = (server.sign_up("ada").await, server.sign_up("grace").await);
    let space = space(&server, &ada).await;
    let body = json!({ "spaceId": space, "email": "grace@example.org" });
    let create = || {
        Call::post("/api/invitations")
            .by(&ada)
            .header("idempotency-key", "key-1")
            .json(body.clone())
    };
    let (first, second) = (create().send(&server).await, create().send(&server).await);
    assert_eq!((first.status, first.text()), (second.status, second.text()));
    assert_eq!(pending(&server, &grace).await.len(), 1);
    let path = format!("/api/spaces/{space}/members/invite");
    let body = json!({ "email": "grace@example.org" });
    let invite = || {
        Call::post(&path)
            .by(&ada)
            .header("idempotency-key", "key-1")
            .json(body.clone())
    };
    let (first, second) = (invite().send(&server).await, invite().send(&server).await);
    assert_eq!((first.status, first.text()), (second.status, second.text()));
    assert_eq!(pending(&server, &grace).await.len(), 2);
}
