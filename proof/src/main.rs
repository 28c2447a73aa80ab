//! The command line of the proof. It only calls the library and says what came out.

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use spaces_proof::proof::{Error, Proof};

/// Proves that the contract and everything that is made of it say the same.
#[derive(Parser)]
#[command(name = "spaces-proof", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare every contract with what utoipa, schemars and ts-json-schema-generator say of the artefacts.
    ///
    /// Exits with 1 if anything is not alike and not excused by proof/ledger.toml, or an entry there excuses nothing.
    Equality,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = match command {
        Command::Equality => equality(&workspace),
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

fn equality(workspace: &Path) -> Result<bool, Error> {
    let proof = Proof::load(workspace)?;
    let verdicts = proof.verdicts(workspace)?;
    for verdict in &verdicts {
        println!("{verdict}");
    }
    let needless = proof.needless(&verdicts);
    for entry in &needless {
        println!("needless in the ledger: {}", entry.reason);
    }
    Ok(needless.is_empty() && verdicts.iter().all(|verdict| verdict.comparison.differences.is_empty()))
}
