//! The command line: `generate`, `check` and `lint`. It only calls the library and says what came out.

use clap::{Parser, Subcommand};
use lockstep::config::Config;
use lockstep::source::Diagnostic;
use lockstep::{generate, lint, parse};
use std::path::PathBuf;
use std::process::ExitCode;

/// One OpenAPI document becomes actix-web handler traits, a Rust client and TypeScript types that cannot drift apart.
///
/// The contract and the outputs are named by a configuration file, lockstep.toml:
///
///   input = "openapi.yaml"                  the contract, OpenAPI 3.0 or 3.1, YAML or JSON
///   [types]      crate = "…", output = "…"  the Rust types: their crate, and the file
///   [server]     output = "…"               handler traits and routes: a directory
///   [client]     output = "…"               the Rust client: a file
///   [typescript] output = "…"               the TypeScript module: a file
///
/// Every output is optional; the server and the client need the types. Paths are relative to the configuration file.
///
/// Exit status: 0 if all is well; 1 if there are errors in the contract (it cannot be read, too), differences or
/// findings; 2 if the command, the configuration, rustfmt or the writing of a file is at fault.
#[derive(Parser)]
#[command(name = "cargo lockstep", bin_name = "cargo lockstep", version, verbatim_doc_comment)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE", default_value = "lockstep.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write every output that is not up to date, and delete generated files that the contract no longer has.
    ///
    /// All errors of the contract are listed before anything is written; then nothing is. A file is deleted only from the
    /// directory of [server], and only if its first line says that it was generated. Exits with 1 if the contract has errors.
    Generate,
    /// Compare every output with what the contract says, and print the differences.
    ///
    /// Writes nothing. Exits with 1 if any output is missing, stale or edited, or if the contract has errors.
    Check,
    /// List findings of style: missing descriptions and examples, unbounded requests, unused schemas, casing.
    ///
    /// Exits with 1 if there are any, or if the contract has errors. Nothing here stops `generate`.
    Lint,
}

const FOUND: u8 = 1;
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    match arguments.command {
        Command::Generate => write(&config),
        Command::Check => check(&config),
        Command::Lint => findings(&config),
    }
}

fn write(config: &Config) -> ExitCode {
    let outputs = match generate::outputs(config) {
        Ok(outputs) => outputs,
        Err(error) => return failed(error),
    };
    match outputs.write() {
        Ok(touched) => {
            touched.iter().for_each(|path| eprintln!("wrote {}", path.display()));
            eprintln!("{} files, {} changed", outputs.files.len(), touched.len());
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn check(config: &Config) -> ExitCode {
    let outputs = match generate::outputs(config) {
        Ok(outputs) => outputs,
        Err(error) => return failed(error),
    };
    let differences = match outputs.check() {
        Ok(differences) => differences,
        Err(error) => return fail(&error),
    };
    differences
        .iter()
        .for_each(|difference| println!("{}", difference.diff));
    if differences.is_empty() {
        eprintln!("{} files are as {} says", outputs.files.len(), config.input.display());
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "{} files are not as {} says; run: cargo lockstep generate",
        differences.len(),
        config.input.display()
    );
    ExitCode::from(FOUND)
}

fn findings(config: &Config) -> ExitCode {
    let api = match generate::read(config) {
        Ok(api) => api,
        Err(errors) => return list(&errors, "errors"),
    };
    let mut findings = match parse::component_findings(&config.input()) {
        Ok(findings) => findings,
        Err(errors) => return list(&errors, "errors"),
    };
    findings.extend(lint::lint(&api));
    findings.sort();
    if findings.is_empty() {
        eprintln!("no findings in {}", config.input.display());
        return ExitCode::SUCCESS;
    }
    for Diagnostic {
        place,
        code,
        message,
        hint,
    } in &findings
    {
        eprintln!("{place}: warning[{code}]: {message}\n  hint: {hint}");
    }
    eprintln!("{} findings", findings.len());
    ExitCode::from(FOUND)
}

fn failed(error: generate::Error) -> ExitCode {
    match error {
        generate::Error::Contract(errors) => list(&errors, "errors; nothing was written"),
        other => fail(&other),
    }
}

fn list(errors: &[Diagnostic], what: &str) -> ExitCode {
    errors.iter().for_each(|error| eprintln!("{error}"));
    eprintln!("{} {what}", errors.len());
    ExitCode::from(FOUND)
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(FAILED)
}
