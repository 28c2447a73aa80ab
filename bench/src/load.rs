//! Connections of a load generator, which stay open, and what is expected on them.
//! They know just enough HTTP/1.1 for our own answers, so that they cost little next to the server.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// What an answer must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) status: u16,
    /// What its body must contain: a success may still say that nothing was done.
    pub(crate) proof: &'static str,
}

impl Expected {
    /// Of this status, whatever it says.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, proof: "" }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.proof {
            "" => write!(f, "{}", self.status),
            proof => write!(f, "{} with {proof}", self.status),
        }
    }
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

    /// Sends a request that must be answered as expected, and returns the body of the answer.
    pub(crate) async fn expect(&mut self, request: &[u8], expected: Expected) -> io::Result<&[u8]> {
        let (status, head, length) = self.exchange(request).await?;
        let body = &self.buffer[head..head + length];
        let proof = expected.proof.as_bytes();
        if status == expected.status && (proof.is_empty() || body.windows(proof.len()).any(|it| it == proof)) {
            return Ok(body);
        }
        let body = String::from_utf8_lossy(body);
        Err(io::Error::other(format!("{status} instead of {expected}: {body}")))
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
