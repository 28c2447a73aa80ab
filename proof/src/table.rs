//! What the server's own table of operations says: by it the server routes, counts and tells of older paths.
//! It is read as facts, like every other description.

use std::collections::BTreeMap;

use lockstep_runtime::Operation;
use serde_json::{Map, Value, json};

use crate::operations::{Said, alternatives};

/// Every operation of a table.
pub fn operations(table: &[&Operation]) -> BTreeMap<String, Said<'static>> {
    table
        .iter()
        .map(|operation| (operation.id.to_owned(), said(operation)))
        .collect()
}

fn said(operation: &Operation) -> Said<'static> {
    let mut said = Said::default();
    said.note("method", json!(operation.method));
    said.note("path", json!(operation.path));
    said.note("tags", json!([operation.tag]));
    said.note("deprecated", json!(operation.deprecation.is_some()));
    said.note(
        "security",
        alternatives(&operation.security.iter().map(|row| schemes(row)).collect()),
    );
    for alias in operation.aliases {
        said.note(format!("aliases/{}", alias.path), json!(true));
    }
    for &status in operation.statuses {
        said.note(format!("responses/{}", name(status)), json!(true));
    }
    said
}

fn schemes(row: &[lockstep_runtime::Requirement]) -> Value {
    let schemes = row
        .iter()
        .map(|requirement| (requirement.scheme.to_owned(), json!(requirement.roles)));
    Value::Object(schemes.collect::<Map<_, _>>())
}

/// As contracts write it.
fn name(status: u16) -> String {
    match status {
        0 => "default".to_owned(),
        1..=5 => format!("{status}XX"),
        _ => status.to_string(),
    }
}
