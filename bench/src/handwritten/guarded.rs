//! The same handlers with what the generated layer does besides: panics are caught, unknown parameters refused, bodies
//! limited in time, and the operation is there for the log. Few people write all of that; it is compared separately.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::error::ErrorInternalServerError;
use actix_web::web::{Json, Payload};
use actix_web::{Error, FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::FutureExt as _;

use super::draft::Draft;
use super::problem::Problem;
use super::{Caller, create_space, get_liveness};

const BODY_TIME: Duration = Duration::from_secs(10);

/// The operation of a request, for the log.
struct Operation(#[allow(dead_code, reason = "nothing logs here")] &'static str);

pub(super) async fn get_liveness_guarded(request: HttpRequest) -> Result<HttpResponse, Error> {
    guarded(&request, "getLiveness", async {
        Ok(get_liveness(request.clone()).await?)
    })
    .await
}

pub(super) async fn create_space_guarded(
    request: HttpRequest,
    caller: Caller,
    payload: Payload,
) -> Result<HttpResponse, Error> {
    guarded(&request, "createSpace", async {
        let body = read(&request, payload).await?;
        Ok(create_space(request.clone(), caller, body).await?)
    })
    .await
}

async fn guarded(
    request: &HttpRequest,
    operation: &'static str,
    work: impl Future<Output = Result<HttpResponse, Error>>,
) -> Result<HttpResponse, Error> {
    request.extensions_mut().insert(Operation(operation));
    if !request.query_string().is_empty() {
        Err(Problem::unknown_parameter(request))?;
    }
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(ErrorInternalServerError("a handler panicked")),
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Json<Draft>, Error> {
    let mut reading = Json::from_request(request, &mut payload.into_inner());
    // Most bodies have arrived with their head, and need no timer.
    match (&mut reading).now_or_never() {
        Some(body) => body,
        None => match tokio::time::timeout(BODY_TIME, reading).await {
            Ok(body) => body,
            Err(_) => Err(Problem::too_slow(request).into()),
        },
    }
}
