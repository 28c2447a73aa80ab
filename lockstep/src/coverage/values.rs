//! JSON values as JSON Schema compares them: types, numbers, items.
//! Which rule asks, is not known here.

use serde_json::Value;
use std::cmp::Ordering;

/// The types of JSON Schema, but for null.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

/// A bound of a number: integers are compared exactly.
#[derive(Clone, Copy)]
pub(super) enum Bound {
    Whole(i64),
    Real(f64),
}

impl Kind {
    /// As JSON Schema has it, `192.0` is an integer.
    pub(super) fn holds(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

impl Bound {
    /// How a number compares with the bound.
    pub(super) fn order(self, value: &Value) -> Option<Ordering> {
        match (self, value.as_i64()) {
            (Self::Whole(bound), Some(number)) => Some(number.cmp(&bound)),
            (Self::Whole(bound), None) => value.as_f64()?.partial_cmp(&(bound as f64)),
            (Self::Real(bound), _) => value.as_f64()?.partial_cmp(&bound),
        }
    }

    /// Whether a number is a multiple of it.
    pub(super) fn divides(self, value: &Value) -> Option<bool> {
        let step = match (self, value.as_i64()) {
            (Self::Whole(step), Some(number)) => return Some(step == 0 || number.checked_rem(step) == Some(0)),
            (Self::Whole(step), None) => step as f64,
            (Self::Real(step), _) => step,
        };
        let quotient = value.as_f64()? / step;
        Some((quotient - quotient.round()).abs() <= 1e-9 * quotient.abs().max(1.0))
    }
}

/// Whether no two items are the same.
pub(super) fn all_differ(items: &[Value]) -> bool {
    let mut later = items;
    while let Some((first, rest)) = later.split_first() {
        if rest.contains(first) {
            return false;
        }
        later = rest;
    }
    true
}
