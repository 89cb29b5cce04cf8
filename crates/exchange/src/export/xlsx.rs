//! Excel workbooks: the columns of CrystalQore CSV, with every value as text, so that a spreadsheet changes none of
//! them and they are read back exactly.
//!
//! Rows are written to a temporary file, so memory does not grow with them.

use super::Exported;
use super::crystalqore::Layout;
use super::loss::{Loss, counted};
use crate::native::CUT_TEXT;
use model::{AddressPart, Contact, Slot, TextField, VcardLine};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};
use std::io::{self, Seek, SeekFrom, Write};

/// Rows of a sheet below the header row.
const ROWS: u32 = 1_048_575;
/// Columns of the widest sheet.
const COLUMNS: usize = 16_384;
/// The longest text of a cell, in UTF-16 units.
const LONGEST: usize = 32_767;
/// The name of the first sheet; further sheets are numbered.
const SHEET: &str = "Contacts";

/// Writes contacts into a workbook.
pub struct Writer {
    book: Workbook,
    layout: Layout,
    /// The format of each column; columns formatted as text keep edited values unchanged.
    formats: Vec<Option<Format>>,
    header: Format,
    sheets: usize,
    /// The row of the current sheet that was written last; 0 is the header row.
    row: u32,
    rows: u32,
}

impl Writer {
    /// Begins a workbook with `made_at` as its creation time, in seconds since 1970.
    ///
    /// # Errors
    /// If there are more columns than a sheet can have, or no temporary file can be created.
    pub fn new(layout: Layout, made_at: i64) -> io::Result<Self> {
        Self::with_rows(layout, made_at, ROWS)
    }

    fn with_rows(layout: Layout, made_at: i64, rows: u32) -> io::Result<Self> {
        let columns = layout.slots().count();
        if columns > COLUMNS {
            return Err(io::Error::other(format!(
                "the contacts need {columns} columns, and a sheet has {COLUMNS}; export them as CSV"
            )));
        }
        let mut book = Workbook::new();
        let made_at = ExcelDateTime::from_timestamp(made_at).map_err(failed)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
        let as_text = Format::new().set_num_format("@");
        let formats = layout
            .slots()
            .map(|slot| is_code(slot).then(|| as_text.clone()))
            .collect();
        let header = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xE8_ED_F2))
            .set_border_bottom(FormatBorder::Thin);
        let mut writer = Self {
            book,
            layout,
            formats,
            header,
            sheets: 0,
            row: 0,
            rows,
        };
        writer.begin_sheet()?;
        Ok(writer)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.row = 0;
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(failed)?;
        if self.sheets == 1 {
            sheet.set_name(SHEET).map_err(failed)?;
        } else {
            sheet.set_name(format!("{SHEET} {}", self.sheets)).map_err(failed)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for ((at, slot), format) in (0_u16..).zip(self.layout.slots()).zip(&self.formats) {
            sheet.set_column_width(at, width(slot)).map_err(failed)?;
            if let Some(format) = format {
                sheet.set_column_format(at, format).map_err(failed)?;
                // Suppresses a warning mark at every number.
                let error = IgnoreError::NumberStoredAsText;
                sheet.ignore_error_range(1, at, self.rows, at, error).map_err(failed)?;
            }
        }
        for (at, name) in (0_u16..).zip(self.layout.headers()) {
            write_text(sheet, (0, at), &name, Some(&self.header))?;
        }
        Ok(())
    }

    /// Writes one contact.
    ///
    /// # Errors
    /// Errors of the temporary file.
    pub fn write(&mut self, exported: &Exported) -> io::Result<()> {
        if self.row == self.rows {
            self.begin_sheet()?;
        }
        self.row += 1;
        let sheet = self.book.worksheet_from_index(self.sheets - 1).map_err(failed)?;
        for ((at, text), format) in (0_u16..).zip(self.layout.texts(exported)).zip(&self.formats) {
            if !text.is_empty() {
                write_text(sheet, (self.row, at), &text, format.as_ref())?;
            }
        }
        Ok(())
    }

    /// Writes the workbook.
    ///
    /// # Errors
    /// Errors of the output.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        self.book.save_to_writer(&mut file).map_err(failed)?;
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut file, out)?;
        out.flush()
    }
}

fn write_text(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str, format: Option<&Format>) -> io::Result<()> {
    let cut = cut(text);
    let text = cut.as_deref().unwrap_or(text);
    let written = match format {
        Some(format) => sheet.write_string_with_format(row, column, text, format),
        None => sheet.write_string(row, column, text),
    };
    written.map(drop).map_err(failed)
}

/// Counts the values that a cell cannot hold. Single-line texts are far below the limit, but kept lines share a cell.
pub fn losses(contact: &Contact) -> Vec<(Loss, u64)> {
    let texts = std::iter::once(contact.text(TextField::Notes)).chain(contact.custom.values());
    let is_cut = |text: &&model::Text| cut(text.as_str()).is_some();
    let units = |line: &VcardLine| line.as_str().encode_utf16().count() + 1;
    let are_lines_cut = contact.vcard_lines.iter().map(units).sum::<usize>() > LONGEST + 1;
    let count = texts.filter(is_cut).count() + usize::from(are_lines_cut);
    counted([(Loss::LongTexts, count)])
}

/// Cuts a text that is too long for a cell, and adds a mark by which the importer ignores it. `None` if it fits.
fn cut(text: &str) -> Option<String> {
    // A character has at least as many UTF-8 bytes as UTF-16 units.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return None;
    }
    let mut units = 0;
    let most = LONGEST - CUT_TEXT.encode_utf16().count();
    let kept: String = text
        .chars()
        .take_while(|character| {
            units += character.len_utf16();
            units <= most
        })
        .collect();
    Some(kept + CUT_TEXT)
}

/// Whether a spreadsheet would turn values of this slot into numbers or dates when they are edited.
fn is_code(slot: &Slot) -> bool {
    match slot {
        Slot::Id | Slot::Version | Slot::Phone(_) | Slot::Birthday | Slot::Custom(_) => true,
        Slot::Address(_, part) => *part == AddressPart::ZipCode,
        _ => false,
    }
}

/// The width of a column, in characters.
fn width(slot: &Slot) -> f64 {
    match slot {
        Slot::Id | Slot::Version => 14.0,
        Slot::Email(_) | Slot::Website(_) => 30.0,
        Slot::Phone(_) => 20.0,
        Slot::Text(TextField::Notes) => 40.0,
        Slot::Text(TextField::Company) => 26.0,
        Slot::Address(_, AddressPart::Street) => 30.0,
        Slot::Address(_, AddressPart::ZipCode) | Slot::Birthday => 12.0,
        _ => 18.0,
    }
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error.to_string()),
    }
}

#[cfg(test)]
#[path = "xlsx_tests.rs"]
mod tests;
