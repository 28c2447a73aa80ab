//! `AUTH_MODE=oidc` against an issuer inside the test: forged and stale tokens again (S1–S10, S14), and what happens
//! while keys are fetched, missing, broken and rotated (S11–S13).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use futures_util::future::join_all;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use spaces_contract::{Secret, UserStatus, UserUpdate};
use spaces_server::store::Occasion;
use spaces_tests::{TestServer, noon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Answer, Call};

const ISSUER: &str = "https://issuer.example";

/// A key of the issuer.
pub(crate) struct Key {
    id: &'static str,
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

impl Key {
    fn ed25519(id: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
        Self::new(id, Algorithm::EdDSA, EncodingKey::from_ed_der(pair.as_ref()))
    }

    fn p256(id: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let pair = pair.to_pkcs8v1().unwrap();
        Self::new(id, Algorithm::ES256, EncodingKey::from_ec_der(pair.as_ref()))
    }

    fn rsa(id: &'static str) -> Self {
        let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
        let pem = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
        Self::new(id, Algorithm::RS256, EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap())
    }

    fn new(id: &'static str, algorithm: Algorithm, private: EncodingKey) -> Self {
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&private, algorithm).unwrap()).unwrap();
        public["kid"] = id.into();
        Self {
            id,
            algorithm,
            private,
            public,
        }
    }

    fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "kid": self.id, "typ": "JWT" })
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_text(&self.header().to_string(), &claims.to_string())
    }

    fn sign_text(&self, header: &str, claims: &str) -> String {
        signed(header, claims, &self.private, self.algorithm)
    }
}

fn signed(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A server of keys: what it answers can be changed, and it counts how often it is asked.
pub(crate) struct Issuer {
    base: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn publishing(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self {
            base,
            answer: Arc::default(),
            asked: Arc::default(),
        };
        issuer.publish(keys);
        let (answer, asked) = (Arc::clone(&issuer.answer), Arc::clone(&issuer.asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                asked.fetch_add(1, Ordering::SeqCst);
                let answer = answer.lock().unwrap().clone();
                tokio::spawn(reply(stream, answer));
            }
        });
        issuer
    }

    fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| &key.public).collect();
        self.answer_with("200 OK", "application/json", &json!({ "keys": keys }).to_string());
    }

    fn answer_with(&self, status: &str, media_type: &str, body: &str) {
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nLocation: {}/elsewhere\r\n\
             Connection: close\r\n\r\n{body}",
            body.len(),
            self.base,
        );
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn reply(mut stream: TcpStream, answer: String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A server that trusts an issuer, and a key of that issuer.
pub(crate) struct Trusting {
    pub(crate) server: TestServer,
    issuer: Issuer,
    key: Key,
}

impl Trusting {
    pub(crate) async fn new() -> Self {
        Self::in_key(Key::ed25519("first")).await
    }

    async fn in_key(key: Key) -> Self {
        let issuer = Issuer::publishing(&[&key]).await;
        let server = trusting(&issuer, "open").await;
        Self { server, issuer, key }
    }

    /// A token of somebody who has an account, or gets one.
    pub(crate) fn token(&self) -> Secret {
        Secret::from(self.key.sign(&claims()))
    }

    async fn present(&self, token: &str) -> Answer {
        present(&self.server, token).await
    }

    /// Every token gets the refusal that no token gets, and the one that they differ from in one thing does not.
    async fn all_refused(&self, tokens: impl IntoIterator<Item = String>) {
        assert_eq!(self.present(&self.key.sign(&claims())).await.status, 200);
        let expected = Call::get("/api/auth/me")
            .header("x-request-id", "same")
            .send(&self.server)
            .await;
        for token in tokens {
            let answer = self.present(&token).await;
            assert_eq!((answer.status, answer.text()), (401, expected.text()), "{token}");
            assert_eq!(answer.header("www-authenticate"), expected.header("www-authenticate"));
        }
    }

    /// As [`Trusting::all_refused`], for tokens of the right key with these claims.
    async fn all_claims_refused(&self, claims: impl IntoIterator<Item = Value>) {
        self.all_refused(claims.into_iter().map(|claims| self.key.sign(&claims)))
            .await;
    }
}

async fn trusting(issuer: &Issuer, registration: &str) -> TestServer {
    TestServer::with([
        ("AUTH_MODE", "oidc".to_owned()),
        ("OIDC_ISSUER", ISSUER.to_owned()),
        ("OIDC_AUDIENCE", "spaces-api".to_owned()),
        ("OIDC_JWKS_URL", format!("{}/jwks", issuer.base)),
        ("REGISTRATION", registration.to_owned()),
    ])
    .await
}

async fn present(server: &TestServer, token: &str) -> Answer {
    Call::get("/api/auth/me")
        .header("x-request-id", "same")
        .token(&Secret::from(token))
        .send(server)
        .await
}

fn claims() -> Value {
    let now = noon().timestamp();
    json!({
        "iss": ISSUER, "aud": "spaces-api", "sub": "ada#1", "iat": now, "exp": now + 600,
        "email": "ada@example.org", "email_verified": true, "name": " Ada Lovelace ",
    })
}

fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    object[name] = value.into();
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[tokio::test]
async fn tokens_of_every_kind_of_key_make_callers_of_one_subject() {
    let keys = [Key::ed25519("ed"), Key::p256("ec"), Key::rsa("rsa")];
    let issuer = Issuer::publishing(&[&keys[0], &keys[1], &keys[2]]).await;
    let server = trusting(&issuer, "open").await;
    let mut users = Vec::new();
    for key in &keys {
        let answer = present(&server, &key.sign(&claims())).await;
        assert_eq!(answer.status, 200, "{:?}: {answer:?}", key.algorithm);
        users.push(answer.json()["userId"].clone());
    }
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    let many = with(claims(), "aud", json!(["elsewhere", "spaces-api"]));
    let account = present(&server, &keys[0].sign(&many)).await.json();
    assert_eq!(account["displayName"], "Ada Lovelace");
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn s01_s02_s03_the_key_says_the_algorithm() {
    let trusting = Trusting::in_key(Key::rsa("first")).await;
    let (key, claims) = (&trusting.key, claims().to_string());
    let header = |alg: &str| with(key.header(), "alg", alg).to_string();
    let mut tokens = Vec::new();
    for alg in ["none", "None", "NONE", ""] {
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header(alg)),
            URL_SAFE_NO_PAD.encode(&claims)
        );
        tokens.extend([format!("{message}."), message.clone(), format!("{message}.c2ln")]);
    }
    let modulus = key.public["n"].as_str().unwrap();
    for secret in [
        modulus.as_bytes(),
        &URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        key.public.to_string().as_bytes(),
    ] {
        tokens.push(signed(
            &header("HS256"),
            &claims,
            &EncodingKey::from_secret(secret),
            Algorithm::HS256,
        ));
    }
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        tokens.push(signed(
            &header(&format!("{algorithm:?}")),
            &claims,
            &key.private,
            algorithm,
        ));
    }
    let other = Key::p256("first");
    tokens.push(other.sign_text(&other.header().to_string(), &claims));
    tokens.push(Key::rsa("first").sign_text(&key.header().to_string(), &claims));
    trusting.all_refused(tokens).await;
}

#[tokio::test]
async fn s04_s05_s06_nothing_in_the_header_leads_anywhere() {
    let trusting = Trusting::new().await;
    let (key, forged, url) = (
        &trusting.key,
        Key::ed25519("forged"),
        format!("{}/forged", trusting.issuer.base),
    );
    let mut tokens = Vec::new();
    for (name, value) in [
        ("jwk", forged.public.clone()),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("zip", json!("DEF")),
        ("typ", json!("dpop+jwt")),
    ] {
        let header = with(key.header(), name, value.clone()).to_string();
        tokens.push(forged.sign_text(&header, &claims().to_string()));
        tokens.push(key.sign_text(&header, &claims().to_string()));
    }
    for id in [
        "",
        "../../etc/passwd",
        "' OR 1=1 --",
        "first\u{0}",
        "http://evil.example/",
        &"k".repeat(3000),
    ] {
        tokens.push(key.sign_text(&with(key.header(), "kid", id).to_string(), &claims().to_string()));
    }
    tokens.push(key.sign_text(&without(key.header(), "kid").to_string(), &claims().to_string()));
    tokens.push(key.sign_text(
        &with(key.header(), "kid", json!(["first"])).to_string(),
        &claims().to_string(),
    ));
    trusting.all_refused(tokens).await;
    assert_eq!(
        trusting.issuer.asked(),
        1,
        "the first fetch, and no other within ten seconds"
    );
}

#[tokio::test]
async fn s07_s08_s10_claims_are_complete_and_an_access_token_s_for_us() {
    let trusting = Trusting::new().await;
    let missing = ["exp", "iss", "aud", "sub"].map(|name| without(claims(), name));
    let purposes = [
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
        ("c_hash", json!("h")),
        ("token_use", json!("id")),
        ("token_use", json!("refresh")),
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
        ("iss", json!("https://issuer.example/")),
        ("iss", json!("https://evil.example")),
        ("iss", json!([ISSUER])),
        ("aud", json!("other-api")),
        ("aud", json!(["other-api"])),
        ("aud", json!([])),
        ("aud", json!({ "spaces-api": true })),
        ("sub", json!("")),
        ("sub", json!("s".repeat(256))),
        ("sub", json!(1)),
    ];
    let purposes = purposes.into_iter().map(|(name, value)| with(claims(), name, value));
    trusting.all_claims_refused(missing.into_iter().chain(purposes)).await;
    let marked = with(with(claims(), "typ", "Bearer"), "token_use", "access");
    assert_eq!(trusting.present(&trusting.key.sign(&marked)).await.status, 200);
}

#[tokio::test]
async fn s09_stale_and_early_tokens_are_refused_beyond_a_minute() {
    let trusting = Trusting::new().await;
    let now = noon().timestamp();
    for (name, accepted, refused) in [
        ("exp", now - 59, now - 60),
        ("nbf", now + 60, now + 61),
        ("iat", now + 60, now + 61),
    ] {
        trusting.all_claims_refused([with(claims(), name, refused)]).await;
        let token = trusting.key.sign(&with(claims(), name, accepted));
        assert_eq!(trusting.present(&token).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn s14_odd_tokens() {
    let trusting = Trusting::new().await;
    let key = &trusting.key;
    let mut tokens = vec![key.sign(&with(claims(), "padding", "x".repeat(8192)))];
    for odd in [
        json!("1795176600"),
        json!(1_795_176_600.5),
        json!(-1),
        json!(1e300),
        json!([1]),
        json!(true),
        Value::Null,
    ] {
        tokens.push(key.sign(&with(claims(), "exp", odd)));
    }
    for name in ["exp", "iss", "sub", "aud", "email"] {
        let text = claims().to_string();
        let twice = format!("{{\"{name}\":{},{}", claims()[name], &text[1..]);
        tokens.push(key.sign_text(&key.header().to_string(), &twice));
    }
    trusting.all_refused(tokens).await;
}

#[tokio::test]
async fn s11_unknown_keys_cost_the_issuer_one_fetch_in_ten_seconds() {
    let trusting = Trusting::new().await;
    let (server, issuer) = (&trusting.server, &trusting.issuer);
    let good = trusting.key.sign(&claims());
    let answers = join_all((0..32).map(|_| present(server, &good))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(issuer.asked(), 1, "32 misses at the same time");

    let unknown = Key::ed25519("unknown").sign(&claims());
    let flood = || join_all((0..32).map(|_| present(server, &unknown)));
    for fetches in 2..4 {
        server.advance(TimeDelta::seconds(10));
        assert!(flood().await.iter().all(|answer| answer.status == 401));
        server.advance(TimeDelta::milliseconds(9_999));
        assert!(flood().await.iter().all(|answer| answer.status == 401));
        assert_eq!(issuer.asked(), fetches);
        assert_eq!(present(server, &good).await.status, 200, "known keys keep working");
    }
}

#[tokio::test]
async fn s12_known_keys_serve_whatever_the_issuer_answers() {
    let trusting = Trusting::new().await;
    let (server, issuer) = (&trusting.server, &trusting.issuer);
    let unknown = Key::ed25519("unknown").sign(&claims());
    let good = trusting.key.sign(&with(claims(), "exp", noon().timestamp() + 86_400));
    assert_eq!(present(server, &good).await.status, 200);
    let keys = format!("{{\"keys\":[],\"padding\":\"{}\"}}", "x".repeat(70_000));
    for (status, media_type, body) in [
        ("200 OK", "text/html", "<html>we are sorry</html>"),
        ("200 OK", "application/json", "{\"keys\":[]}"),
        ("200 OK", "application/json", keys.as_str()),
        ("404 Not Found", "application/json", "{}"),
        ("302 Found", "text/plain", ""),
        ("500 Internal Server Error", "text/plain", "oops"),
    ] {
        issuer.answer_with(status, media_type, body);
        let asked = issuer.asked();
        // Old enough that the keys are asked for again, also by those whose key is there.
        server.advance(TimeDelta::minutes(6));
        assert_eq!(present(server, &unknown).await.status, 401, "{body}");
        assert_eq!(present(server, &good).await.status, 200, "{body}");
        assert_eq!(issuer.asked(), asked + 1, "{status}: once, and redirects lead nowhere");
    }
}

#[tokio::test]
async fn s12_without_any_key_ever_the_answer_is_503() {
    let trusting = Trusting::new().await;
    let (server, issuer) = (&trusting.server, &trusting.issuer);
    issuer.answer_with("200 OK", "text/html", "<html>");
    let good = trusting.key.sign(&claims());
    assert_eq!(present(server, &good).await.refused().0, 503);
    assert_eq!(Call::get("/health").send(server).await.refused().0, 503);
    issuer.publish(&[&trusting.key]);
    server.advance(TimeDelta::seconds(10));
    assert_eq!(present(server, &good).await.status, 200);
    assert_eq!(Call::get("/health").send(server).await.status, 200);
}

#[tokio::test]
async fn s13_old_and_new_keys_count_while_both_are_published() {
    let trusting = Trusting::new().await;
    let (server, issuer) = (&trusting.server, &trusting.issuer);
    let new = Key::p256("second");
    let (old_token, new_token) = (trusting.key.sign(&claims()), new.sign(&claims()));
    let unknown = Key::ed25519("unknown").sign(&claims());
    assert_eq!(present(server, &old_token).await.status, 200);

    issuer.publish(&[&trusting.key, &new]);
    server.advance(TimeDelta::seconds(10));
    assert_eq!(present(server, &new_token).await.status, 200);
    assert_eq!(present(server, &old_token).await.status, 200);

    issuer.publish(&[&new]);
    server.advance(TimeDelta::seconds(10));
    assert_eq!(present(server, &unknown).await.status, 401);
    assert_eq!(present(server, &new_token).await.status, 200);
    assert_eq!(present(server, &old_token).await.refused().0, 401, "it was withdrawn");
}

#[tokio::test]
async fn s13_a_withdrawn_key_is_noticed_without_an_unknown_one() {
    let trusting = Trusting::new().await;
    let (server, issuer) = (&trusting.server, &trusting.issuer);
    let token = trusting.key.sign(&claims());
    assert_eq!(present(server, &token).await.status, 200);
    issuer.publish(&[&Key::ed25519("second")]);
    server.advance(TimeDelta::minutes(5));
    // The first request does not wait for the fetch that it begins.
    for _ in 0..10_000 {
        if present(server, &token).await.status == 401 {
            return assert_eq!(issuer.asked(), 2);
        }
    }
    panic!("the key counts for ever");
}

#[tokio::test]
async fn who_cannot_become_a_user_is_told_why() {
    let trusting = Trusting::new().await;
    let refused = async |claims: Value| trusting.present(&trusting.key.sign(&claims)).await.refused();
    let why = |code: &str| (401, code.to_owned());
    assert_eq!(refused(without(claims(), "email")).await, why("email-missing"));
    assert_eq!(refused(with(claims(), "email", "no email")).await, why("email-missing"));
    assert_eq!(
        refused(with(claims(), "email_verified", false)).await,
        why("email-unverified")
    );
    assert_eq!(
        refused(with(claims(), "email_verified", "false")).await,
        why("email-unverified")
    );
    let nameless = trusting.present(&trusting.key.sign(&without(claims(), "name"))).await;
    assert_eq!(nameless.json()["displayName"], "ada");
    assert_eq!(refused(with(claims(), "sub", "eve")).await, why("email-taken"));

    let closed = self::trusting(&trusting.issuer, "closed").await;
    let answer = present(&closed, &trusting.key.sign(&claims())).await;
    assert_eq!(answer.refused(), why("registration-closed"));
}

#[tokio::test]
async fn s17_a_disabled_or_deleted_user_is_refused_at_once() {
    let trusting = Trusting::new().await;
    let store = &trusting.server.app.store;
    let token = trusting.key.sign(&claims());
    assert_eq!(trusting.present(&token).await.status, 200);
    let user = store.find_user_by_email("ada@example.org").await.unwrap().unwrap();
    let set = async |status| {
        let update = UserUpdate {
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            status: Some(status),
        };
        let user = store.get_user(user.user_id).await.unwrap().unwrap();
        store.update_user(user, update, Occasion::default()).await.unwrap()
    };
    set(UserStatus::Disabled).await;
    assert_eq!(
        trusting.present(&token).await.refused(),
        (401, "unauthenticated".to_owned())
    );
    let user = set(UserStatus::Active).await;
    assert_eq!(trusting.present(&token).await.status, 200);
    store.delete_user(user, Occasion::default()).await.unwrap();
    assert_eq!(
        trusting.present(&token).await.refused(),
        (401, "unauthenticated".to_owned())
    );
}

#[tokio::test]
async fn a_known_caller_costs_one_round_trip() {
    let trusting = Trusting::new().await;
    let calls = || -> u64 {
        let text = trusting.server.app.metrics.text().unwrap();
        let store = text.lines().filter(|line| line.contains("store_calls_total{"));
        store
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum()
    };
    let token = trusting.key.sign(&claims());
    for _ in 0..2 {
        assert_eq!(trusting.present(&token).await.status, 200);
    }
    let before = calls();
    assert_eq!(trusting.present(&token).await.status, 200);
    assert_eq!(calls() - before, 1, "getMe itself reads nothing");
}
