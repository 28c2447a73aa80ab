//! Problem documents (RFC 9457), by hand: one error type for all handlers and extractors.

use std::borrow::Cow;
use std::fmt;

use actix_web::error::JsonPayloadError;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use lockstep_runtime::actix::RequestId;
use serde::Serialize;
use serde_json::error::Category;

/// What went wrong.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    r#type: &'static str,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: Cow<'static, str>,
    code: &'static str,
    request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
    #[serde(skip)]
    allow: Option<&'static str>,
}

/// One invalid value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Violation {
    pub(super) r#in: Place,
    pub(super) pointer: Cow<'static, str>,
    pub(super) code: &'static str,
    pub(super) detail: &'static str,
}

/// Where a value was, in the order in which violations are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Place {
    Query,
    Header,
    Body,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// The type, the title and the code are one thing in three ways of writing.
macro_rules! kind {
    ($code:literal, $title:literal) => {
        (concat!("/problems/", $code), $title, $code)
    };
}

impl Problem {
    fn new(
        request: &HttpRequest,
        status: StatusCode,
        (r#type, title, code): (&'static str, &'static str, &'static str),
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let request_id = request
            .extensions()
            .get::<RequestId>()
            .map(|id| id.as_str().to_owned())
            .unwrap_or_default();
        Self {
            r#type,
            title,
            status,
            detail: detail.into(),
            code,
            request_id,
            errors: Vec::new(),
            allow: None,
        }
    }

    pub(super) fn validation_failed(request: &HttpRequest, errors: Vec<Violation>) -> Self {
        let detail = match errors.len() {
            1 => Cow::Borrowed("1 value is invalid."),
            count => Cow::Owned(format!("{count} values are invalid.")),
        };
        let kind = kind!("validation-failed", "Validation failed");
        Self {
            errors,
            ..Self::new(request, StatusCode::UNPROCESSABLE_ENTITY, kind, detail)
        }
    }

    pub(super) fn unauthenticated(request: &HttpRequest) -> Self {
        let kind = kind!("unauthenticated", "Unauthenticated");
        Self::new(
            request,
            StatusCode::UNAUTHORIZED,
            kind,
            "A valid credential is required.",
        )
    }

    pub(super) fn not_acceptable(request: &HttpRequest) -> Self {
        let kind = kind!("not-acceptable", "Not acceptable");
        Self::new(
            request,
            StatusCode::NOT_ACCEPTABLE,
            kind,
            "This operation answers application/json.",
        )
    }

    pub(super) fn unknown_parameter(request: &HttpRequest) -> Self {
        let violation = Violation {
            r#in: Place::Query,
            pointer: Cow::Borrowed(""),
            code: "unknown-parameter",
            detail: "is not a parameter of this operation",
        };
        Self::validation_failed(request, vec![violation])
    }

    pub(super) fn too_slow(request: &HttpRequest) -> Self {
        let kind = kind!("request-timeout", "Request timeout");
        let detail = "The body did not arrive within 10 seconds.";
        Self::new(request, StatusCode::REQUEST_TIMEOUT, kind, detail)
    }

    pub(super) fn no_such_route(request: &HttpRequest) -> Self {
        let kind = kind!("no-such-route", "No such route");
        Self::new(request, StatusCode::NOT_FOUND, kind, "There is nothing at this path.")
    }

    pub(super) fn method_not_allowed(request: &HttpRequest, allow: &'static str) -> Self {
        let kind = kind!("method-not-allowed", "Method not allowed");
        let detail = format!("This path has {allow}.");
        Self {
            allow: Some(allow),
            ..Self::new(request, StatusCode::METHOD_NOT_ALLOWED, kind, detail)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response
            .content_type("application/problem+json")
            .insert_header((CACHE_CONTROL, "no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(allow) = self.allow {
            response.insert_header((ALLOW, allow));
        }
        let mut response = response.json(self);
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

impl From<Problem> for HttpResponse {
    fn from(problem: Problem) -> Self {
        problem.error_response()
    }
}

/// The problem of a body that `web::Json` does not take.
pub(super) fn unreadable_json(error: JsonPayloadError, request: &HttpRequest) -> Error {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            let kind = kind!("content-too-large", "Content too large");
            Problem::new(
                request,
                StatusCode::PAYLOAD_TOO_LARGE,
                kind,
                "A body has at most 1048576 bytes.",
            )
        }
        JsonPayloadError::ContentType => {
            let kind = kind!("unsupported-media-type", "Unsupported media type");
            let detail = "The body must be application/json in UTF-8, without a content encoding.";
            Problem::new(request, StatusCode::UNSUPPORTED_MEDIA_TYPE, kind, detail)
        }
        JsonPayloadError::Deserialize(error) if error.classify() == Category::Data => {
            let (pointer, code, detail) = (Cow::Borrowed(""), "wrong-type", "must be an object");
            Problem::validation_failed(
                request,
                vec![Violation {
                    r#in: Place::Body,
                    pointer,
                    code,
                    detail,
                }],
            )
        }
        error => {
            let kind = kind!("malformed-body", "Malformed body");
            Problem::new(
                request,
                StatusCode::BAD_REQUEST,
                kind,
                format!("The body is not valid JSON: {error}."),
            )
        }
    }
    .into()
}
