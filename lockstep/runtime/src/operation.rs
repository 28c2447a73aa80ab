//! What generated servers say about their operations: the rows of the `OPERATIONS` table.
//! Plain data for tests, metrics and documents.

/// One operation of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    /// The tag.
    pub tag: &'static str,
    /// Alternatives of schemes that must all hold; an empty table means that nobody is asked who they are, and an empty
    /// row that no credentials are fine too.
    pub security: &'static [&'static [Requirement]],
    /// Older paths that lead here.
    pub aliases: &'static [Alias],
    /// Set where the operation itself is deprecated.
    pub deprecation: Option<Deprecation>,
    /// Every status that it documents; 0 stands for `default`, and 1 to 5 for a class such as `4XX`.
    pub statuses: &'static [u16],
}

/// A scheme with the roles of which the principal needs one; none means any principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The name of the security scheme.
    pub scheme: &'static str,
    /// The roles.
    pub roles: &'static [&'static str],
}

/// An older path of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The path template.
    pub path: &'static str,
    /// What its answers say about that.
    pub deprecation: Deprecation,
}

/// The header values of a deprecated path or operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// `Deprecation` (RFC 9745), such as `@1763596800`.
    pub since: Option<&'static str>,
    /// `Sunset` (RFC 8594), an HTTP date.
    pub sunset: Option<&'static str>,
    /// The path template that replaces it, for `Link: <…>; rel="successor-version"`.
    pub successor: Option<&'static str>,
}
