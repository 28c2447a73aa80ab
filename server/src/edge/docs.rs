//! Documents beside the contract's operations: the contract itself, Swagger UI on it, and `security.txt`.
//! All of them are in the binary; nothing is fetched from elsewhere, by us or by the browser.

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard, web};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lockstep_runtime::InternalError;
use lockstep_runtime::actix::{method_not_allowed, no_such_route, problem_response};
use utoipa_swagger_ui::Config;

use crate::clock::Clock;

/// The contract as it is in the repository.
const OPENAPI_YAML: &str = include_str!("../../../openapi.yaml");

/// The same, as JSON, made by the build script.
const OPENAPI_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// Scripts and requests of this server only. Swagger UI styles elements in place and has images in its style sheet.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The contract, as YAML or as JSON.
pub fn contract(json: bool) -> &'static str {
    if json { OPENAPI_JSON } else { OPENAPI_YAML }
}

/// Registers the documents. `contact` is the URI for reports of vulnerabilities.
pub fn configure(services: &mut web::ServiceConfig, contact: &str, clock: &Clock) {
    services
        .service(text("/openapi.yaml", "application/yaml", OPENAPI_YAML))
        .service(text("/openapi.json", "application/json", OPENAPI_JSON))
        .service(web::redirect("/docs", "/docs/"))
        .service(swagger_ui())
        .service(security_txt(contact.to_owned(), clock.clone()));
}

/// Whether a path is one of a document.
pub(super) fn is_document(path: &str) -> bool {
    let documents = ["/openapi.yaml", "/openapi.json", "/docs", "/.well-known/security.txt"];
    documents.contains(&path) || path.starts_with("/docs/")
}

/// A path that is only read.
fn readable(path: &str, route: Route) -> Resource {
    let read = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path)
        .route(route.guard(read))
        .default_service(method_not_allowed("GET, HEAD"))
}

fn text(path: &str, media_type: &'static str, text: &'static str) -> impl HttpServiceFactory + 'static {
    let answer = move || async move {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, media_type))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(Bytes::from_static(text.as_bytes()))
    };
    readable(path, web::to(answer))
}

fn swagger_ui() -> impl HttpServiceFactory + 'static {
    let config = Config::new(["/openapi.json"])
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .deep_linking(true)
        // No badge from a validator elsewhere.
        .validator_url("none");
    let config = Arc::new(config);
    let answer = move |request: HttpRequest, file: web::Path<String>| swagger_file(request, file, Arc::clone(&config));
    readable("/docs/{file:.*}", web::to(answer))
}

async fn swagger_file(request: HttpRequest, file: web::Path<String>, config: Arc<Config<'static>>) -> HttpResponse {
    let file = match utoipa_swagger_ui::serve(&file, config) {
        Ok(Some(file)) => file,
        Ok(None) => return no_such_route(request).await,
        Err(error) => return problem_response(&request, InternalError::because(error.to_string()).into()),
    };
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY));
    response.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    response.body(file.bytes.into_owned())
}

fn security_txt(contact: String, clock: Clock) -> impl HttpServiceFactory + 'static {
    let answer = move || {
        let text = security_text(&contact, clock.now());
        async move { HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text) }
    };
    readable("/.well-known/security.txt", web::to(answer))
}

/// RFC 9116. The server says it now, so it holds for half a year from now.
fn security_text(contact: &str, now: DateTime<Utc>) -> String {
    let expires = (now + TimeDelta::days(180)).to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, http::header::HeaderMap};

    use super::*;

    async fn call(request: TestRequest) -> (u16, HeaderMap, String) {
        let clock = Clock::manual(DateTime::from_timestamp(1_763_631_000, 0).unwrap());
        let app = App::new().configure(|services| configure(services, "mailto:security@example.org", &clock));
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (
            status,
            headers,
            String::from_utf8_lossy(&read_body(response).await).into_owned(),
        )
    }

    async fn get(path: &str) -> (u16, HeaderMap, String) {
        call(TestRequest::get().uri(path)).await
    }

    #[actix_web::test]
    async fn a34_the_served_contract_is_the_repositorys() {
        let (status, headers, yaml) = get("/openapi.yaml").await;
        assert_eq!(
            (status, headers.get("content-type").unwrap().to_str().unwrap()),
            (200, "application/yaml")
        );
        assert_eq!(
            yaml,
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml")).unwrap()
        );
        let (status, _, json) = get("/openapi.json").await;
        let (json, yaml): (serde_json::Value, serde_json::Value) = (
            serde_json::from_str(&json).unwrap(),
            serde_norway::from_str(&yaml).unwrap(),
        );
        assert_eq!((status, json), (200, yaml));
    }

    #[actix_web::test]
    async fn swagger_ui_shows_our_contract_under_its_own_policy() {
        let (status, headers, _) = get("/docs").await;
        assert_eq!(
            (status, headers.get("location").unwrap().to_str().unwrap()),
            (307, "/docs/")
        );
        let (status, headers, page) = get("/docs/").await;
        assert_eq!(
            (status, headers.get("content-security-policy")),
            (200, Some(&DOCS_POLICY))
        );
        let inline = page
            .split("<script")
            .skip(1)
            .any(|script| !script.trim_start().starts_with("src="));
        assert!(!inline, "the policy would stop an inline script: {page}");
        let (_, _, start) = get("/docs/swagger-initializer.js").await;
        assert!(
            start.contains("\"url\": \"/openapi.json\"") && start.contains("\"persistAuthorization\": true"),
            "{start}"
        );
        assert!(!start.contains("http"), "nothing comes from elsewhere: {start}");
        assert_eq!(get("/docs/swagger-ui-bundle.js").await.0, 200);
    }

    #[actix_web::test]
    async fn a01_what_is_not_there_is_a_problem() {
        let (status, headers, _) = get("/docs/nothing.js").await;
        assert_eq!(
            (status, headers.get("content-type").unwrap().to_str().unwrap()),
            (404, "application/problem+json")
        );
        let (status, headers, _) = call(TestRequest::post().uri("/openapi.json")).await;
        assert_eq!(
            (status, headers.get("allow").unwrap().to_str().unwrap()),
            (405, "GET, HEAD")
        );
    }

    #[actix_web::test]
    async fn security_txt_names_the_contact_and_has_not_expired() {
        let (status, _, text) = get("/.well-known/security.txt").await;
        assert_eq!(status, 200);
        assert!(
            text.starts_with("Contact: mailto:security@example.org\nExpires: 2026-05-19T"),
            "{text}"
        );
    }
}
