//! Who and what there is before anything is measured: a team in twenty spaces with tasks, comments, events and
//! invitations, and many people who are in none. It is made over HTTP, but for the first administrator.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::bodies::{aws_config, event, monitoring_config};
use crate::call::{Call, PASSWORD, Person, text};
use crate::load::Expected;
use crate::rounds::all;
use crate::server::Outcome;

/// The email of the administrator of the deployment.
pub(super) const ROOT: &str = "root@example.org";

/// How many spaces the team has, and how many people make spaces of their own.
pub(super) const SPACES: usize = 20;
/// How many tasks and events the team has, and how many tasks the newcomers.
pub(super) const ITEMS: usize = 400;

const CREATED: u16 = 201;

/// Who and what there is. What there are several of is used in turn: by the n-th request the n-th, and then again.
pub(super) struct Scene {
    pub(super) address: SocketAddr,
    /// The administrator of the deployment.
    pub(super) root: Person,
    /// The owner of all spaces of the team.
    pub(super) ada: Person,
    /// Their admin.
    pub(super) bob: Person,
    /// Their member.
    pub(super) cyd: Person,
    /// Their viewer.
    pub(super) dan: Person,
    /// Is invited into all of them.
    pub(super) eve: Person,
    /// Who makes spaces of their own.
    makers: Vec<Person>,
    /// Who has nothing but a personal space: one for each request.
    newcomers: Vec<Person>,
    spaces: Vec<String>,
    tasks: Vec<String>,
    own_tasks: Vec<String>,
    codes: Vec<String>,
    /// What was made for the operation that is measured now.
    pub(super) supplies: Vec<Value>,
}

impl Scene {
    /// Makes everything, with so many newcomers.
    pub(super) async fn make(address: SocketAddr, newcomers: usize) -> Outcome<Self> {
        let login = Call::new("POST", "/api/auth/login").json(&json!({ "email": ROOT, "password": PASSWORD }));
        let root = Person::of(&all(address, vec![login], Expected::status(200)).await?[0]);
        let emails = (0..5 + SPACES + newcomers).map(|n| format!("user{n}@example.org"));
        let registrations = emails.enumerate().map(|(n, it)| Call::register(&it).sent_from(n));
        let sessions = all(address, registrations.collect(), Expected::status(CREATED)).await?;
        let mut people = sessions.iter().map(Person::of);
        let mut next = || people.next().ok_or("too few people");
        let mut scene = Self {
            address,
            root,
            ada: next()?,
            bob: next()?,
            cyd: next()?,
            dan: next()?,
            eve: next()?,
            makers: people.by_ref().take(SPACES).collect(),
            newcomers: people.collect(),
            spaces: Vec::new(),
            tasks: Vec::new(),
            own_tasks: Vec::new(),
            codes: Vec::new(),
            supplies: Vec::new(),
        };
        scene.make_spaces().await?;
        scene.make_tasks().await?;
        scene.make_rest().await?;
        Ok(scene)
    }

    /// Spaces of Ada, which Bob, Cyd and Dan join and Eve is invited into.
    async fn make_spaces(&mut self) -> Outcome<()> {
        let spaces = self.created((0..SPACES).map(|n| new_space(n).by(&self.ada))).await?;
        self.spaces = spaces.iter().map(|space| text(space, "spaceId")).collect();
        for (person, role) in [(&self.bob, "admin"), (&self.cyd, "member"), (&self.dan, "viewer")] {
            let terms = |n| json!({ "spaceId": self.space(n), "role": role });
            let invitations = self.created((0..SPACES).map(|n| self.invite(&terms(n)))).await?;
            let accepts = invitations.iter().map(|it| accept(it).by(person));
            all(self.address, accepts.collect(), Expected::status(200)).await?;
        }
        let terms = |n| json!({ "spaceId": self.space(n), "email": self.eve.email });
        let invitations = self.created((0..SPACES).map(|n| self.invite(&terms(n)))).await?;
        self.codes = invitations.iter().map(|it| text(it, "code")).collect();
        Ok(())
    }

    /// Tasks of the team, each with a comment, and of newcomers.
    async fn make_tasks(&mut self) -> Outcome<()> {
        let tasks = self.created((0..ITEMS).map(|n| self.new_task(n))).await?;
        self.tasks = tasks.iter().map(|it| text(it, "taskId")).collect();
        let comment = |n| Call::new("POST", "/api/tasks/{taskId}/comments").at("taskId", self.task(n));
        let comment = |n| comment(n).by(&self.ada).json(&json!({ "body": "Now?" }));
        self.created((0..ITEMS).map(comment)).await?;
        let tasks = self.created((0..ITEMS).map(|n| self.new_own_task(n))).await?;
        self.own_tasks = tasks.iter().map(|it| text(it, "taskId")).collect();
        Ok(())
    }

    /// Events, feedback and configuration.
    async fn make_rest(&self) -> Outcome<()> {
        self.ingest("first", ITEMS).await?;
        let feedback = json!({ "category": "idea", "message": "Less smoke, please." });
        let feedback = |n| Call::new("POST", "/api/feedback").json(&feedback).sent_from(n);
        self.created((0..ITEMS).map(feedback)).await?;
        let configurations = [("aws", aws_config()), ("monitoring", monitoring_config())];
        let put = |(name, body)| Call::new("PUT", format!("/api/config/{name}")).json(&body);
        let first = |it| put(it).by(&self.root).header("if-match", "\"0\"");
        let puts = configurations.into_iter().map(first).collect();
        all(self.address, puts, Expected::status(200)).await?;
        Ok(())
    }

    /// So many events of a name, in the spaces of the team.
    pub(super) async fn ingest(&self, name: &str, count: usize) -> Outcome<()> {
        let numbers: Vec<_> = (0..count).collect();
        let batch = |of: &[usize]| {
            let events: Vec<_> = of
                .iter()
                .map(|n| event(self.space(*n), &format!("{name}-{n}")))
                .collect();
            Call::new("POST", "/api/events")
                .by(&self.cyd)
                .json(&json!({ "events": events }))
        };
        let taken = Expected {
            status: 200,
            proof: r#""status":201"#,
        };
        all(self.address, numbers.chunks(100).map(batch).collect(), taken).await?;
        Ok(())
    }

    /// What these calls create.
    pub(super) async fn created(&self, calls: impl Iterator<Item = Call>) -> Outcome<Vec<Value>> {
        Ok(all(self.address, calls.collect(), Expected::status(CREATED)).await?)
    }

    /// An invitation by Ada.
    pub(super) fn invite(&self, terms: &Value) -> Call {
        Call::new("POST", "/api/invitations").by(&self.ada).json(terms)
    }

    /// A task in a space of the team.
    pub(super) fn new_task(&self, n: usize) -> Call {
        let due = format!("2026-12-{:02}T09:00:00Z", n % 28 + 1);
        let (space, assignee) = (self.space(n), &self.cyd.user_id);
        let task = json!({ "spaceId": space, "title": "Light the fire", "assigneeId": assignee, "dueAt": due });
        Call::new("POST", "/api/tasks").by(&self.cyd).json(&task)
    }

    /// A task of a newcomer.
    pub(super) fn new_own_task(&self, n: usize) -> Call {
        let newcomer = self.newcomer(n);
        let tasks = Call::new("POST", "/api/users/{userId}/tasks").at("userId", &newcomer.user_id);
        tasks.by(newcomer).json(&json!({ "title": "Read" }))
    }

    pub(super) fn maker(&self, n: usize) -> &Person {
        &self.makers[n % self.makers.len()]
    }

    pub(super) fn newcomer(&self, n: usize) -> &Person {
        &self.newcomers[n % self.newcomers.len()]
    }

    pub(super) fn space(&self, n: usize) -> &str {
        &self.spaces[n % SPACES]
    }

    pub(super) fn task(&self, n: usize) -> &str {
        &self.tasks[n % ITEMS]
    }

    /// A task of a newcomer, and whose it is.
    pub(super) fn own_task(&self, n: usize) -> (&Person, &str) {
        (self.newcomer(n % ITEMS), &self.own_tasks[n % ITEMS])
    }

    /// The code of an invitation for Eve.
    pub(super) fn code(&self, n: usize) -> &str {
        &self.codes[n % SPACES]
    }
}

pub(super) fn new_space(n: usize) -> Call {
    Call::new("POST", "/api/spaces").json(&json!({ "name": format!("Space {n}") }))
}

pub(super) fn accept(invitation: &Value) -> Call {
    Call::new("POST", "/api/invitations/accept").json(&json!({ "code": invitation["code"] }))
}
