//! Strings that stay strings: length, pattern, format, constant.
//! Strings of which something else is made are `typed`'s matter.

use std::sync::OnceLock;

use regex::Regex;

use super::{Broken, Scalar, TextFormat, counted};
use crate::json::Json;
use crate::secret::Secret;

/// A pattern, compiled at its first use. Made by [`pattern!`](crate::pattern).
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that the generator has checked to be one.
    pub const fn new(source: &'static str) -> Self {
        Self {
            source,
            regex: OnceLock::new(),
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex
            .get_or_init(|| Regex::new(&ecma(self.source)).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }
}

/// An ECMA 262 expression in the words of the `regex` crate, where `.` and `\s` mean other characters.
fn ecma(source: &str) -> String {
    const BLANKS: &str = r"\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";
    let mut in_class = false;
    let mut result = String::with_capacity(source.len());
    let mut characters = source.chars();
    while let Some(c) = characters.next() {
        match (c, in_class) {
            ('\\', _) => match characters.next() {
                // A class may stand in a class.
                Some('s') => result.extend(["[", BLANKS, "]"]),
                Some('S') => result.extend(["[^", BLANKS, "]"]),
                escaped => result.extend([c].into_iter().chain(escaped)),
            },
            ('.', false) => result.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            _ => {
                in_class = c == '[' || in_class && c != ']';
                result.push(c);
            }
        }
    }
    result
}

/// A `&'static Pattern` in place.
#[macro_export]
macro_rules! pattern {
    ($source:literal) => {{
        static PATTERN: $crate::Pattern = $crate::Pattern::new($source);
        &PATTERN
    }};
}

/// A string. Lengths count code points, as JSON Schema does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    min: Option<usize>,
    max: Option<usize>,
    pattern: Option<&'static Pattern>,
    format: Option<TextFormat>,
    constant: Option<&'static str>,
}

impl Text {
    /// Any string.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            pattern: None,
            format: None,
            constant: None,
        }
    }

    /// With at least so many characters.
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    /// With at most so many characters.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// That a pattern matches.
    pub const fn pattern(mut self, pattern: &'static Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Of a format.
    pub const fn format(mut self, format: TextFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Just this one.
    pub const fn constant(mut self, constant: &'static str) -> Self {
        self.constant = Some(constant);
        self
    }

    /// Reports the rules that a string breaks.
    pub fn check(&self, text: &str, broken: &mut Broken) {
        self.check_length(text, broken);
        if self.pattern.is_some_and(|pattern| !pattern.matches(text)) {
            let source = self.pattern.map_or("", |pattern| pattern.source);
            broken.add("pattern-mismatch", ["must match ", source].concat());
        }
        if let Some(format) = self.format.filter(|format| !format.admits(text)) {
            broken.add("invalid-format", format!("must be {}", format.name()));
        }
        if let Some(constant) = self.constant.filter(|constant| *constant != text) {
            broken.add("not-allowed", format!("must be \"{constant}\""));
        }
    }

    fn check_length(&self, text: &str, broken: &mut Broken) {
        // A text has at most as many characters as bytes: most need no counting.
        if let Some(max) = self.max.filter(|max| text.len() > *max && text.chars().count() > *max) {
            broken.add("too-long", format!("must have at most {}", counted(max, "character")));
        }
        if let Some(min) = self.min.filter(|min| text.len() < *min || text.chars().count() < *min) {
            broken.add("too-short", format!("must have at least {}", counted(min, "character")));
        }
    }
}

impl Scalar for Text {
    type Value = String;

    fn from_json(&self, json: &mut Json<'_>) -> Option<String> {
        json.text(|text, broken| {
            self.check(text, broken);
            broken.is_empty().then(|| text.to_owned())
        })
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<String> {
        self.check(text, broken);
        broken.is_empty().then(|| text.to_owned())
    }
}

/// A string that must not leak.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecretText(pub Text);

impl Scalar for SecretText {
    type Value = Secret;

    fn from_json(&self, json: &mut Json<'_>) -> Option<Secret> {
        json.text(|text, broken| self.from_text(text, broken))
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<Secret> {
        self.0.check(text, broken);
        broken.is_empty().then(|| Secret::from(text))
    }
}
