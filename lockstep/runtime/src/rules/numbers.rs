//! Integers and numbers, as JSON Schema counts them.
//! Parameters take the same digits as JSON does.

use std::fmt::Display;
use std::str::FromStr;

use super::{Broken, Pattern, Scalar};
use crate::json::Json;

/// A number as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq)]
enum NumberToken {
    Integer(i64),
    TooLarge,
    Fraction,
}

impl NumberToken {
    /// Classifies digits that are a JSON number.
    fn of(digits: &str) -> Self {
        if !digits.contains(['.', 'e', 'E']) {
            return digits.parse().map_or(Self::TooLarge, Self::Integer);
        }
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written = [whole, fraction].concat();
        // In digits, not in floats, which beyond 2^53 stand for several integers.
        let significant = written.trim_end_matches('0');
        if significant.is_empty() || significant == "-" {
            return Self::Integer(0);
        }
        let dropped = (written.len() - significant.len()) as i64 - fraction.len() as i64;
        // What does not fit is far out on one side: no text is long enough to bring it back.
        let far = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        match exponent.parse().unwrap_or(far).saturating_add(dropped) {
            ..0 => Self::Fraction,
            zeros @ 0..=19 => {
                let digits = [significant, &"0".repeat(zeros as usize)].concat();
                digits.parse().map_or(Self::TooLarge, Self::Integer)
            }
            20.. => Self::TooLarge,
        }
    }
}

/// An integer of the Rust type `T`. As JSON Schema says, `192.0` is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Integer<T> {
    min: Option<T>,
    max: Option<T>,
    multiple_of: Option<T>,
}

impl<T: Copy + Display + PartialOrd + TryFrom<i64> + Into<i64>> Integer<T> {
    /// Any integer of the type.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            multiple_of: None,
        }
    }

    /// At least this one.
    pub const fn min(mut self, min: T) -> Self {
        self.min = Some(min);
        self
    }

    /// At most this one.
    pub const fn max(mut self, max: T) -> Self {
        self.max = Some(max);
        self
    }

    /// Only multiples of it.
    pub const fn multiple_of(mut self, divisor: T) -> Self {
        self.multiple_of = Some(divisor);
        self
    }

    /// Reports the rules that an integer breaks.
    pub fn check(&self, value: T, broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| value < *min) {
            broken.add("too-small", format!("must be at least {min}"));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            broken.add("too-large", format!("must be at most {max}"));
        }
        if let Some(divisor) = self.multiple_of.filter(|divisor| value.into() % (*divisor).into() != 0) {
            broken.add("not-a-multiple", format!("must be a multiple of {divisor}"));
        }
    }

    fn read(&self, token: NumberToken, broken: &mut Broken) -> Option<T> {
        let value = match token {
            NumberToken::Integer(value) => T::try_from(value).ok(),
            NumberToken::TooLarge => None,
            NumberToken::Fraction => {
                broken.add("wrong-type", "must be an integer");
                return None;
            }
        };
        match value {
            Some(value) => self.check(value, broken),
            None => broken.add("out-of-range", format!("must fit into {} bits", 8 * size_of::<T>())),
        }
        value.filter(|_| broken.is_empty())
    }
}

impl<T: Copy + Display + PartialOrd + TryFrom<i64> + Into<i64>> Scalar for Integer<T> {
    type Value = T;

    fn from_json(&self, json: &mut Json<'_>) -> Option<T> {
        json.number("an integer", |digits, broken| {
            self.read(NumberToken::of(digits), broken)
        })
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<T> {
        if !is_json_number(text) {
            broken.add("wrong-type", "must be an integer");
            return None;
        }
        self.read(NumberToken::of(text), broken)
    }
}

/// A number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    min: Option<f64>,
    max: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    multiple_of: Option<f64>,
}

impl Number {
    /// Any number.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            above: None,
            below: None,
            multiple_of: None,
        }
    }

    /// At least this one.
    pub const fn min(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    /// At most this one.
    pub const fn max(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }

    /// Greater than this one (`exclusiveMinimum`).
    pub const fn above(mut self, above: f64) -> Self {
        self.above = Some(above);
        self
    }

    /// Less than this one (`exclusiveMaximum`).
    pub const fn below(mut self, below: f64) -> Self {
        self.below = Some(below);
        self
    }

    /// Only multiples of it.
    pub const fn multiple_of(mut self, divisor: f64) -> Self {
        self.multiple_of = Some(divisor);
        self
    }

    /// Reports the rules that a number breaks.
    pub fn check(&self, value: f64, broken: &mut Broken) {
        // JSON has no such number, and every comparison with it is false.
        if !value.is_finite() {
            broken.add("out-of-range", "must be a finite number");
        }
        if let Some(min) = self.min.filter(|min| value < *min) {
            broken.add("too-small", format!("must be at least {min}"));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            broken.add("too-large", format!("must be at most {max}"));
        }
        if let Some(above) = self.above.filter(|above| value <= *above) {
            broken.add("too-small", format!("must be greater than {above}"));
        }
        if let Some(below) = self.below.filter(|below| value >= *below) {
            broken.add("too-large", format!("must be less than {below}"));
        }
        if let Some(divisor) = self.multiple_of.filter(|divisor| !is_multiple(value, *divisor)) {
            broken.add("not-a-multiple", format!("must be a multiple of {divisor}"));
        }
    }

    fn read(&self, digits: &str, broken: &mut Broken) -> Option<f64> {
        let value = f64::from_str(digits).ok().filter(|value| value.is_finite());
        match value {
            Some(value) => self.check(value, broken),
            None => broken.add("out-of-range", "must be a 64-bit number"),
        }
        value.filter(|_| broken.is_empty())
    }
}

/// Whether the quotient is whole, but for the rounding of binary fractions: 0.3 is a multiple of 0.1.
fn is_multiple(value: f64, divisor: f64) -> bool {
    let quotient = value / divisor;
    (quotient - quotient.round()).abs() <= quotient.abs().max(1.0) * 4.0 * f64::EPSILON
}

impl Scalar for Number {
    type Value = f64;

    fn from_json(&self, json: &mut Json<'_>) -> Option<f64> {
        json.number("a number", |digits, broken| self.read(digits, broken))
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<f64> {
        if !is_json_number(text) {
            broken.add("wrong-type", "must be a number");
            return None;
        }
        self.read(text, broken)
    }
}

/// Whether a text is a number by JSON's grammar (RFC 8259, 6), so that parameters and bodies agree.
fn is_json_number(text: &str) -> bool {
    static GRAMMAR: Pattern = Pattern::new(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$");
    GRAMMAR.matches(text)
}
