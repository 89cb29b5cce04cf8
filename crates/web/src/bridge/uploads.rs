//! Limits the number of concurrent uploads, per member and in total.

use app::Actor;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the shutdown of the server waits until aborted uploads have been removed.
const CLEARED_WITHIN: Duration = Duration::from_secs(1);

pub struct Uploads {
    each: usize,
    all: usize,
    arriving: Arc<Mutex<Arriving>>,
}

#[derive(Default)]
struct Arriving {
    all: usize,
    by_member: HashMap<Actor, usize>,
}

/// A place for one upload, released when this is dropped.
pub struct Place {
    actor: Actor,
    arriving: Arc<Mutex<Arriving>>,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// The member already has this many uploads in progress.
    OfMember(usize),
    /// All members together have too many.
    InAll,
}

impl Uploads {
    /// Allows `each` uploads per member and `all` in total.
    pub fn new(each: usize, all: usize) -> Self {
        Self {
            each,
            all,
            arriving: Arc::default(),
        }
    }

    /// Takes a place for an upload of a member.
    pub fn take(&self, actor: Actor) -> Result<Place, NoPlace> {
        let mut arriving = lock(&self.arriving);
        if arriving.all >= self.all {
            return Err(NoPlace::InAll);
        }
        let of_member = arriving.by_member.entry(actor).or_default();
        if *of_member >= self.each {
            return Err(NoPlace::OfMember(self.each));
        }
        *of_member += 1;
        arriving.all += 1;
        Ok(Place {
            actor,
            arriving: Arc::clone(&self.arriving),
        })
    }

    /// Waits until no upload is in progress, for `CLEARED_WITHIN` at most.
    pub async fn all_ended(&self) {
        let ended = async {
            while lock(&self.arriving).all > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = tokio::time::timeout(CLEARED_WITHIN, ended).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut arriving = lock(&self.arriving);
        arriving.all -= 1;
        if let Some(of_member) = arriving.by_member.get_mut(&self.actor) {
            *of_member -= 1;
            if *of_member == 0 {
                arriving.by_member.remove(&self.actor);
            }
        }
    }
}

fn lock(arriving: &Mutex<Arriving>) -> MutexGuard<'_, Arriving> {
    arriving.lock().unwrap_or_else(PoisonError::into_inner)
}
