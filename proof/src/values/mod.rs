//! Values made from schemas: valid ones, also such as are easily refused, and ones with exactly one rule broken. What a
//! schema says is read by `Document::level`; who judges the values is not known here.

mod faults;
mod json;
mod scalars;

use std::collections::HashMap;
use std::rc::Rc;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::schema::{Direction, Document, Level};

pub use faults::Fault;
pub use json::{Json, is_one_number};
use scalars::Pattern;

/// Beyond this depth only what must be there is made, so that recursive values end.
const DEPTH: usize = 3;

/// Makes values of the schemas of a document that travel in a direction.
#[derive(Debug)]
pub struct Values<'d> {
    document: Document<'d>,
    direction: Direction,
    runner: TestRunner,
    /// Kept from value to value, for the time that they take to be made.
    patterns: HashMap<String, Rc<Pattern>>,
}

impl<'d> Values<'d> {
    /// The same values every time.
    pub fn new(document: Document<'d>, direction: Direction) -> Self {
        Self {
            document,
            direction,
            runner: TestRunner::deterministic(),
            patterns: HashMap::new(),
        }
    }

    /// A valid value.
    pub fn valid(&mut self, schema: &'d Value) -> Json {
        self.value(schema, 0)
    }

    /// A valid value with nothing in it that may be absent.
    pub fn least(&mut self, schema: &'d Value) -> Json {
        self.value(schema, DEPTH + 1)
    }

    fn value(&mut self, schema: &'d Value, depth: usize) -> Json {
        let level = self.document.level(schema, self.direction);
        self.of_level(&level, depth)
    }

    fn of_level(&mut self, level: &Level<'d>, depth: usize) -> Json {
        if is_nullable(level) && (depth > DEPTH || self.chance(6)) {
            return Json::Null;
        }
        if let Some(allowed) = constants(level) {
            return self.choose(&allowed);
        }
        let variants: Vec<_> = parts(level, "oneOf/").map(|(_, part)| part).collect();
        if !variants.is_empty() {
            let which = if depth > DEPTH { 0 } else { self.below(variants.len()) };
            return self.value(variants[which], depth + 1);
        }
        match kind(level) {
            "object" => self.object(level, depth),
            "array" => self.array(level, depth),
            "boolean" => Json::Boolean(self.chance(2)),
            "integer" | "number" => self.number(level),
            "string" => self.text(level),
            _ => self.any(),
        }
    }

    fn object(&mut self, level: &Level<'d>, depth: usize) -> Json {
        let mut members = Vec::new();
        for (name, part) in parts(level, "properties/") {
            if is_required(level, name) || depth <= DEPTH && self.chance(2) {
                members.push((name.to_owned(), self.value(part, depth + 1)));
            }
        }
        let (least, most) = counts(level, "minProperties", "maxProperties");
        let extra = if depth > DEPTH { 0 } else { self.below(3) };
        let count = (members.len() + extra).clamp(least, most.max(least));
        for index in members.len()..count {
            if let Some(value) = self.other(level, depth) {
                members.push((NAMES[index % NAMES.len()].replace('#', &index.to_string()), value));
            }
        }
        Json::Object(members)
    }

    /// The value of a member that has no name in the schema; nothing where there can be none.
    fn other(&mut self, level: &Level<'d>, depth: usize) -> Option<Json> {
        match level.parts.get("additionalProperties") {
            Some(part) => Some(self.value(part, depth + 1)),
            None => (!level.rules.contains_key("closed")).then(|| self.any()),
        }
    }

    fn array(&mut self, level: &Level<'d>, depth: usize) -> Json {
        let (least, most) = counts(level, "minItems", "maxItems");
        let most = most.min(least + if depth > DEPTH { 0 } else { 3 });
        let count = match self.below(3) {
            0 => least,
            1 => most,
            _ => least + self.below(most - least + 1),
        };
        self.items(level, count, depth)
    }

    /// So many items, if there are as many different ones.
    fn items(&mut self, level: &Level<'d>, count: usize, depth: usize) -> Json {
        let is_unique = level.rules.contains_key("uniqueItems");
        let mut items: Vec<Json> = Vec::new();
        for _ in 0..count * 20 {
            let Some(part) = level.parts.get("items").filter(|_| items.len() < count) else {
                break;
            };
            let item = self.value(part, depth + 1);
            if !is_unique || items.iter().all(|one| is_different(one, &item)) {
                items.push(item);
            }
        }
        Json::Array(items)
    }

    /// Any value at all.
    fn any(&mut self) -> Json {
        let all = [
            "null",
            "true",
            "0",
            "-0.5",
            "1e2",
            "9007199254740993",
            "-9223372036854775808",
            "0.1",
            r#""""#,
            r#""é😀\u0000\"\\""#,
            "[]",
            "{}",
            r#"[1,null,{"a":[]}]"#,
            r#"{"":0,"a":{"b":null}}"#,
        ];
        Json::read(all[self.below(all.len())]).unwrap_or(Json::Null)
    }

    fn sample<S: Strategy>(&mut self, strategy: &S) -> Option<S::Value> {
        strategy.new_tree(&mut self.runner).ok().map(|tree| tree.current())
    }

    fn below(&mut self, count: usize) -> usize {
        self.sample(&(0..count.max(1))).unwrap_or_default()
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn choose(&mut self, all: &[Json]) -> Json {
        let which = self.below(all.len());
        all.get(which).cloned().unwrap_or(Json::Null)
    }
}

/// Names of members that no schema has. `#` is where they are.
const NAMES: [&str; 4] = ["other#", "größe#", "😀#", "a/b~c #"];

/// What a value is, by its type or else by the rules that only one type has.
fn kind<'l>(level: &'l Level<'_>) -> &'l str {
    let is_object = level.rules.contains_key("required") || parts(level, "properties/").next().is_some();
    let guess = if is_object { "object" } else { "any" };
    level.rules.get("type").and_then(Value::as_str).unwrap_or(guess)
}

/// The values that are allowed, where they are counted.
fn constants(level: &Level<'_>) -> Option<Vec<Json>> {
    let one = level.rules.get("const").map(|only| vec![Json::of(only)]);
    let some = level.rules.get("enum").and_then(Value::as_array);
    one.or_else(|| some.map(|all| all.iter().map(Json::of).collect()))
}

/// The parts of a kind, by their names.
fn parts<'l, 'd>(level: &'l Level<'d>, kind: &'static str) -> impl Iterator<Item = (&'l str, &'d Value)> {
    let all = level.parts.iter();
    all.filter_map(move |(key, part)| key.strip_prefix(kind).map(|name| (name, *part)))
}

fn is_required(level: &Level<'_>, name: &str) -> bool {
    let required = level.rules.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|one| one == name))
}

fn is_nullable(level: &Level<'_>) -> bool {
    level.rules.contains_key("nullable")
}

/// The least and the greatest of counts and lengths.
fn counts(level: &Level<'_>, least: &str, most: &str) -> (usize, usize) {
    let count = |keyword| {
        level
            .rules
            .get(keyword)
            .and_then(Value::as_u64)
            .and_then(|it| usize::try_from(it).ok())
    };
    (count(least).unwrap_or(0), count(most).unwrap_or(usize::MAX - 4))
}

/// Whether two items are not equal, however they are written.
fn is_different(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => !is_one_number(left, right),
        _ => left != right,
    }
}
