//! The Rust types of a contract, one file: structs, enums, unions, constrained scalars and aliases, in the model's order,
//! each followed by how it is read from a request. Operations and anything of HTTP are other emitters' matter.

mod attributes;
mod decode;
mod defaults;
mod fields;
mod graph;
mod literals;
mod objects;
mod rust_type;
mod scalars;
mod unions;

use std::collections::BTreeSet;

use super::one_line;
use crate::model::{Api, Field, Shape, Type, TypeDef};

pub(super) use attributes::{OR_NULL, rules_json, schema_type, utoipa_rules};
pub(super) use decode::{array_rules, body_reader, scalar_rules};
pub(super) use defaults::expression as default_expression;
pub(super) use literals::{json as json_literal, schema_value, text as text_literal};
pub use rust_type::rust_type;

/// Docs are the contract's, and what people write there is no matter of the compiler's.
const LINTS: &str = "\
// The docs are the contract's: Markdown that nobody wrote for rustdoc.
#![allow(rustdoc::bare_urls, rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]
#![allow(clippy::doc_lazy_continuation, clippy::doc_overindented_list_items, clippy::tabs_in_doc_comments)]
";

/// The source of the types of a contract, not yet formatted. `header` is put at the top as it is.
pub fn emit(api: &Api, header: &str) -> String {
    let types: Vec<String> = api
        .types
        .iter()
        .map(|def| declaration(api, def))
        .filter(|text| !text.is_empty())
        .collect();
    let body = types.join("\n");
    let body = format!("{body}{}", or_null(&body));
    format!("{header}{}\n{LINTS}\n{}\n{body}", crate_docs(api), imports(api, &body))
}

/// The types that `utoipa` sees instead of a type or null, if the attributes mention any.
fn or_null(body: &str) -> String {
    let mentions = body.split(attributes::OR_NULL).skip(1);
    let names: BTreeSet<_> = mentions.filter_map(|rest| rest.split('>').next()).collect();
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<_> = names.into_iter().collect();
    format!("\nruntime::or_null!({});\n", names.join(", "))
}

fn crate_docs(api: &Api) -> String {
    format!(
        "//! The types of {} {}, generated from its OpenAPI document and shared by servers and clients.\n\
         //! What requests contain checks the contract's rules as it is read; nothing here knows HTTP.\n",
        one_line(&api.title),
        one_line(&api.version)
    )
}

fn declaration(api: &Api, def: &TypeDef) -> String {
    match &def.shape {
        Shape::Object(object) => objects::emit(api, def, object),
        Shape::Enum(values) => scalars::enumeration(def, values),
        Shape::Union(union) => unions::emit(api, def, union),
        Shape::Alias(ty) if ty.is_constrained() => scalars::newtype(api, def, ty),
        Shape::Alias(ty) => scalars::alias(api, def, ty),
        Shape::Problem | Shape::Violation | Shape::ViolationPlace => String::new(),
    }
}

/// Imports of what the body mentions, and re-exports of what users of the types need from the runtime.
fn imports(api: &Api, body: &str) -> String {
    let mut lines = String::new();
    if body.contains("BTreeMap<") || body.contains("BTreeMap::") {
        lines += "use std::collections::BTreeMap;\n\n";
    }
    if body.contains("runtime::") {
        lines += "use lockstep_runtime as runtime;\n";
    }
    let traits = [
        ("Decode", "Decode"),
        ("Scalar as _", ".from_json("),
        ("TextEnum", "impl TextEnum"),
    ];
    let traits: Vec<_> = traits
        .iter()
        .filter(|(_, use_of)| body.contains(use_of))
        .map(|(name, _)| *name)
        .collect();
    if !traits.is_empty() {
        lines += &format!("use lockstep_runtime::{{{}}};\n", traits.join(", "));
    }
    if body.contains("#[derive(") {
        lines += "use schemars::JsonSchema;\nuse serde::{Deserialize, Serialize};\nuse utoipa::ToSchema;\n";
    }
    if let Some(names) = re_exports(api, body) {
        lines += &format!("\npub use lockstep_runtime::{{{names}}};\n");
    }
    lines
}

fn re_exports(api: &Api, body: &str) -> Option<String> {
    let mut names: Vec<&str> = api
        .types
        .iter()
        .filter_map(|def| match def.shape {
            Shape::Problem => Some("Problem"),
            Shape::Violation => Some("Violation"),
            Shape::ViolationPlace => Some("ViolationPlace"),
            _ => None,
        })
        .collect();
    names.extend(["Patch", "Secret"].into_iter().filter(|name| {
        body.contains(&format!(": {name}")) || body.contains(&format!("<{name}")) || body.contains(&format!("({name})"))
    }));
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The Rust type of a field, as the struct of its owner declares it.
pub(crate) fn field_type(api: &Api, owner: &TypeDef, field: &Field) -> String {
    fields::Member::new(api, owner, field).rust_type()
}

/// What an alias stands for in Rust, followed through further aliases; a constrained scalar is a type of its own.
pub(super) fn resolve<'a>(api: &'a Api, ty: &'a Type) -> &'a Type {
    match ty {
        Type::Named(name) => match api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(target)) if !target.is_constrained() => resolve(api, target),
            _ => ty,
        },
        _ => ty,
    }
}

/// Whether serde must be told how to read the integers that a type consists of. Those with a name of their own know.
pub(super) fn has_integers(api: &Api, ty: &Type) -> bool {
    match resolve(api, ty) {
        Type::Integer(_) => true,
        Type::Array(array) => has_integers(api, &array.items),
        Type::Map(map) => has_integers(api, &map.values),
        Type::Nullable(inner) => has_integers(api, inner),
        _ => false,
    }
}

/// Text as doc comments. A code block without language would be taken for Rust and tested; characters that hide or turn
/// text around are refused by the compiler.
pub(super) fn docs(text: &str, indent: &str) -> String {
    let mut inside = false;
    let mut lines = String::new();
    for line in text.trim().lines() {
        let fence = line.trim_start().starts_with("```");
        let language = if fence && !inside && line.trim() == "```" {
            "text"
        } else {
            ""
        };
        inside ^= fence;
        let line: String = line.chars().filter(|&c| !is_deceptive(c)).collect();
        lines += format!("{indent}/// {}{language}", line.trim_end()).trim_end();
        lines.push('\n');
    }
    lines
}

fn is_deceptive(c: char) -> bool {
    c.is_control() && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The docs of a type, which cannot be empty.
fn type_docs(def: &TypeDef) -> String {
    let text = if def.docs.trim().is_empty() {
        format!("The contract's `{}`.", def.name)
    } else {
        def.docs.clone()
    };
    docs(&text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_stay_docs_whatever_they_say() {
        assert_eq!(docs("a\r\nb \n\n*/ c\r\u{202e}d", ""), "/// a\n/// b\n///\n/// */ cd\n");
        assert_eq!(
            docs("```\nx\n```\n```json\n{}\n```", ""),
            "/// ```text\n/// x\n/// ```\n/// ```json\n/// {}\n/// ```\n"
        );
    }
}
