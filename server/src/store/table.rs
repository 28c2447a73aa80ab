//! The one table and its indexes, made where it is absent. On AWS in production, infrastructure code makes it: then
//! this finds it there and changes nothing.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use lockstep_runtime::Fault;
use tokio::time::Instant;

use super::Store;
use super::errors::fault;
use super::items::{ENTITY_TYPE, EXPIRES_AT};
use super::keys::{PK, SK};

/// The inverse of the base table: "who is in a relation with this".
const GSI1: &str = "GSI1";
/// Entities of one type by the time of their creation. Sparse: only items with a `createdAt` are in it.
pub(super) const GSI2: &str = "GSI2";
/// When an item was created; the sort key of GSI2.
pub(super) const CREATED_AT: &str = "createdAt";

/// How long a table may take to become active.
const PATIENCE: Duration = Duration::from_secs(60);

impl Store {
    /// Creates the table where it is absent, with deletion of expired items, and waits until it can be used.
    /// Running it again changes nothing.
    pub async fn ensure_table(&self) -> Result<(), Fault> {
        if self.table_status().await?.is_none() {
            self.create_table().await?;
        }
        let deadline = Instant::now() + PATIENCE;
        while self.table_status().await? != Some(TableStatus::Active) {
            if Instant::now() > deadline {
                return Err(Fault::unavailable(format!(
                    "the table {} does not become active",
                    self.table
                )));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.ensure_time_to_live().await
    }

    async fn table_status(&self) -> Result<Option<TableStatus>, Fault> {
        match self.client.describe_table().table_name(&*self.table).send().await {
            Ok(found) => Ok(found.table.and_then(|table| table.table_status)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(fault(error)),
        }
    }

    async fn create_table(&self) -> Result<(), Fault> {
        let request = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes(&[PK, SK, ENTITY_TYPE, CREATED_AT])?))
            .set_key_schema(Some(key_schema(PK, SK)?))
            .global_secondary_indexes(index(GSI1, SK, PK)?)
            .global_secondary_indexes(index(GSI2, ENTITY_TYPE, CREATED_AT)?);
        match request.send().await {
            Ok(_) => Ok(()),
            // Another instance was faster.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }

    async fn ensure_time_to_live(&self) -> Result<(), Fault> {
        let found = self
            .client
            .describe_time_to_live()
            .table_name(&*self.table)
            .send()
            .await
            .map_err(fault)?;
        let status = found
            .time_to_live_description
            .and_then(|found| found.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(EXPIRES_AT)
            .enabled(true);
        let specification = specification.build().map_err(Fault::internal)?;
        let request = self.client.update_time_to_live().table_name(&*self.table);
        request
            .time_to_live_specification(specification)
            .send()
            .await
            .map_err(fault)?;
        Ok(())
    }
}

fn attributes(names: &[&str]) -> Result<Vec<AttributeDefinition>, Fault> {
    let text = |name: &&str| {
        let attribute = AttributeDefinition::builder()
            .attribute_name(*name)
            .attribute_type(ScalarAttributeType::S);
        attribute.build().map_err(Fault::internal)
    };
    names.iter().map(text).collect()
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, Fault> {
    let element = |(name, key_type): (&str, KeyType)| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(key_type)
            .build()
            .map_err(Fault::internal)
    };
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(element)
        .collect()
}

/// Indexes hold keys only: items are read from the table, which is consistent, and secrets are in one place.
fn index(name: &str, partition: &str, sort: &str) -> Result<GlobalSecondaryIndex, Fault> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(partition, sort)?))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .map_err(Fault::internal)
}
