//! Every key of the table, beside the access pattern that it serves. Keys are made here and nowhere else, from typed
//! identifiers, so that no caller can write one key into the space of another.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

/// The partition key attribute.
pub(super) const PK: &str = "PK";
/// The sort key attribute.
pub(super) const SK: &str = "SK";
/// Begins the sort key of a membership in its user's partition.
pub(super) const SPACE_PREFIX: &str = "SPACE#";
/// Begins the sort key of a session in its user's partition.
pub(super) const SESSION_PREFIX: &str = "SESSION#";
const MEMBER_PREFIX: &str = "MEMBER#";

const METADATA: &str = "METADATA";
const GUARD: &str = "GUARD";

/// The primary key of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// The key as DynamoDB takes it.
    pub(super) fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.into(), AttributeValue::S(self.pk)),
            (SK.into(), AttributeValue::S(self.sk)),
        ])
    }

    /// The key of an item that was read; `None` for what cannot be an item of this table.
    pub(super) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            pk: text(PK)?,
            sk: text(SK)?,
        })
    }

    /// The user of a membership, seen from the space.
    pub(super) fn member(&self) -> Option<Uuid> {
        self.sk.strip_prefix(MEMBER_PREFIX)?.parse().ok()
    }

    /// The session, seen from the user.
    pub(super) fn session(&self) -> Option<Uuid> {
        self.sk.strip_prefix(SESSION_PREFIX)?.parse().ok()
    }
}

/// The partition of a user: the profile, the preferences, the memberships and the sessions.
pub(super) fn user(user_id: Uuid) -> String {
    format!("USER#{user_id}")
}

/// The partition of a space: the space itself and the memberships, as seen from it.
pub(super) fn space(space_id: Uuid) -> String {
    format!("{SPACE_PREFIX}{space_id}")
}

/// A user by id.
pub(super) fn user_profile(user_id: Uuid) -> Key {
    Key::new(user(user_id), "PROFILE")
}

/// A user's preferences; absent until they are first changed.
pub(super) fn user_preferences(user_id: Uuid) -> Key {
    Key::new(user(user_id), "PREFERENCES")
}

/// A membership, seen from the user: "which spaces am I in" and "may I see this space".
pub(super) fn user_space(user_id: Uuid, space_id: Uuid) -> Key {
    Key::new(user(user_id), space(space_id))
}

/// A session, seen from the user: "end all of my sessions".
pub(super) fn user_session(user_id: Uuid, session_id: Uuid) -> Key {
    Key::new(user(user_id), format!("{SESSION_PREFIX}{session_id}"))
}

/// A space by id.
pub(super) fn space_metadata(space_id: Uuid) -> Key {
    Key::new(space(space_id), METADATA)
}

/// A membership, seen from the space: "who is in it".
pub(super) fn space_member(space_id: Uuid, user_id: Uuid) -> Key {
    Key::new(space(space_id), format!("{MEMBER_PREFIX}{user_id}"))
}

/// The user of an email: makes it unique and finds the user at sign-in.
pub(super) fn email_guard(email: &str) -> Key {
    Key::new(format!("EMAIL#{}", fold_email(email)), GUARD)
}

/// The space of an invite code, by the code's hash: makes it unique and finds the space when somebody joins.
pub(super) fn invite_guard(code_hash: &str) -> Key {
    Key::new(format!("INVITE#{code_hash}"), GUARD)
}

/// A session by id: read on every request, rotated at every refresh.
pub(super) fn session(session_id: Uuid) -> Key {
    Key::new(format!("{SESSION_PREFIX}{session_id}"), METADATA)
}

/// The attempts of one subject in one window of time, which begins at `start` (seconds since the Unix epoch).
/// The scope holds no `#`; the subject may hold anything, for it is last.
pub(super) fn throttle(scope: &'static str, subject: &str, start: i64) -> Key {
    Key::new(format!("THROTTLE#{scope}#{subject}"), format!("WINDOW#{start}"))
}

/// An item that never is: asking for it shows that the table answers.
pub(super) fn ping() -> Key {
    Key::new("PING".into(), "PING")
}

/// The form in which emails are compared: two that fold to the same text are the same address.
pub fn fold_email(email: &str) -> String {
    email.to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn s32_two_emails_share_a_key_exactly_when_they_fold_alike(a in "\\PC{0,40}", b in "\\PC{0,40}") {
            prop_assert_eq!(email_guard(&a) == email_guard(&b), fold_email(&a) == fold_email(&b));
            prop_assert_eq!(email_guard(&a), email_guard(&fold_email(&a)));
        }

        #[test]
        fn s32_no_email_reaches_another_kind_of_item(email in "\\PC{0,40}", id: u128) {
            let id = Uuid::from_u128(id);
            let guard = email_guard(&email);
            for other in [user(id), space(id), session(id).pk, invite_guard(&email).pk, throttle("s", &email, 0).pk] {
                prop_assert_ne!(&guard.pk, &other);
            }
        }

        #[test]
        fn identifiers_come_back_out_of_keys(a: u128, b: u128) {
            let (a, b) = (Uuid::from_u128(a), Uuid::from_u128(b));
            prop_assert_eq!(space_member(a, b).member(), Some(b));
            prop_assert_eq!(user_session(a, b).session(), Some(b));
            prop_assert_eq!(user_space(a, b).member(), None);
            let key = user_space(a, b);
            prop_assert_eq!(Key::of(&key.clone().attributes()), Some(key));
        }
    }
}
