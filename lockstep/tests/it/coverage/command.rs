//! The command and its waivers, as processes: what they say, and how they exit.

use super::{CONTRACT, SECRET, bare, complete, directory, lines};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The exit status, what was said, and what was complained about.
fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .arg("coverage")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn cover(recording: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec![CONTRACT, recording.to_str().unwrap()];
    arguments.extend(more);
    run(Path::new("."), &arguments)
}

/// All but the answer 500 of `getNewestNote`.
fn almost() -> Vec<Value> {
    let mut entries = complete();
    entries.remove(7);
    entries
}

fn waivers(name: &str, text: &str) -> PathBuf {
    let path = directory(name).join("waivers.toml");
    fs::write(&path, text).unwrap();
    path
}

const NEEDED: &str = "[[waivers]]\noperation = 'getNewestNote'\nstatus = 500\nreason = 'It never fails.'\n";

#[test]
fn the_exit_status_is_that_of_the_report() {
    let whole = lines("exit-whole", &complete());
    let (code, said, summary) = cover(&whole, &[]);
    assert_eq!(code, Some(0), "{said}{summary}");
    assert!(
        said.contains("createNote  POST /notes") && said.contains("201 application/json ×1"),
        "{said}"
    );
    assert!(summary.contains("16 exchanges; 16 of 16 cells seen"), "{summary}");

    let (code, said, _) = cover(&lines("exit-almost", &almost()), &[]);
    assert!(
        code == Some(1) && said.contains("never seen:\n  getNewestNote 500\n"),
        "{said}"
    );
    assert_eq!(cover(&whole, &["--require", "constraints"]).0, Some(1));
    assert_eq!(cover(&whole, &["--require", "statuses"]).0, Some(0));
    assert_eq!(cover(&whole, &["--require", "everything"]).0, Some(2));

    let mut wrong = bare("DELETE", "/notes/01981c1e-5f00-7000-8000-000000000001", 204);
    wrong["response"]["content"]["text"] = "a body".into();
    let wrong = lines("exit-wrong", &[complete(), vec![wrong]].concat());
    let (code, said, _) = cover(&wrong, &[]);
    assert!(
        code == Some(1) && said.contains("[unexpected-body]\n    first at "),
        "{said}"
    );

    let foreign = lines(
        "exit-foreign",
        &[complete(), vec![bare("GET", "/elsewhere", 200)]].concat(),
    );
    let (code, said, _) = cover(&foreign, &[]);
    assert!(
        code == Some(0) && said.contains("foreign ×1: ") && said.contains(".jsonl:17"),
        "{said}"
    );
}

#[test]
fn json_is_for_programs() {
    let (code, said, _) = cover(&lines("json", &almost()), &["--json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, Some(1));
    assert_eq!(report["complete"], false);
    assert_eq!(report["missing"][0]["cell"], "500");
    assert_eq!(report["operations"][0]["operation"], "listNotes");
    assert_eq!(report["operations"][0]["statuses"]["default"], 1);
    assert_eq!(
        report["operations"][1]["constraints"]["body /title minLength"]["rejected"],
        1
    );
}

#[test]
fn what_cannot_be_read_exits_with_2() {
    let root = directory("unreadable");
    let broken = root.join("broken.jsonl");
    fs::write(&broken, format!("\n{{\"{SECRET}\n")).unwrap();
    let (code, said, complained) = cover(&broken, &[]);
    assert!(
        code == Some(2) && said.is_empty() && complained.contains("broken.jsonl:2:"),
        "{complained}"
    );
    assert!(!complained.contains(SECRET), "{complained}");
    let whole = lines("unreadable-whole", &complete());
    let whole = whole.to_str().unwrap();
    assert_eq!(run(Path::new("."), &["tests/rejected/enums.yaml", whole]).0, Some(2));
    assert_eq!(run(Path::new("."), &["tests/covered/missing.yaml", whole]).0, Some(2));
    assert_eq!(run(Path::new("."), &[CONTRACT]).0, Some(2));
    assert_eq!(run(Path::new("."), &[]).0, Some(2));
    assert_eq!(cover(Path::new(whole), &["--waivers", "missing.toml"]).0, Some(2));
}

#[test]
fn a_waiver_covers_its_cell() {
    let recording = lines("waived", &almost());
    let file = waivers("waivers-needed", NEEDED);
    let (code, said, _) = cover(&recording, &["--waivers", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("      w"), "{said}");
}

#[test]
fn a_waiver_covers_several_cells() {
    let mut entries = complete();
    entries.retain(|entry| entry["response"]["status"] != 500);
    let recording = lines("waived-all", &entries);
    let waived = |name: &str, text: &str| cover(&recording, &["--waivers", waivers(name, text).to_str().unwrap()]);
    let reason = "reason = 'It never fails.'\n";
    let each = format!(
        "[[waivers]]\noperations = ['listNotes', 'getText']\ncells = ['default']\n{reason}\
         [[waivers]]\noperation = '*'\nstatus = 500\n{reason}"
    );
    let (code, said, summary) = waived("waivers-several", &each);
    assert_eq!(code, Some(0), "{said}");
    assert!(summary.contains("3 waived"), "{summary}");
    let (code, said, _) = waived(
        "waivers-all",
        &format!("[[waivers]]\noperation = '*'\ncell = 'default'\n{reason}{NEEDED}"),
    );
    assert_eq!(code, Some(0), "{said}");
    for (name, cell, why) in [
        ("seen", "200", "it was seen"),
        ("nowhere", "418", "there is no such cell"),
    ] {
        let needless = format!("{each}[[waivers]]\noperation = '*'\nstatus = {cell}\n{reason}");
        let (code, said, _) = waived(&format!("waivers-{name}"), &needless);
        assert!(
            code == Some(1) && said.contains("waivers.toml:9: ") && said.contains(why),
            "{said}"
        );
    }
    let half = each.replace("'getText'", "'getText', 'deleteNote'");
    let (code, said, _) = waived("waivers-half", &half);
    assert!(
        code == Some(1) && said.contains("deleteNote default: it was seen"),
        "{said}"
    );
}

#[test]
fn a_needless_waiver_is_told() {
    let recording = lines("needless", &almost());
    let cases = [
        (NEEDED, "getNewestNote 500: it is waived already"),
        (
            "[[waivers]]\noperation = 'getNote'\nstatus = '200'\nreason = 'x'\n",
            "getNote 200: it was seen",
        ),
        (
            "[[waivers]]\noperation = 'getNote'\nstatus = '404'\nreason = 'x'\n",
            "getNote 404: there is no such cell",
        ),
        (
            "[[waivers]]\noperation = 'gone'\nstatus = 200\nreason = 'x'\n",
            "gone 200: there is no such cell",
        ),
        (
            "[[waivers]]\noperation = 'createNote'\ncell = 'body /title minLength rejected'\nreason = 'x'\n",
            "createNote body /title minLength rejected: it was seen",
        ),
        (
            "[[waivers]]\noperation = 'createNote'\ncell = 'body /title minLength'\nreason = 'x'\n",
            "createNote body /title minLength: there is no such cell",
        ),
    ];
    for (number, (waiver, expected)) in cases.into_iter().enumerate() {
        let file = waivers(&format!("needless-{number}"), &format!("{NEEDED}{waiver}"));
        let (code, said, _) = cover(&recording, &["--waivers", file.to_str().unwrap()]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("waivers.toml:5: {expected}")), "{said}");
    }
    let unseen = "[[waivers]]\noperation = 'createNote'\ncell = 'body /kind enum rejected'\nreason = 'x'\n";
    let file = waivers("needless-level", &format!("{NEEDED}{unseen}"));
    assert_eq!(cover(&recording, &["--waivers", file.to_str().unwrap()]).0, Some(0));
}

#[test]
fn a_waiver_is_whole() {
    let recording = lines("partial", &almost());
    for (number, (text, expected)) in [
        (
            NEEDED.replace("It never fails.", " "),
            "waivers.toml:1: a waiver needs a reason",
        ),
        (
            NEEDED.replace("status = 500\n", ""),
            "either a `status`, a `cell` or `cells`",
        ),
        (
            NEEDED.replace("reason", "cell = 'x'\nreason"),
            "either a `status`, a `cell` or `cells`",
        ),
        (
            NEEDED.replace("operation", "operations = []\noperation"),
            "either an `operation` or `operations`",
        ),
        (
            NEEDED.replace("operation = 'getNewestNote'\n", ""),
            "either an `operation` or `operations`",
        ),
        (NEEDED.replace("reason", "because"), "because"),
        (NEEDED.replace("waivers", "waiver"), "waiver"),
    ]
    .into_iter()
    .enumerate()
    {
        let file = waivers(&format!("partial-{number}"), &text);
        let (code, _, complained) = cover(&recording, &["--waivers", file.to_str().unwrap()]);
        assert!(
            code == Some(2) && complained.contains(expected),
            "{expected}\n{complained}"
        );
    }
}

#[test]
fn the_configuration_names_the_contract_and_waivers_stand_beside_it() {
    let project = directory("project");
    fs::create_dir(project.join("api")).unwrap();
    fs::copy("tests/common.yaml", project.join("common.yaml")).unwrap();
    fs::copy(CONTRACT, project.join("api/notes.yaml")).unwrap();
    fs::write(project.join("lockstep.toml"), "input = 'api/notes.yaml'\n").unwrap();
    fs::copy(lines("project-lines", &almost()), project.join("run.jsonl")).unwrap();
    let (code, said, _) = run(&project, &["run.jsonl"]);
    assert!(code == Some(1) && said.contains("getNewestNote 500"), "{said}");
    fs::write(project.join("api/coverage-waivers.toml"), NEEDED).unwrap();
    assert_eq!(run(&project, &["run.jsonl"]).0, Some(0));
    assert_eq!(run(&project, &["api/notes.yaml", "run.jsonl"]).0, Some(0));
    fs::remove_file(project.join("lockstep.toml")).unwrap();
    let (code, _, complained) = run(&project, &["run.jsonl"]);
    assert!(code == Some(2) && complained.contains("lockstep.toml"), "{complained}");
}

#[test]
fn help_tells_everything() {
    let (code, said, _) = run(Path::new("."), &["--help"]);
    assert_eq!(code, Some(0));
    for word in [
        "[CONTRACT] <RECORDING>...",
        "HAR 1.2",
        "postData",
        "base64",
        "[[waivers]]",
        "coverage-waivers.toml",
        "operation = \"*\"",
        "cells = [",
        "query additionalProperties",
        "--require",
        "constraints",
        "--json",
        "Exits with 0",
        "never printed",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}
