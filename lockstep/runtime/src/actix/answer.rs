//! The one path on which anything becomes a response: answers, refusals and panics.
//! Whatever happens in an operation, the client gets what the contract documents.

use std::any::Any;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;
use serde::Serialize;

use super::call::request_id;
use super::routes::pattern;
use crate::{Deprecation, InternalError, Operation, RateLimit, Refusal};

/// The documented answers of an operation.
pub trait Answer {
    /// The response.
    ///
    /// # Errors
    /// Where a header value is not one, or a body cannot be written.
    fn into_response(self) -> Result<HttpResponse, InternalError>;
}

/// Runs an operation and turns whatever comes of it into a response.
pub async fn answer<A: Answer, R: Into<Refusal>>(
    request: &HttpRequest,
    operation: &'static Operation,
    work: impl Future<Output = Result<A, R>>,
) -> HttpResponse {
    let outcome = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(answer)) => answer.into_response().map_err(Refusal::from),
        Ok(Err(refusal)) => Err(refusal.into()),
        Err(panic) => Err(InternalError::because(panic_message(panic.as_ref())).into()),
    };
    let mut response = outcome.unwrap_or_else(|refusal| problem_response(request, refusal));
    if let Some((deprecation, successor)) = deprecation(request, operation) {
        deprecate(&mut response, deprecation, &successor);
    }
    response.extensions_mut().insert(operation);
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
    let mut reply = Reply::new(status).header("cache-control", "no-store");
    if status == 401 {
        reply = reply.header("www-authenticate", refusal.challenge());
    }
    if let Some(seconds) = retry_after {
        reply = reply.header("retry-after", seconds);
    }
    if let Some(RateLimit { policy, quota, window }) = limit {
        let left = retry_after.unwrap_or(window);
        reply = reply
            .header("ratelimit-policy", format_args!("\"{policy}\";q={quota};w={window}"))
            .header("ratelimit", format_args!("\"{policy}\";r=0;t={left}"));
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
    let matched = request.match_pattern()?;
    let alias = operation.aliases.iter().find(|alias| pattern(alias.path) == matched);
    let deprecation = alias.map(|alias| alias.deprecation).or(operation.deprecation)?;
    let mut successor = pattern(deprecation.successor.unwrap_or_default());
    for (name, value) in request.match_info().iter() {
        successor = successor.replace(&format!("{{{name}}}"), value);
    }
    Some((deprecation, successor))
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
    invalid: Option<&'static str>,
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

    /// Adds a header; the name is in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match HeaderValue::try_from(value.to_string()) {
            Ok(value) => {
                self.response.headers_mut().insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.invalid = Some(name),
        }
        self
    }

    /// Adds a header that may be absent.
    #[must_use]
    pub fn optional_header(self, name: &'static str, value: Option<impl Display>) -> Self {
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
