//! The equality of every contract of this repository with all three descriptions of what was made of it, less what the
//! ledger excuses. What is loaded once can be asked of other contracts, too, such as mutants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::artefacts::{self, Artefacts};
use crate::discriminator;
use crate::equality::{self, Comparison, Derived};
use crate::ledger::{self, Entry};
use crate::pairing::Difference;
use crate::schema::Document;
use crate::table;
use crate::typescript::{self, Module};

/// Why nothing can be proved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A contract cannot be read.
    #[error("{0}: {1}")]
    Contract(String, String),
    /// What Rust derives is no JSON.
    #[error("what utoipa or schemars derived is no JSON: {0}")]
    Rust(#[from] serde_json::Error),
    /// Nothing is known of TypeScript.
    #[error(transparent)]
    TypeScript(#[from] typescript::Error),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Everything that is derived from artefacts.
#[derive(Debug)]
pub struct Proof {
    pub(crate) artefacts: Vec<Artefacts>,
    pub(crate) modules: Vec<Module>,
    /// What languages cannot say.
    pub ledger: Vec<Entry>,
}

/// What came of comparing a contract with one description.
#[derive(Debug)]
pub struct Verdict {
    /// The contract, from the root of the workspace.
    pub contract: &'static str,
    /// Who described: `routes`, `utoipa`, `schemars` or `typescript`.
    pub artefact: &'static str,
    /// What was compared, with the differences that nothing excuses.
    pub comparison: Comparison,
    /// The entries of the ledger that excused the others, by their number.
    pub excused: BTreeMap<usize, u64>,
}

impl Proof {
    /// Derives everything.
    ///
    /// # Errors
    /// See [`enum@Error`].
    pub fn load(workspace: &Path) -> Result<Self, Error> {
        let artefacts = artefacts::all()?;
        let paths: Vec<_> = artefacts.iter().map(Artefacts::typescript).collect();
        Ok(Self {
            modules: typescript::describe(workspace, &paths)?,
            ledger: ledger::load(workspace)?,
            artefacts,
        })
    }

    /// Compares every contract with every description of it.
    ///
    /// # Errors
    /// Where a contract cannot be read.
    pub fn verdicts(&self, workspace: &Path) -> Result<Vec<Verdict>, Error> {
        let mut verdicts = Vec::new();
        for one in &self.artefacts {
            let contract = read(&workspace.join(one.contract))?;
            verdicts.extend(self.compare(one.contract, &contract));
        }
        Ok(verdicts)
    }

    /// Compares what is called that contract with the descriptions of what was made of it.
    pub fn compare(&self, name: &str, contract: &Value) -> Vec<Verdict> {
        let both = self
            .artefacts
            .iter()
            .zip(&self.modules)
            .filter(|(one, _)| one.contract == name);
        let verdicts = both.flat_map(|(one, module)| {
            let derived = [
                ("routes", routes(one)),
                ("utoipa", utoipa(one)),
                ("schemars", schemars(one)),
                ("typescript", typescript(module)),
            ];
            derived.map(|(artefact, derived)| self.judge(one.contract, artefact, equality::compare(contract, &derived)))
        });
        verdicts.collect()
    }

    fn judge(&self, contract: &'static str, artefact: &'static str, mut comparison: Comparison) -> Verdict {
        let mut excused = BTreeMap::new();
        let mut is_excused = |difference: &Difference| {
            let entry = self.ledger.iter().position(|entry| entry.excuses(artefact, difference));
            entry
                .inspect(|&number| *excused.entry(number).or_default() += 1)
                .is_some()
        };
        comparison.differences.retain(|difference| !is_excused(difference));
        Verdict {
            contract,
            artefact,
            comparison,
            excused,
        }
    }

    /// The first thing that is not alike, if a contract takes the place of the one that is called that.
    pub fn difference(&self, name: &str, contract: &Value) -> Option<String> {
        let mut contract = contract.clone();
        discriminator::apply(&mut contract);
        self.compare(name, &contract).into_iter().find_map(|verdict| {
            let difference = verdict.comparison.differences.first()?;
            Some(format!("{}: {difference}", verdict.artefact))
        })
    }

    /// The entries of the ledger that excuse nothing.
    pub fn needless(&self, verdicts: &[Verdict]) -> Vec<&Entry> {
        let used: BTreeSet<_> = verdicts.iter().flat_map(|verdict| verdict.excused.keys()).collect();
        let entries = self
            .ledger
            .iter()
            .enumerate()
            .filter(|(number, _)| !used.contains(number));
        entries.map(|(_, entry)| entry).collect()
    }
}

/// A contract as plain JSON.
///
/// # Errors
/// Where it cannot be read.
pub fn read(path: &Path) -> Result<Value, Error> {
    let wrong = |why: String| Error::Contract(path.display().to_string(), why);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let node = lockstep::source::read(path, &text)
        .map_err(|errors| wrong(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let mut contract = serde_json::from_str(&node.to_json())?;
    discriminator::apply(&mut contract);
    Ok(contract)
}

fn routes(one: &Artefacts) -> Derived<'_> {
    Derived {
        document: Document { root: &Value::Null },
        schemas: BTreeMap::new(),
        operations: Some(table::operations(one.operations)),
        about: None,
    }
}

fn utoipa(one: &Artefacts) -> Derived<'_> {
    let document = Document { root: &one.utoipa };
    Derived {
        document,
        schemas: named(&one.utoipa["components"]["schemas"]).collect(),
        operations: Some(document.operations()),
        about: Some(document.about()),
    }
}

fn schemars(one: &Artefacts) -> Derived<'_> {
    Derived {
        document: Document { root: &one.schemars },
        schemas: named(&one.schemars["$defs"]).collect(),
        operations: None,
        about: None,
    }
}

fn typescript(module: &Module) -> Derived<'_> {
    let of_operations = module.types_of_operations();
    let is_of_the_client = |name: &str| {
        ["Answer<", "Pick<", "Partial<"]
            .iter()
            .any(|generic| name.starts_with(generic))
            || ["Unexpected", "AnswerHeaders", "Operations"].contains(&name)
            || of_operations.contains(name)
    };
    Derived {
        document: module.document(),
        schemas: named(&module.root["definitions"])
            .filter(|(name, _)| !is_of_the_client(name))
            .collect(),
        operations: Some(module.operations()),
        about: None,
    }
}

fn named(schemas: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schemas
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Comparison {
            schemas,
            operations,
            differences,
        } = &self.comparison;
        let (schemas, operations) = (schemas.len(), operations.len());
        let excused: u64 = self.excused.values().sum();
        let (contract, artefact) = (self.contract, self.artefact);
        write!(
            f,
            "{contract} = {artefact}: {schemas} schemas, {operations} operations, {excused} excused"
        )?;
        differences
            .iter()
            .try_for_each(|difference| write!(f, "\n  {difference}"))
    }
}
