//! The command and the gate, as processes: what they say, and how they exit.

use super::{B, base, edited, report, write};
use lockstep::diff::Step;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The exit status, what was said, and what was complained about.
fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn diff(old: &Path, new: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["diff", old.to_str().unwrap(), new.to_str().unwrap()];
    arguments.extend(more);
    run(Path::new("."), &arguments)
}

const BREAKING: (&str, &str) = ("maxLength: 50,", "maxLength: 20,");
const ADDED: (&str, &str) = (
    "        - { name: sort,",
    "        - { name: author, in: query, description: By whom., schema: { type: string } }\n        - { name: sort,",
);

fn versioned(name: &str, edit: (&str, &str), version: &'static str) -> PathBuf {
    edited("v3_1", name, &[edit, ("version: 1.4.2", version)])
}

#[test]
fn the_exit_status_is_that_of_the_step() {
    let old = base("v3_1");
    let cases = [
        (edited("v3_1", "same", &[]), 0),
        (edited("v3_1", "broken", &[BREAKING]), 1),
        (versioned("broken minor", BREAKING, "version: 1.5.0"), 1),
        (versioned("broken major", BREAKING, "version: 2.0.0"), 0),
        (versioned("broken pre", BREAKING, "version: 2.0.0-rc.1"), 0),
        (versioned("added patch", ADDED, "version: 1.4.3"), 1),
        (versioned("added minor", ADDED, "version: 1.5.0"), 0),
        (versioned("added major", ADDED, "version: 2.0.0"), 0),
        (versioned("added back", ADDED, "version: 1.3.0"), 1),
        (versioned("no version", ADDED, "version: next"), 2),
        (PathBuf::from("tests/diffed/missing.yaml"), 2),
        (PathBuf::from("tests/rejected/enums.yaml"), 2),
    ];
    for (new, expected) in cases {
        let (code, said, complained) = diff(&old, &new, &[]);
        assert_eq!(code, Some(expected), "{}\n{said}\n{complained}", new.display());
        let (code, json, _) = diff(&old, &new, &["--json"]);
        assert_eq!(code, Some(expected), "{json}");
        assert_eq!(json.is_empty(), expected == 2, "{json}");
    }
    let (code, _, complained) = diff(Path::new("tests/diffed/missing.yaml"), &old, &[]);
    assert!(code == Some(2) && complained.contains("missing.yaml"), "{complained}");
    assert_eq!(run(Path::new("."), &["diff"]).0, Some(2));
}

#[test]
fn before_one_what_breaks_needs_a_minor_step() {
    let released = |version: &str, edits: &[(&str, &str)]| {
        let mut all = vec![("version: 1.4.2", version)];
        all.extend(edits);
        edited("v3_1", &format!("zero {version} {}", edits.len()), &all)
    };
    let broken = report(
        &released("version: 0.3.1", &[]),
        &released("version: 0.4.0", &[BREAKING]),
    );
    assert!(broken.required == Step::Minor && broken.enough, "{broken}");
    let broken = report(
        &released("version: 0.3.1", &[]),
        &released("version: 0.3.2", &[BREAKING]),
    );
    assert!(!broken.enough && broken.version == "0.4.0", "{broken}");
    assert_eq!(broken.worst.unwrap().wire, B);
    let added = report(&released("version: 0.3.1", &[]), &released("version: 0.3.2", &[ADDED]));
    assert!(added.required == Step::Patch && added.enough, "{added}");
}

#[test]
fn people_see_verdicts_places_and_the_version_to_write() {
    let new = edited("v3_1", "for people", &[BREAKING]);
    let (_, said, _) = diff(&base("v3_1"), &new, &[]);
    let line = "breaking    neutral     neutral     Delivery.street: `maxLength` is 20, was 50, in requests";
    assert!(said.contains(line), "{said}");
    assert!(said.contains("was tests/diffed/v3_1.yaml:"), "{said}");
    assert!(
        said.contains("#/components/schemas/Delivery/properties/street/maxLength"),
        "{said}"
    );
    assert!(said.contains("write `version: 2.0.0`"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn json_is_the_same_every_time_and_says_everything() {
    let new = edited("v3_1", "for programs", &[BREAKING, ADDED]);
    let (_, json, _) = diff(&base("v3_1"), &new, &["--json"]);
    assert_eq!(diff(&base("v3_1"), &new, &["--json"]).1, json);
    let json = json.replace(new.to_str().unwrap(), "NEW");
    crate::assert_golden(Path::new("tests/diffed/report.json"), &json);
}

#[test]
fn help_tells_the_rules() {
    let (code, said, _) = run(Path::new("."), &["diff", "--help"]);
    assert_eq!(code, Some(0));
    for word in [
        "wire",
        "rust",
        "typescript",
        "--json",
        "Exits with 0",
        "pre-release",
        "<OLD>",
        "<NEW>",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

/// A project whose contract was released, with TypeScript as its only output.
fn project(name: &str, contract: &Path) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("contracts")).unwrap();
    fs::copy("tests/common.yaml", directory.join("common.yaml")).unwrap();
    fs::copy(base("v3_1"), directory.join("contracts/library-1.4.2.yaml")).unwrap();
    // References lead to the directory above.
    fs::create_dir_all(directory.join("api")).unwrap();
    fs::copy(contract, directory.join("api/openapi.yaml")).unwrap();
    let config =
        "input = 'api/openapi.yaml'\nreleased = 'contracts/library-1.4.2.yaml'\n[typescript]\noutput = 'index.ts'\n";
    fs::write(directory.join("lockstep.toml"), config).unwrap();
    assert_eq!(run(&directory, &["generate"]).0, Some(0));
    directory
}

#[test]
fn check_demands_the_step_since_the_last_release() {
    let same = project("gate-same", &base("v3_1"));
    let (code, said, complained) = run(&same, &["check"]);
    assert!(code == Some(0) && said.is_empty(), "{said}{complained}");
    assert!(complained.contains("nothing has changed"), "{complained}");

    let small = project("gate-small", &edited("v3_1", "gate small", &[BREAKING]));
    let (code, said, complained) = run(&small, &["check"]);
    assert_eq!(code, Some(1), "{said}{complained}");
    assert!(said.contains("Delivery.street"), "{said}");
    assert!(
        complained.contains("write `version: 2.0.0` in the info of api/openapi.yaml"),
        "{complained}"
    );

    let taken = project("gate-taken", &versioned("gate taken", BREAKING, "version: 2.0.0"));
    let (code, said, complained) = run(&taken, &["check"]);
    assert!(code == Some(0) && said.is_empty(), "{said}{complained}");

    fs::remove_file(taken.join("contracts/library-1.4.2.yaml")).unwrap();
    let (code, _, complained) = run(&taken, &["check"]);
    assert!(code == Some(1) && complained.contains("cannot be read"), "{complained}");
}

#[test]
fn other_documents_are_read_as_well() {
    let json = fs::read_to_string(base("v3_1")).unwrap();
    let shuffled = write("shuffled.json", &crate::order::shuffled_text(&json, 7));
    assert!(report(&base("v3_1"), &shuffled).changes.is_empty());
}
