//! What a schema says where it is used: its type, the words around it, and whether it may be null.

use super::schema::enum_has_null;
use super::{Access, Context, Version};
use crate::model::Type;
use crate::names;
use crate::source::Node;

/// Siblings of `$ref` that say something about the use of a schema, not about the schema.
const REF_SIBLINGS: [&str; 10] = [
    "$ref",
    "title",
    "description",
    "deprecated",
    "default",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
    "$comment",
];

/// How many schemas may stand for one another in a row.
const MAX_REFS: usize = 16;

/// What a schema says where it is used.
pub(super) struct Used {
    pub(super) ty: Type,
    pub(super) nullable: bool,
    pub(super) docs: String,
    pub(super) examples: Vec<String>,
    pub(super) deprecated: bool,
    pub(super) default: Option<String>,
    pub(super) access: Access,
}

impl Used {
    /// The type with its null, for a place that has no other way to say so.
    pub(super) fn with_null(self) -> Type {
        if self.nullable {
            Type::Nullable(Box::new(self.ty))
        } else {
            self.ty
        }
    }
}

impl<'d> Context<'d> {
    /// What a schema says where it is used; an inline object, enum or union becomes a type of this name.
    pub(super) fn used(&mut self, node: &'d Node, name: &str) -> Option<Used> {
        let (ty, nullable, target) = match node.get("$ref") {
            Some(reference) => {
                self.check_ref_siblings(node);
                let (target, own_name) = self.resolved(reference)?;
                let Some(own_name) = own_name else {
                    let message = "the reference leads into the middle of something";
                    self.error(
                        &reference.place,
                        "ref-unnamed",
                        message,
                        "Move the schema to components.schemas.",
                    );
                    return None;
                };
                let name = self.name_type(target, &names::type_name(&own_name));
                (Type::Named(name), self.is_nullable(target, 0), Some(target))
            }
            None => {
                let name = self
                    .names
                    .get(&node.place)
                    .cloned()
                    .unwrap_or_else(|| names::type_name(name));
                let (shape, nullable) = self.shape(node, &name)?;
                (self.type_of(node, &name, shape), nullable, None)
            }
        };
        let target = target.unwrap_or(node);
        Some(Used {
            ty,
            nullable,
            docs: self.docs(self.described(node, 0), "description"),
            examples: self.examples(node),
            deprecated: self.flag(node, "deprecated"),
            default: node.get("default").or_else(|| target.get("default")).map(Node::to_json),
            access: self.access_of(node).or(self.access_of(target)),
        })
    }

    fn check_ref_siblings(&mut self, node: &Node) {
        let ignored = |key: &str| match self.version {
            Version::V3_0 => key != "$ref",
            Version::V3_1 => !REF_SIBLINGS.contains(&key) && !key.starts_with("x-"),
        };
        let entries: Vec<_> = node.entries().iter().filter(|entry| ignored(&entry.key)).collect();
        for entry in entries {
            let hint = match self.version {
                Version::V3_0 => "In OpenAPI 3.0 wrap the reference: `allOf: [{ $ref: … }]`.",
                Version::V3_1 => {
                    "Only notes such as description and default may stand beside $ref; name a schema instead."
                }
            };
            let message = format!("`{}` cannot stand beside `$ref`", entry.key);
            self.error(&entry.key_place, "ref-sibling", message, hint);
        }
    }

    /// The JSON texts of `examples`, or of `example`.
    pub(super) fn examples(&mut self, node: &'d Node) -> Vec<String> {
        match node.get("example") {
            Some(example) => vec![example.to_json()],
            None => self.list(node, "examples").iter().map(Node::to_json).collect(),
        }
    }

    fn access_of(&mut self, node: &'d Node) -> Access {
        match (self.flag(node, "readOnly"), self.flag(node, "writeOnly")) {
            (true, true) => {
                let message = "a value cannot be both readOnly and writeOnly";
                self.error(&node.place, "no-direction", message, "Keep one of the two.");
                Access::Both
            }
            (true, false) => Access::ReadOnly,
            (false, true) => Access::WriteOnly,
            (false, false) => Access::Both,
        }
    }

    /// Whether a schema allows null, without interpreting the rest.
    pub(super) fn is_nullable(&self, node: &'d Node, depth: usize) -> bool {
        let is_null = |schema: &Node| schema.get("type").and_then(Node::as_str) == Some("null");
        let listed = |key: &str| node.get(key).is_some_and(|members| members.items().iter().any(is_null));
        let in_types = node
            .get("type")
            .is_some_and(|ty| ty.items().iter().any(|ty| ty.as_str() == Some("null")));
        let own = self.version == Version::V3_0 && node.get("nullable").and_then(Node::as_bool) == Some(true);
        let in_enum = node.get("type").is_none() && enum_has_null(node);
        if own || in_types || in_enum || listed("oneOf") || listed("anyOf") {
            return true;
        }
        self.stands_for(node, depth)
            .is_some_and(|target| self.is_nullable(target, depth + 1))
    }

    /// The schema whose description holds for a use: its own, or that of what it stands for.
    fn described(&self, node: &'d Node, depth: usize) -> &'d Node {
        match self.stands_for(node, depth) {
            Some(target) if node.get("description").is_none() => self.described(target, depth + 1),
            _ => node,
        }
    }

    /// What a schema stands for that is nothing but another one, perhaps or null.
    fn stands_for(&self, node: &'d Node, depth: usize) -> Option<&'d Node> {
        let is_null = |member: &&Node| member.get("type").and_then(Node::as_str) == Some("null");
        let parts = ["allOf", "oneOf", "anyOf"]
            .iter()
            .find_map(|key| node.get(key))
            .map(Node::items);
        let mut members = parts.unwrap_or_default().iter().filter(|member| !is_null(member));
        let only = match (members.next(), members.next()) {
            (Some(only), None) if node.get("properties").is_none() => only,
            _ => node,
        };
        let reference = only.get("$ref").filter(|_| depth < MAX_REFS)?;
        self.documents.resolve(reference).ok().map(|(target, _)| target)
    }
}
