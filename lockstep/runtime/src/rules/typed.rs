//! Scalars whose Rust type says what is valid: identifiers, times, enumerations, booleans and named types.
//! They have no further rules.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SubsecRound, Timelike, Utc};

use super::{Broken, FromText, Scalar};
use crate::decode::{Decode, TextEnum};
use crate::json::Json;

/// Implements [`Scalar`] for a rule whose JSON form is a string that is read like a parameter.
macro_rules! textual {
    ($rule:ident => $value:ty) => {
        impl Scalar for $rule {
            type Value = $value;

            fn from_json(&self, json: &mut Json<'_>) -> Option<$value> {
                json.text(|text, broken| self.from_text(text, broken))
            }

            fn from_text(&self, text: &str, broken: &mut Broken) -> Option<$value> {
                self.read(text, broken)
            }
        }
    };
}

/// A UUID (RFC 9562) in its hyphenated form.
#[derive(Clone, Copy, Debug)]
pub struct Uuid;

impl Uuid {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<uuid::Uuid> {
        // The crate also takes braces, URNs and no hyphens; the format has one form.
        let uuid = (text.len() == 36).then(|| uuid::Uuid::from_str(text).ok()).flatten();
        if uuid.is_none() {
            broken.add("invalid-format", "must be a UUID");
        }
        uuid
    }
}

textual!(Uuid => uuid::Uuid);

/// A time (RFC 3339), turned into UTC and cut to milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp;

impl Timestamp {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<DateTime<Utc>> {
        // RFC 3339 lets applications write a space instead of the T; the format `date-time` does not.
        let time = (text.as_bytes().get(10) != Some(&b' '))
            .then(|| DateTime::parse_from_rfc3339(text).ok())
            .flatten()
            .map(|time| time.to_utc().trunc_subsecs(3))
            // Seconds are inserted at the end of a day in UTC only.
            .filter(|time| time.nanosecond() < 1_000_000_000 || time.num_seconds_from_midnight() == 86_399);
        if time.is_none() {
            broken.add("invalid-format", "must be an RFC 3339 time");
        }
        time
    }
}

textual!(Timestamp => DateTime<Utc>);

/// A date (RFC 3339, `full-date`).
#[derive(Clone, Copy, Debug)]
pub struct Date;

impl Date {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<NaiveDate> {
        // The crate also takes signs and single digits; the format has one form.
        let has_form = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
        let date = has_form.then(|| NaiveDate::from_str(text).ok()).flatten();
        if date.is_none() {
            broken.add("invalid-format", "must be a date such as 2026-11-20");
        }
        date
    }
}

textual!(Date => NaiveDate);

/// A named scalar, by the rules of its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<T>(std::marker::PhantomData<T>);

impl<T> Named<T> {
    /// The rule of a type.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: FromText + Decode> Scalar for Named<T> {
    type Value = T;

    fn from_json(&self, json: &mut Json<'_>) -> Option<T> {
        T::decode(json)
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<T> {
        T::from_text(text, broken)
    }
}

/// One of the strings of an enumeration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<E>(std::marker::PhantomData<E>);

impl<E> Choice<E> {
    /// The rule of an enumeration.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<E: TextEnum> Scalar for Choice<E> {
    type Value = E;

    fn from_json(&self, json: &mut Json<'_>) -> Option<E> {
        json.text(|text, broken| self.from_text(text, broken))
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<E> {
        let choice = E::ALL.iter().copied().find(|choice| choice.as_str() == text);
        if choice.is_none() {
            let allowed: Vec<_> = E::ALL.iter().map(|choice| format!("\"{}\"", choice.as_str())).collect();
            broken.add("not-allowed", format!("must be one of {}", allowed.join(", ")));
        }
        choice
    }
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub struct Boolean;

impl Scalar for Boolean {
    type Value = bool;

    fn from_json(&self, json: &mut Json<'_>) -> Option<bool> {
        json.boolean()
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<bool> {
        let value = bool::from_str(text).ok();
        if value.is_none() {
            broken.add("wrong-type", "must be true or false");
        }
        value
    }
}
