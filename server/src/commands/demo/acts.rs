//! How each step of the demo workspace is done: through the operations that everybody else uses, so that every rule
//! holds for it. A step that was done before is found and left alone.

use chrono::{DateTime, Utc};
use lockstep_runtime::actix::Call;
use lockstep_runtime::{Failure, Secret};
use serde_json::json;
use spaces_contract::{
    EventBatch, EventDetail, EventTask, InvitationCode, MemberInvitation, NewComment, NewEvent, NewFeedback,
    NewInvitation, NewSpace, NewTask, NotificationPreferences, PreferencesUpdate, ProfileUpdate, PushPreferences,
    SpaceRole, TaskStatus, TaskStatusChange,
};

use super::cast::{FEEDBACK, INCIDENTS, OPERATIONS, PASSWORD, Person, Team};
use super::history::{Act, INVITATION_DAYS, PlannedEvent, PlannedTask, Step};
use super::stage::{KnownTask, Stage, refused};
use crate::api::{
    ACCEPT_INVITATION, ADD_TASK_COMMENT, AddTaskCommentParams, COMPLETE_ONBOARDING, CREATE_INVITATION, CREATE_SPACE,
    CREATE_TASK, CREATE_TASK_FROM_EVENT, CreateInvitationParams, CreateSpaceAnswer, CreateSpaceParams,
    CreateTaskAnswer, CreateTaskFromEventAnswer, CreateTaskFromEventParams, CreateTaskParams, EventsApi as _,
    INGEST_EVENTS, INVITE_MEMBER, IngestEventsAnswer, InvitationsApi as _, InviteMemberAnswer, InviteMemberParams,
    LIST_TASK_COMMENTS, ListTaskCommentsAnswer, ListTaskCommentsParams, MembersApi as _, SET_TASK_STATUS,
    SUBMIT_FEEDBACK, SetTaskStatusParams, SpacesApi as _, SubmitFeedbackParams, SystemApi as _, TasksApi as _,
    UPDATE_PREFERENCES, UPDATE_PROFILE, UpdatePreferencesParams, UpdateProfileParams, UsersApi as _,
};
use crate::rules::may_grant;
use crate::serve::StartError;
use crate::store::{Kept, NewUser};

/// Whether there was something to do.
type Done = Result<bool, StartError>;

impl Stage {
    /// Does a step, unless it is done.
    pub(super) async fn play(&mut self, step: Step) -> Done {
        self.move_to(step.at);
        let Step { at, by, act } = step;
        match act {
            Act::SignUp => self.sign_up(by).await,
            Act::FillInProfile => self.fill_in_profile(by).await,
            Act::ChoosePreferences => self.choose_preferences(by).await,
            Act::CreateSpace(team) => self.create_space(team).await,
            Act::Join(team, role) => self.join(team, by, role).await,
            Act::Invite(team, email) => self.invite(team, email).await,
            Act::CreateTask(task) => self.create_task(by, task).await,
            Act::SetStatus(task, status) => self.set_status(by, &task, status, at).await,
            Act::Comment(task, text) => self.comment(by, &task, text, at).await,
            Act::Report(event) => self.report(by, event, at).await,
            Act::TakeUp(event, assignee) => self.take_up(by, event, assignee).await,
            Act::GiveFeedback(number) => self.give_feedback(by, number).await,
        }
    }

    /// Not by `register`: that may be closed, and begins a session that nobody uses.
    async fn sign_up(&mut self, person: &Person) -> Done {
        if self.is_there(person) {
            return Ok(false);
        }
        let new = NewUser {
            email: person.email.parse()?,
            display_name: person.name.parse()?,
            password_hash: Some(self.app.passwords.hash(Secret::from(PASSWORD)).await?.into()),
            role: person.role,
        };
        let created = self.app.store.create_user(new, None, Kept::without_key).await;
        let user = created.map_err(|failure| format!("{}: {failure:?}", person.email))?;
        self.enter(person, user.user_id);
        Ok(true)
    }

    async fn fill_in_profile(&self, person: &Person) -> Done {
        if self.user(person).await?.onboarding_completed_at.is_some() {
            return Ok(false);
        }
        let profile = ProfileUpdate {
            display_name: person.name.parse()?,
            timezone: person.timezone.parse()?,
            locale: person.locale.parse()?,
            avatar_url: None,
            bio: Some(person.bio.parse()?),
        };
        let (app, params) = (&self.app, UpdateProfileParams { if_match: None });
        app.update_profile(
            &Call::internal(&UPDATE_PROFILE),
            self.actor(person).await?,
            params,
            profile,
        )
        .await
        .map_err(refused)?;
        app.complete_onboarding(&Call::internal(&COMPLETE_ONBOARDING), self.actor(person).await?)
            .await
            .map_err(refused)?;
        Ok(true)
    }

    async fn choose_preferences(&self, person: &Person) -> Done {
        if self.app.store.get_preferences(self.user_id(person)?).await?.is_some() {
            return Ok(false);
        }
        let preferences = PreferencesUpdate {
            theme: person.theme,
            language: person.locale.parse()?,
            notifications: NotificationPreferences {
                email: true,
                push: PushPreferences {
                    tasks: true,
                    events: person.after_hours < 6,
                    invitations: true,
                },
            },
            default_space_id: None,
        };
        let (caller, params) = (self.actor(person).await?, UpdatePreferencesParams { if_match: None });
        let updated = self
            .app
            .update_preferences(&Call::internal(&UPDATE_PREFERENCES), caller, params, preferences)
            .await;
        updated.map_err(refused)?;
        Ok(true)
    }

    async fn create_space(&mut self, team: &Team) -> Done {
        if self.is_open(team) {
            return Ok(false);
        }
        let space = NewSpace {
            name: team.name.parse()?,
            description: Some(team.description.parse()?),
            color: Some(team.color.parse()?),
        };
        let (owner, params) = (
            self.actor(team.owner).await?,
            CreateSpaceParams { idempotency_key: None },
        );
        let created = self
            .app
            .create_space(&Call::internal(&CREATE_SPACE), owner, params, space)
            .await;
        let CreateSpaceAnswer::Created { body, .. } = created.map_err(refused)?;
        self.open(team, body.space_id);
        Ok(true)
    }

    /// The owner invites somebody, who accepts. An invitation from an interrupted run is of no use, for its code is gone.
    async fn join(&self, team: &Team, person: &Person, role: SpaceRole) -> Done {
        let (user_id, space_id) = (self.user_id(person)?, self.space_id(team)?);
        match self.app.store.get_space(user_id, space_id).await {
            Ok(_) => return Ok(false),
            Err(Failure::Refused(_)) => {}
            Err(Failure::Fault(fault)) => return Err(fault.into()),
        }
        for invitation_id in self.pending(team, person.email).await? {
            let declined = self
                .app
                .store
                .decline_invitation(&person.email.parse()?, invitation_id)
                .await;
            declined.map_err(|failure| format!("{}: {failure:?}", person.email))?;
        }
        let invitation = MemberInvitation {
            email: person.email.parse()?,
            role,
        };
        let (owner, params) = (
            self.actor(team.owner).await?,
            InviteMemberParams {
                space_id,
                idempotency_key: None,
            },
        );
        let invited = self
            .app
            .invite_member(&Call::internal(&INVITE_MEMBER), owner, params, invitation)
            .await;
        let InviteMemberAnswer::Created { body, .. } = invited.map_err(refused)?;
        let (invited, code) = (self.actor(person).await?, InvitationCode { code: body.code });
        self.app
            .accept_invitation(&Call::internal(&ACCEPT_INVITATION), invited, code)
            .await
            .map_err(refused)?;
        Ok(true)
    }

    async fn invite(&self, team: &Team, email: &str) -> Done {
        if !self.pending(team, email).await?.is_empty() {
            return Ok(false);
        }
        let invitation = NewInvitation {
            space_id: self.space_id(team)?,
            email: Some(email.parse()?),
            expires_in_days: INVITATION_DAYS,
            max_uses: 1,
            role: SpaceRole::Viewer,
        };
        let (owner, params) = (
            self.actor(team.owner).await?,
            CreateInvitationParams { idempotency_key: None },
        );
        let created = self
            .app
            .create_invitation(&Call::internal(&CREATE_INVITATION), owner, params, invitation)
            .await;
        created.map_err(refused)?;
        Ok(true)
    }

    /// The invitations of a space that an email has not answered.
    async fn pending(&self, team: &Team, email: &str) -> Result<Vec<uuid::Uuid>, StartError> {
        let space_id = self.space_id(team)?;
        let page = self
            .app
            .store
            .list_pending_invitations(&email.parse()?, 100, None, may_grant)
            .await?;
        let of_space = page.items.iter().filter(|invitation| invitation.space_id == space_id);
        Ok(of_space.map(|invitation| invitation.invitation_id).collect())
    }

    async fn create_task(&mut self, by: &Person, planned: PlannedTask) -> Done {
        if self.tasks.contains_key(&planned.title) {
            return Ok(false);
        }
        let task = NewTask {
            space_id: self.space_id(planned.team)?,
            title: planned.title.parse()?,
            assignee_id: planned.assignee.map(|person| self.user_id(person)).transpose()?,
            description: Some(format!("Part of “{}”: {}", planned.team.name, planned.team.description).parse()?),
            due_at: planned.due_at,
            priority: planned.priority,
            status: TaskStatus::Open,
        };
        let (caller, params) = (self.actor(by).await?, CreateTaskParams { idempotency_key: None });
        let created = self
            .app
            .create_task(&Call::internal(&CREATE_TASK), caller, params, task)
            .await;
        let CreateTaskAnswer::Created { body, .. } = created.map_err(refused)?;
        self.tasks.insert(
            planned.title,
            KnownTask {
                task_id: body.task_id,
                changed_before: None,
            },
        );
        Ok(true)
    }

    async fn set_status(&self, by: &Person, task: &str, status: TaskStatus, at: DateTime<Utc>) -> Done {
        let task = self.task(task)?;
        if task.changed_before >= Some(at) {
            return Ok(false);
        }
        let params = SetTaskStatusParams {
            task_id: task.task_id,
            if_match: None,
        };
        let (caller, change) = (self.actor(by).await?, TaskStatusChange { status });
        self.app
            .set_task_status(&Call::internal(&SET_TASK_STATUS), caller, params, change)
            .await
            .map_err(refused)?;
        Ok(true)
    }

    async fn comment(&self, by: &Person, task: &str, text: &str, at: DateTime<Utc>) -> Done {
        let task = self.task(task)?;
        if task.changed_before.is_some() && self.has_comment(by, task, at).await? {
            return Ok(false);
        }
        let params = AddTaskCommentParams {
            task_id: task.task_id,
            idempotency_key: None,
        };
        let (caller, comment) = (self.actor(by).await?, NewComment { body: text.parse()? });
        self.app
            .add_task_comment(&Call::internal(&ADD_TASK_COMMENT), caller, params, comment)
            .await
            .map_err(refused)?;
        Ok(true)
    }

    /// Whether somebody commented on a task at this moment. Nobody comments a hundred times before the history is over.
    async fn has_comment(&self, by: &Person, task: &KnownTask, at: DateTime<Utc>) -> Done {
        let caller = self.caller(by).await?;
        let author_id = caller.user.user_id;
        let params = ListTaskCommentsParams {
            task_id: task.task_id,
            limit: 100,
            cursor: None,
        };
        let listed = self
            .app
            .list_task_comments(&Call::internal(&LIST_TASK_COMMENTS), caller, params)
            .await;
        let ListTaskCommentsAnswer::Ok { body } = listed.map_err(refused)?;
        Ok(body
            .items
            .iter()
            .any(|comment| comment.author_id == author_id && comment.created_at == at))
    }

    /// The id tells whether the event is there.
    async fn report(&self, by: &Person, planned: PlannedEvent, at: DateTime<Utc>) -> Done {
        let (source, kind, summary) = INCIDENTS[planned.incident];
        let mut detail = EventDetail::new();
        detail.insert(
            "runbook".to_owned(),
            json!(format!("https://runbooks.example.org/{source}")),
        );
        let event = NewEvent {
            space_id: self.space_id(&OPERATIONS)?,
            source: source.parse()?,
            r#type: kind.parse()?,
            severity: planned.severity.try_into()?,
            account: planned.account.parse()?,
            region: planned.region.parse()?,
            occurred_at: at,
            summary: summary.parse()?,
            detail: Some(detail),
            id: Some(planned.id.parse()?),
        };
        let (caller, events) = (self.actor(by).await?, EventBatch { events: vec![event] });
        let ingested = self
            .app
            .ingest_events(&Call::internal(&INGEST_EVENTS), caller, events)
            .await;
        let IngestEventsAnswer::Ok { body } = ingested.map_err(refused)?;
        match body.items.first().map(|outcome| outcome.status) {
            Some(201) => Ok(true),
            Some(200) => Ok(false),
            refused => Err(format!("the event {} was not taken in: {refused:?}", planned.id).into()),
        }
    }

    async fn take_up(&mut self, by: &Person, event: String, assignee: &Person) -> Done {
        if self.tasks.contains_key(&event) {
            return Ok(false);
        }
        let params = CreateTaskFromEventParams {
            event_id: event.parse()?,
            idempotency_key: None,
        };
        let task = EventTask {
            again: false,
            assignee_id: Some(self.user_id(assignee)?),
            description: None,
            title: None,
        };
        let caller = self.actor(by).await?;
        let created = self
            .app
            .create_task_from_event(&Call::internal(&CREATE_TASK_FROM_EVENT), caller, params, Some(task))
            .await;
        let CreateTaskFromEventAnswer::Created { body, .. } = created.map_err(refused)?;
        self.tasks.insert(
            event,
            KnownTask {
                task_id: body.task_id,
                changed_before: None,
            },
        );
        Ok(true)
    }

    async fn give_feedback(&self, by: &Person, number: usize) -> Done {
        let (category, rating, message) = FEEDBACK[number];
        if self.feedback.contains(message) {
            return Ok(false);
        }
        let feedback = NewFeedback {
            category,
            message: message.parse()?,
            page_url: None,
            rating: Some(rating.try_into()?),
        };
        let (caller, params) = (self.actor(by).await?, SubmitFeedbackParams { idempotency_key: None });
        let submitted = self
            .app
            .submit_feedback(&Call::internal(&SUBMIT_FEEDBACK), Some(caller), params, feedback)
            .await;
        submitted.map_err(refused)?;
        Ok(true)
    }
}
