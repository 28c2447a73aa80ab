//! How many requests a client has per minute: counted by credential for who is signed in, else by address. Counts are
//! kept in memory, per instance; what must hold over all instances is counted in the store.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage as _};
use aws_lc_rs::digest::{SHA256, digest};
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use lockstep_runtime::actix::{ClientAddress, problem_response};
use lockstep_runtime::{RateLimit, TooManyRequests};
use prometheus::IntCounter;

use super::{Unlimited, operation};
use crate::clock::Clock;
use crate::settings::RequestRate;

/// After how many requests idle clients are forgotten: memory is bounded by the requests that an idle one can be away.
const FORGET_EVERY: u32 = 4096;

/// Limits on the rate of requests; clones share the counts.
#[derive(Clone)]
pub struct RateLimits(Arc<Inner>);

struct Inner {
    clients: RateLimiter<Client, DashMapStateStore<Client>, Clock, NoOpMiddleware<Duration>>,
    clock: Clock,
    policy: RateLimit,
    /// Credentials that were valid lately. Others count as their address, or making credentials up would be a way
    /// around the limit.
    known: Mutex<HashSet<Client>>,
    requests: AtomicU32,
}

/// Whom requests are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    /// An IPv4 address, or the first half of an IPv6 address: the rest is the client's to choose (RFC 4291, 2.5.4).
    Address(Option<IpAddr>),
    /// The SHA-256 of a credential.
    Credential([u8; 32]),
}

impl GovernorClock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

impl RateLimits {
    /// Limits with all counts at zero.
    pub fn new(rate: RequestRate, clock: Clock) -> Self {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        Self(Arc::new(Inner {
            clients: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            policy: RateLimit {
                policy: "requests",
                quota: rate.per_minute.get(),
                window: 60,
            },
            known: Mutex::default(),
            requests: AtomicU32::new(0),
        }))
    }

    /// Counts a request; refused when the client has none left.
    fn check(&self, request: &ServiceRequest) -> Result<(), TooManyRequests> {
        self.forget_now_and_then();
        let client = match credential(request) {
            Some(credential) if self.known().contains(&credential) => credential,
            _ => address(request),
        };
        self.0.clients.check_key(&client).map_err(|until| self.refusal(&until))
    }

    fn refusal(&self, until: &NotUntil<Duration>) -> TooManyRequests {
        let wait = until.wait_time_from(self.0.clock.elapsed());
        let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        let detail = "There were too many requests; wait before the next one.";
        TooManyRequests::after(seconds, "too-many-requests", detail).with_limit(self.0.policy)
    }

    fn known(&self) -> MutexGuard<'_, HashSet<Client>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clients with a full quota are as good as new ones; a credential that goes on being used is soon known again.
    fn forget_now_and_then(&self) {
        if self.0.requests.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.0.clients.retain_recent();
            self.0.clients.shrink_to_fit();
            self.known().clear();
        }
    }
}

/// The client of a request that carries a credential.
fn credential(request: &ServiceRequest) -> Option<Client> {
    let credential = request.headers().get(header::AUTHORIZATION)?;
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, credential.as_bytes()).as_ref());
    Some(Client::Credential(hash))
}

fn address(request: &ServiceRequest) -> Client {
    let address = request.extensions().get::<ClientAddress>().map(|address| address.0);
    Client::Address(address.map(network))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Whether the answer shows that the credential of its request is valid: a success where one is asked for.
fn is_authenticated<B>(response: &ServiceResponse<B>) -> bool {
    operation(response).is_some_and(|operation| !operation.security.is_empty()) && response.status().is_success()
}

/// Refuses requests beyond the limits; it goes inside `client_address`. Without limits it does nothing.
pub fn rate_limit<S, B>(
    limits: Option<RateLimits>,
    limited: IntCounter,
    unlimited: Unlimited,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<EitherBody<B, BoxBody>>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        let limits = limits.clone().filter(|_| !unlimited.has(request.path()));
        let limited = limited.clone();
        async move {
            let Some(limits) = limits else {
                return Ok(next.call(request).await?.map_into_left_body());
            };
            if let Err(refusal) = limits.check(&request) {
                limited.inc();
                let response = problem_response(request.request(), refusal.into());
                return Ok(request.into_response(response).map_into_right_body());
            }
            let credential = credential(&request);
            let response = next.call(request).await?;
            if let Some(credential) = credential.filter(|_| is_authenticated(&response)) {
                limits.known().insert(credential);
            }
            Ok(response.map_into_left_body())
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::test::TestRequest;
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;

    fn limits(per_minute: u32, burst: u32) -> RateLimits {
        let rate = RequestRate {
            per_minute: per_minute.try_into().unwrap(),
            burst: burst.try_into().unwrap(),
        };
        RateLimits::new(rate, Clock::manual(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)))
    }

    fn request(address: IpAddr) -> ServiceRequest {
        let request = TestRequest::default().to_srv_request();
        request.extensions_mut().insert(ClientAddress(address));
        request
    }

    fn allowed(limits: &RateLimits, address: IpAddr) -> bool {
        limits.check(&request(address)).is_ok()
    }

    #[test]
    fn a21_memory_is_bounded_by_the_clients_of_the_last_minutes() {
        let limits = limits(60, 1);
        for address in 0..3 * FORGET_EVERY {
            limits.0.clock.advance(TimeDelta::milliseconds(10));
            assert!(allowed(&limits, IpAddr::from(address.to_be_bytes())));
            limits.known().insert(Client::Address(None));
            // A client is forgotten two seconds after its request: two hundred are kept, and who came since.
            let bound: usize = (FORGET_EVERY + 201).try_into().unwrap();
            assert!(limits.0.clients.len() <= bound);
        }
        assert!(limits.0.clients.len() <= 201);
        assert!(limits.known().len() <= 1);
    }

    #[test]
    fn s37_a_network_of_ipv6_is_one_client() {
        let limits = limits(60, 2);
        let outcomes = ["2001:db8::1", "2001:db8::2", "2001:db8::3:4", "2001:db8:0:1::1"];
        let outcomes = outcomes.map(|address| allowed(&limits, address.parse().unwrap()));
        assert_eq!(outcomes, [true, true, false, true]);
    }

    proptest! {
        #[test]
        fn a21_nobody_has_more_than_the_burst_and_the_rate(
            per_minute in 1u32..2000, burst in 1u32..50, pauses in prop::collection::vec(0i64..3000, 1..200),
        ) {
            let limits = limits(per_minute, burst);
            let (mut passed, mut elapsed) = (0u64, 0u64);
            for pause in pauses {
                limits.0.clock.advance(TimeDelta::milliseconds(pause));
                elapsed += pause.unsigned_abs();
                passed += u64::from(allowed(&limits, Ipv6Addr::LOCALHOST.into()));
                // Everything is in 60,000ths of a request, so that nothing is rounded away.
                prop_assert!(passed * 60_000 <= u64::from(burst) * 60_000 + elapsed * u64::from(per_minute) + 1);
            }
            prop_assert!(passed >= 1);
        }

        #[test]
        fn a21_who_waits_as_told_goes_on(per_minute in 1u32..2000, burst in 1u32..5) {
            let limits = limits(per_minute, burst);
            let address = Ipv6Addr::LOCALHOST.into();
            let refusal = loop {
                if let Err(refusal) = limits.check(&request(address)) {
                    break lockstep_runtime::Refusal::from(refusal);
                }
            };
            limits.0.clock.advance(TimeDelta::seconds(refusal.retry_after().unwrap().into()));
            prop_assert!(allowed(&limits, address));
        }
    }
}
