//! Thread pools that reuse the free thread that worked last.
//!
//! Owns the server's threads that parse telephone numbers. The library behind `model::Phone` keeps about 15 MiB for
//! each of the first eight threads that use it, until the process ends. A server that always uses new threads, or all
//! threads in turn, would waste 120 MiB.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that answer requests.
pub static REQUEST_POOL: ThreadPool = ThreadPool::new(|| ());
/// Threads that validate rows, at a lower priority than requests.
pub(crate) static PARSE_POOL: ThreadPool = ThreadPool::new(crate::jobs::thread_pool::lower_thread_priority);

/// A pool of threads of one kind.
pub struct ThreadPool {
    free: Mutex<Vec<Sender<Job>>>,
    /// Run by each thread before its first job.
    begin: fn(),
}

/// A job that was given to a pool.
pub struct JoinHandle<T> {
    outcome: Receiver<thread::Result<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the result. Panics if the job has panicked.
    pub fn join(self) -> T {
        match self.outcome.recv() {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => resume_unwind(panic),
            // Every job sends an outcome, even one that panics.
            Err(_) => unreachable!("work of a crew has ended without an outcome"),
        }
    }
}

impl ThreadPool {
    const fn new(begin: fn()) -> Self {
        Self {
            free: Mutex::new(Vec::new()),
            begin,
        }
    }

    /// Runs a job on the free thread that worked last, or on a new thread.
    pub fn spawn<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let (tell, outcome) = channel();
        self.give(Box::new(move || {
            // The receiver may be gone; then the result is not needed.
            let _ = tell.send(catch_unwind(AssertUnwindSafe(work)));
        }));
        JoinHandle { outcome }
    }

    fn give(&'static self, mut job: Job) {
        loop {
            let Some(free) = self.free().pop() else { break };
            match free.send(job) {
                Ok(()) => return,
                Err(unsent) => job = unsent.0,
            }
        }
        thread::spawn(move || self.work(job));
    }

    fn work(&self, first: Job) {
        (self.begin)();
        let (sender, receiver) = channel();
        let mut job = first;
        loop {
            job();
            self.free().push(sender.clone());
            match receiver.recv() {
                Ok(next) => job = next,
                Err(_) => return,
            }
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Sender<Job>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much the niceness is raised above that of requests.
#[cfg(target_os = "linux")]
pub(crate) const NICER: i32 = 10;

/// Gives requests priority over this thread. On Linux, this affects only this thread and the threads that it starts;
/// elsewhere it does nothing.
pub(crate) fn lower_thread_priority() {
    // If the priority may not be lowered, the thread keeps its own.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICER);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    static CREW: ThreadPool = ThreadPool::new(|| ());

    #[test]
    fn a_free_thread_is_used_again_also_after_a_panic() {
        let here = || thread::current().id();
        let first = CREW.spawn(here).join();
        let wait_until_free = || {
            while CREW.free().is_empty() {
                thread::sleep(Duration::from_millis(1));
            }
        };
        wait_until_free();
        let panicked = CREW.spawn(|| panic!("as it should"));
        assert!(catch_unwind(AssertUnwindSafe(|| panicked.join())).is_err());
        wait_until_free();
        assert_eq!(CREW.spawn(here).join(), first);
        wait_until_free();
        let (go, wait) = channel::<()>();
        let busy = CREW.spawn(move || {
            let _ = wait.recv();
            here()
        });
        assert_ne!(CREW.spawn(here).join(), first, "who is busy is not waited for");
        drop(go);
        assert_eq!(busy.join(), first);
    }
}
