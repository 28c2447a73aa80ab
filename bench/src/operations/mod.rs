//! Every operation of the contract on the whole server, at a given rate: latency, and whether the server keeps up.
//! What there is to act on is made by `scene` and `supplies`, what is asked is in `rows`.

mod bodies;
mod rows;
mod scene;
mod sts;
mod supplies;

use std::ops::Range;

use lockstep_runtime::Operation;
use spaces_server::api::OPERATIONS;
use tempfile::TempDir;

use self::rows::{RATE, Row, rows};
use self::scene::Scene;
use crate::call::Call;
use crate::figures::latency;
use crate::load::Expected;
use crate::rounds::{Round, paced};
use crate::server::{Outcome, Server, build, create_admin};

/// The share of the rate below which the server does not keep up, so that its latency is that of the queue before it.
const KEPT_UP: f64 = 0.95;

/// Measures every operation, each for so many seconds.
///
/// # Errors
/// Before anything is measured, where an operation is missing in the table; at the end, naming every operation that
/// was answered otherwise than expected.
pub(crate) async fn measure(seconds: u32) -> Outcome<()> {
    check_complete()?;
    let binary = build()?;
    let directory = TempDir::new()?;
    create_admin(&binary, directory.path(), scene::ROOT)?;
    let sts = sts::serve()?;
    let settings = [
        ("AWS_ENDPOINT_URL_STS", sts.as_str()),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // So that requests may come from many addresses: attempts are counted by address.
        ("TRUSTED_PROXIES", "127.0.0.1/32"),
    ];
    let (server, _) = Server::start(&binary, directory.path(), &settings).await?;
    let mut scene = Scene::make(server.address, prepared((RATE * seconds) as usize)).await?;
    describe(&server, seconds);
    let mut wrong = Vec::new();
    for row in rows() {
        if let Err(error) = measure_row(row, &mut scene, seconds).await {
            println!("| {} | {} | | | wrong |", row.name(), row.rate);
            wrong.push(format!("{}: {error}", row.name()));
        }
    }
    println!("\nResident memory after that: {}.", server.resident_memory());
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

/// How many targets there must be for so many requests: a second round may need half as many again.
fn prepared(count: usize) -> usize {
    count + count.div_ceil(2)
}

fn check_complete() -> Outcome<()> {
    let is_missing = |operation: &&&Operation| rows().all(|row| row.operation != operation.id);
    let missing: Vec<_> = OPERATIONS.iter().filter(is_missing).map(|it| it.id).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("not measured: {}", missing.join(", ")).into())
    }
}

fn describe(server: &Server, seconds: u32) {
    println!("\n## Every operation, embedded engine on a file\n");
    println!(
        "{seconds} s each, at {RATE} requests/s but where a password is hashed. Where fewer than {:.0} % are answered \
         in time, the latency is that of the queue, and a second line has it at half of what was answered.",
        KEPT_UP * 1e2
    );
    println!(
        "Resident memory with everything prepared: {}.\n",
        server.resident_memory()
    );
    println!("| operation | requests/s | answered/s | p50 / p99 | status |\n|---|---:|---:|---:|---:|");
}

async fn measure_row(row: &Row, scene: &mut Scene, seconds: u32) -> Outcome<()> {
    let count = (row.rate * seconds) as usize;
    let prepared = prepared(count);
    scene.supply(row.supply, prepared).await?;
    let round = send(row, scene, 0..count, row.rate).await?;
    if round.throughput() < KEPT_UP * f64::from(row.rate) {
        let rate = (round.throughput() / 2.0) as u32;
        let sent = round.latencies.len();
        let end = (sent + (rate * seconds) as usize).min(row.supply.end(prepared));
        if sent < end {
            send(row, scene, sent..end, rate).await?;
        }
    }
    Ok(())
}

/// Sends these of the requests of a row, and prints what came of it.
async fn send(row: &Row, scene: &Scene, numbers: Range<usize>, rate: u32) -> Outcome<Round> {
    let operation = OPERATIONS.iter().find(|operation| operation.id == row.operation);
    let operation = operation.ok_or("no such operation")?;
    let status = success(operation).ok_or("no success")?;
    let expected = Expected {
        status,
        proof: row.proof,
    };
    let request = |n| (row.call)(scene, n, Call::of(operation).sent_from(n)).to_bytes();
    let requests = numbers.map(request).collect();
    let round = paced(scene.address, requests, expected, row.connections, rate).await?;
    let (answered, figures) = (round.throughput(), latency(&round.latencies));
    println!("| {} | {rate} | {answered:.0} | {figures} | {status} |", row.name());
    Ok(round)
}

fn success(operation: &Operation) -> Option<u16> {
    let mut statuses = operation.statuses.iter().copied();
    statuses.find(|status| (200..300).contains(status))
}
