//! Operations of the tag Events: taking them in, listing them, and making tasks of them.
//! To everybody but the members of its space an event does not exist.

use lockstep_runtime::actix::Call;
use lockstep_runtime::{
    Failure, Forbidden, InternalError, NotFound, OneOf, UnprocessableContent, Violation, ViolationPlace,
};
use spaces_contract::{EventBatch, EventBatchResult, EventId, EventList, EventOutcome, EventTask, Task};

use super::idempotency::{Attempt, Created, Once};
use super::{entity_tag, is_known};
use crate::api::{
    CreateTaskFromEventAnswer, CreateTaskFromEventParams, CreateTaskFromEventRefusal, EventsApi, GetEventAnswer,
    GetEventParams, GetEventRefusal, IngestEventsAnswer, IngestEventsRefusal, ListEventsAnswer, ListEventsParams,
    ListEventsRefusal,
};
use crate::app::{App, Caller};
use crate::rules;
use crate::store::{EventFilter, Ingested, StoredTask, TaskRefused};

impl EventsApi for App {
    async fn list_events(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListEventsParams,
    ) -> Result<ListEventsAnswer, ListEventsRefusal> {
        let filters = serde_json::to_string(&(
            params.space_id,
            params.severity,
            (&params.account, &params.region, &params.source),
            (params.from, params.to),
        ));
        let filters = filters.map_err(InternalError::because)?;
        let list = self.cursors.list("listEvents", caller.user.user_id, &[&filters]);
        let after = list.open_text(params.cursor.as_deref())?;
        let spaces = self.spaces_to_show(&caller, params.space_id).await?;
        let filter = EventFilter {
            severity: params.severity,
            account: params.account,
            region: params.region,
            source: params.source,
            from: params.from,
            to: params.to,
        };
        let page = self.store.list_events(&spaces, &filter, params.limit, after).await?;
        let next_cursor = page.next.map(|next| list.seal_text(&next)).transpose()?;
        Ok(ListEventsAnswer::Ok {
            body: EventList {
                items: page.items,
                next_cursor,
            },
        })
    }

    async fn ingest_events(
        &self,
        _call: &Call,
        caller: Caller,
        body: EventBatch,
    ) -> Result<IngestEventsAnswer, IngestEventsRefusal> {
        let user_id = caller.user.user_id;
        let ingested = self
            .store
            .ingest_events(user_id, body.events, rules::may_contribute)
            .await?;
        let items = ingested.into_iter().map(outcome).collect();
        Ok(IngestEventsAnswer::Ok {
            body: EventBatchResult { items },
        })
    }

    async fn get_event(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetEventParams,
    ) -> Result<GetEventAnswer, GetEventRefusal> {
        let event = self.store.get_event(caller.user.user_id, &params.event_id).await?;
        let etag = entity_tag(event.version());
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetEventAnswer::NotModified { etag });
        }
        let body = event.into_event()?;
        Ok(GetEventAnswer::Ok { etag, body })
    }

    async fn create_task_from_event(
        &self,
        call: &Call,
        caller: Caller,
        params: CreateTaskFromEventParams,
        body: Option<EventTask>,
    ) -> Result<CreateTaskFromEventAnswer, CreateTaskFromEventRefusal> {
        let key = params.idempotency_key.as_deref();
        let created = match self.once(call, Some(&caller), key, &(&params.event_id, &body)).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => self.make_task(&caller, &params.event_id, body, once).await?,
        };
        let Created { location, etag, body } = created;
        Ok(CreateTaskFromEventAnswer::Created { location, etag, body })
    }
}

impl App {
    async fn make_task(
        &self,
        caller: &Caller,
        event_id: &EventId,
        differs: Option<EventTask>,
        once: Once,
    ) -> Result<Created<Task>, CreateTaskFromEventRefusal> {
        let user_id = caller.user.user_id;
        let member_event = self.store.get_event(user_id, event_id).await?;
        if !rules::may_contribute(member_event.role()) {
            Err(Forbidden::new(
                "space-member-required",
                "Viewers of a space cannot change what is in it.",
            ))?;
        }
        let event = member_event.clone().into_event()?;
        let again = differs.as_ref().is_some_and(|differs| differs.again);
        let fields = rules::events::task_of(&event, differs)?;
        let mut task = self.store.new_task(event.space_id, user_id, fields);
        task.set_event(&event)?;
        let answer = |task: StoredTask| {
            once.keep(Created {
                location: format!("/api/tasks/{}", task.task_id),
                etag: entity_tag(task.version),
                body: task.into_task()?,
            })
        };
        let made = self
            .store
            .create_task_from_event(&member_event, task, again, rules::may_contribute, answer);
        made.await.map_err(|failure| match failure {
            Failure::Fault(fault) => fault.into(),
            Failure::Refused(OneOf::First(conflict)) => CreateTaskFromEventRefusal::from(conflict),
            Failure::Refused(OneOf::Second(TaskRefused::Assignee)) => not_a_member().into(),
            // The caller or the event went at the same moment.
            Failure::Refused(OneOf::Second(TaskRefused::Role | TaskRefused::Changed)) => {
                NotFound::new("event-not-found", "There is no such event.").into()
            }
        })
    }
}

fn not_a_member() -> UnprocessableContent {
    UnprocessableContent::violations(vec![Violation {
        r#in: ViolationPlace::Body,
        pointer: "/assigneeId".to_owned(),
        code: "unknown-member".into(),
        detail: "must be a member of the space".into(),
    }])
}

fn outcome(ingested: Ingested) -> EventOutcome {
    let (status, code, event_id) = match ingested {
        Ingested::New(event_id) => (201, None, Some(event_id)),
        Ingested::Known(event_id) => (200, None, Some(event_id)),
        Ingested::NoSpace => (404, Some("space-not-found"), None),
        Ingested::NotAllowed => (403, Some("space-member-required"), None),
        Ingested::TooLarge => (422, Some("detail-too-large"), None),
        Ingested::Unavailable => (503, Some("unavailable"), None),
    };
    EventOutcome {
        status,
        code: code.map(str::to_owned),
        event_id,
    }
}
