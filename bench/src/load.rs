//! A load generator of a few connections that stay open: as fast as answers come, or at a given rate.
//! It knows just enough HTTP/1.1 for our own answers, so that it costs little next to the server.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::rt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where a round ends, whichever comes first.
const MAX_REQUESTS: usize = 1_000_000;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// One connection that stays open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8192),
        })
    }

    /// Sends a request and reads the answer, returning its status and the lengths of head and body in the buffer.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, usize, usize)> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let head = loop {
            self.read_more().await?;
            if let Some(end) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let status = parse(self.buffer.get(9..12)).ok_or_else(|| io::Error::other("no status"))?;
        let length = if request.starts_with(b"HEAD ") {
            0
        } else {
            content_length(&self.buffer[..head])
        };
        while self.buffer.len() < head + length {
            self.read_more().await?;
        }
        Ok((status, head, length))
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Sends a request that must be answered with this status.
    pub(crate) async fn expect(&mut self, request: &[u8], status: u16) -> io::Result<()> {
        match self.exchange(request).await?.0 {
            got if got == status => Ok(()),
            got => Err(io::Error::other(format!("answered {got} instead of {status}"))),
        }
    }

    /// Sends a request and keeps the answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Reply> {
        let (status, head, length) = self.exchange(request).await?;
        let body = self.buffer[head..head + length].to_vec();
        Ok(Reply {
            status,
            head: String::from_utf8_lossy(&self.buffer[..head]).into_owned(),
            body,
        })
    }
}

fn content_length(head: &[u8]) -> usize {
    let mut lines = head.split(|byte| *byte == b'\n');
    let name = b"content-length: ";
    let line = lines.find(|line| {
        line.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    });
    parse(line.map(|line| line[name.len()..].trim_ascii())).unwrap_or(0)
}

fn parse<T: std::str::FromStr>(digits: Option<&[u8]>) -> Option<T> {
    std::str::from_utf8(digits?).ok()?.parse().ok()
}

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
                connection.expect(&request, status).await?;
                latencies.push(sent.elapsed());
            }
            io::Result::Ok(latencies)
        })
    });
    collect(start, work.collect()).await
}

/// Sends requests in turn at a rate, on several connections. An answer that is late delays the next request of its
/// connection, and that delay counts as latency; the imprecision of our own timer does not.
pub(crate) async fn paced(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    rate: u32,
    time: Duration,
) -> io::Result<Round> {
    let start = Instant::now() + Duration::from_millis(20);
    let interval = Duration::from_secs(1) / rate;
    let mut work = Vec::new();
    for index in 0..connections {
        let mut connection = Connection::open(address).await?;
        let requests = requests.to_vec();
        work.push(rt::spawn(async move {
            let mut latencies = Vec::new();
            let turns = (index as u32..).step_by(connections);
            for turn in turns.take_while(|turn| interval * *turn < time) {
                let due = start + interval * turn;
                let sent = if Instant::now() < due {
                    rt::time::sleep_until(due.into()).await;
                    Instant::now()
                } else {
                    due
                };
                connection
                    .expect(&requests[turn as usize % requests.len()], 200)
                    .await?;
                latencies.push(sent.elapsed());
            }
            io::Result::Ok(latencies)
        }));
    }
    collect(start, work).await
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
