//! How values are read from requests: rules as expressions over the runtime, and functions that read a type.
//! What an object or union does around them is theirs.

use super::literals;
use crate::model::{Api, ArrayType, IntegerType, MapType, NumberType, Shape, TextFormat, TextType, Type};
use crate::names;

/// A function that reads a value: a path or a closure.
pub(super) fn reader(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(name) if has_rules(api, name) => reader_of_alias(name),
        Type::Named(name) => format!("{name}::decode"),
        Type::Nullable(inner) if !is_plain(api, ty) => format!("|json| json.nullable({})", reader(api, inner)),
        Type::Array(array) if !is_plain(api, ty) => {
            format!(
                "|json| json.array(&{}, {})",
                array_rules(array),
                reader(api, &array.items)
            )
        }
        Type::Map(map) if !is_plain(api, ty) => {
            format!("|json| json.map(&{}, {})", map_rules(map), reader(api, &map.values))
        }
        // The field that it is for tells the rest of the type.
        Type::Nullable(_) => "Option::decode".to_owned(),
        Type::FreeObject => "serde_json::Map::decode".to_owned(),
        Type::Array(_) => "Vec::decode".to_owned(),
        Type::Map(_) => "BTreeMap::decode".to_owned(),
        Type::Text(TextType {
            format: TextFormat::DateTime,
            ..
        }) => "chrono::DateTime::decode".to_owned(),
        _ => match scalar_rules(ty) {
            Some(rules) if ty.is_constrained() => format!("|json| {rules}.from_json(json)"),
            _ => format!("{}::decode", super::rust_type(ty)),
        },
    }
}

/// The name of the function that reads a constrained array or map, beside its alias.
pub(super) fn reader_of_alias(name: &str) -> String {
    format!("decode_{}", names::snake(name))
}

/// The function that reads a body, where its type is an alias that does not carry its rules.
pub(in crate::emit) fn body_reader(api: &Api, ty: &Type) -> Option<String> {
    match ty {
        Type::Named(name) if has_rules(api, name) => Some(reader_of_alias(name)),
        _ => None,
    }
}

/// Whether this is an alias of an array or map whose rules the Rust type does not carry.
pub(super) fn has_rules(api: &Api, name: &str) -> bool {
    match api.type_def(name).map(|def| &def.shape) {
        Some(Shape::Alias(ty @ (Type::Array(_) | Type::Map(_) | Type::Nullable(_)))) => !is_plain(api, ty),
        Some(Shape::Alias(Type::Named(target))) => has_rules(api, target),
        _ => false,
    }
}

/// Whether the Rust type's own `Decode` is all there is to read.
fn is_plain(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::Named(name) => !has_rules(api, name),
        Type::Array(array) => array_rules(array) == "runtime::Array::new()" && is_plain(api, &array.items),
        Type::Map(map) => map_rules(map) == "runtime::Map::new()" && is_plain(api, &map.values),
        Type::Nullable(inner) => is_plain(api, inner),
        _ => !ty.is_constrained(),
    }
}

/// The rules of a scalar as an expression of the runtime's type.
pub(in crate::emit) fn scalar_rules(ty: &Type) -> Option<String> {
    match ty {
        Type::Text(text) => Some(text_rules(text)),
        Type::Integer(rules) => Some(integer_rules(rules)),
        Type::Number(rules) => Some(number_rules(rules)),
        _ => None,
    }
}

/// The rules of a string, with a secret's wrapping.
fn text_rules(text: &TextType) -> String {
    match text.format {
        TextFormat::Password => format!("runtime::SecretText({})", plain_text_rules(text)),
        _ => plain_text_rules(text),
    }
}

/// The rules of a string alone.
pub(super) fn plain_text_rules(text: &TextType) -> String {
    let mut rules = "runtime::Text::new()".to_owned();
    if let Some(min) = text.min_length {
        rules += &format!(".min({min})");
    }
    if let Some(max) = text.max_length {
        rules += &format!(".max({max})");
    }
    if let Some(pattern) = &text.pattern {
        rules += &format!(".pattern(runtime::pattern!({}))", literals::text(pattern));
    }
    if let Some(format) = format_variant(text.format) {
        rules += &format!(".format(runtime::TextFormat::{format})");
    }
    if let Some(constant) = &text.constant {
        rules += &format!(".constant({})", literals::text(constant));
    }
    rules
}

fn format_variant(format: TextFormat) -> Option<&'static str> {
    match format {
        TextFormat::Email => Some("Email"),
        TextFormat::Uri => Some("Uri"),
        TextFormat::UriReference => Some("UriReference"),
        TextFormat::Hostname => Some("Hostname"),
        TextFormat::Ipv4 => Some("Ipv4"),
        TextFormat::Ipv6 => Some("Ipv6"),
        TextFormat::Byte => Some("Byte"),
        TextFormat::Plain | TextFormat::Uuid | TextFormat::DateTime | TextFormat::Date | TextFormat::Password => None,
    }
}

fn integer_rules(rules: &IntegerType) -> String {
    let number = if rules.is_32_bit { "i32" } else { "i64" };
    let steps = [
        ("min", rules.minimum),
        ("max", rules.maximum),
        ("multiple_of", rules.multiple_of),
    ];
    chain(format!("runtime::Integer::<{number}>::new()"), steps, |value| {
        value.to_string()
    })
}

fn number_rules(rules: &NumberType) -> String {
    let steps = [
        ("min", rules.minimum),
        ("max", rules.maximum),
        ("above", rules.exclusive_minimum),
        ("below", rules.exclusive_maximum),
        ("multiple_of", rules.multiple_of),
    ];
    chain("runtime::Number::new()".to_owned(), steps, literals::float)
}

pub(in crate::emit) fn array_rules(array: &ArrayType) -> String {
    let steps = [("min", array.min_items), ("max", array.max_items)];
    let rules = chain("runtime::Array::new()".to_owned(), steps, |count| count.to_string());
    if array.unique_items { rules + ".unique()" } else { rules }
}

fn map_rules(map: &MapType) -> String {
    let steps = [("min", map.min_properties), ("max", map.max_properties)];
    chain("runtime::Map::new()".to_owned(), steps, |count| count.to_string())
}

/// A builder with a call for every step that has a value.
fn chain<T: Copy, const N: usize>(start: String, steps: [(&str, Option<T>); N], render: fn(T) -> String) -> String {
    steps.into_iter().fold(start, |rules, (step, value)| match value {
        Some(value) => format!("{rules}.{step}({})", render(value)),
        None => rules,
    })
}
