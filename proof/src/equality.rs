//! The contract against what is derived from each artefact, both ways: every schema in the direction in which it
//! travels, every operation with all that it says. What is not alike comes out as differences; nothing is judged here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::operations::Said;
use crate::pairing::{Difference, Pairing, described};
use crate::schema::{Direction, Document};

/// What is derived from one artefact of a contract.
#[derive(Debug)]
pub struct Derived<'a> {
    /// Its schemas.
    pub document: Document<'a>,
    /// The schemas that have names, by these.
    pub schemas: BTreeMap<&'a str, &'a Value>,
    /// What it says of operations; nothing where it has only types.
    pub operations: Option<BTreeMap<String, Said<'a>>>,
    /// What it says of the whole.
    pub about: Option<Said<'a>>,
}

/// What was compared, and what is not alike.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Schemas, each in each of its directions, as `Task (response)`.
    pub schemas: BTreeSet<String>,
    /// Operations.
    pub operations: BTreeSet<String>,
    /// What is not alike.
    pub differences: Vec<Difference>,
}

/// Compares a contract with what is derived from an artefact.
pub fn compare(contract: &Value, derived: &Derived<'_>) -> Comparison {
    let ours = Document { root: contract };
    let operations = ours.operations();
    let mut pairing = Pairing::new(ours, derived.document);
    let mut comparison = Comparison::default();
    schemas(&mut pairing, &mut comparison, ours, &operations, derived);
    if let Some(theirs) = &derived.operations {
        let ids: BTreeSet<_> = operations.keys().chain(theirs.keys()).collect();
        for id in ids {
            let place = format!("operations/{id}");
            match (operations.get(id), theirs.get(id)) {
                (Some(ours), Some(theirs)) => said(&mut pairing, &place, ours, theirs),
                (ours, theirs) => presence(&mut pairing, "operations", id, ours.is_some(), theirs.is_some()),
            }
        }
        comparison.operations = operations.into_keys().collect();
    }
    if let Some(theirs) = &derived.about {
        said(&mut pairing, "document", &ours.about(), theirs);
    }
    // Types of operations only are met only where there are operations.
    let unmet = derived.schemas.keys().filter(|name| !pairing.named.contains(*name));
    for name in unmet.filter(|_| derived.operations.is_some()).collect::<Vec<_>>() {
        presence(&mut pairing, "schemas", name, false, true);
    }
    comparison.differences = pairing.differences;
    comparison
}

/// Compares every named schema that the artefact has a name for, too.
fn schemas<'c, 'a>(
    pairing: &mut Pairing<'c, 'a>,
    comparison: &mut Comparison,
    ours: Document<'c>,
    operations: &BTreeMap<String, Said<'c>>,
    derived: &Derived<'a>,
) {
    let usage = ours.usage(operations);
    for direction in [Direction::Request, Direction::Response] {
        let mut pairs = Vec::new();
        for (name, schema) in ours.root["components"]["schemas"].as_object().into_iter().flatten() {
            // What no operation uses is for answers.
            let travels = usage
                .get(name.as_str())
                .map_or(direction == Direction::Response, |all| all.contains(&direction));
            let input = format!("{name}Input");
            let theirs = match direction {
                Direction::Request if derived.schemas.contains_key(&*input) => derived.schemas.get_key_value(&*input),
                _ => derived.schemas.get_key_value(&**name),
            };
            if let Some((their_name, theirs)) = theirs.filter(|_| travels) {
                pairing.named.insert(their_name);
                pairs.push((format!("schemas/{name}"), schema, *theirs));
                comparison.schemas.insert(format!("{name} ({direction})"));
            }
        }
        pairing.compare_all(pairs, direction);
    }
}

/// Compares what two say of one thing.
fn said<'c, 'a>(pairing: &mut Pairing<'c, 'a>, place: &str, ours: &Said<'c>, theirs: &Said<'a>) {
    let keys: BTreeSet<_> = ours.facts.keys().chain(theirs.facts.keys()).collect();
    for key in keys {
        let (left, right) = (ours.facts.get(key), theirs.facts.get(key));
        let is_prose = key == "summary" || key.ends_with("description");
        let alike = is_prose && described(left.and_then(Value::as_str), right.and_then(Value::as_str));
        if !alike {
            pairing.note(place, key, left, right);
        }
    }
    for (key, (schema, direction)) in &ours.schemas {
        if let Some((theirs, _)) = theirs.schemas.get(key) {
            pairing.compare(&format!("{place}/{key}"), schema, theirs, *direction);
        }
    }
}

fn presence(pairing: &mut Pairing<'_, '_>, place: &str, what: &str, ours: bool, theirs: bool) {
    let here = json!(true);
    pairing.note(place, what, ours.then_some(&here), theirs.then_some(&here));
}

impl<'d> Document<'d> {
    /// In which directions the named schemas travel.
    pub fn usage(self, operations: &BTreeMap<String, Said<'d>>) -> BTreeMap<&'d str, BTreeSet<Direction>> {
        let mut usage: BTreeMap<&str, BTreeSet<Direction>> = BTreeMap::new();
        let mut met = BTreeSet::new();
        let mut open: Vec<_> = operations
            .values()
            .flat_map(|said| said.schemas.values().copied())
            .collect();
        while let Some((schema, direction)) = open.pop() {
            if met.insert((std::ptr::from_ref(schema), direction)) {
                let level = self.level(schema, direction);
                for name in level.names {
                    usage.entry(name).or_default().insert(direction);
                }
                open.extend(level.parts.into_values().map(|part| (part, direction)));
            }
        }
        usage
    }
}
