//! Structs: how an object is declared and read from a request.
//! What its fields contribute is theirs.

use super::attributes::Attributes;
use super::fields::Member;
use super::{decode, graph, rust_type, type_docs};
use crate::model::{Additional, Api, Object, Type, TypeDef};
use crate::names;

/// A struct and, where requests contain it, its reader.
pub(super) fn emit(api: &Api, def: &TypeDef, object: &Object) -> String {
    let members: Vec<_> = object.fields.iter().map(|field| Member::new(api, def, field)).collect();
    let mut source = structure(api, def, object, &members);
    let defaults: Vec<_> = members.iter().filter_map(Member::default_function).collect();
    if !defaults.is_empty() {
        source += &format!("\nimpl {} {{\n{}}}\n", def.name, defaults.join("\n"));
    }
    if def.in_requests {
        source += &reader(api, def, object, &members);
    }
    source
}

fn structure(api: &Api, def: &TypeDef, object: &Object, members: &[Member<'_>]) -> String {
    let rule = members.iter().any(Member::needs_camel_case);
    let mut serde = Vec::new();
    let mut attributes = Attributes::of_type(def);
    if rule {
        serde.push("rename_all = \"camelCase\"");
    }
    // Clients tolerate what a newer server adds: only types that no response contains refuse it.
    match (&object.additional, def.in_responses) {
        (Additional::Refused, false) => serde.push("deny_unknown_fields"),
        (Additional::Refused, true) => attributes.schemars("deny_unknown_fields"),
        (Additional::Ignored | Additional::Typed(_), _) => {}
    }
    if let Some((_, ty)) = additional(object) {
        attributes.rules_inside(api, "additionalProperties", ty);
    }
    let serde = if serde.is_empty() {
        String::new()
    } else {
        format!("#[serde({})]\n", serde.join(", "))
    };
    let eq = if graph::is_eq(api, &def.name) { ", Eq" } else { "" };
    let fields: String = members.iter().map(|member| member.declaration(api, rule)).collect();
    let rest = additional(object).map(|(name, ty)| {
        format!(
            "    /// Every other member.\n    #[serde(flatten{})]\n    pub {name}: BTreeMap<String, {}>,\n",
            if super::has_integers(api, ty) {
                ", deserialize_with = \"runtime::whole\""
            } else {
                ""
            },
            rust_type(ty)
        )
    });
    format!(
        "{}#[derive(Clone, Debug, PartialEq{eq}, Serialize, Deserialize, ToSchema, JsonSchema)]\n{serde}{}\
         pub struct {} {{\n{fields}{}}}\n",
        type_docs(def),
        attributes.render(""),
        def.name,
        rest.unwrap_or_default(),
    )
}

/// The field for other members, and the type of their values.
fn additional(object: &Object) -> Option<(&'static str, &Type)> {
    let Additional::Typed(ty) = &object.additional else {
        return None;
    };
    let taken = object
        .fields
        .iter()
        .any(|field| names::rust_value(&field.name) == "additional");
    Some((if taken { "additional_members" } else { "additional" }, ty))
}

fn reader(api: &Api, def: &TypeDef, object: &Object, members: &[Member<'_>]) -> String {
    let name = &def.name;
    let rest = additional(object);
    let (variable, arm, initial) = match (&object.additional, rest) {
        (Additional::Typed(ty), Some((field, _))) => (
            "let mut additional = BTreeMap::new();\n",
            format!(
                "json.additional_member(&mut additional, member, {})",
                decode::reader(api, ty)
            ),
            if field == "additional" {
                "additional,\n".to_owned()
            } else {
                format!("{field}: additional,\n")
            },
        ),
        (Additional::Refused, _) => ("", "json.refuse_member(member)".to_owned(), String::new()),
        _ => ("", "json.skip()".to_owned(), String::new()),
    };
    let variables: String = members.iter().map(Member::variable).collect();
    let taken: String = members.iter().map(Member::taken).collect();
    let initials: String = members.iter().map(Member::initial).collect();
    let body = if members.is_empty() {
        let member = if matches!(object.additional, Additional::Ignored) {
            "_"
        } else {
            "member"
        };
        format!("json.object(|json, {member}| {arm})?;\n")
    } else {
        let arms: String = members.iter().map(|member| member.arm(api)).collect();
        format!("json.object(|json, member| match member {{\n{arms}_ => {arm},\n}})?;\n")
    };
    format!(
        "\nimpl Decode for {name} {{\nfn decode(json: &mut runtime::Json<'_>) -> Option<Self> {{\n\
         {variables}{variable}{body}{taken}Some(Self {{\n{initials}{initial}}})\n}}\n}}\n"
    )
}
