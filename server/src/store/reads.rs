//! Reads of the base table, always consistent: what a caller wrote, it sees. Indexes are for lists, and not read here.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use lockstep_runtime::Fault;

use super::errors::fault;
use super::items::{Attributes, ENTITY_TYPE, Entity, from_item};
use super::keys::{Key, KeyRange, PK, SK};
use super::table::GSI2;
use super::{Store, TRIES, back_off};

impl Store {
    /// The entity under a key; `None` when it is absent or expired.
    pub(super) async fn get<E: Entity>(&self, key: Key) -> Result<Option<E>, Fault> {
        let request = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.attributes()));
        let found = request.consistent_read(true).send().await.map_err(fault)?;
        match found.item {
            Some(item) => from_item(item, self.clock.now()),
            None => Ok(None),
        }
    }

    /// Up to 100 items by their keys, in one round trip where DynamoDB answers all of them at once.
    pub(super) async fn get_all(&self, keys: Vec<Key>) -> Result<HashMap<Key, Attributes>, Fault> {
        let mut found = HashMap::with_capacity(keys.len());
        let mut remaining: Vec<_> = keys.into_iter().map(Key::attributes).collect();
        for tries in 0..=TRIES {
            if remaining.is_empty() {
                return Ok(found);
            }
            if tries > 0 {
                back_off(tries).await;
            }
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(remaining))
                .consistent_read(true);
            let wanted = wanted.build().map_err(Fault::internal)?;
            let request = self.client.batch_get_item().request_items(&*self.table, wanted);
            let answer = request.send().await.map_err(fault)?;
            let items = answer
                .responses
                .unwrap_or_default()
                .remove(&*self.table)
                .unwrap_or_default();
            found.extend(items.into_iter().filter_map(|item| Some((Key::of(&item)?, item))));
            let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&*self.table);
            remaining = unprocessed.map(|unprocessed| unprocessed.keys).unwrap_or_default();
        }
        if remaining.is_empty() {
            Ok(found)
        } else {
            Err(Fault::unavailable("keys of a batch stayed unprocessed"))
        }
    }

    /// Items of a partition whose sort key begins with `prefix`, from after the key `after`, in the order of their
    /// sort keys.
    pub(super) async fn query(
        &self,
        partition: String,
        prefix: &str,
        after: Option<Key>,
        limit: Option<i32>,
    ) -> Result<QueryPage, Fault> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.into()))
            .set_exclusive_start_key(after.map(Key::attributes))
            .set_limit(limit)
            .consistent_read(true);
        let answer = request.send().await.map_err(fault)?;
        let next = answer.last_evaluated_key.as_ref().and_then(Key::of);
        Ok(QueryPage {
            items: answer.items.unwrap_or_default(),
            next,
        })
    }

    /// Items of a stretch of a partition, from after the key `after`, in the order of their sort keys.
    pub(super) async fn query_range(
        &self,
        range: &KeyRange,
        after: Option<Key>,
        limit: Option<i32>,
        order: Order,
    ) -> Result<QueryPage, Fault> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", AttributeValue::S(range.pk.clone()))
            .expression_attribute_values(":first", AttributeValue::S(range.first.clone()))
            .expression_attribute_values(":last", AttributeValue::S(range.last.clone()))
            .set_exclusive_start_key(after.map(Key::attributes))
            .set_limit(limit)
            .scan_index_forward(order == Order::Ascending)
            .consistent_read(true);
        let answer = request.send().await.map_err(fault)?;
        let next = answer.last_evaluated_key.as_ref().and_then(Key::of);
        Ok(QueryPage {
            items: answer.items.unwrap_or_default(),
            next,
        })
    }

    /// The keys of the items of one type by the time of their creation, at most `limit` of them, with what the next part
    /// begins after. From an index, so what was just written may not be there yet.
    pub(super) async fn keys_of_type(
        &self,
        entity_type: &str,
        after: Option<Attributes>,
        order: Order,
        limit: i32,
    ) -> Result<(Vec<Key>, Option<Attributes>), Fault> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(GSI2)
            .key_condition_expression("#type = :type")
            .expression_attribute_names("#type", ENTITY_TYPE)
            .expression_attribute_values(":type", AttributeValue::S(entity_type.into()))
            .set_exclusive_start_key(after)
            .scan_index_forward(order == Order::Ascending)
            .limit(limit);
        let answer = request.send().await.map_err(fault)?;
        let keys = answer.items.unwrap_or_default().iter().filter_map(Key::of).collect();
        Ok((keys, answer.last_evaluated_key))
    }

    /// The keys of a whole partition, at most 100 at a time: for deleting it.
    pub(super) async fn keys_in(
        &self,
        partition: String,
        after: Option<Key>,
    ) -> Result<(Vec<Key>, Option<Key>), Fault> {
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("#pk = :pk")
            .projection_expression("#pk, #sk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            .set_exclusive_start_key(after.map(Key::attributes))
            .limit(100)
            .consistent_read(true);
        let answer = request.send().await.map_err(fault)?;
        let next = answer.last_evaluated_key.as_ref().and_then(Key::of);
        Ok((
            answer.items.unwrap_or_default().iter().filter_map(Key::of).collect(),
            next,
        ))
    }
}

/// In which order of sort keys a query answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// A page of a query as DynamoDB cuts it: more may follow although it has fewer items than asked for.
pub(super) struct QueryPage {
    pub(super) items: Vec<Attributes>,
    /// Where the next page begins; absent on the last.
    pub(super) next: Option<Key>,
}
