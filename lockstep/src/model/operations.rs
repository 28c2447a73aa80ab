//! The operations of a contract as plain data: requests, answers and who may call.
//! Types of values are in the module beside.

use super::Type;
use crate::source::Place;
use std::fmt;

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `operationId`, in the document's `camelCase`.
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path template, as in `/api/spaces/{spaceId}`.
    pub path: String,
    /// Other paths that are routed to it.
    pub aliases: Vec<Alias>,
    /// Its only tag.
    pub tag: String,
    /// `summary`, or empty.
    pub summary: String,
    /// `description`, or empty.
    pub docs: String,
    /// Whether, since when and until when it is deprecated.
    pub deprecated: Option<Deprecation>,
    /// Who may call it.
    pub security: Security,
    /// Path parameters in the order of the path, then the others in the order of the document's lists.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The answers by status, sorted; `default` and ranges after the exact ones.
    pub responses: Vec<Response>,
    /// Where it is written.
    pub place: Place,
}

/// A path that older clients call (`x-aliases`).
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The path template; its parameters are those of the operation's own path.
    pub path: String,
    /// Since when and until when.
    pub deprecation: Deprecation,
    /// Where it is written.
    pub place: Place,
}

/// `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), as dates `2026-11-20` (midnight UTC).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Deprecation {
    /// Since when it is deprecated (`x-deprecated-since`, or `deprecated` of an alias).
    pub since: Option<String>,
    /// When it stops working (`x-sunset`, or `sunset` of an alias).
    pub sunset: Option<String>,
    /// The operation that replaces it (`x-successor`); an alias is replaced by its operation's path.
    pub successor: Option<String>,
}

/// The security requirements of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Security {
    /// Alternatives (OR). Empty means that nobody is asked who they are.
    pub alternatives: Vec<Requirement>,
    /// Whether `{}` is one of the alternatives, so that no credentials are fine too.
    pub optional: bool,
}

/// Schemes that must all be satisfied (AND), sorted by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Each scheme with the roles of which the principal needs one; no roles means any principal.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// A security scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityScheme {
    /// The name under `components.securitySchemes`.
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// How the credential travels.
    pub kind: SchemeKind,
}

/// How a credential travels.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemeKind {
    /// `Authorization: Bearer …`, with the `bearerFormat`.
    Bearer(Option<String>),
    /// `Authorization: Basic …`.
    Basic,
    /// A header, by its name.
    ApiKeyHeader(String),
    /// A query parameter, by its name.
    ApiKeyQuery(String),
    /// A cookie, by its name.
    ApiKeyCookie(String),
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// The description, or empty.
    pub docs: String,
    /// Whether it must be present.
    pub required: bool,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// A scalar, a named scalar or enum, or (in queries) an array of those.
    pub ty: Type,
    /// For arrays in queries: whether each item repeats the name (`a=1&a=2`) instead of being joined by commas.
    pub explode: bool,
    /// The JSON text of its default.
    pub default: Option<String>,
    /// The JSON text of an example.
    pub example: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// After the `?`.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The description, or empty.
    pub docs: String,
    /// Whether it must be present.
    pub required: bool,
    /// The media type, such as `application/json` or `application/merge-patch+json`.
    pub media_type: String,
    /// What it contains: a named type for JSON, [`Type::Text`] for text, [`Type::Bytes`] for the rest.
    pub ty: Type,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Which status it describes.
    pub status: Status,
    /// The description.
    pub docs: String,
    /// Its headers, sorted by name.
    pub headers: Vec<Header>,
    /// Its body, if any.
    pub body: Option<Body>,
}

impl Operation {
    /// The answers that are no problems, with their statuses: the parser has checked that each is one below 400.
    pub fn answers(&self) -> impl Iterator<Item = (u16, &Response)> {
        self.responses.iter().filter_map(|response| match response.status {
            Status::Exact(code) if !response.is_problem() => Some((code, response)),
            _ => None,
        })
    }
}

impl Response {
    /// Whether it is a problem document (RFC 9457), which the generated layer writes.
    pub fn is_problem(&self) -> bool {
        self.body
            .as_ref()
            .is_some_and(|body| body.media_type == "application/problem+json")
    }
}

/// Which status a response describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// One status.
    Exact(u16),
    /// A class such as `4XX`, by its first digit.
    Class(u8),
    /// `default`.
    Default,
}

impl Status {
    /// Whether it describes an answer of this status.
    pub fn covers(self, code: u16) -> bool {
        match self {
            Self::Exact(exact) => exact == code,
            Self::Class(class) => u16::from(class) == code / 100,
            Self::Default => true,
        }
    }

    /// Whether it describes answers of success only.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Exact(..400))
    }
}

/// As a document writes it: `404`, `4XX`, `default`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => code.fmt(f),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A header of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name, as the document writes it.
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// Whether it is always sent.
    pub required: bool,
    /// A scalar. A `const` is sent by the generated code itself.
    pub ty: Type,
    /// Where it is written.
    pub place: Place,
}
