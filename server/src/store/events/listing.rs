//! The list of events over many spaces: each space has its events in the order of time, and the list merges them. Which
//! spaces somebody may see is not decided here.

use chrono::{DateTime, Utc};
use lockstep_runtime::Fault;
use spaces_contract::{Event, EventLabel};
use uuid::Uuid;

use super::StoredEvent;
use crate::store::Store;
use crate::store::items::{from_item, whole_millisecond};
use crate::store::keys::{self, Key};
use crate::store::merge::Merge;
use crate::store::reads::Order;

/// How many events one request looks at: filters that match few make short pages, not long requests.
const EXAMINED: usize = 2_000;

/// Which events are wanted; what is absent does not matter.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// This severity or worse.
    pub severity: Option<i32>,
    /// This account.
    pub account: Option<EventLabel>,
    /// This region.
    pub region: Option<EventLabel>,
    /// This source.
    pub source: Option<EventLabel>,
    /// Occurred then or later.
    pub from: Option<DateTime<Utc>>,
    /// Occurred before then.
    pub to: Option<DateTime<Utc>>,
}

impl EventFilter {
    /// Whether an event of the right time is wanted.
    fn matches(&self, event: &StoredEvent) -> bool {
        let is = |wanted: &Option<EventLabel>, label: &EventLabel| wanted.as_ref().is_none_or(|wanted| wanted == label);
        self.severity.is_none_or(|least| event.severity.get() >= least)
            && is(&self.account, &event.account)
            && is(&self.region, &event.region)
            && is(&self.source, &event.source)
    }
}

/// A part of the list.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// Newest first. A part may be short, or empty, and not be the last.
    pub items: Vec<Event>,
    /// The position after which the next part begins; absent on the last.
    pub next: Option<String>,
}

impl Store {
    /// The events of the spaces, newest first: at most `limit` (1 to 100) that match, after a position. At least one
    /// round trip for each space.
    pub async fn list_events(
        &self,
        spaces: &[Uuid],
        filter: &EventFilter,
        limit: i32,
        after: Option<String>,
    ) -> Result<EventPage, Fault> {
        let limit = usize::try_from(limit.clamp(1, 100)).map_err(Fault::internal)?;
        let (from, to) = (filter.from.map(whole_millisecond), filter.to.map(whole_millisecond));
        let ranges = spaces.iter().map(|space_id| keys::events(*space_id, from, to));
        let mut merge = Merge::new(ranges, Order::Descending, after, limit);
        let (mut items, mut examined, mut last) = (Vec::with_capacity(limit), 0, None);
        while items.len() < limit && examined < EXAMINED && merge.may_go_on() {
            for (Key { sk, .. }, item) in self.read_on(&mut merge, limit - items.len()).await? {
                let event = from_item::<StoredEvent>(item, self.clock.now())?;
                if let Some(event) = event.filter(|event| filter.matches(event)) {
                    items.push(event.into_event()?);
                }
                (examined, last) = (examined + 1, Some(sk));
            }
        }
        let next = last.filter(|_| merge.may_go_on());
        Ok(EventPage { items, next })
    }
}
