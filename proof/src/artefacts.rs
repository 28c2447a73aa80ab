//! Every contract of this repository with what was made of it: the Rust types, as `schemars` and `utoipa` describe them
//! and as servers and clients read them, and the TypeScript module. The types are found by the build script.

use lockstep_runtime::Operation;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};
use utoipa::OpenApi as _;

/// A contract and what was made of it.
#[derive(Debug)]
pub struct Artefacts {
    /// The contract, from the root of the workspace.
    pub contract: &'static str,
    /// Its types in Rust. Those that are aliases have no description of their own.
    pub types: Vec<&'static str>,
    /// What `schemars` says of the types.
    pub schemars: Value,
    /// The server's own document, by `utoipa`.
    pub utoipa: Value,
    /// The server's table of operations.
    pub operations: &'static [&'static Operation],
}

impl Artefacts {
    /// Where the TypeScript module is, from the root of the workspace.
    pub fn typescript(&self) -> String {
        match self.contract.strip_suffix(".yaml") {
            Some(golden) if golden.contains('/') => format!("{golden}/index.ts"),
            _ => "ts-types/src/index.ts".to_owned(),
        }
    }
}

macro_rules! registry {
    ($($contract:literal, $types:path, $api:path, [$($name:ident),* $(,)?];)*) => {
        /// Every contract of this repository.
        ///
        /// # Errors
        /// Where what utoipa or schemars derived is no JSON.
        pub fn all() -> serde_json::Result<Vec<Artefacts>> {
            Ok(vec![$({
                use $types as types;
                use $api as api;
                let mut generator = SchemaGenerator::default();
                $(describe::<types::$name>(&mut generator);)*
                Artefacts {
                    contract: $contract,
                    types: vec![$(stringify!($name)),*],
                    schemars: json!({ "$defs": generator.take_definitions(true) }),
                    utoipa: serde_json::to_value(api::Document::openapi())?,
                    operations: api::OPERATIONS,
                }
            }),*])
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

fn describe<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}
