//! Every contract of this repository with what was made of it: the Rust types, as `schemars` and `utoipa` describe them
//! and as servers and clients read them, and the TypeScript module. The types are found by the build script.

use std::marker::PhantomData;

use lockstep_runtime::{Decode, Operation, Violations, read_json};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::OpenApi as _;

/// A contract and what was made of it.
#[derive(Debug)]
pub struct Artefacts {
    /// The contract, from the root of the workspace.
    pub contract: &'static str,
    /// Its types in Rust. Those that are aliases have no description of their own.
    pub types: Vec<RustType>,
    /// What `schemars` says of the types.
    pub schemars: Value,
    /// The server's own document, by `utoipa`.
    pub utoipa: Value,
    /// The server's table of operations.
    pub operations: &'static [&'static Operation],
}

/// What a reader made of a text: what it writes again, or why it refuses it.
pub type Read = fn(&str) -> Result<String, String>;

/// A type in Rust.
#[derive(Debug)]
pub struct RustType {
    /// Its name.
    pub name: &'static str,
    /// How servers read it; nothing where it is no part of requests.
    pub server: Option<Read>,
    /// How clients read it.
    pub client: Read,
}

/// Finds out how a type is read: of two methods, Rust takes the inherent one, if it is there for the type.
struct Probe<T>(PhantomData<T>);

impl<T: Decode + Serialize> Probe<T> {
    fn server(&self) -> Option<Read> {
        Some(by_server::<T>)
    }
}

trait NotInRequests {
    fn server(&self) -> Option<Read> {
        None
    }
}

impl<T> NotInRequests for Probe<T> {}

fn by_server<T: Decode + Serialize>(text: &str) -> Result<String, String> {
    let mut violations = Violations::default();
    let value = read_json(text.as_bytes(), &mut violations, T::decode).map_err(|malformed| malformed.detail)?;
    let value = value.ok_or_else(|| format!("{violations:?}"))?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

fn by_client<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
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
                    types: vec![$(RustType {
                        name: stringify!($name),
                        server: Probe::<types::$name>(PhantomData).server(),
                        client: by_client::<types::$name>,
                    }),*],
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
