//! Old Excel workbooks (`.xls` of Excel 5 to 2003): converts a sheet into a table, with values as they are displayed.
//!
//! A workbook is a stream of records in a compound file. It is read record by record, so memory does not grow with
//! what a sheet holds or claims to hold.

mod globals;
mod records;
mod sheet;
mod text;

use super::budget::Budget;
use super::row::Row;
use super::sheet_choice::{in_order, names};
use super::sheet_table::SheetTable;
use super::table_source::{SourceFormat, TableSource};
use crate::open::{OpenError, Refusal};
use cfb::{CompoundFile, Stream};
use globals::{Globals, Sheet};
use records::Records;
use sheet::SheetReader;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

/// Bytes of the largest workbook. The lists of sectors and streams of a compound file are kept in memory, and an
/// untrusted file may consist of nothing else.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The names of a workbook's stream: since Excel 97, and before.
const STREAMS: [&str; 2] = ["Workbook", "Book"];

/// Writes a sheet as a table: the wanted one, else the first visible one with values, else the first with values. Rows
/// that are held in temporary files are counted against the budget.
pub fn convert(
    file: File,
    wanted: Option<&str>,
    budget: &Budget,
    out: &mut dyn Write,
) -> Result<TableSource, OpenError> {
    if file.metadata()?.len() > LARGEST {
        return Err(OpenError::Refused(Refusal::LargeOldWorkbook { most: LARGEST }));
    }
    let damaged = |_| OpenError::Refused(Refusal::OldWorkbook);
    let mut compound = CompoundFile::open(file).map_err(damaged)?;
    let name = STREAMS.into_iter().find(|name| compound.is_stream(name));
    let name = name.ok_or(OpenError::Refused(Refusal::OldWorkbook))?;
    let mut stream = compound.open_stream(name).map_err(damaged)?;
    let mut globals = Globals::read(&mut Records::new(&mut stream))?;
    let sheets = std::mem::take(&mut globals.sheets);
    let mut source = TableSource::new(SourceFormat::Xls);
    for sheet in in_order(&sheets, wanted)? {
        if write_sheet(&mut stream, sheet, &mut globals, (budget, out), &mut source)? {
            source.sheet = Some(sheet.name.clone());
            source.sheets = names(&sheets);
            return Ok(source);
        }
    }
    Err(OpenError::Refused(Refusal::EmptyWorkbook))
}

/// Writes a sheet. Returns `false` and writes nothing if it has no values.
fn write_sheet(
    stream: &mut Stream<File>,
    sheet: &Sheet,
    globals: &mut Globals,
    (budget, out): (&Budget, &mut dyn Write),
    source: &mut TableSource,
) -> Result<bool, OpenError> {
    // An offset beyond the end of the stream results in an empty sheet.
    let at = sheet.offset.min(stream.len());
    stream.seek(SeekFrom::Start(at))?;
    let mut reader = SheetReader::new(Records::new(stream), globals);
    let mut table = SheetTable::new(budget.clone());
    let mut row = Row::default();
    while reader.next_row(&mut row)? {
        table.add(&row)?;
    }
    source.cut_numbers += reader.cut_numbers;
    source.cut_texts += reader.cut_texts;
    if !table.is_filled() {
        return Ok(false);
    }
    table.write(reader.merged(), out)?;
    Ok(true)
}

#[cfg(test)]
#[path = "xls_tests.rs"]
mod tests;
