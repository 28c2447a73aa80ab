//! JSON values as Rust tokens, for attributes and defaults.
//! Escapes and number suffixes are decided here, once.

use serde_json::Value;

/// A string literal, raw where that reads better.
pub(in crate::emit) fn text(text: &str) -> String {
    let quoted = text.contains('"');
    let escaped = |c: char| !matches!(c, '\\' | '"' | '\'') && c.escape_debug().len() > 1;
    if !quoted && !text.contains('\\') || text.contains("\"#") || text.chars().any(escaped) {
        format!("{text:?}")
    } else if quoted {
        format!("r#\"{text}\"#")
    } else {
        format!("r\"{text}\"")
    }
}

/// Whether a name contains what a string literal escapes.
pub(super) fn is_escaped(name: &str) -> bool {
    format!("{name:?}").len() > name.len() + 2
}

/// The name on the wire for serde. `utoipa` reads what stands after `rename =` without looking at escapes, so where there
/// are any it gets the name from an attribute of its own.
pub(super) fn serde_name(name: &str) -> String {
    if is_escaped(name) {
        let name = text(name);
        format!("rename(serialize = {name}, deserialize = {name})")
    } else {
        format!("rename = {name:?}")
    }
}

/// The JSON text as tokens for `json!`.
pub(in crate::emit) fn json(source: &str) -> String {
    serde_json::from_str(source).map_or_else(|_| text(source), |value| tokens(&value))
}

/// The JSON text as a value for a `utoipa` attribute, which takes literals bare and all else in `json!`.
pub(in crate::emit) fn schema_value(source: &str) -> String {
    let tokens = serde_json::from_str(source).map_or_else(|_| text(source), |value| broken(&value, 0));
    let literal = tokens.starts_with(|first: char| first == '"' || first == 'r' || first.is_ascii_digit())
        || tokens == "true"
        || tokens == "false";
    if literal { tokens } else { format!("json!({tokens})") }
}

fn tokens(value: &Value) -> String {
    match value {
        Value::String(string) => text(string),
        Value::Number(number) => self::number(number),
        Value::Array(items) => format!("[{}]", items.iter().map(tokens).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", text(name), tokens(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Null | Value::Bool(_) => value.to_string(),
    }
}

/// Tokens over several lines where one would be too long, for `rustfmt` does not look into `json!`.
fn broken(value: &Value, depth: usize) -> String {
    let line = tokens(value);
    let (inner, outer) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    if line.len() + outer.len() <= 80 {
        return line;
    }
    match value {
        Value::Array(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("{inner}{},\n", broken(item, depth + 1)))
                .collect();
            format!("[\n{items}{outer}]")
        }
        Value::Object(members) => {
            let members: String = members
                .iter()
                .map(|(name, value)| format!("{inner}{}: {},\n", text(name), broken(value, depth + 1)))
                .collect();
            format!("{{\n{members}{outer}}}")
        }
        _ => line,
    }
}

/// Rust takes an integer literal for an `i32`.
fn number(number: &serde_json::Number) -> String {
    match (number.as_i64(), number.as_u64()) {
        (Some(value), _) if i32::try_from(value).is_err() => format!("{value}_i64"),
        (None, Some(value)) => format!("{value}_u64"),
        _ => number.to_string(),
    }
}

/// A floating-point literal.
pub(super) fn float(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_raw_only_where_that_is_the_same() {
        for (string, expected) in [
            ("plain", r#""plain""#),
            (r"^\S$", r#"r"^\S$""#),
            ("a \"b\" \\", "r#\"a \"b\" \\\"#"),
            ("\"#", "\"\\\"#\""),
            ("\\\n", "\"\\\\\\n\""),
            ("\\\u{202e}", "\"\\\\\\u{202e}\""),
        ] {
            assert_eq!(text(string), expected);
            let literal: syn::LitStr =
                syn::parse_str(&text(string)).unwrap_or_else(|error| panic!("{string:?}: {error}"));
            assert_eq!(literal.value(), string);
        }
    }

    #[test]
    fn numbers_have_the_type_that_they_need() {
        for (source, expected) in [
            ("2147483647", "2147483647"),
            ("2147483648", "2147483648_i64"),
            ("-2147483649", "-2147483649_i64"),
            ("18446744073709551615", "18446744073709551615_u64"),
            ("0.5", "0.5"),
        ] {
            assert_eq!(json(source), expected);
        }
        assert_eq!(schema_value("-1"), "json!(-1)");
        assert_eq!(schema_value("null"), "json!(null)");
    }
}
