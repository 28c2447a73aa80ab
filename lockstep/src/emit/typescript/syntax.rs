//! The small words of TypeScript: literals, property names and the spelling of types.
//! Declarations are written elsewhere.

use serde_json::Value;

use crate::model::Type;
use crate::names;

/// The types that `client.ts` declares or needs from the platform, beside those that no schema can be called.
pub(super) const RESERVED: [&str; 12] = [
    "AbortSignal",
    "Answer",
    "AnswerFormat",
    "AnswerHeaders",
    "CallOptions",
    "Client",
    "ClientOptions",
    "HeaderFormat",
    "OperationFormat",
    "Operations",
    "RequestParts",
    "Unexpected",
];

/// A string literal: that of JSON is one of ECMAScript too.
pub(super) fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

/// A member name with its optional mark, as in `limit?`.
pub(super) fn member(name: &str, required: bool) -> String {
    names::typescript_member(name) + if required { "" } else { "?" }
}

/// A type. Rules beyond the shape are told in the comments (see `tsdoc`).
pub(super) fn type_of(ty: &Type) -> String {
    match ty {
        Type::Named(name) => name.clone(),
        Type::Text(text) => text.constant.as_deref().map_or_else(|| "string".to_owned(), literal),
        Type::Integer(_) | Type::Number(_) => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Array(array) if matches!(array.items, Type::Nullable(_)) => format!("({})[]", type_of(&array.items)),
        Type::Array(array) => format!("{}[]", type_of(&array.items)),
        Type::Map(map) => format!("{{ [key: string]: {} }}", type_of(&map.values)),
        Type::FreeObject => "{ [key: string]: unknown }".to_owned(),
        Type::Any => "unknown".to_owned(),
        Type::Nullable(inner) => format!("{} | null", type_of(inner)),
        Type::Bytes => "Blob".to_owned(),
    }
}

/// A type, or null where that is allowed.
pub(super) fn nullable(ty: &Type, nullable: bool) -> String {
    // `unknown` has null already.
    if nullable && *ty != Type::Any {
        format!("{} | null", type_of(ty))
    } else {
        type_of(ty)
    }
}

/// `open a, b close` on the line that `prefix` begins, or with a line for each item where that would be too long.
pub(super) fn list(prefix: &str, [open, close]: [&str; 2], separator: &str, items: &[String]) -> String {
    let gap = if open == "{" { " " } else { "" };
    let line = format!("{open}{gap}{}{gap}{close}", items.join(&format!("{separator} ")));
    if prefix.len() + line.len() < LINE {
        return line;
    }
    let indent = &prefix[..prefix.len() - prefix.trim_start().len()];
    let items: String = items
        .iter()
        .map(|item| format!("{indent}  {item}{separator}\n"))
        .collect();
    format!("{open}\n{items}{indent}{close}")
}

/// The longest line, where lines can be broken.
pub(super) const LINE: usize = 120;

/// A union of types after `prefix`.
pub(super) fn union_of(prefix: &str, types: &[String]) -> String {
    let line = types.join(" | ");
    if prefix.len() + line.len() < LINE {
        return format!("{prefix} {line}");
    }
    let lines: String = types.iter().map(|ty| format!("\n  | {ty}")).collect();
    format!("{prefix}{lines}")
}
