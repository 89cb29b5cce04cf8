//! Stopping an import on request: it ends behind the rows in hand, and what is written stays until it is undone.
//!
//! Owns the way from running to cancelled, wherever the import runs.

use crate::App;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::error::Error;
use crate::idempotency::OnceAnswer;
use crate::import::counts::Counts;
use crate::import::stored::{is_unfinished, plan_of, reached_of, refuse_draft};
use crate::import::{ImportReport, report_in};
use store::imports::{self, ImportState};
use store::{ImportId, Tx};

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct ImportProgress {
    /// Where it stands.
    pub state: ImportState,
    /// Whether no process runs it although it is not finished; one that is running takes it up.
    pub interrupted: bool,
    /// Whether this process could not go on with its work because the disk is full.
    pub disk_full: bool,
    /// Rows by outcome: up to this moment if this process runs it, else up to the last batch.
    pub counts: Counts,
    /// Bytes read of the file, if this process runs it.
    pub bytes: Option<u64>,
    /// Bytes of the file.
    pub of_bytes: u64,
}

impl App {
    /// Notes that an import has come to its end.
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

    /// How far an import is.
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
                None => reached_of(&stored)?.counts,
            },
            bytes: live.map(|live| live.bytes),
            of_bytes: plan_of(&stored).map_or(stored.file_size, |plan| plan.bytes_of(&stored)),
        })
    }

    /// Asks an import to stop behind the rows in hand, in whichever process it runs. One that is at its end already is left
    /// as it is.
    ///
    /// # Errors
    /// [`Error::NoImport`].
    pub fn cancel_import(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.cancel_import_once(actor, import, None).map(drop)
    }

    /// The same, and says how it stands then; with `once` that is kept as the answer of a keyed request.
    ///
    /// # Errors
    /// Those of [`App::cancel_import`].
    pub fn cancel_import_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportReport>>,
    ) -> Result<ImportReport, Error> {
        refuse_draft(&self.stored(actor, import)?)?;
        // What runs here holds the database while it writes a batch: it must end that first.
        self.live.cancel(actor.workspace, import);
        let now = self.world.now();
        let (running, cancelling) = (ImportState::Running, ImportState::Cancelling);
        let report = self.store.write(|tx| {
            imports::change_state(tx, actor.workspace, import, running, cancelling, now)?;
            report_in(tx, actor, import, once)
        })?;
        self.bell.ring();
        Ok(report)
    }

    /// Lets an import go on that was stopped: the background worker takes it up. One that is running is left as it is.
    ///
    /// # Errors
    /// [`Error::NoImport`]; [`Error::NotResumable`]; [`Error::UploadMissing`] if its file is not kept any more.
    pub fn continue_import(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.continue_import_once(actor, import, None).map(drop)
    }

    /// The same, and says how it stands then; with `once` that is kept as the answer of a keyed request.
    ///
    /// # Errors
    /// Those of [`App::continue_import`].
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
        let now = self.world.now();
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
        self.bell.ring();
        Ok(report)
    }

    /// Ends an import that was to stop and that nobody runs any more.
    ///
    /// # Errors
    /// [`Error::ImportRuns`] if somebody does.
    pub(crate) fn end_cancelled(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        let lease = self.hold_run(actor, import)?;
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Cancelling {
            let now = self.world.now();
            let owner = Actor {
                member: stored.owner,
                ..actor
            };
            let counts = reached_of(&stored)?.counts;
            self.store.write(|tx| {
                lease.set_state(tx, ImportState::Cancelled, now, true)?;
                self.audit_import(tx, owner, import, &counts)
            })?;
        }
        Ok(())
    }
}
