//! How a request can be refused: one type per status, so that an operation converts only what it documents.
//! Each keeps a safe message for the client and, apart from it, the context for the log.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::problem::{Problem, Violation};

/// A refusal of any status, on its way to becoming a [`Problem`].
#[derive(Debug)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    detail: Option<Cow<'static, str>>,
    violations: Vec<Violation>,
    /// Boxed, for few refusals have one and all of them are moved.
    retry: Option<Box<Retry>>,
    challenge: &'static str,
    context: Option<Box<dyn Error + Send + Sync>>,
}

/// When to try again.
#[derive(Debug)]
struct Retry {
    /// In seconds: at least 1.
    after: u32,
    limit: Option<RateLimit>,
}

impl Retry {
    fn after(seconds: u32) -> Box<Self> {
        Box::new(Self {
            after: seconds.max(1),
            limit: None,
        })
    }
}

impl Refusal {
    fn new(status: u16, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = Some(detail.into());
        Self {
            status,
            code,
            detail,
            violations: Vec::new(),
            retry: None,
            challenge: "Bearer",
            context: None,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// After how many seconds to try again.
    pub fn retry_after(&self) -> Option<u32> {
        self.retry.as_ref().map(|retry| retry.after)
    }

    /// The limit that a 429 ran into.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.retry.as_ref().and_then(|retry| retry.limit)
    }

    /// The `WWW-Authenticate` of a 401.
    pub fn challenge(&self) -> &'static str {
        self.challenge
    }

    /// What the log should know; never sent.
    pub fn context(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.context.as_deref()
    }

    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.context.as_deref().map(|context| context as &(dyn Error + 'static))
    }

    /// The document for the client.
    pub fn into_problem(self, request_id: String) -> Problem {
        Problem {
            r#type: ["/problems/", self.code].concat().into(),
            title: title(self.code).into(),
            status: self.status,
            detail: self.detail,
            code: Cow::Borrowed(self.code),
            request_id,
            errors: self.violations,
        }
    }
}

/// A code in words: `not-found` becomes `Not found`.
fn title(code: &str) -> String {
    let mut words = code.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

macro_rules! statuses {
    ($($(#[$docs:meta])* $name:ident = $status:literal;)*) => {$(
        $(#[$docs])*
        #[derive(Debug)]
        pub struct $name(Refusal);

        impl $name {
            /// A refusal with a stable code and a message that is safe to send.
            pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
                Self(Refusal::new($status, code, detail))
            }

            /// Adds what the log should know; it is never sent.
            #[must_use]
            pub fn with_context(mut self, context: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
                self.0.context = Some(context.into());
                self
            }
        }

        impl From<$name> for Refusal {
            fn from(refusal: $name) -> Self {
                refusal.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.0.status, self.0.code)
            }
        }

        impl Error for $name {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                self.0.cause()
            }
        }
    )*};
}

statuses! {
    /// 400: the request is malformed.
    BadRequest = 400;
    /// 401: there is no valid credential. Sent with `WWW-Authenticate`.
    Unauthorized = 401;
    /// 403: the caller may know about it, but not do this.
    Forbidden = 403;
    /// 404: it does not exist, or is not the caller's to know about.
    NotFound = 404;
    /// 405: the path has other methods. Sent with `Allow`, by the generated routes.
    MethodNotAllowed = 405;
    /// 406: no media type that the caller accepts.
    NotAcceptable = 406;
    /// 408: the body came too slowly.
    RequestTimeout = 408;
    /// 409: the request contradicts the state of things.
    Conflict = 409;
    /// 412: a stale `If-Match`.
    PreconditionFailed = 412;
    /// 413: the body is larger than the limit.
    ContentTooLarge = 413;
    /// 415: a media type or encoding that the operation does not take.
    UnsupportedMediaType = 415;
    /// 422: well-formed, with invalid values.
    UnprocessableContent = 422;
    /// 428: the `If-Match` is missing.
    PreconditionRequired = 428;
    /// 429: too many attempts. Made by [`TooManyRequests::after`].
    TooManyRequests = 429;
    /// 500: a fault of the server. Made by [`InternalError::because`].
    InternalError = 500;
    /// 503: something is not available. Made by [`ServiceUnavailable::because`].
    ServiceUnavailable = 503;
}

impl Unauthorized {
    /// Asks for another scheme than `Bearer`.
    #[must_use]
    pub fn with_challenge(mut self, challenge: &'static str) -> Self {
        self.0.challenge = challenge;
        self
    }
}

impl UnprocessableContent {
    /// All violations of a request at once.
    pub fn violations(violations: Vec<Violation>) -> Self {
        let detail = match violations.len() {
            1 => "1 value is invalid.".to_owned(),
            count => format!("{count} values are invalid."),
        };
        let mut refusal = Self::new("validation-failed", detail);
        refusal.0.violations = violations;
        refusal
    }
}

impl TooManyRequests {
    /// Too many attempts; the next one may succeed after so many seconds.
    pub fn after(seconds: u32, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut refusal = Self::new(code, detail);
        refusal.0.retry = Some(Retry::after(seconds));
        refusal
    }

    /// Says which limit it is: sent as `RateLimit` and `RateLimit-Policy`.
    #[must_use]
    pub fn with_limit(mut self, limit: RateLimit) -> Self {
        if let Some(retry) = &mut self.0.retry {
            retry.limit = Some(limit);
        }
        self
    }
}

/// A limit on requests, as `RateLimit-Policy` tells it (IETF draft httpapi-ratelimit-headers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What the limit is called: letters, digits and hyphens.
    pub policy: &'static str,
    /// How many requests there are in a window of time.
    pub quota: u32,
    /// The length of a window, in seconds.
    pub window: u32,
}

impl InternalError {
    /// A fault of the server; the reason goes to the log only.
    pub fn because(context: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            "internal-error",
            "The server failed. The request id leads to the reason in its log.",
        )
        .with_context(context)
    }
}

impl ServiceUnavailable {
    /// The server has too much to do; trying again after so many seconds may help. That is no fault, and is not logged.
    pub fn after(seconds: u32, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut refusal = Self::new(code, detail);
        refusal.0.retry = Some(Retry::after(seconds));
        refusal
    }

    /// Something that the answer needs is not available; trying again after so many seconds may help.
    pub fn because(seconds: u32, context: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "Something that the answer needs is not available right now.";
        let mut refusal = Self::new("service-unavailable", detail).with_context(context);
        refusal.0.retry = Some(Retry::after(seconds));
        refusal
    }
}
