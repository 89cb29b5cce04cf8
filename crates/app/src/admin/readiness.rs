//! Readiness: whether the database answers and is intact, and the disk has room.
//!
//! Owns the verdict, and remembers the result of the last check of the whole database, which is too slow to run on
//! every query.

use crate::App;
use crate::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use store::members::accounts;

/// Below this free space, in bytes, writes may fail at any time.
const LEAST_SPACE: u64 = 16 * 1024 * 1024;

/// Whether the installation can do its work, or the reason why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// The database does not answer.
    Unreachable,
    /// The database is damaged.
    Damaged,
    /// The disk of the data folder is full.
    DiskFull,
}

/// The result of the last check of the database.
#[derive(Default)]
pub(crate) struct IntegrityStatus {
    damaged: AtomicBool,
}

impl App {
    /// Whether the installation can do its work. Answers quickly, even under load.
    pub fn readiness(&self) -> Readiness {
        let answered = self.local_actor().and_then(|actor| {
            let exist = self.reserved.read(|tx| accounts::exist(tx, actor.workspace));
            exist.map_err(Error::from)
        });
        match answered {
            Err(error) if error.tells_damage() => Readiness::Damaged,
            Err(_) => Readiness::Unreachable,
            Ok(_) if self.soundness.damaged.load(Ordering::Relaxed) => Readiness::Damaged,
            Ok(_) => of_space(fs4::available_space(&self.data).ok()),
        }
    }

    /// Reads the whole database and remembers whether it is intact. Takes a second or two per million contacts; members
    /// can continue working. Does nothing on PostgreSQL, which checks itself.
    ///
    /// # Errors
    /// If the database is damaged or cannot be read.
    pub fn check_database(&self) -> Result<(), Error> {
        let damage = self.store.damage()?;
        self.soundness.damaged.store(damage.is_some(), Ordering::Relaxed);
        match damage {
            None => Ok(()),
            Some(damage) => Err(store::Error::Corrupt(damage).into()),
        }
    }

    /// Remembers damage found during other work, until the next check of the whole database.
    pub fn note_damage(&self) {
        self.soundness.damaged.store(true, Ordering::Relaxed);
    }
}

/// An unknown amount of free space counts as enough.
fn of_space(free: Option<u64>) -> Readiness {
    match free {
        Some(free) if free < LEAST_SPACE => Readiness::DiskFull,
        _ => Readiness::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_ready() {
        assert_eq!(of_space(Some(LEAST_SPACE - 1)), Readiness::DiskFull);
        assert_eq!(of_space(Some(LEAST_SPACE)), Readiness::Ready);
        assert_eq!(of_space(None), Readiness::Ready);
    }
}
