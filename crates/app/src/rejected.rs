//! The file of rejected rows: their original cells, the line and the reasons, so that it can be corrected and imported as
//! it is.

use crate::Error;
use crate::plan::Reading;
use exchange::open::Record;
use exchange::reason::Reason;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use store::ImportId;

/// The columns that are written before the original ones; the importer knows them and leaves them out.
const LINE: &str = "CrystalQore Line";
const PROBLEM: &str = "CrystalQore Problem";

/// Writes rejected rows.
pub(crate) struct RejectedRows {
    csv: csv::Writer<File>,
    path: PathBuf,
    /// Columns of the original that are written; those of an earlier file of rejected rows are not.
    columns: Vec<usize>,
    wide: usize,
}

impl RejectedRows {
    /// Begins a new file. A file of that name is replaced.
    pub fn create(path: &Path, reading: &Reading) -> Result<Self, Error> {
        let failed = |e| Error::io("writing the rejected rows to", path, e);
        let mut file = File::create(path).map_err(failed)?;
        // Spreadsheets take UTF-8 for what it is only with a byte order mark.
        file.write_all("\u{feff}".as_bytes()).map_err(failed)?;
        let mut rows = Self::over(file, path, reading);
        let mut header = vec![LINE.to_owned(), PROBLEM.to_owned()];
        header.extend(rows.columns.iter().map(|at| header_of(reading, *at)));
        rows.csv
            .write_record(&header)
            .map_err(|e| Error::io("writing the rejected rows to", path, e.into()))?;
        Ok(rows)
    }

    /// Goes on with the file of an interrupted import: what was written behind the checkpoint goes.
    pub fn go_on(path: &Path, reading: &Reading, bytes: u64, import: ImportId) -> Result<Self, Error> {
        if bytes == 0 || !path.exists() {
            return Self::create(path, reading);
        }
        let failed = |e| Error::io("writing the rejected rows to", path, e);
        let mut file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() < bytes {
            return Err(Error::RejectedFileChanged {
                import,
                path: path.to_owned(),
            });
        }
        file.set_len(bytes).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self::over(file, path, reading))
    }

    fn over(file: File, path: &Path, reading: &Reading) -> Self {
        let headers = reading.mapping.columns();
        let columns = (0..headers.len())
            .filter(|at| ![LINE, PROBLEM].contains(&headers[*at].header.as_str()))
            .collect();
        let csv = csv::WriterBuilder::new()
            .delimiter(reading.dialect.delimiter)
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        Self {
            csv,
            path: path.to_owned(),
            columns,
            wide: headers.len(),
        }
    }

    /// Writes one row.
    pub fn write<'a>(&mut self, record: Record<'_>, reasons: impl Iterator<Item = &'a Reason>) -> Result<(), Error> {
        let failed = |e: csv::Error| Error::io("writing the rejected rows to", &self.path, e.into());
        let problem: Vec<String> = reasons.map(|r| format!("{} Advice: {}", r.message, r.advice)).collect();
        self.csv.write_field(record.line().to_string()).map_err(failed)?;
        self.csv.write_field(problem.join(" | ")).map_err(failed)?;
        let original = self.columns.iter().copied().take_while(|at| *at < record.len());
        let beyond = self.wide..record.len();
        for at in original.chain(beyond) {
            self.csv
                .write_field(record.get(at).unwrap_or_default())
                .map_err(failed)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(failed)
    }

    /// Makes sure that everything is in the file, and says how long it is.
    pub fn settle(&mut self) -> Result<u64, Error> {
        let failed = |e| Error::io("writing the rejected rows to", &self.path, e);
        self.csv.flush().map_err(failed)?;
        self.csv.get_ref().metadata().map(|m| m.len()).map_err(failed)
    }
}

/// The name of a column: its own; of a file without header the slot that it fills.
fn header_of(reading: &Reading, at: usize) -> String {
    let column = &reading.mapping.columns()[at];
    match (&reading.header_row, &column.slot) {
        (None, Some(slot)) => slot.to_string(),
        _ => column.header.clone(),
    }
}
