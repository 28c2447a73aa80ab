//! The fields of structs: how they are declared, and what each contributes to the reader.
//! What a field's type is called or which rules it has is decided elsewhere.

use super::attributes::{self, Attributes};
use super::{decode, defaults, docs, graph, literals, rust_type};
use crate::model::{Api, Field, Type, TypeDef};
use crate::names;

/// How a field is there or not.
#[derive(Clone, Copy, PartialEq)]
enum Presence {
    /// `T`.
    Required,
    /// `Option<T>`, written as null.
    Nullable,
    /// `Option<T>`, left out.
    Optional,
    /// `Patch<T>`: absent, null and a value are three things.
    Patch,
    /// `T`, absent meaning the default.
    Default,
    /// `Option<T>`, absent meaning the default.
    NullableDefault,
}

/// A field with everything decided about it.
pub(super) struct Member<'a> {
    field: &'a Field,
    owner: &'a TypeDef,
    /// The identifier in Rust.
    name: String,
    presence: Presence,
    /// The type, without `Option` or `Patch`.
    ty: String,
    /// Whether it is in a `Box`, for it would contain itself.
    boxed: bool,
    /// Whether null is one of the type's own values.
    takes_null: bool,
    /// The expression of the default.
    default: Option<String>,
}

impl<'a> Member<'a> {
    pub(super) fn new(api: &Api, owner: &'a TypeDef, field: &'a Field) -> Self {
        let boxed = graph::contains_itself(api, &owner.name, &field.ty);
        let ty = if boxed {
            format!("Box<{}>", rust_type(&field.ty))
        } else {
            rust_type(&field.ty)
        };
        let default = field.default.as_ref().filter(|_| !field.required);
        let default = default.and_then(|json| defaults::expression(api, &field.ty, json, field.nullable));
        let presence = match (field.required, default.is_some(), field.nullable) {
            (true, _, false) => Presence::Required,
            (true, _, true) => Presence::Nullable,
            (false, true, false) => Presence::Default,
            (false, true, true) => Presence::NullableDefault,
            (false, false, false) => Presence::Optional,
            (false, false, true) => Presence::Patch,
        };
        let takes_null = matches!(super::resolve(api, &field.ty), Type::Any | Type::Nullable(_));
        let name = names::rust_value(&field.name);
        Self {
            field,
            owner,
            name,
            presence,
            ty,
            boxed,
            takes_null,
            default,
        }
    }

    /// The name as serde sees it.
    fn plain_name(&self) -> &str {
        self.name.trim_start_matches("r#")
    }

    /// Whether `rename_all = "camelCase"` is what gives it its name on the wire.
    pub(super) fn needs_camel_case(&self) -> bool {
        camel(self.plain_name()) == self.field.name && self.plain_name() != self.field.name
    }

    /// The whole type.
    pub(super) fn rust_type(&self) -> String {
        wrapped(self.presence, &self.ty)
    }

    /// The function that makes the default, where it is not that of the type.
    fn default_name(&self) -> Option<String> {
        let of_type = defaults::is_of_type(self.default.as_deref()?);
        (!of_type).then(|| format!("default_{}", names::snake(&self.field.name)))
    }

    pub(super) fn default_function(&self) -> Option<String> {
        let (name, default) = (self.default_name()?, self.default.as_deref()?);
        Some(format!("fn {name}() -> {} {{\n{default}\n}}\n", self.rust_type()))
    }

    fn serde(&self, api: &Api, rule: bool) -> String {
        let mut entries = Vec::new();
        let by_rule = if rule {
            camel(self.plain_name())
        } else {
            self.plain_name().to_owned()
        };
        if by_rule != self.field.name {
            entries.push(literals::serde_name(&self.field.name));
        }
        let has_integers = !self.takes_null && super::has_integers(api, &self.field.ty);
        match (self.presence, self.default_name()) {
            (Presence::Required, _) => {}
            (Presence::Nullable, _) if has_integers => {}
            // Without it serde takes absence for null.
            (Presence::Nullable, _) => entries.push("deserialize_with = \"Option::deserialize\"".to_owned()),
            (Presence::Optional, _) if self.takes_null => {
                entries.push("default, deserialize_with = \"runtime::present\"".to_owned());
                entries.push(skip("Option::is_none"));
            }
            (Presence::Optional, _) => entries.extend(["default".to_owned(), skip("Option::is_none")]),
            (Presence::Patch, _) => entries.extend(["default".to_owned(), skip("Patch::is_absent")]),
            (_, Some(function)) => entries.push(format!("default = \"{}::{function}\"", self.owner.name)),
            (_, None) => entries.push("default".to_owned()),
        }
        if has_integers {
            entries.push("deserialize_with = \"runtime::whole\"".to_owned());
        }
        if entries.is_empty() {
            String::new()
        } else {
            format!("    #[serde({})]\n", entries.join(", "))
        }
    }

    fn attributes(&self, api: &Api) -> String {
        let mut attributes = Attributes::default();
        let seen = attributes::schema_type(api, &self.field.ty);
        // `utoipa` knows types by the last segment of their path.
        let known = seen.rsplit("::").next() == Some(&rust_type(&self.field.ty));
        if !known && seen != rust_type(&self.field.ty) || self.presence == Presence::Patch {
            let presence = if self.presence == Presence::Patch {
                Presence::Nullable
            } else {
                self.presence
            };
            attributes.schema(format!("value_type = {}", wrapped(presence, &seen)));
        }
        if self.presence == Presence::Optional {
            attributes.schema("nullable = false");
            attributes.schemars(format!("with = \"{}\"", self.ty));
        }
        if self.presence == Presence::Nullable {
            attributes.schema("required");
            attributes.schemars(format!("with = \"runtime::Patch<{}>\"", self.ty));
        }
        if graph::recurs(api, &self.owner.name, &self.field.ty) {
            attributes.schema("no_recursion");
        }
        attributes.rules(api, super::resolve(api, &self.field.ty));
        if let Some(default) = &self.field.default {
            attributes.default_value(default, self.default.is_some());
        }
        attributes.examples(&self.field.examples);
        if self.field.deprecated {
            attributes.deprecated();
        }
        if literals::is_escaped(&self.field.name) {
            attributes.schema(format!("rename = {}", literals::text(&self.field.name)));
        }
        attributes.render("    ")
    }

    /// A field that says nothing about itself is what its type is.
    fn docs(&self, api: &Api) -> String {
        let of_type = match &self.field.ty {
            Type::Named(name) => api.type_def(name).map_or("", |def| def.docs.as_str()),
            _ => "",
        };
        let text = [self.field.docs.as_str(), of_type]
            .into_iter()
            .find(|text| !text.trim().is_empty());
        let fallback = format!("The member `{}`.", self.field.name);
        docs(text.unwrap_or(&fallback), "    ")
    }

    pub(super) fn declaration(&self, api: &Api, rule: bool) -> String {
        let (docs, serde, attributes) = (self.docs(api), self.serde(api, rule), self.attributes(api));
        format!(
            "{docs}{serde}{attributes}    pub {}: {},\n",
            self.name,
            self.rust_type()
        )
    }

    /// The variable that collects the member while the object is read.
    pub(super) fn variable(&self) -> String {
        format!(
            "let mut {} = runtime::Member::new({:?});\n",
            self.local(),
            self.field.name
        )
    }

    /// Arguments of the reader are `json` and `member`.
    fn local(&self) -> String {
        match self.name.as_str() {
            "json" | "member" | "additional" => format!("{}_", self.name),
            _ => self.name.clone(),
        }
    }

    pub(super) fn arm(&self, api: &Api) -> String {
        let reader = decode::reader(api, &self.field.ty);
        let reader = if self.boxed { "Box::decode".to_owned() } else { reader };
        let read = match self.presence {
            Presence::Required | Presence::Optional | Presence::Default => format!("read(json, {reader})"),
            Presence::Nullable | Presence::NullableDefault => format!("read(json, |json| json.nullable({reader}))"),
            Presence::Patch => format!("read_patch(json, {reader})"),
        };
        format!("{:?} => {}.{read},\n", self.field.name, self.local())
    }

    fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required | Presence::Nullable)
    }

    /// Required members are taken before any is missed, so that every missing one is reported.
    pub(super) fn taken(&self) -> String {
        let local = self.local();
        if self.is_required() {
            format!("let {local} = {local}.required(json);\n")
        } else {
            String::new()
        }
    }

    pub(super) fn initial(&self) -> String {
        let local = self.local();
        let value = match (self.presence, self.default_name()) {
            (Presence::Required | Presence::Nullable, _) => format!("{local}?"),
            (Presence::Optional, _) => format!("{local}.optional()"),
            (Presence::Patch, _) => format!("{local}.patch()"),
            (_, Some(function)) => format!("{local}.optional().unwrap_or_else(Self::{function})"),
            (_, None) => format!("{local}.optional().unwrap_or_default()"),
        };
        format!("{}: {value},\n", self.name)
    }
}

fn skip(condition: &str) -> String {
    format!("skip_serializing_if = \"{condition}\"")
}

fn wrapped(presence: Presence, ty: &str) -> String {
    match presence {
        Presence::Required | Presence::Default => ty.to_owned(),
        Presence::Nullable | Presence::Optional | Presence::NullableDefault => format!("Option<{ty}>"),
        Presence::Patch => format!("Patch<{ty}>"),
    }
}

/// What `rename_all = "camelCase"` makes of a field.
fn camel(field: &str) -> String {
    let mut name = String::new();
    for (at, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(word.len().min(1));
        name += &if at == 0 {
            first.to_owned()
        } else {
            first.to_ascii_uppercase()
        };
        name += rest;
    }
    name
}
