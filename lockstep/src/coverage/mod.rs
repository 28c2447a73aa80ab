//! What recordings of HTTP exchanges show of a contract: which statuses and constraints were seen, and which answers
//! contradict it. Recordings can be made anywhere: HAR files of browsers, or JSON Lines with one HAR entry a line.
//!
//! How it is judged:
//!
//! - **An exchange belongs to an operation** by its method and path, aliases included; where several match, literal text
//!   further left wins, as in the server. Hosts are not compared. All else is foreign, and counted apart.
//! - **An answer belongs to a status**: to its own, or else to its class, or else to `default`.
//! - **A constraint is accepted** if a request that keeps it is answered 2xx, and **rejected** if a request that breaks it
//!   is answered 400 or 422. If such an answer lists violations, the value must be among them.
//! - **A violation that is answered 2xx** contradicts the contract, too. So does a parameter in the query that the
//!   operation does not have, and a member of an answer that the contract does not have: servers and clients would
//!   drift apart by what is written nowhere.
//! - **Credentials** are seen accepted and rejected, and so is a request without any: with 2xx and with 401.
//! - **An answer without its body**, if the recording left that out, shows nothing, and is counted apart.
//!
//! Recordings hold secrets: only names, pointers and places are ever told.

mod answer;
mod files;
mod formats;
mod media;
mod observe;
mod problem;
mod recording;
mod report;
mod request;
mod routes;
mod rules;
mod security;
mod table;
mod values;
mod verdicts;
mod waivers;
mod walk;

use crate::parse;
use crate::source::Diagnostic;
use std::io;
use std::path::{Path, PathBuf};

pub use report::{Apart, Cell, Constraint, Contradiction, Level, Needless, OperationCoverage, Report, Waived};

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contract cannot be read.
    #[error("the contract has {} errors", .0.len())]
    Contract(Vec<Diagnostic>),
    /// A file or directory cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Neither a recording nor a directory.
    #[error("{0} is no recording: they end in .har, .jsonl or .ndjson")]
    NotARecording(PathBuf),
    /// A directory has nothing to read.
    #[error("there are no recordings in {0}: they end in .har, .jsonl or .ndjson")]
    NoRecordings(PathBuf),
    /// A recording or a waiver is not what it should be.
    #[error("{place}: {reason}")]
    Broken {
        /// File, line and column.
        place: String,
        /// What is wrong, without what is there.
        reason: String,
    },
    /// The waivers are not what they should be.
    #[error("{path} has no waivers: {source}\nwhat they are is told by: cargo lockstep coverage --help")]
    Waivers {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        source: Box<toml::de::Error>,
    },
}

impl Error {
    fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            source,
        }
    }
}

/// Judges recordings by a contract. Waivers are read from the file beside the contract, unless another one is named.
///
/// # Errors
/// See [`enum@Error`].
pub fn coverage(
    contract: &Path,
    recordings: &[PathBuf],
    waivers: Option<&Path>,
    required: Level,
) -> Result<Report, Error> {
    let api = parse::parse(contract).map_err(Error::Contract)?;
    let waivers = waivers::load(contract, waivers)?;
    let mut observer = observe::Observer::new(&api);
    for recording in recordings {
        files::read(recording, &mut |place, exchange| observer.observe(place, exchange))?;
    }
    let (exchanges, foreign) = (observer.exchanges, observer.foreign.clone());
    let (unanswered, incomplete) = (observer.unanswered.clone(), observer.incomplete.clone());
    let (operations, contradictions) = observer.finish();
    let mut report = Report {
        contract: contract.display().to_string(),
        required,
        complete: false,
        exchanges,
        foreign,
        unanswered,
        incomplete,
        operations,
        contradictions,
        missing: Vec::new(),
        waived: Vec::new(),
        needless: Vec::new(),
    };
    report.settle(waivers);
    Ok(report)
}
