//! The rules that one request keeps and breaks, and which of them its answer blames.
//! What follows from that is counted elsewhere.

use super::answer;
use super::recording::Response;
use super::request::{self, Input};
use super::rules::Patterns;
use crate::model::{Api, Operation};
use serde_json::Value;
use std::collections::BTreeSet;

/// How many violations a problem lists at most: of one that is full, nobody knows what it leaves out.
const MAX_VIOLATIONS: usize = 32;

/// The rules that a request keeps and breaks.
#[derive(Default)]
pub(super) struct Verdicts {
    pub(super) kept: BTreeSet<String>,
    pub(super) broken: Vec<Broken>,
}

/// A rule that a request breaks: its name, its place, the pointer that blames it, and its keyword.
pub(super) struct Broken {
    pub(super) name: String,
    place: &'static str,
    at: String,
    keyword: &'static str,
}

impl Verdicts {
    pub(super) fn of<'a>(api: &'a Api, patterns: &Patterns<'a>, operation: &'a Operation, input: &Input<'_>) -> Self {
        let mut verdicts = Self::default();
        request::visit(api, patterns, operation, Some(input), &mut |place, finding| {
            let name = answer::constraint(place, &finding);
            match finding.holds {
                Some(true) => {
                    verdicts.kept.insert(name);
                }
                Some(false) => verdicts.broken.push(Broken {
                    name,
                    place,
                    at: nameable(place, finding.at).to_owned(),
                    keyword: finding.keyword,
                }),
                None => {}
            }
        });
        verdicts
    }
}

impl Broken {
    /// Browsers leave credentials out of recordings, so that their absence says nothing.
    pub(super) fn may_be_unrecorded(&self) -> bool {
        self.keyword == "required" && ["header", "cookie"].contains(&self.place)
    }

    /// Whether a violation of a problem is about this value, or about something in it.
    fn is_blamed(&self, place: &str, pointer: &str) -> bool {
        let parts = pointer.get(..self.at.len()).zip(pointer.get(self.at.len()..));
        let same = |text: &str| text == self.at || (place == "header" && text.eq_ignore_ascii_case(&self.at));
        place == self.place
            && parts.is_some_and(|(start, rest)| same(start) && (rest.is_empty() || rest.starts_with('/')))
    }
}

/// What a problem can say of where a value is: a parameter is named as a whole.
fn nameable<'p>(place: &str, at: &'p str) -> &'p str {
    let name = at.match_indices('/').nth(1).and_then(|(end, _)| at.get(..end));
    name.filter(|_| place != "body").unwrap_or(at)
}

/// What a problem document blames, as places and pointers; nothing if it does not say.
pub(super) struct Blamed(Option<Vec<(String, String)>>);

impl Blamed {
    pub(super) fn of(response: &Response) -> Self {
        let problem = response
            .body()
            .and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let errors = problem.as_ref().and_then(|problem| problem.get("errors")?.as_array());
        let listed = errors.filter(|errors| (1..MAX_VIOLATIONS).contains(&errors.len()));
        let text = |error: &Value, key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self(listed.map(|errors| {
            let blamed = errors.iter();
            blamed
                .map(|error| (text(error, "in"), text(error, "pointer")))
                .collect()
        }))
    }

    /// Whether a rule can be what was refused.
    pub(super) fn covers(&self, broken: &Broken) -> bool {
        let Some(blamed) = &self.0 else { return true };
        blamed.iter().any(|(place, pointer)| broken.is_blamed(place, pointer))
    }
}
