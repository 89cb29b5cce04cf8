//! The imports that this process runs at this moment: how far each is, and how one is stopped.
//!
//! Owns what a run tells while it runs, for whoever asks meanwhile. Leaves out what other processes run, which only the
//! database knows, and how a run stops (`run`).

use crate::import::stored::{Progress, Watch};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{ImportId, Workspace};

type Key = (Workspace, ImportId);

/// What this process runs.
#[derive(Default)]
pub(crate) struct RunningImports {
    runs: Mutex<HashMap<Key, Arc<Heard>>>,
}

/// What is heard of a run.
#[derive(Default)]
struct Heard {
    progress: Mutex<Option<Progress>>,
    stop: AtomicBool,
    cancelled: AtomicBool,
}

/// A run, for as long as it runs.
pub(crate) struct Here<'a> {
    live: &'a RunningImports,
    key: Key,
    heard: Arc<Heard>,
}

impl RunningImports {
    /// A run begins.
    pub fn enter(&self, workspace: Workspace, import: ImportId) -> Here<'_> {
        let key = (workspace, import);
        let heard = Arc::<Heard>::default();
        self.runs().insert(key, Arc::clone(&heard));
        Here { live: self, key, heard }
    }

    /// How far a run is; none if this process does not run it, or has not begun with its rows.
    pub fn progress(&self, workspace: Workspace, import: ImportId) -> Option<Progress> {
        let heard = self.runs().get(&(workspace, import)).map(Arc::clone)?;
        *heard.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops a run, if this process runs it, behind the rows in hand.
    pub fn cancel(&self, workspace: Workspace, import: ImportId) {
        if let Some(heard) = self.runs().get(&(workspace, import)) {
            heard.cancelled.store(true, Ordering::Relaxed);
            heard.stop.store(true, Ordering::Relaxed);
        }
    }

    /// How many imports this process runs.
    pub fn count(&self) -> usize {
        self.runs().len()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<Key, Arc<Heard>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Here<'_> {
    /// Runs `work`, listening to what it tells. It stops when `watch` says so, and when it is cancelled.
    pub fn listening<T>(&self, watch: Watch<'_>, work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
        let Heard { progress, stop, .. } = &*self.heard;
        let Watch {
            progress: told,
            stop: asked,
        } = watch;
        let mut listen = |now: Progress| {
            *progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            told(now);
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
        self.heard.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.live.runs().remove(&self.key);
    }
}
