//! Strings, integers and numbers: their formats and bounds.

use super::{Context, Version};
use crate::model::{IntegerType, NumberType, TextFormat, TextType, Type};
use crate::source::{Node, Value};

/// The formats of strings.
const TEXT_FORMATS: [(&str, TextFormat); 11] = [
    ("uuid", TextFormat::Uuid),
    ("date-time", TextFormat::DateTime),
    ("date", TextFormat::Date),
    ("email", TextFormat::Email),
    ("uri", TextFormat::Uri),
    ("uri-reference", TextFormat::UriReference),
    ("hostname", TextFormat::Hostname),
    ("ipv4", TextFormat::Ipv4),
    ("ipv6", TextFormat::Ipv6),
    ("byte", TextFormat::Byte),
    ("password", TextFormat::Password),
];

/// What means another thing, or nothing, to the `regex` crate than to ECMA 262, and what to write instead.
const FOREIGN_PATTERNS: [(&str, &str); 14] = [
    (
        "(?=",
        "Lookaround is not supported; split the rule, or check it in the handler.",
    ),
    (
        "(?!",
        "Lookaround is not supported; split the rule, or check it in the handler.",
    ),
    (
        "(?<=",
        "Lookaround is not supported; split the rule, or check it in the handler.",
    ),
    (
        "(?<!",
        "Lookaround is not supported; split the rule, or check it in the handler.",
    ),
    ("(?P", "ECMA 262 has no `(?P`; write `(`."),
    ("(?i", "ECMA 262 has no inline flags; write both cases: `[Aa]`."),
    ("\\d", "Write `[0-9]`: in Rust `\\d` means every Unicode digit."),
    ("\\D", "Write `[^0-9]`: in Rust `\\d` means every Unicode digit."),
    ("\\w", "Write `[A-Za-z0-9_]`: in Rust `\\w` means every Unicode letter."),
    (
        "\\W",
        "Write `[^A-Za-z0-9_]`: in Rust `\\w` means every Unicode letter.",
    ),
    ("\\b", "Word boundaries differ; write out what may stand there."),
    ("\\B", "Word boundaries differ; write out what may stand there."),
    ("\\A", "ECMA 262 has no `\\A`; write `^`."),
    ("\\z", "ECMA 262 has no `\\z`; write `$`."),
];

impl<'d> Context<'d> {
    /// A string; `binary` is left to whoever knows that it is a body.
    pub(super) fn text_type(&mut self, node: &'d Node) -> Option<Type> {
        let text = TextType {
            format: self.text_format(node)?,
            min_length: self.count(node, "minLength"),
            max_length: self.count(node, "maxLength"),
            pattern: self.pattern(node),
            constant: None,
        };
        self.check_range(node, "minLength", text.min_length, text.max_length);
        self.check_format_rules(node, text.format);
        Some(Type::Text(text))
    }

    /// Reports rules of text for what is no text in Rust.
    fn check_format_rules(&mut self, node: &Node, format: TextFormat) {
        if !matches!(format, TextFormat::Uuid | TextFormat::Date | TextFormat::DateTime) {
            return;
        }
        for key in ["minLength", "maxLength", "pattern", "enum", "const"] {
            if let Some(value) = node.get(key) {
                let message = format!("`{key}` stands beside a format that has a type of its own");
                let hint = "Remove it, or the format: a UUID, date or time is read as one and not kept as text.";
                self.error(&value.place, "format-rule", message, hint);
            }
        }
    }

    fn text_format(&mut self, node: &'d Node) -> Option<TextFormat> {
        let Some(format) = self.text(node, "format") else {
            return Some(TextFormat::Plain);
        };
        let known = TEXT_FORMATS
            .iter()
            .find(|(name, _)| *name == format)
            .map(|(_, format)| *format);
        if known.is_none() {
            let names: Vec<_> = TEXT_FORMATS.iter().map(|(name, _)| *name).collect();
            let hint = match format {
                "binary" => {
                    "Bytes are whole bodies (application/octet-stream); inside JSON use format: byte.".to_owned()
                }
                _ => format!("Use a pattern, or one of {}.", names.join(", ")),
            };
            self.unknown_format(node, format, "strings", hint);
        }
        known
    }

    fn unknown_format(&mut self, node: &Node, format: &str, what: &str, hint: String) {
        if let Some(value) = node.get("format") {
            self.error(
                &value.place,
                "unknown-format",
                format!("the format `{format}` is not known for {what}"),
                hint,
            );
        }
    }

    fn pattern(&mut self, node: &'d Node) -> Option<String> {
        let pattern = self.text(node, "pattern")?;
        let place = &node.get("pattern")?.place;
        let foreign = foreign_part(pattern);
        if let Some((part, hint)) = foreign {
            self.error(
                place,
                "pattern-dialect",
                format!("`{part}` in a pattern cannot be checked alike everywhere"),
                hint,
            );
        } else if let Err(error) = regex::Regex::new(pattern) {
            let why = error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            let hint = "Patterns are ECMA 262 expressions that the regex crate takes: no backreferences or lookaround.";
            self.error(
                place,
                "pattern-invalid",
                format!("the pattern is not usable: {why}"),
                hint,
            );
        }
        Some(pattern.to_owned())
    }

    /// An integer; exclusive bounds become inclusive ones.
    pub(super) fn integer_type(&mut self, node: &'d Node) -> Option<Type> {
        let is_32_bit = match self.text(node, "format") {
            None | Some("int64") => false,
            Some("int32") => true,
            Some(format) => {
                self.unknown_format(node, format, "integers", "Use int32 or int64.".to_owned());
                return None;
            }
        };
        let (minimum, above) = self.bound(node, "minimum", "exclusiveMinimum", Self::integer);
        let (maximum, below) = self.bound(node, "maximum", "exclusiveMaximum", Self::integer);
        let rules = IntegerType {
            is_32_bit,
            minimum: minimum.max(above.map(|bound| bound.saturating_add(1))),
            maximum: match (maximum, below.map(|bound| bound.saturating_sub(1))) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            multiple_of: self.integer(node, "multipleOf"),
        };
        self.check_range(node, "minimum", rules.minimum, rules.maximum);
        self.check_step(node, rules.multiple_of.map(|step| step > 0));
        Some(Type::Integer(rules))
    }

    /// A number.
    pub(super) fn number_type(&mut self, node: &'d Node) -> Option<Type> {
        let is_float = match self.text(node, "format") {
            None | Some("double") => false,
            Some("float") => true,
            Some(format) => {
                self.unknown_format(node, format, "numbers", "Use float or double.".to_owned());
                return None;
            }
        };
        let (minimum, exclusive_minimum) = self.bound(node, "minimum", "exclusiveMinimum", Self::number);
        let (maximum, exclusive_maximum) = self.bound(node, "maximum", "exclusiveMaximum", Self::number);
        let multiple_of = self.number(node, "multipleOf");
        self.check_range(node, "minimum", minimum, maximum);
        self.check_step(node, multiple_of.map(|step| step > 0.0));
        let rules = NumberType {
            is_float,
            minimum,
            maximum,
            exclusive_minimum,
            exclusive_maximum,
            multiple_of,
        };
        Some(Type::Number(rules))
    }

    /// An inclusive and an exclusive bound. In 3.0 the exclusive keyword is a boolean that changes the other one.
    fn bound<T>(
        &mut self,
        node: &'d Node,
        inclusive: &str,
        exclusive: &str,
        read: fn(&mut Self, &'d Node, &str) -> Option<T>,
    ) -> (Option<T>, Option<T>) {
        if self.version == Version::V3_1 {
            return (read(self, node, inclusive), read(self, node, exclusive));
        }
        let is_exclusive = self.flag(node, exclusive);
        let bound = read(self, node, inclusive);
        if is_exclusive { (None, bound) } else { (bound, None) }
    }

    fn check_range<T: PartialOrd>(&mut self, node: &Node, key: &str, minimum: Option<T>, maximum: Option<T>) {
        if let (Some(minimum), Some(maximum), Some(value)) = (minimum, maximum, node.get(key))
            && minimum > maximum
        {
            self.error(
                &value.place,
                "empty-range",
                "no value is within these bounds",
                "Correct the bounds.",
            );
        }
    }

    fn check_step(&mut self, node: &Node, is_positive: Option<bool>) {
        if let (Some(false), Some(value)) = (is_positive, node.get("multipleOf")) {
            self.error(
                &value.place,
                "wrong-number",
                "`multipleOf` is greater than 0",
                "Correct the number.",
            );
        }
    }

    /// A count: an integer that is not negative.
    pub(super) fn count(&mut self, node: &'d Node, key: &str) -> Option<u64> {
        let count = self.integer(node, key)?;
        let Ok(count) = u64::try_from(count) else {
            let place = &node.get(key)?.place;
            self.error(
                place,
                "wrong-number",
                format!("`{key}` is not negative"),
                "Correct the number.",
            );
            return None;
        };
        Some(count)
    }

    fn integer(&mut self, node: &'d Node, key: &str) -> Option<i64> {
        let text = self.number_text(node, key)?;
        let integer = integer_of(text);
        if integer.is_none() {
            let place = &node.get(key)?.place;
            let message = format!("`{key}` is an integer of 64 bits, not {text}");
            self.error(place, "wrong-number", message, "Correct the number.");
        }
        integer
    }

    fn number(&mut self, node: &'d Node, key: &str) -> Option<f64> {
        self.number_text(node, key)?.parse().ok()
    }

    fn number_text(&mut self, node: &'d Node, key: &str) -> Option<&'d str> {
        let value = node.get(key)?;
        match &value.value {
            Value::Number(text) => Some(text),
            _ => {
                let hint = match (self.version, value.as_bool()) {
                    (Version::V3_1, Some(_)) => "In OpenAPI 3.1 it is the bound itself: `exclusiveMinimum: 0`.",
                    _ => "Write a number, without quotes.",
                };
                self.error(
                    &value.place,
                    "wrong-kind",
                    format!("`{key}` is a number, not {}", value.kind()),
                    hint,
                );
                None
            }
        }
    }
}

/// An integer, also where it is written with a fraction or an exponent (`1.0`, `1e3`).
fn integer_of(text: &str) -> Option<i64> {
    if let Ok(integer) = text.parse() {
        return Some(integer);
    }
    let number: f64 = text.parse().ok()?;
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number below 2^53")]
    exact.then_some(number as i64)
}

/// The first part of a pattern that means different things in ECMA 262 and in the `regex` crate.
fn foreign_part(pattern: &str) -> Option<(String, &'static str)> {
    let (mut rest, mut in_class) = (pattern, false);
    while let Some(character) = rest.chars().next() {
        if let Some((part, hint)) = FOREIGN_PATTERNS.iter().find(|(part, _)| rest.starts_with(part)) {
            return Some(((*part).to_owned(), hint));
        }
        let operator = ["&&", "--", "~~"]
            .into_iter()
            .find(|operator| in_class && rest.starts_with(operator));
        if let Some(operator) = operator {
            return Some((
                operator.to_owned(),
                "Escape it: in Rust it combines classes of characters.",
            ));
        }
        match character {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        let escape = character == '\\';
        let second = rest.chars().nth(1);
        if escape && second.is_some_and(|second| second.is_ascii_digit()) {
            let hint = "Backreferences are not supported; check the rule in the handler.";
            return Some((rest.chars().take(2).collect(), hint));
        }
        let len = if escape {
            1 + second.map_or(0, char::len_utf8)
        } else {
            character.len_utf8()
        };
        rest = rest.get(len..).unwrap_or_default();
    }
    None
}
