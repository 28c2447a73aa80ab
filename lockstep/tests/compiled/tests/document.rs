//! The document that utoipa derives from the generated server half says what the contract says of every operation,
//! compared both ways after both are brought into one form. The schemas of types are compared elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use lockstep_compiled::{
    access, collections, messages, numbers, objects, older, parameters, requests, served, shapes, texts, travel, unions,
};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// The server half of the service, as it is.
#[path = "../../../../server/src/api/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod service;

#[path = "it/contract.rs"]
#[allow(dead_code)]
mod contract;

/// What names an operation in a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[test]
fn the_documents_are_the_contracts() {
    agree("../accepted/access.yaml", access::api::Document::openapi());
    agree("../accepted/collections.yaml", collections::api::Document::openapi());
    agree("../accepted/messages.yaml", messages::api::Document::openapi());
    agree("../accepted/numbers.yaml", numbers::api::Document::openapi());
    agree("../accepted/objects.yaml", objects::api::Document::openapi());
    agree("../accepted/older.yaml", older::api::Document::openapi());
    agree("../accepted/parameters.yaml", parameters::api::Document::openapi());
    agree("../accepted/requests.yaml", requests::api::Document::openapi());
    agree("../accepted/served.yaml", served::api::Document::openapi());
    agree("../accepted/shapes.yaml", shapes::api::Document::openapi());
    agree("../accepted/texts.yaml", texts::api::Document::openapi());
    agree("../accepted/travel.yaml", travel::api::Document::openapi());
    agree("../accepted/unions.yaml", unions::api::Document::openapi());
    agree("../../../openapi.yaml", service::Document::openapi());
}

fn agree(contract: &str, document: utoipa::openapi::OpenApi) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(contract);
    let node = lockstep::source::read(&path, &std::fs::read_to_string(&path).unwrap())
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut contract: Value = serde_json::from_str(&node.to_json()).unwrap();
    modern(&mut contract);
    let document = serde_json::to_value(document).unwrap();
    let derived = document["components"]["schemas"].as_object().unwrap();
    let stated = contract["components"]["schemas"].as_object().unwrap();
    // What is inline in the contract has a name that only the types have; the halves of a split type have both.
    let is_stated = |name: &str| {
        stated.contains_key(name) || name.strip_suffix("Input").is_some_and(|name| stated.contains_key(name))
    };
    let components: Vec<&str> = derived
        .keys()
        .map(String::as_str)
        .filter(|name| is_stated(name))
        .collect();
    let (wanted, found) = (
        Reader {
            document: &contract,
            components: &components,
        },
        Reader {
            document: &document,
            components: &components,
        },
    );
    assert_eq!(
        named(&wanted.operations()),
        named(&found.operations()),
        "{}",
        path.display()
    );
    for (operation, wanted) in wanted.operations() {
        let found = &found.operations()[&operation];
        for (part, wanted) in wanted.as_object().unwrap() {
            assert_eq!(found[part], *wanted, "{operation}: {part}");
        }
        assert_eq!(named_members(found), named_members(&wanted), "{operation}");
    }
    assert_eq!(wanted.schemes(), found.schemes(), "{}", path.display());
    for member in ["title", "version", "description"] {
        assert_eq!(
            text(&contract["info"][member]),
            text(&document["info"][member]),
            "{member}"
        );
    }
    assert_eq!(described(&contract["tags"]), described(&document["tags"]), "tags");
}

/// The schemas of a contract in the words of 3.1, wherever they stand.
fn modern(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(modern),
        Value::Object(members) => {
            members.get_mut("schema").map(contract::modern);
            let schemas = members.get_mut("schemas").and_then(Value::as_object_mut);
            schemas.into_iter().flat_map(Map::values_mut).for_each(contract::modern);
            let others = members
                .iter_mut()
                .filter(|(name, _)| !["schema", "schemas"].contains(&name.as_str()));
            others.for_each(|(_, inner)| modern(inner));
        }
        _ => {}
    }
}

/// The example of a parameter: its own, the first of several by name, or that of its schema.
fn example(parameter: &Value) -> &Value {
    let several = parameter["examples"].as_object().into_iter().flatten();
    let first = several
        .min_by_key(|(name, _)| *name)
        .map(|(_, example)| &example["value"]);
    match parameter.get("example").or(first) {
        Some(example) => example,
        None => &parameter["schema"]["examples"][0],
    }
}

fn named(operations: &BTreeMap<String, Value>) -> Vec<&String> {
    operations.keys().collect()
}

fn named_members(value: &Value) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default().trim()
}

fn described(tags: &Value) -> Vec<(&str, &str)> {
    tags.as_array()
        .into_iter()
        .flatten()
        .map(|tag| (text(&tag["name"]), text(&tag["description"])))
        .collect()
}

/// Reads a document into a form in which equal things are equal.
struct Reader<'d> {
    document: &'d Value,
    /// The schemas that keep their names: aliases are what they stand for.
    components: &'d [&'d str],
}

impl<'d> Reader<'d> {
    /// Every operation by method and path.
    fn operations(&self) -> BTreeMap<String, Value> {
        let mut operations = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if METHODS.contains(&method.as_str()) {
                    operations.insert(format!("{method} {path}"), self.operation(item, operation));
                }
            }
        }
        operations
    }

    fn operation(&self, item: &Value, operation: &Value) -> Value {
        let security = operation
            .get("security")
            .or(self.document.get("security"))
            .cloned()
            .unwrap_or_default();
        let mut security: Vec<_> = security.as_array().cloned().unwrap_or_default();
        // The order of alternatives and of roles means nothing to callers.
        let schemes = security
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .flat_map(Map::values_mut);
        schemes
            .filter_map(Value::as_array_mut)
            .for_each(|roles| roles.sort_by_key(Value::to_string));
        security.sort_by_key(Value::to_string);
        json!({
            "operationId": operation["operationId"],
            "tags": operation["tags"],
            "summary": text(&operation["summary"]),
            "description": text(&operation["description"]),
            "deprecated": operation["deprecated"] == true,
            "security": security,
            "parameters": self.parameters(item, operation),
            "requestBody": self.body(&operation["requestBody"]),
            "responses": self.members(&operation["responses"], |response| self.response(response)),
        })
    }

    /// A component behind a reference.
    fn followed(&self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    fn members(&self, members: &'d Value, read: impl Fn(&'d Value) -> Value) -> Value {
        let members = members.as_object().into_iter().flatten();
        Value::Object(
            members
                .map(|(name, member)| (name.clone(), read(self.followed(member))))
                .collect(),
        )
    }

    fn parameters(&self, item: &Value, operation: &Value) -> Value {
        let both = [&item["parameters"], &operation["parameters"]];
        let mut parameters = Map::new();
        for parameter in both.into_iter().filter_map(Value::as_array).flatten() {
            let parameter = match parameter["$ref"].as_str() {
                Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => parameter,
            };
            let schema = self.schema(&parameter["schema"]);
            // Nothing but lists has anything to explode.
            let joined = schema["type"] == "array" && parameter["explode"] == false;
            let read = json!({
                "required": parameter["required"] == true,
                "deprecated": parameter["deprecated"] == true,
                "description": text(&parameter["description"]),
                "joined": joined,
                "schema": schema,
                "example": example(parameter),
            });
            parameters.insert(format!("{} {}", text(&parameter["in"]), text(&parameter["name"])), read);
        }
        Value::Object(parameters)
    }

    fn body(&self, body: &'d Value) -> Value {
        if body.is_null() {
            return Value::Null;
        }
        let body = self.followed(body);
        let mut content = self.content(&body["content"]);
        // Where members travel in one direction only, requests have another type.
        let named = content
            .as_object_mut()
            .into_iter()
            .flat_map(Map::values_mut)
            .filter_map(|one| one.get_mut("named"));
        for name in named {
            let half = format!("{}Input", name.as_str().unwrap());
            if self.components.contains(&half.as_str()) {
                *name = json!(half);
            }
        }
        json!({
            "required": body["required"] == true,
            "description": text(&body["description"]),
            "content": content,
        })
    }

    fn content(&self, content: &Value) -> Value {
        let types = content.as_object().into_iter().flatten().map(|(name, media_type)| {
            let schema = self.schema(&media_type["schema"]);
            // Bytes are whatever they are, and utoipa has no rules for text.
            let seen = match name {
                json if json.contains("json") => schema,
                text if text.starts_with("text/") => json!({ "type": schema["type"] }),
                _ => Value::Null,
            };
            (name.clone(), seen)
        });
        Value::Object(types.collect())
    }

    fn response(&self, response: &'d Value) -> Value {
        json!({
            "description": text(&response["description"]),
            "content": self.content(&response["content"]),
            "headers": self.members(&response["headers"], |header| self.header(header)),
        })
    }

    /// utoipa has no more of a header than its type and description.
    fn header(&self, header: &'d Value) -> Value {
        json!({
            "description": text(&header["description"]),
            "type": self.type_of(&header["schema"]),
        })
    }

    fn type_of(&self, schema: &'d Value) -> &'d Value {
        let schema = self.followed(schema);
        &schema["type"]
    }

    /// A schema in one form: what has a name is its name, everything else its keywords without annotations.
    fn schema(&self, schema: &Value) -> Value {
        let mut normal = Map::new();
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        for part in parts {
            if let Some(reference) = part["$ref"].as_str() {
                let name = reference.rsplit('/').next().unwrap();
                let target = self.document.pointer(reference.trim_start_matches('#')).unwrap();
                if self.components.contains(&name) {
                    normal.insert("named".to_owned(), json!(name));
                    normal.extend(
                        target
                            .get("default")
                            .map(|default| ("default".to_owned(), default.clone())),
                    );
                } else {
                    normal.extend(self.schema(target).as_object().unwrap().clone());
                }
            }
            for (keyword, value) in part.as_object().into_iter().flatten() {
                match keyword.as_str() {
                    // The tags of variants are compared with the schemas.
                    "$ref" | "allOf" | "description" | "examples" | "discriminator" => {}
                    "const" => drop(normal.insert("enum".to_owned(), json!([value]))),
                    "format" if value == "double" || value == "int64" => {}
                    // Every name in JSON is a string.
                    "propertyNames" if *value == json!({ "type": "string" }) => {}
                    "items" | "additionalProperties" => drop(normal.insert(keyword.clone(), self.schema(value))),
                    // `utoipa` takes an empty `rename` for none.
                    "enum" => {
                        let values = value.as_array().unwrap().iter();
                        let named = |value: &Value| if value == "Empty" { json!("") } else { value.clone() };
                        normal.insert(keyword.clone(), values.map(named).collect());
                    }
                    "oneOf" => {
                        let mut alternatives: Vec<_> =
                            value.as_array().unwrap().iter().map(|one| self.schema(one)).collect();
                        alternatives.sort_by_key(Value::to_string);
                        normal.insert(keyword.clone(), Value::Array(alternatives));
                    }
                    "properties" => {
                        let members = value.as_object().unwrap().iter();
                        let members = members
                            .map(|(name, member)| (name.clone(), self.schema(member)))
                            .collect();
                        normal.insert(keyword.clone(), Value::Object(members));
                    }
                    _ => drop(normal.insert(keyword.clone(), value.clone())),
                }
            }
        }
        // 1 and 1.0 are one number.
        normal
            .values_mut()
            .for_each(|value| *value = value.as_f64().map_or_else(|| value.clone(), |it| json!(it)));
        Value::Object(normal)
    }

    fn schemes(&self) -> Value {
        let mut schemes = self.document["components"]["securitySchemes"].clone();
        for scheme in schemes.as_object_mut().into_iter().flatten().map(|(_, scheme)| scheme) {
            let docs = text(&scheme["description"]).to_owned();
            scheme["description"] = json!(docs);
        }
        schemes
    }
}
