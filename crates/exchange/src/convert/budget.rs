//! Limits how much is unpacked and written while one file is converted, so that a small file can neither fill the disk
//! nor occupy a processor for long.

use crate::open::{OpenError, Refusal};
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::rc::Rc;

const MIB: u64 = 1024 * 1024;
/// The smallest budget, in bytes, for files of any size.
const LEAST: u64 = 256 * MIB;
/// The largest budget, in bytes.
const MOST: u64 = 4096 * MIB;
/// How many times larger than the file its unpacked content may be. Workbooks and tables reach 5 to 30 times.
const UNPACKED_TIMES: u64 = 100;
/// How many times larger than the file its table may be.
const WRITTEN_TIMES: u64 = 20;

/// The number of bytes that may still be read or written. Clones share it.
#[derive(Clone)]
pub struct Budget {
    left: Rc<Cell<u64>>,
    most: u64,
}

impl Budget {
    /// The budget for unpacking a file of `file_size` bytes, all its parts together.
    pub fn of_unpacked(file_size: u64) -> Self {
        Self::new(file_size.saturating_mul(UNPACKED_TIMES).clamp(LEAST, MOST))
    }

    /// The budget for what is written while a file of `file_size` bytes is converted.
    pub fn of_written(file_size: u64) -> Self {
        Self::new(file_size.saturating_mul(WRITTEN_TIMES).clamp(LEAST, MOST))
    }

    fn new(most: u64) -> Self {
        Self {
            left: Rc::new(Cell::new(most)),
            most,
        }
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        match self.left.get().checked_sub(bytes as u64) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::Error::other(Exceeded(self.most))),
        }
    }
}

/// The error of a [`Metered`] reader or writer whose budget is used up; holds the limit in bytes.
#[derive(Debug)]
struct Exceeded(u64);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes", self.0)
    }
}

impl std::error::Error for Exceeded {}

/// A reader or writer whose bytes are counted against a budget.
pub struct Metered<R> {
    pub inner: R,
    pub budget: Budget,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.budget.take(n)?;
        Ok(n)
    }
}

impl<W: Write> Write for Metered<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.budget.take(buf.len())?;
        self.inner.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Maps an error of reading from inside a file: the budget is exceeded, the disk failed, or the file is `damaged`.
pub fn reading_failed(error: io::Error, damaged: Refusal) -> OpenError {
    match exceeded(&error) {
        Some(refusal) => refusal,
        None if error.raw_os_error().is_some() => OpenError::Io(error),
        None => OpenError::Refused(damaged),
    }
}

/// Maps an error of writing the table: the budget is exceeded, or the output failed.
pub fn writing_failed(error: io::Error) -> OpenError {
    exceeded(&error).unwrap_or(OpenError::Io(error))
}

fn exceeded(error: &io::Error) -> Option<OpenError> {
    let Exceeded(most) = error.get_ref()?.downcast_ref()?;
    Some(OpenError::Refused(Refusal::TooLargeUnpacked { most: *most }))
}
