//! Figures for dashboards, all from counters: no list is read, however long it is. Whose figures somebody may see is not
//! decided here.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_runtime::Fault;
use spaces_contract::{Count, Counts, DailyCount, DailyTasks, DashboardOverview, EventsStats, TasksStats, UsersStats};
use uuid::Uuid;

use super::Store;
use super::counters::{Group, Scope, Series, Tally, Topic, is_open};
use super::items::from_item;
use super::keys::{self, Key};
use super::reads::Order;
use super::tasks::StoredTask;
use super::tasks::is_current;

/// How many spaces are read at the same time.
const AT_ONCE: usize = 8;
/// The severity of critical events.
const CRITICAL: &str = "5";

impl Store {
    /// Headline figures of some spaces together.
    pub async fn get_dashboard_overview(&self, spaces: &[Uuid]) -> Result<DashboardOverview, Fault> {
        let now = self.clock.now();
        let tally = self.tally_of(spaces, Topic::Tasks, None, now.date_naive()).await?;
        let (open, closed) = open_and_closed(&tally);
        Ok(DashboardOverview {
            spaces: count(i64::try_from(spaces.len()).map_err(Fault::internal)?)?,
            members: count(total(&tally, Group::MemberRole))?,
            open_tasks: count(open)?,
            overdue_tasks: count(self.overdue(spaces, &tally, now).await?)?,
            closed_tasks: count(closed)?,
            events: count(total(&tally, Group::EventSeverity))?,
            critical_events: count(sum(tally.group(Group::EventSeverity), |severity| severity == CRITICAL))?,
        })
    }

    /// Figures of the events of some spaces together; the series has the last `days` days.
    pub async fn get_events_stats(&self, spaces: &[Uuid], days: i32) -> Result<EventsStats, Fault> {
        let days = last_days(self.clock.now(), days)?;
        let tally = self
            .tally_of(spaces, Topic::Events, Some(days.first), days.last)
            .await?;
        Ok(EventsStats {
            total: count(total(&tally, Group::EventSeverity))?,
            by_severity: counts(&tally, Group::EventSeverity)?,
            by_account: counts(&tally, Group::EventAccount)?,
            by_region: counts(&tally, Group::EventRegion)?,
            by_source: counts(&tally, Group::EventSource)?,
            daily: days.counts(&tally, Series::Occurred)?,
        })
    }

    /// Figures of the tasks of some spaces together; the series has the last `days` days.
    pub async fn get_tasks_stats(&self, spaces: &[Uuid], days: i32) -> Result<TasksStats, Fault> {
        let now = self.clock.now();
        let days = last_days(now, days)?;
        let tally = self.tally_of(spaces, Topic::Tasks, None, days.last).await?;
        let (open, closed) = open_and_closed(&tally);
        let created = days.counts(&tally, Series::Created)?;
        let closed_by_day = days.counts(&tally, Series::Closed)?;
        let daily = created
            .into_iter()
            .zip(closed_by_day)
            .map(|(created, closed)| DailyTasks {
                day: created.day,
                created: created.count,
                closed: closed.count,
            });
        Ok(TasksStats {
            total: count(open + closed)?,
            by_status: counts(&tally, Group::TaskStatus)?,
            by_priority: counts(&tally, Group::TaskPriority)?,
            by_assignee: counts(&tally, Group::TaskAssignee)?,
            overdue: count(self.overdue(spaces, &tally, now).await?)?,
            completion_rate: part(closed, open + closed),
            daily: daily.collect(),
            median_open_age_days: median_age(&tally, days.last),
        })
    }

    /// Figures of all users; the series has the last `days` days. Two queries.
    pub async fn get_users_stats(&self, days: i32) -> Result<UsersStats, Fault> {
        let now = self.clock.now();
        let (days, month) = (last_days(now, days)?, last_days(now, 30)?);
        let mut tally = self.totals(Scope::Deployment).await?;
        let first = days.first.min(month.first);
        tally.add_all(
            self.daily(Scope::Deployment, Topic::Users, Some(first), days.last)
                .await?,
        );
        let active = |in_days| {
            let since = last_days(now, in_days)?.first;
            count(sum(tally.series(Series::LastActive), |day| day >= since))
        };
        Ok(UsersStats {
            total: count(total(&tally, Group::UserRole))?,
            by_role: counts(&tally, Group::UserRole)?,
            by_status: counts(&tally, Group::UserStatus)?,
            active1_day: active(1)?,
            active7_days: active(7)?,
            active30_days: active(30)?,
            sign_ups: days.counts(&tally, Series::SignedUp)?,
        })
    }

    /// The totals of all topics and the days of one, of some spaces together. Two queries for each space.
    async fn tally_of(
        &self,
        spaces: &[Uuid],
        topic: Topic,
        from: Option<NaiveDate>,
        to: NaiveDate,
    ) -> Result<Tally, Fault> {
        let figures = stream::iter(spaces.iter().map(|space_id| Scope::Space(*space_id))).map(|scope| async move {
            let mut tally = self.totals(scope).await?;
            tally.add_all(self.daily(scope, topic, from, to).await?);
            Ok::<_, Fault>(tally)
        });
        let together = figures
            .buffer_unordered(AT_ONCE)
            .try_fold(Tally::default(), |mut sum, tally| async move {
                sum.add_all(tally);
                Ok(sum)
            });
        together.await
    }

    /// How many open tasks were due before now: those of past days from the counters, and those of today from the index
    /// of due times. So it is exact, and costs what is due today and not what was ever due.
    async fn overdue(&self, spaces: &[Uuid], tally: &Tally, now: DateTime<Utc>) -> Result<i64, Fault> {
        let today = now.date_naive();
        let past = sum(tally.series(Series::OpenDue), |day| day < today);
        if sum(tally.series(Series::OpenDue), |day| day == today) == 0 {
            return Ok(past);
        }
        let today = stream::iter(spaces).map(|space_id| self.overdue_today(*space_id, now));
        let today = today
            .buffer_unordered(AT_ONCE)
            .try_fold(0, |sum, count| async move { Ok(sum + count) });
        Ok(past + today.await?)
    }

    async fn overdue_today(&self, space_id: Uuid, now: DateTime<Utc>) -> Result<i64, Fault> {
        let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        let range = keys::tasks_by_due_time(space_id, Some(midnight), Some(now));
        let (mut overdue, mut after) = (0, None);
        loop {
            // As many as one round trip gets by their keys.
            let page = self.query_range(&range, after, Some(100), Order::Ascending).await?;
            let current = page.items.iter().filter(|entry| is_current(entry));
            let due: BTreeSet<_> = current.filter_map(Key::of).filter_map(|key| key.task()).collect();
            let tasks = self.get_all(due.into_iter().map(keys::task).collect()).await?;
            for task in tasks.into_values() {
                let task = from_item::<StoredTask>(task, now)?;
                let is_overdue = |task: StoredTask| {
                    is_open(task.status) && task.due_at.is_some_and(|due_at| midnight <= due_at && due_at < now)
                };
                overdue += i64::from(task.is_some_and(is_overdue));
            }
            after = page.next;
            if after.is_none() {
                return Ok(overdue);
            }
        }
    }
}

/// Days in a row, both included; none is missing in a series of them.
#[derive(Clone, Copy)]
struct LastDays {
    first: NaiveDate,
    last: NaiveDate,
}

/// The last `days` days, today included.
fn last_days(now: DateTime<Utc>, days: i32) -> Result<LastDays, Fault> {
    let last = now.date_naive();
    let before = u64::try_from(days - 1).map_err(Fault::internal)?;
    let first = last.checked_sub_days(Days::new(before));
    let first = first.ok_or_else(|| Fault::internal("a day before all days"))?;
    Ok(LastDays { first, last })
}

impl LastDays {
    fn counts(self, tally: &Tally, series: Series) -> Result<Vec<DailyCount>, Fault> {
        let counted: BTreeMap<_, _> = tally.series(series).collect();
        let days = self.first.iter_days().take_while(|day| *day <= self.last);
        let count = |day: NaiveDate| count(counted.get(&day).copied().unwrap_or_default());
        days.map(|day| {
            Ok(DailyCount {
                day,
                count: count(day)?,
            })
        })
        .collect()
    }
}

fn open_and_closed(tally: &Tally) -> (i64, i64) {
    let is_open = |status: &str| status.parse().is_ok_and(is_open);
    let open = sum(tally.group(Group::TaskStatus), is_open);
    (open, total(tally, Group::TaskStatus) - open)
}

/// The median age of the open tasks in whole days of the calendar, or half-way between two.
fn median_age(tally: &Tally, today: NaiveDate) -> Option<f64> {
    let open = sum(tally.series(Series::OpenSince), |_| true);
    let age_at = |place: i64| {
        let mut seen = 0;
        let (day, _) = tally.series(Series::OpenSince).find(|(_, count)| {
            seen += count;
            seen > place
        })?;
        Some(today.signed_duration_since(day).num_days() as f64)
    };
    Some((age_at((open - 1) / 2)? + age_at(open / 2)?) / 2.0)
}

fn sum<T>(figures: impl Iterator<Item = (T, i64)>, wanted: impl Fn(T) -> bool) -> i64 {
    figures
        .filter_map(|(figure, count)| wanted(figure).then_some(count))
        .sum()
}

fn total(tally: &Tally, group: Group) -> i64 {
    sum(tally.group(group), |_| true)
}

fn counts(tally: &Tally, group: Group) -> Result<Counts, Fault> {
    let counts = tally.group(group).map(|(value, n)| Ok((value.to_owned(), count(n)?)));
    counts.collect()
}

/// A figure below 0 would mean that a change was counted that nobody made.
fn count(n: i64) -> Result<Count, Fault> {
    Count::try_from(n).map_err(Fault::internal)
}

fn part(some: i64, all: i64) -> f64 {
    if all == 0 { 0.0 } else { some as f64 / all as f64 }
}
