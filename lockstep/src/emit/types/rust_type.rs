//! How a type of the contract is written in Rust.
//! Rules of values do not show here.

use crate::model::{TextFormat, Type};

/// The Rust type of a value, as written in the module of the types.
pub fn rust_type(ty: &Type) -> String {
    match ty {
        Type::Named(name) => name.clone(),
        Type::Text(text) => text_type(text.format).to_owned(),
        Type::Integer(rules) => if rules.is_32_bit { "i32" } else { "i64" }.to_owned(),
        Type::Number(_) => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Array(array) => format!("Vec<{}>", rust_type(&array.items)),
        Type::Map(map) => format!("BTreeMap<String, {}>", rust_type(&map.values)),
        Type::FreeObject => "serde_json::Map<String, serde_json::Value>".to_owned(),
        Type::Any => "serde_json::Value".to_owned(),
        Type::Nullable(inner) => format!("Option<{}>", rust_type(inner)),
        Type::Bytes => "Vec<u8>".to_owned(),
    }
}

fn text_type(format: TextFormat) -> &'static str {
    match format {
        TextFormat::Uuid => "uuid::Uuid",
        TextFormat::DateTime => "chrono::DateTime<chrono::Utc>",
        TextFormat::Date => "chrono::NaiveDate",
        TextFormat::Password => "Secret",
        TextFormat::Plain
        | TextFormat::Email
        | TextFormat::Uri
        | TextFormat::UriReference
        | TextFormat::Hostname
        | TextFormat::Ipv4
        | TextFormat::Ipv6
        | TextFormat::Byte => "String",
    }
}
