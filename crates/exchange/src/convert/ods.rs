//! OpenDocument spreadsheets: converts a sheet into a table, with values as they are displayed.
//!
//! All sheets are in one part, one after another, so they are read in one pass, and only the best sheet so far is
//! kept.

use super::budget::Budget;
use super::row::Row;
use super::sheet_table::{HEAD_ROWS, MergedDown, SheetTable};
use super::table_source::{SourceFormat, TableSource};
use super::xml::{Xml, append_text, attribute};
use super::zip_file::ZipFile;
use crate::open::{OpenError, Refusal};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;
use std::io::{BufRead, Write};

/// Limits of a sheet: columns and rows.
const COLUMNS: usize = 16_384;
const ROWS: u64 = 1_048_576;
/// Limits of a value and of a row, in bytes.
const LONGEST_TEXT: usize = 1024 * 1024;
const LONGEST_ROW: usize = 16 * 1024 * 1024;
/// Limits of the list of sheets to choose from: sheets, and characters of a name.
const MOST_NAMED: usize = 200;
const LONGEST_NAME: usize = 255;
/// Limits of the styles of sheets and of the merged cells that are kept.
const MOST_STYLES: usize = 10_000;
const MOST_MERGED: usize = 4096;

/// Writes a sheet as a table: the wanted one, else the first visible one with values, else the first with values. Rows
/// that are held in temporary files are counted against the budget.
pub fn convert(
    zip: &ZipFile,
    wanted: Option<&str>,
    budget: &Budget,
    out: &mut dyn Write,
) -> Result<TableSource, OpenError> {
    if let Some(at) = zip.find("META-INF/manifest.xml") {
        let manifest = zip.small(at, 1024 * 1024, Refusal::OpenDocument)?;
        if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
            return Err(OpenError::Refused(Refusal::EncryptedWorkbook));
        }
    }
    let damaged = OpenError::Refused(Refusal::OpenDocument);
    let part = zip.find("content.xml").ok_or(damaged)?;
    let mut reader = ContentReader::new(zip.read(part, Refusal::OpenDocument)?);
    let mut sheets = Vec::new();
    let mut found: Option<Found> = None;
    while let Some((name, is_hidden)) = reader.next_sheet()? {
        if sheets.len() < MOST_NAMED {
            sheets.push(name.clone());
        }
        let is_wanted = match wanted {
            Some(wanted) => name.to_lowercase() == wanted.to_lowercase(),
            None => found.as_ref().is_none_or(|found| found.is_hidden && !is_hidden),
        };
        if !is_wanted || found.as_ref().is_some_and(|found| found.name == name) {
            continue;
        }
        let (table, merged) = reader.read_sheet(budget)?;
        if table.is_filled() || wanted.is_some() {
            found = Some(Found {
                name,
                is_hidden,
                table,
                merged,
            });
        }
    }
    match (found, wanted) {
        (Some(found), _) if found.table.is_filled() => {
            found.table.write(&found.merged, out)?;
            Ok(TableSource {
                sheet: Some(found.name),
                sheets,
                ..TableSource::new(SourceFormat::Ods)
            })
        }
        (None, Some(wanted)) => Err(OpenError::NoSheet {
            wanted: wanted.to_owned(),
            sheets,
        }),
        _ => Err(OpenError::Refused(Refusal::EmptyWorkbook)),
    }
}

/// The sheet that is kept.
struct Found {
    name: String,
    is_hidden: bool,
    table: SheetTable,
    merged: Vec<MergedDown>,
}

/// Reads the part that holds all sheets.
struct ContentReader<R: BufRead> {
    xml: Xml<R>,
    hidden_styles: HashSet<String>,
    /// The text of the current cell.
    text: String,
}

/// The attributes of a cell: how often it is repeated, and its value apart from the text.
struct Cell {
    times: usize,
    rows_spanned: u64,
    kind: String,
    value: String,
}

impl<R: BufRead> ContentReader<R> {
    fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input, Refusal::OpenDocument),
            hidden_styles: HashSet::new(),
            text: String::new(),
        }
    }

    /// Advances to the next sheet. Returns its name and whether it is hidden.
    fn next_sheet(&mut self) -> Result<Option<(String, bool)>, OpenError> {
        let mut style = String::new();
        loop {
            match self.xml.next()? {
                Event::Eof => return Ok(None),
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"style" => style = attribute(&tag, "name").unwrap_or_default(),
                    b"table-properties"
                        if attribute(&tag, "display").as_deref() == Some("false")
                            && self.hidden_styles.len() < MOST_STYLES =>
                    {
                        self.hidden_styles.insert(std::mem::take(&mut style));
                    }
                    b"table" => {
                        let name = attribute(&tag, "name").unwrap_or_default();
                        let style = attribute(&tag, "style-name").unwrap_or_default();
                        let name = name.chars().take(LONGEST_NAME).collect();
                        return Ok(Some((name, self.hidden_styles.contains(&style))));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// Reads the rows of the current sheet.
    fn read_sheet(&mut self, budget: &Budget) -> Result<(SheetTable, Vec<MergedDown>), OpenError> {
        let mut table = SheetTable::new(budget.clone());
        let mut merged = Vec::new();
        let (mut next, mut row) = (1_u64, Row::default());
        loop {
            match self.xml.next()? {
                Event::Eof => return Ok((table, merged)),
                Event::End(tag) if tag.local_name().as_ref() == b"table" => return Ok((table, merged)),
                Event::Empty(tag) if tag.local_name().as_ref() == b"table-row" => {
                    next = next.saturating_add(times(&tag, "number-rows-repeated"));
                }
                Event::Start(tag) if tag.local_name().as_ref() == b"table-row" => {
                    let repeated = times(&tag, "number-rows-repeated");
                    row.begin(next);
                    self.read_row(&mut row, &mut merged)?;
                    let last = next.saturating_add(repeated).min(ROWS + 1);
                    while row.width() > 0 && row.number < last {
                        table.add(&row)?;
                        row.number += 1;
                    }
                    next = next.saturating_add(repeated);
                }
                _ => {}
            }
        }
    }

    fn read_row(&mut self, row: &mut Row, merged: &mut Vec<MergedDown>) -> Result<(), OpenError> {
        let mut column = 0_usize;
        loop {
            let cell = match self.xml.next()? {
                Event::Eof => return Ok(()),
                Event::End(tag) if tag.local_name().as_ref() == b"table-row" => return Ok(()),
                Event::Empty(tag) if is_cell(&tag) => {
                    let cell = Cell::read(&tag);
                    self.text.clear();
                    cell
                }
                Event::Start(tag) if is_cell(&tag) => {
                    let cell = Cell::read(&tag);
                    self.read_text()?;
                    cell
                }
                _ => continue,
            };
            if cell.rows_spanned > 1 && row.number <= HEAD_ROWS && merged.len() < MOST_MERGED {
                merged.push(MergedDown {
                    row: row.number,
                    column,
                    last_row: row.number.saturating_add(cell.rows_spanned - 1),
                });
            }
            let shown = cell.shown(&self.text);
            let end = column.saturating_add(cell.times).min(COLUMNS);
            while !shown.is_empty() && column < end {
                row.set(column, |text| {
                    text.push_str(&shown);
                    Ok::<(), OpenError>(())
                })?;
                if row.bytes() > LONGEST_ROW {
                    return Err(OpenError::Refused(Refusal::LongText { most: LONGEST_ROW }));
                }
                column += 1;
            }
            column = end;
        }
    }

    /// Reads the paragraphs of a cell up to its end. Notes (comments) on the cell are not part of it.
    fn read_text(&mut self) -> Result<(), OpenError> {
        self.text.clear();
        let (mut paragraphs, mut in_paragraph, mut in_note) = (0, false, false);
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Eof => return Ok(()),
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"annotation" => in_note = matches!(event, Event::Start(_)),
                    b"p" if !in_note => {
                        if paragraphs > 0 {
                            self.text.push('\n');
                        }
                        paragraphs += 1;
                        in_paragraph = matches!(event, Event::Start(_));
                    }
                    b"s" if in_paragraph => {
                        let blanks = usize::try_from(times(tag, "c")).unwrap_or(usize::MAX);
                        self.text.extend(std::iter::repeat_n(' ', blanks.min(LONGEST_TEXT)));
                    }
                    b"line-break" if in_paragraph => self.text.push('\n'),
                    b"tab" if in_paragraph => self.text.push('\t'),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"table-cell" | b"covered-table-cell" => return Ok(()),
                    b"annotation" => in_note = false,
                    b"p" if !in_note => in_paragraph = false,
                    _ => {}
                },
                event if in_paragraph => append_text(event, &mut self.text),
                _ => {}
            }
            if self.text.len() > LONGEST_TEXT {
                return Err(OpenError::Refused(Refusal::LongText { most: LONGEST_TEXT }));
            }
        }
    }
}

fn is_cell(tag: &BytesStart<'_>) -> bool {
    matches!(tag.local_name().as_ref(), b"table-cell" | b"covered-table-cell")
}

/// Returns how often a cell or row is repeated.
fn times(tag: &BytesStart<'_>, name: &str) -> u64 {
    attribute(tag, name).and_then(|times| times.parse().ok()).unwrap_or(1)
}

impl Cell {
    fn read(tag: &BytesStart<'_>) -> Self {
        let mut cell = Self {
            times: usize::try_from(times(tag, "number-columns-repeated")).unwrap_or(COLUMNS),
            rows_spanned: times(tag, "number-rows-spanned"),
            kind: String::new(),
            value: String::new(),
        };
        for attribute in tag.attributes().with_checks(false).flatten() {
            let value = || String::from_utf8_lossy(&attribute.value).into_owned();
            match attribute.key.as_ref() {
                b"office:value-type" if cell.kind.is_empty() => cell.kind = value(),
                // A formula error; its text is not a value.
                b"calcext:value-type" if attribute.value.as_ref() == b"error" => cell.kind = "error".to_owned(),
                b"office:value" | b"office:date-value" | b"office:boolean-value" => cell.value = value(),
                _ => {}
            }
        }
        cell
    }

    /// Returns the cell as it is displayed.
    fn shown(&self, text: &str) -> String {
        match self.kind.as_str() {
            "error" => String::new(),
            "boolean" => self.value.to_uppercase(),
            "date" => match self.value.split_once('T') {
                Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.')) => day.to_owned(),
                Some((day, time)) => format!("{day} {time}"),
                None => self.value.clone(),
            },
            "float" | "currency" | "percentage" if !shows_digits(text, &self.value) => self.value.clone(),
            _ => text.to_owned(),
        }
    }
}

/// Whether the text shows a whole number digit by digit, possibly with leading zeros and with separators of telephone
/// numbers.
fn shows_digits(text: &str, value: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '\u{a0}');
    !value.is_empty() && text.chars().all(is_plain) && digits.trim_start_matches('0') == value.trim_start_matches('0')
}

#[cfg(test)]
#[path = "ods_tests.rs"]
mod tests;
