//! Findings of style.

use std::path::Path;

#[test]
fn every_rule_finds_something() {
    let path = Path::new("tests/linted/findings.yaml");
    let api = lockstep::parse::parse(path).unwrap_or_else(|errors| panic!("{}", super::listed(&errors)));
    let mut findings = lockstep::parse::component_findings(path).unwrap();
    findings.extend(lockstep::lint::lint(&api));
    findings.sort();
    super::assert_golden(&path.with_extension("txt"), &super::listed(&findings));
}

#[test]
fn the_contract_of_this_repository_has_no_findings() {
    let path = Path::new("../openapi.yaml");
    let api = lockstep::parse::parse(path).unwrap();
    let mut findings = lockstep::parse::component_findings(path).unwrap();
    findings.extend(lockstep::lint::lint(&api));
    assert!(findings.is_empty(), "{}", super::listed(&findings));
}
