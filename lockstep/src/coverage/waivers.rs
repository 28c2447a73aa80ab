//! Waivers: cells that nobody has to see, each with a reason. Whether one is needed is told by what was seen.

use super::Error;
use super::report::Cell;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// The file beside a contract.
pub(super) const FILE: &str = "coverage-waivers.toml";

/// Stands for every operation.
const ALL: &str = "*";

/// Cells that nobody has to see.
pub(super) struct Waiver {
    /// Where it is written: file and line.
    pub(super) place: String,
    /// Each `operationId`; one is `*` where every operation is meant.
    operations: Vec<String>,
    /// The cells, as the report names them.
    cells: Vec<String>,
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
    operation: Option<String>,
    operations: Option<Vec<String>>,
    status: Option<Status>,
    cell: Option<String>,
    cells: Option<Vec<String>>,
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
    let operations = match (entry.operation, entry.operations) {
        (Some(operation), None) => vec![operation],
        (None, Some(operations)) if !operations.is_empty() => operations,
        _ => return Err(wrong("a waiver has either an `operation` or `operations`")),
    };
    let cells = match (entry.status, entry.cell, entry.cells) {
        (Some(Status::Number(code)), None, None) => vec![code.to_string()],
        (Some(Status::Text(status)), None, None) => vec![status],
        (None, Some(cell), None) => vec![cell],
        (None, None, Some(cells)) if !cells.is_empty() => cells,
        _ => return Err(wrong("a waiver has either a `status`, a `cell` or `cells`")),
    };
    Ok(Waiver {
        place: place.to_owned(),
        operations,
        cells,
        reason: entry.reason,
    })
}

impl Waiver {
    /// Each cell that is meant, of those that there are with their counts.
    pub(super) fn cells(&self, all: &BTreeMap<Cell, u64>) -> Vec<Cell> {
        let pairs = self.operations.iter().flat_map(|operation| {
            let cells = self.cells.iter();
            cells.map(move |cell| (operation.clone(), cell.clone()))
        });
        pairs
            .flat_map(|(operation, cell)| match operation.as_str() {
                ALL => unseen(&cell, all),
                _ => vec![Cell { operation, cell }],
            })
            .collect()
    }
}

/// The cells of a name that were not seen, of any operation; else one that says why there are none.
fn unseen(name: &str, all: &BTreeMap<Cell, u64>) -> Vec<Cell> {
    let named = || all.iter().filter(|(cell, _)| cell.cell == name);
    let unseen: Vec<_> = named()
        .filter(|(_, count)| **count == 0)
        .map(|(cell, _)| cell.clone())
        .collect();
    if !unseen.is_empty() {
        return unseen;
    }
    let none = Cell {
        operation: ALL.to_owned(),
        cell: name.to_owned(),
    };
    vec![named().next().map_or(none, |(cell, _)| cell.clone())]
}

fn place(path: &Path, text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{}:{line}", path.display())
}
