//! Contracts that cannot be done are refused with every error, its place and a hint.

use std::path::Path;

#[test]
fn every_rejected_contract_lists_its_errors() {
    let contracts = super::contracts("rejected");
    assert!(contracts.len() > 40);
    for path in contracts {
        let errors = lockstep::parse::parse(&path).expect_err(&format!("{} was accepted", path.display()));
        super::assert_golden(&path.with_extension("txt"), &super::listed(&errors));
    }
}

#[test]
fn a_missing_contract_is_an_error() {
    let errors = lockstep::parse::parse(Path::new("tests/rejected/no-such-file.yaml")).unwrap_err();
    assert_eq!(
        errors.iter().map(|error| error.code).collect::<Vec<_>>(),
        ["unreadable"]
    );
}

/// Every code that the parser has is shown by a contract that is refused for it.
#[test]
fn every_code_has_a_rejected_contract() {
    let goldens = super::contracts("rejected")
        .into_iter()
        .map(|path| path.with_extension("txt"));
    let shown: String = goldens.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let sources = ["src/parse", "src/source"]
        .into_iter()
        .flat_map(|directory| std::fs::read_dir(directory).unwrap());
    let code = regex::Regex::new(r#""((?:unsupported|ref|union|yaml|all-of|problem|missing|unknown|wrong|duplicate|several|path|pattern|empty|default|text|bytes|nullable|infinite|ambiguous|name|reserved|mixed|misplaced|required|undocumented|no|error|unexpected|not|alias|operation|syntax|too|null)-[a-z-]+)""#).unwrap();
    let mut unseen = Vec::new();
    for source in sources {
        let text = std::fs::read_to_string(source.unwrap().path()).unwrap();
        for found in code.captures_iter(&text) {
            if !shown.contains(&format!("error[{}]", &found[1])) {
                unseen.push(found[1].to_owned());
            }
        }
    }
    // A document of 16 MiB, and the nesting that `hostile` tries.
    unseen.retain(|code| !["too-large", "too-deep"].contains(&code.as_str()));
    assert!(unseen.is_empty(), "no rejected contract shows {unseen:?}");
}
