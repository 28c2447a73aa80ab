//! The named types: interfaces, unions of strings with their values, unions of objects, aliases.
//! Operations are not declared here.

use super::problem;
use super::syntax::{list, literal, member, nullable, type_of, union_of};
use super::tsdoc::Comment;
use crate::emit::one_line;
use crate::model::{Additional, Api, EnumValue, Field, Object, Shape, Type, TypeDef, Union};
use crate::names;

/// Every named type, in the model's order.
pub(super) fn emit(api: &Api) -> String {
    api.types
        .iter()
        .map(|def| declaration(api, def))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn declaration(api: &Api, def: &TypeDef) -> String {
    match &def.shape {
        Shape::Object(object) => interface(def, object),
        Shape::Enum(values) => enumeration(def, values),
        Shape::Union(variants) => union(def, variants),
        Shape::Alias(ty) => alias(def, ty),
        Shape::Problem => interface(def, &problem::problem(api, &def.place)),
        Shape::Violation => interface(def, &problem::violation(api, &def.place)),
        Shape::ViolationPlace => enumeration(def, &problem::violation_places()),
    }
}

fn comment(def: &TypeDef) -> Comment {
    Comment::new(&def.docs)
}

fn finish(comment: Comment, def: &TypeDef) -> String {
    comment.facts(None, &def.examples, def.deprecated).render("")
}

fn interface(def: &TypeDef, object: &Object) -> String {
    let mut docs = comment(def);
    if object.additional == Additional::Refused {
        docs = docs.tag("additionalProperties", "false");
    }
    let docs = finish(docs, def);
    let name = &def.name;
    // An empty interface would accept anything but null.
    match (&object.additional, object.fields.is_empty()) {
        (Additional::Refused, true) => return format!("{docs}export type {name} = {{ [key: string]: never }};"),
        (Additional::Ignored, true) => return format!("{docs}export type {name} = {{ [key: string]: unknown }};"),
        _ => {}
    }
    let fields: String = object.fields.iter().map(field).collect();
    let rest = match &object.additional {
        Additional::Typed(ty) => index_signature(&object.fields, ty),
        Additional::Refused | Additional::Ignored => String::new(),
    };
    format!("{docs}export interface {name} {{\n{fields}{rest}}}")
}

fn field(field: &Field) -> String {
    let docs = Comment::new(&field.docs)
        .rules(&field.ty)
        .facts(field.default.as_ref(), &field.examples, field.deprecated)
        .render("  ");
    format!(
        "{docs}  {}: {};\n",
        member(&field.name, field.required),
        nullable(&field.ty, field.nullable)
    )
}

/// TypeScript wants the named members to fit the index signature too, so their types are part of it.
fn index_signature(fields: &[Field], ty: &Type) -> String {
    let (values, has_null) = match ty {
        Type::Nullable(inner) => (inner.as_ref(), true),
        _ => (ty, false),
    };
    let mut types = vec![type_of(values)];
    for spelled in fields.iter().map(|field| type_of(&field.ty)) {
        if !types.contains(&spelled) {
            types.push(spelled);
        }
    }
    if has_null || fields.iter().any(|field| field.nullable) {
        types.push("null".to_owned());
    }
    if fields.iter().any(|field| !field.required) {
        types.push("undefined".to_owned());
    }
    let docs = Comment::new(&format!("Every other member is `{}`.", type_of(ty)))
        .rules(ty)
        .render("  ");
    format!("{docs}  [key: string]: {};\n", types.join(" | "))
}

fn enumeration(def: &TypeDef, values: &[EnumValue]) -> String {
    let described: Vec<String> = values
        .iter()
        .filter(|value| !value.docs.is_empty())
        .map(|value| format!("- `{}`: {}", value.value, one_line(&value.docs)))
        .collect();
    let docs = finish(comment(def).paragraph(&described.join("\n")), def);
    let literals: Vec<String> = values.iter().map(|value| literal(&value.value)).collect();
    let name = &def.name;
    let constant = format!("export const {}Values =", names::camel(name));
    format!(
        "{docs}{};\n\n/** Every {{@link {name}}}, in the contract's order. */\n{constant} {} as const;",
        union_of(&format!("export type {name} ="), &literals),
        list(&constant, ["[", "]"], ",", &literals),
    )
}

fn union(def: &TypeDef, union: &Union) -> String {
    let docs = finish(
        comment(def).paragraph(&format!("The member `{}` tells which.", union.tag)),
        def,
    );
    let variants: Vec<String> = union.variants.iter().map(|variant| variant.ty.clone()).collect();
    format!("{docs}{};", union_of(&format!("export type {} =", def.name), &variants))
}

fn alias(def: &TypeDef, ty: &Type) -> String {
    format!(
        "{}export type {} = {};",
        finish(comment(def).rules(ty), def),
        def.name,
        type_of(ty)
    )
}
