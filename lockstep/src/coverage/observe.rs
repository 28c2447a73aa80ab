//! One exchange after another becomes counts: which cells were seen, and which answers contradict the contract.
//! What is demanded of the counts is decided elsewhere.

use super::answer::{self, Judge};
use super::files::Place;
use super::media::MediaType;
use super::recording::{Exchange, Response, values};
use super::report::{Apart, Constraint, Contradiction, OperationCoverage};
use super::request::{self, Input};
use super::routes::Routes;
use super::security;
use super::verdicts::{Blamed, Verdicts};
use crate::model::{self, Api, Operation};
use std::collections::{BTreeMap, BTreeSet};

/// What has been seen so far.
pub(super) struct Observer<'a> {
    judge: Judge<'a>,
    routes: Routes<'a>,
    operations: BTreeMap<&'a str, OperationCoverage>,
    contradictions: BTreeMap<Subject, (u64, String)>,
    pub(super) exchanges: u64,
    pub(super) foreign: Apart,
    pub(super) incomplete: Apart,
    pub(super) unanswered: Apart,
}

/// What a contradiction is about: operation, status, code, message.
type Subject = (String, u16, &'static str, String);

impl<'a> Observer<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let judge = Judge::new(api);
        let cells = |operation: &'a Operation| (operation.id.as_str(), cells(&judge, operation));
        Self {
            operations: api.operations.iter().map(cells).collect(),
            routes: Routes::new(api),
            judge,
            contradictions: BTreeMap::new(),
            exchanges: 0,
            foreign: Apart::default(),
            incomplete: Apart::default(),
            unanswered: Apart::default(),
        }
    }

    /// Counts an exchange.
    pub(super) fn observe(&mut self, place: Place<'_>, exchange: &Exchange) {
        let Exchange { request, response } = exchange;
        let Some((operation, arguments)) = self.routes.find(&request.method, request.path()) else {
            return self.foreign.add(place);
        };
        if response.status == 0 {
            return self.unanswered.add(place);
        }
        let Some(documented) = answer::documented(operation, response.status) else {
            return self.undocumented(place, operation, response.status);
        };
        if answer::is_incomplete(documented, response) {
            return self.incomplete.add(place);
        }
        self.exchanges += 1;
        self.seen(operation, documented, response);
        for (code, message) in self.judge.contradictions(documented, response) {
            self.contradiction(place, operation, response.status, code, message);
        }
        let input = Input::new(self.judge.api(), operation, request, &arguments);
        if let Some(cell) = security::seen(self.judge.api(), operation, &input, response.status) {
            let coverage = self.operations.get_mut(operation.id.as_str());
            let count = coverage.and_then(|coverage| coverage.security.get_mut(cell));
            count.into_iter().for_each(|count| *count += 1);
        }
        let verdicts = Verdicts::of(self.judge.api(), self.judge.patterns(), operation, &input);
        self.judged(place, operation, response, verdicts);
    }

    fn undocumented(&mut self, place: Place<'_>, operation: &Operation, status: u16) {
        self.exchanges += 1;
        if let Some(coverage) = self.operations.get_mut(operation.id.as_str()) {
            *coverage.undocumented.entry(status).or_default() += 1;
        }
        let message = "the status is not documented".to_owned();
        self.contradiction(place, operation, status, "undocumented-status", message);
    }

    /// Counts the status, the media type and the optional headers.
    fn seen(&mut self, operation: &Operation, documented: &model::Response, response: &Response) {
        let Some(coverage) = self.operations.get_mut(operation.id.as_str()) else {
            return;
        };
        let status = documented.status.to_string();
        *coverage.statuses.entry(status.clone()).or_default() += 1;
        if response.body().is_some_and(|body| !body.is_empty()) {
            let media_type = format!("{status} {}", response.media_type().printable());
            *coverage.media_types.entry(media_type).or_default() += 1;
        }
        for header in documented.headers.iter().filter(|header| !header.required) {
            if values(&response.headers, &header.name).next().is_some() {
                let name = format!("{status} {}", header.name);
                *coverage.optional_headers.entry(name).or_default() += 1;
            }
        }
    }

    /// What the answer makes of the rules that the request keeps and breaks.
    fn judged(&mut self, place: Place<'_>, operation: &Operation, response: &Response, verdicts: Verdicts) {
        match response.status {
            200..300 => {
                for broken in verdicts.broken.iter().filter(|broken| !broken.may_be_unrecorded()) {
                    let message = format!("accepted although the request breaks {}", broken.name);
                    self.contradiction(place, operation, response.status, "accepted-violation", message);
                }
                self.count(operation, &verdicts.kept, |sides| &mut sides.accepted);
            }
            400 | 422 => {
                let blamed = Blamed::of(response);
                let broken = verdicts.broken.iter().filter(|broken| blamed.covers(broken));
                let names = broken.map(|broken| broken.name.clone()).collect();
                self.count(operation, &names, |sides| &mut sides.rejected);
            }
            _ => {}
        }
    }

    fn count(&mut self, operation: &Operation, names: &BTreeSet<String>, side: fn(&mut Constraint) -> &mut u64) {
        let Some(coverage) = self.operations.get_mut(operation.id.as_str()) else {
            return;
        };
        for name in names {
            if let Some(sides) = coverage.constraints.get_mut(name) {
                *side(sides) += 1;
            }
        }
    }

    fn contradiction(
        &mut self,
        place: Place<'_>,
        operation: &Operation,
        status: u16,
        code: &'static str,
        message: String,
    ) {
        let subject = (operation.id.clone(), status, code, message);
        let entry = self.contradictions.entry(subject);
        entry.or_insert_with(|| (0, place.to_string())).0 += 1;
    }

    /// Every operation in the contract's order, and the contradictions by operation.
    pub(super) fn finish(self) -> (Vec<OperationCoverage>, Vec<Contradiction>) {
        let mut operations = self.operations;
        let ordered = self.judge.api().operations.iter();
        let ordered = ordered.filter_map(|operation| operations.remove(operation.id.as_str()));
        let contradictions = self.contradictions.into_iter().map(|(subject, (count, first))| {
            let (operation, status, code, message) = subject;
            Contradiction {
                operation,
                status,
                code,
                message,
                count,
                first,
            }
        });
        (ordered.collect(), contradictions.collect())
    }
}

/// Every cell of an operation, not seen yet.
fn cells<'a>(judge: &Judge<'a>, operation: &'a Operation) -> OperationCoverage {
    let statuses = operation
        .responses
        .iter()
        .map(|response| (response.status.to_string(), 0));
    let optional = operation.responses.iter().flat_map(|response| {
        let headers = response.headers.iter().filter(|header| !header.required);
        headers.map(|header| (format!("{} {}", response.status, header.name), 0))
    });
    let media_types = operation.responses.iter().filter_map(|response| {
        let media_type = MediaType::parse(&response.body.as_ref()?.media_type);
        Some((format!("{} {}", response.status, media_type.printable()), 0))
    });
    let mut constraints = BTreeMap::new();
    request::visit(judge.api(), judge.patterns(), operation, None, &mut |place, finding| {
        constraints.insert(answer::constraint(place, &finding), Constraint::default());
    });
    OperationCoverage {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        statuses: statuses.collect(),
        undocumented: BTreeMap::new(),
        media_types: media_types.collect(),
        optional_headers: optional.collect(),
        security: security::cells(operation)
            .into_iter()
            .map(|cell| (cell.to_owned(), 0))
            .collect(),
        constraints,
    }
}
