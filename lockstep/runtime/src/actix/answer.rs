//! The one path on which anything becomes a response: answers, refusals and panics.
//! Whatever happens in an operation, the client gets what the contract documents.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use serde::Serialize;

use super::call::{RequestId, request_id};
use super::routes::pattern;
use crate::{Alias, Deprecation, InternalError, Operation, RateLimit, Refusal};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The documented answers of an operation.
pub trait Answer {
    /// The response.
    ///
    /// # Errors
    /// Where a header value is not one, or a body cannot be written.
    fn into_response(self) -> Result<HttpResponse, InternalError>;
}

/// Runs an operation of the application `S`, which is kept as `web::Data<S>`, and turns whatever comes of it into a
/// response. The operation is left in the request's [`RequestId`], for the log.
pub async fn answer<S: 'static, A: Answer, R: Into<Refusal>>(
    request: &HttpRequest,
    operation: &'static Operation,
    work: impl AsyncFnOnce(&S) -> Result<A, R>,
) -> HttpResponse {
    if let Some(id) = request.extensions().get::<RequestId>() {
        id.set_operation(operation);
    }
    let outcome = match request.app_data::<Data<S>>() {
        Some(app) => match AssertUnwindSafe(work(app)).catch_unwind().await {
            Ok(Ok(answer)) => answer.into_response().map_err(Refusal::from),
            Ok(Err(refusal)) => Err(refusal.into()),
            Err(panic) => Err(InternalError::because(panic_message(panic.as_ref())).into()),
        },
        None => Err(InternalError::because("the application is not among the server's data").into()),
    };
    let mut response = outcome.unwrap_or_else(|refusal| problem_response(request, refusal));
    if let Some((deprecation, successor)) = deprecation(request, operation) {
        deprecate(&mut response, deprecation, &successor);
    }
    response
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", text.unwrap_or("no message"))
}

/// The problem document of a refusal. Faults are logged here, with what the client must not see.
pub fn problem_response(request: &HttpRequest, refusal: Refusal) -> HttpResponse {
    let request_id = request_id(request);
    if let Some(context) = refusal.context() {
        let (status, code) = (refusal.status(), refusal.code());
        if status >= 500 {
            tracing::error!(%request_id, status, code, error = %causes(context), "refused");
        } else {
            tracing::debug!(%request_id, status, code, error = %causes(context), "refused");
        }
    }
    let (status, retry_after, limit) = (refusal.status(), refusal.retry_after(), refusal.rate_limit());
    let mut reply = Reply::new(status).constant_header(header::CACHE_CONTROL, "no-store");
    if status == 401 {
        reply = reply.constant_header(header::WWW_AUTHENTICATE, refusal.challenge());
    }
    if let Some(seconds) = retry_after {
        reply = reply.header(header::RETRY_AFTER, seconds.to_string());
    }
    if let Some(RateLimit { policy, quota, window }) = limit {
        let left = retry_after.unwrap_or(window);
        reply = reply
            .header(RATE_LIMIT_POLICY, format!("\"{policy}\";q={quota};w={window}"))
            .header(RATE_LIMIT, format!("\"{policy}\";r=0;t={left}"));
    }
    // A problem always serialises, and these headers are always valid.
    let mut response = reply
        .json("application/problem+json", &refusal.into_problem(request_id))
        .unwrap_or_else(|_| HttpResponse::InternalServerError().finish());
    if status == 408 || status == 413 {
        // What is left of the body is not worth reading.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

/// An error with its causes, on one line.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether the request came over a deprecated path or to a deprecated operation, and what replaces it.
fn deprecation(request: &HttpRequest, operation: &Operation) -> Option<(Deprecation, String)> {
    let deprecation = alias(request, operation)
        .map(|alias| alias.deprecation)
        .or(operation.deprecation)?;
    let mut successor = pattern(deprecation.successor.unwrap_or_default());
    for (name, value) in request.match_info().iter() {
        successor = successor.replace(&format!("{{{name}}}"), value);
    }
    Some((deprecation, successor))
}

/// The alias over which the request came. Asking the router is not cheap, so it only confirms.
fn alias(request: &HttpRequest, operation: &Operation) -> Option<&'static Alias> {
    let begins_alike = |alias: &&Alias| {
        let fixed = alias.path.split('{').next().unwrap_or_default();
        request.path().starts_with(fixed)
    };
    let candidates = || operation.aliases.iter().filter(begins_alike);
    candidates().next()?;
    let matched = request.match_pattern()?;
    candidates().find(|alias| pattern(alias.path) == matched)
}

fn deprecate(response: &mut HttpResponse, deprecation: Deprecation, successor: &str) {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    deprecation
        .since
        .into_iter()
        .for_each(|since| set("deprecation", since));
    deprecation.sunset.into_iter().for_each(|sunset| set("sunset", sunset));
    // A successor with other parameters has no address yet.
    if !successor.is_empty() && !successor.contains('{') {
        set("link", &format!("<{successor}>; rel=\"successor-version\""));
    }
}

/// A response in the making.
#[derive(Debug)]
pub struct Reply {
    response: HttpResponse,
    invalid: Option<HeaderName>,
}

impl Reply {
    /// A response with a status of the contract.
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            response: HttpResponse::new(status),
            invalid: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        match HeaderValue::try_from(value.into()) {
            Ok(value) => drop(self.response.headers_mut().insert(name, value)),
            Err(_) => self.invalid = Some(name),
        }
        self
    }

    /// Adds a header whose value the contract fixes, of visible characters.
    #[must_use]
    pub fn constant_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
        self
    }

    /// Adds a header that may be absent.
    #[must_use]
    pub fn optional_header(self, name: HeaderName, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Without a body.
    ///
    /// # Errors
    /// Where a header value is not one.
    pub fn empty(self) -> Result<HttpResponse, InternalError> {
        match self.invalid {
            None => Ok(self.response),
            Some(name) => Err(InternalError::because(format!(
                "the value of the header {name} is not one"
            ))),
        }
    }

    /// With a JSON body.
    ///
    /// # Errors
    /// Where a header value is not one, or the body cannot be written.
    pub fn json(self, media_type: &'static str, body: &impl Serialize) -> Result<HttpResponse, InternalError> {
        let bytes = serde_json::to_vec(body).map_err(InternalError::because)?;
        self.bytes(media_type, bytes)
    }

    /// With a body of any media type.
    ///
    /// # Errors
    /// Where a header value is not one.
    pub fn bytes(self, media_type: &'static str, body: Vec<u8>) -> Result<HttpResponse, InternalError> {
        let mut response = self.empty()?;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Ok(response.set_body(actix_web::body::BoxBody::new(body)))
    }
}
