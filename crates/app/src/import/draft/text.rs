//! Random access to the records of a file.
//!
//! Text that is not UTF-8 is first written to a temporary file as UTF-8, because the positions of records are offsets
//! in the decoded text.

use crate::error::Error;
use crate::import::row_index::Place;
use crate::storage::Fetched;
use exchange::open::{Batch, Charset, Dialect, EncodingFound, Records, decoded};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::NamedTempFile;

/// The text of a file.
pub(crate) struct Text {
    path: PathBuf,
    /// The offset at which the text begins, after a byte order mark.
    start: u64,
    /// Keeps the files at `path` from being deleted.
    _kept: (Arc<Fetched>, Option<NamedTempFile>),
}

impl Text {
    pub fn open(file: Arc<Fetched>, encoding: &EncodingFound) -> Result<Self, Error> {
        if encoding.charset == Charset::UTF_8 {
            return Ok(Self {
                path: file.path.clone(),
                start: if encoding.bom { 3 } else { 0 },
                _kept: (file, None),
            });
        }
        let mut copy = NamedTempFile::new().map_err(Error::Read)?;
        let mut text = decoded(&file.path, encoding).map_err(Error::Read)?;
        io::copy(&mut text, &mut copy).map_err(Error::Read)?;
        Ok(Self {
            path: copy.path().to_owned(),
            start: 0,
            _kept: (file, Some(copy)),
        })
    }

    /// Reads one record into a batch.
    pub fn read(&self, place: &Place, dialect: &Dialect, into: &mut Batch) -> Result<(), Error> {
        let mark = place.entry.mark;
        let mut file = File::open(&self.path).map_err(Error::Read)?;
        file.seek(SeekFrom::Start(self.start + mark.offset))
            .map_err(Error::Read)?;
        // Reads not past the next row: the search for the end of an unclosed quote could take long.
        let most = place.until.map_or(u64::MAX, |until| until.saturating_sub(mark.offset));
        let mut records = Records::from_mark(file.take(most), dialect.clone(), mark);
        records.fill(into, 1).map_err(Error::Read)?;
        Ok(())
    }
}
