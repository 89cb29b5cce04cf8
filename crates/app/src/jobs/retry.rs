//! Retrying background work that finds the database busy.
//!
//! Owns how often work that no request depends on is retried while others write.

use crate::error::Error;

/// Each attempt waits ten seconds in the store.
const ATTEMPTS: u32 = 30;

/// Retries while the database is busy, for about five minutes. An attempt must have no effect before it gets its turn.
///
/// # Errors
/// If an attempt fails for another reason than a busy database, or the last attempt fails.
pub(crate) fn retry_while_busy<T>(mut attempt: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(Error::Store(store::Error::Busy)) => {}
            outcome => return outcome,
        }
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy_for(times: u32) -> (Result<u32, Error>, u32) {
        let mut attempts = 0;
        let outcome = retry_while_busy(|| {
            attempts += 1;
            match attempts > times {
                true => Ok(attempts),
                false => Err(store::Error::Busy.into()),
            }
        });
        (outcome, attempts)
    }

    #[test]
    fn who_writes_for_long_is_waited_for() {
        assert_eq!(busy_for(0).0.unwrap(), 1);
        assert_eq!(busy_for(7).0.unwrap(), 8);
    }

    #[test]
    fn it_ends_one_day() {
        let (outcome, attempts) = busy_for(u32::MAX);
        assert_eq!((outcome.unwrap_err().code(), attempts), ("busy", ATTEMPTS));
    }

    #[test]
    fn another_error_is_not_waited_for() {
        let mut attempts = 0;
        let outcome: Result<(), Error> = retry_while_busy(|| {
            attempts += 1;
            Err(Error::NoMember)
        });
        assert_eq!((outcome.unwrap_err().code(), attempts), (Error::NoMember.code(), 1));
    }
}
