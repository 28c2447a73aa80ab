//! Connections whose request was answered before all of its body came: they end soon after the answer.
//! actix-web does so where the length is known, but goes on draining a chunked body for as long as it comes, however
//! slowly, which would hold a connection for nothing.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _};
use futures_util::stream::{StreamExt as _, poll_fn};

/// Keeps what is left of a chunked body until the answer is sent: only a body that somebody still holds counts as unread,
/// and only after an unread body is the connection closed.
///
/// # Errors
/// Those of the services inside.
pub async fn unread_body(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return next.call(request).await;
    }
    let kept = Rc::new(RefCell::new(request.take_payload()));
    let shared = Rc::clone(&kept);
    let payload = poll_fn(move |context| shared.borrow_mut().poll_next_unpin(context));
    request.set_payload(Payload::Stream {
        payload: payload.boxed_local(),
    });
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| BoxBody::new(Holding { body, _request: kept })))
}

/// The body of an answer, and what is left of that of the request.
struct Holding {
    body: BoxBody,
    _request: Rc<RefCell<Payload>>,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
