//! Taking an import back: what it created goes, what it changed gets its old values, what was changed since, or may not
//! be changed by the member any more, stays and is listed. In steps that each commit, so that an undo that is interrupted can be resumed.

use crate::App;
use crate::access::{self, Actor, CanEdit, Owns};
use crate::audit::AuditAction;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::import::lease::Lease;
use crate::import::stored::is_unfinished;
use crate::import::stored::plan_of;
use crate::import::stored::refuse_draft;
use model::ContactId;
use std::collections::HashMap;
use std::thread;
use std::time::Duration;
use store::contacts::{self, ContactRow};
use store::imports::change_log::{self, Change};
use store::imports::{self, Batch, ImportState};
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
        if self.stored(actor, import)?.state == ImportState::Undone {
            return Err(Error::AlreadyUndone(import));
        }
        let workspace = actor.workspace;
        let writing = lease.as_ref().filter(|_| !dry_run);
        if let Some(lease) = writing {
            let now = self.world.now();
            self.store
                .write(|tx| lease.set_state(tx, ImportState::Undoing, now, false))?;
        }
        let mut undo = Undo {
            app: self,
            actor,
            import,
            writing,
            report: UndoReport::default(),
        };
        let batches = self.store.read(|tx| imports::batches(tx, workspace, import))?;
        undo.restore_changed(&batches)?;
        undo.remove_created(&batches)?;
        let report = undo.report;
        if let Some(lease) = writing {
            // While it can still be reported that some stayed; doing all this again does no harm.
            self.forget_rejected(actor, import)?;
            self.forget_rows(actor, import);
            self.drafts.forget(workspace, import);
            let now = self.world.now();
            self.store.write(|tx| {
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
}

impl App {
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
    import: ImportId,
    /// The right to write; none if this only says what an undo would do.
    writing: Option<&'a Lease>,
    report: UndoReport,
}

impl Undo<'_> {
    /// One step: looks what is to be done, and does it if this may write.
    fn step<T>(
        &self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<(T, Step), store::Error>,
    ) -> Result<(T, UndoReport), Error> {
        let Some(lease) = self.writing else {
            let (next, step) = self.app.store.read(look)?;
            return Ok((next, step.report));
        };
        self.app.change(self.actor, |changes| {
            lease.fence(changes.tx)?;
            let (next, step) = look(changes.tx)?;
            changes.delete(&step.removed)?;
            changes.update(step.restored)?;
            Ok((next, step.report))
        })
    }

    fn restore_changed(&mut self, batches: &[Batch]) -> Result<(), Error> {
        // A contact that came back under an id of its own may lie between those that a batch gave out; it is met there.
        let met_later = |change: &Change| {
            change.before.is_none() && batches.iter().any(|b| (b.first..=b.last).contains(&change.contact))
        };
        let (actor, import) = (self.actor, self.import);
        let mut after: Option<ContactId> = None;
        loop {
            let (last, report) = self.step(|tx| {
                let page = change_log::page(tx, actor.workspace, import, after, STEP)?;
                let last = page.last().map(|change| change.contact);
                let changes: Vec<Change> = page.into_iter().filter(|change| !met_later(change)).collect();
                Ok((last, Step::of_changes(tx, actor, import, changes)?))
            })?;
            self.add(report);
            match last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    fn remove_created(&mut self, batches: &[Batch]) -> Result<(), Error> {
        let (actor, import) = (self.actor, self.import);
        for batch in batches {
            let mut after: Option<ContactId> = None;
            loop {
                let (last, report) = self.step(|tx| {
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
                self.add(report);
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, step: UndoReport) {
        self.report.removed += step.removed;
        self.report.restored += step.restored;
        self.report.kept += step.kept;
        let room = NAMED.saturating_sub(self.report.kept_names.len());
        self.report.kept_names.extend(step.kept_names.into_iter().take(room));
    }
}

/// What one step does.
#[derive(Default)]
struct Step {
    removed: Vec<Owns<ContactRow>>,
    /// Changed contacts, each with its old state.
    restored: Vec<(CanEdit<ContactRow>, ContactRow)>,
    report: UndoReport,
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
                    step.report.restored += 1;
                }
                (Some(before), Some(now)) if is_untouched => {
                    step.report.restored += 1;
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
        self.report.removed += self.removed.len() as u64;
    }

    /// Counts contacts that are kept; those that the member may still see are named.
    fn keep(&mut self, tx: &mut Tx<'_>, actor: Actor, rows: Vec<ContactRow>) -> Result<(), store::Error> {
        self.report.kept += rows.len() as u64;
        let named = rows.into_iter().take(NAMED).collect();
        for (_, row) in access::seen(tx, actor, named)? {
            self.report.kept_names.push(read(&row)?.display_name());
        }
        Ok(())
    }
}
