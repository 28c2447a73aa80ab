//! Writes the contract as JSON, in the order of the YAML, for `/openapi.json`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let contract = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../openapi.yaml");
    println!("cargo::rerun-if-changed={}", contract.display());
    let document: serde_norway::Value = serde_norway::from_str(&fs::read_to_string(contract)?)?;
    let json = Path::new(&env::var("OUT_DIR")?).join("openapi.json");
    fs::write(json, serde_json::to_vec(&document)?)?;
    Ok(())
}
