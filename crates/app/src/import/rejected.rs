//! Rejected rows: their original cells, the line and the reasons, so that they can be corrected and imported as they are.
//!
//! Each batch that rejects rows leaves a segment in the object store, named after the record that the batch began at. What
//! people get is a byte order mark, a header and the segments. They open it in a spreadsheet, so what that would run has an
//! apostrophe before it, which the importer takes away again. A batch that is done again after a kill replaces its own
//! segment, and one that was never committed is not looked at, so there is nothing to repair.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::export::atomic_file::write_whole;
use crate::import::analysis::Reading;
use crate::import::stored::{plan_of, reached_of, refuse_draft};
use crate::storage::{Draft, Objects};
use exchange::formula_guard::{guarded, guarded_again};
use exchange::open::Record;
use exchange::reason::Reason;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use store::imports::ImportState;
use store::{ImportId, Workspace};

/// The columns that are written before the original ones; the importer knows them and leaves them out.
pub(crate) const OWN_COLUMNS: [&str; 2] = ["CrystalQore Line", "CrystalQore Problem"];
/// Spreadsheets take UTF-8 for what it is only with a byte order mark.
const MARK: &str = "\u{feff}";

/// Whether a column of this name was added by an earlier file of rejected rows.
pub(crate) fn is_own_column(header: &str) -> bool {
    OWN_COLUMNS.contains(&header)
}

/// What became of the file that a member asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectedFile {
    /// All rejected rows are in it.
    Written(PathBuf),
    /// It could not be written, which is no failure of the import: the rows are kept.
    Unwritten { path: PathBuf, why: String },
}

/// How the rejected rows of a file are written.
struct Form {
    delimiter: u8,
    header: Vec<String>,
    /// Columns of the original that are written; those of an earlier file of rejected rows are not.
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

    /// Writes what stands before the rows.
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

/// The name of a column: its own; of a file without header the slot that it fills.
fn header_of(reading: &Reading, at: usize) -> String {
    let column = &reading.mapping.columns()[at];
    match (&reading.header_row, &column.slot) {
        (None, Some(slot)) => slot.to_string(),
        _ => column.header.clone(),
    }
}

/// How many rejected rows are kept for certain: those of committed batches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// The record behind the last batch.
    pub next_record: u64,
    /// Bytes of all segments before it.
    pub bytes: u64,
}

/// Writes the rejected rows of a run, a segment for each batch.
pub(crate) struct RejectedRows<'a> {
    objects: &'a Objects,
    prefix: String,
    form: Form,
    kept: Kept,
    /// The segment of the batch in hand, once it has rejected a row.
    segment: Option<csv::Writer<Draft>>,
    /// Whether the batch in hand may have been done before, by a process that died, and left a segment.
    done_again: bool,
}

impl<'a> RejectedRows<'a> {
    /// For an import that begins. Nothing may be left of an import that had its number in a database that is no more.
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

    /// For an import that goes on.
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

    /// Ends the batch in hand, which came up to a record, before it is committed; says what is kept once it is.
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

    /// What is kept.
    pub fn kept(&self) -> Kept {
        self.kept
    }
}

fn failed(objects: &Objects, error: io::Error) -> Error {
    Error::io("writing the rejected rows to", objects.location().as_ref(), error)
}

/// What the names of an import's segments begin with.
fn prefix_of(workspace: Workspace, import: ImportId) -> String {
    format!("rejected/{}-{import}/", workspace.0)
}

/// What the name of a segment ends with: the record that its batch began at, such that names sort as records do.
fn word_of(record: u64) -> String {
    format!("{record:020}.csv")
}

impl App {
    /// Writes the rejected rows of an import, as far as it has come, and says how many there are.
    ///
    /// # Errors
    /// When there is no such import, it was undone, or its rejected rows are not in this object store.
    pub fn rejected_rows(&self, actor: Actor, import: ImportId, out: &mut dyn Write) -> Result<u64, Error> {
        let stored = self.stored(actor, import)?;
        if matches!(stored.state, ImportState::Undoing | ImportState::Undone) {
            return Err(Error::RejectedRowsUndone(import));
        }
        refuse_draft(&stored)?;
        let (plan, reached) = (plan_of(&stored)?, reached_of(&stored)?);
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

    /// Makes the file of rejected rows that a member asked for, without rows as yet, so that a path that cannot be written
    /// is reported before anything is imported. A file of that name is replaced.
    pub(crate) fn begin_rejected_file(&self, path: &Path, reading: &Reading) -> Result<(), Error> {
        write_whole(path, |out| {
            Form::new(reading)
                .begin(out)
                .map_err(|e| Error::io("writing the rejected rows to", path, e))
        })
    }

    /// Fills that file.
    pub(crate) fn fill_rejected_file(
        &self,
        actor: Actor,
        import: ImportId,
        reading: &Reading,
        kept: Kept,
        path: PathBuf,
    ) -> RejectedFile {
        if !is_ours(&path) {
            // Another machine may have another file of that name.
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

    /// Removes the rejected rows of an import that is undone.
    pub(crate) fn forget_rejected(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        Ok(self.objects.delete_all(&prefix_of(actor.workspace, import))?)
    }
}

/// Whether a file may be replaced by one of rejected rows: it is one, or there is none.
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
