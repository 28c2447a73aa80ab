//! Where the demo workspace is played: the application under a clock of its own, and what of the play is there already.
//! How each step is done is in `acts`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use lockstep_runtime::Refusal;
use lockstep_runtime::actix::Call;
use spaces_contract::{SpaceKind, Task, TaskSort};
use uuid::Uuid;

use super::cast::{ADMINISTRATOR, PEOPLE, Person, TEAMS, Team};
use crate::api::{
    LIST_FEEDBACK, LIST_SPACES, LIST_TASKS, ListFeedbackAnswer, ListFeedbackParams, ListSpacesAnswer, ListSpacesParams,
    ListTasksAnswer, ListTasksParams, SpacesApi as _, SystemApi as _, TasksApi as _,
};
use crate::app::{App, Caller};
use crate::serve::StartError;
use crate::store::User;

/// How many items a page of a list has.
const PAGE: i32 = 100;

/// The application, and what it has of the demo workspace so far.
pub(super) struct Stage {
    pub app: App,
    /// By email.
    people: HashMap<&'static str, Uuid>,
    /// By name.
    spaces: HashMap<&'static str, Uuid>,
    /// By title, or by the event that they were made of.
    pub tasks: HashMap<String, KnownTask>,
    /// The messages.
    pub feedback: HashSet<String>,
}

/// A task that is there.
pub(super) struct KnownTask {
    pub task_id: Uuid,
    /// When it was changed last, where it was there before this run: then later steps are done, or overtaken by what
    /// somebody did since.
    pub changed_before: Option<DateTime<Utc>>,
}

impl Stage {
    /// Finds what an earlier run has left.
    pub(super) async fn of(app: App) -> Result<Self, StartError> {
        let mut stage = Self {
            app,
            people: HashMap::new(),
            spaces: HashMap::new(),
            tasks: HashMap::new(),
            feedback: HashSet::new(),
        };
        for person in PEOPLE {
            if let Some(user) = stage.app.store.find_user_by_email(person.email).await? {
                stage.enter(person, user.user_id);
            }
        }
        for team in TEAMS {
            stage.find_space(team).await?;
        }
        stage.find_feedback().await?;
        Ok(stage)
    }

    /// Moves the clock to a later moment.
    pub(super) fn move_to(&self, at: DateTime<Utc>) {
        self.app.clock.advance(at - self.app.clock.now());
    }

    pub(super) fn enter(&mut self, person: &Person, user_id: Uuid) {
        self.people.insert(person.email, user_id);
    }

    pub(super) fn open(&mut self, team: &Team, space_id: Uuid) {
        self.spaces.insert(team.name, space_id);
    }

    pub(super) fn is_there(&self, person: &Person) -> bool {
        self.people.contains_key(person.email)
    }

    pub(super) fn is_open(&self, team: &Team) -> bool {
        self.spaces.contains_key(team.name)
    }

    pub(super) fn user_id(&self, person: &Person) -> Result<Uuid, StartError> {
        self.people
            .get(person.email)
            .copied()
            .ok_or_else(|| format!("{} is not there", person.name).into())
    }

    pub(super) fn space_id(&self, team: &Team) -> Result<Uuid, StartError> {
        self.spaces
            .get(team.name)
            .copied()
            .ok_or_else(|| format!("{} is not there", team.name).into())
    }

    pub(super) fn task(&self, name: &str) -> Result<&KnownTask, StartError> {
        self.tasks
            .get(name)
            .ok_or_else(|| format!("the task {name} is not there").into())
    }

    pub(super) async fn user(&self, person: &Person) -> Result<User, StartError> {
        let user = self.app.store.get_user(self.user_id(person)?).await?;
        user.ok_or_else(|| format!("{} is gone", person.name).into())
    }

    /// Somebody who does something, and is active because of it.
    pub(super) async fn actor(&self, person: &Person) -> Result<Caller, StartError> {
        let caller = self.caller(person).await?;
        self.app.store.note_activity(&caller.user).await?;
        Ok(caller)
    }

    /// Somebody in no session: no operation of the play looks at it.
    pub(super) async fn caller(&self, person: &Person) -> Result<Caller, StartError> {
        let user = self.user(person).await?;
        Ok(Caller { user, session: None })
    }

    /// The space of a team, with its tasks, where its owner has one.
    async fn find_space(&mut self, team: &Team) -> Result<(), StartError> {
        if !self.is_there(team.owner) {
            return Ok(());
        }
        let mut cursor = None;
        loop {
            let params = ListSpacesParams { limit: PAGE, cursor };
            let owner = self.caller(team.owner).await?;
            let listed = self.app.list_spaces(&Call::internal(&LIST_SPACES), owner, params).await;
            let ListSpacesAnswer::Ok { body } = listed.map_err(refused)?;
            let is_it = |kind, name: &str| kind == SpaceKind::Shared && name == team.name;
            if let Some(space) = body.items.iter().find(|space| is_it(space.kind, space.name.as_str())) {
                self.open(team, space.space_id);
                return self.find_tasks(team, space.space_id).await;
            }
            match body.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn find_tasks(&mut self, team: &Team, space_id: Uuid) -> Result<(), StartError> {
        let mut cursor = None;
        loop {
            let owner = self.caller(team.owner).await?;
            let listed = self
                .app
                .list_tasks(&Call::internal(&LIST_TASKS), owner, all_tasks(space_id, cursor))
                .await;
            let ListTasksAnswer::Ok { body } = listed.map_err(refused)?;
            self.tasks.extend(body.items.into_iter().map(known));
            match body.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn find_feedback(&mut self) -> Result<(), StartError> {
        if !self.is_there(ADMINISTRATOR) {
            return Ok(());
        }
        let mut cursor = None;
        loop {
            let administrator = self.caller(ADMINISTRATOR).await?;
            let params = ListFeedbackParams {
                category: None,
                limit: PAGE,
                cursor,
            };
            let listed = self
                .app
                .list_feedback(&Call::internal(&LIST_FEEDBACK), administrator, params)
                .await;
            let ListFeedbackAnswer::Ok { body } = listed.map_err(refused)?;
            self.feedback
                .extend(body.items.iter().map(|feedback| feedback.message.as_str().to_owned()));
            match body.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }
}

fn known(task: Task) -> (String, KnownTask) {
    let Task {
        task_id,
        title,
        event_id,
        updated_at,
        ..
    } = task;
    let name = event_id.map_or_else(|| title.as_str().to_owned(), |event_id| event_id.as_str().to_owned());
    (
        name,
        KnownTask {
            task_id,
            changed_before: Some(updated_at),
        },
    )
}

fn all_tasks(space_id: Uuid, cursor: Option<String>) -> ListTasksParams {
    ListTasksParams {
        space_id: Some(space_id),
        status: Vec::new(),
        priority: Vec::new(),
        assignee_id: None,
        created_from: None,
        created_to: None,
        due_from: None,
        due_to: None,
        sort: TaskSort::Created,
        limit: PAGE,
        cursor,
    }
}

/// A refusal in words for the operator.
pub(super) fn refused(refusal: impl Into<Refusal>) -> StartError {
    let refusal = refusal.into();
    let context = refusal
        .context()
        .map(|context| format!(": {context}"))
        .unwrap_or_default();
    format!("{}{context}", refusal.code()).into()
}
