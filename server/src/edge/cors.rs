//! Cross-origin requests (the Fetch standard): pages of the origins in the settings may call us, others may not.
//! Not `actix-cors`: it sends `Access-Control-Expose-Headers` to every origin, and refuses preflights with a text body.

use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpResponse};

/// What a preflight of an allowed origin is told. The browser compares; we need not.
const PREFLIGHT: [(HeaderName, HeaderValue); 3] = [
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID, Traceparent",
        ),
    ),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
];

/// Headers that scripts may read beyond those that they always may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "ETag, Location, Link, Deprecation, Sunset, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Allow, \
     X-Request-ID, Traceparent",
);

const PREFLIGHT_VARY: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

/// Answers preflights, and lets scripts of these origins read answers. No cookies are involved, so no credentials are.
pub fn cors<S, B>(
    origins: Vec<String>,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<EitherBody<B>>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let origins: Rc<[String]> = origins.into();
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        let allowed = allowed(request.headers(), &origins);
        async move {
            if is_preflight(&request) {
                return Ok(request.into_response(preflight(allowed)).map_into_right_body());
            }
            let mut response = next.call(request).await?;
            response
                .headers_mut()
                .append(header::VARY, HeaderValue::from_static("Origin"));
            if let Some(origin) = allowed {
                response
                    .headers_mut()
                    .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                response
                    .headers_mut()
                    .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            }
            Ok(response.map_into_left_body())
        }
    })
}

/// The request's origin, if the settings name it.
fn allowed(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    origins
        .iter()
        .any(|it| it.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

fn is_preflight(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// A stranger gets an empty answer, which no browser takes for leave.
fn preflight(allowed: Option<HeaderValue>) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    let headers = response.headers_mut();
    headers.insert(header::VARY, PREFLIGHT_VARY);
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in PREFLIGHT {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};

    use super::*;

    const OURS: &str = "https://app.example.org";

    async fn call(request: TestRequest, origin: &str) -> (u16, HeaderMap) {
        let app = App::new()
            .default_service(web::to(HttpResponse::Ok))
            .wrap(cors(vec![OURS.to_owned()]));
        let request = request.insert_header((header::ORIGIN, origin));
        let response = call_service(&init_service(app).await, request.to_request()).await;
        (response.status().as_u16(), response.headers().clone())
    }

    fn asking() -> TestRequest {
        TestRequest::default()
            .method(Method::OPTIONS)
            .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "PUT"))
    }

    #[actix_web::test]
    async fn pages_of_our_origins_may_call_and_read() {
        let (status, headers) = call(asking(), OURS).await;
        assert_eq!(
            (status, headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).unwrap()),
            (204, &HeaderValue::from_static(OURS))
        );
        assert!(
            headers
                .get(header::ACCESS_CONTROL_ALLOW_METHODS)
                .unwrap()
                .to_str()
                .unwrap()
                .contains("PUT")
        );
        let (status, headers) = call(TestRequest::get(), OURS).await;
        assert_eq!(
            (status, headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).unwrap()),
            (200, &HeaderValue::from_static(OURS))
        );
        assert!(
            headers
                .get(header::ACCESS_CONTROL_EXPOSE_HEADERS)
                .unwrap()
                .to_str()
                .unwrap()
                .contains("ETag")
        );
    }

    #[actix_web::test]
    async fn s39_a_hostile_origin_gets_no_cors_header() {
        for origin in [
            "https://evil.example",
            "null",
            "https://app.example.org.evil.example",
            "http://app.example.org",
            "*",
        ] {
            for request in [asking(), TestRequest::get()] {
                let (_, headers) = call(request, origin).await;
                let cors = headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(cors, None, "{origin}");
                assert!(headers.get(header::VARY).unwrap().to_str().unwrap().contains("Origin"));
            }
        }
    }
}
