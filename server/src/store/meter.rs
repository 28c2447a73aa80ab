//! Counts the round trips to the database, tries included: those of one piece of work, so that tests can hold every
//! operation to its budget, and all of them by operation of DynamoDB, for the metrics. It decides nothing.

use std::cell::Cell;

use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use lockstep_runtime::Fault;
use prometheus::{IntCounterVec, Opts};

tokio::task_local! {
    static ROUND_TRIPS: Cell<u32>;
}

/// Runs the work and says how many round trips it made. Work that it spawns as other tasks is not counted.
pub async fn count_round_trips<F: Future>(work: F) -> (F::Output, u32) {
    let counted = async { (work.await, ROUND_TRIPS.with(Cell::get)) };
    ROUND_TRIPS.scope(Cell::new(0), counted).await
}

/// Part of the SDK's configuration: sees every request just before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    /// All calls, by operation of DynamoDB.
    pub(super) calls: IntCounterVec,
}

impl Meter {
    pub(super) fn new() -> Result<Self, Fault> {
        let what = Opts::new("store_calls_total", "Requests to the database, tries included.");
        let calls = IntCounterVec::new(what, &["operation"]).map_err(Fault::internal)?;
        Ok(Self { calls })
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        self.calls.with_label_values(&[operation]).inc();
        // Outside of a count, there is nothing to add to.
        let _ = ROUND_TRIPS.try_with(|count| count.set(count.get() + 1));
        Ok(())
    }
}
