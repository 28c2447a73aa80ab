//! The schemas of a contract as its types have them: 3.0 in the words of 3.1, tags narrowed to those of their variant,
//! and two schemas where members travel in one direction only. Nothing here knows what is derived from types.

use serde_json::{Map, Value, json};

/// The words of 3.1 for those of 3.0, and no word that tells only people something.
pub(crate) fn modern(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    members.retain(|keyword, _| {
        !["$comment", "externalDocs", "example"].contains(&&**keyword) && !keyword.starts_with("x-")
    });
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(exclusive)) = members.get(flag).cloned() {
            members.remove(flag);
            let bound = exclusive.then(|| members.remove(bound)).flatten();
            members.extend(bound.map(|bound| (flag.to_owned(), bound)));
        }
    }
    if members
        .get("type")
        .is_some_and(|ty| ty == "integer" || ty[0] == "integer")
    {
        inclusive(members, ("exclusiveMinimum", "minimum"), |bound| bound + 1, i64::max);
        inclusive(members, ("exclusiveMaximum", "maximum"), |bound| bound - 1, i64::min);
    }
    inner(members).into_iter().for_each(modern);
    if members.remove("nullable") == Some(json!(true)) {
        *schema = or_null(schema.take());
    }
}

/// An exclusive bound of integers is an inclusive one, and of two the narrower one counts.
fn inclusive(
    members: &mut Map<String, Value>,
    (exclusive, bound): (&str, &str),
    beside: fn(i64) -> i64,
    narrower: fn(i64, i64) -> i64,
) {
    if let Some(excluded) = members.remove(exclusive) {
        let own = beside(excluded.as_i64().unwrap());
        let other = members.get(bound).and_then(Value::as_i64).unwrap_or(own);
        members.insert(bound.to_owned(), json!(narrower(own, other)));
    }
}

fn or_null(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(ty) => schema["type"] = json!([ty, "null"]),
        None => schema = json!({ "oneOf": [schema, { "type": "null" }] }),
    }
    schema
}

/// The schemas in a schema.
fn inner(members: &mut Map<String, Value>) -> Vec<&mut Value> {
    let mut found = Vec::new();
    for (keyword, value) in members {
        match keyword.as_str() {
            "properties" => found.extend(value.as_object_mut().into_iter().flat_map(Map::values_mut)),
            "allOf" | "oneOf" | "anyOf" => found.extend(value.as_array_mut().into_iter().flatten()),
            "items" | "additionalProperties" => found.push(value),
            _ => {}
        }
    }
    found
}

/// Narrows the tag of every variant to what a union says of it.
pub(crate) fn narrow(components: &mut Value) {
    let mut unions = Vec::new();
    components
        .as_object()
        .unwrap()
        .values()
        .for_each(|schema| collect_unions(schema, &mut unions));
    for union in unions {
        let discriminator = &union["discriminator"];
        let (tag, mapping) = (
            discriminator["propertyName"].as_str().unwrap(),
            &discriminator["mapping"],
        );
        let variants = ["oneOf", "anyOf"]
            .into_iter()
            .filter_map(|key| union[key].as_array())
            .flatten();
        for variant in variants.filter_map(|variant| variant["$ref"].as_str()).map(last) {
            let mapped = mapping.as_object().into_iter().flatten();
            let mut tags: Vec<_> = mapped
                .filter(|(_, target)| target.as_str().map(last) == Some(variant))
                .map(|(tag, _)| json!(tag))
                .collect();
            let own = &components[variant]["properties"][tag];
            if tags.is_empty() {
                let only = own["enum"].as_array().and_then(|values| values.first());
                tags.push(own.get("const").or(only).unwrap_or(&json!(variant)).clone());
            }
            components[variant]["properties"][tag] = json!({ "type": "string", "enum": tags });
        }
    }
}

fn collect_unions(schema: &Value, unions: &mut Vec<Value>) {
    if schema["discriminator"].is_object() {
        unions.push(schema.clone());
    }
    let mut members = schema.as_object().cloned().unwrap_or_default();
    inner(&mut members)
        .into_iter()
        .for_each(|inner| collect_unions(inner, unions));
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// Adds the request's half of every schema of these names, and takes from the other half what only requests have.
pub(crate) fn halve(components: &mut Value, inputs: &[&str]) {
    let halves: Vec<_> = inputs.iter().filter_map(|name| name.strip_suffix("Input")).collect();
    let whole = components.clone();
    for (name, schema) in whole.as_object().unwrap() {
        let is_split = halves.contains(&name.as_str());
        if is_split {
            let mut input = schema.clone();
            without(&mut input, "readOnly", &whole);
            rename(&mut input, &halves);
            components[format!("{name}Input")] = input;
        }
        without(&mut components[name], "writeOnly", &whole);
    }
}

/// Takes members of one direction away, and the word from the others.
fn without(schema: &mut Value, direction: &str, components: &Value) {
    let Value::Object(members) = schema else { return };
    let says = |member: &Value| {
        let target = member["$ref"]
            .as_str()
            .map_or(&Value::Null, |reference| &components[last(reference)]);
        member[direction] == true || target[direction] == true
    };
    let properties = members.get_mut("properties").and_then(Value::as_object_mut);
    let gone: Vec<_> = properties
        .iter()
        .flat_map(|properties| properties.iter())
        .filter(|(_, member)| says(member))
        .map(|(name, _)| json!(name))
        .collect();
    if let Some(properties) = properties {
        properties.retain(|name, _| !gone.contains(&json!(name)));
    }
    if let Some(Value::Array(required)) = members.get_mut("required") {
        required.retain(|name| !gone.contains(name));
    }
    members.retain(|keyword, _| !["readOnly", "writeOnly"].contains(&&**keyword));
    inner(members)
        .into_iter()
        .for_each(|inner| without(inner, direction, components));
}

fn rename(schema: &mut Value, halves: &[&str]) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::String(reference)) = members.get_mut("$ref")
        && halves.contains(&last(reference))
    {
        reference.push_str("Input");
    }
    inner(members).into_iter().for_each(|inner| rename(inner, halves));
}
