//! From a configuration to generated files: reads the contract, calls the emitters, formats what they print.

use crate::config::Config;
use crate::emit;
use crate::model::Api;
use crate::output::{self, Outputs};
use crate::parse;
use crate::source::Diagnostic;
use std::path::PathBuf;

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contract cannot be done.
    #[error("the contract has {} errors", .0.len())]
    Contract(Vec<Diagnostic>),
    /// progenitor or the lowered view failed: a defect of the generator.
    #[error("the client cannot be made: {0}")]
    Client(#[from] emit::client::Error),
    /// A file cannot be formatted.
    #[error(transparent)]
    Output(#[from] output::Error),
}

/// Reads the contract of a configuration.
///
/// # Errors
/// Everything that is wrong with it, for any artefact that is configured.
pub fn read(config: &Config) -> Result<Api, Vec<Diagnostic>> {
    let api = parse::parse(&config.input())?;
    let mut errors = Vec::new();
    if config.client.is_some() {
        errors.extend(emit::client::check(&api));
    }
    if config.typescript.is_some() {
        errors.extend(emit::typescript::check(&api));
    }
    if errors.is_empty() { Ok(api) } else { Err(errors) }
}

/// Every generated file of a configuration.
///
/// # Errors
/// See [`enum@Error`]; nothing has been written then.
pub fn outputs(config: &Config) -> Result<Outputs, Error> {
    let api = read(config).map_err(Error::Contract)?;
    let header = output::header(&config.input);
    let mut outputs = Outputs::default();
    for (path, text) in rust(config, &api, &header, &mut outputs.directories)? {
        let text = output::format_rust(&path, &text, &config.directory)?;
        outputs.files.push((path, text));
    }
    if let Some(typescript) = &config.typescript {
        let text = emit::typescript::emit(&api, &header);
        outputs.files.push((config.directory.join(&typescript.output), text));
    }
    Ok(outputs)
}

/// The Rust files, not formatted yet.
fn rust(
    config: &Config,
    api: &Api,
    header: &str,
    directories: &mut Vec<PathBuf>,
) -> Result<Vec<(PathBuf, String)>, Error> {
    let mut files = Vec::new();
    let Some(types) = &config.types else { return Ok(files) };
    files.push((config.directory.join(&types.output), emit::types::emit(api, header)));
    if let Some(server) = &config.server {
        let directory = config.directory.join(&server.output);
        let emitted = emit::server::emit(api, &types.module(), header);
        files.extend(emitted.into_iter().map(|(path, text)| (directory.join(path), text)));
        directories.push(directory);
    }
    if let Some(client) = &config.client {
        files.push((
            config.directory.join(&client.output),
            emit::client::emit(api, &types.module(), header)?,
        ));
    }
    Ok(files)
}
