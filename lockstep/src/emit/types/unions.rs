//! Unions: enums of objects that are told apart by a string in one of their fields.
//! The variants keep that field, so they are whole objects by themselves.

use super::attributes::Attributes;
use super::{docs, graph, literals, type_docs};
use crate::model::{Api, TypeDef, Union, Variant};

/// An enum and how it is chosen by its tag.
pub(super) fn emit(api: &Api, def: &TypeDef, union: &Union) -> String {
    let mut source = enumeration(api, def, union) + &deserialize(def, union);
    if def.in_requests {
        source += &decode(def, union);
    }
    source
}

fn enumeration(api: &Api, def: &TypeDef, union: &Union) -> String {
    let tag = literals::text(&union.tag);
    let mapping: Vec<_> = pairs(union)
        .map(|(value, variant)| {
            (
                literals::text(value),
                literals::text(&format!("#/components/schemas/{}", variant.ty)),
            )
        })
        .collect();
    let join = |pair: fn(&str, &str) -> String| {
        mapping
            .iter()
            .map(|(value, to)| pair(value, to))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let pairs = join(|value, to| format!("({value} = {to})"));
    let mut attributes = Attributes::of_type(def);
    attributes.schema(format!("discriminator(property_name = {tag}, mapping({pairs}))"));
    let pairs = join(|value, to| format!("{value}: {to}"));
    attributes.extend(
        "discriminator",
        &format!("{{\"propertyName\": {tag}, \"mapping\": {{{pairs}}}}}"),
    );
    let eq = if graph::is_eq(api, &def.name) { ", Eq" } else { "" };
    let variants: String = union
        .variants
        .iter()
        .map(|variant| declaration(api, union, variant))
        .collect();
    format!(
        "{}#[derive(Clone, Debug, PartialEq{eq}, Serialize, ToSchema, JsonSchema)]\n#[serde(untagged)]\n{}\
         #[allow(clippy::large_enum_variant, reason = \"the contract decides how large they are\")]\n\
         pub enum {} {{\n{variants}}}\n",
        type_docs(def),
        attributes.render(""),
        def.name,
    )
}

fn declaration(api: &Api, union: &Union, variant: &Variant) -> String {
    let tags: Vec<_> = variant.tags.iter().map(|tag| format!("`{tag}`")).collect();
    let text = api.type_def(&variant.ty).map_or("", |def| def.docs.trim());
    let text = format!("Where `{}` is {}.\n\n{text}", union.tag, tags.join(" or "));
    format!("{}    {}({}),\n", docs(&text, "    "), variant.ty, variant.ty)
}

/// Every tag with its variant.
fn pairs(union: &Union) -> impl Iterator<Item = (&str, &Variant)> {
    union
        .variants
        .iter()
        .flat_map(|variant| variant.tags.iter().map(move |tag| (tag.as_str(), variant)))
}

fn patterns(variant: &Variant, wrap: fn(String) -> String) -> String {
    variant
        .tags
        .iter()
        .map(|tag| wrap(literals::text(tag)))
        .collect::<Vec<_>>()
        .join(" | ")
}

fn deserialize(def: &TypeDef, union: &Union) -> String {
    let name = &def.name;
    let tag = literals::text(&union.tag);
    let tags: Vec<_> = pairs(union).map(|(tag, _)| format!("\"{tag}\"")).collect();
    let refusal = literals::text(&format!("`{}` must be one of {}", union.tag, tags.join(", ")));
    let arms: String = union
        .variants
        .iter()
        .map(|variant| {
            let ty = &variant.ty;
            let patterns = patterns(variant, |tag| format!("Some({tag})"));
            format!("{patterns} => {ty}::deserialize(value).map(Self::{ty}),\n")
        })
        .collect();
    format!(
        "\nimpl<'de> Deserialize<'de> for {name} {{\n\
         fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\n\
         use serde::de::Error as _;\n\n\
         let value = serde_json::Value::deserialize(deserializer)?;\n\
         let chosen = match value.get({tag}).and_then(serde_json::Value::as_str) {{\n{arms}\
         _ => Err(serde_json::Error::custom({refusal})),\n}};\n\
         chosen.map_err(D::Error::custom)\n}}\n}}\n"
    )
}

fn decode(def: &TypeDef, union: &Union) -> String {
    let name = &def.name;
    let tag = literals::text(&union.tag);
    let arms: String = union
        .variants
        .iter()
        .map(|variant| {
            let ty = &variant.ty;
            format!(
                "{} => {ty}::decode(json).map(Self::{ty}),\n",
                patterns(variant, |tag| tag)
            )
        })
        .collect();
    let tags: Vec<_> = pairs(union).map(|(tag, _)| literals::text(tag)).collect();
    format!(
        "\nimpl Decode for {name} {{\nfn decode(json: &mut runtime::Json<'_>) -> Option<Self> {{\n\
         match json.tag({tag})?.as_str() {{\n{arms}_ => {{\njson.refuse_tag({tag}, &[{}]);\nNone\n}}\n}}\n}}\n}}\n",
        tags.join(", ")
    )
}
