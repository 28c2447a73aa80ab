//! `oneOf` and `anyOf`: a value or null, an enum with descriptions, or a union told apart by a discriminator.

use super::Context;
use crate::model::{EnumValue, Field, Object, Shape, TextFormat, Type, TypeDef, Union, Variant};
use crate::names;
use crate::source::{Node, Place, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A union before its tags are known: they may follow from variants that are defined later.
pub(super) struct PendingTags {
    /// The variant's own name in the document, which is its tag if nothing else is said.
    default: String,
    place: crate::source::Place,
}

/// Why a variant has no usable tag: a code, a message and a hint.
type Flaw = (&'static str, String, &'static str);

impl<'d> Context<'d> {
    /// A union; the boolean says whether null is one of its members.
    pub(super) fn union(&mut self, node: &'d Node, name: &str) -> Option<(Shape, bool)> {
        if let (Some(_), Some(any_of)) = (node.get("oneOf"), node.get("anyOf")) {
            let message = "`oneOf` and `anyOf` stand side by side";
            self.error(
                &any_of.place,
                "unsupported-union",
                message,
                "Use one oneOf with a discriminator.",
            );
            return None;
        }
        let key = if node.get("oneOf").is_some() { "oneOf" } else { "anyOf" };
        let is_null = |member: &&Node| member.get("type").and_then(Node::as_str) == Some("null");
        let (nulls, members): (Vec<_>, Vec<_>) = self.list(node, key).iter().partition(is_null);
        let nullable = !nulls.is_empty();
        if node.get("discriminator").is_some() {
            return Some((Shape::Union(self.tagged(node, name, &members)?), nullable));
        }
        match members.as_slice() {
            [member] if nullable => Some((self.shape(member, name)?.0, true)),
            members if !members.is_empty() && members.iter().all(|member| member.get("const").is_some()) => {
                Some((Shape::Enum(self.described_values(members)?), nullable))
            }
            _ => {
                let message = format!("a `{key}` without a discriminator is not supported");
                let hint = "Add a discriminator and its field to every variant, so that a value says what it is.";
                self.error(&node.place, "unsupported-union", message, hint);
                None
            }
        }
    }

    /// `oneOf` of `const`s: an enum in which every value has its description.
    fn described_values(&mut self, members: &[&'d Node]) -> Option<Vec<EnumValue>> {
        let mut values: Vec<EnumValue> = Vec::new();
        for member in members {
            self.mapping(
                member,
                "a value of an enum",
                &["const", "title", "description", "type", "deprecated"],
            );
            let value = self.text(member, "const")?;
            if values.iter().any(|other| other.value == value) {
                self.error(
                    &member.place,
                    "duplicate-value",
                    format!("`{value}` is here twice"),
                    "Remove one of them.",
                );
            }
            let key = if member.get("description").is_some() {
                "description"
            } else {
                "title"
            };
            values.push(EnumValue {
                value: value.to_owned(),
                docs: self.docs(member, key),
            });
        }
        Some(values)
    }

    fn tagged(&mut self, node: &'d Node, name: &str, members: &[&'d Node]) -> Option<Union> {
        let discriminator = node.get("discriminator")?;
        self.mapping(discriminator, "a discriminator", &["propertyName", "mapping"]);
        let tag = self.required_text(discriminator, "propertyName", "a discriminator")?;
        let mapping = self.mapped_tags(discriminator);
        let mut variants: Vec<Variant> = Vec::new();
        for member in members {
            let Some(reference) = member.get("$ref") else {
                let hint = "Name the variant under components.schemas and use $ref.";
                self.error(
                    &member.place,
                    "union-variant",
                    "a variant of a union is not a reference",
                    hint,
                );
                continue;
            };
            let Type::Named(ty) = self.used(member, name)?.ty else {
                continue;
            };
            let tags: Vec<_> = mapping
                .iter()
                .filter(|(_, to)| **to == ty)
                .map(|(tag, _)| (*tag).to_owned())
                .collect();
            let own_name = self.resolved(reference)?.1.unwrap_or_else(|| ty.clone());
            let pending = PendingTags {
                default: own_name,
                place: member.place.clone(),
            };
            self.pending.insert((name.to_owned(), ty.clone()), pending);
            variants.push(Variant { tags, ty });
        }
        for (tag, to) in mapping
            .iter()
            .filter(|(_, to)| !variants.iter().any(|variant| variant.ty == **to))
        {
            let message = format!("the tag `{tag}` means `{to}`, which is no variant");
            self.error(
                &discriminator.place,
                "union-mapping",
                message,
                "Add the variant, or remove the tag.",
            );
        }
        Some(Union {
            tag: tag.to_owned(),
            variants,
        })
    }

    /// The type's name for each tag of `mapping`, whose values are references or names of schemas.
    fn mapped_tags(&mut self, discriminator: &'d Node) -> BTreeMap<&'d str, String> {
        let mut tags = BTreeMap::new();
        for entry in self.table(discriminator, "mapping") {
            let Some(text) = entry.value.as_str() else {
                let message = format!("a tag maps to the name of a schema, not to {}", entry.value.kind());
                self.error(
                    &entry.value.place,
                    "wrong-kind",
                    message,
                    "Write '#/components/schemas/…'.",
                );
                continue;
            };
            let is_name = text
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_-".contains(character));
            let text = if is_name {
                format!("#/components/schemas/{text}")
            } else {
                text.to_owned()
            };
            let reference = Node {
                place: entry.value.place.clone(),
                value: Value::String(text),
            };
            if let Some((target, own_name)) = self.resolved(&reference) {
                let named = self.names.get(&target.place).cloned();
                let own_name = own_name.map(|name| names::type_name(&name));
                tags.extend(named.or(own_name).map(|name| (entry.key.as_str(), name)));
            }
        }
        tags
    }

    /// Settles the tags of every union, and narrows the tag field of every variant to them.
    pub(super) fn settle_unions(&mut self) {
        let mut claims: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for def in self.types.clone().into_values() {
            let Shape::Union(mut union) = def.shape.clone() else {
                continue;
            };
            let mut claimed = BTreeSet::new();
            for variant in &mut union.variants {
                self.settle_variant(&def, &union.tag, variant, &mut claimed, &mut claims);
            }
            self.types.insert(
                def.name.clone(),
                TypeDef {
                    shape: Shape::Union(union),
                    ..def
                },
            );
        }
    }

    fn settle_variant(
        &mut self,
        union: &TypeDef,
        tag: &str,
        variant: &mut Variant,
        claimed: &mut BTreeSet<String>,
        claims: &mut BTreeMap<String, Vec<String>>,
    ) -> Option<()> {
        let pending = self.pending.remove(&(union.name.clone(), variant.ty.clone()))?;
        let (place, ty) = (&pending.place, variant.ty.clone());
        let allowed = self.tag_values(place, &ty, tag)?;
        if variant.tags.is_empty() {
            variant.tags = match allowed.as_deref() {
                Some([only]) => vec![only.value.clone()],
                _ => vec![pending.default],
            };
        }
        variant.tags.sort();
        for value in variant.tags.iter().filter(|value| !claimed.insert((*value).clone())) {
            let message = format!("two variants of `{}` claim the tag `{value}`", union.name);
            self.error(
                place,
                "union-tag-claimed",
                message,
                "Give each variant tags of its own in `mapping`.",
            );
        }
        let forbidden = |value: &&String| {
            allowed
                .as_ref()
                .is_some_and(|all| all.iter().all(|one| one.value != **value))
        };
        if let Some(value) = variant.tags.iter().find(forbidden) {
            let message = format!("`{ty}` does not allow its tag `{value}` in `{tag}`");
            self.error(
                place,
                "union-tag-mismatch",
                message,
                "Let the enum of the field and `mapping` agree.",
            );
            return None;
        }
        if claims
            .insert(ty.clone(), variant.tags.clone())
            .is_some_and(|other| other != variant.tags)
        {
            let message = format!("`{ty}` has other tags in another union");
            self.error(
                place,
                "union-tag-mismatch",
                message,
                "Give it the same tags in every union.",
            );
            return None;
        }
        self.narrow(&ty, tag, &variant.tags, allowed.unwrap_or_default());
        Some(())
    }

    /// The values that a variant allows in its tag field; `Some(None)` if any string will do.
    fn tag_values(&mut self, place: &Place, ty: &str, tag: &str) -> Option<Option<Vec<EnumValue>>> {
        let found = self.types.get(ty).map(|def| self.values_in(def, tag))?;
        found.unwrap_or_else(|(code, message, hint)| {
            self.error(place, code, message, hint);
            None
        })
    }

    fn values_in(&self, def: &TypeDef, tag: &str) -> Result<Option<Option<Vec<EnumValue>>>, Flaw> {
        let only = |constant: &String| {
            vec![EnumValue {
                value: constant.clone(),
                docs: String::new(),
            }]
        };
        let wrong = |what: &str| {
            let message = format!("the tag `{tag}` of `{}` is no {what}", def.name);
            Err(("union-tag-type", message, "Use a string."))
        };
        match &self.tag_field(def, tag)?.ty {
            Type::Text(text) if text.format == TextFormat::Plain => Ok(Some(text.constant.as_ref().map(only))),
            Type::Named(name) => match self.types.get(name).map(|def| &def.shape) {
                Some(Shape::Enum(values)) => Ok(Some(Some(values.clone()))),
                None => Ok(None),
                Some(_) => wrong("enum"),
            },
            _ => wrong("string"),
        }
    }

    fn tag_field<'t>(&self, def: &'t TypeDef, tag: &str) -> Result<&'t Field, Flaw> {
        let ty = &def.name;
        let Shape::Object(object) = &def.shape else {
            let message = format!("the variant `{ty}` is not an object");
            return Err(("union-variant", message, "Wrap the value in an object."));
        };
        let Some(field) = object.fields.iter().find(|field| field.name == tag) else {
            let message = format!("the variant `{ty}` has no field `{tag}`");
            let hint = "Add the field: a required string, or an enum of its tag.";
            return Err(("union-tag-missing", message, hint));
        };
        if self.access.contains_key(&(ty.clone(), tag.to_owned())) {
            let message = format!("the tag `{tag}` of the variant `{ty}` travels in one direction only");
            let hint = "Remove readOnly or writeOnly from the field.";
            return Err(("union-tag-direction", message, hint));
        }
        if !field.required || field.nullable {
            let message = format!("the tag `{tag}` of the variant `{ty}` can be absent or null");
            return Err(("union-tag-optional", message, "Make it required and not nullable."));
        }
        Ok(field)
    }

    /// Gives the tag field of a variant an enum of exactly its tags.
    fn narrow(&mut self, ty: &str, tag: &str, tags: &[String], allowed: Vec<EnumValue>) {
        let mut allowed_values: Vec<_> = allowed.iter().map(|value| &value.value).collect();
        allowed_values.sort();
        if allowed_values.iter().copied().eq(tags) && !allowed.is_empty() && self.is_enum_field(ty, tag) {
            return;
        }
        let name = format!("{ty}{}", names::pascal(tag));
        let Some(mut def) = self.types.remove(ty) else { return };
        if let Shape::Object(Object { fields, .. }) = &mut def.shape
            && let Some(field) = fields.iter_mut().find(|field| field.name == tag)
        {
            let own = field.ty == Type::Named(name.clone());
            if self.types.contains_key(&name) && !own {
                let message = format!("two schemas become the type `{name}`");
                self.error(
                    &field.place,
                    "name-collision",
                    message,
                    "Rename the schema of this name.",
                );
            }
            field.ty = Type::Named(name.clone());
            let docs_of = |tag: &String| {
                allowed
                    .iter()
                    .find(|value| value.value == *tag)
                    .map(|value| value.docs.clone())
            };
            let values = tags.iter().map(|tag| EnumValue {
                value: tag.clone(),
                docs: docs_of(tag).unwrap_or_default(),
            });
            let narrowed = TypeDef {
                name: name.clone(),
                docs: field.docs.clone(),
                examples: tags
                    .iter()
                    .take(1)
                    .map(|tag| serde_json::Value::from(tag.as_str()).to_string())
                    .collect(),
                deprecated: false,
                default: None,
                in_requests: false,
                in_responses: false,
                shape: Shape::Enum(values.collect()),
                place: field.place.clone(),
            };
            self.types.insert(name, narrowed);
        }
        self.types.insert(ty.to_owned(), def);
    }

    fn is_enum_field(&self, ty: &str, tag: &str) -> bool {
        let Some(Shape::Object(object)) = self.types.get(ty).map(|def| &def.shape) else {
            return false;
        };
        object
            .fields
            .iter()
            .any(|field| field.name == tag && matches!(field.ty, Type::Named(_)))
    }
}
