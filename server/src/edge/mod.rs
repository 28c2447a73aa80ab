//! What happens to every request and response, whatever the operation: ids, logs, headers, origins, limits, figures.
//! Documents beside the operations are served here too; nothing here knows an operation or the store.
//!
//! The application wraps itself in this order, the outermost last:
//!
//! ```ignore
//! App::new()
//!     .configure(|services| edge::docs::configure(services, &settings.security_contact, &clock))
//!     .wrap(from_fn(edge::unread_body))
//!     .wrap(edge::shed(places.clone(), metrics.shed.clone(), unlimited.clone()))
//!     .wrap(edge::rate_limit(limits.clone(), metrics.rate_limited.clone(), unlimited.clone()))
//!     .wrap(edge::client_address(settings.trusted_proxies.clone()))
//!     .wrap(edge::cors(settings.cors_origins.clone()))
//!     .wrap(edge::security_headers(settings.environment))
//!     .wrap(edge::metrics(metrics.clone()))
//!     .wrap(edge::request_id(clock.clone()))
//!     .wrap(from_fn(edge::access_log))
//! ```

pub mod docs;
pub mod logging;

mod access_log;
mod client_address;
mod cors;
mod metrics;
mod rate_limit;
mod request_id;
mod security_headers;
mod shed;
mod unlimited;
mod unread_body;

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceResponse;
use lockstep_runtime::Operation;
use lockstep_runtime::actix::RequestId;

pub use access_log::access_log;
pub use client_address::client_address;
pub use cors::cors;
pub use metrics::metrics;
pub use rate_limit::{RateLimits, rate_limit};
pub use request_id::{TraceParent, request_id};
pub use security_headers::security_headers;
pub use shed::shed;
pub use unlimited::Unlimited;

pub use unread_body::unread_body;

/// The operation that answered, if any did: the generated layer leaves it in the request's id.
fn operation<B>(response: &ServiceResponse<B>) -> Option<&'static Operation> {
    response.request().extensions().get::<RequestId>()?.operation()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use crate::clock::Clock;
    use crate::settings::Settings;

    /// The whole edge, composed as the application composes it.
    #[actix_web::test]
    async fn a33_the_layers_leave_each_others_headers_alone() {
        let settings = Settings::from_pairs([("ENVIRONMENT", "prod"), ("CORS_ORIGINS", "https://app.example.org")]);
        let (settings, clock) = (settings.unwrap(), Clock::system());
        let app = App::new()
            .route("/thing", web::get().to(HttpResponse::Ok))
            .configure(|services| super::docs::configure(services, &settings.security_contact, &clock))
            .wrap(super::client_address(settings.trusted_proxies.clone()))
            .wrap(super::cors(settings.cors_origins.clone()))
            .wrap(super::security_headers(settings.environment))
            .wrap(super::request_id(clock.clone()))
            .wrap(from_fn(super::access_log));
        let app = init_service(app).await;
        for (path, policy) in [("/thing", "default-src 'none'; frame"), ("/docs/", "script-src 'self'")] {
            let request = TestRequest::get()
                .uri(path)
                .insert_header(("origin", "https://app.example.org"));
            let response = call_service(&app, request.to_request()).await;
            let joined = |name: &str| {
                let values: Vec<_> = response
                    .headers()
                    .get_all(name)
                    .map(|it| it.to_str().unwrap())
                    .collect();
                values.join(", ")
            };
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(joined("vary"), "Origin, Accept, Authorization", "{path}");
            assert_eq!(
                joined("access-control-allow-origin"),
                "https://app.example.org",
                "{path}"
            );
            assert!(joined("content-security-policy").contains(policy), "{path}");
            for name in [
                "x-request-id",
                "traceparent",
                "x-content-type-options",
                "strict-transport-security",
            ] {
                assert_eq!(response.headers().get_all(name).count(), 1, "{path}: {name}");
            }
        }
    }
}
