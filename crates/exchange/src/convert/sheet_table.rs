//! Turns the rows of a sheet into a table: blank rows, merged cells of the header, and rows of equal width.
//!
//! A sheet may have formatted rows without values down to its end, and its merged cells are listed after all rows. So
//! the first rows are held back until everything is known, and blank rows are written only where filled rows follow.

use super::budget::{Budget, Metered, writing_failed};
use super::row::Row;
use super::table_writer::TableWriter;
use crate::open::{OpenError, is_data_like_cell};
use std::io::{self, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

/// Rows that are held back: as many as are searched for a header row.
pub const HEAD_ROWS: u64 = 25;
/// Bytes of the other rows that are held in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// Columns up to which rows are padded; wider rows are written as they are.
const MOST_PADDED: usize = 512;

/// A table that is built from the rows of a sheet.
pub struct SheetTable {
    head: Vec<(u64, Vec<String>)>,
    body: TableWriter<Metered<SpooledTempFile>>,
    /// The number of the last row.
    last: u64,
    /// The width of the widest of the first rows.
    width: usize,
    is_filled: bool,
}

/// Cells of a column that are merged with the cell above them: the row of that cell, the column, the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergedDown {
    pub row: u64,
    pub column: usize,
    pub last_row: u64,
}

impl SheetTable {
    /// Creates an empty table. Rows that are held in a temporary file are counted against the budget.
    pub fn new(budget: Budget) -> Self {
        let body = Metered {
            inner: tempfile::spooled_tempfile(IN_MEMORY),
            budget,
        };
        Self {
            head: Vec::new(),
            body: TableWriter::new(body),
            last: 0,
            width: 0,
            is_filled: false,
        }
    }

    /// Whether there is any value.
    pub fn is_filled(&self) -> bool {
        self.is_filled
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row) -> Result<(), OpenError> {
        if row.width() == 0 {
            return Ok(());
        }
        self.is_filled = true;
        // Near the top every blank row is written, so that row numbers match the sheet; further down one blank row
        // marks a gap.
        while self.last + 1 < row.number && self.last < HEAD_ROWS {
            self.last += 1;
            self.head.push((self.last, Vec::new()));
        }
        if row.number <= HEAD_ROWS {
            self.width = self.width.max(row.width()).min(MOST_PADDED);
            self.head.push((row.number, row.cells().map(str::to_owned).collect()));
        } else {
            if self.last + 1 < row.number {
                self.body.row(self.last + 1, [""; 0]).map_err(writing_failed)?;
            }
            let padding = self.width.saturating_sub(row.width());
            let cells = row.cells().chain(std::iter::repeat_n("", padding));
            self.body.row(row.number, cells).map_err(writing_failed)?;
        }
        self.last = row.number;
        Ok(())
    }

    /// Writes the table.
    pub fn write(mut self, merged: &[MergedDown], out: &mut dyn Write) -> Result<(), OpenError> {
        self.fill_merged_headers(merged);
        let mut table = TableWriter::new(out);
        for (number, mut cells) in self.head {
            if !cells.is_empty() {
                cells.resize(cells.len().max(self.width), String::new());
            }
            table.row(number, cells).map_err(writing_failed)?;
        }
        let out = table.finish().map_err(writing_failed)?;
        let mut body = self.body.finish().map_err(writing_failed)?.inner;
        body.seek(SeekFrom::Start(0))?;
        io::copy(&mut body, out).map_err(writing_failed)?;
        Ok(())
    }

    /// In a header of several rows, copies a name that is merged downwards into the lowest row: that row names the
    /// columns.
    fn fill_merged_headers(&mut self, merged: &[MergedDown]) {
        let is_data = |(_, cells): &(u64, Vec<String>)| cells.iter().any(|cell| is_data_like_cell(cell));
        let names = self.head.iter().position(is_data).unwrap_or(self.head.len());
        for range in merged {
            let cell = |head: &[(u64, Vec<String>)], row: u64| {
                let at = head[..names].iter().position(|(number, _)| *number == row)?;
                Some((at, head[at].1.get(range.column).cloned().unwrap_or_default()))
            };
            let Some((_, name)) = cell(&self.head, range.row) else {
                continue;
            };
            for row in range.row + 1..=range.last_row.min(HEAD_ROWS) {
                let Some((at, below)) = cell(&self.head, row) else {
                    break;
                };
                if below.is_empty() && !self.head[at].1.is_empty() {
                    let cells = &mut self.head[at].1;
                    cells.resize(cells.len().max(range.column + 1), String::new());
                    cells[range.column].clone_from(&name);
                }
            }
        }
    }
}
