//! Texts in records: since Excel 97 in Unicode, before in the code page of the workbook.

use super::records::Records;
use crate::open::{Charset, OpenError};
use std::io::Read;

/// The encoding of a workbook's texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    Unicode,
    CodePage(Charset),
}

/// Flag: characters take two bytes rather than one.
const WIDE: u8 = 1;
/// Flag: the pronunciation follows the text.
const WITH_PRONUNCIATION: u8 = 4;
/// Flag: fonts for parts of the text follow it.
const WITH_FONTS: u8 = 8;

impl TextEncoding {
    /// Appends the next text of the current record, which has `count` characters.
    pub fn append<R: Read>(self, records: &mut Records<R>, count: usize, into: &mut String) -> Result<(), OpenError> {
        match self {
            Self::Unicode => append_unicode(records, count, into),
            Self::CodePage(charset) => {
                into.push_str(&charset.decode(records.take(count)));
                Ok(())
            }
        }
    }
}

fn append_unicode<R: Read>(records: &mut Records<R>, count: usize, into: &mut String) -> Result<(), OpenError> {
    let flags = records.u8()?;
    let fonts = match flags & WITH_FONTS {
        0 => 0,
        _ => u64::from(records.u16()?) * 4,
    };
    let pronunciation = match flags & WITH_PRONUNCIATION {
        0 => 0,
        _ => u64::from(records.u32()?),
    };
    let units = units(records, count, flags & WIDE != 0)?;
    into.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    records.skip(fonts + pronunciation)
}

/// Reads the characters of a text. Where a record ends within the text, the next record begins with a new flag for
/// their width.
fn units<R: Read>(records: &mut Records<R>, count: usize, is_wide: bool) -> Result<Vec<u16>, OpenError> {
    let mut units = Vec::new();
    let mut is_wide = is_wide;
    loop {
        let left = count - units.len();
        if is_wide {
            let pairs = records.take(left * 2).chunks_exact(2);
            units.extend(pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        } else {
            units.extend(records.take(left).iter().map(|byte| u16::from(*byte)));
        }
        if units.len() == count || !records.go_on()? {
            return Ok(units);
        }
        is_wide = records.u8()? & WIDE != 0;
    }
}
