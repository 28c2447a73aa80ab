//! The proof as `make test` runs it: every description of every artefact is what the contract says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod travel;

use std::path::{Path, PathBuf};

use spaces_proof::proof::Proof;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn contract_rust_document_and_typescript_say_the_same() {
    let proof = Proof::load(&workspace()).unwrap();
    let verdicts = proof.verdicts(&workspace()).unwrap();
    for verdict in &verdicts {
        assert!(verdict.comparison.differences.is_empty(), "{verdict}");
        assert!(!verdict.comparison.schemas.is_empty(), "{verdict}");
    }
    assert_eq!(
        proof.needless(&verdicts),
        Vec::<&spaces_proof::ledger::Entry>::new(),
        "the ledger excuses nothing more"
    );
}
