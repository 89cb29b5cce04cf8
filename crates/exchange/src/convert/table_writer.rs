//! Writes a converted table: CSV in UTF-8 with commas, where each row begins with its line number in the source.
//!
//! [`crate::open::Records`] with [`crate::open::Dialect::of_converted`] reads the output back exactly: a text that the
//! importer would mistake for a guarded text or for a spreadsheet error gets a guard.

use crate::formula_guard::guarded_text;
use std::io::{self, Write};

/// Bytes that are buffered before they are written.
const WRITTEN_AT_ONCE: usize = 64 * 1024;

/// Writes the rows of a converted table.
pub struct TableWriter<W: Write> {
    out: W,
    buffer: Vec<u8>,
}

impl<W: Write> TableWriter<W> {
    /// Creates an empty table.
    pub fn new(out: W) -> Self {
        Self {
            out,
            buffer: Vec::with_capacity(2 * WRITTEN_AT_ONCE),
        }
    }

    /// Writes one row: its line number in the source, counted from 1, and its cells. A row without cells is a blank
    /// line. The column names are written as a row, too.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn row<C: AsRef<str>>(&mut self, line: u64, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        write!(self.buffer, "{line}")?;
        for cell in cells {
            self.buffer.push(b',');
            write_cell(&mut self.buffer, cell.as_ref());
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= WRITTEN_AT_ONCE {
            self.write_out()?;
        }
        Ok(())
    }

    /// Writes the rest of the buffer and returns the output.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_out()?;
        Ok(self.out)
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn write_cell(buffer: &mut Vec<u8>, cell: &str) {
    let cell = guarded_text(cell);
    if memchr::memchr3(b'"', b',', b'\n', cell.as_bytes()).is_none() && !cell.contains('\r') {
        buffer.extend_from_slice(cell.as_bytes());
        return;
    }
    buffer.push(b'"');
    let mut rest = cell.as_bytes();
    while let Some(at) = memchr::memchr(b'"', rest) {
        buffer.extend_from_slice(&rest[..=at]);
        buffer.push(b'"');
        rest = &rest[at + 1..];
    }
    buffer.extend_from_slice(rest);
    buffer.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula_guard::unguarded;
    use crate::open::{Batch, Dialect, Records};
    use proptest::prelude::*;

    /// Reads a table back: the line numbers, and the cells without guards.
    fn read_back(table: &[u8], at_once: usize) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(table, Dialect::of_converted());
        let mut batch = Batch::default();
        let mut rows = Vec::new();
        while records.fill(&mut batch, at_once).unwrap() {
            rows.extend(
                batch
                    .records()
                    .map(|r| (r.line(), r.cells().map(|c| unguarded(c.trim()).to_owned()).collect())),
            );
        }
        rows
    }

    fn written(rows: &[(u64, Vec<String>)]) -> Vec<u8> {
        let mut table = TableWriter::new(Vec::new());
        rows.iter().for_each(|(line, cells)| table.row(*line, cells).unwrap());
        table.finish().unwrap()
    }

    #[test]
    fn rows_keep_the_lines_of_their_source() {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [
            (3, cells(&["Name", "Email"])),
            (4, cells(&["Ana\nMarsh", "a@x.org"])),
            (9, cells(&["=1+1", "\"quoted\", and more"])),
            (1_048_576, cells(&["only one"])),
        ];
        assert_eq!(read_back(&written(&rows), 2), rows);
    }

    #[test]
    fn a_row_without_cells_is_a_blank_line() {
        let rows = [(1, vec!["a".to_owned()]), (2, Vec::new()), (3, vec!["b".to_owned()])];
        let table = written(&rows);
        let mut records = Records::new(table.as_slice(), Dialect::of_converted());
        let mut batch = Batch::default();
        assert!(records.fill(&mut batch, 10).unwrap());
        let read: Vec<_> = batch.records().map(|r| (r.line(), r.index(), r.is_lone())).collect();
        assert_eq!(read, [(1, 0, false), (3, 2, true)]);
    }

    #[test]
    fn a_record_is_read_again_from_where_it_begins() {
        let rows: Vec<_> = (0..200)
            .map(|at| (at * 7 + 1, vec![format!("row {at}"), "x\ny".to_owned()]))
            .collect();
        let table = written(&rows);
        let mut records = Records::new(table.as_slice(), Dialect::of_converted());
        let mut batch = Batch::default();
        assert!(records.fill(&mut batch, 1000).unwrap());
        for (record, (line, cells)) in batch.records().zip(&rows) {
            let from = usize::try_from(record.mark().offset).unwrap();
            let mut again = Records::from_mark(&table[from..], Dialect::of_converted(), record.mark());
            let mut one = Batch::default();
            again.fill(&mut one, 1).unwrap();
            let read = one.record(0).unwrap();
            assert_eq!((read.line(), read.index()), (*line, record.index()));
            assert_eq!(read.cells().collect::<Vec<_>>(), *cells);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(rows in prop::collection::vec(prop::collection::vec(any_cell(), 1..5), 1..8), at_once in 1..4_usize) {
            let blank = |cells: &Vec<String>| cells.iter().all(|cell| cell.bytes().all(|b| b.is_ascii_whitespace() || b == 0));
            prop_assume!(!rows.iter().any(blank));
            let rows: Vec<_> = rows.into_iter().enumerate().map(|(at, cells)| (at as u64 + 5, cells)).collect();
            let read = read_back(&written(&rows), at_once);
            let trimmed = |cells: &Vec<String>| cells.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(read, rows.iter().map(|(line, cells)| (*line, trimmed(cells))).collect::<Vec<_>>());
        }
    }

    fn any_cell() -> impl Strategy<Value = String> {
        prop_oneof!["[ '=+@#\",;\n\r\t\\\\a-c0-2]{0,9}", any::<String>()]
            .prop_filter("no mark", |cell| !cell.starts_with('\u{feff}'))
    }
}
