//! What is answered whatever the load: paths whose operations do not document 429, such as health checks and metrics,
//! and the documents. So nobody gets an answer from here that the contract does not have.

use std::collections::HashSet;
use std::sync::Arc;

use lockstep_runtime::Operation;

use super::docs;

/// The status that says that there were too many requests (RFC 6585, 4).
const TOO_MANY_REQUESTS: u16 = 429;

/// Paths without limits; clones share them.
#[derive(Clone, Debug)]
pub struct Unlimited(Arc<HashSet<&'static str>>);

impl Unlimited {
    /// The paths of the operations that do not document 429. Of paths with parameters there are none, or they stay
    /// limited.
    pub fn of(operations: &'static [&'static Operation]) -> Self {
        let is_limited = |operation: &Operation| operation.statuses.contains(&TOO_MANY_REQUESTS);
        let paths = operations.iter().filter(|operation| !is_limited(operation));
        let paths = paths.flat_map(|it| it.aliases.iter().map(|alias| alias.path).chain([it.path]));
        Self(Arc::new(paths.collect()))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.0.contains(path) || docs::is_document(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::OPERATIONS;

    #[test]
    fn a21_exactly_health_version_metrics_and_documents_are_unlimited() {
        let unlimited = Unlimited::of(OPERATIONS);
        let mut paths: Vec<_> = unlimited.0.iter().copied().collect();
        paths.sort_unstable();
        assert_eq!(paths, ["/health", "/health/live", "/metrics", "/version"]);
        for path in [
            "/docs/",
            "/docs/index.css",
            "/openapi.yaml",
            "/.well-known/security.txt",
        ] {
            assert!(unlimited.has(path), "{path}");
        }
        for path in ["/api/spaces", "/health/", "/nowhere", "/docsa", "/"] {
            assert!(!unlimited.has(path), "{path}");
        }
    }

    #[test]
    fn a22_what_can_be_limited_can_be_shed() {
        for operation in OPERATIONS.iter().filter(|it| it.statuses.contains(&TOO_MANY_REQUESTS)) {
            assert!(operation.statuses.contains(&503), "{}", operation.id);
        }
    }
}
