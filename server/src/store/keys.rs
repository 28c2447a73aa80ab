//! Every key of the table, beside the access pattern that it serves. Keys are made here and nowhere else, from typed
//! identifiers, so that no caller can write one key into the space of another.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use spaces_contract::EventId;
use uuid::Uuid;

use super::counters::{Scope, Topic};
use super::users::Subject;

/// The partition key attribute.
pub(super) const PK: &str = "PK";
/// The sort key attribute.
pub(super) const SK: &str = "SK";
/// Begins the sort key of a membership in its user's partition.
pub(super) const SPACE_PREFIX: &str = "SPACE#";
/// Begins the sort key of a session in its user's partition.
pub(super) const SESSION_PREFIX: &str = "SESSION#";
pub(super) const MEMBER_PREFIX: &str = "MEMBER#";
pub(super) const EVENT_PREFIX: &str = "EVENT#";
const COUNTER_PREFIX: &str = "COUNTER#";
const TASK_PREFIX: &str = "TASK#";
const DUE_PREFIX: &str = "DUE#";
const COMMENT_PREFIX: &str = "COMMENT#";
/// Sorts before all comments, so that one query reads a task and the first of them.
const TASK: &str = "#TASK";
/// Instead of a due time; sorts after every one.
const NEVER: &str = "NEVER";

/// Begins the sort key of an invitation in the partitions of its space and of its email.
pub(super) const INVITATION_PREFIX: &str = "INVITATION#";
/// Begins the sort key of what a user did.
const ACTIVITY_PREFIX: &str = "ACTIVITY#";

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

    /// The event, seen from the space.
    pub(super) fn event(&self) -> Option<EventId> {
        self.sk.strip_prefix(EVENT_PREFIX)?.split_once('#')?.1.parse().ok()
    }

    /// The task of an entry of either list of tasks.
    pub(super) fn task(&self) -> Option<Uuid> {
        self.created_task().or(self.due_task())
    }

    /// The task, seen from the space by the time of its creation.
    pub(super) fn created_task(&self) -> Option<Uuid> {
        self.sk.strip_prefix(TASK_PREFIX)?.split('#').nth(1)?.parse().ok()
    }

    /// The task, seen from the space by the time at which it is due.
    fn due_task(&self) -> Option<Uuid> {
        self.sk.strip_prefix(DUE_PREFIX)?.split('#').nth(1)?.parse().ok()
    }

    /// The invitation, seen from its space or its email.
    pub(super) fn invitation_id(&self) -> Option<Uuid> {
        self.sk.strip_prefix(INVITATION_PREFIX)?.split('#').next()?.parse().ok()
    }

    /// The invitation and the hash of its code, seen from the space.
    pub(super) fn invitation(&self) -> Option<(Uuid, &str)> {
        let (invitation_id, code_hash) = self.sk.strip_prefix(INVITATION_PREFIX)?.split_once('#')?;
        Some((invitation_id.parse().ok()?, code_hash))
    }

    /// The session, seen from the user.
    pub(super) fn session(&self) -> Option<Uuid> {
        self.sk.strip_prefix(SESSION_PREFIX)?.parse().ok()
    }
}

/// A stretch of one partition: the sort keys from `first` to `last`, both included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeyRange {
    pub(super) pk: String,
    pub(super) first: String,
    pub(super) last: String,
}

impl KeyRange {
    /// The keys whose sort key begins with `prefix`, which holds ASCII only, as all of it that follows.
    pub(super) fn of_prefix(pk: String, prefix: String) -> Self {
        let last = format!("{prefix}{LAST}");
        Self {
            pk,
            first: prefix,
            last,
        }
    }
}

/// Sorts after everything that is in a sort key.
const LAST: char = '~';

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
pub(super) fn email_guard(address: &str) -> Key {
    Key::new(email(address), GUARD)
}

/// The user of a subject of an external issuer: makes it unique and finds the user when a token comes. Issuers hold no
/// `#`; the subject may hold anything, for it is last.
pub(super) fn subject_guard(subject: &Subject) -> Key {
    Key::new(format!("SUBJECT#{}#{}", subject.issuer, subject.id), GUARD)
}

/// An invitation, by the hash of its code: what a code admits to.
pub(super) fn invitation(code_hash: &str) -> Key {
    Key::new(invitation_uses(code_hash), METADATA)
}

/// The partition of an invitation: the invitation itself and who used it.
pub(super) fn invitation_uses(code_hash: &str) -> String {
    format!("{INVITATION_PREFIX}{code_hash}")
}

/// That a user has used an invitation: each does once.
pub(super) fn invitation_use(code_hash: &str, user_id: Uuid) -> Key {
    Key::new(invitation_uses(code_hash), user(user_id))
}

/// An invitation by id: for revoking it. No hash has the length of an id.
pub(super) fn invitation_pointer(invitation_id: Uuid) -> Key {
    Key::new(format!("{INVITATION_PREFIX}{invitation_id}"), "POINTER")
}

/// An invitation, seen from its space: so that it goes with it.
pub(super) fn space_invitation(space_id: Uuid, invitation_id: Uuid, code_hash: &str) -> Key {
    Key::new(
        space(space_id),
        format!("{INVITATION_PREFIX}{invitation_id}#{code_hash}"),
    )
}

/// The partition of an email: its guard, and the invitations for it.
pub(super) fn email(email: &str) -> String {
    format!("EMAIL#{}", fold_email(email))
}

/// An invitation, seen from the email that it is for: "which invitations do I have".
pub(super) fn email_invitation(address: &str, invitation_id: Uuid) -> Key {
    Key::new(email(address), format!("{INVITATION_PREFIX}{invitation_id}"))
}

/// What a user did, or what was done to their account.
pub(super) fn user_activity(user_id: Uuid, activity_id: Uuid) -> Key {
    Key::new(user(user_id), format!("{ACTIVITY_PREFIX}{activity_id}"))
}

/// All that a user did.
pub(super) fn user_activities(user_id: Uuid) -> KeyRange {
    KeyRange::of_prefix(user(user_id), ACTIVITY_PREFIX.to_owned())
}

/// How many active administrators there are.
pub(super) fn administrators() -> Key {
    Key::new("DEPLOYMENT".to_owned(), "ADMINISTRATORS")
}

/// A configuration of the deployment, by its name.
pub(super) fn configuration(name: &str) -> Key {
    Key::new(format!("CONFIG#{name}"), METADATA)
}

/// What somebody thinks.
pub(super) fn feedback(feedback_id: Uuid) -> Key {
    Key::new(format!("FEEDBACK#{feedback_id}"), METADATA)
}

/// The space of an invite code, by the code's hash: makes it unique and finds the space when somebody joins.
pub(super) fn invite_guard(code_hash: &str) -> Key {
    Key::new(format!("INVITE#{code_hash}"), GUARD)
}

/// The first answer to an Idempotency-Key, by the hash of caller, operation and key.
pub(super) fn idempotency(id: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{id}"), METADATA)
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

/// An event, seen from its space, by the time at which it occurred: "what happened there".
pub(super) fn event(space_id: Uuid, occurred_at: DateTime<Utc>, event_id: &EventId) -> Key {
    Key::new(
        space(space_id),
        format!("{}#{}", list_time(EVENT_PREFIX, occurred_at), event_id.as_str()),
    )
}

/// The events of a space that occurred at `from` or later and before `to`.
pub(super) fn events(space_id: Uuid, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> KeyRange {
    times(space_id, EVENT_PREFIX, from, to, LAST.to_string())
}

/// The partition of a task: the task itself and its comments.
pub(super) fn task_partition(task_id: Uuid) -> String {
    format!("{TASK_PREFIX}{task_id}")
}

/// A task by id.
pub(super) fn task(task_id: Uuid) -> Key {
    Key::new(task_partition(task_id), TASK)
}

/// A comment, in the order in which they were made.
pub(super) fn comment(task_id: Uuid, comment_id: Uuid) -> Key {
    Key::new(task_partition(task_id), format!("{COMMENT_PREFIX}{comment_id}"))
}

/// A task and its comments, oldest first: for showing it.
pub(super) fn task_with_comments(task_id: Uuid) -> KeyRange {
    KeyRange {
        pk: task_partition(task_id),
        first: TASK.to_owned(),
        last: format!("{COMMENT_PREFIX}{LAST}"),
    }
}

/// The comments of a task, oldest first.
pub(super) fn comments(task_id: Uuid) -> KeyRange {
    KeyRange::of_prefix(task_partition(task_id), COMMENT_PREFIX.to_owned())
}

/// A task, seen from its space, by the time of its creation.
pub(super) fn task_created(space_id: Uuid, created_at: DateTime<Utc>, task_id: Uuid) -> Key {
    Key::new(
        space(space_id),
        format!("{}#{task_id}", list_time(TASK_PREFIX, created_at)),
    )
}

/// A task, seen from its space, by the time at which it is due, from one change of that time (`since`) to the next.
pub(super) fn task_due(space_id: Uuid, due_at: Option<DateTime<Utc>>, task_id: Uuid, since: Uuid) -> Key {
    let time = due_at.map_or_else(
        || format!("{DUE_PREFIX}{NEVER}"),
        |due_at| list_time(DUE_PREFIX, due_at),
    );
    Key::new(space(space_id), format!("{time}#{task_id}#{since}"))
}

/// The tasks of a space that were created at `from` or later and before `to`: "what is to do here".
pub(super) fn tasks_by_creation(space_id: Uuid, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> KeyRange {
    times(space_id, TASK_PREFIX, from, to, LAST.to_string())
}

/// The tasks of a space that are due at `from` or later and before `to`; what is never due is left out by either.
pub(super) fn tasks_by_due_time(space_id: Uuid, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> KeyRange {
    let end = if from.is_some() {
        NEVER.to_owned()
    } else {
        LAST.to_string()
    };
    times(space_id, DUE_PREFIX, from, to, end)
}

/// A stretch of a list whose keys go on after their time: those of `to` itself are not in it.
fn times(
    space_id: Uuid,
    prefix: &str,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    end: String,
) -> KeyRange {
    KeyRange {
        pk: space(space_id),
        first: from.map_or_else(|| prefix.to_owned(), |from| list_time(prefix, from)),
        last: to.map_or_else(|| format!("{prefix}{end}"), |to| list_time(prefix, to)),
    }
}

fn list_time(prefix: &str, at: DateTime<Utc>) -> String {
    format!("{prefix}{}", at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The place of an event, by its id: makes the id unique and finds the event.
pub(super) fn event_guard(event_id: &EventId) -> Key {
    Key::new(format!("{EVENT_PREFIX}{}", event_id.as_str()), METADATA)
}

fn counting(scope: Scope) -> String {
    match scope {
        Scope::Space(space_id) => space(space_id),
        Scope::Deployment => "DEPLOYMENT".to_owned(),
    }
}

/// A part of the totals of a topic, in the partition of what they are of.
pub(super) fn counter_total(scope: Scope, topic: Topic, shard: u8) -> Key {
    Key::new(
        counting(scope),
        format!("{COUNTER_PREFIX}TOTAL#{}#{shard}", topic.as_str()),
    )
}

/// A part of the days of a month of a topic.
pub(super) fn counter_month(scope: Scope, topic: Topic, day: NaiveDate, shard: u8) -> Key {
    Key::new(
        counting(scope),
        format!("{COUNTER_PREFIX}DAYS#{}#{}#{shard}", topic.as_str(), month(day)),
    )
}

fn month(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// All figures of a scope: for a recount.
pub(super) fn counters(scope: Scope) -> KeyRange {
    KeyRange::of_prefix(counting(scope), COUNTER_PREFIX.to_owned())
}

/// The totals of a scope: for its dashboard.
pub(super) fn counter_totals(scope: Scope) -> KeyRange {
    KeyRange::of_prefix(counting(scope), format!("{COUNTER_PREFIX}TOTAL#"))
}

/// The days of a topic, by whole months: for a series.
pub(super) fn counter_months(scope: Scope, topic: Topic, from: Option<NaiveDate>, to: NaiveDate) -> KeyRange {
    let days = format!("{COUNTER_PREFIX}DAYS#{}#", topic.as_str());
    KeyRange {
        pk: counting(scope),
        first: format!("{days}{}", from.map(month).unwrap_or_default()),
        last: format!("{days}{}{LAST}", month(to)),
    }
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
