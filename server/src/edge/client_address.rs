//! Whose request it is, as an address: the peer's, or the one that a trusted proxy vouches for.
//! Limits are kept by this address, so nobody may choose their own.

use std::net::IpAddr;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage as _};
use ipnet::IpNet;
use lockstep_runtime::actix::ClientAddress;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Puts the [`ClientAddress`] into the extensions of the request.
pub fn client_address<S, B>(
    trusted: Vec<IpNet>,
) -> impl Transform<S, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let trusted: Rc<[IpNet]> = trusted.into();
    from_fn(move |request: ServiceRequest, next: Next<B>| {
        if let Some(peer) = request.peer_addr() {
            let client = client(peer.ip(), request.headers(), &trusted);
            request.extensions_mut().insert(ClientAddress(client));
        }
        next.call(request)
    })
}

/// Walks from the peer towards the client for as long as the last address is a trusted proxy. Each proxy appends whom
/// it heard, so what is left of the first stranger is the stranger's own claim.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let lines: Vec<_> = headers
        .get_all(X_FORWARDED_FOR)
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    let mut forwarded = lines.iter().rev().flat_map(|line| line.rsplit(',')).map(address);
    let mut client = peer.to_canonical();
    while is_trusted(client) {
        match forwarded.next() {
            Some(Some(address)) => client = address,
            _ => break,
        }
    }
    client
}

fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::http::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn s37_only_trusted_proxies_are_believed() {
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, not-an-address"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, "], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
        ] {
            assert_eq!(seen(peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    proptest! {
        #[test]
        fn s37_what_a_stranger_sends_never_counts(claim in "[ -~]{0,60}", stranger: [u8; 4]) {
            let stranger = IpAddr::from(stranger);
            prop_assume!(!"10.0.0.0/8".parse::<IpNet>().unwrap().contains(&stranger));
            prop_assert_eq!(seen(&stranger.to_string(), &[&claim]), stranger.to_string());
            prop_assert_eq!(seen("10.0.0.1", &[&format!("{claim}, {stranger}")]), stranger.to_string());
        }
    }
}
