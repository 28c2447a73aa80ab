//! The command line of the proof. It only calls the library and says what came out.

use clap::{Parser, Subcommand};
use spaces_proof::mutants::{self, Options};
use std::path::Path;
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
    },
}

fn main() -> ExitCode {
    let Command::Mutants { only } = Arguments::parse().command;
    let outcome = Options::of(Path::new(".")).and_then(|options| mutants::run(&Options { only, ..options }));
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
