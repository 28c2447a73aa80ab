//! Constraints on requests: which there are, and when they count as accepted and as rejected.

use super::{ID, bare, created, denied, judge, judged, lines, refused, with_answer, with_body};
use lockstep::coverage::{Level, Report};
use serde_json::{Value, json};

fn sides(report: &Report, operation: &str, constraint: &str) -> (u64, u64) {
    let found = report.operations.iter().find(|one| one.operation == operation).unwrap();
    let sides = found.constraints.get(constraint);
    let sides = sides.unwrap_or_else(|| panic!("no {constraint} in {:#?}", found.constraints.keys()));
    (sides.accepted, sides.rejected)
}

/// A note that keeps every rule that it can.
fn whole() -> Value {
    json!({
        "title": "abc", "pages": 2, "kind": "long", "labels": ["a", "b"], "mail": "ada@example.org",
        "due": "2026-11-20T12:00:00.5+01:00", "prices": { "de": 1.5 },
        "source": { "type": "Web", "url": "https://example.org/?a=%20#b" },
        "parent": { "name": "x", "parent": { "name": "y" } },
    })
}

fn changed(member: &str, value: Value) -> Value {
    let mut body = whole();
    body[member] = value;
    body
}

#[test]
fn the_constraints_of_a_body_are_listed() {
    let report = judged("listed", &[]);
    let operation = report
        .operations
        .iter()
        .find(|one| one.operation == "createNote")
        .unwrap();
    let listed: Vec<_> = operation.constraints.keys().map(String::as_str).collect();
    let expected = "body /due format|body /due type|body /kind enum|body /kind type|body /labels maxItems|\
        body /labels minItems|body /labels type|body /labels uniqueItems|body /labels/* maxLength|body /labels/* type|\
        body /mail format|body /mail type|body /pages format|body /pages maximum|body /pages minimum|\
        body /pages multipleOf|body /pages type|body /parent type|body /parent/name maxLength|body /parent/name required|\
        body /parent/name type|body /prices maxProperties|body /prices type|body /prices/* exclusiveMinimum|\
        body /prices/* type|body /source type|body /source(Book)/isbn minLength|body /source(Book)/isbn required|\
        body /source(Book)/isbn type|body /source(Web)/url format|body /source(Web)/url required|\
        body /source(Web)/url type|body /source/type discriminator|body /title maxLength|body /title minLength|\
        body /title pattern|body /title required|body /title type|body additionalProperties|body required|body type|\
        query additionalProperties";
    assert_eq!(listed, expected.split('|').collect::<Vec<_>>());
}

#[test]
fn each_constraint_is_seen_rejected_and_no_other() {
    let table = [
        ("title", json!("a"), "/title", "body /title minLength"),
        ("title", json!("äöüäöü"), "/title", "body /title maxLength"),
        ("title", json!("a b"), "/title", "body /title pattern"),
        ("title", json!(1), "/title", "body /title type"),
        ("pages", json!(0), "/pages", "body /pages minimum"),
        ("pages", json!(10), "/pages", "body /pages maximum"),
        ("pages", json!(3), "/pages", "body /pages multipleOf"),
        ("pages", json!(2.5), "/pages", "body /pages type"),
        ("kind", json!("medium"), "/kind", "body /kind enum"),
        ("kind", json!(null), "/kind", "body /kind type"),
        ("labels", json!([]), "/labels", "body /labels minItems"),
        (
            "labels",
            json!(["a", "b", "c", "d"]),
            "/labels",
            "body /labels maxItems",
        ),
        ("labels", json!(["a", "a"]), "/labels/1", "body /labels uniqueItems"),
        ("labels", json!(["a", "long"]), "/labels/1", "body /labels/* maxLength"),
        ("labels", json!({}), "/labels", "body /labels type"),
        ("mail", json!("ada@localhost@"), "/mail", "body /mail format"),
        ("due", json!("2026-02-30T00:00:00Z"), "/due", "body /due format"),
        ("due", json!("2026-02-20 00:00:00Z"), "/due", "body /due format"),
        (
            "prices",
            json!({ "a": 1, "b": 1, "c": 1 }),
            "/prices",
            "body /prices maxProperties",
        ),
        (
            "prices",
            json!({ "a/b": 0 }),
            "/prices/a~1b",
            "body /prices/* exclusiveMinimum",
        ),
        (
            "source",
            json!({ "type": "Film" }),
            "/source/type",
            "body /source/type discriminator",
        ),
        ("source", json!({}), "/source/type", "body /source/type discriminator"),
        (
            "source",
            json!({ "type": "Book", "isbn": "1" }),
            "/source/isbn",
            "body /source(Book)/isbn minLength",
        ),
        (
            "source",
            json!({ "type": "Web", "url": "/x" }),
            "/source/url",
            "body /source(Web)/url format",
        ),
        (
            "source",
            json!({ "type": "Web" }),
            "/source/url",
            "body /source(Web)/url required",
        ),
        (
            "parent",
            json!({ "name": "x", "parent": {} }),
            "/parent/parent/name",
            "body /parent/name required",
        ),
        ("colour", json!("red"), "/colour", "body additionalProperties"),
    ];
    for (number, (member, value, pointer, constraint)) in table.into_iter().enumerate() {
        let report = judged(
            &format!("rejected-{number}"),
            &[denied(&changed(member, value), &[pointer])],
        );
        let operation = report
            .operations
            .iter()
            .find(|one| one.operation == "createNote")
            .unwrap();
        let rejected = operation.constraints.iter().filter(|(_, sides)| sides.rejected > 0);
        let rejected: Vec<_> = rejected.map(|(name, _)| name.as_str()).collect();
        assert_eq!(rejected, [constraint]);
        assert!(operation.constraints.values().all(|sides| sides.accepted == 0));
    }
}

#[test]
fn what_is_accepted_keeps_every_constraint() {
    let report = judged("accepted-whole", &[created(&whole())]);
    assert!(report.contradictions.is_empty(), "{report}");
    let operation = report
        .operations
        .iter()
        .find(|one| one.operation == "createNote")
        .unwrap();
    let unseen = operation.constraints.iter().filter(|(_, sides)| sides.accepted == 0);
    let unseen: Vec<_> = unseen.map(|(name, _)| name.as_str()).collect();
    assert!(unseen.iter().all(|name| name.contains("(Book)")), "{unseen:?}");

    for (number, bound) in [
        json!({ "title": "ab", "labels": ["abc"], "prices": {} }),
        json!({ "title": "äöüäö", "labels": ["a", "b", "c"], "prices": { "a": 0.1, "b": 1 } }),
        json!({ "title": "ab", "source": { "type": "Book", "isbn": "123", "more": 1 }, "pages": 8.0 }),
    ]
    .into_iter()
    .enumerate()
    {
        let report = judged(&format!("bound-{number}"), &[created(&bound)]);
        assert!(report.contradictions.is_empty(), "{report}");
    }

    let nothing = changed("mail", Value::Null);
    let report = judged("accepted-null", &[created(&nothing)]);
    assert!(report.contradictions.is_empty(), "{report}");
    assert_eq!(sides(&report, "createNote", "body /mail format"), (0, 0));
}

#[test]
fn a_rejection_is_of_what_the_problem_lists() {
    let long = json!({ "title": "abcdef" });
    let rejected = |name: &str, entry: Value| sides(&judged(name, &[entry]), "createNote", "body /title maxLength").1;
    assert_eq!(rejected("blamed", denied(&long, &["/title"])), 1);
    assert_eq!(rejected("blamed-else", denied(&long, &["/pages", "/titles"])), 0);
    assert_eq!(rejected("unlisted", denied(&long, &[])), 1);
    assert_eq!(rejected("full", denied(&long, &["/pages"; 32])), 1);
    assert_eq!(rejected("almost-full", denied(&long, &["/pages"; 31])), 0);
    let entry = with_body(bare("POST", "/notes", 422), &long);
    assert_eq!(
        rejected("other-place", refused(entry.clone(), 422, &[("query", "/title")])),
        0
    );
    assert_eq!(rejected("400", refused(entry.clone(), 400, &[("body", "/title")])), 1);
    assert_eq!(rejected("other-status", refused(entry, 409, &[("body", "/title")])), 0);
}

#[test]
fn a_body_that_was_not_read_shows_nothing() {
    let mut other = denied(&json!({ "title": "a" }), &[]);
    other["request"]["postData"]["mimeType"] = "text/plain".into();
    let mut broken = denied(&json!({}), &[]);
    broken["request"]["postData"]["text"] = "{".into();
    let mut unrecorded = denied(&json!({}), &[]);
    unrecorded["request"]["postData"] = json!({ "mimeType": "application/json", "params": [] });
    let report = judged("unread", &[other, broken, unrecorded]);
    let operation = report
        .operations
        .iter()
        .find(|one| one.operation == "createNote")
        .unwrap();
    assert!(
        operation.constraints.values().all(|sides| sides.rejected == 0),
        "{report}"
    );

    let absent = refused(bare("POST", "/notes", 400), 400, &[]);
    assert_eq!(
        sides(&judged("absent", &[absent]), "createNote", "body required"),
        (0, 1)
    );
}

#[test]
fn parameters_have_constraints_too() {
    let list = |query: &str| with_answer(bare("GET", query, 200), "application/json", &[], r#"{"items":[]}"#);
    let wrong = |query: &str, name: &str| refused(bare("GET", query, 422), 422, &[("query", name)]);
    let mut newer = refused(bare("GET", "/notes?kind=x", 422), 422, &[("header", "/if-newer")]);
    newer["request"]["headers"] = json!([{ "name": "if-newer", "value": "yesterday" }]);
    let entries = [
        list("/notes?kind=x&limit=50&tags=a%2Cb"),
        wrong("/notes?kind=x&limit=51", "/limit"),
        wrong("/notes?kind=x&limit=0", "/limit"),
        wrong("/notes?kind=x&limit=many", "/limit"),
        wrong("/notes?limit=1", "/kind"),
        wrong("/notes?kind=x&tags=a,b,a", "/tags"),
        wrong("/notes?kind=x&tags=a,c", "/tags"),
        wrong("/notes?kind=x&tags=a,d", "/tag"),
        wrong("/notes?kind=x&a~b=1", "/a~0b"),
        wrong("/notes?kind=x&surprise=1", "/kind"),
        newer,
        refused(bare("GET", "/notes/first", 422), 422, &[("path", "/noteId")]),
    ];
    let report = judged("parameters", &entries);
    for (constraint, expected) in [
        ("query /limit maximum", (1, 1)),
        ("query /limit minimum", (1, 1)),
        ("query /limit type", (1, 1)),
        ("query /kind required", (1, 1)),
        ("query /kind maxLength", (1, 0)),
        ("query additionalProperties", (1, 1)),
        ("query /tags maxItems", (1, 1)),
        ("query /tags/* enum", (1, 1)),
        ("header /If-Newer format", (0, 1)),
    ] {
        assert_eq!(sides(&report, "listNotes", constraint), expected, "{constraint}");
    }
    assert_eq!(sides(&report, "getNote", "path /noteId format"), (0, 1));
    let operation = report
        .operations
        .iter()
        .find(|one| one.operation == "listNotes")
        .unwrap();
    // Texts are texts, and a path has its segments.
    assert!(!operation.constraints.contains_key("query /kind type"));
    assert_eq!(
        report
            .operations
            .iter()
            .filter(|one| one.constraints.contains_key("path /noteId required"))
            .count(),
        0
    );
}

#[test]
fn the_level_decides_what_is_missing() {
    let path = lines("level", &super::complete());
    assert!(judge(&path, None, Level::Statuses).unwrap().complete);
    let report = judge(&path, None, Level::Constraints).unwrap();
    assert!(!report.complete);
    let missing: Vec<_> = report.missing.iter().map(|one| (&*one.operation, &*one.cell)).collect();
    assert!(
        missing.contains(&("createNote", "body /kind enum accepted")),
        "{missing:?}"
    );
    assert!(missing.contains(&("createNote", "201 X-Shelf")), "{missing:?}");
    // Its answers have had no body.
    assert!(missing.contains(&("getText", "200 text/plain")), "{missing:?}");
    assert!(!missing.contains(&("getNote", "200 application/json")), "{missing:?}");
    assert!(
        missing.contains(&("getNote", "path /noteId format rejected")),
        "{missing:?}"
    );
    assert!(
        !missing.contains(&("createNote", "body /title minLength rejected")),
        "{missing:?}"
    );
    assert!(
        !missing.contains(&("deleteNote", "path /noteId format accepted")),
        "{missing:?} {ID}"
    );
}
