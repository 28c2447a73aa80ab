//! README.md never lies: its examples run, its tables are complete, and the drift that it shows is caught in its words.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::Path;

use serde_json::json;
use spaces_server::settings::Settings;
use spaces_tests::TestServer;
use spaces_tests::process::{output, program, workspace};
use tokio::process::Command;

/// The code blocks of README.md in this language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("\n```{language}\n");
    let block = |text: &str| text.split_once("\n```").expect("the end of a block").0.to_owned() + "\n";
    readme().split(&fence).skip(1).map(block).collect()
}

fn readme() -> String {
    file("README.md")
}

fn file(path: &str) -> String {
    read_to_string(workspace().join(path)).unwrap()
}

/// A command that is told where the server is.
fn at(server: &TestServer, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("BASE", &server.base);
    command
}

#[tokio::test]
async fn the_quickstart_with_curl_runs() {
    let [quickstart] = blocks("bash").try_into().expect("one block of bash");
    let server = TestServer::start().await;
    let mut bash = at(&server, "bash");
    bash.args(["-euo", "pipefail", "-c", &quickstart]);
    let printed = output(bash).await;
    let lines: Vec<_> = printed.lines().collect();
    let [created, changed, stale] = lines[..] else {
        panic!("three lines: {printed}")
    };
    let created: serde_json::Value = serde_json::from_str(created).unwrap();
    assert_eq!(created["name"], "Analytical Engine");
    assert_eq!(created["inviteCode"].as_str().map(|code| code.len() >= 22), Some(true));
    let changed: serde_json::Value = serde_json::from_str(changed).unwrap();
    assert_eq!(
        (&changed["name"], &changed["spaceId"]),
        (&"Difference Engine".into(), &created["spaceId"])
    );
    assert_eq!(stale, "412");
}

#[tokio::test]
async fn the_quickstart_in_rust_runs() {
    let example = file("client/examples/quickstart.rs");
    let (docs, code) = example.split_once("\n\n").unwrap();
    assert!(docs.starts_with("//! ") && readme().contains("cargo run -p spaces-client --example quickstart"));
    assert_eq!(blocks("rust"), [code]);
    let server = TestServer::start().await;
    let printed = output(at(&server, program("examples/quickstart"))).await;
    let lines: Vec<_> = printed.lines().collect();
    let [created, changed, stale] = lines[..] else {
        panic!("three lines: {printed}")
    };
    assert!(
        created.starts_with("Analytical Engine has the invite code "),
        "{created}"
    );
    assert_eq!(
        (changed, stale),
        (
            "it is called Difference Engine now",
            "412 Precondition Failed stale-version"
        )
    );
}

#[tokio::test]
async fn the_quickstart_in_typescript_runs() {
    let example = file("ts-types/test/quickstart.ts").replace("../src/index.js", "@lockstep/spaces-types");
    assert_eq!(blocks("ts"), [example]);
    let compiler = workspace().join("ts-types/node_modules/typescript-7.0/bin/tsc");
    assert!(compiler.is_file(), "TypeScript is not installed; run: make deps");
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("package.json"), r#"{ "type": "module" }"#).unwrap();
    let mut tsc = Command::new("node");
    tsc.arg(compiler)
        .arg("-p")
        .arg(workspace().join("ts-types/test"))
        .arg("--outDir")
        .arg(directory.path());
    output(tsc).await;

    let server = TestServer::start().await;
    let mut node = at(&server, "node");
    node.arg(directory.path().join("ts-types/test/quickstart.js"));
    let printed = output(node).await;
    let lines: Vec<_> = printed.lines().collect();
    let [created, first, second] = lines[..] else {
        panic!("three lines: {printed}")
    };
    assert!(
        created.starts_with("Analytical Engine has the invite code "),
        "{created}"
    );
    assert_eq!(
        (first, second),
        ("first: it is called Difference Engine now", "second: 412 stale-version")
    );
}

#[test]
fn the_configuration_of_the_generator_is_ours() {
    assert_eq!(blocks("toml"), [file("lockstep.toml")]);
}

/// The part of README.md that documents settings: the cells of each row.
fn settings() -> Vec<Vec<String>> {
    let readme = readme();
    let (_, section) = readme.split_once("\n## Settings\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// What a cell has in code quotes.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_of_settings_has_exactly_what_the_server_reads() {
    let reader = file("server/src/settings/reader.rs");
    let is_name = |text: &&str| text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let read: BTreeSet<_> = reader.split('"').filter(is_name).collect();
    let rows = settings();
    let documented: BTreeSet<_> = rows.iter().flat_map(|row| code(&row[0])).collect();
    assert_eq!(documented, read);
}

#[test]
fn documented_values_are_allowed_and_documented_defaults_are_the_defaults() {
    let rows = settings();
    let mut defaults = Vec::new();
    for row in &rows {
        let [name, values, default, ..] = &row[..] else {
            panic!("{row:?}")
        };
        let name = code(name).next().unwrap();
        for value in code(values) {
            let wrong = Settings::from_pairs([(name, value)]).err();
            assert!(
                !wrong.iter().flat_map(|wrong| wrong.names()).any(|it| it == name),
                "{name}={value}"
            );
        }
        // A default that is a sentence is no value.
        defaults.extend(default.starts_with('`').then(|| (name, code(default).next().unwrap())));
    }
    assert!(defaults.len() >= 9, "{defaults:?}");
    let stated = Settings::from_pairs(defaults).unwrap();
    assert_eq!(
        format!("{stated:?}"),
        format!("{:?}", Settings::from_pairs([("", "")]).unwrap())
    );
}

#[test]
fn every_command_of_make_and_lockstep_exists() {
    let (readme, makefile) = (readme(), file("Makefile"));
    let is_name = |c: char| c.is_ascii_lowercase();
    let follows = |command: &str| -> BTreeSet<String> {
        let rest = readme.split(command).skip(1);
        rest.map(|rest| rest.chars().take_while(|c| is_name(*c)).collect())
            .collect()
    };
    let quoted = &follows("`make ") | &follows("    make ");
    assert!(quoted.contains("run") && quoted.contains("test"), "{quoted:?}");
    for target in &quoted {
        assert!(makefile.contains(&format!("\n{target}: ")), "make {target}");
    }
    let help = std::process::Command::new(program("lockstep"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in &follows("cargo lockstep ") {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "cargo lockstep {command}: {help}"
        );
    }
}

/// What the drift section takes out of the contract.
const DOCUMENTED_404: &str = "        '404': { $ref: '#/components/responses/NotFound' }\n";

#[test]
fn the_drift_is_caught_in_these_words() {
    let copy = tempfile::tempdir().unwrap();
    for path in [
        "lockstep.toml",
        "client/src",
        "contract/src",
        "contracts",
        "server/src/api",
        "ts-types/src",
    ] {
        copy_to(&workspace().join(path), &copy.path().join(path));
    }
    let contract = file("openapi.yaml");
    let (before, after) = contract.split_once("operationId: getSpace\n").unwrap();
    let after = after.replacen(DOCUMENTED_404, "", 1);
    std::fs::write(
        copy.path().join("openapi.yaml"),
        format!("{before}operationId: getSpace\n{after}"),
    )
    .unwrap();

    says_what_is_shown(copy.path(), "check", 1);
    says_what_is_shown(copy.path(), "generate", 0);
    // That the build stops, and with which error, is for the test of all drifts.
    let error = session("check\n");
    let (_, line) = error.lines().find_map(|line| line.split_once(" |         ")).unwrap();
    assert!(file("server/src/handlers/spaces.rs").contains(line), "{line}");
    assert!(error.contains("E0277") && file("tests/it/drift.rs").contains("REMOVE 404 of getSpace"));
}

#[test]
fn changes_and_answers_are_judged_in_these_words() {
    let directory = tempfile::tempdir().unwrap();
    let contract = file("openapi.yaml");
    let changed = contract.replace("      maxLength: 200\n", "      maxLength: 180\n");
    assert_ne!(changed, contract);
    std::fs::write(directory.path().join("openapi.yaml"), contract).unwrap();
    std::fs::write(directory.path().join("changed.yaml"), changed).unwrap();
    std::fs::write(directory.path().join("lockstep.toml"), file("lockstep.toml")).unwrap();
    let space = "/api/spaces/01981c1e-5f00-7000-8000-000000000001";
    let entry = json!({
        "request": { "method": "GET", "url": space, "headers": [] },
        "response": { "status": 418, "headers": [], "content": { "mimeType": "text/plain", "text": "a teapot" } },
    });
    let recording = json!({ "log": { "entries": [entry] } }).to_string();
    std::fs::write(directory.path().join("recording.har"), recording).unwrap();
    says_what_is_shown(directory.path(), "coverage recording.har", 1);
    says_what_is_shown(directory.path(), "diff openapi.yaml changed.yaml", 1);
}

/// What the README shows of a command of cargo, without the command.
fn session(command: &str) -> String {
    let all = blocks("console").join("\n");
    let mut sessions = all.split("$ cargo ");
    let found = sessions.find_map(|session| session.strip_prefix(command));
    found
        .unwrap_or_else(|| panic!("the README does not show cargo {command}"))
        .to_owned()
}

/// Runs a command of the generator and compares what it says with what the README shows of it.
fn says_what_is_shown(directory: &Path, command: &str, status: i32) {
    let mut lockstep = std::process::Command::new(program("lockstep"));
    let output = lockstep
        .args(command.split(' '))
        .current_dir(directory)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(status), "{command}");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let mut said = said.lines();
    let shown = session(&format!("lockstep {command}\n"));
    for line in shown.lines().filter(|line| !["...", ""].contains(line)) {
        assert!(
            said.any(|it| it == line),
            "cargo lockstep {command} does not say {line:?}, or not in this order"
        );
    }
}

fn copy_to(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
        return;
    }
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        copy_to(&entry.path(), &to.join(entry.file_name()));
    }
}
