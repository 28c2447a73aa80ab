//! What an operation is given: parameters and the body. All of it travels in requests.

use super::finding::{Anchor, Meaning, Spot, breaking_if};
use super::verdict::{Effect, Verdict};
use super::{Comparison, rust};
use crate::lower;
use crate::model::{Body, Location, Operation, Parameter, Type};
use crate::names;

impl<'a> Comparison<'a> {
    pub(super) fn parameters(&mut self, operation: &Spot, old: &'a Operation, new: &'a Operation) {
        for parameter in &old.parameters {
            match counterpart(parameter, old, new) {
                Some(after) => self.parameter(operation, parameter, after),
                None => {
                    // Who sends it is refused, or no longer heard.
                    let spot = spot(operation, parameter, parameter).gone();
                    self.found("parameter-removed", spot, "the parameter is gone", Meaning::GONE);
                }
            }
        }
        for parameter in &new.parameters {
            if counterpart(parameter, new, old).is_none() {
                self.added_parameter(operation, parameter);
            }
        }
    }

    fn added_parameter(&mut self, operation: &Spot, parameter: &'a Parameter) {
        let (code, message, effect) = if parameter.required {
            (
                "required-parameter-added",
                "the parameter is new and required",
                Effect::NARROWER,
            )
        } else {
            ("parameter-added", "the parameter is new", Effect::EXTENDED)
        };
        // A builder gets a method; that it must be called is found out when the request is sent.
        let meaning = Meaning::new(effect, Verdict::Compatible, effect);
        self.found(code, spot(operation, parameter, parameter).come(), message, meaning);
    }

    fn parameter(&mut self, operation: &Spot, old: &'a Parameter, new: &'a Parameter) {
        let spot = spot(operation, old, new);
        self.parameter_name(&spot, old, new);
        self.required(&spot.below(["required"]), old.required, new.required);
        if old.explode != new.explode {
            let message = if new.explode {
                "its items repeat the name, were joined by commas"
            } else {
                "its items are joined by commas, repeated the name"
            };
            let meaning = Meaning::new(Effect::OTHER, Verdict::Neutral, Effect::SAME);
            self.found("style-changed", spot.below(["explode"]), message, meaning);
        }
        let schema = spot.below(["schema"]);
        let (default, was) = ((&new.default, new.required), (&old.default, old.required));
        self.default(&schema, was, default, Verdict::Neutral);
        let same = rust::argument(self.old, &old.ty).is(&rust::argument(self.new, &new.ty));
        let details = self.values(&old.ty, &new.ty);
        self.details(&schema, details, same);
        self.text("description", &spot, &old.docs, &new.docs);
        self.examples(&spot, old.example.as_slice(), new.example.as_slice());
        self.deprecated(&spot, old.deprecated, new.deprecated);
    }

    /// Names of path parameters are not sent, and those of headers are the same in any case; source uses them.
    fn parameter_name(&mut self, spot: &Spot, old: &Parameter, new: &Parameter) {
        if old.name == new.name {
            return;
        }
        let called = |parameter: &Parameter| match parameter.location {
            Location::Header => names::camel(&parameter.name),
            _ => parameter.name.clone(),
        };
        let rust = breaking_if(lower::argument(old) != lower::argument(new));
        let typescript = Effect::of_sets(called(old) == called(new), called(old) == called(new));
        let message = format!("is called {}, was called {}", new.name, old.name);
        let meaning = Meaning::new(Effect::SAME, rust, typescript);
        self.found("parameter-renamed", spot.below(["name"]), message, meaning);
    }

    /// Builders have the same methods, whether they must be called or not.
    fn required(&mut self, spot: &Spot, old: bool, new: bool) {
        let (message, effect) = match (old, new) {
            (false, true) => ("is required now", Effect::NARROWER),
            (true, false) => ("is no longer required", Effect::WIDER),
            _ => return,
        };
        let meaning = Meaning::new(effect, Verdict::Neutral, effect);
        self.found("required-changed", spot.clone(), message, meaning);
    }

    pub(super) fn request_body(&mut self, operation: &Spot, old: Option<&'a Body>, new: Option<&'a Body>) {
        let spot = operation
            .called(format!("{} request body", operation.subject))
            .below(["requestBody"]);
        match (old, new) {
            (Some(old), Some(new)) => self.paired_bodies(&spot, old, new),
            (Some(_), None) => self.found("body-removed", spot.gone(), "the body is gone", Meaning::GONE),
            (None, Some(body)) => {
                let (message, effect) = if body.required {
                    ("the body is new and required", Effect::NARROWER)
                } else {
                    ("the body is new", Effect::EXTENDED)
                };
                let meaning = Meaning::new(effect, Verdict::Compatible, effect);
                self.found("body-added", spot.come(), message, meaning);
            }
            (None, None) => {}
        }
    }

    fn paired_bodies(&mut self, spot: &Spot, old: &'a Body, new: &'a Body) {
        self.required(&spot.below(["required"]), old.required, new.required);
        let same = rust::body(self.old, &old.ty).is(&rust::body(self.new, &new.ty));
        self.body(spot, old, new, same);
        self.text("description", spot, &old.docs, &new.docs);
    }

    /// The media type and the type of a body, of a request or an answer.
    pub(super) fn body(&mut self, spot: &Spot, old: &'a Body, new: &'a Body, same_rust: bool) {
        let content = spot.below(["content"]);
        if old.media_type != new.media_type {
            let message = format!("the media type is {}, was {}", new.media_type, old.media_type);
            // What is inside is told apart from what it is called: clients say and expect the right one by themselves.
            let meaning = Meaning::new(Effect::OTHER, Verdict::Neutral, Effect::SAME);
            self.found("media-type-changed", content.clone(), message, meaning);
        }
        let details = match (&old.ty, &new.ty) {
            (Type::Bytes, Type::Bytes) => Vec::new(),
            (old, new) => self.values(old, new),
        };
        self.details(&content, details, same_rust);
    }
}

/// The same parameter on the other side: by place in the path, else by name.
fn counterpart<'a>(parameter: &Parameter, own: &Operation, other: &'a Operation) -> Option<&'a Parameter> {
    let in_path = |parameter: &&Parameter| parameter.location == Location::Path;
    if in_path(&parameter) {
        let at = own.parameters.iter().filter(in_path).position(|one| one == parameter)?;
        return other.parameters.iter().filter(in_path).nth(at);
    }
    let same = |one: &&Parameter| {
        let names_agree = match one.location {
            Location::Header => one.name.eq_ignore_ascii_case(&parameter.name),
            _ => one.name == parameter.name,
        };
        one.location == parameter.location && names_agree
    };
    other.parameters.iter().find(same)
}

fn spot(operation: &Spot, old: &Parameter, new: &Parameter) -> Spot {
    let location = match new.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    let anchor = |parameter: &Parameter| Anchor::Value(parameter.place.clone());
    let subject = format!("{} {location} parameter {}", operation.subject, new.name);
    Spot::new(subject, anchor(old), anchor(new))
}
