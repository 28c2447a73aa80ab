//! The rules of scalar values, written once for both ways in which a scalar arrives: as JSON, and as the text of a
//! parameter. A rule never repeats the value that broke it.

use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use regex::Regex;

use crate::decode::{Decode, TextEnum};
use crate::json::{Json, NumberToken};
use crate::secret::Secret;

/// The rules that a value broke: codes for programs, details for people.
#[derive(Debug, Default)]
pub struct Broken(pub(crate) Vec<(&'static str, String)>);

impl Broken {
    /// Adds a broken rule.
    pub fn add(&mut self, code: &'static str, detail: impl Into<String>) {
        self.0.push((code, detail.into()));
    }

    /// Whether no rule is broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The details as one sentence, for errors outside of requests.
    pub fn into_message(self) -> String {
        let details: Vec<_> = self.0.into_iter().map(|(_, detail)| detail).collect();
        details.join("; ")
    }
}

/// How a scalar is read. `None` means that a rule is broken and reported.
#[allow(
    clippy::wrong_self_convention,
    reason = "a rule reads a value that is not of its own type"
)]
pub trait Scalar {
    /// What is read.
    type Value;

    /// Reads a JSON value.
    fn from_json(&self, json: &mut Json<'_>) -> Option<Self::Value>;

    /// Reads the text of a parameter.
    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<Self::Value>;
}

/// A type that can be the whole of a parameter.
pub trait FromText: Sized {
    /// Reads the text of a parameter.
    fn from_text(text: &str, broken: &mut Broken) -> Option<Self>;
}

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

    fn matches(&self, text: &str) -> bool {
        self.regex
            .get_or_init(|| Regex::new(self.source).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }
}

/// A `&'static Pattern` in place.
#[macro_export]
macro_rules! pattern {
    ($source:literal) => {{
        static PATTERN: $crate::Pattern = $crate::Pattern::new($source);
        &PATTERN
    }};
}

/// The formats of strings that stay strings in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// An address such as `ada@example.org` (RFC 5321, the dot-atom form).
    Email,
    /// An absolute URI (RFC 3986).
    Uri,
    /// A URI or a relative reference (RFC 3986).
    UriReference,
    /// A host name (RFC 1123).
    Hostname,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Base64 (RFC 4648).
    Byte,
}

impl TextFormat {
    fn admits(self, text: &str) -> bool {
        match self {
            Self::Email => is_email(text),
            Self::Uri => is_uri(text),
            Self::UriReference => is_uri_reference(text),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => Ipv4Addr::from_str(text).is_ok(),
            Self::Ipv6 => Ipv6Addr::from_str(text).is_ok(),
            Self::Byte => is_base64(text),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Email => "an email address",
            Self::Uri => "an absolute URI",
            Self::UriReference => "a URI reference",
            Self::Hostname => "a host name",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Byte => "Base64 text",
        }
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    (1..=64).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
        && domain.contains('.')
        && is_hostname(domain)
}

fn is_hostname(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (1..=253).contains(&text.len()) && text.split('.').all(label)
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && is_uri_reference(rest)
}

fn is_uri_reference(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let legal = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|b| b.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if !legal {
            return false;
        }
    }
    text.matches('#').count() <= 1
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
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
            broken.add("pattern-mismatch", format!("must match {source}"));
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

pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
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

/// Implements [`Scalar`] for a rule whose JSON form is a string that is read like a parameter.
macro_rules! textual {
    ($rule:ident => $value:ty) => {
        impl Scalar for $rule {
            type Value = $value;

            fn from_json(&self, json: &mut Json<'_>) -> Option<$value> {
                json.text(|text, broken| self.from_text(text, broken))
            }

            fn from_text(&self, text: &str, broken: &mut Broken) -> Option<$value> {
                self.read(text, broken)
            }
        }
    };
}

/// A string that must not leak.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecretText(pub Text);

impl SecretText {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<Secret> {
        self.0.check(text, broken);
        broken.is_empty().then(|| Secret::from(text))
    }
}

textual!(SecretText => Secret);

/// A UUID (RFC 9562) in its hyphenated form.
#[derive(Clone, Copy, Debug)]
pub struct Uuid;

impl Uuid {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<uuid::Uuid> {
        // The crate also takes braces, URNs and no hyphens; the format has one form.
        let uuid = (text.len() == 36).then(|| uuid::Uuid::from_str(text).ok()).flatten();
        if uuid.is_none() {
            broken.add("invalid-format", "must be a UUID");
        }
        uuid
    }
}

textual!(Uuid => uuid::Uuid);

/// A time (RFC 3339), turned into UTC and cut to milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp;

impl Timestamp {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<DateTime<Utc>> {
        let time = DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc().trunc_subsecs(3));
        if time.is_none() {
            broken.add("invalid-format", "must be an RFC 3339 time");
        }
        time
    }
}

textual!(Timestamp => DateTime<Utc>);

/// A date (RFC 3339, `full-date`).
#[derive(Clone, Copy, Debug)]
pub struct Date;

impl Date {
    fn read(&self, text: &str, broken: &mut Broken) -> Option<NaiveDate> {
        let date = (text.len() == 10).then(|| NaiveDate::from_str(text).ok()).flatten();
        if date.is_none() {
            broken.add("invalid-format", "must be a date such as 2026-11-20");
        }
        date
    }
}

textual!(Date => NaiveDate);

/// A named scalar, by the rules of its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<T>(std::marker::PhantomData<T>);

impl<T> Named<T> {
    /// The rule of a type.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: FromText + Decode> Scalar for Named<T> {
    type Value = T;

    fn from_json(&self, json: &mut Json<'_>) -> Option<T> {
        T::decode(json)
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<T> {
        T::from_text(text, broken)
    }
}

/// One of the strings of an enumeration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<E>(std::marker::PhantomData<E>);

impl<E> Choice<E> {
    /// The rule of an enumeration.
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<E: TextEnum> Scalar for Choice<E> {
    type Value = E;

    fn from_json(&self, json: &mut Json<'_>) -> Option<E> {
        json.text(|text, broken| self.from_text(text, broken))
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<E> {
        let choice = E::ALL.iter().copied().find(|choice| choice.as_str() == text);
        if choice.is_none() {
            let allowed: Vec<_> = E::ALL.iter().map(|choice| format!("\"{}\"", choice.as_str())).collect();
            broken.add("not-allowed", format!("must be one of {}", allowed.join(", ")));
        }
        choice
    }
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub struct Boolean;

impl Scalar for Boolean {
    type Value = bool;

    fn from_json(&self, json: &mut Json<'_>) -> Option<bool> {
        json.boolean()
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<bool> {
        let value = bool::from_str(text).ok();
        if value.is_none() {
            broken.add("wrong-type", "must be true or false");
        }
        value
    }
}

/// An integer of the Rust type `T`. As JSON Schema says, `192.0` is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Integer<T> {
    min: Option<T>,
    max: Option<T>,
    multiple_of: Option<T>,
}

impl<T: Copy + Display + PartialOrd + TryFrom<i64> + Into<i64>> Integer<T> {
    /// Any integer of the type.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            multiple_of: None,
        }
    }

    /// At least this one.
    pub const fn min(mut self, min: T) -> Self {
        self.min = Some(min);
        self
    }

    /// At most this one.
    pub const fn max(mut self, max: T) -> Self {
        self.max = Some(max);
        self
    }

    /// Only multiples of it.
    pub const fn multiple_of(mut self, divisor: T) -> Self {
        self.multiple_of = Some(divisor);
        self
    }

    /// Reports the rules that an integer breaks.
    pub fn check(&self, value: T, broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| value < *min) {
            broken.add("too-small", format!("must be at least {min}"));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            broken.add("too-large", format!("must be at most {max}"));
        }
        if let Some(divisor) = self.multiple_of.filter(|divisor| value.into() % (*divisor).into() != 0) {
            broken.add("not-a-multiple", format!("must be a multiple of {divisor}"));
        }
    }

    fn read(&self, token: NumberToken, broken: &mut Broken) -> Option<T> {
        let value = match token {
            NumberToken::Integer(value) => T::try_from(value).ok(),
            NumberToken::TooLarge => None,
            NumberToken::Fraction => {
                broken.add("wrong-type", "must be an integer");
                return None;
            }
        };
        match value {
            Some(value) => self.check(value, broken),
            None => broken.add("out-of-range", format!("must fit into {} bits", 8 * size_of::<T>())),
        }
        value.filter(|_| broken.is_empty())
    }
}

impl<T: Copy + Display + PartialOrd + TryFrom<i64> + Into<i64>> Scalar for Integer<T> {
    type Value = T;

    fn from_json(&self, json: &mut Json<'_>) -> Option<T> {
        json.number("an integer", |digits, broken| {
            self.read(NumberToken::of(digits), broken)
        })
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<T> {
        if !is_json_number(text) {
            broken.add("wrong-type", "must be an integer");
            return None;
        }
        self.read(NumberToken::of(text), broken)
    }
}

/// A number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    min: Option<f64>,
    max: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    multiple_of: Option<f64>,
}

impl Number {
    /// Any number.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            above: None,
            below: None,
            multiple_of: None,
        }
    }

    /// At least this one.
    pub const fn min(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    /// At most this one.
    pub const fn max(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }

    /// Greater than this one (`exclusiveMinimum`).
    pub const fn above(mut self, above: f64) -> Self {
        self.above = Some(above);
        self
    }

    /// Less than this one (`exclusiveMaximum`).
    pub const fn below(mut self, below: f64) -> Self {
        self.below = Some(below);
        self
    }

    /// Only multiples of it.
    pub const fn multiple_of(mut self, divisor: f64) -> Self {
        self.multiple_of = Some(divisor);
        self
    }

    /// Reports the rules that a number breaks.
    pub fn check(&self, value: f64, broken: &mut Broken) {
        // JSON has no such number, and every comparison with it is false.
        if !value.is_finite() {
            broken.add("out-of-range", "must be a finite number");
        }
        if let Some(min) = self.min.filter(|min| value < *min) {
            broken.add("too-small", format!("must be at least {min}"));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            broken.add("too-large", format!("must be at most {max}"));
        }
        if let Some(above) = self.above.filter(|above| value <= *above) {
            broken.add("too-small", format!("must be greater than {above}"));
        }
        if let Some(below) = self.below.filter(|below| value >= *below) {
            broken.add("too-large", format!("must be less than {below}"));
        }
        if let Some(divisor) = self.multiple_of.filter(|divisor| !is_multiple(value, *divisor)) {
            broken.add("not-a-multiple", format!("must be a multiple of {divisor}"));
        }
    }

    fn read(&self, digits: &str, broken: &mut Broken) -> Option<f64> {
        let value = f64::from_str(digits).ok().filter(|value| value.is_finite());
        match value {
            Some(value) => self.check(value, broken),
            None => broken.add("out-of-range", "must be a 64-bit number"),
        }
        value.filter(|_| broken.is_empty())
    }
}

/// Whether the quotient is whole, but for the rounding of binary fractions: 0.3 is a multiple of 0.1.
fn is_multiple(value: f64, divisor: f64) -> bool {
    let quotient = value / divisor;
    (quotient - quotient.round()).abs() <= quotient.abs().max(1.0) * 4.0 * f64::EPSILON
}

impl Scalar for Number {
    type Value = f64;

    fn from_json(&self, json: &mut Json<'_>) -> Option<f64> {
        json.number("a number", |digits, broken| self.read(digits, broken))
    }

    fn from_text(&self, text: &str, broken: &mut Broken) -> Option<f64> {
        if !is_json_number(text) {
            broken.add("wrong-type", "must be a number");
            return None;
        }
        self.read(text, broken)
    }
}

/// Whether a text is a number by JSON's grammar (RFC 8259, 6), so that parameters and bodies agree.
fn is_json_number(text: &str) -> bool {
    static GRAMMAR: Pattern = Pattern::new(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$");
    GRAMMAR.matches(text)
}

/// The rules of an array.
#[derive(Clone, Copy, Debug, Default)]
pub struct Array {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
    pub(crate) unique: bool,
}

impl Array {
    /// Any array.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            unique: false,
        }
    }

    /// With at least so many items.
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    /// With at most so many items.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// With no two equal items.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Reports the rules that an array breaks.
    pub fn check<T: PartialEq>(&self, items: &[T], broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| items.len() < *min) {
            broken.add("too-few-items", format!("must have at least {}", counted(min, "item")));
        }
        if let Some(max) = self.max.filter(|max| items.len() > *max) {
            broken.add("too-many-items", format!("must have at most {}", counted(max, "item")));
        }
        if self.unique && items.iter().enumerate().any(|(at, item)| items[..at].contains(item)) {
            broken.add("not-unique", "must not have equal items");
        }
    }
}

/// The rules of a map.
#[derive(Clone, Copy, Debug, Default)]
pub struct Map {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
}

impl Map {
    /// Any map.
    pub const fn new() -> Self {
        Self { min: None, max: None }
    }

    /// With at least so many members.
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    /// With at most so many members.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// Reports the rules that a map of so many members breaks.
    pub fn check(&self, len: usize, broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| len < *min) {
            broken.add(
                "too-few-members",
                format!("must have at least {}", counted(min, "member")),
            );
        }
        if let Some(max) = self.max.filter(|max| len > *max) {
            broken.add(
                "too-many-members",
                format!("must have at most {}", counted(max, "member")),
            );
        }
    }
}
