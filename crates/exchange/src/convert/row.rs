//! One row of a sheet: its number and the texts of its cells.

use std::ops::Range;

/// A row, reused as a buffer for the next one.
#[derive(Default)]
pub struct Row {
    /// Its number in the sheet, from 1.
    pub number: u64,
    text: String,
    cells: Vec<Range<usize>>,
}

impl Row {
    /// Clears the row and sets its number.
    pub fn begin(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
    }

    /// Sets the text of a column, counted from 0, to what `write` appends.
    pub fn set<E>(&mut self, column: usize, write: impl FnOnce(&mut String) -> Result<(), E>) -> Result<(), E> {
        let begin = self.text.len();
        write(&mut self.text)?;
        if self.text.len() > begin {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, 0..0);
            }
            self.cells[column] = begin..self.text.len();
        }
        Ok(())
    }

    /// The bytes of all texts in the row.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The cells up to the last one that holds more than blanks.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells[..self.width()].iter().map(|cell| &self.text[cell.clone()])
    }

    /// The number of cells that [`Row::cells`] returns.
    pub fn width(&self) -> usize {
        let is_filled = |cell: &Range<usize>| !self.text[cell.clone()].trim().is_empty();
        self.cells.iter().rposition(is_filled).map_or(0, |last| last + 1)
    }
}
