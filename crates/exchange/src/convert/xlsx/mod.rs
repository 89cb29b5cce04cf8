//! Excel workbooks: converts a sheet into a table, with values as they are displayed.
//!
//! Everything is read in one pass and in bounded memory, whatever sizes and counts the file claims.

pub mod number_format;
pub mod shared_strings;
mod sheet;
pub mod styles;
mod text;
mod workbook;

pub use workbook::main_part;

use super::budget::Budget;
use super::row::Row;
use super::sheet_choice::{in_order, names};
use super::sheet_table::{HEAD_ROWS, SheetTable};
use super::table_source::{SourceFormat, TableSource};
use super::zip_file::ZipFile;
use crate::open::{OpenError, Refusal};
use shared_strings::SharedStrings;
use sheet::{SheetReader, Values};
use std::io::Write;
use styles::Styles;
use workbook::{Sheet, Workbook};

/// Writes a sheet as a table: the wanted one, else the first visible one with values, else the first with values. Rows
/// that are held in temporary files are counted against the budget.
pub fn convert(
    zip: &ZipFile,
    wanted: Option<&str>,
    budget: &Budget,
    out: &mut dyn Write,
) -> Result<TableSource, OpenError> {
    let workbook = Workbook::read(zip)?;
    let order = in_order(&workbook.sheets, wanted)?;
    let mut strings = match workbook.shared_strings {
        Some(part) => SharedStrings::read(zip.read(part, Refusal::Workbook)?)?,
        None => SharedStrings::none(),
    };
    let styles = match workbook.styles {
        Some(part) => Styles::read(zip.read(part, Refusal::Workbook)?)?,
        None => Styles::none(),
    };
    let mut values = Values {
        strings: &mut strings,
        styles: &styles,
        epoch: workbook.epoch,
        cut_numbers: 0,
        cut_texts: 0,
        formulas_without_value: 0,
    };
    for sheet in order {
        if write_sheet(zip, sheet, &mut values, budget, out)? {
            return Ok(TableSource {
                sheet: Some(sheet.name.clone()),
                sheets: names(&workbook.sheets),
                cut_numbers: values.cut_numbers,
                cut_texts: values.cut_texts,
                formulas_without_value: values.formulas_without_value,
                ..TableSource::new(SourceFormat::Xlsx)
            });
        }
    }
    Err(OpenError::Refused(Refusal::EmptyWorkbook))
}

/// Writes a sheet. Returns `false` and writes nothing if it has no values.
fn write_sheet(
    zip: &ZipFile,
    sheet: &Sheet,
    values: &mut Values<'_>,
    budget: &Budget,
    out: &mut dyn Write,
) -> Result<bool, OpenError> {
    let mut reader = SheetReader::new(zip.read(sheet.part, Refusal::Workbook)?, HEAD_ROWS + 1);
    let mut table = SheetTable::new(budget.clone());
    let mut row = Row::default();
    while reader.next_row(values, &mut row)? {
        table.add(&row)?;
    }
    if !table.is_filled() {
        return Ok(false);
    }
    table.write(reader.merged(), out)?;
    Ok(true)
}

#[cfg(test)]
#[path = "xlsx_tests.rs"]
mod tests;
