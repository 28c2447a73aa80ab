//! What contradicts the contract in an answer: its status, its headers, its media type and its body.
//! Only names and places are told, never values.

use super::media::MediaType;
use super::recording::{Response, values};
use super::request::{body_value, scalar};
use super::rules::Patterns;
use super::walk::{self, Finding, Walk};
use crate::model::{self, Api, Body, Operation};
use serde_json::Value;
use std::collections::BTreeSet;

/// A contradiction: a stable name for its kind, and what it is about.
pub(super) type Found = (&'static str, String);

/// What answers are judged by.
pub(super) struct Judge<'a> {
    api: &'a Api,
    patterns: Patterns<'a>,
    /// Every header that the contract documents somewhere, in lower case.
    headers: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let responses = api.operations.iter().flat_map(|operation| &operation.responses);
        let headers = responses.flat_map(|response| &response.headers);
        Self {
            api,
            patterns: Patterns::default(),
            headers: headers.map(|header| header.name.to_ascii_lowercase()).collect(),
        }
    }

    pub(super) fn api(&self) -> &'a Api {
        self.api
    }

    pub(super) fn patterns(&self) -> &Patterns<'a> {
        &self.patterns
    }

    /// Everything in an answer that contradicts what is documented for its status.
    pub(super) fn contradictions(&self, documented: &'a model::Response, answer: &Response) -> BTreeSet<Found> {
        let mut found = BTreeSet::new();
        self.headers(documented, answer, &mut found);
        match (&documented.body, answer.body()) {
            // A browser keeps the body that it has had before.
            _ if answer.status == 304 => {}
            (Some(body), Some(bytes)) => self.body(body, answer, bytes, &mut found),
            (None, Some(bytes)) if !bytes.is_empty() => {
                found.insert(("unexpected-body", "a body, but none is documented".to_owned()));
            }
            (_, None) | (None, Some(_)) => {}
        }
        found
    }

    fn headers(&self, documented: &'a model::Response, answer: &Response, found: &mut BTreeSet<Found>) {
        for header in &documented.headers {
            let mut sent = values(&answer.headers, &header.name).peekable();
            if header.required && sent.peek().is_none() {
                found.insert(("missing-header", header.name.clone()));
            }
            for text in sent {
                let value = scalar(self.api, &header.ty, text);
                let mut broken = |finding: Finding<'_>| {
                    if finding.holds == Some(false) {
                        found.insert(("invalid-header", format!("{} {}", header.name, finding.keyword)));
                    }
                };
                let walk = Walk::new(self.api, &self.patterns, &mut broken);
                walk.textual().ty(&header.ty, Some(&value));
            }
        }
        let own = |name: &str| {
            documented
                .headers
                .iter()
                .any(|header| header.name.eq_ignore_ascii_case(name))
        };
        let is_problem = answer.media_type().is("application/problem+json");
        for sent in &answer.headers {
            let name = sent.name.to_ascii_lowercase();
            // That nobody keeps a problem is part of what the runtime's problems are, as their members are.
            if is_problem && name == "cache-control" {
                continue;
            }
            // OpenAPI has media types say what `Content-Type` is.
            if name != "content-type" && self.headers.contains(&name) && !own(&name) {
                found.insert(("undocumented-header", name));
            }
        }
    }

    fn body(&self, body: &'a Body, answer: &Response, bytes: &[u8], found: &mut BTreeSet<Found>) {
        let media_type = answer.media_type();
        let is_json = MediaType::parse(&body.media_type).is_json();
        if bytes.is_empty() && (is_json || media_type.is_absent()) {
            found.insert((
                "missing-body",
                format!("no body, but {} is documented", body.media_type),
            ));
            return;
        }
        if !media_type.is(&body.media_type) {
            let message = format!("another media type than {}", body.media_type);
            found.insert(("wrong-media-type", message));
            return;
        }
        let Some(value) = body_value(self.api, &body.ty, &body.media_type, bytes) else {
            if is_json {
                found.insert(("broken-body", "the body is no JSON".to_owned()));
            }
            return;
        };
        self.value(body, &value, found);
        let stated = value.get("status").and_then(Value::as_u64);
        if body.media_type == "application/problem+json"
            && stated.is_some_and(|stated| stated != u64::from(answer.status))
        {
            found.insert(("wrong-problem-status", "body /status is another status".to_owned()));
        }
    }

    fn value(&self, body: &'a Body, value: &Value, found: &mut BTreeSet<Found>) {
        let mut broken = |finding: Finding<'_>| {
            let code = match finding.keyword {
                walk::CLOSED => "undocumented-member",
                _ => "invalid-body",
            };
            if finding.holds == Some(false) {
                found.insert((code, constraint("body", &finding)));
            }
        };
        let walk = Walk::new(self.api, &self.patterns, &mut broken);
        walk.strict().ty(&body.ty, Some(value));
    }
}

/// The name of a rule: its place, its pointer there unless it is about the whole, and its keyword.
pub(super) fn constraint(place: &str, finding: &Finding<'_>) -> String {
    let Finding { schema, keyword, .. } = finding;
    let space = if schema.is_empty() { "" } else { " " };
    format!("{place}{space}{schema} {keyword}")
}

/// What an operation documents for a status: the status itself before its class, and that before the default.
pub(super) fn documented(operation: &Operation, code: u16) -> Option<&model::Response> {
    let covering = operation.responses.iter().filter(|one| one.status.covers(code));
    covering.min_by_key(|one| one.status)
}

/// Whether an answer counts for nothing, because its body is documented and was not recorded.
pub(super) fn is_incomplete(documented: &model::Response, answer: &Response) -> bool {
    documented.body.is_some() && answer.body().is_none() && answer.status != 304
}
