//! One line per request, when its answer is ready.
//! It names the operation and the pattern of the path, never the path, the query, a header or a body: those may be
//! secret.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use lockstep_runtime::Operation;
use lockstep_runtime::actix::RequestId;

use super::request_id::TraceParent;

/// Logs method, pattern, operation, status, duration and ids. It goes around `request_id`, which gives the ids.
///
/// # Errors
/// Those of the services inside.
pub async fn access_log<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let start = Instant::now();
    let response = next.call(request).await?;
    log(&response, start);
    Ok(response)
}

fn log<B>(response: &ServiceResponse<B>, start: Instant) {
    let request = response.request();
    let extensions = request.extensions();
    tracing::info!(
        target: "spaces_server::access",
        method = %request.method(),
        pattern = request.match_pattern().as_deref().unwrap_or("(none)"),
        operation = extensions.get::<&'static Operation>().map(|operation| operation.id),
        status = response.status().as_u16(),
        duration_ms = start.elapsed().as_secs_f64() * 1e3,
        request_id = extensions.get::<RequestId>().map(|id| &*id.0),
        trace_id = extensions.get::<TraceParent>().map(TraceParent::trace_id),
        "request"
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};
    use serde_json::Value;
    use tracing::Level;
    use tracing::instrument::WithSubscriber as _;

    use crate::clock::Clock;
    use crate::edge::logging::{Lines, subscriber};
    use crate::edge::{access_log, request_id};
    use crate::settings::LogFormat;

    #[actix_web::test]
    async fn s40_a_line_has_the_pattern_and_ids_and_none_of_the_secrets() {
        let lines = Lines::default();
        let work = async {
            let app = App::new()
                .route("/spaces/{spaceId}", web::post().to(HttpResponse::Created))
                .wrap(request_id(Clock::system()))
                .wrap(from_fn(access_log));
            let app = init_service(app).await;
            let request = TestRequest::post()
                .uri("/spaces/secret-path?code=secret-query")
                .insert_header(("authorization", "Bearer secret-token"))
                .insert_header(("x-request-id", "job-7"))
                .set_payload("secret-body");
            call_service(&app, request.to_request()).await;
            call_service(&app, TestRequest::get().uri("/secret-nowhere").to_request()).await;
        };
        work.with_subscriber(subscriber(Level::INFO, LogFormat::Json, lines.clone()))
            .await;
        let text = lines.text();
        assert!(!text.contains("secret"), "{text}");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        let line = &lines[0];
        assert_eq!(
            (&line["method"], &line["pattern"]),
            (&"POST".into(), &"/spaces/{spaceId}".into()),
            "{line}"
        );
        assert_eq!(
            (&line["status"], &line["request_id"]),
            (&201.into(), &"job-7".into()),
            "{line}"
        );
        assert!(
            line["duration_ms"].is_f64() && line["trace_id"].as_str().unwrap().len() == 32,
            "{line}"
        );
        assert_eq!(
            (&lines[1]["status"], &lines[1]["pattern"]),
            (&404.into(), &"(none)".into())
        );
    }
}
