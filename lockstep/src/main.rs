//! The command line: `generate`, `check`, `lint`, `diff` and `coverage`. It only calls the library and says what came out.

use clap::{Parser, Subcommand};
use lockstep::config::Config;
use lockstep::coverage::{self, Level};
use lockstep::diff::{self, Report};
use lockstep::source::Diagnostic;
use lockstep::{generate, lint, parse};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One OpenAPI document becomes actix-web handler traits, a Rust client and TypeScript types that cannot drift apart.
///
/// The contract and the outputs are named by a configuration file, lockstep.toml:
///
///   input = "openapi.yaml"                  the contract, OpenAPI 3.0 or 3.1, YAML or JSON
///   released = "…"                          the contract as it was last released, for `check`
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
    /// If the configuration names a `released` contract, `info.version` must also take the step that the changes since then
    /// ask for (see `cargo lockstep diff --help`); if not, the changes are listed with the version to write.
    ///
    /// Writes nothing. Exits with 1 if any output is missing, stale or edited, if the version step was not taken, or if a
    /// contract has errors.
    Check,
    /// List findings of style: missing descriptions and examples, unbounded requests, unused schemas, casing.
    ///
    /// Exits with 1 if there are any, or if the contract has errors. Nothing here stops `generate`.
    Lint,
    /// Compare two contracts: what has changed, what it breaks, and which version step it asks for.
    ///
    /// Every change has its place in both documents and three verdicts, each of them breaking, compatible or neutral:
    ///
    ///   wire        what old clients send is taken, what new servers answer is understood. More values are compatible
    ///               in requests and breaking in responses, fewer the other way round. Unknown members of answers are
    ///               skipped; members and parameters that are gone break whoever sends them.
    ///   rust        source that uses the generated types and client compiles. As in Cargo's reference, every field and
    ///               variant of a public type counts. Handlers are not counted: they change with their contract.
    ///   typescript  source that builds requests and reads answers compiles, exhaustive switches included.
    ///
    /// Contracts are compared by what they say: the order of keys, `$ref` or inline, `allOf` or flat, 3.0 or 3.1 are no
    /// changes. Neither are server URLs, licences and contacts, which nothing is generated from.
    ///
    /// The step follows the worst verdict, as in Cargo: breaking takes the first number of info.version, compatible the
    /// second, neutral the third; from 0.1 on, breaking takes the second and all else the third; after 0.0.x and after a
    /// pre-release, any later version will do.
    ///
    /// No configuration is read. Exits with 0 if nothing has changed or info.version of NEW takes at least the required
    /// step, with 1 if it does not, with 2 if a contract cannot be read or its version is no semantic version.
    #[command(verbatim_doc_comment)]
    Diff {
        /// The contract as it was: OpenAPI 3.0 or 3.1, YAML or JSON.
        old: PathBuf,
        /// The contract as it is.
        new: PathBuf,
        /// Print JSON: `changes` with `code`, `subject`, `message`, `directions`, verdicts and places; the `required` and
        /// the `taken` step, the least `version`, and whether that is `enough`.
        #[arg(long)]
        json: bool,
    },
    /// Judge recordings of HTTP exchanges by the contract: what was seen, and what contradicts it.
    ///
    /// Recordings are HAR 1.2 files (.har), as browsers export them; JSON Lines (.jsonl, .ndjson) with one HAR entry a
    /// line; and directories of both. Of an entry these members are read:
    ///
    ///   request   method, url, headers [{name, value}], postData {mimeType, text, encoding}
    ///   response  status, headers [{name, value}], content {mimeType, text, encoding}
    ///
    /// `encoding` is absent or `base64`. An exchange belongs to an operation by its method and path, aliases included;
    /// others are foreign and counted apart, as are those without an answer or without its body. Values of headers,
    /// bodies and URLs are never printed.
    ///
    /// Printed are a table operation × status and, for each operation, the media types and optional headers of its
    /// answers, what came of credentials and of none, and each constraint on its requests. A constraint is accepted if a
    /// request that keeps it is answered 2xx, and rejected if a request that breaks it is answered 400 or 422 and the
    /// answer, if it lists violations, lists this one. That there are no other parameters in the query is one of them,
    /// `query additionalProperties`, where 422 is documented. Then come the answers that contradict the contract (status,
    /// headers, media type, body, members that are not documented, a violation that was accepted), the cells that were
    /// never seen, and needless waivers.
    ///
    /// Waivers say what nobody has to see, and why:
    ///
    ///   [[waivers]]
    ///   operation = "createTask"
    ///   status = 503                                    or "4XX", or "default"
    ///   reason = "Only while the store is down."
    ///
    ///   [[waivers]]
    ///   operations = ["createTask", "updateTask"]       or operation = "*": wherever it was not seen
    ///   cell = "body /title maxLength rejected"         as the report names it; or cells = ["…", "…"]
    ///   reason = "…"
    ///
    /// A waiver is needless where its cell was seen, or does not exist.
    ///
    /// The configuration is read only if no contract is named. Exits with 0 if everything was seen or waived and nothing
    /// contradicts the contract, with 1 if not or if a waiver is needless, with 2 if something cannot be read.
    #[command(
        verbatim_doc_comment,
        override_usage = "cargo lockstep coverage [OPTIONS] [CONTRACT] <RECORDING>..."
    )]
    Coverage {
        /// The contract, if the first name ends in .yaml, .yml or .json (else it is the configuration's); and recordings.
        #[arg(required = true, value_name = "RECORDING")]
        files: Vec<PathBuf>,
        /// The waivers [default: coverage-waivers.toml beside the contract, if it is there].
        #[arg(long, value_name = "FILE")]
        waivers: Option<PathBuf>,
        /// What has to be seen.
        #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
        require: Level,
        /// Print JSON: `complete`, the counts, `operations` with their cells, `contradictions`, `missing`, `waived`,
        /// `needless`.
        #[arg(long)]
        json: bool,
    },
}

const FOUND: u8 = 1;
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let run: fn(&Config) -> ExitCode = match arguments.command {
        Command::Generate => write,
        Command::Check => check,
        Command::Lint => findings,
        Command::Diff { old, new, json } => return compare(&old, &new, json),
        Command::Coverage {
            files,
            waivers,
            require,
            json,
        } => return cover(&arguments.config, &files, waivers.as_deref(), require, json),
    };
    match Config::load(&arguments.config) {
        Ok(config) => run(&config),
        Err(error) => fail(&error),
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
    let stepped = match config.released().map(|released| diff::diff(&released, &config.input())) {
        Some(Ok(report)) => released(&report),
        Some(Err(errors)) => return list(&errors, "errors; the version step cannot be checked"),
        None => true,
    };
    if differences.is_empty() {
        eprintln!("{} files are as {} says", outputs.files.len(), config.input.display());
    } else {
        eprintln!(
            "{} files are not as {} says; run: cargo lockstep generate",
            differences.len(),
            config.input.display()
        );
    }
    if differences.is_empty() && stepped {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    }
}

/// Says what has changed since the last release, at length if its version step was not taken; whether it was.
fn released(report: &Report) -> bool {
    if !report.enough {
        print!("{report}");
    }
    eprintln!("since {}: {}", report.old.file, report.advice());
    report.enough
}

fn compare(old: &Path, new: &Path, json: bool) -> ExitCode {
    let report = match diff::diff(old, new) {
        Ok(report) => report,
        Err(errors) => {
            list(&errors, "errors; nothing was compared");
            return ExitCode::from(FAILED);
        }
    };
    if json {
        println!("{}", report.to_json());
    } else {
        println!("{report}\n{}", report.advice());
    }
    if report.enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    }
}

fn cover(config: &Path, files: &[PathBuf], waivers: Option<&Path>, level: Level, json: bool) -> ExitCode {
    let (contract, recordings) = match files.split_first() {
        Some((first, rest)) if is_contract(first) => (first.clone(), rest),
        _ => match Config::load(config) {
            Ok(config) => (config.input(), files),
            Err(error) => return fail(&error),
        },
    };
    if recordings.is_empty() {
        eprintln!("error: there is a contract, but no recording; see: cargo lockstep coverage --help");
        return ExitCode::from(FAILED);
    }
    let report = match coverage::coverage(&contract, recordings, waivers, level) {
        Ok(report) => report,
        Err(coverage::Error::Contract(errors)) => {
            list(&errors, "errors; nothing was judged");
            return ExitCode::from(FAILED);
        }
        Err(error) => return fail(&error),
    };
    if json {
        println!("{}", report.to_json());
    } else {
        print!("{report}");
    }
    eprintln!("{}", report.summary());
    if report.complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    }
}

/// Whether a file is a contract, by its name: recordings are called otherwise.
fn is_contract(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml" | "json"))
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
