//! Reading a body within limits of size and time.
//! What it means is `json`'s matter; nothing is buffered that the limits refuse.

use std::pin::pin;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};

use crate::{BadRequest, ContentTooLarge, Malformed, Refusal, RequestTimeout, UnsupportedMediaType};

/// How large and how slow a body may be. Put into the application's data to change the defaults.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The size in bytes.
    pub size: usize,
    /// From the head of the request to the end of its body.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            size: 1 << 20,
            time: Duration::from_secs(10),
        }
    }
}

/// A body that was not read, or is not what the operation takes.
#[derive(Debug)]
pub struct UnreadableBody(Refusal);

impl From<UnreadableBody> for Refusal {
    fn from(body: UnreadableBody) -> Self {
        body.0
    }
}

impl From<Malformed> for UnreadableBody {
    fn from(malformed: Malformed) -> Self {
        Self(BadRequest::new("malformed-body", malformed.detail).into())
    }
}

impl UnreadableBody {
    fn too_large(limit: usize) -> Self {
        Self(ContentTooLarge::new("content-too-large", format!("A body has at most {limit} bytes.")).into())
    }

    fn too_slow(limit: Duration) -> Self {
        let detail = format!("The body did not arrive within {} seconds.", limit.as_secs());
        Self(RequestTimeout::new("request-timeout", detail).into())
    }

    fn cut_off(error: actix_web::error::PayloadError) -> Self {
        Self(
            BadRequest::new("malformed-body", "The body ended early.")
                .with_context(error.to_string())
                .into(),
        )
    }

    pub(super) fn no_text() -> Self {
        Self(BadRequest::new("malformed-body", "The body is not text in UTF-8.").into())
    }

    pub(super) fn missing() -> Self {
        Self(BadRequest::new("missing-body", "This operation needs a body.").into())
    }
}

/// Reads a body of one media type. `None` is no body at all.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    media_type: &str,
) -> Result<Option<Bytes>, UnreadableBody> {
    let limits = request.app_data::<BodyLimits>().copied().unwrap_or_default();
    let length = content_length(request);
    if length == Some(0) || (length.is_none() && !request.headers().contains_key(TRANSFER_ENCODING)) {
        return Ok(None);
    }
    check_type(request, media_type)?;
    if length.is_some_and(|length| length > limits.size as u64) {
        return Err(UnreadableBody::too_large(limits.size));
    }
    let mut collecting = pin!(collect(payload, limits.size));
    // Most bodies have arrived with their head, and need no timer.
    let body = match collecting.as_mut().now_or_never() {
        Some(body) => body,
        None => tokio::time::timeout(limits.time, collecting)
            .await
            .unwrap_or_else(|_| Err(UnreadableBody::too_slow(limits.time))),
    };
    body.map(Some)
}

fn content_length(request: &HttpRequest) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn check_type(request: &HttpRequest, media_type: &str) -> Result<(), UnreadableBody> {
    let encoding = request
        .headers()
        .get(CONTENT_ENCODING)
        .map_or("identity", |it| it.to_str().unwrap_or_default());
    let sent = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let (essence, parameters) = sent.split_once(';').unwrap_or((sent, ""));
    let is_utf8 = match parameters.trim().split_once('=') {
        Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
            charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    if essence.trim().eq_ignore_ascii_case(media_type) && is_utf8 && encoding.eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    let detail = format!("The body must be {media_type} in UTF-8, without a content encoding.");
    Err(UnreadableBody(
        UnsupportedMediaType::new("unsupported-media-type", detail).into(),
    ))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, UnreadableBody> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(UnreadableBody::cut_off)?;
        if first.len() + rest.len() + chunk.len() > limit {
            return Err(UnreadableBody::too_large(limit));
        }
        // Most bodies are one chunk, which needs no copy.
        if first.is_empty() && rest.is_empty() {
            first = chunk;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&chunk);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}
