//! Named types, each compared with its counterpart at its own place: enums, unions and aliases; and which have come or
//! gone. Objects have a file of their own.

use super::finding::{Anchor, Meaning, Spot, breaking_if};
use super::values::Detail;
use super::verdict::{Effect, Verdict};
use super::{Comparison, Scope, rust};
use crate::model::{EnumValue, Shape, Type, TypeDef, Union};

impl<'a> Comparison<'a> {
    /// Compares every pair, also those that no operation reaches: their names can be used in source.
    pub(super) fn definitions(&mut self) {
        let (old, new) = (self.old, self.new);
        loop {
            while let Some(pair) = self.queue.pop() {
                self.scope = Scope::Pair(pair.clone());
                if let (Some(before), Some(after)) = (old.type_def(&pair.0), new.type_def(&pair.1)) {
                    self.definition(before, after);
                }
            }
            let names = old.types.iter().map(|def| &def.name);
            let waiting = names
                .filter(|name| new.type_def(name).is_some())
                .find(|name| !self.pairs.contains_key(&((*name).clone(), (*name).clone())));
            let Some(name) = waiting else { break };
            let pair = (name.clone(), name.clone());
            self.pairs.insert(pair.clone(), Default::default());
            self.queue.push(pair);
        }
        self.scope = Scope::Fixed(super::Directions::default());
        self.come_and_gone();
    }

    fn come_and_gone(&mut self) {
        let spot = |def: &TypeDef| {
            let anchor = Anchor::Value(def.place.clone());
            Spot::new(&def.name, anchor.clone(), anchor)
        };
        let (old, new) = (self.old, self.new);
        // What an operation lost or gained is said there; here it is a name that source can use.
        for def in old.types.iter().filter(|def| new.type_def(&def.name).is_none()) {
            let meaning = Meaning::new(Effect::SAME, Verdict::Breaking, Effect::OTHER);
            self.found("type-removed", spot(def).gone(), "the type is gone", meaning);
        }
        for def in new.types.iter().filter(|def| old.type_def(&def.name).is_none()) {
            let meaning = Meaning::new(Effect::SAME, Verdict::Compatible, Effect::EXTENDED);
            self.found("type-added", spot(def).come(), "the type is new", meaning);
        }
    }

    fn definition(&mut self, old: &'a TypeDef, new: &'a TypeDef) {
        let name = if old.name == new.name {
            old.name.clone()
        } else {
            format!("{} → {}", old.name, new.name)
        };
        let spot = Spot::new(name, Anchor::Value(old.place.clone()), Anchor::Value(new.place.clone()));
        self.text("description", &spot, &old.docs, &new.docs);
        self.examples(&spot, &old.examples, &new.examples);
        self.deprecated(&spot, old.deprecated, new.deprecated);
        match (&old.shape, &new.shape) {
            (Shape::Object(before), Shape::Object(after)) => self.objects(&spot, (old, before), (new, after)),
            (Shape::Enum(before), Shape::Enum(after)) => self.enums(&spot, before, after),
            (Shape::Union(before), Shape::Union(after)) => self.unions(&spot, before, after),
            (Shape::Alias(before), Shape::Alias(after)) => {
                let details = self.values(before, after);
                let same = rust::alias(self.old, before).is(&rust::alias(self.new, after));
                self.details(&spot, details, same);
            }
            (Shape::Alias(before), _) => self.against(&spot, before.clone(), Type::Named(new.name.clone())),
            (_, Shape::Alias(after)) => self.against(&spot, Type::Named(old.name.clone()), after.clone()),
            (before, after) if before == after => {}
            _ => self.found("type-changed", spot, "is another kind of type", Meaning::GONE),
        }
    }

    /// An alias and a type that is none.
    fn against(&mut self, spot: &Spot, old: Type, new: Type) {
        let same = rust::value(self.old, &old).is(&rust::value(self.new, &new));
        let details = self.values(&old, &new);
        self.details(spot, details, same);
    }

    /// Says that something is deprecated, or no longer so: nothing in Rust, for servers must go on writing it.
    pub(super) fn deprecated(&mut self, spot: &Spot, old: bool, new: bool) {
        let meaning = Meaning::new(Effect::SAME, Verdict::Neutral, Effect::EXTENDED);
        let spot = spot.below(["deprecated"]);
        match (old, new) {
            (false, true) => self.found("deprecated", spot, "is deprecated now", meaning),
            (true, false) => self.found("deprecated", spot, "is no longer deprecated", meaning),
            _ => {}
        }
    }

    /// Reports what has changed in a type, and says so if only its Rust has.
    pub(super) fn details(&mut self, spot: &Spot, details: Vec<Detail>, same_rust: bool) {
        let rust = breaking_if(!same_rust);
        if details.is_empty() && !same_rust {
            let meaning = Meaning::new(Effect::SAME, rust, Effect::SAME);
            self.found("rust-type-changed", spot.clone(), "has another type in Rust", meaning);
        }
        for detail in details {
            let meaning = Meaning::new(detail.wire, rust, detail.typescript);
            let message = format!("{} {}", detail.what, detail.message);
            self.found(detail.code, spot.below(detail.path), message, meaning);
        }
    }

    fn enums(&mut self, spot: &Spot, old: &[EnumValue], new: &[EnumValue]) {
        for value in old.iter().filter(|value| !has(new, value)) {
            let spot = spot.below(["enum", value.value.as_str()]);
            // TypeScript refuses to compare with a value that cannot be.
            let meaning = Meaning::new(Effect::NARROWER, Verdict::Breaking, Effect::OTHER);
            self.found(
                "value-removed",
                spot,
                format!("the value `{}` is gone", value.value),
                meaning,
            );
        }
        for value in new.iter().filter(|value| !has(old, value)) {
            let spot = spot.below(["enum", value.value.as_str()]);
            let meaning = Meaning::new(Effect::WIDER, Verdict::Breaking, Effect::WIDER);
            self.found(
                "value-added",
                spot,
                format!("the value `{}` is new", value.value),
                meaning,
            );
        }
        for value in new {
            if let Some(before) = old.iter().find(|before| before.value == value.value) {
                let spot = spot.called(format!("{} `{}`", spot.subject, value.value));
                self.text("description", &spot, &before.docs, &value.docs);
            }
        }
    }

    fn unions(&mut self, spot: &Spot, old: &'a Union, new: &'a Union) {
        if old.tag != new.tag {
            let message = format!(
                "the member that tells the variants apart is `{}`, was `{}`",
                new.tag, old.tag
            );
            let meaning = Meaning::new(Effect::OTHER, Verdict::Neutral, Effect::OTHER);
            self.found(
                "tag-changed",
                spot.below(["discriminator", "propertyName"]),
                message,
                meaning,
            );
        }
        for (tag, variant) in tags(old) {
            match tags(new).find(|(other, _)| *other == tag) {
                Some((_, other)) => {
                    self.pair(variant, other);
                    if variant != other {
                        let message = format!("`{tag}` means `{other}`, meant `{variant}`");
                        let meaning = Meaning::new(Effect::SAME, Verdict::Breaking, Effect::SAME);
                        self.found("variant-renamed", spot.clone(), message, meaning);
                    }
                }
                None => {
                    let meaning = of_variant(Effect::NARROWER, Effect::OTHER, !has_type(new, variant));
                    self.found(
                        "variant-removed",
                        spot.clone(),
                        format!("the tag `{tag}` is gone"),
                        meaning,
                    );
                }
            }
        }
        let added = tags(new).filter(|(tag, _)| !tags(old).any(|(other, _)| other == *tag));
        for (tag, variant) in added {
            let meaning = of_variant(Effect::WIDER, Effect::WIDER, !has_type(old, variant));
            self.found(
                "variant-added",
                spot.clone(),
                format!("the tag `{tag}` is new"),
                meaning,
            );
        }
    }
}

/// Another tag of a variant that stays is told by the variant's own member.
fn of_variant(wire: Effect, typescript: Effect, whole: bool) -> Meaning {
    if whole {
        Meaning::new(wire, Verdict::Breaking, typescript)
    } else {
        Meaning::new(wire, Verdict::Neutral, Effect::SAME)
    }
}

fn has(values: &[EnumValue], value: &EnumValue) -> bool {
    values.iter().any(|other| other.value == value.value)
}

fn has_type(union: &Union, ty: &str) -> bool {
    union.variants.iter().any(|variant| variant.ty == ty)
}

/// Every tag with the name of its variant's type.
fn tags(union: &Union) -> impl Iterator<Item = (&str, &str)> {
    union
        .variants
        .iter()
        .flat_map(|variant| variant.tags.iter().map(|tag| (tag.as_str(), variant.ty.as_str())))
}
