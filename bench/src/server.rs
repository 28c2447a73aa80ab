//! The server as a process of its own: the release binary, on the embedded engine with a file.
//! What is measured of it is for others.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::call::{Call, PASSWORD};
use crate::load::{Connection, Expected};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Builds the server as it is released; nothing happens where that has been done. `SERVER_BINARY` names another one, to
/// compare with.
pub(crate) fn build() -> Outcome<PathBuf> {
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
    // This program is target/<profile>/deps/spaces-….
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).ok_or("no target directory")?;
    Ok(target.join("release").join("spaces-server"))
}

/// Makes an administrator of the deployment, in a database that no server uses yet.
pub(crate) fn create_admin(binary: &Path, directory: &Path, email: &str) -> Outcome<()> {
    let status = command(binary, directory)
        .env("SPACES_ADMIN_PASSWORD", PASSWORD)
        .args(["create-admin", "--email", email])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("there is no administrator".into())
    }
}

/// The server with the settings of every measurement: requests are not limited, or most would be refused.
fn command(binary: &Path, directory: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .current_dir(directory)
        .env("DATABASE_PATH", directory.join("spaces.db"))
        .env("RATE_LIMIT_PER_MINUTE", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A running server, stopped when it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the server, with further settings, and waits for its first 200, as long as a cold start may take at most.
    pub(crate) async fn start(binary: &Path, directory: &Path, settings: &[(&str, &str)]) -> Outcome<(Self, Duration)> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let begun = Instant::now();
        let process = command(binary, directory)
            .env("HOST", "127.0.0.1")
            .env("PORT", address.port().to_string())
            .envs(settings.iter().copied())
            .spawn()?;
        let server = Self { process, address };
        let liveness = Call::new("GET", "/health/live").to_bytes();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.expect(&liveness, Expected::status(200)).await.is_ok()
            {
                return Ok((server, begun.elapsed()));
            }
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
        Err("the server did not start".into())
    }

    pub(crate) fn resident_memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.map_or_else(
            || "unknown here".to_owned(),
            |kib| format!("{:.1} MB", kib * 1024.0 / 1e6),
        )
    }
}
