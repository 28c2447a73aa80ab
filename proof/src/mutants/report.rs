//! What came of the mutants, as plain data, as JSON and as Markdown for people. It judges nothing.

use super::Error;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{self, Formatter};
use std::path::Path;

/// What came of every mutant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Those of the sources.
    pub code: Vec<Verdict>,
    /// Those of the contract.
    pub contract: Vec<Verdict>,
    /// Those of the contract that are none: what the generator says of them stands for who kills them. They do not count.
    pub refused: Vec<Verdict>,
}

/// What came of one mutant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// Its name.
    pub id: String,
    /// The tag of the contract that it is about, or the part of the program.
    pub tag: String,
    /// What kind of mistake it is.
    pub kind: String,
    /// Where it is.
    pub place: String,
    /// What users would suffer.
    pub about: String,
    /// The test or the judge that notices; nothing if it survives.
    pub killed_by: Option<String>,
    /// How long that took.
    pub seconds: f64,
}

/// How many there are, and how many of them were killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    all: usize,
    killed: usize,
}

impl Count {
    fn of<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Self {
        verdicts
            .into_iter()
            .fold(Self::default(), |Self { all, killed }, it| Self {
                all: all + 1,
                killed: killed + usize::from(it.killed_by.is_some()),
            })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { all, killed } = *self;
        let percent = 100.0 * killed as f64 / all.max(1) as f64;
        write!(f, "{all} | {killed} | {percent:.1} %")
    }
}

impl Report {
    /// The part of mutants that were killed, from 0 to 1.
    pub fn score(&self) -> f64 {
        let Count { all, killed } = Count::of(self.code.iter().chain(&self.contract));
        killed as f64 / all.max(1) as f64
    }

    /// Whether enough were killed: 95 %.
    pub fn is_enough(&self) -> bool {
        self.score() >= 0.95
    }

    /// Those that nothing has noticed.
    pub fn survivors(&self) -> impl Iterator<Item = &Verdict> {
        self.code
            .iter()
            .chain(&self.contract)
            .filter(|verdict| verdict.killed_by.is_none())
    }

    /// Writes `mutants.json` and `mutants.md`.
    pub(super) fn write(&self, directory: &Path) -> Result<(), Error> {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        for (name, text) in [("mutants.json", json), ("mutants.md", self.to_string())] {
            let path = directory.join(name);
            std::fs::write(&path, text).map_err(Error::file(&path))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        section("Mutants of the sources", &self.code, f)?;
        section("Mutants of the contract", &self.contract, f)?;
        section("Mutants of the contract that the generator refuses", &self.refused, f)
    }
}

fn section(title: &str, verdicts: &[Verdict], f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "# {title}\n")?;
    totals("kind", verdicts, |verdict| &verdict.kind, f)?;
    totals("tag", verdicts, |verdict| &verdict.tag, f)?;
    writeln!(f, "## Survivors\n")?;
    for Verdict { id, place, about, .. } in verdicts.iter().filter(|it| it.killed_by.is_none()) {
        writeln!(f, "- `{id}` ({place}): {about}")?;
    }
    writeln!(
        f,
        "\n## All\n\n| mutant | kind | place | what users suffer | killed by | seconds |"
    )?;
    writeln!(f, "|---|---|---|---|---|---:|")?;
    for Verdict {
        id,
        kind,
        place,
        about,
        killed_by,
        seconds,
        ..
    } in verdicts
    {
        let killer = killed_by.as_deref().unwrap_or("**survives**");
        writeln!(f, "| `{id}` | {kind} | {place} | {about} | {killer} | {seconds:.1} |")?;
    }
    writeln!(f)
}

fn totals(name: &str, verdicts: &[Verdict], key: fn(&Verdict) -> &String, f: &mut Formatter<'_>) -> fmt::Result {
    let mut groups: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        groups.entry(key(verdict)).or_default().push(verdict);
    }
    writeln!(f, "| {name} | mutants | killed | |\n|---|---:|---:|---:|")?;
    for (name, group) in groups {
        writeln!(f, "| {name} | {} |", Count::of(group))?;
    }
    writeln!(f, "| all | {} |\n", Count::of(verdicts))
}
