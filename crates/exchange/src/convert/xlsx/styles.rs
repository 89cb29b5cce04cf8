//! The number formats of a workbook's cell styles.

use super::number_format::NumberFormat;
use crate::convert::xml::{Xml, attribute};
use crate::open::{OpenError, Refusal};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::BufRead;

/// Styles that are kept; spreadsheets write at most 65,490.
const MOST_STYLES: usize = 65_536;
/// Limits of the custom formats that are kept: their number, and the bytes of each.
const MOST_FORMATS: usize = 16_384;
const LONGEST_FORMAT: usize = 1024;

/// The number format of each style.
pub struct Styles {
    formats: Vec<NumberFormat>,
    /// The index into `formats` of each style.
    of_style: Vec<u16>,
}

/// Builds the styles while they are read one by one.
pub struct StyleList {
    styles: Styles,
    /// The custom formats of the workbook, by their ids.
    own: HashMap<u32, NumberFormat>,
    /// The index into `formats` of each format id.
    places: HashMap<u32, u16>,
}

impl StyleList {
    pub fn new() -> Self {
        Self {
            styles: Styles::none(),
            own: HashMap::new(),
            places: HashMap::new(),
        }
    }

    /// Adds a custom format of the workbook.
    pub fn add_format(&mut self, id: u32, code: &str) {
        if self.own.len() < MOST_FORMATS && code.len() <= LONGEST_FORMAT {
            self.own.insert(id, NumberFormat::parse(code));
        }
    }

    /// Adds the next style, given the id of its format.
    pub fn add_style(&mut self, id: u32) {
        if self.styles.of_style.len() == MOST_STYLES {
            return;
        }
        let (own, formats) = (&self.own, &mut self.styles.formats);
        let place = *self.places.entry(id).or_insert_with(|| {
            let format = own.get(&id).cloned().unwrap_or_else(|| NumberFormat::built_in(id));
            formats.push(format);
            u16::try_from(formats.len() - 1).unwrap_or(0)
        });
        self.styles.of_style.push(place);
    }

    pub fn finish(self) -> Styles {
        self.styles
    }
}

impl Styles {
    /// The styles of a workbook without any.
    pub fn none() -> Self {
        Self {
            formats: vec![NumberFormat::General],
            of_style: Vec::new(),
        }
    }

    /// Reads `styles.xml`.
    pub fn read<R: BufRead>(input: R) -> Result<Self, OpenError> {
        let mut xml = Xml::new(input, Refusal::Workbook);
        let mut list = StyleList::new();
        let mut in_cell_styles = false;
        loop {
            match xml.next()? {
                Event::Eof => return Ok(list.finish()),
                Event::Start(tag) if tag.local_name().as_ref() == b"cellXfs" => in_cell_styles = true,
                Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => in_cell_styles = false,
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"numFmt" => {
                        if let (Some(id), Some(code)) = (number(&tag, "numFmtId"), attribute(&tag, "formatCode")) {
                            list.add_format(id, &code);
                        }
                    }
                    b"xf" if in_cell_styles => list.add_style(number(&tag, "numFmtId").unwrap_or(0)),
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

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.trim().parse().ok()
}
