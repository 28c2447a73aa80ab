//! The proof as `make test` runs it: every description of every artefact is what the contract says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod travel;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use spaces_proof::proof::Proof;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is derived takes Node a while.
static PROOF: LazyLock<Proof> = LazyLock::new(|| Proof::load(&workspace()).unwrap());

#[test]
fn contract_rust_document_and_typescript_say_the_same() {
    let proof = &*PROOF;
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
