//! Changes of accounts and profiles, each with all that follows from it in one transaction: the guard of the email, the
//! number of administrators, the figures of the deployment, and a note in the user's activity.

use lockstep_runtime::{Conflict, Failure, Fault, NotFound, OneOf, PreconditionFailed, Secret};
use spaces_contract::{ActivityKind, ProfileUpdate, UserRole, UserStatus, UserUpdate};
use uuid::Uuid;

use super::{EmailGuard, StaleCredentials, User, count_administrators, email_taken};
use crate::store::counters::{Scope, Tally};
use crate::store::keys::fold_email;
use crate::store::transactions::FailedConditions;
use crate::store::updates::Update;
use crate::store::{Store, TRIES, keys, stale_version};

/// Who changes a user, and what the change was made on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Occasion {
    /// Who does it; absent where nobody is signed in, as on the command line.
    pub actor: Option<Uuid>,
    /// The version that the change was made on, where one was named.
    pub expected_version: Option<u64>,
}

/// Why a user was not changed.
pub type UserRefused = OneOf<NotFound, OneOf<Conflict, PreconditionFailed>>;

impl Store {
    /// Replaces the part of the profile that its owner edits. Refused when the version is not the expected one.
    pub async fn update_profile(
        &self,
        user: User,
        profile: ProfileUpdate,
        expected_version: Option<u64>,
    ) -> Result<User, Failure<PreconditionFailed>> {
        let occasion = Occasion {
            actor: Some(user.user_id),
            expected_version,
        };
        let change = |user: &mut User| {
            let ProfileUpdate {
                display_name,
                avatar_url,
                bio,
                timezone,
                locale,
            } = profile.clone();
            user.display_name = display_name;
            user.avatar_url = avatar_url;
            user.bio = bio;
            user.timezone = timezone;
            user.locale = locale;
        };
        let changed = self
            .change_user(user, ActivityKind::ProfileChanged, occasion, change)
            .await;
        changed.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(stale_version()),
            Failure::Fault(fault) => fault.into(),
        })
    }

    /// Replaces the account; an absent status stays as it is. Disabling a user ends all sessions. Refused where the
    /// email is taken, and for the last active administrator, who cannot be disabled.
    pub async fn update_user(
        &self,
        user: User,
        account: UserUpdate,
        occasion: Occasion,
    ) -> Result<User, Failure<UserRefused>> {
        let (user_id, status) = (user.user_id, user.status);
        if account.status.is_some_and(|new| new != status) && status == UserStatus::Disabled {
            // What is left of a disabling that was interrupted must not come back to life.
            self.revoke_all_sessions(user_id, None).await?;
        }
        let change = |user: &mut User| {
            let UserUpdate {
                email,
                display_name,
                status,
            } = account.clone();
            user.email = email;
            user.display_name = display_name;
            user.status = status.unwrap_or(user.status);
        };
        let user = self
            .change_user(user, ActivityKind::AccountChanged, occasion, change)
            .await?;
        if user.status == UserStatus::Disabled {
            self.revoke_all_sessions(user_id, None).await?;
        }
        Ok(user)
    }

    /// Changes what a user may do in the whole deployment, and ends all sessions of the user. Refused for the last
    /// active administrator, who cannot be demoted.
    pub async fn set_role(&self, user: User, role: UserRole, occasion: Occasion) -> Result<User, Failure<UserRefused>> {
        let user_id = user.user_id;
        let unchanged = user.role == role && occasion.expected_version.is_none_or(|version| version == user.version);
        let user = if unchanged {
            user
        } else {
            let change = |user: &mut User| user.role = role;
            self.change_user(user, ActivityKind::RoleChanged, occasion, change)
                .await?
        };
        self.revoke_all_sessions(user_id, None).await?;
        Ok(user)
    }

    /// Replaces the password hash with one of the same password. Refused when it is no longer the one that was read.
    pub async fn set_password_hash(&self, user: &User, new: Secret) -> Result<User, Failure<StaleCredentials>> {
        self.update(new_password_hash(user, new))
            .await
            .map_err(|failure| match failure {
                Failure::Refused(_) => Failure::Refused(StaleCredentials),
                Failure::Fault(fault) => fault.into(),
            })
    }

    /// Replaces the password. Refused when it is no longer the one that was read.
    pub async fn change_password(&self, user: &User, new_hash: Secret) -> Result<(), Failure<StaleCredentials>> {
        let mut transaction = self.transaction();
        transaction.update(new_password_hash(user, new_hash))?;
        self.add_activity(&mut transaction, user.user_id, ActivityKind::PasswordChanged, None)?;
        self.commit(transaction).await.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(StaleCredentials),
            Failure::Fault(fault) => fault.into(),
        })
    }

    /// Changes a user who was just read. Where somebody else was faster, it is tried again on what they left, unless
    /// the change was made on a certain version.
    pub(in crate::store) async fn change_user(
        &self,
        mut before: User,
        kind: ActivityKind,
        occasion: Occasion,
        change: impl Fn(&mut User),
    ) -> Result<User, Failure<UserRefused>> {
        for _ in 0..TRIES {
            if before.deleting_since.is_some() {
                return Err(Failure::Refused(OneOf::First(no_user())));
            }
            if occasion
                .expected_version
                .is_some_and(|expected| expected != before.version)
            {
                return Err(Failure::Refused(OneOf::Second(OneOf::Second(stale_version()))));
            }
            let mut after = before.clone();
            change(&mut after);
            after.updated_at = self.clock.now();
            after.version += 1;
            if self.commit_change(&before, &after, kind, occasion.actor).await? {
                return Ok(after);
            }
            let found = self.get_user(before.user_id).await?;
            before = found.ok_or_else(|| Failure::Refused(OneOf::First(no_user())))?;
        }
        Err(Fault::unavailable("a user who changes all the time").into())
    }

    /// Commits a change with all that follows from it; whether it did. It does not where `before` is outdated.
    async fn commit_change(
        &self,
        before: &User,
        after: &User,
        kind: ActivityKind,
        actor: Option<Uuid>,
    ) -> Result<bool, Failure<UserRefused>> {
        let user_id = before.user_id;
        let mut transaction = self.transaction();
        let profile = transaction.update(replacement(before, after))?;
        let (old, new) = (before.email.as_ref(), after.email.as_ref());
        let mut guard = None;
        if fold_email(old) != fold_email(new) {
            transaction.delete(keys::email_guard(old))?;
            guard = Some(transaction.put_new(keys::email_guard(new), &EmailGuard { user_id })?);
        }
        let change = i64::from(after.is_active_administrator()) - i64::from(before.is_active_administrator());
        let administrators = count_administrators(&mut transaction, change)?;
        self.add_activity(&mut transaction, user_id, kind, actor)?;
        transaction.count(Scope::Deployment, Tally::of_user(Some(before), Some(after)));
        let has = |failed: &FailedConditions, action: Option<_>| action.is_some_and(|action| failed.contains(action));
        let conflict = |conflict| Failure::Refused(OneOf::Second(OneOf::First(conflict)));
        match self.commit(transaction).await {
            Ok(()) => Ok(true),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(failed)) if failed.contains(profile) => Ok(false),
            Err(Failure::Refused(failed)) if has(&failed, guard) => Err(conflict(email_taken())),
            Err(Failure::Refused(failed)) if has(&failed, administrators) => Err(conflict(last_administrator())),
            Err(Failure::Refused(failed)) => Err(Fault::internal(format!("a new id twice: {failed:?}")).into()),
        }
    }
}

/// Everything of a user that changes, where nothing of it has since.
fn replacement(before: &User, after: &User) -> Update {
    Update::of(keys::user_profile(before.user_id))
        .when_version(Some(before.version))
        .set("email", &after.email)
        .set("displayName", &after.display_name)
        .set("role", after.role)
        .set("status", after.status)
        .set_or_remove("avatarUrl", after.avatar_url.as_ref())
        .set_or_remove("bio", after.bio.as_ref())
        .set("timezone", &after.timezone)
        .set("locale", &after.locale)
        .set("updatedAt", after.updated_at)
        .set_or_remove("deletingSince", after.deleting_since)
}

fn new_password_hash(user: &User, new: Secret) -> Update {
    Update::of(keys::user_profile(user.user_id))
        .when_unchanged("passwordHash", user.password_hash.as_ref())
        .set("passwordHash", new)
}

pub(super) fn no_user() -> NotFound {
    NotFound::new("user-not-found", "There is no such user.")
}

fn last_administrator() -> Conflict {
    Conflict::new(
        "last-admin",
        "The deployment keeps at least one active administrator: make somebody else one first.",
    )
}
