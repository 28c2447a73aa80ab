//! The server as a process: what it prints, which settings stop it, and how it ends. Everything inside the process is for
//! the other tests.

use reqwest::StatusCode;
use spaces_client::Client;
use spaces_contract::{Credentials, Registration};
use spaces_tests::process::{self, PATIENCE, Server};
use spaces_tests::{PASSWORD, new_space};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A body for signing up.
const ADA: &str = r#"{"email":"ada@example.org","password":"correct horse battery","displayName":"Ada"}"#;

#[tokio::test]
async fn the_start_says_what_to_open_next() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("DATABASE_PATH", ":memory:")]).await;
    for path in ["/docs", "/openapi.yaml", "/health"] {
        let url = format!("{}{path}", server.base);
        assert!(server.printed.contains(&url), "{}", server.printed);
        assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_curl_that_the_start_prints_signs_up() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("DATABASE_PATH", ":memory:")]).await;
    let (_, curl) = server.printed.split_once("    curl ").unwrap();
    let (curl, _) = curl.split_once("\n\n").unwrap();
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", &format!("curl {curl}")]);
    let answer: serde_json::Value = serde_json::from_str(&process::output(shell).await).unwrap();
    assert_eq!(answer["user"]["email"], "ada@example.org");
}

#[tokio::test]
async fn outside_development_only_log_lines_are_printed() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("ENVIRONMENT", "staging")]).await;
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert!(server.printed.lines().all(is_json), "{}", server.printed);
}

#[tokio::test]
async fn wrong_settings_stop_the_start_and_all_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let wrong = [("PORT", "eighty"), ("DATABASE", "oracle"), ("REGISTRATION", "maybe")];
    let output = process::server(directory.path(), &wrong).output().await.unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(1), b"".as_slice())
    );
    for (name, value) in wrong {
        assert!(message.contains(name) && !message.contains(value), "{message}");
    }
    assert!(!directory.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = process::server(directory.path(), &[("PORT", &port)])
        .output()
        .await
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        message.contains(&format!("cannot listen on 127.0.0.1:{port} (HOST, PORT)")),
        "{message}"
    );
}

#[tokio::test]
async fn port_and_database_path_are_what_they_say() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
        .to_string();
    let server = Server::start(directory.path(), &[("PORT", &free), ("DATABASE_PATH", "here/ours.db")]).await;
    assert_eq!(server.base, format!("http://127.0.0.1:{free}"));
    assert!(server.printed.contains("here/ours.db"), "{}", server.printed);
    assert!(directory.path().join("here/ours.db").is_file());
}

#[tokio::test]
async fn data_and_sessions_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let before = Server::start(directory.path(), &[]).await;
    let registration: Registration = serde_json::from_str(ADA).unwrap();
    let session = Client::new(&before.base)
        .register()
        .body(registration)
        .send()
        .await
        .unwrap();
    let token = session.access_token.expose();
    let spaces = Client::new(&before.base).with_bearer_auth(token);
    let space = spaces.create_space().body(new_space("Engine")).send().await.unwrap();
    before.terminate().await;
    assert!(before.ended().await.0.success());

    let after = Server::start(directory.path(), &[]).await;
    let spaces = Client::new(&after.base).with_bearer_auth(token);
    assert_eq!(
        spaces
            .get_space()
            .space_id(space.space_id)
            .send()
            .await
            .unwrap()
            .name
            .as_str(),
        "Engine"
    );
    let credentials = Credentials {
        email: "ada@example.org".parse().unwrap(),
        password: PASSWORD.into(),
        remember_me: false,
    };
    Client::new(&after.base).login().body(credentials).send().await.unwrap();
}

#[tokio::test]
async fn sigterm_finishes_the_request_in_progress() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("DATABASE_PATH", ":memory:")]).await;
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let mut request = BufReader::new(TcpStream::connect(&address).await.unwrap());
    let head = format!(
        "POST /api/auth/register HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        ADA.len()
    );
    request.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    request.read_line(&mut line).await.unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n", "the request is in progress");

    server.terminate().await;
    // Nobody new is let in from when the signal has arrived.
    let closed = async { while TcpStream::connect(&address).await.is_ok() {} };
    timeout(PATIENCE, closed).await.unwrap();
    request.write_all(ADA.as_bytes()).await.unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.unwrap();
    assert!(answer.trim_start().starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let (status, last) = server.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(last.contains(r#""message":"stopped""#), "{last}");
}
