//! Taking an import back: what it created goes, what it changed gets its old values, what was changed since, or may not
//! be changed by the member any more, stays and is listed. In steps that each commit, so that an undo that is interrupted can be resumed.

use crate::App;
use crate::access::{self, Actor, CanEdit, Owns};
use crate::audit::AuditAction;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::lease::Lease;
use crate::import::stored::{Reached, UndoProgress, is_unfinished, plan_of, reached_of, refuse_draft};
use crate::json::to_json;
use model::ContactId;
use std::collections::HashMap;
use std::thread;
use std::time::Duration;
use store::contacts::{self, ContactRow};
use store::imports::change_log::{self, Change};
use store::imports::{self, Batch, Checkpoint, Import, ImportState};
use store::{ImportId, Tx};

/// Contacts of one step.
const STEP: u64 = 5_000;
/// How often, and after which pause, it is tried to take hold of an import that has ended.
const TRIES: u32 = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How many kept contacts are named.
const NAMED: usize = 100;

/// What an undo did, or would do.
#[derive(Debug, Default)]
pub struct UndoReport {
    pub removed: u64,
    /// Contacts that got their old values back.
    pub restored: u64,
    /// Contacts kept, because they were changed since, or are not the member's to change any more.
    pub kept: u64,
    /// The names of the first of them that the member may see.
    pub kept_names: Vec<String>,
}

impl App {
    /// Undoes an import, or with `dry_run` says what that would do.
    ///
    /// # Errors
    /// When there is no such import, another process runs it, or it was undone.
    pub fn undo(&self, actor: Actor, import: ImportId, dry_run: bool) -> Result<UndoReport, Error> {
        self.undo_or_show(actor, import, dry_run, None)
    }

    /// The same for a keyed request: that it was asked for is kept in the transaction that begins it. If it is asked once more,
    /// [`App::finished_undo`] says what came of it.
    ///
    /// # Errors
    /// Those of [`App::undo`].
    pub fn undo_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportId>>,
    ) -> Result<UndoReport, Error> {
        self.undo_or_show(actor, import, false, once)
    }

    /// What the undo of an import came to that was begun before. If it was interrupted, it goes on first.
    ///
    /// # Errors
    /// [`Error::KeyRunning`] if another process or request is at it; those of [`App::undo`].
    pub fn finished_undo(&self, actor: Actor, import: ImportId) -> Result<UndoReport, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            let undone = reached_of(&stored)?.undo.unwrap_or_default();
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
        // What was interrupted can be undone instead of resumed, but nobody may resume it in the meantime. Looking
        // at what is done needs no such right.
        let unfinished = is_unfinished(stored.state);
        let lease = match (unfinished, dry_run) {
            (true, _) => Some(self.hold_run(actor, import)?),
            (false, false) => Some(self.hold_ended(actor, import)?),
            (false, true) => None,
        };
        // Somebody else may have undone it in the moment before.
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            return Err(Error::AlreadyUndone(import));
        }
        let workspace = actor.workspace;
        let writing = lease.as_ref().filter(|_| !dry_run);
        let reached = reached_of(&stored)?;
        if let Some(lease) = writing {
            let now = self.world.now();
            self.store.write(|tx| {
                lease.set_state(tx, ImportState::Undoing, now, false)?;
                keep_answer(tx, once, &import)
            })?;
        }
        // What an interrupted undo has removed is met no more; all else is met and counted again.
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
            // While it can still be reported that some stayed; doing all this again does no harm.
            self.forget_rejected(actor, import)?;
            self.forget_rows(actor, import);
            self.drafts.forget(workspace, import);
            let now = self.world.now();
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

    /// With the names of the contacts that are kept, as far as the member may see them now.
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

    /// Takes hold of an import that has ended. Anyone who ran it may be giving it back at this moment.
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
    /// Who undoes it: what this member has lost the right to change is kept.
    actor: Actor,
    stored: &'a Import,
    /// How far the import had come, which stays.
    reached: Reached,
    /// The right to write; none if this only says what an undo would do.
    writing: Option<&'a Lease>,
    done: UndoProgress,
}

impl Undo<'_> {
    /// One step: looks what is to be done, and does it if this may write.
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

    /// Keeps with the import what is done.
    fn note(&self, tx: &mut Tx<'_>, done: &UndoProgress) -> Result<(), Error> {
        let reached = Reached {
            undo: Some(done.clone()),
            ..self.reached.clone()
        };
        let checkpoint = Checkpoint {
            rows_done: self.stored.rows_done,
            counts: &to_json(&reached),
            rejected_bytes: self.stored.rejected_bytes,
        };
        let now = self.app.world.now();
        imports::checkpoint(tx, self.actor.workspace, self.stored.id, &checkpoint, now)?;
        Ok(())
    }

    fn restore_changed(&mut self, batches: &[Batch]) -> Result<(), Error> {
        // A contact that came back under an id of its own may lie between those that a batch gave out; it is met there.
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
    /// With what a step has done.
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

/// What one step does.
#[derive(Default)]
struct Step {
    removed: Vec<Owns<ContactRow>>,
    /// Changed contacts, each with its old state.
    restored: Vec<(CanEdit<ContactRow>, ContactRow)>,
    done: UndoProgress,
}

impl Step {
    /// What becomes of contacts that the import changed, or that it brought back under ids of their own.
    fn of_changes(tx: &mut Tx<'_>, actor: Actor, import: ImportId, changes: Vec<Change>) -> Result<Self, store::Error> {
        let ids: Vec<ContactId> = changes.iter().map(|change| change.contact).collect();
        let rows = contacts::get_many(tx, actor.workspace, &ids)?;
        let editable = access::editable(tx, actor, rows.clone())?;
        let mut editable: HashMap<ContactId, CanEdit<ContactRow>> =
            editable.into_iter().map(|row| (row.id, row)).collect();
        let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let (mut step, mut created, mut kept) = (Self::default(), Vec::new(), Vec::new());
        for change in changes {
            // A contact that somebody has deleted since stays deleted.
            let Some(row) = rows.remove(&change.contact) else {
                continue;
            };
            let is_untouched = row.written_by == Some(import.into());
            match (change.before, editable.remove(&change.contact)) {
                (None, _) if is_untouched && row.owner == actor.member => created.push(row),
                (Some(before), _) if row.version == before.version && row.body == before.body => {
                    // An undo that was interrupted had come past here.
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

    /// Counts contacts that are kept; those that the member may still see are to be named.
    fn keep(&mut self, tx: &mut Tx<'_>, actor: Actor, rows: Vec<ContactRow>) -> Result<(), store::Error> {
        self.done.kept += rows.len() as u64;
        let named = rows.into_iter().take(NAMED).collect();
        let seen = access::seen(tx, actor, named)?;
        let ids = seen.into_iter().map(|(_, row)| row.id.to_string());
        self.done.first_kept.extend(ids);
        Ok(())
    }
}
