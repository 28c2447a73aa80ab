//! How the tests ask and what they expect everywhere: calls that the generated client cannot make, and problems.
//! What an operation promises is in the file of its tag.

use std::fmt::{self, Debug};
use std::fs::File;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};
use spaces_client::reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use spaces_client::reqwest::{self, Method};
use spaces_client::{Error, ResponseValue};
use spaces_contract::{Problem, Secret, Session};
use spaces_tests::TestServer;
use spaces_tests::process::target;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The problem with which an operation refused.
#[track_caller]
pub(crate) fn refusal<T: Debug>(outcome: Result<ResponseValue<T>, Error<Problem>>) -> Problem {
    match outcome {
        Err(Error::ErrorResponse(response)) => {
            assert_eq!(response.status().as_u16(), response.status, "A1: the statuses agree");
            response.into_inner()
        }
        other => panic!("expected a problem, got {other:?}"),
    }
}

/// The status and the code with which an operation refused.
#[track_caller]
pub(crate) fn refused<T: Debug>(outcome: Result<ResponseValue<T>, Error<Problem>>) -> (u16, String) {
    let problem = refusal(outcome);
    (problem.status, problem.code.into())
}

/// A header of a typed answer.
#[track_caller]
pub(crate) fn header<T>(response: &ResponseValue<T>, name: &str) -> String {
    let value = response
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no header {name}"));
    value.to_str().unwrap().to_owned()
}

/// A request as it goes over the wire, whatever the contract says.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

impl Call {
    pub(crate) fn new(method: &str, path: impl Into<String>) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    /// Sets a header, or takes the place of the one of that name.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self = self.without(name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(it, _)| *it != name);
        self
    }

    pub(crate) fn token(self, token: &Secret) -> Self {
        self.header("authorization", format!("Bearer {}", token.expose()))
    }

    /// As the user of a session.
    pub(crate) fn by(self, session: &Session) -> Self {
        self.token(&session.access_token)
    }

    /// With a text that says of itself that it is JSON.
    pub(crate) fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", "application/json")
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.text(body.to_string())
    }

    pub(crate) async fn send(self, server: &TestServer) -> Answer {
        self.send_to(&server.http, &server.base).await
    }

    /// Sends it to a server that is not in this process.
    pub(crate) async fn send_to(self, http: &reqwest::Client, base: &str) -> Answer {
        let mut request = http.request(self.method.clone(), format!("{base}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = self.body.clone() {
            request = request.body(body);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        record(&self, &answer);
        answer
    }

    /// The head of the request, for [`raw`], with whatever goes before its end.
    pub(crate) fn head(&self, more: &str) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{head}{more}\r\n")
    }
}

/// Keeps an exchange for `cargo lockstep coverage`, which holds all of them against the contract after the tests: an
/// entry as in a HAR file on each line.
pub(crate) fn record(call: &Call, answer: &Answer) {
    static RECORDING: LazyLock<Mutex<File>> = LazyLock::new(|| {
        let directory = target().join("recordings");
        std::fs::create_dir_all(&directory).unwrap();
        Mutex::new(File::create(directory.join("contract-tests.jsonl")).unwrap())
    });
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let sent = call
        .headers
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    let got = answer
        .headers
        .iter()
        .map(|(name, value)| json!({ "name": name.as_str(), "value": text(value) }));
    let media_type = |of: Option<&str>| of.unwrap_or_default().to_owned();
    let content_type = call
        .headers
        .iter()
        .find(|(name, _)| *name == "content-type")
        .map(|(_, value)| value.as_str());
    let mut request = json!({
        "method": call.method.as_str(), "url": call.path, "headers": sent.collect::<Vec<_>>(),
    });
    if let Some(body) = &call.body {
        request["postData"] = json!({ "mimeType": media_type(content_type), "text": body });
    }
    let content = String::from_utf8_lossy(&answer.body);
    let entry = json!({
        "request": request,
        "response": {
            "status": answer.status, "headers": got.collect::<Vec<_>>(),
            "content": { "mimeType": media_type(answer.header("content-type")), "text": content },
        },
    });
    writeln!(RECORDING.lock().unwrap_or_else(PoisonError::into_inner), "{entry}").unwrap();
}

/// An answer as it came over the wire.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {body} {:?}", self.status, self.headers)
    }
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem that this is, whole and consistent (A1, A2, A3).
    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let problem: Problem = serde_json::from_value(self.json()).unwrap();
        assert_eq!(problem.status, self.status, "A1: the statuses agree");
        assert_eq!(problem.r#type, format!("/problems/{}", problem.code));
        assert!(!problem.title.is_empty() && problem.detail.is_some(), "{problem:?}");
        assert_eq!(Some(problem.request_id.as_str()), self.header("x-request-id"));
        let text = self.text().to_lowercase();
        for leak in [
            "panicked",
            "sqlite",
            "dynamo",
            "dynoxide",
            "jiter",
            "serde",
            ".rs",
            "stack",
            "transaction",
        ] {
            assert!(!text.contains(leak), "A3: {leak} in {text}");
        }
        problem
    }

    /// Status and code of the problem that this is.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String) {
        let problem = self.problem();
        (problem.status, problem.code.into())
    }

    /// Place, pointer and code of every violation.
    #[track_caller]
    pub(crate) fn violations(&self) -> Vec<String> {
        let problem = self.problem();
        assert_eq!(problem.code, "validation-failed", "{problem:?}");
        problem
            .errors
            .iter()
            .map(|it| format!("{} {} {}", it.r#in, it.pointer, it.code))
            .collect()
    }
}

/// Sends bytes and reads one answer: for what no HTTP client would send. The connection stays open meanwhile.
pub(crate) async fn raw(server: &TestServer, bytes: impl AsRef<[u8]>) -> Answer {
    let mut stream = connect(server).await;
    // The server may answer, and close, before it has read everything.
    let _ = stream.write_all(bytes.as_ref()).await;
    read_answer(&mut stream).await.expect("an answer")
}

pub(crate) async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.base.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// Reads one answer with a `Content-Length`, or without a body; `None` where the connection ends before one.
pub(crate) async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let answer = tokio::time::timeout(spaces_client::TIMEOUT, read_one(stream));
    answer.await.expect("an answer, or the end of the connection")
}

async fn read_one(stream: &mut TcpStream) -> Option<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: HeaderMap = lines.filter_map(|line| line.split_once(':')).map(header_of).collect();
    let length = headers
        .get("content-length")
        .map_or(0, |it| it.to_str().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Answer { status, headers, body })
}

fn header_of((name, value): (&str, &str)) -> (HeaderName, HeaderValue) {
    (name.parse().unwrap(), value.trim().parse().unwrap())
}

/// What signs somebody up.
pub(crate) fn registration(name: &str) -> Value {
    json!({ "email": format!("{name}@example.org"), "password": spaces_tests::PASSWORD, "displayName": name })
}

/// What signs them in.
pub(crate) fn credentials(name: &str, password: &str) -> spaces_contract::Credentials {
    spaces_contract::Credentials {
        email: format!("{name}@example.org").parse().unwrap(),
        password: password.into(),
        remember_me: false,
    }
}
