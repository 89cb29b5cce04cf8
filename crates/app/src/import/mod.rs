//! Importing a file: from the start, from where it was interrupted, or as a preview that writes nothing.
//!
//! Decides how an import is created, resumed and finished, and who may see it in the list of imports. The pass over the
//! rows is in `run`.

pub(crate) mod analysis;
pub(crate) mod batch_keys;
pub(crate) mod batch_state;
pub(crate) mod candidate;
pub(crate) mod conversion;
pub(crate) mod counts;
pub(crate) mod draft;
pub(crate) mod hash_runs;
pub(crate) mod inspect;
pub(crate) mod json_rows;
pub(crate) mod key_filter;
pub(crate) mod lease;
pub(crate) mod match_index;
pub(crate) mod match_reasons;
pub(crate) mod matches;
pub(crate) mod outcome;
pub(crate) mod pipeline;
pub(crate) mod preview_contacts;
pub(crate) mod progress;
pub(crate) mod quotas;
pub(crate) mod recent_rows;
pub(crate) mod rejected;
pub(crate) mod resolve;
pub(crate) mod retention;
pub(crate) mod row_import;
pub(crate) mod row_index;
pub(crate) mod row_log;
pub(crate) mod run;
pub(crate) mod run_filters;
pub(crate) mod running;
pub(crate) mod sample_contacts;
pub(crate) mod shared_keys;
pub(crate) mod stored;
pub(crate) mod summary;
pub(crate) mod undo;
pub(crate) mod uploads;
pub(crate) mod warnings;

use crate::access::Actor;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::analysis::{FileAnalysis, Opening, PhoneRegion, look};
use crate::import::conversion::readable;
use crate::import::counts::Counts;
use crate::import::draft::KeptRows;
use crate::import::lease::Lease;
use crate::import::outcome::Decisions;
use crate::import::rejected::RejectedFile;
use crate::import::rejected::{Kept, RejectedRows};
use crate::import::run::Run;
use crate::import::stored::is_unfinished;
use crate::import::stored::{ImportCheckpoint, Watch};
use crate::import::stored::{KEPT_FOR, Plan, Stopped, needed_uploads, parse_checkpoint, plan_of};
use crate::import::summary::Notable;
use crate::import::uploads::{Counted, Upload};
use crate::import::warnings::Warnings;
use crate::import_options::ImportOptions;
use crate::jobs::retry::retry_while_busy;
use crate::json::to_json;
use crate::workspace::custom_fields::{WorkspaceRules, refuse_new_fields};
use crate::{App, View};
use exchange::convert::TableSource;
use exchange::fixes::Fixes;
use exchange::mapping::Column;
use exchange::open::Source;
use std::collections::HashMap;
use std::path::Path;
use store::imports::{self, Import, ImportState, NewImport};
use store::workspace::workspaces;
use store::{ImportId, Member, Tx};

/// A file and what to do with it: the arguments of `App::preview` and `App::import`.
#[derive(Clone, Debug)]
pub struct ImportRequest<'a> {
    /// Where the file is.
    pub path: &'a Path,
    /// The name that users know the file by.
    pub file_name: &'a str,
    /// How to open and map the file.
    pub opening: Opening,
    /// What to do with the file's rows.
    pub options: ImportOptions,
    /// The file to write rejected rows to. They are kept in the object store in any case; a preview writes no file.
    pub rejected: Option<&'a Path>,
}

/// The result of a run or a preview.
#[derive(Debug)]
pub struct ImportSummary {
    /// The import; `None` for a preview.
    pub import: Option<ImportId>,
    /// Rows by outcome.
    pub counts: Counts,
    /// Warnings about rows that were not rejected.
    pub warnings: Warnings,
    /// The first invalid, ambiguous and conflicting rows and possible duplicates.
    pub notable: Vec<Notable>,
    /// What each column became; empty when an import was resumed.
    pub columns: Vec<Column>,
    /// The country of numbers without country code.
    pub numbers_of: Option<PhoneRegion>,
    /// Where the table comes from, if the file is not a CSV itself.
    pub source: Option<TableSource>,
    /// Whether and why the run ended before every row had its outcome.
    pub stopped: Stopped,
    /// The file of rejected rows, if one was requested.
    pub rejected: Option<RejectedFile>,
}

/// An import in the list.
#[derive(Debug)]
pub struct ImportReport {
    pub import: ImportId,
    /// The file's name.
    pub file_name: String,
    /// The state of the import.
    pub state: ImportState,
    /// Whether the import was interrupted: it is not finished, and no process runs it.
    pub interrupted: bool,
    /// Rows by outcome so far.
    pub counts: Counts,
    /// Warnings about rows that were not rejected, without the rows' values.
    pub warnings: Warnings,
    /// Rows by outcome in the preview when the member started the import; `None` without a complete preview. A
    /// difference to `counts` means that the directory was changed in between.
    pub expected: Option<Counts>,
    /// The name of the member who created the import.
    pub owner: String,
    member: Member,
    /// The file's size in bytes.
    pub file_size: u64,
    /// When the import was created, in UTC microseconds.
    pub created_at: i64,
    /// When the import last made progress or changed its state, in UTC microseconds.
    pub updated_at: i64,
    /// When the import ended, in UTC microseconds.
    pub finished_at: Option<i64>,
    /// Whether the change log was deleted, so that the import can no longer be undone.
    pub is_forgotten: bool,
}

/// A page of the member's imports.
#[derive(Debug)]
pub struct ImportPage {
    /// The newest first.
    pub imports: Vec<ImportReport>,
    /// The import after which the next page begins; `None` on the last page.
    pub next: Option<ImportId>,
}

/// An import that is about to run or to be resumed.
struct Start<'a> {
    import: ImportId,
    plan: Plan,
    reached: ImportCheckpoint,
    upload: Upload,
    rejected: RejectedRows<'a>,
    columns: Vec<Column>,
    /// Keeps other processes from running the import at the same time.
    lease: Lease,
}

impl View<'_, '_> {
    /// Whether an import of the workspace is running, stopping or being undone, in any process.
    pub fn has_running_imports(&mut self) -> Result<bool, Error> {
        Ok(!imports::unfinished(self.tx, self.actor.workspace)?.is_empty())
    }
}

impl App {
    /// Returns what an import of the file would do. The rows take the same code path as in an import, but nothing is
    /// changed.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn preview(
        &self,
        actor: Actor,
        request: &ImportRequest<'_>,
        mut watch: Watch<'_>,
    ) -> Result<ImportSummary, Error> {
        refuse_overwriting(request)?;
        let file = readable(request.path, request.opening.sheet.as_deref())?;
        let source = Counted::new(&file.path);
        let terms = self.terms(actor)?;
        let look = usable_look(&source, &request.opening.clone().of_table(file.source.clone()), &terms)?;
        let size = std::fs::metadata(&file.path).map_or(0, |m| m.len());
        let mut run = Run::preview(&*self.system, actor, request.options, &look.reading, &source).of_size(size);
        let stopped = run.preview_rows(Some(&self.store), Some(&mut watch), &mut |_, _, _| Ok(()))?;
        let (counts, warnings, notable) = run.into_result();
        Ok(ImportSummary {
            import: None,
            counts,
            warnings,
            notable,
            columns: look.columns,
            numbers_of: look.reading.numbers_of(),
            source: file.source,
            stopped,
            rejected: None,
        })
    }

    /// Imports a file in batches. Committed batches stay, and a run that dies can be resumed.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn import(&self, actor: Actor, request: &ImportRequest<'_>, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        refuse_overwriting(request)?;
        // The analysis reads the copy that is then imported, because the original may be changed at any moment.
        let upload = self.take_upload(actor, request.path, request.opening.sheet.as_deref())?;
        self.sweep(actor)?;
        let begun = self.begin(actor, request, &upload);
        if begun.is_err() {
            self.drop_upload(&upload.name);
        }
        let (plan, columns, lease) = begun?;
        let import = lease.import();
        let rejected = RejectedRows::begin(&self.objects, actor.workspace, import, &plan.reading)?;
        let start = Start {
            import,
            plan,
            reached: ImportCheckpoint::default(),
            upload,
            rejected,
            columns,
            lease,
        };
        self.run(actor, start, watch)
    }

    /// Analyses the copied file and creates its import.
    fn begin(
        &self,
        actor: Actor,
        request: &ImportRequest<'_>,
        upload: &Upload,
    ) -> Result<(Plan, Vec<Column>, Lease), Error> {
        let terms = self.terms(actor)?;
        let opening = request.opening.clone().of_table(upload.source.clone());
        let look = usable_look(&upload.file.path, &opening, &terms)?;
        // An absolute path, because the import may be resumed from another working directory.
        let rejected = request
            .rejected
            .map(|p| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()));
        if let Some(path) = &rejected {
            self.begin_rejected_file(path, &look.reading)?;
        }
        let plan = Plan {
            reading: look.reading,
            options: request.options,
            upload: upload.name.clone(),
            upload_bytes: upload.file.size,
            rejected,
            fixes: Fixes::default(),
            decisions: Decisions::new(),
            expected: None,
            keeps_rows: false,
        };
        let size = std::fs::metadata(request.path).map_or(upload.file.size, |file| file.len());
        let lease = self.create(actor, request.file_name, &plan, size)?;
        Ok((plan, look.columns, lease))
    }

    /// Creates an import and the custom fields that it fills, and takes its lease in the same transaction.
    fn create(&self, actor: Actor, file_name: &str, plan: &Plan, file_size: u64) -> Result<Lease, Error> {
        let new = NewImport {
            owner: actor.member,
            file_name,
            file_size,
            plan: &to_json(plan),
            counts: &to_json(&ImportCheckpoint::default()),
            state: ImportState::Running,
        };
        let now = self.system.now();
        retry_while_busy(|| {
            self.create_held(actor.workspace, |tx| {
                self.define_mapped(tx, actor, &plan.reading.mapping)?;
                Ok(imports::create(tx, actor.workspace, &new, now)?)
            })
        })
    }

    /// Resumes an interrupted import. The result is the same as that of an uninterrupted run.
    ///
    /// # Errors
    /// When there is no such import, it is not interrupted, another process runs it, or its file is gone.
    pub fn resume(&self, actor: Actor, import: ImportId, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        self.interrupted(actor, import)?;
        let lease = retry_while_busy(|| self.hold_run(actor, import))?;
        // Reads the import again: only with the lease held, the stored state is final.
        let stored = self.interrupted(actor, import)?;
        let (plan, reached) = (plan_of(&stored)?, parse_checkpoint(&stored)?);
        let upload = self.fetch_upload(import, &plan.upload)?;
        let kept = Kept {
            next_record: reached.next_record,
            bytes: stored.rejected_bytes,
        };
        let rejected = if reached.next_record == 0 {
            RejectedRows::begin(&self.objects, actor.workspace, import, &plan.reading)?
        } else {
            RejectedRows::go_on(&self.objects, actor.workspace, import, &plan.reading, kept)
        };
        let start = Start {
            import,
            plan,
            reached,
            upload,
            rejected,
            columns: Vec::new(),
            lease,
        };
        self.run(actor, start, watch)
    }

    /// Returns the import if it can be resumed.
    fn interrupted(&self, actor: Actor, import: ImportId) -> Result<Import, Error> {
        let stored = self.stored(actor, import)?;
        match stored.state {
            ImportState::Running => Ok(stored),
            state => Err(Error::NotResumable {
                import,
                state: state.as_str(),
            }),
        }
    }

    /// Returns the member's imports, newest first.
    pub fn imports(&self, actor: Actor) -> Result<Vec<ImportReport>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let held = self.held(actor.workspace)?;
        let seen = stored.iter().filter(|import| may_see(actor, import));
        let mut reports: Vec<ImportReport> = seen.map(|import| report(import, &held)).collect::<Result<_, _>>()?;
        self.name_owners(actor, &mut reports)?;
        Ok(reports)
    }

    /// Returns at most `limit` of the member's imports that are older than `before`, newest first.
    pub fn imports_page(&self, actor: Actor, before: Option<ImportId>, limit: u64) -> Result<ImportPage, Error> {
        let with_next = limit.saturating_add(1);
        let stored = self
            .store
            .read(|tx| imports::page(tx, actor.workspace, actor.member, before, with_next))?;
        let has_more = stored.len() as u64 > limit;
        let held = self.held(actor.workspace)?;
        let shown = stored.iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut imports: Vec<ImportReport> = shown.map(|import| report(import, &held)).collect::<Result<_, _>>()?;
        self.name_owners(actor, &mut imports)?;
        let next = imports.last().map(|import| import.import).filter(|_| has_more);
        Ok(ImportPage { imports, next })
    }

    /// Returns one import as it appears in the list.
    ///
    /// # Errors
    /// When there is no such import.
    pub fn import_report(&self, actor: Actor, import: ImportId) -> Result<ImportReport, Error> {
        let stored = self.stored(actor, import)?;
        let mut reports = [report(&stored, &self.held(actor.workspace)?)?];
        self.name_owners(actor, &mut reports)?;
        let [report] = reports;
        Ok(report)
    }

    /// Returns the unfinished imports of the workspace, oldest first.
    pub(crate) fn unfinished(&self, actor: Actor) -> Result<Vec<Import>, Error> {
        Ok(self.store.read(|tx| imports::unfinished(tx, actor.workspace))?)
    }

    /// Removes old drafts and files that no import needs any more.
    pub(crate) fn sweep(&self, actor: Actor) -> Result<(), Error> {
        self.sweep_drafts(actor)?;
        self.sweep_uploads(actor, &self.needed_uploads(actor)?);
        Ok(())
    }

    fn needed_uploads(&self, actor: Actor) -> Result<Vec<String>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let kept_since = self.system.now() - KEPT_FOR;
        Ok(stored
            .iter()
            .filter_map(|import| needed_uploads(import, kept_since))
            .flat_map(|needed| needed.names)
            .collect())
    }

    /// Fills in the names of the members who created the imports.
    fn name_owners(&self, actor: Actor, reports: &mut [ImportReport]) -> Result<(), Error> {
        let mut names: HashMap<Member, String> = HashMap::new();
        for report in reports {
            let name = match names.get(&report.member) {
                Some(name) => name.clone(),
                None => {
                    let found = self
                        .store
                        .read(|tx| workspaces::member_name(tx, actor.workspace, report.member))?;
                    names.entry(report.member).or_insert(found.unwrap_or_default()).clone()
                }
            };
            report.owner = name;
        }
        Ok(())
    }

    /// Returns the stored import if the member created it. Another member's import is reported as missing.
    pub(crate) fn stored(&self, actor: Actor, import: ImportId) -> Result<Import, Error> {
        let stored = self.store.read(|tx| imports::get(tx, actor.workspace, import))?;
        stored
            .filter(|import| may_see(actor, import))
            .ok_or(Error::NoImport(import))
    }

    /// Takes the lease of an import, so that no other process resumes it.
    pub(crate) fn hold_run(&self, actor: Actor, import: ImportId) -> Result<Lease, Error> {
        self.hold(actor.workspace, import)?.ok_or(Error::ImportRuns(import))
    }

    fn run(&self, actor: Actor, start: Start<'_>, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        let Start {
            import,
            plan,
            reached,
            upload,
            rejected,
            columns,
            lease,
        } = start;
        let source = Counted::new(&upload.file.path);
        let rows = plan
            .keeps_rows
            .then(|| KeptRows::from(&self.objects, actor.workspace, import, reached.next_record))
            .transpose()?;
        let fixes = plan.fixes.ready();
        let mut run = Run::real(&*self.system, actor, plan.options, &plan.reading, &source, &lease)
            .of_size(upload.file.size)
            .from(reached)
            .keeping_rejected(rejected)
            .keeping_rows(rows)
            .with_changes_by_hand(&fixes, &plan.decisions)
            .low_memory(self.low_memory);
        let here = self.live.enter(actor.workspace, import);
        let mut stopped = here
            .listening(watch, |watch| run.go_through(&self.store, &lease, watch))
            .map_err(|error| lease.explain(error))?;
        if stopped == Stopped::OnRequest && here.is_cancelled() {
            stopped = Stopped::Cancelled;
        }
        // Before the state becomes `Done`, so that a resumed run repeats this step after a crash.
        let rejected = plan
            .rejected
            .zip(run.kept())
            .map(|(path, kept)| self.fill_rejected_file(actor, import, &plan.reading, kept, path));
        let (counts, warnings, notable) = run.into_result();
        if stopped == Stopped::No {
            let now = self.system.now();
            retry_while_busy(|| {
                self.store.write(|tx| {
                    lease.set_state(tx, ImportState::Done, now, true)?;
                    self.audit_import(tx, actor, import, &counts)
                })
            })?;
            if !plan.keeps_rows {
                self.drop_upload(&upload.name);
            }
            // An error does not fail the import: contacts without a search text are still found, more slowly.
            let _ = self.index_texts_after(actor, counts.new + counts.update);
        }
        if stopped == Stopped::Cancelled {
            let now = self.system.now();
            retry_while_busy(|| {
                self.store.write(|tx| {
                    lease.set_state(tx, ImportState::Cancelled, now, true)?;
                    self.audit_import(tx, actor, import, &counts)
                })
            })?;
        }
        drop(lease);
        Ok(ImportSummary {
            import: Some(import),
            counts,
            warnings,
            notable,
            columns,
            numbers_of: plan.reading.numbers_of(),
            source: plan.reading.source,
            stopped,
            rejected,
        })
    }
}

/// Refuses to write rejected rows over the file that is imported.
fn refuse_overwriting(request: &ImportRequest<'_>) -> Result<(), Error> {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    match request.rejected {
        Some(rejected) if same(rejected, request.path) => Err(Error::RejectedOverInput(rejected.to_owned())),
        _ => Ok(()),
    }
}

/// Analyses a file and requires that at least one column fills a field.
fn usable_look(source: &dyn Source, opening: &Opening, terms: &WorkspaceRules) -> Result<FileAnalysis, Error> {
    refuse_new_fields(&opening.choices, terms)?;
    let look = look(source, opening, terms)?;
    if look.reading.mapping.is_empty() {
        return Err(Error::NothingMapped(look.opened.header));
    }
    Ok(look)
}

/// Builds the list entry of an import. `held` are the imports that a living process runs.
fn report(stored: &Import, held: &[ImportId]) -> Result<ImportReport, Error> {
    let unfinished = is_unfinished(stored.state);
    let reached = parse_checkpoint(stored)?;
    Ok(ImportReport {
        import: stored.id,
        file_name: stored.file_name.clone(),
        state: stored.state,
        interrupted: unfinished && !held.contains(&stored.id),
        counts: reached.counts,
        warnings: reached.warnings,
        expected: plan_of(stored).ok().and_then(|plan| plan.expected),
        owner: String::new(),
        member: stored.owner,
        file_size: stored.file_size,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
        finished_at: stored.finished_at,
        is_forgotten: stored.forgotten_at.is_some(),
    })
}

/// Returns the state of an import after the changes of this transaction. With `once`, the report is stored as the
/// answer of a keyed request.
pub(crate) fn report_in(
    tx: &mut Tx<'_>,
    actor: Actor,
    import: ImportId,
    once: Option<OnceAnswer<'_, ImportReport>>,
) -> Result<ImportReport, Error> {
    let stored = imports::get(tx, actor.workspace, import)?.ok_or(Error::NoImport(import))?;
    // Listed as held, because a background worker picks the import up shortly.
    let mut report = report(&stored, &[import])?;
    report.owner = workspaces::member_name(tx, actor.workspace, stored.owner)?.unwrap_or_default();
    keep_answer(tx, once, &report)?;
    Ok(report)
}

/// Only the member who created an import may see it, because its rows are that member's data.
fn may_see(actor: Actor, import: &Import) -> bool {
    import.owner == actor.member
}
