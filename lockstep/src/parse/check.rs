//! Checks over the whole contract, once every type is known: what parameters may be, recursion, names and defaults.

use super::Context;
use super::parameter::is_scalar;
use crate::conform;
use crate::model::{Additional, Location, Operation, Shape, Type, TypeDef};
use crate::names;
use crate::source::Place;
use std::collections::{BTreeMap, BTreeSet};

impl<'d> Context<'d> {
    /// What a type is behind its aliases: a scalar, an array, or `None` for an enum (also a scalar) or anything unknown.
    fn behind(&self, ty: &Type) -> Behind {
        let mut ty = ty.clone();
        // A chain of aliases is shorter than the number of types, or it is a circle.
        for _ in 0..=self.types.len() {
            let Type::Named(name) = &ty else { break };
            match self.types.get(name).map(|def| &def.shape) {
                Some(Shape::Alias(inner)) => ty = inner.clone(),
                Some(Shape::Enum(_)) => return Behind::Scalar,
                None => return Behind::Unknown,
                Some(_) => return Behind::Other,
            }
        }
        match ty {
            Type::Array(_) => Behind::Array(ty),
            _ if is_scalar(&ty) => Behind::Scalar,
            _ => Behind::Other,
        }
    }

    /// Reports parameters and headers that are no scalars; puts arrays behind aliases into the parameter itself.
    pub(super) fn check_values(&mut self, operations: &mut [Operation]) {
        for parameter in operations.iter_mut().flat_map(|operation| &mut operation.parameters) {
            let problem = match self.behind(&parameter.ty) {
                Behind::Scalar | Behind::Unknown => None,
                Behind::Array(array) if parameter.location == Location::Query => {
                    let items = match &array {
                        Type::Array(array) => self.behind(&array.items),
                        _ => Behind::Other,
                    };
                    mentioned(&parameter.ty, &mut self.also_sent);
                    parameter.ty = array;
                    matches!(items, Behind::Array(_) | Behind::Other).then_some("an array whose items are no scalars")
                }
                Behind::Array(_) => Some("an array outside the query"),
                Behind::Other => Some("neither a scalar nor an array of scalars"),
            };
            if let Some(problem) = problem {
                let message = format!("the parameter `{}` is {problem}", parameter.name);
                self.error(
                    &parameter.place,
                    "unsupported-parameter",
                    message,
                    "Use scalars, or send it in the body.",
                );
            }
        }
        for (ty, place) in std::mem::take(&mut self.scalar_places) {
            if matches!(self.behind(&ty), Behind::Array(_) | Behind::Other) {
                self.error(
                    &place,
                    "unsupported-header",
                    "a header is not a scalar",
                    "Use a string with a pattern.",
                );
            }
        }
    }

    /// Reports types of which no finite value exists, because each contains itself.
    pub(super) fn check_finite(&mut self) {
        let mut finite: BTreeSet<String> = BTreeSet::new();
        loop {
            let more: Vec<_> = self
                .types
                .values()
                .filter(|def| !finite.contains(&def.name))
                .filter(|def| is_finite(def, &|name| finite.contains(name) || !self.types.contains_key(name)))
                .map(|def| def.name.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            finite.extend(more);
        }
        let infinite: Vec<_> = self
            .types
            .values()
            .filter(|def| !finite.contains(&def.name))
            .cloned()
            .collect();
        for def in infinite {
            let message = format!("`{}` contains itself without end", def.name);
            self.error(
                &def.place,
                "infinite-type",
                message,
                "Make the field that leads back optional, nullable or an array.",
            );
        }
    }

    /// Reports names that become the same identifier.
    pub(super) fn check_names(&mut self, operations: &[Operation]) {
        let mut errors = Vec::new();
        for def in self.types.values() {
            match &def.shape {
                Shape::Object(object) => {
                    let fields = object.fields.iter().map(|field| (field.name.as_str(), &field.place));
                    collisions(
                        fields,
                        names::rust_value,
                        &format!("fields of `{}`", def.name),
                        &mut errors,
                    );
                }
                Shape::Enum(values) => {
                    let values = values.iter().map(|value| (value.value.as_str(), &def.place));
                    collisions(
                        values,
                        names::rust_variant,
                        &format!("values of `{}`", def.name),
                        &mut errors,
                    );
                }
                _ => {}
            }
        }
        for operation in operations {
            let parameters = operation.parameters.iter().map(|one| (one.name.as_str(), &one.place));
            collisions(
                parameters,
                names::rust_value,
                &format!("parameters of `{}`", operation.id),
                &mut errors,
            );
        }
        for (code, response) in operations.iter().flat_map(Operation::answers) {
            let headers = response.headers.iter().map(|one| (one.name.as_str(), &one.place));
            collisions(
                headers,
                names::camel,
                &format!("headers of an answer {code}"),
                &mut errors,
            );
        }
        let tags = operations
            .iter()
            .map(|operation| (operation.tag.as_str(), &operation.place));
        let distinct: BTreeMap<_, _> = tags.collect();
        collisions(distinct.into_iter(), names::pascal, "tags", &mut errors);
        for (place, message) in errors {
            self.error(
                &place,
                "name-collision",
                message,
                "Rename one of them: generated code needs both.",
            );
        }
    }

    /// Reports arrays in requests whose items are compared with each other, however many a caller sends.
    pub(super) fn check_unique_items(&mut self, operations: &[Operation]) {
        let mut sent: Vec<(&Type, &Place)> = Vec::new();
        for def in self.types.values().filter(|def| def.in_requests) {
            match &def.shape {
                Shape::Alias(ty) => sent.push((ty, &def.place)),
                Shape::Object(object) => {
                    sent.extend(object.fields.iter().map(|field| (&field.ty, &field.place)));
                    if let Additional::Typed(ty) = &object.additional {
                        sent.push((ty, &def.place));
                    }
                }
                _ => {}
            }
        }
        let parameters = operations.iter().flat_map(|operation| &operation.parameters);
        sent.extend(parameters.map(|one| (&one.ty, &one.place)));
        let endless = sent.into_iter().filter(|(ty, _)| compares_without_end(ty));
        let places: Vec<_> = endless.map(|(_, place)| place.clone()).collect();
        for place in places {
            let message = format!("`uniqueItems` in a request needs `maxItems` of at most {MOST_UNIQUE}");
            let hint = "Add `maxItems`, or lower it: every item is compared with every other.";
            self.error(&place, "unsupported-unique-items", message, hint);
        }
    }

    /// Reports defaults that do not fit their type.
    pub(super) fn check_defaults(&mut self, operations: &[Operation]) {
        let mut wrong = Vec::new();
        let find = |name: &str| self.types.get(name);
        let mut check = |ty: &Type, nullable: bool, default: &Option<String>, place: &Place| {
            let value = default
                .as_ref()
                .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
            let Some(value) = value.filter(|value| !(nullable && value.is_null())) else {
                return;
            };
            if let Some(why) = conform::mismatch(&find, ty, &value) {
                wrong.push((place.clone(), format!("the default does not fit its schema: it {why}")));
            }
        };
        for def in self.types.values() {
            let Shape::Object(object) = &def.shape else { continue };
            object
                .fields
                .iter()
                .for_each(|field| check(&field.ty, field.nullable, &field.default, &field.place));
        }
        for one in operations.iter().flat_map(|operation| &operation.parameters) {
            check(&one.ty, false, &one.default, &one.place);
        }
        for (place, message) in wrong {
            self.error(
                &place,
                "default-mismatch",
                message,
                "Correct the default, or the schema.",
            );
        }
    }
}

/// How many items a request may have where every two are compared.
const MOST_UNIQUE: u64 = 1000;

enum Behind {
    Scalar,
    Array(Type),
    Other,
    /// Not defined, because of an error that is reported already.
    Unknown,
}

/// Whether a value of a type can end, given which other types can.
fn is_finite(def: &TypeDef, known: &dyn Fn(&str) -> bool) -> bool {
    let ends = |ty: &Type| match ty {
        Type::Named(name) => known(name),
        _ => true,
    };
    match &def.shape {
        Shape::Alias(ty) => ends(ty),
        Shape::Object(object) => object
            .fields
            .iter()
            .all(|field| !field.required || field.nullable || ends(&field.ty)),
        Shape::Union(union) => union.variants.is_empty() || union.variants.iter().any(|variant| known(&variant.ty)),
        _ => true,
    }
}

fn compares_without_end(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => {
            let endless = array.unique_items && array.max_items.is_none_or(|max| max > MOST_UNIQUE);
            endless || compares_without_end(&array.items)
        }
        Type::Map(map) => compares_without_end(&map.values),
        Type::Nullable(inner) => compares_without_end(inner),
        _ => false,
    }
}

fn collisions<'n>(
    names: impl Iterator<Item = (&'n str, &'n Place)>,
    identifier: impl Fn(&str) -> String,
    what: &str,
    errors: &mut Vec<(Place, String)>,
) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, place) in names {
        if let Some(other) = seen.insert(identifier(name), name) {
            errors.push((
                place.clone(),
                format!("two {what} get the same name: `{other}` and `{name}`"),
            ));
        }
    }
}

/// The names of the types that a type mentions.
pub(super) fn mentioned(ty: &Type, names: &mut Vec<String>) {
    match ty {
        Type::Named(name) => names.push(name.clone()),
        Type::Array(array) => mentioned(&array.items, names),
        Type::Map(map) => mentioned(&map.values, names),
        Type::Nullable(inner) => mentioned(inner, names),
        _ => {}
    }
}

/// The type that an object has beside its fields.
pub(super) fn additional(additional: &mut Additional) -> Option<&mut Type> {
    match additional {
        Additional::Typed(ty) => Some(ty),
        _ => None,
    }
}
