//! The contract's defaults as Rust expressions.
//! A default that the type cannot have was refused by the parser.

use serde_json::Value;

use super::{literals, resolve};
use crate::model::{Api, Shape, TextFormat, Type};
use crate::names;

/// The expression of a default, or nothing where it has no simple one (objects, unions): the field is then like one
/// without a default, and whoever reads it has to know what its absence means.
pub(in crate::emit) fn expression(api: &Api, ty: &Type, json: &str, nullable: bool) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    match (nullable, &value) {
        (true, Value::Null) => Some("None".to_owned()),
        (true, _) => of(api, ty, &value).map(|value| format!("Some({value})")),
        (false, _) => of(api, ty, &value),
    }
}

/// Whether `Default` of the type makes it.
pub(super) fn is_of_type(expression: &str) -> bool {
    matches!(
        expression,
        "false" | "None" | "0" | "0.0" | "String::new()" | "Vec::new()" | "BTreeMap::new()"
    )
}

fn of(api: &Api, ty: &Type, value: &Value) -> Option<String> {
    match (resolve(api, ty), value) {
        (Type::Named(name), _) => of_named(api, name, value),
        (Type::Nullable(_), Value::Null) => Some("None".to_owned()),
        (Type::Nullable(inner), _) => of(api, inner, value).map(|value| format!("Some({value})")),
        (Type::Text(text), Value::String(string)) => of_text(text.format, string),
        (Type::Integer(_), Value::Number(number)) => integer(number),
        (Type::Number(_), Value::Number(number)) => number.as_f64().map(literals::float),
        (Type::Boolean, Value::Bool(value)) => Some(value.to_string()),
        (Type::Array(_), Value::Array(items)) if items.is_empty() => Some("Vec::new()".to_owned()),
        (Type::Array(array), Value::Array(items)) => {
            let items: Option<Vec<_>> = items.iter().map(|item| of(api, &array.items, item)).collect();
            items.map(|items| format!("vec![{}]", items.join(", ")))
        }
        (Type::Map(_), Value::Object(members)) if members.is_empty() => Some("BTreeMap::new()".to_owned()),
        (Type::Map(map), Value::Object(members)) => {
            let member = |(name, value): (&String, &Value)| {
                of(api, &map.values, value).map(|value| format!("({}.to_owned(), {value})", literals::text(name)))
            };
            let members: Option<Vec<_>> = members.iter().map(member).collect();
            members.map(|members| format!("BTreeMap::from([{}])", members.join(", ")))
        }
        (Type::Any, value) => Some(format!("serde_json::json!({})", literals::json(&value.to_string()))),
        _ => None,
    }
}

/// As JSON Schema says, `25.0` is an integer.
fn integer(number: &serde_json::Number) -> Option<String> {
    let whole = |value: f64| (value.fract() == 0.0).then(|| format!("{value:.0}"));
    number
        .as_i64()
        .map(|value| value.to_string())
        .or_else(|| number.as_f64().and_then(whole))
}

fn of_text(format: TextFormat, value: &str) -> Option<String> {
    match format {
        // The parser has checked that it is one.
        TextFormat::Uuid | TextFormat::DateTime | TextFormat::Date => {
            Some(format!("{}.parse().unwrap_or_default()", literals::text(value)))
        }
        TextFormat::Password => Some(format!("Secret::new({})", literals::text(value))),
        _ if value.is_empty() => Some("String::new()".to_owned()),
        _ => Some(format!("{}.to_owned()", literals::text(value))),
    }
}

/// Enums by their variant; constrained scalars by their only field, which this module sees.
fn of_named(api: &Api, name: &str, value: &Value) -> Option<String> {
    match (&api.type_def(name)?.shape, value) {
        (Shape::Enum(values), Value::String(string)) if values.iter().any(|value| value.value == *string) => {
            Some(format!("{name}::{}", names::rust_variant(string)))
        }
        (Shape::Alias(Type::Text(text)), Value::String(string)) if text.format == TextFormat::Password => {
            Some(format!("{name}(Secret::new({}))", literals::text(string)))
        }
        (Shape::Alias(Type::Text(_)), Value::String(string)) => {
            Some(format!("{name}({}.to_owned())", literals::text(string)))
        }
        (Shape::Alias(ty), Value::Number(_)) => of(api, ty, value).map(|number| format!("{name}({number})")),
        _ => None,
    }
}
