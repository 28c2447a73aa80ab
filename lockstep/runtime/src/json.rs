//! Reading a JSON body once: decoding, checking and locating every violation in the same pass.
//! Knows tokens and places; what a type consists of is the generated `Decode` implementations' matter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiter::{Jiter, JiterErrorType, Peek};
use serde_json::Value;

use crate::problem::{ViolationPlace, Violations};
use crate::rules::{Array, Broken, Map};

/// How deep values may nest.
const MAX_DEPTH: usize = 64;

/// A body that is not JSON at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, with line and column; never the text itself.
    pub detail: String,
}

/// Reads a body by a function, such as `Decode::decode` of its type. `Ok(None)` means that it is JSON, but that `violations` is not empty: a value comes out only where no
/// rule was broken, neither here nor before.
///
/// # Errors
/// [`Malformed`] where the text is not JSON, or nests too deep.
pub fn read_json<T>(
    body: &[u8],
    violations: &mut Violations,
    decode: impl FnOnce(&mut Json<'_>) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let mut json = Json {
        tokens: Jiter::new(body),
        body,
        path: Vec::new(),
        violations,
        broken: Broken::default(),
        malformed: None,
    };
    let value = decode(&mut json);
    json.finish()?;
    Ok(value.filter(|_| violations.is_empty()))
}

/// The reader of one body. Every method reads one value; `None` means that it was refused and reported.
#[derive(Debug)]
pub struct Json<'a> {
    tokens: Jiter<'a>,
    body: &'a [u8],
    path: Vec<Step>,
    violations: &'a mut Violations,
    /// Kept from value to value, for its memory.
    broken: Broken,
    malformed: Option<Malformed>,
}

#[derive(Debug)]
enum Step {
    Member(Cow<'static, str>),
    Item(usize),
}

/// A number as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NumberToken {
    Integer(i64),
    TooLarge,
    Fraction,
}

impl NumberToken {
    /// Classifies digits that are a JSON number.
    pub(crate) fn of(digits: &str) -> Self {
        if !digits.contains(['.', 'e', 'E']) {
            return digits.parse().map_or(Self::TooLarge, Self::Integer);
        }
        let value: f64 = digits.parse().unwrap_or(f64::INFINITY);
        // Up to 2^53 a whole float is exactly the integer that was written.
        if value.fract() != 0.0 {
            Self::Fraction
        } else if value.abs() <= 9_007_199_254_740_992.0 {
            Self::Integer(value as i64)
        } else {
            Self::TooLarge
        }
    }
}

impl<'a> Json<'a> {
    fn finish(mut self) -> Result<(), Malformed> {
        if self.malformed.is_none()
            && let Err(error) = self.tokens.finish()
        {
            self.fail(&error.error_type, error.index);
        }
        self.malformed.map_or(Ok(()), Err)
    }

    /// Keeps a syntax error; after it nothing more is read.
    fn fail(&mut self, error: &JiterErrorType, index: usize) {
        let place = self.tokens.error_position(index);
        let what = match error {
            JiterErrorType::JsonError(error) => error.to_string(),
            JiterErrorType::WrongType { .. } => "unexpected value".to_owned(),
        };
        self.malformed.get_or_insert(Malformed {
            detail: format!("The body is not valid JSON: {what} at {place}."),
        });
    }

    fn ok<T>(&mut self, result: Result<T, jiter::JiterError>) -> Option<T> {
        result.map_err(|error| self.fail(&error.error_type, error.index)).ok()
    }

    fn peek(&mut self) -> Option<Peek> {
        if self.malformed.is_some() {
            return None;
        }
        let peeked = self.tokens.peek();
        self.ok(peeked)
    }

    /// Reports a broken rule at the current place.
    pub fn report(&mut self, code: &'static str, detail: impl Into<String>) {
        let pointer = self.pointer(None);
        self.violations.add(ViolationPlace::Body, pointer, code, detail.into());
    }

    /// Reports a broken rule at a member of the current place.
    pub fn report_member(&mut self, name: &str, code: &'static str, detail: &str) {
        let pointer = self.pointer(Some(name));
        self.violations
            .add(ViolationPlace::Body, pointer, code, detail.to_owned());
    }

    fn report_all(&mut self, mut broken: Broken) {
        for (code, detail) in broken.0.drain(..) {
            self.report(code, detail);
        }
        self.broken = broken;
    }

    fn pointer(&self, member: Option<&str>) -> String {
        let mut pointer = String::with_capacity(32);
        let mut push = |name: &str| {
            pointer.push('/');
            for c in name.chars() {
                match c {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    _ => pointer.push(c),
                }
            }
        };
        for step in &self.path {
            match step {
                Step::Member(name) => push(name),
                Step::Item(index) => push(&index.to_string()),
            }
        }
        member.into_iter().for_each(push);
        pointer
    }

    /// Reports the type that should be here and passes over the value that is.
    fn refuse(&mut self, expected: &str) {
        self.report("wrong-type", format!("must be {expected}"));
        self.skip();
    }

    /// Passes over a value.
    pub fn skip(&mut self) {
        if self.malformed.is_none() {
            let skipped = self.tokens.next_skip();
            self.ok(skipped);
        }
    }

    /// Reads a string.
    pub fn text<T>(&mut self, read: impl FnOnce(&str, &mut Broken) -> Option<T>) -> Option<T> {
        if self.peek()? != Peek::String {
            self.refuse("a string");
            return None;
        }
        let mut broken = std::mem::take(&mut self.broken);
        match self.tokens.known_str() {
            Ok(text) => {
                let value = read(text, &mut broken);
                self.report_all(broken);
                value
            }
            Err(error) => self.ok(Err(error)),
        }
    }

    /// Reads the digits of a number.
    pub(crate) fn number<T>(&mut self, expected: &str, read: impl FnOnce(&str, &mut Broken) -> Option<T>) -> Option<T> {
        let peek = self.peek()?;
        if !peek.is_num() {
            self.refuse(expected);
            return None;
        }
        let mut broken = std::mem::take(&mut self.broken);
        match self.tokens.known_number_bytes(peek) {
            Ok(digits) => {
                let value = read(std::str::from_utf8(digits).unwrap_or_default(), &mut broken);
                self.report_all(broken);
                value
            }
            Err(error) => self.ok(Err(error)),
        }
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> Option<bool> {
        let peek = self.peek()?;
        if peek != Peek::True && peek != Peek::False {
            self.refuse("true or false");
            return None;
        }
        let value = self.tokens.known_bool(peek);
        self.ok(value)
    }

    /// Reads null or a value.
    pub fn nullable<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.peek()? != Peek::Null {
            return read(self).map(Some);
        }
        let null = self.tokens.known_null();
        self.ok(null).map(|()| None)
    }

    /// Reads an object. `member` is called at the value of each member and must read it.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self, &str)) -> Option<()> {
        if self.peek()? != Peek::Object {
            self.refuse("an object");
            return None;
        }
        let mut name = String::new();
        let mut first = true;
        loop {
            let key = if first {
                self.tokens.known_object()
            } else {
                self.tokens.next_key()
            };
            first = false;
            match key {
                Ok(Some(key)) => {
                    name.clear();
                    name.push_str(key);
                }
                Ok(None) => return Some(()),
                Err(error) => return self.ok(Err(error)),
            }
            member(self, &name);
            if self.malformed.is_some() {
                return None;
            }
        }
    }

    /// Refuses a member that the object does not have.
    pub fn refuse_member(&mut self, name: &str) {
        self.report_member(name, "unknown-field", "is not a field of this object");
        self.skip();
    }

    /// Runs `read` one step further down.
    pub(crate) fn at<T>(&mut self, name: Cow<'static, str>, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.down(Step::Member(name), read)
    }

    fn down<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.path.len() >= MAX_DEPTH {
            let detail = format!("The body nests deeper than {MAX_DEPTH} levels.");
            self.malformed.get_or_insert(Malformed { detail });
            return None;
        }
        self.path.push(step);
        let value = read(self);
        self.path.pop();
        Some(value)
    }

    /// Reads an array.
    pub fn array<T: PartialEq>(
        &mut self,
        rules: &Array,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        if self.peek()? != Peek::Array {
            self.refuse("an array");
            return None;
        }
        let mut items = Vec::new();
        let mut count = 0;
        let mut next = self.tokens.known_array();
        while self.ok(next)?.is_some() {
            let item = self.down(Step::Item(count), &mut read)?;
            count += 1;
            // Past the limit items are still read, so that the syntax is checked, but no longer kept.
            if rules.max.is_none_or(|max| items.len() <= max) {
                items.extend(item);
            }
            if self.malformed.is_some() {
                return None;
            }
            next = self.tokens.array_step();
        }
        let mut broken = Broken::default();
        rules.check(count, &items, &mut broken);
        self.report_all(broken);
        Some(items)
    }

    /// Reads a map.
    pub fn map<T>(&mut self, rules: &Map, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<BTreeMap<String, T>> {
        let mut members = BTreeMap::new();
        let mut count = 0;
        self.object(|json, name| {
            count += 1;
            json.additional_member(&mut members, name, &mut read);
        })?;
        let mut broken = Broken::default();
        rules.check(count, &mut broken);
        self.report_all(broken);
        Some(members)
    }

    /// Reads the value of a member that is collected under its name.
    pub fn additional_member<T>(
        &mut self,
        members: &mut BTreeMap<String, T>,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) {
        if let Some(Some(value)) = self.at(Cow::Owned(name.to_owned()), read)
            && members.insert(name.to_owned(), value).is_some()
        {
            self.report_member(name, "duplicate-field", "is there more than once");
        }
    }

    /// Reads any object, kept as it is.
    pub fn free_object(&mut self) -> Option<serde_json::Map<String, Value>> {
        let mut members = serde_json::Map::new();
        self.object(|json, name| {
            if let Some(Some(value)) = json.at(Cow::Owned(name.to_owned()), Self::any)
                && members.insert(name.to_owned(), value).is_some()
            {
                json.report_member(name, "duplicate-field", "is there more than once");
            }
        })?;
        Some(members)
    }

    /// Reads any value, kept as it is.
    pub fn any(&mut self) -> Option<Value> {
        match self.peek()? {
            Peek::Null => self.nullable(Self::boolean).map(|_| Value::Null),
            Peek::True | Peek::False => self.boolean().map(Value::Bool),
            Peek::String => self.text(|text, _| Some(Value::String(text.to_owned()))),
            Peek::Array => self.array(&Array::new(), Self::any).map(Value::Array),
            Peek::Object => self.free_object().map(Value::Object),
            _ => self.number("a number", |digits, broken| {
                let number = digits.parse().ok().map(Value::Number);
                if number.is_none() {
                    broken.add("out-of-range", "must be a 64-bit number");
                }
                number
            }),
        }
    }

    /// Looks ahead for the string member that tells the variants of a union apart, without moving.
    /// Reads only up to that member, so nothing twice where writers put it first, as ours do.
    pub fn tag(&mut self, name: &'static str) -> Option<String> {
        if self.peek()? != Peek::Object {
            self.refuse("an object");
            return None;
        }
        // Syntax errors on the way are found again, and reported, when the value itself is passed over.
        let tag = find_tag(&self.body[self.tokens.current_index()..], name);
        if tag.is_none() {
            self.report_member(name, "required", "is required, as a string");
            self.skip();
        }
        tag
    }

    /// Refuses a tag that no variant has.
    pub fn refuse_tag(&mut self, name: &'static str, allowed: &[&str]) {
        let mut detail = "must be one of ".to_owned();
        for (at, tag) in allowed.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(detail, "{comma}\"{tag}\"");
        }
        self.report_member(name, "not-allowed", &detail);
        self.skip();
    }
}

fn find_tag(object: &[u8], name: &str) -> Option<String> {
    let mut tokens = Jiter::new(object);
    let mut key = tokens.next_object().ok()?.map(str::to_owned);
    while let Some(found) = key {
        if found == name {
            return tokens.next_str().ok().map(str::to_owned);
        }
        tokens.next_skip().ok()?;
        key = tokens.next_key().ok()?.map(str::to_owned);
    }
    None
}
