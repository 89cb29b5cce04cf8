//! Progress of an import, and stopping it on request. A stopped import ends after the current rows; written contacts
//! stay until the import is undone.
//!
//! Decides the transitions between running, cancelling and cancelled, whichever process runs the import.

use crate::App;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::error::Error;
use crate::idempotency::OnceAnswer;
use crate::import::counts::Counts;
use crate::import::stored::{is_unfinished, parse_checkpoint, plan_of, refuse_draft};
use crate::import::{ImportReport, report_in};
use store::imports::{self, ImportState};
use store::{ImportId, Tx};

/// The progress of an import.
#[derive(Clone, Copy, Debug)]
pub struct ImportProgress {
    /// The state of the import.
    pub state: ImportState,
    /// Whether no process runs the import although it is not finished. A background worker picks it up.
    pub interrupted: bool,
    /// Whether this process could not continue its work because the disk is full.
    pub disk_full: bool,
    /// Rows by outcome: up to now if this process runs the import, else up to the last batch.
    pub counts: Counts,
    /// The bytes of the file that were read, if this process runs the import.
    pub bytes: Option<u64>,
    /// The size of the file in bytes.
    pub of_bytes: u64,
}

impl App {
    /// Records the end of an import in the audit log.
    pub(crate) fn audit_import(
        &self,
        tx: &mut Tx<'_>,
        actor: Actor,
        import: ImportId,
        counts: &Counts,
    ) -> Result<(), Error> {
        let Some(stored) = imports::get(tx, actor.workspace, import)? else {
            return Ok(());
        };
        let (rows, new, update, invalid) = (counts.rows, counts.new, counts.update, counts.invalid);
        let end = match stored.state {
            ImportState::Cancelled => "; cancelled",
            _ => "",
        };
        let about = format!(
            "{} (import {import}): {rows} rows, {new} created, {update} updated, {invalid} rejected{end}",
            stored.file_name
        );
        Ok(self.audit(tx, actor, AuditAction::Imported, &about, new + update)?)
    }

    /// Returns the progress of an import.
    ///
    /// # Errors
    /// [`Error::NoImport`].
    pub fn import_progress(&self, actor: Actor, import: ImportId) -> Result<ImportProgress, Error> {
        let stored = self.stored(actor, import)?;
        let live = self.live.progress(actor.workspace, import);
        let unfinished = is_unfinished(stored.state);
        Ok(ImportProgress {
            state: stored.state,
            interrupted: unfinished && !self.held(actor.workspace)?.contains(&import),
            disk_full: self.disk_full.load(std::sync::atomic::Ordering::Relaxed),
            counts: match live {
                Some(live) => live.counts,
                None => parse_checkpoint(&stored)?.counts,
            },
            bytes: live.map(|live| live.bytes),
            of_bytes: plan_of(&stored).map_or(stored.file_size, |plan| plan.bytes_of(&stored)),
        })
    }

    /// Requests that an import stops after the current rows, in whichever process it runs. An import that has ended is
    /// left unchanged.
    ///
    /// # Errors
    /// [`Error::NoImport`].
    pub fn cancel_import(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.cancel_import_once(actor, import, None).map(drop)
    }

    /// Cancels an import like [`App::cancel_import`], and returns its state afterwards. With `once`, the report is
    /// stored as the answer of a keyed request.
    ///
    /// # Errors
    /// The errors of [`App::cancel_import`].
    pub fn cancel_import_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportReport>>,
    ) -> Result<ImportReport, Error> {
        refuse_draft(&self.stored(actor, import)?)?;
        // A run in this process holds the database while it writes a batch, so it must be stopped before the write
        // below.
        self.live.cancel(actor.workspace, import);
        let now = self.system.now();
        let (running, cancelling) = (ImportState::Running, ImportState::Cancelling);
        let report = self.store.write(|tx| {
            imports::change_state(tx, actor.workspace, import, running, cancelling, now)?;
            report_in(tx, actor, import, once)
        })?;
        self.wake_up.notify();
        Ok(report)
    }

    /// Continues an import that was stopped: the background worker picks it up. An import that is running is left
    /// unchanged.
    ///
    /// # Errors
    /// [`Error::NoImport`]; [`Error::NotResumable`]; [`Error::UploadMissing`] if its file is no longer kept.
    pub fn continue_import(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.continue_import_once(actor, import, None).map(drop)
    }

    /// Continues an import like [`App::continue_import`], and returns its state afterwards. With `once`, the report is
    /// stored as the answer of a keyed request.
    ///
    /// # Errors
    /// The errors of [`App::continue_import`].
    pub fn continue_import_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportReport>>,
    ) -> Result<ImportReport, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Cancelled {
            self.fetch_upload(import, &plan_of(&stored)?.upload)?;
        }
        let now = self.system.now();
        let (cancelled, running) = (ImportState::Cancelled, ImportState::Running);
        let report = self.store.write(|tx| {
            imports::change_state(tx, actor.workspace, import, cancelled, running, now)?;
            let report = report_in(tx, actor, import, once)?;
            match report.state {
                ImportState::Running => Ok(report),
                state => Err(Error::NotResumable {
                    import,
                    state: state.as_str(),
                }),
            }
        })?;
        self.wake_up.notify();
        Ok(report)
    }

    /// Ends an import that is cancelling and that no process runs any more.
    ///
    /// # Errors
    /// [`Error::ImportRuns`] if a process runs it.
    pub(crate) fn end_cancelled(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        let lease = self.hold_run(actor, import)?;
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Cancelling {
            let now = self.system.now();
            let owner = Actor {
                member: stored.owner,
                ..actor
            };
            let counts = parse_checkpoint(&stored)?.counts;
            self.store.write(|tx| {
                lease.set_state(tx, ImportState::Cancelled, now, true)?;
                self.audit_import(tx, owner, import, &counts)
            })?;
        }
        Ok(())
    }
}
