//! Operations of the tag Events.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::{EventBatch, EventTask};

use crate::api::{
    CreateTaskFromEventAnswer, CreateTaskFromEventParams, CreateTaskFromEventRefusal, EventsApi, GetEventAnswer,
    GetEventParams, GetEventRefusal, IngestEventsAnswer, IngestEventsRefusal, ListEventsAnswer, ListEventsParams,
    ListEventsRefusal,
};
use crate::app::{App, Caller};

impl EventsApi for App {
    async fn list_events(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListEventsParams,
    ) -> Result<ListEventsAnswer, ListEventsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn ingest_events(
        &self,
        _call: &Call,
        _caller: Caller,
        _body: EventBatch,
    ) -> Result<IngestEventsAnswer, IngestEventsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_event(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetEventParams,
    ) -> Result<GetEventAnswer, GetEventRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn create_task_from_event(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: CreateTaskFromEventParams,
        _body: Option<EventTask>,
    ) -> Result<CreateTaskFromEventAnswer, CreateTaskFromEventRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
