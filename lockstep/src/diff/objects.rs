//! Objects: fields that have come, gone or changed, and what happens to members that have no name.
//! What Rust makes of a field is asked of the emitter, one change at a time.

use super::Comparison;
use super::finding::{Anchor, Meaning, Spot, breaking_if, said};
use super::rust::{self, Spelled};
use super::values::Detail;
use super::verdict::{Effect, Verdict};
use crate::model::{Additional, Api, Field, Object, Shape, Type, TypeDef};
use serde_json::Value;

/// A type that is an object.
type Owned<'a> = (&'a TypeDef, &'a Object);

impl<'a> Comparison<'a> {
    pub(super) fn objects(&mut self, spot: &Spot, old: Owned<'a>, new: Owned<'a>) {
        for field in &old.1.fields {
            match named(new.1, &field.name) {
                Some(after) => self.field(spot, (old.0, field), (new.0, after)),
                None => self.removed_field(spot, field, new.1),
            }
        }
        for field in new.1.fields.iter().filter(|field| named(old.1, &field.name).is_none()) {
            self.added_field(spot, field, old.1);
        }
        self.additional(spot, old.1, new.1);
    }

    fn removed_field(&mut self, owner: &Spot, field: &'a Field, object: &'a Object) {
        let kept = |same: bool| match (same, field.required) {
            (false, _) => Effect::OTHER,
            (true, true) => Effect::WIDER,
            (true, false) => Effect::EXTENDED,
        };
        let wire = match (&object.additional, field.required) {
            (Additional::Typed(rest), _) => kept(*rest == Type::Any || self.are_same(&field.ty, rest)),
            // Who sends it is refused, or no longer heard.
            (_, true) => Effect::OTHER,
            (_, false) => Effect::NARROWER,
        };
        let spot = field_spot(owner, field, field).gone();
        let meaning = Meaning::new(wire, Verdict::Breaking, Effect::OTHER);
        self.found("field-removed", spot, "the field is gone", meaning);
    }

    fn added_field(&mut self, owner: &Spot, field: &'a Field, object: &'a Object) {
        let wire = match (&object.additional, field.required) {
            (Additional::Typed(Type::Any), _) if field.ty != Type::Any => Effect::NARROWER,
            (Additional::Typed(rest), _) if !self.are_same(rest, &field.ty) => Effect::OTHER,
            (_, true) => Effect::NARROWER,
            // Nobody sends it yet; clients skip what they do not know.
            (_, false) => Effect::EXTENDED,
        };
        let typescript = if field.required {
            Effect::NARROWER
        } else {
            Effect::EXTENDED
        };
        let (message, code) = if field.required {
            ("the field is new and required", "required-field-added")
        } else {
            ("the field is new", "field-added")
        };
        let spot = field_spot(owner, field, field).come();
        self.found(code, spot, message, Meaning::new(wire, Verdict::Breaking, typescript));
    }

    /// Whether a member that gets, or loses, its name has the type of those without.
    fn are_same(&mut self, old: &Type, new: &Type) -> bool {
        match (old, new) {
            (Type::Named(old), Type::Named(new)) => old == new,
            _ => self.values(old, new).iter().all(|detail| detail.wire == Effect::SAME),
        }
    }

    fn field(&mut self, owner: &Spot, old: (&'a TypeDef, &'a Field), new: (&'a TypeDef, &'a Field)) {
        let (before, after) = (old.1, new.1);
        let spot = field_spot(owner, before, after);
        let api = self.old;
        let was = rust::field(api, old.0, before);
        let differs = |changed: Field| breaking_if(!rust::field(api, old.0, &changed).is(&was));
        if before.required != after.required {
            let rust = differs(Field {
                required: after.required,
                ..before.clone()
            });
            let (message, effect) = if after.required {
                ("is required now", Effect::NARROWER)
            } else {
                ("is no longer required", Effect::WIDER)
            };
            self.found(
                "required-changed",
                spot.clone(),
                message,
                Meaning::new(effect, rust, effect),
            );
        }
        let rust = differs(Field {
            default: after.default.clone(),
            ..before.clone()
        });
        self.default(
            &spot,
            (&before.default, before.required),
            (&after.default, after.required),
            rust,
        );
        self.field_type(&spot, old, new, &was);
        self.text("description", &spot, &before.docs, &after.docs);
        self.examples(&spot, &before.examples, &after.examples);
        self.deprecated(&spot, before.deprecated, after.deprecated);
    }

    fn field_type(&mut self, spot: &Spot, old: (&'a TypeDef, &'a Field), new: (&'a TypeDef, &'a Field), was: &Spelled) {
        let (before, after) = (old.1, new.1);
        let named = matches!((&before.ty, &after.ty), (Type::Named(_), Type::Named(_)));
        // Null can also be a matter of the type, where that is not compared by itself.
        let (from, to) = if named {
            ((&before.ty, before.nullable), (&after.ty, after.nullable))
        } else {
            (apart(self.old, before), apart(self.new, after))
        };
        if from.1 != to.1 {
            let changed = Field {
                nullable: after.nullable,
                ..before.clone()
            };
            let rust = breaking_if(!rust::field(self.old, old.0, &changed).is(was));
            let (message, effect) = if to.1 {
                ("may be null now", Effect::WIDER)
            } else {
                ("can no longer be null", Effect::NARROWER)
            };
            self.found(
                "null-changed",
                spot.clone(),
                message,
                Meaning::new(effect, rust, effect),
            );
        }
        let retyped = Field {
            required: before.required,
            nullable: before.nullable,
            default: before.default.clone(),
            ..after.clone()
        };
        let same = rust::field(self.new, new.0, &retyped).is(was);
        let details = self.values(from.0, to.0);
        self.details(spot, details, same);
    }

    /// A default is a promise about what absence means: a new one takes nothing back.
    pub(super) fn default(
        &mut self,
        spot: &Spot,
        (old, was_required): (&Option<String>, bool),
        (new, is_required): (&Option<String>, bool),
        rust: Verdict,
    ) {
        if same_json(old.as_ref(), new.as_ref()) {
            return;
        }
        let wire = match (was_required || is_required, old) {
            // What is always there has no absence to explain.
            (true, _) => Effect::SAME,
            (false, None) => Effect::EXTENDED,
            (false, Some(_)) => Effect::OTHER,
        };
        let message = format!("the default {}", said(old.clone(), new.clone()));
        let meaning = Meaning::new(wire, rust, Effect::SAME);
        self.found("default-changed", spot.below(["default"]), message, meaning);
    }

    fn additional(&mut self, spot: &Spot, old: &'a Object, new: &'a Object) {
        let spot = spot.below(["additionalProperties"]);
        let rest = |object: &'a Object| match &object.additional {
            Additional::Typed(ty) => Some(ty),
            Additional::Refused | Additional::Ignored => None,
        };
        if let (Some(before), Some(after)) = (rest(old), rest(new)) {
            let details = self.values(before, after);
            let details = details.into_iter().map(|detail| Detail {
                what: format!("{} of other members", detail.what),
                ..detail
            });
            let same = rust::value(self.old, before).is(&rust::value(self.new, after));
            return self.details(&spot, details.collect(), same);
        }
        if old.additional != new.additional {
            let message = format!(
                "other members are {}, were {}",
                others(&new.additional),
                others(&old.additional)
            );
            let empty = old.fields.is_empty() && new.fields.is_empty();
            let meaning = of_additional(&old.additional, &new.additional, empty);
            self.found("additional-changed", spot, message, meaning);
        }
    }
}

fn named<'a>(object: &'a Object, name: &str) -> Option<&'a Field> {
    object.fields.iter().find(|field| field.name == name)
}

fn field_spot(owner: &Spot, old: &Field, new: &Field) -> Spot {
    let anchor = |field: &Field| Anchor::Value(field.place.clone());
    Spot::new(format!("{}.{}", owner.subject, new.name), anchor(old), anchor(new))
}

/// A field's type without its null, and whether it has one.
fn apart<'a>(api: &'a Api, field: &'a Field) -> (&'a Type, bool) {
    let mut ty = &field.ty;
    loop {
        match ty {
            Type::Nullable(inner) => return (inner, true),
            Type::Named(name) => match api.type_def(name).map(|def| &def.shape) {
                Some(Shape::Alias(target)) => ty = target,
                _ => return (&field.ty, field.nullable),
            },
            _ => return (&field.ty, field.nullable),
        }
    }
}

/// Whether two JSON texts mean the same: `25.0` is `25`.
fn same_json(old: Option<&String>, new: Option<&String>) -> bool {
    let parsed = |text: &String| serde_json::from_str::<Value>(text).ok();
    match (old.and_then(parsed), new.and_then(parsed)) {
        (Some(Value::Number(old)), Some(Value::Number(new))) => old == new || old.as_f64() == new.as_f64(),
        (old, new) => old == new,
    }
}

fn others(additional: &Additional) -> &'static str {
    match additional {
        Additional::Refused => "refused",
        Additional::Ignored => "ignored",
        Additional::Typed(Type::Any) => "kept",
        Additional::Typed(_) => "kept if they have the right type",
    }
}

/// Clients skip what they do not know, so that answers only lose where members were kept.
fn of_additional(old: &Additional, new: &Additional, empty: bool) -> Meaning {
    use Additional::{Ignored, Refused, Typed};
    use Verdict::{Breaking, Compatible, Neutral};
    // An interface without fields says in its type which it is.
    let shown = |effect: Effect| if empty { effect } else { Effect::SAME };
    match (old, new) {
        (Refused, Ignored) => Meaning::new(Effect::new(Compatible, Neutral), Neutral, shown(Effect::WIDER)),
        (Ignored, Refused) => Meaning::new(Effect::new(Breaking, Neutral), Neutral, shown(Effect::NARROWER)),
        // TypeScript lets no interface of one's own pass for a type with an index signature.
        (Ignored, Typed(ty)) if *ty != Type::Any => Meaning::new(Effect::NARROWER, Breaking, Effect::NARROWER),
        (Refused | Ignored, Typed(_)) => Meaning::new(Effect::EXTENDED, Breaking, Effect::NARROWER),
        (Typed(_), Refused | Ignored) => Meaning::new(Effect::NARROWER, Breaking, Effect::OTHER),
        _ => Meaning::NEUTRAL,
    }
}
