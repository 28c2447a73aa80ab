//! What contract tests stand on: the real server with its whole edge, on a fresh database in memory, with a manual clock.
//! It asserts nothing; tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::TcpListener;

use actix_web::dev::ServerHandle;

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::Secret;
use spaces_client::Client;
use spaces_contract::{NewSpace, Registration, Session};
use spaces_server::app::App;
use spaces_server::clock::Clock;
use spaces_server::serve::{assemble, serve};
use spaces_server::settings::Settings;

/// A password that is not common.
pub const PASSWORD: &str = "correct horse battery";

/// A running server; it stops when this is dropped.
pub struct TestServer {
    /// Where it listens, such as `http://127.0.0.1:4000`.
    pub base: String,
    /// The application behind it, for what no operation does.
    pub app: App,
    handle: ServerHandle,
}

impl TestServer {
    /// Starts a server as it is out of the box, but in memory.
    pub async fn start() -> Self {
        Self::with([]).await
    }

    /// Starts a server with some settings of its own.
    pub async fn with<const N: usize>(changed: [(&'static str, String); N]) -> Self {
        let fresh = [("DATABASE_PATH", ":memory:".to_owned()), ("PORT", "0".to_owned())];
        let settings = Settings::from_pairs(fresh.into_iter().chain(changed)).expect("settings");
        let clock = Clock::manual(noon());
        let app = assemble(&settings, clock).await.expect("an application");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = serve(app.clone(), &settings, listener).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        Self { base, app, handle }
    }

    /// Moves the time.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.base)
    }

    /// Signs somebody up.
    pub async fn sign_up(&self, name: &str) -> Session {
        let registration = Registration {
            email: format!("{name}@example.org").parse().expect("an email"),
            password: PASSWORD.parse().expect("a password"),
            display_name: name.parse().expect("a name"),
        };
        self.anonymous().register().body(registration).send().await.expect("a session").into_inner()
    }

    /// Signs somebody up and answers a client with their token.
    pub async fn user(&self, name: &str) -> Client {
        self.with_token(&self.sign_up(name).await.access_token)
    }

    /// A client with a token.
    pub fn with_token(&self, token: &Secret) -> Client {
        Client::new(&self.base).with_bearer_auth(token.expose())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The workers end by themselves; no test waits for them.
        drop(self.handle.stop(false));
    }
}

/// The time at which every manual clock starts.
pub fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

/// A space to create.
pub fn new_space(name: &str) -> NewSpace {
    NewSpace { name: name.parse().expect("a name"), description: None, color: None }
}
