//! What the discriminators of a contract say, said in the words of JSON Schema: in a variant of a union, the member that
//! tells variants apart has the values that the mapping has for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Writes it into the schemas of the variants.
pub fn apply(contract: &mut Value) {
    let mut tags: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    collect(contract, &mut tags);
    for ((schema, member), values) in tags {
        if let Some(schema) = contract.pointer_mut(&format!("/components/schemas/{schema}")) {
            narrow(schema, &member, &values);
        }
    }
}

/// The values of each variant's member.
fn collect(value: &Value, tags: &mut BTreeMap<(String, String), Vec<String>>) {
    if let (Some(member), Some(variants)) = (value["discriminator"]["propertyName"].as_str(), variants(value)) {
        let mapping = value["discriminator"]["mapping"].as_object();
        for variant in variants {
            // Without a mapping, the name of the schema is the value.
            let mapped: Vec<_> = mapping
                .into_iter()
                .flatten()
                .filter(|(_, target)| target_name(target) == variant)
                .collect();
            let values = match mapping {
                Some(_) => mapped.into_iter().map(|(value, _)| value.clone()).collect(),
                None => vec![variant.to_owned()],
            };
            tags.entry((variant.to_owned(), member.to_owned()))
                .or_default()
                .extend(values);
        }
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, tags)),
        Value::Object(members) => members.values().for_each(|member| collect(member, tags)),
        _ => {}
    }
}

fn variants(union: &Value) -> Option<Vec<&str>> {
    let all = union["oneOf"].as_array().or_else(|| union["anyOf"].as_array())?;
    Some(all.iter().filter_map(|one| one.get("$ref")).map(target_name).collect())
}

fn target_name(target: &Value) -> &str {
    target
        .as_str()
        .and_then(|target| target.rsplit('/').next())
        .unwrap_or_default()
}

/// Narrows a member where it is declared; where another schema declares it, beside that.
fn narrow(schema: &mut Value, member: &str, values: &[String]) {
    let parts = schema["allOf"].as_array().map_or(0, Vec::len);
    let places = (0..parts).map(|part| format!("/allOf/{part}/properties/{member}"));
    for place in places.chain([format!("/properties/{member}")]) {
        if let Some(declared) = schema.pointer_mut(&place) {
            narrow_declared(declared, values);
            return;
        }
    }
    let beside = json!({ "properties": { member: { "type": "string", "enum": values } } });
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(parts) => parts.push(beside),
        None => schema["allOf"] = json!([beside]),
    }
}

/// What a declaration says itself stays, as far as the discriminator allows it.
fn narrow_declared(declared: &mut Value, values: &[String]) {
    let Some(members) = declared
        .as_object_mut()
        .filter(|members| !members.contains_key("const"))
    else {
        return;
    };
    let mut allowed = json!(values);
    if let (Some(Value::Array(own)), Value::Array(allowed)) = (members.get("enum"), &mut allowed) {
        allowed.retain(|value| own.contains(value));
    }
    if allowed != json!([]) {
        members.remove("$ref");
        members.insert("type".to_owned(), json!("string"));
        members.insert("enum".to_owned(), allowed);
    }
}
