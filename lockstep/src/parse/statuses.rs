//! Answers that the generated layer itself can give: each of them must be documented, and every error is a problem.

use super::Context;
use crate::model::{Operation, Response, Status};
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
                .any(|one| covers(one.status, status) && one.is_problem())
            {
                let message = format!("`{}` can answer {status}, which is not documented: {why}", operation.id);
                let hint =
                    format!("Document '{status}' with an application/problem+json body; 4XX, 5XX or default will do.");
                self.error(&own.key_place, "undocumented-status", message, hint);
            }
        }
        if !operation
            .responses
            .iter()
            .any(|one| matches!(one.status, Status::Exact(..400)))
        {
            let message = format!("`{}` has no answer for success", operation.id);
            self.error(&own.key_place, "no-success", message, "Document a status below 400.");
        }
        for response in &operation.responses {
            let place = place(&key(response.status)).unwrap_or_else(|| own.key_place.clone());
            self.check_error(response, &place);
        }
    }

    fn check_error(&mut self, response: &Response, place: &Place) {
        let name = key(response.status);
        let is_error = !matches!(response.status, Status::Exact(..400));
        if is_error != response.is_problem() {
            let (code, message, hint) = if is_error {
                (
                    "error-not-problem",
                    format!("the error `{name}` is no problem document"),
                    "Give it an application/problem+json body.",
                )
            } else {
                (
                    "problem-success",
                    format!("the success `{name}` is a problem document"),
                    "Use application/json.",
                )
            };
            self.error(place, code, message, hint);
            return;
        }
        if !is_error {
            return;
        }
        let expected = |header: &str| {
            ERROR_HEADERS
                .iter()
                .chain(&OPTIONAL_HEADERS)
                .find(|(status, name)| covers(response.status, *status) && header.eq_ignore_ascii_case(name))
        };
        for header in response
            .headers
            .iter()
            .filter(|header| expected(&header.name).is_none())
        {
            let message = format!("the header `{}` cannot be sent with the problem `{name}`", header.name);
            let hint = "Only 401 has WWW-Authenticate, 429 and 503 have Retry-After, and 429 may have RateLimit and \
                RateLimit-Policy; put the rest into the problem's detail.";
            self.error(place, "problem-header", message, hint);
        }
        let Status::Exact(status) = response.status else { return };
        let Some((_, header)) = ERROR_HEADERS.iter().find(|(of, _)| *of == status) else {
            return;
        };
        if !response
            .headers
            .iter()
            .any(|one| one.required && one.name.eq_ignore_ascii_case(header))
        {
            let message = format!("the answer {status} does not document `{header}`, which it always has");
            self.error(
                place,
                "missing-header",
                message,
                format!("Document the header `{header}` with `required: true`."),
            );
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
        .any(|one| matches!(one.status, Status::Exact(..400)) && one.body.is_some());
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
    ];
    reasons
        .into_iter()
        .filter(|(_, applies, _)| *applies)
        .map(|(status, _, why)| (status, why))
        .collect()
}

fn covers(documented: Status, status: u16) -> bool {
    match documented {
        Status::Exact(exact) => exact == status,
        Status::Class(class) => u16::from(class) == status / 100,
        Status::Default => true,
    }
}

/// A status as a document writes it.
fn key(status: Status) -> String {
    match status {
        Status::Exact(status) => status.to_string(),
        Status::Class(class) => format!("{class}XX"),
        Status::Default => "default".to_owned(),
    }
}
