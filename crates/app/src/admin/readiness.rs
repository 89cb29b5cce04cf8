//! Whether the installation can do its work: the database answers and is sound, and there is room on the disk.
//!
//! Owns the verdict, and what is remembered of the last check of the whole database, which is too slow for every
//! question.

use crate::App;
use crate::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use store::members::accounts;

/// With less free space than this, in bytes, nothing can be relied on to be written.
const LEAST_SPACE: u64 = 16 * 1024 * 1024;

/// Whether the installation can do its work, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// The database does not answer.
    Unreachable,
    /// The database is damaged.
    Damaged,
    /// There is no room on the disk of the data folder.
    DiskFull,
}

/// Whether damage was found in the database.
#[derive(Default)]
pub(crate) struct Soundness {
    damaged: AtomicBool,
}

impl App {
    /// Whether the installation can do its work. Answers quickly, also while members are at work.
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

    /// Reads the whole database and remembers whether it is sound. Takes a second or two a million contacts; members go on
    /// working in the meantime. A server checks itself, so there is nothing to do on PostgreSQL.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn check_database(&self) -> Result<(), Error> {
        let damage = self.store.damage()?;
        self.soundness.damaged.store(damage.is_some(), Ordering::Relaxed);
        match damage {
            None => Ok(()),
            Some(damage) => Err(store::Error::Corrupt(damage).into()),
        }
    }

    /// Remembers that work has met damage, until the next check of the whole database.
    pub fn note_damage(&self) {
        self.soundness.damaged.store(true, Ordering::Relaxed);
    }
}

/// Where the free space is not known, it is no reason to stop.
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
