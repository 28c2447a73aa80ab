//! The rules of single values, in the words of JSON Schema, and whether a value keeps them.
//! Where a value stands, and what a rule means for an exchange, is decided elsewhere.

use super::formats;
use super::values::all_differ;
pub(super) use super::values::{Bound, Kind};
use crate::model::{ArrayType, EnumValue, IntegerType, MapType, NumberType, TextFormat, TextType, Type};
use regex::Regex;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One rule of a value.
#[derive(Clone, Copy)]
pub(super) enum Rule<'a> {
    Type(Kind),
    MinLength(u64),
    MaxLength(u64),
    Pattern(&'a str),
    Const(&'a str),
    Format(TextFormat),
    Int32,
    Enum(&'a [EnumValue]),
    Minimum(Bound),
    Maximum(Bound),
    ExclusiveMinimum(Bound),
    ExclusiveMaximum(Bound),
    MultipleOf(Bound),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    MinProperties(u64),
    MaxProperties(u64),
}

/// The patterns of a contract, each compiled once.
#[derive(Default)]
pub(super) struct Patterns<'a>(RefCell<BTreeMap<&'a str, Option<Regex>>>);

impl<'a> Patterns<'a> {
    /// Whether a pattern matches. The parser has checked that it is one.
    fn matches(&self, pattern: &'a str, text: &str) -> bool {
        let mut compiled = self.0.borrow_mut();
        let regex = compiled.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

impl<'a> Rule<'a> {
    /// The keyword that states it.
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::MinLength(_) => "minLength",
            Self::MaxLength(_) => "maxLength",
            Self::Pattern(_) => "pattern",
            Self::Const(_) => "const",
            Self::Format(_) | Self::Int32 => "format",
            Self::Enum(_) => "enum",
            Self::Minimum(_) => "minimum",
            Self::Maximum(_) => "maximum",
            Self::ExclusiveMinimum(_) => "exclusiveMinimum",
            Self::ExclusiveMaximum(_) => "exclusiveMaximum",
            Self::MultipleOf(_) => "multipleOf",
            Self::MinItems(_) => "minItems",
            Self::MaxItems(_) => "maxItems",
            Self::UniqueItems => "uniqueItems",
            Self::MinProperties(_) => "minProperties",
            Self::MaxProperties(_) => "maxProperties",
        }
    }

    /// Whether a value keeps the rule; nothing if it is of a type that the rule does not speak of.
    pub(super) fn holds(self, value: &Value, patterns: &Patterns<'a>) -> Option<bool> {
        let length = || value.as_str().map(|text| text.chars().count() as u64);
        let items = || value.as_array().map(|items| items.len() as u64);
        let members = || value.as_object().map(|members| members.len() as u64);
        Some(match self {
            Self::Type(kind) => kind.holds(value),
            Self::MinLength(least) => length()? >= least,
            Self::MaxLength(most) => length()? <= most,
            Self::Pattern(pattern) => patterns.matches(pattern, value.as_str()?),
            Self::Const(constant) => value.as_str()? == constant,
            Self::Format(format) => formats::admits(format, value.as_str()?),
            Self::Int32 => {
                Bound::Whole(i32::MIN.into()).order(value)?.is_ge()
                    && Bound::Whole(i32::MAX.into()).order(value)?.is_le()
            }
            Self::Enum(values) => {
                let text = value.as_str()?;
                values.iter().any(|one| one.value == text)
            }
            Self::Minimum(bound) => bound.order(value)?.is_ge(),
            Self::Maximum(bound) => bound.order(value)?.is_le(),
            Self::ExclusiveMinimum(bound) => bound.order(value)?.is_gt(),
            Self::ExclusiveMaximum(bound) => bound.order(value)?.is_lt(),
            Self::MultipleOf(step) => step.divides(value)?,
            Self::MinItems(least) => items()? >= least,
            Self::MaxItems(most) => items()? <= most,
            Self::UniqueItems => all_differ(value.as_array()?),
            Self::MinProperties(least) => members()? >= least,
            Self::MaxProperties(most) => members()? <= most,
        })
    }
}

/// The rules of a type itself: not of what it contains, and not of what it is a name for.
pub(super) fn of(ty: &Type) -> Vec<Rule<'_>> {
    match ty {
        Type::Text(rules) => text(rules),
        Type::Integer(rules) => integer(rules),
        Type::Number(rules) => number(rules),
        Type::Boolean => vec![Rule::Type(Kind::Boolean)],
        Type::Array(rules) => array(rules),
        Type::Map(rules) => map(rules),
        Type::FreeObject => vec![Rule::Type(Kind::Object)],
        Type::Named(_) | Type::Any | Type::Nullable(_) | Type::Bytes => Vec::new(),
    }
}

fn text(rules: &TextType) -> Vec<Rule<'_>> {
    let format = (!matches!(rules.format, TextFormat::Plain | TextFormat::Password)).then_some(rules.format);
    let all = [
        Some(Rule::Type(Kind::String)),
        rules.min_length.map(Rule::MinLength),
        rules.max_length.map(Rule::MaxLength),
        rules.pattern.as_deref().map(Rule::Pattern),
        rules.constant.as_deref().map(Rule::Const),
        format.map(Rule::Format),
    ];
    all.into_iter().flatten().collect()
}

fn integer(rules: &IntegerType) -> Vec<Rule<'static>> {
    let whole = |bound: Option<i64>| bound.map(Bound::Whole);
    let all = [
        Some(Rule::Type(Kind::Integer)),
        rules.is_32_bit.then_some(Rule::Int32),
        whole(rules.minimum).map(Rule::Minimum),
        whole(rules.maximum).map(Rule::Maximum),
        whole(rules.multiple_of).map(Rule::MultipleOf),
    ];
    all.into_iter().flatten().collect()
}

fn number(rules: &NumberType) -> Vec<Rule<'static>> {
    let real = |bound: Option<f64>| bound.map(Bound::Real);
    let all = [
        Some(Rule::Type(Kind::Number)),
        real(rules.minimum).map(Rule::Minimum),
        real(rules.maximum).map(Rule::Maximum),
        real(rules.exclusive_minimum).map(Rule::ExclusiveMinimum),
        real(rules.exclusive_maximum).map(Rule::ExclusiveMaximum),
        real(rules.multiple_of).map(Rule::MultipleOf),
    ];
    all.into_iter().flatten().collect()
}

fn array(rules: &ArrayType) -> Vec<Rule<'static>> {
    let all = [
        Some(Rule::Type(Kind::Array)),
        rules.min_items.map(Rule::MinItems),
        rules.max_items.map(Rule::MaxItems),
        rules.unique_items.then_some(Rule::UniqueItems),
    ];
    all.into_iter().flatten().collect()
}

fn map(rules: &MapType) -> Vec<Rule<'static>> {
    let all = [
        Some(Rule::Type(Kind::Object)),
        rules.min_properties.map(Rule::MinProperties),
        rules.max_properties.map(Rule::MaxProperties),
    ];
    all.into_iter().flatten().collect()
}
