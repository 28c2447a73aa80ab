//! Where the values of a request are: each parameter, the body and each of its members, whether the call of the scene
//! sends it or not; and how another value is put there.

use lockstep_runtime::Operation;
use serde_json::{Value, json};
use spaces_client::reqwest::Url;

use super::contract::Contract;
use crate::support::Call;

/// A place for a value in the calls of an operation.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// As violations name it: `path`, `query`, `header` or `body`.
    pub(super) place: &'static str,
    /// As violations name it: a JSON Pointer, of parameters to the whole.
    pub(super) pointer: String,
    pub(super) schema: Value,
    pub(super) required: bool,
    /// Which segment of the path it is.
    segment: usize,
    /// Whether it is an item of a list in the query.
    pub(super) is_item: bool,
}

/// Every place in the calls of an operation, of which this is one that succeeds.
pub(super) fn sites(contract: &Contract, operation: &Operation, call: &Call) -> Vec<Site> {
    let mut sites = Vec::new();
    for parameter in contract.parameters(operation.path, operation.method) {
        let name = parameter["name"].as_str().unwrap();
        let template = format!("{{{name}}}");
        let site = Site {
            place: ["path", "query", "header"]
                .into_iter()
                .find(|place| parameter["in"] == *place)
                .unwrap(),
            pointer: format!("/{name}"),
            schema: schema_of(contract, &parameter),
            required: parameter["required"] == true,
            segment: operation
                .path
                .split('/')
                .skip(1)
                .position(|it| it == template)
                .unwrap_or_default(),
            is_item: false,
        };
        if site.schema["type"] == "array" {
            let schema = contract.schema(&site.schema["items"]);
            sites.push(Site {
                schema,
                required: false,
                is_item: true,
                ..site.clone()
            });
        }
        sites.push(site);
    }
    if let Some((required, schema)) = contract.body(operation.path, operation.method) {
        let sent = call.body.as_deref().map(|body| serde_json::from_str(body).unwrap());
        in_body(
            contract,
            String::new(),
            schema,
            required,
            &sent.unwrap_or_default(),
            &mut sites,
        );
    }
    sites
}

/// With the example of the parameter, and whether it can say what is not ASCII.
fn schema_of(contract: &Contract, parameter: &Value) -> Value {
    let mut schema = contract.schema(&parameter["schema"]);
    schema["ascii"] = json!(parameter["in"] == "header");
    if parameter["example"].is_string() {
        schema["examples"] = json!([parameter["example"]]);
    }
    schema
}

/// The place of a value in the body, and those in it.
fn in_body(contract: &Contract, pointer: String, schema: Value, required: bool, sent: &Value, sites: &mut Vec<Site>) {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, member) in &properties {
        let required = schema["required"]
            .as_array()
            .is_some_and(|names| names.contains(&json!(name)));
        let member = contract.schema(member);
        in_body(
            contract,
            format!("{pointer}/{name}"),
            member,
            required,
            &sent[name],
            sites,
        );
    }
    if schema["type"] == "array" {
        let item = contract.schema(&schema["items"]);
        in_body(contract, format!("{pointer}/0"), item, false, &sent[0], sites);
    }
    sites.push(Site {
        place: "body",
        pointer,
        schema,
        required,
        segment: 0,
        is_item: false,
    });
}

impl Site {
    /// The last part of the pointer.
    pub(super) fn name(&self) -> &str {
        self.pointer.rsplit('/').next().unwrap()
    }

    /// The call with this value here.
    pub(super) fn put(&self, call: Call, value: &Value) -> Call {
        match self.place {
            "path" => with_segment(call, self.segment, &text(value)),
            "query" => with_query(call, self.name(), &texts(value)),
            "header" => call.header(self.header(), text(value)),
            _ => with_member(call, &self.pointer, value.clone()),
        }
    }

    /// Whether a value can stand here: a path has no empty segments, and what is not in the body is text.
    pub(super) fn can_say(&self, keyword: &str, value: &Value) -> bool {
        let is_text = ["string", "array"].into_iter().any(|text| self.schema["type"] == text);
        match self.place {
            "body" => true,
            "path" => keyword != "type" && value != "",
            _ => keyword != "type" || !(is_text || value.is_null()),
        }
    }

    /// The call without a value here.
    pub(super) fn take(&self, mut call: Call) -> Call {
        match self.place {
            "path" => panic!("{self:?} is always there"),
            "query" => with_query(call, self.name(), &[]),
            "header" => call.without(self.header()),
            _ if self.pointer.is_empty() => {
                call.body = None;
                call
            }
            _ => {
                let mut body: Value = serde_json::from_str(call.body.as_deref().unwrap()).unwrap();
                let (parent, name) = self.pointer.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
                Call {
                    body: Some(body.to_string()),
                    ..call
                }
            }
        }
    }

    /// The value that a call has here.
    pub(super) fn sent(&self, call: &Call) -> Option<Value> {
        match self.place {
            "body" => serde_json::from_str::<Value>(call.body.as_deref()?)
                .unwrap()
                .pointer(&self.pointer)
                .cloned(),
            "header" => call
                .headers
                .iter()
                .find(|(name, _)| *name == self.header())
                .map(|(_, text)| json!(text)),
            "path" => url(call).path_segments()?.nth(self.segment).map(Value::from),
            _ => url(call)
                .query_pairs()
                .find(|(name, _)| name == self.name())
                .map(|(_, text)| json!(text)),
        }
    }

    /// The header of this name, in lower case.
    fn header(&self) -> &'static str {
        let known = ["if-match", "if-none-match", "idempotency-key"];
        known
            .into_iter()
            .find(|known| self.name().eq_ignore_ascii_case(known))
            .unwrap()
    }
}

fn url(call: &Call) -> Url {
    Url::parse("http://localhost").unwrap().join(&call.path).unwrap()
}

fn with_url(call: Call, url: &Url) -> Call {
    let path = url
        .as_str()
        .trim_start_matches("http://localhost")
        .trim_end_matches('?');
    Call {
        path: path.to_owned(),
        ..call
    }
}

fn with_segment(call: Call, at: usize, text: &str) -> Call {
    let mut changed = url(&call);
    let mut segments: Vec<_> = call.path.split(['?']).next().unwrap().split('/').skip(1).collect();
    segments[at] = text;
    changed.path_segments_mut().unwrap().clear().extend(segments);
    with_url(call, &changed)
}

pub(super) fn with_query(call: Call, name: &str, texts: &[String]) -> Call {
    let mut changed = url(&call);
    let others: Vec<_> = changed
        .query_pairs()
        .into_owned()
        .filter(|(it, _)| it != name)
        .collect();
    let texts = texts.iter().map(|text| (name.to_owned(), text.clone()));
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(others.into_iter().chain(texts));
    with_url(call, &changed)
}

fn with_member(call: Call, pointer: &str, value: Value) -> Call {
    let mut body: Value = call
        .body
        .as_deref()
        .map_or_else(|| json!({}), |body| serde_json::from_str(body).unwrap());
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return Call {
            body: Some(value.to_string()),
            ..call
        };
    };
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) => *items = vec![value],
        Value::Object(members) => drop(members.insert(name.to_owned(), value)),
        other => panic!("{pointer} is in {other}"),
    }
    Call {
        body: Some(body.to_string()),
        ..call
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}
