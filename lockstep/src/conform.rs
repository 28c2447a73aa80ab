//! Whether a JSON value fits a type of the model: for defaults, which must, and for examples, which should.
//! It is no validator for servers; those get generated code.

use crate::model::{Additional, Field, IntegerType, NumberType, Object, Shape, TextFormat, TextType, Type, TypeDef};
use serde_json::Value;

/// How deep values are followed.
const MAX_DEPTH: usize = 64;

/// Finds a type by its name.
pub type Find<'a> = &'a dyn Fn(&str) -> Option<&'a TypeDef>;

/// Why a value does not fit a type, with the place inside the value; nothing if it fits.
pub fn mismatch(find: Find<'_>, ty: &Type, value: &Value) -> Option<String> {
    fit(find, ty, value, "", 0).err()
}

/// Why a value does not fit a named type.
pub fn shape_mismatch(find: Find<'_>, shape: &Shape, value: &Value) -> Option<String> {
    fit_shape(find, shape, value, "", 0).err()
}

type Fit = Result<(), String>;

fn ensure(fits: bool, at: &str, expected: &str) -> Fit {
    let at = if at.is_empty() { String::new() } else { format!("{at} ") };
    if fits {
        Ok(())
    } else {
        Err(format!("{at}must be {expected}"))
    }
}

fn fit(find: Find<'_>, ty: &Type, value: &Value, at: &str, depth: usize) -> Fit {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    match ty {
        Type::Any | Type::Bytes => Ok(()),
        Type::Nullable(_) if value.is_null() => Ok(()),
        Type::Nullable(inner) => fit(find, inner, value, at, depth + 1),
        Type::Named(name) => find(name).map_or(Ok(()), |def| fit_shape(find, &def.shape, value, at, depth + 1)),
        Type::Text(rules) => value
            .as_str()
            .map_or_else(|| ensure(false, at, "a string"), |text| fit_text(rules, text, at)),
        Type::Integer(rules) => fit_integer(rules, value, at),
        Type::Number(rules) => fit_number(rules, value, at),
        Type::Boolean => ensure(value.is_boolean(), at, "a boolean"),
        Type::FreeObject => ensure(value.is_object(), at, "an object"),
        Type::Array(array) => {
            let Some(items) = value.as_array() else {
                return ensure(false, at, "an array");
            };
            let count = items.len() as u64;
            ensure(
                array.min_items.is_none_or(|least| count >= least),
                at,
                "longer (minItems)",
            )?;
            ensure(
                array.max_items.is_none_or(|most| count <= most),
                at,
                "shorter (maxItems)",
            )?;
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, item)| fit(find, &array.items, item, &format!("{at}/{index}"), depth + 1))
        }
        Type::Map(map) => {
            let Some(members) = value.as_object() else {
                return ensure(false, at, "an object");
            };
            members
                .iter()
                .try_for_each(|(name, member)| fit(find, &map.values, member, &format!("{at}/{name}"), depth + 1))
        }
    }
}

fn fit_shape(find: Find<'_>, shape: &Shape, value: &Value, at: &str, depth: usize) -> Fit {
    match shape {
        Shape::Alias(ty) => fit(find, ty, value, at, depth + 1),
        Shape::Object(object) => fit_object(find, object, value, at, depth),
        Shape::Enum(values) => {
            let fits = value
                .as_str()
                .is_some_and(|text| values.iter().any(|one| one.value == text));
            ensure(fits, at, "one of the enum's strings")
        }
        Shape::Union(union) => {
            let tag = value.get(&union.tag).and_then(Value::as_str).unwrap_or_default();
            match union
                .variants
                .iter()
                .find(|variant| variant.tags.iter().any(|one| one == tag))
            {
                Some(variant) => fit(find, &Type::Named(variant.ty.clone()), value, at, depth + 1),
                None => ensure(false, at, &format!("an object with a known `{}`", union.tag)),
            }
        }
        Shape::Problem | Shape::Violation => ensure(value.is_object(), at, "an object"),
        Shape::ViolationPlace => ensure(value.is_string(), at, "a string"),
    }
}

fn fit_object(find: Find<'_>, object: &Object, value: &Value, at: &str, depth: usize) -> Fit {
    let Some(members) = value.as_object() else {
        return ensure(false, at, "an object");
    };
    for Field {
        name,
        ty,
        required,
        nullable,
        ..
    } in &object.fields
    {
        let at = format!("{at}/{name}");
        match members.get(name) {
            None => ensure(!required, &at, "present")?,
            Some(Value::Null) if *nullable => {}
            Some(member) => fit(find, ty, member, &at, depth + 1)?,
        }
    }
    let mut others = members
        .iter()
        .filter(|(name, _)| !object.fields.iter().any(|field| field.name == **name));
    others.try_for_each(|(name, member)| match &object.additional {
        Additional::Refused => ensure(
            false,
            &format!("{at}/{name}"),
            "absent: additionalProperties are refused",
        ),
        Additional::Ignored => Ok(()),
        Additional::Typed(ty) => fit(find, ty, member, &format!("{at}/{name}"), depth + 1),
    })
}

fn fit_text(rules: &TextType, text: &str, at: &str) -> Fit {
    let length = text.chars().count() as u64;
    ensure(
        rules.min_length.is_none_or(|least| length >= least),
        at,
        "longer (minLength)",
    )?;
    ensure(
        rules.max_length.is_none_or(|most| length <= most),
        at,
        "shorter (maxLength)",
    )?;
    ensure(
        rules.constant.as_ref().is_none_or(|constant| constant == text),
        at,
        "the const",
    )?;
    let pattern = rules
        .pattern
        .as_ref()
        .and_then(|pattern| regex::Regex::new(pattern).ok());
    ensure(
        pattern.is_none_or(|pattern| pattern.is_match(text)),
        at,
        "matched by the pattern",
    )?;
    match rules.format {
        TextFormat::Date => ensure(is_date(text), at, "a date"),
        TextFormat::DateTime => ensure(is_date_time(text), at, "a date-time"),
        TextFormat::Uuid => ensure(is_uuid(text), at, "a UUID"),
        _ => Ok(()),
    }
}

fn fit_integer(rules: &IntegerType, value: &Value, at: &str) -> Fit {
    let Some(number) = value.as_i64() else {
        return ensure(false, at, "an integer");
    };
    ensure(
        !rules.is_32_bit || i32::try_from(number).is_ok(),
        at,
        "an integer of 32 bits",
    )?;
    ensure(
        rules.minimum.is_none_or(|least| number >= least),
        at,
        "greater (minimum)",
    )?;
    ensure(rules.maximum.is_none_or(|most| number <= most), at, "less (maximum)")?;
    let multiple = rules.multiple_of.is_none_or(|step| step == 0 || number % step == 0);
    ensure(multiple, at, "a multiple (multipleOf)")
}

fn fit_number(rules: &NumberType, value: &Value, at: &str) -> Fit {
    let Some(number) = value.as_f64() else {
        return ensure(false, at, "a number");
    };
    ensure(
        rules.minimum.is_none_or(|least| number >= least),
        at,
        "greater (minimum)",
    )?;
    ensure(
        rules.exclusive_minimum.is_none_or(|least| number > least),
        at,
        "greater (exclusiveMinimum)",
    )?;
    ensure(rules.maximum.is_none_or(|most| number <= most), at, "less (maximum)")?;
    ensure(
        rules.exclusive_maximum.is_none_or(|most| number < most),
        at,
        "less (exclusiveMaximum)",
    )
}

/// Whether a text is an RFC 3339 full-date that exists.
pub fn is_date(text: &str) -> bool {
    let number = |from: usize, to: usize| {
        let digits = text
            .get(from..to)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<u32>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-") && (1..=days).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let shape: String = time
        .chars()
        .map(|one| if one.is_ascii_digit() { '0' } else { one })
        .collect();
    let (clock, rest) = (shape.get(..8), shape.get(8..).unwrap_or_default());
    let within = |at: usize, most: u32| {
        time.get(at..at + 2)
            .and_then(|digits| digits.parse().ok())
            .is_some_and(|it: u32| it <= most)
    };
    let offset = rest
        .strip_prefix('.')
        .map_or(rest, |fraction| fraction.trim_start_matches('0'));
    let exists = clock == Some("00:00:00") && within(0, 23) && within(3, 59) && within(6, 59);
    is_date(date) && exists && ["Z", "z", "+00:00", "-00:00"].contains(&offset)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
