//! Forged, altered and stale access tokens (S1–S10, S14): all of them get the same 401, whatever is wrong with them.
//!
//! Each token is signed with the server's own key unless the forgery is in the signature, and differs from a good one
//! in one thing only; the good one is tried as well.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use spaces_contract::{Secret, Session};
use spaces_tests::TestServer;
use tempfile::TempDir;

use crate::support::{Answer, Call};

/// A server whose signing key the test knows, and a token of it, taken apart.
struct Forger {
    server: TestServer,
    session: Session,
    key: EncodingKey,
    public: Vec<u8>,
    header: Value,
    claims: Value,
    _directory: TempDir,
}

impl Forger {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let pair = Ed25519KeyPair::generate().unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(&der)
        );
        std::fs::write(&path, pem).unwrap();
        let server = TestServer::with([("JWT_PRIVATE_KEY_FILE", path.to_str().unwrap().to_owned())]).await;
        let session = server.sign_up("ada").await;
        let mut parts = session.access_token.expose().split('.').map(decoded);
        let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
        let public = pair.public_key().as_ref().to_vec();
        let key = EncodingKey::from_ed_der(der.as_ref());
        Self {
            server,
            session,
            key,
            public,
            header,
            claims,
            _directory: directory,
        }
    }

    fn header_with(&self, name: &str, value: impl Into<Value>) -> Value {
        with(&self.header, name, value)
    }

    fn claims_with(&self, name: &str, value: impl Into<Value>) -> Value {
        with(&self.claims, name, value)
    }

    /// A token with this header and these claims, signed with the server's key.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    fn sign_text(&self, header: &str, claims: &str) -> String {
        signed(header, claims, &self.key, Algorithm::EdDSA)
    }

    /// What the server says to a token.
    async fn present(&self, token: &str) -> Answer {
        Call::get("/api/auth/me")
            .header("x-request-id", "same")
            .token(&Secret::from(token))
            .send(&self.server)
            .await
    }

    /// Every token gets the refusal that no token gets.
    async fn all_refused(&self, tokens: impl IntoIterator<Item = String>) {
        let good = self.present(&self.sign(&self.header, &self.claims)).await;
        assert_eq!(good.status, 200, "the forger signs like the server: {good:?}");
        let expected = Call::get("/api/auth/me")
            .header("x-request-id", "same")
            .send(&self.server)
            .await;
        assert_eq!(expected.refused(), (401, "unauthenticated".to_owned()));
        for token in tokens {
            let answer = self.present(&token).await;
            assert_eq!(answer.text(), expected.text(), "{token}");
            assert_eq!(without_ids(&answer), without_ids(&expected), "{token}");
        }
    }
}

/// Status and headers, but for what differs between any two answers.
fn without_ids(answer: &Answer) -> (u16, String) {
    let mut headers = answer.headers.clone();
    headers.remove("date");
    headers.remove("traceparent");
    (answer.status, format!("{headers:?}"))
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap_or_default()
}

fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn signed(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = unsigned(header, claims);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

#[tokio::test]
async fn s01_alg_none() {
    let forger = Forger::new().await;
    let mut tokens = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let message = unsigned(&forger.header_with("alg", alg).to_string(), &forger.claims.to_string());
        tokens.extend([format!("{message}."), message.clone(), format!("{message}.c2ln")]);
    }
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s02_hs256_with_the_public_key() {
    let forger = Forger::new().await;
    let header = forger.header_with("alg", "HS256").to_string();
    let encoded = STANDARD.encode(&forger.public).into_bytes();
    let secrets = [
        forger.public.clone(),
        encoded,
        URL_SAFE_NO_PAD.encode(&forger.public).into_bytes(),
    ];
    let claims = forger.claims.to_string();
    let sign = |secret: &Vec<u8>| signed(&header, &claims, &EncodingKey::from_secret(secret), Algorithm::HS256);
    forger.all_refused(secrets.iter().map(sign)).await;
}

#[tokio::test]
async fn s03_an_algorithm_unlike_the_keys() {
    let forger = Forger::new().await;
    let algorithms = ["HS256", "HS512", "RS256", "PS256", "ES256", "Ed25519", "eddsa"];
    let tokens = algorithms.map(|alg| forger.sign(&forger.header_with("alg", alg), &forger.claims));
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s04_embedded_keys_and_their_addresses_without_a_call_to_them() {
    let forger = Forger::new().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let own = Ed25519KeyPair::generate().unwrap();
    let key = EncodingKey::from_ed_der(own.to_pkcs8v1().unwrap().as_ref());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(own.public_key()) });
    let hostile = [
        ("jwk", jwk),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["MIIB"])),
    ];
    let claims = forger.claims.to_string();
    let mut tokens = Vec::new();
    for (name, value) in hostile {
        let header = forger.header_with(name, value);
        tokens.push(signed(&header.to_string(), &claims, &key, Algorithm::EdDSA));
        tokens.push(forger.sign(&header, &forger.claims));
    }
    forger.all_refused(tokens).await;
    assert_eq!(
        listener.accept().unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "nobody called"
    );
}

#[tokio::test]
async fn s05_a_hostile_kid() {
    let forger = Forger::new().await;
    let kids = [
        "../../../../dev/null",
        "/etc/passwd",
        "' OR 1=1 --",
        "http://127.0.0.1:9/",
        "\0",
        "",
    ];
    let tokens = kids.map(|kid| forger.sign(&forger.header_with("kid", kid), &forger.claims));
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s06_crit() {
    let forger = Forger::new().await;
    let crits = [json!(["b64"]), json!(["exp"]), json!([])];
    let tokens = crits.map(|crit| forger.sign(&forger.header_with("crit", crit), &forger.claims));
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s07_a_missing_or_null_claim() {
    let forger = Forger::new().await;
    let names: Vec<String> = forger.claims.as_object().unwrap().keys().cloned().collect();
    assert!(
        ["exp", "iss", "aud", "sub", "sid"]
            .iter()
            .all(|name| names.iter().any(|it| it == name)),
        "{names:?}"
    );
    let mut tokens = Vec::new();
    for name in names {
        let mut claims = forger.claims.clone();
        claims.as_object_mut().unwrap().remove(&name);
        tokens.push(forger.sign(&forger.header, &claims));
        tokens.push(forger.sign(&forger.header, &forger.claims_with(&name, Value::Null)));
    }
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s08_a_token_for_another_use() {
    let forger = Forger::new().await;
    let uses = ["refresh", "id", "Access", ""];
    let mut tokens = uses
        .map(|other| forger.sign(&forger.header, &forger.claims_with("token_use", other)))
        .to_vec();
    tokens.push(forger.session.refresh_token.expose().to_owned());
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s09_an_expired_or_early_token_beyond_the_leeway() {
    let forger = Forger::new().await;
    let now = forger.server.app.clock.now().timestamp();
    let at = |name: &str, seconds: i64| forger.sign(&forger.header, &forger.claims_with(name, now + seconds));
    for (name, seconds) in [("exp", -59), ("nbf", 60), ("iat", 60)] {
        assert_eq!(
            forger.present(&at(name, seconds)).await.status,
            200,
            "{name} within the leeway"
        );
    }
    forger
        .all_refused([
            at("exp", -60),
            at("exp", -now),
            at("nbf", 61),
            at("iat", 61),
            at("nbf", 1 << 40),
        ])
        .await;
    let token = forger.session.access_token.expose();
    for (moved, status) in [(-60, 200), (-1, 401)] {
        forger.server.advance(TimeDelta::seconds(moved));
        assert_eq!(forger.present(token).await.status, status, "before its time");
    }
}

#[tokio::test]
async fn s10_another_issuer_audience_key_user_or_session() {
    let forger = Forger::new().await;
    let mut tokens = Vec::new();
    for name in ["iss", "aud"] {
        for other in [json!("someone else"), json!(""), json!(["someone else"]), json!(7)] {
            tokens.push(forger.sign(&forger.header, &forger.claims_with(name, other)));
        }
    }
    let eve = forger.server.sign_up("eve").await;
    let claims_of_eve = decoded(eve.access_token.expose().split('.').nth(1).unwrap());
    // A user with the session of another, and ids that nobody has.
    for (name, value) in [("sub", &claims_of_eve["sub"]), ("sid", &claims_of_eve["sid"])] {
        tokens.push(forger.sign(&forger.header, &forger.claims_with(name, value.clone())));
        tokens.push(forger.sign(
            &forger.header,
            &forger.claims_with(name, uuid::Uuid::now_v7().to_string()),
        ));
        tokens.push(forger.sign(&forger.header, &forger.claims_with(name, "SPACE#x")));
    }
    tokens.push(
        TestServer::start()
            .await
            .sign_up("ada")
            .await
            .access_token
            .expose()
            .to_owned(),
    );
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s14_oversized_tokens_duplicate_claims_and_odd_times() {
    let forger = Forger::new().await;
    let mut tokens = vec![forger.sign(&forger.header, &forger.claims_with("padding", "x".repeat(4096)))];
    let text = forger.claims.to_string();
    for (name, value) in forger.claims.as_object().unwrap() {
        let twice = text.replacen('{', &format!("{{\"{name}\":{value},"), 1);
        tokens.push(forger.sign_text(&forger.header.to_string(), &twice));
    }
    let exp = forger.claims["exp"].as_i64().unwrap();
    for name in ["exp", "nbf", "iat"] {
        for odd in [
            json!(exp.to_string()),
            json!(exp as f64 + 0.5),
            json!(-1),
            json!(1e300),
            json!([1]),
            json!(true),
        ] {
            tokens.push(forger.sign(&forger.header, &forger.claims_with(name, odd)));
        }
    }
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn s14_texts_that_are_no_tokens_and_tokens_with_a_changed_part() {
    let forger = Forger::new().await;
    let good = forger.session.access_token.expose();
    let parts: Vec<&str> = good.split('.').collect();
    let mut tokens: Vec<String> = ["x", "..", "...", "a.b.c", "e30.e30.e30", "%00"]
        .map(str::to_owned)
        .to_vec();
    tokens.push(format!("{good}.{good}"));
    tokens.push(format!("{good}, Bearer {good}"));
    tokens.push(format!("{}.{}.", parts[0], parts[1]));
    for at in [0, parts[0].len() + 5, good.len() - 5] {
        let mut changed = good.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        tokens.push(String::from_utf8(changed).unwrap());
    }
    forger.all_refused(tokens).await;
}

#[tokio::test]
async fn a_token_elsewhere_than_in_one_authorization_header_counts_for_nothing() {
    let forger = Forger::new().await;
    let token = forger.session.access_token.expose();
    let elsewhere = [
        Call::get("/api/auth/me").header("cookie", format!("access_token={token}")),
        Call::get("/api/auth/me").header("authorization", token),
        Call::get("/api/auth/me").header("authorization", format!("Token {token}")),
        Call::get("/api/auth/me").header("authorization", "Bearer"),
        Call::get(format!("/api/auth/me?access_token={token}")),
    ];
    for call in elsewhere {
        assert_eq!(call.send(&forger.server).await.status, 401);
    }
    let mut twice = Call::get("/api/auth/me").by(&forger.session);
    twice.headers.push(("authorization", format!("Bearer {token}")));
    assert_eq!(twice.send(&forger.server).await.status, 401, "two of them are nobody's");
    let lower = Call::get("/api/auth/me").header("authorization", format!("bearer {token}"));
    assert_eq!(lower.send(&forger.server).await.status, 200, "schemes have no case");
}
