//! Counts the round trips that a piece of work makes to the database, tries included, so that tests and metrics can
//! hold every operation to its budget. It decides nothing.

use std::cell::Cell;

use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;

tokio::task_local! {
    static ROUND_TRIPS: Cell<u32>;
}

/// Runs the work and says how many round trips it made. Work that it spawns as other tasks is not counted.
pub async fn count_round_trips<F: Future>(work: F) -> (F::Output, u32) {
    let counted = async { (work.await, ROUND_TRIPS.with(Cell::get)) };
    ROUND_TRIPS.scope(Cell::new(0), counted).await
}

/// Part of the SDK's configuration: sees every request just before it is sent.
#[derive(Debug)]
pub(super) struct Meter;

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Outside of a count, there is nothing to add to.
        let _ = ROUND_TRIPS.try_with(|count| count.set(count.get() + 1));
        Ok(())
    }
}
