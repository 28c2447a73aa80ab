//! What the transport knows about a call, for handlers that need it.
//! The rest of the request arrives as typed parameters and bodies.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

use crate::Operation;

/// The id of a request, kept in the request's extensions by the outermost middleware.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The client's address, kept in the request's extensions where proxies are trusted; else the peer's address counts.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// What the transport knows about a call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation that is called.
    pub operation: &'static Operation,
    /// The id of the request, as in `X-Request-ID`.
    pub request_id: Arc<str>,
    /// Where the call comes from, if known.
    pub address: Option<IpAddr>,
}

impl Call {
    /// Describes a request.
    pub fn new(request: &HttpRequest, operation: &'static Operation) -> Self {
        let address = request.extensions().get::<ClientAddress>().map(|address| address.0);
        let address = address.or_else(|| request.peer_addr().map(|peer| peer.ip()));
        Self {
            operation,
            request_id: request_id(request),
            address,
        }
    }
}

/// The request's id. Without the middleware that gives ids there is a new one at each call.
pub(super) fn request_id(request: &HttpRequest) -> Arc<str> {
    let id = request.extensions().get::<RequestId>().map(|id| Arc::clone(&id.0));
    id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string().into())
}
