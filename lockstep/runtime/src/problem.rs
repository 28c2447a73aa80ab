//! Problem documents (RFC 9457): the one shape of every error that leaves a generated server.
//! The generator checks that a contract's problem schema is exactly this.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The kind of problem, as a URI.
    #[schema(format = "uri-reference", examples("/problems/validation-failed"))]
    #[schemars(extend("format" = "uri-reference"))]
    pub r#type: Cow<'static, str>,
    /// The kind of problem, in a few words.
    #[schema(examples("Validation failed"))]
    pub title: Cow<'static, str>,
    /// The HTTP status.
    #[serde(deserialize_with = "crate::whole::whole")]
    #[schema(value_type = i32, minimum = 400, maximum = 599, examples(422))]
    #[schemars(with = "i32", range(min = 400, max = 599))]
    pub status: u16,
    /// What went wrong this time, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("2 values are invalid."))]
    #[schemars(with = "String")]
    pub detail: Option<Cow<'static, str>>,
    /// The kind of problem, for programs; stable.
    #[schema(pattern = "^[a-z][a-z0-9-]*$", examples("validation-failed"))]
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub code: Cow<'static, str>,
    /// The id of the request, as in `X-Request-ID` and in the log.
    #[schema(examples("01981c1e-5f00-7000-8000-000000000001"))]
    pub request_id: String,
    /// Every violation, sorted by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    #[schemars(length(max = 32))]
    pub errors: Vec<Violation>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.status, self.code, self.request_id)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        for violation in &self.errors {
            write!(f, "\n  {} {}: {}", violation.r#in, violation.pointer, violation.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// One invalid value of a request; the value itself is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// Where the value was.
    pub r#in: ViolationPlace,
    /// The place as a JSON Pointer (RFC 6901); for parameters, `/` and the name.
    #[schema(examples("/name"))]
    pub pointer: String,
    /// The rule that was broken, for programs; stable.
    #[schema(examples("too-long"))]
    pub code: Cow<'static, str>,
    /// The rule that was broken, for people.
    #[schema(examples("must have at most 80 characters"))]
    pub detail: String,
}

/// Where the value was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples("body"))]
pub enum ViolationPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
    /// In the body.
    Body,
}

impl fmt::Display for ViolationPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
        })
    }
}

/// Violations as they are found. At most [`Violations::LIMIT`] are kept, so that a hostile request costs little.
#[derive(Clone, Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// How many violations one problem lists.
    pub const LIMIT: usize = 32;

    /// Keeps a violation, unless there are enough.
    pub fn add(&mut self, place: ViolationPlace, pointer: String, code: &'static str, detail: String) {
        if self.0.len() < Self::LIMIT {
            self.0.push(Violation {
                r#in: place,
                pointer,
                code: Cow::Borrowed(code),
                detail,
            });
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, sorted by place.
    pub fn into_sorted(mut self) -> Vec<Violation> {
        self.0.sort();
        self.0
    }
}
