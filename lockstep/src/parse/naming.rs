//! The names of types: which schema gets which, once, and when what it names is defined.

use super::Context;
use super::refs::plain_ref;
use crate::model::{Shape, Type, TypeDef};
use crate::names;
use crate::source::Node;

impl<'d> Context<'d> {
    /// Gives an inline type the words of what it is written in, where it has none of its own.
    pub(super) fn describe(&mut self, schema: &Node, ty: &Type, docs: &str, example: Option<&str>) {
        let Type::Named(name) = ty else { return };
        if let Some(def) = self.types.get_mut(name).filter(|_| schema.get("$ref").is_none()) {
            if def.docs.is_empty() {
                def.docs = docs.to_owned();
            }
            if def.examples.is_empty() {
                def.examples.extend(example.map(str::to_owned));
            }
        }
    }

    /// Names every schema under `components.schemas` of the root document.
    pub(super) fn components(&mut self, root: &'d Node) {
        let Some(components) = root.get("components") else {
            return;
        };
        for entry in self.table(components, "schemas") {
            let name = names::type_name(&entry.key);
            let target = match plain_ref(&entry.value) {
                Some(reference) => self.resolved(reference).map(|(target, _)| target),
                None => Some(&entry.value),
            };
            // A reference into another file gives the schema there this name; one to a neighbour is an alias.
            match target {
                Some(target) if target.place.file != entry.value.place.file => drop(self.name_type(target, &name)),
                Some(_) => drop(self.name_type(&entry.value, &name)),
                None => {}
            }
        }
        self.define_queued();
    }

    /// Defines the schemas that have been named but not looked at.
    pub(super) fn define_queued(&mut self) {
        while let Some((node, name)) = self.queue.pop_front() {
            self.define(node, name);
        }
    }

    /// The name of the type that a referenced schema is; it is defined later, so that chains do not grow the stack.
    pub(super) fn name_type(&mut self, target: &'d Node, suggested: &str) -> String {
        if let Some(name) = self.names.get(&target.place) {
            return name.clone();
        }
        let name = self.claim(target, suggested);
        self.queue.push_back((target, name.clone()));
        name
    }

    /// Gives a schema its name, once.
    pub(super) fn claim(&mut self, node: &'d Node, suggested: &str) -> String {
        if let Some(name) = self.names.get(&node.place) {
            return name.clone();
        }
        if names::is_reserved_type(suggested) {
            let message = format!("a type cannot be called `{suggested}`: generated code uses the name");
            self.error(
                &node.place,
                "reserved-name",
                message,
                "Give the schema a name of its own.",
            );
        }
        if let Some(owner) = self.owners.get(suggested) {
            let message = format!("two schemas become the type `{suggested}`; the other is at {owner}");
            self.error(
                &node.place,
                "name-collision",
                message,
                "Rename one, or name the inline schema under components.",
            );
        }
        self.owners.insert(suggested.to_owned(), node.place.clone());
        self.names.insert(node.place.clone(), suggested.to_owned());
        suggested.to_owned()
    }

    /// Defines the type of a named schema.
    fn define(&mut self, node: &'d Node, name: String) {
        if let Some((shape, _)) = self.shape(node, &name) {
            self.insert(node, name, shape);
        }
    }

    /// The type of an inline schema: its shape gets a name if it needs one.
    pub(super) fn type_of(&mut self, node: &'d Node, name: &str, shape: Shape) -> Type {
        match shape {
            Shape::Alias(ty) => ty,
            shape => {
                let name = self.claim(node, name);
                self.insert(node, name.clone(), shape);
                Type::Named(name)
            }
        }
    }

    pub(super) fn insert(&mut self, node: &'d Node, name: String, shape: Shape) {
        let def = TypeDef {
            docs: self.docs(node, "description"),
            examples: self.examples(node),
            deprecated: self.flag(node, "deprecated"),
            default: node.get("default").map(Node::to_json),
            in_requests: false,
            in_responses: false,
            shape,
            place: node.place.clone(),
            name: name.clone(),
        };
        self.types.insert(name, def);
    }
}
