//! Requests as bytes on a connection that stays open, and who sends them.
//! What is asked, and whether the answer is right, is for others.

use lockstep_runtime::Operation;
use serde_json::{Value, json};

/// Of everybody in a benchmark.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) user_id: String,
    pub(crate) email: String,
    pub(crate) refresh_token: String,
    authorization: String,
}

impl Person {
    /// Whose session this is.
    pub(crate) fn of(session: &Value) -> Self {
        Self {
            user_id: text(&session["user"], "userId"),
            email: text(&session["user"], "email"),
            refresh_token: text(session, "refreshToken"),
            authorization: format!("Bearer {}", text(session, "accessToken")),
        }
    }
}

/// Of somebody new.
pub(crate) fn registration(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "displayName": "Somebody" })
}

/// A member of an object; empty where it is absent, and then whatever is asked with it is refused.
pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Call {
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: vec![("accept", "application/json".to_owned())],
            body: None,
        }
    }

    /// With the parameters of the path still to be named.
    pub(crate) fn of(operation: &Operation) -> Self {
        Self::new(operation.method, operation.path)
    }

    /// What signs somebody up.
    pub(crate) fn register(email: &str) -> Self {
        Self::new("POST", "/api/auth/register").json(&registration(email))
    }

    /// Says what a parameter of the path is.
    pub(crate) fn at(mut self, name: &str, value: &str) -> Self {
        self.path = self.path.replace(&format!("{{{name}}}"), value);
        self
    }

    /// Adds a parameter to the query.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        self.path = format!("{}{mark}{name}={value}", self.path);
        self
    }

    /// Sets a header, or takes the place of the one of that name.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    /// As somebody.
    pub(crate) fn by(self, person: &Person) -> Self {
        self.header("authorization", person.authorization.as_str())
    }

    /// On whatever version there is.
    pub(crate) fn on_any(self) -> Self {
        self.header("if-match", "*")
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        let media_type = match self.method {
            "PATCH" => "application/merge-patch+json",
            _ => "application/json",
        };
        self.header("content-type", media_type)
    }

    /// From the n-th of many addresses, as a proxy says.
    pub(crate) fn sent_from(self, n: usize) -> Self {
        let [_, a, b, c] = u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        self.header("x-forwarded-for", format!("10.{a}.{b}.{c}"))
    }

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
}
