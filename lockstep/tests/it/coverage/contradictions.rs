//! Answers that contradict the contract, one way at a time, and answers that do not.

use super::{ID, SECRET, bare, complete, contradictions, created, get_note, judged, lines, note, problem, refused};
use super::{statuses, with_answer, with_body};
use serde_json::{Value, json};

#[test]
fn what_is_right_is_complete() {
    let report = judged("complete", &complete());
    assert!(report.complete, "{report}");
    assert_eq!(report.exchanges, 16);
    let seen = [("201", 1), ("422", 1), ("4XX", 1), ("default", 1)].map(|(status, count)| (status.to_owned(), count));
    assert_eq!(statuses(&report, "createNote"), seen);
}

#[test]
fn every_cell_is_missed() {
    let all = complete();
    for left_out in 0..all.len() {
        let mut entries = all.clone();
        entries.remove(left_out);
        let report = judged(&format!("without-{left_out}"), &entries);
        assert!(!report.complete && report.missing.len() == 1, "{left_out}\n{report}");
        assert!(report.to_string().contains("never seen:"), "{report}");
    }
}

/// The contradictions of one exchange.
#[track_caller]
fn assert_contradicts(name: &str, entry: Value, expected: &[(&str, &str)]) {
    let report = judged(name, &[entry]);
    assert_eq!(contradictions(&report), expected, "{name}");
    assert!(
        report
            .contradictions
            .iter()
            .all(|one| one.first.ends_with("recording.jsonl:1") && one.count == 1)
    );
}

fn answering(body: &Value) -> Value {
    with_answer(get_note(), "application/json", &[("ETag", "\"1\"")], &body.to_string())
}

#[test]
fn a_status_is_documented() {
    let entry = with_answer(bare("GET", "/notes/~newest", 418), "application/json", &[], "{}");
    let report = judged("undocumented", &[entry]);
    assert_eq!(
        contradictions(&report),
        [("undocumented-status", "the status is not documented")]
    );
    assert!(report.to_string().contains("1!"), "{report}");
    assert!(statuses(&report, "getNewestNote").iter().all(|(_, count)| *count == 0));
}

#[test]
fn a_body_is_of_its_type() {
    let broken = |name: &str, body: Value, message: &str| {
        assert_contradicts(name, answering(&body), &[("invalid-body", message)]);
    };
    broken(
        "body-type",
        json!({ "id": ID, "title": SECRET, "pages": "3" }),
        "body /pages type",
    );
    broken(
        "body-null",
        json!({ "id": ID, "title": null, "pages": 3 }),
        "body /title type",
    );
    broken(
        "body-fraction",
        json!({ "id": ID, "title": "", "pages": 3.5 }),
        "body /pages type",
    );
    broken("body-missing", json!({ "id": ID, "pages": 3 }), "body /title required");
    broken(
        "body-format",
        json!({ "id": SECRET, "title": "", "pages": 3 }),
        "body /id format",
    );
    broken("body-array", json!([note()]), "body type");
    let mut thread = note();
    thread["replies"] = json!([{ "id": ID, "title": "", "pages": 1, "replies": [{ "id": ID, "title": "" }] }]);
    broken("body-recursive", thread, "body /pages required");
    assert_contradicts(
        "body-whole",
        answering(&json!({ "id": ID, "title": "", "pages": 192.0 })),
        &[],
    );
}

#[test]
fn a_body_has_the_documented_members_only() {
    let mut more = note();
    more["more"] = json!(SECRET);
    let message = [("undocumented-member", "body additionalProperties")];
    assert_contradicts("more", answering(&more), &message);
    let list = json!({ "items": [note(), more] });
    let list = with_answer(
        bare("GET", "/notes?kind=x", 200),
        "application/json",
        &[],
        &list.to_string(),
    );
    let message = [("undocumented-member", "body /items/* additionalProperties")];
    assert_contradicts("more-inside", list, &message);
}

#[test]
fn a_problem_is_one() {
    let entry = |body: &str| {
        with_answer(
            bare("GET", "/notes/~newest", 500),
            "application/problem+json",
            &[],
            body,
        )
    };
    assert_contradicts("problem", entry(&problem(500, &[("query", "/limit")])), &[]);
    let other = [("wrong-problem-status", "body /status is another status")];
    assert_contradicts("problem-status", entry(&problem(400, &[])), &other);
    let place = [("invalid-body", "body /errors/*/in pattern")];
    assert_contradicts("problem-place", entry(&problem(500, &[("nowhere", "/limit")])), &place);
    let code = problem(500, &[]).replace("\"code\":\"wrong\"", "\"code\":\"Wrong!\"");
    assert_contradicts("problem-code", entry(&code), &[("invalid-body", "body /code pattern")]);
}

#[test]
fn a_body_is_of_its_media_type() {
    let json = note().to_string();
    let answer = |media_type: &str, body: &str| with_answer(get_note(), media_type, &[("ETag", "\"1\"")], body);
    assert_contradicts("parameters", answer("Application/JSON; charset=utf-8", &json), &[]);
    let wrong = [("wrong-media-type", "another media type than application/json")];
    assert_contradicts("text", answer("text/plain", &json), &wrong);
    let stated = with_answer(
        get_note(),
        "application/json",
        &[("ETag", "\"1\""), ("content-type", "text/html")],
        &json,
    );
    assert_contradicts("stated", stated, &wrong);
    assert_contradicts(
        "broken",
        answer("application/json", "{"),
        &[("broken-body", "the body is no JSON")],
    );
    let missing = [("missing-body", "no body, but application/json is documented")];
    assert_contradicts("empty", answer("application/json", ""), &missing);
    let removed = with_answer(
        bare("DELETE", &format!("/notes/{ID}"), 204),
        "application/json",
        &[],
        &json,
    );
    assert_contradicts(
        "unexpected",
        removed,
        &[("unexpected-body", "a body, but none is documented")],
    );
}

#[test]
fn parameters_of_media_types_count_if_they_are_documented() {
    let answer = |media_type: &str| with_answer(bare("GET", "/text", 200), media_type, &[], "A note.");
    assert_contradicts("version", answer("text/plain; charset=utf-8; Version=\"2\""), &[]);
    let wrong = [("wrong-media-type", "another media type than text/plain; version=2")];
    assert_contradicts("no-version", answer("text/plain"), &wrong);
    assert_contradicts("other-version", answer("text/plain; version=20"), &wrong);
}

#[test]
fn what_browsers_add_and_leave_out_is_no_contradiction() {
    let unchanged = bare("GET", &format!("/notes/{ID}"), 304);
    let cached = with_answer(unchanged, "application/json", &[("ETag", "\"1\"")], &note().to_string());
    assert_contradicts("cached", cached, &[]);
    // A required header that is no longer there.
    assert_contradicts("stripped", bare("DELETE", &format!("/notes/{ID}"), 204), &[]);
}

#[test]
fn headers_are_those_that_are_documented() {
    let answer = |headers: &[(&str, &str)]| with_answer(get_note(), "application/json", headers, &note().to_string());
    assert_contradicts("none", answer(&[]), &[("missing-header", "ETag")]);
    assert_contradicts("other case", answer(&[("eTaG", "\"1\""), ("X-Whatever", "1")]), &[]);
    assert_contradicts(
        "pattern",
        answer(&[("ETag", SECRET)]),
        &[("invalid-header", "ETag pattern")],
    );
    let elsewhere = answer(&[("ETag", "\"1\""), ("X-SHELF", "1")]);
    assert_contradicts("elsewhere", elsewhere, &[("undocumented-header", "x-shelf")]);
    let shelved = |shelf: &str| {
        let headers = [("Location", "/notes/1"), ("x-shelf", shelf)];
        with_answer(
            created(&json!({ "title": "abc" })),
            "application/json",
            &headers,
            &note().to_string(),
        )
    };
    assert_contradicts("minimum", shelved("0"), &[("invalid-header", "X-Shelf minimum")]);
    assert_contradicts("no number", shelved("first"), &[("invalid-header", "X-Shelf type")]);
    let report = judged("optional", &[shelved("2"), created(&json!({ "title": "abc" }))]);
    let operation = report
        .operations
        .iter()
        .find(|one| one.operation == "createNote")
        .unwrap();
    assert_eq!(operation.optional_headers["201 X-Shelf"], 1);
    assert_eq!(operation.media_types["201 application/json"], 2);
}

#[test]
fn a_violation_is_not_accepted() {
    let accepted = |rule: &str| format!("accepted although the request breaks {rule}");
    let long = created(&json!({ "title": "abcdef" }));
    let message = accepted("body /title maxLength");
    assert_contradicts("accepted", long, &[("accepted-violation", &message)]);
    let list = |path: &str| with_answer(bare("GET", path, 200), "application/json", &[], r#"{"items":[]}"#);
    let message = accepted("query /kind required");
    assert_contradicts("accepted-query", list("/notes"), &[("accepted-violation", &message)]);
    let message = accepted("query additionalProperties");
    assert_contradicts(
        "accepted-other",
        list("/notes?kind=x&more=1"),
        &[("accepted-violation", &message)],
    );
    assert_contradicts("encoded", list("/notes?kind=a+b%20%C3%BC&tags=a,b&limit=50"), &[]);
    let message = accepted("query /tags/* enum");
    assert_contradicts(
        "accepted-item",
        list("/notes?kind=x&tags=a,c"),
        &[("accepted-violation", &message)],
    );
}

#[test]
fn the_same_contradiction_is_told_once() {
    let report = judged(
        "repeated",
        &[get_note(), refused(get_note(), 200, &[]), refused(get_note(), 200, &[])],
    );
    let wrong = report
        .contradictions
        .iter()
        .find(|one| one.code == "wrong-media-type")
        .unwrap();
    assert_eq!(wrong.count, 2);
    assert!(wrong.first.ends_with(":2"), "{}", wrong.first);
}

#[test]
fn nothing_secret_is_told() {
    let url = format!("/{SECRET}/{SECRET}?token={SECRET}");
    let mut entries = vec![
        bare("GET", &url, 200),
        with_answer(get_note(), SECRET, &[("ETag", SECRET), ("X-Shelf", SECRET)], SECRET),
        created(&json!({ "title": SECRET, SECRET: SECRET, "kind": SECRET, "prices": { SECRET: -1 } })),
        with_body(
            answering(&json!({ "id": SECRET, "title": 1, "pages": SECRET, SECRET: 1 })),
            &json!(SECRET),
        ),
    ];
    entries[2]["request"]["headers"] = json!([{ "name": "Authorization", "value": SECRET }]);
    let report = super::judge(&lines("secret", &entries), None, super::Level::Constraints).unwrap();
    assert!(report.contradictions.len() > 6 && report.foreign.count == 1, "{report}");
    for said in [report.to_string(), report.to_json(), report.summary()] {
        assert!(!said.contains(SECRET), "{said}");
    }
}
