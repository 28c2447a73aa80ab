//! From documents to the model: `parse` reads a contract, checks it and resolves everything, or lists every error.
//! What the languages make of it is decided elsewhere.

mod body;
mod check;
mod direction;
mod keys;
mod naming;
mod object;
mod operation;
mod parameter;
mod paths;
mod problem;
mod refs;
mod scalar;
mod schema;
mod security;
mod statuses;
mod union;
mod usage;

use crate::model::{Api, Operation, Tag, Type, TypeDef};
use crate::names;
use crate::source::{Diagnostic, Entry, Node, Place, Value};
use refs::Documents;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

const ROOT: [&str; 8] = [
    "openapi",
    "info",
    "servers",
    "tags",
    "paths",
    "security",
    "components",
    "externalDocs",
];
const INFO: [&str; 7] = [
    "title",
    "version",
    "summary",
    "description",
    "termsOfService",
    "contact",
    "license",
];
const COMPONENTS: [&str; 7] = [
    "schemas",
    "parameters",
    "headers",
    "responses",
    "requestBodies",
    "securitySchemes",
    "examples",
];

/// Reads a contract.
///
/// # Errors
/// Everything that is wrong with it, sorted by place and without repetition.
pub fn parse(root: &Path) -> Result<Api, Vec<Diagnostic>> {
    let documents = Documents::load(root);
    let document = documents.document(root)?;
    let version = Version::of(document).map_err(|error| vec![error])?;
    let mut context = Context::new(&documents, version);
    let api = context.api(document);
    let mut errors = context.errors;
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(api) } else { Err(errors) }
}

/// Findings of style about components as the document writes them, which the model does not keep: casing, and what
/// nothing refers to. (Whether a schema is used follows from the model.)
///
/// # Errors
/// If the contract cannot be read.
pub fn component_findings(root: &Path) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let documents = Documents::load(root);
    let mut used = BTreeSet::new();
    documents.all().for_each(|document| refs::targets(document, &mut used));
    let components = documents.document(root)?.get("components");
    let tables = components.map(Node::entries).unwrap_or_default().iter();
    let mut findings = Vec::new();
    for table in tables.filter(|table| table.key != "securitySchemes") {
        for Entry { key, key_place, .. } in table.value.entries() {
            let pointer = vec!["components".to_owned(), table.key.clone(), key.clone()];
            if table.key != "schemas" && !used.contains(&(root.to_owned(), pointer)) {
                let message = format!("nothing refers to `{key}` in components.{}", table.key);
                findings.push(Diagnostic::new(
                    key_place,
                    "component-unused",
                    message,
                    "Use it or remove it.",
                ));
            }
            if *key != names::type_name(key) {
                let message = format!("`{key}` in components.{} is not in PascalCase", table.key);
                let hint = format!("Write `{}`.", names::type_name(key));
                findings.push(Diagnostic::new(key_place, "component-name", message, hint));
            }
        }
    }
    Ok(findings)
}

/// The versions of OpenAPI, as far as they differ here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V3_0,
    V3_1,
}

impl Version {
    fn of(document: &Node) -> Result<Self, Diagnostic> {
        let hint = "Begin the document with `openapi: 3.1.0`.";
        let Some(version) = document.get("openapi") else {
            return Err(Diagnostic::new(
                &document.place,
                "not-openapi",
                "there is no `openapi` version",
                hint,
            ));
        };
        match version.as_str() {
            Some(text) if text.starts_with("3.0.") => Ok(Self::V3_0),
            Some(text) if text.starts_with("3.1.") => Ok(Self::V3_1),
            _ => {
                let message = "only OpenAPI 3.0 and 3.1 are read; the version is a string such as 3.1.0";
                Err(Diagnostic::new(&version.place, "not-openapi", message, hint))
            }
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
        }
    }
}

/// Which direction a field travels in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Both,
    /// In responses only.
    ReadOnly,
    /// In requests only.
    WriteOnly,
}

impl Access {
    fn or(self, other: Self) -> Self {
        if self == Self::Both { other } else { self }
    }
}

/// What is known while a contract is read. Methods are beside what they read.
struct Context<'d> {
    documents: &'d Documents,
    version: Version,
    errors: Vec<Diagnostic>,
    /// The names of schemas, by where they stand.
    names: BTreeMap<Place, String>,
    /// Where the schema of a name stands.
    owners: BTreeMap<String, Place>,
    /// Schemas that have a name, and wait for their definition.
    queue: VecDeque<(&'d Node, String)>,
    types: BTreeMap<String, TypeDef>,
    /// Fields, by type and name, that travel in one direction only.
    access: BTreeMap<(String, String), Access>,
    /// The variants, by union and type, whose tags are not settled yet.
    pending: BTreeMap<(String, String), union::PendingTags>,
    declared_schemes: BTreeSet<String>,
    /// The types of headers, which must turn out to be scalars, and where they stand.
    scalar_places: Vec<(Type, Place)>,
    /// Types that requests contain although nothing mentions them any more: aliases of arrays in parameters.
    also_sent: Vec<String>,
}

impl<'d> Context<'d> {
    fn new(documents: &'d Documents, version: Version) -> Self {
        Self {
            documents,
            version,
            errors: Vec::new(),
            names: BTreeMap::new(),
            owners: BTreeMap::new(),
            queue: VecDeque::new(),
            types: BTreeMap::new(),
            access: BTreeMap::new(),
            pending: BTreeMap::new(),
            declared_schemes: BTreeSet::new(),
            scalar_places: Vec::new(),
            also_sent: Vec::new(),
        }
    }

    fn error(&mut self, place: &Place, code: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.errors.push(Diagnostic::new(place, code, message, hint));
    }

    /// The node that a `$ref` leads to, and its name there.
    fn resolved(&mut self, reference: &Node) -> Option<(&'d Node, Option<String>)> {
        match self.documents.resolve(reference) {
            Ok(found) => Some(found),
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        }
    }

    /// A part that is no schema, through its `$ref` if it has one; and the name under which it is defined.
    fn component_named(&mut self, node: &'d Node) -> Option<(&'d Node, Option<String>)> {
        let Some(reference) = node.get("$ref") else {
            return Some((node, None));
        };
        for entry in node.entries() {
            let notes = self.version == Version::V3_1 && ["summary", "description"].contains(&&*entry.key);
            if entry.key != "$ref" && !notes {
                let message = format!("`{}` cannot stand beside `$ref`", entry.key);
                self.error(
                    &entry.key_place,
                    "ref-sibling",
                    message,
                    "Put it where the reference leads to.",
                );
            }
        }
        self.resolved(reference)
    }

    fn component(&mut self, node: &'d Node) -> Option<&'d Node> {
        self.component_named(node).map(|(node, _)| node)
    }

    fn api(&mut self, root: &'d Node) -> Api {
        self.mapping(root, "a contract", &ROOT);
        let (title, version, description) = self.info(root);
        let tags = self.tags(root);
        let all_schemes = self.security_schemes(root);
        self.components(root);
        let mut operations = self.operations(root, &tags);
        self.define_queued();
        self.settle_unions();
        self.check_values(&mut operations);
        self.check_finite();
        self.check_problem(&operations);
        self.direct(&mut operations);
        self.check_names(&operations);
        self.check_defaults(&operations);
        self.check_unique_items(&operations);
        let requirements = operations.iter().flat_map(|operation| &operation.security.alternatives);
        let required: Vec<_> = requirements
            .flat_map(|requirement| requirement.schemes.clone())
            .collect();
        let in_use = |name: &str| required.iter().any(|(scheme, _)| scheme == name);
        let roles: BTreeSet<_> = required.iter().flat_map(|(_, roles)| roles.clone()).collect();
        Api {
            title,
            version,
            description,
            tags: tags
                .into_iter()
                .filter(|tag| operations.iter().any(|one| one.tag == tag.name))
                .collect(),
            schemes: all_schemes.into_iter().filter(|scheme| in_use(&scheme.name)).collect(),
            roles: roles.into_iter().collect(),
            types: std::mem::take(&mut self.types).into_values().collect(),
            operations,
        }
    }

    fn info(&mut self, root: &'d Node) -> (String, String, String) {
        let Some(info) = root.get("info") else {
            self.error(
                &root.place,
                "missing-keyword",
                "a contract has no `info`",
                "Add `info` with title and version.",
            );
            return Default::default();
        };
        self.mapping(info, "the info", &INFO);
        let title = self
            .required_text(info, "title", "the info")
            .unwrap_or_default()
            .to_owned();
        let version = self
            .required_text(info, "version", "the info")
            .unwrap_or_default()
            .to_owned();
        if let Some(components) = root.get("components") {
            self.mapping(components, "the components", &COMPONENTS);
        }
        (title, version, self.docs(info, "description"))
    }

    fn tags(&mut self, root: &'d Node) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        for node in self.list(root, "tags") {
            self.mapping(node, "a tag", &["name", "description", "externalDocs"]);
            let Some(name) = self.required_text(node, "name", "a tag") else {
                continue;
            };
            if tags.iter().any(|tag| tag.name == name) {
                self.error(
                    &node.place,
                    "duplicate-tag",
                    format!("the tag `{name}` is here twice"),
                    "Remove one of them.",
                );
                continue;
            }
            tags.push(Tag {
                name: name.to_owned(),
                docs: self.docs(node, "description"),
            });
        }
        tags
    }

    fn operations(&mut self, root: &'d Node, tags: &[Tag]) -> Vec<Operation> {
        let Some(paths) = root.get("paths") else {
            self.error(
                &root.place,
                "missing-keyword",
                "a contract has no `paths`",
                "Add `paths`.",
            );
            return Vec::new();
        };
        if !matches!(paths.value, Value::Mapping(_)) {
            self.error(
                &paths.place,
                "wrong-kind",
                format!("`paths` is a mapping, not {}", paths.kind()),
                "Write paths below it.",
            );
        }
        let mut operations = Vec::new();
        for entry in paths
            .sorted_entries()
            .into_iter()
            .filter(|entry| !entry.key.starts_with("x-"))
        {
            operations.extend(self.path_item(root, entry, tags));
        }
        operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        self.check_routes(&operations);
        self.check_operation_ids(&operations);
        operations
    }
}
