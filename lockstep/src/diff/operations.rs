//! Operations: which is which on either side, where they are routed, and what is said about them. What they are given
//! and what they answer have files of their own.

use super::Comparison;
use super::finding::{Anchor, Meaning, Spot, breaking_if, said};
use super::verdict::{Directions, Effect, Verdict};
use super::{Scope, rust};
use crate::model::{Alias, Deprecation, Operation};
use crate::names;
use std::collections::BTreeSet;

impl<'a> Comparison<'a> {
    pub(super) fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        let pairs = paired(&old.operations, &new.operations);
        for operation in &old.operations {
            if !pairs.iter().any(|(before, _)| std::ptr::eq(*before, operation)) {
                let message = format!("the operation {} {} is gone", operation.method, operation.path);
                self.scope = Scope::Fixed(Directions::BOTH);
                self.found(
                    "operation-removed",
                    spot(operation, operation).gone(),
                    message,
                    Meaning::GONE,
                );
            }
        }
        for operation in &new.operations {
            if !pairs.iter().any(|(_, after)| std::ptr::eq(*after, operation)) {
                let message = format!("the operation {} {} is new", operation.method, operation.path);
                self.scope = Scope::Fixed(Directions::BOTH);
                self.found(
                    "operation-added",
                    spot(operation, operation).come(),
                    message,
                    Meaning::EXTENDED,
                );
            }
        }
        for (before, after) in pairs {
            self.operation(before, after);
        }
        self.scope = Scope::Fixed(Directions::BOTH);
    }

    fn operation(&mut self, old: &'a Operation, new: &'a Operation) {
        let spot = spot(old, new);
        self.scope = Scope::Fixed(Directions::REQUEST);
        self.identity(&spot, old, new);
        self.routes(&spot, old, new);
        self.deprecation(&spot, old.deprecated.as_ref(), new.deprecated.as_ref());
        self.text("summary", &spot, &old.summary, &new.summary);
        self.text("description", &spot, &old.docs, &new.docs);
        if old.tag != new.tag {
            let message = format!("the tag is {}, was {}", new.tag, old.tag);
            self.found("tag-changed", spot.below(["tags"]), message, Meaning::NEUTRAL);
        }
        self.security(&spot, &old.security, &new.security);
        self.parameters(&spot, old, new);
        self.request_body(&spot, old.body.as_ref(), new.body.as_ref());
        self.scope = Scope::Fixed(Directions::RESPONSE);
        self.responses(&spot, old, new);
        self.error_type(&spot, old, new);
    }

    /// The name by which source calls the operation.
    fn identity(&mut self, spot: &Spot, old: &Operation, new: &Operation) {
        if old.id == new.id {
            return;
        }
        let message = format!("is called {}, was called {}", new.id, old.id);
        let rust = breaking_if(names::rust_value(&old.id) != names::rust_value(&new.id));
        let meaning = Meaning::new(Effect::SAME, rust, Effect::OTHER);
        self.found("operation-renamed", spot.below(["operationId"]), message, meaning);
    }

    /// A path that is still an alias is no loss, and generated clients take the new one by themselves.
    fn routes(&mut self, spot: &Spot, old: &Operation, new: &Operation) {
        let (before, after) = (routes(old), routes(new));
        for path in before.difference(&after) {
            let meaning = Meaning::new(Effect::OTHER, Verdict::Neutral, Effect::SAME);
            self.found("route-removed", spot.clone(), format!("{path} is gone"), meaning);
        }
        for path in after.difference(&before) {
            let meaning = Meaning::new(Effect::EXTENDED, Verdict::Neutral, Effect::SAME);
            self.found("route-added", spot.clone(), format!("{path} is new"), meaning);
        }
        if route(old, &old.path) != route(new, &new.path) && before == after {
            let message = format!("the path is {}, was {}", new.path, old.path);
            self.found("route-changed", spot.clone(), message, Meaning::NEUTRAL);
        }
        for alias in &new.aliases {
            if let Some(was) = old.aliases.iter().find(|was| was.path == alias.path) {
                self.alias(spot, was, alias);
            }
        }
    }

    fn alias(&mut self, spot: &Spot, old: &Alias, new: &Alias) {
        let (old_place, new_place) = (Anchor::Value(old.place.clone()), Anchor::Value(new.place.clone()));
        let spot = Spot::new(format!("{} at {}", spot.subject, new.path), old_place, new_place);
        self.dates(&spot, &old.deprecation, &new.deprecation);
    }

    /// Deprecation breaks nothing yet: the compiler warns, and answers carry the dates.
    fn deprecation(&mut self, spot: &Spot, old: Option<&Deprecation>, new: Option<&Deprecation>) {
        let message = match (old, new) {
            (None, Some(_)) => "is deprecated now",
            (Some(_), None) => "is no longer deprecated",
            (Some(old), Some(new)) => return self.dates(spot, old, new),
            (None, None) => return,
        };
        self.found("deprecated", spot.below(["deprecated"]), message, Meaning::EXTENDED);
    }

    fn dates(&mut self, spot: &Spot, old: &Deprecation, new: &Deprecation) {
        let meaning = Meaning::new(Effect::EXTENDED, Verdict::Neutral, Effect::SAME);
        for (what, old, new) in [
            ("the deprecation", &old.since, &new.since),
            ("the sunset", &old.sunset, &new.sunset),
            ("the successor", &old.successor, &new.successor),
        ] {
            if old != new {
                let message = format!("{what} {}", said(old.clone(), new.clone()));
                self.found("deprecation-changed", spot.clone(), message, meaning);
            }
        }
    }

    fn error_type(&mut self, spot: &Spot, old: &Operation, new: &Operation) {
        if !rust::error(self.old, old).is(&rust::error(self.new, new)) {
            let message = "errors of the Rust client hold another type";
            let meaning = Meaning::new(Effect::SAME, Verdict::Breaking, Effect::SAME);
            self.found("error-type-changed", spot.below(["responses"]), message, meaning);
        }
    }
}

fn spot(old: &Operation, new: &Operation) -> Spot {
    let (before, after) = (Anchor::Key(old.place.clone()), Anchor::Key(new.place.clone()));
    Spot::new(&new.id, before, after)
}

/// A method and a path, whatever its parameters are called.
fn route(operation: &Operation, path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let literal = segment.split_once('{').map(|(before, _)| before);
        literal.map_or(segment.to_owned(), |before| format!("{before}{{}}"))
    });
    format!("{} {}", operation.method, segments.collect::<Vec<_>>().join("/"))
}

/// Everything that leads to an operation.
fn routes(operation: &Operation) -> BTreeSet<String> {
    let aliases = operation.aliases.iter().map(|alias| alias.path.as_str());
    let paths = aliases.chain([operation.path.as_str()]);
    paths.map(|path| route(operation, path)).collect()
}

/// Which operation is which: the same route, else a route that the other still has, else the same name.
fn paired<'a>(old: &'a [Operation], new: &'a [Operation]) -> Vec<(&'a Operation, &'a Operation)> {
    let by_route = |a: &Operation, b: &Operation| route(a, &a.path) == route(b, &b.path);
    let by_alias = |a: &Operation, b: &Operation| !routes(a).is_disjoint(&routes(b));
    let by_name = |a: &Operation, b: &Operation| a.id == b.id;
    let same: [fn(&Operation, &Operation) -> bool; 3] = [by_route, by_alias, by_name];
    let mut pairs: Vec<(&Operation, &Operation)> = Vec::new();
    for same in same {
        for before in old {
            let taken = |one: &Operation| {
                pairs
                    .iter()
                    .any(|(a, b)| std::ptr::eq(*a, one) || std::ptr::eq(*b, one))
            };
            if taken(before) {
                continue;
            }
            if let Some(after) = new.iter().find(|after| !taken(after) && same(before, after)) {
                pairs.push((before, after));
            }
        }
    }
    pairs
}
