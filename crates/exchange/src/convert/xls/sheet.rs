//! Reads a sheet row by row.

use super::globals::Globals;
use super::records::{Records, kind};
use crate::convert::row::Row;
use crate::convert::sheet_table::{HEAD_ROWS, MergedDown};
use crate::native::CUT_TEXT;
use crate::open::{OpenError, Refusal};
use std::io::Read;

/// Columns of the widest sheet.
const COLUMNS: usize = 256;
/// Bytes of the longest row.
const LONGEST_ROW: usize = 16 * 1024 * 1024;
/// Merged ranges that are kept; they begin in the first rows.
const MOST_MERGED: usize = 4096;

pub struct SheetReader<'g, R> {
    records: Records<R>,
    globals: &'g mut Globals,
    /// The kind of the record that begins the next row, read at the end of the current row.
    ahead: Option<u16>,
    /// The nesting depth of the current record: 1 in the sheet itself, more in embedded parts such as charts.
    depth: usize,
    /// The column of the formula whose text is in the next record.
    formula: Option<usize>,
    merged: Vec<MergedDown>,
    /// Numbers of which the spreadsheet kept only fifteen digits.
    pub cut_numbers: u64,
    /// Texts that were cut when the workbook was written.
    pub cut_texts: u64,
}

/// The value of a cell.
enum Value {
    Number { style: usize, value: f64 },
    Shared(usize),
    Text(String),
    Boolean(bool),
    Nothing,
}

impl<'g, R: Read> SheetReader<'g, R> {
    /// Reads from the beginning of a sheet.
    pub fn new(records: Records<R>, globals: &'g mut Globals) -> Self {
        Self {
            records,
            globals,
            ahead: None,
            depth: 0,
            formula: None,
            merged: Vec::new(),
            cut_numbers: 0,
            cut_texts: 0,
        }
    }

    /// The merged ranges; complete once all rows were read.
    pub fn merged(&self) -> &[MergedDown] {
        &self.merged
    }

    /// Reads the next row that has cells. Returns `false` if there are no more.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool, OpenError> {
        let last = row.number;
        let mut is_begun = false;
        while let Some(kind) = self.next_record()? {
            if !is_cell(kind) {
                if kind == kind::TEXT_OF_FORMULA && is_begun {
                    self.read_text_of_formula(row)?;
                }
                continue;
            }
            let number = number_of_row(self.records.rest());
            if is_begun && number != row.number {
                self.ahead = Some(kind);
                return Ok(true);
            }
            if !is_begun {
                if number <= last {
                    return Err(OpenError::Refused(Refusal::OldWorkbook));
                }
                row.begin(number);
                is_begun = true;
            }
            self.records.skip(2)?;
            self.read_cell(kind, row)?;
        }
        Ok(is_begun)
    }

    /// Returns the next record of the sheet itself. `None` at its end.
    fn next_record(&mut self) -> Result<Option<u16>, OpenError> {
        if let Some(kind) = self.ahead.take() {
            return Ok(Some(kind));
        }
        while let Some(kind) = self.records.next()? {
            match kind {
                kind::BEGIN => self.depth += 1,
                kind::END if self.depth <= 1 => return Ok(None),
                kind::END => self.depth -= 1,
                kind::MERGED if self.depth == 1 => self.read_merged()?,
                kind if self.depth == 1 => return Ok(Some(kind)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn read_cell(&mut self, kind: u16, row: &mut Row) -> Result<(), OpenError> {
        self.formula = None;
        let column = usize::from(self.records.u16()?);
        if kind == kind::NUMBERS {
            return self.read_numbers(column, row);
        }
        let style = usize::from(self.records.u16()?);
        let value = match kind {
            kind::SHARED_LABEL => Value::Shared(self.records.u32()? as usize),
            kind::LABEL | kind::RICH_LABEL => {
                let length = usize::from(self.records.u16()?);
                Value::Text(self.text(length)?)
            }
            kind::NUMBER => Value::Number {
                style,
                value: f64::from_le_bytes(self.records.array()?),
            },
            kind::SHORT_NUMBER => Value::Number {
                style,
                value: short_number(self.records.u32()?),
            },
            kind::BOOLEAN_OR_ERROR => match self.records.array()? {
                [value, 0] => Value::Boolean(value != 0),
                _ => Value::Nothing,
            },
            _ => self.value_of_formula(column, style)?,
        };
        self.set(column, &value, row)
    }

    /// Reads the value that a formula had when the workbook was saved.
    fn value_of_formula(&mut self, column: usize, style: usize) -> Result<Value, OpenError> {
        let result: [u8; 8] = self.records.array()?;
        Ok(match result {
            [0, .., 0xFF, 0xFF] => {
                self.formula = Some(column);
                Value::Nothing
            }
            [1, _, value, .., 0xFF, 0xFF] => Value::Boolean(value != 0),
            [.., 0xFF, 0xFF] => Value::Nothing,
            number => Value::Number {
                style,
                value: f64::from_le_bytes(number),
            },
        })
    }

    fn read_text_of_formula(&mut self, row: &mut Row) -> Result<(), OpenError> {
        let Some(column) = self.formula.take() else {
            return Ok(());
        };
        let length = usize::from(self.records.u16()?);
        let text = self.text(length)?;
        self.set(column, &Value::Text(text), row)
    }

    /// Reads several adjacent numbers: a style and a number each, followed by the last column.
    fn read_numbers(&mut self, first: usize, row: &mut Row) -> Result<(), OpenError> {
        let numbers = self.records.rest().len().saturating_sub(2) / 6;
        for column in (first..).take(numbers) {
            let style = usize::from(self.records.u16()?);
            let value = short_number(self.records.u32()?);
            self.set(column, &Value::Number { style, value }, row)?;
        }
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<String, OpenError> {
        let mut text = String::new();
        self.globals.writing.append(&mut self.records, length, &mut text)?;
        Ok(text)
    }

    /// Sets a cell to a value as it is displayed.
    fn set(&mut self, column: usize, value: &Value, row: &mut Row) -> Result<(), OpenError> {
        if column >= COLUMNS {
            return Ok(());
        }
        let (globals, cut_numbers, cut_texts) = (&mut *self.globals, &mut self.cut_numbers, &mut self.cut_texts);
        row.set(column, |into| {
            let begin = into.len();
            match value {
                Value::Number { style, value } => {
                    let format = globals.styles.format(*style);
                    *cut_numbers += u64::from(!format.write(&value.to_string(), globals.epoch, into));
                }
                Value::Shared(number) => globals.strings.append(*number, into)?,
                Value::Text(text) => into.push_str(text),
                Value::Boolean(value) => into.push_str(if *value { "TRUE" } else { "FALSE" }),
                Value::Nothing => {}
            }
            if into[begin..].ends_with(CUT_TEXT) {
                into.truncate(begin);
                *cut_texts += 1;
            }
            Ok::<(), OpenError>(())
        })?;
        match row.bytes() > LONGEST_ROW {
            true => Err(OpenError::Refused(Refusal::LongText { most: LONGEST_ROW })),
            false => Ok(()),
        }
    }

    /// Reads ranges of merged cells: first and last row, first and last column each.
    fn read_merged(&mut self) -> Result<(), OpenError> {
        let ranges = self.records.u16()?;
        for _ in 0..ranges {
            if self.records.rest().is_empty() || self.merged.len() == MOST_MERGED {
                break;
            }
            let (first, last) = (u64::from(self.records.u16()?), u64::from(self.records.u16()?));
            let (column, _) = (usize::from(self.records.u16()?), self.records.u16()?);
            if first < HEAD_ROWS && last > first {
                self.merged.push(MergedDown {
                    row: first + 1,
                    column,
                    last_row: last + 1,
                });
            }
        }
        Ok(())
    }
}

fn is_cell(kind: u16) -> bool {
    matches!(
        kind,
        kind::FORMULA
            | kind::NUMBERS
            | kind::RICH_LABEL
            | kind::SHARED_LABEL
            | kind::NUMBER
            | kind::LABEL
            | kind::BOOLEAN_OR_ERROR
            | kind::SHORT_NUMBER
    )
}

/// The row of a cell, from 1.
fn number_of_row(cell: &[u8]) -> u64 {
    match cell {
        [low, high, ..] => u64::from(u16::from_le_bytes([*low, *high])) + 1,
        _ => 0,
    }
}

/// Decodes a number of four bytes: an integer, or the upper half of a 64-bit float; either may be stored multiplied by
/// 100.
fn short_number(bits: u32) -> f64 {
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits.cast_signed() >> 2),
    };
    match bits & 1 {
        0 => number,
        _ => number / 100.0,
    }
}
