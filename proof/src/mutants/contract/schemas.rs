//! What can go wrong in schemas: bounds, patterns, formats, values, members, types, defaults; and in what is said of things.

use super::Operator;
use super::edit::Edit;
use super::operations::{each, flipped};
use super::places::{At, Places};
use serde_json::{Value, json};

const BOUNDS: [&str; 8] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "minProperties",
    "maxProperties",
];

pub(super) const OPERATORS: [Operator; 23] = [
    ("bound-raised", |places| bounds(places, |it, name| moved(it, name, 1))),
    ("bound-lowered", |places| bounds(places, |it, name| moved(it, name, -1))),
    ("bound-removed", |places| {
        bounds(places, |it, name| Some(Edit::remove(it.member(name))))
    }),
    ("bound-added", |places| each(&places.schemas, bound_added)),
    ("pattern-changed", |places| {
        having(places, "pattern", |it| Edit::replace(it.member("pattern"), "^[^~]*$"))
    }),
    ("pattern-removed", |places| {
        having(places, "pattern", |it| Edit::remove(it.member("pattern")))
    }),
    ("format-changed", |places| each(&places.schemas, format_changed)),
    ("format-removed", |places| {
        having(places, "format", |it| Edit::remove(it.member("format")))
    }),
    ("enum-value-added", |places| {
        having(places, "enum", |it| Edit::insert(it.member("enum"), "", "mistaken"))
    }),
    ("enum-value-removed", |places| {
        having(places, "enum", |it| Edit::remove(format!("{}/0", it.member("enum"))))
    }),
    ("required-added", |places| each(&places.schemas, required_added)),
    ("required-removed", |places| {
        having(places, "required", |it| {
            Edit::remove(format!("{}/0", it.member("required")))
        })
    }),
    ("property-added", |places| {
        having(places, "properties", |it| {
            Edit::insert(
                it.member("properties"),
                "mistake",
                json!({ "type": "string", "maxLength": 10, "description": "A mistake." }),
            )
        })
    }),
    ("property-removed", |places| {
        properties(places, |all, name| Edit::remove(all.member(name)))
    }),
    ("property-renamed", |places| {
        properties(places, |all, name| {
            Edit::rename(all.member(name), format!("{name}Anew"))
        })
    }),
    ("type-changed", |places| each(&places.schemas, type_changed)),
    ("nullable-changed", |places| each(&places.schemas, nullable_changed)),
    ("additional-properties-flipped", |places| {
        each(&places.schemas, additional_properties_flipped)
    }),
    ("default-changed", |places| each(&places.schemas, default_changed)),
    ("unique-items-flipped", |places| {
        each(&places.schemas, |it| {
            (it.text("type") == Some("array")).then(|| flipped(it, "uniqueItems"))
        })
    }),
    ("description-of-operation-changed", |places| {
        described(&places.operations)
    }),
    ("description-of-parameter-changed", |places| {
        described(&places.parameters)
    }),
    ("description-of-schema-changed", |places| described(&places.schemas)),
];

/// At every schema that has this member.
fn having(places: &Places<'_>, name: &str, edit: impl Fn(&At<'_>) -> Edit) -> Vec<Edit> {
    each(&places.schemas, |it| it.value.get(name).map(|_| edit(it)))
}

fn described(places: &[At<'_>]) -> Vec<Edit> {
    let edit = |it: &At<'_>| {
        Some(Edit::replace(
            it.member("description"),
            format!("Not {}", it.text("description")?),
        ))
    };
    each(places, edit)
}

fn bounds(places: &Places<'_>, edit: impl Fn(&At<'_>, &str) -> Option<Edit>) -> Vec<Edit> {
    let present = |it: &At<'_>| {
        let names = BOUNDS.into_iter().filter(|name| it.value.contains_key(*name));
        names.filter_map(|name| edit(it, name)).collect::<Vec<_>>()
    };
    places.schemas.iter().flat_map(present).collect()
}

fn moved(it: &At<'_>, name: &str, by: i64) -> Option<Edit> {
    let bound = it.value.get(name)?.as_i64()? + by;
    (bound >= 0 || name == "minimum").then(|| Edit::replace(it.member(name), bound))
}

fn bound_added(it: &At<'_>) -> Option<Edit> {
    let (name, bound) = match it.text("type")? {
        "string" if it.value.get("enum").is_none() => ("maxLength", 12),
        "array" => ("maxItems", 1),
        "integer" | "number" => ("maximum", 2),
        _ => return None,
    };
    (!it.value.contains_key(name)).then(|| Edit::insert(&it.pointer, name, bound))
}

fn format_changed(it: &At<'_>) -> Option<Edit> {
    let other = match it.text("format")? {
        "uuid" => "date-time",
        "date-time" => "date",
        "date" => "date-time",
        "email" => "uri",
        "uri" | "uri-reference" => "email",
        "int32" => "int64",
        "int64" => "int32",
        "double" => "float",
        _ => return None,
    };
    Some(Edit::replace(it.member("format"), other))
}

/// The first member that need not be there has to be.
fn required_added(it: &At<'_>) -> Option<Edit> {
    let required = it.value.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let name = it.object("properties")?.value.keys().find(|name| !is_required(name))?;
    Some(match required {
        Some(_) => Edit::insert(it.member("required"), "", name.as_str()),
        None => Edit::insert(&it.pointer, "required", json!([name])),
    })
}

fn properties(places: &Places<'_>, edit: impl Fn(&At<'_>, &str) -> Edit) -> Vec<Edit> {
    let all = places.schemas.iter().filter_map(|it| it.object("properties"));
    let edits = all.flat_map(|all| all.value.keys().map(|name| edit(&all, name)).collect::<Vec<_>>());
    edits.collect()
}

/// Another type, without what only the old one can have.
fn type_changed(it: &At<'_>) -> Option<Edit> {
    let other = match it.text("type")? {
        "string" => json!({ "type": "integer", "format": "int32" }),
        "integer" | "number" => json!({ "type": "string" }),
        "boolean" => json!({ "type": "string" }),
        "array" => json!({ "type": "object", "properties": {} }),
        _ => return None,
    };
    let mut other = other.as_object()?.clone();
    if let Some(description) = it.value.get("description") {
        other.insert("description".to_owned(), description.clone());
    }
    Some(Edit::replace(&it.pointer, other))
}

fn nullable_changed(it: &At<'_>) -> Option<Edit> {
    let changed = match it.value.get("type")? {
        Value::String(name) if it.value.get("enum").is_none() => json!([name, "null"]),
        Value::Array(names) => names.iter().find(|name| *name != "null")?.clone(),
        _ => return None,
    };
    Some(Edit::replace(it.member("type"), changed))
}

fn additional_properties_flipped(it: &At<'_>) -> Option<Edit> {
    it.object("properties")?;
    match it.value.get("additionalProperties") {
        None => Some(Edit::insert(&it.pointer, "additionalProperties", false)),
        Some(Value::Bool(false)) => Some(Edit::remove(it.member("additionalProperties"))),
        Some(_) => None,
    }
}

fn default_changed(it: &At<'_>) -> Option<Edit> {
    let changed = match it.value.get("default")? {
        Value::Bool(value) => json!(!value),
        Value::Number(value) => json!(value.as_i64()? + 1),
        Value::String(value) => {
            let values = it.value.get("enum")?.as_array()?;
            values.iter().find(|it| *it != value)?.clone()
        }
        _ => return None,
    };
    Some(Edit::replace(it.member("default"), changed))
}
