//! Reads untrusted XML event by event, with limits for the size of an event and for the nesting depth.

use super::budget::reading_failed;
use crate::open::{OpenError, Refusal};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::{self, BufRead, Read};

/// Bytes of the longest tag or piece of text. The longest text of a spreadsheet cell takes 200 KiB.
const LONGEST: usize = 1024 * 1024;
/// The deepest nesting. Spreadsheets have eight levels, and up to twenty with drawings.
const DEEPEST: usize = 256;

/// A stream of events.
pub struct Xml<R: BufRead> {
    reader: Reader<Limited<R>>,
    buffer: Vec<u8>,
    depth: usize,
    damaged: Refusal,
}

impl<R: BufRead> Xml<R> {
    /// Reads from the start; input that is not XML is refused with `damaged`.
    pub fn new(input: R, damaged: Refusal) -> Self {
        let mut reader = Reader::from_reader(Limited { input, since: 0 });
        // Damaged files are not repaired, but the name in an end tag is not needed here.
        reader.config_mut().check_end_names = false;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            damaged,
        }
    }

    /// The next event.
    pub fn next(&mut self) -> Result<Event<'_>, OpenError> {
        self.buffer.clear();
        self.reader.get_mut().since = 0;
        let damaged = self.damaged;
        let event = self
            .reader
            .read_event_into(&mut self.buffer)
            .map_err(|error| match error {
                quick_xml::Error::Io(error) => {
                    let again = |error: &io::Error| match error.raw_os_error() {
                        Some(code) => io::Error::from_raw_os_error(code),
                        None => io::Error::from(error.kind()),
                    };
                    match std::sync::Arc::try_unwrap(error) {
                        Ok(error) => reading_failed(error, damaged),
                        Err(shared) => reading_failed(again(&shared), damaged),
                    }
                }
                _ => OpenError::Refused(damaged),
            })?;
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        match self.depth > DEEPEST {
            true => Err(OpenError::Refused(damaged)),
            false => Ok(event),
        }
    }
}

/// Input that returns an error when more than [`LONGEST`] bytes are read for one event.
struct Limited<R> {
    input: R,
    since: usize,
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        self.since += n;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.since += bytes;
        self.input.consume(bytes);
    }
}

/// Returns the value of an attribute; a namespace prefix of its name is ignored.
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut found = attributes.with_checks(false).flatten();
    let attribute = found.find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes())?;
    let text = String::from_utf8_lossy(&attribute.value);
    Some(match quick_xml::escape::unescape(&text) {
        Ok(text) => text.into_owned(),
        Err(_) => text.into_owned(),
    })
}

/// Appends the text of an event; line ends become `\n`.
pub fn append_text(event: &Event<'_>, into: &mut String) {
    match event {
        Event::Text(text) => append(text, into),
        Event::CData(text) => append(text, into),
        Event::GeneralRef(reference) => append_reference(reference, into),
        _ => {}
    }
}

fn append(bytes: &[u8], into: &mut String) {
    let text = String::from_utf8_lossy(bytes);
    match text.contains('\r') {
        true => into.push_str(&text.replace("\r\n", "\n").replace('\r', "\n")),
        false => into.push_str(&text),
    }
}

fn append_reference(reference: &BytesRef<'_>, into: &mut String) {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        into.push(character);
        return;
    }
    let name = String::from_utf8_lossy(reference);
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(text) => into.push_str(text),
        None => {
            into.push('&');
            into.push_str(&name);
            into.push(';');
        }
    }
}
