//! Taking an import back: what it created goes, what it changed gets its old values, what was changed since, or may not
//! be changed by the member any more, stays and is listed. In steps that each commit, so that an undo that is interrupted can be gone on with.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::contacts::stored::read;
use crate::contacts::{index_keys_and_name, unindex_contact};
use crate::error::Error;
use crate::import::lease::Lease;
use crate::import::stored::is_unfinished;
use crate::import::stored::plan_of;
use model::{ContactId, MatchKey, name_order};
use store::contacts::change_feed::{self, Touched};
use store::contacts::{self, ContactRow};
use store::contacts::{match_keys, name_order, search_texts, shares};
use store::imports::change_log::{self, Change};
use store::imports::{self, Batch, ImportState};
use store::workspace::workspaces;
use store::{ImportId, Tx};

/// Contacts of one step.
const STEP: u64 = 5_000;
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
    /// Takes an import back, or with `dry_run` says what that would do.
    ///
    /// # Errors
    /// When there is no such import, another process runs it, or it was undone.
    pub fn undo(&self, actor: Actor, import: ImportId, dry_run: bool) -> Result<UndoReport, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state == ImportState::Undone {
            return Err(Error::AlreadyUndone(import));
        }
        self.refuse_too_late(actor, &stored)?;
        // What was interrupted can be taken back instead of gone on with, but nobody may go on with it meanwhile. Looking
        // at what is done needs no such right.
        let unfinished = is_unfinished(stored.state);
        let lease = if unfinished || !dry_run {
            Some(self.hold_run(actor, import)?)
        } else {
            None
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
            // While it can be told that some stayed; doing all this again does no harm.
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

struct Undo<'a> {
    app: &'a App,
    /// Who takes it back: what this member has lost the right to change is kept.
    actor: Actor,
    import: ImportId,
    /// The right to write; none if this only says what an undo would do.
    writing: Option<&'a Lease>,
    report: UndoReport,
}

impl Undo<'_> {
    /// One step, which says what it came to and which contacts it met.
    fn step<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<ContactId>), store::Error>) -> Result<T, Error> {
        let Some(lease) = self.writing else {
            return Ok(self.app.store.read(work)?.0);
        };
        self.app.store.write(|tx| {
            workspaces::begin_change(tx, self.actor.workspace)?;
            access::active(tx, self.actor)?;
            lease.fence(tx)?;
            let (done, met) = work(tx)?;
            change_feed::note(tx, self.actor.workspace, &[Touched::Contacts(met)])?;
            Ok(done)
        })
    }

    fn restore_changed(&mut self, batches: &[Batch]) -> Result<(), Error> {
        // A contact that came back under an id of its own may lie between those that a batch gave out; it is met there.
        let met_later = |change: &Change| {
            change.before.is_none() && batches.iter().any(|b| (b.first..=b.last).contains(&change.contact))
        };
        let (actor, import, dry_run) = (self.actor, self.import, self.writing.is_none());
        let mut after: Option<ContactId> = None;
        loop {
            let (page, report) = self.step(|tx| {
                let page = change_log::page(tx, actor.workspace, import, after, STEP)?;
                let mut report = UndoReport::default();
                for change in page.iter().filter(|change| !met_later(change)) {
                    restore(tx, actor, import, change, dry_run, &mut report)?;
                }
                let met = page.iter().map(|change| change.contact).collect();
                Ok(((page, report), met))
            })?;
            self.add(report);
            match page.last() {
                Some(last) => after = Some(last.contact),
                None => return Ok(()),
            }
        }
    }

    fn remove_created(&mut self, batches: &[Batch]) -> Result<(), Error> {
        let (actor, import, dry_run) = (self.actor, self.import, self.writing.is_none());
        for batch in batches {
            let mut after: Option<ContactId> = None;
            loop {
                let (last, report) = self.step(|tx| {
                    let page =
                        contacts::page_created_by(tx, actor.workspace, import, (batch.first, batch.last), after, STEP)?;
                    let last = page.last().map(|row| row.id);
                    let met = page.iter().map(|row| row.id).collect();
                    let mut report = UndoReport::default();
                    let removable = |row: &ContactRow| row.written_by == Some(import) && row.owner == actor.member;
                    let (untouched, others) = page.into_iter().partition(removable);
                    keep(tx, actor, others, &mut report)?;
                    remove(tx, actor, untouched, dry_run, &mut report)?;
                    Ok(((last, report), met))
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

/// Counts contacts that are kept; those that the member may still see are named.
fn keep(tx: &mut Tx<'_>, actor: Actor, rows: Vec<ContactRow>, report: &mut UndoReport) -> Result<(), store::Error> {
    report.kept += rows.len() as u64;
    let named = rows.into_iter().take(NAMED).collect();
    for (_, row) in access::seen(tx, actor, named)? {
        report.kept_names.push(read(&row)?.display_name());
    }
    Ok(())
}

/// Removes contacts that are the member's own; others are not there to be removed.
fn remove(
    tx: &mut Tx<'_>,
    actor: Actor,
    rows: Vec<ContactRow>,
    dry_run: bool,
    report: &mut UndoReport,
) -> Result<(), store::Error> {
    let workspace = actor.workspace;
    let rows = access::owned(actor, rows);
    report.removed += rows.len() as u64;
    if dry_run || rows.is_empty() {
        return Ok(());
    }
    let (mut gone_keys, mut gone_names) = (Vec::new(), Vec::new());
    for row in &rows {
        let contact = read(row)?;
        gone_keys.extend(MatchKey::of_contact(&contact).into_iter().map(|key| (key, row.id)));
        gone_names.push((name_order(&contact), row.id));
    }
    match_keys::delete_many(tx, workspace, gone_keys)?;
    name_order::delete_many(tx, workspace, gone_names)?;
    let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    contacts::delete_many(tx, workspace, &ids)?;
    shares::remove_of(tx, workspace, &ids)?;
    search_texts::delete_many(tx, workspace, &ids)?;
    Ok(())
}

/// Gives one changed contact its old values back.
fn restore(
    tx: &mut Tx<'_>,
    actor: Actor,
    import: ImportId,
    change: &Change,
    dry_run: bool,
    report: &mut UndoReport,
) -> Result<(), store::Error> {
    let workspace = actor.workspace;
    // A contact that somebody has deleted since stays deleted.
    let Some(row) = contacts::get(tx, workspace, change.contact)? else {
        return Ok(());
    };
    let Some(before) = &change.before else {
        if row.written_by == Some(import) && row.owner == actor.member {
            return remove(tx, actor, vec![row], dry_run, report);
        }
        return keep(tx, actor, vec![row], report);
    };
    if row.version == before.version && row.body == before.body {
        // An undo that was interrupted had come past here.
        report.restored += 1;
        return Ok(());
    }
    if row.written_by != Some(import) {
        return keep(tx, actor, vec![row], report);
    }
    let Some(row) = access::editable(tx, actor, vec![row.clone()])?.pop() else {
        return keep(tx, actor, vec![row], report);
    };
    let row = row.into_inner();
    report.restored += 1;
    if dry_run {
        return Ok(());
    }
    let now = read(&row)?;
    let old_row = ContactRow {
        version: before.version,
        written_by: before.written_by,
        edited_by: before.edited_by,
        body: before.body.clone(),
        ..row
    };
    let old = read(&old_row)?;
    // The text goes too: its version may be given again, to other values.
    unindex_contact(tx, workspace, old_row.id, &now)?;
    index_keys_and_name(tx, workspace, old_row.id, &old)?;
    contacts::update(tx, workspace, &old_row)?;
    Ok(())
}
