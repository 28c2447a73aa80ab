//! The verdicts on source against the code that is really generated, for every row of every table: source breaks exactly
//! where something that the old code declared is no longer declared as it was.

use super::{B, C, N, Row, base, edited, parse};
use lockstep::emit;
use lockstep::model::Api;
use quote::ToTokens;
use std::collections::BTreeSet;
use std::path::Path;
use syn::{Fields, ImplItem, Item, Visibility};

/// Everything that Rust source can use, each as its declaration without docs and bodies.
fn rust(api: &Api) -> BTreeSet<String> {
    let types = emit::types::emit(api, "");
    let client = emit::client::emit(api, "types", "").unwrap();
    let mut found = BTreeSet::new();
    for text in [types, client] {
        declarations("", syn::parse_file(&text).unwrap().items, &mut found);
    }
    found
}

fn declarations(within: &str, items: Vec<Item>, found: &mut BTreeSet<String>) {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    for item in items {
        match item {
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items).unwrap_or_default();
                declarations(&format!("{within}{}::", module.ident), items, found);
            }
            Item::Struct(mut item) if is_public(&item.vis) => {
                item.attrs.clear();
                // What is private can change; what is not can be written out.
                match &mut item.fields {
                    Fields::Named(fields) if fields.named.iter().any(|field| !is_public(&field.vis)) => {
                        item.fields = Fields::Unit;
                    }
                    fields => fields.iter_mut().for_each(|field| field.attrs.clear()),
                }
                found.insert(format!("{within}{}", item.to_token_stream()));
            }
            Item::Enum(mut item) if is_public(&item.vis) => {
                item.attrs.clear();
                item.variants.iter_mut().for_each(|variant| variant.attrs.clear());
                let mut variants: Vec<_> = item
                    .variants
                    .iter()
                    .map(|one| one.to_token_stream().to_string())
                    .collect();
                variants.sort();
                found.insert(format!("{within}enum {} {}", item.ident, variants.join(", ")));
            }
            Item::Type(mut item) if is_public(&item.vis) => {
                item.attrs.clear();
                found.insert(format!("{within}{}", item.to_token_stream()));
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let owner = item.self_ty.to_token_stream();
                for method in item.items {
                    let ImplItem::Fn(method) = method else { continue };
                    if is_public(&method.vis) {
                        let mut signature = method.sig.to_token_stream().to_string();
                        // Every integer becomes every other.
                        signature = signature.replace("TryInto < i64 >", "TryInto < i32 >");
                        found.insert(format!("{within}{owner}::{signature}"));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The lines of the TypeScript module, without comments, the table of how operations travel, and their order.
fn typescript(api: &Api) -> Vec<String> {
    let text = emit::typescript::emit(api, "");
    let comments = regex::Regex::new(r"(?s)/\*\*.*?\*/").unwrap();
    let text = comments.replace_all(&text, "");
    let (before, rest) = text.split_once("export const operations = {").unwrap();
    let (_, after) = rest.split_once("} as const;").unwrap();
    let lines = before.lines().chain(after.lines()).map(str::trim);
    let mut lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// What can be used of a contract.
struct Surface {
    rust: BTreeSet<String>,
    typescript: Vec<String>,
}

impl Surface {
    fn of(contract: &Path) -> Self {
        let api = parse(contract).unwrap();
        Self {
            rust: rust(&api),
            typescript: typescript(&api),
        }
    }
}

fn wrong(row: &Row, before: &Surface) -> Option<String> {
    let after = Surface::of(&edited("v3_1", row.name, row.edits));
    let [_, for_rust, for_typescript] = row.verdicts;
    let lost: Vec<_> = before.rust.difference(&after.rust).collect();
    let won: Vec<_> = after.rust.difference(&before.rust).collect();
    if lost.is_empty() == (for_rust == B) || for_rust == N && !won.is_empty() {
        return Some(format!("{}, Rust {for_rust}: lost {lost:#?}, won {won:#?}", row.name));
    }
    // That something is deprecated is said in comments only.
    let silent = row.found.0 == "deprecated" && for_typescript == C;
    if (before.typescript == after.typescript) != (for_typescript == N || silent) {
        let changes = crate::diff(&before.typescript.join("\n"), &after.typescript.join("\n"));
        return Some(format!("{}, TypeScript {for_typescript}:\n{changes}", row.name));
    }
    None
}

/// The twins generate the same, so that one of them will do.
#[test]
fn verdicts_on_source_are_about_what_is_generated() {
    let before = Surface::of(&base("v3_1"));
    let rows = super::requests::rows()
        .chain(super::responses::rows())
        .chain(super::mutations::rows());
    let wrongs: Vec<_> = rows.filter_map(|row| wrong(row, &before)).collect();
    assert!(wrongs.is_empty(), "{} wrong\n\n{}", wrongs.len(), wrongs.join("\n"));
}
