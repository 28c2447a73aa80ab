//! The Rust client: progenitor makes a builder per operation from the lowered view, and this module puts the contract's
//! own words, requests and answers into it. Nothing here decides what the contract means.

mod answer;
mod request;
mod security;
mod shell;
mod tidy;

use std::collections::BTreeMap;

use progenitor::{CrateVers, GenerationSettings, Generator, InterfaceStyle};
use syn::{ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct};

use crate::lower;
use crate::model::{Api, Operation};
use crate::names;
use crate::source::Diagnostic;

/// The methods that every client has.
const METHODS: [&str; 4] = ["authorise", "clone", "new", "with_client"];
/// The types that builders mention.
const BUILDERS: [&str; 18] = [
    "ByteStream",
    "Client",
    "Err",
    "Error",
    "HeaderMap",
    "HeaderValue",
    "None",
    "Ok",
    "Option",
    "QueryParam",
    "ResponseValue",
    "Result",
    "Scheme",
    "Some",
    "StatusCode",
    "String",
    "TryInto",
    "Vec",
];

/// Why a client could not be made: always a defect of the generator, for every contract that parses has a client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The lowered view is no OpenAPI 3.0 document.
    #[error("the lowered view is not OpenAPI 3.0: {0}")]
    View(#[from] serde_json::Error),
    /// progenitor refused the lowered view.
    #[error("progenitor refused the lowered view: {0}")]
    Progenitor(#[from] progenitor::Error),
    /// Text that should be Rust is not.
    #[error("the client is not Rust: {0}")]
    Syntax(#[from] syn::Error),
    /// progenitor's output has another shape than the pinned version's.
    #[error("progenitor made no {0}")]
    Missing(String),
}

/// The text of a client of this contract, beginning with `header` (comment lines, or nothing). `types` is the path of
/// the module with the contract's Rust types, as in `spaces_contract` or `super::types`.
///
/// # Errors
///
/// See [`enum@Error`].
pub fn emit(api: &Api, types: &str, header: &str) -> Result<String, Error> {
    let mut parts = Parts::generate(api)?;
    let mut builders = Vec::new();
    for operation in &api.operations {
        builders.extend(parts.builder(operation)?);
    }
    let mut root = security::render(api);
    for tag in &api.tags {
        root += &shell::methods(tag, api.operations.iter().filter(|operation| operation.tag == tag.name));
    }
    root += &answer::enums(api);
    Ok(shell::file(api, types, header, &root, &shell::builders(builders)))
}

/// Operations whose names the client needs for something else.
pub fn check(api: &Api) -> Vec<Diagnostic> {
    let setters: Vec<String> = api.schemes.iter().map(security::setter_name).collect();
    let is_taken = |operation: &&Operation| {
        let method = names::rust_value(&operation.id);
        let builder = names::pascal(&operation.id);
        METHODS.contains(&method.as_str()) || setters.contains(&method) || BUILDERS.contains(&builder.as_str())
    };
    let diagnostic = |operation: &Operation| Diagnostic {
        place: operation.place.clone(),
        code: "name-collision",
        message: format!("the client needs the name of `{}` for itself", operation.id),
        hint: "Say what it does to what, as in `createSpace`.".to_owned(),
    };
    api.operations.iter().filter(is_taken).map(diagnostic).collect()
}

/// What is kept of progenitor's output: a struct and its methods per operation.
struct Parts {
    structs: BTreeMap<String, ItemStruct>,
    impls: BTreeMap<String, ItemImpl>,
}

impl Parts {
    fn generate(api: &Api) -> Result<Self, Error> {
        let mut settings = GenerationSettings::new();
        settings
            .with_interface(InterfaceStyle::Builder)
            .with_crate(lower::TYPES, CrateVers::Any, None)
            .with_crate(lower::ANSWERS, CrateVers::Any, None);
        let file = syn::parse2::<syn::File>(Generator::new(&settings).generate_tokens(&lower::lower(api)?)?)?;
        let items = file.items.into_iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == "builder" => module.content.map(|(_, items)| items),
            _ => None,
        });
        let mut parts = Self {
            structs: BTreeMap::new(),
            impls: BTreeMap::new(),
        };
        for item in items.ok_or_else(|| Error::Missing("module `builder`".to_owned()))? {
            match item {
                Item::Struct(item) => drop(parts.structs.insert(item.ident.to_string(), item)),
                Item::Impl(item) => drop(parts.impls.insert(tidy::self_name(&item), item)),
                _ => {}
            }
        }
        Ok(parts)
    }

    /// The builder of one operation, finished.
    fn builder(&mut self, operation: &Operation) -> Result<[Item; 2], Error> {
        let name = names::pascal(&operation.id);
        let missing = || Error::Missing(format!("builder `{name}`"));
        let mut item = self.structs.remove(&name).ok_or_else(missing)?;
        let mut implementation = self.impls.remove(&name).ok_or_else(missing)?;
        item.attrs = tidy::docs(&format!(
            "Arguments of [`Client::{0}`].",
            names::rust_value(&operation.id)
        ));
        item.attrs.push(syn::parse_quote!(#[derive(Debug)]));
        for method in implementation.items.iter_mut().filter_map(as_fn) {
            finish(operation, method)?;
        }
        if operation.body.as_ref().is_some_and(|body| !body.required) {
            tidy::make_body_optional(&mut item, &mut implementation);
        }
        if let Some(method) = answer::send_if_modified(operation, &implementation)? {
            implementation.items.push(method);
        }
        tidy::tidy(operation, &mut item, &mut implementation);
        Ok([Item::Struct(item), Item::Impl(implementation)])
    }
}

fn as_fn(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    }
}

/// Puts the contract into one method of a builder: its docs, and into `send` the request and the answers.
fn finish(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    let name = method.sig.ident.to_string();
    method.attrs = match name.as_str() {
        "new" => {
            method.vis = syn::parse_quote!(pub(super));
            Vec::new()
        }
        "send" => {
            // Progenitor's own statements end where the arguments are unpacked.
            let unpacked = method
                .block
                .stmts
                .iter()
                .take_while(|statement| !tidy::binds(statement, "url"))
                .count();
            method.block.stmts.truncate(unpacked);
            method
                .block
                .stmts
                .extend(tidy::statements(&request::render(operation))?);
            method.block.stmts.extend(tidy::statements(&answer::decode(operation))?);
            tidy::docs("Sends the request.")
        }
        "body" => tidy::docs(operation.body.as_ref().map_or("", |body| &body.docs)),
        argument => tidy::docs(&request::argument_docs(operation, argument)),
    };
    if method.attrs.is_empty() && name != "new" {
        method.attrs = tidy::docs(&format!("Sets `{name}`."));
    }
    Ok(())
}
