//! A stream of records from decoded bytes, in batches, with what is odd about each.
//!
//! Owns the buffer, lines and numbers, and the limits of memory. How one record is split is in `split.rs`: it is looked
//! at in one slice of memory and begins anew when more bytes arrive, so there is no state to be in between.

use super::Dialect;
use super::split::{Barren, Extent, split};
use memchr::{memchr_iter, memchr2};
use std::io::{self, Read};

/// A record longer than this is cut, and an open quote that reaches so far is taken for a plain character.
const MAX_RECORD: usize = 16 * 1024 * 1024;
/// A batch that holds so much is full, however few records it has.
const BATCH_BYTES: usize = 1024 * 1024;
/// The least number of bytes asked for at once.
const READ_BYTES: usize = 256 * 1024;
/// The same where only some records are wanted.
const FEW_BYTES: usize = 8 * 1024;

/// Something unusual about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A value opens a quote that never closes.
    UnclosedQuote,
    /// A value holds bytes that are no text in the file's encoding.
    BadBytes,
    /// The record is longer than 16 MiB and was cut.
    TooLong,
}

/// What is known of a record beside its cells.
#[derive(Clone, Copy, Debug)]
struct Head {
    mark: Mark,
    first_cell: usize,
    cells: usize,
    oddity: Option<Oddity>,
    /// Whether it is one of the single cells that follow a blank line.
    lone: bool,
}

/// Where a record begins, and what of the records before it matters: enough to read it again without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Its first byte in the decoded text, from 0.
    pub offset: u64,
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its number among all records, blank lines counted, from 0.
    pub index: u64,
    /// Whether a single cell would be a note here, because a blank line or a note comes before.
    pub notes_follow: bool,
}

/// Many records in one piece of memory, to be handed from thread to thread and used again.
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    pub(super) bytes: Vec<u8>,
    /// Where each cell ends.
    ends: Vec<usize>,
    heads: Vec<Head>,
}

/// One record of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    batch: &'a Batch,
    head: &'a Head,
}

impl Batch {
    fn clear(&mut self) {
        self.bytes = std::mem::take(&mut self.text).into_bytes();
        self.bytes.clear();
        self.ends.clear();
        self.heads.clear();
    }

    /// The records.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.heads.iter().map(|head| Record { batch: self, head })
    }

    /// One of the records, by its place in the batch.
    pub fn record(&self, at: usize) -> Option<Record<'_>> {
        self.heads.get(at).map(|head| Record { batch: self, head })
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// How many bytes its cells take.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a record that has the place of another one and these cells.
    pub(crate) fn add_changed<'c>(&mut self, original: Record<'_>, cells: impl Iterator<Item = &'c str>) {
        self.bytes = std::mem::take(&mut self.text).into_bytes();
        let first_cell = self.ends.len();
        for cell in cells {
            self.bytes.extend_from_slice(cell.as_bytes());
            self.end_cell();
        }
        self.heads.push(Head {
            first_cell,
            cells: self.ends.len() - first_cell,
            ..*original.head
        });
        self.seal();
    }

    /// Ends the cell whose bytes were just added. A line break stands between cells, so that the last byte of one and the
    /// first of the next never make a character together.
    pub(super) fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
        self.bytes.push(b'\n');
    }

    /// Where a cell begins.
    fn begin_of(&self, cell: usize) -> usize {
        if cell == 0 { 0 } else { self.ends[cell - 1] + 1 }
    }

    /// Makes text of the bytes. Records with bytes that are no text are marked and get replacement characters.
    fn seal(&mut self) {
        match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => self.text = text,
            Err(error) => self.seal_with_repairs(&error.into_bytes()),
        }
    }

    fn seal_with_repairs(&mut self, bytes: &[u8]) {
        let mut text = String::with_capacity(bytes.len() + 64);
        let mut from = 0;
        for head in &mut self.heads {
            for end in &mut self.ends[head.first_cell..head.first_cell + head.cells] {
                let cell = &bytes[from..*end];
                from = *end + 1;
                match std::str::from_utf8(cell) {
                    Ok(cell) => text.push_str(cell),
                    Err(_) => {
                        text.push_str(&String::from_utf8_lossy(cell));
                        head.oddity = Some(Oddity::BadBytes);
                    }
                }
                *end = text.len();
                text.push('\n');
            }
        }
        self.text = text;
    }
}

impl<'a> Record<'a> {
    /// The line it begins on, from 1.
    pub fn line(self) -> u64 {
        self.head.mark.line
    }

    /// Its number among all records, blank lines counted, from 0.
    pub fn index(self) -> u64 {
        self.head.mark.index
    }

    /// Where it begins.
    pub fn mark(self) -> Mark {
        self.head.mark
    }

    /// What was odd about it.
    pub fn oddity(self) -> Option<Oddity> {
        self.head.oddity
    }

    /// Whether it has a single cell and follows a blank line, perhaps behind others of its kind: a note below a table.
    pub fn is_lone(self) -> bool {
        self.head.lone
    }

    /// All cells in one, with line breaks between them.
    pub fn text(self) -> &'a str {
        let from = if self.head.first_cell == 0 {
            0
        } else {
            self.batch.ends[self.head.first_cell - 1]
        };
        let end = self.batch.ends[self.head.first_cell + self.head.cells - 1];
        self.batch.text.get(from..end).unwrap_or_default()
    }

    /// How many cells it has.
    pub fn len(self) -> usize {
        self.head.cells
    }

    /// Whether it has no cells. A record has at least one.
    pub fn is_empty(self) -> bool {
        self.head.cells == 0
    }

    /// A cell; none behind the record's end.
    pub fn get(self, column: usize) -> Option<&'a str> {
        if column >= self.head.cells {
            return None;
        }
        let at = self.head.first_cell + column;
        self.batch.text.get(self.batch.begin_of(at)..self.batch.ends[at])
    }

    /// The cells.
    pub fn cells(self) -> impl Iterator<Item = &'a str> {
        (0..self.head.cells).map(move |i| self.get(i).unwrap_or_default())
    }
}

/// A stream of records.
pub struct Records<R> {
    input: R,
    dialect: Dialect,
    buffer: Vec<u8>,
    /// Where the next record begins in the buffer.
    at: usize,
    ended: bool,
    /// Where the next record begins.
    next: Mark,
    /// Whether the rest of a cut record is being passed over.
    skipping: bool,
    /// How many bytes to ask for at once.
    read_bytes: usize,
    /// Where no quote closes, seen from the next record.
    barren: Barren,
}

impl<R: Read> Records<R> {
    /// Reads records from decoded bytes, from their start. An Excel `sep=` line is passed over.
    pub fn new(input: R, dialect: Dialect) -> Self {
        let start = Mark {
            line: 1,
            ..Mark::default()
        };
        Self::reading(input, dialect, start, READ_BYTES)
    }

    /// Reads records from one in the middle on, few at a time. The input must stand at [`Mark::offset`] of the decoded text.
    pub fn from_mark(input: R, dialect: Dialect, mark: Mark) -> Self {
        Self::reading(input, dialect, mark, FEW_BYTES)
    }

    fn reading(input: R, dialect: Dialect, next: Mark, read_bytes: usize) -> Self {
        Self {
            input,
            dialect,
            buffer: Vec::with_capacity(2 * read_bytes),
            at: 0,
            ended: false,
            next,
            skipping: false,
            read_bytes,
            barren: Barren::default(),
        }
    }

    /// Reads up to `most` non-blank records, fewer if they are long, into the batch, replacing what it held. False when
    /// there are no more.
    ///
    /// # Errors
    /// What the input says.
    pub fn fill(&mut self, batch: &mut Batch, most: usize) -> io::Result<bool> {
        batch.clear();
        while batch.heads.len() < most && batch.bytes.len() < BATCH_BYTES && self.next_into(batch)? {}
        batch.seal();
        Ok(!batch.is_empty())
    }

    /// Appends the next non-blank record.
    fn next_into(&mut self, batch: &mut Batch) -> io::Result<bool> {
        loop {
            if self.skipping && !self.skip_to_line_end()? {
                return Ok(false);
            }
            if self.at == self.buffer.len() && (self.ended || !self.read_more()?) {
                return Ok(false);
            }
            let (cells, bytes) = (batch.ends.len(), batch.bytes.len());
            let data = &self.buffer[self.at..];
            let too_long = data.len() >= MAX_RECORD;
            let extent = Extent {
                data,
                ended: self.ended,
                too_long,
            };
            let parsed = split(&extent, &self.dialect, &mut self.barren, batch);
            let Some(parsed) = parsed else {
                batch.ends.truncate(cells);
                batch.bytes.truncate(bytes);
                self.read_more()?;
                continue;
            };
            let head = Head {
                mark: self.next,
                first_cell: cells,
                cells: batch.ends.len() - cells,
                oddity: parsed.oddity,
                lone: self.next.notes_follow && batch.ends.len() - cells == 1,
            };
            self.next.line += lines_in(&data[..parsed.length], &self.dialect);
            self.pass(parsed.length);
            self.skipping = parsed.oddity == Some(Oddity::TooLong);
            let blank = head.cells == 1 && batch.bytes[bytes..].iter().all(|b| b.is_ascii_whitespace() || *b == 0);
            let hint = self.next.index == 0 && self.dialect.sep_line && head.cells <= 2;
            self.next.index += 1;
            if blank || hint {
                self.next.notes_follow = blank;
                batch.ends.truncate(cells);
                batch.bytes.truncate(bytes);
                continue;
            }
            self.next.notes_follow = head.lone;
            batch.heads.push(head);
            return Ok(true);
        }
    }

    /// Reads more bytes behind those in hand: at least as many as there are, so that a long record is looked at a few
    /// times only. False at the end of the input.
    fn read_more(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let have = self.buffer.len();
        let want = self.read_bytes.max(have).min(MAX_RECORD) as u64;
        let got = (&mut self.input).take(want).read_to_end(&mut self.buffer)?;
        self.ended = (got as u64) < want;
        Ok(got > 0)
    }

    /// Goes on behind so many bytes.
    fn pass(&mut self, length: usize) {
        self.at += length;
        self.next.offset += length as u64;
        self.barren.pass(length);
    }

    fn skip_to_line_end(&mut self) -> io::Result<bool> {
        loop {
            let data = &self.buffer[self.at..];
            let (length, found) = match memchr2(b'\n', b'\r', data) {
                Some(end) => (end, true),
                None => (data.len(), false),
            };
            self.pass(length);
            if found {
                self.skipping = false;
                return Ok(true);
            }
            if self.ended || !self.read_more()? {
                return Ok(false);
            }
        }
    }
}

fn lines_in(data: &[u8], dialect: &Dialect) -> u64 {
    memchr_iter(if dialect.cr_ends_record { b'\r' } else { b'\n' }, data).count() as u64
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
