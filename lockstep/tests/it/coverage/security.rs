//! Credentials: which cells there are, and which requests they are seen in.

use super::{bare, lines, refused};
use lockstep::coverage::{Level, Report, coverage};
use serde_json::{Value, json};
use std::path::Path;

fn judged(name: &str, entries: &[Value]) -> Report {
    let contract = Path::new("tests/covered/guarded.yaml");
    coverage(contract, &[lines(name, entries)], None, Level::Constraints).unwrap()
}

fn with_header(mut entry: Value, name: &str, value: &str) -> Value {
    entry["request"]["headers"] = json!([{ "name": name, "value": value }]);
    entry
}

fn unauthorized(entry: Value) -> Value {
    let mut entry = refused(entry, 401, &[]);
    entry["response"]["headers"] = json!([{ "name": "WWW-Authenticate", "value": "Bearer" }]);
    entry
}

fn seen(report: &Report, operation: &str) -> Vec<(String, u64)> {
    let found = report.operations.iter().find(|one| one.operation == operation).unwrap();
    found.security.clone().into_iter().collect()
}

#[test]
fn credentials_are_seen_accepted_and_rejected_and_absent() {
    let cells =
        |names: [&str; 3], counts: [u64; 3]| names.map(str::to_owned).into_iter().zip(counts).collect::<Vec<_>>();
    let closed = [
        "credentials accepted",
        "credentials rejected",
        "no credentials rejected",
    ];
    let ajar = [
        "credentials accepted",
        "credentials rejected",
        "no credentials accepted",
    ];
    let nothing = judged("security-none", &[]);
    assert_eq!(seen(&nothing, "goIn"), []);
    assert_eq!(seen(&nothing, "unlock"), cells(closed, [0; 3]));
    assert_eq!(seen(&nothing, "knock"), cells(ajar, [0; 3]));
    let missing = |report: &Report, cell: &str| report.missing.iter().filter(|one| one.cell == cell).count();
    assert_eq!(missing(&nothing, "credentials accepted"), 2);

    let bearer = |status| with_header(bare("GET", "/closed", status), "Authorization", "Bearer x");
    let report = judged(
        "security-all",
        &[
            bearer(204),
            bearer(204),
            unauthorized(bearer(401)),
            unauthorized(bare("GET", "/closed", 401)),
            // Whoever may not do it has credentials, which say who they are: neither taken nor refused.
            refused(bearer(403), 403, &[]),
            bare("GET", "/ajar", 204),
            bare("GET", "/ajar?key=1", 204),
            unauthorized(with_header(bare("GET", "/ajar", 401), "cookie", "a=b; pass=1")),
        ],
    );
    assert!(report.contradictions.is_empty(), "{report}");
    assert_eq!(seen(&report, "unlock"), cells(closed, [2, 1, 1]));
    assert_eq!(seen(&report, "knock"), cells(ajar, [1, 1, 1]));
    assert_eq!(missing(&report, "credentials accepted"), 0);
    assert!(
        report.to_string().contains("security: credentials accepted ×2"),
        "{report}"
    );
}

#[test]
fn a_key_in_the_query_is_known_and_nothing_else_is() {
    let unknown = refused(bare("GET", "/ajar?lock=1", 422), 422, &[("query", "/lock")]);
    let report = judged("security-query", &[unknown, bare("GET", "/ajar?key=1", 204)]);
    assert!(report.contradictions.is_empty(), "{report}");
    let found = report.operations.iter().find(|one| one.operation == "knock").unwrap();
    let sides = found.constraints["query additionalProperties"];
    assert_eq!((sides.accepted, sides.rejected), (1, 1));
    // It does not document 422, so nothing says that it looks.
    let open = report.operations.iter().find(|one| one.operation == "goIn").unwrap();
    assert!(open.constraints.is_empty(), "{open:?}");
    let accepted = judged("security-unknown", &[bare("GET", "/ajar?lock=1", 204)]);
    assert_eq!(accepted.contradictions[0].code, "accepted-violation");
}
