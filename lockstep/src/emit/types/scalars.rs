//! Enums of strings, constrained scalars as types of their own, and aliases.
//! The macros of the runtime write what all of them have in common.

use super::attributes::Attributes;
use super::{decode, docs, graph, literals, rust_type, type_docs};
use crate::model::{Api, EnumValue, TextFormat, Type, TypeDef};
use crate::names;

/// An enum of strings.
pub(super) fn enumeration(def: &TypeDef, values: &[EnumValue]) -> String {
    let name = &def.name;
    let rule = rename_rule(values);
    let serde = rule
        .map(|(rule, _)| format!("#[serde(rename_all = \"{rule}\")]\n"))
        .unwrap_or_default();
    let variants: String = values.iter().map(|value| variant(value, rule.is_some())).collect();
    let all: Vec<_> = values
        .iter()
        .map(|value| format!("Self::{}", names::rust_variant(&value.value)))
        .collect();
    let texts: String = values
        .iter()
        .map(|value| {
            format!(
                "Self::{} => {},\n",
                names::rust_variant(&value.value),
                literals::text(&value.value)
            )
        })
        .collect();
    format!(
        "{}#[derive(\nClone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, JsonSchema,\n)]\n\
         {serde}{}pub enum {name} {{\n{variants}}}\n\n\
         impl TextEnum for {name} {{\nconst ALL: &'static [Self] = &[{}];\n\n\
         fn as_str(self) -> &'static str {{\nmatch self {{\n{texts}}}\n}}\n}}\n\n\
         runtime::text_enum!({name});\n",
        type_docs(def),
        Attributes::of_type(def).render(""),
        all.join(", "),
    )
}

fn variant(value: &EnumValue, by_rule: bool) -> String {
    let text = match (value.docs.trim(), value.value.as_str()) {
        ("", "") => "The empty string.".to_owned(),
        ("", text) => format!("`{text}`."),
        (docs, _) => docs.to_owned(),
    };
    let rename = match (by_rule, literals::is_escaped(&value.value)) {
        (true, _) => String::new(),
        (false, false) => format!("    #[serde({})]\n", literals::serde_name(&value.value)),
        (false, true) => format!(
            "    #[serde({})]\n    #[schema(rename = {})]\n",
            literals::serde_name(&value.value),
            literals::text(&value.value)
        ),
    };
    format!(
        "{}{rename}    {},\n",
        docs(&text, "    "),
        names::rust_variant(&value.value)
    )
}

/// A rule by which serde renames variants.
type RenameRule = (&'static str, fn(&str) -> String);

/// The rule of serde that gives every variant its string.
fn rename_rule(values: &[EnumValue]) -> Option<RenameRule> {
    let rules: [RenameRule; 5] = [
        ("camelCase", names::camel),
        ("snake_case", names::snake),
        ("kebab-case", |name| names::snake(name).replace('_', "-")),
        ("SCREAMING_SNAKE_CASE", names::screaming),
        ("PascalCase", names::pascal),
    ];
    // serde splits words at capitals only: a digit or an escaped name is none of its business.
    let simple = |value: &EnumValue| {
        value
            .value
            .chars()
            .all(|c| c.is_ascii_alphabetic() || c == '-' || c == '_')
            && names::rust_variant(&value.value) == names::pascal(&value.value)
    };
    if !values.iter().all(simple) {
        return None;
    }
    rules
        .into_iter()
        .find(|(_, rule)| values.iter().all(|value| rule(&value.value) == value.value))
}

/// A constrained scalar as a type of its own.
pub(super) fn newtype(api: &Api, def: &TypeDef, ty: &Type) -> String {
    let name = &def.name;
    let inner = rust_type(ty);
    let secret = inner == "Secret";
    let wire = if secret { "String" } else { &inner };
    let mut attributes = Attributes::of_type(def);
    if secret {
        attributes.schema("value_type = String");
    }
    attributes.rules(api, ty);
    let derives = match ty {
        Type::Text(text) if text.format == TextFormat::Password => "Clone, Debug, PartialEq, Eq, Hash",
        Type::Text(_) => "Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord",
        Type::Number(_) => "Clone, Copy, Debug, PartialEq, PartialOrd",
        _ => "Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord",
    };
    let reading = match ty {
        Type::Text(_) => format!(", Deserialize, ToSchema, JsonSchema)]\n#[serde(try_from = \"{wire}\")]\n"),
        // The macro reads numbers.
        _ => ", ToSchema, JsonSchema)]\n".to_owned(),
    };
    format!(
        "{}#[derive({derives}{reading}{}pub struct {name}({inner});\n\n{}",
        type_docs(def),
        attributes.render(""),
        rules(name, ty),
    )
}

/// The macro call that gives a newtype its rules.
fn rules(name: &str, ty: &Type) -> String {
    let rules = decode::scalar_rules(ty).unwrap_or_default();
    match ty {
        Type::Text(text) if text.format == TextFormat::Password => {
            format!(
                "runtime::secret_newtype!({name}, {});\n",
                decode::plain_text_rules(text)
            )
        }
        Type::Text(_) => format!("runtime::text_newtype!({name}, {rules});\n"),
        Type::Number(_) => format!("runtime::number_newtype!({name}: f64, runtime::Number, {rules});\n"),
        _ => {
            let number = rust_type(ty);
            format!("runtime::number_newtype!({name}: {number}, runtime::Integer<{number}>, {rules});\n")
        }
    }
}

/// Another name for a type, and a function that reads it where its rules are not the type's.
pub(super) fn alias(api: &Api, def: &TypeDef, ty: &Type) -> String {
    let name = &def.name;
    let alias = format!("{}pub type {name} = {};\n", type_docs(def), rust_type(ty));
    let is_body = graph::is_body(api, name);
    if !decode::has_rules(api, name) || !(is_body || graph::is_in_request(api, name)) {
        return alias;
    }
    let public = if is_body {
        format!("/// Reads [`{name}`] with its rules.\npub ")
    } else {
        String::new()
    };
    let reader = decode::reader(api, ty);
    let body = reader
        .strip_prefix("|json| ")
        .map_or_else(|| format!("{reader}(json)"), str::to_owned);
    let function = decode::reader_of_alias(name);
    format!("{alias}\n{public}fn {function}(json: &mut runtime::Json<'_>) -> Option<{name}> {{\n{body}\n}}\n")
}
