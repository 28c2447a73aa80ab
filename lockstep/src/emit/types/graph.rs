//! How types contain one another: recursion, and which types have `Eq`.
//! Questions about the model only.

use crate::model::{Additional, Api, Shape, Type};

/// Whether a field of this type makes its owner contain itself with nothing on the heap between.
pub(super) fn contains_itself(api: &Api, owner: &str, ty: &Type) -> bool {
    reaches(api, owner, ty, false, &mut Vec::new())
}

/// Whether a field of this type leads back to its owner at all.
pub(super) fn recurs(api: &Api, owner: &str, ty: &Type) -> bool {
    reaches(api, owner, ty, true, &mut Vec::new())
}

fn reaches(api: &Api, owner: &str, ty: &Type, through_heap: bool, seen: &mut Vec<String>) -> bool {
    match ty {
        Type::Named(name) if name == owner => true,
        Type::Named(name) if seen.contains(name) => false,
        Type::Named(name) => {
            seen.push(name.clone());
            parts(api, name)
                .iter()
                .any(|part| reaches(api, owner, part, through_heap, seen))
        }
        Type::Nullable(inner) => reaches(api, owner, inner, through_heap, seen),
        Type::Array(array) => through_heap && reaches(api, owner, &array.items, through_heap, seen),
        Type::Map(map) => through_heap && reaches(api, owner, &map.values, through_heap, seen),
        _ => false,
    }
}

/// Whether every part of a named type has `Eq`.
pub(super) fn is_eq(api: &Api, name: &str) -> bool {
    all_eq(api, &Type::Named(name.to_owned()), &mut Vec::new())
}

fn all_eq(api: &Api, ty: &Type, seen: &mut Vec<String>) -> bool {
    match ty {
        Type::Named(name) if seen.contains(name) => true,
        Type::Named(name) => {
            seen.push(name.clone());
            parts(api, name).iter().all(|part| all_eq(api, part, seen))
        }
        Type::Number(_) => false,
        Type::Nullable(inner) => all_eq(api, inner, seen),
        Type::Array(array) => all_eq(api, &array.items, seen),
        Type::Map(map) => all_eq(api, &map.values, seen),
        _ => true,
    }
}

/// What a named type consists of.
/// Whether it is a whole request body.
pub(super) fn is_body(api: &Api, name: &str) -> bool {
    let mut bodies = api.operations.iter().filter_map(|operation| operation.body.as_ref());
    bodies.any(|body| matches!(&body.ty, Type::Named(body) if body == name))
}

/// Whether another type of a request has a part of it.
pub(super) fn is_in_request(api: &Api, name: &str) -> bool {
    let mut sent = api.types.iter().filter(|def| def.in_requests);
    sent.any(|def| parts(api, &def.name).iter().any(|part| mentions(part, name)))
}

fn mentions(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Named(other) => other == name,
        Type::Array(array) => mentions(&array.items, name),
        Type::Map(map) => mentions(&map.values, name),
        Type::Nullable(inner) => mentions(inner, name),
        _ => false,
    }
}

fn parts(api: &Api, name: &str) -> Vec<Type> {
    match api.type_def(name).map(|def| &def.shape) {
        Some(Shape::Object(object)) => {
            let mut parts: Vec<_> = object.fields.iter().map(|field| field.ty.clone()).collect();
            if let Additional::Typed(ty) = &object.additional {
                parts.push(Type::Map(Box::new(crate::model::MapType {
                    values: ty.clone(),
                    min_properties: None,
                    max_properties: None,
                })));
            }
            parts
        }
        Some(Shape::Union(union)) => union
            .variants
            .iter()
            .map(|variant| Type::Named(variant.ty.clone()))
            .collect(),
        Some(Shape::Alias(ty)) => vec![ty.clone()],
        _ => Vec::new(),
    }
}
