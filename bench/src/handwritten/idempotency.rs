//! The `Idempotency-Key` of a create: optional, of 1 to 255 visible characters.
//! What a key stands for is the application's matter, and not measured.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

use super::problem::{Place, Violation};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key, if there is a valid one, or what is wrong with it.
pub(super) fn read(request: &HttpRequest) -> Result<Option<String>, Vec<Violation>> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(first) = values.next() else {
        return Ok(None);
    };
    // Several are one list (RFC 9110, 5.3), which is no key: it has blanks.
    let text = first.to_str().ok().filter(|_| values.next().is_none());
    let mut violations = Vec::new();
    let mut report = |code, detail| violations.push(violation(code, detail));
    if first.len() > 255 {
        report("too-long", "must have at most 255 characters");
    }
    if first.is_empty() {
        report("too-short", "must have at least 1 character");
    }
    if !text.is_some_and(is_visible) {
        report("pattern-mismatch", r"must match ^[\x21-\x7e]+$");
    }
    match text {
        Some(text) if violations.is_empty() => Ok(Some(text.to_owned())),
        _ => Err(violations),
    }
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn violation(code: &'static str, detail: &'static str) -> Violation {
    Violation {
        r#in: Place::Header,
        pointer: Cow::Borrowed("/Idempotency-Key"),
        code,
        detail,
    }
}
