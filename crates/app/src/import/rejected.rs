//! Rejected rows: their original cells, the line and the reasons, in a form that can be corrected and imported again.
//!
//! Each batch that rejects rows writes a segment to the object store, named after the record at which the batch began.
//! The file for the member is a byte order mark, a header and the segments. It may be opened in a spreadsheet, so cells
//! that would run as formulas get an apostrophe, which the importer removes again. A batch that is repeated after a
//! crash replaces its segment, and the segment of a batch that was never committed is not read, so nothing needs
//! repair.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::export::atomic_file::write_whole;
use crate::import::analysis::Reading;
use crate::import::stored::{parse_checkpoint, plan_of, refuse_draft};
use crate::storage::{Draft, Objects};
use exchange::formula_guard::{guarded, guarded_again};
use exchange::open::Record;
use exchange::reason::Reason;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use store::imports::ImportState;
use store::{ImportId, Workspace};

/// The columns that are written before the original ones. The importer recognises them and leaves them out.
pub(crate) const OWN_COLUMNS: [&str; 2] = ["CrystalQore Line", "CrystalQore Problem"];
/// The byte order mark. Spreadsheets recognise UTF-8 only with it.
const MARK: &str = "\u{feff}";

/// Whether a column comes from an earlier file of rejected rows.
pub(crate) fn is_own_column(header: &str) -> bool {
    OWN_COLUMNS.contains(&header)
}

/// The result of writing the file of rejected rows that a member requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectedFile {
    /// The file contains all rejected rows.
    Written(PathBuf),
    /// The file could not be written. The import does not fail for this, because the rows are kept in the object store.
    Unwritten { path: PathBuf, why: String },
}

/// The format of the rejected rows of a file.
struct Form {
    delimiter: u8,
    header: Vec<String>,
    /// The original columns to write, without the columns of an earlier file of rejected rows.
    columns: Vec<usize>,
    wide: usize,
}

impl Form {
    fn new(reading: &Reading) -> Self {
        let headers = reading.mapping.columns();
        let columns: Vec<usize> = (0..headers.len())
            .filter(|at| !is_own_column(&headers[*at].header))
            .collect();
        let mut header: Vec<String> = OWN_COLUMNS.map(str::to_owned).to_vec();
        header.extend(columns.iter().map(|at| header_of(reading, *at)));
        Self {
            delimiter: reading.dialect.delimiter,
            header,
            columns,
            wide: headers.len(),
        }
    }

    fn writer<W: Write>(&self, out: W) -> csv::Writer<W> {
        csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out)
    }

    /// Writes the byte order mark and the header.
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(MARK.as_bytes())?;
        let mut csv = self.writer(out);
        csv.write_record(self.header.iter().map(|name| guarded(name).into_owned()))?;
        csv.flush()
    }

    fn row<'a>(
        &self,
        csv: &mut csv::Writer<Draft>,
        record: Record<'_>,
        reasons: impl Iterator<Item = &'a Reason>,
    ) -> csv::Result<()> {
        let problem: Vec<String> = reasons.map(|r| format!("{} Advice: {}", r.message, r.advice)).collect();
        csv.write_field(record.line().to_string())?;
        csv.write_field(guarded(&problem.join(" | ")).as_bytes())?;
        let original = self.columns.iter().copied().take_while(|at| *at < record.len());
        let beyond = self.wide..record.len();
        for at in original.chain(beyond) {
            csv.write_field(guarded_again(record.get(at).unwrap_or_default()).as_bytes())?;
        }
        csv.write_record(None::<&[u8]>)
    }
}

/// Returns the header of a column. In a file without a header row this is the slot that the column fills.
fn header_of(reading: &Reading, at: usize) -> String {
    let column = &reading.mapping.columns()[at];
    match (&reading.header_row, &column.slot) {
        (None, Some(slot)) => slot.to_string(),
        _ => column.header.clone(),
    }
}

/// The extent of the rejected rows of committed batches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// The record after the last committed batch.
    pub next_record: u64,
    /// The bytes of all segments before that record.
    pub bytes: u64,
}

/// Writes the rejected rows of a run, one segment for each batch.
pub(crate) struct RejectedRows<'a> {
    objects: &'a Objects,
    prefix: String,
    form: Form,
    kept: Kept,
    /// The segment of the current batch, once it has rejected a row.
    segment: Option<csv::Writer<Draft>>,
    /// Whether a process that died may have run the current batch before and left a segment.
    done_again: bool,
}

impl<'a> RejectedRows<'a> {
    /// Creates the writer for an import that begins. Deletes segments of an import that had the same number in an
    /// earlier database.
    pub fn begin(
        objects: &'a Objects,
        workspace: Workspace,
        import: ImportId,
        reading: &Reading,
    ) -> Result<Self, Error> {
        let prefix = prefix_of(workspace, import);
        objects.delete_all(&prefix)?;
        let kept = Kept {
            next_record: 0,
            bytes: 0,
        };
        Ok(Self::over(objects, prefix, reading, kept, false))
    }

    /// Creates the writer for an import that is resumed.
    pub fn go_on(objects: &'a Objects, workspace: Workspace, import: ImportId, reading: &Reading, kept: Kept) -> Self {
        Self::over(objects, prefix_of(workspace, import), reading, kept, true)
    }

    fn over(objects: &'a Objects, prefix: String, reading: &Reading, kept: Kept, done_again: bool) -> Self {
        Self {
            objects,
            prefix,
            form: Form::new(reading),
            kept,
            segment: None,
            done_again,
        }
    }

    /// Writes one row.
    pub fn write<'r>(&mut self, record: Record<'_>, reasons: impl Iterator<Item = &'r Reason>) -> Result<(), Error> {
        let csv = match &mut self.segment {
            Some(csv) => csv,
            none => none.insert(self.form.writer(self.objects.draft()?)),
        };
        self.form
            .row(csv, record, reasons)
            .map_err(|e| failed(self.objects, e.into()))
    }

    /// Ends the current batch, before it is committed. `next_record` is the record after the batch. Returns what is
    /// kept once it is committed.
    pub fn complete(&mut self, next_record: u64) -> Result<Kept, Error> {
        let name = format!("{}{}", self.prefix, word_of(self.kept.next_record));
        match self.segment.take() {
            Some(csv) => {
                let draft = csv.into_inner().map_err(|e| failed(self.objects, e.into_error()))?;
                self.kept.bytes += self.objects.put(&name, draft)?.size;
            }
            None if self.done_again => self.objects.delete(&name)?,
            None => {}
        }
        self.done_again = false;
        self.kept.next_record = next_record;
        Ok(self.kept)
    }

    /// Returns the extent of the rejected rows that are kept.
    pub fn kept(&self) -> Kept {
        self.kept
    }
}

fn failed(objects: &Objects, error: io::Error) -> Error {
    Error::io("writing the rejected rows to", objects.location().as_ref(), error)
}

/// Returns the prefix of the names of an import's segments.
fn prefix_of(workspace: Workspace, import: ImportId) -> String {
    format!("rejected/{}-{import}/", workspace.0)
}

/// Returns the end of a segment's name: the record at which its batch began, padded so that names sort like records.
fn word_of(record: u64) -> String {
    format!("{record:020}.csv")
}

impl App {
    /// Writes the rejected rows of an import up to its last committed batch, and returns their number.
    ///
    /// # Errors
    /// When there is no such import, it was undone, or its rejected rows are not in this object store.
    pub fn rejected_rows(&self, actor: Actor, import: ImportId, out: &mut dyn Write) -> Result<u64, Error> {
        let stored = self.stored(actor, import)?;
        if matches!(stored.state, ImportState::Undoing | ImportState::Undone) {
            return Err(Error::RejectedRowsUndone(import));
        }
        refuse_draft(&stored)?;
        let (plan, reached) = (plan_of(&stored)?, parse_checkpoint(&stored)?);
        let kept = Kept {
            next_record: reached.next_record,
            bytes: stored.rejected_bytes,
        };
        self.copy_rejected(actor, import, &plan.reading, kept, out)?;
        Ok(reached.counts.to_correct())
    }

    fn copy_rejected(
        &self,
        actor: Actor,
        import: ImportId,
        reading: &Reading,
        kept: Kept,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let failed = |e| Error::io("writing the rejected rows to", "the output".as_ref(), e);
        let prefix = prefix_of(actor.workspace, import);
        let end = format!("{prefix}{}", word_of(kept.next_record));
        let mut segments = self.objects.list(&prefix)?;
        segments.retain(|segment| segment.name < end);
        let found = segments.iter().map(|segment| segment.size).sum();
        if found != kept.bytes {
            return Err(Error::RejectedRowsMissing {
                import,
                location: self.objects.location().to_owned(),
                found,
                expected: kept.bytes,
            });
        }
        Form::new(reading).begin(out).map_err(failed)?;
        for segment in &segments {
            let fetched = self.objects.fetch(&segment.name)?;
            let mut file = File::open(&fetched.path).map_err(Error::Read)?;
            io::copy(&mut file, out).map_err(failed)?;
        }
        out.flush().map_err(failed)
    }

    /// Creates the file of rejected rows that a member requested, without rows, so that an unwritable path is reported
    /// before anything is imported. An existing file is replaced.
    pub(crate) fn begin_rejected_file(&self, path: &Path, reading: &Reading) -> Result<(), Error> {
        write_whole(path, |out| {
            Form::new(reading)
                .begin(out)
                .map_err(|e| Error::io("writing the rejected rows to", path, e))
        })
    }

    /// Writes the rejected rows to the file that `begin_rejected_file` has created.
    pub(crate) fn fill_rejected_file(
        &self,
        actor: Actor,
        import: ImportId,
        reading: &Reading,
        kept: Kept,
        path: PathBuf,
    ) -> RejectedFile {
        if !is_ours(&path) {
            // The import may be resumed on another machine, which may have another file at this path.
            let why = "there is another file of that name".to_owned();
            return RejectedFile::Unwritten { path, why };
        }
        match write_whole(&path, |out| self.copy_rejected(actor, import, reading, kept, out)) {
            Ok(()) => RejectedFile::Written(path),
            Err(error) => RejectedFile::Unwritten {
                path,
                why: error.to_string(),
            },
        }
    }

    /// Deletes the rejected rows of an import that is undone.
    pub(crate) fn forget_rejected(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        Ok(self.objects.delete_all(&prefix_of(actor.workspace, import))?)
    }
}

/// Whether rejected rows may be written to this path: there is no file, or it is empty or a file of rejected rows.
fn is_ours(path: &Path) -> bool {
    if !path.is_file() {
        return true;
    }
    let ours = [MARK, OWN_COLUMNS[0]].concat();
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ours.len() as u64).read_to_end(&mut start));
    read.is_ok() && (start.is_empty() || start == ours.as_bytes())
}

#[cfg(test)]
#[path = "rejected_tests.rs"]
mod tests;
