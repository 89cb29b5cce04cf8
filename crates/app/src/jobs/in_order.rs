//! Ordered parallel map: jobs are produced in order, run on worker threads, and their results are consumed in the same
//! order.
//!
//! Producing and consuming happen on the caller's thread, which may hold a transaction.

use crate::error::Error;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Maximum number of jobs per thread that are waiting or running.
const WAITING: usize = 2;

/// Runs `work` on worker threads for each job from `next`, and passes the results to `take` in order. A single job is
/// run on the caller's thread.
pub(crate) fn in_order<J: Send, T: Send>(
    mut next: impl FnMut() -> Result<Option<J>, Error>,
    work: impl Fn(J) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(first) = next()? else { return Ok(()) };
    let Some(second) = next()? else {
        return take(work(first));
    };
    let threads = thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).clamp(1, 4));
    let (sender, receiver) = channel::<(J, Sender<T>)>();
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| do_all(&receiver, &work));
        }
        let mut coming = VecDeque::new();
        let mut begun = [first, second].into_iter();
        // Moved into this closure, so that it is dropped at the end of it and the threads stop.
        let sender = sender;
        loop {
            let job = match begun.next() {
                Some(job) => Some(job),
                None => next()?,
            };
            let is_last = job.is_none();
            if let Some(job) = job {
                let (tell, done) = channel();
                // The threads receive as long as this sender exists.
                let _ = sender.send((job, tell));
                coming.push_back(done);
            }
            while is_last && !coming.is_empty() || coming.len() > threads * WAITING {
                match coming.pop_front().map(|done: Receiver<T>| done.recv()) {
                    Some(Ok(done)) => take(done)?,
                    // A thread has panicked; the scope will panic too when it ends.
                    _ => return Ok(()),
                }
            }
            if is_last {
                return Ok(());
            }
        }
    })
}

fn do_all<J, T>(receiver: &Mutex<Receiver<(J, Sender<T>)>>, work: &impl Fn(J) -> T) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, tell)) = job else { return };
        // The receiver may be gone; then the result is not needed.
        let _ = tell.send(work(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn squares(count: u64, fail_at: Option<u64>) -> (Vec<u64>, bool) {
        let mut numbers = 0..count;
        let mut taken = Vec::new();
        let outcome = in_order(
            || Ok(numbers.next()),
            |number| {
                thread::sleep(Duration::from_micros(number * 7 % 5 * 100));
                number * number
            },
            |square| {
                if fail_at == Some(taken.len() as u64) {
                    return Err(Error::DiskFull);
                }
                taken.push(square);
                Ok(())
            },
        );
        (taken, outcome.is_ok())
    }

    #[test]
    fn work_is_taken_in_the_order_in_which_it_came() {
        for count in [0, 1, 2, 3, 200] {
            let expected: Vec<u64> = (0..count).map(|n| n * n).collect();
            assert_eq!(squares(count, None), (expected, true));
        }
    }

    #[test]
    fn a_failure_ends_all() {
        assert_eq!(squares(200, Some(3)), (vec![0, 1, 4], false));
        let failed = in_order(|| Err(Error::DiskFull), |(): ()| (), |()| Ok(()));
        assert!(failed.is_err());
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_passed_on() {
        let mut numbers = 0..100;
        let _ = in_order(|| Ok(numbers.next()), |number| assert_ne!(number, 50), |()| Ok(()));
    }
}
