//! The application: what every handler works with, put together once at the start.
//! It implements the generated traits, in `handlers`; nothing here knows HTTP or DynamoDB.

mod subjects;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use lockstep_runtime::actix::{Call, unauthenticated};
use lockstep_runtime::{Failure, Fault, Secret, Unauthorized};
use subtle::ConstantTimeEq as _;

use spaces_contract::UserRole;

pub use self::subjects::Subjects;

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
    /// Signs people in.
    pub authority: Authority,
    /// Another address of STS than that of AWS.
    pub sts_endpoint: Option<String>,
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
        let authority = Authority::Local(Arc::new(Tokens::new(key, clock.clone())));
        let started_at = clock.now();
        Ok(Self {
            store,
            clock,
            authority,
            sts_endpoint: None,
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

/// Who signs people in; clones share it.
#[derive(Clone)]
pub enum Authority {
    /// We do, with tokens of our own, each in a session.
    Local(Arc<Tokens>),
    /// An external issuer; there are neither passwords nor sessions here.
    External(Arc<Subjects>),
}

/// Who a request comes from: a user, read for this request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub user: User,
    /// The session behind the access token; one of an external issuer has none.
    pub session: Option<Session>,
}

impl Security for App {
    type BearerAuth = Caller;

    /// A token counts while its user is active and its session, where it has one, alive: ending either ends it at once.
    async fn bearer_auth(&self, _call: &Call, token: Secret) -> Result<Caller, Failure<Unauthorized>> {
        let refused = || Failure::Refused(unauthenticated());
        let tokens = match &self.authority {
            Authority::Local(tokens) => tokens,
            Authority::External(subjects) => return self.subject(subjects, &token).await,
        };
        let claims = tokens
            .verify(token.expose())
            .map_err(|invalid| Failure::Refused(unauthenticated().with_context(invalid)))?;
        let found = self.store.authenticate(claims.session_id, claims.user_id).await?;
        found
            .map(|(session, user)| Caller {
                user,
                session: Some(session),
            })
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
