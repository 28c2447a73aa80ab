//! Sessions: each is one family of refresh tokens, which begins at a sign-in. A session that is there is alive; ending
//! one deletes it, so that no state of it can be alive and ended at once.

use chrono::{DateTime, Utc};
use lockstep_runtime::{Failure, Fault};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Store;
use super::counters::{Scope, Tally};
use super::items::{Entity, from_item, to_value};
use super::keys::{self, Key};
use super::transactions::Transaction;
use super::updates::Update;
use super::users::{StaleCredentials, User};
use spaces_contract::{ActivityKind, UserStatus};

/// A session, found by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Names the family in access and refresh tokens.
    pub session_id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// The hash of the one refresh token that can be used.
    pub token_hash: String,
    /// Whether it was to last long.
    pub remember_me: bool,
    /// When the user signed in.
    pub started_at: DateTime<Utc>,
    /// When it ends unless it is refreshed; in whole seconds.
    #[serde(with = "chrono::serde::ts_seconds")]
    pub expires_at: DateTime<Utc>,
}

impl Entity for Session {
    const ENTITY_TYPE: &'static str = "session";
}

/// Finds a session from its user, and expires with it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserSession {
    session_id: Uuid,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
}

impl Entity for UserSession {
    const ENTITY_TYPE: &'static str = "userSession";
}

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// A new id.
    pub session_id: Uuid,
    /// The hash of its first refresh token.
    pub token_hash: String,
    /// Whether it is to last long.
    pub remember_me: bool,
    /// When it ends unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// The refresh token is not the session's current one, so it was used before. The session has been ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReusedToken;

impl Store {
    /// Begins a session for a user who has just proved the password. Refused where the password or the status has
    /// changed since the user was read, so that a changed password leaves no session behind that it does not know.
    pub async fn create_session(&self, user: &User, new: NewSession) -> Result<(), Failure<StaleCredentials>> {
        let mut transaction = self.transaction();
        let profile = keys::user_profile(user.user_id);
        let unchanged = [
            ("passwordHash", to_value(&user.password_hash)?),
            ("status", to_value(UserStatus::Active)?),
        ];
        let credentials = transaction.check(profile, unchanged)?;
        begin_session(&mut transaction, user.user_id, new, self.clock.now())?;
        self.add_activity(&mut transaction, user.user_id, ActivityKind::SignedIn, None)?;
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) if failed.contains(credentials) => Failure::Refused(StaleCredentials),
            Failure::Refused(failed) => Fault::internal(format!("a session id twice: {failed:?}")).into(),
            Failure::Fault(fault) => fault.into(),
        })
    }

    /// Who a request comes from, when it names a session and its user: both, while the session is alive and the user
    /// active. Asked on every request, so that a token stops working with its session; one round trip.
    pub async fn authenticate(&self, session_id: Uuid, user_id: Uuid) -> Result<Option<(Session, User)>, Fault> {
        let (session, user) = (keys::session(session_id), keys::user_profile(user_id));
        let mut found = self.get_all(vec![session.clone(), user.clone()]).await?;
        let (Some(session), Some(user)) = (found.remove(&session), found.remove(&user)) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let session = from_item::<Session>(session, now)?.filter(|session| session.user_id == user_id);
        Ok(session.zip(from_item::<User>(user, now)?.filter(is_active)))
    }

    /// A session with its user, while the session is alive and the user active. Two round trips.
    pub async fn find_session(&self, session_id: Uuid) -> Result<Option<(Session, User)>, Fault> {
        let Some(session) = self.get::<Session>(keys::session(session_id)).await? else {
            return Ok(None);
        };
        let user = self.get_user(session.user_id).await?;
        Ok(user.filter(is_active).map(|user| (session, user)))
    }

    /// Exchanges the current refresh token for the next one. Each works once: of several exchanges of one token, at the
    /// same time or not, one succeeds, and any other ends the session.
    pub async fn rotate_session(
        &self,
        session: Session,
        presented_hash: &str,
        new_hash: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<Session, Failure<ReusedToken>> {
        let Session {
            session_id, user_id, ..
        } = session;
        let mut transaction = self.transaction();
        let exchange = Update::of(keys::session(session_id))
            .when_equal("tokenHash", presented_hash)
            .set("tokenHash", new_hash)
            .set("expiresAt", expires_at.timestamp());
        transaction.update(exchange)?;
        let prolong = Update::of_or_new::<UserSession>(keys::user_session(user_id, session_id));
        transaction.update(
            prolong
                .set("sessionId", session_id)
                .set("expiresAt", expires_at.timestamp()),
        )?;
        match self.commit(transaction).await {
            Ok(()) => Ok(Session {
                token_hash: new_hash.to_owned(),
                expires_at,
                ..session
            }),
            Err(Failure::Refused(_)) => {
                self.revoke_session(user_id, session_id).await?;
                Err(Failure::Refused(ReusedToken))
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Notes that the user is active today, once a day: after a sign-in or a refresh. Where another request of the user
    /// was faster, that one has noted it.
    pub async fn note_activity(&self, user: &User) -> Result<(), Fault> {
        let today = self.clock.now().date_naive();
        if user.last_active_on >= Some(today) {
            return Ok(());
        }
        let active = User {
            last_active_on: Some(today),
            ..user.clone()
        };
        let mut transaction = self.transaction();
        transaction.update(
            Update::beside_version(keys::user_profile(user.user_id))
                .when_unchanged("lastActiveOn", user.last_active_on)
                .set("lastActiveOn", today),
        )?;
        transaction.count(Scope::Deployment, Tally::of_user(Some(user), Some(&active)));
        match self.commit(transaction).await {
            Ok(()) | Err(Failure::Refused(_)) => Ok(()),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }

    /// Ends a session because its user wants that. One round trip.
    pub async fn sign_out(&self, user_id: Uuid, session_id: Uuid) -> Result<(), Fault> {
        let mut transaction = self.transaction();
        transaction.delete(keys::session(session_id))?;
        transaction.delete(keys::user_session(user_id, session_id))?;
        self.add_activity(&mut transaction, user_id, ActivityKind::SignedOut, None)?;
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(failed) => Fault::internal(format!("a new id twice: {failed:?}")),
            Failure::Fault(fault) => fault,
        })
    }

    /// Ends a session: its access and refresh tokens stop working at once.
    pub async fn revoke_session(&self, user_id: Uuid, session_id: Uuid) -> Result<(), Fault> {
        self.delete_all(vec![keys::session(session_id), keys::user_session(user_id, session_id)])
            .await
    }

    /// Ends all sessions of a user but the one to keep.
    pub async fn revoke_all_sessions(&self, user_id: Uuid, keep: Option<Uuid>) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let page = self
                .query(keys::user(user_id), keys::SESSION_PREFIX, after, None)
                .await?;
            let ended = page.items.iter().filter_map(Key::of).filter_map(|key| key.session());
            let ended = ended.filter(|session_id| Some(*session_id) != keep);
            let items = ended.flat_map(|id| [keys::session(id), keys::user_session(user_id, id)]);
            self.delete_all(items.collect()).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

fn is_active(user: &User) -> bool {
    user.status == UserStatus::Active
}

/// Adds the items of a new session to a transaction.
pub(super) fn begin_session(
    transaction: &mut Transaction,
    user_id: Uuid,
    new: NewSession,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let NewSession {
        session_id,
        token_hash,
        remember_me,
        expires_at,
    } = new;
    let session = Session {
        session_id,
        user_id,
        token_hash,
        remember_me,
        started_at: now,
        expires_at,
    };
    transaction.put_new(keys::session(session_id), &session)?;
    transaction.put_new(
        keys::user_session(user_id, session_id),
        &UserSession { session_id, expires_at },
    )?;
    Ok(())
}
