//! Who may call: whether a request has credentials, and what came of it. A recording cannot show whose they are, so that
//! roles are told by their statuses.

use super::recording::values;
use super::request::Input;
use crate::model::{Api, Operation, SchemeKind};

/// What has to be seen of an operation that asks who is calling: that credentials are taken and refused, and what
/// happens without any.
pub(super) fn cells(operation: &Operation) -> Vec<&'static str> {
    match &operation.security {
        security if security.alternatives.is_empty() => Vec::new(),
        security if security.optional => vec![
            "credentials accepted",
            "credentials rejected",
            "no credentials accepted",
        ],
        _ => vec![
            "credentials accepted",
            "credentials rejected",
            "no credentials rejected",
        ],
    }
}

/// The cell that an answer of this status to such a request belongs to.
pub(super) fn seen(api: &Api, operation: &Operation, input: &Input<'_>, status: u16) -> Option<&'static str> {
    let mut schemes = operation.security.alternatives.iter().flat_map(|one| &one.schemes);
    match (status, schemes.any(|(name, _)| is_sent(api, name, input))) {
        (200..300, true) => Some("credentials accepted"),
        (200..300, false) => Some("no credentials accepted"),
        (401, true) => Some("credentials rejected"),
        (401, false) => Some("no credentials rejected"),
        _ => None,
    }
}

/// Whether a parameter of queries is a credential.
pub(super) fn is_in_query(api: &Api, parameter: &str) -> bool {
    let mut kinds = api.schemes.iter().map(|scheme| &scheme.kind);
    kinds.any(|kind| matches!(kind, SchemeKind::ApiKeyQuery(name) if name == parameter))
}

fn is_sent(api: &Api, scheme: &str, input: &Input<'_>) -> bool {
    let found = api.schemes.iter().find(|one| one.name == scheme);
    found.is_some_and(|scheme| match &scheme.kind {
        SchemeKind::Bearer(_) | SchemeKind::Basic => values(input.headers, "authorization").next().is_some(),
        SchemeKind::ApiKeyHeader(name) => values(input.headers, name).next().is_some(),
        SchemeKind::ApiKeyQuery(name) => input.query.iter().any(|(key, _)| key == name),
        SchemeKind::ApiKeyCookie(name) => input.cookies.iter().any(|(key, _)| key == name),
    })
}
