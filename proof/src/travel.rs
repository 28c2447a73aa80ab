//! Values of every schema between the languages: what the contract, the server, the client and TypeScript say of each, and
//! what comes back. Where they do not agree is told; whether that is excused is not decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::artefacts::{Artefacts, RustType};
use crate::proof::{Error, Proof, read};
use crate::schema::{Direction, Document};
use crate::survival::{Survival, is_same};
use crate::typescript::{self, Module, Verdict};
use crate::values::{Json, Values};

/// So many valid values are made of each schema. Invalid ones are as many as it has rules.
const VALID: usize = 16;

/// What came of it.
#[derive(Debug, Default)]
pub struct Travel {
    /// Schemas, each in each of its directions, with how many valid and invalid values there were.
    pub schemas: BTreeMap<String, Counts>,
    /// Schemas that no Rust type stands for, neither by itself nor as a member: such as are parts of others, or parameters.
    pub untyped: BTreeSet<String>,
    /// Where judges do not agree.
    pub disagreements: Vec<Disagreement>,
}

/// How many values there were.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// That the contract allows.
    pub valid: usize,
    /// That it does not.
    pub invalid: usize,
    /// That JavaScript was not shown, because its numbers cannot hold them.
    pub unshown: usize,
    /// Of these, that may or may not match a pattern, which only the contract's judge knows: nothing is said of them.
    pub undecided: usize,
    /// How many rules there are to break.
    pub rules: usize,
}

/// A judge that does not say what the contract says, or did not keep what it took.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// Who: `contract` if it refuses what was made to be valid, `server`, `client` or `typescript`.
    pub judge: &'static str,
    /// The schema, as `openapi.yaml Task (request)`.
    pub schema: String,
    /// The rule that was to be broken, with its place; nothing in a value that was made to be valid.
    pub rule: String,
    /// The value.
    pub value: String,
    /// What the judge did.
    pub did: String,
}

/// What a schema's values are judged by.
#[derive(Debug)]
struct Subject<'a> {
    at: usize,
    contract: &'a Value,
    /// As in a report.
    title: String,
    direction: Direction,
    schema: &'a Value,
    /// The named schema that is judged: itself, or an object with a member of it.
    judged: &'a str,
    member: Option<&'a str>,
    rust: &'a RustType,
    /// The type in TypeScript.
    typescript: String,
}

/// A value on its way.
#[derive(Debug)]
struct Case<'a> {
    subject: &'a Subject<'a>,
    rule: Option<String>,
    value: Json,
}

/// Makes values of all contracts and has them judged.
///
/// # Errors
/// Where a contract cannot be read, or Node does not answer.
pub fn travel(proof: &Proof, workspace: &Path) -> Result<Travel, Error> {
    let Proof { artefacts, modules, .. } = proof;
    let contracts = artefacts.iter().map(|one| read(&workspace.join(one.contract)));
    let contracts = contracts.collect::<Result<Vec<_>, _>>()?;
    let mut travel = Travel::default();
    let mut subjects = Vec::new();
    for (at, contract) in contracts.iter().enumerate() {
        subjects.extend(travel.subjects(at, contract, &artefacts[at], &modules[at]));
    }
    let cases: Vec<_> = subjects.iter().flat_map(cases).collect();
    let verdicts = ask(workspace, &contracts, modules, &cases)?;
    for subject in &subjects {
        travel.schemas.insert(subject.title.clone(), Counts::default());
    }
    for (case, verdict) in cases.iter().zip(verdicts) {
        travel.judge(case, verdict);
    }
    Ok(travel)
}

impl Travel {
    /// Every named schema of a contract in every direction in which it travels.
    fn subjects<'a>(
        &mut self,
        at: usize,
        contract: &'a Value,
        artefacts: &'a Artefacts,
        module: &Module,
    ) -> Vec<Subject<'a>> {
        let document = Document { root: contract };
        let usage = document.usage(&document.operations());
        let mut subjects = Vec::new();
        for (name, schema) in contract["components"]["schemas"].as_object().into_iter().flatten() {
            for &direction in usage.get(name.as_str()).into_iter().flatten() {
                let title = format!("{} {name} ({direction})", artefacts.contract);
                let place = holders(document, name, direction)
                    .into_iter()
                    .find_map(|(judged, member)| {
                        let rust = rust_type(artefacts, judged, direction)?;
                        let is_read = direction == Direction::Response || rust.server.is_some();
                        is_read.then_some((judged, member, rust, module.type_name(judged, direction)?))
                    });
                let Some((judged, member, rust, typescript)) = place else {
                    self.untyped.insert(title);
                    continue;
                };
                subjects.push(Subject {
                    at,
                    contract,
                    title,
                    direction,
                    schema,
                    judged,
                    member,
                    rust,
                    typescript,
                });
            }
        }
        subjects
    }

    fn judge(&mut self, case: &Case<'_>, verdict: Option<Verdict>) {
        let subject = case.subject;
        let counts = self.schemas.entry(subject.title.clone()).or_default();
        // What JavaScript cannot hold is what it was made to be.
        let is_valid = verdict.as_ref().map_or(case.rule.is_none(), |verdict| verdict.contract);
        counts.unshown += usize::from(verdict.is_none());
        if verdict.is_none() && case.rule.as_ref().is_some_and(|rule| rule.ends_with("pattern")) {
            counts.undecided += 1;
            return;
        }
        counts.rules += usize::from(case.rule.is_some());
        counts.valid += usize::from(is_valid);
        counts.invalid += usize::from(!is_valid);
        let mut said = Vec::new();
        if !is_valid && case.rule.is_none() {
            said.push(("contract", "refuses what was made to be valid".to_owned()));
        }
        if let Some(verdict) = verdict {
            said.extend(verdict_differs(is_valid, verdict.typescript).map(|did| ("typescript", did)));
            let back = Json::read(&verdict.back);
            if !back.is_ok_and(|back| is_same(&case.value, &back)) {
                said.push(("typescript", format!("writes {}", verdict.back)));
            }
        }
        said.extend(by_rust(case, is_valid));
        self.disagreements
            .extend(said.into_iter().map(|(judge, did)| Disagreement {
                judge,
                schema: subject.title.clone(),
                rule: case.rule.clone().unwrap_or_default(),
                value: case.value.to_string(),
                did,
            }));
    }
}

fn verdict_differs(is_valid: bool, is_accepted: bool) -> Option<String> {
    match (is_valid, is_accepted) {
        (true, false) => Some("refuses what is valid".to_owned()),
        (false, true) => Some("accepts what is not valid".to_owned()),
        _ => None,
    }
}

/// What servers and clients make of a value. Clients may read what is not valid, so that new servers can talk to them, but
/// nothing that they read may change.
fn by_rust(case: &Case<'_>, is_valid: bool) -> Vec<(&'static str, String)> {
    let subject = case.subject;
    let text = case.value.to_string();
    let document = Document { root: subject.contract };
    let survival = Survival {
        document,
        direction: subject.direction,
    };
    let schema = &subject.contract["components"]["schemas"][subject.judged];
    let mut said = Vec::new();
    let mut readers = vec![("client", (subject.rust.client)(&text))];
    if subject.direction == Direction::Request {
        readers.push(match subject.rust.server {
            Some(read) => ("server", read(&text)),
            None => ("server", Err("it has no reader".to_owned())),
        });
    }
    for (judge, read) in readers {
        match (read, is_valid) {
            (Err(why), true) => said.push((judge, format!("refuses what is valid: {why}"))),
            (Err(_), false) => {}
            (Ok(_), false) if judge == "server" => said.push((judge, "accepts what is not valid".to_owned())),
            (Ok(back), _) => {
                let change = match Json::read(&back) {
                    Ok(back) => survival.change(schema, &case.value, &back),
                    Err(error) => Some(format!("{back} is no JSON: {error}")),
                };
                said.extend(change.map(|change| (judge, change)));
            }
        }
    }
    said
}

/// The schema itself, or where it is judged as a member: a type by itself has no null, and what is only another name for a
/// type has rules only where it is used.
fn holders<'a>(document: Document<'a>, name: &'a str, direction: Direction) -> Vec<(&'a str, Option<&'a str>)> {
    let schemas = document.root["components"]["schemas"].as_object();
    let reference = format!("#/components/schemas/{name}");
    let mut all = Vec::new();
    for (holder, schema) in schemas.into_iter().flatten() {
        let level = document.level(schema, direction);
        if holder == name && !level.rules.contains_key("nullable") {
            all.insert(0, (holder.as_str(), None));
        }
        let members = level.parts.iter().filter(|(_, part)| part["$ref"] == *reference);
        all.extend(members.filter_map(|(key, _)| {
            let schema = schema.pointer("/properties")?.as_object()?;
            let (member, _) = schema.get_key_value(key.strip_prefix("properties/")?)?;
            Some((holder.as_str(), Some(member.as_str())))
        }));
    }
    all
}

fn rust_type<'a>(artefacts: &'a Artefacts, name: &str, direction: Direction) -> Option<&'a RustType> {
    let find = |name: &str| artefacts.types.iter().find(|one| one.name == name);
    let input = (direction == Direction::Request)
        .then(|| find(&format!("{name}Input")))
        .flatten();
    input.or_else(|| find(name))
}

fn cases<'a>(subject: &'a Subject<'a>) -> Vec<Case<'a>> {
    let mut values = Values::new(Document { root: subject.contract }, subject.direction);
    let holder = &subject.contract["components"]["schemas"][subject.judged];
    let mut made: Vec<_> = (0..VALID).map(|_| (None, values.valid(subject.schema))).collect();
    made.extend(
        values
            .faults(subject.schema)
            .into_iter()
            .map(|(rule, value)| (Some(rule), value)),
    );
    let whole = made.into_iter().map(|(rule, value)| {
        let value = match subject.member {
            Some(member) => values.least(holder).with(member, value),
            None => value,
        };
        Case { subject, rule, value }
    });
    whole.collect()
}

/// What JavaScript says of each value that it can hold.
fn ask(
    workspace: &Path,
    contracts: &[Value],
    modules: &[Module],
    cases: &[Case<'_>],
) -> Result<Vec<Option<Verdict>>, typescript::Error> {
    let question = |case: &Case<'_>| {
        let subject = case.subject;
        serde_json::json!({
            "at": subject.at,
            "direction": subject.direction.to_string(),
            "schema": subject.judged,
            "type": subject.typescript,
            "text": case.value.to_string(),
        })
    };
    let shown = cases
        .iter()
        .filter(|case| case.value.is_held_by_doubles())
        .map(question);
    let mut verdicts = typescript::judge(workspace, contracts, modules, shown)?.into_iter();
    let answers = cases.iter().map(|case| {
        if case.value.is_held_by_doubles() {
            verdicts.next()
        } else {
            None
        }
    });
    Ok(answers.collect())
}

impl fmt::Display for Travel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |count: fn(&Counts) -> usize| self.schemas.values().map(count).sum::<usize>();
        let (schemas, valid, invalid) = (self.schemas.len(), sum(|it| it.valid), sum(|it| it.invalid));
        let (unshown, undecided) = (sum(|it| it.unshown), sum(|it| it.undecided));
        let values = valid + invalid + undecided;
        write!(
            f,
            "{schemas} schemas, {values} values: {valid} valid, {invalid} invalid, {undecided} undecided, \
             {unshown} not shown to JavaScript"
        )
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            judge,
            schema,
            rule,
            value,
            did,
        } = self;
        let value: String = value.chars().take(300).collect();
        write!(f, "{schema}: the {judge} {did} [{rule}] {value}")
    }
}
