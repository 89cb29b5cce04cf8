//! Background worker: resumes imports and interrupted undos, refreshes search texts, expires old data.
//!
//! Owns the thread and the order of its work. Several processes on one database may each run a worker; leases prevent
//! two of them from running the same import.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::ImportSummary;
use crate::jobs::thread_pool::lower_thread_priority;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use store::ImportId;
use store::imports::{Import, ImportState};

/// Pause between two rounds. Together with the silence after which a process counts as dead, an import is taken over
/// within 10 s.
const PAUSE: Duration = Duration::from_secs(1);
/// Maximum number of contacts whose search texts are written per round: a few seconds of work on a server.
const TEXTS: u64 = 100_000;
/// Interval between two deletions of expired data, in microseconds.
const SWEEP: i64 = 60 * 60 * 1_000_000;

/// Wakes the worker before its pause is over.
#[derive(Default)]
pub(crate) struct Notify {
    notified: Mutex<bool>,
    changed: Condvar,
}

impl Notify {
    /// Signals that there is work to do.
    pub fn notify(&self) {
        *self.notified.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits for `notify`, at most for `PAUSE`.
    fn wait(&self) {
        let notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(notified, PAUSE, |notified| !*notified);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// Receives reports about the worker's actions.
pub trait WorkerObserver: Send + 'static {
    /// Called when an import has finished or was stopped.
    fn ended(&mut self, summary: &ImportSummary, file_name: &str);

    /// Called when an import failed, or with `None` when work that belongs to no import failed. The work is retried;
    /// the same failure is reported once.
    fn failed(&mut self, import: Option<ImportId>, error: &Error);
}

/// Handle of the worker's thread.
pub struct Worker {
    app: Arc<App>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub fn start(app: Arc<App>, observer: impl WorkerObserver) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let mut work = Work {
            app: Arc::clone(&app),
            stop: Arc::clone(&stop),
            observer: Box::new(observer),
            failures: HashMap::new(),
            found_full: false,
            swept_at: None,
        };
        let thread = thread::spawn(move || {
            lower_thread_priority();
            work.go_on();
        });
        Self { app, stop, thread }
    }

    /// Stops the worker after the current batch and waits for it. Unfinished imports can be resumed.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.app.wake_up.notify();
        // A thread that has panicked needs no waiting.
        let _ = self.thread.join();
    }

    /// Stops the worker, and waits at most this long for the current batch. A batch cut off by the end of the process
    /// is repeated when the import is resumed.
    pub fn stop_within(self, most: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        self.app.wake_up.notify();
        let looks = most.as_millis() / LOOK_AGAIN.as_millis();
        for _ in 0..looks {
            if self.thread.is_finished() {
                return;
            }
            thread::sleep(LOOK_AGAIN);
        }
    }
}

/// Interval at which `stop_within` checks whether the thread has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

struct Work {
    app: Arc<App>,
    stop: Arc<AtomicBool>,
    observer: Box<dyn WorkerObserver>,
    /// The last message for each failing import, so that it is reported once.
    failures: HashMap<Option<ImportId>, String>,
    /// Whether work of this round failed because the disk is full.
    found_full: bool,
    /// When expired data was last deleted.
    swept_at: Option<i64>,
}

impl Work {
    fn go_on(&mut self) {
        while !self.is_stopped() {
            self.found_full = false;
            match self.look() {
                Ok(()) => drop(self.failures.remove(&None)),
                Err(error) => self.complain(None, &error),
            }
            self.app.disk_full.store(self.found_full, Ordering::Relaxed);
            if !self.is_stopped() {
                self.app.wake_up.wait();
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Does one round of work. An import that fails does not prevent the other work.
    fn look(&mut self) -> Result<(), Error> {
        let actor = self.app.local_actor()?;
        let unfinished = self.app.unfinished(actor)?;
        let held = self.app.held(actor.workspace)?;
        let quiet = unfinished.iter().all(|import| !held.contains(&import.id));
        for import in unfinished.iter().filter(|import| !held.contains(&import.id)) {
            if self.is_stopped() {
                return Ok(());
            }
            self.take_up(actor, import)?;
        }
        // While an import runs, refreshing search texts would have to wait, and the import would outdate them again.
        if quiet && !self.is_stopped() {
            self.app.index_texts(actor, TEXTS)?;
            self.sweep(actor)?;
        }
        Ok(())
    }

    fn take_up(&mut self, actor: Actor, import: &Import) -> Result<(), Error> {
        // Whichever process takes it up, the import runs with the rights of the member who started it.
        let actor = Actor {
            member: import.owner,
            ..actor
        };
        let done = match import.state {
            ImportState::Cancelling => self.app.end_cancelled(actor, import.id),
            // The import waits until its member is reactivated, or is removed and their imports belong to another
            // member.
            _ if !self.app.is_active(actor)? => return Ok(()),
            ImportState::Undoing => self.app.undo(actor, import.id, false).map(drop),
            _ => self.run(actor, import),
        };
        match done {
            Ok(()) => drop(self.failures.remove(&Some(import.id))),
            // Another process was faster.
            Err(Error::NotResumable { .. } | Error::ImportRuns(_) | Error::AlreadyUndone(_)) => {}
            Err(error) => self.complain(Some(import.id), &error),
        }
        Ok(())
    }

    fn run(&mut self, actor: Actor, import: &Import) -> Result<(), Error> {
        let watch = crate::import::stored::Watch {
            progress: &mut |_| {},
            stop: &self.stop,
        };
        let summary = self.app.resume(actor, import.id, watch)?;
        self.observer.ended(&summary, &import.file_name);
        Ok(())
    }

    /// Deletes expired data.
    fn sweep(&mut self, actor: Actor) -> Result<(), Error> {
        let now = self.app.system.now();
        // A clock that was ahead for a moment must not delay the next deletion by that much.
        if self.swept_at.is_none_or(|at| !(0..SWEEP).contains(&(now - at))) {
            self.swept_at = Some(now);
            // Without the reserve, members can sign in as long as the disk has room.
            let _ = self.app.fill_disk_reserve();
            self.app.forget_old_trash(actor)?;
            self.app.forget_old_actions(actor)?;
            self.app.forget_old_logs(actor)?;
            self.app.forget_old_changes(actor)?;
            self.app.forget_old_notifications(actor)?;
            self.app.forget_old_keys(actor)?;
            self.app.forget_old_deliveries(actor)?;
            self.app.sweep(actor)?;
        }
        Ok(())
    }

    fn complain(&mut self, about: Option<ImportId>, error: &Error) {
        self.found_full |= matches!(error, Error::DiskFull);
        let said = error.to_string();
        if self.failures.get(&about) != Some(&said) {
            self.observer.failed(about, error);
            self.failures.insert(about, said);
        }
    }
}
