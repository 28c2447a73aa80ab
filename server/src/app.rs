//! The application: what every handler works with, put together once at the start.
//! It implements the generated traits, in `handlers`; nothing here knows HTTP or DynamoDB.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use lockstep_runtime::actix::{Call, unauthenticated};
use lockstep_runtime::{Failure, Fault, Secret, Unauthorized};
use subtle::ConstantTimeEq as _;

use spaces_contract::UserRole;

use crate::api::{Role, Security};
use crate::auth::cursors::Cursors;
use crate::auth::keys::SigningKey;
use crate::auth::passwords::Passwords;
use crate::auth::replays::Replays;
use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::settings::Registration;
use crate::store::{Session, Store, User};

/// The application; clones share everything.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Makes and reads access tokens.
    pub tokens: Arc<Tokens>,
    /// Makes and reads the cursors of lists.
    pub cursors: Arc<Cursors>,
    /// Seals the answers that are kept for repeated requests.
    pub replays: Arc<Replays>,
    /// What the process counts about itself.
    pub metrics: Metrics,
    /// What the metrics ask for, if anything.
    pub metrics_token: Option<Secret>,
    /// Hashes passwords, a few at a time.
    pub passwords: Passwords,
    /// Whether strangers may sign up.
    pub registration: Registration,
    /// When the process started.
    pub started_at: DateTime<Utc>,
}

impl App {
    /// Puts an application together.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn new(store: Store, clock: Clock, key: SigningKey, registration: Registration) -> Result<Self, Fault> {
        let cursors = Arc::new(Cursors::new(&key)?);
        let replays = Arc::new(Replays::new(&key)?);
        let metrics = Metrics::new(store.calls())?;
        let tokens = Arc::new(Tokens::new(key, clock.clone()));
        let started_at = clock.now();
        Ok(Self {
            store,
            clock,
            tokens,
            cursors,
            replays,
            metrics,
            metrics_token: None,
            passwords: Passwords::new(),
            registration,
            started_at,
        })
    }
}

/// Who a request comes from: a user in one of their sessions, both read for this request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub user: User,
    /// The session behind the access token.
    pub session: Session,
}

impl Security for App {
    type BearerAuth = Caller;

    /// A token counts while its session is alive and its user active: ending either ends it at once.
    async fn bearer_auth(&self, _call: &Call, token: Secret) -> Result<Caller, Failure<Unauthorized>> {
        let refused = || Failure::Refused(unauthenticated());
        let claims = self
            .tokens
            .verify(token.expose())
            .map_err(|invalid| Failure::Refused(unauthenticated().with_context(invalid)))?;
        let found = self.store.authenticate(claims.session_id, claims.user_id).await?;
        found
            .map(|(session, user)| Caller { user, session })
            .ok_or_else(refused)
    }

    fn bearer_auth_has_role(caller: &Caller, role: Role) -> bool {
        match role {
            Role::Admin => caller.user.role == UserRole::Admin,
        }
    }

    type MetricsToken = ();

    /// Where no token is set, the metrics are open, and any is fine.
    async fn metrics_token(&self, _call: &Call, credential: Secret) -> Result<(), Failure<Unauthorized>> {
        let given = credential.expose().as_bytes();
        match &self.metrics_token {
            Some(token) if !bool::from(token.expose().as_bytes().ct_eq(given)) => {
                Err(Failure::Refused(unauthenticated()))
            }
            _ => Ok(()),
        }
    }
}
