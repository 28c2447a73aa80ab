//! The proof as `make test` runs it: every description of every artefact is what the contract says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod travel;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use spaces_proof::proof::{self, Proof};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is derived from all artefacts: once for all tests.
fn proof() -> &'static Proof {
    static PROOF: LazyLock<Proof> = LazyLock::new(|| Proof::load(&workspace()).unwrap());
    &PROOF
}

#[test]
fn contract_rust_document_and_typescript_say_the_same() {
    let verdicts = proof().verdicts(&workspace()).unwrap();
    for verdict in &verdicts {
        assert!(verdict.comparison.differences.is_empty(), "{verdict}");
        // The server's table has no schemas, and the types by themselves have no operations.
        let compared = verdict.comparison.schemas.len() + verdict.comparison.operations.len();
        assert!(compared > 0, "{verdict}");
    }
    assert_eq!(
        proof().needless(&verdicts),
        Vec::<&spaces_proof::ledger::Entry>::new(),
        "the ledger excuses nothing more"
    );
}

#[test]
fn the_readme_shows_what_equality_says_of_a_changed_contract() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, session) = readme.split_once("equality --contract changed.yaml\n").unwrap();
    let (session, _) = session.split_once("```").unwrap();
    let contract = std::fs::read_to_string(workspace().join("openapi.yaml")).unwrap();
    let changed = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    std::fs::write(
        &changed,
        contract.replace("      maxLength: 200\n", "      maxLength: 180\n"),
    )
    .unwrap();
    let verdicts = proof().compare("openapi.yaml", &proof::read(changed.path()).unwrap());
    let of_types: Vec<_> = verdicts.iter().filter(|verdict| verdict.artefact != "routes").collect();
    assert_eq!(of_types.len(), 3);
    for verdict in of_types {
        let said = verdict.to_string();
        for line in session.lines().filter(|line| *line != "...") {
            assert!(said.lines().any(|it| it == line), "{line:?} is not in {said}");
        }
    }
}
