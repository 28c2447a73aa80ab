//! Lists the types of every contract in Rust, so that none is forgotten where all of them are described. It reads the
//! generated files as text: what is public there, and no alias.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let workspace = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    let goldens = workspace.join("lockstep/tests/accepted");
    println!("cargo::rerun-if-changed={}", goldens.display());
    let mut contracts: Vec<_> = std::fs::read_dir(&goldens)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    contracts.sort();
    let mut registry = String::from("registry! {\n");
    types(
        &mut registry,
        "openapi.yaml",
        "spaces_contract",
        "spaces_server::api",
        &workspace.join("contract/src/lib.rs"),
    );
    for directory in contracts {
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let module = format!("lockstep_compiled::{name}");
        let contract = format!("lockstep/tests/accepted/{name}.yaml");
        types(
            &mut registry,
            &contract,
            &format!("{module}::types"),
            &format!("{module}::api"),
            &directory.join("types.rs"),
        );
    }
    registry.push_str("}\n");
    let output = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("registry.rs");
    if let Err(error) = std::fs::write(&output, registry) {
        println!("cargo::error={}: {error}", output.display());
    }
}

/// Adds a contract with its types.
fn types(registry: &mut String, contract: &str, types: &str, api: &str, source: &Path) {
    println!("cargo::rerun-if-changed={}", source.display());
    let text = std::fs::read_to_string(source).unwrap_or_default();
    let declared = |line: &str| {
        let rest = line
            .strip_prefix("pub struct ")
            .or_else(|| line.strip_prefix("pub enum "))?;
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        Some(name)
    };
    // What the runtime owns, wherever a contract has it.
    let imported = text
        .lines()
        .find_map(|line| line.strip_prefix("pub use lockstep_runtime::"))
        .unwrap_or_default();
    let owned = ["Problem", "Violation", "ViolationPlace"];
    let owned = owned
        .into_iter()
        .filter(|name| imported.split(|c: char| !c.is_alphanumeric()).any(|one| one == *name));
    let names: Vec<_> = text
        .lines()
        .filter_map(declared)
        .chain(owned.map(str::to_owned))
        .collect();
    let _ = writeln!(registry, "    {contract:?}, {types}, {api}, [{}];", names.join(", "));
}
