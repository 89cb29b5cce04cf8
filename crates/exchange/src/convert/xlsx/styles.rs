//! The number formats of a workbook's cell styles.

use super::number_format::NumberFormat;
use crate::convert::xml::{Xml, attribute};
use crate::open::{OpenError, Refusal};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::BufRead;

/// Styles that are kept: spreadsheets write at most 65,490.
const MOST_STYLES: usize = 65_536;
/// Formats that are kept, and how long they may be.
const MOST_FORMATS: usize = 16_384;
const LONGEST_FORMAT: usize = 1024;

/// The number format of each style.
pub struct Styles {
    formats: Vec<NumberFormat>,
    /// Which format each style has.
    of_style: Vec<u16>,
}

impl Styles {
    /// Those of a workbook without styles.
    pub fn none() -> Self {
        Self {
            formats: vec![NumberFormat::General],
            of_style: Vec::new(),
        }
    }

    /// Reads `styles.xml`.
    pub fn read<R: BufRead>(input: R) -> Result<Self, OpenError> {
        let mut xml = Xml::new(input, Refusal::Workbook);
        let mut styles = Self::none();
        let mut own: HashMap<u32, NumberFormat> = HashMap::new();
        let mut places: HashMap<u32, u16> = HashMap::new();
        let mut in_cell_styles = false;
        loop {
            match xml.next()? {
                Event::Eof => return Ok(styles),
                Event::Start(tag) if tag.local_name().as_ref() == b"cellXfs" => in_cell_styles = true,
                Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => in_cell_styles = false,
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"numFmt" if own.len() < MOST_FORMATS => own.extend(own_format(&tag)),
                    b"xf" if in_cell_styles && styles.of_style.len() < MOST_STYLES => {
                        let id = number(&tag, "numFmtId").unwrap_or(0);
                        let place = *places.entry(id).or_insert_with(|| {
                            let format = own.get(&id).cloned().unwrap_or_else(|| NumberFormat::built_in(id));
                            styles.formats.push(format);
                            u16::try_from(styles.formats.len() - 1).unwrap_or(0)
                        });
                        styles.of_style.push(place);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// The format of a style.
    pub fn format(&self, style: usize) -> &NumberFormat {
        let place = self.of_style.get(style).copied().unwrap_or(0);
        self.formats.get(usize::from(place)).unwrap_or(&NumberFormat::General)
    }
}

fn own_format(tag: &BytesStart<'_>) -> Option<(u32, NumberFormat)> {
    let id = number(tag, "numFmtId")?;
    let code = attribute(tag, "formatCode").filter(|code| code.len() <= LONGEST_FORMAT)?;
    Some((id, NumberFormat::parse(&code)))
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.trim().parse().ok()
}
