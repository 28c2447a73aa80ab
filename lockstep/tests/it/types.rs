//! The Rust types of every golden contract, compared with a file that the crate `compiled` compiles and tests.
//! `LOCKSTEP_BLESS=1` writes the golden files.

use std::fs;
use std::path::Path;

use lockstep::{emit, output, parse};

#[test]
fn types_are_golden() {
    let contracts = super::golden_contracts();
    let compiled = fs::read_to_string("tests/compiled/src/lib.rs").unwrap();
    for contract in &contracts {
        let module = format!("pub mod {} {{", contract.file_stem().unwrap().to_str().unwrap());
        assert!(
            compiled.contains(&module),
            "the crate lockstep-compiled has no `{module}`"
        );
    }
    let stale: Vec<_> = contracts.iter().filter(|contract| !agrees(contract)).collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; LOCKSTEP_BLESS=1 writes the golden files"
    );
}

/// Whether the golden file is what is generated now.
fn agrees(contract: &Path) -> bool {
    let api = parse::parse(contract).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let golden = contract.with_extension("").join("types.rs");
    let source = emit::types::emit(&api, &output::header(contract));
    let source = output::format_rust(&golden, &source, contract.parent().unwrap()).unwrap();
    if std::env::var_os("LOCKSTEP_BLESS").is_some() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(&golden, &source).unwrap();
    }
    fs::read_to_string(&golden).unwrap_or_default() == source
}
