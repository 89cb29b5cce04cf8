//! The imports that this process is running: the progress of each, and a way to stop it.

use crate::import::stored::{Progress, Watch};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{ImportId, Workspace};

type Key = (Workspace, ImportId);

/// The imports that this process is running.
#[derive(Default)]
pub(crate) struct RunningImports {
    runs: Mutex<HashMap<Key, Arc<RunState>>>,
}

/// The progress of a run, and whether it should stop.
#[derive(Default)]
struct RunState {
    progress: Mutex<Option<Progress>>,
    stop: AtomicBool,
    cancelled: AtomicBool,
}

/// A running import. Dropping the handle removes it from `RunningImports`.
pub(crate) struct RunHandle<'a> {
    live: &'a RunningImports,
    key: Key,
    state: Arc<RunState>,
}

impl RunningImports {
    /// Registers a run that begins.
    pub fn enter(&self, workspace: Workspace, import: ImportId) -> RunHandle<'_> {
        let key = (workspace, import);
        let state = Arc::<RunState>::default();
        self.runs().insert(key, Arc::clone(&state));
        RunHandle { live: self, key, state }
    }

    /// Returns the progress of a run; `None` if this process does not run the import or has not begun with its rows.
    pub fn progress(&self, workspace: Workspace, import: ImportId) -> Option<Progress> {
        let state = self.runs().get(&(workspace, import)).map(Arc::clone)?;
        *state.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops a run after the current rows, if this process runs it.
    pub fn cancel(&self, workspace: Workspace, import: ImportId) {
        if let Some(state) = self.runs().get(&(workspace, import)) {
            state.cancelled.store(true, Ordering::Relaxed);
            state.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the number of imports that this process runs.
    pub fn count(&self) -> usize {
        self.runs().len()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<Key, Arc<RunState>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunHandle<'_> {
    /// Runs `work` and records its progress. `work` is stopped when the caller's `watch` requests it or the run is
    /// cancelled.
    pub fn listening<T>(&self, watch: Watch<'_>, work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
        let RunState { progress, stop, .. } = &*self.state;
        let Watch {
            progress: report,
            stop: asked,
        } = watch;
        let mut listen = |now: Progress| {
            *progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            report(now);
            if asked.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
            }
        };
        work(&mut Watch {
            progress: &mut listen,
            stop,
        })
    }

    /// Whether the run was cancelled in this process.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for RunHandle<'_> {
    fn drop(&mut self) {
        self.live.runs().remove(&self.key);
    }
}
