//! What the server counts about itself, for Prometheus: requests, latencies, refused load and calls of the database.
//! Everything is per process; labels have few values, so that nothing that a client sends makes the metrics grow.

use std::time::Duration;

use lockstep_runtime::{Fault, InternalError};
use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, histogram_opts,
};

/// Upper bounds of the latencies, in seconds: fine around the promised 10 ms.
const LATENCIES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The figures of one process; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latencies: HistogramVec,
    /// Requests that are being answered.
    pub in_flight: IntGauge,
    /// Requests that were refused by a rate limit.
    pub rate_limited: IntCounter,
    /// Requests that were refused because too many were in flight.
    pub shed: IntCounter,
}

impl Metrics {
    /// Figures that begin at zero, together with those that the store keeps.
    ///
    /// # Errors
    /// Where two figures have one name.
    pub fn new(store_calls: impl Collector + 'static) -> Result<Self, Fault> {
        Self::register(store_calls).map_err(Fault::internal)
    }

    fn register(store_calls: impl Collector + 'static) -> prometheus::Result<Self> {
        let latency = "Time to the answer by operation, in seconds.";
        let latency: HistogramOpts = histogram_opts!("http_request_duration_seconds", latency, LATENCIES.to_vec());
        let requests = Opts::new("http_requests_total", "Answered requests by operation and status.");
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(requests, &["operation", "status"])?,
            latencies: HistogramVec::new(latency, &["operation"])?,
            in_flight: IntGauge::new("http_requests_in_flight", "Requests that are being answered.")?,
            rate_limited: IntCounter::new(
                "http_requests_rate_limited_total",
                "Requests refused by the rate limit of an address or a credential.",
            )?,
            shed: IntCounter::new(
                "http_requests_shed_total",
                "Requests refused because too many were in flight.",
            )?,
        };
        let figures: [Box<dyn Collector>; 6] = [
            Box::new(metrics.requests.clone()),
            Box::new(metrics.latencies.clone()),
            Box::new(metrics.in_flight.clone()),
            Box::new(metrics.rate_limited.clone()),
            Box::new(metrics.shed.clone()),
            Box::new(store_calls),
        ];
        for figure in figures {
            metrics.registry.register(figure)?;
        }
        Ok(metrics)
    }

    /// Counts an answer. What is no operation of the contract has the operation `none`.
    pub fn count(&self, operation: Option<&'static str>, status: u16, took: Duration) {
        let operation = operation.unwrap_or("none");
        self.requests.with_label_values(&[operation, &status.to_string()]).inc();
        self.latencies
            .with_label_values(&[operation])
            .observe(took.as_secs_f64());
    }

    /// All figures in the text format of Prometheus, version 0.0.4.
    ///
    /// # Errors
    /// Where a figure cannot be written.
    pub fn text(&self) -> Result<String, InternalError> {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather());
        text.map_err(InternalError::because)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn answers_are_counted_by_operation_and_status() {
        let calls = IntCounterVec::new(Opts::new("store_calls_total", "Calls."), &["operation"]).unwrap();
        let metrics = Metrics::new(calls.clone()).unwrap();
        calls.with_label_values(&["GetItem"]).inc_by(3);
        metrics.count(Some("getTask"), 200, Duration::from_millis(7));
        metrics.count(Some("getTask"), 404, Duration::from_millis(2));
        metrics.count(None, 404, Duration::from_secs(9));
        metrics.shed.inc();
        let text = metrics.text().unwrap();
        for line in [
            r#"http_requests_total{operation="getTask",status="200"} 1"#,
            r#"http_requests_total{operation="getTask",status="404"} 1"#,
            r#"http_requests_total{operation="none",status="404"} 1"#,
            r#"http_request_duration_seconds_bucket{operation="getTask",le="0.005"} 1"#,
            r#"http_request_duration_seconds_bucket{operation="getTask",le="0.01"} 2"#,
            r#"http_request_duration_seconds_count{operation="none"} 1"#,
            r#"store_calls_total{operation="GetItem"} 3"#,
            "http_requests_in_flight 0",
            "http_requests_rate_limited_total 0",
            "http_requests_shed_total 1",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
    }
}
