//! Objects: their fields, what `allOf` adds to them, and what happens to other members.

use super::usage::Used;
use super::{Access, Context};
use crate::model::{Additional, Field, Object, Shape, Type};
use crate::names;
use crate::source::{Node, Value};
use std::collections::BTreeMap;

/// How deep `allOf` may lead through references.
const MAX_PARTS_DEPTH: usize = 32;

const OBJECT: [&str; 6] = [
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "allOf",
];

/// What has been gathered from the parts of an object.
#[derive(Default)]
struct Parts<'d> {
    fields: BTreeMap<String, (Field, Access)>,
    required: Vec<(&'d str, &'d Node)>,
    additional: Option<Additional>,
    /// The parts on the way to the current one, to find circles.
    path: Vec<&'d Node>,
    /// The parts that are done: one that is reached in two ways is merged once.
    done: Vec<&'d Node>,
}

impl<'d> Context<'d> {
    /// An object, a map or a free-form object; the boolean says whether it allows null through its only part.
    pub(super) fn object(&mut self, node: &'d Node, name: &str) -> Option<(Shape, bool)> {
        self.check_keywords(node, "an object", &OBJECT);
        if node.get("properties").is_none() {
            match node.get("allOf").map(Node::items) {
                // The way of 3.0 to say more about a reference.
                Some([part]) if part.get("$ref").is_some() && self.is_wrapper(node, name, part) => {
                    let used = self.used(part, name)?;
                    return Some((Shape::Alias(used.ty), used.nullable));
                }
                Some(_) => {}
                None if node.get("additionalProperties").and_then(Node::as_bool) == Some(false) => {}
                None if node.get("required").is_some() => {
                    let message = "`required` stands without `properties`";
                    self.error(&node.place, "missing-keyword", message, "Add the properties.");
                    return None;
                }
                None => return self.map(node, name).map(|ty| (Shape::Alias(ty), false)),
            }
        }
        let mut parts = Parts::default();
        self.gather(node, name, &mut parts)?;
        Some((Shape::Object(self.merged(name, parts)), false))
    }

    /// Whether a schema only wraps its one part: where it is used in place, and where the part is no object.
    fn is_wrapper(&self, node: &Node, name: &str, part: &'d Node) -> bool {
        let adds = ["required", "additionalProperties"]
            .iter()
            .any(|key| node.get(key).is_some());
        let is_component = self.names.get(&node.place).is_some_and(|own| own == name);
        let target = part
            .get("$ref")
            .and_then(|reference| self.documents.resolve(reference).ok());
        let is_object =
            target.is_some_and(|(target, _)| ["properties", "allOf"].iter().any(|key| target.get(key).is_some()));
        !(adds || is_component && is_object)
    }

    /// Gathers the fields of an object and of its `allOf` parts, the parts first.
    fn gather(&mut self, node: &'d Node, name: &str, parts: &mut Parts<'d>) -> Option<()> {
        let among = |nodes: &[&Node]| nodes.iter().any(|other| std::ptr::eq(*other, node));
        if parts.path.len() >= MAX_PARTS_DEPTH || among(&parts.path) {
            let message = "`allOf` leads back to itself";
            self.error(
                &node.place,
                "all-of-cycle",
                message,
                "Remove the part that closes the circle.",
            );
            return None;
        }
        if among(&parts.done) {
            return Some(());
        }
        parts.done.push(node);
        parts.path.push(node);
        for part in self.list(node, "allOf") {
            self.gather_part(part, name, parts)?;
        }
        parts.path.pop();
        for entry in self.table(node, "properties") {
            self.gather_field(&entry.key, &entry.value, name, parts);
        }
        parts.required.extend(self.texts(node, "required"));
        self.gather_additional(node, name, parts);
        for key in ["minProperties", "maxProperties"] {
            if let Some(value) = node.get(key) {
                let message = format!("`{key}` is supported for maps only");
                self.error(&value.place, "unsupported-property-count", message, "Use `required`.");
            }
        }
        Some(())
    }

    fn gather_part(&mut self, part: &'d Node, name: &str, parts: &mut Parts<'d>) -> Option<()> {
        let (part, name) = match part.get("$ref") {
            None => (part, name.to_owned()),
            Some(reference) => {
                // What is inline in a part belongs to the part: it has the same name wherever it is merged.
                let (target, own_name) = self.resolved(reference)?;
                let known = self.names.get(&target.place).cloned();
                (
                    target,
                    known
                        .or(own_name.map(|own| names::type_name(&own)))
                        .unwrap_or(name.to_owned()),
                )
            }
        };
        let is_object = part.get("type").and_then(Node::as_str) == Some("object")
            || ["properties", "allOf", "required"]
                .iter()
                .any(|key| part.get(key).is_some());
        if is_object {
            return self.gather(part, &name, parts);
        }
        if part
            .entries()
            .iter()
            .all(|entry| ["description", "title", "example", "examples"].contains(&&*entry.key))
        {
            return Some(());
        }
        self.error(
            &part.place,
            "all-of-part",
            "a part of `allOf` is not an object",
            "Only objects with fields can be merged.",
        );
        None
    }

    fn gather_field(&mut self, name: &str, node: &'d Node, parent: &str, parts: &mut Parts<'d>) {
        let Some(used) = self.used(node, &format!("{parent}{}", names::pascal(name))) else {
            return;
        };
        let Used {
            ty,
            nullable,
            docs,
            examples,
            deprecated,
            default,
            access,
        } = used;
        let place = node.place.clone();
        let field = Field {
            name: name.to_owned(),
            docs,
            examples,
            deprecated,
            required: false,
            nullable,
            ty,
            default,
            place,
        };
        match parts.fields.get(name) {
            Some((other, _)) if (&other.ty, other.nullable) != (&field.ty, field.nullable) => {
                let message = format!(
                    "`allOf` merges two different fields `{name}`; the other is at {}",
                    other.place
                );
                self.error(
                    &field.place,
                    "all-of-conflict",
                    message,
                    "Rename one, or give both the same schema.",
                );
            }
            _ => drop(parts.fields.insert(name.to_owned(), (field, access))),
        }
    }

    fn gather_additional(&mut self, node: &'d Node, name: &str, parts: &mut Parts<'d>) {
        let Some(additional) = node.get("additionalProperties") else {
            return;
        };
        let additional = match additional.value {
            Value::Bool(false) => Additional::Refused,
            Value::Bool(true) => Additional::Typed(Type::Any),
            _ => match self.used(additional, &format!("{name}Value")) {
                Some(used) => Additional::Typed(used.with_null()),
                None => return,
            },
        };
        if parts.additional.as_ref().is_some_and(|other| *other != additional) {
            let message = "`allOf` merges different `additionalProperties`";
            self.error(
                &node.place,
                "all-of-conflict",
                message,
                "Say the same in every part, or only once.",
            );
        }
        parts.additional = Some(additional);
    }

    /// The fields in their order: the required ones as `required` lists them, then the others by name.
    fn merged(&mut self, name: &str, mut parts: Parts<'d>) -> Object {
        let mut fields: Vec<(Field, Access)> = Vec::new();
        for (required, node) in &parts.required {
            match parts.fields.remove(*required) {
                Some((field, access)) => fields.push((
                    Field {
                        required: true,
                        ..field
                    },
                    access,
                )),
                None if fields.iter().any(|(field, _)| field.name == *required) => {}
                None => {
                    let message = format!("`{required}` is required, but there is no such property");
                    self.error(
                        &node.place,
                        "required-unknown",
                        message,
                        "Add the property, or remove the name.",
                    );
                }
            }
        }
        fields.extend(parts.fields.into_values());
        for (field, access) in fields.iter().filter(|(_, access)| *access != Access::Both) {
            self.access.insert((name.to_owned(), field.name.clone()), *access);
        }
        let fields = fields.into_iter().map(|(field, _)| field).collect();
        Object {
            fields,
            additional: parts.additional.unwrap_or(Additional::Ignored),
        }
    }
}
