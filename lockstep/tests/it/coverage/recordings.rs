//! Recordings as files: what is read, what is counted apart, and what is said of files that cannot be read.

use super::{
    CONTRACT, ID, SECRET, bare, complete, directory, get_note, judge, judged, lines, note, statuses, with_answer,
};
use lockstep::coverage::{Level, Report, coverage};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// An archive as browsers export it.
fn har(entries: &[Value]) -> Value {
    json!({ "log": { "version": "1.2", "creator": { "name": "A browser", "version": "1" }, "pages": [], "entries": entries } })
}

fn count(report: &Report, operation: &str, status: &str) -> u64 {
    statuses(report, operation)
        .into_iter()
        .find(|(one, _)| one == status)
        .unwrap()
        .1
}

#[test]
fn an_archive_of_a_browser_is_read() {
    let mut entry = get_note();
    entry["startedDateTime"] = "2026-11-20T12:00:00Z".into();
    entry["response"]["httpVersion"] = "h3".into();
    // `note()` in Base64.
    let text = "eyJpZCI6IjAxOTgxYzFlLTVmMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInRpdGxlIjoiQSBub3RlIiwicGFnZXMiOjN9";
    entry["response"]["content"] =
        json!({ "size": 72, "mimeType": "application/json", "text": text, "encoding": "base64" });
    let mut wrong = entry.clone();
    wrong["response"]["content"]["text"] = "e30=".into();
    let removed = json!({
        "request": { "method": "DELETE", "url": format!("https://example.org/notes/{ID}#x"), "headers": [], "bodySize": 0 },
        "response": { "status": 204, "headers": [], "content": { "size": 0, "mimeType": "x-unknown" } },
    });
    let path = directory("har").join("run.har");
    fs::write(&path, har(&[entry, wrong, removed]).to_string()).unwrap();
    let report = judge(&path, None, Level::Statuses).unwrap();
    assert_eq!(count(&report, "getNote", "200"), 2);
    assert_eq!(count(&report, "deleteNote", "204"), 1);
    let missing = report.contradictions.iter().map(|one| one.message.as_str());
    assert_eq!(
        missing.collect::<Vec<_>>(),
        ["body /id required", "body /pages required", "body /title required"]
    );
    assert!(
        report.contradictions[0].first.ends_with("run.har#/log/entries/1"),
        "{report}"
    );
}

#[test]
fn a_request_finds_its_operation() {
    let answer = |path: &str| {
        with_answer(
            bare("GET", path, 200),
            "application/json",
            &[("ETag", "\"1\"")],
            &note().to_string(),
        )
    };
    let report = judged("alias", &[answer(&format!("/n/{ID}"))]);
    assert_eq!(count(&report, "getNote", "200"), 1);
    let report = judged("fixed", &[answer("/notes/~newest")]);
    assert_eq!(
        (count(&report, "getNewestNote", "200"), count(&report, "getNote", "200")),
        (1, 0)
    );
    let foreign = [
        answer("/"),
        answer("/notes/~newest/"),
        answer("/notes/"),
        answer(&format!("/notes/{ID}/more")),
        answer(&format!("/N/{ID}")),
        bare("OPTIONS", "/notes", 204),
        bare("PUT", "/notes", 405),
        // A path that is written out is no argument of another.
        bare("DELETE", "/notes/~newest", 405),
    ];
    let report = judged("foreign", &foreign);
    assert_eq!((report.exchanges, report.foreign.count), (0, 8));
    assert!(
        report.contradictions.is_empty() && report.foreign.first[0].ends_with(":1"),
        "{report}"
    );
}

#[test]
fn what_shows_nothing_is_counted_apart() {
    let mut blocked = get_note();
    blocked["response"]["status"] = 0.into();
    let mut evicted = get_note();
    evicted["response"]["content"] = json!({ "size": 72, "mimeType": "application/json" });
    let report = judged("apart", &[blocked, evicted]);
    assert_eq!(
        (report.unanswered.count, report.incomplete.count, report.exchanges),
        (1, 1, 0)
    );
    assert!(
        report.contradictions.is_empty() && count(&report, "getNote", "200") == 0,
        "{report}"
    );
}

#[test]
fn directories_are_read_with_all_that_is_below() {
    let root = directory("tree");
    fs::create_dir(root.join("below")).unwrap();
    let all = complete();
    let (first, rest) = all.split_at(3);
    fs::write(root.join("below/a.har"), har(first).to_string()).unwrap();
    let lines: String = rest.iter().map(|entry| format!("\n{entry}\r\n")).collect();
    fs::write(root.join("b.jsonl"), lines).unwrap();
    fs::write(root.join("notes.txt"), "no recording").unwrap();
    let report = judge(&root, None, Level::Statuses).unwrap();
    assert!(report.complete && report.exchanges == 16, "{report}");
    let empty = judge(&directory("nothing"), None, Level::Statuses).unwrap_err();
    assert!(empty.to_string().contains("no recordings in"), "{empty}");
}

#[test]
fn broken_recordings_are_told_with_their_place() {
    let good = get_note().to_string();
    let typed = good.replace("200", &format!("\"{SECRET}\""));
    let mut unencoded = get_note();
    unencoded["response"]["content"] = json!({ "mimeType": "", "text": SECRET, "encoding": "base64" });
    let nameless = json!({ "request": { "url": SECRET }, "response": { "status": 200 } });
    let cases = [
        (
            "a.jsonl",
            format!("{good}\n\n{{\"request\": {SECRET}\n{good}\n"),
            ":3:13: the JSON is broken here",
        ),
        (
            "b.jsonl",
            format!("{good}\n{}", &good[..40]),
            ":2:40: the JSON ends too early",
        ),
        (
            "c.jsonl",
            format!("{typed}\n"),
            "this is no HAR entry: a member has the wrong type",
        ),
        ("d.jsonl", format!("{good}\n{unencoded}\n"), "`text` is no Base64"),
        ("e.jsonl", format!("{nameless}\n"), "missing field `method`"),
        ("f.jsonl", "[]\n".to_owned(), "f.jsonl:1:"),
        ("g.har", "{\"log\": {\"entries\": [\n\n 1]}}".to_owned(), "g.har:3:"),
        ("h.har", "{}".to_owned(), "this is no HAR file: there is no `log`"),
        (
            "i.har",
            "{\"log\": {}}".to_owned(),
            "this is no HAR file: there is no `entries`",
        ),
        ("j.har", String::new(), "j.har:1:0: the JSON ends too early"),
        ("k.har", format!("{} {SECRET}", har(&[])), "k.har:1:"),
        ("l.txt", good.clone(), "l.txt is no recording"),
    ];
    let root = directory("broken");
    for (name, text, expected) in cases {
        let path = root.join(name);
        fs::write(&path, text).unwrap();
        let said = judge(&path, None, Level::Statuses).unwrap_err().to_string();
        assert!(said.contains(expected) && said.contains(name), "{expected}\n{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    let missing = judge(Path::new("missing.har"), None, Level::Statuses).unwrap_err();
    assert!(missing.to_string().contains("missing.har cannot be read"), "{missing}");
}

#[test]
fn several_recordings_are_one() {
    let all = complete();
    let (first, rest) = all.split_at(5);
    let paths = [lines("several-a", first), lines("several-b", rest)];
    let report = coverage(Path::new(CONTRACT), &paths, None, Level::Statuses).unwrap();
    assert!(report.complete, "{report}");
}
