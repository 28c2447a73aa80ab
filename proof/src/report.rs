//! The report of the whole proof, as Markdown that a person reads: three artefacts × schemas, what is excused, the table
//! of coverage, the mutants. It lays out what others found out and judges nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use lockstep::coverage;

use crate::ledger::Entry;
use crate::mutants::{self, Options};
use crate::proof::{self, Proof, Verdict};
use crate::travel::{self, Travel};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing can be compared.
    #[error(transparent)]
    Proof(#[from] proof::Error),
    /// There are no recordings to judge.
    #[error("{0} (run the contract tests first: make test)")]
    Coverage(#[from] coverage::Error),
    /// The mutants cannot be tried.
    #[error(transparent)]
    Mutants(#[from] mutants::Error),
    /// It cannot be written.
    #[error("{0}: {1}")]
    Unwritable(String, std::io::Error),
}

/// What the proof found.
#[derive(Debug)]
pub struct Report {
    /// What came of comparing every contract with every description.
    pub verdicts: Vec<Verdict>,
    /// What languages cannot say.
    pub ledger: Vec<Entry>,
    /// How many lines of the ledger excuse nothing.
    pub needless: usize,
    /// What came of values that were shown to all languages.
    pub travel: Travel,
    /// What the recordings of the contract tests show.
    pub coverage: coverage::Report,
    /// How many mutants of the sources there are for each that was tried.
    pub every: NonZeroUsize,
    /// What came of mistakes that were made on purpose.
    pub mutants: mutants::Report,
    /// How long each part took.
    pub times: Vec<(&'static str, Duration)>,
}

/// The descriptions, in the order of their columns.
const ARTEFACTS: [&str; 4] = ["routes", "utoipa", "schemars", "typescript"];

impl Report {
    /// Runs the whole proof, with one in `every` mutants of the sources.
    ///
    /// # Errors
    /// See [`enum@Error`].
    pub fn make(workspace: &Path, every: NonZeroUsize) -> Result<Self, Error> {
        let mut times = Vec::new();
        let start = Instant::now();
        let proof = Proof::load(workspace)?;
        let verdicts = proof.verdicts(workspace)?;
        times.push(("equality", start.elapsed()));
        let start = Instant::now();
        let travel = travel::travel(&proof, workspace)?;
        times.push(("travels of values", start.elapsed()));
        let start = Instant::now();
        let recordings = [workspace.join("target/recordings")];
        let coverage = coverage::coverage(
            &workspace.join("openapi.yaml"),
            &recordings,
            None,
            coverage::Level::Constraints,
        )?;
        times.push(("coverage", start.elapsed()));
        let start = Instant::now();
        let options = Options {
            every,
            ..Options::of(workspace)?
        };
        let mutants = mutants::run(&options, &proof)?;
        times.push(("mutants", start.elapsed()));
        let needless = proof.needless(&verdicts).len();
        Ok(Self {
            needless,
            ledger: proof.ledger,
            verdicts,
            travel,
            coverage,
            every,
            mutants,
            times,
        })
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// Where that is not possible.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let unwritable = |error| Error::Unwritable(path.display().to_string(), error);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(unwritable)?;
        }
        std::fs::write(path, self.to_string()).map_err(unwritable)
    }

    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.coverage.complete
            && self.mutants.is_enough()
            && self.needless == 0
            && self
                .verdicts
                .iter()
                .all(|verdict| verdict.comparison.differences.is_empty())
    }

    fn equality(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Contract = Rust = document = TypeScript\n")?;
        writeln!(
            f,
            "| contract | schemas × direction | operations | differences | excused by the ledger |"
        )?;
        writeln!(f, "|---|---|---|---|---|")?;
        let mut contracts: Vec<_> = self.verdicts.iter().map(|verdict| verdict.contract).collect();
        contracts.dedup();
        for contract in contracts {
            let of = |count: fn(&Verdict) -> u64| {
                let verdicts = self.verdicts.iter().filter(|verdict| verdict.contract == contract);
                verdicts
                    .map(|verdict| count(verdict).to_string())
                    .collect::<Vec<_>>()
                    .join(" / ")
            };
            let schemas = of(|verdict| verdict.comparison.schemas.len() as u64);
            let operations = of(|verdict| verdict.comparison.operations.len() as u64);
            let differences = of(|verdict| verdict.comparison.differences.len() as u64);
            let excused = of(|verdict| verdict.excused.values().sum());
            writeln!(
                f,
                "| {contract} | {schemas} | {operations} | {differences} | {excused} |"
            )?;
        }
        writeln!(
            f,
            "\nThe figures are of {}. Where Rust has an alias for a schema, it is compared where it is used.\n",
            ARTEFACTS.join(" / ")
        )
    }

    /// Every schema of the service with what each artefact says of it.
    fn schemas(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## The schemas of openapi.yaml\n\n| schema (direction) | {} |\n|---|---|---|---|",
            ARTEFACTS[1..].join(" | ")
        )?;
        let verdicts: BTreeMap<_, _> = self.service().map(|verdict| (verdict.artefact, verdict)).collect();
        let names: BTreeSet<_> = verdicts
            .values()
            .flat_map(|verdict| &verdict.comparison.schemas)
            .collect();
        for name in names {
            let cell = |artefact: &&str| verdicts.get(artefact).map_or("", |verdict| sign(verdict, name));
            writeln!(
                f,
                "| {name} | {} |",
                ARTEFACTS[1..].iter().map(cell).collect::<Vec<_>>().join(" | ")
            )?;
        }
        writeln!(
            f,
            "\n= equal, ≠ not equal, · an alias of that language, compared where it is used\n"
        )
    }

    fn service(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.contract == "openapi.yaml")
    }

    fn differences(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let wrong = self
            .verdicts
            .iter()
            .filter(|verdict| !verdict.comparison.differences.is_empty());
        wrong
            .into_iter()
            .try_for_each(|verdict| writeln!(f, "```\n{verdict}\n```\n"))
    }

    fn excuses(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## What languages cannot say\n\n| artefacts | what | times | why |\n|---|---|---|---|"
        )?;
        for (number, entry) in self.ledger.iter().enumerate() {
            let times: u64 = self
                .verdicts
                .iter()
                .filter_map(|verdict| verdict.excused.get(&number))
                .sum();
            let (artefacts, what) = (entry.artefacts.join(", "), entry.what.join(", "));
            writeln!(
                f,
                "| {artefacts} | {} | {times} | {} |",
                what.replace('|', "\\|"),
                entry.reason
            )?;
        }
        writeln!(f)
    }
}

fn sign(verdict: &Verdict, name: &str) -> &'static str {
    let schema = name.split(' ').next().unwrap_or_default();
    let place = format!("schemas/{schema}");
    let is_here = |found: &str| found == place || found.starts_with(&format!("{place}/"));
    match verdict.comparison.schemas.contains(name) {
        false => "·",
        true if verdict
            .comparison
            .differences
            .iter()
            .any(|difference| is_here(&difference.place)) =>
        {
            "≠"
        }
        true => "=",
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds() {
            "Nothing drifts."
        } else {
            "Something has drifted."
        };
        writeln!(f, "# The drift proof\n\n**{verdict}**\n\n| part | seconds |\n|---|---|")?;
        for (part, time) in &self.times {
            writeln!(f, "| {part} | {:.1} |", time.as_secs_f64())?;
        }
        f.write_char('\n')?;
        self.equality(f)?;
        self.differences(f)?;
        self.excuses(f)?;
        writeln!(f, "## Values that travelled\n\n{}.", self.travel)?;
        let known = self.travel.disagreements.len();
        writeln!(
            f,
            "{known} known disagreements, whose kinds are listed with their reasons in proof/it/travel.rs.\n"
        )?;
        writeln!(
            f,
            "## Contract coverage\n\n```\n{}{}\n```\n",
            self.coverage,
            self.coverage.summary()
        )?;
        self.schemas(f)?;
        writeln!(
            f,
            "One in {} mutants of the sources was tried.\n\n{}",
            self.every, self.mutants
        )
    }
}
