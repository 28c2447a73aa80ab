//! The mutation score: mistakes of three kinds, in the sources and in the contract, each of which the contract tests or
//! the judges of the proof have to notice. The product's sources stay as they are: all of it happens in a copy.

mod code;
mod contract;
mod entry;
mod report;
mod source;
mod suite;

use crate::proof::Proof;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::{fmt, io};

pub use report::{Report, Verdict};

/// Which mutants, of what, and where the work may leave its files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Where the copy, its build and the report go.
    pub work: PathBuf,
    /// Only mutants whose id contains one of these; all if there are none.
    pub only: Vec<String>,
    /// Of those of the sources, only each one that comes after this many others: 1 for all.
    pub every: NonZeroUsize,
    /// Recordings of the unchanged server. Where they are named, only the mutants of the contract are tried, on them.
    pub recordings: Option<PathBuf>,
}

impl Options {
    /// All mutants of a workspace, with everything that is written in its target directory.
    ///
    /// # Errors
    /// Where there is no such directory.
    pub fn of(root: &Path) -> Result<Self, Error> {
        // Programs are called in other directories.
        let root = root.canonicalize().map_err(Error::file(root))?;
        Ok(Self {
            work: root.join("target/proof/mutants"),
            root,
            only: Vec::new(),
            every: NonZeroUsize::MIN,
            recordings: None,
        })
    }

    fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| id.contains(part.as_str()))
    }
}

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a directory.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of mutants is not what it should be.
    #[error("{path}: {source}")]
    Entries {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        source: Box<toml::de::Error>,
    },
    /// Mutants that no longer fit the sources, or one another; all of them are told at once.
    #[error("{} mutants do not fit the sources; change their entries:\n{}", .0.len(), .0.join("\n"))]
    Stale(Vec<String>),
    /// The contract is no JSON, which is a fault of the reader.
    #[error("{path}: {source}")]
    Json {
        /// The contract.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A program did not do its work.
    #[error("{command} failed:\n{output}")]
    Command {
        /// What was called.
        command: String,
        /// What it said.
        output: String,
    },
    /// The tests have to pass where nothing is wrong.
    #[error("without any mutant the contract tests do not pass: {0}")]
    Baseline(String),
    /// The recordings cannot be judged.
    #[error("the recordings cannot be judged: {0}")]
    Coverage(#[from] lockstep::coverage::Error),
}

impl Error {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

/// Tries every mutant, those of the contract also against what is made of the real one, and says on standard error how far it is.
///
/// # Errors
/// See [`enum@Error`].
pub fn run(options: &Options, proof: &Proof) -> Result<Report, Error> {
    std::fs::create_dir_all(&options.work).map_err(Error::file(&options.work))?;
    let code::Outcome { verdicts, recordings } = match &options.recordings {
        None => code::run(options, &entry::load(&options.root.join("proof/mutants"))?)?,
        Some(recordings) => code::Outcome {
            verdicts: Vec::new(),
            recordings: recordings.clone(),
        },
    };
    let contract::Outcome { judged, refused } = contract::run(options, &recordings, proof)?;
    let report = Report {
        code: verdicts,
        contract: judged,
        refused,
    };
    report.write(&options.work)?;
    Ok(report)
}

/// Says on standard error what goes on; it takes minutes.
fn progress(what: impl fmt::Display) {
    eprintln!("{what}");
}
