//! No document makes the reader panic, overflow the stack or take for ever.

use lockstep::parse::parse;
use lockstep::source::read;
use proptest::prelude::*;
use std::path::Path;

const CONTRACT: &str = include_str!("../../../openapi.yaml");

#[test]
fn deep_nesting_is_refused() {
    for text in [
        "[".repeat(200_000),
        "{a: ".repeat(50_000),
        "- ".repeat(50_000),
        "? ".repeat(50_000),
    ] {
        assert!(read(Path::new("deep.yaml"), &text).is_err());
    }
    let json = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let errors = read(Path::new("deep.json"), &json).unwrap_err();
    assert_eq!(errors[0].code, "too-deep");
}

#[test]
fn a_long_document_is_refused() {
    let text = " ".repeat((16 << 20) + 1);
    assert_eq!(read(Path::new("long.yaml"), &text).unwrap_err()[0].code, "too-large");
}

#[test]
fn an_alias_bomb_is_refused() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n";
    assert!(read(Path::new("bomb.yaml"), bomb).is_err());
}

/// A part that is merged along very many ways is merged once.
#[test]
fn doubled_parts_do_not_explode() {
    let mut text = CONTRACT.to_owned();
    for level in 0..30 {
        let next = level + 1;
        text += &format!(
            "    Part{level}:\n      allOf:\n        - $ref: '#/components/schemas/Part{next}'\n        - $ref: '#/components/schemas/Part{next}'\n"
        );
    }
    text += "    Part30:\n      type: object\n      properties: { a: { type: string } }\n";
    assert!(parse_text("bomb", &text).is_ok());
}

fn parse_text(name: &str, text: &str) -> Result<lockstep::model::Api, Vec<lockstep::source::Diagnostic>> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join(format!("{name}-{:?}.yaml", std::thread::current().id()));
    std::fs::write(&path, text).unwrap();
    parse(&path)
}

/// What is read can be printed.
fn emit(api: &lockstep::model::Api) {
    let _ = lockstep::emit::types::emit(api, "");
    let _ = lockstep::emit::server::emit(api, "types", "");
    let _ = lockstep::emit::typescript::emit(api, "");
    let _ = lockstep::lint::lint(api);
}

/// Pieces that change what a document means.
const PIECES: [&str; 24] = [
    "$ref: '#/components/schemas/Space'",
    "$ref: '#/paths'",
    "allOf: [{ $ref: '#/components/schemas/Space' }]",
    "oneOf: []",
    "type: object",
    "type: [string, 'null']",
    "required: [a]",
    "items: {}",
    "{}",
    "[]",
    "null",
    "~",
    "- ",
    ": ",
    "'",
    "\"",
    "\n",
    "\t",
    "#",
    "&a ",
    "*a",
    "!!int ",
    "\u{feff}",
    "additionalProperties: false",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 150 } else { 5000 }))]

    #[test]
    fn a_mutated_contract_is_read_or_refused(edits in prop::collection::vec((0.0..1.0f64, 0..40usize, 0..PIECES.len()), 1..6)) {
        let mut text = CONTRACT.to_owned();
        for (at, removed, piece) in edits {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index into the text")]
            let mut start = (at * text.len() as f64) as usize;
            while !text.is_char_boundary(start) { start -= 1 }
            let mut end = (start + removed).min(text.len());
            while !text.is_char_boundary(end) { end += 1 }
            text.replace_range(start..end, PIECES[piece]);
        }
        if let Ok(api) = parse_text("mutated", &text) {
            emit(&api);
        }
    }

    /// Whole lines are dropped, doubled and swapped: the syntax mostly survives, the meaning does not.
    #[test]
    fn a_rearranged_contract_is_read_or_refused(edits in prop::collection::vec((0..1300usize, 0..1300usize, 0..3u8), 1..8)) {
        let mut lines: Vec<_> = CONTRACT.lines().collect();
        for (a, b, kind) in edits {
            let (a, b) = (a % lines.len(), b % lines.len());
            match kind {
                0 => drop(lines.remove(a)),
                1 => lines.insert(a, lines[b]),
                _ => lines.swap(a, b),
            }
        }
        if let Ok(api) = parse_text("rearranged", &lines.join("\n")) {
            emit(&api);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}|[ \t\n:\\-\\[\\]{}&*!'\"#?|>a1,]{0,120}") {
        let _ = read(Path::new("any.yaml"), &text);
        let _ = read(Path::new("any.json"), &text);
    }

    /// JSON is read as serde_json reads it, with surrogate pairs and all.
    #[test]
    fn json_means_what_it_means(text in "[\\PC\u{1f600}]{0,40}", number in any::<i64>(), flag in any::<bool>()) {
        let value = serde_json::json!({ "text": text, "items": [number, flag, null, { "": text }] });
        let escaped: String = value.to_string().chars().flat_map(|one| {
            let mut units = [0; 2];
            match one.is_ascii() {
                true => vec![one.to_string()],
                false => one.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            }
        }).collect();
        for json in [value.to_string(), escaped, serde_json::to_string_pretty(&value).unwrap()] {
            let node = read(Path::new("any.json"), &json).map_err(|errors| TestCaseError::fail(super::listed(&errors)))?;
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&node.to_json()).unwrap(), value.clone());
        }
    }
}
