//! The whole server: the release binary as a process of its own, on the embedded engine with a file.
//! Start, memory, size, and latency at a bounded rate.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::figures::{latency, median};
use crate::load::{Connection, paced};

type Outcome<T> = Result<T, Box<dyn Error>>;

const STARTS: usize = 7;
const SPACES: usize = 20;
const RATE: u32 = 1_000;
const PACED_FOR: Duration = Duration::from_secs(10);
const CONNECTIONS: usize = 20;

/// Measures the whole server.
pub(crate) async fn measure() -> Outcome<()> {
    let binary = build()?;
    let directory = TempDir::new()?;
    println!("\n## The whole server, embedded engine on a file\n");
    println!("| figure | value |\n|---|---:|");
    println!("| binary | {:.1} MB |", std::fs::metadata(&binary)?.len() as f64 / 1e6);

    let (server, first) = Server::start(&binary, directory.path()).await?;
    drop(server);
    println!(
        "| first start, new database and key, to the first 200 | {:.0} ms |",
        first.as_secs_f64() * 1e3
    );
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Server::start(&binary, directory.path()).await?.1);
    }
    println!(
        "| later starts, median of {STARTS} | {:.0} ms |",
        median(&starts).as_secs_f64() * 1e3
    );

    let (server, _) = Server::start(&binary, directory.path()).await?;
    println!("| resident memory after the start | {} |", server.resident_memory());
    let client = Client::sign_up(server.address).await?;
    let spaces = client.create_spaces().await?;
    client.warm_up(&spaces).await?;
    println!(
        "| resident memory after 1,000 requests | {} |",
        server.resident_memory()
    );
    let get: Vec<_> = spaces
        .iter()
        .map(|id| client.get(&format!("/api/spaces/{id}")))
        .collect();
    for (name, requests) in [
        ("getSpace", get),
        ("listSpaces (of 20)", vec![client.get("/api/spaces")]),
    ] {
        let round = paced(server.address, &requests, CONNECTIONS, RATE, PACED_FOR).await?;
        let figures = latency(&round.latencies);
        println!(
            "| {name}, p50 / p99 at {RATE} requests/s ({:.0}/s answered) | {figures} |",
            round.throughput()
        );
    }
    println!("| resident memory after that | {} |", server.resident_memory());
    Ok(())
}

/// Builds the server as it is released; nothing happens where that has been done. `SERVER_BINARY` names another one, to
/// compare with.
fn build() -> Outcome<PathBuf> {
    if let Some(binary) = std::env::var_os("SERVER_BINARY") {
        return Ok(binary.into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "spaces-server"])
        .status()?;
    if !status.success() {
        return Err("the server does not build".into());
    }
    // This program is target/release/deps/spaces-….
    let program = std::env::current_exe()?;
    let release = program.ancestors().nth(2).ok_or("no target directory")?;
    Ok(release.join("spaces-server"))
}

/// A running server, stopped when it is dropped.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the server and waits for its first 200, as long as a cold start may take at most.
    async fn start(binary: &Path, directory: &Path) -> Outcome<(Self, Duration)> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let begun = Instant::now();
        let process = Command::new(binary)
            .current_dir(directory)
            .env("HOST", "127.0.0.1")
            .env("PORT", address.port().to_string())
            .env("DATABASE_PATH", directory.join("spaces.db"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { process, address };
        while begun.elapsed() < Duration::from_secs(10) {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.expect(&head("GET", "/health/live", ""), 200).await.is_ok()
            {
                return Ok((server, begun.elapsed()));
            }
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
        Err("the server did not start".into())
    }

    fn resident_memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.map_or_else(
            || "unknown here".to_owned(),
            |kib| format!("{:.1} MB", kib * 1024.0 / 1e6),
        )
    }
}

fn head(method: &str, path: &str, headers: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n{headers}\r\n").into_bytes()
}

/// A user who is signed in.
struct Client {
    address: SocketAddr,
    authorization: String,
}

impl Client {
    async fn sign_up(address: SocketAddr) -> Outcome<Self> {
        let (email, password) = ("ada@example.org", "correct horse battery");
        let body = json!({"email": email, "password": password, "displayName": "Ada Lovelace"});
        let anybody = Self {
            address,
            authorization: String::new(),
        };
        let session = anybody.post("/api/auth/register", &body).await?;
        let token = session["accessToken"].as_str().ok_or("no access token")?;
        Ok(Self {
            address,
            authorization: format!("authorization: Bearer {token}\r\n"),
        })
    }

    async fn create_spaces(&self) -> Outcome<Vec<String>> {
        let mut ids = Vec::new();
        // Signing up makes a personal space, too.
        for number in 1..SPACES {
            let space = self
                .post("/api/spaces", &json!({"name": format!("Space {number}")}))
                .await?;
            ids.push(space["spaceId"].as_str().ok_or("no id")?.to_owned());
        }
        Ok(ids)
    }

    async fn warm_up(&self, spaces: &[String]) -> Outcome<()> {
        let mut connection = Connection::open(self.address).await?;
        for id in spaces.iter().cycle().take(1_000) {
            connection.expect(&self.get(&format!("/api/spaces/{id}")), 200).await?;
        }
        Ok(())
    }

    fn get(&self, path: &str) -> Vec<u8> {
        head("GET", path, &self.authorization)
    }

    async fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let body = body.to_string();
        let headers = format!(
            "{}content-type: application/json\r\ncontent-length: {}\r\n",
            self.authorization,
            body.len()
        );
        let mut request = head("POST", path, &headers);
        request.extend_from_slice(body.as_bytes());
        let reply = Connection::open(self.address).await?.ask(&request).await?;
        match reply.status {
            201 => Ok(serde_json::from_slice(&reply.body)?),
            status => Err(format!("{path} answered {status}: {}", String::from_utf8_lossy(&reply.body)).into()),
        }
    }
}
