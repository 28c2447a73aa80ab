//! Counts every request and its answer, by what the generated layer says of the operation.
//! What the figures are is in `crate::metrics`.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::middleware::{Next, from_fn};
use prometheus::IntGauge;

use super::operation;
use crate::metrics::Metrics;

/// A request that is being answered; also one whose client went away ends.
struct InFlight(IntGauge);

impl InFlight {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts requests in flight, answers and latencies.
pub fn metrics<S, B>(
    metrics: Metrics,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        let metrics = metrics.clone();
        async move {
            let _in_flight = InFlight::new(&metrics.in_flight);
            let start = Instant::now();
            let response = next.call(request).await?;
            let operation = operation(&response).map(|operation| operation.id);
            metrics.count(operation, response.status().as_u16(), start.elapsed());
            Ok(response)
        }
    })
}
