//! The contract of this repository reads into the model.

use std::path::Path;

#[test]
fn the_contract_of_this_repository_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    let api = lockstep::parse::parse(&path).unwrap_or_else(|errors| {
        panic!(
            "{}",
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        )
    });
    assert!(api.type_def("Space").is_some());
}
