//! The OpenAPI 3.0 view of a contract that progenitor can digest: per operation its arguments, one success and one
//! error. It is made from the model, never written to a file, and knows nothing about Rust text.

use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use crate::model::{Api, Body, IntegerType, Location, Operation, Parameter, Response, TextFormat, Type};
use crate::names;

/// The crate that the view pretends named types live in; the emitter puts the real path there.
pub const TYPES: &str = "types";
/// The crate that the view pretends the answers of operations with several success shapes live in.
pub const ANSWERS: &str = "answers";

/// Names that no argument can have, for its builder has methods or variables of these names.
const TAKEN: [&str; 15] = [
    "body",
    "client",
    "cookie",
    "cookies",
    "headers",
    "info",
    "joined",
    "new",
    "request",
    "response",
    "result",
    "segment",
    "send",
    "send_if_modified",
    "url",
];

/// What one response holds, as far as decoding goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// No body.
    Empty,
    /// A body that is not JSON, as a stream of bytes.
    Stream,
    /// A JSON body.
    Json(Type),
}

/// What a call that succeeds yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Success {
    /// The same content whatever the status.
    One(Content),
    /// Different contents, in an enum of this name with one variant per status.
    Several(String),
}

/// The 3.0 view of a contract.
///
/// # Errors
///
/// The view is not a document that `openapiv3` reads, which would be a defect of this module.
pub fn lower(api: &Api) -> Result<OpenAPI, serde_json::Error> {
    let mut paths = Map::new();
    for operation in &api.operations {
        let item = paths.entry(lowered_path(operation)).or_insert_with(|| json!({}));
        item[operation.method.to_ascii_lowercase()] = lowered_operation(operation);
    }
    serde_json::from_value(json!({
        "openapi": "3.0.3",
        "info": { "title": api.title, "version": api.version },
        "paths": paths,
    }))
}

/// The responses that mean success: 2xx, and 3xx except 304, which means no answer at all.
pub fn successes(operation: &Operation) -> Vec<(u16, &Response)> {
    operation.answers().filter(|(code, _)| *code != 304).collect()
}

/// What a call of this operation yields when it succeeds.
pub fn success(operation: &Operation) -> Success {
    let mut contents: Vec<Content> = Vec::new();
    for (_, response) in successes(operation) {
        let content = content(response.body.as_ref());
        if !contents.contains(&content) {
            contents.push(content);
        }
    }
    match contents.pop() {
        None => Success::One(Content::Stream),
        Some(only) if contents.is_empty() => Success::One(only),
        Some(_) => Success::Several(format!("{}Answer", names::pascal(&operation.id))),
    }
}

/// What this body is to a client.
pub fn content(body: Option<&Body>) -> Content {
    match body.map(|body| &body.ty) {
        None => Content::Empty,
        Some(Type::Bytes | Type::Text(_)) => Content::Stream,
        Some(ty) => Content::Json(ty.clone()),
    }
}

/// The responses that become typed errors.
pub fn problems(operation: &Operation) -> Vec<&Response> {
    operation
        .responses
        .iter()
        .filter(|response| response.is_problem())
        .collect()
}

/// The snake-case name of a parameter's argument, with its location where its own name is taken. The parser has
/// checked that no two have the same name.
pub fn argument(parameter: &Parameter) -> String {
    let name = names::rust_value(&parameter.name);
    let name = name.trim_start_matches("r#").trim_end_matches('_');
    if !TAKEN.contains(&name) {
        return name.to_owned();
    }
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    format!("{name}_{location}")
}

/// The path with the arguments' names in it.
fn lowered_path(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Path)
    {
        path = path.replace(
            &format!("{{{}}}", parameter.name),
            &format!("{{{}}}", argument(parameter)),
        );
    }
    path
}

fn lowered_operation(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation.parameters.iter().map(lowered_parameter).collect();
    let mut lowered = json!({
        "operationId": names::snake(&operation.id),
        "parameters": parameters,
        "responses": { "200": lowered_success(&success(operation)) },
    });
    if let Some(body) = &operation.body {
        lowered["requestBody"] = json!({ "required": true, "content": lowered_content(body) });
    }
    if let Some(Content::Json(ty)) = problems(operation)
        .first()
        .map(|response| content(response.body.as_ref()))
    {
        lowered["responses"]["4XX"] = response_of(&schema(&ty));
    }
    lowered
}

/// progenitor has no cookies: here they are headers, and the emitter joins them into one.
fn lowered_parameter(parameter: &Parameter) -> Value {
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header | Location::Cookie => "header",
    };
    json!({
        "name": argument(parameter),
        "in": location,
        "required": parameter.required,
        "schema": schema(&parameter.ty),
    })
}

/// progenitor refuses `merge-patch+json` and its like: here all JSON is `application/json`, and the emitter sends the
/// real media type.
fn lowered_content(body: &Body) -> Value {
    match &body.ty {
        Type::Text(_) => json!({ "text/plain": { "schema": { "type": "string" } } }),
        Type::Bytes => json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } }),
        ty => json!({ "application/json": { "schema": schema(ty) } }),
    }
}

fn lowered_success(success: &Success) -> Value {
    match success {
        Success::One(Content::Empty) => json!({ "description": "" }),
        Success::One(Content::Stream) => json!({ "description": "", "content": { "application/octet-stream": {} } }),
        Success::One(Content::Json(ty)) => response_of(&schema(ty)),
        Success::Several(name) => response_of(&stub(ANSWERS, name)),
    }
}

fn response_of(schema: &Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

/// The schema that makes typify use the plain Rust type of an inline type, and our own type for a named one.
fn schema(ty: &Type) -> Value {
    match ty {
        Type::Named(name) => stub(TYPES, name),
        Type::Text(text) => match text.format {
            TextFormat::Uuid => json!({ "type": "string", "format": "uuid" }),
            TextFormat::DateTime => json!({ "type": "string", "format": "date-time" }),
            TextFormat::Date => json!({ "type": "string", "format": "date" }),
            _ => json!({ "type": "string" }),
        },
        Type::Integer(IntegerType { is_32_bit: true, .. }) => json!({ "type": "integer", "format": "int32" }),
        Type::Integer(_) => json!({ "type": "integer", "format": "int64" }),
        Type::Number(_) => json!({ "type": "number", "format": "double" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Array(array) => json!({ "type": "array", "items": schema(&array.items) }),
        Type::Map(map) => json!({ "type": "object", "additionalProperties": schema(&map.values) }),
        Type::FreeObject => json!({ "type": "object", "additionalProperties": true }),
        Type::Nullable(inner) => {
            let mut nullable = schema(inner);
            nullable["nullable"] = Value::Bool(true);
            nullable
        }
        Type::Any | Type::Bytes => json!({}),
    }
}

/// A type that exists already, said in typify's extension.
fn stub(module: &str, name: &str) -> Value {
    json!({ "x-rust-type": { "crate": module, "version": "*", "path": format!("{module}::{name}") } })
}
