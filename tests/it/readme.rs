//! README.md never lies: its examples run, its tables are complete, and the drift that it shows is caught in its words.

use std::fs::read_to_string;

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
    let [created, changed, stale] = lines[..] else { panic!("three lines: {printed}") };
    let created: serde_json::Value = serde_json::from_str(created).unwrap();
    assert_eq!(created["name"], "Analytical Engine");
    assert_eq!(created["inviteCode"].as_str().map(|code| code.len() >= 22), Some(true));
    let changed: serde_json::Value = serde_json::from_str(changed).unwrap();
    assert_eq!((&changed["name"], &changed["spaceId"]), (&"Difference Engine".into(), &created["spaceId"]));
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
    let [created, changed, stale] = lines[..] else { panic!("three lines: {printed}") };
    assert!(created.starts_with("Analytical Engine has the invite code "), "{created}");
    assert_eq!((changed, stale), ("it is called Difference Engine now", "412 Precondition Failed stale-version"));
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
    tsc.arg(compiler).arg("-p").arg(workspace().join("ts-types/test")).arg("--outDir").arg(directory.path());
    output(tsc).await;

    let server = TestServer::start().await;
    let mut node = at(&server, "node");
    node.arg(directory.path().join("ts-types/test/quickstart.js"));
    let printed = output(node).await;
    let lines: Vec<_> = printed.lines().collect();
    let [created, first, second] = lines[..] else { panic!("three lines: {printed}") };
    assert!(created.starts_with("Analytical Engine has the invite code "), "{created}");
    assert_eq!((first, second), ("first: it is called Difference Engine now", "second: 412 stale-version"));
}
