//! One level of a schema in one form, whatever language it was derived from: references followed, `allOf` merged, what
//! says the same said in one way. Nothing here compares; what is further down stays as the document has it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Which way a value travels: the contract's `readOnly` and `writeOnly` members travel in one direction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// To the server.
    Request,
    /// From the server.
    Response,
}

/// A document that schemas refer into.
#[derive(Clone, Copy, Debug)]
pub struct Document<'d> {
    /// The whole of it.
    pub root: &'d Value,
}

/// One level of a schema.
#[derive(Debug, Default)]
pub struct Level<'d> {
    /// Keywords without schemas in them: rules, types and defaults.
    pub rules: BTreeMap<String, Value>,
    /// Schemas further down: `properties/name`, `items`, `additionalProperties`, `oneOf/0`.
    pub parts: BTreeMap<String, &'d Value>,
    /// What it is, in words.
    pub description: Option<&'d str>,
    /// The names under which it was found.
    pub names: Vec<&'d str>,
    /// Members that travel in the other direction only.
    absent: Vec<&'d str>,
}

/// Keywords that say nothing about values.
const ANNOTATIONS: [&str; 11] = [
    "$comment",
    "$schema",
    "$defs",
    "definitions",
    "title",
    "example",
    "examples",
    "externalDocs",
    "xml",
    "readOnly",
    "writeOnly",
];

impl<'d> Document<'d> {
    /// What a reference leads to, and its name.
    pub fn followed(self, reference: &'d str) -> Option<(&'d str, &'d Value)> {
        let (_, name) = reference.rsplit_once('/').unwrap_or_default();
        let target = self.root.pointer(reference.trim_start_matches('#'))?;
        Some((name, target))
    }

    /// The schema that is meant: where a reference stands with nothing but words beside it, its target.
    pub fn meant(self, schema: &'d Value) -> &'d Value {
        let Some(members) = schema.as_object() else {
            return schema;
        };
        let is_alone = members
            .keys()
            .all(|keyword| ["$ref", "description"].contains(&keyword.as_str()));
        let reference = members.get("$ref").and_then(Value::as_str).filter(|_| is_alone);
        match reference.and_then(|reference| self.followed(reference)) {
            Some((_, target)) => self.meant(target),
            None => schema,
        }
    }

    /// The level of a schema that travels in a direction.
    pub fn level(self, schema: &'d Value, direction: Direction) -> Level<'d> {
        let mut level = Level::default();
        self.absorb(&mut level, schema, direction);
        if let Some(Value::Array(all)) = level.rules.get("enum").cloned() {
            if all.iter().all(Value::is_string) {
                level.rules.insert("type".to_owned(), json!("string"));
            }
            if let [only] = &all[..] {
                level.rules.remove("enum");
                level.rules.insert("const".to_owned(), only.clone());
            }
        }
        whole(&mut level);
        if let Some(Value::Array(required)) = level.rules.get_mut("required") {
            required.retain(|name| !level.absent.iter().any(|absent| name == absent));
        }
        level
            .rules
            .retain(|keyword, value| keyword != "required" || *value != json!([]));
        level
    }

    fn absorb(self, level: &mut Level<'d>, schema: &'d Value, direction: Direction) {
        let Value::Object(members) = schema else {
            if *schema == json!(false) {
                level.rules.insert("never".to_owned(), json!(true));
            }
            return;
        };
        match members
            .get("$ref")
            .and_then(Value::as_str)
            .map(|reference| (reference, self.followed(reference)))
        {
            Some((_, Some((name, target)))) => {
                level.names.push(name);
                self.absorb(level, target, direction);
            }
            Some((reference, None)) => drop(level.rules.insert("$ref".to_owned(), json!(reference))),
            None => {}
        }
        for part in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.absorb(level, part, direction);
        }
        for (keyword, value) in members {
            self.keyword(level, keyword, value, direction);
        }
        if let Some(description) = members.get("description").and_then(Value::as_str) {
            level.description = Some(description);
        }
    }

    fn keyword(self, level: &mut Level<'d>, keyword: &str, value: &'d Value, direction: Direction) {
        match keyword {
            "$ref" | "allOf" | "description" | "discriminator" => {}
            keyword if ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-") => {}
            "properties" => {
                let members = value.as_object().into_iter().flatten();
                let (here, absent): (Vec<_>, Vec<_>) = members.partition(|(_, member)| self.travels(member, direction));
                level.parts.extend(
                    here.into_iter()
                        .map(|(name, member)| (format!("properties/{name}"), member)),
                );
                level.absent.extend(absent.into_iter().map(|(name, _)| name.as_str()));
            }
            "required" => collect(level, keyword, value),
            "additionalProperties" => additional(level, value),
            "items" => drop(level.parts.insert("items".to_owned(), value)),
            "oneOf" | "anyOf" => self.alternatives(level, value, direction),
            "type" => self::types(level, value),
            "nullable" => nullable(level, *value == json!(true)),
            "enum" | "const" => constants(level, value),
            // What has no format is read as these.
            "format" if *value == json!("int64") || *value == json!("double") => {}
            // Names in JSON are strings.
            "propertyNames" if *value == json!({ "type": "string" }) => {}
            // Rules that are off.
            _ if *value == json!(false) && keyword != "default" => {}
            "exclusiveMinimum" | "exclusiveMaximum" if *value == json!(true) => {
                level.rules.insert(format!("{keyword} of 3.0"), json!(true));
            }
            _ => drop(level.rules.insert(keyword.to_owned(), plain(value))),
        }
        exclusive(level);
    }

    /// Whether a member travels in a direction; a reference may say so, too.
    fn travels(self, member: &'d Value, direction: Direction) -> bool {
        let refused = match direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let target = member
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.followed(reference));
        let is_refused = |schema: &Value| schema.get(refused) == Some(&json!(true));
        !is_refused(member) && !target.is_some_and(|(_, target)| is_refused(target))
    }

    fn alternatives(self, level: &mut Level<'d>, value: &'d Value, direction: Direction) {
        let all = value.as_array().into_iter().flatten();
        let (nulls, others): (Vec<_>, Vec<_>) = all.partition(|one| is_null(one));
        nullable(level, !nulls.is_empty());
        if let [only] = others[..] {
            return self.absorb(level, only, direction);
        }
        let levels: Vec<_> = others.iter().map(|one| self.level(one, direction)).collect();
        let values = |level: &Level<'_>| level.rules.get("enum").or_else(|| level.rules.get("const")).cloned();
        let all: Option<Vec<Value>> = levels.iter().map(values).collect();
        if let Some(all) = all.filter(|_| !levels.is_empty()) {
            return all.iter().for_each(|values| constants(level, values));
        }
        level.parts.extend(
            others
                .into_iter()
                .enumerate()
                .map(|(index, one)| (format!("oneOf/{index}"), one)),
        );
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("null")) || schema.get("const") == Some(&Value::Null)
}

fn nullable(level: &mut Level<'_>, is_nullable: bool) {
    if is_nullable {
        level.rules.insert("nullable".to_owned(), json!(true));
    }
}

fn types(level: &mut Level<'_>, value: &Value) {
    let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let (nulls, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one == "null");
    nullable(level, !nulls.is_empty());
    others.sort_by_key(Value::to_string);
    match others.len() {
        0 => {}
        1 => drop(level.rules.insert("type".to_owned(), others.remove(0))),
        _ => drop(level.rules.insert("type".to_owned(), json!(others))),
    }
}

/// Constants are an enumeration.
fn constants(level: &mut Level<'_>, value: &Value) {
    collect(level, "enum", value);
    if let Some(Value::Array(all)) = level.rules.get_mut("enum") {
        let count = all.len();
        all.retain(|one| !one.is_null());
        let had_null = all.len() < count;
        nullable(level, had_null);
    }
}

/// Adds to a set of values, whose order says nothing.
fn collect(level: &mut Level<'_>, keyword: &str, value: &Value) {
    let before = level.rules.remove(keyword).and_then(|it| it.as_array().cloned());
    let mut all = before.unwrap_or_default();
    all.extend(value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
    all.sort_by_key(Value::to_string);
    all.dedup();
    level.rules.insert(keyword.to_owned(), json!(all));
}

fn additional<'d>(level: &mut Level<'d>, value: &'d Value) {
    let closed = [json!(false), json!({ "not": {} })];
    if closed.contains(value) {
        level.rules.insert("closed".to_owned(), json!(true));
    } else if !is_open(value) {
        level.parts.insert("additionalProperties".to_owned(), value);
    }
}

/// Whether a schema takes anything: it says nothing, or that is one of its alternatives.
fn is_open(schema: &Value) -> bool {
    match schema {
        Value::Bool(open) => *open,
        Value::Object(members) => members.iter().all(|(keyword, value)| {
            let alternatives = value.as_array().into_iter().flatten();
            let is_prose = keyword == "description" || ANNOTATIONS.contains(&keyword.as_str());
            is_prose || keyword == "anyOf" && alternatives.into_iter().any(is_open)
        }),
        _ => false,
    }
}

/// OpenAPI 3.0 says `minimum: 0` and `exclusiveMinimum: true` for `exclusiveMinimum: 0`.
fn exclusive(level: &mut Level<'_>) {
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let flag = format!("{exclusive} of 3.0");
        if level.rules.contains_key(&flag)
            && let Some(bound) = level.rules.remove(inclusive)
        {
            level.rules.remove(&flag);
            level.rules.insert(exclusive.to_owned(), bound);
        }
    }
}

/// Integers above 3 are those from 4 on.
fn whole(level: &mut Level<'_>) {
    if level.rules.get("type") != Some(&json!("integer")) {
        return;
    }
    for (exclusive, inclusive, step) in [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)] {
        let bound = |keyword: &str| level.rules.get(keyword).and_then(Value::as_i64);
        if let Some(next) = bound(exclusive).and_then(|bound| bound.checked_add(step)) {
            // The narrower one counts.
            let narrower = bound(inclusive).map_or(next, |it| if step > 0 { it.max(next) } else { it.min(next) });
            level.rules.remove(exclusive);
            level.rules.insert(inclusive.to_owned(), json!(narrower));
        }
    }
}

/// 1 and 1.0 are one number, also inside of values.
fn plain(value: &Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), plain(member)))
            .collect(),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            #[allow(clippy::cast_possible_truncation)]
            Some(it) if it.fract() == 0.0 && it.abs() < EXACT => json!(it as i64),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}
