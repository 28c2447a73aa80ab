//! From settings to a listening server: the same for the binary and for tests.
//! What the server does with a request is wired here, and nowhere else.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as HttpApp, HttpServer, web};
use lockstep_runtime::actix::BodyLimits;
use tokio::sync::Semaphore;

use crate::app::{App, Authority, Subjects};
use crate::auth::external::External;
use crate::auth::keys::SigningKey;
use crate::clock::Clock;
use crate::settings::{AuthMode, Database, Environment, Settings};
use crate::store::Store;
use crate::{api, edge};

/// How long requests in progress may take to finish after a signal to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 25;
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How often expired items are swept out of the embedded engine.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Whatever stops a start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Opens the database and puts the application together.
///
/// # Errors
/// Where the database or the signing key cannot be opened.
pub async fn assemble(settings: &Settings, clock: Clock) -> Result<App, StartError> {
    let store = open_store(settings, clock.clone()).await?;
    let key = SigningKey::load(&settings.signing_key)?;
    let app = App::new(store, clock, key, settings.registration)?;
    Ok(App {
        authority: authority(settings, &app)?,
        sts_endpoint: settings.sts_endpoint.clone(),
        metrics_token: settings.metrics_token.clone(),
        ..app
    })
}

fn authority(settings: &Settings, app: &App) -> Result<Authority, StartError> {
    let clock = app.clock.clone();
    let issuer = match &settings.auth {
        AuthMode::Local => return Ok(app.authority.clone()),
        AuthMode::Cognito {
            pool_id,
            client_id,
            endpoint,
        } => External::cognito(pool_id, client_id, endpoint.as_deref(), clock)?,
        AuthMode::Oidc {
            issuer,
            audience,
            jwks_url,
        } => External::oidc(issuer, audience, jwks_url, clock)?,
    };
    Ok(Authority::External(Arc::new(Subjects::of(issuer))))
}

pub(crate) async fn open_store(settings: &Settings, clock: Clock) -> Result<Store, StartError> {
    Ok(match &settings.database {
        Database::Memory => Store::memory(clock).await?,
        Database::File(path) => Store::embedded(path, clock).await?,
        Database::DynamoDb {
            region,
            table,
            endpoint,
        } => {
            let store = Store::dynamodb(region.clone(), endpoint.clone(), table.clone(), clock).await?;
            // In production the table is made by whoever runs the account, and the server has no right to.
            if settings.environment == Environment::Dev {
                store.ensure_table().await?;
            }
            store
        }
    })
}

/// Everything that the server has at a path: the operations of the contract, and the documents beside them.
/// `security_contact` is the URI for reports of vulnerabilities.
pub fn routes(services: &mut web::ServiceConfig, security_contact: &str, clock: &Clock) {
    edge::docs::configure(services, security_contact, clock);
    api::configure::<App>(services);
}

/// Serves an application on a socket until it is told to stop; then requests in progress are finished.
///
/// # Errors
/// Where the socket cannot be used.
pub fn serve(app: App, settings: &Settings, listener: TcpListener) -> std::io::Result<Server> {
    serve_within(BodyLimits::default(), app, settings, listener)
}

/// Like [`serve`], with other limits on bodies: tests need not wait for what takes seconds.
///
/// # Errors
/// As [`serve`].
pub fn serve_within(
    limits: BodyLimits,
    app: App,
    settings: &Settings,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let settings = settings.clone();
    let rate_limits = settings
        .rate_limit
        .map(|rate| edge::RateLimits::new(rate, app.clock.clone()));
    let places = Arc::new(Semaphore::new(settings.max_in_flight.get()));
    let unlimited = edge::Unlimited::of(api::OPERATIONS);
    let server = HttpServer::new(move || {
        let metrics = &app.metrics;
        HttpApp::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(limits)
            .configure(|services| routes(services, &settings.security_contact, &app.clock))
            .wrap(from_fn(edge::unread_body))
            .wrap(edge::shed(Arc::clone(&places), metrics.shed.clone(), unlimited.clone()))
            .wrap(edge::rate_limit(
                rate_limits.clone(),
                metrics.rate_limited.clone(),
                unlimited.clone(),
            ))
            .wrap(edge::client_address(settings.trusted_proxies.clone()))
            .wrap(edge::cors(settings.cors_origins.clone()))
            .wrap(edge::security_headers(settings.environment))
            .wrap(edge::metrics(metrics.clone()))
            .wrap(edge::request_id(app.clock.clone()))
            .wrap(from_fn(edge::access_log))
    });
    let server = server
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(SHUTDOWN_SECONDS);
    Ok(server.listen(listener)?.run())
}

/// Sweeps expired items out of the embedded engine for as long as the process runs. Reads never see them; this only
/// saves space.
pub async fn sweep(store: Store) {
    let mut timer = tokio::time::interval(SWEEP_EVERY);
    loop {
        timer.tick().await;
        if let Err(fault) = store.sweep_expired().await {
            tracing::warn!(error = %fault, "expired items were not swept");
        }
    }
}

/// What to open next, for the person who has just started the server.
pub fn welcome(address: SocketAddr, settings: &Settings) -> String {
    let base = format!("http://{address}");
    let database = match &settings.database {
        Database::Memory => "in memory, gone when the process ends".to_owned(),
        Database::File(path) => path.display().to_string(),
        Database::DynamoDb { table, .. } => format!("DynamoDB table {table}"),
    };
    format!(
        r#"
  Spaces {version} is ready.

    API browser   {base}/docs
    Contract      {base}/openapi.yaml
    Health        {base}/health
    Data          {database}

  Sign up:

    curl -s {base}/api/auth/register -H 'Content-Type: application/json' \
      -d '{{"email":"ada@example.org","password":"correct horse battery","displayName":"Ada Lovelace"}}'

"#,
        version = crate::version::SERVICE_VERSION,
    )
}
