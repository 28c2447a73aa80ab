//! Which types requests and responses contain, and the split of those that differ between the two by `readOnly` and
//! `writeOnly` fields: the response keeps the name, the request becomes `{Name}Input`.

use super::check::{additional, mentioned};
use super::{Access, Context};
use crate::model::{Additional, Operation, Shape, Type, TypeDef};
use serde_json::Value;
use std::collections::BTreeSet;

/// A direction, by the fields that do not travel in it.
#[derive(Clone, Copy)]
struct Direction {
    without: Access,
}

const REQUEST: Direction = Direction {
    without: Access::ReadOnly,
};
const RESPONSE: Direction = Direction {
    without: Access::WriteOnly,
};

impl<'d> Context<'d> {
    /// Marks what travels where, and splits what differs.
    pub(super) fn direct(&mut self, operations: &mut [Operation]) {
        let (mut sent, mut answered) = (std::mem::take(&mut self.also_sent), Vec::new());
        for operation in operations.iter() {
            operation
                .parameters
                .iter()
                .for_each(|one| mentioned(&one.ty, &mut sent));
            operation.body.iter().for_each(|body| mentioned(&body.ty, &mut sent));
            for response in &operation.responses {
                response
                    .headers
                    .iter()
                    .for_each(|header| mentioned(&header.ty, &mut answered));
                response.body.iter().for_each(|body| mentioned(&body.ty, &mut answered));
            }
        }
        let (sent, answered) = (self.reach(sent, REQUEST), self.reach(answered, RESPONSE));
        for def in self.types.values_mut() {
            def.in_requests = sent.contains(&def.name);
            def.in_responses |= answered.contains(&def.name);
        }
        let split = self.differing();
        self.split(&split);
        for operation in operations {
            operation
                .parameters
                .iter_mut()
                .for_each(|one| rename(&mut one.ty, &split));
            operation.body.iter_mut().for_each(|body| rename(&mut body.ty, &split));
        }
    }

    fn reach(&self, mut queue: Vec<String>, direction: Direction) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        while let Some(name) = queue.pop() {
            let Some(def) = self.types.get(&name) else { continue };
            if reached.insert(name) {
                self.mentioned_in(def, direction, &mut queue);
            }
        }
        reached
    }

    fn mentioned_in(&self, def: &TypeDef, direction: Direction, names: &mut Vec<String>) {
        match &def.shape {
            Shape::Alias(ty) => mentioned(ty, names),
            Shape::Union(union) => names.extend(union.variants.iter().map(|variant| variant.ty.clone())),
            Shape::Object(object) => {
                let fields = object.fields.iter();
                let travelling = fields.filter(|field| self.access(&def.name, &field.name) != direction.without);
                travelling.for_each(|field| mentioned(&field.ty, names));
                if let Additional::Typed(ty) = &object.additional {
                    mentioned(ty, names);
                }
            }
            Shape::Enum(_) | Shape::Problem | Shape::Violation | Shape::ViolationPlace => {}
        }
    }

    fn access(&self, ty: &str, field: &str) -> Access {
        self.access
            .get(&(ty.to_owned(), field.to_owned()))
            .copied()
            .unwrap_or(Access::Both)
    }

    /// The types that travel both ways and are not the same in both: by their own fields, or by what they contain.
    fn differing(&self) -> BTreeSet<String> {
        let both = || self.types.values().filter(|def| def.in_requests && def.in_responses);
        let own = both().filter(|def| self.access.keys().any(|(ty, _)| *ty == def.name));
        let mut differing: BTreeSet<_> = own.map(|def| def.name.clone()).collect();
        loop {
            let contains = |def: &&TypeDef| {
                let mut names = Vec::new();
                self.mentioned_in(def, REQUEST, &mut names);
                !differing.contains(&def.name) && names.iter().any(|name| differing.contains(name))
            };
            let more: Vec<_> = both().filter(contains).map(|def| def.name.clone()).collect();
            if more.is_empty() {
                return differing;
            }
            differing.extend(more);
        }
    }

    fn split(&mut self, split: &BTreeSet<String>) {
        for (name, mut def) in std::mem::take(&mut self.types) {
            if split.contains(&name) {
                let input = TypeDef {
                    name: input_name(&name),
                    in_responses: false,
                    ..def.clone()
                };
                self.add_input(&name, input, split);
                def.in_requests = false;
                self.without(&mut def, &name, Access::WriteOnly);
            } else if def.in_requests && !def.in_responses {
                self.without(&mut def, &name, Access::ReadOnly);
                rename_shape(&mut def.shape, split);
            } else if def.in_responses && !def.in_requests {
                self.without(&mut def, &name, Access::WriteOnly);
            }
            if let Some(other) = self.types.insert(name, def) {
                self.input_collision(&other);
            }
        }
    }

    fn add_input(&mut self, name: &str, mut input: TypeDef, split: &BTreeSet<String>) {
        self.without(&mut input, name, Access::ReadOnly);
        rename_shape(&mut input.shape, split);
        if let Some(other) = self.types.insert(input.name.clone(), input) {
            self.input_collision(&other);
        }
    }

    fn input_collision(&mut self, def: &TypeDef) {
        let message = format!(
            "`{}` is also the name of a request type, split off for its readOnly fields",
            def.name
        );
        self.error(&def.place, "name-collision", message, "Rename the schema.");
    }

    /// Leaves out the fields of a type that do not travel in a direction, also in its examples.
    fn without(&self, def: &mut TypeDef, name: &str, access: Access) {
        let Shape::Object(object) = &mut def.shape else { return };
        let leaves = |field: &str| self.access(name, field) == access;
        object.fields.retain(|field| !leaves(&field.name));
        for example in &mut def.examples {
            if let Ok(Value::Object(mut members)) = serde_json::from_str(example) {
                members.retain(|member, _| !leaves(member));
                *example = Value::Object(members).to_string();
            }
        }
    }
}

fn input_name(name: &str) -> String {
    format!("{name}Input")
}

/// Puts the request types in place of those that are split.
fn rename(ty: &mut Type, split: &BTreeSet<String>) {
    match ty {
        Type::Named(name) if split.contains(name) => *name = input_name(name),
        Type::Array(array) => rename(&mut array.items, split),
        Type::Map(map) => rename(&mut map.values, split),
        Type::Nullable(inner) => rename(inner, split),
        _ => {}
    }
}

fn rename_shape(shape: &mut Shape, split: &BTreeSet<String>) {
    match shape {
        Shape::Alias(ty) => rename(ty, split),
        Shape::Union(union) => {
            let variants = union.variants.iter_mut().filter(|variant| split.contains(&variant.ty));
            variants.for_each(|variant| variant.ty = input_name(&variant.ty));
        }
        Shape::Object(object) => {
            object.fields.iter_mut().for_each(|field| rename(&mut field.ty, split));
            additional(&mut object.additional)
                .into_iter()
                .for_each(|ty| rename(ty, split));
        }
        Shape::Enum(_) | Shape::Problem | Shape::Violation | Shape::ViolationPlace => {}
    }
}
