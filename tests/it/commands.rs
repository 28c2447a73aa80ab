//! The commands of the server, as operators run them: in processes of their own, twice, and cut off in the middle.
//! What a command leaves behind is seen through the server that runs on it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use dynoxide::Database;
use serde_json::{Value, json};
use spaces_client::{Client, reqwest};
use spaces_contract::{Credentials, Registration, Session};
use spaces_tests::process::{self, PATIENCE, Server, workspace};
use spaces_tests::{PASSWORD, new_space};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;

const ADMIN: &str = "root@example.org";
const NORA: &str = "nora.lindqvist@demo.example.org";
/// Short enough for a test, and longer than everybody's first days.
const TWO_WEEKS: [&str; 3] = ["seed", "--weeks", "2"];

/// What a command said, and how it ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    error: String,
}

async fn run_with(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let mut command = process::server(directory, environment);
    let output = timeout(PATIENCE * 2, command.args(arguments).output()).await;
    let output = output.expect("it ends").expect("it starts");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        error: text(output.stderr),
    }
}

async fn run(directory: &Path, arguments: &[&str]) -> Said {
    run_with(directory, arguments, &[]).await
}

/// Runs a command that is to succeed; answers what it printed.
async fn done(directory: &Path, arguments: &[&str]) -> String {
    let said = run(directory, arguments).await;
    assert_eq!(
        (said.code, said.error.as_str()),
        (Some(0), ""),
        "{arguments:?}: {}",
        said.out
    );
    said.out
}

/// Runs a command that is to fail, with this in its message.
async fn fails(directory: &Path, arguments: &[&str], message: &str) {
    let said = run(directory, arguments).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.error.contains(message), "{said:?}");
}

async fn sign_in(base: &str, email: &str, password: &str) -> Session {
    let credentials = Credentials {
        email: email.parse().unwrap(),
        password: password.into(),
        remember_me: false,
    };
    Client::new(base)
        .login()
        .body(credentials)
        .send()
        .await
        .unwrap()
        .into_inner()
}

async fn sign_up(base: &str, email: &str) -> Session {
    let registration = Registration {
        email: email.parse().unwrap(),
        password: PASSWORD.parse().unwrap(),
        display_name: "Somebody".parse().unwrap(),
    };
    Client::new(base)
        .register()
        .body(registration)
        .send()
        .await
        .unwrap()
        .into_inner()
}

async fn stop(server: Server) {
    server.terminate().await;
    assert!(server.ended().await.0.success());
}

/// The password that a line of the output shows.
fn shown<'a>(printed: &'a str, label: &str) -> &'a str {
    let (_, rest) = printed.split_once(label).expect(label);
    rest.lines().next().unwrap().trim()
}

#[tokio::test]
async fn every_command_explains_itself() {
    let directory = tempfile::tempdir().unwrap();
    let help = done(directory.path(), &["--help"]).await;
    for command in [
        "serve",
        "seed",
        "create-admin",
        "recount",
        "backup",
        "restore",
        "migrate",
        "export-openapi",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let own = done(directory.path(), &[command, "--help"]).await;
        assert!(own.contains(&format!("Usage: spaces-server {command}")), "{own}");
    }
    assert_eq!(run(directory.path(), &["sow"]).await.code, Some(2));
    assert_eq!(run(directory.path(), &["seed", "--weeks", "0"]).await.code, Some(2));
    assert!(!directory.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn a34_the_exported_contract_is_the_repositorys() {
    let directory = tempfile::tempdir().unwrap();
    let contract = std::fs::read_to_string(workspace().join("openapi.yaml")).unwrap();
    for _ in 0..2 {
        assert_eq!(done(directory.path(), &["export-openapi"]).await, contract);
    }
    let json: Value = serde_json::from_str(&done(directory.path(), &["export-openapi", "--json"]).await).unwrap();
    assert_eq!(json, serde_norway::from_str::<Value>(&contract).unwrap());
    assert!(!directory.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn commands_need_a_database_that_outlives_them() {
    let directory = tempfile::tempdir().unwrap();
    for command in [
        &["seed"][..],
        &["migrate"],
        &["recount"],
        &["create-admin", "--email", ADMIN],
    ] {
        let said = run_with(directory.path(), command, &[("DATABASE_PATH", ":memory:")]).await;
        assert!(said.code == Some(1) && said.error.contains("DATABASE_PATH"), "{said:?}");
    }
    for command in [&["recount"][..], &["backup", "copy.db"]] {
        fails(directory.path(), command, "there is no database at ./data/spaces.db").await;
    }
    assert!(!directory.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn migrating_twice_is_migrating_once() {
    let directory = tempfile::tempdir().unwrap();
    let first = done(directory.path(), &["migrate"]).await;
    assert_eq!(done(directory.path(), &["migrate"]).await, first);
    assert!(directory.path().join("data/spaces.db").is_file());
}

#[tokio::test]
async fn an_administrator_with_a_chosen_password_signs_in_and_administers() {
    let directory = tempfile::tempdir().unwrap();
    let command = ["create-admin", "--email", ADMIN, "--name", "Root"];
    for (password, message) in [
        ("short", "SPACES_ADMIN_PASSWORD: must be"),
        ("password1234", "easily guessed"),
    ] {
        let said = run_with(directory.path(), &command, &[("SPACES_ADMIN_PASSWORD", password)]).await;
        assert!(
            said.code == Some(1) && said.error.contains(message) && !said.error.contains(password),
            "{said:?}"
        );
    }
    for (password, message) in [(PASSWORD, "is an administrator."), ("another fine password", "already")] {
        let said = run_with(directory.path(), &command, &[("SPACES_ADMIN_PASSWORD", password)]).await;
        assert!(
            said.code == Some(0) && said.out.contains(message) && !said.out.contains(password),
            "{said:?}"
        );
    }
    let server = Server::start(directory.path(), &[]).await;
    let session = sign_in(&server.base, ADMIN, PASSWORD).await;
    let client = Client::new(&server.base).with_bearer_auth(session.access_token.expose());
    let users = client.list_users().send().await.unwrap();
    assert_eq!(users.items.len(), 1);
    assert_eq!(users.items[0].display_name.as_str(), "Root");
    stop(server).await;
    assert!(done(directory.path(), &["recount"]).await.contains(" 0 figures wrong"));
}

#[tokio::test]
async fn an_administrators_made_password_is_shown_once_and_works() {
    let directory = tempfile::tempdir().unwrap();
    let command = ["create-admin", "--email", ADMIN];
    let printed = done(directory.path(), &command).await;
    let password = shown(&printed, "The password, shown only now: ");
    assert!(password.len() >= 22, "{printed}");
    assert!(!done(directory.path(), &command).await.contains("password, shown"));
    let server = Server::start(directory.path(), &[]).await;
    sign_in(&server.base, ADMIN, password).await;
    assert_eq!(
        run(directory.path(), &["create-admin", "--email", "nobody"]).await.code,
        Some(2)
    );
}

/// Also while the server runs: what the user may do is read with every request.
#[tokio::test]
async fn an_existing_user_becomes_an_administrator_with_the_same_password() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]).await;
    let before = sign_up(&server.base, "ada@example.org").await;
    let printed = done(directory.path(), &["create-admin", "--email", "ADA@example.org"]).await;
    assert!(
        printed.starts_with("ada@example.org is an administrator now"),
        "{printed}"
    );
    let me = Client::new(&server.base)
        .with_bearer_auth(before.access_token.expose())
        .get_me()
        .send()
        .await;
    assert_eq!(
        me.unwrap_err().status().map(|status| status.as_u16()),
        Some(401),
        "a role change ends sessions"
    );
    let session = sign_in(&server.base, "ada@example.org", PASSWORD).await;
    let client = Client::new(&server.base).with_bearer_auth(session.access_token.expose());
    client.list_users().send().await.unwrap();
}

#[tokio::test]
async fn recount_finds_a_wrong_counter_and_repairs_it() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]).await;
    let session = sign_up(&server.base, "ada@example.org").await;
    let client = Client::new(&server.base).with_bearer_auth(session.access_token.expose());
    let space = client.create_space().body(new_space("Engine")).send().await.unwrap();
    stop(server).await;
    assert!(done(directory.path(), &["recount"]).await.contains(" 0 figures wrong."));

    lose_a_counter(directory.path(), &format!("SPACE#{}", space.space_id));
    let said = run(directory.path(), &["recount"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.contains(&format!("space {}:\n", space.space_id)) && said.out.contains(" is 1 too low"),
        "{said:?}"
    );
    let repaired = done(directory.path(), &["recount", "--repair"]).await;
    assert!(repaired.contains(" figures wrong, and set right."), "{repaired}");
    for again in [&["recount", "--repair"][..], &["recount"]] {
        assert!(done(directory.path(), again).await.contains(" 0 figures wrong"));
    }
}

/// Deletes a counter of this partition, as no operation does.
fn lose_a_counter(directory: &Path, partition: &str) {
    let database = Database::new(directory.join("data/spaces.db").to_str().unwrap()).unwrap();
    let query = json!({
        "TableName": "spaces",
        "KeyConditionExpression": "PK = :pk AND begins_with(SK, :sk)",
        "ExpressionAttributeValues": { ":pk": { "S": partition }, ":sk": { "S": "COUNTER#TOTAL#" } },
    });
    let found = database.query(serde_json::from_value(query).unwrap()).unwrap();
    let found = serde_json::to_value(found).unwrap();
    let item = &found["Items"][0];
    let delete = json!({ "TableName": "spaces", "Key": { "PK": item["PK"], "SK": item["SK"] } });
    database.delete_item(serde_json::from_value(delete).unwrap()).unwrap();
}

#[tokio::test]
async fn f22_a_backup_made_during_writes_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("RATE_LIMIT_PER_MINUTE", "0")]).await;
    let session = sign_up(&server.base, "ada@example.org").await;
    let client = Client::new(&server.base).with_bearer_auth(session.access_token.expose());
    client.create_space().body(new_space("Before")).send().await.unwrap();
    let writer = tokio::spawn(async move {
        for number in 0.. {
            client
                .create_space()
                .body(new_space(&format!("During {number}")))
                .send()
                .await
                .unwrap();
        }
    });
    for copy in ["one.db", "two.db"] {
        let said = done(directory.path(), &["backup", copy]).await;
        assert_eq!(said, format!("{copy} has the whole database.\n"));
    }
    fails(directory.path(), &["backup", "one.db"], "exists already").await;
    assert!(!writer.is_finished(), "it wrote all the time");
    writer.abort();
    stop(server).await;

    let elsewhere = tempfile::tempdir().unwrap();
    let copy = directory.path().join("two.db").to_str().unwrap().to_owned();
    for _ in 0..2 {
        let said = done(elsewhere.path(), &["restore", &copy]).await;
        assert_eq!(said, format!("The database is as it was in {copy}.\n"));
    }
    assert!(done(elsewhere.path(), &["recount"]).await.contains(" 0 figures wrong."));
    let server = Server::start(elsewhere.path(), &[]).await;
    let session = sign_in(&server.base, "ada@example.org", PASSWORD).await;
    let names: Vec<_> = list(&server.base, &session, "/api/spaces?").await;
    assert!(
        names.iter().any(|space| space["name"] == "Before") && names.len() > 2,
        "{names:?}"
    );
}

#[tokio::test]
async fn what_is_no_backup_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    done(directory.path(), &["create-admin", "--email", ADMIN]).await;
    let other = directory.path().join("other.db");
    std::fs::write(&other, "not a database").unwrap();
    fails(directory.path(), &["restore", "other.db"], "").await;
    fails(
        directory.path(),
        &["restore", "nowhere.db"],
        "there is no file nowhere.db",
    )
    .await;
    assert!(!directory.path().join("nowhere.db").exists());
    assert!(
        done(directory.path(), &["create-admin", "--email", ADMIN])
            .await
            .contains("already")
    );
}

#[tokio::test]
async fn nobody_seeds_production() {
    let directory = tempfile::tempdir().unwrap();
    let said = run_with(directory.path(), &["seed"], &[("ENVIRONMENT", "prod")]).await;
    assert!(
        said.code == Some(1) && said.error.contains("ENVIRONMENT=prod"),
        "{said:?}"
    );
    assert!(!directory.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn seeding_interrupted_and_finished_is_seeding_once() {
    let (once, twice) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // When the demo workspace begins follows from its first user, whom both share.
    seed_until(once.path(), "Week 1…").await;
    copy_database(once.path(), twice.path());
    let printed = done(once.path(), &TWO_WEEKS).await;
    seed_until(twice.path(), "Week 2…").await;
    assert!(
        done(twice.path(), &TWO_WEEKS)
            .await
            .contains("The demo workspace is complete again: ")
    );
    for directory in [&once, &twice] {
        let again = done(directory.path(), &TWO_WEEKS).await;
        assert!(again.contains("nothing was missing"), "{again}");
        assert!(done(directory.path(), &["recount"]).await.contains(" 0 figures wrong."));
    }
    let password = shown(&printed, "Everybody signs in with the password ");
    let (once, twice) = (seen(once.path(), password).await, seen(twice.path(), password).await);
    for (what, expected) in &once {
        assert_eq!(&twice[what], expected, "{what}");
    }
    assert_eq!(once.len(), twice.len());
    is_believable(&once);
}

/// Starts to seed, and kills it as soon as it says this.
async fn seed_until(directory: &Path, text: &str) {
    let mut command = process::server(directory, &[]);
    let mut child = command.args(TWO_WEEKS).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while timeout(PATIENCE, lines.next_line())
        .await
        .unwrap()
        .unwrap()
        .expect(text)
        != text
    {}
    child.kill().await.unwrap();
}

fn copy_database(from: &Path, to: &Path) {
    std::fs::create_dir(to.join("data")).unwrap();
    for file in std::fs::read_dir(from.join("data")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join("data").join(file.file_name())).unwrap();
    }
}

/// Everything that the people of the demo workspace see, with names instead of the ids that no two runs share.
async fn seen(directory: &Path, password: &str) -> BTreeMap<String, String> {
    let server = Server::start(directory, &[("RATE_LIMIT_PER_MINUTE", "0")]).await;
    let nora = sign_in(&server.base, NORA, password).await;
    let users = list(&server.base, &nora, "/api/users?").await;
    let mut names = BTreeMap::new();
    let mut found = BTreeMap::from([
        ("users".to_owned(), users.clone()),
        ("feedback".to_owned(), list(&server.base, &nora, "/api/feedback?").await),
    ]);
    for user in &users {
        let email = user["email"].as_str().unwrap();
        names.insert(user["userId"].as_str().unwrap().to_owned(), email.to_owned());
        let session = sign_in(&server.base, email, password).await;
        for space in list(&server.base, &session, "/api/spaces?").await {
            let id = space["spaceId"].as_str().unwrap().to_owned();
            let name = format!("{}'s {}", email, space["name"].as_str().unwrap());
            for (kind, path) in [
                ("members", format!("/api/spaces/{id}/members?")),
                ("events", format!("/api/events?spaceId={id}&")),
            ] {
                found.insert(format!("{name}: {kind}"), list(&server.base, &session, &path).await);
            }
            let mut tasks = Vec::new();
            for task in list(&server.base, &session, &format!("/api/tasks?spaceId={id}&")).await {
                let task_id = task["taskId"].as_str().unwrap();
                names.insert(task_id.to_owned(), task["title"].as_str().unwrap().to_owned());
                tasks.push(get(&server.base, &session, &format!("/api/tasks/{task_id}")).await);
            }
            names.insert(id, space["name"].as_str().unwrap().to_owned());
            found.insert(format!("{name}: tasks"), tasks);
            found.insert(name, vec![space]);
        }
    }
    stop(server).await;
    found
        .into_iter()
        .map(|(what, items)| (what, named(items, &names)))
        .collect()
}

/// Items as text, in an order of their own, with names for ids.
fn named(items: Vec<Value>, names: &BTreeMap<String, String>) -> String {
    let mut texts = Vec::new();
    for mut item in items {
        forget_ids(&mut item);
        let text = serde_json::to_string_pretty(&item).unwrap();
        texts.push(names.iter().fold(text, |text, (id, name)| text.replace(id, name)));
    }
    texts.sort();
    texts.join("\n")
}

/// Takes out what has no name, and when an event was taken in: whoever finishes a seed signs nobody in.
fn forget_ids(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !["commentId", "feedbackId", "nextCursor"].contains(&name.as_str()));
            members.values_mut().for_each(forget_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_ids),
        _ => {}
    }
}

fn is_believable(seen: &BTreeMap<String, String>) {
    let count = |what: &str, text: &str| seen[what].matches(text).count();
    let operations = format!("{NORA}'s Platform Operations");
    assert_eq!(count("users", "\"email\""), 8);
    assert_eq!(count(&format!("{operations}: members"), "\"role\""), 5);
    assert!(count(&format!("{operations}: events"), "\"occurredAt\"") > 50);
    let tasks = format!("{operations}: tasks");
    for status in ["open", "in_progress", "done"] {
        assert!(count(&tasks, &format!("\"status\": \"{status}\"")) > 0, "{status}");
    }
    assert!(count(&tasks, "\"eventDetails\"") > 0 && count(&tasks, "\"body\"") > 5 && count("feedback", "message") > 1);
}

/// All pages of a list.
async fn list(base: &str, session: &Session, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = get(base, session, &format!("{path}limit=100{cursor}")).await;
        items.append(page["items"].as_array_mut().expect("a list"));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

async fn get(base: &str, session: &Session, path: &str) -> Value {
    let request = reqwest::Client::new()
        .get(format!("{base}{path}"))
        .bearer_auth(session.access_token.expose());
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap()
}
