//! vCard files: converts the cards of a file into a table with the columns of CrystalQore CSV.

use super::budget::writing_failed;
use super::table_source::{SourceFormat, TableSource};
use super::table_writer::TableWriter;
use crate::open::{OpenError, Source};
use crate::vcard::write_table;
use rawzip::{FileReader, RangeReader};
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// Writes the cards of a file as a table.
pub fn convert(file: File, out: &mut dyn Write) -> Result<TableSource, OpenError> {
    let source = OpenedFile {
        size: file.metadata()?.len(),
        file: Arc::new(FileReader::from(file)),
    };
    let mut table = TableWriter::new(out);
    let report = write_table(&source, &mut |line, cells| table.row(line, cells));
    let report = report.map_err(|error| match error {
        OpenError::Io(error) => writing_failed(error),
        error => error,
    })?;
    table.finish().map_err(writing_failed)?;
    Ok(TableSource {
        groups: report.groups,
        missing_members: report.missing_members,
        lines_outside: report.lines_outside,
        ..TableSource::new(SourceFormat::Vcard)
    })
}

/// A file that is already open and can be read from its start any number of times.
struct OpenedFile {
    size: u64,
    file: Arc<FileReader>,
}

impl Source for OpenedFile {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(RangeReader::new(Arc::clone(&self.file), 0..self.size)))
    }
}
