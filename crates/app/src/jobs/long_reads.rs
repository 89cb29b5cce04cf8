//! Limits the long computations over the directory that run at once: exports, previews, searches for duplicates.
//!
//! Owns the one budget for all of them. It keeps some database connections free for short requests, so that no member
//! can block the others with a few large files.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Connections that are reserved for short requests.
const LEFT_FREE: u32 = 2;
/// Maximum number of computations at once, however many connections there are: more would only compete for the
/// processors.
const MOST: u32 = 4;
/// Interval at which a waiting computation checks whether it is still wanted.
const PAUSE: Duration = Duration::from_millis(50);

/// A kind of computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// An export; it holds a connection while it computes.
    Export,
    /// A preview of a large file, or a search for duplicates.
    Large,
    /// A preview of a small file.
    Small,
}

impl Lane {
    /// The maximum number of computations of a kind, if `all` may run at once. Exports and large files alone never take
    /// the last place.
    fn most(self, all: u32) -> u32 {
        match self {
            Self::Export => 2.min(all.saturating_sub(2)).max(1),
            Self::Large => 1,
            Self::Small => all,
        }
    }
}

/// The budget. Clones share it.
#[derive(Clone)]
pub(crate) struct LongReads {
    all: u32,
    running: Arc<Running>,
}

#[derive(Default)]
struct Running {
    counts: Mutex<[u32; 3]>,
    freed: Condvar,
}

/// The right to run a computation. Dropping it releases the place.
pub(crate) struct LongRead {
    running: Arc<Running>,
    lane: Lane,
}

impl LongReads {
    /// The budget of a database with this many read connections.
    pub fn beside(connections: u32) -> Self {
        Self {
            all: connections.saturating_sub(LEFT_FREE).clamp(1, MOST),
            running: Arc::default(),
        }
    }

    /// Waits until the computation may run; `None` if `is_wanted` returns false first.
    pub fn begin(&self, lane: Lane, mut is_wanted: impl FnMut() -> bool) -> Option<LongRead> {
        let mut counts = self.running.counts();
        loop {
            if !is_wanted() {
                return None;
            }
            if counts.iter().sum::<u32>() < self.all && counts[lane as usize] < lane.most(self.all) {
                counts[lane as usize] += 1;
                return Some(LongRead {
                    running: Arc::clone(&self.running),
                    lane,
                });
            }
            let waited = self.running.freed.wait_timeout(counts, PAUSE);
            counts = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Running {
    fn counts(&self) -> MutexGuard<'_, [u32; 3]> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LongRead {
    fn drop(&mut self) {
        self.running.counts()[self.lane as usize] -= 1;
        self.running.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begins computations of a kind until no more may run at once.
    fn fill(budget: &LongReads, lane: Lane) -> Vec<LongRead> {
        let now = |lane| {
            let mut looks = 0;
            budget.begin(lane, || {
                looks += 1;
                looks == 1
            })
        };
        std::iter::from_fn(|| now(lane)).collect()
    }

    #[test]
    fn two_connections_stay_free_whatever_is_asked_for() {
        for (connections, expected) in [(1, 1), (2, 1), (3, 1), (4, 2), (6, 4), (8, 4), (50, 4)] {
            let budget = LongReads::beside(connections);
            let exports = fill(&budget, Lane::Export);
            let large = fill(&budget, Lane::Large);
            let small = fill(&budget, Lane::Small);
            assert_eq!(exports.len() + large.len() + small.len(), expected, "{connections}");
        }
    }

    #[test]
    fn exports_and_large_files_leave_room_for_a_small_one() {
        let budget = LongReads::beside(6);
        let exports = fill(&budget, Lane::Export);
        let large = fill(&budget, Lane::Large);
        assert_eq!((exports.len(), large.len()), (2, 1));
        assert_eq!(fill(&budget, Lane::Small).len(), 1);
        drop(exports);
        assert_eq!(fill(&budget, Lane::Small).len(), 3);
    }

    #[test]
    fn who_waits_begins_when_another_ends_and_not_once_it_is_unwanted() {
        let budget = LongReads::beside(6);
        let first = fill(&budget, Lane::Large);
        let waiting = std::thread::spawn({
            let budget = budget.clone();
            move || budget.begin(Lane::Large, || true).is_some()
        });
        drop(first);
        assert!(waiting.join().unwrap());
        assert!(budget.begin(Lane::Large, || false).is_none());
    }
}
