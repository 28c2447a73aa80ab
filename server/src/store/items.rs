//! Between our structs and the items of the table: every item carries its entity type and schema version, and an item
//! whose time has come is not there, however late DynamoDB deletes it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::Key;

/// The attributes of an item.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The attribute of the time (seconds since the Unix epoch) from which an item counts as deleted.
pub(super) const EXPIRES_AT: &str = "expiresAt";
/// The attribute that says what an item is; the partition key of GSI2.
pub(super) const ENTITY_TYPE: &str = "entityType";
/// The attribute of the version of an item's shape.
pub(super) const SCHEMA_VERSION: &str = "schemaVersion";

/// A struct that is stored as an item.
pub(super) trait Entity: Serialize + DeserializeOwned {
    /// What the item is.
    const ENTITY_TYPE: &'static str;
    /// Raised with every change of the attributes that older code could not read.
    const SCHEMA_VERSION: u32 = 1;
}

/// The item of an entity. An absent optional value is an absent attribute.
pub(super) fn to_item<E: Entity>(key: Key, entity: &E) -> Result<Attributes, Fault> {
    let mut item: Attributes = serde_dynamo::to_item(entity).map_err(Fault::internal)?;
    item.retain(|_, value| !value.is_null());
    item.extend(key.attributes());
    item.insert(ENTITY_TYPE.into(), AttributeValue::S(E::ENTITY_TYPE.into()));
    item.insert(SCHEMA_VERSION.into(), AttributeValue::N(E::SCHEMA_VERSION.to_string()));
    Ok(item)
}

/// The entity of an item; `None` when its time has come.
pub(super) fn from_item<E: Entity>(item: Attributes, now: DateTime<Utc>) -> Result<Option<E>, Fault> {
    if is_expired(&item, now) {
        return Ok(None);
    }
    let is_of_type = item
        .get(ENTITY_TYPE)
        .and_then(|value| value.as_s().ok())
        .is_some_and(|t| t == E::ENTITY_TYPE);
    if !is_of_type {
        return Err(Fault::internal(format!(
            "an item of another type than {}",
            E::ENTITY_TYPE
        )));
    }
    serde_dynamo::from_item(item).map(Some).map_err(Fault::internal)
}

/// A single attribute.
pub(super) fn to_value(value: impl Serialize) -> Result<AttributeValue, Fault> {
    serde_dynamo::to_attribute_value(value).map_err(Fault::internal)
}

fn is_expired(item: &Attributes, now: DateTime<Utc>) -> bool {
    let expires_at = item
        .get(EXPIRES_AT)
        .and_then(|value| value.as_n().ok()?.parse::<i64>().ok());
    expires_at.is_some_and(|expires_at| expires_at <= now.timestamp())
}

/// Times that an index sorts by: always with milliseconds, so that the order of the text is the order of time.
/// For `#[serde(with = "…")]`.
pub(super) mod sortable_time {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        DateTime::deserialize(deserializer)
    }
}

/// The first whole millisecond that is not before: nothing that is stored has a finer time.
pub(super) fn whole_millisecond(time: DateTime<Utc>) -> DateTime<Utc> {
    let rest = i64::from(time.timestamp_subsec_nanos() % 1_000_000);
    let missing = TimeDelta::nanoseconds((1_000_000 - rest) % 1_000_000);
    time.checked_add_signed(missing).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(rename_all = "camelCase")]
    struct Thing {
        #[serde(with = "sortable_time")]
        created_at: DateTime<Utc>,
        note: Option<String>,
        #[serde(with = "chrono::serde::ts_seconds_option", default)]
        expires_at: Option<DateTime<Utc>>,
    }

    impl Entity for Thing {
        const ENTITY_TYPE: &'static str = "thing";
    }

    fn time(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(milliseconds).unwrap()
    }

    proptest! {
        #[test]
        fn an_entity_comes_back_until_it_expires(
            created in 0_i64..4_000_000_000_000,
            note: Option<String>,
            expires: Option<u32>,
            now in 0_i64..5_000_000_000_000,
        ) {
            let expires_at = expires.map(|seconds| time(i64::from(seconds) * 1_000));
            let thing = Thing { created_at: time(created), note, expires_at };
            let item = to_item(super::super::keys::ping(), &thing).unwrap();
            prop_assert_eq!(item.contains_key("note"), thing.note.is_some());
            let found = from_item::<Thing>(item, time(now)).unwrap();
            let expired = expires_at.is_some_and(|expires_at| expires_at <= time(now));
            prop_assert_eq!(found, Some(thing).filter(|_| !expired));
        }

        #[test]
        fn sortable_times_sort_as_texts(a in 0_i64..4_000_000_000_000, b in 0_i64..4_000_000_000_000) {
            let text = |at| {
                let thing = Thing { created_at: time(at), note: None, expires_at: None };
                to_item(super::super::keys::ping(), &thing).unwrap()["createdAt"].as_s().unwrap().clone()
            };
            prop_assert_eq!(text(a).cmp(&text(b)), a.cmp(&b));
        }
    }
}
