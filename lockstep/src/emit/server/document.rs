//! The document that utoipa derives from the generated code: that it equals the contract proves the code.
//! What utoipa's attributes cannot say is added by a modifier.

use super::{Server, module, path};
use crate::emit::types::{json_literal, rules_json, text_literal};
use crate::model::{Body, Operation, Parameter, SchemeKind, SecurityScheme, Shape, Type};

/// `document.rs`.
pub(super) fn emit(server: &Server<'_>) -> String {
    let api = server.api;
    let text = text_literal;
    let mut entries = vec![info(server)];
    let tags: Vec<_> = server.tags();
    let tagged = tags.iter().map(|(tag, _)| match tag.docs.trim() {
        "" => format!("(name = {})", text(&tag.name)),
        docs => format!("(name = {}, description = {})", text(&tag.name), text(docs)),
    });
    entries.push(format!("tags(\n{})", lines(tagged)));
    let paths = tags
        .iter()
        .flat_map(|(tag, operations)| operations.iter().map(|operation| path::entry(&module(tag), operation)));
    entries.push(format!("paths(\n{})", lines(paths)));
    let schemas: Vec<_> = components(server).collect();
    if !schemas.is_empty() {
        entries.push(format!("components(schemas(\n{}))", lines(schemas.into_iter())));
    }
    let modifier = modifier(server);
    if !modifier.is_empty() {
        entries.push("modifiers(&Remainder)".to_owned());
    }
    let uses = imports(&modifier);
    format!(
        "//! The document of {} by utoipa: derived from the code, to be compared with the contract.\n\n{uses}\n\
         /// The document.\n#[derive(Debug, OpenApi)]\n#[openapi(\n{})]\npub struct Document;\n{modifier}",
        api.title,
        lines(entries.into_iter())
    )
}

/// What the document and its modifier use.
fn imports(modifier: &str) -> String {
    let mut uses = String::new();
    let helpers = [
        "set_answer_rules",
        "set_body_optional",
        "set_body_rules",
        "set_parameter_default",
        "set_parameter_rules",
    ];
    let helpers: Vec<_> = helpers
        .into_iter()
        .filter(|helper| modifier.contains(&format!("{helper}(")))
        .collect();
    if !helpers.is_empty() {
        uses += &format!("use lockstep_runtime::{{{}}};\n", helpers.join(", "));
    }
    if modifier.contains("SecurityScheme::") {
        uses += "use utoipa::openapi::security::{SECURITY};\n";
        let used = [
            "ApiKey",
            "ApiKeyValue",
            "HttpAuthScheme",
            "HttpBuilder",
            "SecurityScheme",
        ];
        let used: Vec<_> = used
            .into_iter()
            .filter(|name| modifier.contains(&format!("{name}::")))
            .collect();
        uses = uses.replace("SECURITY", &used.join(", "));
    }
    uses += if modifier.is_empty() {
        "use utoipa::OpenApi;\n"
    } else {
        "use utoipa::{Modify, OpenApi};\n"
    };
    uses
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries
        .map(|entry| format!("    {},\n", entry.replace('\n', "\n    ")))
        .collect()
}

fn info(server: &Server<'_>) -> String {
    let api = server.api;
    // Said even where it is empty: utoipa would take the crate's.
    let entries = [
        format!("title = {}", text_literal(&api.title)),
        format!("version = {}", text_literal(&api.version)),
        format!("description = {}", text_literal(api.description.trim())),
    ];
    format!("info(\n{})", lines(entries.into_iter()))
}

/// The types that have a schema of their own: an alias is what it stands for.
fn components<'a>(server: &'a Server<'_>) -> impl Iterator<Item = String> + 'a {
    server.api.types.iter().filter_map(|def| match &def.shape {
        Shape::Problem => Some("lockstep_runtime::Problem".to_owned()),
        Shape::Violation | Shape::ViolationPlace => None,
        Shape::Alias(ty) if !ty.is_constrained() => None,
        _ => Some(format!("{}::{}", server.types, def.name)),
    })
}

/// Security schemes, and what the attributes of operations leave out.
fn modifier(server: &Server<'_>) -> String {
    let mut parts = String::new();
    if !server.api.schemes.is_empty() {
        let schemes: String = server.api.schemes.iter().map(scheme).collect();
        parts += &format!("let components = openapi.components.get_or_insert_default();\n{schemes}");
    }
    for operation in &server.api.operations {
        parts += &remainder(server, operation);
    }
    if parts.is_empty() {
        return parts;
    }
    format!(
        "\n/// What utoipa's attributes cannot say.\nstruct Remainder;\n\nimpl Modify for Remainder {{\n\
         fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {{\n{parts}}}\n}}\n"
    )
}

/// What the attributes of an operation leave out.
fn remainder(server: &Server<'_>, operation: &Operation) -> String {
    let id = text_literal(&operation.id);
    let mut text = String::new();
    if let Some(body) = &operation.body {
        if !body.required {
            text += &format!("set_body_optional(openapi, {id});\n");
        }
        if let Some(rules) = body_rules(server, body) {
            text += &format!("set_body_rules(openapi, {id}, serde_json::json!({rules}));\n");
        }
    }
    for parameter in &operation.parameters {
        let name = text_literal(&parameter.name);
        if let Some(rules) = parameter_rules(server, parameter) {
            text += &format!("set_parameter_rules(openapi, {id}, {name}, serde_json::json!({rules}));\n");
        }
        if let Some(default) = &parameter.default {
            let default = json_literal(default);
            text += &format!("set_parameter_default(openapi, {id}, {name}, serde_json::json!({default}));\n");
        }
    }
    for (code, response) in operation.answers() {
        if let Some(rules) = response.body.as_ref().and_then(|body| body_rules(server, body)) {
            text += &format!("set_answer_rules(openapi, {id}, \"{code}\", serde_json::json!({rules}));\n");
        }
    }
    text
}

/// The rules of JSON without a schema of its own; utoipa has none for text.
fn body_rules(server: &Server<'_>, body: &Body) -> Option<String> {
    match &body.ty {
        Type::Text(_) | Type::Bytes => None,
        ty => rules_json(server.api, ty),
    }
}

/// The rules that attributes have no words for.
fn parameter_rules(server: &Server<'_>, parameter: &Parameter) -> Option<String> {
    match server.resolve(&parameter.ty) {
        list @ Type::Array(array) if array.unique_items || rules_json(server.api, &array.items).is_some() => {
            rules_json(server.api, list)
        }
        // utoipa has no `const`.
        Type::Text(text) => text
            .constant
            .as_deref()
            .map(|only| format!("{{\"enum\": [{}]}}", text_literal(only))),
        _ => None,
    }
}

fn scheme(scheme: &SecurityScheme) -> String {
    let described = (!scheme.docs.trim().is_empty()).then(|| text_literal(scheme.docs.trim()));
    let http = |kind: &str, format: Option<&String>| {
        let format = format
            .map(|format| format!(".bearer_format({})", text_literal(format)))
            .unwrap_or_default();
        let description = described
            .as_ref()
            .map(|docs| format!(".description(Some({docs}))"))
            .unwrap_or_default();
        format!(
            "SecurityScheme::Http(HttpBuilder::new()\
             .scheme(HttpAuthScheme::{kind}){format}{description}.build())"
        )
    };
    let key = |place: &str, name: &String| {
        let value = match &described {
            Some(docs) => format!("ApiKeyValue::with_description({}, {docs})", text_literal(name)),
            None => format!("ApiKeyValue::new({})", text_literal(name)),
        };
        format!("SecurityScheme::ApiKey(ApiKey::{place}({value}))")
    };
    let value = match &scheme.kind {
        SchemeKind::Bearer(format) => http("Bearer", format.as_ref()),
        SchemeKind::Basic => http("Basic", None),
        SchemeKind::ApiKeyHeader(name) => key("Header", name),
        SchemeKind::ApiKeyQuery(name) => key("Query", name),
        SchemeKind::ApiKeyCookie(name) => key("Cookie", name),
    };
    format!(
        "components.add_security_scheme({}, {value});\n",
        text_literal(&scheme.name)
    )
}
