//! How an operation may refuse: one conversion per documented status.
//! A status without a problem document is an answer, not a refusal.

use crate::model::{Operation, Status};
use crate::names;

/// Whether the operation documents a problem of this status, by itself, by its class or by `default`.
pub(super) fn admits(operation: &Operation, status: u16) -> bool {
    let exact = operation
        .responses
        .iter()
        .find(|response| response.status == Status::Exact(status));
    let described = exact.or_else(|| {
        operation
            .responses
            .iter()
            .find(|response| response.status.covers(status))
    });
    described.is_some_and(crate::model::Response::is_problem)
}

/// The refusals of an operation, as a row of `refusals!`.
pub(super) fn row(operation: &Operation) -> String {
    let mut kinds: Vec<&str> = names::REFUSALS
        .iter()
        .filter(|(status, _)| admits(operation, *status))
        .map(|(_, kind)| *kind)
        .collect();
    if admits(operation, 500) && admits(operation, 503) {
        kinds.push("Fault");
    }
    if operation.body.is_some() {
        kinds.push("actix::UnreadableBody");
    }
    let name = names::pascal(&operation.id);
    format!(
        "    /// How `{}` may refuse.\n    pub {name}Refusal: {};\n",
        operation.id,
        wrapped(&kinds)
    )
}

/// The list on lines of the usual width, for rustfmt leaves the arguments of macros alone.
fn wrapped(kinds: &[&str]) -> String {
    let mut lines = vec![String::new()];
    for (at, kind) in kinds.iter().enumerate() {
        let separator = if at + 1 < kinds.len() { ", " } else { "" };
        let full = lines.last().is_some_and(|line| line.len() + kind.len() > 100);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            *line += kind;
            *line += separator;
        }
    }
    let text: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
    if let [one] = text.as_slice() {
        (*one).to_owned()
    } else {
        format!("\n        {}", text.join("\n        "))
    }
}
