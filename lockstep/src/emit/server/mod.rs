//! The server half of a contract: a trait per tag, entry points that call it, routes, the table of operations and the
//! document by utoipa. Types are the `types` emitter's; nothing here decides what the contract means.

mod answers;
mod authorise;
mod document;
mod entry;
mod operations;
mod params;
mod path;
mod refusals;
mod routes;
mod security;
mod traits;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::types::{resolve, rust_type};
use crate::model::{Api, Operation, Tag, TextFormat, TextType, Type};
use crate::names;

/// The files of the server half, not yet formatted, by their paths in its directory. Each begins with `header` (comment
/// lines, or nothing). `types` is the absolute path of the module with the contract's types, such as `spaces_contract`.
pub fn emit(api: &Api, types: &str, header: &str) -> Vec<(PathBuf, String)> {
    let server = Server { api, types };
    let mut files = vec![
        ("mod.rs".to_owned(), server.root()),
        ("document.rs".to_owned(), document::emit(&server)),
        ("operations.rs".to_owned(), operations::emit(api)),
        ("routes/mod.rs".to_owned(), routes::emit(&server)),
    ];
    if !api.schemes.is_empty() {
        files.push(("security.rs".to_owned(), security::emit(api)));
    }
    for (tag, operations) in server.tags() {
        let module = module(tag);
        files.push((format!("routes/{module}.rs"), entry::emit(&server, tag, &operations)));
        files.push((format!("{module}.rs"), traits::emit(&server, tag, &operations)));
    }
    files
        .into_iter()
        .map(|(path, text)| (PathBuf::from(path.replace("r#", "")), format!("{header}{text}")))
        .collect()
}

/// Modules of the server half that are no tag's.
const MODULES: [&str; 4] = ["document", "operations", "routes", "security"];

/// Names that the files of a tag use for something else, so that a type of the contract is written with its path.
const TAKEN: [&str; 14] = [
    "Answer",
    "Call",
    "Failure",
    "Forbidden",
    "HeaderName",
    "HttpRequest",
    "HttpResponse",
    "Input",
    "InternalError",
    "Payload",
    "Reply",
    "Role",
    "Security",
    "Unauthorized",
];

/// The contract, and where its types live.
struct Server<'a> {
    api: &'a Api,
    types: &'a str,
}

impl<'a> Server<'a> {
    /// The tags that have operations.
    fn tags(&self) -> Vec<(&'a Tag, Vec<&'a Operation>)> {
        let of = |tag: &'a Tag| {
            self.api
                .operations
                .iter()
                .filter(|operation| operation.tag == tag.name)
                .collect()
        };
        let tags = self.api.tags.iter().map(|tag| (tag, of(tag)));
        tags.filter(|(_, operations): &(_, Vec<_>)| !operations.is_empty())
            .collect()
    }

    /// `mod.rs`.
    fn root(&self) -> String {
        let modules: Vec<_> = self.tags().into_iter().map(|(tag, _)| module(tag)).collect();
        let mut text = format!(
            "//! The server half of {} {}, generated from its OpenAPI document.\n\
             //! An application implements the traits, and [`configure`] is the only way to mount them.\n\n\
             mod document;\nmod operations;\nmod routes;\n",
            self.api.title, self.api.version
        );
        let secured = !self.api.schemes.is_empty();
        if secured {
            text += "mod security;\n";
        }
        text += &modules
            .iter()
            .map(|module| format!("mod {module};\n"))
            .collect::<String>();
        text += "\npub use document::Document;\npub use operations::*;\npub use routes::configure;\n";
        if secured {
            text += &format!("pub use security::{{{}}};\n", security::exports(self.api).join(", "));
        }
        text + &modules
            .iter()
            .map(|module| format!("pub use {module}::*;\n"))
            .collect::<String>()
    }

    /// How a type of the contract is written in the files of a tag.
    fn rust(&self, ty: &Type) -> String {
        match ty {
            Type::Named(name) if self.is_taken(name) => format!("{}::{name}", self.types),
            Type::Text(TextType {
                format: TextFormat::Password,
                ..
            }) => "runtime::Secret".to_owned(),
            Type::Array(array) => format!("Vec<{}>", self.rust(&array.items)),
            Type::Map(map) => format!("std::collections::BTreeMap<String, {}>", self.rust(&map.values)),
            Type::Nullable(inner) => format!("Option<{}>", self.rust(inner)),
            _ => rust_type(ty),
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        let generated = |operation: &Operation| {
            let id = names::pascal(&operation.id);
            ["Params", "Answer", "Refusal"]
                .iter()
                .any(|part| name.strip_prefix(&id) == Some(*part))
        };
        let header = |operation: &Operation| {
            let mut headers = operation.answers().flat_map(|(_, response)| &response.headers);
            headers.any(|header| names::screaming(&header.name.to_ascii_lowercase()) == name)
        };
        TAKEN.contains(&name)
            || self.api.operations.iter().any(header)
            || self.api.tags.iter().any(|tag| traits::name(tag) == name)
            || self.api.operations.iter().any(generated)
    }

    /// The line that imports the types of the contract among these.
    fn import<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> String {
        let mut named = BTreeSet::new();
        types.into_iter().for_each(|ty| self.collect(ty, &mut named));
        if named.is_empty() {
            return String::new();
        }
        format!(
            "use {}::{{{}}};\n",
            self.types,
            named.into_iter().collect::<Vec<_>>().join(", ")
        )
    }

    fn collect<'t>(&self, ty: &'t Type, named: &mut BTreeSet<&'t str>) {
        match ty {
            Type::Named(name) if !self.is_taken(name) => drop(named.insert(name)),
            Type::Array(array) => self.collect(&array.items, named),
            Type::Map(map) => self.collect(&map.values, named),
            Type::Nullable(inner) => self.collect(inner, named),
            _ => {}
        }
    }

    /// A type without its arrays and maps, with aliases followed all the way.
    fn parts<'t>(&'t self, ty: &'t Type) -> Vec<&'t Type> {
        match self.resolve(ty) {
            Type::Array(array) => self.parts(&array.items),
            Type::Map(map) => match self.resolve(&map.values) {
                // utoipa sees another type there, which is not imported.
                Type::Nullable(inner) if matches!(self.resolve(inner), Type::Named(_)) => Vec::new(),
                values => self.parts(values),
            },
            Type::Nullable(inner) => self.parts(inner),
            part => vec![part],
        }
    }

    fn resolve<'t>(&'t self, ty: &'t Type) -> &'t Type {
        resolve(self.api, ty)
    }
}

/// The module of a tag.
fn module(tag: &Tag) -> String {
    let name = names::rust_value(&tag.name);
    if MODULES.contains(&name.as_str()) {
        format!("{name}_tag")
    } else {
        name
    }
}

/// The types of bodies in answers that are no problems.
fn answer_types(operation: &Operation) -> impl Iterator<Item = &Type> {
    operation
        .answers()
        .filter_map(|(_, response)| response.body.as_ref())
        .map(|body| &body.ty)
}
