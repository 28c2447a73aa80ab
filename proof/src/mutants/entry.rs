//! The mutants of the sources as `proof/mutants/*.toml` list them: each is a mistake that somebody could make.
//! Where they go is decided in `source`.

use super::Error;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mutant {
    /// Its name, in no other entry.
    pub(super) id: String,
    /// The tag of the contract whose users suffer, or the part of the program.
    pub(super) tag: String,
    /// What kind of mistake it is.
    pub(super) kind: String,
    /// What users suffer.
    pub(super) about: String,
    /// The file, from the root of the workspace.
    pub(super) file: PathBuf,
    /// A text that is there once, and after which `old` is looked for.
    pub(super) after: Option<String>,
    /// What is replaced: there once, or the first after `after`.
    pub(super) old: String,
    /// What takes its place: an expression, or any text in which `$on` says whether the mutant is on and `$old` is the old text.
    pub(super) new: String,
    /// The tests that are likely to notice, as filters.
    pub(super) tests: Vec<String>,
}

/// A file of entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    tag: String,
    tests: Vec<String>,
    mutants: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    kind: String,
    about: String,
    file: PathBuf,
    after: Option<String>,
    old: String,
    new: String,
    tests: Option<Vec<String>>,
}

/// Every mutant, in the order of the names of the files and then of the entries.
pub(super) fn load(directory: &Path) -> Result<Vec<Mutant>, Error> {
    let listing = std::fs::read_dir(directory).map_err(Error::file(directory))?;
    let files: Result<Vec<_>, _> = listing.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = files.map_err(Error::file(directory))?;
    files.sort();
    let mut mutants = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        let entries = toml::from_str(&text).map_err(|source| Error::Entries {
            path,
            source: Box::new(source),
        })?;
        mutants.extend(of_file(entries));
    }
    Ok(mutants)
}

fn of_file(entries: Entries) -> impl Iterator<Item = Mutant> {
    let Entries { tag, tests, mutants } = entries;
    mutants.into_iter().map(move |entry| Mutant {
        id: entry.id,
        tag: tag.clone(),
        kind: entry.kind,
        about: entry.about,
        file: entry.file,
        after: entry.after,
        old: entry.old,
        new: entry.new,
        tests: entry.tests.unwrap_or_else(|| tests.clone()),
    })
}
