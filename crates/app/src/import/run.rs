//! One run through a file, in chunks and batches. Each batch is committed with its checkpoint and its change log.
//!
//! A preview takes the same code path, but keeps its changes in temporary files and does not change the directory.

use crate::access;
use crate::access::Actor;
use crate::clock::System;
use crate::contacts::write::{self, BatchPlace};
use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::batch_state::{BatchState, Purpose};
use crate::import::counts::Counts;
use crate::import::draft::Decision;
use crate::import::draft::{Entry, KeptRows};
use crate::import::lease::Lease;
use crate::import::match_index::{MatchIndex, Overlay};
use crate::import::outcome::{Decisions, Outcome, RowResult};
use crate::import::pipeline::{Bodies, Chunk, Chunks, Judging, judge_all};
use crate::import::preview_contacts::PreviewContacts;
use crate::import::rejected::{Kept, RejectedRows};
use crate::import::row_import::RowImporter;
use crate::import::stored::Stopped;
use crate::import::stored::is_cancelling;
use crate::import::stored::{ImportCheckpoint, Progress, Watch};
use crate::import::summary::{Notable, note};
use crate::import::uploads::Counted;
use crate::import::warnings::Warnings;
use crate::import_options::ImportOptions;
use crate::jobs::retry::retry_while_busy;
use crate::json::to_json;
use exchange::fixes::ReadyFixes;
use exchange::open::Batch;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::contacts::change_feed::Touched;
use store::imports::change_log;
use store::imports::{self, Checkpoint};
use store::workspace::workspaces;
use store::{RunId, Store, Tx};

/// The number of rows in a batch: few enough that other writers wait for less than a second, many enough that commits
/// cost little.
const BATCH_ROWS: u64 = 20_000;

/// The number of rows whose keys are looked up at once, if so many are judged already. In a large directory each key is
/// on another database page; the more keys are looked up in order, the fewer pages are read.
const LOOKED_UP_AT_ONCE: u64 = 16_000;

/// A callback for every row: its chunk, its index in the chunk, and its result.
type SeenRow<'s> = dyn FnMut(&mut Chunk, usize, &RowResult) -> Result<(), Error> + 's;

/// One run through a file, real or preview.
pub(crate) struct Run<'a> {
    actor: Actor,
    reading: &'a Reading,
    source: &'a Counted,
    size: u64,
    importer: RowImporter<'a>,
    collected: BatchState,
    reached: ImportCheckpoint,
    /// The directory's count of changes after the last batch.
    changes: Option<i64>,
    notable: Vec<Notable>,
    rejected: Option<RejectedRows<'a>>,
    /// The writer for the outcome of each row.
    kept_rows: Option<KeptRows<'a>>,
    fixes: Option<&'a ReadyFixes>,
    /// Whether rows keep their values for updating contacts.
    keep_patches: bool,
    bodies: Bodies,
    /// Whether contacts are still shown.
    shown: Option<Arc<AtomicBool>>,
    low_memory: bool,
}

impl<'a> Run<'a> {
    /// Creates a run that changes the directory.
    pub fn real(
        system: &'a dyn System,
        actor: Actor,
        options: ImportOptions,
        reading: &'a Reading,
        source: &'a Counted,
        lease: &Lease,
    ) -> Self {
        let run = RunId::Import(lease.import());
        Self::new(system, actor, options, reading, source, run)
    }

    fn new(
        system: &'a dyn System,
        actor: Actor,
        options: ImportOptions,
        reading: &'a Reading,
        source: &'a Counted,
        run: RunId,
    ) -> Self {
        let purpose = match run {
            RunId::Preview => Purpose::Show,
            RunId::Import(_) => Purpose::Write,
        };
        Self {
            actor,
            reading,
            source,
            size: 0,
            importer: RowImporter {
                options,
                decisions: None,
                run,
                owner: actor.member,
                system,
                mapping: &reading.mapping,
                explains_all: false,
                changes: Vec::new(),
                created: None,
            },
            collected: BatchState::new(purpose, options.matching),
            reached: ImportCheckpoint::default(),
            changes: None,
            notable: Vec::new(),
            rejected: None,
            kept_rows: None,
            fixes: None,
            keep_patches: options.fill().is_some(),
            bodies: Bodies::Whole,
            shown: None,
            low_memory: false,
        }
    }

    /// Creates a run that changes nothing.
    pub fn preview(
        system: &'a dyn System,
        actor: Actor,
        options: ImportOptions,
        reading: &'a Reading,
        source: &'a Counted,
    ) -> Self {
        let bodies = if options.fill().is_some() {
            Bodies::Whole
        } else {
            Bodies::Names
        };
        Self {
            bodies,
            ..Self::new(system, actor, options, reading, source, RunId::Preview)
        }
    }

    /// Sets the file's size, for progress.
    pub fn of_size(self, size: u64) -> Self {
        Self { size, ..self }
    }

    /// Continues from the checkpoint of an earlier run.
    pub fn from(self, reached: ImportCheckpoint) -> Self {
        Self { reached, ..self }
    }

    /// Sets the writer for rejected rows.
    pub fn keeping_rejected(self, rejected: RejectedRows<'a>) -> Self {
        Self {
            rejected: Some(rejected),
            ..self
        }
    }

    /// Sets the writer for the outcome of each row.
    pub fn keeping_rows(self, rows: Option<KeptRows<'a>>) -> Self {
        Self {
            kept_rows: rows,
            ..self
        }
    }

    /// Sets the member's corrections and the decisions about single rows.
    pub fn with_changes_by_hand(mut self, fixes: &'a ReadyFixes, decisions: &'a Decisions) -> Self {
        self.fixes = Some(fixes);
        let brings_values = |d: &Decision| matches!(d, Decision::Update { .. } | Decision::Fill { .. });
        if decisions.values().any(brings_values) {
            // A row may update a contact of an earlier row, so a preview needs the values, too.
            self.keep_patches = true;
            self.bodies = Bodies::Whole;
        }
        if !decisions.is_empty() {
            self.importer.decisions = Some(decisions);
        }
        self
    }

    /// Saves memory, for a process that also has other work.
    pub fn low_memory(self, low_memory: bool) -> Self {
        Self { low_memory, ..self }
    }

    fn batch_rows() -> u64 {
        #[cfg(test)]
        if let Some(rows) = tests::BATCH_ROWS.get() {
            return rows;
        }
        BATCH_ROWS
    }

    /// Keeps the rows' contacts to be shown, as long as `shown` is true, instead of bodies to be stored. The first
    /// `compared` rows (all if `None`) also keep the values for the comparison with earlier rows.
    pub fn showing_contacts(mut self, compared: Option<u64>, shown: Arc<AtomicBool>) -> Self {
        let first = self.reading.header_row.map_or(0, |at| at + 1);
        let compared_before = compared.map_or(u64::MAX, |rows| first.saturating_add(rows));
        self.bodies = Bodies::NamesAndContact { compared_before };
        self.shown = Some(shown);
        self.importer.explains_all = true;
        self
    }

    pub fn counts(&self) -> Counts {
        self.reached.counts
    }

    /// Returns the extent of the kept rejected rows; `None` if the run keeps none.
    pub fn kept(&self) -> Option<Kept> {
        self.rejected.as_ref().map(RejectedRows::kept)
    }

    pub fn warnings(&self) -> &Warnings {
        &self.reached.warnings
    }

    /// Returns the counts, the warnings and the notable rows of the run.
    pub fn into_result(self) -> (Counts, Warnings, Vec<Notable>) {
        (self.reached.counts, self.reached.warnings, self.notable)
    }

    /// Imports the file in batches, each in a transaction of its own. The lease is the right to write.
    pub fn go_through(&mut self, store: &Store, lease: &Lease, watch: &mut Watch<'_>) -> Result<Stopped, Error> {
        let rows = Self::batch_rows();
        judge_all(&self.judging(self.reached.next_record), |chunks| {
            loop {
                if !self.take_turn((store, lease), rows, chunks, watch)? {
                    return Ok(Stopped::No);
                }
                if watch.stop.load(Ordering::Relaxed) {
                    return Ok(Stopped::OnRequest);
                }
                if store.read(|tx| is_cancelling(tx, self.actor.workspace, lease.import()))? {
                    return Ok(Stopped::Cancelled);
                }
            }
        })
    }

    /// Runs a batch as soon as the database allows writing. Only waiting for the database is retried: once the batch
    /// has begun, its rows are consumed from the pipeline, so it cannot be repeated.
    fn take_turn(
        &mut self,
        (store, lease): (&Store, &Lease),
        rows: u64,
        chunks: &mut Chunks,
        watch: &mut Watch<'_>,
    ) -> Result<bool, Error> {
        retry_while_busy(|| {
            let mut begun = false;
            let outcome = store.write(|tx| {
                self.begin_batch(tx, lease)?;
                begun = true;
                self.batch((tx, lease), rows, chunks, watch)
            });
            let waits = !begun && matches!(outcome, Err(Error::Store(store::Error::Busy)));
            match outcome {
                // A run that is requested to stop does not wait for the database any longer.
                Err(_) if waits && watch.stop.load(Ordering::Relaxed) => Ok(Ok(true)),
                Err(error) if waits => Err(error),
                outcome => Ok(outcome),
            }
        })?
    }

    fn judging(&self, from_record: u64) -> Judging<'a> {
        Judging {
            source: self.source,
            reading: self.reading,
            fixes: self.fixes,
            from_record,
            keep_patches: self.keep_patches,
            bodies: self.bodies,
            shown: self.shown.clone(),
            low_memory: self.low_memory,
        }
    }

    /// Waits for other writers of the workspace, and makes sure that the lease is still valid.
    fn begin_batch(&mut self, tx: &mut Tx<'_>, lease: &Lease) -> Result<(), Error> {
        let changes = write::begin_batch(tx, self.actor.workspace)?;
        lease.fence(tx)?;
        access::active(tx, self.actor)?;
        if self.changes.is_some_and(|last| changes != last + 1) {
            // The directory was written to since the last batch, perhaps with keys that the filter does not have.
            self.collected.forget_directory();
        }
        self.changes = Some(changes);
        Ok(())
    }

    /// Imports one batch of about `rows` rows, in a transaction for which `begin_batch` was called. Returns false at
    /// the end of the file.
    fn batch(
        &mut self,
        (tx, lease): (&mut Tx<'_>, &Lease),
        rows: u64,
        chunks: &mut Chunks,
        watch: &mut Watch<'_>,
    ) -> Result<bool, Error> {
        let (workspace, import) = (self.actor.workspace, lease.import());
        let until = self.reached.counts.rows + rows;
        let mut more = true;
        while more && self.reached.counts.rows < until && !watch.stop.load(Ordering::Relaxed) {
            // A group of rows that is looked up together must not extend past the batch: the keys of a batch are found
            // in the directory only by later lookups.
            let some = chunks.next(LOOKED_UP_AT_ONCE.min(until - self.reached.counts.rows))?;
            more = !some.is_empty();
            let layers = Overlay {
                actor: self.actor,
                run: import.into(),
                directory: Some(tx),
                preview: None,
            };
            self.chunks(layers, some, &mut |_, _, _| Ok(()))?;
            self.show(watch);
        }
        let layers = Overlay {
            actor: self.actor,
            run: import.into(),
            directory: Some(tx),
            preview: None,
        };
        MatchIndex {
            layers,
            collected: &mut self.collected,
        }
        .end_batch(if more { BatchPlace::Followed } else { BatchPlace::Last })?;
        let changed = std::mem::take(&mut self.importer.changes);
        change_log::record(tx, workspace, import, &changed)?;
        let mut touched = vec![Touched::Contacts(changed.iter().map(|change| change.contact).collect())];
        if let Some((first, last, created)) = self.importer.created.take() {
            touched.push(Touched::Range(first, last));
            let number = self.reached.batches;
            imports::add_batch(
                tx,
                workspace,
                import,
                &imports::Batch {
                    number,
                    first,
                    last,
                    created,
                },
            )?;
            self.reached.batches += 1;
        }
        write::end_batch(tx, workspace, &touched)?;
        // The object store accepts writes from every process, so a process that has lost its lease must fail before it
        // writes there.
        lease.fence(tx)?;
        let next_record = self.reached.next_record;
        let kept = self
            .rejected
            .as_mut()
            .map(|rows| rows.complete(next_record))
            .transpose()?;
        if let Some(rows) = &mut self.kept_rows {
            rows.complete(next_record)?;
        }
        let checkpoint = Checkpoint {
            rows_done: self.reached.counts.rows,
            counts: &to_json(&ImportCheckpoint {
                warnings: self.reached.warnings.places(),
                ..self.reached.clone()
            }),
            rejected_bytes: kept.map_or(0, |kept| kept.bytes),
        };
        imports::checkpoint(tx, workspace, import, &checkpoint, self.importer.system.now())?;
        Ok(more)
    }

    /// Imports the rows of chunks. Their keys are looked up together.
    fn chunks(
        &mut self,
        mut layers: Overlay<'_, '_>,
        mut chunks: Vec<Chunk>,
        seen: &mut SeenRow<'_>,
    ) -> Result<(), Error> {
        let mut index = MatchIndex {
            layers: layers.reborrow(),
            collected: &mut self.collected,
        };
        index.fill_filter()?;
        index.look_up(chunks.iter_mut().flat_map(|chunk| &mut chunk.rows))?;
        let mut chunks = chunks.into_iter();
        chunks.try_for_each(|chunk| self.chunk(layers.reborrow(), chunk, seen))
    }

    /// Imports the rows of a chunk. Their keys must be looked up before.
    fn chunk(&mut self, layers: Overlay<'_, '_>, mut chunk: Chunk, seen: &mut SeenRow<'_>) -> Result<(), Error> {
        let mut index = MatchIndex {
            layers,
            collected: &mut self.collected,
        };
        let ids = chunk.rows.iter().filter_map(|row| row.id).collect();
        index.load(chunk.rows.iter(), ids)?;
        let mut corrected = Batch::default();
        for at in 0..chunk.rows.len() {
            let result = self.importer.import(&mut index, &mut chunk.rows[at])?;
            self.reached.counts.add(&result.outcome);
            if result.outcome != Outcome::Invalid {
                self.reached.warnings.add(chunk.rows[at].reasons.iter());
            }
            note(&mut self.notable, &chunk, at, &result);
            if let Some(rejected) = &mut self.rejected
                && matches!(
                    result.outcome,
                    Outcome::Invalid | Outcome::Ambiguous { .. } | Outcome::Conflict { .. }
                )
                && let Some(record) = chunk.record(&chunk.rows[at])
            {
                // The rejected row contains the corrections, so that they need not be made again.
                let record = self
                    .fixes
                    .and_then(|f| f.apply(record, &mut corrected))
                    .unwrap_or(record);
                rejected.write(record, chunk.rows[at].reasons.iter().chain(&result.reason))?;
            }
            if let Some(rows) = &mut self.kept_rows {
                rows.write(&Entry::new(&chunk.rows[at], &result))?;
            }
            seen(&mut chunk, at, &result)?;
        }
        index.end_chunk()?;
        self.reached.next_record = chunk.next_record;
        Ok(())
    }

    /// Runs a preview. Its changes are kept in temporary files. Each group of rows sees one consistent state of the
    /// directory. `seen` is called with every row.
    pub fn preview_rows(
        &mut self,
        directory: Option<&Store>,
        mut watch: Option<&mut Watch<'_>>,
        seen: &mut SeenRow<'_>,
    ) -> Result<Stopped, Error> {
        let mut contacts = PreviewContacts::new()?;
        let rows = Self::batch_rows();
        let mut until = rows;
        judge_all(&self.judging(0), |chunks| {
            loop {
                let some = chunks.next(LOOKED_UP_AT_ONCE.min(until - self.counts().rows))?;
                if some.is_empty() {
                    return Ok(Stopped::No);
                }
                self.preview_chunks(&mut contacts, directory, some, seen)?;
                self.importer.changes.clear();
                if let Some(watch) = &mut watch {
                    self.show(watch);
                    if watch.stop.load(Ordering::Relaxed) {
                        return Ok(Stopped::OnRequest);
                    }
                }
                if self.counts().rows >= until {
                    until = self.counts().rows + rows;
                    self.end_preview_batch(&mut contacts)?;
                }
            }
        })
    }

    fn end_preview_batch(&mut self, contacts: &mut PreviewContacts) -> Result<(), Error> {
        let layers = Overlay {
            actor: self.actor,
            run: RunId::Preview,
            directory: None,
            preview: Some(contacts),
        };
        MatchIndex {
            layers,
            collected: &mut self.collected,
        }
        .end_batch(BatchPlace::Followed)
    }

    /// Previews a group of rows over the current state of the directory. Other processes can read and write between two
    /// groups.
    fn preview_chunks(
        &mut self,
        contacts: &mut PreviewContacts,
        directory: Option<&Store>,
        chunks: Vec<Chunk>,
        seen: &mut SeenRow<'_>,
    ) -> Result<(), Error> {
        let (actor, run) = (self.actor, RunId::Preview);
        let Some(directory) = directory else {
            let layers = Overlay {
                actor,
                run,
                directory: None,
                preview: Some(contacts),
            };
            return self.chunks(layers, chunks, seen);
        };
        let mut waiting = Some(chunks);
        retry_while_busy(|| {
            let outcome = directory.read(|tx| match waiting.take() {
                Some(chunks) => {
                    self.notice_changes(tx)?;
                    let layers = Overlay {
                        actor,
                        run,
                        directory: Some(tx),
                        preview: Some(&mut *contacts),
                    };
                    self.chunks(layers, chunks, seen)
                }
                None => Ok(()),
            });
            // Chunks that were taken are consumed, so only an attempt that has not begun may be retried.
            match waiting {
                Some(_) => outcome.map(Ok),
                None => Ok(outcome),
            }
        })?
    }

    /// Drops what was derived from the directory if it was written to since the last group of rows.
    fn notice_changes(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (changes, _) = workspaces::changes(tx, self.actor.workspace)?;
        if self.changes.is_some_and(|last| last != changes) {
            self.collected.forget_directory();
        }
        self.changes = Some(changes);
        Ok(())
    }

    fn show(&self, watch: &mut Watch<'_>) {
        (watch.progress)(Progress {
            counts: self.reached.counts,
            bytes: self.source.bytes_read(),
            of_bytes: self.size,
        });
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
