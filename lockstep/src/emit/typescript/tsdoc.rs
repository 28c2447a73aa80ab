//! TSDoc comments: prose and tags, escaped so that no text of the contract can end a comment or begin a tag.
//! The rules of a type become tags that JSON Schema tools read back.

use serde_json::{Map, Value};

use super::syntax::LINE;
use crate::model::{ArrayType, IntegerType, MapType, NumberType, TextFormat, TextType, Type};

/// A comment in the making.
#[derive(Default)]
pub(super) struct Comment {
    lines: Vec<String>,
    tags: Vec<String>,
}

impl Comment {
    /// A comment that begins with prose.
    pub(super) fn new(prose: &str) -> Self {
        Self::default().paragraph(prose)
    }

    /// Adds prose, after a blank line where there is some already.
    pub(super) fn paragraph(mut self, prose: &str) -> Self {
        if !prose.trim().is_empty() {
            if !self.lines.is_empty() {
                self.lines.push(String::new());
            }
            self.lines
                .extend(prose.trim().lines().map(|line| escape_prose(line.trim_end())));
        }
        self
    }

    /// Adds `@name text`, with text that must stay as it is, such as an expression.
    pub(super) fn tag(mut self, name: &str, text: &str) -> Self {
        self.tags
            .extend(format!("@{name} {text}").trim_end().lines().map(str::to_owned));
        self
    }

    /// Adds the rules of a type.
    pub(super) fn rules(self, ty: &Type) -> Self {
        rules(ty)
            .into_iter()
            .fold(self, |comment, (name, value)| match (name, &value) {
                ("pattern", Value::String(pattern)) => comment.tag(name, &escape_pattern(pattern)),
                (_, Value::String(text)) => comment.tag(name, text),
                _ => comment.tag(name, &escape_json(&value.to_string())),
            })
    }

    /// Adds what is told of every value: its default, its examples and whether it is deprecated.
    pub(super) fn facts(mut self, default: Option<&String>, examples: &[String], deprecated: bool) -> Self {
        if let Some(default) = default {
            self = self.tag("default", &escape_json(default));
        }
        for example in examples {
            self = self.tag("example", &escape_json(&readable(example)));
        }
        if deprecated { self.tag("deprecated", "") } else { self }
    }

    /// The text of the comment with its line end, or nothing where there is nothing to say.
    pub(super) fn render(&self, indent: &str) -> String {
        let mut lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        if let ([line], []) = (lines.as_slice(), self.tags.as_slice())
            && indent.len() + line.len() + "/**  */".len() <= LINE
        {
            return format!("{indent}/** {line} */\n");
        }
        if !lines.is_empty() && !self.tags.is_empty() {
            lines.push("");
        }
        lines.extend(self.tags.iter().map(String::as_str));
        if lines.is_empty() {
            return String::new();
        }
        let body: String = lines
            .iter()
            .map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n")
            .collect();
        format!("{indent}/**\n{body}{indent} */\n")
    }
}

/// The rules of a type in the words of JSON Schema; those of a named type stand at its own declaration.
fn rules(ty: &Type) -> Vec<(&'static str, Value)> {
    match ty {
        Type::Text(text) => text_rules(text),
        Type::Integer(integer) => integer_rules(integer),
        Type::Number(number) => number_rules(number),
        Type::Array(array) => array_rules(array),
        Type::Map(map) => map_rules(map),
        Type::Nullable(inner) => rules(inner),
        Type::Named(_) | Type::Boolean | Type::FreeObject | Type::Any | Type::Bytes => Vec::new(),
    }
}

fn text_rules(text: &TextType) -> Vec<(&'static str, Value)> {
    present([
        ("format", format_name(text.format).map(Value::from)),
        ("minLength", text.min_length.map(Value::from)),
        ("maxLength", text.max_length.map(Value::from)),
        ("pattern", text.pattern.clone().map(Value::from)),
    ])
}

fn integer_rules(integer: &IntegerType) -> Vec<(&'static str, Value)> {
    present([
        ("asType", Some(Value::from("integer"))),
        ("format", integer.is_32_bit.then(|| Value::from("int32"))),
        ("minimum", integer.minimum.map(Value::from)),
        ("maximum", integer.maximum.map(Value::from)),
        ("multipleOf", integer.multiple_of.map(Value::from)),
    ])
}

fn number_rules(number: &NumberType) -> Vec<(&'static str, Value)> {
    present([
        ("format", number.is_float.then(|| Value::from("float"))),
        ("minimum", number.minimum.map(decimal)),
        ("maximum", number.maximum.map(decimal)),
        ("exclusiveMinimum", number.exclusive_minimum.map(decimal)),
        ("exclusiveMaximum", number.exclusive_maximum.map(decimal)),
        ("multipleOf", number.multiple_of.map(decimal)),
    ])
}

fn array_rules(array: &ArrayType) -> Vec<(&'static str, Value)> {
    present([
        ("minItems", array.min_items.map(Value::from)),
        ("maxItems", array.max_items.map(Value::from)),
        ("uniqueItems", array.unique_items.then_some(Value::Bool(true))),
        ("items", nested(&array.items)),
    ])
}

fn map_rules(map: &MapType) -> Vec<(&'static str, Value)> {
    present([
        ("minProperties", map.min_properties.map(Value::from)),
        ("maxProperties", map.max_properties.map(Value::from)),
        ("additionalProperties", nested(&map.values)),
    ])
}

/// The rules of items and values, which have no comment of their own, as one JSON object.
fn nested(ty: &Type) -> Option<Value> {
    let rules: Map<String, Value> = rules(ty)
        .into_iter()
        .map(|(name, value)| (if name == "asType" { "type" } else { name }.to_owned(), value))
        .collect();
    (!rules.is_empty()).then_some(Value::Object(rules))
}

fn present<const N: usize>(rules: [(&'static str, Option<Value>); N]) -> Vec<(&'static str, Value)> {
    rules
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// A number as a person writes it: `1`, not `1.0`.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that fit are cast")]
fn decimal(number: f64) -> Value {
    let whole = number as i64;
    if whole as f64 == number {
        Value::from(whole)
    } else {
        Value::from(number)
    }
}

fn format_name(format: TextFormat) -> Option<&'static str> {
    match format {
        TextFormat::Plain => None,
        TextFormat::Uuid => Some("uuid"),
        TextFormat::DateTime => Some("date-time"),
        TextFormat::Date => Some("date"),
        TextFormat::Email => Some("email"),
        TextFormat::Uri => Some("uri"),
        TextFormat::UriReference => Some("uri-reference"),
        TextFormat::Hostname => Some("hostname"),
        TextFormat::Ipv4 => Some("ipv4"),
        TextFormat::Ipv6 => Some("ipv6"),
        TextFormat::Byte => Some("byte"),
        TextFormat::Password => Some("password"),
    }
}

/// JSON over several lines where one would be too long.
fn readable(json: &str) -> String {
    let too_long = json.len() + " * @example ".len() > LINE;
    let pretty = || {
        serde_json::from_str::<Value>(json)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .ok()
    };
    too_long.then(pretty).flatten().unwrap_or_else(|| json.to_owned())
}

/// Prose: `*/` would end the comment, and an `@` that begins a word would begin a tag.
fn escape_prose(line: &str) -> String {
    escape_tags(line, "\\@").replace("*/", "*\\/")
}

/// JSON: the same two, by escapes that JSON has, so that the text still means the same.
pub(super) fn escape_json(json: &str) -> String {
    escape_tags(json, "\\u0040").replace("*/", "*\\/")
}

/// An expression: the same two, by escapes of ECMA 262.
fn escape_pattern(pattern: &str) -> String {
    let lines = pattern.replace('\n', "\\n").replace('\r', "\\r");
    escape_tags(&lines, "\\x40").replace("*/", "*\\/")
}

/// Replaces every `@` that begins a word.
fn escape_tags(text: &str, replacement: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut begins_word = true;
    for character in text.chars() {
        if character == '@' && begins_word {
            escaped.push_str(replacement);
        } else {
            escaped.push(character);
        }
        begins_word = character.is_whitespace();
    }
    escaped
}
