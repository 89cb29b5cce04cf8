//! Splits a file into cards, and a card into its lines, even if they are malformed.
//!
//! A card extends from `BEGIN:VCARD` to its `END:VCARD`, or to the next `BEGIN` if the end is missing. Memory does not
//! grow with the size of a card: large pictures are left out while they are read, and a card that is too long is cut.

use super::lines::{FileLine, FileLines};
use super::property::CardLine;
use std::io;

/// The most bytes of a card without its pictures. Its row must fit in a record.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// Bytes that are counted for each line besides its text: many short lines take memory, too.
const PER_LINE: usize = 128;

/// The most bytes that are kept of a line with a sound, a key or similar.
pub const LARGEST_BINARY: usize = 4 * 1024;

/// The most bytes that are kept of a line with a contact's picture. This fits in a cell of a workbook, and contacts
/// stay small enough to be read by the thousand.
pub const LARGEST_PICTURE: usize = 30 * 1024;

/// The deepest nesting of cards within cards (`AGENT`).
const DEEPEST: usize = 8;

/// A defect of a card as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardDefect {
    /// It has no `END:VCARD`.
    NoEnd,
    /// It is larger than [`LARGEST`] and was cut.
    TooLarge,
    /// It has a line that is not a property; its text is added to the line before.
    NoProperty(u64),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardLines {
    /// The line of its `BEGIN:VCARD`.
    pub line: u64,
    /// The lines of its properties, without their folds.
    pub lines: Vec<CardLine>,
    /// Its defects; of several lines that are not properties, only the first.
    pub oddities: Vec<CardDefect>,
    /// The bytes of its lines, including `PER_LINE` for each.
    size: usize,
}

/// Reads the cards of a file.
pub struct Cards {
    lines: FileLines,
    /// A line that was read ahead and belongs to the next card.
    next: Option<FileLine>,
    /// The number of lines with text outside of cards.
    pub outside: u64,
}

impl Cards {
    pub fn new(lines: FileLines) -> Self {
        Self {
            lines,
            next: None,
            outside: 0,
        }
    }

    fn next_line(&mut self) -> io::Result<Option<FileLine>> {
        match self.next.take() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    /// Reads the next card. `None` at the end of the file.
    pub fn next(&mut self) -> io::Result<Option<CardLines>> {
        while let Some(line) = self.next_line()? {
            if line.is("BEGIN:VCARD") {
                return self.rest_of_card(line.number).map(Some);
            }
            self.outside += u64::from(!line.is_blank());
        }
        Ok(None)
    }

    fn rest_of_card(&mut self, begin: u64) -> io::Result<CardLines> {
        let mut card = CardLines {
            line: begin,
            ..CardLines::default()
        };
        while let Some(line) = self.next_line()? {
            if line.is("END:VCARD") {
                card.settle();
                return Ok(card);
            }
            if line.is("BEGIN:VCARD") && !line.is_indented() {
                card.settle();
                if !card.ends_with_agent() {
                    self.next = Some(line);
                    break;
                }
                self.take_agent(&mut card)?;
                continue;
            }
            card.add(&line);
            if card.ends_with_inline_agent() {
                self.take_agent(&mut card)?;
            }
        }
        card.settle();
        card.oddities.push(CardDefect::NoEnd);
        Ok(card)
    }

    /// Takes a card within a card as the value of the preceding line, in the form of vCard 3.0.
    fn take_agent(&mut self, card: &mut CardLines) -> io::Result<()> {
        let Some(mut agent) = card.lines.pop() else {
            return Ok(());
        };
        let value = agent.head().len() + 1;
        agent.bytes.truncate(value);
        agent.bytes.extend_from_slice(b"BEGIN:VCARD\\n");
        let mut depth = 1;
        while let Some(line) = self.next_line()? {
            if line.is("BEGIN:VCARD") {
                depth += 1;
            }
            if depth > DEEPEST {
                self.next = Some(line);
                break;
            }
            let text = escaped_bytes(line.bytes.trim_ascii());
            if agent.bytes.len() + text.len() < LARGEST_BINARY {
                agent.bytes.extend_from_slice(&text);
                agent.bytes.extend_from_slice(b"\\n");
            } else {
                agent.left_out += text.len();
            }
            if line.is("END:VCARD") {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        card.size += agent.bytes.len();
        card.lines.push(agent);
        Ok(())
    }
}

/// Returns the most bytes that are kept of a line with this beginning if its value is binary.
fn most_of(begin: &[u8]) -> usize {
    let end = begin.iter().position(|byte| matches!(byte, b';' | b':'));
    let name = &begin[..end.unwrap_or(begin.len())];
    let is_picture = name
        .rsplit(|byte| *byte == b'.')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(b"PHOTO"));
    if is_picture { LARGEST_PICTURE } else { LARGEST_BINARY }
}

fn escaped_bytes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for byte in text {
        if matches!(byte, b'\\' | b',' | b';') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

impl CardLines {
    /// The bytes that its lines take in memory.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Returns the value of the last line if that is an `AGENT`.
    fn agent(&self) -> Option<&[u8]> {
        let last = self.lines.last()?;
        let is_agent = last.bytes.get(..5)?.eq_ignore_ascii_case(b"AGENT");
        is_agent.then(|| last.bytes.get(last.head().len() + 1..).unwrap_or_default().trim_ascii())
    }

    fn ends_with_agent(&self) -> bool {
        self.agent().is_some_and(<[u8]>::is_empty)
    }

    fn ends_with_inline_agent(&self) -> bool {
        self.agent()
            .is_some_and(|value| value.eq_ignore_ascii_case(b"BEGIN:VCARD"))
    }

    /// Adds a line of the file: a new property, or a continuation of the last one.
    fn add(&mut self, line: &FileLine) {
        if self.oddities.contains(&CardDefect::TooLarge) {
            return;
        }
        if let Some(last) = self.lines.last_mut() {
            if last.bytes.ends_with(b"=") && last.is_quoted_printable() {
                last.bytes.pop();
                return self.join(&line.bytes, line.length);
            }
            if line.is_indented() {
                return self.join(&line.bytes[1..], line.length - 1);
            }
        }
        if !line.is_blank() {
            self.settle();
            self.begin_line(line.number);
            self.join(&line.bytes, line.length);
        }
    }

    fn begin_line(&mut self, number: u64) {
        if self.size + PER_LINE > LARGEST {
            return self.note(CardDefect::TooLarge);
        }
        self.size += PER_LINE;
        self.lines.push(CardLine {
            number,
            ..CardLine::default()
        });
    }

    /// Completes the last line: if it has no colon, it is not a property, and its text is added to the line before it.
    fn settle(&mut self) {
        if self.oddities.contains(&CardDefect::TooLarge) {
            return;
        }
        let Some(last) = self.lines.pop_if(|last| !last.bytes.contains(&b':')) else {
            return;
        };
        self.size -= last.bytes.len() + PER_LINE;
        let text = last.bytes.trim_ascii();
        let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        match self.lines.last() {
            Some(before) if before.is_base64() && text.iter().all(in_base64) => self.join(text, text.len()),
            Some(_) => {
                self.note(CardDefect::NoProperty(last.number));
                self.join(b"\\n", 2);
                self.join(text, text.len());
            }
            None => {
                self.note(CardDefect::NoProperty(last.number));
                self.begin_line(last.number);
                self.join(b"NOTE:", 5);
                self.join(text, text.len());
            }
        }
    }

    fn note(&mut self, anomaly: CardDefect) {
        let same = |known: &CardDefect| std::mem::discriminant(known) == std::mem::discriminant(&anomaly);
        if !self.oddities.iter().any(same) {
            self.oddities.push(anomaly);
        }
    }

    /// Adds bytes to the last line; `length` is the number of bytes in the file.
    fn join(&mut self, bytes: &[u8], length: usize) {
        let Some(last) = self.lines.last_mut() else { return };
        if last.left_out > 0 {
            last.left_out += length;
            return;
        }
        let before = last.bytes.len();
        let most = most_of(if last.bytes.is_empty() { bytes } else { &last.bytes });
        if before <= most && before + length > most {
            let head = bytes.len().min(LARGEST_BINARY);
            let mut begin = CardLine {
                bytes: last.bytes.clone(),
                ..CardLine::default()
            };
            // The beginning of a line shows whether it is binary.
            begin.bytes.extend_from_slice(&bytes[..head]);
            if begin.is_binary() {
                let value = begin.head().len() + 1;
                last.left_out = (before + length).saturating_sub(value);
                self.size -= before;
                last.bytes = begin.bytes;
                last.bytes.truncate(value);
                self.size += last.bytes.len();
                return;
            }
        }
        if length > bytes.len() || self.size + bytes.len() > LARGEST {
            return self.note(CardDefect::TooLarge);
        }
        last.bytes.extend_from_slice(bytes);
        self.size += bytes.len();
    }
}

#[cfg(test)]
#[path = "cards_tests.rs"]
mod tests;
