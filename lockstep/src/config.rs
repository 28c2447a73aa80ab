//! `lockstep.toml`: which contract is read and which artefacts are made of it. Nothing here reads contracts.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The configuration of a project. Paths are relative to the file's directory.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The contract.
    pub input: PathBuf,
    /// The contract as it was last released, from which `check` demands the version step that the changes ask for.
    pub released: Option<PathBuf>,
    /// The Rust types.
    pub types: Option<Types>,
    /// The handler traits and routes; needs the types.
    pub server: Option<Output>,
    /// The Rust client; needs the types.
    pub client: Option<Output>,
    /// The TypeScript module.
    pub typescript: Option<Output>,
    /// The directory of the configuration file, which paths are relative to.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// The Rust types as an artefact.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Types {
    /// The name of the crate that they become, as in `Cargo.toml`.
    #[serde(rename = "crate")]
    pub package: String,
    /// The file.
    pub output: PathBuf,
}

/// An artefact that is known by its place alone.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The file, or the directory of an artefact of several files.
    pub output: PathBuf,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}; name the configuration with --config")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a configuration.
    #[error("{path} is no configuration: {source}\nwhat it contains is told by: cargo lockstep --help")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        source: Box<toml::de::Error>,
    },
    /// An artefact lacks the one that it is built on.
    #[error("{path}: [{artefact}] needs the Rust types; add [types] with `crate` and `output`")]
    NeedsTypes {
        /// The file.
        path: PathBuf,
        /// The artefact's table.
        artefact: &'static str,
    },
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// See [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|source| Error::Invalid {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        config.directory = path.parent().map(Path::to_owned).unwrap_or_default();
        for (artefact, output) in [("server", &config.server), ("client", &config.client)] {
            if output.is_some() && config.types.is_none() {
                return Err(Error::NeedsTypes {
                    path: path.to_owned(),
                    artefact,
                });
            }
        }
        Ok(config)
    }

    /// The contract's file.
    pub fn input(&self) -> PathBuf {
        self.directory.join(&self.input)
    }

    /// The file of the contract as it was last released.
    pub fn released(&self) -> Option<PathBuf> {
        self.released.as_ref().map(|released| self.directory.join(released))
    }
}

impl Types {
    /// The crate as Rust code names it.
    pub fn module(&self) -> String {
        self.package.replace('-', "_")
    }
}
