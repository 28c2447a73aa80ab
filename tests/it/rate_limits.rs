//! How many requests a client has, and how many the server takes at once: what is refused, how, and for whom.
//! Limits on guessing are in the files of what is guessed.

use chrono::TimeDelta;
use serde_json::json;
use spaces_contract::Session;
use spaces_tests::TestServer;
use tokio::io::AsyncWriteExt as _;

use super::support::{Answer, Call, connect};

/// One request a second, and four at once.
async fn limited() -> TestServer {
    let rate = [
        ("RATE_LIMIT_PER_MINUTE", "60".to_owned()),
        ("RATE_LIMIT_BURST", "4".to_owned()),
    ];
    TestServer::with(rate).await
}

async fn anonymous(server: &TestServer) -> Answer {
    Call::get("/api/spaces").send(server).await
}

async fn signed_in(server: &TestServer, session: &Session) -> Answer {
    Call::get("/api/spaces").by(session).send(server).await
}

#[tokio::test]
async fn a21_a_request_too_many_is_429_and_says_when_to_come_back() {
    let server = limited().await;
    for _ in 0..4 {
        assert_eq!(anonymous(&server).await.status, 401);
    }
    let answer = anonymous(&server).await;
    assert_eq!(answer.refused(), (429, "too-many-requests".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("ratelimit"), Some(r#""requests";r=0;t=1"#));
    assert_eq!(answer.header("ratelimit-policy"), Some(r#""requests";q=60;w=60"#));
    assert!(answer.header("x-request-id").is_some() && answer.header("x-content-type-options").is_some());
    server.advance(TimeDelta::seconds(1));
    assert_eq!(anonymous(&server).await.status, 401);
    assert_eq!(anonymous(&server).await.status, 429);
}

#[tokio::test]
async fn a21_nobody_is_told_to_come_back_too_early() {
    let settings = [("RATE_LIMIT_PER_MINUTE", "20"), ("RATE_LIMIT_BURST", "1")];
    let server = TestServer::with(settings.map(|(name, value)| (name, value.to_owned()))).await;
    assert_eq!(anonymous(&server).await.status, 401);
    server.advance(TimeDelta::milliseconds(500));
    let answer = anonymous(&server).await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("3")),
        "2.5 seconds are not 2"
    );
}

#[tokio::test]
async fn a21_the_limit_on_guessing_says_so_too() {
    let server = TestServer::start().await;
    let body = json!({ "email": "ada@example.org", "password": "a wrong password" });
    let guess = || Call::post("/api/auth/login").json(body.clone()).send(&server);
    for _ in 0..10 {
        assert_eq!(guess().await.refused().0, 401);
    }
    let answer = guess().await;
    assert_eq!(answer.refused(), (429, "too-many-attempts".to_owned()));
    let wait = answer.header("retry-after").unwrap();
    assert_eq!(
        answer.header("ratelimit"),
        Some(format!(r#""login-account";r=0;t={wait}"#).as_str())
    );
    assert_eq!(answer.header("ratelimit-policy"), Some(r#""login-account";q=10;w=300"#));
}

#[tokio::test]
async fn a21_health_metrics_and_documents_are_never_limited() {
    let server = limited().await;
    for path in [
        "/health",
        "/health/live",
        "/version",
        "/metrics",
        "/docs/",
        "/openapi.yaml",
    ] {
        for _ in 0..6 {
            assert_eq!(Call::get(path).send(&server).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn a21_who_is_signed_in_has_a_limit_of_their_own() {
    let server = limited().await;
    let ada = server.sign_up("ada").await;
    // The first one counts for the address: only its answer shows that the credential is valid.
    assert_eq!(signed_in(&server, &ada).await.status, 200);
    for _ in 0..4 {
        anonymous(&server).await;
    }
    assert_eq!(anonymous(&server).await.status, 429);
    for _ in 0..4 {
        assert_eq!(signed_in(&server, &ada).await.status, 200);
    }
    assert_eq!(signed_in(&server, &ada).await.refused().0, 429);
}

#[tokio::test]
async fn s37_neither_a_forwarded_address_nor_a_made_up_token_changes_the_key() {
    let server = limited().await;
    for attempt in 0..9 {
        let call = Call::get("/api/spaces").header("x-forwarded-for", format!("198.51.100.{attempt}"));
        let call = if attempt % 2 == 0 {
            call
        } else {
            call.header("authorization", format!("Bearer {attempt}"))
        };
        let expected = if attempt < 4 { 401 } else { 429 };
        assert_eq!(call.send(&server).await.status, expected, "{attempt}");
    }
}

#[tokio::test]
async fn s37_a_token_is_not_valid_because_nobody_looked_at_it() {
    let server = limited().await;
    let call = |path: &str| Call::get(path).header("authorization", "Bearer made-up");
    for _ in 0..4 {
        assert_eq!(call("/version").send(&server).await.status, 200);
        assert_eq!(call("/api/spaces").send(&server).await.status, 401);
    }
    assert_eq!(call("/api/spaces").send(&server).await.status, 429);
}

#[tokio::test]
async fn s36_guessing_invitation_codes_is_429() {
    let server = limited().await;
    for attempt in 0..4 {
        let path = format!("/api/invitations/validate?code=AAAAAAAAAAAAAAAAAAAAAAA{attempt}");
        assert_ne!(Call::get(path).send(&server).await.status, 429);
    }
    let path = "/api/invitations/validate?code=AAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(Call::get(path).send(&server).await.refused().0, 429);
}

/// Asks while a request whose body does not come takes the only place of a server with `MAX_IN_FLIGHT=1`.
pub(crate) async fn while_busy(server: &TestServer, session: &Session, call: Call) -> Answer {
    let mut slow = connect(server).await;
    let create = Call::post("/api/spaces")
        .by(session)
        .header("content-type", "application/json");
    slow.write_all(create.head("Content-Length: 9\r\n").as_bytes())
        .await
        .unwrap();
    let in_flight = async || {
        let metrics = Call::get("/metrics").send(server).await.text();
        metrics.contains("http_requests_in_flight 2")
    };
    // A request is counted before it takes its place, perhaps on another thread: it has had the time of some more requests.
    let mut seen = 0;
    for _ in 0..10_000 {
        seen += usize::from(in_flight().await);
        if seen == 10 {
            break;
        }
    }
    let answer = call.send(server).await;
    for path in ["/health", "/health/live", "/metrics"] {
        assert_eq!(Call::get(path).send(server).await.status, 200, "{path}");
    }
    slow.write_all(b"{        ").await.unwrap();
    assert_eq!(super::support::read_answer(&mut slow).await.unwrap().status, 400);
    answer
}

#[tokio::test]
async fn a22_shed_load_is_503_and_health_is_not_shed() {
    let server = TestServer::with([("MAX_IN_FLIGHT", "1".to_owned())]).await;
    let ada = server.sign_up("ada").await;
    assert_eq!(signed_in(&server, &ada).await.status, 200);
    let shed = while_busy(&server, &ada, Call::get("/api/spaces").by(&ada)).await;
    assert_eq!(shed.refused(), (503, "overloaded".to_owned()));
    assert_eq!(shed.header("retry-after"), Some("1"));
    assert_eq!(signed_in(&server, &ada).await.status, 200);
}
