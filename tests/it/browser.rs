//! `/docs` in a real browser, as a person uses it: `tests/browser/docs.mjs` drives Chromium and asserts; here it gets a
//! server, a token and the list of what it has to see.

use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;
use spaces_tests::process::{output, workspace};
use tokio::process::Command;

#[tokio::test]
async fn docs_authorise_and_execute_in_chromium() {
    let directory = workspace().join("tests/browser");
    let driver = directory.join("node_modules/playwright-core");
    assert!(driver.is_dir(), "playwright-core is not installed; run: make deps");
    let server = TestServer::start().await;
    let session = server.sign_up("ada").await;
    let operations: Vec<_> = OPERATIONS.iter().map(|operation| operation.id).collect();

    let mut docs = Command::new("node");
    docs.arg(directory.join("docs.mjs"))
        .env("BASE", &server.base)
        .env("TOKEN", session.access_token.expose())
        .env("EMAIL", session.user.email.as_str())
        .env("OPERATIONS", operations.join(","));
    let seen = output(docs).await;
    assert!(
        seen.contains(&format!("{} operations, getMe answers 200", operations.len())),
        "{seen}"
    );
}
