//! Types of values where they stand: what of them is inline is compared here, and named types are paired, to be compared
//! once at their own place.

use super::Comparison;
use super::scalars;
use super::verdict::Effect;
use crate::conform;
use crate::model::{Api, ArrayType, EnumValue, IntegerType, MapType, NumberType, Shape, Type, TypeDef};
use serde_json::Value;

/// One thing that has changed in a type.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    pub(super) code: &'static str,
    /// The way to it from where the type stands.
    pub(super) path: Vec<&'static str>,
    /// What it is called.
    pub(super) what: String,
    pub(super) message: String,
    pub(super) wire: Effect,
    pub(super) typescript: Effect,
}

impl Detail {
    /// A rule that no language's type shows.
    pub(super) fn rule(keyword: &'static str, message: String, wire: Effect) -> Self {
        Self {
            code: "rule-changed",
            path: vec![keyword],
            what: format!("`{keyword}`"),
            message,
            wire,
            typescript: Effect::SAME,
        }
    }

    fn kind(code: &'static str, message: String, wire: Effect, typescript: Effect) -> Self {
        Self {
            code,
            path: vec!["type"],
            what: "the type".to_owned(),
            message,
            wire,
            typescript,
        }
    }

    fn inside(mut self, key: &'static str, whose: &str) -> Self {
        self.path.insert(0, key);
        self.what = format!("{} of {whose}", self.what);
        self
    }
}

/// What a name stands for, through aliases.
enum Resolved<'a> {
    Inline(&'a Type),
    Named(&'a TypeDef),
}

fn resolve<'a>(api: &'a Api, ty: &'a Type) -> Resolved<'a> {
    let Type::Named(name) = ty else {
        return Resolved::Inline(ty);
    };
    match api.type_def(name) {
        Some(TypeDef {
            shape: Shape::Alias(target),
            ..
        }) => resolve(api, target),
        Some(def) => Resolved::Named(def),
        // The parser has checked that there is none.
        None => Resolved::Inline(&Type::Any),
    }
}

impl Comparison<'_> {
    /// What has changed between two types; pairs the named ones.
    pub(super) fn values(&mut self, old: &Type, new: &Type) -> Vec<Detail> {
        if let (Type::Named(old), Type::Named(new)) = (old, new) {
            self.pair(old, new);
            return Vec::new();
        }
        match (resolve(self.old, old), resolve(self.new, new)) {
            (Resolved::Inline(old), Resolved::Inline(new)) => self.inline(old, new),
            (Resolved::Named(old), Resolved::Named(new)) => {
                self.pair(&old.name, &new.name);
                Vec::new()
            }
            (Resolved::Inline(Type::Nullable(old)), Resolved::Named(_)) => self.null(old, new, Effect::NARROWER),
            (Resolved::Named(_), Resolved::Inline(Type::Nullable(new))) => self.null(old, new, Effect::WIDER),
            (Resolved::Named(def), Resolved::Inline(new)) => {
                let (wire, typescript) = crossed(self.old, def, new);
                vec![changed(&def.name, kind(new), wire, typescript)]
            }
            (Resolved::Inline(old), Resolved::Named(def)) => {
                let (wire, typescript) = crossed(self.new, def, old);
                vec![changed(kind(old), &def.name, wire.reversed(), typescript.reversed())]
            }
        }
    }

    /// The types beside a null that only one side allows.
    fn null(&mut self, old: &Type, new: &Type, effect: Effect) -> Vec<Detail> {
        let mut details = self.values(old, new);
        let message = if effect == Effect::WIDER {
            "may be null now"
        } else {
            "can no longer be null"
        };
        details.push(Detail::kind("null-changed", message.to_owned(), effect, effect));
        details
    }

    fn inline(&mut self, old: &Type, new: &Type) -> Vec<Detail> {
        match (old, new) {
            (Type::Nullable(old), Type::Nullable(new)) => self.values(old, new),
            (Type::Any, Type::Any) => Vec::new(),
            (old, Type::Any) => vec![changed(kind(old), kind(new), Effect::WIDER, Effect::WIDER)],
            (Type::Any, new) => vec![changed(kind(old), kind(new), Effect::NARROWER, Effect::NARROWER)],
            (Type::Nullable(old), new) => self.null(old, new, Effect::NARROWER),
            (old, Type::Nullable(new)) => self.null(old, new, Effect::WIDER),
            (Type::Text(old), Type::Text(new)) => scalars::text(old, new),
            (Type::Integer(old), Type::Integer(new)) => scalars::integer(old, new),
            (Type::Number(old), Type::Number(new)) => scalars::number(old, new),
            (Type::Integer(from), Type::Number(to)) => {
                vec![changed(kind(old), kind(new), integer_to_number(from, to), Effect::SAME)]
            }
            (Type::Number(from), Type::Integer(to)) => {
                let effect = integer_to_number(to, from).reversed();
                vec![changed(kind(old), kind(new), effect, Effect::SAME)]
            }
            (Type::Array(old), Type::Array(new)) => self.arrays(old, new),
            (Type::Map(old), Type::Map(new)) => self.maps(old, new),
            (Type::FreeObject, Type::Map(map)) => free(map).into_iter().map(|one| narrowed(one, old, new)).collect(),
            (Type::Map(map), Type::FreeObject) => {
                let details = free(map).into_iter();
                details.map(|effect| narrowed(effect.reversed(), old, new)).collect()
            }
            (old, new) if std::mem::discriminant(old) == std::mem::discriminant(new) => Vec::new(),
            (old, new) => vec![changed(kind(old), kind(new), Effect::OTHER, Effect::OTHER)],
        }
    }

    fn arrays(&mut self, old: &ArrayType, new: &ArrayType) -> Vec<Detail> {
        let items = self.values(&old.items, &new.items).into_iter();
        let mut details: Vec<_> = items.map(|detail| detail.inside("items", "the items")).collect();
        details.extend(scalars::least("minItems", old.min_items, new.min_items));
        details.extend(scalars::most("maxItems", old.max_items, new.max_items));
        if old.unique_items != new.unique_items {
            let message = if new.unique_items { "is said now" } else { "is gone" };
            let effect = Effect::of_sets(!new.unique_items, !old.unique_items);
            details.push(Detail::rule("uniqueItems", message.to_owned(), effect));
        }
        details
    }

    fn maps(&mut self, old: &MapType, new: &MapType) -> Vec<Detail> {
        let values = self.values(&old.values, &new.values).into_iter();
        let mut details: Vec<_> = values
            .map(|detail| detail.inside("additionalProperties", "the values"))
            .collect();
        details.extend(scalars::least("minProperties", old.min_properties, new.min_properties));
        details.extend(scalars::most("maxProperties", old.max_properties, new.max_properties));
        details
    }
}

/// How a map is narrower than any object: by its values, by its count, or not at all.
fn free(map: &MapType) -> Option<Effect> {
    let counted = (map.min_properties, map.max_properties) != (None, None);
    (counted || map.values != Type::Any).then_some(Effect::NARROWER)
}

fn narrowed(effect: Effect, old: &Type, new: &Type) -> Detail {
    let is_any = |ty: &Type| match ty {
        Type::Map(map) => map.values == Type::Any,
        _ => true,
    };
    let typescript = if is_any(old) && is_any(new) {
        Effect::SAME
    } else {
        effect
    };
    changed(kind(old), kind(new), effect, typescript)
}

fn changed(old: &str, new: &str, wire: Effect, typescript: Effect) -> Detail {
    Detail::kind("type-changed", format!("is {new}, was {old}"), wire, typescript)
}

/// Every integer is a number, if it is within the number's bounds.
fn integer_to_number(integer: &IntegerType, number: &NumberType) -> Effect {
    let (least, greatest) = scalars::range(integer);
    let (least, greatest) = (least as f64, greatest as f64);
    let within = number.minimum.is_none_or(|bound| bound <= least)
        && number.exclusive_minimum.is_none_or(|bound| bound < least)
        && number.maximum.is_none_or(|bound| bound >= greatest)
        && number.exclusive_maximum.is_none_or(|bound| bound > greatest)
        && number.multiple_of.is_none();
    if within { Effect::WIDER } else { Effect::OTHER }
}

/// From a named shape to an inline type: on the wire, and in TypeScript.
fn crossed(api: &Api, def: &TypeDef, ty: &Type) -> (Effect, Effect) {
    match (&def.shape, ty) {
        (_, Type::Any) => (Effect::WIDER, Effect::WIDER),
        (Shape::Object(_) | Shape::Union(_), Type::FreeObject) => (Effect::WIDER, Effect::OTHER),
        (Shape::Enum(values), Type::Text(text)) => {
            let only = match values.as_slice() {
                [only] => text.constant.as_ref() == Some(&only.value),
                _ => false,
            };
            let wire = if only {
                Effect::SAME
            } else {
                enumerated(api, values, ty)
            };
            let typescript = match &text.constant {
                None => Effect::WIDER,
                Some(_) => wire,
            };
            (wire, typescript)
        }
        _ => (Effect::OTHER, Effect::OTHER),
    }
}

/// From an enum to a string with rules.
fn enumerated(api: &Api, values: &[EnumValue], text: &Type) -> Effect {
    let fits = |value: &EnumValue| {
        conform::mismatch(&|name| api.type_def(name), text, &Value::from(value.value.as_str())).is_none()
    };
    let constant = matches!(text, Type::Text(text) if text.constant.is_some());
    Effect::of_sets(values.iter().all(fits), constant && values.iter().any(fits))
}

/// What kind of value a type is, in words.
fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Named(_) => "a named type",
        Type::Text(_) => "a string",
        Type::Integer(_) => "an integer",
        Type::Number(_) => "a number",
        Type::Boolean => "a boolean",
        Type::Array(_) => "an array",
        Type::Map(_) => "a map",
        Type::FreeObject => "any object",
        Type::Any => "any value",
        Type::Nullable(_) => "a value or null",
        Type::Bytes => "bytes",
    }
}
