//! The requests that are compared, and the data that both sides answer from.
//! Everything is fixed, so that two right answers are equal to the byte.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The one token that both sides take.
pub(crate) const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTk4MWMxZSJ9.c2lnbmF0dXJlLW9mLXNpeHR5LWZvdXItYnl0ZXM";
/// The id of the space that both sides make.
pub(crate) const SPACE_ID: Uuid = Uuid::from_u128(0x0198_1c1e_5f00_7000_8000_0000_0000_0001);
/// Its version, which its entity tag is made of.
pub(crate) const VERSION: u64 = 1;
/// Its invite code.
pub(crate) const INVITE_CODE: &str = "YkJ4cGZ3bTlLdEhqUnZ6UQ";

/// When it is made.
pub(crate) fn created_at() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_167_000_123).unwrap_or_default()
}

/// A request, and the status that it must get.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) status: u16,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

impl Case {
    fn new(name: &'static str, status: u16, method: Method, path: &'static str) -> Self {
        // As the generated clients send them; the id makes the answers comparable.
        let headers = [("accept", "application/json"), ("x-request-id", "bench-1")];
        let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self {
            name,
            status,
            method,
            path,
            headers,
            body: None,
        }
    }

    fn create_space(name: &'static str, status: u16, body: impl Into<String>) -> Self {
        let case = Self::new(name, status, Method::POST, "/api/spaces");
        let case = case
            .with("content-type", "application/json")
            .with("authorization", format!("Bearer {TOKEN}"));
        Self {
            body: Some(body.into()),
            ..case
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    /// As bytes on a connection that stays open.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = self.body.as_deref().unwrap_or_default();
        if self.body.is_some() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        format!("{head}\r\n{body}").into_bytes()
    }

    /// For a service without a socket.
    pub(crate) fn to_request(&self) -> TestRequest {
        let mut request = TestRequest::default().method(self.method.clone()).uri(self.path);
        for (name, value) in &self.headers {
            request = request.insert_header((*name, value.as_str()));
        }
        if let Some(body) = &self.body {
            request = request
                .insert_header(("content-length", body.len()))
                .set_payload(body.clone());
        }
        request
    }
}

/// What is measured.
pub(crate) fn measured() -> [Case; 3] {
    let valid = r##"{"name":"Analytical Engine","color":"#0f766e","description":"Everything about the engine."}"##;
    [
        Case::create_space("createSpace, 422 with five violations", 422, five_violations()),
        Case::create_space("createSpace, 201 from memory", 201, valid),
        Case::new("getLiveness, 200", 200, Method::GET, "/health/live"),
    ]
}

/// A name that breaks two rules, a colour, a description and a member that does not exist.
fn five_violations() -> String {
    let (name, description) = ("x".repeat(81), "y".repeat(2001));
    format!(r#"{{"name":"{name} ","color":"teal","description":"{description}","colour":"teal"}}"#)
}

/// What is answered equally as well, so that neither side saves work that the other does.
pub(crate) fn also_equal() -> Vec<Case> {
    let valid = r#"{"name":"Analytical Engine"}"#;
    let create = |name, status, body: &str| Case::create_space(name, status, body);
    vec![
        create(
            "without a name, of wrong types",
            422,
            r#"{"color":null,"description":[1,{"a":2}]}"#,
        ),
        create("not an object", 422, "[]"),
        create("a member twice", 422, r#"{"name":"A","name":"B"}"#),
        create(
            "characters, not bytes",
            201,
            &format!(r#"{{"name":"{}"}}"#, "é".repeat(80)),
        ),
        create("escapes", 201, r#"{"name":"A \"quoted\" \u00e9 name"}"#),
        create("not JSON", 400, r#"{"name":}"#),
        create("another media type", 415, valid).with("content-type", "text/plain"),
        create("too large", 413, &format!(r#"{{"name":"{}"}}"#, "x".repeat(1 << 20))),
        create("a wrong token", 401, valid).with("authorization", "Bearer wrong"),
        create("another scheme", 401, valid).with("authorization", "Basic d3Jvbmc="),
        create("another representation", 406, valid).with("accept", "text/html"),
        create("a key", 201, valid).with("idempotency-key", "attempt-1"),
        create("a key with a blank, and no name", 422, "{}").with("idempotency-key", "attempt 1"),
        create("an empty key", 422, valid).with("idempotency-key", ""),
        create("a key that is too long", 422, valid).with("idempotency-key", "x".repeat(256)),
        create("a key of other bytes", 422, valid).with("idempotency-key", "é"),
        create("any representation", 201, valid).with("accept", "text/html, */*;q=0.1"),
        Case::new("no such route", 404, Method::GET, "/api/nothing"),
        Case::new("a wrong method", 405, Method::DELETE, "/health/live"),
        Case::new("only the head", 200, Method::HEAD, "/health/live"),
    ]
}
