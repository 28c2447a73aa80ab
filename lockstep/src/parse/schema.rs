//! Schemas: what shape a schema has. What they say where they are used, and their names, have files of their own.

use super::keys::UNSUPPORTED;
use super::{Context, Version};
use crate::model::{ArrayType, EnumValue, MapType, Shape, Type};
use crate::source::{Node, Value};
use std::collections::BTreeSet;

/// Keywords that say something about a schema of any type.
const NOTES: [&str; 14] = [
    "type",
    "nullable",
    "title",
    "description",
    "deprecated",
    "default",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "$comment",
    "enum",
    "const",
];
const STRING: [&str; 4] = ["format", "minLength", "maxLength", "pattern"];
const NUMBER: [&str; 6] = [
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
const ARRAY: [&str; 4] = ["items", "minItems", "maxItems", "uniqueItems"];
const OBJECT: [&str; 6] = [
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "allOf",
];
const UNION: [&str; 3] = ["oneOf", "anyOf", "discriminator"];

impl<'d> Context<'d> {
    /// The shape of a schema, without the null that it may allow beside.
    pub(super) fn shape(&mut self, node: &'d Node, name: &str) -> Option<(Shape, bool)> {
        if let (Value::Bool(true), Version::V3_1) = (&node.value, self.version) {
            return Some((Shape::Alias(Type::Any), false));
        }
        if node.get("$ref").is_some() {
            let used = self.used(node, name)?;
            return Some((Shape::Alias(used.ty), used.nullable));
        }
        let known = [&NOTES[..], &STRING, &NUMBER, &ARRAY, &OBJECT, &UNION].concat();
        if !self.mapping(node, "a schema", &known) {
            return None;
        }
        self.check_version(node);
        if node.get("oneOf").is_some() || node.get("anyOf").is_some() {
            self.check_keywords(node, "a union", &UNION);
            return self.union(node, name);
        }
        let (ty, nullable) = self.type_keyword(node)?;
        self.check_values_of(node, ty);
        let shape = match ty {
            None => return self.untyped(node, name, nullable),
            Some("string") => {
                self.check_null_in_enum(node, nullable);
                self.string(node)?
            }
            Some("integer") => {
                self.check_keywords(node, "an integer", &NUMBER);
                Shape::Alias(self.integer_type(node)?)
            }
            Some("number") => {
                self.check_keywords(node, "a number", &NUMBER);
                Shape::Alias(self.number_type(node)?)
            }
            Some("boolean") => {
                self.check_keywords(node, "a boolean", &[]);
                Shape::Alias(Type::Boolean)
            }
            Some("array") => self.array(node, name)?,
            Some("object") => return self.object(node, name).map(|(shape, inner)| (shape, nullable || inner)),
            Some(other) => {
                let place = &node.get("type").unwrap_or(node).place;
                let hint = "Write string, integer, number, boolean, array or object; null only beside one of these.";
                self.error(
                    place,
                    "unknown-type",
                    format!("`{other}` is no type that a value can have here"),
                    hint,
                );
                return None;
            }
        };
        Some((shape, nullable))
    }

    /// Reports `enum` and `const` of anything but strings.
    fn check_values_of(&mut self, node: &Node, ty: Option<&str>) {
        let values = ["enum", "const"]
            .into_iter()
            .filter(|_| !matches!(ty, Some("string") | None));
        for (key, value) in values.filter_map(|key| node.get(key).map(|value| (key, value))) {
            let message = format!("`{key}` is supported for strings only");
            let hint = "Use strings, or minimum and maximum.";
            self.error(&value.place, "unsupported-enum", message, hint);
        }
    }

    /// A schema without `type`: strings by `enum` or `const`, an object by `allOf`, or anything.
    fn untyped(&mut self, node: &'d Node, name: &str, nullable: bool) -> Option<(Shape, bool)> {
        if node.get("enum").is_some() || node.get("const").is_some() {
            return self.string(node).map(|shape| (shape, nullable || enum_has_null(node)));
        }
        if node.get("allOf").is_some() {
            return self.object(node, name).map(|(shape, inner)| (shape, nullable || inner));
        }
        let typed = [&STRING[..], &NUMBER, &ARRAY, &OBJECT].concat();
        if let Some(entry) = node.entries().iter().find(|entry| typed.contains(&&*entry.key)) {
            let message = format!("`{}` stands without a `type`", entry.key);
            self.error(
                &entry.key_place,
                "missing-type",
                message,
                "Add the type that the rule is about.",
            );
            return None;
        }
        self.check_keywords(node, "a schema of any type", &[]);
        if nullable {
            self.error(
                &node.place,
                "missing-type",
                "`nullable` stands without a `type`",
                "Add the type.",
            );
        }
        Some((Shape::Alias(Type::Any), false))
    }

    fn string(&mut self, node: &'d Node) -> Option<Shape> {
        self.check_keywords(node, "a string", &STRING);
        let ty = self.text_type(node);
        if node.get("enum").is_some() {
            return self.enumeration(node).map(Shape::Enum);
        }
        let mut ty = ty?;
        if let (Type::Text(text), Some(constant)) = (&mut ty, node.get("const")) {
            text.constant = constant.as_str().map(str::to_owned);
            if text.constant.is_none() {
                let message = format!("a `const` is a string, not {}", constant.kind());
                self.error(&constant.place, "unsupported-enum", message, "Use a string.");
            }
        }
        Some(Shape::Alias(ty))
    }

    /// Reports a type and an enum that disagree about null.
    fn check_null_in_enum(&mut self, node: &Node, nullable: bool) {
        if let Some(values) = node.get("enum").filter(|_| enum_has_null(node) != nullable) {
            let message = "the type and the enum disagree about null";
            self.error(
                &values.place,
                "null-in-enum",
                message,
                "Allow null in both, or in neither.",
            );
        }
    }

    fn enumeration(&mut self, node: &'d Node) -> Option<Vec<EnumValue>> {
        let descriptions = node.get("x-enum-descriptions");
        let items = self.list(node, "enum");
        let mut values: Vec<EnumValue> = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate() {
            let Some(value) = item.as_str() else {
                if item.value != Value::Null {
                    let message = format!("the values of an enum are strings, not {}", item.kind());
                    self.error(
                        &item.place,
                        "unsupported-enum",
                        message,
                        "Quote it, or use minimum and maximum.",
                    );
                }
                continue;
            };
            if !seen.insert(value) {
                self.error(
                    &item.place,
                    "duplicate-value",
                    format!("`{value}` is here twice"),
                    "Remove one of them.",
                );
                continue;
            }
            let described = descriptions.and_then(|all| all.get(value).or_else(|| all.items().get(at)));
            let docs = described.and_then(Node::as_str).unwrap_or_default().to_owned();
            values.push(EnumValue {
                value: value.to_owned(),
                docs,
            });
        }
        if values.is_empty() {
            let place = &node.get("enum").unwrap_or(node).place;
            self.error(
                place,
                "empty-enum",
                "the enum has no strings",
                "List the strings that are allowed.",
            );
            return None;
        }
        Some(values)
    }

    fn array(&mut self, node: &'d Node, name: &str) -> Option<Shape> {
        self.check_keywords(node, "an array", &ARRAY);
        let Some(items) = node.get("items") else {
            self.error(
                &node.place,
                "missing-keyword",
                "an array has no `items`",
                "Add `items`.",
            );
            return None;
        };
        let array = ArrayType {
            items: self.used(items, &format!("{name}Item"))?.with_null(),
            min_items: self.count(node, "minItems"),
            max_items: self.count(node, "maxItems"),
            unique_items: self.flag(node, "uniqueItems"),
        };
        if let (Some(minimum), Some(maximum), Some(place)) = (array.min_items, array.max_items, node.get("minItems"))
            && minimum > maximum
        {
            self.error(
                &place.place,
                "empty-range",
                "no array is within these bounds",
                "Correct the bounds.",
            );
        }
        Some(Shape::Alias(Type::Array(Box::new(array))))
    }

    /// A map, from an object that names no fields.
    pub(super) fn map(&mut self, node: &'d Node, name: &str) -> Option<Type> {
        let bounds = (self.count(node, "minProperties"), self.count(node, "maxProperties"));
        let values = match node.get("additionalProperties") {
            None
            | Some(Node {
                value: Value::Bool(true),
                ..
            }) if bounds == (None, None) => {
                return Some(Type::FreeObject);
            }
            None
            | Some(Node {
                value: Value::Bool(true),
                ..
            }) => Type::Any,
            Some(values) => self.used(values, &format!("{name}Value"))?.with_null(),
        };
        Some(Type::Map(Box::new(MapType {
            values,
            min_properties: bounds.0,
            max_properties: bounds.1,
        })))
    }

    /// The one type of a schema, and whether it also allows null.
    fn type_keyword(&mut self, node: &'d Node) -> Option<(Option<&'d str>, bool)> {
        let nullable = self.version == Version::V3_0 && self.flag(node, "nullable");
        let Some(ty) = node.get("type") else {
            return Some((None, nullable));
        };
        if !matches!(ty.value, Value::Sequence(_)) {
            return Some((self.text(node, "type"), nullable));
        }
        let types = self.texts(node, "type");
        let mut others = types.iter().map(|(name, _)| *name).filter(|name| *name != "null");
        match (others.next(), others.next()) {
            (Some(only), None) => Some((Some(only), types.len() > 1)),
            (None, _) => Some((Some("null"), true)),
            _ => {
                let hint = "Use one type (and null), or oneOf with a discriminator.";
                self.error(
                    &ty.place,
                    "mixed-types",
                    "a value of several types is not supported",
                    hint,
                );
                None
            }
        }
    }

    /// Reports keywords that mean nothing for a schema of this kind.
    pub(super) fn check_keywords(&mut self, node: &Node, what: &str, meant: &[&str]) {
        for entry in node.entries() {
            let known = |list: &[&str]| list.contains(&&*entry.key);
            let unsupported = UNSUPPORTED.iter().any(|(name, ..)| name == &entry.key);
            let schema_keyword = [&STRING[..], &NUMBER, &ARRAY, &OBJECT, &UNION].into_iter().any(known);
            if schema_keyword && !known(meant) && !unsupported {
                let message = format!("`{}` means nothing for {what}", entry.key);
                self.error(
                    &entry.key_place,
                    "misplaced-keyword",
                    message,
                    "Remove it, or correct the type.",
                );
            }
        }
    }

    /// Reports keywords of the other version.
    fn check_version(&mut self, node: &Node) {
        for entry in node.entries() {
            let is_list = matches!(entry.value.value, Value::Sequence(_));
            let hint = match (self.version, entry.key.as_str()) {
                (Version::V3_1, "nullable") => "In OpenAPI 3.1 write `type: [string, 'null']`.",
                (Version::V3_0, "const") => "In OpenAPI 3.0 write an `enum` of one value.",
                (Version::V3_0, "examples") => "In OpenAPI 3.0 write `example`.",
                (Version::V3_0, "type") if is_list => "In OpenAPI 3.0 write one type and `nullable: true`.",
                (Version::V3_0, "type") if entry.value.as_str() == Some("null") => {
                    "In OpenAPI 3.0 write `nullable: true`."
                }
                _ => continue,
            };
            let message = format!(
                "this use of `{}` is not part of OpenAPI {}",
                entry.key,
                self.version.text()
            );
            self.error(&entry.key_place, "wrong-version", message, hint);
        }
    }
}

/// Whether null is among the values of an enum.
pub(super) fn enum_has_null(node: &Node) -> bool {
    node.get("enum")
        .is_some_and(|values| values.items().iter().any(|value| value.value == Value::Null))
}
