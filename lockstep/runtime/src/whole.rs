//! How serde reads what consists of integers, so that clients take every spelling that servers take: `192.0` is one, too.
//! Servers read with `Decode`; nothing here knows rules.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::patch::Patch;

/// A type that consists of integers, or a number.
pub trait Whole: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// Where the value is another one.
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// For serde's `deserialize_with`.
///
/// # Errors
/// Those of the value.
pub fn whole<'de, D: Deserializer<'de>, T: Whole>(deserializer: D) -> Result<T, D::Error> {
    T::whole(deserializer)
}

/// What stands inside of something.
struct Inner<T>(T);

impl<'de, T: Whole> Deserialize<'de> for Inner<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::whole(deserializer).map(Self)
    }
}

struct Integer;

impl Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of 64 bits")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        // From 2^53 on, a float may be another integer than was written.
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            Ok(value as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}

impl Whole for i64 {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde keeps for later tells fractions only if it is asked for anything.
        deserializer.deserialize_any(Integer)
    }
}

macro_rules! narrower {
    ($($integer:ty),*) => {$(
        impl Whole for $integer {
            fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = i64::whole(deserializer)?;
                let expected = concat!("an integer of the type ", stringify!($integer));
                Self::try_from(value).map_err(|_| D::Error::invalid_value(Unexpected::Signed(value), &expected))
            }
        }
    )*};
}

narrower!(i32, u16);

impl Whole for f64 {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: Whole> Whole for Option<T> {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Inner<T>>::deserialize(deserializer)?.map(|inner| inner.0))
    }
}

impl<T: Whole> Whole for Patch<T> {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::whole(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Whole> Whole for Vec<T> {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<Inner<T>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|inner| inner.0).collect())
    }
}

impl<T: Whole> Whole for BTreeMap<String, T> {
    fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = BTreeMap::<String, Inner<T>>::deserialize(deserializer)?;
        Ok(members.into_iter().map(|(name, inner)| (name, inner.0)).collect())
    }
}
