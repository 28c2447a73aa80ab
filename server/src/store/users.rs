//! Users: one item per user with account, profile and password hash, and a guard per email that makes it unique.
//! Sessions, memberships and preferences of a user are in the same partition but not here.

use chrono::{DateTime, Utc};
use lockstep_runtime::{Conflict, Failure, Fault, PreconditionFailed, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use spaces_contract::{
    Account, AvatarUrl, Bio, DisplayName, Email, Locale, Profile, ProfileUpdate, Timezone, UserRole, UserStatus,
};

use super::items::{Entity, sortable_time};
use super::sessions::{NewSession, begin_session};
use super::spaces::add_personal_space;
use super::updates::Update;
use super::{Store, keys, stale_version};

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
    /// The password, hashed, in the PHC or bcrypt format.
    pub password_hash: Secret,
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
    /// The password, hashed.
    pub password_hash: Secret,
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
        let NewUser {
            email,
            display_name,
            password_hash,
            role,
        } = new;
        let user = User {
            user_id: self.clock.new_id(),
            email,
            display_name,
            password_hash,
            role,
            status: UserStatus::Active,
            avatar_url: None,
            bio: None,
            timezone: TIMEZONE.parse().map_err(Fault::internal)?,
            locale: LOCALE.parse().map_err(Fault::internal)?,
            onboarding_completed_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut transaction = self.transaction();
        let guard = EmailGuard { user_id: user.user_id };
        let guard = transaction.put_new(keys::email_guard(user.email.as_ref()), &guard)?;
        transaction.put_new(keys::user_profile(user.user_id), &user)?;
        add_personal_space(&mut transaction, user.user_id, self.clock.new_id(), now)?;
        begin_session(&mut transaction, user.user_id, session, now)?;
        match self.commit(transaction).await {
            Ok(()) => Ok(user),
            Err(Failure::Refused(failed)) if failed.contains(guard) => Err(Failure::Refused(Conflict::new(
                "email-taken",
                "There is an account with this email already.",
            ))),
            Err(Failure::Refused(failed)) => Err(Fault::internal(format!("a new id twice: {failed:?}")).into()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
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

    /// Replaces the part of the profile that its owner edits. Refused when the version is not the expected one.
    pub async fn update_profile(
        &self,
        user_id: Uuid,
        profile: ProfileUpdate,
        expected_version: Option<u64>,
    ) -> Result<User, Failure<PreconditionFailed>> {
        let ProfileUpdate {
            display_name,
            avatar_url,
            bio,
            timezone,
            locale,
        } = profile;
        let update = Update::of(keys::user_profile(user_id))
            .when_version(expected_version)
            .set("displayName", display_name)
            .set_or_remove("avatarUrl", avatar_url)
            .set_or_remove("bio", bio)
            .set("timezone", timezone)
            .set("locale", locale)
            .set("updatedAt", self.clock.now());
        self.update(update).await.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(stale_version()),
            Failure::Fault(fault) => fault.into(),
        })
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

    /// Replaces the password hash. Refused when it is no longer the one that was read.
    pub async fn set_password_hash(&self, user: &User, new: Secret) -> Result<User, Failure<StaleCredentials>> {
        let update = Update::of(keys::user_profile(user.user_id))
            .when_equal("passwordHash", &user.password_hash)
            .set("passwordHash", new);
        self.update(update).await.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(StaleCredentials),
            Failure::Fault(fault) => fault.into(),
        })
    }
}
