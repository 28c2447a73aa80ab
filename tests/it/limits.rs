//! Size, time and depth: what is too much is refused before it costs anything (A27, S21, F14–F16); and what the log may
//! not say (S40).

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use lockstep_runtime::actix::BodyLimits;
use serde_json::{Value, json};
use spaces_tests::{PASSWORD, TestServer, new_space};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Answer, Call, connect, raw, read_answer, registration};
use crate::world::World;

const MIB: usize = 1 << 20;

fn too_large() -> (u16, String) {
    (413, "content-too-large".to_owned())
}

fn register() -> Call {
    Call::post("/api/auth/register").text("")
}

/// A registration of exactly so many bytes; blanks fill it up.
fn of_size(size: usize) -> String {
    let body = registration("ada").to_string();
    format!("{body}{}", " ".repeat(size - body.len()))
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

#[tokio::test]
async fn a27_a_body_of_a_mebibyte_is_read_and_one_byte_more_is_413() {
    let server = TestServer::start().await;
    assert_eq!(register().text(of_size(MIB)).send(&server).await.status, 201);
    // The announcement is enough: nothing of the body is sent.
    for announced in ["1048577", "99999999999999"] {
        let answer = raw(&server, register().head(&format!("Content-Length: {announced}\r\n"))).await;
        assert_eq!(answer.refused(), too_large(), "{announced}");
        assert_eq!(answer.header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn a27_f15_a_chunked_body_is_cut_off_at_the_limit() {
    let server = TestServer::within(BodyLimits {
        size: 1000,
        ..BodyLimits::default()
    })
    .await;
    let send = async |size: usize| {
        let body = of_size(size);
        let (first, rest) = body.split_at(300);
        let head = register().head("Transfer-Encoding: chunked\r\n");
        raw(&server, head + &chunk(first) + &chunk(rest) + "0\r\n\r\n").await
    };
    assert_eq!(send(1000).await.status, 201);
    assert_eq!(send(1001).await.refused(), too_large());
    // One that never ends.
    let endless = register().head("Transfer-Encoding: chunked\r\n") + &chunk(&" ".repeat(600)).repeat(2);
    assert_eq!(raw(&server, endless).await.refused(), too_large());
}

#[tokio::test]
async fn a27_f14_a_body_that_comes_too_slowly_is_408_and_the_connection_ends() {
    let server = TestServer::within(BodyLimits {
        time: Duration::from_millis(30),
        ..BodyLimits::default()
    })
    .await;
    for framing in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut stream = connect(&server).await;
        stream.write_all(register().head(framing).as_bytes()).await.unwrap();
        let answer = read_answer(&mut stream).await.unwrap();
        assert_eq!(answer.refused(), (408, "request-timeout".to_owned()), "{framing}");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(
            read_answer(&mut stream).await.is_none(),
            "{framing}: the connection ends"
        );
    }
    assert_eq!(
        register().json(registration("ada")).send(&server).await.status,
        201,
        "others are served"
    );
}

#[tokio::test]
async fn f14_a_body_that_nobody_reads_holds_no_connection() {
    let server = TestServer::start().await;
    for call in [
        Call::post("/api/spaces").text(""),
        Call::post("/nothing").text(""),
        register().header("content-type", "text/plain"),
    ] {
        let mut stream = connect(&server).await;
        stream
            .write_all(call.head("Transfer-Encoding: chunked\r\n").as_bytes())
            .await
            .unwrap();
        let answer = read_answer(&mut stream).await.unwrap();
        assert!(matches!(answer.status, 401 | 404 | 415), "{answer:?}");
        assert!(
            read_answer(&mut stream).await.is_none(),
            "{}: the connection ends",
            call.path
        );
    }
}

#[tokio::test]
async fn a_chunked_body_that_was_read_leaves_the_connection_open() {
    let server = TestServer::start().await;
    let body = registration("ada").to_string();
    let mut stream = connect(&server).await;
    for status in [201, 409] {
        let request = register().head("Transfer-Encoding: chunked\r\n") + &chunk(&body) + "0\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(read_answer(&mut stream).await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a27_a_client_that_gives_up_halfway_harms_nobody() {
    let server = TestServer::start().await;
    let mut stream = connect(&server).await;
    stream
        .write_all((register().head("Content-Length: 100\r\n") + "{").as_bytes())
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    if let Some(answer) = read_answer(&mut stream).await {
        assert_eq!(answer.status, 400);
    }
    assert_eq!(register().json(registration("ada")).send(&server).await.status, 201);
}

#[tokio::test]
async fn f16_deep_nesting_is_400_wherever_it_is() {
    let world = World::new().await;
    for deep in [
        "[".repeat(100_000),
        "{\"name\":".repeat(100_000),
        format!("{{\"name\":{}", "[".repeat(100_000)),
        format!("{{\"surprise\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        let answer = Call::post("/api/spaces")
            .by(&world.ada)
            .text(deep)
            .send(&world.server)
            .await;
        assert_eq!(answer.refused(), (400, "malformed-body".to_owned()));
        assert!(answer.body.len() < 1000);
    }
}

#[tokio::test]
async fn s21_a_huge_password_is_refused_before_it_is_hashed() {
    let server = TestServer::start().await;
    for length in [129, 1_000_000] {
        let password = "p".repeat(length);
        let body = json!({ "email": "ada@example.org", "password": password, "displayName": "Ada" });
        let answer = Call::post("/api/auth/register").json(body).send(&server).await;
        assert_eq!(answer.violations(), ["body /password too-long"]);
        let body = json!({ "email": "ada@example.org", "password": password });
        let answer = Call::post("/api/auth/login").json(body).send(&server).await;
        assert_eq!(answer.violations(), ["body /password too-long"]);
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = TestServer::start().await;
    // HTTP itself refuses this one, before there is a request to make a problem of.
    let answer = raw(
        &server,
        Call::get("/health/live").header("x", "x".repeat(200_000)).head(""),
    )
    .await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(Call::get("/health/live").send(&server).await.status, 200);
}

#[tokio::test]
async fn s38_a_request_with_two_lengths_is_refused_and_the_connection_ends() {
    let server = TestServer::start().await;
    let smuggled = "0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let mut stream = connect(&server).await;
        stream
            .write_all((register().head(framing) + smuggled).as_bytes())
            .await
            .unwrap();
        let answer = read_answer(&mut stream).await;
        assert_eq!(answer.map(|answer| answer.status), Some(400), "{framing}");
        assert!(
            read_answer(&mut stream).await.is_none(),
            "{framing}: nothing is answered after it"
        );
    }
}

/// What all servers of this process log, as the program would: JSON, but down to the finest level of our own code.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let filter = tracing_subscriber::EnvFilter::new("warn,spaces_server=trace,lockstep_runtime=trace");
    let format = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter);
    format.with_writer(move || writer.clone()).try_init().unwrap();
    log
});

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The line of a request.
    fn line_of(&self, request_id: &str) -> Value {
        let text = self.text();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found = |line: &&Value| line["request_id"] == request_id && line["message"] == "request";
        lines
            .iter()
            .find(found)
            .unwrap_or_else(|| panic!("no line of {request_id}"))
            .clone()
    }
}

#[tokio::test]
async fn s40_a32_the_log_names_every_request_and_no_secret() {
    let log = LOG.clone();
    let server = TestServer::start().await;
    let body =
        json!({ "email": "secret-name@example.org", "password": "secret-password-1", "displayName": "secret-display" });
    let registered = register()
        .json(body)
        .header("x-request-id", "s40-register")
        .send(&server)
        .await;
    let session: spaces_contract::Session = serde_json::from_value(registered.json()).unwrap();
    let client = server.with_token(&session.access_token);
    let code = client
        .create_space()
        .body(new_space("secret-space"))
        .send()
        .await
        .unwrap()
        .invite_code
        .clone();
    let mistakes: [Call; 5] = [
        Call::post("/api/auth/login")
            .json(json!({ "email": "secret-name@example.org", "password": "secret-password-2" })),
        Call::post("/api/auth/login").text("{\"password\": \"secret-password-3\" oops"),
        Call::post("/api/auth/refresh").json(json!({ "refreshToken": "secret-token-1" })),
        Call::get("/api/spaces?token=secret-token-2").by(&session),
        Call::get("/secret-path")
            .header("authorization", "Bearer secret-token-3")
            .header("cookie", "secret-cookie"),
    ];
    for mistake in mistakes {
        assert!(mistake.send(&server).await.status >= 400);
    }
    let text = log.text();
    let line = log.line_of("s40-register");
    assert_eq!((&line["operation"], &line["status"]), (&json!("register"), &json!(201)));
    assert!(!text.contains("secret-"), "{text}");
    for secret in [
        session.access_token.expose(),
        session.refresh_token.expose(),
        code.expose(),
        PASSWORD,
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn s40_nobody_forges_a_line_of_the_log() {
    let log = LOG.clone();
    let server = TestServer::start().await;
    let forged = "%0a{\"message\":\"forged\"}";
    let call = Call::get(format!("/api/spaces/{forged}?{forged}")).header("x-request-id", "a\",\"message\":\"forged");
    let answer: Answer = call
        .header("user-agent", "forged")
        .header("traceparent", "forged")
        .send(&server)
        .await;
    let line = log.line_of(answer.header("x-request-id").unwrap());
    assert_eq!(
        (&line["pattern"], &line["status"]),
        (&json!("/api/spaces/{spaceId}"), &json!(401))
    );
    assert!(!log.text().contains("forged"));
}
