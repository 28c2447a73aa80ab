//! The command line of the proof. It only calls the library and says what came out.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use spaces_proof::mutants::{self, Options};
use spaces_proof::proof::{self, Proof};
use spaces_proof::report::Report;

/// Proves that the contract and everything that is made of it say the same.
#[derive(Parser)]
#[command(name = "spaces-proof", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare every contract with what the server's table, utoipa, schemars and ts-json-schema-generator say.
    ///
    /// Exits with 1 if anything is not alike and not excused by proof/ledger.toml, or an entry there excuses nothing.
    Equality {
        /// Hold this file against what was made of openapi.yaml, instead of all contracts against what was made of them.
        #[arg(long, value_name = "FILE")]
        contract: Option<PathBuf>,
    },
    /// Try mistakes in the sources and in the contract, and say which of them nothing notices.
    ///
    /// The sources are copied to target/proof/mutants and built there once, with a switch for each mistake; then the
    /// contract tests run for each. Exits with 1 if less than 95 % are noticed.
    Mutants {
        /// Only mutants whose id contains one of these.
        only: Vec<String>,
        /// Of the mutants of the sources, try one in this many.
        #[arg(long, value_name = "NUMBER", default_value = "1")]
        every: NonZeroUsize,
        /// Recordings of the unchanged server: only the contract's mutants are tried, on them.
        #[arg(long, value_name = "DIRECTORY")]
        recordings: Option<PathBuf>,
    },
    /// Run the whole proof and write what it found to target/proof/report.md.
    ///
    /// It reads the recordings that the contract tests left in target/recordings. Exits with 1 if anything does not hold.
    Report {
        /// Of the mutants of the sources, try one in this many.
        #[arg(long, value_name = "NUMBER", default_value = "1")]
        every: NonZeroUsize,
    },
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = match command {
        Command::Equality { contract } => equality(&workspace, contract.as_deref()),
        Command::Mutants {
            only,
            every,
            recordings,
        } => Options::of(&workspace).map_err(Failure::from).and_then(|options| {
            mutants(
                &workspace,
                &Options {
                    only,
                    every,
                    recordings,
                    ..options
                },
            )
        }),
        Command::Report { every } => report(&workspace, every),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn equality(workspace: &Path, contract: Option<&Path>) -> Result<bool, Failure> {
    let proof = Proof::load(workspace)?;
    let verdicts = match contract {
        Some(contract) => proof.compare("openapi.yaml", &proof::read(contract)?),
        None => proof.verdicts(workspace)?,
    };
    verdicts.iter().for_each(|verdict| println!("{verdict}"));
    // One contract need not have everything that the ledger speaks of.
    let needless = if contract.is_none() {
        proof.needless(&verdicts)
    } else {
        Vec::new()
    };
    needless
        .iter()
        .for_each(|entry| println!("needless in the ledger: {}", entry.reason));
    Ok(needless.is_empty() && verdicts.iter().all(|verdict| verdict.comparison.differences.is_empty()))
}

fn mutants(workspace: &Path, options: &Options) -> Result<bool, Failure> {
    let report = mutants::run(options, &Proof::load(workspace)?)?;
    print!("{report}");
    Ok(report.is_enough())
}

fn report(workspace: &Path, every: NonZeroUsize) -> Result<bool, Failure> {
    let report = Report::make(workspace, every)?;
    let path = workspace.join("target/proof/report.md");
    report.write(&path)?;
    println!("{}", path.display());
    Ok(report.holds())
}
