//! What languages cannot say, with the reason: an entry excuses silence, or exactly what it names, and nothing else. An
//! entry that excuses nothing is as wrong as a difference without one.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::pairing::Difference;

/// Why the ledger cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file.
    #[error("{0}: {1}")]
    Unreadable(String, std::io::Error),
    /// What is in it.
    #[error("{0}: {1}")]
    Broken(String, Box<toml::de::Error>),
}

/// Something that a description of an artefact cannot say.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whose descriptions: `routes`, `utoipa`, `schemars` or `typescript`.
    pub artefacts: Vec<String>,
    /// Keywords or facts; `*` stands for text without `/`, `**` for any.
    pub what: Vec<String>,
    /// The places, in the same notation.
    pub places: Vec<String>,
    /// What it says instead; nothing if it is silent.
    #[serde(default)]
    pub says: Says,
    /// Why.
    pub reason: String,
}

/// What an artefact says instead.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// Nothing.
    #[default]
    Nothing,
    /// The same number, as far as a double can hold it.
    Rounded,
    /// Something that is its own way of saying it, which the reason tells.
    Otherwise,
    /// Exactly this.
    #[serde(untagged)]
    This(toml::Value),
}

impl Says {
    fn is_said(&self, difference: &Difference) -> bool {
        let artefact = difference.artefact.as_ref();
        match self {
            Self::Nothing => artefact.is_none(),
            Self::Otherwise => true,
            Self::This(value) => serde_json::to_value(value).ok().as_ref() == artefact,
            Self::Rounded => {
                let double = |value: Option<&Value>| value.and_then(Value::as_f64);
                artefact.is_some() && double(artefact) == double(difference.contract.as_ref())
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entries: Vec<Entry>,
}

/// The ledger of this repository.
///
/// # Errors
/// See [`enum@Error`].
pub fn load(workspace: &Path) -> Result<Vec<Entry>, Error> {
    let path = workspace.join("proof/ledger.toml");
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| Error::Unreadable(name(), error))?;
    let file: File = toml::from_str(&text).map_err(|error| Error::Broken(name(), Box::new(error)))?;
    Ok(file.entries)
}

impl Entry {
    /// Whether it excuses a difference.
    pub fn excuses(&self, artefact: &str, difference: &Difference) -> bool {
        let has = |patterns: &[String], text: &str| patterns.iter().any(|pattern| matches(pattern, text));
        self.artefacts.iter().any(|one| one == artefact)
            && has(&self.what, &difference.what)
            && has(&self.places, &difference.place)
            && self.says.is_said(difference)
    }
}

/// Whether a text is as a pattern says.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    let (after, any) = after.strip_prefix('*').map_or((after, false), |after| (after, true));
    let reach = if any {
        rest.len()
    } else {
        rest.find('/').unwrap_or(rest.len())
    };
    (0..=reach).any(|end| rest.is_char_boundary(end) && matches(after, &rest[end..]))
}
