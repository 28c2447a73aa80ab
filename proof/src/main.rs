//! The command line of the proof. It only calls the library and says what came out.

use clap::{Parser, Subcommand};
use spaces_proof::mutants::{self, Options};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Proves that the contract and everything that is made of it say the same.
#[derive(Parser)]
#[command(name = "spaces-proof", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tries mistakes in the sources and in the contract, and says which of them nothing notices.
    Mutants {
        /// Only mutants whose id contains one of these.
        only: Vec<String>,
        /// Recordings of the unchanged server: only the contract's mutants are tried, on them.
        #[arg(long, value_name = "DIRECTORY")]
        recordings: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let Command::Mutants { only, recordings } = Arguments::parse().command;
    let options = Options::of(Path::new(".")).map(|options| Options {
        only,
        recordings,
        ..options
    });
    let outcome = options.and_then(|options| mutants::run(&options));
    match outcome {
        Ok(report) => {
            print!("{report}");
            ExitCode::from(u8::from(report.score() < 0.95))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
