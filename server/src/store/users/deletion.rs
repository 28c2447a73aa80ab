//! Deletion of a user with everything that is only theirs, which takes many writes and may be interrupted between any
//! two of them. What they made in spaces of others stays there.

use lockstep_runtime::{Conflict, Failure, Fault, OneOf};
use spaces_contract::{ActivityKind, SpaceKind, SpaceRole, UserStatus};
use uuid::Uuid;

use super::User;
use super::changes::{Occasion, UserRefused};
use super::subjects::release_subject;
use crate::store::counters::{Scope, Tally};
use crate::store::items::{from_item, to_value};
use crate::store::keys::{self, Key};
use crate::store::spaces::{MemberSpace, Membership};
use crate::store::{Store, TRIES};

impl Store {
    /// Deletes a user, with memberships, sessions, personal space, preferences and activity. The mark comes first,
    /// which disables the user; the profile goes last, so that a deletion that was interrupted can be repeated, and the
    /// repetition finishes it. Refused, before anything is done, for the last active administrator and where a space
    /// would lose its last owner.
    pub async fn delete_user(&self, user: User, occasion: Occasion) -> Result<(), Failure<UserRefused>> {
        let user_id = user.user_id;
        let spaces = self.all_spaces(user_id).await?;
        if spaces.iter().any(is_last_owner) {
            return Err(refused(last_owner_of_space()));
        }
        let user = if user.deleting_since.is_some() {
            user
        } else {
            let now = self.clock.now();
            let mark = |user: &mut User| {
                user.deleting_since = Some(now);
                user.status = UserStatus::Disabled;
            };
            self.change_user(user, ActivityKind::AccountChanged, occasion, mark)
                .await?
        };
        self.revoke_all_sessions(user_id, None).await?;
        self.end_memberships(user_id).await?;
        self.delete_rest(user_id).await?;
        Ok(self.delete_profile(user).await?)
    }

    /// Leaves all spaces, and deletes the personal one.
    async fn end_memberships(&self, user_id: Uuid) -> Result<(), Failure<UserRefused>> {
        let mut after = None;
        loop {
            let page = self.query(keys::user(user_id), keys::SPACE_PREFIX, after, None).await?;
            for item in page.items {
                if let Some(membership) = from_item::<Membership>(item, self.clock.now())? {
                    self.end_one(user_id, membership.space_id).await?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn end_one(&self, user_id: Uuid, space_id: Uuid) -> Result<(), Failure<UserRefused>> {
        let space = match self.get_space_to_delete(user_id, space_id).await {
            Ok(space) => space,
            Err(Failure::Refused(_)) => return Ok(()),
            Err(Failure::Fault(fault)) => return Err(fault.into()),
        };
        // A deletion that an owner began is finished, for nobody else may be there to do it.
        let is_theirs = space.kind() == SpaceKind::Personal || space.role() == SpaceRole::Owner && space.is_deleting();
        if is_theirs {
            self.erase_space(space, None).await.map_err(|failure| match failure {
                Failure::Refused(OneOf::First(conflict)) => refused(conflict),
                Failure::Refused(OneOf::Second(_)) => Fault::internal("a version that nobody expected").into(),
                Failure::Fault(fault) => fault.into(),
            })
        } else if space.is_deleting() {
            Ok(())
        } else {
            self.leave_space(&space).await.map_err(|failure| match failure {
                Failure::Refused(conflict) => refused(conflict),
                Failure::Fault(fault) => fault.into(),
            })
        }
    }

    /// What is left in the partition of the user, but the profile.
    async fn delete_rest(&self, user_id: Uuid) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let (mut left, next) = self.keys_in(keys::user(user_id), after).await?;
            left.retain(|key| *key != keys::user_profile(user_id));
            let sessions = left.iter().filter_map(Key::session).map(keys::session);
            self.delete_all(sessions.collect()).await?;
            self.delete_all(left).await?;
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The end: the profile with the guard of its email, no longer counted.
    async fn delete_profile(&self, user: User) -> Result<(), Fault> {
        let mut user = Some(user);
        for _ in 0..TRIES {
            let Some(last) = user else { return Ok(()) };
            let mut transaction = self.transaction();
            let profile = keys::user_profile(last.user_id);
            match last.last_active_on {
                Some(day) => transaction.delete_when(profile, "lastActiveOn", to_value(day)?)?,
                None => transaction.delete_without(profile, "lastActiveOn")?,
            };
            transaction.delete(keys::email_guard(last.email.as_ref()))?;
            release_subject(&mut transaction, &last, self.clock.now())?;
            transaction.count(Scope::Deployment, Tally::of_user(Some(&last), None));
            match self.commit(transaction).await {
                Ok(()) => return Ok(()),
                Err(Failure::Refused(_)) => user = self.get_user(last.user_id).await?,
                Err(Failure::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::unavailable("a user who changes all the time"))
    }
}

fn is_last_owner(space: &MemberSpace) -> bool {
    space.kind() == SpaceKind::Shared && space.role() == SpaceRole::Owner && space.owner_count() <= 1
}

fn refused(conflict: Conflict) -> Failure<UserRefused> {
    Failure::Refused(OneOf::Second(OneOf::First(conflict)))
}

fn last_owner_of_space() -> Conflict {
    Conflict::new(
        "last-owner-of-space",
        "The user is the last owner of a space: delete it, or make somebody else an owner first.",
    )
}
