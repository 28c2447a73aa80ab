//! The rules of the domain that need no data but what they are given: who may do what.
//! Pure functions; nothing here reads a store, a clock or a request.

use spaces_contract::SpaceRole;

/// Whether a member with this role may change the space itself: its settings and its invite code.
pub(crate) fn may_administer(role: SpaceRole) -> bool {
    matches!(role, SpaceRole::Owner | SpaceRole::Admin)
}

/// Whether a member with this role may delete the space.
pub(crate) fn may_delete(role: SpaceRole) -> bool {
    role == SpaceRole::Owner
}

#[cfg(test)]
mod tests {
    use lockstep_runtime::TextEnum;

    use super::*;

    #[test]
    fn only_the_higher_roles_may_more() {
        let allowed = |rule: fn(SpaceRole) -> bool| -> Vec<_> {
            SpaceRole::ALL.iter().copied().filter(|role| rule(*role)).collect()
        };
        assert_eq!(allowed(may_administer), [SpaceRole::Owner, SpaceRole::Admin]);
        assert_eq!(allowed(may_delete), [SpaceRole::Owner]);
    }
}
