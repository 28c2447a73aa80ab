//! The contract tests of the copy: built once, run as often as there are mutants, and stopped at the first test that fails.
//! What a run means for a mutant is decided in `code`.

use super::Error;
use super::source::SWITCH;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Tests that start other programs, or compare files with what the generator writes: they take long, need programs that
/// are not built here, or know nothing of what a server does. Whatever is left out can only lower the score.
const LEFT_OUT: [&str; 12] = [
    "browser::",
    "cognito::",
    "commands::",
    "drift::",
    "judges::",
    "moto::",
    "process::",
    "readme::",
    "configuration::a_role_that_can_be_assumed_is_reached_on_a_real_sts",
    "configuration::a_server_without_credentials_says_so",
    "configuration::an_sts_that_does_not_know_the_credentials_is_not_reached",
    "configuration::refusals_and_an_sts_that_is_not_there_are_told_apart",
];

/// How long a run may take. Whoever waited longer for `make test` would see that something is wrong.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The built tests.
pub(super) struct Suite {
    binary: PathBuf,
    directory: PathBuf,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every test passed.
    Passed,
    /// This test failed, and the others were not waited for.
    Failed(String),
    /// The process ended before its tests did.
    Crashed,
    /// The process did not end.
    Hung,
}

/// Which tests, with which mutant, and where their recordings go.
pub(super) struct Run<'a> {
    pub(super) mutant: Option<&'a str>,
    pub(super) filters: &'a [String],
    pub(super) skipped: &'a [String],
    pub(super) output: &'a Path,
}

impl Suite {
    /// Builds the tests of a copy of the workspace.
    pub(super) fn build(copy: &Path, target: &Path) -> Result<Self, Error> {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["test", "--no-run", "--package", "spaces-tests", "--test", "it"])
            .args(["--message-format", "json-render-diagnostics", "--target-dir"])
            .arg(target)
            .current_dir(copy);
        let messages = output(&mut cargo)?;
        let mut artefacts = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
        let binary = artefacts.find_map(|artefact: serde_json::Value| {
            let is_ours = artefact["target"]["name"] == "it";
            artefact["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
        });
        Ok(Self {
            binary: binary.ok_or_else(|| Error::Command {
                command: format!("{cargo:?}"),
                output: "it named no binary of the tests".to_owned(),
            })?,
            directory: copy.join("tests"),
        })
    }

    /// Runs tests until one fails.
    pub(super) fn run(&self, run: &Run<'_>) -> Result<Outcome, Error> {
        let mut command = Command::new(&self.binary);
        command.args(run.filters);
        for skipped in LEFT_OUT.iter().copied().chain(run.skipped.iter().map(String::as_str)) {
            command.args(["--skip", skipped]);
        }
        self.until_failure(command, run)
    }

    /// Runs one test.
    pub(super) fn again(&self, test: &str, run: &Run<'_>) -> Result<Outcome, Error> {
        let mut command = Command::new(&self.binary);
        command.args(["--exact", test]);
        self.until_failure(command, run)
    }

    fn until_failure(&self, mut command: Command, run: &Run<'_>) -> Result<Outcome, Error> {
        command
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", run.output)
            .env("RUST_BACKTRACE", "0")
            .env_remove(SWITCH)
            .envs(run.mutant.map(|id| (SWITCH, id)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(Error::file(&self.binary))?;
        let outcome = watch(&mut child);
        // It may have ended already.
        let _ = child.kill();
        let status = child.wait().map_err(Error::file(&self.binary))?;
        Ok(outcome.unwrap_or(match status.success() {
            true => Outcome::Passed,
            false => Outcome::Crashed,
        }))
    }
}

/// Reads what the tests say until one has failed or time is up; nothing if they ended by themselves.
fn watch(child: &mut Child) -> Option<Outcome> {
    let (sender, lines) = mpsc::channel();
    let stdout = BufReader::new(child.stdout.take()?);
    std::thread::spawn(move || {
        stdout
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    let end = Instant::now() + PATIENCE;
    loop {
        let line = match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return Some(Outcome::Hung),
            Err(RecvTimeoutError::Disconnected) => {
                let _ = child.wait();
                return None;
            }
        };
        let failed = line
            .strip_prefix("test ")
            .and_then(|line| line.strip_suffix(" ... FAILED"));
        if let Some(test) = failed {
            return Some(Outcome::Failed(test.to_owned()));
        }
    }
}

/// What a program writes; if it fails, that is the error.
pub(super) fn output(command: &mut Command) -> Result<String, Error> {
    let called = format!("{command:?}");
    let failed = |output: String| Error::Command {
        command: called.clone(),
        output,
    };
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    if output.status.success() {
        Ok(stdout)
    } else {
        Err(failed(stderr))
    }
}
