//! The `#[utoipa::path]` of an entry point: what the contract says of the operation, in utoipa's words. rustfmt leaves
//! such attributes alone, so they are laid out here.

use super::Server;
use super::params::is_component;
use crate::emit::types::{OR_NULL, schema_type, schema_value, text_literal, utoipa_rules};
use crate::model::{Body, Header, Location, Operation, Parameter, Requirement, Response, Status, Type};
use crate::names;

/// The attribute.
pub(super) fn attribute(server: &Server<'_>, operation: &Operation) -> String {
    let mut entries = vec![
        operation.method.to_ascii_lowercase(),
        format!("path = {}", text_literal(&operation.path)),
        format!("operation_id = {}", text_literal(&operation.id)),
        format!("tag = {}", text_literal(&operation.tag)),
        format!("summary = {}", text_literal(operation.summary.trim())),
        format!("description = {}", text_literal(operation.docs.trim())),
    ];
    entries.retain(|entry| !entry.ends_with("= \"\""));
    let params: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| self::parameter(server, parameter))
        .collect();
    if !params.is_empty() {
        entries.push(list("params", &params));
    }
    entries.extend(operation.body.as_ref().map(|body| request_body(server, body)));
    let responses: Vec<_> = operation
        .responses
        .iter()
        .map(|response| self::response(server, response))
        .collect();
    entries.push(list("responses", &responses));
    let security = security(operation);
    if !security.is_empty() {
        entries.push(format!("security({})", security.join(", ")));
    }
    format!("#[utoipa::path(\n{})]\n", indented(&entries))
}

fn indented(entries: &[String]) -> String {
    entries
        .iter()
        .map(|entry| format!("    {},\n", entry.replace('\n', "\n    ")))
        .collect()
}

/// `name(…)` with each entry on its own line.
fn list(name: &str, entries: &[String]) -> String {
    format!("{name}(\n{})", indented(entries))
}

/// `(…)` on one line, or on several where that is too long.
fn tuple(entries: &[String]) -> String {
    let line = format!("({})", entries.join(", "));
    if line.len() <= 108 && !line.contains('\n') {
        line
    } else {
        format!("(\n{})", indented(entries))
    }
}

fn described(docs: &str) -> Option<String> {
    let docs = docs.trim();
    (!docs.is_empty()).then(|| format!("description = {}", text_literal(docs)))
}

/// The type that utoipa should see: one whose schema it knows by itself, or a component.
fn seen(server: &Server<'_>, ty: &Type) -> String {
    match server.resolve(ty) {
        named @ Type::Named(_) => server.rust(named),
        Type::Bytes => "Vec<u8>".to_owned(),
        resolved => schema_type(server.api, resolved).replace(OR_NULL, &format!("{}::{OR_NULL}", server.types)),
    }
}

fn parameter(server: &Server<'_>, parameter: &Parameter) -> String {
    let ty = seen(server, &parameter.ty);
    let ty = if parameter.required {
        ty
    } else {
        format!("Option<{ty}>")
    };
    let location = match parameter.location {
        Location::Path => "Path",
        Location::Query => "Query",
        Location::Header => "Header",
        Location::Cookie => "Cookie",
    };
    let mut entries = vec![format!("{} = {ty}", text_literal(&parameter.name)), location.to_owned()];
    entries.extend(described(&parameter.docs));
    if parameter.deprecated {
        entries.push("deprecated".to_owned());
    }
    if matches!(server.resolve(&parameter.ty), Type::Array(_)) && !parameter.explode {
        entries.push("explode = false".to_owned());
    }
    if !is_component(server, &parameter.ty) {
        entries.extend(utoipa_rules(server.resolve(&parameter.ty)));
    }
    // utoipa takes `Option` for null where it is not in the query.
    if !parameter.required && parameter.location != Location::Query {
        entries.push("nullable = false".to_owned());
    }
    entries.extend(
        parameter
            .example
            .as_ref()
            .map(|example| format!("example = {}", schema_value(example))),
    );
    tuple(&entries)
}

fn request_body(server: &Server<'_>, body: &Body) -> String {
    let mut entries = vec![
        format!("content = {}", seen(server, &body.ty)),
        format!("content_type = {}", text_literal(&body.media_type)),
    ];
    entries.extend(described(&body.docs));
    format!("request_body{}", tuple(&entries))
}

fn response(server: &Server<'_>, response: &Response) -> String {
    let status = match response.status {
        Status::Exact(code) => code.to_string(),
        named => text_literal(&named.to_string()),
    };
    let mut entries = vec![
        format!("status = {status}"),
        format!("description = {}", text_literal(response.docs.trim())),
    ];
    if let Some(body) = &response.body {
        let ty = if response.is_problem() {
            "runtime::Problem".to_owned()
        } else {
            seen(server, &body.ty)
        };
        entries.push(format!("body = {ty}"));
        entries.push(format!("content_type = {}", text_literal(&body.media_type)));
    }
    let headers: Vec<_> = response
        .headers
        .iter()
        .map(|header| self::header(server, header))
        .collect();
    if !headers.is_empty() {
        entries.push(list("headers", &headers));
    }
    tuple(&entries)
}

fn header(server: &Server<'_>, header: &Header) -> String {
    let mut entries = vec![format!("{} = {}", text_literal(&header.name), seen(server, &header.ty))];
    entries.extend(described(&header.docs));
    // On one line however long: utoipa takes no comma at the end here.
    format!("({})", entries.join(", "))
}

fn security(operation: &Operation) -> Vec<String> {
    let mut alternatives: Vec<_> = operation.security.alternatives.iter().map(requirement).collect();
    if operation.security.optional {
        alternatives.insert(0, "()".to_owned());
    }
    alternatives
}

fn requirement(requirement: &Requirement) -> String {
    let scheme = |(scheme, roles): &(String, Vec<String>)| {
        let roles: Vec<_> = roles.iter().map(|role| text_literal(role)).collect();
        format!("{} = [{}]", text_literal(scheme), roles.join(", "))
    };
    format!(
        "({})",
        requirement.schemes.iter().map(scheme).collect::<Vec<_>>().join(", ")
    )
}

/// The entry point's path within the server half.
pub(super) fn entry(module: &str, operation: &Operation) -> String {
    format!("super::routes::{module}::{}", names::rust_value(&operation.id))
}
