//! Refuses what the server could not answer in time: beyond a number of requests in flight, more of them only make all
//! of them slower. A refusal costs little, and says when to try again.

use std::sync::Arc;

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::middleware::{Next, from_fn};
use lockstep_runtime::ServiceUnavailable;
use lockstep_runtime::actix::problem_response;
use prometheus::IntCounter;
use tokio::sync::Semaphore;

use super::Unlimited;

/// Lets as many requests through as the semaphore has places, which all workers share.
pub fn shed<S, B>(
    places: Arc<Semaphore>,
    shed: IntCounter,
    unlimited: Unlimited,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<EitherBody<B, BoxBody>>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        let (places, shed) = (Arc::clone(&places), shed.clone());
        let is_unlimited = unlimited.has(request.path());
        async move {
            if is_unlimited {
                return Ok(next.call(request).await?.map_into_left_body());
            }
            let Ok(_place) = places.try_acquire() else {
                shed.inc();
                let refusal = ServiceUnavailable::after(1, "overloaded", "The server has too much to do right now.");
                let response = problem_response(request.request(), refusal.into());
                return Ok(request.into_response(response).map_into_right_body());
            };
            Ok(next.call(request).await?.map_into_left_body())
        }
    })
}
