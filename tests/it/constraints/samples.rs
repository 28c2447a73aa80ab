//! Values for a schema: such as keep every rule, such as meet a bound exactly, and such as break one rule, with the code
//! of the violation. Where they are put is not known here.

use regex::Regex;
use serde_json::{Value, json};

use super::contract::Contract;

/// A value that keeps every rule.
pub(super) fn any(contract: &Contract, schema: &Value) -> Value {
    match schema["type"].as_str().unwrap() {
        "string" if schema["enum"].is_array() => schema["enum"][0].clone(),
        "array" => items(contract, schema, 1),
        "object" => schema["examples"][0].clone(),
        "boolean" => json!(true),
        "integer" => schema["minimum"].clone(),
        _ => json!(example(schema)),
    }
}

/// Values that keep every rule and meet a bound exactly, each with the keyword: both ends, every word of an enumeration,
/// and null where it may be.
pub(super) fn kept(contract: &Contract, schema: &Value) -> Vec<(&'static str, Value)> {
    let mut kept: Vec<(&'static str, Value)> = Vec::new();
    for keyword in ["minimum", "maximum"] {
        kept.extend(schema[keyword].as_i64().map(|bound| (keyword, json!(bound))));
    }
    for keyword in ["minLength", "maxLength"] {
        let length = schema[keyword].as_u64();
        let text = length.and_then(|length| of_length(schema, length as usize));
        assert!(
            length.is_none() || text.is_some() || schema["format"].is_string(),
            "no text for {keyword} of {schema}"
        );
        kept.extend(text.map(|text| (keyword, json!(text))));
    }
    for keyword in ["minItems", "maxItems"] {
        let count = schema[keyword].as_u64();
        kept.extend(count.map(|count| (keyword, items(contract, schema, count as usize))));
    }
    let words = schema["enum"].as_array().into_iter().flatten();
    kept.extend(words.map(|word| ("enum", word.clone())));
    match schema["type"].as_str() {
        Some("boolean") => kept.extend([("type", json!(false)), ("type", json!(true))]),
        // It has places of its own in it.
        Some("object") if schema["properties"].is_object() => {}
        _ if kept.is_empty() => kept.push(("type", any(contract, schema))),
        _ => {}
    }
    if schema["nullable"] == true {
        kept.push(("null", Value::Null));
    }
    kept
}

/// Values that break a rule, each with the keyword and the code of the violation.
pub(super) fn broken(contract: &Contract, schema: &Value) -> Vec<(&'static str, Value, &'static str)> {
    let mut broken = of_another_type(schema);
    let bound = |keyword: &str| schema[keyword].as_i64();
    let mut add = |keyword, value: Option<Value>, code| broken.extend(value.map(|value| (keyword, value, code)));
    add("minimum", bound("minimum").map(|least| json!(least - 1)), "too-small");
    add("maximum", bound("maximum").map(|most| json!(most + 1)), "too-large");
    if schema["format"] == "int32" {
        add("format", Some(json!(i64::from(i32::MAX) + 1)), "out-of-range");
    }
    let text = |length: i64| of_length(schema, length as usize).unwrap_or_else(|| "a".repeat(length as usize));
    add(
        "minLength",
        bound("minLength")
            .filter(|least| *least > 0)
            .map(|least| json!(text(least - 1))),
        "too-short",
    );
    add(
        "maxLength",
        bound("maxLength").map(|most| json!(text(most + 1))),
        "too-long",
    );
    add(
        "pattern",
        schema["pattern"].as_str().map(|pattern| json!(unlike(schema, pattern))),
        "pattern-mismatch",
    );
    if schema["enum"].is_array() {
        add("enum", Some(json!("surprise")), "not-allowed");
    }
    for (format, text) in MISFITS {
        if schema["format"] == format {
            add("format", Some(json!(text)), "invalid-format");
        }
    }
    add(
        "minItems",
        bound("minItems").map(|least| items(contract, schema, least as usize - 1)),
        "too-few-items",
    );
    add(
        "maxItems",
        bound("maxItems").map(|most| items(contract, schema, most as usize + 1)),
        "too-many-items",
    );
    if schema["uniqueItems"] == true {
        let twice = items(contract, schema, 1)[0].clone();
        add("uniqueItems", Some(json!([twice, twice])), "not-unique");
    }
    broken
}

/// What nearly has a format.
const MISFITS: [(&str, &str); 9] = [
    ("uuid", "01981c1e-5f00-7000-8000-00000000000"),
    ("uuid", "01981c1e-5f00-7000-8000-00000000000g"),
    ("date-time", "2026-02-30T00:00:00Z"),
    ("date-time", "2026-02-20T00:00:00"),
    ("date-time", "2026-02-20"),
    ("email", "ada@example"),
    ("email", "ada.example.org"),
    ("uri", "/spaces"),
    ("uri", "https://example.org/a b"),
];

/// Values of other types.
fn of_another_type(schema: &Value) -> Vec<(&'static str, Value, &'static str)> {
    let others = match schema["type"].as_str().unwrap() {
        "string" => vec![json!(1), json!(["a"])],
        "integer" => vec![json!("a"), json!(1.5), json!(true)],
        "boolean" => vec![json!("yes"), json!(1)],
        "array" => vec![json!({}), json!("a")],
        _ => vec![json!([]), json!("a")],
    };
    let null = (schema["nullable"] != true).then_some(Value::Null);
    others
        .into_iter()
        .chain(null)
        .map(|value| ("type", value, "wrong-type"))
        .collect()
}

/// Whether a text keeps pattern and format; its length is another matter.
fn fits(schema: &Value, text: &str) -> bool {
    let like = schema["pattern"]
        .as_str()
        .is_none_or(|pattern| Regex::new(pattern).unwrap().is_match(text));
    like && (text.is_ascii() || schema["ascii"] != true)
        && match schema["format"].as_str() {
            Some("email") => text.rsplit_once('@').is_some_and(|(local, domain)| {
                local.len() <= 64
                    && domain.contains('.')
                    && domain.split('.').all(|label| (1..64).contains(&label.len()))
            }),
            Some("uri") => text.is_ascii() && text.split_once("://").is_some_and(|(_, rest)| rest.contains('.')),
            _ => true,
        }
}

fn example(schema: &Value) -> String {
    schema["examples"][0].as_str().unwrap_or("a").to_owned()
}

/// A text of so many characters that keeps pattern and format: an example, cut or with something put in, characters of
/// several bytes where those may be.
fn of_length(schema: &Value, length: usize) -> Option<String> {
    let example = example(schema);
    let Some(more) = length.checked_sub(example.chars().count()) else {
        let cut = example.chars().take(length).collect();
        return Some(cut).filter(|text: &String| fits(schema, text));
    };
    let fillers =
        ["éß7qKx2Wvj", "a", "-abcdefgh", ".abcdefgh"].map(|unit| unit.chars().cycle().take(more).collect::<String>());
    fillers
        .iter()
        .flat_map(|filler| with_more(&example, filler))
        .find(|text| fits(schema, text))
}

/// A text with another in it, at each place: between its ends first, where blanks stay on the way.
fn with_more(text: &str, more: &str) -> Vec<String> {
    let places = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len(), 0]);
    places
        .map(|at| format!("{}{more}{}", &text[..at], &text[at..]))
        .collect()
}

/// The example with one character more, or one less, so that the pattern is broken, and nothing else if that can be.
fn unlike(schema: &Value, pattern: &str) -> String {
    let example = example(schema);
    let pattern = Regex::new(pattern).unwrap();
    let longer = ["!", " ", "é"].into_iter().flat_map(|more| with_more(&example, more));
    let shorter = example
        .char_indices()
        .map(|(at, one)| format!("{}{}", &example[..at], &example[at + one.len_utf8()..]));
    let is_near = |text: &String| !pattern.is_match(text) && (text.is_ascii() || schema["format"] != "uri");
    let mut near: Vec<_> = shorter.chain(longer).filter(is_near).collect();
    near.swap_remove(0)
}

/// So many items, no two of them the same as long as there are enough values.
fn items(contract: &Contract, schema: &Value, count: usize) -> Value {
    let item = contract.schema(&schema["items"]);
    (0..count).map(|number| numbered(&item, number)).collect()
}

fn numbered(schema: &Value, number: usize) -> Value {
    if let Some(words) = schema["enum"].as_array() {
        return words[number % words.len()].clone();
    }
    if schema["type"] == "object" {
        let mut object = schema["examples"][0].clone();
        let members = object.as_object_mut().unwrap().values_mut();
        let ids = members.filter(|member| member.as_str().is_some_and(|text| text.len() == 36));
        ids.for_each(|id| *id = json!(format!("01981c1e-5f00-7000-8000-{number:012}")));
        return object;
    }
    let letters = [number / 26, number % 26].map(|letter| (b'a' + letter as u8) as char);
    let numbered = with_more(&example(schema), &String::from_iter(letters));
    json!(numbered.into_iter().find(|text| fits(schema, text)).unwrap())
}
