//! A type and a value side by side: every rule with its place, and whether the value keeps it. Without a value the same
//! walk lists the rules, so that what can be seen and what is looked for are one thing.

use super::rules::{self, Kind, Patterns, Rule};
use crate::model::{Additional, Api, Field, Object, Shape, Type, Union};
use serde_json::Value;

/// The rule that an object has no other members.
pub(super) const CLOSED: &str = "additionalProperties";

/// What is said of a rule.
pub(super) struct Finding<'w> {
    /// The rule's place in the schema: a JSON Pointer with `*` for items and values of maps, and with the tag of a
    /// variant in brackets. A type inside itself is at its first place.
    pub(super) schema: &'w str,
    /// The place of the value, as a JSON Pointer. It can have keys of maps in it: it is not for printing.
    pub(super) at: &'w str,
    /// The keyword that states the rule.
    pub(super) keyword: &'static str,
    /// Whether the value keeps it; nothing if there is no value.
    pub(super) holds: Option<bool>,
}

/// What a walk needs to know, and whom it tells.
pub(super) struct Walk<'a, 's> {
    api: &'a Api,
    patterns: &'s Patterns<'a>,
    found: &'s mut dyn FnMut(Finding<'_>),
    /// Whether the value was text: then there is no string or array that could be something else.
    textual: bool,
    /// Whether objects have only what is documented of them, though the schema lets them have more.
    strict: bool,
    schema: String,
    at: String,
    /// The named types around this place, and where they began.
    open: Vec<(&'a str, String)>,
}

impl<'a, 's> Walk<'a, 's> {
    pub(super) fn new(api: &'a Api, patterns: &'s Patterns<'a>, found: &'s mut dyn FnMut(Finding<'_>)) -> Self {
        Self {
            api,
            patterns,
            found,
            textual: false,
            strict: false,
            schema: String::new(),
            at: String::new(),
            open: Vec::new(),
        }
    }

    /// A walk over a value that was text.
    pub(super) fn textual(self) -> Self {
        Self { textual: true, ..self }
    }

    /// A walk over what the contract's own server has written.
    pub(super) fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Goes to a member, and comes back.
    pub(super) fn inside(&mut self, schema: &str, at: &str, visit: impl FnOnce(&mut Self)) {
        let lengths = (self.schema.len(), self.at.len());
        push(&mut self.schema, schema);
        push(&mut self.at, at);
        visit(self);
        self.schema.truncate(lengths.0);
        self.at.truncate(lengths.1);
    }

    /// Tells of a rule at this place.
    pub(super) fn tell(&mut self, keyword: &'static str, holds: Option<bool>) {
        (self.found)(Finding {
            schema: &self.schema,
            at: &self.at,
            keyword,
            holds,
        });
    }

    fn rule(&mut self, rule: Rule<'a>, value: Option<&Value>) {
        if self.textual && matches!(rule, Rule::Type(Kind::String | Kind::Array)) {
            return;
        }
        match value.map(|value| rule.holds(value, self.patterns)) {
            None => self.tell(rule.keyword(), None),
            Some(Some(holds)) => self.tell(rule.keyword(), Some(holds)),
            Some(None) => {}
        }
    }

    /// Rules, of which the first is the type: of a value of another type they say nothing more.
    pub(super) fn rules(&mut self, rules: &[Rule<'a>], value: Option<&Value>) {
        for rule in rules {
            self.rule(*rule, value);
            let other = |value| matches!(rule, Rule::Type(_)) && rule.holds(value, self.patterns) == Some(false);
            if value.is_some_and(other) {
                return;
            }
        }
    }

    /// Walks a type and its value.
    pub(super) fn ty(&mut self, ty: &'a Type, value: Option<&Value>) {
        self.rules(&rules::of(ty), value);
        match ty {
            Type::Nullable(_) if value.is_some_and(Value::is_null) => {}
            Type::Nullable(inner) => self.ty(inner, value),
            Type::Named(name) => self.named(name, value),
            Type::Array(array) => self.items(&array.items, value),
            Type::Map(map) => self.values(&map.values, value, &|_| true),
            _ => {}
        }
    }

    fn items(&mut self, ty: &'a Type, value: Option<&Value>) {
        let Some(value) = value else {
            return self.inside("*", "*", |walk| walk.ty(ty, None));
        };
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.inside("*", &index.to_string(), |walk| walk.ty(ty, Some(item)));
        }
    }

    /// The members of a map, or of an object beside its fields.
    fn values(&mut self, ty: &'a Type, value: Option<&Value>, belongs: &dyn Fn(&str) -> bool) {
        let Some(value) = value else {
            return self.inside("*", "*", |walk| walk.ty(ty, None));
        };
        let members = value.as_object().into_iter().flatten();
        for (name, member) in members.filter(|(name, _)| belongs(name)) {
            self.inside("*", name, |walk| walk.ty(ty, Some(member)));
        }
    }

    fn named(&mut self, name: &'a str, value: Option<&Value>) {
        let Some(def) = self.api.type_def(name) else { return };
        let around = self.open.iter().find(|(open, _)| *open == name);
        match (around.map(|(_, schema)| schema.clone()), value) {
            (Some(_), None) => {}
            (Some(schema), Some(_)) => {
                let here = std::mem::replace(&mut self.schema, schema);
                self.shape(&def.shape, value);
                self.schema = here;
            }
            (None, _) => {
                self.open.push((name, self.schema.clone()));
                self.shape(&def.shape, value);
                self.open.pop();
            }
        }
    }

    fn shape(&mut self, shape: &'a Shape, value: Option<&Value>) {
        match shape {
            Shape::Alias(ty) => self.ty(ty, value),
            Shape::Object(object) => self.object(object, value, None),
            Shape::Union(union) => self.union(union, value),
            Shape::Enum(values) => {
                self.rules(&[Rule::Type(Kind::String), Rule::Enum(values)], value);
            }
            Shape::Problem => self.problem(value),
            Shape::Violation => self.violation(value),
            Shape::ViolationPlace => self.violation_place(value),
        }
    }

    /// Walks the fields of an object, but for the one that has told which variant it is.
    fn object(&mut self, object: &'a Object, value: Option<&Value>, tag: Option<&str>) {
        if tag.is_none() {
            self.rule(Rule::Type(Kind::Object), value);
        }
        for field in object.fields.iter().filter(|field| Some(field.name.as_str()) != tag) {
            self.member(&field.name, field.required, value, |walk, value| {
                walk.field(field, value)
            });
        }
        let is_other = |name: &str| object.fields.iter().all(|field| field.name != name);
        match &object.additional {
            Additional::Typed(ty) => self.values(ty, value, &is_other),
            Additional::Refused => self.closed(value, &is_other),
            Additional::Ignored if self.strict => self.closed(value, &is_other),
            Additional::Ignored => {}
        }
    }

    /// Tells whether an object has a member that it must not have.
    pub(super) fn closed(&mut self, value: Option<&Value>, is_other: &dyn Fn(&str) -> bool) {
        let Some(value) = value else {
            return self.tell(CLOSED, None);
        };
        let Some(members) = value.as_object() else { return };
        let length = self.at.len();
        let unknown = members.keys().find(|name| is_other(name));
        if let Some(name) = unknown {
            push(&mut self.at, name);
        }
        self.tell(CLOSED, Some(unknown.is_none()));
        self.at.truncate(length);
    }

    fn field(&mut self, field: &'a Field, value: Option<&Value>) {
        if !(field.nullable && value.is_some_and(Value::is_null)) {
            self.ty(&field.ty, value);
        }
    }

    /// Walks a member that is there, and tells whether one is that must be.
    pub(super) fn member(
        &mut self,
        name: &str,
        required: bool,
        object: Option<&Value>,
        visit: impl FnOnce(&mut Self, Option<&Value>),
    ) {
        let members = object.map(Value::as_object);
        self.inside(name, name, |walk| match members {
            None => {
                if required {
                    walk.tell("required", None);
                }
                visit(walk, None);
            }
            Some(None) => {}
            Some(Some(members)) => {
                let member = members.get(name);
                if required {
                    walk.tell("required", Some(member.is_some()));
                }
                if member.is_some() {
                    visit(walk, member);
                }
            }
        });
    }

    fn union(&mut self, union: &'a Union, value: Option<&Value>) {
        self.rule(Rule::Type(Kind::Object), value);
        let tag = value.map(|value| value.get(&union.tag).and_then(Value::as_str));
        let chosen = |tags: &[String]| tag.is_none_or(|tag| tags.iter().any(|one| Some(one.as_str()) == tag));
        if value.is_none_or(Value::is_object) {
            let known = tag
                .is_some()
                .then(|| union.variants.iter().any(|variant| chosen(&variant.tags)));
            self.inside(&union.tag, &union.tag, |walk| walk.tell("discriminator", known));
        }
        for variant in union.variants.iter().filter(|variant| chosen(&variant.tags)) {
            let Some(Shape::Object(object)) = self.api.type_def(&variant.ty).map(|def| &def.shape) else {
                continue;
            };
            let length = self.schema.len();
            let first = variant.tags.first().map_or("", String::as_str);
            self.schema.push_str(&format!("({first})"));
            self.object(object, value, Some(&union.tag));
            self.schema.truncate(length);
        }
    }
}

/// Appends a name to a JSON Pointer.
fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    if name.contains(['~', '/']) {
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(name);
    }
}
