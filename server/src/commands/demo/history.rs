//! What happens in the demo workspace, and when: a list of steps that follows from its start alone.
//! Pure and without chance: the same start gives the same history, and more weeks only make it longer.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday};
use fastrand::Rng;
use spaces_contract::{SpaceRole, TaskPriority, TaskStatus};

use super::cast::{
    ACCOUNTS, ACTIONS, FEEDBACK, INCIDENTS, ON_BLOCK, ON_CALL, ON_CANCEL, ON_CLOSE, ON_START, OPERATIONS, OUTSIDERS,
    PEOPLE, Person, REGIONS, TEAMS, Team,
};

/// Something that somebody does at some time.
pub(super) struct Step {
    pub at: DateTime<Utc>,
    pub by: &'static Person,
    pub act: Act,
}

/// What somebody does. A task is named by its title, or by the id of the event that it was made of.
pub(super) enum Act {
    SignUp,
    FillInProfile,
    ChoosePreferences,
    CreateSpace(&'static Team),
    Join(&'static Team, SpaceRole),
    Invite(&'static Team, &'static str),
    CreateTask(PlannedTask),
    SetStatus(String, TaskStatus),
    Comment(String, &'static str),
    Report(PlannedEvent),
    TakeUp(String, &'static Person),
    GiveFeedback(usize),
}

/// A task to create.
pub(super) struct PlannedTask {
    pub team: &'static Team,
    pub title: String,
    pub assignee: Option<&'static Person>,
    pub priority: TaskPriority,
    pub due_at: Option<DateTime<Utc>>,
}

/// An event to report.
pub(super) struct PlannedEvent {
    pub id: String,
    pub incident: usize,
    pub severity: i32,
    pub account: &'static str,
    pub region: &'static str,
}

/// For how many days people outside can follow an invitation.
pub(super) const INVITATION_DAYS: i32 = 14;

/// From when on everybody of the first day is there.
const OPENING: TimeDelta = TimeDelta::hours(8);

/// The steps of so many weeks, in their order.
pub(super) fn history(start: DateTime<Utc>, weeks: u8) -> Vec<Step> {
    let mut history = History {
        start,
        steps: Vec::new(),
    };
    history.beginnings();
    let days = u64::from(weeks) * 7;
    // The last one is cut off at the time of day at which the first one began.
    for day in 0..=days {
        history.day(day);
    }
    let end = start + Days::new(days);
    let mut steps = history.steps;
    steps.retain(|step| step.at < end);
    steps.sort_by_key(|step| step.at);
    steps
}

/// When the demo workspace began if it is there now for so many weeks.
pub(super) fn start(now: DateTime<Utc>, weeks: u8) -> DateTime<Utc> {
    now - Days::new(u64::from(weeks) * 7)
}

struct History {
    start: DateTime<Utc>,
    steps: Vec<Step>,
}

impl History {
    fn add(&mut self, at: DateTime<Utc>, by: &'static Person, act: Act) {
        self.steps.push(Step { at, by, act });
    }

    /// Everybody signs up, and the spaces get their members.
    fn beginnings(&mut self) {
        for by in PEOPLE {
            let at = self.start + TimeDelta::hours(by.after_hours);
            self.add(at, by, Act::SignUp);
            self.add(at + TimeDelta::minutes(4), by, Act::FillInProfile);
            self.add(at + TimeDelta::minutes(7), by, Act::ChoosePreferences);
        }
        for team in TEAMS {
            self.add(self.joins(team, team.owner), team.owner, Act::CreateSpace(team));
            for (member, role) in team.members {
                self.add(self.joins(team, member), member, Act::Join(team, *role));
            }
        }
    }

    /// When somebody joins a space: soon after both they and its owner are there.
    fn joins(&self, team: &Team, person: &Person) -> DateTime<Utc> {
        let owner = team.owner.after_hours;
        let pause = if person.email == team.owner.email { 20 } else { 45 };
        self.start + TimeDelta::hours(person.after_hours.max(owner)) + TimeDelta::minutes(pause)
    }

    /// Each day has a chance of its own, so that no day depends on how many there are.
    fn day(&mut self, day: u64) {
        let mut rng = Rng::with_seed(day);
        let midnight = (self.start + Days::new(day))
            .with_time(NaiveTime::MIN)
            .single()
            .unwrap_or(self.start);
        let at_work = is_workday(midnight);
        for (number, team) in (0..).zip(TEAMS) {
            for slot in 0..(if at_work { rng.u64(1..=3) } else { 0 }) {
                let at = midnight + TimeDelta::minutes(rng.i64(8 * 60..18 * 60));
                self.task(&mut rng, team, at, day * 3 + slot + number * 7);
            }
        }
        let busy = if day % 11 == 8 {
            22
        } else if at_work {
            9
        } else {
            4
        };
        for number in 0..rng.u64(busy / 2..=busy) {
            let at = midnight + TimeDelta::seconds(rng.i64(0..24 * 60 * 60));
            self.event(&mut rng, at, format!("demo-{day}-{number}"));
        }
        self.now_and_then(day, midnight + TimeDelta::hours(10));
    }

    /// An invitation a week, and feedback every fourth day.
    fn now_and_then(&mut self, day: u64, at: DateTime<Utc>) {
        if let (3, Ok(week)) = (day % 7, usize::try_from(day / 7)) {
            let team = TEAMS[week % TEAMS.len()];
            self.add(at, team.owner, Act::Invite(team, OUTSIDERS[week % OUTSIDERS.len()]));
        }
        if let (2, Ok(number)) = (day % 4, usize::try_from(day / 4))
            && number < FEEDBACK.len()
        {
            let by = PEOPLE[number * 3 % 5];
            self.add(at + TimeDelta::minutes(20), by, Act::GiveFeedback(number));
        }
    }

    /// A task and what becomes of it. `number` tells it from all others of its space.
    fn task(&mut self, rng: &mut Rng, team: &'static Team, at: DateTime<Utc>, number: u64) {
        let there = self.workers(team, at);
        let (by, assignee) = (pick(rng, &there), pick(rng, &there));
        let assigned = rng.u8(..100) < 85;
        let due_in = TimeDelta::days(rng.i64(2..15));
        let has_due = rng.u8(..100) < 70;
        let priority = priority(rng);
        let (Some(by), Some(worker)) = (by, assignee) else {
            return;
        };
        if at < self.start + OPENING {
            return;
        }
        let title = title(team, number);
        let planned = PlannedTask {
            team,
            title: title.clone(),
            assignee: assigned.then_some(worker),
            priority,
            due_at: has_due.then(|| office_hour(at + due_in)),
        };
        self.add(at, by, Act::CreateTask(planned));
        self.work(rng, title, worker, at);
    }

    /// What becomes of a task: most are started, and most of those are done.
    fn work(&mut self, rng: &mut Rng, task: String, by: &'static Person, created: DateTime<Utc>) {
        let mut at = created;
        let mut later = |rng: &mut Rng, hours: std::ops::Range<i64>| {
            at = office_hour(at + TimeDelta::minutes(rng.i64(hours.start * 60..hours.end * 60)));
            at
        };
        let status = |status| Act::SetStatus(task.clone(), status);
        let say = |rng: &mut Rng, texts: &[&'static str]| Act::Comment(task.clone(), texts[rng.usize(..texts.len())]);
        let moment = TimeDelta::minutes(2);
        if rng.u8(..100) < 12 {
            return;
        }
        let at = later(rng, 1..50);
        self.add(at, by, status(TaskStatus::InProgress));
        if rng.u8(..100) < 45 {
            self.add(at + moment, by, say(rng, &ON_START));
        }
        if rng.u8(..100) < 16 {
            let at = later(rng, 2..20);
            self.add(at, by, status(TaskStatus::Blocked));
            self.add(at + moment, by, say(rng, &ON_BLOCK));
            let at = later(rng, 12..72);
            self.add(at, by, status(TaskStatus::InProgress));
        }
        let at = later(rng, 3..110);
        match rng.u8(..100) {
            0..6 => {
                self.add(at, by, status(TaskStatus::Cancelled));
                self.add(at + moment, by, say(rng, &ON_CANCEL));
            }
            6..88 => {
                self.add(at, by, status(TaskStatus::Done));
                if rng.u8(..100) < 40 {
                    self.add(at + moment, by, say(rng, &ON_CLOSE));
                }
            }
            _ => {}
        }
    }

    /// An event, and where it is serious, the task that somebody makes of it.
    fn event(&mut self, rng: &mut Rng, at: DateTime<Utc>, id: String) {
        let incident = rng.usize(..INCIDENTS.len());
        let severity = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5][rng.usize(..15)];
        let (account, region) = (
            ACCOUNTS[rng.usize(..ACCOUNTS.len())],
            REGIONS[rng.usize(..REGIONS.len())],
        );
        let taken_up = severity > 3 && rng.u8(..100) < 70;
        let worker = pick(rng, &self.workers(&OPERATIONS, at));
        if at < self.start + OPENING {
            return;
        }
        let event = PlannedEvent {
            id: id.clone(),
            incident,
            severity,
            account,
            region,
        };
        self.add(at, ON_CALL, Act::Report(event));
        if let (true, Some(worker)) = (taken_up, worker) {
            let at = at + TimeDelta::minutes(rng.i64(3..40));
            self.add(at, ON_CALL, Act::TakeUp(id.clone(), worker));
            self.work(rng, id, worker, at);
        }
    }

    /// Who is in a space by then, and may change its tasks.
    fn workers(&self, team: &'static Team, at: DateTime<Utc>) -> Vec<&'static Person> {
        let members = team
            .members
            .iter()
            .filter(|(_, role)| crate::rules::may_contribute(*role));
        let all = std::iter::once(team.owner).chain(members.map(|(member, _)| *member));
        all.filter(|person| self.joins(team, person) < at).collect()
    }
}

fn pick(rng: &mut Rng, people: &[&'static Person]) -> Option<&'static Person> {
    let chosen = rng.usize(..people.len().max(1));
    people.get(chosen).copied()
}

fn priority(rng: &mut Rng) -> TaskPriority {
    match rng.u8(..100) {
        0..25 => TaskPriority::Low,
        25..70 => TaskPriority::Medium,
        70..92 => TaskPriority::High,
        _ => TaskPriority::Critical,
    }
}

/// One title for each number below 400: every action meets every subject once.
fn title(team: &Team, number: u64) -> String {
    let number = usize::try_from(number * 171 % 400).unwrap_or_default();
    format!(
        "{} {}",
        ACTIONS[number % ACTIONS.len()],
        team.subjects[number / ACTIONS.len()]
    )
}

fn is_workday(at: DateTime<Utc>) -> bool {
    !matches!(at.weekday(), Weekday::Sat | Weekday::Sun)
}

/// This moment if somebody is at work then, else the same minute of the next hour in which somebody is.
fn office_hour(mut at: DateTime<Utc>) -> DateTime<Utc> {
    while !is_workday(at) || !(8..18).contains(&at.hour()) {
        at += TimeDelta::hours(1);
    }
    at
}
