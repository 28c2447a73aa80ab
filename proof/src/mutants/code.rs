//! Trying the mutants of the sources: first the tests that are likely to notice, then all the others, then what
//! `cargo lockstep coverage` says of the recordings of both.

use super::entry::Mutant;
use super::report::Verdict;
use super::suite::{Run, Suite};
use super::{Error, Options, progress, source, suite};
use lockstep::coverage::{self, Level};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How often tests are run of which one failed that passes when it is run by itself.
const ROUNDS: usize = 3;

/// What came of the mutants of the sources.
pub(super) struct Outcome {
    pub(super) verdicts: Vec<Verdict>,
    /// What the unchanged server has answered.
    pub(super) recordings: PathBuf,
}

/// Tries every mutant that is wanted.
pub(super) fn run(options: &Options, mutants: &[Mutant]) -> Result<Outcome, Error> {
    let begun = Instant::now();
    let copy = source::copy(options, mutants)?;
    let suite = Suite::build(&copy, &options.work.join("target"))?;
    progress(format!("built in {:.0} s", begun.elapsed().as_secs_f64()));
    let trials = Trials {
        suite,
        contract: copy.join("openapi.yaml"),
        runs: options.work.join("runs"),
    };
    let recordings = trials.without_any()?;
    let wanted = mutants.iter().filter(|mutant| options.wants(&mutant.id));
    let sample = wanted.step_by(options.every.get());
    let verdicts: Result<_, Error> = sample.map(|mutant| trials.verdict(mutant)).collect();
    Ok(Outcome {
        verdicts: verdicts?,
        recordings,
    })
}

struct Trials {
    suite: Suite,
    contract: PathBuf,
    runs: PathBuf,
}

impl Trials {
    /// What kills mutants has to let the unchanged program live; answers the recordings of that.
    fn without_any(&self) -> Result<PathBuf, Error> {
        let begun = Instant::now();
        let output = self.runs.join("unchanged");
        let run = Run {
            mutant: None,
            filters: &[],
            skipped: &[],
            output: &output,
        };
        let outcome = self.suite.run(&run)?;
        if outcome != suite::Outcome::Passed {
            return Err(Error::Baseline(format!("{outcome:?}")));
        }
        let recordings = output.join("recordings");
        if let Some(finding) = self.finding(&[output])? {
            return Err(Error::Baseline(finding));
        }
        progress(format!("unchanged: passes in {:.0} s", begun.elapsed().as_secs_f64()));
        Ok(recordings)
    }

    fn verdict(&self, mutant: &Mutant) -> Result<Verdict, Error> {
        let begun = Instant::now();
        let killed_by = self.killed_by(mutant)?;
        let verdict = Verdict {
            id: mutant.id.clone(),
            tag: mutant.tag.clone(),
            kind: mutant.kind.clone(),
            place: mutant.file.display().to_string(),
            about: mutant.about.clone(),
            killed_by,
            seconds: begun.elapsed().as_secs_f64(),
        };
        progress(format!(
            "{}: {} ({:.1} s)",
            verdict.id,
            verdict.killed_by.as_deref().unwrap_or("SURVIVES"),
            verdict.seconds
        ));
        Ok(verdict)
    }

    /// The test or the finding that notices, if one does.
    fn killed_by(&self, mutant: &Mutant) -> Result<Option<String>, Error> {
        let outputs = ["likely", "others"].map(|name| self.runs.join(name));
        for output in &outputs {
            // Recordings of another mutant would count for this one.
            if output.exists() {
                std::fs::remove_dir_all(output).map_err(Error::file(output))?;
            }
        }
        let stages = [(mutant.tests.as_slice(), [].as_slice()), (&[], &mutant.tests)];
        for ((filters, skipped), output) in stages.into_iter().zip(&outputs) {
            let run = Run {
                mutant: Some(&mutant.id),
                filters,
                skipped,
                output,
            };
            if let Some(killer) = self.confirmed(&run)? {
                return Ok(Some(killer));
            }
        }
        self.finding(&outputs)
    }

    /// What fails, and does so again by itself: a test that fails by chance is no judge.
    fn confirmed(&self, run: &Run<'_>) -> Result<Option<String>, Error> {
        for _ in 0..ROUNDS {
            match self.suite.run(run)? {
                suite::Outcome::Passed => return Ok(None),
                suite::Outcome::Crashed => return Ok(Some("the process ends".to_owned())),
                suite::Outcome::Hung => return Ok(Some("the tests never end".to_owned())),
                suite::Outcome::Failed(test) if self.suite.again(&test, run)? != suite::Outcome::Passed => {
                    return Ok(Some(test));
                }
                suite::Outcome::Failed(test) => progress(format!("{test} failed once, and passed by itself")),
            }
        }
        Ok(None)
    }

    /// The first thing that `cargo lockstep coverage` says of the recordings.
    fn finding(&self, outputs: &[PathBuf]) -> Result<Option<String>, Error> {
        let recordings: Vec<_> = outputs.iter().map(|output| output.join("recordings")).collect();
        let recordings: Vec<_> = recordings.into_iter().filter(|path| path.exists()).collect();
        finding(&self.contract, &recordings)
    }
}

/// The first contradiction, missing cell or needless waiver in recordings.
fn finding(contract: &Path, recordings: &[PathBuf]) -> Result<Option<String>, Error> {
    let report = coverage::coverage(contract, recordings, None, Level::Statuses)?;
    let contradictions = report.contradictions.iter();
    let contradictions = contradictions.map(|it| format!("coverage: {} {} {}", it.operation, it.status, it.code));
    let missing = report.missing.iter();
    let missing = missing.map(|it| format!("coverage: {} {} was never seen", it.operation, it.cell));
    let needless = report.needless.iter();
    let needless = needless.map(|it| format!("coverage: the waiver of {} {}", it.cell.operation, it.cell.cell));
    Ok(contradictions.chain(missing).chain(needless).next())
}
