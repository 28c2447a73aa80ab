//! The generated layer against the hand-written handlers: first that they answer the same, then what each costs.
//! Both are measured in turn, round by round, so that whatever else the machine does falls on both.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::{call_service, init_service};
use actix_web::web::ServiceConfig;
use actix_web::{App, Error, HttpServer, rt};
use serde_json::Value;

use crate::cases::{self, Case};
use crate::figures::{latency, median, ratio};
use crate::load::{Connection, Reply};
use crate::request_id::request_id;
use crate::rounds::closed_loop;
use crate::{generated, handwritten};

const ROUNDS: usize = 21;
/// In turn, too, within a round: short, so that little else happens meanwhile.
const BLOCKS: usize = 60;
const CALLS: usize = 100;
const SOCKET_ROUND: Duration = Duration::from_millis(200);
const CONNECTIONS: usize = 16;

/// Both sides, behind the same middleware.
macro_rules! app {
    ($configure:expr) => {
        App::new().configure($configure).wrap(from_fn(request_id))
    };
}

/// Without sockets: what the work of one request costs.
pub(crate) async fn in_process() -> io::Result<()> {
    let generated = init_service(app!(generated::configure)).await;
    let by_hand = init_service(app!(handwritten::configure)).await;
    let guarded = init_service(app!(handwritten::configure_guarded)).await;
    println!("\n## The generated layer, without sockets\n");
    println!(
        "{ROUNDS} rounds; in each, {BLOCKS} blocks of {CALLS} calls on either side, in turn, of which the median counts."
    );
    println!("The ratio is that of throughputs: the median of all rounds, with the smallest and the largest.\n");
    compare(&by_hand, &generated).await;
    println!(
        "\nBy hand with the same guarantees: panics, unknown parameters, slow bodies, the operation for the log.\n"
    );
    compare(&guarded, &generated).await;
    Ok(())
}

async fn compare<H, G, B>(by_hand: &H, generated: &G)
where
    H: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    G: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    println!("| operation | by hand | generated | generated : by hand |\n|---|---:|---:|---:|");
    for case in cases::measured() {
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let (mut our_blocks, mut their_blocks) = (Vec::new(), Vec::new());
            for _ in 0..BLOCKS {
                their_blocks.push(calls(by_hand, &case).await);
                our_blocks.push(calls(generated, &case).await);
            }
            let (ours_now, theirs_now) = (median(&our_blocks), median(&their_blocks));
            // The first round warms up.
            if round > 0 {
                ours.push(ours_now);
                theirs.push(theirs_now);
                ratios.push(theirs_now / ours_now);
            }
        }
        let (ours, theirs) = (median(&ours), median(&theirs));
        println!("| {} | {theirs:.2} µs | {ours:.2} µs | {} |", case.name, ratio(&ratios));
    }
}

/// How long a call takes in microseconds, on average, without making the request.
async fn calls<S, B>(service: &S, case: &Case) -> f64
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let requests: Vec<_> = (0..CALLS).map(|_| case.to_request().to_request()).collect();
    let start = Instant::now();
    for request in requests {
        let response = call_service(service, request).await;
        assert_eq!(response.status().as_u16(), case.status, "{}", case.name);
        // What the server does with a body that is in memory.
        let body = response.into_body().try_into_bytes();
        std::hint::black_box(body.map(|body| body.len()).unwrap_or_default());
    }
    start.elapsed().as_secs_f64() * 1e6 / CALLS as f64
}

/// One side by itself, for a profiler: `one-side generated 0` runs the first case a hundred thousand times.
pub(crate) async fn one_side(side: &str, case: &str) -> io::Result<()> {
    let cases = cases::measured();
    let case = case.parse().ok().and_then(|index: usize| cases.get(index));
    let case = case.ok_or_else(|| io::Error::other("no such case"))?;
    let generated = init_service(app!(generated::configure)).await;
    let by_hand = init_service(app!(handwritten::configure)).await;
    for _ in 0..1_000 {
        match side {
            "generated" => calls(&generated, case).await,
            _ => calls(&by_hand, case).await,
        };
    }
    Ok(())
}

/// Over connections that stay open, with one worker each.
pub(crate) async fn over_sockets() -> io::Result<()> {
    let generated = serve(generated::configure)?;
    let by_hand = serve(handwritten::configure)?;
    let guarded = serve(handwritten::configure_guarded)?;
    for case in cases::measured().into_iter().chain(cases::also_equal()) {
        assert_equal(&case, generated, by_hand).await?;
        assert_equal(&case, generated, guarded).await?;
    }
    println!("\n## The generated layer, over keep-alive connections\n");
    println!("{ROUNDS} rounds of {SOCKET_ROUND:?} each, in turn, {CONNECTIONS} connections, one worker; p50 / p99.\n");
    println!("| operation | by hand | generated | generated : by hand | latency by hand | latency generated |");
    println!("|---|---:|---:|---:|---:|---:|");
    for case in cases::measured() {
        compare_over_sockets(&case, generated, by_hand).await?;
    }
    Ok(())
}

fn serve(configure: fn(&mut ServiceConfig)) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || app!(configure))
        .workers(1)
        .disable_signals()
        .listen(listener)?;
    rt::spawn(server.run());
    Ok(address)
}

async fn compare_over_sockets(case: &Case, generated: SocketAddr, by_hand: SocketAddr) -> io::Result<()> {
    let request = case.to_bytes();
    let round = |address| closed_loop(address, &request, case.status, CONNECTIONS, SOCKET_ROUND);
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut our_latencies, mut their_latencies) = (Vec::new(), Vec::new());
    for number in 0..=ROUNDS {
        let (theirs_now, ours_now) = (round(by_hand).await?, round(generated).await?);
        // The first round warms up.
        if number > 0 {
            ours.push(ours_now.throughput());
            theirs.push(theirs_now.throughput());
            ratios.push(ours_now.throughput() / theirs_now.throughput());
            our_latencies.extend(ours_now.latencies);
            their_latencies.extend(theirs_now.latencies);
        }
    }
    println!(
        "| {} | {:.0}/s | {:.0}/s | {} | {} | {} |",
        case.name,
        median(&theirs),
        median(&ours),
        ratio(&ratios),
        latency(&their_latencies),
        latency(&our_latencies),
    );
    Ok(())
}

/// Both sides must give one answer: status, headers, body. The headers of the connection itself do not count: it is
/// closed where a request is refused before its body is read, and the two sides read at different times.
async fn assert_equal(case: &Case, generated: SocketAddr, by_hand: SocketAddr) -> io::Result<()> {
    let request = case.to_bytes();
    let ours = Connection::open(generated).await?.ask(&request).await?;
    let theirs = Connection::open(by_hand).await?.ask(&request).await?;
    let (ours, theirs) = (comparable(&ours), comparable(&theirs));
    assert_eq!(ours, theirs, "{}: generated and hand-written answers differ", case.name);
    assert_eq!(ours.0, case.status, "{}", case.name);
    Ok(())
}

fn comparable(reply: &Reply) -> (u16, Vec<String>, Value) {
    let mut body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
    let malformed = body["code"] == "malformed-body";
    if malformed {
        // Two parsers have two ways of saying what is wrong with a text that is not JSON.
        body["detail"] = Value::Null;
    }
    let lines = reply
        .head
        .lines()
        .filter(|line| !line.starts_with("date:") && !line.starts_with("connection:"));
    let mut head: Vec<_> = lines
        .filter(|line| !malformed || !line.starts_with("content-length:"))
        .collect();
    head.sort_unstable();
    (reply.status, head.into_iter().map(str::to_owned).collect(), body)
}
