//! The resolved contract as plain data: what the emitters read and the parser makes.
//! No rendering and no decisions about languages live here, only what the document says.
//!
//! Nothing depends on the order of the document's mappings: where YAML has a list, its order is kept; everything else is
//! sorted.

mod operations;
mod types;

pub use operations::*;
pub use types::*;

/// A whole contract: everything is resolved, named and ordered, so that emitters take no decisions.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`, or empty.
    pub description: String,
    /// The tags that have operations, in the order of the document's `tags`; every operation is in exactly one of them.
    pub tags: Vec<Tag>,
    /// Security schemes in use, sorted by name.
    pub schemes: Vec<SecurityScheme>,
    /// Every role named in a security requirement, sorted.
    pub roles: Vec<String>,
    /// Every named type, sorted by name: component schemas and inline objects, enums and unions.
    pub types: Vec<TypeDef>,
    /// Every operation, sorted by path and then by method.
    pub operations: Vec<Operation>,
}

/// A tag: one handler trait.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The tag as the document writes it.
    pub name: String,
    /// Its description, or empty.
    pub docs: String,
}

impl Api {
    /// The type of this name. Every name that the model mentions is defined: the parser has checked it.
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types
            .binary_search_by(|def| def.name.as_str().cmp(name))
            .ok()
            .and_then(|at| self.types.get(at))
    }
}
