//! The rules of values, written once for both ways in which a scalar arrives: as JSON, and as the text of a parameter.
//! A rule never repeats the value that broke it. Here is what all rules share; each kind has a module of its own.

mod collections;
mod formats;
mod numbers;
mod text;
mod typed;

use std::fmt::{self, Display};

use crate::json::Json;

pub use collections::{Array, Map};
pub use formats::TextFormat;
pub use numbers::{Integer, Number};
pub use text::{Pattern, SecretText, Text};
pub use typed::{Boolean, Choice, Date, Named, Timestamp, Uuid};

/// The rules that a value broke: codes for programs, details for people.
#[derive(Debug, Default)]
pub struct Broken(pub(crate) Vec<(&'static str, String)>);

impl Broken {
    /// Adds a broken rule.
    pub fn add(&mut self, code: &'static str, detail: impl Into<String>) {
        self.0.push((code, detail.into()));
    }

    /// Whether no rule is broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The details as one sentence, for errors outside of requests.
    pub fn into_message(self) -> String {
        let details: Vec<_> = self.0.into_iter().map(|(_, detail)| detail).collect();
        details.join("; ")
    }
}

/// How a scalar is read. `None` means that a rule is broken and reported.
#[allow(
    clippy::wrong_self_convention,
    reason = "a rule reads a value that is not of its own type"
)]
pub trait Scalar {
    /// What is read.
    type Value;

    /// Reads a JSON value.
    fn from_json(&self, json: &mut Json<'_>) -> Option<Self::Value>;

    /// Reads the text of a parameter.
    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<Self::Value>;
}

/// A type that can be the whole of a parameter.
pub trait FromText: Sized {
    /// Reads the text of a parameter.
    fn from_text(text: &str, broken: &mut Broken) -> Option<Self>;
}

/// A number of things: `1 item`, `2 items`.
fn counted(count: usize, noun: &str) -> impl Display {
    let plural = if count == 1 { "" } else { "s" };
    fmt::from_fn(move |f| write!(f, "{count} {noun}{plural}"))
}
