//! What the transport knows about a call, for handlers that need it.
//! The rest of the request arrives as typed parameters and bodies.

use std::cell::Cell;
use std::fmt;
use std::net::IpAddr;

use actix_web::{HttpMessage, HttpRequest};

use crate::Operation;

/// The id of a request, and the operation once that is known: what log lines name. Kept in the request's extensions by
/// the outermost middleware.
#[derive(Clone, Debug)]
pub struct RequestId {
    id: String,
    operation: Cell<Option<&'static Operation>>,
}

impl RequestId {
    /// The id of a request that was not routed yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            operation: Cell::new(None),
        }
    }

    /// The id, as in `X-Request-ID`.
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// The operation that was called; `None` where no route matched.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.operation.get()
    }

    /// Remembers the operation.
    pub(super) fn set_operation(&self, operation: &'static Operation) {
        self.operation.set(Some(operation));
    }
}

/// The client's address, kept in the request's extensions where proxies are trusted; else the peer's address counts.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// What the transport knows about a call.
#[derive(Clone)]
pub struct Call {
    operation: &'static Operation,
    request: Option<HttpRequest>,
}

impl Call {
    /// Describes a request.
    pub fn new(request: &HttpRequest, operation: &'static Operation) -> Self {
        Self {
            operation,
            request: Some(request.clone()),
        }
    }

    /// A call within the process, which no request made and which has no address.
    pub fn internal(operation: &'static Operation) -> Self {
        Self {
            operation,
            request: None,
        }
    }

    /// The operation that is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The id of the request, as in `X-Request-ID`; `internal` where no request made the call.
    pub fn request_id(&self) -> String {
        self.request.as_ref().map_or_else(|| "internal".into(), request_id)
    }

    /// Where the call comes from, if known.
    pub fn address(&self) -> Option<IpAddr> {
        let request = self.request.as_ref()?;
        let address = request.extensions().get::<ClientAddress>().map(|address| address.0);
        address.or_else(|| request.peer_addr().map(|peer| peer.ip()))
    }
}

/// Without the headers of the request, which may be secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.id)
            .field("request_id", &self.request_id())
            .finish()
    }
}

/// The request's id. Without the middleware that gives ids there is a new one at each call.
pub(super) fn request_id(request: &HttpRequest) -> String {
    let id = request.extensions().get::<RequestId>().map(|id| id.id.clone());
    id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string())
}
