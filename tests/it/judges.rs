//! Judges from outside, who know the contract and nothing of us: schemathesis asks the running server whatever the
//! contract allows and forbids, and Redocly reads the contract.

use std::time::Duration;

use spaces_contract::Session;
use spaces_tests::TestServer;
use spaces_tests::process::{output, output_within, target, workspace};
use tokio::process::Command;

/// Operations after which their caller is somebody else, or nobody: they have callers of their own.
const ENDING: &str = "^(logout|changePassword|deleteUser)$";

/// Lets schemathesis loose in these phases, as a user, on some operations.
async fn judge(server: &TestServer, user: &Session, phases: &str, operations: [&str; 2]) -> String {
    let program = target().join("python/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is not installed; run: make deps");
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(workspace().join("tests/schemathesis.toml"))
        .args(["run", &format!("{}/openapi.yaml", server.base)])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", user.access_token.expose()),
        ])
        .args(["--phases", phases, "--checks", "all", "--max-examples", "10"])
        .args(["--seed", "1", "--no-color"])
        .args(operations)
        // It keeps what it learns in its working directory.
        .current_dir(tempfile::tempdir().unwrap().keep());
    let report = output_within(Duration::from_mins(5), command).await;
    assert!(report.contains("Test cases:"), "{report}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_that_contradicts_the_contract() {
    let server = TestServer::start().await;
    let root = server.admin("root").await;
    let ending = ["--exclude-operation-id-regex", ENDING];
    let report = judge(&server, &root, "examples,coverage,fuzzing,stateful", ending).await;
    // It was let in: only the refresh of tokens that nobody has is refused throughout.
    assert!(report.contains("Authentication failed: 1 operation "), "{report}");
    let only_ending = ["--include-operation-id-regex", ENDING];
    let eve = server.admin("eve").await;
    drop(judge(&server, &eve, "examples,coverage", only_ending).await);
}

#[tokio::test]
async fn redocly_finds_nothing_to_warn_about_in_the_contract() {
    let judges = workspace().join("tests/judges");
    let program = judges.join("node_modules/.bin/redocly");
    assert!(program.is_file(), "Redocly is not installed; run: make deps");
    let mut command = Command::new(program);
    command
        .args(["lint", "--max-problems", "100", "--format", "stylish"])
        .arg(workspace().join("openapi.yaml"))
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .env("REDOCLY_TELEMETRY", "off")
        .current_dir(judges);
    let report = output(command).await;
    assert!(!report.contains("warning"), "{report}");
}
