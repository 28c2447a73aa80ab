//! What contract tests stand on: the real server with its whole edge, on a fresh database, with a manual clock; and the
//! table behind it, for states that no operation makes. It asserts nothing; tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod process;

use std::net::TcpListener;
use std::path::Path;

use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeDelta, Utc};
use dynoxide::Database;
use lockstep_runtime::Secret;
use lockstep_runtime::actix::BodyLimits;
use serde_json::json;
use spaces_client::Client;
use spaces_client::reqwest;
use spaces_contract::{Credentials, NewSpace, Registration, Session, UserRole};
use spaces_server::app::App;
use spaces_server::clock::Clock;
use spaces_server::serve::{assemble, serve_within};
use spaces_server::settings::Settings;
use spaces_server::store::Occasion;

/// A password that is not common.
pub const PASSWORD: &str = "correct horse battery";

/// A running server; it stops when this is dropped.
pub struct TestServer {
    /// Where it listens, such as `http://127.0.0.1:4000`.
    pub base: String,
    /// The application behind it, for what no operation does.
    pub app: App,
    /// Sends requests that the generated client cannot.
    pub http: reqwest::Client,
    handle: ServerHandle,
}

impl TestServer {
    /// Starts a server as it is out of the box, but in memory.
    pub async fn start() -> Self {
        Self::with([]).await
    }

    /// Starts a server with some settings of its own.
    pub async fn with<const N: usize>(changed: [(&'static str, String); N]) -> Self {
        Self::begin(&changed, BodyLimits::default()).await
    }

    /// Starts a server on a database in a directory; one that is there is opened.
    pub async fn on_disk(directory: &Path) -> Self {
        Self::with([("DATABASE_PATH", database_in(directory))]).await
    }

    /// Starts a server with some settings and limits of its own on the database in a directory.
    pub async fn reopen(directory: &Path, changed: &[(&'static str, &str)], limits: BodyLimits) -> Self {
        let changed = changed.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let changed: Vec<_> = changed.chain([("DATABASE_PATH", database_in(directory))]).collect();
        Self::begin(&changed, limits).await
    }

    /// Starts a server with other limits on bodies.
    pub async fn within(limits: BodyLimits) -> Self {
        Self::begin(&[], limits).await
    }

    async fn begin(changed: &[(&'static str, String)], limits: BodyLimits) -> Self {
        // The clock stands still, so a rate limit would never let anybody go on.
        let fresh = [
            ("DATABASE_PATH", ":memory:".to_owned()),
            ("PORT", "0".to_owned()),
            ("RATE_LIMIT_PER_MINUTE", "0".to_owned()),
        ];
        let settings = Settings::from_pairs(fresh.into_iter().chain(changed.iter().cloned())).expect("settings");
        let clock = Clock::manual(noon());
        let app = assemble(&settings, clock).await.expect("an application");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = serve_within(limits, app.clone(), &settings, listener).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        // Nothing here speaks TLS, and reading the certificates of the system takes as long as the rest.
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .timeout(spaces_client::TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        Self {
            base,
            app,
            http: http.build().expect("an HTTP client"),
            handle,
        }
    }

    /// Stops the server when the requests in progress are finished.
    pub async fn stop(self) {
        self.handle.stop(true).await;
    }

    /// Moves the time.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::with_client(&self.base, self.http.clone())
    }

    /// Signs somebody up.
    pub async fn sign_up(&self, name: &str) -> Session {
        let registration = Registration {
            email: format!("{name}@example.org").parse().expect("an email"),
            password: PASSWORD.parse().expect("a password"),
            display_name: name.parse().expect("a name"),
        };
        self.anonymous()
            .register()
            .body(registration)
            .send()
            .await
            .expect("a session")
            .into_inner()
    }

    /// Signs an administrator up: the role is given as the command line does it, and asks for a new sign-in.
    pub async fn admin(&self, name: &str) -> Session {
        let Session { user, .. } = self.sign_up(name).await;
        let user = self
            .app
            .store
            .get_user(user.user_id)
            .await
            .expect("a store")
            .expect("a user");
        let promoted = self
            .app
            .store
            .set_role(user, UserRole::Admin, Occasion::default())
            .await;
        let email = promoted.expect("an administrator").email;
        let credentials = Credentials {
            email,
            password: PASSWORD.into(),
            remember_me: false,
        };
        self.anonymous()
            .login()
            .body(credentials)
            .send()
            .await
            .expect("a session")
            .into_inner()
    }

    /// Signs somebody up and answers a client with their token.
    pub async fn user(&self, name: &str) -> Client {
        self.with_token(&self.sign_up(name).await.access_token)
    }

    /// A client with a token.
    pub fn with_token(&self, token: &Secret) -> Client {
        self.anonymous().with_bearer_auth(token.expose())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The workers end by themselves; no test waits for them.
        drop(self.handle.stop(false));
    }
}

fn database_in(directory: &Path) -> String {
    directory
        .join("spaces.db")
        .to_str()
        .expect("a path in UTF-8")
        .to_owned()
}

/// The table of a server on disk, opened beside it.
pub struct Table(Database);

impl Table {
    /// Opens the table of the server in this directory.
    pub fn of(directory: &Path) -> Self {
        Self(Database::new(&database_in(directory)).expect("the database"))
    }

    /// Sets one attribute of an item to a string.
    pub fn set(&self, pk: &str, sk: &str, attribute: &str, text: &str) {
        let update = json!({
            "TableName": TABLE,
            "Key": { "PK": { "S": pk }, "SK": { "S": sk } },
            "UpdateExpression": "SET #attribute = :text",
            "ConditionExpression": "attribute_exists(PK)",
            "ExpressionAttributeNames": { "#attribute": attribute },
            "ExpressionAttributeValues": { ":text": { "S": text } },
        });
        self.0
            .update_item(serde_json::from_value(update).expect("a request"))
            .expect("an item");
    }

    /// Takes an item away.
    pub fn remove(&self, pk: &str, sk: &str) {
        let delete = json!({ "TableName": TABLE, "Key": { "PK": { "S": pk }, "SK": { "S": sk } } });
        self.0
            .delete_item(serde_json::from_value(delete).expect("a request"))
            .expect("an item");
    }

    /// Takes the table away from under the server.
    pub fn destroy(&self) {
        let delete = serde_json::from_value(json!({ "TableName": TABLE })).expect("a request");
        self.0.delete_table(delete).expect("the table");
    }
}

/// The name of the table in the embedded engine.
const TABLE: &str = "spaces";

/// The time at which every manual clock starts.
pub fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

/// A space to create.
pub fn new_space(name: &str) -> NewSpace {
    NewSpace {
        name: name.parse().expect("a name"),
        description: None,
        color: None,
    }
}
