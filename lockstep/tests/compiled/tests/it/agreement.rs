//! Requests are read by `Decode`, answers by serde: what a server takes, a client reads as the same value, and both
//! write it back as it was.

use lockstep_compiled::shapes::types::{Drawing, Thing};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Read, read, thing};

/// Names of members, and one that is none.
const MEMBERS: [&str; 28] = [
    "name", "count", "big", "ratio", "note", "link", "day", "at", "id", "tags", "scores", "free", "tree", "aliases",
    "any", "holes", "label", "labels", "limit", "nickname", "old", "order", "pageSize", "parentId", "percent", "state",
    "weight", "other",
];

/// Values of which each member takes some and refuses others.
fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-3..300_i64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..40_i32).prop_map(|halves| json!(f64::from(halves) / 2.0 + 0.25)),
        "[a-z]{0,6}".prop_map(Value::from),
        "\\PC{0,4}".prop_map(Value::from),
        prop::sample::select(vec![
            "asc",
            "-dueAt",
            "in_progress",
            "2026-11-20",
            "2026-11-20T09:30:00.5Z",
            "a:b"
        ])
        .prop_map(Value::from),
        Just(json!("01981c1e-5f00-7000-8000-000000000002")),
        Just(json!({ "owner": "o", "a": "b" })),
    ];
    scalar.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("value|left|children|a|b", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn shape() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        value().prop_map(|radius| json!({ "radius": radius, "kind": "circle" })),
        any::<i32>().prop_map(|side| json!({ "side": side, "kind": "square" })),
        value(),
    ];
    leaf.prop_recursive(4, 8, 1, |of| of.prop_map(|of| json!({ "of": of, "kind": "group" })))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_servers_take_clients_read_alike(
        changes in prop::collection::vec((prop::sample::select(&MEMBERS[..]), prop::option::of(value())), 0..4),
    ) {
        let mut body = thing();
        for (name, value) in changes {
            match value {
                Some(value) => body[name] = value,
                None => drop(body.as_object_mut().and_then(|members| members.remove(name))),
            }
        }
        let text = body.to_string();
        match read::<Thing>(&text) {
            Read::Value(value) => {
                prop_assert_eq!(&serde_json::from_str::<Thing>(&text).unwrap(), &value);
                let written = serde_json::to_string(&value).unwrap();
                prop_assert_eq!(read::<Thing>(&written), Read::Value(value));
                for (name, member) in body.as_object().unwrap() {
                    let times = name == "at";
                    let written: Value = serde_json::from_str(&written).unwrap();
                    prop_assert!(times || same(&written[name], member), "{name}: {} is {member}", written[name]);
                }
            }
            Read::Refused(violations) => prop_assert!(!violations.is_empty()),
            Read::Malformed => prop_assert!(false, "{text}"),
        }
    }

    #[test]
    fn unions_are_read_alike(shapes in prop::collection::vec(shape(), 0..3)) {
        let text = json!({ "shapes": shapes }).to_string();
        if let Read::Value(drawing) = read::<Drawing>(&text) {
            prop_assert_eq!(&serde_json::from_str::<Drawing>(&text).unwrap(), &drawing);
            prop_assert_eq!(read::<Drawing>(serde_json::to_string(&drawing).unwrap()), Read::Value(drawing));
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,64}") {
        read::<Thing>(&text);
        read::<Drawing>(&text);
    }
}

/// Whether two values are equal, numbers by their value.
fn same(left: &Value, right: &Value) -> bool {
    left == right || left.is_number() && left.as_f64() == right.as_f64()
}
