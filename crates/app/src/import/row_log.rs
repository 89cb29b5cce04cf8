//! The outcome of each row of an import, kept in the object store so that the result can be viewed row by row.
//!
//! Each batch writes a segment of index entries, named after the record at which the batch began, like rejected rows: a
//! batch that is repeated replaces its segment, and the segment of a batch that was never committed is not read.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::row_index::{ENTRY, Entry, RowIndex};
use crate::storage::{Draft, Objects};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use store::{ImportId, Workspace};

/// The number of entries that are read at once.
const AT_ONCE: usize = 4096;

/// Writes the index entries of a run's rows.
pub(crate) struct KeptRows<'a> {
    objects: &'a Objects,
    prefix: String,
    /// The record at which the current batch began.
    began_at: u64,
    segment: Option<BufWriter<Draft>>,
    /// Whether the current batch may have been run before and left a segment.
    done_again: bool,
}

impl<'a> KeptRows<'a> {
    /// Creates the writer for an import that begins (`next_record` is 0) or is resumed at a record.
    pub fn from(objects: &'a Objects, workspace: Workspace, import: ImportId, next_record: u64) -> Result<Self, Error> {
        let prefix = prefix_of(workspace, import);
        if next_record == 0 {
            // Segments may be left of an import that had the same number in an earlier database.
            objects.delete_all(&prefix)?;
        }
        Ok(Self {
            objects,
            prefix,
            began_at: next_record,
            segment: None,
            done_again: next_record > 0,
        })
    }

    /// Writes one row.
    pub fn write(&mut self, entry: &Entry) -> Result<(), Error> {
        let segment = match &mut self.segment {
            Some(segment) => segment,
            none => none.insert(BufWriter::new(self.objects.draft()?)),
        };
        segment
            .write_all(&entry.to_bytes())
            .map_err(|e| failed(self.objects, e))
    }

    /// Ends the current batch, before it is committed. `next_record` is the record after the batch.
    pub fn complete(&mut self, next_record: u64) -> Result<(), Error> {
        let name = format!("{}{}", self.prefix, word_of(self.began_at));
        match self.segment.take() {
            Some(segment) => {
                let draft = segment.into_inner().map_err(|e| failed(self.objects, e.into_error()))?;
                self.objects.put(&name, draft)?;
            }
            None if self.done_again => self.objects.delete(&name)?,
            None => {}
        }
        self.done_again = false;
        self.began_at = next_record;
        Ok(())
    }
}

fn failed(objects: &Objects, error: io::Error) -> Error {
    Error::io(
        "keeping what becomes of the rows in",
        objects.location().as_ref(),
        error,
    )
}

fn prefix_of(workspace: Workspace, import: ImportId) -> String {
    format!("rows/{}-{import}/", workspace.0)
}

fn word_of(record: u64) -> String {
    format!("{record:020}.index")
}

impl App {
    /// Returns the index of the rows that an import has finished before `next_record`.
    ///
    /// # Errors
    /// [`Error::RowsGone`] if the index does not have exactly `rows` rows.
    pub(crate) fn kept_rows(
        &self,
        actor: Actor,
        import: ImportId,
        next_record: u64,
        rows: u64,
    ) -> Result<RowIndex, Error> {
        let prefix = prefix_of(actor.workspace, import);
        let end = format!("{prefix}{}", word_of(next_record));
        let index = RowIndex::new()?;
        for segment in self.objects.list(&prefix)?.iter().filter(|s| s.name < end) {
            let fetched = self.objects.fetch(&segment.name)?;
            let file = File::open(&fetched.path).map_err(Error::Read)?;
            copy(&mut BufReader::new(file), &index)?;
        }
        if index.rows() == rows {
            Ok(index)
        } else {
            Err(Error::RowsGone(import))
        }
    }

    /// Deletes the index of an import's rows. Leftover segments do no harm, so errors are ignored.
    pub(crate) fn forget_rows(&self, actor: Actor, import: ImportId) {
        let _ = self.objects.delete_all(&prefix_of(actor.workspace, import));
    }
}

fn copy(input: &mut dyn Read, index: &RowIndex) -> Result<(), Error> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let most = (AT_ONCE * ENTRY) as u64;
        Read::take(&mut *input, most)
            .read_to_end(&mut bytes)
            .map_err(Error::Read)?;
        let (entries, _) = bytes.as_chunks::<ENTRY>();
        if entries.is_empty() {
            return Ok(());
        }
        let entries: Vec<Entry> = entries.iter().filter_map(Entry::from_bytes).collect();
        index.append(&entries)?;
    }
}
