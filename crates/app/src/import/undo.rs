//! Undo of an import: created contacts are removed and changed contacts get their old values back. Contacts that were
//! changed since, or that the member may no longer change, are kept and listed.
//!
//! An undo runs in steps that each commit, so that it can be resumed after an interruption.

use crate::App;
use crate::access::{self, Actor, CanEdit, Owns};
use crate::audit::AuditAction;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::lease::Lease;
use crate::import::stored::{ImportCheckpoint, UndoProgress, is_unfinished, parse_checkpoint, plan_of, refuse_draft};
use crate::json::to_json;
use model::ContactId;
use std::collections::HashMap;
use std::thread;
use std::time::Duration;
use store::contacts::{self, ContactRow};
use store::imports::change_log::{self, Change};
use store::imports::{self, Batch, Checkpoint, Import, ImportState};
use store::{ImportId, Tx};

/// The number of contacts in one step.
const STEP: u64 = 5_000;
/// How often to try to take the lease of an import that has ended, and the pause between the attempts.
const TRIES: u32 = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The maximum number of kept contacts that are named.
const NAMED: usize = 100;

/// The result of an undo, or the expected result with `dry_run`.
#[derive(Debug, Default)]
pub struct UndoReport {
    pub removed: u64,
    /// Contacts that got their old values back.
    pub restored: u64,
    /// Contacts kept, because they were changed since, or because the member may no longer change them.
    pub kept: u64,
    /// The names of the first kept contacts, as far as the member may see them.
    pub kept_names: Vec<String>,
}

impl App {
    /// Undoes an import. With `dry_run`, returns what an undo would do, without changing anything.
    ///
    /// # Errors
    /// When there is no such import, another process runs it, or it was undone.
    pub fn undo(&self, actor: Actor, import: ImportId, dry_run: bool) -> Result<UndoReport, Error> {
        self.undo_or_show(actor, import, dry_run, None)
    }

    /// Undoes an import for a keyed request. The transaction that begins the undo stores the request's key; if the
    /// request is repeated, [`App::finished_undo`] returns the result.
    ///
    /// # Errors
    /// The errors of [`App::undo`].
    pub fn undo_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportId>>,
    ) -> Result<UndoReport, Error> {
        self.undo_or_show(actor, import, false, once)
    }

    /// Returns the result of an undo that was begun before. If the undo was interrupted, it is completed first.
    ///
    /// # Errors
    /// [`Error::KeyRunning`] if another process or request is running the undo; the errors of [`App::undo`].
    pub fn finished_undo(&self, actor: Actor, import: ImportId) -> Result<UndoReport, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            let undone = parse_checkpoint(&stored)?.undo.unwrap_or_default();
            return self.undo_report(actor, undone);
        }
        match self.undo(actor, import, false) {
            Err(Error::ImportRuns(_) | Error::AlreadyUndone(_)) => Err(Error::KeyRunning),
            undone => undone,
        }
    }

    fn undo_or_show(
        &self,
        actor: Actor,
        import: ImportId,
        dry_run: bool,
        once: Option<OnceAnswer<'_, ImportId>>,
    ) -> Result<UndoReport, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            return Err(Error::AlreadyUndone(import));
        }
        refuse_draft(&stored)?;
        self.refuse_too_late(actor, &stored)?;
        // An interrupted import can be undone instead of resumed, but no process may resume it during the undo, so the
        // lease is taken. A dry run of an ended import needs no lease.
        let unfinished = is_unfinished(stored.state);
        let lease = match (unfinished, dry_run) {
            (true, _) => Some(self.hold_run(actor, import)?),
            (false, false) => Some(self.hold_ended(actor, import)?),
            (false, true) => None,
        };
        // Another request may have undone the import before the lease was taken.
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            return Err(Error::AlreadyUndone(import));
        }
        let workspace = actor.workspace;
        let writing = lease.as_ref().filter(|_| !dry_run);
        let reached = parse_checkpoint(&stored)?;
        if let Some(lease) = writing {
            let now = self.system.now();
            self.store.write(|tx| {
                lease.set_state(tx, ImportState::Undoing, now, false)?;
                keep_answer(tx, once, &import)
            })?;
        }
        // Contacts that an interrupted undo has removed are not found again, so their count is kept. All others are
        // found and counted again.
        let removed = reached.undo.as_ref().map_or(0, |undo| undo.removed);
        let mut undo = Undo {
            app: self,
            actor,
            stored: &stored,
            reached,
            writing,
            done: UndoProgress {
                removed,
                ..UndoProgress::default()
            },
        };
        let batches = self.store.read(|tx| imports::batches(tx, workspace, import))?;
        undo.restore_changed(&batches)?;
        undo.remove_created(&batches)?;
        let report = self.undo_report(actor, undo.done.clone())?;
        if let Some(lease) = writing {
            // Before the state becomes `Undone`, so that an error here is reported. Repeating these steps does no harm.
            self.forget_rejected(actor, import)?;
            self.forget_rows(actor, import);
            self.drafts.forget(workspace, import);
            let now = self.system.now();
            self.store.write(|tx| {
                undo.note(tx, &undo.done)?;
                lease.set_state(tx, ImportState::Undone, now, true)?;
                let about = format!(
                    "{} (import {import}): {} removed, {} restored, {} kept",
                    stored.file_name, report.removed, report.restored, report.kept
                );
                self.audit(
                    tx,
                    actor,
                    AuditAction::ImportUndone,
                    &about,
                    report.removed + report.restored,
                )?;
                change_log::forget(tx, workspace, import)?;
                Ok::<_, Error>(())
            })?;
            if let Ok(plan) = plan_of(&stored) {
                self.drop_upload(&plan.upload);
            }
        }
        drop(lease);
        Ok(report)
    }

    /// Builds the report, with the names of the kept contacts that the member may see now.
    fn undo_report(&self, actor: Actor, done: UndoProgress) -> Result<UndoReport, Error> {
        let ids: Vec<ContactId> = done.first_kept.iter().filter_map(|id| id.parse().ok()).collect();
        let kept_names = self.store.read(|tx| {
            let rows = contacts::get_many(tx, actor.workspace, &ids)?;
            let seen = access::seen(tx, actor, rows)?.into_iter();
            let mut names: HashMap<ContactId, String> = seen
                .map(|(_, row)| Ok((row.id, read(&row)?.display_name())))
                .collect::<Result<_, Error>>()?;
            let in_order = ids.iter().filter_map(|id| names.remove(id));
            Ok::<_, Error>(in_order.collect())
        })?;
        Ok(UndoReport {
            removed: done.removed,
            restored: done.restored,
            kept: done.kept,
            kept_names,
        })
    }

    /// Takes the lease of an import that has ended. Retries, because the process that ran it may be about to release
    /// it.
    fn hold_ended(&self, actor: Actor, import: ImportId) -> Result<Lease, Error> {
        for _ in 0..TRIES {
            match self.hold_run(actor, import) {
                Err(Error::ImportRuns(_)) => thread::sleep(LOOK_AGAIN),
                held => return held,
            }
        }
        self.hold_run(actor, import)
    }
}

struct Undo<'a> {
    app: &'a App,
    /// The member who undoes the import. Contacts that this member may no longer change are kept.
    actor: Actor,
    stored: &'a Import,
    /// The import's checkpoint. It is stored unchanged, except for the progress of the undo.
    reached: ImportCheckpoint,
    /// The right to write; `None` for a dry run.
    writing: Option<&'a Lease>,
    done: UndoProgress,
}

impl Undo<'_> {
    /// Runs one step: `look` determines what to do, which is then done unless this is a dry run.
    fn step<T>(&mut self, look: impl FnOnce(&mut Tx<'_>) -> Result<(T, Step), store::Error>) -> Result<T, Error> {
        let (next, done) = match self.writing {
            None => {
                let (next, step) = self.app.store.read(look)?;
                (next, self.done.and(step.done))
            }
            Some(lease) => self.app.change(self.actor, |changes| {
                lease.fence(changes.tx)?;
                let (next, step) = look(changes.tx)?;
                changes.delete(&step.removed)?;
                changes.update(step.restored)?;
                let done = self.done.and(step.done);
                self.note(changes.tx, &done)?;
                Ok((next, done))
            })?,
        };
        self.done = done;
        Ok(next)
    }

    /// Stores the progress of the undo with the import.
    fn note(&self, tx: &mut Tx<'_>, done: &UndoProgress) -> Result<(), Error> {
        let reached = ImportCheckpoint {
            undo: Some(done.clone()),
            ..self.reached.clone()
        };
        let checkpoint = Checkpoint {
            rows_done: self.stored.rows_done,
            counts: &to_json(&reached),
            rejected_bytes: self.stored.rejected_bytes,
        };
        let now = self.app.system.now();
        imports::checkpoint(tx, self.actor.workspace, self.stored.id, &checkpoint, now)?;
        Ok(())
    }

    fn restore_changed(&mut self, batches: &[Batch]) -> Result<(), Error> {
        // A contact that was created with the id from its row may be in the id range of a batch. Then `remove_created`
        // handles it.
        let met_later = |change: &Change| {
            change.before.is_none() && batches.iter().any(|b| (b.first..=b.last).contains(&change.contact))
        };
        let (actor, import) = (self.actor, self.stored.id);
        let mut after: Option<ContactId> = None;
        loop {
            let last = self.step(|tx| {
                let page = change_log::page(tx, actor.workspace, import, after, STEP)?;
                let last = page.last().map(|change| change.contact);
                let changes: Vec<Change> = page.into_iter().filter(|change| !met_later(change)).collect();
                Ok((last, Step::of_changes(tx, actor, import, changes)?))
            })?;
            match last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    fn remove_created(&mut self, batches: &[Batch]) -> Result<(), Error> {
        let (actor, import) = (self.actor, self.stored.id);
        for batch in batches {
            let mut after: Option<ContactId> = None;
            loop {
                let last = self.step(|tx| {
                    let page =
                        contacts::page_created_by(tx, actor.workspace, import, (batch.first, batch.last), after, STEP)?;
                    let last = page.last().map(|row| row.id);
                    let removable =
                        |row: &ContactRow| row.written_by == Some(import.into()) && row.owner == actor.member;
                    let (untouched, others) = page.into_iter().partition(removable);
                    let mut step = Step::default();
                    step.remove(actor, untouched);
                    step.keep(tx, actor, others)?;
                    Ok((last, step))
                })?;
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

impl UndoProgress {
    /// Adds the result of a step.
    fn and(&self, step: Self) -> Self {
        let mut first_kept = self.first_kept.clone();
        let room = NAMED.saturating_sub(first_kept.len());
        first_kept.extend(step.first_kept.into_iter().take(room));
        Self {
            removed: self.removed + step.removed,
            restored: self.restored + step.restored,
            kept: self.kept + step.kept,
            first_kept,
        }
    }
}

/// The work of one step.
#[derive(Default)]
struct Step {
    removed: Vec<Owns<ContactRow>>,
    /// Changed contacts, each with its old state.
    restored: Vec<(CanEdit<ContactRow>, ContactRow)>,
    done: UndoProgress,
}

impl Step {
    /// Decides what to do with contacts that the import changed or created with the id from the row.
    fn of_changes(tx: &mut Tx<'_>, actor: Actor, import: ImportId, changes: Vec<Change>) -> Result<Self, store::Error> {
        let ids: Vec<ContactId> = changes.iter().map(|change| change.contact).collect();
        let rows = contacts::get_many(tx, actor.workspace, &ids)?;
        let editable = access::editable(tx, actor, rows.clone())?;
        let mut editable: HashMap<ContactId, CanEdit<ContactRow>> =
            editable.into_iter().map(|row| (row.id, row)).collect();
        let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let (mut step, mut created, mut kept) = (Self::default(), Vec::new(), Vec::new());
        for change in changes {
            // A contact that was deleted since the import stays deleted.
            let Some(row) = rows.remove(&change.contact) else {
                continue;
            };
            let is_untouched = row.written_by == Some(import.into());
            match (change.before, editable.remove(&change.contact)) {
                (None, _) if is_untouched && row.owner == actor.member => created.push(row),
                (Some(before), _) if row.version == before.version && row.body == before.body => {
                    // An earlier, interrupted undo has restored this contact.
                    step.done.restored += 1;
                }
                (Some(before), Some(now)) if is_untouched => {
                    step.done.restored += 1;
                    let old = ContactRow {
                        version: before.version,
                        written_by: before.written_by,
                        edited_by: before.edited_by,
                        body: before.body,
                        ..row
                    };
                    step.restored.push((now, old));
                }
                _ => kept.push(row),
            }
        }
        step.remove(actor, created);
        step.keep(tx, actor, kept)?;
        Ok(step)
    }

    /// Removes contacts that are the actor's own.
    fn remove(&mut self, actor: Actor, rows: Vec<ContactRow>) {
        self.removed = access::owned(actor, rows);
        self.done.removed += self.removed.len() as u64;
    }

    /// Counts contacts that are kept, and collects the first ones that the member may still see, to be named.
    fn keep(&mut self, tx: &mut Tx<'_>, actor: Actor, rows: Vec<ContactRow>) -> Result<(), store::Error> {
        self.done.kept += rows.len() as u64;
        let named = rows.into_iter().take(NAMED).collect();
        let seen = access::seen(tx, actor, named)?;
        let ids = seen.into_iter().map(|(_, row)| row.id.to_string());
        self.done.first_kept.extend(ids);
        Ok(())
    }
}
