//! Compares two schemas level by level. A pair that was met before is not gone into again, so recursive schemas are
//! equal if nothing tells them apart however far one looks, whatever their parts are called.

use std::collections::{BTreeSet, HashSet, VecDeque};

use serde_json::Value;

use crate::schema::{Direction, Document, Level};

/// Something that a contract and what is derived from an artefact do not say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, as in `schemas/Task/properties/title`.
    pub place: String,
    /// The keyword or fact.
    pub what: String,
    /// What the contract says; nothing if it is silent.
    pub contract: Option<Value>,
    /// What the artefact says; nothing if it is silent.
    pub artefact: Option<Value>,
}

/// A place, and what both have there.
pub type Pair<'c, 'a> = (String, &'c Value, &'a Value);

/// Compares schemas of a contract with those of an artefact.
#[derive(Debug)]
pub struct Pairing<'c, 'a> {
    contract: Document<'c>,
    artefact: Document<'a>,
    met: HashSet<(*const Value, *const Value, Direction)>,
    /// The named schemas of the artefact that were compared.
    pub named: BTreeSet<&'a str>,
    /// What was found so far.
    pub differences: Vec<Difference>,
}

impl<'c, 'a> Pairing<'c, 'a> {
    /// Nothing is compared yet.
    pub fn new(contract: Document<'c>, artefact: Document<'a>) -> Self {
        Self {
            contract,
            artefact,
            met: HashSet::new(),
            named: BTreeSet::new(),
            differences: Vec::new(),
        }
    }

    /// Compares two schemas and all that is in them. What they are for stands beside them, and is compared there.
    pub fn compare(&mut self, place: &str, ours: &'c Value, theirs: &'a Value, direction: Direction) {
        let left = self.contract.level(ours, direction);
        let mut right = self.artefact.level(theirs, direction);
        right
            .rules
            .retain(|keyword, _| keyword != "deprecated" || left.rules.contains_key(keyword));
        let parts = self.levels(place, (ours, &left), (theirs, &right), direction);
        self.compare_all(parts, direction);
    }

    /// Compares pairs and all that is in them, what is given before what is found: a difference has the shortest place.
    pub fn compare_all(&mut self, pairs: Vec<Pair<'c, 'a>>, direction: Direction) {
        let mut open = VecDeque::from(pairs);
        while let Some((place, ours, theirs)) = open.pop_front() {
            let (left, right) = (
                self.contract.level(ours, direction),
                self.artefact.level(theirs, direction),
            );
            self.words(&place, &left, &right);
            open.extend(self.levels(&place, (ours, &left), (theirs, &right), direction));
        }
    }

    /// Compares one level, unless that was done before; what is further down.
    fn levels(
        &mut self,
        place: &str,
        (ours, left): (&'c Value, &Level<'c>),
        (theirs, right): (&'a Value, &Level<'a>),
        direction: Direction,
    ) -> Vec<Pair<'c, 'a>> {
        self.named.extend(&right.names);
        let (meant, by) = (self.contract.meant(ours), self.artefact.meant(theirs));
        if !self
            .met
            .insert((std::ptr::from_ref(meant), std::ptr::from_ref(by), direction))
        {
            return Vec::new();
        }
        self.rules(place, left, right);
        self.parts(place, left, right)
    }

    /// The parts that both have; what one of them lacks is noted.
    fn parts(&mut self, place: &str, left: &Level<'c>, right: &Level<'a>) -> Vec<Pair<'c, 'a>> {
        let mut pairs = Vec::new();
        let keys: BTreeSet<_> = left.parts.keys().chain(right.parts.keys()).collect();
        for key in keys {
            match (left.parts.get(key), right.parts.get(key)) {
                (Some(ours), Some(theirs)) => pairs.push((format!("{place}/{key}"), *ours, *theirs)),
                (ours, theirs) => self.note(place, key, ours.copied(), theirs.copied()),
            }
        }
        pairs
    }

    fn words(&mut self, place: &str, left: &Level<'_>, right: &Level<'_>) {
        if !described(left.description, right.description) {
            let (ours, theirs) = (left.description.map(Value::from), right.description.map(Value::from));
            self.note(place, "description", ours.as_ref(), theirs.as_ref());
        }
    }

    fn rules(&mut self, place: &str, left: &Level<'_>, right: &Level<'_>) {
        let keys: BTreeSet<_> = left.rules.keys().chain(right.rules.keys()).collect();
        for key in keys {
            self.note(place, key, left.rules.get(key), right.rules.get(key));
        }
    }

    /// Notes a difference, if it is one.
    pub fn note(&mut self, place: &str, what: &str, contract: Option<&Value>, artefact: Option<&Value>) {
        let difference = || Difference {
            place: place.to_owned(),
            what: what.to_owned(),
            contract: contract.cloned(),
            artefact: artefact.cloned(),
        };
        // The same may be met in both directions.
        if contract != artefact && !self.differences.contains(&difference()) {
            self.differences.push(difference());
        }
    }
}

/// Whether a text has all the words of the contract's description. A language may lay them out differently and say more.
pub fn described(contract: Option<&str>, artefact: Option<&str>) -> bool {
    // Rust's docs say of code that is no Rust that it is text.
    let plain = |text: &str| text.replace("```text\n", "```\n");
    let words = |text: &str| plain(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    contract.is_none_or(|ours| artefact.is_some_and(|theirs| words(theirs).contains(&words(ours))))
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let say = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        let (contract, artefact) = (say(&self.contract), say(&self.artefact));
        write!(
            f,
            "{}: {}: the contract says {contract}, the artefact {artefact}",
            self.place, self.what
        )
    }
}
