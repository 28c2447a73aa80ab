//! Callers whom an external issuer signs in: the user of a subject, made when the subject comes for the first time.
//! What a token must be is for the issuer's rules, in `auth`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lockstep_runtime::actix::unauthenticated;
use lockstep_runtime::{Failure, Secret, Unauthorized};
use spaces_contract::{UserRole, UserStatus};
use uuid::Uuid;

use super::{App, Caller};
use crate::auth::external::{Claims, External, Person};
use crate::settings::Registration;
use crate::store::{NewUser, Subject, User};

/// Subjects whose users are remembered: some hundred bytes each.
const MAX_KNOWN: usize = 10_000;

/// The subjects of an issuer. A subject keeps its user, so who has been here before is found in one round trip.
pub struct Subjects {
    issuer: External,
    known: Mutex<HashMap<String, Uuid>>,
}

impl Subjects {
    /// Of an issuer.
    pub fn of(issuer: External) -> Self {
        let known = Mutex::default();
        Self { issuer, known }
    }

    /// Whether tokens can be verified.
    pub async fn is_ready(&self) -> bool {
        self.issuer.is_ready().await
    }

    fn known(&self, id: &str) -> Option<Uuid> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).copied()
    }

    fn remember(&self, id: String, user_id: Uuid) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(id, user_id);
    }
}

impl App {
    /// Who a request with a token of an external issuer comes from. A new subject becomes a user; a user who was disabled
    /// or deleted is refused like a token that is not valid.
    pub(super) async fn subject(&self, subjects: &Subjects, token: &Secret) -> Result<Caller, Failure<Unauthorized>> {
        let verified = subjects.issuer.verify(token.expose()).await;
        let claims = verified.map_err(|failure| match failure {
            Failure::Refused(invalid) => Failure::Refused(unauthenticated().with_context(invalid)),
            Failure::Fault(fault) => Failure::Fault(fault),
        })?;
        let known = match subjects.known(&claims.subject) {
            Some(user_id) => self.store.get_user(user_id).await?,
            None => None,
        };
        let user = match known {
            Some(user) => user,
            None => self.find_or_provision(subjects, claims, token).await?,
        };
        if user.status != UserStatus::Active {
            return Err(Failure::Refused(unauthenticated()));
        }
        // The request goes on where this fails: then a later one of the day notes it.
        if let Err(fault) = self.store.note_activity(&user).await {
            tracing::warn!(error = %fault, "activity was not noted");
        }
        Ok(Caller { user, session: None })
    }

    async fn find_or_provision(
        &self,
        subjects: &Subjects,
        claims: Claims,
        token: &Secret,
    ) -> Result<User, Failure<Unauthorized>> {
        let subject = Subject {
            issuer: subjects.issuer.issuer().to_owned(),
            id: claims.subject.clone(),
        };
        let user = match self.store.find_subject(&subject).await? {
            Some(user_id) => self.store.get_user(user_id).await?,
            None => {
                let person = subjects.issuer.person(&claims, token.expose()).await?;
                Some(self.provision(person, &subject).await?)
            }
        };
        let user = user.ok_or_else(|| Failure::Refused(unauthenticated()))?;
        subjects.remember(subject.id, user.user_id);
        Ok(user)
    }

    async fn provision(&self, person: Person, subject: &Subject) -> Result<User, Failure<Unauthorized>> {
        if self.registration == Registration::Closed {
            let closed = Unauthorized::new("registration-closed", "Ask an administrator for an account.");
            return Err(Failure::Refused(closed));
        }
        let Person { email, display_name } = person;
        let new = NewUser {
            email,
            display_name,
            password_hash: None,
            role: UserRole::User,
        };
        self.store
            .provision(new, subject)
            .await
            .map_err(|failure| match failure {
                Failure::Refused(_) => Failure::Refused(Unauthorized::new(
                    "email-taken",
                    "There is an account with your email that is not yours at this issuer; ask an administrator.",
                )),
                Failure::Fault(fault) => Failure::Fault(fault),
            })
    }
}
