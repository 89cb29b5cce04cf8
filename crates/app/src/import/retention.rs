//! Retention of change logs: an import can be undone as long as its change log is kept, which is a setting of the
//! workspace.
//!
//! Deletes old change logs, and refuses an undo that comes too late.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use store::imports::change_log;
use store::imports::{self, Import, ImportState};

/// The number of changes deleted in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 5_000;

impl App {
    /// Deletes the change logs of imports that ended longer ago than the retention period. Their contacts stay.
    ///
    /// # Errors
    /// The database fails. Deletions that were committed before stay.
    pub fn forget_old_logs(&self, actor: Actor) -> Result<(), Error> {
        let now = self.system.now();
        let (since, all) = self.store.read(|tx| {
            let since = stored_settings(tx, actor.workspace)?.log_since(now);
            Ok::<_, Error>((since, imports::list(tx, actor.workspace)?))
        })?;
        for import in all
            .iter()
            .filter(|import| import.forgotten_at.is_none() && is_old(import, since))
        {
            // The import is marked before its log is deleted, so that no undo finds half a log.
            self.store
                .write(|tx| imports::set_forgotten(tx, actor.workspace, import.id, now))?;
        }
        while self
            .store
            .write(|tx| change_log::forget_marked(tx, actor.workspace, FORGOTTEN_AT_ONCE))?
            == FORGOTTEN_AT_ONCE
        {}
        Ok(())
    }

    /// Makes sure that the change log of an import is still kept.
    pub(crate) fn refuse_too_late(&self, actor: Actor, import: &Import) -> Result<(), Error> {
        let settings = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        if import.forgotten_at.is_some() || is_old(import, settings.log_since(self.system.now())) {
            return Err(Error::LogGone {
                import: import.id,
                days: settings.log_days(),
            });
        }
        Ok(())
    }
}

/// Whether an import ended before a point in time. An undo that has begun is always completed, so an import in
/// `Undoing` is never old.
fn is_old(import: &Import, since: i64) -> bool {
    matches!(import.state, ImportState::Done | ImportState::Cancelled)
        && import.finished_at.is_some_and(|finished| finished < since)
}
