//! The names of a request: `X-Request-ID`, and W3C `traceparent` for the whole of which it is a part.
//! Both are taken from the caller if they are valid, else made here; answers and log lines carry them.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage as _};
use lockstep_runtime::actix::RequestId;
use tracing::Instrument as _;

use crate::clock::Clock;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A valid W3C `traceparent` header: `00-<trace id>-<parent id>-<flags>`, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent(String);

impl TraceParent {
    /// Reads a header; later versions than 00 may have more after the flags.
    fn parse(text: &str) -> Option<Self> {
        let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_id = |part: &str, length| part.len() == length && is_hex(part) && part.bytes().any(|byte| byte != b'0');
        let mut parts = text.splitn(5, '-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let ends_well = version != "00" || parts.next().is_none();
        let known = version.len() == 2 && is_hex(version) && version != "ff" && ends_well;
        let valid = known && is_id(trace, 32) && is_id(parent, 16) && flags.len() == 2 && is_hex(flags);
        valid.then(|| Self(text.to_owned()))
    }

    fn new(clock: &Clock) -> Self {
        // The later half of a UUIDv7 is random, and its variant bits keep it from being zero.
        let id = clock.new_id();
        Self(format!("00-{}-{:016x}-00", id.simple(), id.as_u64_pair().1))
    }

    /// The 32 hexadecimal digits that all parts of one trace share.
    pub fn trace_id(&self) -> &str {
        self.0.get(3..35).unwrap_or_default()
    }
}

/// Puts the ids into the extensions of the request, into a span around the work, and on the response.
pub fn request_id<S, B>(
    clock: Clock,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        let id = valid_id(request.headers()).unwrap_or_else(|| clock.new_id().to_string());
        let trace = valid_trace(request.headers()).unwrap_or_else(|| TraceParent::new(&clock));
        let span = tracing::info_span!("request", request_id = %id, trace_id = %trace.trace_id());
        let echoed = [
            (X_REQUEST_ID, HeaderValue::try_from(&id)),
            (TRACEPARENT, HeaderValue::try_from(&trace.0)),
        ];
        request.extensions_mut().insert(RequestId(id.into()));
        request.extensions_mut().insert(trace);
        async move {
            let mut response = next.call(request).instrument(span).await?;
            for (name, value) in echoed {
                response.headers_mut().insert(name, value?);
            }
            Ok(response)
        }
    })
}

/// The header's value, if there is exactly one such header.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

fn valid_id(headers: &HeaderMap) -> Option<String> {
    let id = only(headers, &X_REQUEST_ID)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=64).contains(&id.len()) && id.bytes().all(allowed)).then(|| id.to_owned())
}

fn valid_trace(headers: &HeaderMap) -> Option<TraceParent> {
    let text = only(headers, &TRACEPARENT)?;
    if text.len() <= 512 {
        TraceParent::parse(text)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpRequest, HttpResponse, web};
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// The ids that the handler saw and that the response carries, for these request headers.
    async fn ids(headers: &[(&'static str, &str)]) -> (String, String) {
        let seen = |request: HttpRequest| async move {
            let extensions = request.extensions();
            let trace = extensions.get::<TraceParent>().unwrap();
            HttpResponse::Ok().body(format!("{} {}", extensions.get::<RequestId>().unwrap().0, trace.0))
        };
        let app = App::new()
            .default_service(web::to(seen))
            .wrap(request_id(Clock::system()));
        let mut request = TestRequest::default();
        for header in headers {
            request = request.append_header(*header);
        }
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let header = |name: HeaderName| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let echoed = (header(X_REQUEST_ID), header(TRACEPARENT));
        let body = actix_web::test::read_body(response).await;
        assert_eq!(body, format!("{} {}", echoed.0, echoed.1));
        echoed
    }

    #[actix_web::test]
    async fn a32_valid_ids_are_kept() {
        let kept = ids(&[("x-request-id", "Job.7_a-1"), ("traceparent", TRACE)]).await;
        assert_eq!(kept, ("Job.7_a-1".to_owned(), TRACE.to_owned()));
    }

    #[actix_web::test]
    async fn a32_absent_invalid_and_repeated_ids_are_replaced() {
        let long = "x".repeat(65);
        let invalid: [&[(&'static str, &str)]; 6] = [
            &[],
            &[("x-request-id", ""), ("traceparent", "")],
            &[
                ("x-request-id", "a b"),
                ("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"),
            ],
            &[("x-request-id", "<script>"), ("traceparent", &TRACE[1..])],
            &[
                ("x-request-id", &long),
                ("traceparent", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ],
            &[
                ("x-request-id", "a"),
                ("x-request-id", "b"),
                ("traceparent", TRACE),
                ("traceparent", TRACE),
            ],
        ];
        for headers in invalid {
            let (id, trace) = ids(headers).await;
            assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 7, "{headers:?}");
            assert!(
                trace != TRACE && TraceParent::parse(&trace).is_some(),
                "{headers:?}: {trace}"
            );
        }
    }

    #[actix_web::test]
    async fn s40_a_request_id_cannot_forge_a_line() {
        let header = HeaderValue::from_bytes(b"a\tb\xff").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, header);
        assert_eq!(valid_id(&headers), None);
    }

    proptest! {
        #[test]
        fn what_is_made_is_valid_and_what_is_not_is_refused(text in "\\PC{0,80}", at in 0..55_usize) {
            let made = TraceParent::new(&Clock::system());
            prop_assert_eq!(TraceParent::parse(&made.0), Some(made.clone()));
            prop_assert_eq!(TraceParent::parse(&text), None);
            let mut broken = made.0.into_bytes();
            broken[at] = b'G';
            prop_assert_eq!(TraceParent::parse(std::str::from_utf8(&broken).unwrap()), None);
        }
    }
}
