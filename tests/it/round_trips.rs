//! How often each operation asks the database, in a call that succeeds: the table is `tests/round-trips.md`, made here.
//! An operation that asks more often than the table says fails, and so does a table that is out of date.

use std::fmt::Write as _;

use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;
use spaces_tests::process::workspace;

use crate::support::Call;
use crate::world::World;

const FILE: &str = "tests/round-trips.md";

#[tokio::test]
async fn every_operation_asks_the_database_as_often_as_the_table_says() {
    let mut table = String::from(
        "# Requests to the database by operation\n\nOf a call that succeeds, in the scene of the contract tests; made by \
         `tests/it/round_trips.rs`. Some of them are made\nat the same time. \"With a key\" is the same call with an \
         `Idempotency-Key`.\n\n| operation | requests | with a key | which |\n|---|---:|---:|---|\n",
    );
    for operation in OPERATIONS {
        let (plain, which) = requests(operation.id, None).await;
        let keyed = match CREATES.contains(&operation.id) {
            true => requests(operation.id, Some("key")).await.0.to_string(),
            false => String::new(),
        };
        writeln!(table, "| {} | {plain} | {keyed} | {which} |", operation.id).unwrap();
        assert!(!which.contains("Scan"), "{} scans", operation.id);
    }
    let path = workspace().join(FILE);
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, table, "UPDATE_TABLES=1 writes {FILE} anew; look at what changed");
}

/// The operations that take an Idempotency-Key.
const CREATES: [&str; 10] = [
    "createSpace",
    "submitFeedback",
    "createUser",
    "inviteMember",
    "createInvitation",
    "createTask",
    "batchTasks",
    "addTaskComment",
    "createUserTask",
    "createTaskFromEvent",
];

/// How many requests one call makes, and which, in a world of its own.
async fn requests(operation_id: &str, key: Option<&str>) -> (u64, String) {
    let world = World::new().await;
    let operation = crate::world::operation(operation_id);
    let call = world.call(operation);
    let call = match key {
        Some(key) => call.header("idempotency-key", key),
        None => call,
    };
    let before = calls(&world.server).await;
    let answer = call.send(&world.server).await;
    assert!(answer.status < 300, "{operation_id}: {answer:?}");
    let after = calls(&world.server).await;
    let made = after.into_iter().map(|(name, count)| {
        let earlier = before.iter().find(|(it, _)| *it == name).map_or(0, |it| it.1);
        (name, count - earlier)
    });
    let made: Vec<_> = made.filter(|(_, count)| *count > 0).collect();
    let which: Vec<_> = made.iter().map(|(name, count)| format!("{count} {name}")).collect();
    (made.iter().map(|it| it.1).sum(), which.join(", "))
}

/// All requests so far, by operation of DynamoDB, as the metrics have them.
async fn calls(server: &TestServer) -> Vec<(String, u64)> {
    let metrics = Call::get("/metrics").send(server).await.text();
    let lines = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("store_calls_total{operation=\""));
    let counts = lines.map(|line| {
        let (name, count) = line.split_once("\"} ").unwrap();
        (name.to_owned(), count.parse().unwrap())
    });
    counts.collect()
}
