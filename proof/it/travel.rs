//! Values between the languages.

use spaces_proof::travel::{Disagreement, travel};

/// Where a judge differs for a reason of its own.
struct Known {
    reason: &'static str,
    is_it: fn(&Disagreement) -> bool,
}

impl Known {
    const fn new(reason: &'static str, is_it: fn(&Disagreement) -> bool) -> Self {
        Self { reason, is_it }
    }
}

const KNOWN: &[Known] = &[
    Known::new(
        "serde_json gives fractions and exponents as doubles, so clients refuse them beyond 2^53",
        |one| {
            one.judge == "client"
                && one
                    .did
                    .starts_with("refuses what is valid: invalid value: floating point")
        },
    ),
    Known::new(
        "serde's derived structs also read arrays, of their members in order",
        |one| {
            one.judge == "client"
                && one.rule.ends_with("type")
                && one.did.contains(": [")
                && one.did.contains(" became {")
        },
    ),
    Known::new("a problem without violations is written without `errors`", |one| {
        one.judge == "client" && one.did == "/errors: [] is lost"
    }),
    Known::new("servers keep times to the millisecond", |one| {
        one.judge == "server" && one.did.contains(r#".123456789Z" became "#) && one.did.ends_with(r#".123Z""#)
    }),
    Known::new(
        "ts-json-schema-generator spells names as the source does, and loses __proto__ (see ledger.toml)",
        |one| {
            let names = ["ObjectKeywords ", "ObjectNames ", "Objects "]
                .iter()
                .any(|name| one.schema.contains(name));
            let odd = ["__proto__", r#"back\\slash"#, r#"quo\"ted"#]
                .iter()
                .any(|name| one.value.contains(name));
            one.judge == "typescript" && names && odd
        },
    ),
    Known::new(
        "ajv takes members called __proto__ for such as the schema does not have",
        |one| {
            let is_one = one.rule.contains("__proto__") || one.rule.is_empty() && one.value.contains(r#""__proto__":"#);
            let did = [
                "refuses what is valid",
                "refuses what was made to be valid",
                "accepts what is not valid",
            ];
            is_one && did.iter().any(|did| one.did.starts_with(did))
        },
    ),
    Known::new(
        "an index signature takes what the named members take (see ledger.toml)",
        |one| one.judge == "typescript" && one.rule.contains("additionalProperties/") && one.did.contains("accepts"),
    ),
    Known::new(
        "ajv's date-time may have a space for the T, and an offset without a colon",
        |one| {
            let is_lax = ["2026-11-20 09:30:00Z", "+0100"]
                .iter()
                .any(|text| one.value.contains(text));
            one.rule.ends_with("format") && is_lax && one.did.contains("refuses what is valid")
        },
    ),
];

/// Parts of other schemas, and schemas of parameters.
const UNTYPED: [&str; 4] = [
    "lockstep/tests/accepted/access.yaml Id (request)",
    "lockstep/tests/accepted/parameters.yaml Id (request)",
    "lockstep/tests/accepted/parameters.yaml Ids (request)",
    "lockstep/tests/accepted/shapes.yaml Owned (request)",
];

#[test]
fn values_survive_and_all_judges_agree() {
    let travel = travel(super::proof(), &super::workspace()).unwrap();
    println!("{travel}");
    let unexcused: Vec<_> = travel
        .disagreements
        .iter()
        .filter(|one| !KNOWN.iter().any(|known| (known.is_it)(one)))
        .map(ToString::to_string)
        .collect();
    assert!(
        unexcused.is_empty(),
        "{} disagreements\n{}",
        unexcused.len(),
        unexcused.join("\n")
    );
    for known in KNOWN {
        assert!(
            travel.disagreements.iter().any(known.is_it),
            "nothing needs it: {}",
            known.reason
        );
    }
    assert_eq!(travel.untyped.iter().map(String::as_str).collect::<Vec<_>>(), UNTYPED);
    for (schema, counts) in &travel.schemas {
        assert!(counts.valid > 0, "{schema}: {counts:?}");
        assert!(counts.rules == 0 || counts.invalid > 0, "{schema}: {counts:?}");
    }
}
