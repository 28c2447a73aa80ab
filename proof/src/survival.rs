//! What became of a value that was read and written again. A schema says what may differ: times by their spelling,
//! members that have a default, members that it does not name. Nothing else may.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use crate::schema::{Direction, Document, Level};
use crate::values::{Json, is_one_number};

/// Compares a value with what was written again.
#[derive(Clone, Copy, Debug)]
pub struct Survival<'d> {
    /// Where the schema is from.
    pub document: Document<'d>,
    /// Which way it travels.
    pub direction: Direction,
}

impl<'d> Survival<'d> {
    /// What has changed, with its place; nothing if the value is what it was.
    pub fn change(self, schema: &'d Value, before: &Json, after: &Json) -> Option<String> {
        let level = self.document.level(schema, self.direction);
        let variant = level.parts.iter().filter(|(key, _)| key.starts_with("oneOf/"));
        if let Some((_, variant)) = variant
            .into_iter()
            .find(|(_, variant)| self.is_variant(variant, before))
        {
            return self.change(variant, before, after);
        }
        match (before, after) {
            (Json::Object(_), Json::Object(_)) => self.members(&level, before, after),
            (Json::Array(left), Json::Array(right)) if left.len() == right.len() => {
                let part = level.parts.get("items");
                let mut items = left.iter().zip(right).enumerate();
                items.find_map(|(index, (left, right))| Some(format!("/{index}{}", self.inner(part, left, right)?)))
            }
            (Json::Text(left), Json::Text(right)) if is_one_text(&level, left, right) => None,
            (Json::Number(left), Json::Number(right)) if is_one_number(left, right) => None,
            _ if is_same(before, after) => None,
            _ => changed(before, after),
        }
    }

    fn inner(self, part: Option<&&'d Value>, before: &Json, after: &Json) -> Option<String> {
        match part {
            Some(part) => self.change(part, before, after),
            None if is_same(before, after) => None,
            None => changed(before, after),
        }
    }

    fn members(self, level: &Level<'d>, before: &Json, after: &Json) -> Option<String> {
        let (Json::Object(left), Json::Object(right)) = (before, after) else {
            return None;
        };
        let part = |name: &str| level.parts.get(&format!("properties/{name}"));
        let has_names =
            level.parts.keys().any(|key| key.starts_with("properties/")) || level.rules.contains_key("closed");
        let rest = level.parts.get("additionalProperties");
        let kept = left
            .iter()
            .find_map(|(name, value)| match (part(name).or(rest), after.get(name)) {
                (part, Some(after)) => Some(format!("/{name}{}", self.inner(part, value, after)?)),
                // What a schema does not name is not kept, unless it names nothing.
                (None, None) if has_names => None,
                // Null where it may not be counts as absent.
                (Some(part), None) if *value == Json::Null && !self.takes_null(part) => None,
                (_, None) => Some(format!("/{name}: {value} is lost")),
            });
        let has_default = |name: &str| {
            let part = part(name).map(|part| self.document.level(part, self.direction));
            part.is_some_and(|part| part.rules.contains_key("default"))
        };
        let mut added = right
            .iter()
            .filter(|(name, _)| before.get(name).is_none() && !has_default(name));
        kept.or_else(|| added.next().map(|(name, value)| format!("/{name}: {value} is added")))
    }

    fn takes_null(self, schema: &'d Value) -> bool {
        let level = self.document.level(schema, self.direction);
        level.rules.contains_key("nullable") || level.rules.is_empty() && level.parts.is_empty()
    }

    /// Whether the constants of a variant are those of a value.
    fn is_variant(self, variant: &'d Value, value: &Json) -> bool {
        let level = self.document.level(variant, self.direction);
        let mut members = level
            .parts
            .iter()
            .filter_map(|(key, part)| Some((key.strip_prefix("properties/")?, part)));
        members.all(|(name, part)| {
            let rules = self.document.level(part, self.direction).rules;
            let allowed = rules.get("enum").or_else(|| rules.get("const"));
            match (allowed, value.get(name)) {
                (Some(allowed), Some(Json::Text(text))) => {
                    let one = Value::from(text.as_str());
                    *allowed == one || allowed.as_array().is_some_and(|all| all.contains(&one))
                }
                _ => true,
            }
        })
    }
}

fn changed(before: &Json, after: &Json) -> Option<String> {
    Some(format!(": {before} became {after}"))
}

/// Times are one if they are one instant, UUIDs if they have the same digits, however they are spelled.
fn is_one_text(level: &Level<'_>, left: &str, right: &str) -> bool {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().ok();
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let digits = |text: &str| text.replace(|c: char| !c.is_alphanumeric(), "").to_lowercase();
    left == right
        || match level.rules.get("format").and_then(Value::as_str) {
            Some("date-time") => instant(left).is_some_and(|time| Some(time) == instant(right)),
            Some("date") => day(left).is_some_and(|one| Some(one) == day(right)),
            Some("uuid") => digits(left) == digits(right),
            _ => false,
        }
}

/// Whether two values are one, numbers by what they are worth and members in any order.
pub fn is_same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => is_one_number(left, right),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Json::Object(members), Json::Object(others)) => {
            let has = |(name, value): &(String, Json)| right.get(name).is_some_and(|other| is_same(value, other));
            members.len() == others.len() && members.iter().all(has)
        }
        _ => left == right,
    }
}
