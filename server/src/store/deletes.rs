//! Deletion of many items that need not go together. What was not deleted in time is a fault, never a silence: the
//! caller's caller may ask again, for deleting what is gone changes nothing.

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use lockstep_runtime::Fault;
use tokio::time::Instant;

use super::errors::fault;
use super::keys::Key;
use super::{OPERATION_TIMEOUT, Store, back_off};

/// As many as DynamoDB takes in one batch.
const BATCH: usize = 25;

impl Store {
    /// Deletes the items, whether they are there or not.
    pub(super) async fn delete_all(&self, keys: Vec<Key>) -> Result<(), Fault> {
        for batch in keys.chunks(BATCH) {
            let requests: Result<Vec<_>, Fault> = batch.iter().cloned().map(delete_request).collect();
            self.write_batch(requests?).await?;
        }
        Ok(())
    }

    async fn write_batch(&self, mut requests: Vec<WriteRequest>) -> Result<(), Fault> {
        let deadline = Instant::now() + OPERATION_TIMEOUT;
        let mut tries = 0;
        while !requests.is_empty() {
            if tries > 0 {
                if Instant::now() > deadline {
                    return Err(Fault::unavailable("items of a batch stayed unprocessed"));
                }
                back_off(tries).await;
            }
            let request = self.client.batch_write_item().request_items(&*self.table, requests);
            let answer = request.send().await.map_err(fault)?;
            requests = answer
                .unprocessed_items
                .unwrap_or_default()
                .remove(&*self.table)
                .unwrap_or_default();
            tries += 1;
        }
        Ok(())
    }
}

fn delete_request(key: Key) -> Result<WriteRequest, Fault> {
    let delete = DeleteRequest::builder()
        .set_key(Some(key.attributes()))
        .build()
        .map_err(Fault::internal)?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
