//! Reads a sheet row by row.

use super::number_format::{Epoch, NumberFormat};
use super::shared_strings::SharedStrings;
use super::styles::Styles;
use super::text::{LONGEST_TEXT, unescape_into};
use crate::convert::row::Row;
use crate::convert::sheet_table::MergedDown;
use crate::convert::xml::{Xml, append_text, attribute};
use crate::native::CUT_TEXT;
use crate::open::{OpenError, Refusal};
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Rows of the longest sheet.
const ROWS: u64 = 1_048_576;
/// Columns of the widest sheet; cells beyond them are ignored.
const COLUMNS: usize = 16_384;
/// Bytes of the longest row.
const LONGEST_ROW: usize = 16 * 1024 * 1024;
/// Merged ranges that are kept; they begin in the first rows.
const MOST_MERGED: usize = 4096;

/// What is needed to turn cells into texts, and counts of what was lost.
pub struct Values<'a> {
    pub strings: &'a mut SharedStrings,
    pub styles: &'a Styles,
    pub epoch: Epoch,
    /// Numbers of which the spreadsheet kept only fifteen digits.
    pub cut_numbers: u64,
    /// Texts that were cut when the workbook was written.
    pub cut_texts: u64,
    /// Formulas whose value is not in the file.
    pub formulas_without_value: u64,
}

pub struct SheetReader<R: BufRead> {
    xml: Xml<R>,
    row: u64,
    /// The text of the current cell.
    value: String,
    /// The merged ranges that begin above the row `merged_before`; later ones are not needed.
    merged: Vec<MergedDown>,
    merged_before: u64,
}

/// The position and kind of a cell.
struct Cell {
    column: usize,
    style: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Boolean,
    Error,
    Date,
}

/// The part of a cell to which the current text belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Value,
    Formula,
    Pronunciation,
}

impl<R: BufRead> SheetReader<R> {
    /// Reads from the start. Merged ranges that begin above the row `merged_before` are kept.
    pub fn new(input: R, merged_before: u64) -> Self {
        Self {
            xml: Xml::new(input, Refusal::Workbook),
            row: 0,
            value: String::new(),
            merged: Vec::new(),
            merged_before,
        }
    }

    /// The merged ranges; complete once all rows were read.
    pub fn merged(&self) -> &[MergedDown] {
        &self.merged
    }

    /// Reads the next row that has cells. Returns `false` if there are no more.
    pub fn next_row(&mut self, values: &mut Values<'_>, row: &mut Row) -> Result<bool, OpenError> {
        loop {
            match self.xml.next()? {
                Event::Eof => return Ok(false),
                Event::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row = row_number(&tag, self.row);
                    row.begin(self.row);
                    self.read_cells(values, row)?;
                    return Ok(true);
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row = row_number(&tag, self.row);
                }
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"mergeCell" => {
                    let range = attribute(&tag, "ref").and_then(|range| merged_range(&range));
                    let range = range.filter(|range| range.row < self.merged_before);
                    if self.merged.len() < MOST_MERGED {
                        self.merged.extend(range);
                    }
                }
                _ => {}
            }
        }
    }

    fn read_cells(&mut self, values: &mut Values<'_>, row: &mut Row) -> Result<(), OpenError> {
        let mut next = 0;
        loop {
            let cell = match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"c" => Cell::read(&tag, next),
                Event::Empty(tag) if tag.local_name().as_ref() == b"c" => {
                    next = Cell::read(&tag, next).column + 1;
                    continue;
                }
                Event::End(tag) if tag.local_name().as_ref() == b"row" => return Ok(()),
                Event::Eof => return Ok(()),
                _ => continue,
            };
            next = cell.column + 1;
            let has_formula = self.read_value()?;
            if cell.column >= COLUMNS {
                continue;
            }
            if self.value.is_empty() {
                values.formulas_without_value += u64::from(has_formula && cell.kind != Kind::Text);
                continue;
            }
            if self.value.ends_with(CUT_TEXT) {
                values.cut_texts += 1;
                continue;
            }
            let value = &self.value;
            row.set(cell.column, |into| values.append(&cell, value, into))?;
            if row.bytes() > LONGEST_ROW {
                return Err(OpenError::Refused(Refusal::LongText { most: LONGEST_ROW }));
            }
        }
    }

    /// Reads the value of a cell up to its end. Returns whether the cell has a formula.
    fn read_value(&mut self) -> Result<bool, OpenError> {
        self.value.clear();
        let mut within = Within::Nothing;
        let mut has_formula = false;
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"v" | b"t" if within == Within::Nothing => within = Within::Value,
                    b"rPh" => within = Within::Pronunciation,
                    b"f" => {
                        within = Within::Formula;
                        has_formula = true;
                    }
                    _ => {}
                },
                Event::Empty(tag) => has_formula |= tag.local_name().as_ref() == b"f",
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"c" => return Ok(has_formula),
                    b"v" | b"t" if within == Within::Value => within = Within::Nothing,
                    b"f" | b"rPh" => within = Within::Nothing,
                    _ => {}
                },
                Event::Eof => return Ok(has_formula),
                event if within == Within::Value => {
                    append_text(event, &mut self.value);
                    if self.value.len() > LONGEST_TEXT {
                        let most = LONGEST_TEXT;
                        return Err(OpenError::Refused(Refusal::LongText { most }));
                    }
                }
                _ => {}
            }
        }
    }
}

impl Cell {
    fn read(tag: &BytesStart<'_>, next: usize) -> Self {
        let mut cell = Self {
            column: next,
            style: 0,
            kind: Kind::Number,
        };
        for attribute in tag.attributes().with_checks(false).flatten() {
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                b"r" => cell.column = column_of(value).unwrap_or(next),
                b"s" => {
                    cell.style = std::str::from_utf8(value)
                        .ok()
                        .and_then(|s| s.parse().ok())
                        .unwrap_or(0)
                }
                b"t" => {
                    cell.kind = match value {
                        b"s" => Kind::Shared,
                        b"str" | b"inlineStr" => Kind::Text,
                        b"b" => Kind::Boolean,
                        b"e" => Kind::Error,
                        b"d" => Kind::Date,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
        cell
    }
}

impl Values<'_> {
    /// Appends the value of a cell as it is displayed.
    fn append(&mut self, cell: &Cell, raw: &str, into: &mut String) -> Result<(), OpenError> {
        match cell.kind {
            Kind::Number => {
                let format: &NumberFormat = self.styles.format(cell.style);
                let is_whole = format.write(raw.trim(), self.epoch, into);
                self.cut_numbers += u64::from(!is_whole);
            }
            Kind::Shared => {
                if let Ok(number) = raw.trim().parse() {
                    self.strings.append(number, into)?;
                }
            }
            Kind::Text => unescape_into(raw, into),
            Kind::Boolean => into.push_str(if raw.trim() == "1" { "TRUE" } else { "FALSE" }),
            // A formula error is not a value.
            Kind::Error => {}
            Kind::Date => into.push_str(day_of(raw.trim()).as_ref()),
        }
        Ok(())
    }
}

/// Returns an ISO 8601 date without the time if that is zero.
fn day_of(raw: &str) -> String {
    let without_zone = raw.trim_end_matches('Z');
    match without_zone.split_once('T') {
        Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.')) => day.to_owned(),
        Some((day, time)) => format!("{day} {time}"),
        None => raw.to_owned(),
    }
}

/// The number of a row: its `r` attribute if that is higher than the last row's number, else the next number.
fn row_number(tag: &BytesStart<'_>, last: u64) -> u64 {
    let number = attribute(tag, "r").and_then(|r| r.parse().ok());
    let is_behind = |number: &u64| *number > last && *number <= ROWS;
    number.filter(is_behind).unwrap_or(last + 1)
}

/// Returns the column of a cell reference such as `AB12`, counted from 0.
fn column_of(place: &[u8]) -> Option<usize> {
    let letters = place.iter().take_while(|b| b.is_ascii_alphabetic());
    let column = letters.take(4).fold(0, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    column.checked_sub(1)
}

/// Parses a range such as `A1:B2`. `None` if it does not span several rows.
fn merged_range(range: &str) -> Option<MergedDown> {
    let (first, last) = range.split_once(':')?;
    let row_of = |place: &str| {
        place
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .parse::<u64>()
            .ok()
    };
    let (row, last_row) = (row_of(first)?, row_of(last)?);
    (last_row > row).then_some(MergedDown {
        row,
        column: column_of(first.as_bytes())?,
        last_row,
    })
}
