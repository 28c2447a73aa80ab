//! Users: one item per user with account, profile and password hash, and a guard per email that makes it unique.
//! Sessions, memberships and preferences of a user are in the same partition but not here.

mod changes;
mod deletion;
mod listing;
mod subjects;

use chrono::{DateTime, NaiveDate, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, OneOf, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use spaces_contract::{
    Account, ActivityKind, AvatarUrl, Bio, DisplayName, Email, Locale, Profile, Timezone, UserRole, UserStatus,
};

pub use self::changes::{Occasion, UserRefused};
pub use self::listing::UserFilter;
pub use self::subjects::Subject;

use super::counters::{Scope, Tally};
use super::idempotency::Kept;
use super::items::{Entity, sortable_time};
use super::sessions::{NewSession, begin_session};
use super::spaces::add_personal_space;
use super::transactions::{Action, FailedConditions, Transaction};
use super::updates::Update;
use super::{Store, keys};

/// A user as stored. What is shown of it is an [`Account`] or a [`Profile`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Names the user for ever.
    pub user_id: Uuid,
    /// As it was given; compared folded.
    pub email: Email,
    /// What the user is called.
    pub display_name: DisplayName,
    /// The password, hashed, in the PHC or bcrypt format. Whoever an external issuer signs in has none.
    pub password_hash: Option<Secret>,
    /// Who the user is at an external issuer.
    pub subject: Option<Subject>,
    /// What the user may do in the whole deployment.
    pub role: UserRole,
    /// Whether the account can be used.
    pub status: UserStatus,
    /// Where the avatar is.
    pub avatar_url: Option<AvatarUrl>,
    /// A few words about oneself.
    pub bio: Option<Bio>,
    /// An IANA time zone.
    pub timezone: Timezone,
    /// A language tag.
    pub locale: Locale,
    /// When onboarding was completed.
    pub onboarding_completed_at: Option<DateTime<Utc>>,
    /// When the user signed up.
    #[serde(with = "sortable_time")]
    pub created_at: DateTime<Utc>,
    /// When account or profile changed last.
    pub updated_at: DateTime<Utc>,
    /// The last day (UTC) on which the user signed in or refreshed a session. Not part of what the version stands for.
    pub last_active_on: Option<NaiveDate>,
    /// Since when the user is being deleted.
    pub deleting_since: Option<DateTime<Utc>>,
    /// Raised with every change of the item.
    pub version: u64,
}

impl Entity for User {
    const ENTITY_TYPE: &'static str = "user";
}

impl User {
    /// The account, without secrets.
    pub fn account(&self) -> Account {
        Account {
            user_id: self.user_id,
            email: self.email.clone(),
            display_name: self.display_name.clone(),
            role: self.role,
            status: self.status,
            created_at: self.created_at,
            onboarding_completed_at: self.onboarding_completed_at,
        }
    }

    pub(super) fn is_active_administrator(&self) -> bool {
        self.role == UserRole::Admin && self.status == UserStatus::Active
    }

    /// What the user shows of themselves.
    pub fn profile(&self) -> Profile {
        Profile {
            user_id: self.user_id,
            email: self.email.clone(),
            display_name: self.display_name.clone(),
            avatar_url: self.avatar_url.clone(),
            bio: self.bio.clone(),
            timezone: self.timezone.clone(),
            locale: self.locale.clone(),
            onboarding_completed_at: self.onboarding_completed_at,
            updated_at: self.updated_at,
        }
    }
}

/// Whose an email is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmailGuard {
    user_id: Uuid,
}

impl Entity for EmailGuard {
    const ENTITY_TYPE: &'static str = "emailGuard";
}

/// A user to create.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Must not be another user's, whatever its case.
    pub email: Email,
    /// What the user is called.
    pub display_name: DisplayName,
    /// The password, hashed; without one, nobody signs in by password.
    pub password_hash: Option<Secret>,
    /// What the user may do in the whole deployment.
    pub role: UserRole,
}

/// The time zone and the language of a user who has not said otherwise.
const TIMEZONE: &str = "UTC";
const LOCALE: &str = "en";

/// The user's password or status changed since the user was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleCredentials;

impl Store {
    /// Creates a user with the personal space and a first session, all in one transaction. Refused when the email is
    /// taken.
    pub async fn register(&self, new: NewUser, session: NewSession) -> Result<User, Failure<Conflict>> {
        let now = self.clock.now();
        let user = User {
            last_active_on: Some(now.date_naive()),
            ..self.new_user(new)?
        };
        let mut transaction = self.transaction();
        let guard = self.add_user(&mut transaction, &user, None)?;
        begin_session(&mut transaction, user.user_id, session, now)?;
        match self.commit(transaction).await {
            Ok(()) => Ok(user),
            Err(Failure::Refused(failed)) => Err(not_created(&failed, guard)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Creates a user with the personal space, and keeps the answer that `answer` makes of the user, all in one
    /// transaction. Refused when the email is taken, and while another request with the same Idempotency-Key is in
    /// flight.
    pub async fn create_user<A>(
        &self,
        new: NewUser,
        creator: Option<Uuid>,
        answer: impl FnOnce(User) -> Result<Kept<A>, Fault>,
    ) -> Result<A, Failure<Conflict>> {
        let user = self.new_user(new)?;
        let mut transaction = self.transaction();
        let guard = self.add_user(&mut transaction, &user, creator)?;
        let Kept { answer, record } = answer(user)?;
        match self.commit_once(transaction, record).await {
            Ok(()) => Ok(answer),
            Err(Failure::Refused(OneOf::First(in_flight))) => Err(Failure::Refused(in_flight)),
            Err(Failure::Refused(OneOf::Second(failed))) => Err(not_created(&failed, guard)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }

    fn new_user(&self, new: NewUser) -> Result<User, Fault> {
        let now = self.clock.now();
        let NewUser {
            email,
            display_name,
            password_hash,
            role,
        } = new;
        Ok(User {
            user_id: self.clock.new_id(),
            email,
            display_name,
            password_hash,
            subject: None,
            role,
            status: UserStatus::Active,
            avatar_url: None,
            bio: None,
            timezone: TIMEZONE.parse().map_err(Fault::internal)?,
            locale: LOCALE.parse().map_err(Fault::internal)?,
            onboarding_completed_at: None,
            created_at: now,
            updated_at: now,
            last_active_on: None,
            deleting_since: None,
            version: 1,
        })
    }

    /// Adds everything that a user begins with to a transaction; answers which action fails where the email is taken.
    fn add_user(&self, transaction: &mut Transaction, user: &User, creator: Option<Uuid>) -> Result<Action, Fault> {
        let user_id = user.user_id;
        let guard = transaction.put_new(keys::email_guard(user.email.as_ref()), &EmailGuard { user_id })?;
        transaction.put_new(keys::user_profile(user_id), user)?;
        add_personal_space(transaction, user_id, user.created_at)?;
        self.add_activity(transaction, user_id, ActivityKind::SignedUp, creator)?;
        count_administrators(transaction, i64::from(user.is_active_administrator()))?;
        transaction.count(Scope::Deployment, Tally::of_user(None, Some(user)));
        Ok(guard)
    }

    /// A user by id.
    pub async fn get_user(&self, user_id: Uuid) -> Result<Option<User>, Fault> {
        self.get(keys::user_profile(user_id)).await
    }

    /// The user with an email, whatever its case.
    pub async fn find_user_by_email(&self, email: &str) -> Result<Option<User>, Fault> {
        match self.get::<EmailGuard>(keys::email_guard(email)).await? {
            Some(guard) => self.get_user(guard.user_id).await,
            None => Ok(None),
        }
    }

    /// Notes that onboarding is done, the first time; after that it changes nothing.
    pub async fn complete_onboarding(&self, user_id: Uuid) -> Result<User, Fault> {
        let now = self.clock.now();
        let update = Update::of(keys::user_profile(user_id))
            .when_absent("onboardingCompletedAt")
            .set("onboardingCompletedAt", now)
            .set("updatedAt", now);
        match self.update(update).await {
            Ok(user) | Err(Failure::Refused(Some(user))) => Ok(user),
            Err(Failure::Refused(None)) => Err(Fault::internal("a signed-in user is not there")),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }
}

/// How many active administrators there are; kept so that no race can take the last one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Administrators {
    active: i64,
}

impl Entity for Administrators {
    const ENTITY_TYPE: &'static str = "administrators";
}

/// Counts active administrators in the transaction that makes or unmakes one; answers which action fails where it would
/// unmake the last.
fn count_administrators(transaction: &mut Transaction, change: i64) -> Result<Option<Action>, Fault> {
    if change == 0 {
        return Ok(None);
    }
    let mut update = Update::of_or_new::<Administrators>(keys::administrators()).add("active", change);
    if change < 0 {
        update = update.when_more("active", 1);
    }
    transaction.update(update).map(Some)
}

fn not_created(failed: &FailedConditions, guard: Action) -> Failure<Conflict> {
    if failed.contains(guard) {
        Failure::Refused(email_taken())
    } else {
        Fault::internal(format!("a new id twice: {failed:?}")).into()
    }
}

fn email_taken() -> Conflict {
    Conflict::new("email-taken", "There is an account with this email already.")
}
