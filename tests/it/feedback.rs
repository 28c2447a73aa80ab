//! The tag System over HTTP: feedback, and the keys with which others verify our tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use spaces_tests::TestServer;

use super::support::Call;

#[tokio::test]
async fn feedback_is_taken_from_everybody_and_read_by_administrators() {
    let server = TestServer::start().await;
    let (admin, eve) = (server.admin("ada").await, server.sign_up("eve").await);
    let say = |category: &str, message: &str| {
        Call::post("/api/feedback").json(json!({ "category": category, "message": message, "rating": 4 }))
    };
    let first = say("idea", "A dark theme.").send(&server).await;
    assert_eq!(
        (first.status, first.header("location"), first.header("etag")),
        (201, Some("/api/feedback"), Some("\"1\""))
    );
    assert_eq!(first.json().get("userId"), None);
    server.advance(chrono::TimeDelta::seconds(1));
    let second = say("bug", "It hangs.").by(&eve).send(&server).await;
    assert_eq!(second.json()["userId"], json!(eve.user.user_id));
    server.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(
        Call {
            path: "/feedback".to_owned(),
            ..say("praise", "Fine.")
        }
        .send(&server)
        .await
        .status,
        201
    );
    let list = async |query: &str| {
        Call::get(format!("/api/feedback{query}"))
            .by(&admin)
            .send(&server)
            .await
            .json()
    };
    let messages = |list: &Value| -> Vec<String> {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["message"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(messages(&list("").await), ["Fine.", "It hangs.", "A dark theme."]);
    assert_eq!(messages(&list("?category=bug").await), ["It hangs."]);
    let page = list("?limit=2").await;
    let next = page["nextCursor"].as_str().unwrap();
    let last = list(&format!("?limit=2&cursor={next}")).await;
    assert_eq!(
        (messages(&last), last.get("nextCursor")),
        (vec!["A dark theme.".to_owned()], None)
    );
    let elsewhere = list(&format!("?category=bug&limit=2&cursor={next}")).await;
    assert_eq!(
        elsewhere["status"], 400,
        "A17: a cursor is of its own list: {elsewhere}"
    );
    let wrong = say("rant", "").send(&server).await;
    assert_eq!(wrong.problem().errors.len(), 2);
    let forged = say("idea", "x").header("authorization", "Bearer x").send(&server).await;
    assert_eq!(forged.status, 401);
}

#[tokio::test]
async fn feedback_is_limited_by_address_and_repeated_once() {
    let server = TestServer::start().await;
    let say = |key: &str| {
        let call = Call::post("/api/feedback").header("idempotency-key", key);
        call.json(json!({ "category": "other", "message": "Hello" }))
    };
    let first = say("0").send(&server).await;
    assert_eq!(say("0").send(&server).await.text(), first.text());
    for n in 1..30 {
        assert_eq!(say(&n.to_string()).send(&server).await.status, 201);
    }
    assert_eq!(
        say("30").send(&server).await.refused(),
        (429, "too-many-attempts".to_owned())
    );
}

#[tokio::test]
async fn the_key_set_verifies_our_tokens_and_holds_nothing_private() {
    let server = TestServer::start().await;
    let token = server.sign_up("ada").await.access_token;
    let set = Call::get("/.well-known/jwks.json").send(&server).await.json();
    let key = &set["keys"][0];
    assert_eq!(
        (key["kty"].as_str(), key["alg"].as_str(), key["use"].as_str()),
        (Some("OKP"), Some("EdDSA"), Some("sig"))
    );
    assert!(["d", "k", "p", "q"].iter().all(|private| key.get(private).is_none()));
    let jwk: Jwk = serde_json::from_value(key.clone()).unwrap();
    let header = jsonwebtoken::decode_header(token.expose()).unwrap();
    assert_eq!(header.kid.as_deref(), key["kid"].as_str());
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&["spaces"]);
    validation.validate_exp = false;
    jsonwebtoken::decode::<Value>(token.expose(), &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap().len(), 32);
}

#[tokio::test]
async fn a_shared_secret_is_in_no_key_set() {
    let secret = "0123456789abcdef0123456789abcdef".to_owned();
    let server = TestServer::with([("JWT_SECRET_KEY", secret), ("JWT_ALGORITHM", "HS256".to_owned())]).await;
    let set = Call::get("/.well-known/jwks.json").send(&server).await;
    assert_eq!((set.status, set.json()), (200, json!({ "keys": [] })));
}
