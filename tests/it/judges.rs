//! Judges from outside, who know the contract and nothing of us: schemathesis asks the running server whatever the
//! contract allows and forbids, and Redocly reads the contract.

use std::time::Duration;

use lockstep_runtime::actix::BodyLimits;
use spaces_contract::Session;
use spaces_tests::TestServer;
use spaces_tests::process::{output, output_within, target, workspace};
use tokio::process::Command;

use crate::support::Call;
use crate::world::World;

/// Operations after which their caller is somebody else, or nobody: they have callers of their own.
const ENDING: &str = "^(logout|changePassword|deleteUser)$";

/// Somebody in a world.
type Pick = fn(&World) -> &Session;

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
    let ending = ["--exclude-operation-id-regex", ENDING];
    // An administrator who is nowhere a member, the owner of a space with something in it, and a viewer there. Each has
    // a world of their own: what an administrator does may well disable the others.
    let users: [(Pick, &str); 3] = [
        (|world| &world.root, "examples,coverage,fuzzing,stateful"),
        (|world| &world.ada, "examples,coverage"),
        (|world| &world.dan, "examples,coverage"),
    ];
    for (user, phases) in users {
        let world = World::new().await;
        let server = unlimited(&world).await;
        drop(judge(&server, user(&world), phases, ending).await);
        let me = Call::get("/api/auth/me").by(user(&world)).send(&server).await;
        assert_eq!(me.status, 200, "they were let in until the end: {me:?}");
    }
    let world = World::new().await;
    let only_ending = ["--include-operation-id-regex", ENDING];
    drop(judge(&unlimited(&world).await, &world.root, "examples,coverage", only_ending).await);
}

/// A server on that world that takes as many requests as come.
async fn unlimited(world: &World) -> TestServer {
    world
        .reopened(&[("RATE_LIMIT_PER_MINUTE", "0")], BodyLimits::default())
        .await
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
