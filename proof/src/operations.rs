//! What an OpenAPI document says of its operations, as facts by place and schemas by place. The contract and the
//! server's own document are both read here; nothing here compares.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::schema::{Direction, Document};

/// What is said of one operation, or of the document as a whole.
#[derive(Debug, Default)]
pub struct Said<'d> {
    /// Facts by place, as `parameters/query limit/required`. What is absent is not said.
    pub facts: BTreeMap<String, Value>,
    /// Schemas by place, with the direction in which their values travel.
    pub schemas: BTreeMap<String, (&'d Value, Direction)>,
}

/// What names an operation in a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl Said<'_> {
    /// Notes a fact; empty ones and `false` are what is meant by silence.
    pub fn note(&mut self, place: impl Into<String>, fact: Value) {
        let silent = [json!(null), json!(false), json!(""), json!([])].contains(&fact);
        if !silent {
            self.facts.insert(place.into(), fact);
        }
    }

    /// Notes a media type, and its parameters apart; where it is.
    pub fn media_type(&mut self, place: &str, media_type: &str) -> String {
        let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
        let place = format!("{place}/{}", essence.trim());
        self.note(place.clone(), json!(true));
        self.note(format!("{place}/parameters"), json!(parameters.trim()));
        place
    }

    /// Notes a text, however it is laid out.
    pub fn describe(&mut self, place: impl Into<String>, text: &Value) {
        let words: Vec<_> = text.as_str().unwrap_or_default().split_whitespace().collect();
        self.note(place, json!(words.join(" ")));
    }
}

impl<'d> Document<'d> {
    /// Every operation by its `operationId`.
    pub fn operations(self) -> BTreeMap<String, Said<'d>> {
        let mut operations = BTreeMap::new();
        for (path, item) in self.root["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let id = operation["operationId"].as_str().unwrap_or_default();
                let mut said = Said::default();
                said.note("method", json!(method.to_uppercase()));
                said.note("path", json!(path));
                self.operation(&mut said, item, operation);
                operations.insert(id.to_owned(), said);
            }
        }
        operations
    }

    /// What it says of itself.
    pub fn about(self) -> Said<'d> {
        let mut said = Said::default();
        let root = self.root;
        for member in ["title", "version", "description"] {
            said.describe(format!("info/{member}"), &root["info"][member]);
        }
        for tag in root["tags"].as_array().into_iter().flatten() {
            let name = tag["name"].as_str().unwrap_or_default();
            said.note(format!("tags/{name}"), json!(true));
            said.describe(format!("tags/{name}/description"), &tag["description"]);
        }
        for (name, scheme) in members(&root["components"]["securitySchemes"]) {
            for (member, value) in members(scheme) {
                said.describe(format!("securitySchemes/{name}/{member}"), value);
            }
        }
        said
    }

    fn operation(self, said: &mut Said<'d>, item: &'d Value, operation: &'d Value) {
        said.note("tags", operation["tags"].clone());
        said.describe("summary", &operation["summary"]);
        said.describe("description", &operation["description"]);
        said.note("deprecated", operation["deprecated"].clone());
        let security = operation.get("security").unwrap_or(&self.root["security"]);
        said.note("security", alternatives(security));
        said.note("token", json!(self.takes_token(security)));
        for alias in operation["x-aliases"].as_array().into_iter().flatten() {
            said.note(
                format!("aliases/{}", alias["path"].as_str().unwrap_or_default()),
                json!(true),
            );
        }
        let parameters = [&item["parameters"], &operation["parameters"]]
            .into_iter()
            .filter_map(Value::as_array);
        parameters
            .flatten()
            .for_each(|parameter| self.parameter(said, self.target(parameter)));
        let body = self.target(&operation["requestBody"]);
        said.note("body/required", body["required"].clone());
        said.describe("body/description", &body["description"]);
        self.content(said, "body", body, Direction::Request);
        for (status, response) in members(&operation["responses"]) {
            self.response(said, status, self.target(response));
        }
    }

    /// Whether a caller can present a bearer token.
    fn takes_token(self, security: &Value) -> bool {
        let is_bearer = |name: &String| self.root["components"]["securitySchemes"][name]["scheme"] == "bearer";
        let alternatives = security.as_array().into_iter().flatten().filter_map(Value::as_object);
        alternatives.flat_map(Map::keys).any(is_bearer)
    }

    /// A component behind a reference.
    fn target(self, value: &'d Value) -> &'d Value {
        let reference = value["$ref"].as_str();
        reference
            .and_then(|reference| self.followed(reference))
            .map_or(value, |(_, target)| target)
    }

    fn parameter(self, said: &mut Said<'d>, parameter: &'d Value) {
        let text = |member: &str| parameter[member].as_str().unwrap_or_default();
        let place = format!("parameters/{} {}", text("in"), text("name"));
        said.note(place.clone(), json!(true));
        said.note(format!("{place}/required"), parameter["required"].clone());
        said.note(format!("{place}/deprecated"), parameter["deprecated"].clone());
        said.describe(format!("{place}/description"), &parameter["description"]);
        let schema = &parameter["schema"];
        // Nothing but lists has anything to explode.
        let level = self.level(schema, Direction::Request);
        let is_list = level.rules.get("type") == Some(&json!("array"));
        said.note(
            format!("{place}/joined"),
            json!(is_list && parameter["explode"] == false),
        );
        said.schemas.insert(place, (schema, Direction::Request));
    }

    fn content(self, said: &mut Said<'d>, place: &str, of: &'d Value, direction: Direction) {
        for (media_type, content) in members(&of["content"]) {
            let place = said.media_type(place, media_type);
            // Bytes are whatever they are.
            if media_type.contains("json") || media_type.starts_with("text/") {
                said.schemas.insert(place, (&content["schema"], direction));
            }
        }
    }

    fn response(self, said: &mut Said<'d>, status: &str, response: &'d Value) {
        let place = format!("responses/{status}");
        said.note(place.clone(), json!(true));
        said.describe(format!("{place}/description"), &response["description"]);
        self.content(said, &place, response, Direction::Response);
        for (name, header) in members(&response["headers"]) {
            let (place, header) = (format!("{place}/headers/{name}"), self.target(header));
            said.note(place.clone(), json!(true));
            said.note(format!("{place}/required"), header["required"].clone());
            said.describe(format!("{place}/description"), &header["description"]);
            said.schemas.insert(place, (&header["schema"], Direction::Response));
        }
    }
}

/// The order of alternatives and of roles means nothing to callers.
pub fn alternatives(security: &Value) -> Value {
    let mut all: Vec<Value> = security.as_array().cloned().unwrap_or_default();
    for roles in all
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut)
    {
        if let Value::Array(roles) = roles {
            roles.sort_by_key(Value::to_string);
        }
    }
    all.sort_by_key(Value::to_string);
    json!(all)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
