//! Mutants of the contract: mechanical mistakes in `openapi.yaml`, each judged against the unchanged server. Nothing is
//! compiled: a judge reads the mistaken contract and what the real one describes.

mod edit;
mod operations;
mod places;
mod schemas;

use super::report::Verdict;
use super::{Error, Options, progress};
use crate::proof::Proof;
use edit::Edit;
use lockstep::coverage::{self, Cell, Level};
use lockstep::source;
use places::Places;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How many mutants one operator makes at most, evenly over the contract.
const SAMPLE: usize = 25;

/// A kind of mistake, and where it can be made.
type Operator = (&'static str, fn(&Places<'_>) -> Vec<Edit>);

/// What came of the mutants of the contract.
pub(super) struct Outcome {
    /// Those that a judge could look at.
    pub(super) judged: Vec<Verdict>,
    /// Those that the generator does not take as a contract; what it says of them is in `killed_by`.
    pub(super) refused: Vec<Verdict>,
}

/// Tries every mutant on recordings of the unchanged server.
pub(super) fn run(options: &Options, recordings: &Path, proof: &Proof) -> Result<Outcome, Error> {
    let contract = options.root.join("openapi.yaml");
    let judges = Judges {
        waivers: options.root.join("coverage-waivers.toml"),
        recordings: vec![recordings.to_owned()],
        mutant: options.work.join("openapi.json"),
        proof,
        missing: BTreeSet::new(),
    };
    let judges = Judges {
        missing: judges.missing(&contract)?,
        ..judges
    };
    let document = document(&contract)?;
    let mut outcome = Outcome {
        judged: Vec::new(),
        refused: Vec::new(),
    };
    for (operator, edits) in edits(&document) {
        for edit in edits {
            if options.wants(&format!("{operator} {}", edit.pointer)) {
                judges.judge(operator, &edit, &document, &mut outcome)?;
            }
        }
    }
    Ok(outcome)
}

/// The contract as JSON.
fn document(path: &Path) -> Result<Value, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
    let node = source::read(path, &text).map_err(coverage::Error::Contract)?;
    serde_json::from_str(&node.to_json()).map_err(|source| Error::Json {
        path: path.to_owned(),
        source,
    })
}

/// What every operator does to a contract: the same every time.
fn edits(document: &Value) -> Vec<(&'static str, Vec<Edit>)> {
    let places = Places::of(document);
    let operators = operations::OPERATORS.iter().chain(&schemas::OPERATORS);
    operators.map(|(name, edits)| (*name, sample(edits(&places)))).collect()
}

fn sample(edits: Vec<Edit>) -> Vec<Edit> {
    let all = edits.len();
    let wanted = all.min(SAMPLE);
    let is_chosen = |place: usize| (place * wanted) / all != ((place + 1) * wanted) / all;
    let edits = edits.into_iter().enumerate();
    edits
        .filter(|(place, _)| is_chosen(*place))
        .map(|(_, edit)| edit)
        .collect()
}

/// Who looks at a mistaken contract.
struct Judges<'p> {
    waivers: PathBuf,
    recordings: Vec<PathBuf>,
    /// Where the mistaken contract is written.
    mutant: PathBuf,
    proof: &'p Proof,
    /// What the recordings do not show of the real contract.
    missing: BTreeSet<Cell>,
}

impl Judges<'_> {
    fn judge(&self, operator: &str, edit: &Edit, document: &Value, outcome: &mut Outcome) -> Result<(), Error> {
        let begun = Instant::now();
        let mut mistaken = document.clone();
        edit.apply(&mut mistaken);
        std::fs::write(&self.mutant, mistaken.to_string()).map_err(Error::file(&self.mutant))?;
        let (is_refused, killed_by) = match self.finding() {
            Ok(finding) => {
                let difference = self.proof.difference("openapi.yaml", &mistaken);
                let difference = difference.map(|difference| format!("equality: {difference}"));
                let killers: Vec<_> = difference.into_iter().chain(finding).collect();
                (false, (!killers.is_empty()).then(|| killers.join("; ")))
            }
            Err(coverage::Error::Contract(errors)) => (true, errors.first().map(|error| error.code.to_owned())),
            Err(error) => return Err(error.into()),
        };
        let verdict = Verdict {
            id: format!("{operator} {}", edit.pointer),
            tag: "(contract)".to_owned(),
            kind: operator.to_owned(),
            place: edit.pointer.clone(),
            about: edit.change.to_string(),
            killed_by,
            seconds: begun.elapsed().as_secs_f64(),
        };
        if !is_refused && verdict.killed_by.is_none() {
            progress(format!("{}: SURVIVES: {}", verdict.id, verdict.about));
        }
        let verdicts = if is_refused {
            &mut outcome.refused
        } else {
            &mut outcome.judged
        };
        verdicts.push(verdict);
        Ok(())
    }

    /// What the recordings say against the mistaken contract that they do not say against the real one.
    fn finding(&self) -> Result<Option<String>, coverage::Error> {
        let report = self.coverage(&self.mutant)?;
        let contradiction = report.contradictions.first();
        let contradiction =
            contradiction.map(|it| format!("coverage: {} {}: {} [{}]", it.operation, it.status, it.message, it.code));
        let missing = report.missing.iter().find(|cell| !self.missing.contains(cell));
        let missing = missing.map(|cell| format!("coverage: {} {} was never seen", cell.operation, cell.cell));
        let needless = report.needless.first();
        let needless = needless.map(|it| format!("coverage: the waiver of {} {}", it.cell.operation, it.cell.cell));
        Ok(contradiction.or(missing).or(needless))
    }

    fn missing(&self, contract: &Path) -> Result<BTreeSet<Cell>, coverage::Error> {
        Ok(self.coverage(contract)?.missing.into_iter().collect())
    }

    fn coverage(&self, contract: &Path) -> Result<coverage::Report, coverage::Error> {
        coverage::coverage(contract, &self.recordings, Some(&self.waivers), Level::Constraints)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_operator_finds_places_in_the_contract_and_changes_it_there() {
        let document = document(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml"))).unwrap();
        for (operator, edits) in edits(&document) {
            assert!(
                !edits.is_empty() && edits.len() <= SAMPLE,
                "{operator}: {}",
                edits.len()
            );
            for edit in edits {
                let mut mistaken = document.clone();
                edit.apply(&mut mistaken);
                assert_ne!(mistaken, document, "{operator} {}", edit.pointer);
            }
        }
    }

    #[test]
    fn a_sample_is_even_and_never_too_large() {
        let edits = |count: usize| (0..count).map(|n| Edit::remove(n.to_string())).collect::<Vec<_>>();
        for count in [0, 1, SAMPLE, SAMPLE + 1, 1000] {
            assert_eq!(sample(edits(count)).len(), count.min(SAMPLE));
        }
        let gaps = sample(edits(100))
            .windows(2)
            .map(|pair| {
                let number = |edit: &Edit| edit.pointer.parse::<usize>().unwrap();
                number(&pair[1]) - number(&pair[0])
            })
            .collect::<BTreeSet<_>>();
        assert_eq!(gaps, BTreeSet::from([4]));
    }
}
