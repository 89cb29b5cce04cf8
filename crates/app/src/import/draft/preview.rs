//! The preview of a draft. It runs in a background thread and can be viewed while it runs.
//!
//! Manages the thread, the results that are published while it runs, and stopping it. The rows take the same code path
//! as in an import (`run`), so the numbers are the same.

use crate::access::Actor;
use crate::clock::System;
use crate::error::Error;
use crate::import::analysis::FileAnalysis;
use crate::import::draft::plan::DraftPlan;
use crate::import::draft::text::Text;
use crate::import::draft::{ColumnProblem, PreviewState};
use crate::import::outcome::{Outcome, RowResult};
use crate::import::pipeline::{Chunk, ParsedRow};
use crate::import::row_index::{Entry, RowIndex};
use crate::import::run::Run;
use crate::import::stored::Stopped;
use crate::import::stored::{Progress, Watch};
use crate::import::uploads::Counted;
use crate::jobs::long_reads::{Lane, LongReads};
use crate::storage::Fetched;
use exchange::fixes::ReadyFixes;
use exchange::reason::Code;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use store::Store;

/// The size in bytes up to which files do not wait for larger ones.
const SMALL: u64 = 8 * 1024 * 1024;
/// The maximum number of problems (column and code) that are counted separately.
const PROBLEMS: usize = 200;
/// The number of suggestions for each problem that are shown before they are accepted.
const SUGGESTIONS: usize = 3;

/// A preview that is running or has ended.
pub(crate) struct Preview {
    /// The key of the state that is previewed: a hash of the draft's plan and the workspace's rules.
    pub key: u128,
    /// The directory's count of changes when the preview began.
    pub changes: i64,
    pub plan: DraftPlan,
    pub look: Arc<FileAnalysis>,
    pub fixes: ReadyFixes,
    pub index: RowIndex,
    text: OnceLock<Text>,
    going: Mutex<Going>,
    moved: Condvar,
    stop: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Going {
    state: PreviewState,
    /// Whether the preview has ended, with or without success.
    ended: bool,
    problems: BTreeMap<(usize, Code), ColumnProblem>,
}

/// Everything that a preview needs besides the draft.
pub(crate) struct PreviewInputs {
    pub store: Store,
    pub system: Arc<dyn System>,
    pub actor: Actor,
    pub file: Arc<Fetched>,
    pub long_reads: LongReads,
    pub low_memory: bool,
}

impl Preview {
    pub fn begin(
        means: PreviewInputs,
        key: u128,
        changes: i64,
        plan: DraftPlan,
        look: Arc<FileAnalysis>,
    ) -> Result<Arc<Self>, Error> {
        let going = Going {
            state: PreviewState {
                of_bytes: means.file.size,
                ..PreviewState::default()
            },
            ..Going::default()
        };
        let preview = Arc::new(Self {
            key,
            changes,
            fixes: plan.fixes.ready(),
            plan,
            look,
            index: RowIndex::new()?,
            text: OnceLock::new(),
            going: Mutex::new(going),
            moved: Condvar::new(),
            stop: AtomicBool::new(false),
            thread: Mutex::default(),
        });
        let making = Arc::clone(&preview);
        let thread = thread::spawn(move || {
            let made = making.wait_for_turn_and_make(&means);
            making.end(made);
        });
        *preview.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(preview)
    }

    fn going(&self) -> MutexGuard<'_, Going> {
        self.going.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the preview after the current rows.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the preview was stopped before it was complete.
    pub fn was_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) && !self.going().state.complete
    }

    /// Whether the preview has ended.
    pub fn is_over(&self) -> bool {
        self.going().ended
    }

    /// Waits until the preview's thread has ended.
    pub fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread has no consequences here.
            let _ = thread.join();
        }
    }

    /// Returns the progress of the preview, after waiting for its end, but at most for `wait`.
    pub fn state(&self, wait: Duration) -> PreviewState {
        let waited = self
            .moved
            .wait_timeout_while(self.going(), wait, |going| !going.ended)
            .unwrap_or_else(PoisonError::into_inner);
        waited.0.state.clone()
    }

    /// Returns the problems of invalid rows, the most frequent first.
    pub fn problems(&self) -> Vec<ColumnProblem> {
        let mut problems: Vec<_> = self.going().problems.values().cloned().collect();
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.rows));
        problems
    }

    /// Returns the file's text, once rows can be read from it.
    pub fn text(&self) -> Option<&Text> {
        self.text.get()
    }

    fn wait_for_turn_and_make(&self, means: &PreviewInputs) -> Result<Stopped, Error> {
        let lane = if means.file.size > SMALL {
            Lane::Large
        } else {
            Lane::Small
        };
        let is_wanted = || !self.stop.load(Ordering::Relaxed);
        let Some(_turn) = means.long_reads.begin(lane, is_wanted) else {
            return Ok(Stopped::OnRequest);
        };
        self.make(means)
    }

    fn make(&self, means: &PreviewInputs) -> Result<Stopped, Error> {
        let reading = &self.look.reading;
        let text = Text::open(Arc::clone(&means.file), &reading.encoding)?;
        // Only this thread sets the text, so this cannot fail.
        let _ = self.text.set(text);
        let source = Counted::new(&means.file.path);
        let mut run = Run::preview(
            &*means.system,
            means.actor,
            self.plan.settings.options,
            reading,
            &source,
        )
        .of_size(means.file.size)
        .with_changes_by_hand(&self.fixes, &self.plan.decisions)
        .low_memory(means.low_memory);
        let mut entries = Vec::new();
        let mut corrected = exchange::open::Batch::default();
        let mut seen = |chunk: &mut Chunk, at: usize, result: &RowResult| {
            let row = &chunk.rows[at];
            entries.push(Entry::new(row, result));
            if result.outcome != Outcome::Invalid && row.reasons.iter().any(|reason| reason.warning) {
                self.going().state.warnings.add(row.reasons.iter());
            }
            if result.outcome == Outcome::Invalid
                && let Some(record) = chunk.record(row)
            {
                let record = self.fixes.apply(record, &mut corrected).unwrap_or(record);
                self.note(row, &record.cells().collect::<Vec<_>>());
            }
            if at + 1 == chunk.rows.len() {
                self.index.append(&entries)?;
                entries.clear();
            }
            Ok(())
        };
        let mut watch = Watch {
            progress: &mut |now| self.show(now),
            stop: &self.stop,
        };
        run.preview_rows(Some(&means.store), Some(&mut watch), &mut seen)
    }

    fn show(&self, now: Progress) {
        let state = &mut self.going().state;
        state.counts = now.counts;
        state.will_write = now.counts.new + now.counts.update;
        state.bytes = now.bytes;
    }

    fn end(&self, made: Result<Stopped, Error>) {
        let mut going = self.going();
        match made {
            Ok(Stopped::No) => {
                going.state.complete = true;
                going.state.bytes = going.state.of_bytes;
            }
            Ok(_) => {}
            Err(error) => going.state.problem = Some(error.for_members()),
        }
        going.ended = true;
        drop(going);
        self.moved.notify_all();
    }

    /// Counts the problems of an invalid row by column and code.
    fn note(&self, row: &ParsedRow, cells: &[&str]) {
        let columns = self.look.reading.mapping.columns();
        let problems = &mut self.going().problems;
        for reason in row.reasons.iter().filter(|r| !r.warning && !r.column.is_empty()) {
            let named = |at: &usize| columns[*at].header == reason.column;
            let holds = |at: &usize| cells.get(*at).is_some_and(|cell| cell.contains(reason.value.as_str()));
            let column = (0..columns.len())
                .filter(named)
                .find(holds)
                .or_else(|| (0..columns.len()).find(named));
            let Some(column) = column else { continue };
            let key = (column, reason.code);
            if problems.len() >= PROBLEMS && !problems.contains_key(&key) {
                continue;
            }
            let problem = problems.entry(key).or_insert_with(|| ColumnProblem {
                column,
                header: reason.column.clone(),
                rows: 0,
                example: cells.get(column).map(|cell| cell.trim().to_owned()).unwrap_or_default(),
                message: reason.message.clone(),
                advice: reason.advice.clone(),
                code: reason.code,
                suggested: 0,
                suggestions: Vec::new(),
            });
            problem.rows += 1;
            if let Some(suggestion) = &reason.suggestion {
                problem.suggested += 1;
                if problem.suggestions.len() < SUGGESTIONS {
                    let now = cells.get(column).map(|cell| cell.trim().to_owned()).unwrap_or_default();
                    problem.suggestions.push((now, suggestion.clone()));
                }
            }
        }
    }
}
