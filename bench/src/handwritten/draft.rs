//! The body of `createSpace`, read with serde and checked by hand so that every violation is found at once.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::problem::{Place, Violation};

/// How many violations one problem lists.
const MAX_VIOLATIONS: usize = 32;

/// `None` where it does not compile, and then nothing matches.
type Pattern = LazyLock<Option<Regex>>;

static NAME: Pattern = LazyLock::new(|| Regex::new(r"^\S(.*\S)?$").ok());
static COLOR: Pattern = LazyLock::new(|| Regex::new("^#[0-9a-f]{6}$").ok());

/// The body as it was sent: known members of any type, and the names of what should not be there.
#[derive(Default)]
pub(super) struct Draft {
    name: Option<Value>,
    color: Option<Value>,
    description: Option<Value>,
    violations: Vec<Violation>,
}

/// The body as it is valid.
pub(super) struct NewSpace {
    pub(super) name: String,
    pub(super) color: Option<String>,
    pub(super) description: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    Name,
    Color,
    Description,
    Unknown(String),
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DraftVisitor)
    }
}

struct DraftVisitor;

impl<'de> Visitor<'de> for DraftVisitor {
    type Value = Draft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Draft, A::Error> {
        let mut draft = Draft::default();
        while let Some(member) = members.next_key()? {
            let (name, slot) = match member {
                Member::Name => ("name", &mut draft.name),
                Member::Color => ("color", &mut draft.color),
                Member::Description => ("description", &mut draft.description),
                Member::Unknown(name) => {
                    members.next_value::<IgnoredAny>()?;
                    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                    draft.report(pointer, "unknown-field", "is not a field of this object");
                    continue;
                }
            };
            if slot.is_some() {
                members.next_value::<IgnoredAny>()?;
                draft.report(format!("/{name}"), "duplicate-field", "is there more than once");
            } else {
                *slot = Some(members.next_value()?);
            }
        }
        Ok(draft)
    }
}

impl Draft {
    fn report(&mut self, pointer: impl Into<Cow<'static, str>>, code: &'static str, detail: &'static str) {
        // A hostile body must not cost much.
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation {
                r#in: Place::Body,
                pointer: pointer.into(),
                code,
                detail,
            });
        }
    }

    fn text(&mut self, value: Option<Value>, pointer: &'static str) -> Option<String> {
        match value? {
            Value::String(text) => Some(text),
            _ => {
                self.report(pointer, "wrong-type", "must be a string");
                None
            }
        }
    }

    /// The body if it is valid, and the headers are too; or else everything that is not, in order.
    pub(super) fn check(mut self, mut of_headers: Vec<Violation>) -> Result<NewSpace, Vec<Violation>> {
        if self.name.is_none() {
            self.report("/name", "required", "is required");
        }
        let (name, color, description) = (self.name.take(), self.color.take(), self.description.take());
        let name = self.text(name, "/name");
        let color = self.text(color, "/color");
        let description = self.text(description, "/description");
        if let Some(name) = &name {
            if is_longer(name, 80) {
                self.report("/name", "too-long", "must have at most 80 characters");
            }
            if name.is_empty() {
                self.report("/name", "too-short", "must have at least 1 character");
            }
            if !matches(&NAME, name) {
                self.report("/name", "pattern-mismatch", r"must match ^\S(.*\S)?$");
            }
        }
        if color.as_ref().is_some_and(|color| !matches(&COLOR, color)) {
            self.report("/color", "pattern-mismatch", "must match ^#[0-9a-f]{6}$");
        }
        if description
            .as_ref()
            .is_some_and(|description| is_longer(description, 2000))
        {
            self.report("/description", "too-long", "must have at most 2000 characters");
        }
        match name {
            Some(name) if self.violations.is_empty() && of_headers.is_empty() => Ok(NewSpace {
                name,
                color,
                description,
            }),
            _ => {
                of_headers.append(&mut self.violations);
                of_headers.truncate(MAX_VIOLATIONS);
                of_headers.sort_unstable();
                Err(of_headers)
            }
        }
    }
}

fn matches(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().count() > max
}
