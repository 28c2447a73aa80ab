//! Counters: the figures of a space or of the deployment, changed in the transaction of what they count and never by
//! anything else. What a thing counts for follows from the thing alone: a change counts the difference, a recount the sum.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use chrono::{DateTime, NaiveDate, Utc};
use lockstep_runtime::{Fault, TextEnum};
use spaces_contract::{EventLabel, Severity, SpaceRole, TaskPriority, TaskStatus};
use uuid::Uuid;

use super::Store;
use super::items::{Attributes, ENTITY_TYPE, SCHEMA_VERSION};
use super::keys::{self, Key, KeyRange};
use super::reads::{Order, QueryPage};
use super::users::User;

/// Over how many items each figure is spread, so that writers at the same time rarely meet on one.
const SHARDS: u8 = 8;

/// What figures are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Of one space: its tasks, events and members.
    Space(Uuid),
    /// Of everything: the users.
    Deployment,
}

/// What is counted together: each topic has items of its own, so that changes of different things do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Tasks,
    Events,
    Members,
    Users,
}

impl Topic {
    /// In keys.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tasks => "TASKS",
            Self::Events => "EVENTS",
            Self::Members => "MEMBERS",
            Self::Users => "USERS",
        }
    }
}

/// Totals by the value of one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    TaskStatus,
    TaskPriority,
    TaskAssignee,
    EventSeverity,
    EventAccount,
    EventRegion,
    EventSource,
    MemberRole,
    UserRole,
    UserStatus,
}

/// Totals by day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Series {
    /// Tasks by the day of their creation.
    Created,
    /// Closed tasks by the day on which they were closed.
    Closed,
    /// Tasks that are open, by the day of their creation: their age follows from it.
    OpenSince,
    /// Tasks that are open, by the day on which they are due: what is overdue follows from it.
    OpenDue,
    /// Events by the day on which they occurred.
    Occurred,
    /// Users by the day of their registration.
    SignedUp,
    /// Users by the last day on which they were active.
    LastActive,
}

impl Group {
    const ALL: [Self; 10] = [
        Self::TaskStatus,
        Self::TaskPriority,
        Self::TaskAssignee,
        Self::EventSeverity,
        Self::EventAccount,
        Self::EventRegion,
        Self::EventSource,
        Self::MemberRole,
        Self::UserRole,
        Self::UserStatus,
    ];

    fn topic(self) -> Topic {
        match self {
            Self::TaskStatus | Self::TaskPriority | Self::TaskAssignee => Topic::Tasks,
            Self::EventSeverity | Self::EventAccount | Self::EventRegion | Self::EventSource => Topic::Events,
            Self::MemberRole => Topic::Members,
            Self::UserRole | Self::UserStatus => Topic::Users,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::TaskStatus => "taskStatus",
            Self::TaskPriority => "taskPriority",
            Self::TaskAssignee => "taskAssignee",
            Self::EventSeverity => "eventSeverity",
            Self::EventAccount => "eventAccount",
            Self::EventRegion => "eventRegion",
            Self::EventSource => "eventSource",
            Self::MemberRole => "memberRole",
            Self::UserRole => "userRole",
            Self::UserStatus => "userStatus",
        }
    }
}

impl Series {
    const ALL: [Self; 7] = [
        Self::Created,
        Self::Closed,
        Self::OpenSince,
        Self::OpenDue,
        Self::Occurred,
        Self::SignedUp,
        Self::LastActive,
    ];

    fn topic(self) -> Topic {
        match self {
            Self::Created | Self::Closed | Self::OpenSince | Self::OpenDue => Topic::Tasks,
            Self::Occurred => Topic::Events,
            Self::SignedUp | Self::LastActive => Topic::Users,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Closed => "closed",
            Self::OpenSince => "openSince",
            Self::OpenDue => "openDue",
            Self::Occurred => "occurred",
            Self::SignedUp => "signedUp",
            Self::LastActive => "lastActive",
        }
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Figure {
    Total(Group, String),
    Daily(Series, NaiveDate),
}

impl Figure {
    /// The attribute of the figure; no two figures share one.
    fn attribute(&self) -> String {
        match self {
            Self::Total(group, value) => format!("{}.{value}", group.name()),
            Self::Daily(series, day) => format!("{}.{day}", series.name()),
        }
    }

    /// The figure of an attribute; `None` for what says something else about the item.
    fn of_attribute(attribute: &str) -> Option<Self> {
        let (name, value) = attribute.split_once('.')?;
        if let Some(group) = Group::ALL.into_iter().find(|group| group.name() == name) {
            return Some(Self::Total(group, value.to_owned()));
        }
        let series = Series::ALL.into_iter().find(|series| series.name() == name)?;
        Some(Self::Daily(series, value.parse().ok()?))
    }

    /// The item that holds the figure. A month of days is one item: small to write, and few to read.
    fn key(&self, scope: Scope, shard: u8) -> Key {
        match self {
            Self::Total(group, _) => keys::counter_total(scope, group.topic(), shard),
            Self::Daily(series, day) => keys::counter_month(scope, series.topic(), *day, shard),
        }
    }
}

/// What is counted of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TaskFacts {
    pub(super) status: TaskStatus,
    pub(super) priority: TaskPriority,
    pub(super) assignee_id: Option<Uuid>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) due_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<DateTime<Utc>>,
}

/// Whether a task with this status is neither done nor cancelled.
pub(super) fn is_open(status: TaskStatus) -> bool {
    !matches!(status, TaskStatus::Done | TaskStatus::Cancelled)
}

/// Figures, or changes of figures; those that are not in it are 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally(BTreeMap<Figure, i64>);

impl Tally {
    /// What changes with a task: `before` is absent where it is created, `after` where it is deleted.
    pub(super) fn of_task(before: Option<&TaskFacts>, after: Option<&TaskFacts>) -> Self {
        Self::change(before.map(Self::task), after.map(Self::task))
    }

    /// What a new event counts for. Events do not change in what is counted of them.
    pub(super) fn of_event(
        severity: Severity,
        [account, region, source]: [&EventLabel; 3],
        occurred_at: DateTime<Utc>,
    ) -> Self {
        let mut tally = Self::default();
        tally.total(Group::EventSeverity, i32::from(severity).to_string());
        tally.total(Group::EventAccount, account.as_ref());
        tally.total(Group::EventRegion, region.as_ref());
        tally.total(Group::EventSource, source.as_ref());
        tally.daily(Series::Occurred, occurred_at);
        tally
    }

    /// What changes with a membership: the role before and after, absent where there is no membership.
    pub(super) fn of_membership(before: Option<SpaceRole>, after: Option<SpaceRole>) -> Self {
        let member = |role: SpaceRole| {
            let mut tally = Self::default();
            tally.total(Group::MemberRole, role.as_str());
            tally
        };
        Self::change(before.map(member), after.map(member))
    }

    /// What changes with a user: `before` is absent where one signs up, `after` where one is deleted. A transaction
    /// that counts this has to fail unless role, status and `lastActiveOn` are still those of `before`.
    pub(super) fn of_user(before: Option<&User>, after: Option<&User>) -> Self {
        Self::change(before.map(Self::user), after.map(Self::user))
    }

    fn change(before: Option<Self>, after: Option<Self>) -> Self {
        let mut change = after.unwrap_or_default();
        for (figure, count) in before.unwrap_or_default().0 {
            change.add(figure, -count);
        }
        change
    }

    fn task(task: &TaskFacts) -> Self {
        let mut tally = Self::default();
        tally.total(Group::TaskStatus, task.status.as_str());
        tally.total(Group::TaskPriority, task.priority.as_str());
        if let Some(assignee_id) = task.assignee_id {
            tally.total(Group::TaskAssignee, assignee_id);
        }
        tally.daily(Series::Created, task.created_at);
        if let Some(closed_at) = task.closed_at {
            tally.daily(Series::Closed, closed_at);
        }
        if is_open(task.status) {
            tally.daily(Series::OpenSince, task.created_at);
            if let Some(due_at) = task.due_at {
                tally.daily(Series::OpenDue, due_at);
            }
        }
        tally
    }

    fn user(user: &User) -> Self {
        let mut tally = Self::default();
        tally.total(Group::UserRole, user.role.as_str());
        tally.total(Group::UserStatus, user.status.as_str());
        tally.daily(Series::SignedUp, user.created_at);
        if let Some(day) = user.last_active_on {
            tally.add(Figure::Daily(Series::LastActive, day), 1);
        }
        tally
    }

    fn total(&mut self, group: Group, value: impl ToString) {
        self.add(Figure::Total(group, value.to_string()), 1);
    }

    fn daily(&mut self, series: Series, at: DateTime<Utc>) {
        self.add(Figure::Daily(series, at.date_naive()), 1);
    }

    fn add(&mut self, figure: Figure, count: i64) {
        let sum = self.0.get(&figure).copied().unwrap_or_default() + count;
        if sum == 0 {
            self.0.remove(&figure);
        } else {
            self.0.insert(figure, sum);
        }
    }

    /// Adds another tally to this one.
    pub(super) fn add_all(&mut self, other: Self) {
        for (figure, count) in other.0 {
            self.add(figure, count);
        }
    }

    /// What has to be added to `from` to make this.
    pub(super) fn since(self, from: Self) -> Self {
        Self::change(Some(from), Some(self))
    }

    /// The same in parts of at most so many figures.
    pub(super) fn parts(self, figures: usize) -> impl Iterator<Item = Self> {
        let mut rest = self.0.into_iter();
        std::iter::from_fn(move || Some(rest.by_ref().take(figures).collect()))
            .take_while(|part: &BTreeMap<_, _>| !part.is_empty())
            .map(Self)
    }

    /// Every figure with its name.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, i64)> {
        self.0.iter().map(|(figure, count)| (figure.attribute(), *count))
    }

    /// The totals of a group, by value.
    pub(super) fn group(&self, wanted: Group) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().filter_map(move |(figure, count)| match figure {
            Figure::Total(group, value) if *group == wanted => Some((value.as_str(), *count)),
            _ => None,
        })
    }

    /// The days of a series that have any, oldest first.
    pub(super) fn series(&self, wanted: Series) -> impl Iterator<Item = (NaiveDate, i64)> {
        self.0.iter().filter_map(move |(figure, count)| match figure {
            Figure::Daily(series, day) if *series == wanted => Some((*day, *count)),
            _ => None,
        })
    }

    fn read(&mut self, item: &Attributes) {
        for (attribute, value) in item {
            let count = value.as_n().ok().and_then(|count| count.parse().ok());
            if let Some((figure, count)) = Figure::of_attribute(attribute).zip(count) {
                self.add(figure, count);
            }
        }
    }
}

/// The actions that count: for each topic that changes one on the totals and one per month, usually one or two in all.
/// Each time it spreads them anew, so that trying again meets others.
pub(super) fn actions(table: &str, tallies: &BTreeMap<Scope, Tally>) -> Result<Vec<TransactWriteItem>, Fault> {
    let shard = fastrand::u8(..SHARDS);
    let mut items: HashMap<Key, Vec<(&Figure, i64)>> = HashMap::new();
    for (scope, tally) in tallies {
        for (figure, count) in &tally.0 {
            items
                .entry(figure.key(*scope, shard))
                .or_default()
                .push((figure, *count));
        }
    }
    items
        .into_iter()
        .map(|(key, figures)| action(table, key, &figures))
        .collect()
}

fn action(table: &str, key: Key, figures: &[(&Figure, i64)]) -> Result<TransactWriteItem, Fault> {
    let placeholders: Vec<_> = (0..figures.len()).map(|n| format!("#{n} :{n}")).collect();
    let expression = format!("SET #type = :type, #schema = :schema ADD {}", placeholders.join(", "));
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(key.attributes()))
        .update_expression(expression)
        .expression_attribute_names("#type", ENTITY_TYPE)
        .expression_attribute_names("#schema", SCHEMA_VERSION)
        .expression_attribute_values(":type", AttributeValue::S("counter".into()))
        .expression_attribute_values(":schema", AttributeValue::N("1".into()));
    for (n, (figure, count)) in figures.iter().enumerate() {
        update = update
            .expression_attribute_names(format!("#{n}"), figure.attribute())
            .expression_attribute_values(format!(":{n}"), AttributeValue::N(count.to_string()));
    }
    let update = update.build().map_err(Fault::internal)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

impl Store {
    /// The totals of all topics of a scope.
    pub(super) async fn totals(&self, scope: Scope) -> Result<Tally, Fault> {
        self.tally(keys::counter_totals(scope)).await
    }

    /// The days of a topic, in whole months: at least those from `from`, or the first there are, to `to`.
    pub(super) async fn daily(
        &self,
        scope: Scope,
        topic: Topic,
        from: Option<NaiveDate>,
        to: NaiveDate,
    ) -> Result<Tally, Fault> {
        self.tally(keys::counter_months(scope, topic, from, to)).await
    }

    /// Every figure of a scope.
    pub(super) async fn figures(&self, scope: Scope) -> Result<Tally, Fault> {
        self.tally(keys::counters(scope)).await
    }

    async fn tally(&self, range: KeyRange) -> Result<Tally, Fault> {
        let mut tally = Tally::default();
        let mut after = None;
        loop {
            let QueryPage { items, next } = self.query_range(&range, after, None, Order::Ascending).await?;
            items.iter().for_each(|item| tally.read(item));
            after = next;
            if after.is_none() {
                return Ok(tally);
            }
        }
    }
}
