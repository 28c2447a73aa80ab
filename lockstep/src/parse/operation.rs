//! Path items and operations: identity, tag, aliases and deprecation. Parameters and bodies have files of their own.

use super::Context;
use crate::model::{Alias, Deprecation, Location, Operation, Tag};
use crate::names;
use crate::source::{Entry, Node};

const METHODS: [&str; 5] = ["delete", "get", "patch", "post", "put"];
const OTHER_METHODS: [&str; 3] = ["head", "options", "trace"];
const PATH_ITEM: [&str; 12] = [
    "$ref",
    "summary",
    "description",
    "parameters",
    "delete",
    "get",
    "patch",
    "post",
    "put",
    "head",
    "options",
    "trace",
];
const OPERATION: [&str; 11] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "security",
    "x-aliases",
];

impl<'d> Context<'d> {
    /// The operations of a path.
    pub(super) fn path_item(&mut self, root: &'d Node, entry: &'d Entry, tags: &[Tag]) -> Vec<Operation> {
        let Some(item) = self.component(&entry.value) else {
            return Vec::new();
        };
        if !self.mapping(item, "a path", &PATH_ITEM) {
            return Vec::new();
        }
        self.check_template(&entry.key, &entry.key_place);
        for other in item
            .entries()
            .iter()
            .filter(|other| OTHER_METHODS.contains(&&*other.key))
        {
            let message = format!(
                "operations with the method {} are not supported",
                other.key.to_uppercase()
            );
            let hint = "HEAD follows GET, OPTIONS belongs to CORS, TRACE is refused: the server answers them itself.";
            self.error(&other.key_place, "unsupported-method", message, hint);
        }
        let operations = item
            .sorted_entries()
            .into_iter()
            .filter(|method| METHODS.contains(&&*method.key));
        operations
            .filter_map(|method| self.operation(root, entry, item, method, tags))
            .collect()
    }

    fn operation(
        &mut self,
        root: &'d Node,
        path: &'d Entry,
        item: &'d Node,
        method: &'d Entry,
        tags: &[Tag],
    ) -> Option<Operation> {
        let (node, place) = (&method.value, &method.key_place);
        self.mapping(node, "an operation", &OPERATION);
        let id = self.operation_id(node, place)?;
        let type_name = names::type_name(&names::pascal(&id));
        let parameters = self.parameters(item, node, &type_name, path);
        let body = self.request_body(node, &type_name, &method.key);
        let responses = self.responses(node, &type_name, place);
        let operation = Operation {
            method: method.key.to_uppercase(),
            path: path.key.clone(),
            aliases: self.aliases(node),
            tag: self.tag(node, place, tags).unwrap_or_default(),
            summary: self.docs(node, "summary"),
            docs: self.docs(node, "description"),
            deprecated: self.deprecation(node),
            security: self.security(root, node),
            parameters,
            body,
            responses,
            place: place.clone(),
            id,
        };
        self.check_template_parameters(&operation, path);
        self.check_statuses(&operation, node);
        Some(operation)
    }

    fn operation_id(&mut self, node: &'d Node, place: &crate::source::Place) -> Option<String> {
        if node.get("operationId").is_none() {
            let hint = "Name it in camelCase, as in `createSpace`; generated functions are called so.";
            self.error(place, "missing-operation-id", "an operation has no `operationId`", hint);
        }
        let id = self.text(node, "operationId")?;
        let plain = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        if !id.starts_with(|first: char| first.is_ascii_alphabetic()) || !id.chars().all(plain) {
            let place = &node.get("operationId").unwrap_or(node).place;
            let message = format!("`{id}` makes no name of a function");
            self.error(
                place,
                "operation-id-syntax",
                message,
                "Use letters and digits: `createSpace`.",
            );
            return None;
        }
        Some(id.to_owned())
    }

    fn tag(&mut self, node: &'d Node, place: &crate::source::Place, tags: &[Tag]) -> Option<String> {
        let own = self.texts(node, "tags");
        match own.as_slice() {
            [(tag, _)] if tags.iter().any(|declared| declared.name == *tag) => Some((*tag).to_owned()),
            [(tag, node)] => {
                let message = format!("the tag `{tag}` is not declared");
                self.error(
                    &node.place,
                    "unknown-tag",
                    message,
                    "Add it to `tags` of the document, with a description.",
                );
                None
            }
            [] => {
                let hint = "Give it one tag: the tag says which handler trait it belongs to.";
                self.error(place, "missing-tag", "an operation has no tag", hint);
                None
            }
            [_, (_, second), ..] => {
                let hint = "Keep one tag: it says which handler trait the operation belongs to.";
                self.error(
                    &second.place,
                    "several-tags",
                    "an operation has more than one tag",
                    hint,
                );
                None
            }
        }
    }

    fn deprecation(&mut self, node: &'d Node) -> Option<Deprecation> {
        let deprecation = Deprecation {
            since: self.date(node, "x-deprecated-since"),
            sunset: self.date(node, "x-sunset"),
            successor: self.text(node, "x-successor").map(str::to_owned),
        };
        let deprecated = self.flag(node, "deprecated");
        if !deprecated && deprecation != Deprecation::default() {
            let message = "a deprecation is dated, but the operation is not deprecated";
            self.error(&node.place, "not-deprecated", message, "Add `deprecated: true`.");
        }
        deprecated.then_some(deprecation)
    }

    fn aliases(&mut self, node: &'d Node) -> Vec<Alias> {
        let mut aliases = Vec::new();
        for alias in self.list(node, "x-aliases") {
            if !self.mapping(alias, "an alias", &["path", "deprecated", "sunset"]) {
                continue;
            }
            let Some(path) = self.required_text(alias, "path", "an alias") else {
                continue;
            };
            self.check_template(path, &alias.place);
            let deprecation = Deprecation {
                since: self.date(alias, "deprecated"),
                sunset: self.date(alias, "sunset"),
                successor: None,
            };
            aliases.push(Alias {
                path: path.to_owned(),
                deprecation,
                place: alias.place.clone(),
            });
        }
        aliases.sort_by(|a, b| a.path.cmp(&b.path));
        aliases
    }

    /// A date such as `2026-11-20`.
    fn date(&mut self, node: &'d Node, key: &str) -> Option<String> {
        let text = self.text(node, key)?;
        if !crate::conform::is_date(text) {
            let place = &node.get(key).unwrap_or(node).place;
            self.error(
                place,
                "wrong-date",
                format!("`{text}` is not a date"),
                "Write it as in `2026-11-20`.",
            );
        }
        Some(text.to_owned())
    }

    /// Reports operationIds that are the same, or become the same in Rust.
    pub(super) fn check_operation_ids(&mut self, operations: &[Operation]) {
        let mut seen = std::collections::BTreeMap::new();
        for operation in operations {
            if let Some(other) = seen.insert(names::snake(&operation.id), operation) {
                let code = if other.id == operation.id {
                    "duplicate-operation-id"
                } else {
                    "name-collision"
                };
                let message = format!(
                    "`{}` and the operation at {} get the same name",
                    operation.id, other.place
                );
                self.error(&operation.place, code, message, "Rename one of them.");
            }
        }
        for operation in operations {
            let successor = operation
                .deprecated
                .as_ref()
                .and_then(|deprecation| deprecation.successor.as_ref());
            if let Some(id) = successor.filter(|id| !operations.iter().any(|other| other.id == **id)) {
                let message = format!("the successor `{id}` does not exist");
                self.error(
                    &operation.place,
                    "unknown-successor",
                    message,
                    "Write the operationId of the operation to use.",
                );
            }
        }
    }

    /// Reports a template whose parameters are not those of its operation, or of which the operation lacks one.
    fn check_template_parameters(&mut self, operation: &Operation, path: &'d Entry) {
        let in_path: Vec<_> = operation
            .parameters
            .iter()
            .filter(|one| one.location == Location::Path)
            .collect();
        let mut names: Vec<&str> = super::paths::parameters(&path.key).collect();
        for missing in names
            .iter()
            .filter(|name| !in_path.iter().any(|one| one.name == **name))
        {
            let message = format!("`{{{missing}}}` of the path is no parameter of {}", operation.id);
            self.error(
                &operation.place,
                "path-parameter",
                message,
                "Declare it with `in: path` and `required: true`.",
            );
        }
        for extra in in_path.iter().filter(|one| !names.contains(&one.name.as_str())) {
            let message = format!("the path `{}` has no `{{{}}}`", path.key, extra.name);
            self.error(
                &extra.place,
                "path-parameter",
                message,
                "Put it into the path, or remove the parameter.",
            );
        }
        names.sort_unstable();
        for alias in &operation.aliases {
            let mut of_alias: Vec<_> = super::paths::parameters(&alias.path).collect();
            of_alias.sort_unstable();
            if of_alias != names {
                let message = format!("the alias `{}` has other parameters than `{}`", alias.path, path.key);
                self.error(
                    &alias.place,
                    "alias-parameters",
                    message,
                    "Use exactly the parameters of the path.",
                );
            }
        }
    }
}
