//! Request ids, as every deployment has them: the same middleware around both sides.
//! The generated layer and the hand-written handlers find the id in the request's extensions.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use lockstep_runtime::actix::RequestId;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Takes the caller's id or makes one, and returns it.
pub(crate) async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let sent = request.headers().get(X_REQUEST_ID).and_then(|it| it.to_str().ok());
    let id = sent.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    let echoed = HeaderValue::try_from(&id)?;
    request.extensions_mut().insert(RequestId(id.into()));
    let mut response = next.call(request).await?;
    response.headers_mut().insert(X_REQUEST_ID, echoed);
    Ok(response)
}
