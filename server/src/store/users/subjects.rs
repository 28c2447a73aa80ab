//! Users whom an external issuer signs in: a guard per subject finds the user, and is made with the user. The guard of a
//! deleted user stays for as long as tokens from before may live, so that none of them brings the user back.

use chrono::{DateTime, TimeDelta, Utc};
use lockstep_runtime::{Conflict, Failure, Fault};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{NewUser, User, not_created};
use crate::store::items::Entity;
use crate::store::transactions::Transaction;
use crate::store::updates::Update;
use crate::store::{Store, keys};

/// For how long a deleted user cannot come back: no issuer that we know makes access tokens that live longer.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::days(1);

/// Who a user is at an external issuer: the claims `iss` and `sub` (OpenID Connect Core 1.0, 2), never used again for
/// anybody else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// The issuer, which holds no `#`.
    pub issuer: String,
    /// What the issuer calls the user: at most 255 characters of any kind.
    pub id: String,
}

/// Whose a subject is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubjectGuard {
    user_id: Uuid,
}

impl Entity for SubjectGuard {
    const ENTITY_TYPE: &'static str = "subjectGuard";
}

impl Store {
    /// The user of a subject, who may have been deleted since.
    pub async fn find_subject(&self, subject: &Subject) -> Result<Option<Uuid>, Fault> {
        let guard = self.get::<SubjectGuard>(keys::subject_guard(subject)).await?;
        Ok(guard.map(|guard| guard.user_id))
    }

    /// Creates the user of a subject, with the personal space, in one transaction. Of several attempts at the same time
    /// one creates the user, and all answer the same one. Refused when the email is another user's.
    pub async fn provision(&self, new: NewUser, subject: &Subject) -> Result<User, Failure<Conflict>> {
        let user = User {
            subject: Some(subject.clone()),
            ..self.new_user(new)?
        };
        let user_id = user.user_id;
        let mut transaction = self.transaction();
        let email = self.add_user(&mut transaction, &user, None)?;
        let guard = transaction.put_new(keys::subject_guard(subject), &SubjectGuard { user_id })?;
        match self.commit(transaction).await {
            Ok(()) => Ok(user),
            Err(Failure::Refused(failed)) if failed.contains(guard) => Ok(self.provisioned(subject).await?),
            Err(Failure::Refused(failed)) => Err(not_created(&failed, email)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// The user that somebody else has just created.
    async fn provisioned(&self, subject: &Subject) -> Result<User, Fault> {
        let user = match self.find_subject(subject).await? {
            Some(user_id) => self.get_user(user_id).await?,
            None => None,
        };
        user.ok_or_else(|| Fault::unavailable("a user who comes and goes"))
    }
}

/// Lets the guard of a user who is deleted expire, in the same transaction.
pub(super) fn release_subject(transaction: &mut Transaction, user: &User, now: DateTime<Utc>) -> Result<(), Fault> {
    let Some(subject) = &user.subject else { return Ok(()) };
    let expiry = Update::of_or_new::<SubjectGuard>(keys::subject_guard(subject))
        .set("userId", user.user_id)
        .set("expiresAt", (now + TOKEN_LIFETIME).timestamp());
    transaction.update(expiry)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::TimeDelta;
    use futures_util::future::join_all;
    use spaces_contract::UserRole;

    use super::*;
    use crate::clock::Clock;
    use crate::store::Occasion;

    fn subject(id: &str) -> Subject {
        Subject {
            issuer: "https://issuer.example".to_owned(),
            id: id.to_owned(),
        }
    }

    fn ada(email: &str) -> NewUser {
        NewUser {
            email: email.parse().unwrap(),
            display_name: "Ada".parse().unwrap(),
            password_hash: None,
            role: UserRole::User,
        }
    }

    async fn store() -> (Store, Clock) {
        let clock = Clock::manual(DateTime::from_timestamp(1_795_176_000, 0).unwrap());
        (Store::memory(clock.clone()).await.unwrap(), clock)
    }

    #[tokio::test]
    async fn f10_first_requests_at_the_same_time_make_one_user() {
        let (store, _) = store().await;
        let ada_at_issuer = subject("ada");
        let attempts = (0..16).map(|_| store.provision(ada("ada@example.org"), &ada_at_issuer));
        let users: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
        assert!(users.iter().all(|user| user.user_id == users[0].user_id));
        assert_eq!(
            store.find_subject(&ada_at_issuer).await.unwrap(),
            Some(users[0].user_id)
        );
        assert_eq!(
            store.all_spaces(users[0].user_id).await.unwrap().len(),
            1,
            "one personal space"
        );
        assert_eq!(store.find_subject(&subject("eve")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_email_belongs_to_one_subject() {
        let (store, _) = store().await;
        store.provision(ada("ada@example.org"), &subject("ada")).await.unwrap();
        let eve = store.provision(ada("ADA@example.org"), &subject("eve")).await;
        assert!(matches!(eve, Err(Failure::Refused(_))), "{eve:?}");
        assert_eq!(store.find_subject(&subject("eve")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn s17_a_deleted_user_does_not_come_back_with_a_token_from_before() {
        let (store, clock) = store().await;
        let user = store.provision(ada("ada@example.org"), &subject("ada")).await.unwrap();
        store.delete_user(user.clone(), Occasion::default()).await.unwrap();
        assert_eq!(store.find_subject(&subject("ada")).await.unwrap(), Some(user.user_id));
        assert!(store.get_user(user.user_id).await.unwrap().is_none());
        clock.advance(TOKEN_LIFETIME + TimeDelta::seconds(1));
        assert_eq!(store.find_subject(&subject("ada")).await.unwrap(), None);
        let again = store.provision(ada("ada@example.org"), &subject("ada")).await.unwrap();
        assert_ne!(again.user_id, user.user_id);
    }
}
