//! The real world: the system's clock, and random ids.

use app::World;
use model::ContactId;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The machine that the program runs on.
pub struct Machine;

impl World for Machine {
    #[expect(clippy::disallowed_methods, reason = "the doors are where the time comes in")]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    fn contact_id(&self) -> ContactId {
        // Counts up within a process, also within a millisecond.
        Uuid::now_v7()
    }

    fn file_name(&self) -> String {
        format!("{}.csv", Uuid::now_v7())
    }
}
