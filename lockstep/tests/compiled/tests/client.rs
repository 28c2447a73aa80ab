//! What the generated client of `requests.yaml` puts on the wire, and what it makes of the answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use lockstep_compiled::requests::client::{Client, Error, PatchThingAnswer};
use lockstep_compiled::requests::types::{Ending, Job, Kind, Label, Patch, Thing, ThingPatch};
use uuid::Uuid;

const THING: &str = r#"{"name":"lamp","kind":"small"}"#;
const PROBLEM: &str =
    r#"{"type":"/problems/not-found","title":"Not found","status":404,"code":"not-found","requestId":"r1"}"#;

/// A server for one request: it gives this answer, and then the request as it came.
struct Server {
    client: Client,
    request: JoinHandle<String>,
}

impl Server {
    fn answering(status: &str, headers: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::new(&format!("http://{}/", listener.local_addr().unwrap()));
        let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n{body}");
        let request = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            request
        });
        Self { client, request }
    }

    fn json(status: &str, body: &str) -> Self {
        Self::answering(status, &format!("content-length: {}\r\n", body.len()), body)
    }

    fn request(self) -> String {
        self.request.join().unwrap()
    }
}

/// One request with its body, if `content-length` announces one.
fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |n| n.parse().unwrap());
        if count == 0 || body.len() >= length {
            return text;
        }
    }
}

fn has(request: &str, line: &str) -> bool {
    request.lines().any(|one| one == line)
}

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

#[tokio::test]
async fn parameters_travel_as_the_contract_says() {
    let server = Server::json("200 OK", r#"{"items":[]}"#);
    let list = server
        .client
        .list_things()
        .r#type(Kind::Big)
        .x_trace("t-1")
        .limit(5)
        .tags(vec![label("a"), label("b c")]);
    let list = list.kinds(vec![Kind::Big, Kind::Small]).send().await.unwrap();
    assert!(list.items.is_empty());
    let request = server.request();
    assert!(
        request.starts_with("GET /things?limit=5&type=big&tags=a%2Cb+c&kinds=big&kinds=small HTTP/1.1"),
        "{request}"
    );
    assert!(has(&request, "x-trace: t-1"));
    assert!(has(&request, "accept: application/json, application/problem+json"));
    assert!(
        !request.contains("authorization") && !request.contains("api-version"),
        "{request}"
    );
}

#[tokio::test]
async fn merge_patch_has_its_media_type_nulls_and_cookies() {
    let server = Server::json("202 Accepted", r#"{"jobId":"01981c1e-5f00-7000-8000-000000000001"}"#);
    let client = server.client.clone().with_bearer_auth("secret");
    let patch = ThingPatch {
        name: None,
        note: Patch::Null,
    };
    let answer = client
        .patch_thing()
        .thing_id(Uuid::nil())
        .theme("dark;x")
        .visit("7")
        .body(patch)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 202);
    assert!(matches!(answer.into_inner(), PatchThingAnswer::Accepted(Job { .. })));
    let request = server.request();
    assert!(
        request.starts_with("PATCH /things/00000000-0000-0000-0000-000000000000 HTTP/1.1"),
        "{request}"
    );
    assert!(has(&request, "content-type: application/merge-patch+json"));
    assert!(has(&request, "cookie: visit=7; theme=dark%3Bx"));
    assert!(has(&request, "authorization: Bearer secret"));
    assert!(request.ends_with(r#"{"note":null}"#), "{request}");
}

#[tokio::test]
async fn an_answer_without_a_body_is_a_variant_too() {
    let server = Server::answering("204 No Content", "", "");
    let patch = ThingPatch {
        name: None,
        note: Patch::Absent,
    };
    let patching = server.client.patch_thing().thing_id(Uuid::nil()).visit("7").body(patch);
    assert!(matches!(
        patching.send().await.unwrap().into_inner(),
        PatchThingAnswer::NoContent
    ));
}

#[tokio::test]
async fn all_credentials_of_an_alternative_or_none() {
    let patch = |client: Client| async move {
        let patch = ThingPatch {
            name: None,
            note: Patch::Absent,
        };
        client
            .patch_thing()
            .thing_id(Uuid::nil())
            .visit("7")
            .body(patch)
            .send()
            .await
            .unwrap();
    };
    let server = Server::answering("204 No Content", "", "");
    patch(server.client.clone().with_api_key("key").with_basic_auth("ada", "pass")).await;
    let request = server.request();
    assert!(
        has(&request, "x-api-key: key") && has(&request, "authorization: Basic YWRhOnBhc3M="),
        "{request}"
    );
    let server = Server::answering("204 No Content", "", "");
    patch(server.client.clone().with_api_key("key")).await;
    assert!(!server.request().contains("x-api-key"));
}

#[tokio::test]
async fn problems_are_typed_whatever_their_media_type() {
    let server = Server::answering(
        "404 Not Found",
        &format!(
            "content-type: application/problem+json\r\ncontent-length: {}\r\n",
            PROBLEM.len()
        ),
        PROBLEM,
    );
    match server.client.get_thing().thing_id(Uuid::nil()).send().await {
        Err(Error::ErrorResponse(problem)) => {
            assert_eq!((problem.status().as_u16(), &*problem.code), (404, "not-found"))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_current_copy_is_none_and_keeps_its_headers() {
    let server = Server::answering("304 Not Modified", "etag: \"7\"\r\n", "");
    let answer = server
        .client
        .get_thing()
        .thing_id(Uuid::nil())
        .if_none_match("\"7\"")
        .send_if_modified()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["etag"].as_bytes()),
        (304, &b"\"7\""[..])
    );
    assert!(answer.into_inner().is_none());
    assert!(has(&server.request(), "if-none-match: \"7\""));

    let server = Server::json("200 OK", THING);
    let answer = server
        .client
        .get_thing()
        .thing_id(Uuid::nil())
        .send_if_modified()
        .await
        .unwrap();
    assert_eq!(answer.into_inner().map(|thing| thing.kind), Some(Kind::Small));
}

#[tokio::test]
async fn an_undocumented_answer_stays_as_it_came() {
    let server = Server::answering("302 Found", "location: /elsewhere\r\n", "");
    let thing = Thing {
        name: label("lamp"),
        kind: Kind::Small,
        note: Patch::Absent,
    };
    match server.client.put_thing().thing_id(Uuid::nil()).body(thing).send().await {
        Err(Error::UnexpectedResponse(response)) => assert_eq!(response.headers()["location"], "/elsewhere"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_body_may_be_left_out_where_it_is_optional() {
    let server = Server::answering("204 No Content", "", "");
    server.client.end_session().send().await.unwrap();
    let request = server.request();
    assert!(
        request.ends_with("\r\n\r\n") && !request.contains("content-type"),
        "{request}"
    );

    let server = Server::answering("204 No Content", "", "");
    server
        .client
        .end_session()
        .body(Ending { everywhere: true })
        .send()
        .await
        .unwrap();
    assert!(server.request().ends_with(r#"{"everywhere":true}"#));
}

#[tokio::test]
async fn bytes_and_text_travel_as_they_are() {
    let server = Server::answering("204 No Content", "", "");
    server
        .client
        .put_file()
        .name(label("a/b c"))
        .body("raw")
        .send()
        .await
        .unwrap();
    let request = server.request();
    assert!(request.starts_with("PUT /files/a%2Fb%20c HTTP/1.1"), "{request}");
    assert!(has(&request, "content-type: application/octet-stream") && request.ends_with("raw"));

    let server = Server::json("200 OK", "kept");
    server.client.put_note().body("a note".to_owned()).send().await.unwrap();
    assert!(has(&server.request(), "content-type: text/plain"));
}

#[tokio::test]
async fn what_is_missing_is_named_before_anything_is_sent() {
    let client = Client::new("http://127.0.0.1:1");
    match client.get_thing().send().await {
        Err(Error::InvalidRequest(message)) => assert_eq!(message, "`thing_id` is missing"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn secrets_are_not_shown() {
    let client = Client::new("https://example.org")
        .with_bearer_auth("hush")
        .with_basic_auth("ada", "hush");
    assert!(!format!("{client:?} {:?}", client.get_thing()).contains("hush"));
}
