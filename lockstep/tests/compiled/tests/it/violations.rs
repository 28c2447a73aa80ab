//! What requests are refused for: every violation at once, each at its place.

use lockstep_compiled::shapes::types::{
    Drawing, Keeping, Labels, Member, Odd, Password, Patch, Percent, Ratio, Shape, Thing, ThingName, ThingOrder, Tree,
};
use serde_json::{Value, json};

use crate::{Read, accepted, accepted_with, read, refusals, thing, thing_with, thing_without};

#[test]
fn every_violation_is_reported_at_once() {
    let body = json!({
        "name": " ",
        "count": 193,
        "big": 4,
        "ratio": 1.5,
        "note": "too long",
        "link": "nowhere",
        "day": "2026-02-30",
        "id": "1",
        "tags": ["a", "a"],
        "scores": { "x": -1, "y": 1, "z": 1 },
        "tree": { "value": "1", "left": { "children": [{ "value": 1 }, {}] } },
        "aliases": ["ok", "x", "UP"],
        "holes": [1, null, "x"],
        "labels": { "b": "long", "owner": 1 },
        "order": "up",
        "weight": 0.75,
        "colour": "red",
    });
    let expected = [
        "/aliases/1 too-short",
        "/aliases/2 pattern-mismatch",
        "/at required",
        "/big not-a-multiple",
        "/colour unknown-field",
        "/count too-large",
        "/day invalid-format",
        "/free required",
        "/holes/2 wrong-type",
        "/id invalid-format",
        "/labels/b too-long",
        "/labels/owner wrong-type",
        "/link invalid-format",
        "/name pattern-mismatch",
        "/note too-long",
        "/order not-allowed",
        "/ratio too-large",
        "/scores too-many-members",
        "/scores/x too-small",
        "/tags not-unique",
        "/tree/left/children/1/value required",
        "/tree/left/value required",
        "/tree/value wrong-type",
        "/weight not-a-multiple",
    ];
    assert_eq!(refusals::<Thing>(body.to_string()), expected);
}

#[test]
fn each_rule_has_its_code() {
    for (member, value, expected) in [
        ("name", json!(""), vec!["/name pattern-mismatch", "/name too-short"]),
        ("name", json!("123456789"), vec!["/name too-long"]),
        ("name", json!(null), vec!["/name wrong-type"]),
        ("count", json!(0), vec!["/count too-small"]),
        ("count", json!(1.5), vec!["/count wrong-type"]),
        ("count", json!(4_294_967_296_i64), vec!["/count out-of-range"]),
        ("big", json!(u64::MAX), vec!["/big out-of-range"]),
        ("weight", json!(0), vec!["/weight too-small"]),
        ("weight", json!(10.5), vec!["/weight too-large"]),
        ("aliases", json!([]), vec!["/aliases too-few-items"]),
        ("tags", json!(["a", "b", "c", "d"]), vec!["/tags too-many-items"]),
        (
            "tags",
            json!([1, " "]),
            vec!["/tags/0 wrong-type", "/tags/1 pattern-mismatch"],
        ),
        ("at", json!("2026-11-20"), vec!["/at invalid-format"]),
        ("free", json!([]), vec!["/free wrong-type"]),
        ("percent", json!(null), vec!["/percent wrong-type"]),
        ("state", json!("inProgress"), vec!["/state not-allowed"]),
        ("labels", json!({}), vec!["/labels/owner required"]),
        ("a/b~c", json!(1), vec!["/a~1b~0c unknown-field"]),
    ] {
        assert_eq!(
            refusals::<Thing>(thing_with(member, value.clone())),
            expected,
            "{member} = {value}"
        );
    }
}

#[test]
fn the_values_of_integers_count_and_not_their_spelling() {
    let spelled = thing().to_string().replace("\"count\":1,", "\"count\":192.0,");
    assert_eq!(accepted::<Thing>(spelled).count, 192);
    let spelled = thing().to_string().replace("\"count\":1,", "\"count\":1.9e1,");
    assert_eq!(accepted::<Thing>(spelled).count, 19);
    assert_eq!(accepted::<Thing>(thing().to_string()).big, 9_007_199_254_740_993);
    assert_eq!(
        accepted_with("big", json!(9_223_372_036_854_775_806_i64)).big,
        i64::MAX - 1
    );
}

#[test]
fn absent_null_and_a_value_are_three_things() {
    assert_eq!(refusals::<Thing>(thing_without("note")), ["/note required"]);
    assert_eq!(accepted_with("note", json!(null)).note, None);
    assert_eq!(accepted_with("note", json!("ok")).note, Some("ok".to_owned()));

    assert_eq!(accepted::<Thing>(thing().to_string()).nickname, Patch::Absent);
    assert_eq!(accepted_with("nickname", json!(null)).nickname, Patch::Null);
    assert_eq!(
        accepted_with("nickname", json!("Bo")).nickname,
        Patch::Value("Bo".to_owned())
    );

    assert_eq!(accepted::<Thing>(thing().to_string()).limit, Some(7));
    assert_eq!(accepted_with("limit", json!(null)).limit, None);
    assert_eq!(accepted_with("limit", json!(3)).limit, Some(3));
}

#[test]
fn absence_means_the_default() {
    let thing: Thing = accepted(thing().to_string());
    assert_eq!((thing.page_size, thing.label.as_str(), thing.old), (25, "none", true));
    assert_eq!(thing.order, ThingOrder::Desc);
    assert_eq!(accepted_with("order", json!("")).order, ThingOrder::Empty);
    assert_eq!(accepted_with("any", json!(null)).any, Some(Value::Null));
}

#[test]
fn members_come_once() {
    let twice = thing().to_string().replacen('{', "{\"count\":2,", 1);
    assert_eq!(refusals::<Thing>(twice), ["/count duplicate-field"]);
    assert_eq!(
        refusals::<Labels>(r#"{"owner": "o", "a": "1", "a": "2"}"#),
        ["/a duplicate-field"]
    );
}

#[test]
fn other_members_are_refused_ignored_or_collected() {
    assert_eq!(
        refusals::<Tree>(r#"{"value": 1, "more": {"a": [1]}}"#),
        ["/more unknown-field"]
    );
    assert!(
        accepted::<Drawing>(r#"{"shapes": [], "more": {"a": [1]}}"#)
            .shapes
            .is_empty()
    );
    let labels: Labels = accepted(r#"{"a": "1", "owner": "o", "b": "2"}"#);
    assert_eq!(
        labels.additional.into_iter().collect::<Vec<_>>(),
        [("a".into(), "1".into()), ("b".into(), "2".into())]
    );
}

#[test]
fn the_tag_chooses_wherever_it_stands() {
    let body =
        r#"{"shapes": [{"radius": 1, "kind": "circle"}, {"of": {"side": 2, "kind": "square"}, "kind": "group"}]}"#;
    let drawing: Drawing = accepted(body);
    let [Shape::Circle(circle), Shape::Group(group)] = drawing.shapes.as_slice() else {
        panic!("{drawing:?}")
    };
    assert_eq!(circle.radius, 1.0);
    assert!(matches!(*group.of, Shape::Square(ref square) if square.side == 2));
    assert_eq!(serde_json::from_str::<Drawing>(body).unwrap(), drawing);
}

#[test]
fn the_chosen_variant_says_what_is_wrong() {
    for (shape, expected) in [
        (
            r#"{"kind": "circle", "side": 1}"#,
            vec!["/radius required", "/side unknown-field"],
        ),
        (r#"{"kind": "oval"}"#, vec!["/kind not-allowed"]),
        (r#"{"radius": 1}"#, vec!["/kind required"]),
        (r#"{"kind": 1}"#, vec!["/kind required"]),
        (r#"[]"#, vec![" wrong-type"]),
        (
            r#"{"kind": "group", "of": {"kind": "square"}}"#,
            vec!["/of/side required"],
        ),
    ] {
        assert_eq!(refusals::<Shape>(shape), expected, "{shape}");
    }
    let error = serde_json::from_str::<Shape>(r#"{"kind": "circle"}"#).unwrap_err();
    assert!(error.to_string().contains("`radius`"), "{error}");
    let error = serde_json::from_str::<Shape>(r#"{"kind": "oval"}"#).unwrap_err();
    assert!(error.to_string().contains("must be one of"), "{error}");
}

#[test]
fn what_is_no_json_is_malformed() {
    for body in [
        "",
        "{",
        "{} {}",
        "{\"value\": 01}",
        "{\"value\": 1,}",
        "{\"kind\": \"circle\"",
        "\u{feff}{}",
    ] {
        assert_eq!(read::<Tree>(body), Read::Malformed, "{body:?}");
        assert_eq!(read::<Shape>(body), Read::Malformed, "{body:?}");
    }
}

#[test]
fn deep_nesting_is_malformed() {
    let nested = |depth: usize| {
        format!(
            "{}{{\"value\": 1}}{}",
            "{\"value\": 1, \"left\": ".repeat(depth),
            "}".repeat(depth)
        )
    };
    assert!(matches!(read::<Tree>(nested(20)), Read::Value(_)));
    assert_eq!(read::<Tree>(nested(100)), Read::Malformed);
    assert_eq!(read::<Tree>("[".repeat(100_000)), Read::Malformed);
    assert_eq!(
        read::<Drawing>(format!("{{\"x\": {}", "[".repeat(100_000))),
        Read::Malformed
    );
    let group = |depth: usize| "{\"of\": ".repeat(depth) + "1" + &", \"kind\": \"group\"}".repeat(depth);
    assert_eq!(read::<Shape>(group(1_000)), Read::Malformed);
}

#[test]
fn secrets_are_never_shown() {
    let keeping: Keeping = accepted(r#"{"owner": "ada@example.org", "password": "hush", "hint": "quiet"}"#);
    let shown = format!("{keeping:?}");
    assert!(
        shown.contains("ada@example.org") && !shown.contains("hush") && !shown.contains("quiet"),
        "{shown}"
    );
    assert_eq!(keeping.password.expose(), "hush");
    assert_eq!(keeping.hint.unwrap().expose(), "quiet");
    let error = "ab".parse::<Password>().unwrap_err();
    assert!(!error.contains("ab"), "{error}");
}

#[test]
fn odd_names_are_read_and_written() {
    let body = json!({
        "type": "1", "self": "2", "x-y": "3", "json": "4", "member": "5", "HTTPStatus": "6", "snake_case": "7",
    });
    let odd: Odd = accepted(body.to_string());
    assert_eq!(odd.member, "5".parse::<Member>().unwrap());
    assert_eq!(serde_json::to_value(&odd).unwrap(), body);
    assert_eq!(refusals::<Odd>("{}").len(), 7);
}

#[test]
fn scalars_of_their_own_are_made_only_by_their_rules() {
    assert_eq!("Lamp".parse::<ThingName>().unwrap().as_str(), "Lamp");
    assert!(" ".parse::<ThingName>().is_err() && serde_json::from_str::<ThingName>("\" \"").is_err());
    assert_eq!("42".parse::<Percent>().unwrap().get(), 42);
    assert!(Percent::try_from(101).is_err() && serde_json::from_str::<Percent>("101").is_err());
    assert!(Ratio::try_from(f64::NAN).is_err());
    assert_eq!("-dueAt".parse::<ThingOrder>().unwrap(), ThingOrder::MinusDueAt);
    assert_eq!(ThingOrder::MinusDueAt.to_string(), "-dueAt");
}
