//! Running an import: in batches, each committed with its checkpoint and its change log; from the start, from where it
//! was interrupted, or as a preview that writes nothing.

use crate::directory::{Collected, Directory, Layers};
use crate::judging::{Bodies, Chunk, Judging, judge_all};
use crate::plan::{ImportOptions, Look, Opening, Reading, look};
use crate::rejected::RejectedRows;
use crate::settle::{Outcome, Settler, Standing};
use crate::uploads::{Counted, Upload};
use crate::{Actor, App, Counts, Error};
use exchange::mapping::Column;
use exchange::open::Source;
use exchange::reason::Reason;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use store::imports::{self, Batch, Checkpoint, Import, ImportState, NewImport};
use store::{ImportId, Store, Tx, changes};

/// Rows of a batch: few enough that a batch is done in a second or two, many enough that keys are written in order.
const BATCH_ROWS: u64 = 100_000;
/// How many rows of each kind a summary names.
const NAMED_ROWS: usize = 10;
/// Stands for a preview where a run's number is asked for.
const PREVIEW: ImportId = ImportId(0);

/// What is stored of an import, so that it can go on.
#[derive(Serialize, Deserialize)]
struct Plan {
    reading: Reading,
    options: ImportOptions,
    upload: String,
    rejected: Option<PathBuf>,
}

/// How far an import has come.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Reached {
    counts: Counts,
    /// The record to go on with, blank lines counted.
    next_record: u64,
    batches: u64,
}

/// How far a running import is, for showing.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows settled so far.
    pub counts: Counts,
    /// Bytes read of the file.
    pub bytes: u64,
    /// Bytes of the file.
    pub of_bytes: u64,
}

/// Why an import came to an end before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It did not: all rows are settled.
    No,
    /// Somebody asked it to stop; it can be gone on with.
    OnRequest,
}

/// A row that a person should look at.
#[derive(Clone, Debug, Serialize)]
pub struct Notable {
    /// The line it begins on.
    pub line: u64,
    /// What became of it.
    #[serde(skip)]
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// What a run or a preview came to.
#[derive(Debug)]
pub struct ImportSummary {
    /// The import; none for a preview.
    pub import: Option<ImportId>,
    /// Rows by outcome.
    pub counts: Counts,
    /// The first invalid, ambiguous and conflicting rows and possible duplicates.
    pub notable: Vec<Notable>,
    /// What each column became; empty when an import was gone on with.
    pub columns: Vec<Column>,
    /// Whether all rows are settled.
    pub stopped: Stopped,
    /// The file of rejected rows, if one was asked for.
    pub rejected: Option<PathBuf>,
}

/// An import in the list.
#[derive(Debug)]
pub struct ImportReport {
    /// Its number.
    pub import: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Whether it was interrupted: it is not finished, and no process runs it.
    pub interrupted: bool,
    /// Rows by outcome so far.
    pub counts: Counts,
    /// When it was started, in UTC microseconds.
    pub created_at: i64,
}

/// What a run tells while it runs.
pub struct Watch<'a> {
    /// Called after every chunk.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Set to stop after the batch in hand.
    pub stop: &'a AtomicBool,
}

impl App {
    /// What an import of the file would do, row by row exactly as the import would, without changing anything.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn preview(
        &self,
        actor: Actor,
        path: &Path,
        opening: &Opening,
        options: ImportOptions,
        watch: Watch<'_>,
    ) -> Result<ImportSummary, Error> {
        let source = Counted::new(path);
        let look = usable_look(&source, opening)?;
        let size = std::fs::metadata(path).map_or(0, |m| m.len());
        let mut run = Run::new(self, actor, options, &look.reading, &source, size, None);
        run.columns = look.columns;
        let scratch = Store::scratch()?;
        let mut seen = |_: &Chunk, _: usize, _: &Standing| Ok(());
        self.store
            .read(|base| over_scratch(&scratch, Some(base), &mut run, Some(watch), &mut seen))?;
        Ok(run.summary(None, Stopped::No, None))
    }

    /// Imports a file. It goes on in batches; what is committed stays, and a run that dies can be gone on with.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn import(
        &self,
        actor: Actor,
        path: &Path,
        file_name: &str,
        opening: &Opening,
        options: ImportOptions,
        rejected: Option<&Path>,
        watch: Watch<'_>,
    ) -> Result<ImportSummary, Error> {
        let original = path.to_owned();
        let look = usable_look(&original, opening)?;
        self.sweep_uploads(&self.needed_uploads(actor)?);
        let upload = self.take_upload(&original)?;
        let rejected = rejected.map(|p| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()));
        let plan = Plan {
            reading: look.reading,
            options,
            upload: upload.name.clone(),
            rejected,
        };
        let rows = plan
            .rejected
            .as_deref()
            .map(|p| RejectedRows::create(p, &plan.reading))
            .transpose()?;
        let new = NewImport {
            owner: actor.member,
            file_name,
            file_size: upload.size,
            plan: &to_json(&plan),
            counts: &to_json(&Reached::default()),
        };
        let now = self.world.now();
        let import = self.store.write(|tx| imports::create(tx, actor.workspace, &new, now))?;
        self.run(
            actor,
            import,
            plan,
            Reached::default(),
            upload,
            rows,
            look.columns,
            watch,
        )
    }

    /// Goes on with an interrupted import and ends as an unbroken run.
    ///
    /// # Errors
    /// When there is no such import, it is not interrupted, or another process runs it.
    pub fn resume(&self, actor: Actor, import: ImportId, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        let stored = self.stored(actor, import)?;
        if !matches!(stored.state, ImportState::Running | ImportState::Cancelled) {
            return Err(Error::NotResumable {
                import,
                state: stored.state.as_str(),
            });
        }
        let plan = plan_of(&stored)?;
        let upload = self.hold_upload(&plan.upload)?.ok_or(Error::ImportRuns(import))?;
        // Only now that nobody else runs it, what is stored is the last word.
        let stored = self.stored(actor, import)?;
        let reached = reached_of(&stored)?;
        let rows = match &plan.rejected {
            Some(path) => Some(RejectedRows::go_on(path, &plan.reading, stored.rejected_bytes, import)?),
            None => None,
        };
        self.run(actor, import, plan, reached, upload, rows, Vec::new(), watch)
    }

    /// The imports, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn imports(&self, actor: Actor) -> Result<Vec<ImportReport>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        stored.iter().map(|import| self.report(import)).collect()
    }

    fn report(&self, stored: &Import) -> Result<ImportReport, Error> {
        let unfinished = matches!(stored.state, ImportState::Running | ImportState::Undoing);
        let held = |plan: Plan| !matches!(self.hold_upload(&plan.upload), Ok(None));
        Ok(ImportReport {
            import: stored.id,
            file_name: stored.file_name.clone(),
            state: stored.state,
            interrupted: unfinished && plan_of(stored).is_ok_and(held),
            counts: reached_of(stored)?.counts,
            created_at: stored.created_at,
        })
    }

    fn needed_uploads(&self, actor: Actor) -> Result<Vec<String>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let unfinished = stored
            .iter()
            .filter(|i| matches!(i.state, ImportState::Running | ImportState::Cancelled));
        Ok(unfinished
            .filter_map(|i| plan_of(i).ok())
            .map(|plan| plan.upload)
            .collect())
    }

    pub(crate) fn stored(&self, actor: Actor, import: ImportId) -> Result<Import, Error> {
        self.store
            .read(|tx| imports::get(tx, actor.workspace, import))?
            .ok_or(Error::NoImport(import))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one run, each owned by it; a struct would only name them twice"
    )]
    fn run(
        &self,
        actor: Actor,
        import: ImportId,
        plan: Plan,
        reached: Reached,
        upload: Upload,
        rejected: Option<RejectedRows>,
        columns: Vec<Column>,
        mut watch: Watch<'_>,
    ) -> Result<ImportSummary, Error> {
        let source = Counted::new(&upload.path);
        let mut run = Run::new(
            self,
            actor,
            plan.options,
            &plan.reading,
            &source,
            upload.size,
            Some(import),
        );
        run.reached = reached;
        run.columns = columns;
        run.rejected = rejected;
        let from_record = reached.next_record;
        let stopped = judge_all(&run.judging(from_record), |next| {
            loop {
                let more = self.store.write(|tx| run.batch(tx, import, next, &mut watch))?;
                if !more {
                    return Ok(Stopped::No);
                }
                if watch.stop.load(Ordering::Relaxed) {
                    return Ok(Stopped::OnRequest);
                }
            }
        })?;
        let summary = run.summary(Some(import), stopped, plan.rejected);
        if stopped == Stopped::No {
            let now = self.world.now();
            self.store
                .write(|tx| imports::set_state(tx, actor.workspace, import, ImportState::Done, now, true))?;
            Self::drop_upload(upload);
        }
        Ok(summary)
    }
}

/// A look at a file whose columns fill at least one field.
fn usable_look(source: &dyn Source, opening: &Opening) -> Result<Look, Error> {
    let look = look(source, opening)?;
    if look.reading.mapping.is_empty() {
        return Err(Error::NothingMapped(look.opened.header));
    }
    Ok(look)
}

fn plan_of(stored: &Import) -> Result<Plan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}

fn reached_of(stored: &Import) -> Result<Reached, Error> {
    serde_json::from_str(&stored.counts).map_err(|_| Error::UnreadablePlan(stored.id))
}

/// Plain structs of ours always become JSON.
fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// One run through a file, real or preview.
pub(crate) struct Run<'a> {
    actor: Actor,
    reading: &'a Reading,
    source: &'a Counted,
    size: u64,
    settler: Settler<'a>,
    collected: Collected,
    reached: Reached,
    notable: Vec<Notable>,
    rejected: Option<RejectedRows>,
    columns: Vec<Column>,
    bodies: Bodies,
}

impl<'a> Run<'a> {
    pub fn new(
        app: &'a App,
        actor: Actor,
        options: ImportOptions,
        reading: &'a Reading,
        source: &'a Counted,
        size: u64,
        import: Option<ImportId>,
    ) -> Self {
        Self::with_world(&*app.world, actor, options, reading, source, size, import)
    }

    pub fn with_world(
        world: &'a dyn crate::World,
        actor: Actor,
        options: ImportOptions,
        reading: &'a Reading,
        source: &'a Counted,
        size: u64,
        import: Option<ImportId>,
    ) -> Self {
        Self {
            actor,
            reading,
            source,
            size,
            settler: Settler {
                options,
                run: import.unwrap_or(PREVIEW),
                owner: actor.member,
                world,
                changes: Vec::new(),
                created: None,
            },
            collected: Collected::new(import.is_some()),
            reached: Reached::default(),
            notable: Vec::new(),
            rejected: None,
            columns: Vec::new(),
            bodies: if import.is_some() || options.fill().is_some() {
                Bodies::Whole
            } else {
                Bodies::Names
            },
        }
    }

    /// With contacts that are shown and not stored.
    pub fn showing_contacts(mut self) -> Self {
        self.bodies = Bodies::NamesAndContact;
        self
    }

    pub fn counts(&self) -> Counts {
        self.reached.counts
    }

    fn judging(&self, from_record: u64) -> Judging<'a> {
        Judging {
            source: self.source,
            reading: self.reading,
            from_record,
            keep_patches: self.settler.options.fill().is_some(),
            bodies: self.bodies,
        }
    }

    /// One batch of a real run, in its transaction. False at the end of the file.
    fn batch(
        &mut self,
        tx: &mut Tx<'_>,
        import: ImportId,
        next: &mut dyn FnMut() -> Result<Option<Chunk>, Error>,
        watch: &mut Watch<'_>,
    ) -> Result<bool, Error> {
        let until = self.reached.counts.rows + BATCH_ROWS;
        let mut more = true;
        while more && self.reached.counts.rows < until && !watch.stop.load(Ordering::Relaxed) {
            match next()? {
                Some(chunk) => {
                    let layers = Layers {
                        workspace: self.actor.workspace,
                        run: import,
                        top: tx,
                        base: None,
                    };
                    self.chunk(layers, chunk, &mut |_, _, _| Ok(()))?;
                    self.show(watch);
                }
                None => more = false,
            }
        }
        let workspace = self.actor.workspace;
        let layers = Layers {
            workspace,
            run: import,
            top: tx,
            base: None,
        };
        Directory {
            layers,
            collected: &mut self.collected,
        }
        .end_batch()?;
        changes::record(tx, workspace, import, &std::mem::take(&mut self.settler.changes))?;
        if let Some((first, last, created)) = self.settler.created.take() {
            let number = self.reached.batches;
            imports::add_batch(
                tx,
                workspace,
                import,
                &Batch {
                    number,
                    first,
                    last,
                    created,
                },
            )?;
            self.reached.batches += 1;
        }
        let rejected_bytes = self
            .rejected
            .as_mut()
            .map(RejectedRows::settle)
            .transpose()?
            .unwrap_or(0);
        let checkpoint = Checkpoint {
            rows_done: self.reached.counts.rows,
            counts: &to_json(&self.reached),
            rejected_bytes,
        };
        imports::checkpoint(tx, workspace, import, &checkpoint, self.settler.world.now())?;
        Ok(more)
    }

    /// Settles the rows of a chunk.
    fn chunk(
        &mut self,
        layers: Layers<'_, '_, '_>,
        mut chunk: Chunk,
        seen: &mut dyn FnMut(&Chunk, usize, &Standing) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut directory = Directory {
            layers,
            collected: &mut self.collected,
        };
        let ids = chunk.rows.iter().filter_map(|row| row.id).collect();
        directory.prepare(chunk.rows.iter().flat_map(|row| &row.keys), ids)?;
        for at in 0..chunk.rows.len() {
            let standing = self.settler.settle(&mut directory, &mut chunk.rows[at])?;
            self.reached.counts.add(&standing.outcome);
            note(&mut self.notable, &chunk, at, &standing);
            if let Some(rejected) = &mut self.rejected
                && matches!(
                    standing.outcome,
                    Outcome::Invalid | Outcome::Ambiguous { .. } | Outcome::Conflict { .. }
                )
                && let Some(record) = chunk.record(&chunk.rows[at])
            {
                rejected.write(record, chunk.rows[at].reasons.iter().chain(&standing.reason))?;
            }
            seen(&chunk, at, &standing)?;
        }
        directory.end_chunk()?;
        self.reached.next_record = chunk.next_record;
        Ok(())
    }

    fn show(&self, watch: &mut Watch<'_>) {
        (watch.progress)(Progress {
            counts: self.reached.counts,
            bytes: self.source.bytes_read(),
            of_bytes: self.size,
        });
    }

    fn summary(self, import: Option<ImportId>, stopped: Stopped, rejected: Option<PathBuf>) -> ImportSummary {
        ImportSummary {
            import,
            counts: self.reached.counts,
            notable: self.notable,
            columns: self.columns,
            stopped,
            rejected,
        }
    }
}

/// Runs a preview: everything is written into a scratch database over the directory. `seen` is told of every row.
pub(crate) fn over_scratch(
    scratch: &Store,
    mut base: Option<&mut Tx<'_>>,
    run: &mut Run<'_>,
    mut watch: Option<Watch<'_>>,
    seen: &mut dyn FnMut(&Chunk, usize, &Standing) -> Result<(), Error>,
) -> Result<(), Error> {
    let workspace = run.actor.workspace;
    scratch.write(|top| {
        judge_all(&run.judging(0), |next| {
            let mut flushed = 0;
            while let Some(chunk) = next()? {
                run.chunk(
                    Layers {
                        workspace,
                        run: PREVIEW,
                        top,
                        base: base.as_deref_mut(),
                    },
                    chunk,
                    seen,
                )?;
                run.settler.changes.clear();
                if let Some(watch) = &mut watch {
                    run.show(watch);
                }
                if run.counts().rows >= flushed + BATCH_ROWS {
                    flushed = run.counts().rows;
                    let layers = Layers {
                        workspace,
                        run: PREVIEW,
                        top,
                        base: base.as_deref_mut(),
                    };
                    Directory {
                        layers,
                        collected: &mut run.collected,
                    }
                    .end_batch()?;
                }
            }
            Ok(())
        })
    })
}

/// Keeps the first rows of each kind that a person should look at.
fn note(notable: &mut Vec<Notable>, chunk: &Chunk, at: usize, standing: &Standing) {
    let kind = |outcome: &Outcome| match outcome {
        Outcome::Invalid => 1,
        Outcome::Ambiguous { .. } => 2,
        Outcome::Conflict { .. } => 3,
        Outcome::Duplicate { possible: true, .. } => 4,
        _ => 0,
    };
    let this = kind(&standing.outcome);
    if this == 0 || notable.iter().filter(|n| kind(&n.outcome) == this).count() >= NAMED_ROWS {
        return;
    }
    let row = &chunk.rows[at];
    let reasons = row.reasons.iter().chain(&standing.reason).cloned().collect();
    notable.push(Notable {
        line: row.line,
        outcome: standing.outcome.clone(),
        reasons,
    });
}
