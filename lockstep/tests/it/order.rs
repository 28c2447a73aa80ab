//! The order of keys means nothing: the model of a contract whose mappings are shuffled is the same, but for places.

use lockstep::model::Api;
use lockstep::source::{Node, Value, read};
use std::path::{Path, PathBuf};

/// The model as text, without its places.
pub(crate) fn placeless(api: &Api) -> String {
    let place = regex::Regex::new(r#"Place \{ file: "[^"]*", line: \d+, column: \d+ \}"#).unwrap();
    place.replace_all(&format!("{api:?}"), "_").replace("}, ", "},\n")
}

/// A generator of numbers that gives the same ones in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// JSON with the keys of every mapping in another order.
fn shuffled(node: &Node, dice: &mut Dice) -> String {
    match &node.value {
        Value::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| shuffled(item, dice)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Mapping(entries) => {
            let mut members: Vec<_> = entries
                .iter()
                .map(|entry| {
                    format!(
                        "{}:{}",
                        serde_json::Value::from(entry.key.as_str()),
                        shuffled(&entry.value, dice)
                    )
                })
                .collect();
            for at in (1..members.len()).rev() {
                members.swap(at, dice.roll(at + 1));
            }
            format!("{{{}}}", members.join(","))
        }
        _ => node.to_json(),
    }
}

/// A contract with the keys of every mapping in another order, as JSON.
pub(crate) fn shuffled_text(text: &str, seed: u64) -> String {
    let document = read(Path::new("openapi.yaml"), text).unwrap();
    shuffled(&document, &mut Dice(seed))
}

#[test]
fn the_order_of_keys_means_nothing() {
    let mut contracts: Vec<PathBuf> = super::contracts("accepted");
    contracts.push(Path::new("../openapi.yaml").to_owned());
    for path in contracts {
        let text = std::fs::read_to_string(&path).unwrap();
        let document = read(&path, &text).unwrap();
        let expected = placeless(&lockstep::parse::parse(&path).unwrap());
        for seed in 1..=5 {
            let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shuffled.json");
            std::fs::write(&other, shuffled(&document, &mut Dice(seed))).unwrap();
            let actual = lockstep::parse::parse(&other);
            let actual = placeless(&actual.unwrap_or_else(|errors| panic!("{}", super::listed(&errors))));
            assert!(
                actual == expected,
                "{}:\n{}",
                path.display(),
                super::diff(&expected, &actual)
            );
        }
    }
}
