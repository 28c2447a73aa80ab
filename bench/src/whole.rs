//! The whole server: the release binary as a process of its own, on the embedded engine with a file.
//! Start, memory, size, and latency at a bounded rate of what is asked most; `operations` has the rest.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::call::{Call, Person, text};
use crate::figures::{latency, median};
use crate::load::{Connection, Expected};
use crate::rounds::{CONNECTIONS, all, paced};
use crate::server::{Outcome, Server, build};

const STARTS: usize = 7;
const SPACES: usize = 20;
const RATE: u32 = 1_000;
const PACED_FOR: Duration = Duration::from_secs(10);

/// Measures the whole server.
pub(crate) async fn measure() -> Outcome<()> {
    let binary = build()?;
    let directory = TempDir::new()?;
    println!("\n## The whole server, embedded engine on a file\n");
    println!("| figure | value |\n|---|---:|");
    println!("| binary | {:.1} MB |", std::fs::metadata(&binary)?.len() as f64 / 1e6);

    let (server, first) = Server::start(&binary, directory.path(), &[]).await?;
    drop(server);
    println!(
        "| first start, new database and key, to the first 200 | {:.0} ms |",
        first.as_secs_f64() * 1e3
    );
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Server::start(&binary, directory.path(), &[]).await?.1);
    }
    println!(
        "| later starts, median of {STARTS} | {:.0} ms |",
        median(&starts).as_secs_f64() * 1e3
    );

    let (server, _) = Server::start(&binary, directory.path(), &[]).await?;
    println!("| resident memory after the start | {} |", server.resident_memory());
    measure_spaces(&server).await?;
    println!("| resident memory after that | {} |", server.resident_memory());
    Ok(())
}

async fn measure_spaces(server: &Server) -> Outcome<()> {
    let (ada, get) = make_spaces(server.address).await?;
    warm_up(server.address, &get).await?;
    println!(
        "| resident memory after 1,000 requests | {} |",
        server.resident_memory()
    );
    let list = vec![Call::new("GET", "/api/spaces").by(&ada).to_bytes()];
    for (name, requests) in [("getSpace", get), ("listSpaces (of 20)", list)] {
        let count = RATE as usize * PACED_FOR.as_secs() as usize;
        let requests = requests.into_iter().cycle().take(count).collect();
        let round = paced(server.address, requests, Expected::status(200), CONNECTIONS, RATE).await?;
        let figures = latency(&round.latencies);
        println!(
            "| {name}, p50 / p99 at {RATE} requests/s ({:.0}/s answered) | {figures} |",
            round.throughput()
        );
    }
    Ok(())
}

/// A user, and what asks for each of her spaces.
async fn make_spaces(address: SocketAddr) -> Outcome<(Person, Vec<Vec<u8>>)> {
    let sign_up = vec![Call::register("ada@example.org")];
    let sessions = all(address, sign_up, Expected::status(201)).await?;
    let ada = Person::of(&sessions[0]);
    // Signing up makes a personal space, too.
    let creation = |number| Call::new("POST", "/api/spaces").json(&json!({ "name": format!("Space {number}") }));
    let creations = (1..SPACES).map(|number| creation(number).by(&ada)).collect();
    let spaces = all(address, creations, Expected::status(201)).await?;
    let get = |space| Call::new("GET", format!("/api/spaces/{}", text(space, "spaceId")));
    let get = spaces.iter().map(|space| get(space).by(&ada).to_bytes()).collect();
    Ok((ada, get))
}

async fn warm_up(address: SocketAddr, requests: &[Vec<u8>]) -> Outcome<()> {
    let mut connection = Connection::open(address).await?;
    for request in requests.iter().cycle().take(1_000) {
        connection.expect(request, Expected::status(200)).await?;
    }
    Ok(())
}
