//! What `diff` says of one-step changes, judged by a table that was written from the rules, not from what came out; and
//! the command around it.
//!
//! Every row is tried on the same contract in the words of 3.1 and of 3.0. The contract has version 1.4.2, so that every
//! verdict asks for another step.

mod command;
mod generated;
mod mutations;
mod places;
mod requests;
mod responses;

use lockstep::diff::{Change, Report, Step, Verdict, compare, diff};
use lockstep::parse::parse;
use lockstep::source::{Node, Value, read};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// As in the tables: neutral, compatible, breaking.
const N: Verdict = Verdict::Neutral;
const C: Verdict = Verdict::Compatible;
const B: Verdict = Verdict::Breaking;

/// A one-step change and the right answer.
struct Row {
    name: &'static str,
    /// What is replaced in the text of the 3.1 contract, each exactly once.
    edits: &'static [(&'static str, &'static str)],
    /// Wire, Rust source, TypeScript source.
    verdicts: [Verdict; 3],
    /// The code of the change, and the pointer at its place, in the old contract if it is gone.
    found: (&'static str, &'static str),
    /// Whether it can be said in OpenAPI 3.0.
    in_3_0: bool,
}

const fn row(
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    verdicts: [Verdict; 3],
    found: (&'static str, &'static str),
) -> Row {
    Row {
        name,
        edits,
        verdicts,
        found,
        in_3_0: true,
    }
}

impl Row {
    const fn only_3_1(self) -> Self {
        Self { in_3_0: false, ..self }
    }
}

/// What is 3.1 in the words of 3.0.
fn in_3_0(text: &str) -> String {
    let text = text.replace("type: [string, 'null']", "type: string, nullable: true");
    let exclusive = regex::Regex::new(r"exclusiveMinimum: (\d+)").unwrap();
    exclusive
        .replace_all(&text, "minimum: $1, exclusiveMinimum: true")
        .replace("openapi: 3.1.0", "openapi: 3.0.3")
}

const VERSIONS: [&str; 2] = ["v3_1", "v3_0"];

fn base(version: &str) -> PathBuf {
    Path::new("tests/diffed").join(version).with_extension("yaml")
}

/// A contract of its own, below a directory with what the base refers to.
fn write(name: &str, text: &str) -> PathBuf {
    static COMMON: Once = Once::new();
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff/contracts");
    COMMON.call_once(|| {
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::copy("tests/common.yaml", directory.join("../common.yaml")).unwrap();
    });
    let path = directory.join(format!("{}-{name}", FILES.fetch_add(1, Ordering::Relaxed)));
    std::fs::write(&path, text).unwrap();
    path
}

/// The base with edits, each of which must match exactly once.
fn edited(version: &str, name: &str, edits: &[(&str, &str)]) -> PathBuf {
    let mut text = std::fs::read_to_string(base(version)).unwrap();
    for (from, to) in edits {
        let words = |text: &str| {
            if version == "v3_0" {
                in_3_0(text)
            } else {
                text.to_owned()
            }
        };
        let from = words(from);
        assert_eq!(text.matches(&from).count(), 1, "{name}: `{from}` in {version}");
        text = text.replace(&from, &words(to));
    }
    let file: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    write(&format!("{version}-{file}.yaml"), &text)
}

fn report(old: &Path, new: &Path) -> Report {
    diff(old, new).unwrap_or_else(|errors| panic!("{} → {}\n{}", old.display(), new.display(), super::listed(&errors)))
}

fn step(verdict: Verdict) -> Step {
    match verdict {
        B => Step::Major,
        C => Step::Minor,
        N => Step::Patch,
    }
}

/// What is wrong with the answer to a row in a version.
fn wrong(row: &Row, version: &str) -> Option<String> {
    let (old, new) = (base(version), edited(version, row.name, row.edits));
    let read = |path: &Path| parse(path).unwrap_or_else(|errors| panic!("{}", super::listed(&errors)));
    let (old, new) = ((old.as_path(), &read(&old)), (new.as_path(), &read(&new)));
    let answer = compare(old, new).unwrap();
    let Some(worst) = answer.worst else {
        return Some("nothing has changed".to_owned());
    };
    let verdicts = [worst.wire, worst.rust, worst.typescript];
    let expected = row.verdicts.into_iter().max().unwrap();
    let found = |change: &&Change| {
        let mut places = [&change.old, &change.new].into_iter().flatten();
        change.code == row.found.0 && places.any(|at| at.pointer == row.found.1)
    };
    // Taken back, it is a change as well.
    let back = compare(new, old).unwrap();
    let complaints = [
        (verdicts != row.verdicts, format!("verdicts {verdicts:?}")),
        (answer.required != step(expected), format!("step {}", answer.required)),
        (
            !answer.changes.iter().any(|change| found(&change)),
            "not found".to_owned(),
        ),
        (back.changes.is_empty(), "nothing when taken back".to_owned()),
        (answer.enough, "enough".to_owned()),
    ];
    let complaints: Vec<_> = complaints
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, text)| text)
        .collect();
    (!complaints.is_empty()).then(|| {
        format!(
            "{} ({version}): {}; expected {:?}, {:?}\n{answer}",
            row.name,
            complaints.join(", "),
            row.verdicts,
            row.found
        )
    })
}

/// Fails with everything that is wrong in a table.
fn judge(rows: &[Row]) {
    let mut wrongs = Vec::new();
    for row in rows {
        for version in VERSIONS {
            if row.in_3_0 || version == "v3_1" {
                wrongs.extend(wrong(row, version));
            }
        }
    }
    assert!(wrongs.is_empty(), "{} wrong\n\n{}", wrongs.len(), wrongs.join("\n"));
}
