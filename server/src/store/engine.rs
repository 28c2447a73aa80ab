//! The embedded engine: DynamoDB semantics on SQLite inside the process, reached by the AWS SDK through an HTTP
//! connector that never opens a socket. Nothing here knows what is stored, and nothing else knows that dynoxide exists.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use dynoxide::storage_backend::Clock as EngineClock;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::clock::Clock;

/// Calls at work on blocking threads at once. The rest wait in line without a thread, and leave it when they time out.
const CONCURRENT_CALLS: usize = 4;

/// Connections that only read. With the write-ahead log they wait neither for one another nor for a write that is being
/// synchronised, and see whatever was acknowledged before.
const READERS: usize = 2;

/// What every target of the protocol begins with.
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// Where the data of an engine is.
pub(super) enum Source {
    /// In a file, with SQLite's write-ahead log and full synchronisation: what was acknowledged survives.
    File(PathBuf),
    /// In memory, for tests: gone with the engine.
    Memory(Clock),
}

impl Source {
    fn open(&self) -> Result<Connections, DynoxideError> {
        match self {
            Self::File(path) => {
                let connect = || Database::new(&path.to_string_lossy());
                // The first one creates what is not there yet.
                let writer = connect()?;
                let readers = (0..READERS).map(|_| connect()).collect::<Result<_, _>>()?;
                Ok(Connections { writer, readers })
            }
            Self::Memory(clock) => Database::memory_with_clock(Arc::new(clock.clone())).map(Connections::single),
        }
    }
}

/// The connections of an open database.
#[derive(Clone)]
struct Connections {
    writer: Database,
    readers: Arc<[Database]>,
}

impl Connections {
    /// For both: what is in memory has one connection.
    fn single(database: Database) -> Self {
        Self {
            readers: Arc::from([database.clone()]),
            writer: database,
        }
    }

    /// The one for an operation. Chance spreads the reads well enough.
    fn of(&self, access: Access) -> &Database {
        match access {
            Access::Read => fastrand::choice(self.readers.iter()).unwrap_or(&self.writer),
            Access::Write => &self.writer,
        }
    }
}

/// Whether an operation changes anything.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

impl EngineClock for Clock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().timestamp()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now_unix_secs() as f64 + f64::from(self.now().timestamp_subsec_millis()) / 1_000.0
    }
}

/// An open engine; clones share it.
#[derive(Clone)]
pub(super) struct Engine(Arc<Inner>);

struct Inner {
    source: Source,
    current: Mutex<Current>,
    calls: Arc<Semaphore>,
}

/// The open database, and how often it was opened. Absent from when it broke until it could be opened again.
struct Current {
    generation: u64,
    connections: Option<Connections>,
}

impl Engine {
    /// Opens the data, or creates it where there is none.
    pub(super) fn open(source: Source) -> Result<Self, DynoxideError> {
        let connections = Some(source.open()?);
        let current = Mutex::new(Current {
            generation: 0,
            connections,
        });
        Ok(Self(Arc::new(Inner {
            source,
            current,
            calls: Arc::new(Semaphore::new(CONCURRENT_CALLS)),
        })))
    }

    /// Deletes the items whose time has come, which AWS does by itself; answers how many.
    pub(super) async fn sweep(&self) -> Result<usize, DynoxideError> {
        self.blocking(Database::sweep_ttl).await
    }

    /// Copies the whole database, as it is at one moment, into a new file.
    pub(super) async fn backup(&self, file: String) -> Result<(), DynoxideError> {
        self.blocking(move |database| database.vacuum_into(&file)).await
    }

    /// Replaces the whole database with a copy made by [`Engine::backup`]. A file that is none changes nothing.
    pub(super) async fn restore(&self, file: String) -> Result<(), DynoxideError> {
        self.blocking(move |database| database.restore_from(&file)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, DynoxideError> + Send + 'static,
    ) -> Result<T, DynoxideError> {
        let engine = self.clone();
        let work = tokio::task::spawn_blocking(move || engine.guarded(Access::Write, work));
        work.await.unwrap_or_else(|error| Err(panicked(&error)))
    }

    /// Runs one call. A panic in the engine poisons its lock for good: the database is then closed, this call answers
    /// an internal error, which the SDK tries again, and the next call opens the database anew.
    fn guarded<T>(
        &self,
        access: Access,
        call: impl FnOnce(&Database) -> Result<T, DynoxideError>,
    ) -> Result<T, DynoxideError> {
        let (generation, connections) = self.connections()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| call(connections.of(access))));
        // Before the database is opened again, or an abandoned transaction would keep its lock on the file.
        drop(connections);
        let outcome = outcome.unwrap_or_else(|_| Err(panicked(&"in the engine")));
        if outcome.as_ref().is_err_and(is_broken) {
            self.discard(generation);
        }
        outcome
    }

    fn connections(&self) -> Result<(u64, Connections), DynoxideError> {
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = match &current.connections {
            Some(connections) => connections.clone(),
            None => {
                let connections = self.0.source.open()?;
                tracing::warn!(generation = current.generation, "opened the embedded database again");
                current.connections.insert(connections).clone()
            }
        };
        Ok((current.generation, connections))
    }

    /// Closes the database of that generation, unless somebody else did before.
    fn discard(&self, generation: u64) {
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.generation == generation {
            tracing::error!(generation, "the embedded engine broke; closing its database");
            *current = Current {
                generation: generation + 1,
                connections: None,
            };
        }
    }

    /// The status and the body with which DynamoDB would answer.
    fn answer(&self, request: &HttpRequest) -> (u16, Vec<u8>) {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or(target);
        let body = request.body().bytes().unwrap_or_default();
        match self.guarded(access(operation), |database| dispatch(database, operation, body)) {
            Ok(json) => (200, json),
            Err(error) => (error.status_code(), error.to_json().into_bytes()),
        }
    }
}

/// The engine has no variant of its own for a poisoned lock.
fn is_broken(error: &DynoxideError) -> bool {
    matches!(error, DynoxideError::InternalServerError(reason)
        if reason.starts_with("Lock poisoned") || reason.starts_with(PANICKED))
}

const PANICKED: &str = "Panicked";

fn panicked(context: &dyn fmt::Display) -> DynoxideError {
    DynoxideError::InternalServerError(format!("{PANICKED}: {context}"))
}

fn response(status: u16, body: Vec<u8>) -> Result<HttpResponse, HttpError> {
    let mut response = HttpResponse::new(StatusCode::try_from(status)?, SdkBody::from(body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

fn access(operation: &str) -> Access {
    match operation {
        "GetItem" | "Query" | "BatchGetItem" => Access::Read,
        _ => Access::Write,
    }
}

/// Exactly what the store asks of DynamoDB; what is new there is added here. There is no `Scan`: a read of the whole
/// table fails here, and so in every test.
fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Result<Vec<u8>, DynoxideError> {
    match operation {
        "GetItem" => run(body, |request| database.get_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => Err(DynoxideError::UnsupportedCapability(operation.to_owned())),
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    call: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError> {
    let unreadable = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let answer = call(serde_json::from_slice(body).map_err(unreadable)?)?;
    serde_json::to_vec(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

impl HttpConnector for Engine {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.clone();
        HttpConnectorFuture::new(async move {
            let other = |error: BoxError| ConnectorError::other(error, None);
            let turn = Arc::clone(&engine.0.calls)
                .acquire_owned()
                .await
                .map_err(|error| other(error.into()))?;
            // The turn goes with the work: an attempt that timed out still counts until its work is done.
            let work = move || {
                let answer = engine.answer(&request);
                drop(turn);
                answer
            };
            let (status, body) = tokio::task::spawn_blocking(work)
                .await
                .map_err(|error| other(error.into()))?;
            response(status, body).map_err(|error| other(error.into()))
        })
    }
}

impl HttpClient for Engine {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Engine")
    }
}

#[cfg(test)]
impl Engine {
    /// Leaves the engine as a panic inside it would: with a poisoned lock.
    pub(super) fn poison(&self) {
        struct Panicking;
        impl EngineClock for Panicking {
            fn now_unix_secs(&self) -> u64 {
                std::panic::resume_unwind(Box::new("a fault of the engine"))
            }
            fn now_unix_secs_f64(&self) -> f64 {
                0.0
            }
        }
        let broken = Database::memory_with_clock(Arc::new(Panicking)).ok();
        // The engine reads the clock while it holds its lock.
        let _ = catch_unwind(AssertUnwindSafe(|| broken.as_ref().map(Database::sweep_ttl)));
        let broken = broken.map(Connections::single);
        self.0
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .connections = broken;
    }
}
