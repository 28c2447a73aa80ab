//! Rounds of a load generator: one request again and again, or many in turn, as fast as answers come or at a given rate.
//! What is sent, and what the figures mean, is for others.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt;
use serde_json::Value;

use crate::call::Call;
use crate::load::{Connection, Expected};

/// How many requests that differ are usually under way at most.
pub(crate) const CONNECTIONS: usize = 20;
/// Where a round ends, whichever comes first.
const MAX_REQUESTS: usize = 1_000_000;

/// What came of a round: how long it took, and how long each answer did, unsorted.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Vec<Duration>,
}

impl Round {
    /// Answers a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Sends one request again and again for a while, on several connections, each waiting for its answers.
pub(crate) async fn closed_loop(
    address: SocketAddr,
    request: &[u8],
    status: u16,
    connections: usize,
    time: Duration,
) -> io::Result<Round> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let start = Instant::now();
    let work = open.into_iter().map(|mut connection| {
        let request = request.to_vec();
        rt::spawn(async move {
            let mut latencies = Vec::with_capacity(16_384);
            while start.elapsed() < time && latencies.len() < MAX_REQUESTS / connections {
                let sent = Instant::now();
                connection.expect(&request, Expected::status(status)).await?;
                latencies.push(sent.elapsed());
            }
            io::Result::Ok(latencies)
        })
    });
    collect(start, work.collect()).await
}

/// Sends requests in turn at a rate, each on whichever connection is free, for as long as that takes where every answer
/// is in time. An answer that is late delays a later request, and that delay counts as latency; the imprecision of our
/// own timer does not. What cannot be sent in that time is not sent.
pub(crate) async fn paced(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    expected: Expected,
    connections: usize,
    rate: u32,
) -> io::Result<Round> {
    let interval = Duration::from_secs(1) / rate;
    let time = Duration::from_secs_f64(requests.len() as f64 / f64::from(rate));
    let turns = Turns::of(requests);
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let start = Instant::now() + Duration::from_millis(20);
    let work = open.into_iter().map(|mut connection| {
        let turns = turns.clone();
        rt::spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < time
                && let Some((turn, request)) = turns.next()
            {
                let due = start + interval * turn as u32;
                let sent = if Instant::now() < due {
                    rt::time::sleep_until(due.into()).await;
                    Instant::now()
                } else {
                    due
                };
                turns.checked(connection.expect(request, expected).await)?;
                latencies.push(sent.elapsed());
            }
            io::Result::Ok(latencies)
        })
    });
    collect(start, work.collect()).await
}

/// Sends requests as fast as they are answered, and returns the bodies of the answers in the order of the requests.
pub(crate) async fn all(address: SocketAddr, calls: Vec<Call>, expected: Expected) -> io::Result<Vec<Value>> {
    let bodies = Rc::new(RefCell::new(vec![Value::Null; calls.len()]));
    let turns = Turns::of(calls.iter().map(Call::to_bytes).collect());
    let mut work = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::open(address).await?;
        let (turns, bodies) = (turns.clone(), Rc::clone(&bodies));
        work.push(rt::spawn(async move {
            while let Some((turn, request)) = turns.next() {
                let body = turns.checked(connection.expect(request, expected).await)?;
                bodies.borrow_mut()[turn] = serde_json::from_slice(body).unwrap_or_default();
            }
            io::Result::Ok(())
        }));
    }
    for task in work {
        task.await.map_err(io::Error::other)??;
    }
    Ok(bodies.take())
}

/// Requests that several connections take in turn; clones share what is left.
#[derive(Clone)]
struct Turns {
    requests: Rc<[Vec<u8>]>,
    next: Rc<Cell<usize>>,
}

impl Turns {
    fn of(requests: Vec<Vec<u8>>) -> Self {
        Self {
            requests: requests.into(),
            next: Rc::default(),
        }
    }

    fn next(&self) -> Option<(usize, &[u8])> {
        let turn = self.next.get();
        let request = self.requests.get(turn)?;
        self.next.set(turn + 1);
        Some((turn, request))
    }

    /// Ends the round for everybody where one answer is wrong.
    fn checked<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        if outcome.is_err() {
            self.next.set(self.requests.len());
        }
        outcome
    }
}

async fn collect(start: Instant, work: Vec<rt::task::JoinHandle<io::Result<Vec<Duration>>>>) -> io::Result<Round> {
    let mut latencies = Vec::new();
    for task in work {
        latencies.extend(task.await.map_err(io::Error::other)??);
    }
    Ok(Round {
        elapsed: start.elapsed(),
        latencies,
    })
}
