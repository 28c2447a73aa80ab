//! The problem document: its schema must describe exactly what `lockstep_runtime` writes.

use super::Context;
use crate::model::{Field, Object, Operation, Shape, TextFormat, TextType, Type};
use crate::source::Place;

/// The largest number of violations that one problem lists.
const MAX_VIOLATIONS: u64 = 32;
const CODE_PATTERN: &str = "^[a-z][a-z0-9-]*$";
const PLACES: [&str; 5] = ["body", "cookie", "header", "path", "query"];

/// What a member of the problem document is.
#[derive(Clone, Copy)]
enum Member {
    Uri,
    Text,
    Code,
    Status,
    Violations,
    Place,
}

const PROBLEM: [(&str, bool, Member); 7] = [
    ("type", true, Member::Uri),
    ("title", true, Member::Text),
    ("status", true, Member::Status),
    ("detail", false, Member::Text),
    ("code", true, Member::Code),
    ("requestId", true, Member::Text),
    ("errors", false, Member::Violations),
];

const VIOLATION: [(&str, bool, Member); 4] = [
    ("in", true, Member::Place),
    ("pointer", true, Member::Text),
    ("code", true, Member::Code),
    ("detail", true, Member::Text),
];

impl<'d> Context<'d> {
    /// Checks the schema of every problem document, and marks its types as the runtime's own.
    pub(super) fn check_problem(&mut self, operations: &[Operation]) {
        let responses = operations.iter().flat_map(|operation| &operation.responses);
        let bodies = responses
            .filter(|response| response.is_problem())
            .filter_map(|response| response.body.as_ref());
        let mut names: Vec<_> = bodies.filter_map(|body| named(&body.ty)).collect();
        names.sort_unstable();
        names.dedup();
        let [name] = names.as_slice() else {
            if let Some(def) = names.last().and_then(|name| self.types.get(*name)) {
                let (place, message) = (
                    def.place.clone(),
                    format!("there are several problem schemas: {}", names.join(", ")),
                );
                self.error(
                    &place,
                    "several-problems",
                    message,
                    "Use one schema for every problem document.",
                );
            }
            return;
        };
        self.check_members(name, Shape::Problem, &PROBLEM);
        let used_in = |body: &crate::model::Body| named(&body.ty) == Some(name);
        if let Some(operation) = operations
            .iter()
            .find(|operation| operation.body.as_ref().is_some_and(used_in))
        {
            let message = "the problem schema is used in a request";
            self.error(
                &operation.place,
                "problem-in-request",
                message,
                "Use a schema of your own.",
            );
        }
    }

    /// Checks an object of the problem document, and gives it its own shape.
    fn check_members(&mut self, name: &str, shape: Shape, expected: &[(&str, bool, Member)]) {
        let Some(def) = self.types.get(name).cloned() else {
            return;
        };
        let Shape::Object(Object { fields, .. }) = &def.shape else {
            self.problem_error(&def.place, format!("`{name}` is not an object"));
            return;
        };
        for (member, required, kind) in expected {
            match fields.iter().find(|field| field.name == *member) {
                None => self.problem_error(&def.place, format!("`{name}` has no `{member}`")),
                Some(field) => self.check_member(field, *required, *kind),
            }
        }
        for field in fields
            .iter()
            .filter(|field| !expected.iter().any(|(member, ..)| field.name == *member))
        {
            self.problem_error(&field.place, format!("the runtime writes no `{}`", field.name));
        }
        self.mark(name, shape);
    }

    fn check_member(&mut self, field: &Field, required: bool, kind: Member) {
        if field.required != required || field.nullable {
            let state = if required { "required" } else { "optional" };
            self.problem_error(&field.place, format!("`{}` is {state} and never null", field.name));
        }
        let plain = |formats: &[TextFormat], pattern: Option<&str>| match &field.ty {
            Type::Text(text) => {
                let rest = TextType {
                    format: text.format,
                    pattern: text.pattern.clone(),
                    ..TextType::default()
                };
                *text == rest
                    && formats.contains(&text.format)
                    && (text.pattern.is_none() || text.pattern.as_deref() == pattern)
            }
            _ => false,
        };
        let (fits, expected) = match kind {
            Member::Uri => (
                plain(&[TextFormat::UriReference, TextFormat::Plain], None),
                "a uri-reference",
            ),
            Member::Text => (plain(&[TextFormat::Plain], None), "a string without further rules"),
            Member::Code => (
                plain(&[TextFormat::Plain], Some(CODE_PATTERN)),
                "a string, with the pattern ^[a-z][a-z0-9-]*$ or none",
            ),
            Member::Status => (is_status(&field.ty), "an integer that can be 400 to 599"),
            Member::Violations => return self.check_violations(field),
            Member::Place => return self.check_place(field),
        };
        if !fits {
            self.problem_error(&field.place, format!("`{}` is {expected}", field.name));
        }
    }

    fn check_violations(&mut self, field: &Field) {
        let name = match &field.ty {
            Type::Array(array)
                if array.min_items.is_none_or(|least| least <= 1)
                    && array.max_items.is_none_or(|most| most >= MAX_VIOLATIONS)
                    && !array.unique_items =>
            {
                named(&array.items)
            }
            _ => None,
        };
        match name {
            Some(name) => self.check_members(name, Shape::Violation, &VIOLATION),
            None => self.problem_error(
                &field.place,
                format!("`errors` is an array of at most {MAX_VIOLATIONS} violations"),
            ),
        }
    }

    fn check_place(&mut self, field: &Field) {
        let name = named(&field.ty).map(str::to_owned);
        let values = name
            .as_ref()
            .and_then(|name| self.types.get(name))
            .map(|def| &def.shape);
        let Some(Shape::Enum(values)) = values else {
            self.problem_error(&field.place, format!("`in` is an enum of {}", PLACES.join(", ")));
            return;
        };
        let mut values: Vec<_> = values.iter().map(|value| value.value.as_str()).collect();
        values.sort_unstable();
        if values != PLACES {
            self.problem_error(
                &field.place,
                format!("`in` is an enum of exactly {}", PLACES.join(", ")),
            );
        }
        self.mark(name.as_deref().unwrap_or_default(), Shape::ViolationPlace);
    }

    fn mark(&mut self, name: &str, shape: Shape) {
        if let Some(def) = self.types.get_mut(name) {
            def.shape = shape;
            def.in_responses = true;
        }
    }

    fn problem_error(&mut self, place: &Place, message: String) {
        let hint = "Describe what the runtime writes: type, title, status, detail?, code, requestId, errors?.";
        self.error(place, "problem-mismatch", message, hint);
    }
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        _ => None,
    }
}

fn is_status(ty: &Type) -> bool {
    let Type::Integer(rules) = ty else { return false };
    rules.minimum.is_none_or(|least| least <= 400)
        && rules.maximum.is_none_or(|most| most >= 599)
        && rules.multiple_of.is_none_or(|step| step == 1)
}
