//! Reads the records before the sheets of a workbook: the list of sheets, the shared texts and the number formats.

use super::records::{Records, kind};
use super::text::TextEncoding;
use crate::convert::sheet_choice::ListedSheet;
use crate::convert::xlsx::number_format::Epoch;
use crate::convert::xlsx::shared_strings::SharedStrings;
use crate::convert::xlsx::styles::{StyleList, Styles};
use crate::open::{Charset, OpenError, Refusal};
use std::io::Read;

/// Sheets that are kept.
const MOST_SHEETS: usize = 65_536;
/// The record version since Excel 97, and that of Excel 5 and 95.
const SINCE_97: u16 = 0x0600;
const BEFORE_97: u16 = 0x0500;

pub struct Sheet {
    pub name: String,
    pub is_hidden: bool,
    /// The offset of its first record in the stream.
    pub offset: u64,
}

impl ListedSheet for Sheet {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_hidden(&self) -> bool {
        self.is_hidden
    }
}

/// The data that all sheets share.
pub struct Globals {
    pub sheets: Vec<Sheet>,
    pub writing: TextEncoding,
    pub epoch: Epoch,
    pub strings: SharedStrings,
    pub styles: Styles,
}

impl Globals {
    /// Reads the records up to the first sheet.
    pub fn read<R: Read>(records: &mut Records<R>) -> Result<Self, OpenError> {
        let mut globals = Self {
            sheets: Vec::new(),
            writing: writing(records)?,
            epoch: Epoch::Year1900,
            strings: SharedStrings::none(),
            styles: Styles::none(),
        };
        let mut styles = StyleList::new();
        while let Some(kind) = records.next()? {
            match kind {
                kind::END => break,
                kind::PASSWORD => return Err(OpenError::Refused(Refusal::EncryptedWorkbook)),
                kind::CODE_PAGE => {
                    let page = records.u16()?;
                    if let (TextEncoding::CodePage(_), Some(charset)) = (globals.writing, charset_of(page)) {
                        globals.writing = TextEncoding::CodePage(charset);
                    }
                }
                kind::EPOCH if records.u16()? == 1 => globals.epoch = Epoch::Year1904,
                kind::SHEET if globals.sheets.len() < MOST_SHEETS => {
                    let sheet = sheet(records, globals.writing)?;
                    globals.sheets.extend(sheet);
                }
                kind::FORMAT => {
                    let id = u32::from(records.u16()?);
                    let code = format(records, globals.writing)?;
                    styles.add_format(id, &code);
                }
                kind::STYLE => {
                    let [_, _, low, high] = records.array()?;
                    styles.add_style(u32::from(u16::from_le_bytes([low, high])));
                }
                kind::SHARED_TEXTS => globals.strings = shared_texts(records)?,
                _ => {}
            }
        }
        globals.styles = styles.finish();
        Ok(globals)
    }
}

/// Reads the first record, which tells the Excel version that wrote the workbook.
fn writing<R: Read>(records: &mut Records<R>) -> Result<TextEncoding, OpenError> {
    let begins = records.next()? == Some(kind::BEGIN);
    match records.u16()? {
        SINCE_97 if begins => Ok(TextEncoding::Unicode),
        BEFORE_97 if begins => Ok(TextEncoding::CodePage(Charset::WINDOWS_1252)),
        _ => Err(OpenError::Refused(Refusal::OldWorkbook)),
    }
}

fn charset_of(page: u16) -> Option<Charset> {
    match page {
        // Excel's own numbers for the code pages of Macintosh and Windows.
        0x8000 => Charset::from_label("macintosh"),
        0x8001 => Some(Charset::WINDOWS_1252),
        page => Charset::from_label(&format!("cp{page}")),
    }
}

/// Reads a sheet of the list. `None` for a chart or a macro.
fn sheet<R: Read>(records: &mut Records<R>, writing: TextEncoding) -> Result<Option<Sheet>, OpenError> {
    let offset = u64::from(records.u32()?);
    let [state, is_other, length] = records.array()?;
    let mut name = String::new();
    writing.append(records, usize::from(length), &mut name)?;
    let is_hidden = state & 3 != 0;
    Ok((is_other == 0).then_some(Sheet {
        name,
        is_hidden,
        offset,
    }))
}

fn format<R: Read>(records: &mut Records<R>, writing: TextEncoding) -> Result<String, OpenError> {
    let length = match writing {
        TextEncoding::Unicode => usize::from(records.u16()?),
        TextEncoding::CodePage(_) => usize::from(records.u8()?),
    };
    let mut code = String::new();
    writing.append(records, length, &mut code)?;
    Ok(code)
}

/// Reads the shared texts up to the end of their records; the count that the file claims is not trusted.
fn shared_texts<R: Read>(records: &mut Records<R>) -> Result<SharedStrings, OpenError> {
    records.skip(8)?;
    SharedStrings::collect(|into| {
        if records.rest().is_empty() && !records.go_on()? {
            return Ok(false);
        }
        let length = usize::from(records.u16()?);
        TextEncoding::Unicode.append(records, length, into)?;
        Ok(true)
    })
}
