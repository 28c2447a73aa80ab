//! The generator's own tests, in one binary: contracts that are accepted, and contracts that are refused with located
//! errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accepted;
mod cli;
mod client;
mod contract;
mod coverage;
mod diff;
mod hostile;
mod lint;
mod order;
mod rejected;
mod server;
mod types;
mod typescript;

use lockstep::source::Diagnostic;
use std::path::{Path, PathBuf};

/// The contracts in a directory beside this one, by name.
fn contracts(directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new("tests").join(directory)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|one| one == "yaml" || one == "json"))
        .collect();
    paths.sort();
    paths
}

/// The contracts whose output is kept as golden files and compiled: the accepted ones, and one of the twins, for the
/// other means the same.
fn golden_contracts() -> Vec<PathBuf> {
    let mut paths = contracts("accepted");
    paths.push(Path::new("tests/twins/v3_0.yaml").to_owned());
    paths
}

fn listed(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

/// Compares a text with a golden file, or rewrites the file if `LOCKSTEP_BLESS` is set.
fn assert_golden(path: &Path, actual: &str) {
    if std::env::var_os("LOCKSTEP_BLESS").is_some() {
        std::fs::write(path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; LOCKSTEP_BLESS=1 rewrites it\n{}",
        path.display(),
        diff(&expected, actual)
    );
}

fn diff(expected: &str, actual: &str) -> String {
    similar::TextDiff::from_lines(expected, actual)
        .unified_diff()
        .to_string()
}
