//! The document that utoipa derives from the generated code: that it equals the contract proves the code.
//! What utoipa's attributes cannot say is added by a modifier.

use super::{Server, module, path};
use crate::emit::types::{json_literal, text_literal};
use crate::model::{SchemeKind, SecurityScheme, Shape};

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
    let mut uses = String::new();
    let helpers = ["set_body_optional", "set_parameter_default"];
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
    format!(
        "//! The document of {} by utoipa: derived from the code, to be compared with the contract.\n\n{uses}\n\
         /// The document.\n#[derive(Debug, OpenApi)]\n#[openapi(\n{})]\npub struct Document;\n{modifier}",
        api.title,
        lines(entries.into_iter())
    )
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

/// Security schemes, defaults of parameters, and bodies that may be absent.
fn modifier(server: &Server<'_>) -> String {
    let mut parts = String::new();
    if !server.api.schemes.is_empty() {
        let schemes: String = server.api.schemes.iter().map(scheme).collect();
        parts += &format!("let components = openapi.components.get_or_insert_default();\n{schemes}");
    }
    for operation in &server.api.operations {
        if operation.body.as_ref().is_some_and(|body| !body.required) {
            parts += &format!("set_body_optional(openapi, {});\n", text_literal(&operation.id));
        }
        for parameter in &operation.parameters {
            if let Some(default) = &parameter.default {
                parts += &format!(
                    "set_parameter_default(openapi, {}, {}, serde_json::json!({}));\n",
                    text_literal(&operation.id),
                    text_literal(&parameter.name),
                    json_literal(default),
                );
            }
        }
    }
    if parts.is_empty() {
        return parts;
    }
    format!(
        "\n/// What utoipa's attributes cannot say.\nstruct Remainder;\n\nimpl Modify for Remainder {{\n\
         fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {{\n{parts}}}\n}}\n"
    )
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
