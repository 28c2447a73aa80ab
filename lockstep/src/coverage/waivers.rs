//! Waivers: cells that nobody has to see, each with a reason. Whether one is needed is told by what was seen.

use super::Error;
use serde::Deserialize;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// The file beside a contract.
pub(super) const FILE: &str = "coverage-waivers.toml";

/// A cell that nobody has to see.
pub(super) struct Waiver {
    /// Where it is written: file and line.
    pub(super) place: String,
    /// The `operationId`.
    pub(super) operation: String,
    /// The cell, as the report names it.
    pub(super) cell: String,
    /// Why nobody has to.
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    waivers: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    operation: String,
    status: Option<Status>,
    constraint: Option<String>,
    reason: String,
}

/// A status, as people write it: `500`, `"500"`, `"4XX"`, `"default"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Status {
    Number(u16),
    Text(String),
}

/// Reads the waivers of a file; none if nobody has named it and it is not there.
pub(super) fn load(contract: &Path, named: Option<&Path>) -> Result<Vec<Waiver>, Error> {
    let beside = contract.with_file_name(FILE);
    let path = match named {
        Some(named) => named,
        None if beside.exists() => &beside,
        None => return Ok(Vec::new()),
    };
    let text = std::fs::read_to_string(path).map_err(|source| Error::unreadable(path, source))?;
    let document: Document = toml::from_str(&text).map_err(|source| Error::Waivers {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let waivers = document.waivers.into_iter();
    waivers
        .map(|entry| waiver(&place(path, &text, entry.span()), entry.into_inner()))
        .collect()
}

fn waiver(place: &str, entry: Entry) -> Result<Waiver, Error> {
    let wrong = |reason: &str| Error::Broken {
        place: place.to_owned(),
        reason: reason.to_owned(),
    };
    if entry.reason.trim().is_empty() {
        return Err(wrong("a waiver needs a reason"));
    }
    let cell = match (entry.status, entry.constraint) {
        (Some(Status::Number(code)), None) => code.to_string(),
        (Some(Status::Text(status)), None) => status,
        (None, Some(constraint)) => constraint,
        _ => return Err(wrong("a waiver has either a `status` or a `constraint`")),
    };
    Ok(Waiver {
        place: place.to_owned(),
        operation: entry.operation,
        cell,
        reason: entry.reason,
    })
}

fn place(path: &Path, text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{}:{line}", path.display())
}
