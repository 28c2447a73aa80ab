//! Path templates: their syntax, and whether a request could match two of them.

use super::Context;
use crate::model::Operation;
use crate::source::Place;
use std::collections::BTreeMap;

/// The parameters of a template, in its order.
pub(super) fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(parameter)
}

/// The parameter that a segment is.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl<'d> Context<'d> {
    /// Reports a template that cannot be routed.
    pub(super) fn check_template(&mut self, path: &str, place: &Place) {
        let Some(rest) = path.strip_prefix('/') else {
            self.error(
                place,
                "path-syntax",
                format!("`{path}` does not begin with `/`"),
                "Begin it with `/`.",
            );
            return;
        };
        let literal = |segment: &str| {
            !segment.is_empty()
                && segment
                    .chars()
                    .all(|one| one.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(one))
        };
        let named = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name
                    .chars()
                    .all(|one| one.is_ascii_alphanumeric() || "_-.".contains(one))
        };
        let fine = |segment: &str| parameter(segment).map_or(literal(segment), named);
        if let Some(segment) = rest.split('/').find(|segment| !rest.is_empty() && !fine(segment)) {
            let message = format!("the segment `{segment}` of `{path}` cannot be routed");
            self.error(
                place,
                "path-syntax",
                message,
                "A segment is plain text or one whole `{parameter}`, which begins with a letter; none is empty.",
            );
        }
        let mut names: Vec<_> = parameters(path).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            self.error(
                place,
                "path-syntax",
                format!("`{path}` names a parameter twice"),
                "Rename one of them.",
            );
        }
    }

    /// Reports routes that are the same, or of which neither is more specific.
    ///
    /// Between two templates that overlap, the one with literal text where the other has a parameter wins. Where each
    /// has a parameter that the other has not, the document is ambiguous; only an alias may be, and then the route
    /// with the leftmost literal wins.
    pub(super) fn check_routes(&mut self, operations: &[Operation]) {
        let routes: Vec<_> = operations.iter().flat_map(Route::of).collect();
        let mut seen: BTreeMap<(String, &str), &Route> = BTreeMap::new();
        for route in &routes {
            let (path, method) = (route.path, route.operation.method.as_str());
            if let Some(other) = seen.insert((shape(path), method), route) {
                let (first, second) = (&other.operation.id, &route.operation.id);
                let message = format!("{method} {path} is routed to `{first}` and to `{second}`");
                let hint = "Remove one of the paths or aliases.";
                self.error(route.place, "duplicate-route", message, hint);
            }
        }
        for (at, route) in routes.iter().enumerate() {
            for other in routes.iter().take(at).filter(|other| route.is_unclear_beside(other)) {
                let message = format!("`{}` and `{}` match the same requests", route.path, other.path);
                let hint = "Name parameters alike, or change a path.";
                self.error(route.place, "ambiguous-path", message, hint);
            }
        }
    }
}

/// A path that leads to an operation: its own or an alias.
struct Route<'o> {
    path: &'o str,
    operation: &'o Operation,
    is_alias: bool,
    place: &'o Place,
}

impl<'o> Route<'o> {
    fn of(operation: &'o Operation) -> impl Iterator<Item = Self> {
        let own = (operation.path.as_str(), false, &operation.place);
        let aliases = operation
            .aliases
            .iter()
            .map(|alias| (alias.path.as_str(), true, &alias.place));
        [own]
            .into_iter()
            .chain(aliases)
            .map(move |(path, is_alias, place)| Self {
                path,
                operation,
                is_alias,
                place,
            })
    }

    fn is_unclear_beside(&self, other: &Self) -> bool {
        let renamed = self.path != other.path && shape(self.path) == shape(other.path);
        renamed || (!self.is_alias && !other.is_alias && is_ambiguous(self.path, other.path))
    }
}

/// A template without the names of its parameters.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|segment| parameter(segment).map_or(segment, |_| "{}"))
        .collect::<Vec<_>>()
        .join("/")
}

/// Whether two templates match a common request, and neither is more specific.
fn is_ambiguous(a: &str, b: &str) -> bool {
    let pairs: Vec<_> = a.split('/').zip(b.split('/')).collect();
    let is_parameter = |segment: &str| parameter(segment).is_some();
    let overlap = a.split('/').count() == b.split('/').count()
        && pairs.iter().all(|(a, b)| a == b || is_parameter(a) || is_parameter(b));
    overlap
        && pairs.iter().any(|(a, b)| !is_parameter(a) && is_parameter(b))
        && pairs.iter().any(|(a, b)| is_parameter(a) && !is_parameter(b))
}
