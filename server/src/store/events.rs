//! Events: taken in once by their id, listed by their time in the partition of their space, found by a guard. An event
//! never changes but for the task that was made of it, and goes only with its space.

mod listing;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use lockstep_runtime::{Failure, Fault, NotFound};
use serde::{Deserialize, Serialize};
use spaces_contract::{Event, EventId, EventLabel, EventSummary, EventType, NewEvent, Severity, SpaceRole};
use uuid::Uuid;

pub use self::listing::{EventFilter, EventPage};

use super::Store;
use super::counters::{Scope, Tally};
use super::items::{Entity, from_item, sortable_time};
use super::keys::{self, Key};
use super::spaces::MemberSpace;

/// The most bytes that the detail of an event may have as JSON: with it, an event and the task that holds a copy of it
/// fit into items (400 KB), and a chunk of events fits into a transaction (4 MB).
const DETAIL_BYTES: usize = 100 * 1024;
/// Events of one transaction: two actions each, the counters of a month each at worst, and two checks; 100 at most.
const CHUNK: usize = 25;
/// How often what others made unsure is looked at again.
const ROUNDS: usize = 4;

/// An event as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredEvent {
    event_id: EventId,
    pub(super) space_id: Uuid,
    source: EventLabel,
    r#type: EventType,
    severity: Severity,
    account: EventLabel,
    region: EventLabel,
    #[serde(with = "sortable_time")]
    occurred_at: DateTime<Utc>,
    #[serde(with = "sortable_time")]
    received_at: DateTime<Utc>,
    summary: EventSummary,
    /// As JSON text: JSON can say what no attribute can, such as numbers beyond 38 digits.
    detail: String,
    task_id: Option<Uuid>,
    version: u64,
}

impl Entity for StoredEvent {
    const ENTITY_TYPE: &'static str = "event";
}

impl StoredEvent {
    /// The event as it is taken in; `None` where its detail is too large.
    fn of(new: NewEvent, made_id: Uuid, now: DateTime<Utc>) -> Result<Option<Self>, Fault> {
        let event_id = match new.id {
            Some(id) => id,
            None => made_id.to_string().parse().map_err(Fault::internal)?,
        };
        let detail = serde_json::to_string(&new.detail.unwrap_or_default()).map_err(Fault::internal)?;
        Ok((detail.len() <= DETAIL_BYTES).then_some(Self {
            event_id,
            space_id: new.space_id,
            source: new.source,
            r#type: new.r#type,
            severity: new.severity,
            account: new.account,
            region: new.region,
            occurred_at: new.occurred_at,
            received_at: now,
            summary: new.summary,
            detail,
            task_id: None,
            version: 1,
        }))
    }

    fn key(&self) -> Key {
        keys::event(self.space_id, self.occurred_at, &self.event_id)
    }

    /// What the event counts for.
    pub(super) fn tally(&self) -> Tally {
        Tally::of_event(
            self.severity,
            [&self.account, &self.region, &self.source],
            self.occurred_at,
        )
    }

    fn into_event(self) -> Result<Event, Fault> {
        Ok(Event {
            event_id: self.event_id,
            space_id: self.space_id,
            source: self.source,
            r#type: self.r#type,
            severity: self.severity,
            account: self.account,
            region: self.region,
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            summary: self.summary,
            detail: serde_json::from_str(&self.detail).map_err(Fault::internal)?,
            task_id: self.task_id,
        })
    }
}

/// Where an event is: makes its id unique.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventGuard {
    space_id: Uuid,
    #[serde(with = "sortable_time")]
    occurred_at: DateTime<Utc>,
}

impl Entity for EventGuard {
    const ENTITY_TYPE: &'static str = "eventGuard";
}

/// What came of an event that was to be taken in.
#[derive(Clone, Debug, PartialEq)]
pub enum Ingested {
    /// It was taken in.
    New(EventId),
    /// There is an event with this id, so this is that event.
    Known(EventId),
    /// The caller is in no such space.
    NoSpace,
    /// The caller may not add to the space.
    NotAllowed,
    /// Its detail is too large.
    TooLarge,
    /// It may be tried again.
    Unavailable,
}

/// An event, seen by a member of its space.
#[derive(Clone, Debug)]
pub struct MemberEvent {
    event: StoredEvent,
    space: MemberSpace,
}

impl MemberEvent {
    /// What the member may do in the space.
    pub fn role(&self) -> SpaceRole {
        self.space.role()
    }

    /// Raised when a task is made of the event.
    pub fn version(&self) -> u64 {
        self.event.version
    }

    /// The event as it is shown.
    ///
    /// # Errors
    /// A fault where the stored detail is no JSON.
    pub fn into_event(self) -> Result<Event, Fault> {
        self.event.into_event()
    }
}

impl Store {
    /// Takes events in, each by itself, into spaces where the user's role allows it; answers what came of each, in
    /// order. One id is one event, also where it comes twice at the same time.
    pub async fn ingest_events(
        &self,
        user_id: Uuid,
        events: Vec<NewEvent>,
        may_ingest: fn(SpaceRole) -> bool,
    ) -> Result<Vec<Ingested>, Fault> {
        let now = self.clock.now();
        let mut outcomes: Vec<Option<Ingested>> = vec![None; events.len()];
        let mut pending = BTreeMap::new();
        for (place, event) in events.into_iter().enumerate() {
            match StoredEvent::of(event, self.clock.new_id(), now)? {
                Some(event) => drop(pending.insert(place, event)),
                None => outcomes[place] = Some(Ingested::TooLarge),
            }
        }
        let mut fault = None;
        for _ in 0..ROUNDS {
            let round = self.ingest_round(user_id, &pending, may_ingest, &mut outcomes).await;
            pending.retain(|place, _| outcomes[*place].is_none());
            fault = round.err();
            if pending.is_empty() || fault.is_some() {
                break;
            }
        }
        match fault {
            // Nothing was done: the whole request can be made again.
            Some(fault) if outcomes.iter().all(Option::is_none) => Err(fault),
            fault => {
                if let Some(fault) = fault {
                    tracing::warn!(error = %fault, "some events were not taken in");
                }
                Ok(outcomes
                    .into_iter()
                    .map(|outcome| outcome.unwrap_or(Ingested::Unavailable))
                    .collect())
            }
        }
    }

    /// Settles what can be settled of the pending events. What meets another request, and what is twice in the batch,
    /// waits for the next round, where it is known.
    async fn ingest_round(
        &self,
        user_id: Uuid,
        pending: &BTreeMap<usize, StoredEvent>,
        may_ingest: fn(SpaceRole) -> bool,
        outcomes: &mut [Option<Ingested>],
    ) -> Result<(), Fault> {
        let space_ids: HashSet<_> = pending.values().map(|event| event.space_id).collect();
        let spaces = self.get_spaces(user_id, &Vec::from_iter(space_ids)).await?;
        let guards: HashSet<_> = pending
            .values()
            .map(|event| keys::event_guard(&event.event_id))
            .collect();
        let known = self.get_all(Vec::from_iter(guards)).await?;
        let mut fresh = HashSet::new();
        let mut by_space: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for (place, event) in pending {
            let guard = keys::event_guard(&event.event_id);
            match spaces.get(&event.space_id) {
                None => outcomes[*place] = Some(Ingested::NoSpace),
                Some(space) if !may_ingest(space.role()) => outcomes[*place] = Some(Ingested::NotAllowed),
                Some(_) if known.contains_key(&guard) => {
                    outcomes[*place] = Some(Ingested::Known(event.event_id.clone()));
                }
                Some(_) if fresh.insert(guard) => by_space.entry(event.space_id).or_default().push(*place),
                Some(_) => {}
            }
        }
        for (space_id, places) in by_space {
            for chunk in places.chunks(CHUNK) {
                let events: Vec<_> = chunk.iter().filter_map(|place| pending.get(place)).collect();
                if self.add_events(&spaces[&space_id], &events).await? {
                    for (place, event) in chunk.iter().zip(events) {
                        outcomes[*place] = Some(Ingested::New(event.event_id.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds events to a space, all or none; whether it did. It does not where one of them is there by now, or where the
    /// space or the membership is no longer what it was.
    async fn add_events(&self, space: &MemberSpace, events: &[&StoredEvent]) -> Result<bool, Fault> {
        let mut transaction = self.transaction();
        space.check_unchanged(&mut transaction)?;
        for event in events {
            let guard = EventGuard {
                space_id: event.space_id,
                occurred_at: event.occurred_at,
            };
            transaction.put_new(keys::event_guard(&event.event_id), &guard)?;
            transaction.put_new(event.key(), *event)?;
            transaction.count(Scope::Space(event.space_id), event.tally());
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(true),
            Err(Failure::Refused(_)) => Ok(false),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }

    /// An event of a space that the user is in. Refused to everybody else. Two round trips.
    pub async fn get_event(&self, user_id: Uuid, event_id: &EventId) -> Result<MemberEvent, Failure<NotFound>> {
        let guard: Option<EventGuard> = self.get(keys::event_guard(event_id)).await?;
        let Some(EventGuard { space_id, occurred_at }) = guard else {
            return Err(Failure::Refused(no_event()));
        };
        let key = keys::event(space_id, occurred_at, event_id);
        let (space, mut rest) = self.get_space_and(user_id, space_id, vec![key.clone()]).await?;
        let event = rest
            .remove(&key)
            .map(|item| from_item::<StoredEvent>(item, self.clock.now()));
        match (space, event.transpose()?.flatten()) {
            (Some(space), Some(event)) => Ok(MemberEvent { event, space }),
            _ => Err(Failure::Refused(no_event())),
        }
    }
}

fn no_event() -> NotFound {
    NotFound::new("event-not-found", "There is no such event.")
}
