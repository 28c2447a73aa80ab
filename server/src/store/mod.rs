//! The store: the only place that knows DynamoDB, its keys, conditions, paging and errors. It decides nothing about
//! who may do what; that is for the rules and the handlers.

mod activity;
mod by_age;
mod comments;
mod configuration;
mod counters;
mod dashboard;
mod deletes;
mod engine;
mod errors;
mod events;
mod feedback;
mod idempotency;
mod invitations;
mod items;
mod keys;
mod members;
mod merge;
mod meter;
mod preferences;
mod reads;
mod recount;
mod sessions;
mod spaces;
mod table;
mod tasks;
#[cfg(test)]
mod tests;
mod throttle;
mod transactions;
mod updates;
mod users;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, HttpClient, Region, StalledStreamProtectionConfig};
use lockstep_runtime::{Fault, PreconditionFailed};
use prometheus::IntCounterVec;

pub use self::by_age::ByAge;
pub use self::configuration::{Configuration, ConfigurationRefused};
pub use self::events::{EventFilter, EventPage, Ingested, MemberEvent};
pub use self::idempotency::{Kept, Record};
pub use self::invitations::InvitationTerms;
pub use self::keys::fold_email;
pub use self::members::SpaceMember;
pub use self::meter::count_round_trips;
pub use self::recount::Recounted;
pub use self::sessions::{NewSession, ReusedToken, Session};
pub use self::spaces::{MemberSpace, Migrated, Page, personal_space_of};
pub use self::tasks::{StoredTask, TaskFilter, TaskPage, TaskRefused};
pub use self::throttle::Limit;
pub use self::users::{NewUser, Occasion, StaleCredentials, Subject, User, UserFilter, UserRefused};

use self::engine::{Engine, Source};
use self::meter::Meter;
use crate::clock::Clock;

/// The longest that one try may take: several times what DynamoDB needs, a fraction of what a caller waits.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(700);
/// The longest that an operation may take with all its tries.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(3);
/// Tries of an operation, the first included.
const TRIES: u32 = 3;
/// About the pause before the second try; it doubles with each further one, and jitter spreads it.
const INITIAL_BACKOFF: Duration = Duration::from_millis(25);
const MAX_BACKOFF: Duration = Duration::from_millis(200);

/// The name of the table where nobody chooses one.
const EMBEDDED_TABLE: &str = "spaces";

/// A value with the version under which it is stored; the version is what an entity tag is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// Raised by one with every change.
    pub version: u64,
    /// What is stored.
    pub value: T,
}

/// The database of the server, on AWS or inside the process; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    clock: Clock,
    meter: Meter,
    /// The engine inside the process, where there is one.
    engine: Option<Engine>,
}

impl Store {
    /// Opens the database in a file, or creates it with its directory.
    pub async fn embedded(path: &Path, clock: Clock) -> Result<Self, Fault> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(Fault::unavailable)?;
        }
        Self::over(Source::File(path.to_owned()), clock).await
    }

    /// A fresh database in memory, for tests.
    pub async fn memory(clock: Clock) -> Result<Self, Fault> {
        Self::over(Source::Memory(clock.clone()), clock).await
    }

    /// A table of DynamoDB, with the credentials that the AWS SDK finds. The endpoint is for others than AWS's own.
    /// Connects with the first request.
    pub async fn dynamodb(
        region: String,
        endpoint: Option<String>,
        table: String,
        clock: Clock,
    ) -> Result<Self, Fault> {
        let found = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region))
            .load()
            .await;
        let mut configuration = Builder::from(&found);
        configuration.set_endpoint_url(endpoint);
        let meter = Meter::new()?;
        let client = Client::from_conf(limits(configuration, &meter).build());
        Ok(Self {
            client,
            table: table.into(),
            clock,
            meter,
            engine: None,
        })
    }

    async fn over(source: Source, clock: Clock) -> Result<Self, Fault> {
        let engine = Engine::open(source).map_err(Fault::unavailable)?;
        let store = Self {
            engine: Some(engine.clone()),
            ..Self::through(engine, clock)?
        };
        store.ensure_table().await?;
        Ok(store)
    }

    /// Over a connector of ours. Nothing is looked up, neither credentials nor a region nor a certificate, and nothing is
    /// signed.
    fn through(connector: impl HttpClient + 'static, clock: Clock) -> Result<Self, Fault> {
        let configuration = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("embedded"))
            .endpoint_url("http://embedded")
            .allow_no_auth()
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(connector);
        let meter = Meter::new()?;
        let client = Client::from_conf(limits(configuration, &meter).build());
        Ok(Self {
            client,
            table: EMBEDDED_TABLE.into(),
            clock,
            meter,
            engine: None,
        })
    }

    /// How many calls were made, by operation of DynamoDB.
    pub fn calls(&self) -> IntCounterVec {
        self.meter.calls.clone()
    }

    /// Whether the database answers: one cheap read.
    pub async fn ping(&self) -> Result<(), Fault> {
        let key = keys::ping().attributes();
        let request = self.client.get_item().table_name(&*self.table).set_key(Some(key));
        request.send().await.map_err(errors::fault)?;
        Ok(())
    }

    /// Deletes expired items where the database does not do it by itself; answers how many. Reads never see them,
    /// swept or not, so this only saves space.
    pub async fn sweep_expired(&self) -> Result<usize, Fault> {
        match &self.engine {
            Some(engine) => engine.sweep().await.map_err(Fault::unavailable),
            None => Ok(0),
        }
    }
}

/// Copies of the embedded database. DynamoDB has backups of its own.
impl Store {
    /// Writes the whole database, as it is at one moment, into a new file; requests go on meanwhile.
    ///
    /// # Errors
    /// Where there is no embedded database, or the file cannot be written.
    pub async fn backup(&self, file: &Path) -> Result<(), Fault> {
        let engine = self.engine.as_ref().ok_or_else(|| Fault::internal(NOT_EMBEDDED))?;
        engine.backup(file.display().to_string()).await.map_err(Fault::internal)
    }

    /// Replaces the whole database with a backup. A file that is none changes nothing.
    ///
    /// # Errors
    /// Where there is no embedded database, or the file is no backup.
    pub async fn restore(&self, file: &Path) -> Result<(), Fault> {
        let engine = self.engine.as_ref().ok_or_else(|| Fault::internal(NOT_EMBEDDED))?;
        engine
            .restore(file.display().to_string())
            .await
            .map_err(Fault::internal)
    }
}

const NOT_EMBEDDED: &str = "only the embedded database is backed up here; DynamoDB has backups of its own";

/// What holds for every database: bounded time, few and spread tries, and the count of round trips.
fn limits(configuration: Builder, meter: &Meter) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    let retries = RetryConfig::standard()
        .with_max_attempts(TRIES)
        .with_initial_backoff(INITIAL_BACKOFF)
        .with_max_backoff(MAX_BACKOFF);
    configuration
        .timeout_config(timeouts.build())
        .retry_config(retries)
        .interceptor(meter.clone())
}

/// Waits before the next try of something that the SDK does not try again by itself.
async fn back_off(tries: u32) {
    let longest = INITIAL_BACKOFF.saturating_mul(1 << tries.min(4)).min(MAX_BACKOFF);
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}

fn stale_version() -> PreconditionFailed {
    PreconditionFailed::new(
        "stale-version",
        "It has changed since the version that the request was made on.",
    )
}
