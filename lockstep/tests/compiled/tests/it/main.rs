//! Generated types at work: what requests are refused for, and that both ways of reading agree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agreement;
mod bodies;
mod violations;

use lockstep_compiled::shapes::types::Thing;
use lockstep_runtime::{Decode, Malformed, Violations, read_json};
use serde_json::{Value, json};

/// What a request's body is read as.
#[derive(Debug, PartialEq)]
enum Read<T> {
    Value(T),
    /// `pointer code`, sorted.
    Refused(Vec<String>),
    Malformed,
}

fn read<T: Decode>(body: impl AsRef<str>) -> Read<T> {
    let mut violations = Violations::default();
    match read_json(body.as_ref().as_bytes(), &mut violations, T::decode) {
        Ok(Some(value)) => Read::Value(value),
        Ok(None) => Read::Refused(
            violations
                .into_sorted()
                .into_iter()
                .map(|violation| format!("{} {}", violation.pointer, violation.code))
                .collect(),
        ),
        Err(Malformed { .. }) => Read::Malformed,
    }
}

fn refusals<T: Decode + std::fmt::Debug>(body: impl AsRef<str>) -> Vec<String> {
    match read::<T>(body) {
        Read::Refused(violations) => violations,
        other => panic!("{other:?}"),
    }
}

fn accepted<T: Decode + std::fmt::Debug>(body: impl AsRef<str>) -> T {
    match read(body) {
        Read::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

/// A thing with what it needs.
fn thing() -> Value {
    json!({
        "name": "Lamp",
        "count": 1,
        "big": 9_007_199_254_740_993_i64,
        "ratio": 0.5,
        "note": null,
        "link": "https://example.org",
        "day": "2026-11-20",
        "at": "2026-11-20T09:30:00Z",
        "id": "01981c1e-5f00-7000-8000-000000000001",
        "tags": ["a", "b"],
        "scores": { "x": 1 },
        "free": { "any": [1, "two", null] },
        "tree": { "value": 1 },
    })
}

/// A thing with one member replaced.
fn thing_with(name: &str, value: Value) -> String {
    let mut thing = thing();
    thing[name] = value;
    thing.to_string()
}

fn thing_without(name: &str) -> String {
    let mut thing = thing();
    thing.as_object_mut().unwrap().remove(name);
    thing.to_string()
}

fn accepted_with(name: &str, value: Value) -> Thing {
    accepted(thing_with(name, value))
}
