//! Answers that the generated layer itself can give: each of them must be documented, and every error is a problem.

use super::Context;
use crate::model::{Header, Operation, Response, Status};
use crate::names;
use crate::source::{Node, Place};

/// The header that an error status must document, if any.
const ERROR_HEADERS: [(u16, &str); 3] = [(401, "WWW-Authenticate"), (429, "Retry-After"), (503, "Retry-After")];

/// The headers that an error status may document beyond that.
const OPTIONAL_HEADERS: [(u16, &str); 2] = [(429, "RateLimit"), (429, "RateLimit-Policy")];

impl<'d> Context<'d> {
    /// Reports statuses that are missing, and errors that are written in another way than the runtime does.
    pub(super) fn check_statuses(&mut self, operation: &Operation, node: &'d Node) {
        let place = |key: &str| {
            let entries = node.get("responses").map(Node::entries).unwrap_or_default();
            entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| entry.key_place.clone())
        };
        let own = node.entries().iter().find(|entry| entry.key == "responses");
        let Some(own) = own else { return };
        for (status, why) in generated(operation) {
            if !operation
                .responses
                .iter()
                .any(|one| one.status.covers(status) && one.is_problem())
            {
                let message = format!("`{}` can answer {status}, which is not documented: {why}", operation.id);
                let hint =
                    format!("Document '{status}' with an application/problem+json body; 4XX, 5XX or default will do.");
                self.error(&own.key_place, "undocumented-status", message, hint);
            }
        }
        if !operation.responses.iter().any(|one| one.status.is_success()) {
            let message = format!("`{}` has no answer for success", operation.id);
            self.error(&own.key_place, "no-success", message, "Document a status below 400.");
        }
        for response in &operation.responses {
            let place = place(&response.status.to_string()).unwrap_or_else(|| own.key_place.clone());
            self.check_error(response, &place);
        }
    }

    fn check_error(&mut self, response: &Response, place: &Place) {
        let status = response.status;
        match (status.is_success(), response.is_problem()) {
            (true, false) => {}
            (true, true) => {
                let message = format!("the success `{status}` is a problem document");
                self.error(place, "problem-success", message, "Use application/json.");
            }
            (false, false) => {
                let message = format!("the error `{status}` is no problem document");
                let hint = "Give it an application/problem+json body.";
                self.error(place, "error-not-problem", message, hint);
            }
            (false, true) => self.check_problem_answer(response, place),
        }
    }

    /// Reports a problem of a status or with headers that the runtime does not write.
    fn check_problem_answer(&mut self, response: &Response, place: &Place) {
        if let Status::Exact(code) = response.status
            && names::refusal(code).is_none()
        {
            let codes: Vec<_> = names::REFUSALS.iter().map(|(code, _)| code.to_string()).collect();
            let message = format!("nothing can refuse with {code}");
            let hint = format!("Use one of {}; the problem's code tells more.", codes.join(", "));
            self.error(place, "unsupported-error", message, hint);
        }
        let known = |header: &Header| {
            ERROR_HEADERS
                .iter()
                .chain(&OPTIONAL_HEADERS)
                .any(|(code, name)| response.status.covers(*code) && header.name.eq_ignore_ascii_case(name))
        };
        for header in response.headers.iter().filter(|header| !known(header)) {
            let message = format!(
                "the header `{}` cannot be sent with the problem `{}`",
                header.name, response.status
            );
            let hint = "Only 401 has WWW-Authenticate, 429 and 503 have Retry-After, and 429 may have RateLimit and \
                RateLimit-Policy; put the rest into the problem's detail.";
            self.error(place, "problem-header", message, hint);
        }
        let own = |code: &u16| response.status == Status::Exact(*code);
        let Some((code, header)) = ERROR_HEADERS.iter().find(|(code, _)| own(code)) else {
            return;
        };
        let sent = |one: &Header| one.required && one.name.eq_ignore_ascii_case(header);
        if !response.headers.iter().any(sent) {
            let message = format!("the answer {code} does not document `{header}`, which it always has");
            let hint = format!("Document the header `{header}` with `required: true`.");
            self.error(place, "missing-header", message, hint);
        }
    }
}

/// The statuses that the generated layer itself can answer, each with the reason.
fn generated(operation: &Operation) -> Vec<(u16, &'static str)> {
    let has_body = operation.body.is_some();
    let has_input = has_body || !operation.parameters.is_empty();
    let alternatives = &operation.security.alternatives;
    let has_roles = alternatives
        .iter()
        .flat_map(|one| &one.schemes)
        .any(|(_, roles)| !roles.is_empty());
    let negotiates = operation
        .responses
        .iter()
        .any(|one| one.status.is_success() && one.body.is_some());
    let reasons = [
        (400, has_input, "parameters or a body can be malformed"),
        (401, !alternatives.is_empty(), "a token can be missing or wrong"),
        (403, has_roles, "a role is required"),
        (406, negotiates, "the Accept header can refuse the media type"),
        (408, has_body, "the body can come too slowly"),
        (413, has_body, "the body can be too large"),
        (415, has_body, "the body can be of another media type"),
        (422, has_input, "parameters or a body can be invalid"),
        (500, true, "the server can fail"),
        (
            503,
            !alternatives.is_empty(),
            "what verifies credentials can be unavailable",
        ),
    ];
    reasons
        .into_iter()
        .filter(|(_, applies, _)| *applies)
        .map(|(status, _, why)| (status, why))
        .collect()
}
