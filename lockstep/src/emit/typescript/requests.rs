//! What operations are given: an interface each, with the parameters by location and the body.
//! How they are encoded is told by `operations` and done by `client.ts`.

use super::syntax::{member, type_of};
use super::tsdoc::Comment;
use crate::model::{Body, Location, Operation, Parameter, Type};
use crate::names;

/// The name of the type of what an operation is given.
pub(super) fn name(operation: &Operation) -> String {
    format!("{}Request", names::pascal(&operation.id))
}

/// The parts of a request that have parameters, by location, in the order in which they are written.
const LOCATIONS: [(Location, &str); 4] = [
    (Location::Path, "path"),
    (Location::Query, "query"),
    (Location::Header, "headers"),
    (Location::Cookie, "cookies"),
];

/// Whether an operation cannot be called without a request.
pub(super) fn needs_request(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| parameter.required)
        || operation.body.as_ref().is_some_and(|body| body.required)
}

/// The type of what an operation is given.
pub(super) fn declaration(operation: &Operation) -> String {
    let name = name(operation);
    let docs = Comment::new(&format!("What {{@link Client.{}}} is given.", operation.id)).render("");
    let parameters: String = LOCATIONS
        .iter()
        .map(|&(location, part)| group(operation, location, part))
        .collect();
    let body = operation.body.as_ref().map(request_body).unwrap_or_default();
    if parameters.is_empty() && body.is_empty() {
        return format!("{docs}export type {name} = {{ readonly [part: string]: never }};");
    }
    format!("{docs}export interface {name} {{\n{parameters}{body}}}")
}

fn group(operation: &Operation, location: Location, part: &str) -> String {
    let parameters: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == location)
        .collect();
    if parameters.is_empty() {
        return String::new();
    }
    let required = parameters.iter().any(|parameter| parameter.required);
    let members: String = parameters.iter().map(|parameter| parameter_member(parameter)).collect();
    format!("  readonly {}: {{\n{members}  }};\n", member(part, required))
}

fn parameter_member(parameter: &Parameter) -> String {
    let docs = Comment::new(&parameter.docs)
        .rules(&parameter.ty)
        .facts(
            parameter.default.as_ref(),
            parameter.example.as_slice(),
            parameter.deprecated,
        )
        .render("    ");
    let readonly = if matches!(parameter.ty, Type::Array(_)) {
        "readonly "
    } else {
        ""
    };
    let name = member(&parameter_name(parameter), parameter.required);
    format!("{docs}    readonly {name}: {readonly}{};\n", type_of(&parameter.ty))
}

/// The wire's spelling, but camelCase for headers.
fn parameter_name(parameter: &Parameter) -> String {
    match parameter.location {
        Location::Header => names::camel(&parameter.name),
        Location::Path | Location::Query | Location::Cookie => parameter.name.clone(),
    }
}

fn request_body(body: &Body) -> String {
    let docs = Comment::new(&body.docs).rules(&body.ty).render("  ");
    format!(
        "{docs}  readonly {}: {};\n",
        member("body", body.required),
        type_of(&body.ty)
    )
}
