//! Changes of one item in place: an update expression with its condition, made from attribute names. Every update
//! raises the version and leaves its own id, by which a try whose answer was lost knows its own success.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use chrono::{DateTime, Utc};
use lockstep_runtime::{Failure, Fault};
use serde::Serialize;
use uuid::Uuid;

use super::Store;
use super::errors::fault;
use super::items::{Attributes, ENTITY_TYPE, EXPIRES_AT, Entity, SCHEMA_VERSION, from_item, to_value};
use super::keys::{Key, PK};

pub(super) const VERSION: &str = "version";
const LAST_WRITE: &str = "lastWrite";

/// A change of one item, with the conditions under which it happens.
pub(super) struct Update {
    key: Key,
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    /// The first value that could not be written; it stops the whole update.
    unwritable: Option<Fault>,
}

/// An update as DynamoDB takes it.
pub(super) struct Parts {
    pub(super) key: HashMap<String, AttributeValue>,
    pub(super) update: String,
    pub(super) condition: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Update {
    /// Of an item that exists.
    pub(super) fn of(key: Key) -> Self {
        let update = Self::of_or_new_attributes(key);
        update.naming(PK).when(format!("attribute_exists(#{PK})"))
    }

    /// Of an item that is made where it is absent.
    pub(super) fn of_or_new<E: Entity>(key: Key) -> Self {
        Self::of_or_new_attributes(key)
            .set(ENTITY_TYPE, E::ENTITY_TYPE)
            .set(SCHEMA_VERSION, E::SCHEMA_VERSION)
    }

    /// Of an item that exists, with neither a new version nor a mark: for attributes that are not part of what the
    /// version stands for. Only in transactions, which know their own success without the mark.
    pub(super) fn beside_version(key: Key) -> Self {
        let update = Self::empty(key);
        update.naming(PK).when(format!("attribute_exists(#{PK})"))
    }

    fn of_or_new_attributes(key: Key) -> Self {
        Self::empty(key).add(VERSION, 1).set(LAST_WRITE, Uuid::now_v7())
    }

    fn empty(key: Key) -> Self {
        Self {
            key,
            set: Vec::new(),
            remove: Vec::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            unwritable: None,
        }
    }

    /// Sets an attribute.
    pub(super) fn set(mut self, name: &str, value: impl Serialize) -> Self {
        self.set.push(format!("#{name} = :{name}"));
        self.naming(name).with(name, value)
    }

    /// Sets an attribute, or removes it where there is no value.
    pub(super) fn set_or_remove(mut self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => {
                self.remove.push(format!("#{name}"));
                self.naming(name)
            }
        }
    }

    /// Adds to a number; an absent one counts as 0.
    pub(super) fn add(mut self, name: &str, amount: i64) -> Self {
        self.set
            .push(format!("#{name} = if_not_exists(#{name}, :zero) + :{name}"));
        self.naming(name).with("zero", 0).with(name, amount)
    }

    /// Only if the attribute has this value.
    pub(super) fn when_equal(self, name: &str, value: impl Serialize) -> Self {
        let expected = format!("expected_{name}");
        self.naming(name)
            .with(&expected, value)
            .when(format!("#{name} = :{expected}"))
    }

    /// Only if the attribute has this value, or is absent where there is none.
    pub(super) fn when_unchanged(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.when_equal(name, value),
            None => self.when_absent(name),
        }
    }

    /// Only if there is no such attribute.
    pub(super) fn when_absent(self, name: &str) -> Self {
        self.naming(name).when(format!("attribute_not_exists(#{name})"))
    }

    /// Only if the number is absent or smaller.
    pub(super) fn when_less(self, name: &str, bound: u32) -> Self {
        let limit = format!("limit_{name}");
        let condition = format!("(attribute_not_exists(#{name}) OR #{name} < :{limit})");
        self.naming(name).with(&limit, bound).when(condition)
    }

    /// Only if the number is greater.
    pub(super) fn when_more(self, name: &str, bound: u32) -> Self {
        let limit = format!("floor_{name}");
        let condition = format!("#{name} > :{limit}");
        self.naming(name).with(&limit, bound).when(condition)
    }

    /// Only if the item has this version, where one is expected. Version 0 is that of an item that is absent.
    pub(super) fn when_version(self, expected: Option<u64>) -> Self {
        match expected {
            None => self,
            Some(0) => self.when_absent(VERSION),
            Some(version) => self.when_equal(VERSION, version),
        }
    }

    /// The expressions; the condition also says that the item is not expired.
    pub(super) fn into_parts(self, now: DateTime<Utc>) -> Result<Parts, Fault> {
        let alive = format!("(attribute_not_exists(#{EXPIRES_AT}) OR #{EXPIRES_AT} > :now)");
        let update = self.naming(EXPIRES_AT).with("now", now.timestamp()).when(alive);
        if let Some(unwritable) = update.unwritable {
            return Err(unwritable);
        }
        let mut expression = format!("SET {}", update.set.join(", "));
        if !update.remove.is_empty() {
            expression.push_str(&format!(" REMOVE {}", update.remove.join(", ")));
        }
        Ok(Parts {
            key: update.key.attributes(),
            update: expression,
            condition: update.conditions.join(" AND "),
            names: update.names,
            values: update.values,
        })
    }

    fn naming(mut self, name: &str) -> Self {
        self.names.insert(format!("#{name}"), name.to_owned());
        self
    }

    fn with(mut self, name: &str, value: impl Serialize) -> Self {
        match to_value(value) {
            Ok(value) => {
                self.values.insert(format!(":{name}"), value);
            }
            Err(unwritable) => self.unwritable = self.unwritable.or(Some(unwritable)),
        }
        self
    }

    fn when(mut self, condition: String) -> Self {
        self.conditions.push(condition);
        self
    }
}

impl Store {
    /// Changes an item and answers it as it is then. Refused with the item as it was, if there is one, where a
    /// condition does not hold.
    pub(super) async fn update<E: Entity>(&self, update: Update) -> Result<E, Failure<Option<E>>> {
        let parts = update.into_parts(self.clock.now())?;
        let own_write = parts.values.get(&format!(":{LAST_WRITE}")).cloned();
        let request = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(parts.key))
            .update_expression(parts.update)
            .condition_expression(parts.condition)
            .set_expression_attribute_names(Some(parts.names))
            .set_expression_attribute_values(Some(parts.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (item, applied) = match request.send().await {
            Ok(answer) => (answer.attributes, true),
            Err(error) => {
                let item = item_of_failed_condition(error)?;
                let own = item
                    .as_ref()
                    .is_some_and(|item| item.get(LAST_WRITE) == own_write.as_ref());
                (item, own)
            }
        };
        let entity = match item {
            Some(item) => from_item(item, self.clock.now())?,
            None => None,
        };
        match entity {
            Some(entity) if applied => Ok(entity),
            before => Err(Failure::Refused(before)),
        }
    }
}

fn item_of_failed_condition(
    error: SdkError<UpdateItemError, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
) -> Result<Option<Attributes>, Fault> {
    match error {
        SdkError::ServiceError(failed) if failed.err().is_conditional_check_failed_exception() => {
            match failed.into_err() {
                UpdateItemError::ConditionalCheckFailedException(failed) => Ok(failed.item),
                _ => Ok(None),
            }
        }
        other => Err(fault(other)),
    }
}
