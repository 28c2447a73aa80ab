//! Headers that make browsers careful with what we answer.
//! The policy is for data; a page that needs more, as the documentation does, brings its own and keeps it.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};

use crate::settings::Environment;

/// Nothing that we answer is a page, runs code or is shown in a frame.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];

/// Answers depend on who asks and on what they accept.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Authorization");

/// One year; only where the certificate is known to be there, in production.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Adds the headers that a response does not have yet.
pub fn security_headers<S, B>(
    environment: Environment,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |request: ServiceRequest, next: Next<B>| async move {
        let mut response = next.call(request).await?;
        add(response.headers_mut(), environment);
        Ok(response)
    })
}

fn add(headers: &mut HeaderMap, environment: Environment) {
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    headers.append(header::VARY, VARY);
    if environment == Environment::Prod {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    async fn headers(environment: Environment) -> HeaderMap {
        let page = || async {
            HttpResponse::Ok()
                .insert_header(("content-security-policy", "its own"))
                .finish()
        };
        let app = App::new()
            .route("/page", web::get().to(page))
            .wrap(security_headers(environment));
        let app = init_service(app).await;
        let response = call_service(&app, TestRequest::get().uri("/page").to_request()).await;
        assert_eq!(
            response.headers().get(header::CONTENT_SECURITY_POLICY).unwrap(),
            "its own"
        );
        call_service(&app, TestRequest::get().uri("/nowhere").to_request())
            .await
            .headers()
            .clone()
    }

    #[actix_web::test]
    async fn a33_every_answer_carries_the_headers_and_only_prod_asks_for_https() {
        let dev = headers(Environment::Dev).await;
        for (name, value) in HEADERS {
            assert_eq!(dev.get(&name), Some(&value), "{name}");
        }
        assert_eq!(dev.get(header::VARY).unwrap(), "Accept, Authorization");
        assert!(!dev.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(
            headers(Environment::Prod)
                .await
                .contains_key(header::STRICT_TRANSPORT_SECURITY)
        );
    }
}
