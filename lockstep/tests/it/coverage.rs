//! What `coverage` makes of recordings: a small contract, and one exchange after another that is right or wrong in one
//! way.

mod command;
mod constraints;
mod contradictions;
mod recordings;
mod security;

use lockstep::coverage::{Error, Level, Report, coverage};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const CONTRACT: &str = "tests/covered/notes.yaml";
const ID: &str = "01981c1e-5f00-7000-8000-000000000001";
/// What must never be printed.
const SECRET: &str = "s3cr3t-t0ken";

/// A directory of its own.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// A recording as JSON Lines.
fn lines(name: &str, entries: &[Value]) -> PathBuf {
    let path = directory(name).join("recording.jsonl");
    let text: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
    fs::write(&path, text).unwrap();
    path
}

fn judged(name: &str, entries: &[Value]) -> Report {
    judge(&lines(name, entries), None, Level::Statuses).unwrap()
}

fn judge(recording: &Path, waivers: Option<&Path>, level: Level) -> Result<Report, Error> {
    coverage(Path::new(CONTRACT), &[recording.to_owned()], waivers, level)
}

/// An exchange without bodies.
fn bare(method: &str, path: &str, status: u16) -> Value {
    json!({
        "request": { "method": method, "url": format!("http://localhost:8080{path}"), "headers": [] },
        "response": { "status": status, "headers": [], "content": { "mimeType": "", "text": "" } },
    })
}

fn with_answer(mut entry: Value, media_type: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let headers = headers
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    entry["response"]["headers"] = headers.collect();
    entry["response"]["content"] = json!({ "mimeType": media_type, "text": body });
    entry
}

fn with_body(mut entry: Value, body: &Value) -> Value {
    entry["request"]["postData"] = json!({ "mimeType": "application/json; charset=utf-8", "text": body.to_string() });
    entry
}

fn note() -> Value {
    json!({ "id": ID, "title": "A note", "pages": 3 })
}

fn get_note() -> Value {
    let entry = bare("GET", &format!("/notes/{ID}"), 200);
    with_answer(entry, "application/json", &[("etag", "\"1\"")], &note().to_string())
}

/// A problem that lists what is wrong, as places and pointers.
fn problem(status: u16, errors: &[(&str, &str)]) -> String {
    let errors = errors
        .iter()
        .map(|(place, pointer)| json!({ "in": place, "pointer": pointer, "code": "wrong", "detail": "is wrong" }));
    let mut problem = json!({
        "type": "/problems/wrong", "title": "Wrong", "status": status, "code": "wrong", "requestId": "1",
    });
    if errors.len() > 0 {
        problem["errors"] = errors.collect();
    }
    problem.to_string()
}

fn refused(entry: Value, status: u16, errors: &[(&str, &str)]) -> Value {
    let mut entry = with_answer(entry, "application/problem+json", &[], &problem(status, errors));
    entry["response"]["status"] = status.into();
    entry
}

/// A note that is written, or refused with a problem that lists these pointers.
fn created(body: &Value) -> Value {
    let entry = with_body(bare("POST", "/notes", 201), body);
    with_answer(
        entry,
        "application/json",
        &[("Location", "/notes/1")],
        &note().to_string(),
    )
}

fn denied(body: &Value, pointers: &[&str]) -> Value {
    let errors: Vec<_> = pointers.iter().map(|pointer| ("body", *pointer)).collect();
    refused(with_body(bare("POST", "/notes", 422), body), 422, &errors)
}

/// Everything that has to be seen of the contract's statuses.
fn complete() -> Vec<Value> {
    let list = bare("GET", "/notes?kind=x", 200);
    let note = note().to_string();
    vec![
        with_answer(list.clone(), "application/json", &[], r#"{"items":[]}"#),
        refused(list, 500, &[]),
        created(&json!({ "title": "abc" })),
        denied(&json!({ "title": "a" }), &["/title"]),
        refused(bare("POST", "/notes", 415), 415, &[]),
        refused(bare("POST", "/notes", 503), 503, &[]),
        with_answer(bare("GET", "/notes/~newest", 200), "application/json", &[], &note),
        refused(bare("GET", "/notes/~newest", 500), 500, &[]),
        refused(bare("GET", "/notes/~newest", 406), 406, &[]),
        get_note(),
        refused(bare("GET", &format!("/notes/{ID}"), 404), 404, &[]),
        with_answer(bare("GET", &format!("/notes/{ID}"), 304), "", &[("ETag", "\"1\"")], ""),
        bare("DELETE", &format!("/notes/{ID}"), 204),
        refused(bare("DELETE", &format!("/notes/{ID}"), 404), 404, &[]),
        with_answer(bare("GET", "/text", 200), "text/plain;version=2", &[], ""),
        refused(bare("GET", "/text", 500), 500, &[]),
    ]
}

/// What was seen of an operation.
fn statuses(report: &Report, operation: &str) -> Vec<(String, u64)> {
    let found = report.operations.iter().find(|one| one.operation == operation).unwrap();
    found.statuses.clone().into_iter().collect()
}

fn contradictions(report: &Report) -> Vec<(&str, &str)> {
    let all = report.contradictions.iter();
    all.map(|one| (one.code, one.message.as_str())).collect()
}
