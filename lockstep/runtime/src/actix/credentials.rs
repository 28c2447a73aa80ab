//! Finding credentials in a request, by the kinds of security schemes that contracts have.
//! Whether a credential is valid is the application's matter.

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, AsHeaderName};

use crate::{Secret, Unauthorized};

/// The refusal for every lack of a valid credential: the same, so that it tells nothing.
pub fn unauthenticated() -> Unauthorized {
    Unauthorized::new("unauthenticated", "A valid credential is required.")
}

/// The token of `Authorization: Bearer` (RFC 6750, 2.1).
pub fn bearer(request: &HttpRequest) -> Option<Secret> {
    authorization(request, "bearer").map(Secret::from)
}

/// The Base64 text of `Authorization: Basic` (RFC 7617).
pub fn basic(request: &HttpRequest) -> Option<Secret> {
    authorization(request, "basic").map(Secret::from)
}

/// An API key in a header.
pub fn api_key_header(request: &HttpRequest, name: &str) -> Option<Secret> {
    only(request, name).map(Secret::from)
}

/// An API key in the query.
pub fn api_key_query(request: &HttpRequest, name: &str) -> Option<Secret> {
    let query = super::input::query_pairs(request.query_string())?;
    query
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| Secret::new(value))
}

/// An API key in a cookie.
pub fn api_key_cookie(request: &HttpRequest, name: &str) -> Option<Secret> {
    request.cookie(name).map(|cookie| Secret::from(cookie.value()))
}

fn authorization<'r>(request: &'r HttpRequest, wanted: &str) -> Option<&'r str> {
    let (scheme, credential) = only(request, AUTHORIZATION)?.split_once(' ')?;
    let credential = credential.trim();
    (scheme.eq_ignore_ascii_case(wanted) && !credential.is_empty()).then_some(credential)
}

/// The header, if it is there exactly once: two of them are nobody's.
fn only(request: &HttpRequest, name: impl AsHeaderName) -> Option<&str> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
