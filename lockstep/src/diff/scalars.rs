//! The rules of strings and numbers: which values they admit, before and after.
//! What carries the values is compared elsewhere.

use super::finding::said;
use super::values::Detail;
use super::verdict::Effect;
use crate::model::{IntegerType, NumberType, TextFormat, TextType};

/// What has changed in a string.
pub(super) fn text(old: &TextType, new: &TextType) -> Vec<Detail> {
    let mut details = Vec::new();
    if old.format != new.format {
        let message = said(format_name(old.format), format_name(new.format));
        details.push(Detail::rule("format", message, text_format(old.format, new.format)));
    }
    details.extend(least("minLength", old.min_length, new.min_length));
    details.extend(most("maxLength", old.max_length, new.max_length));
    if old.pattern != new.pattern {
        // Whether one expression admits what another does is a question nobody wants to wait for.
        let effect = Effect::of_sets(new.pattern.is_none(), old.pattern.is_none());
        details.push(Detail::rule("pattern", said_text(&old.pattern, &new.pattern), effect));
    }
    if old.constant != new.constant {
        let effect = Effect::of_sets(new.constant.is_none(), old.constant.is_none());
        let rule = Detail::rule("const", said_text(&old.constant, &new.constant), effect);
        details.push(Detail {
            typescript: effect,
            ..rule
        });
    }
    details
}

fn said_text(old: &Option<String>, new: &Option<String>) -> String {
    let quoted = |text: &Option<String>| text.as_ref().map(|text| format!("`{text}`"));
    said(quoted(old), quoted(new))
}

fn format_name(format: TextFormat) -> Option<String> {
    let name = match format {
        TextFormat::Plain => return None,
        TextFormat::Uuid => "uuid",
        TextFormat::DateTime => "date-time",
        TextFormat::Date => "date",
        TextFormat::Email => "email",
        TextFormat::Uri => "uri",
        TextFormat::UriReference => "uri-reference",
        TextFormat::Hostname => "hostname",
        TextFormat::Ipv4 => "ipv4",
        TextFormat::Ipv6 => "ipv6",
        TextFormat::Byte => "byte",
        TextFormat::Password => "password",
    };
    Some(name.to_owned())
}

/// A password is any string; every URI is a URI reference.
fn text_format(old: TextFormat, new: TextFormat) -> Effect {
    let has = |one: TextFormat, other: TextFormat| {
        let any = matches!(one, TextFormat::Plain | TextFormat::Password);
        any || one == other || (one, other) == (TextFormat::UriReference, TextFormat::Uri)
    };
    Effect::of_sets(has(new, old), has(old, new))
}

/// What has changed in an integer. A bound that the width implies anyway is still a change, of no effect.
pub(super) fn integer(old: &IntegerType, new: &IntegerType) -> Vec<Detail> {
    let mut details = Vec::new();
    if old.is_32_bit != new.is_32_bit {
        let wide = IntegerType {
            is_32_bit: new.is_32_bit,
            ..old.clone()
        };
        let name = |rules: &IntegerType| rules.is_32_bit.then(|| "int32".to_owned());
        let effect = within(range(old), range(&wide));
        details.push(Detail::rule("format", said(name(old), name(new)), effect));
    }
    let with = |minimum: Option<i64>, maximum: Option<i64>| IntegerType {
        minimum,
        maximum,
        ..new.clone()
    };
    for (keyword, a, b, was) in [
        ("minimum", old.minimum, new.minimum, with(old.minimum, new.maximum)),
        ("maximum", old.maximum, new.maximum, with(new.minimum, old.maximum)),
    ] {
        if a != b {
            let message = said(a.map(|a| a.to_string()), b.map(|b| b.to_string()));
            details.push(Detail::rule(keyword, message, within(range(&was), range(new))));
        }
    }
    let whole = |step: Option<i64>| step.map(|step| step as f64);
    details.extend(multiple(whole(old.multiple_of), whole(new.multiple_of)));
    details
}

/// The least and the greatest value of an integer.
pub(super) fn range(rules: &IntegerType) -> (i64, i64) {
    let (least, greatest) = if rules.is_32_bit {
        (i64::from(i32::MIN), i64::from(i32::MAX))
    } else {
        (i64::MIN, i64::MAX)
    };
    (
        rules.minimum.unwrap_or(least).max(least),
        rules.maximum.unwrap_or(greatest).min(greatest),
    )
}

fn within(old: (i64, i64), new: (i64, i64)) -> Effect {
    let has = |one: (i64, i64), other: (i64, i64)| one.0 <= other.0 && other.1 <= one.1;
    Effect::of_sets(has(new, old), has(old, new))
}

/// What has changed in a number.
pub(super) fn number(old: &NumberType, new: &NumberType) -> Vec<Detail> {
    let mut details = Vec::new();
    if old.is_float != new.is_float {
        let name = |rules: &NumberType| rules.is_float.then(|| "float".to_owned());
        details.push(Detail::rule("format", said(name(old), name(new)), Effect::SAME));
    }
    // An upper bound is a lower one seen in a mirror.
    let lower = |rules: &NumberType| (rules.minimum, rules.exclusive_minimum);
    let upper = |rules: &NumberType| (rules.maximum, rules.exclusive_maximum);
    let mirrored = |(a, b): (Option<f64>, Option<f64>)| (a.map(|a| -a), b.map(|b| -b));
    for (keywords, (a, b), effect) in [
        (
            ["exclusiveMinimum", "minimum"],
            (lower(old), lower(new)),
            lower_bound(lower(old), lower(new)),
        ),
        (
            ["exclusiveMaximum", "maximum"],
            (upper(old), upper(new)),
            lower_bound(mirrored(upper(old)), mirrored(upper(new))),
        ),
    ] {
        if a != b {
            let keyword = keywords[usize::from(a.1 == b.1)];
            details.push(Detail::rule(keyword, said(bound(a), bound(b)), effect));
        }
    }
    details.extend(multiple(old.multiple_of, new.multiple_of));
    details
}

/// The words for a bound.
fn bound(bound: (Option<f64>, Option<f64>)) -> Option<String> {
    match bound {
        (None, None) => None,
        (Some(value), None) => Some(value.to_string()),
        (None, Some(value)) => Some(format!("{value} (exclusive)")),
        (Some(inclusive), Some(exclusive)) => Some(format!("{inclusive} and {exclusive} (exclusive)")),
    }
}

type Bound = (Option<f64>, Option<f64>);

fn lower_bound(old: Bound, new: Bound) -> Effect {
    // What is excluded makes the stricter of two bounds of the same value.
    let strictest = |(inclusive, exclusive): Bound| {
        let inclusive = (inclusive.unwrap_or(f64::NEG_INFINITY), false);
        let exclusive = (exclusive.unwrap_or(f64::NEG_INFINITY), exclusive.is_some());
        if inclusive.0 > exclusive.0 {
            inclusive
        } else {
            exclusive
        }
    };
    let (old, new) = (strictest(old), strictest(new));
    let has = |one: (f64, bool), other: (f64, bool)| one.0 < other.0 || one.0 == other.0 && (!one.1 || other.1);
    Effect::of_sets(has(new, old), has(old, new))
}

fn multiple(old: Option<f64>, new: Option<f64>) -> Option<Detail> {
    if old == new {
        return None;
    }
    let has = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one), Some(other)) => (other / one).fract() == 0.0,
    };
    let effect = Effect::of_sets(has(new, old), has(old, new));
    let message = said(old.map(|old| old.to_string()), new.map(|new| new.to_string()));
    Some(Detail::rule("multipleOf", message, effect))
}

/// A least count.
pub(super) fn least(keyword: &'static str, old: Option<u64>, new: Option<u64>) -> Option<Detail> {
    let (from, to) = (old.unwrap_or(0), new.unwrap_or(0));
    count(keyword, old, new, Effect::of_sets(to <= from, from <= to))
}

/// A greatest count.
pub(super) fn most(keyword: &'static str, old: Option<u64>, new: Option<u64>) -> Option<Detail> {
    let (from, to) = (old.unwrap_or(u64::MAX), new.unwrap_or(u64::MAX));
    count(keyword, old, new, Effect::of_sets(from <= to, to <= from))
}

fn count(keyword: &'static str, old: Option<u64>, new: Option<u64>, effect: Effect) -> Option<Detail> {
    let message = said(old.map(|old| old.to_string()), new.map(|new| new.to_string()));
    (old != new).then(|| Detail::rule(keyword, message, effect))
}
