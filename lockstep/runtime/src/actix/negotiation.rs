//! Content negotiation (RFC 9110, 12.5.1): whether the caller takes what an operation answers.
//! Problems are sent whatever the `Accept` header says, as the RFC allows.

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, Quality};

use crate::NotAcceptable;

/// Whether the caller accepts one of the media types that the operation has.
///
/// # Errors
/// [`NotAcceptable`] where it accepts none. A header that cannot be read counts as no header.
pub fn accepts(request: &HttpRequest, offered: &[&str]) -> Result<(), NotAcceptable> {
    let mut headers = request.headers().get_all(header::ACCEPT);
    // What nearly every client sends needs no parsing.
    match (headers.next(), headers.next()) {
        (None, _) => return Ok(()),
        (Some(only), None) if only == "*/*" || offered.iter().any(|media_type| only == *media_type) => return Ok(()),
        _ => {}
    }
    let Ok(accept) = Accept::parse(request) else {
        return Ok(());
    };
    if accept.is_empty() || offered.iter().any(|media_type| is_accepted(&accept, media_type)) {
        return Ok(());
    }
    Err(NotAcceptable::new(
        "not-acceptable",
        format!("This operation answers {}.", offered.join(" or ")),
    ))
}

/// The most specific range that matches decides; parameters of the media type do not count.
fn is_accepted(accept: &Accept, media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let (main, sub) = media_type.split_once('/').unwrap_or((media_type, ""));
    let specificity = |range: &actix_web::mime::Mime| {
        let essence = range.essence_str();
        match () {
            () if essence == media_type => Some(2),
            () if range.type_() == main && (range.subtype() == "*" || range.subtype() == sub) => Some(1),
            () if essence == "*/*" => Some(0),
            () => None,
        }
    };
    let best = accept
        .iter()
        .filter_map(|range| Some((specificity(&range.item)?, range.quality)))
        .max_by_key(|it| it.0);
    best.is_some_and(|(_, quality)| quality > Quality::ZERO)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let accepted = |header: &'static str| {
            let request = TestRequest::default()
                .insert_header(("accept", header))
                .to_http_request();
            accepts(&request, &["application/json"]).is_ok()
        };
        assert!(accepted("application/json"));
        assert!(accepted("text/html, application/*;q=0.1"));
        assert!(accepted("*/*"));
        assert!(!accepted("text/html"));
        assert!(!accepted("*/*, application/json;q=0"));
        assert!(accepts(&TestRequest::default().to_http_request(), &["application/json"]).is_ok());
        let plain = TestRequest::default()
            .insert_header(("accept", "text/plain"))
            .to_http_request();
        assert!(accepts(&plain, &["text/plain; version=0.0.4"]).is_ok());
    }
}
