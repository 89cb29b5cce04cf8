//! Threads that are used again, and of those that are free the one that worked last.
//!
//! Owns the threads of a server that read telephone numbers. The library behind `model::Phone` keeps some 15 MiB for
//! each of the first eight threads that have used it, for as long as the process lives, so a server that uses ever new
//! threads, or all in turn, holds 120 MiB for nothing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// Those who answer people.
pub static REQUEST_POOL: ThreadPool = ThreadPool::new(|| ());
/// Those who judge rows, beside people's requests.
pub(crate) static PARSE_POOL: ThreadPool = ThreadPool::new(crate::jobs::thread_pool::lower_thread_priority);

/// Threads of one kind.
pub struct ThreadPool {
    free: Mutex<Vec<Sender<Job>>>,
    /// What each thread does before its first work.
    begin: fn(),
}

/// Work that was given to a crew.
pub struct JoinHandle<T> {
    outcome: Receiver<thread::Result<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits until it is done. If it has panicked, so does this.
    pub fn join(self) -> T {
        match self.outcome.recv() {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => resume_unwind(panic),
            // Every work ends with an outcome, also one that panics.
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

    /// Gives work to the thread that is free and has worked last, or to a new one.
    pub fn spawn<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let (tell, outcome) = channel();
        self.give(Box::new(move || {
            // Anyone who does not want to know has gone.
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

/// How much nicer than people's requests the work is.
#[cfg(target_os = "linux")]
pub(crate) const NICER: i32 = 10;

/// Lets people's requests go first. On Linux the threads that this one starts are as nice as it is, and no others.
pub(crate) fn lower_thread_priority() {
    // Who may not be nicer works all the same.
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
