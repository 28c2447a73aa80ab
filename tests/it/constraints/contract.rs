//! The contract as plain data, read without the generator: the schemas of requests with their references followed. What
//! is made of them is in the modules beside; a keyword that nobody here knows stops the tests.

use serde_json::{Map, Value, json};
use spaces_tests::process::workspace;

/// What schemas of requests consist of.
const KEYWORDS: [&str; 18] = [
    "additionalProperties",
    "default",
    "description",
    "enum",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
];

/// `openapi.yaml`.
pub(super) struct Contract(Value);

impl Contract {
    pub(super) fn read() -> Self {
        let text = std::fs::read_to_string(workspace().join("openapi.yaml")).unwrap();
        Self(serde_norway::from_str(&text).unwrap())
    }

    /// Every parameter of an operation, those of its path included.
    pub(super) fn parameters(&self, path: &str, method: &str) -> Vec<Value> {
        let item = &self.0["paths"][path];
        let lists = [&item["parameters"], &item[method.to_lowercase()]["parameters"]];
        let all = lists.into_iter().filter_map(Value::as_array).flatten();
        all.map(|parameter| self.followed(parameter)).collect()
    }

    /// Whether the body of an operation is required, and its schema.
    pub(super) fn body(&self, path: &str, method: &str) -> Option<(bool, Value)> {
        let body = &self.0["paths"][path][method.to_lowercase()]["requestBody"];
        let media_type = body["content"].as_object()?.values().next()?;
        Some((body["required"] == true, self.schema(&media_type["schema"])))
    }

    /// Whether there is an operation.
    pub(super) fn has(&self, path: &str, method: &str) -> bool {
        self.0["paths"][path][method.to_lowercase()].is_object()
    }

    /// Whether the success of an operation has a member of this name.
    pub(super) fn answers(&self, path: &str, method: &str, member: &str) -> bool {
        let responses = self.0["paths"][path][method.to_lowercase()]["responses"]
            .as_object()
            .unwrap();
        let successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
        let bodies = successes.filter_map(|(_, response)| response["content"].as_object()?.values().next());
        bodies.into_iter().any(|body| self.has_member(&body["schema"], member))
    }

    fn has_member(&self, schema: &Value, member: &str) -> bool {
        let schema = self.followed(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        schema["properties"].get(member).is_some() || parts.into_iter().any(|part| self.has_member(part, member))
    }

    /// A schema without references at its top. One of something and null is that, with `nullable`.
    pub(super) fn schema(&self, schema: &Value) -> Value {
        let followed = self.followed(schema);
        let found = match followed["oneOf"].as_array().map(Vec::as_slice) {
            None => return checked(followed),
            Some([one, null]) if null["type"] == "null" => self.schema(one),
            Some(other) => panic!("a union: {other:?}"),
        };
        merged(found, &json!({ "nullable": true }))
    }

    fn followed(&self, node: &Value) -> Value {
        let Some(reference) = node["$ref"].as_str() else {
            return node.clone();
        };
        let target = self.0.pointer(reference.trim_start_matches('#')).unwrap();
        let mut beside = node.clone();
        beside.as_object_mut().unwrap().remove("$ref");
        merged(self.followed(target), &beside)
    }
}

fn merged(mut base: Value, over: &Value) -> Value {
    let over = over.as_object().cloned().unwrap_or_default();
    base.as_object_mut().unwrap().extend(over);
    base
}

fn checked(schema: Value) -> Value {
    let unknown = |schema: &Map<String, Value>| schema.keys().find(|key| !KEYWORDS.contains(&key.as_str())).cloned();
    assert_eq!(
        schema.as_object().and_then(unknown),
        None,
        "a rule that is never broken"
    );
    schema
}
