//! The problem document (RFC 9457), whose rules the model does not repeat: the parser has checked that they are these.

use super::rules::{Kind, Rule};
use super::walk::Walk;
use crate::model::TextFormat;
use serde_json::Value;

/// A member: its name, whether it is required, its rules.
type Member = (&'static str, bool, &'static [Rule<'static>]);

const OBJECT: Rule<'static> = Rule::Type(Kind::Object);
const TEXT: Rule<'static> = Rule::Type(Kind::String);
const CODE: Rule<'static> = Rule::Pattern("^[a-z][a-z0-9-]*$");
const PLACE: Rule<'static> = Rule::Pattern("^(body|cookie|header|path|query)$");

const PROBLEM: [Member; 6] = [
    ("type", true, &[TEXT, Rule::Format(TextFormat::UriReference)]),
    ("title", true, &[TEXT]),
    ("status", true, &[Rule::Type(Kind::Integer)]),
    ("detail", false, &[TEXT]),
    ("code", true, &[TEXT, CODE]),
    ("requestId", true, &[TEXT]),
];

const VIOLATION: [Member; 4] = [
    ("in", true, &[TEXT, PLACE]),
    ("pointer", true, &[TEXT]),
    ("code", true, &[TEXT, CODE]),
    ("detail", true, &[TEXT]),
];

impl Walk<'_, '_> {
    pub(super) fn problem(&mut self, value: Option<&Value>) {
        self.members(&PROBLEM, value);
        self.member("errors", false, value, |walk, value| walk.violations(value));
    }

    pub(super) fn violation(&mut self, value: Option<&Value>) {
        self.members(&VIOLATION, value);
    }

    pub(super) fn violation_place(&mut self, value: Option<&Value>) {
        self.rules(&[TEXT, PLACE], value);
    }

    fn members(&mut self, members: &[Member], value: Option<&Value>) {
        self.rules(&[OBJECT], value);
        for (name, required, rules) in members {
            self.member(name, *required, value, |walk, value| walk.rules(rules, value));
        }
    }

    fn violations(&mut self, value: Option<&Value>) {
        self.rules(&[Rule::Type(Kind::Array), Rule::MaxItems(32)], value);
        let items = value.and_then(Value::as_array).into_iter().flatten();
        for (index, item) in items.enumerate() {
            self.inside("*", &index.to_string(), |walk| walk.violation(Some(item)));
        }
    }
}
