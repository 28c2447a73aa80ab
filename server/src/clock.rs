//! What time it is, and identifiers that follow it: shared by the store, the tokens and the handlers, so that a test
//! moves all of them at once. Nothing else in the server asks the system for the time of day.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// A source of the current time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    /// Keeps identifiers of one millisecond in the order in which they were made.
    sequence: Arc<Mutex<ContextV7>>,
}

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Milliseconds since the Unix epoch.
    Manual(Arc<AtomicI64>),
}

/// When the process first asked how much time has passed.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock {
    fn of(source: Source) -> Self {
        let sequence = Arc::new(Mutex::new(ContextV7::new()));
        Self { source, sequence }
    }

    /// The clock of the machine.
    pub fn system() -> Self {
        Self::of(Source::System)
    }

    /// A clock that stands still until it is moved with [`Clock::advance`].
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::of(Source::Manual(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// The time, to the millisecond: what is stored, sent and compared has one precision.
    #[expect(clippy::disallowed_methods, reason = "where the time comes from")]
    pub fn now(&self) -> DateTime<Utc> {
        let milliseconds = match &self.source {
            Source::System => DateTime::<Utc>::from(SystemTime::now()).timestamp_millis(),
            Source::Manual(time) => time.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
    }

    /// Time on a scale that begins somewhere, for measuring what lies between: the system's never goes back.
    pub fn elapsed(&self) -> Duration {
        match &self.source {
            Source::System => START.elapsed(),
            Source::Manual(time) => Duration::from_millis(time.load(Ordering::SeqCst).unsigned_abs()),
        }
    }

    /// Moves a manual clock, also backwards; the system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Manual(time) = &self.source {
            time.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }

    /// A new UUIDv7 (RFC 9562) of this moment; later ones sort after earlier ones while the clock does not go back.
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let moment = Timestamp::from_unix(&*self.sequence, seconds, now.timestamp_subsec_nanos());
        Uuid::new_v7(moment)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_and_is_shared() {
        let clock = Clock::manual(DateTime::from_timestamp_millis(1_763_631_000_123).unwrap());
        let shared = clock.clone();
        assert_eq!(clock.now(), clock.now());
        shared.advance(TimeDelta::milliseconds(77));
        assert_eq!(clock.now().timestamp_millis(), 1_763_631_000_200);
    }

    #[test]
    fn the_system_clock_counts_whole_milliseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000_000, 0);
    }

    #[test]
    fn identifiers_sort_in_the_order_of_their_making_and_carry_the_clocks_time() {
        let clock = Clock::manual(DateTime::from_timestamp_millis(1_763_631_000_123).unwrap());
        let ids: Vec<Uuid> = (0..1_000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids[0].get_timestamp().unwrap().to_unix(), (1_763_631_000, 123_000_000));
    }
}
