//! Schemas in one form: references followed, annotations dropped, keywords that say the same said in one way, and what
//! `utoipa` cannot say left out. Nothing here knows which schemas are compared.

use serde_json::{Map, Value, json};

/// What `utoipa` 6 has no attribute for; the schemas of `schemars` do have it.
const UNKNOWN_TO_UTOIPA: [&str; 3] = ["uniqueItems", "maxProperties", "minProperties"];

/// Brings schemas into one form.
pub(crate) struct Normal<'a> {
    pub(crate) definitions: &'a Value,
    /// The references on the way here: a recursive one stays a name.
    pub(crate) path: Vec<String>,
    /// Names that the derived types do not have: they are what they stand for.
    pub(crate) aliases: &'a [&'a str],
    pub(crate) utoipa: bool,
}

impl Normal<'_> {
    pub(crate) fn of(&mut self, schema: &Value) -> Value {
        let Value::Object(schema) = schema else {
            return if *schema == json!(true) {
                json!({})
            } else {
                schema.clone()
            };
        };
        let mut normal = Map::new();
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            match self.followed(reference) {
                Value::Object(members) => normal.extend(members),
                name => return name,
            }
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            merge(&mut normal, self.of(part));
        }
        let mut own = Map::new();
        for (keyword, value) in schema {
            if !(self.utoipa && is_unknown_to_utoipa(schema, keyword)) {
                self.keyword(&mut own, keyword, value);
            }
        }
        merge(&mut normal, Value::Object(own));
        let nullable = without_null(&mut normal);
        if normal.contains_key("enum") {
            normal.remove("type");
        }
        if nullable {
            return json!({ "oneOf": [normal, { "type": "null" }] });
        }
        Value::Object(normal)
    }

    fn followed(&mut self, reference: &str) -> Value {
        // `#` is the whole, which the path begins with.
        let name = reference
            .rsplit('/')
            .next()
            .filter(|name| *name != "#")
            .unwrap_or(&self.path[0])
            .to_owned();
        if self.path.contains(&name) {
            return json!(name);
        }
        let target = self.definitions[&name].clone();
        assert!(!target.is_null(), "{reference} leads nowhere");
        if self.aliases.contains(&name.as_str()) {
            return self.of(&target);
        }
        self.path.push(name);
        let normal = self.of(&target);
        self.path.pop();
        normal
    }

    fn keyword(&mut self, normal: &mut Map<String, Value>, keyword: &str, value: &Value) {
        match keyword {
            "$schema" | "title" | "description" | "examples" | "$ref" | "allOf" | "propertyNames" | "discriminator" => {
            }
            "format" if value == "double" || value == "int64" => {}
            "additionalProperties" if self.utoipa && *value == json!(false) => {}
            keyword if self.utoipa && UNKNOWN_TO_UTOIPA.contains(&keyword) => {}
            "properties" => {
                let members = value
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, member)| (name.clone(), self.of(member)));
                normal.insert(keyword.to_owned(), Value::Object(members.collect()));
            }
            "items" | "additionalProperties" => {
                let mut inner = self.of(value);
                if self.utoipa {
                    bare(&mut inner);
                }
                if keyword == "additionalProperties" && inner == json!({}) {
                    return;
                }
                normal.insert(keyword.to_owned(), inner);
            }
            "required" | "type" | "enum" if value.is_array() => {
                let mut values: Vec<_> = value.as_array().unwrap().iter().filter_map(Value::as_str).collect();
                // `utoipa` takes an empty `rename` for none.
                values
                    .iter_mut()
                    .filter(|value| self.utoipa && **value == "Empty")
                    .for_each(|value| *value = "");
                values.sort_unstable();
                normal.insert(keyword.to_owned(), json!(values));
            }
            "const" if self.utoipa => drop(normal.insert("type".to_owned(), json!("string"))),
            "const" => drop(normal.insert("enum".to_owned(), json!([value]))),
            "oneOf" | "anyOf" => alternatives(
                normal,
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| match one.get("const") {
                        Some(constant) => json!({ "enum": [constant] }),
                        None => self.of(one),
                    })
                    .collect(),
            ),
            _ => drop(normal.insert(keyword.to_owned(), with_plain_numbers(value))),
        }
    }
}

/// What `utoipa` has no place for: beside a reference, in a union or in a schema of any type.
fn is_unknown_to_utoipa(schema: &Map<String, Value>, keyword: &str) -> bool {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    match keyword {
        "deprecated" => has(&["$ref", "allOf", "oneOf", "anyOf"]),
        "default" => !has(&["type", "$ref", "allOf", "oneOf", "anyOf", "enum", "const"]),
        _ => false,
    }
}

/// A value with its numbers in one form, for 1 and 1.0 are one; not as doubles, in which greater integers would be one, too.
fn with_plain_numbers(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(with_plain_numbers).collect(),
        Value::Number(number) if number.is_f64() => {
            let whole = number
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            let plain = whole.map(|number| json!(number as i64));
            plain.unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}

/// What `utoipa` says inside an array or a map: no rules but those of a named type, which a comparison of that sees.
fn bare(inner: &mut Value) {
    let Value::Object(members) = inner else { return };
    match members.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number") => {
            let of_type = [json!("uuid"), json!("date"), json!("date-time"), json!("int32")];
            members.retain(|keyword, value| keyword == "type" || keyword == "format" && of_type.contains(value));
        }
        Some("array") => members.retain(|keyword, _| !["minItems", "maxItems"].contains(&&**keyword)),
        _ => {}
    }
    let alternatives = members.get_mut("oneOf").and_then(Value::as_array_mut);
    alternatives.into_iter().flatten().for_each(bare);
}

/// Takes `null` out of several types, and says whether it was there.
fn without_null(normal: &mut Map<String, Value>) -> bool {
    let Some(types) = normal.get("type").and_then(Value::as_array) else {
        return false;
    };
    let others: Vec<_> = types.iter().filter(|one| **one != "null").cloned().collect();
    let nullable = others.len() < types.len();
    let rest = match &others[..] {
        [one] => one.clone(),
        _ => json!(others),
    };
    normal.insert("type".to_owned(), rest);
    nullable
}

/// Alternatives of constants are an enumeration; null comes last.
fn alternatives(normal: &mut Map<String, Value>, alternatives: Vec<Value>) {
    let null = json!({ "type": "null" });
    let (nulls, mut others): (Vec<_>, Vec<_>) = alternatives.into_iter().partition(|one| *one == null);
    if others.iter().all(|one| one["enum"].is_array()) {
        let constants = others.iter().filter_map(|one| one["enum"].as_array()).flatten();
        let mut constants: Vec<_> = constants.filter_map(Value::as_str).collect();
        constants.sort_unstable();
        others = vec![json!({ "enum": constants })];
    }
    if others.len() > 1 && !nulls.is_empty() {
        others = vec![json!({ "oneOf": others })];
    }
    others.extend(nulls);
    match <[Value; 1]>::try_from(others) {
        Ok([Value::Object(only)]) => normal.extend(only),
        Ok(only) => drop(normal.insert("oneOf".to_owned(), json!(only))),
        Err(others) => drop(normal.insert("oneOf".to_owned(), Value::Array(others))),
    }
}

/// Merges a part of an `allOf`.
fn merge(normal: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (keyword, value) in part {
        match (normal.get_mut(&keyword), value) {
            (Some(Value::Object(members)), Value::Object(more)) => members.extend(more),
            (Some(Value::Array(items)), Value::Array(more)) => {
                items.extend(more);
                items.sort_by_key(Value::to_string);
                items.dedup();
            }
            (_, value) => drop(normal.insert(keyword, value)),
        }
    }
}
