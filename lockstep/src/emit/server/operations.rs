//! The table of operations: what tests, metrics and entry points know about each.
//! Dates become the values of their headers here, once.

use chrono::{NaiveDate, NaiveTime};

use crate::emit::types::text_literal;
use crate::model::{Api, Deprecation, Operation, Requirement, Status};
use crate::names;

/// `operations.rs`.
pub(super) fn emit(api: &Api) -> String {
    let names: Vec<_> = api.operations.iter().map(constant).collect();
    let statics: Vec<_> = api
        .operations
        .iter()
        .map(|operation| declaration(api, operation))
        .collect();
    let statics = statics.concat();
    let used = ["Alias", "Deprecation", "Operation", "Requirement"]
        .into_iter()
        .filter(|name| *name == "Operation" || statics.contains(&format!("{name} {{")));
    format!(
        "//! The operations of the contract as data, sorted by path and method.\n\n\
         use lockstep_runtime::{{{}}};\n\n\
         /// The version of the contract, `info.version`.\npub const CONTRACT_VERSION: &str = {};\n\n\
         /// Every operation.\npub static OPERATIONS: &[&Operation] = &[{}];\n{statics}",
        used.collect::<Vec<_>>().join(", "),
        text_literal(&api.version),
        names
            .iter()
            .map(|name| format!("&{name}"))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// The name of an operation's row.
pub(super) fn constant(operation: &Operation) -> String {
    let name = names::screaming(&operation.id);
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("N{name}")
    }
}

fn declaration(api: &Api, operation: &Operation) -> String {
    let text = text_literal;
    let statuses: Vec<_> = operation
        .responses
        .iter()
        .map(|response| status(response.status))
        .collect();
    let aliases: Vec<_> = operation
        .aliases
        .iter()
        .map(|alias| {
            let deprecation = deprecation(&alias.deprecation, Some(&operation.path));
            format!("Alias {{ path: {}, deprecation: {deprecation} }}", text(&alias.path))
        })
        .collect();
    let deprecated = operation.deprecated.as_ref().map(|deprecated| {
        let successor = deprecated.successor.as_ref();
        let successor = successor.and_then(|id| api.operations.iter().find(|operation| operation.id == *id));
        deprecation(deprecated, successor.map(|operation| operation.path.as_str()))
    });
    format!(
        "\n/// `{} {}`\npub static {}: Operation = Operation {{\nid: {},\nmethod: {},\npath: {},\ntag: {},\n\
         security: &[{}],\naliases: &[{}],\ndeprecation: {},\nstatuses: &[{}],\n}};\n",
        operation.method,
        operation.path,
        constant(operation),
        text(&operation.id),
        text(&operation.method),
        text(&operation.path),
        text(&operation.tag),
        security(operation),
        aliases.join(", "),
        optional(deprecated),
        statuses.join(", "),
    )
}

fn status(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        Status::Class(class) => class.to_string(),
        Status::Default => "0".to_owned(),
    }
}

fn security(operation: &Operation) -> String {
    let mut rows: Vec<_> = operation.security.alternatives.iter().map(row).collect();
    if operation.security.optional {
        rows.push("&[]".to_owned());
    }
    rows.join(", ")
}

fn row(requirement: &Requirement) -> String {
    let schemes: Vec<_> = requirement
        .schemes
        .iter()
        .map(|(scheme, roles)| {
            let roles: Vec<_> = roles.iter().map(|role| text_literal(role)).collect();
            format!(
                "Requirement {{ scheme: {}, roles: &[{}] }}",
                text_literal(scheme),
                roles.join(", ")
            )
        })
        .collect();
    format!("&[{}]", schemes.join(", "))
}

fn optional(value: Option<String>) -> String {
    value.map_or("None".to_owned(), |value| format!("Some({value})"))
}

/// Dates as RFC 9745 and RFC 8594 write them in headers.
fn deprecation(deprecation: &Deprecation, successor: Option<&str>) -> String {
    let midnight = |date: &Option<String>| {
        let date: NaiveDate = date.as_ref()?.parse().ok()?;
        Some(date.and_time(NaiveTime::MIN).and_utc())
    };
    let since = midnight(&deprecation.since).map(|time| format!("\"@{}\"", time.timestamp()));
    let sunset = midnight(&deprecation.sunset).map(|time| format!("\"{}\"", time.format("%a, %d %b %Y %H:%M:%S GMT")));
    let successor = successor.map(text_literal);
    format!(
        "Deprecation {{ since: {}, sunset: {}, successor: {} }}",
        optional(since),
        optional(sunset),
        optional(successor)
    )
}
