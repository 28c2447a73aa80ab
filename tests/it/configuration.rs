//! What administrators set for the whole deployment, and the AWS account tried against moto's STS, a real peer.
//! Servers that look for AWS credentials are processes of their own: the environment is where the SDK looks.

use std::path::Path;

use serde_json::{Value, json};
use spaces_contract::{Credentials, Session};
use spaces_tests::process::{self, Moto, Server, output};
use spaces_tests::{PASSWORD, TestServer, new_space};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Answer, Call};

const AWS: &str = "/api/config/aws";
const MONITORING: &str = "/api/config/monitoring";

fn account() -> Value {
    json!({
        "accountId": "123456789012", "region": "eu-west-1",
        "roleArn": "arn:aws:iam::123456789012:role/spaces-monitoring", "externalId": "spaces-4711",
    })
}

fn watched() -> Value {
    json!({
        "enabled": true, "regions": ["eu-west-1"], "services": ["lambda"], "minimumSeverity": 2, "retentionDays": 30,
        "notificationEmails": ["ops@example.org"],
    })
}

fn put(path: &str, if_match: &str, body: &Value) -> Call {
    Call::new("PUT", path).header("if-match", if_match).json(body.clone())
}

#[tokio::test]
async fn a05_a06_a07_the_aws_account_is_set_on_the_version_that_was_read() {
    let server = TestServer::start().await;
    let admin = server.admin("ada").await;
    let send = async |call: Call| call.by(&admin).send(&server).await;
    assert_eq!(
        send(Call::get(AWS)).await.refused(),
        (404, "aws-not-configured".to_owned())
    );
    assert_eq!(
        send(Call::post(format!("{AWS}/test"))).await.refused(),
        (404, "aws-not-configured".to_owned())
    );
    assert_eq!(
        send(put(AWS, "\"0\"", &account()).without("if-match"))
            .await
            .refused()
            .0,
        428
    );
    for if_match in ["\"1\"", "*", "W/\"0\""] {
        assert_eq!(
            send(put(AWS, if_match, &account())).await.refused().0,
            412,
            "{if_match}"
        );
    }
    let set = send(put(AWS, "\"0\"", &account())).await;
    assert_eq!(
        (set.status, set.header("etag"), set.json()),
        (200, Some("\"1\""), account())
    );
    assert_eq!(send(put(AWS, "\"0\"", &account())).await.refused().0, 412);

    let read = send(Call::get(AWS)).await;
    assert_eq!((read.header("etag"), read.json()), (Some("\"1\""), account()));
    let known = send(Call::get(AWS).header("if-none-match", "\"1\"")).await;
    assert_eq!((known.status, known.header("etag")), (304, Some("\"1\"")));

    let mut other = account();
    other["externalId"] = Value::Null;
    other.as_object_mut().unwrap().remove("externalId");
    let changed = send(put(AWS, "*", &other)).await;
    assert_eq!((changed.header("etag"), changed.json()), (Some("\"2\""), other.clone()));
    other["accountId"] = json!("210987654321");
    assert_eq!(
        send(put(AWS, "\"2\"", &other)).await.violations(),
        ["body /roleArn other-account"]
    );
    other["accessKeyId"] = json!("AKIA");
    assert_eq!(
        send(put(AWS, "\"2\"", &other)).await.violations().len(),
        1,
        "A29: no long-lived keys"
    );
    let alias = send(Call::get("/config/aws")).await;
    assert_eq!((alias.status, alias.header("deprecation").is_some()), (200, true));
}

#[tokio::test]
async fn a07_monitoring_has_defaults_until_it_is_set_for_a_space_that_exists() {
    let server = TestServer::start().await;
    let admin = server.admin("ada").await;
    let send = async |call: Call| call.by(&admin).send(&server).await;
    let defaults = send(Call::get(MONITORING)).await;
    assert_eq!(defaults.header("etag"), Some("\"0\""));
    assert_eq!(
        (&defaults.json()["enabled"], &defaults.json()["retentionDays"]),
        (&json!(false), &json!(90))
    );
    assert_eq!(
        send(put(MONITORING, "\"0\"", &watched()).without("if-match"))
            .await
            .refused()
            .0,
        428
    );
    assert_eq!(send(put(MONITORING, "\"7\"", &watched())).await.refused().0, 412);
    let set = send(put(MONITORING, "\"0\"", &watched())).await;
    assert_eq!((set.header("etag"), set.json()), (Some("\"1\""), watched()));

    let client = server.with_token(&admin.access_token);
    let space = client
        .create_space()
        .body(new_space("Ops"))
        .send()
        .await
        .unwrap()
        .into_inner();
    let mut receiving = watched();
    receiving["spaceId"] = json!(space.space_id);
    let set = send(put(MONITORING, "\"1\"", &receiving)).await;
    assert_eq!((set.header("etag"), set.json()), (Some("\"2\""), receiving.clone()));
    assert_eq!(send(Call::get(MONITORING)).await.json(), receiving);
    let deleted = client.delete_space().space_id(space.space_id).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    let refused = send(put(MONITORING, "\"2\"", &receiving)).await;
    assert_eq!(refused.violations(), ["body /spaceId unknown-space"]);
    assert_eq!(
        send(put(MONITORING, "\"1\"", &receiving)).await.refused().0,
        412,
        "the version first"
    );
}

#[tokio::test]
async fn a07_of_changes_at_the_same_time_one_is_made() {
    let server = TestServer::start().await;
    let admin = server.admin("ada").await;
    let changes = (0..8).map(|_| put(MONITORING, "\"0\"", &watched()).by(&admin).send(&server));
    let mut statuses: Vec<_> = futures_util::future::join_all(changes)
        .await
        .iter()
        .map(|it| it.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn s30_the_configuration_is_for_administrators() {
    let server = TestServer::start().await;
    let user = server.sign_up("eve").await;
    for call in [
        Call::get(AWS),
        put(AWS, "\"0\"", &account()),
        Call::post(format!("{AWS}/test")),
        Call::get(MONITORING),
        put(MONITORING, "\"0\"", &watched()),
    ] {
        assert_eq!(call.clone().send(&server).await.refused().0, 401);
        assert_eq!(call.by(&user).send(&server).await.refused().0, 403);
    }
}

/// A server as a process, with an administrator and a configured account.
struct Configured {
    server: Server,
    admin: Session,
}

impl Configured {
    async fn start(directory: &Path, sts: &str, more: &[(&str, &str)]) -> Self {
        let mut create = process::server(directory, &[("SPACES_ADMIN_PASSWORD", PASSWORD)]);
        create.args(["create-admin", "--email", "root@example.org"]);
        output(create).await;
        let mut environment = vec![("AWS_ENDPOINT_URL_STS", sts), ("AWS_EC2_METADATA_DISABLED", "true")];
        environment.extend(more);
        let server = Server::start(directory, &environment).await;
        let credentials = Credentials {
            email: "root@example.org".parse().unwrap(),
            password: PASSWORD.into(),
            remember_me: false,
        };
        let client = spaces_client::Client::new(&server.base);
        let admin = client.login().body(credentials).send().await.unwrap().into_inner();
        let configured = Self { server, admin };
        let set = configured.send("PUT", AWS, Some(account())).await;
        assert_eq!(set.status, 200, "{set:?}");
        configured
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut call = Call::new(method, path).by(&self.admin).header("if-match", "\"0\"");
        if let Some(body) = body {
            call = call.json(body);
        }
        call.send_to(&spaces_client::reqwest::Client::new(), &self.server.base)
            .await
    }

    async fn test(&self) -> Value {
        let answer = self.send("POST", &format!("{AWS}/test"), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "nobody"), ("AWS_SECRET_ACCESS_KEY", "nothing")];

#[tokio::test]
async fn a_role_that_can_be_assumed_is_reached_on_a_real_sts() {
    let directory = tempfile::tempdir().unwrap();
    let moto = Moto::start(&[]).await;
    let reached = Configured::start(directory.path(), &moto.endpoint, &KEYS)
        .await
        .test()
        .await;
    let arn = "arn:aws:sts::123456789012:assumed-role/spaces-monitoring/spaces";
    assert_eq!(
        reached,
        json!({ "reached": true, "detail": format!("Assumed {arn}."), "accountId": "123456789012", "arn": arn })
    );
}

#[tokio::test]
async fn a_server_without_credentials_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let unreached = Configured::start(directory.path(), "http://127.0.0.1:9", &[])
        .await
        .test()
        .await;
    let detail = "There are no AWS credentials where the server runs.";
    assert_eq!(unreached, json!({ "reached": false, "detail": detail }));
}

#[tokio::test]
async fn an_sts_that_does_not_know_the_credentials_is_not_reached() {
    let directory = tempfile::tempdir().unwrap();
    // moto's refusal has not quite the form of AWS's: no code is found in it.
    let moto = Moto::start(&[("INITIAL_NO_AUTH_ACTION_COUNT", "0")]).await;
    let unreached = Configured::start(directory.path(), &moto.endpoint, &KEYS)
        .await
        .test()
        .await;
    assert_eq!(
        unreached,
        json!({ "reached": false, "detail": "AWS refused the call: HTTP status 403." })
    );
}

#[tokio::test]
async fn refusals_and_an_sts_that_is_not_there_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let configured = Configured::start(directory.path(), &endpoint, &KEYS).await;
    for (code, detail) in [
        (
            "AccessDenied",
            "AWS does not let the server assume the role: look at its trust policy and the external id.",
        ),
        (
            "RegionDisabledException",
            "AWS refused the call: RegionDisabledException.",
        ),
    ] {
        let (tested, request) = tokio::join!(configured.test(), deny(&listener, code));
        assert!(
            request.contains("Action=AssumeRole") && request.contains("ExternalId=spaces-4711"),
            "{request}"
        );
        assert_eq!(tested, json!({ "reached": false, "detail": detail }));
    }
    drop(listener);
    assert_eq!(
        configured.test().await,
        json!({ "reached": false, "detail": "AWS did not answer." })
    );
}

/// Refuses one request in the form of STS; answers the request.
async fn deny(listener: &TcpListener, code: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !String::from_utf8_lossy(&request).contains("Version=2011-06-15") {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.unwrap();
        assert!(length > 0, "it ended: {}", String::from_utf8_lossy(&request));
        request.extend_from_slice(&part[..length]);
    }
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>No.</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    let head = format!(
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    String::from_utf8(request).unwrap()
}
