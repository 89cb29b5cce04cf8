//! How much is unpacked and written while one file is converted, so that a small file cannot fill the disk or keep a
//! processor busy for long.

use crate::open::{OpenError, Refusal};
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::rc::Rc;

const MIB: u64 = 1024 * 1024;
/// Bytes that any file may hold, packed or not.
const LEAST: u64 = 256 * MIB;
/// Bytes that no file may hold.
const MOST: u64 = 4096 * MIB;
/// How many times larger than the file what it holds may be. Workbooks and tables come to 5 to 30 times.
const UNPACKED_TIMES: u64 = 100;
/// How many times larger than the file its table may be.
const WRITTEN_TIMES: u64 = 20;

/// So many bytes may still be read or written.
#[derive(Clone)]
pub struct Budget {
    left: Rc<Cell<u64>>,
    most: u64,
}

impl Budget {
    /// What may be unpacked of a file of so many bytes, all its parts together.
    pub fn of_unpacked(file_size: u64) -> Self {
        Self::new(file_size.saturating_mul(UNPACKED_TIMES).clamp(LEAST, MOST))
    }

    /// What may be written of a file of so many bytes.
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

/// There is more than so many bytes.
#[derive(Debug)]
struct Exceeded(u64);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes", self.0)
    }
}

impl std::error::Error for Exceeded {}

/// What is unpacked, counted against a budget.
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

/// What it means that reading from inside a file failed: too much of it, the disk, or that the file is `damaged`.
pub fn reading_failed(error: io::Error, damaged: Refusal) -> OpenError {
    match exceeded(&error) {
        Some(refusal) => refusal,
        None if error.raw_os_error().is_some() => OpenError::Io(error),
        None => OpenError::Refused(damaged),
    }
}

/// What it means that the table could not be written.
pub fn writing_failed(error: io::Error) -> OpenError {
    exceeded(&error).unwrap_or(OpenError::Io(error))
}

fn exceeded(error: &io::Error) -> Option<OpenError> {
    let Exceeded(most) = error.get_ref()?.downcast_ref()?;
    Some(OpenError::Refused(Refusal::TooLargeUnpacked { most: *most }))
}
