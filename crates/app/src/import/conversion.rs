//! Conversion of a file that is not a CSV (an Excel workbook, a vCard, an archive) to a table. The file is converted
//! once, when it is received, and the import then reads the table.
//!
//! Decides where the table is written, and tells errors in the file from errors in writing the table.

use crate::error::Error;
use exchange::convert::{TableSource, convert};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The destination of a table, with a limit on its size.
pub(crate) struct TableOut<W> {
    pub out: W,
    /// The name of the destination in error messages.
    pub location: PathBuf,
    /// The number of bytes that may still be written.
    pub left: u64,
    failed: Option<Failure>,
}

/// Why a table could not be written.
enum Failure {
    TooLarge,
    Io(io::Error),
}

impl<W: Write> TableOut<W> {
    pub fn new(out: W, location: &Path) -> Self {
        Self {
            out,
            location: location.to_owned(),
            left: u64::MAX,
            failed: None,
        }
    }

    /// Writes the table of a file and returns where it comes from. Returns `None` and writes nothing if the file is
    /// text that is read as it is. `too_large` is the error for a table with more than `left` bytes.
    pub fn take_table(
        &mut self,
        path: &Path,
        sheet: Option<&str>,
        too_large: impl FnOnce() -> Error,
    ) -> Result<Option<TableSource>, Error> {
        let file = File::open(path).map_err(Error::Read)?;
        let converted = convert(file, sheet, self);
        match (converted, self.failed.take()) {
            (Ok(source), _) => Ok(source),
            (Err(_), Some(Failure::TooLarge)) => Err(too_large()),
            (Err(_), Some(Failure::Io(error))) => Err(Error::io("writing the table to", &self.location, error)),
            (Err(error), None) => Err(error.into()),
        }
    }
}

impl<W: Write> Write for TableOut<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(buf.len() as u64) else {
            self.failed = Some(Failure::TooLarge);
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        match self.out.write(buf) {
            Ok(written) => {
                self.left = left + (buf.len() - written) as u64;
                Ok(written)
            }
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(Failure::Io(error));
                Err(kind.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The file to read: the original, or its table in a temporary file that is deleted when this is dropped.
pub(crate) struct ReadableFile {
    pub path: PathBuf,
    /// Where the table comes from; `None` if the original is read.
    pub source: Option<TableSource>,
    _table: Option<NamedTempFile>,
}

/// Returns the file to read for callers that keep no copy of it.
pub(crate) fn readable(path: &Path, sheet: Option<&str>) -> Result<ReadableFile, Error> {
    let mut table = NamedTempFile::new().map_err(Error::Read)?;
    let location = table.path().to_owned();
    let source = TableOut::new(&mut table, &location).take_table(path, sheet, || Error::DiskFull)?;
    let is_table = source.is_some();
    Ok(ReadableFile {
        path: if is_table { location } else { path.to_owned() },
        source,
        _table: is_table.then_some(table),
    })
}
