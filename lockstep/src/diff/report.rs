//! What is told about a comparison: every change with its place and verdicts, and the version that it asks for; as plain
//! data, as JSON and for people.

use super::finding::{Finding, Site};
use super::places::Places;
use super::verdict::{self, Directions, Step, Verdict};
use crate::model::Api;
use crate::source::{Diagnostic, Place};
use semver::Version;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use super::places::Location;

/// What has changed between two contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The old contract.
    pub old: Side,
    /// The new contract.
    pub new: Side,
    /// Every change, the worst first, then by subject.
    pub changes: Vec<Change>,
    /// The worst of each verdict; nothing if nothing has changed.
    pub worst: Option<Verdicts>,
    /// The step that `info.version` has to take.
    pub required: Step,
    /// The least version that takes it.
    pub version: String,
    /// The step that `info.version` takes.
    pub taken: Step,
    /// Whether that is enough.
    pub enough: bool,
}

/// One of the two contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Its file, as it was named.
    pub file: String,
    /// Its `info.version`.
    pub version: String,
}

/// The three verdicts on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// Whether clients and servers of the two contracts understand each other.
    pub wire: Verdict,
    /// Whether Rust source that uses the generated types and client still compiles.
    pub rust: Verdict,
    /// Whether TypeScript source that uses the generated module still compiles.
    pub typescript: Verdict,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// A stable name for the kind of change, such as `field-added`.
    pub code: &'static str,
    /// What has changed: an operation, a parameter, a type, a field.
    pub subject: String,
    /// How.
    pub message: String,
    /// Where it travels: `request`, `response`, both, or nothing that both contracts have.
    pub directions: Vec<&'static str>,
    /// What it means.
    #[serde(flatten)]
    pub verdicts: Verdicts,
    /// Where it stood, unless it is new.
    pub old: Option<Location>,
    /// Where it stands, unless it is gone.
    pub new: Option<Location>,
}

impl Verdicts {
    /// The worst of the three.
    pub fn worst(self) -> Verdict {
        self.wire.max(self.rust).max(self.typescript)
    }

    /// The worst of each.
    fn and(self, other: Self) -> Self {
        Self {
            wire: self.wire.max(other.wire),
            rust: self.rust.max(other.rust),
            typescript: self.typescript.max(other.typescript),
        }
    }

    /// Source can use a type that no operation of both contracts uses; the wire cannot.
    fn of(finding: &Finding, directions: Directions) -> Self {
        let unused = directions == Directions::default();
        let source = if unused { Directions::BOTH } else { directions };
        Self {
            wire: finding.meaning.wire.within(directions),
            rust: finding.meaning.rust,
            typescript: finding.meaning.typescript.within(source),
        }
    }
}

/// Makes a report.
///
/// # Errors
/// If something has changed and an `info.version` is none, so that nobody can say which step it takes.
pub(super) fn report(
    (old_file, old): (&Path, &Api),
    (new_file, new): (&Path, &Api),
    findings: Vec<(Finding, Directions)>,
) -> Result<Report, Vec<Diagnostic>> {
    let (mut before, mut after) = (Places::new(old_file), Places::new(new_file));
    let mut changes: Vec<Change> = findings
        .into_iter()
        .map(|(finding, directions)| {
            let locate = |places: &mut Places, site: &Option<Site>| site.as_ref().and_then(|site| places.locate(site));
            Change {
                code: finding.code,
                directions: directions.names(),
                verdicts: Verdicts::of(&finding, directions),
                old: locate(&mut before, &finding.spot.old),
                new: locate(&mut after, &finding.spot.new),
                subject: finding.spot.subject,
                message: finding.message,
            }
        })
        .collect();
    changes.sort_by(|a, b| {
        let severity = b.verdicts.worst().cmp(&a.verdicts.worst());
        let key = |change: &Change| (change.subject.clone(), change.code, change.message.clone());
        severity.then_with(|| key(a).cmp(&key(b)))
    });
    changes.dedup();
    let sides = [(old_file, old), (new_file, new)].map(|(file, api)| Side {
        file: file.display().to_string(),
        version: api.version.clone(),
    });
    stepped(sides, changes, &mut [before, after])
}

fn stepped([old, new]: [Side; 2], changes: Vec<Change>, places: &mut [Places; 2]) -> Result<Report, Vec<Diagnostic>> {
    let worst = changes.iter().map(|change| change.verdicts).reduce(Verdicts::and);
    let versions = [&old, &new].map(|side| verdict::version(&side.version));
    let (required, version, taken) = match versions {
        [Some(from), Some(to)] => {
            let required = verdict::required(worst.map(Verdicts::worst), &from);
            let least = verdict::least(&from, required);
            (required, least.to_string(), verdict::taken(&from, &to))
        }
        _ if changes.is_empty() => (Step::None, old.version.clone(), Step::None),
        versions => return Err(no_versions([&old, &new], &versions, places)),
    };
    Ok(Report {
        enough: taken >= required,
        old,
        new,
        changes,
        worst,
        required,
        version,
        taken,
    })
}

fn no_versions(sides: [&Side; 2], versions: &[Option<Version>; 2], places: &mut [Places; 2]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for ((side, version), places) in sides.into_iter().zip(versions).zip(places) {
        if version.is_some() {
            continue;
        }
        let mut site = Site::new(super::Anchor::Root);
        site.path = vec!["info".to_owned(), "version".to_owned()];
        let at = places.locate(&site).map_or((1, 1), |at| (at.line, at.column));
        let place = Place {
            file: Arc::new(side.file.clone().into()),
            line: at.0,
            column: at.1,
        };
        let message = format!("`{}` is no semantic version", side.version);
        errors.push(Diagnostic::new(
            &place,
            "version-syntax",
            message,
            "Write three numbers, as in `1.4.2`.",
        ));
    }
    errors
}

impl Report {
    /// The report as JSON, with the same members in the same order every time.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What the changes ask of `info.version`, in a sentence.
    pub fn advice(&self) -> String {
        let count = |verdict: Verdict| {
            let changes = self.changes.iter();
            changes.filter(|change| change.verdicts.worst() == verdict).count()
        };
        if self.changes.is_empty() {
            return "nothing has changed".to_owned();
        }
        let counts = format!(
            "{} changes: {} breaking, {} compatible, {} neutral",
            self.changes.len(),
            count(Verdict::Breaking),
            count(Verdict::Compatible),
            count(Verdict::Neutral)
        );
        let demand = format!(
            "{counts}; after {} that takes a {} step",
            self.old.version, self.required
        );
        if self.enough {
            format!("{demand}, and info.version is {}", self.new.version)
        } else {
            format!(
                "{demand}, but info.version is {}; write `version: {}` in the info of {}",
                self.new.version, self.version, self.new.file
            )
        }
    }
}

/// For people: a line for each change below aligned verdicts, and its places.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new, .. } = self;
        writeln!(f, "{} ({}) → {} ({})", old.file, old.version, new.file, new.version)?;
        if self.changes.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nwire        rust        typescript  change")?;
        for change in &self.changes {
            let Verdicts { wire, rust, typescript } = change.verdicts;
            writeln!(
                f,
                "{wire:<12}{rust:<12}{typescript:<12}{}: {}{} [{}]",
                change.subject,
                change.message,
                travelling(change),
                change.code
            )?;
            for (word, at) in [("was", &change.old), ("is", &change.new)] {
                if let Some(at) = at {
                    writeln!(f, "{:<38}{word:<4}{at}", "")?;
                }
            }
        }
        Ok(())
    }
}

/// Where a value travels, if that is in one direction: verdicts follow from it.
fn travelling(change: &Change) -> &'static str {
    match change.directions.as_slice() {
        ["request"] => ", in requests",
        ["response"] => ", in responses",
        _ => "",
    }
}

/// As in `openapi.yaml:12:3 #/paths/~1things/get`.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} #{}", self.file, self.line, self.column, self.pointer)
    }
}
