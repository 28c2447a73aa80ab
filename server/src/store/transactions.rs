//! Changes of several items that happen together or not at all. Why one did not happen is told by the action whose
//! condition failed, never by a text.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem};
use chrono::{DateTime, Utc};
use lockstep_runtime::{Failure, Fault};

use super::counters::{self, Scope, Tally};
use super::errors::fault;
use super::items::{EXPIRES_AT, Entity, to_item};
use super::keys::{Key, PK};
use super::updates::Update;
use super::{Store, TRIES, back_off};

/// Actions to commit together: at most 100, never two on one item.
pub(super) struct Transaction {
    table: String,
    now: DateTime<Utc>,
    actions: Vec<TransactWriteItem>,
    tallies: BTreeMap<Scope, Tally>,
}

/// An action of a transaction, to ask later whether its condition failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Action(usize);

/// The actions whose conditions failed: at least one.
#[derive(Debug)]
pub(super) struct FailedConditions(Vec<Action>);

impl FailedConditions {
    /// Whether the condition of that action is among them.
    pub(super) fn contains(&self, action: Action) -> bool {
        self.0.contains(&action)
    }
}

impl Transaction {
    /// Puts an item where there is none, or only an expired one.
    pub(super) fn put_new<E: Entity>(&mut self, key: Key, entity: &E) -> Result<Action, Fault> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(key, entity)?))
            .condition_expression("attribute_not_exists(#pk) OR #expires <= :now")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":now", AttributeValue::N(self.now.timestamp().to_string()))
            .build()
            .map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().put(put).build()))
    }

    /// Changes an item under the conditions of the update.
    pub(super) fn update(&mut self, update: Update) -> Result<Action, Fault> {
        let parts = update.into_parts(self.now)?;
        let update = aws_sdk_dynamodb::types::Update::builder()
            .table_name(&self.table)
            .set_key(Some(parts.key))
            .update_expression(parts.update)
            .condition_expression(parts.condition)
            .set_expression_attribute_names(Some(parts.names))
            .set_expression_attribute_values(Some(parts.values))
            .build()
            .map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().update(update).build()))
    }

    /// Deletes an item, if it is there.
    pub(super) fn delete(&mut self, key: Key) -> Result<Action, Fault> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()));
        let delete = delete.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().delete(delete).build()))
    }

    /// Deletes an item, and fails unless it has this attribute.
    pub(super) fn delete_when(&mut self, key: Key, attribute: &str, value: AttributeValue) -> Result<Action, Fault> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("#attribute = :value")
            .expression_attribute_names("#attribute", attribute)
            .expression_attribute_values(":value", value);
        let delete = delete.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().delete(delete).build()))
    }

    /// Deletes an item, and fails unless it is there and has no such attribute.
    pub(super) fn delete_without(&mut self, key: Key, attribute: &str) -> Result<Action, Fault> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#attribute)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#attribute", attribute);
        let delete = delete.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().delete(delete).build()))
    }

    /// Changes nothing, and fails unless the attribute of the item is one of these values: at least one.
    pub(super) fn check_one_of(
        &mut self,
        key: Key,
        attribute: &str,
        values: Vec<AttributeValue>,
    ) -> Result<Action, Fault> {
        let names: Vec<_> = (0..values.len()).map(|n| format!(":{n}")).collect();
        let mut check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(format!("#attribute IN ({})", names.join(", ")))
            .expression_attribute_names("#attribute", attribute);
        for (name, value) in names.into_iter().zip(values) {
            check = check.expression_attribute_values(name, value);
        }
        let check = check.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().condition_check(check).build()))
    }

    /// Changes nothing, and fails unless the item has these attributes.
    pub(super) fn check<const N: usize>(
        &mut self,
        key: Key,
        attributes: [(&str, AttributeValue); N],
    ) -> Result<Action, Fault> {
        let conditions = attributes.each_ref().map(|(name, _)| format!("#{name} = :{name}"));
        let mut check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(conditions.join(" AND "));
        for (name, value) in attributes {
            check = check.expression_attribute_names(format!("#{name}"), name);
            check = check.expression_attribute_values(format!(":{name}"), value);
        }
        let check = check.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().condition_check(check).build()))
    }

    /// Changes nothing, and fails unless the item is there and has no such attribute.
    pub(super) fn check_without(&mut self, key: Key, attribute: &str) -> Result<Action, Fault> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#attribute)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#attribute", attribute);
        let check = check.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().condition_check(check).build()))
    }

    /// Changes nothing, and fails unless the item is there.
    pub(super) fn check_exists(&mut self, key: Key) -> Result<Action, Fault> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        let check = check.build().map_err(Fault::internal)?;
        Ok(self.push(TransactWriteItem::builder().condition_check(check).build()))
    }

    /// Counts what the actions change. All tallies of one scope add up, and become a few more actions at the commit:
    /// one on the totals of each topic and one on each month.
    pub(super) fn count(&mut self, scope: Scope, tally: Tally) {
        self.tallies.entry(scope).or_default().add_all(tally);
    }

    fn push(&mut self, action: TransactWriteItem) -> Action {
        self.actions.push(action);
        Action(self.actions.len() - 1)
    }
}

impl Store {
    /// A transaction without actions.
    pub(super) fn transaction(&self) -> Transaction {
        Transaction {
            table: self.table.to_string(),
            now: self.clock.now(),
            actions: Vec::new(),
            tallies: BTreeMap::new(),
        }
    }

    /// Commits. A conflict with another transaction is tried again, at most three times in all; the SDK does not.
    pub(super) async fn commit(&self, transaction: Transaction) -> Result<(), Failure<FailedConditions>> {
        let mut tries = 1;
        loop {
            // The counters come last: the numbers of the other actions stay.
            let mut actions = transaction.actions.clone();
            actions.extend(counters::actions(&self.table, &transaction.tallies)?);
            let request = self.client.transact_write_items().set_transact_items(Some(actions));
            let error = match request.send().await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let Some(reasons) = cancellation_reasons(&error) else {
                return Err(fault(error).into());
            };
            let failed = with_code(reasons, &["ConditionalCheckFailed"]);
            if !failed.is_empty() {
                return Err(Failure::Refused(FailedConditions(failed)));
            }
            if with_code(reasons, &PASSING).is_empty() {
                return Err(Fault::internal(error).into());
            }
            if tries == TRIES {
                return Err(Fault::unavailable(error).into());
            }
            back_off(tries).await;
            tries += 1;
        }
    }
}

/// Reasons that may be gone at the next try.
const PASSING: [&str; 3] = [
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
];

fn cancellation_reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<&[CancellationReason]> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => Some(cancelled.cancellation_reasons()),
        _ => None,
    }
}

/// The actions that were cancelled for one of these codes; DynamoDB gives one reason per action, in order.
fn with_code(reasons: &[CancellationReason], codes: &[&str]) -> Vec<Action> {
    let matches = |reason: &CancellationReason| reason.code().is_some_and(|code| codes.contains(&code));
    reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| matches(reason))
        .map(|(index, _)| Action(index))
        .collect()
}
