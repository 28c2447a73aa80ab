//! The rules of the domain that need no data but what they are given: who may do what.
//! Pure functions; nothing here reads a store, a clock or a request.

pub(crate) mod events;

use chrono::{DateTime, Utc};
use spaces_contract::{InvitePolicy, MemberListVisibility, SpaceRole, TaskStatus};

/// Whether a member with this role may change the space itself: its settings and its invite code.
pub(crate) fn may_administer(role: SpaceRole) -> bool {
    matches!(role, SpaceRole::Owner | SpaceRole::Admin)
}

/// Whether a member with this role may add to the space and change what is in it: its tasks and events.
pub(crate) fn may_contribute(role: SpaceRole) -> bool {
    role != SpaceRole::Viewer
}

/// Whether a member with this role may delete the space.
pub(crate) fn may_delete(role: SpaceRole) -> bool {
    role == SpaceRole::Owner
}

/// How much a role may: a higher one may all that a lower one may.
fn rank(role: SpaceRole) -> u8 {
    match role {
        SpaceRole::Owner => 3,
        SpaceRole::Admin => 2,
        SpaceRole::Member => 1,
        SpaceRole::Viewer => 0,
    }
}

/// Whether a member with this role may give others the role `granted`: not one above their own.
pub(crate) fn may_grant(role: SpaceRole, granted: SpaceRole) -> bool {
    rank(role) >= rank(granted)
}

/// Whether the settings let a member with this role invite.
pub(crate) fn may_invite(role: SpaceRole, policy: InvitePolicy) -> bool {
    let lowest = match policy {
        InvitePolicy::Owners => SpaceRole::Owner,
        InvitePolicy::Admins => SpaceRole::Admin,
        InvitePolicy::Members => SpaceRole::Member,
    };
    may_grant(role, lowest)
}

/// Whether the settings show a member with this role who else is in the space.
pub(crate) fn may_see_members(role: SpaceRole, visibility: MemberListVisibility) -> bool {
    match visibility {
        MemberListVisibility::Members => true,
        MemberListVisibility::Admins => may_administer(role),
    }
}

/// Whether a member with this role may remove somebody else with the role `removed`: only owners remove owners.
pub(crate) fn may_remove(role: SpaceRole, removed: SpaceRole) -> bool {
    may_administer(role) && may_grant(role, removed)
}

/// Whether a member with this role may change a role, anybody's: only owners make and unmake owners.
pub(crate) fn may_change_role(role: SpaceRole, before: SpaceRole, after: SpaceRole) -> bool {
    may_administer(role) && may_grant(role, before) && may_grant(role, after)
}

/// Whether a member with this role may delete tasks. In one's personal space one is the owner.
pub(crate) fn may_delete_tasks(role: SpaceRole) -> bool {
    may_administer(role)
}

/// When a task with this status was closed: when it was first done or cancelled, until it is reopened.
pub(crate) fn closed_at(
    before: Option<DateTime<Utc>>,
    status: TaskStatus,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match status {
        TaskStatus::Done | TaskStatus::Cancelled => before.or(Some(now)),
        TaskStatus::Open | TaskStatus::InProgress | TaskStatus::Blocked => None,
    }
}

#[cfg(test)]
mod tests {
    use SpaceRole::{Admin, Member, Owner, Viewer};

    use lockstep_runtime::TextEnum as _;

    use super::*;

    /// The roles for which a rule holds.
    fn roles(rule: impl Fn(SpaceRole) -> bool) -> Vec<SpaceRole> {
        SpaceRole::ALL.iter().copied().filter(|role| rule(*role)).collect()
    }

    #[test]
    fn nobody_grants_more_than_they_have() {
        assert_eq!(
            roles(|granted| may_grant(Owner, granted)),
            [Owner, Admin, Member, Viewer]
        );
        assert_eq!(roles(|granted| may_grant(Admin, granted)), [Admin, Member, Viewer]);
        assert_eq!(roles(|granted| may_grant(Member, granted)), [Member, Viewer]);
        assert_eq!(roles(|granted| may_grant(Viewer, granted)), [Viewer]);
    }

    #[test]
    fn the_settings_say_who_invites_and_who_sees_the_others() {
        assert_eq!(roles(|role| may_invite(role, InvitePolicy::Owners)), [Owner]);
        assert_eq!(roles(|role| may_invite(role, InvitePolicy::Admins)), [Owner, Admin]);
        assert_eq!(
            roles(|role| may_invite(role, InvitePolicy::Members)),
            [Owner, Admin, Member]
        );
        let see = |visibility| roles(|role| may_see_members(role, visibility));
        assert_eq!(see(MemberListVisibility::Members), SpaceRole::ALL);
        assert_eq!(see(MemberListVisibility::Admins), [Owner, Admin]);
    }

    #[test]
    fn s29_only_owners_remove_make_and_unmake_owners() {
        assert_eq!(roles(|removed| may_remove(Owner, removed)), SpaceRole::ALL);
        assert_eq!(roles(|removed| may_remove(Admin, removed)), [Admin, Member, Viewer]);
        for powerless in [Member, Viewer] {
            assert_eq!(roles(|removed| may_remove(powerless, removed)), []);
        }
        for (before, after) in SpaceRole::ALL
            .iter()
            .flat_map(|a| SpaceRole::ALL.iter().map(move |b| (*a, *b)))
        {
            let expected = if before == Owner || after == Owner {
                vec![Owner]
            } else {
                vec![Owner, Admin]
            };
            assert_eq!(
                roles(|role| may_change_role(role, before, after)),
                expected,
                "{before} to {after}"
            );
        }
    }

    #[test]
    fn only_the_higher_roles_may_more() {
        assert_eq!(roles(may_administer), [Owner, Admin]);
        assert_eq!(roles(may_contribute), [Owner, Admin, Member]);
        assert_eq!(roles(may_delete), [Owner]);
    }

    #[test]
    fn a_task_is_closed_from_the_first_time_it_is_done_until_it_is_reopened() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let now = DateTime::UNIX_EPOCH;
        for closed in [TaskStatus::Done, TaskStatus::Cancelled] {
            assert_eq!(closed_at(None, closed, now), Some(now));
            assert_eq!(closed_at(at(-5), closed, now), at(-5));
        }
        for open in [TaskStatus::Open, TaskStatus::InProgress, TaskStatus::Blocked] {
            assert_eq!(closed_at(at(-5), open, now), None);
        }
    }

    #[test]
    fn tasks_are_edited_by_members_and_deleted_by_administrators() {
        assert_eq!(roles(may_contribute), [Owner, Admin, Member]);
        assert_eq!(roles(may_delete_tasks), [Owner, Admin]);
    }
}
