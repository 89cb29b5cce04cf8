//! The imports that this process runs at this moment: how far each is, and how one is stopped.
//!
//! Owns what a run tells while it runs, for anyone who asks in the meantime.

use crate::import::stored::{Progress, Watch};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{ImportId, Workspace};

type Key = (Workspace, ImportId);

/// What this process runs.
#[derive(Default)]
pub(crate) struct RunningImports {
    runs: Mutex<HashMap<Key, Arc<RunState>>>,
}

/// The progress of a run, and whether it is to stop.
#[derive(Default)]
struct RunState {
    progress: Mutex<Option<Progress>>,
    stop: AtomicBool,
    cancelled: AtomicBool,
}

/// A run, for as long as it runs.
pub(crate) struct RunHandle<'a> {
    live: &'a RunningImports,
    key: Key,
    state: Arc<RunState>,
}

impl RunningImports {
    /// A run begins.
    pub fn enter(&self, workspace: Workspace, import: ImportId) -> RunHandle<'_> {
        let key = (workspace, import);
        let state = Arc::<RunState>::default();
        self.runs().insert(key, Arc::clone(&state));
        RunHandle { live: self, key, state }
    }

    /// How far a run is; none if this process does not run it, or has not begun with its rows.
    pub fn progress(&self, workspace: Workspace, import: ImportId) -> Option<Progress> {
        let state = self.runs().get(&(workspace, import)).map(Arc::clone)?;
        *state.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops a run, if this process runs it, behind the rows in hand.
    pub fn cancel(&self, workspace: Workspace, import: ImportId) {
        if let Some(state) = self.runs().get(&(workspace, import)) {
            state.cancelled.store(true, Ordering::Relaxed);
            state.stop.store(true, Ordering::Relaxed);
        }
    }

    /// How many imports this process runs.
    pub fn count(&self) -> usize {
        self.runs().len()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<Key, Arc<RunState>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunHandle<'_> {
    /// Runs `work`, listening to what it tells. It stops when `watch` says so, and when it is cancelled.
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

    /// Whether somebody has cancelled it here.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for RunHandle<'_> {
    fn drop(&mut self) {
        self.live.runs().remove(&self.key);
    }
}
