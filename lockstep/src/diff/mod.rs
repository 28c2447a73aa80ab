//! What has changed between two contracts, and what it means: for the wire, for Rust source and for TypeScript source.
//! Models are compared, not texts, so that another spelling of the same contract is no change.
//!
//! How verdicts are found:
//!
//! - **The wire.** What old clients send must still be taken and mean the same; what new servers answer must be what old
//!   clients take. So more values are compatible in requests and breaking in responses, and fewer the other way round. As
//!   everywhere here, clients tolerate members of answers that they do not know, and servers may refuse what they do not
//!   know: a member or parameter that is gone breaks whoever sends it.
//! - **Rust source** is code that uses the generated types and the generated client, judged as Cargo's reference does:
//!   every type is public, its fields and variants can be written out, whatever direction it travels in. Handlers are not
//!   counted: they live beside the contract, and are meant to stop compiling when it changes.
//! - **TypeScript source** is code that builds requests and reads answers, in the direction in which a type travels. A new
//!   case of an answer breaks an exhaustive `switch`, for which the generated unions are made.
//!
//! A type is compared with its counterpart once, in the directions in which paired operations reach it.

mod finding;
mod objects;
mod operations;
mod parameters;
mod places;
mod report;
mod responses;
mod rust;
mod scalars;
mod schemas;
mod security;
mod values;
mod verdict;

use crate::model::Api;
use crate::parse;
use crate::source::Diagnostic;
use finding::{Anchor, Finding, Meaning, Spot};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use verdict::Directions;

pub use report::{Change, Location, Report, Side, Verdicts};
pub use verdict::{Step, Verdict};

/// Compares two contracts.
///
/// # Errors
/// Everything that is wrong with either, or a version that is none.
pub fn diff(old: &Path, new: &Path) -> Result<Report, Vec<Diagnostic>> {
    let (before, after) = match (parse::parse(old), parse::parse(new)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let errors = [before.err(), after.err()].into_iter().flatten();
            return Err(errors.flatten().collect());
        }
    };
    compare((old, &before), (new, &after))
}

/// Compares two contracts that have been read from these files.
///
/// # Errors
/// If something has changed and a version is none.
pub fn compare(old: (&Path, &Api), new: (&Path, &Api)) -> Result<Report, Vec<Diagnostic>> {
    report::report(old, new, changes(old.1, new.1))
}

/// Every change with the directions in which it counts.
fn changes(old: &Api, new: &Api) -> Vec<(Finding, Directions)> {
    let mut comparison = Comparison {
        old,
        new,
        scope: Scope::Fixed(Directions::BOTH),
        findings: Vec::new(),
        roots: Vec::new(),
        pairs: BTreeMap::new(),
        queue: Vec::new(),
    };
    comparison.document();
    comparison.operations();
    comparison.definitions();
    comparison.directed()
}

/// Two named types that stand in the same place, by their names.
type Pair = (String, String);

/// What decides the directions of a finding.
#[derive(Clone, Debug)]
enum Scope {
    /// Known where it is found.
    Fixed(Directions),
    /// Those of a pair of types.
    Pair(Pair),
}

/// What is known while two contracts are compared. Methods are beside what they compare.
struct Comparison<'a> {
    old: &'a Api,
    new: &'a Api,
    scope: Scope,
    findings: Vec<(Finding, Scope)>,
    /// Pairs that operations mention, with the direction.
    roots: Vec<(Pair, Directions)>,
    /// Every pair with the pairs inside it.
    pairs: BTreeMap<Pair, BTreeSet<Pair>>,
    /// Pairs that are not compared yet.
    queue: Vec<Pair>,
}

impl<'a> Comparison<'a> {
    fn found(&mut self, code: &'static str, spot: Spot, message: impl Into<String>, meaning: Meaning) {
        let finding = Finding {
            code,
            spot,
            message: message.into(),
            meaning,
        };
        self.findings.push((finding, self.scope.clone()));
    }

    /// Notes that two named types stand in the same place.
    fn pair(&mut self, old: &str, new: &str) {
        let pair = (old.to_owned(), new.to_owned());
        match &self.scope {
            Scope::Fixed(directions) => self.roots.push((pair.clone(), *directions)),
            Scope::Pair(outer) => {
                let inside = self.pairs.entry(outer.clone()).or_default();
                inside.insert(pair.clone());
            }
        }
        if !self.pairs.contains_key(&pair) {
            self.pairs.insert(pair.clone(), BTreeSet::new());
            self.queue.push(pair);
        }
    }

    /// What only readers of the document notice: a text that has changed.
    fn text(&mut self, key: &'static str, spot: &Spot, old: &str, new: &str) {
        if old.trim() != new.trim() {
            let spot = spot.below([key]);
            self.found("text-changed", spot, format!("the {key} has changed"), Meaning::NEUTRAL);
        }
    }

    fn examples(&mut self, spot: &Spot, old: &[String], new: &[String]) {
        if old != new {
            self.found(
                "text-changed",
                spot.clone(),
                "the examples have changed",
                Meaning::NEUTRAL,
            );
        }
    }

    fn document(&mut self) {
        let (old, new) = (self.old, self.new);
        let root = Spot::new("the contract", Anchor::Root, Anchor::Root);
        self.text("title", &root.below(["info"]), &old.title, &new.title);
        self.text("description", &root.below(["info"]), &old.description, &new.description);
        let tags = root.below(["tags"]);
        for tag in &new.tags {
            let spot = tags.below([tag.name.as_str()]).called(format!("tag {}", tag.name));
            if let Some(before) = old.tags.iter().find(|before| before.name == tag.name) {
                self.text("description", &spot, &before.docs, &tag.docs);
            }
        }
        let order = |api: &'a Api| api.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>();
        if order(old) != order(new) {
            let message = format!("are {}, were {}", order(new).join(", "), order(old).join(", "));
            // Tags group the methods in the client's documentation; nothing is called after them there.
            self.found("tags-changed", tags.called("the tags"), message, Meaning::NEUTRAL);
        }
        self.schemes();
    }

    /// The findings with the directions of the pairs in which they were made; none if no paired operations reach it.
    fn directed(self) -> Vec<(Finding, Directions)> {
        let mut reached: BTreeMap<&Pair, Directions> = BTreeMap::new();
        let mut queue: Vec<(&Pair, Directions)> = self
            .roots
            .iter()
            .map(|(pair, directions)| (pair, *directions))
            .collect();
        while let Some((pair, directions)) = queue.pop() {
            let known = reached.entry(pair).or_default();
            let all = known.and(directions);
            if *known != all {
                *known = all;
                let inside = self.pairs.get(pair).into_iter().flatten();
                queue.extend(inside.map(|inner| (inner, all)));
            }
        }
        let directions = |scope: &Scope| match scope {
            Scope::Fixed(directions) => *directions,
            Scope::Pair(pair) => reached.get(pair).copied().unwrap_or_default(),
        };
        let findings = self.findings.iter();
        findings
            .map(|(finding, scope)| (finding.clone(), directions(scope)))
            .collect()
    }
}
