//! The operations: their requests and results, the map of these types, and the table of how they travel.
//! The client that reads the table is not written here.

use super::answers;
use super::requests;
use super::syntax::{list, literal};
use crate::model::{Api, Header, Location, Operation, Parameter, Response, SchemeKind, Shape, Status, Type};
use crate::names;

/// Requests and results of every operation, then the map and the table.
pub(super) fn emit(api: &Api) -> String {
    let common = answers::CommonHeaders::of(api);
    let declarations = |operation| {
        [
            requests::declaration(operation),
            answers::declaration(operation, &common),
        ]
    };
    let mut parts: Vec<String> = api.operations.iter().flat_map(declarations).collect();
    parts.extend(common.declaration());
    parts.extend([type_map(api), table(api)]);
    parts.join("\n\n")
}

fn type_map(api: &Api) -> String {
    let rows: String = api
        .operations
        .iter()
        .map(|operation| {
            let members = [
                format!("readonly request: {}", requests::name(operation)),
                format!("readonly result: {}", answers::name(operation)),
            ];
            let row = format!("  readonly {}:", names::typescript_member(&operation.id));
            format!("{row} {};\n", list(&row, ["{", "}"], ";", &members))
        })
        .collect();
    format!(
        "/** What every operation is given and answers, by `operationId`. */\nexport interface Operations {{\n{rows}}}"
    )
}

fn table(api: &Api) -> String {
    let rows: String = api.operations.iter().map(|operation| row(api, operation)).collect();
    format!("/** How every operation travels, by `operationId`. */\nexport const operations = {{\n{rows}}} as const;")
}

fn row(api: &Api, operation: &Operation) -> String {
    let of = |matches: &dyn Fn(&Parameter) -> bool, spell: &dyn Fn(&Parameter) -> String| -> Option<String> {
        let found: Vec<String> = operation
            .parameters
            .iter()
            .filter(|it| matches(it))
            .map(spell)
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    };
    let joined = of(&is_joined, &|it| literal(&it.name));
    let headers = of(&|it| it.location == Location::Header, &|it| {
        format!("{}: {}", names::camel(&it.name), literal(&it.name))
    });
    let answers: String = operation
        .responses
        .iter()
        .map(|response| answer_row(api, response))
        .collect();
    let members = [
        Some(format!("method: {}", literal(&operation.method))),
        Some(format!("path: {}", literal(&operation.path))),
        takes_bearer(api, operation).then(|| "bearer: true".to_owned()),
        operation
            .body
            .as_ref()
            .map(|body| format!("contentType: {}", literal(&body.media_type))),
        joined.map(|names| format!("joined: [{names}]")),
        headers.map(|names| format!("headers: {{ {names} }}")),
        Some(format!("answers: {{\n{answers}    }}")),
    ];
    let lines: String = members
        .into_iter()
        .flatten()
        .map(|member| format!("    {member},\n"))
        .collect();
    format!("  {}: {{\n{lines}  }},\n", names::typescript_member(&operation.id))
}

/// Whether a query array is joined by commas instead of repeating its name.
fn is_joined(parameter: &Parameter) -> bool {
    parameter.location == Location::Query && !parameter.explode && matches!(parameter.ty, Type::Array(_))
}

fn takes_bearer(api: &Api, operation: &Operation) -> bool {
    let is_bearer = |name: &str| {
        api.schemes
            .iter()
            .any(|scheme| scheme.name == name && matches!(scheme.kind, SchemeKind::Bearer(_)))
    };
    operation
        .security
        .alternatives
        .iter()
        .flat_map(|alternative| &alternative.schemes)
        .any(|(name, _)| is_bearer(name))
}

/// A status as a property name.
fn status_key(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        named => names::typescript_member(&named.to_string()),
    }
}

fn answer_row(api: &Api, response: &Response) -> String {
    let row = format!("      {}:", status_key(response.status));
    let mut members = Vec::new();
    if let Some(body) = &response.body {
        members.push(format!("mediaType: {}", literal(&essence(&body.media_type))));
        members.push(format!("as: \"{}\"", reader(&body.ty)));
    }
    if !response.headers.is_empty() {
        let headers: Vec<String> = response
            .headers
            .iter()
            .map(|header| header_format(api, header))
            .collect();
        members.push(format!(
            "headers: {}",
            list("        headers:", ["{", "}"], ",", &headers)
        ));
    }
    if members.is_empty() {
        return format!("{row} {{}},\n");
    }
    format!("{row} {},\n", list(&row, ["{", "}"], ",", &members))
}

/// A media type without its parameters, which do not tell answers apart.
fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The method of `Response` that reads a body of this type.
fn reader(ty: &Type) -> &'static str {
    match ty {
        Type::Text(_) => "text",
        Type::Bytes => "blob",
        _ => "json",
    }
}

fn header_format(api: &Api, header: &Header) -> String {
    let kind = kind_of_scalar(api, &header.ty);
    format!(
        "{}: [{}, \"{kind}\"]",
        names::camel(&header.name),
        literal(&header.name)
    )
}

fn kind_of_scalar(api: &Api, ty: &Type) -> &'static str {
    match ty {
        Type::Integer(_) | Type::Number(_) => "number",
        Type::Boolean => "boolean",
        Type::Named(name) => match api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(target)) => kind_of_scalar(api, target),
            _ => "string",
        },
        _ => "string",
    }
}
