//! What generated types implement to be read from requests.
//! A type that is never part of a request has none of this.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::json::Json;
use crate::patch::Patch;
use crate::rules::{self, Scalar};
use crate::secret::Secret;

/// A type that requests contain.
pub trait Decode: Sized {
    /// Reads the value that comes next; `None` means that it was refused and reported.
    fn decode(json: &mut Json<'_>) -> Option<Self>;
}

/// For serde's `deserialize_with`: a member that is there has a value, even if that is null. By itself serde takes null
/// for absence, which is right unless null is one of the values.
///
/// # Errors
/// Those of the value.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// An enumeration of strings.
pub trait TextEnum: Copy + 'static {
    /// Every value, in the contract's order.
    const ALL: &'static [Self];

    /// The string on the wire.
    fn as_str(self) -> &'static str;
}

/// Types whose own rule is all there is to read.
macro_rules! scalars {
    ($($value:ty = $rule:expr;)*) => {$(
        impl Decode for $value {
            fn decode(json: &mut Json<'_>) -> Option<Self> {
                $rule.from_json(json)
            }
        }
    )*};
}

scalars! {
    String = rules::Text::new();
    Secret = rules::SecretText(rules::Text::new());
    uuid::Uuid = rules::Uuid;
    chrono::DateTime<chrono::Utc> = rules::Timestamp;
    chrono::NaiveDate = rules::Date;
    bool = rules::Boolean;
    i32 = rules::Integer::new();
    i64 = rules::Integer::new();
    f64 = rules::Number::new();
}

impl Decode for serde_json::Value {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        json.any()
    }
}

impl Decode for serde_json::Map<String, serde_json::Value> {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        json.free_object()
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        json.nullable(T::decode)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        T::decode(json).map(Self::new)
    }
}

impl<T: Decode + PartialEq> Decode for Vec<T> {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        json.array(&rules::Array::new(), T::decode)
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(json: &mut Json<'_>) -> Option<Self> {
        json.map(&rules::Map::new(), T::decode)
    }
}

/// A member of an object while the object is read.
#[derive(Debug)]
pub struct Member<T> {
    name: &'static str,
    seen: bool,
    value: Option<T>,
}

impl<T> Member<T> {
    /// A member by its name on the wire, not yet seen.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            seen: false,
            value: None,
        }
    }

    /// Reads the member's value.
    pub fn read(&mut self, json: &mut Json<'_>, read: impl FnOnce(&mut Json<'_>) -> Option<T>) {
        if std::mem::replace(&mut self.seen, true) {
            json.report_member(self.name, "duplicate-field", "is there more than once");
            return json.skip();
        }
        self.value = json.at(Cow::Borrowed(self.name), read).flatten();
    }

    /// The value of a member that must be there. Absence is reported.
    pub fn required(self, json: &mut Json<'_>) -> Option<T> {
        if !self.seen {
            json.report_member(self.name, "required", "is required");
        }
        self.value
    }

    /// The value of a member that may be absent.
    pub fn optional(self) -> Option<T> {
        self.value
    }
}

impl<T> Member<Patch<T>> {
    /// Reads the value of a member that may be null, too.
    pub fn read_patch(&mut self, json: &mut Json<'_>, read: impl FnOnce(&mut Json<'_>) -> Option<T>) {
        self.read(json, |json| {
            json.nullable(read).map(|value| value.map_or(Patch::Null, Patch::Value))
        });
    }

    /// The three-way value.
    pub fn patch(self) -> Patch<T> {
        self.value.unwrap_or_default()
    }
}
