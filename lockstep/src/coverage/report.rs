//! What was seen and what is missing, as plain data and as JSON. How people read it is in the module beside.

use super::files::Place;
use super::waivers::Waiver;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many places are kept of exchanges that are counted apart.
const PLACES: usize = 5;

/// What has to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every status of every operation, in valid answers.
    #[default]
    Statuses,
    /// Also every media type and optional header of answers, credentials and their absence, and every constraint on
    /// requests, accepted and rejected.
    Constraints,
}

/// What recordings show of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The contract's file, as it was named.
    pub contract: String,
    /// What has to be seen.
    pub required: Level,
    /// Whether everything was seen that has to be, nothing contradicts the contract, and no waiver is needless.
    pub complete: bool,
    /// Exchanges that were judged.
    pub exchanges: u64,
    /// Exchanges that no operation is meant by.
    pub foreign: Apart,
    /// Exchanges without an answer.
    pub unanswered: Apart,
    /// Exchanges whose answer has a body that was not recorded: they count for nothing.
    pub incomplete: Apart,
    /// Every operation of the contract, sorted by path and then by method.
    pub operations: Vec<OperationCoverage>,
    /// Answers that contradict the contract.
    pub contradictions: Vec<Contradiction>,
    /// Cells that were never seen and are not waived.
    pub missing: Vec<Cell>,
    /// Cells that were never seen, and need not be.
    pub waived: Vec<Waived>,
    /// Waivers that nothing needs.
    pub needless: Vec<Needless>,
}

/// Exchanges that are counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// How many there are.
    pub count: u64,
    /// Where the first of them stand.
    pub first: Vec<String>,
}

/// What was seen of an operation. The keys of maps are the names of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationCoverage {
    /// Its `operationId`.
    pub operation: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Answers by documented status: `200`, `4XX`, `default`.
    pub statuses: BTreeMap<String, u64>,
    /// Answers by undocumented status.
    pub undocumented: BTreeMap<u16, u64>,
    /// Answers by documented status and media type: `200 application/json`.
    pub media_types: BTreeMap<String, u64>,
    /// Answers by documented status and optional header: `200 ETag`.
    pub optional_headers: BTreeMap<String, u64>,
    /// Requests by credentials and what came of them: `credentials accepted`, `no credentials rejected`.
    pub security: BTreeMap<String, u64>,
    /// Requests by constraint: `body /title maxLength`, `query /limit minimum`, `body required`.
    pub constraints: BTreeMap<String, Constraint>,
}

/// How often a constraint was seen from both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Constraint {
    /// Requests that keep it and were answered 2xx.
    pub accepted: u64,
    /// Requests that break it and were answered 400 or 422; if the answer lists violations, this is among them.
    pub rejected: u64,
}

/// Answers that contradict the contract in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The operation.
    pub operation: String,
    /// The status that was answered.
    pub status: u16,
    /// A stable name for the kind, such as `missing-header`.
    pub code: &'static str,
    /// What is wrong, with the place in the answer.
    pub message: String,
    /// How often it was seen.
    pub count: u64,
    /// Where it was seen first.
    pub first: String,
}

/// Something that can be seen of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// The operation.
    pub operation: String,
    /// A status, `200 application/json`, `200 ETag`, `no credentials rejected`, or a constraint and its side: `body /title
    /// maxLength rejected`.
    pub cell: String,
}

/// A waiver that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// What need not be seen.
    #[serde(flatten)]
    pub cell: Cell,
    /// Why.
    pub reason: String,
}

/// A waiver that nothing needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Needless {
    /// What it waives.
    #[serde(flatten)]
    pub cell: Cell,
    /// Where it is written.
    pub place: String,
    /// Why it is needless.
    pub why: &'static str,
}

impl Apart {
    pub(super) fn add(&mut self, place: Place<'_>) {
        self.count += 1;
        if self.first.len() < PLACES {
            self.first.push(place.to_string());
        }
    }
}

impl OperationCoverage {
    /// Every status cell with its count, then those of the other level. What belongs to a status is asked for once that was
    /// seen: without it, nobody has to be told twice.
    fn cells(&self, level: Level) -> impl Iterator<Item = (Cell, u64)> {
        let cell = |cell: String| Cell {
            operation: self.operation.clone(),
            cell,
        };
        let more = (level == Level::Constraints).then_some(self).into_iter();
        let is_answered = |(name, _): &(&String, &u64)| {
            let status = name.split(' ').next().unwrap_or_default();
            self.statuses.get(status).is_some_and(|count| *count > 0)
        };
        let parts = more
            .clone()
            .flat_map(|one| one.media_types.iter().chain(&one.optional_headers));
        let security = more.clone().flat_map(|one| &one.security);
        let counts = self.statuses.iter().chain(parts.filter(is_answered)).chain(security);
        let counts = counts.map(move |(name, count)| (cell(name.clone()), *count));
        let sides = more.flat_map(|one| &one.constraints).flat_map(move |(name, sides)| {
            [("accepted", sides.accepted), ("rejected", sides.rejected)]
                .map(|(side, count)| (cell(format!("{name} {side}")), count))
        });
        counts.chain(sides)
    }
}

impl Report {
    /// Settles what is missing, what is waived, and which waivers are needless.
    pub(super) fn settle(&mut self, waivers: Vec<Waiver>) {
        let all = self.operations.iter().flat_map(|one| one.cells(Level::Constraints));
        let all: BTreeMap<Cell, u64> = all.collect();
        let mut waived = BTreeSet::new();
        for waiver in waivers {
            let cells = waiver.cells(&all);
            for cell in cells {
                let why = match all.get(&cell) {
                    None => "there is no such cell",
                    Some(0) if waived.insert(cell.clone()) => {
                        let reason = waiver.reason.clone();
                        self.waived.push(Waived { cell, reason });
                        continue;
                    }
                    Some(0) => "it is waived already",
                    Some(_) => "it was seen",
                };
                let place = waiver.place.clone();
                self.needless.push(Needless { cell, place, why });
            }
        }
        let demanded = self.operations.iter().flat_map(|one| one.cells(self.required));
        let unseen = demanded.filter(|(cell, count)| *count == 0 && !waived.contains(cell));
        self.missing = unseen.map(|(cell, _)| cell).collect();
        self.complete = self.missing.is_empty() && self.contradictions.is_empty() && self.needless.is_empty();
    }

    /// The report as JSON, with the same members in the same order every time.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What came out, in a sentence.
    pub fn summary(&self) -> String {
        let cells = self.operations.iter().flat_map(|one| one.cells(self.required));
        let (seen, all) = cells.fold((0, 0), |(seen, all), (_, count)| (seen + u64::from(count > 0), all + 1));
        format!(
            "{} exchanges; {seen} of {all} cells seen, {} waived, {} missing; {} contradictions, {} needless waivers; \
             counted apart: {} foreign, {} unanswered, {} incomplete",
            self.exchanges,
            self.waived.len(),
            self.missing.len(),
            self.contradictions.len(),
            self.needless.len(),
            self.foreign.count,
            self.unanswered.count,
            self.incomplete.count,
        )
    }
}
