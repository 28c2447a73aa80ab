//! Forged, altered and stale access tokens: each is refused, and a good one is not.

#![allow(clippy::unwrap_used, clippy::panic)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::settings::KeySource;

const USER: Uuid = Uuid::from_u128(0x0198_1c1e_5f00_7000_8000_0000_0000_0001);
const SESSION: Uuid = Uuid::from_u128(0x0198_1c1e_5f00_7000_8000_0000_0000_0002);

fn tokens() -> (Tokens, Clock) {
    let clock = Clock::manual(DateTime::from_timestamp(1_763_631_000, 0).unwrap());
    let key = SigningKey::load(&KeySource::Ephemeral).unwrap();
    (Tokens::new(key, clock.clone()), clock)
}

fn claims(tokens: &Tokens) -> Value {
    let token = tokens.issue(USER, SESSION).unwrap();
    serde_json::to_value(tokens.verify(token.expose()).unwrap()).unwrap()
}

fn part(text: impl AsRef<str>) -> String {
    URL_SAFE_NO_PAD.encode(text.as_ref())
}

/// A token with this header and body, signed with the server's own key: only what is in it can be wrong.
fn signed(tokens: &Tokens, header: &Value, body: &str) -> String {
    let message = format!("{}.{}", part(header.to_string()), part(body));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &tokens.key.encoding, tokens.key.algorithm).unwrap();
    format!("{message}.{signature}")
}

fn header(tokens: &Tokens) -> Value {
    serde_json::to_value(&tokens.header).unwrap()
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

#[test]
fn a_token_names_its_user_and_session() {
    let (tokens, _) = tokens();
    let token = tokens.issue(USER, SESSION).unwrap();
    let claims = tokens.verify(token.expose()).unwrap();
    assert_eq!((claims.user_id, claims.session_id), (USER, SESSION));
    assert_eq!((claims.exp - claims.iat, claims.nbf), (3600, claims.iat));
    assert_ne!(token, tokens.issue(USER, SESSION).unwrap(), "each token has its own id");
    // The helper of the tests below signs like the server does.
    assert!(
        tokens
            .verify(&signed(
                &tokens,
                &header(&tokens),
                &serde_json::to_string(&claims).unwrap()
            ))
            .is_ok()
    );
}

#[test]
fn the_other_kinds_of_key_work_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rsa.pem");
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = aws_lc_rs::encoding::AsDer::as_der(&pair).unwrap();
    std::fs::write(&path, pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()))).unwrap();
    let rsa = KeySource::PemFile {
        path,
        algorithm: crate::settings::PemAlgorithm::Rs256,
    };
    let secret = KeySource::Secret("0123456789abcdef0123456789abcdef".into());
    for source in [rsa, secret] {
        let tokens = Tokens::new(SigningKey::load(&source).unwrap(), Clock::system());
        let token = tokens.issue(USER, SESSION).unwrap();
        assert_eq!(tokens.verify(token.expose()).unwrap().user_id, USER);
    }
}

#[test]
fn s01_alg_none_is_refused() {
    let (tokens, _) = tokens();
    let body = part(claims(&tokens).to_string());
    for alg in ["none", "None", "NONE", ""] {
        let header = part(with(header(&tokens), "alg", alg.into()).to_string());
        for signature in ["", "c2ln"] {
            assert!(tokens.verify(&format!("{header}.{body}.{signature}")).is_err());
        }
    }
}

#[test]
fn s02_hs256_with_the_public_key_is_refused() {
    let (tokens, _) = tokens();
    let public = jsonwebtoken::jwk::Jwk::from_encoding_key(&tokens.key.encoding, Algorithm::EdDSA).unwrap();
    let public = serde_json::to_value(public).unwrap()["x"].as_str().unwrap().to_owned();
    let mut header = Header::new(Algorithm::HS256);
    header.kid.clone_from(&tokens.key.id);
    for secret in [URL_SAFE_NO_PAD.decode(&public).unwrap(), public.into_bytes()] {
        let forged = jsonwebtoken::encode(&header, &claims(&tokens), &EncodingKey::from_secret(&secret)).unwrap();
        assert!(matches!(tokens.verify(&forged), Err(InvalidToken::NotOurs(_))));
    }
}

#[test]
fn s03_an_algorithm_unlike_the_keys_is_refused() {
    let (tokens, _) = tokens();
    for alg in ["HS256", "HS512", "RS256", "PS256", "ES256", "ES384"] {
        let header = with(header(&tokens), "alg", alg.into());
        assert!(
            tokens
                .verify(&signed(&tokens, &header, &claims(&tokens).to_string()))
                .is_err(),
            "{alg}"
        );
    }
}

#[test]
fn s04_embedded_keys_and_addresses_of_keys_are_refused() {
    let (tokens, _) = tokens();
    let (other, _) = self::tokens();
    let own_key = jsonwebtoken::jwk::Jwk::from_encoding_key(&other.key.encoding, Algorithm::EdDSA).unwrap();
    let hostile = [
        ("jwk", serde_json::to_value(own_key).unwrap()),
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("x5u", json!("http://127.0.0.1:9/cert.pem")),
        ("x5c", json!(["MIIB"])),
    ];
    for (name, value) in hostile {
        let header = with(header(&tokens), name, value);
        let body = claims(&tokens).to_string();
        assert!(
            tokens.verify(&signed(&other, &header, &body)).is_err(),
            "{name}, signed with the embedded key"
        );
        let refused = tokens.verify(&signed(&tokens, &header, &body));
        assert!(
            matches!(refused, Err(InvalidToken::Header)),
            "{name}, signed with our key"
        );
    }
}

#[test]
fn s05_a_hostile_kid_is_refused() {
    let (tokens, _) = tokens();
    for kid in ["../../../../dev/null", "' OR 1=1 --", "http://127.0.0.1:9/", "\0", ""] {
        let header = with(header(&tokens), "kid", kid.into());
        assert!(
            tokens
                .verify(&signed(&tokens, &header, &claims(&tokens).to_string()))
                .is_err(),
            "{kid:?}"
        );
    }
}

#[test]
fn s06_crit_is_refused() {
    let (tokens, _) = tokens();
    for crit in [json!(["b64"]), json!(["exp"]), json!([]), json!("exp")] {
        let header = with(header(&tokens), "crit", crit.clone());
        assert!(
            tokens
                .verify(&signed(&tokens, &header, &claims(&tokens).to_string()))
                .is_err(),
            "{crit}"
        );
    }
}

#[test]
fn s07_a_missing_claim_is_refused() {
    let (tokens, _) = tokens();
    let all = claims(&tokens);
    for name in ["exp", "iss", "aud", "sub", "nbf", "iat", "jti", "sid", "token_use"] {
        for absent in [None, Some(Value::Null)] {
            let mut claims = all.clone();
            match absent {
                None => drop(claims.as_object_mut().unwrap().remove(name).unwrap()),
                Some(null) => claims[name] = null,
            }
            assert!(
                tokens
                    .verify(&signed(&tokens, &header(&tokens), &claims.to_string()))
                    .is_err(),
                "{name}"
            );
        }
    }
}

#[test]
fn s08_a_token_for_another_use_is_refused() {
    let (tokens, _) = tokens();
    for other in ["refresh", "id", "Access", ""] {
        let claims = with(claims(&tokens), "token_use", other.into());
        assert!(
            tokens
                .verify(&signed(&tokens, &header(&tokens), &claims.to_string()))
                .is_err(),
            "{other}"
        );
    }
    let refresh = crate::auth::refresh::RefreshToken::generate(SESSION).unwrap();
    assert!(tokens.verify(refresh.reveal().expose()).is_err());
}

#[test]
fn s09_expired_and_early_tokens_are_refused_beyond_the_leeway() {
    let (tokens, clock) = tokens();
    let token = tokens.issue(USER, SESSION).unwrap();
    let at = |seconds: i64| {
        clock.advance(TimeDelta::seconds(seconds));
        let verified = tokens.verify(token.expose());
        clock.advance(TimeDelta::seconds(-seconds));
        verified
    };
    assert!(at(-60).is_ok() && at(0).is_ok() && at(3600 + 59).is_ok());
    assert!(matches!(at(-61), Err(InvalidToken::Early)));
    assert!(matches!(at(3600 + 60), Err(InvalidToken::Expired)));
    assert!(matches!(at(i64::from(i32::MAX)), Err(InvalidToken::Expired)));
}

#[test]
fn s10_another_issuer_or_audience_is_refused() {
    let (tokens, _) = tokens();
    for name in ["iss", "aud"] {
        for other in [json!("someone else"), json!(""), json!(["someone else"]), json!(7)] {
            let claims = with(claims(&tokens), name, other.clone());
            assert!(
                tokens
                    .verify(&signed(&tokens, &header(&tokens), &claims.to_string()))
                    .is_err(),
                "{name}: {other}"
            );
        }
    }
    let (other, _) = self::tokens();
    assert!(
        tokens.verify(other.issue(USER, SESSION).unwrap().expose()).is_err(),
        "another deployment's key"
    );
}

#[test]
fn s14_oversized_tokens_duplicate_claims_and_odd_times_are_refused() {
    let (tokens, _) = tokens();
    let large = with(claims(&tokens), "padding", "x".repeat(4096).into());
    let large = signed(&tokens, &header(&tokens), &large.to_string());
    assert!(matches!(tokens.verify(&large), Err(InvalidToken::TooLong)));
    let body = claims(&tokens).to_string();
    let values = serde_json::from_str::<Value>(&body).unwrap();
    for (name, value) in values.as_object().unwrap() {
        let twice = body.replacen('{', &format!("{{\"{name}\":{value},"), 1);
        assert!(
            tokens.verify(&signed(&tokens, &header(&tokens), &twice)).is_err(),
            "{name} twice"
        );
    }
    for name in ["exp", "nbf", "iat"] {
        for odd in [
            json!("1763634600"),
            json!(1_763_634_600.5),
            json!(-1),
            json!(1e300),
            json!([1]),
            json!(true),
        ] {
            let claims = with(claims(&tokens), name, odd.clone());
            assert!(
                tokens
                    .verify(&signed(&tokens, &header(&tokens), &claims.to_string()))
                    .is_err(),
                "{name}: {odd}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_a_token_and_none_panics(text in "\\PC{0,200}|([A-Za-z0-9_-]{0,60}\\.){2}[A-Za-z0-9_-]{0,90}") {
        let (tokens, _) = tokens();
        prop_assert!(tokens.verify(&text).is_err());
    }

    #[test]
    fn one_flipped_bit_is_refused(at in any::<proptest::sample::Index>(), bit in 0..6_u8) {
        let (tokens, _) = tokens();
        let mut token = tokens.issue(USER, SESSION).unwrap().expose().as_bytes().to_vec();
        let at = at.index(token.len());
        token[at] ^= 1 << bit;
        if let Ok(text) = std::str::from_utf8(&token) {
            prop_assert!(tokens.verify(text).is_err(), "byte {at}, bit {bit}");
        }
    }
}
