//! Reads a stream of records from decoded bytes, in batches, with the anomaly of each record.
//!
//! Decides the buffering, line numbers, record indexes and memory limits. `split.rs` splits a single record: it
//! examines one slice of memory and starts again when more bytes arrive, so it keeps no intermediate state.

use super::batch::{Anomaly, Batch, Head, Position};
use super::dialect::Dialect;
use super::split::{Extent, MARK, UnclosedQuoteCache, split};
use super::tables::Tables;
use memchr::{memchr_iter, memchr2};
use std::io::{self, Read};

/// A longer record is cut, and an open quote without closing quote within this length is treated as a plain character.
const MAX_RECORD: usize = 16 * 1024 * 1024;
/// A batch of this size is full, however few records it contains.
const BATCH_BYTES: usize = 1024 * 1024;
/// The minimum number of bytes per read.
const READ_BYTES: usize = 256 * 1024;
/// The minimum number of bytes per read if only some records are wanted.
const FEW_BYTES: usize = 8 * 1024;

/// A stream of records.
pub struct Records<R> {
    input: R,
    dialect: Dialect,
    buffer: Vec<u8>,
    /// The offset of the next record in the buffer.
    at: usize,
    ended: bool,
    /// The position of the next record.
    next: Position,
    /// Whether the rest of a cut record is being skipped.
    skipping: bool,
    /// The minimum number of bytes per read.
    read_bytes: usize,
    /// The range, relative to the next record, in which no quote closes.
    unclosed_quotes: UnclosedQuoteCache,
    /// Recognises header rows of other tables in the file.
    tables: Option<Tables>,
}

impl<R: Read> Records<R> {
    /// Reads records from decoded bytes, from their start. An Excel `sep=` line is skipped.
    pub fn new(input: R, dialect: Dialect) -> Self {
        let start = Position {
            line: 1,
            ..Position::default()
        };
        Self::reading(input, dialect, start, READ_BYTES)
    }

    /// Reads records from a position onward, in small reads. The input must be at [`Position::offset`] of the decoded
    /// text.
    pub fn from_mark(input: R, dialect: Dialect, mark: Position) -> Self {
        Self::reading(input, dialect, mark, FEW_BYTES)
    }

    fn reading(input: R, dialect: Dialect, next: Position, read_bytes: usize) -> Self {
        Self {
            input,
            dialect,
            buffer: Vec::with_capacity(2 * read_bytes),
            at: 0,
            ended: false,
            next,
            skipping: false,
            read_bytes,
            unclosed_quotes: UnclosedQuoteCache::default(),
            tables: None,
        }
    }

    /// Also recognises further tables in the file, by the header row of the first table.
    pub fn of_table(self, header: &[&str], header_row: u64) -> Self {
        Self {
            tables: Some(Tables::new(header, header_row)),
            ..self
        }
    }

    /// Reads up to `most` non-blank records, fewer if they are long, into the batch, replacing its contents. Returns
    /// false when there are no more.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn fill(&mut self, batch: &mut Batch, most: usize) -> io::Result<bool> {
        batch.clear();
        while batch.heads.len() < most && batch.bytes.len() < BATCH_BYTES && self.next_into(batch)? {}
        batch.seal(self.dialect.other_encoding);
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
            let parsed = split(&extent, &self.dialect, &mut self.unclosed_quotes, batch);
            let Some(parsed) = parsed else {
                batch.ends.truncate(cells);
                batch.bytes.truncate(bytes);
                self.read_more()?;
                continue;
            };
            if self.dialect.wrapped {
                unwrap_record(&data[..parsed.length], &self.dialect, batch, cells);
            }
            if self.dialect.numbered
                && let Some(line) = take_number(batch, cells)
            {
                self.next.line = line;
            }
            let marked = drop_mark(batch, cells) || parsed.marked;
            let shape = Shape::new(batch, cells);
            if let Some(tables) = &self.tables
                && self.next.index > tables.header_row
            {
                let apart = marked || self.next.notes_follow;
                if let Some(other) = tables.begins_table(batch, cells, apart) {
                    self.next.other_table = other;
                }
            }
            let head = Head {
                mark: self.next,
                first_cell: cells,
                cells: batch.ends.len() - cells,
                anomaly: parsed.anomaly,
                lone: self.next.notes_follow && shape == Shape::Single && !self.dialect.spaced,
            };
            if !self.dialect.numbered {
                self.next.line += lines_in(&data[..parsed.length], &self.dialect);
            }
            self.pass(parsed.length);
            self.skipping = parsed.anomaly == Some(Anomaly::TooLong);
            let blank = head.cells == 1 && shape == Shape::Blank;
            let hint = self.next.index == 0 && self.dialect.sep_line && head.cells <= 2;
            self.next.index += 1;
            if blank || hint {
                self.next.notes_follow = blank;
                batch.ends.truncate(cells);
                batch.bytes.truncate(bytes);
                continue;
            }
            self.next.notes_follow = head.lone || shape == Shape::Blank;
            batch.heads.push(head);
            return Ok(true);
        }
    }

    /// Reads more bytes after those in the buffer: at least as many as it holds, so that a long record is examined only
    /// a few times. Returns false at the end of the input.
    fn read_more(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let have = self.buffer.len();
        let want = self.read_bytes.max(have).min(MAX_RECORD) as u64;
        let got = (&mut self.input).take(want).read_to_end(&mut self.buffer)?;
        self.ended = (got as u64) < want;
        Ok(got > 0)
    }

    /// Advances by `length` bytes.
    fn pass(&mut self, length: usize) {
        self.at += length;
        self.next.offset += length as u64;
        self.unclosed_quotes.pass(length);
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

/// Which cells of a record are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// No cell.
    Blank,
    /// Only the first cell.
    Single,
    Ordinary,
}

impl Shape {
    /// Returns the shape of the last record of the batch, whose cells begin at `cells`.
    fn new(batch: &Batch, cells: usize) -> Self {
        let is_blank = |at: usize| batch.cell_bytes(at).iter().all(|b| b.is_ascii_whitespace() || *b == 0);
        match (is_blank(cells), (cells + 1..batch.ends.len()).all(is_blank)) {
            (true, true) => Self::Blank,
            (false, true) => Self::Single,
            _ => Self::Ordinary,
        }
    }
}

/// Removes the leading number from a record of a converted table: the line in its source. A record without further
/// cells keeps an empty one.
fn take_number(batch: &mut Batch, cells: usize) -> Option<u64> {
    let number = std::str::from_utf8(batch.cell_bytes(cells)).ok()?.parse().ok()?;
    let begin = batch.begin_of(cells);
    if batch.ends.len() == cells + 1 {
        batch.ends.truncate(cells);
        batch.bytes.truncate(begin);
        batch.end_cell();
        return Some(number);
    }
    let taken = batch.ends[cells] + 1 - begin;
    batch.bytes.drain(begin..begin + taken);
    batch.ends.remove(cells);
    for end in &mut batch.ends[cells..] {
        *end -= taken;
    }
    Some(number)
}

/// Removes a byte order mark inside the quotes of a record's first cell.
fn drop_mark(batch: &mut Batch, cells: usize) -> bool {
    if !batch.cell_bytes(cells).starts_with(MARK) {
        return false;
    }
    let begin = batch.begin_of(cells);
    batch.bytes.drain(begin..begin + MARK.len());
    for end in &mut batch.ends[cells..] {
        *end -= MARK.len();
    }
    true
}

/// Splits a record that is enclosed in quotes as a whole a second time.
fn unwrap_record(data: &[u8], dialect: &Dialect, batch: &mut Batch, cells: usize) {
    let data = data.strip_prefix(MARK).unwrap_or(data);
    if batch.ends.len() != cells + 1 || data.first() != Some(&dialect.quote) {
        return;
    }
    let begin = batch.begin_of(cells);
    let inside = batch.bytes[begin..batch.ends[cells]].to_vec();
    batch.ends.truncate(cells);
    batch.bytes.truncate(begin);
    let mut at = 0;
    while at < inside.len() {
        let extent = Extent {
            data: &inside[at..],
            ended: true,
            too_long: false,
        };
        match split(&extent, dialect, &mut UnclosedQuoteCache::default(), batch) {
            Some(parsed) if parsed.length > 0 => at += parsed.length,
            _ => break,
        }
    }
    if batch.ends.len() == cells {
        batch.end_cell();
    }
}

/// Counts line breaks; CR LF is one.
fn lines_in(data: &[u8], dialect: &Dialect) -> u64 {
    let mut breaks = memchr_iter(b'\n', data).count();
    if dialect.cr_ends_record {
        let lone = |at: &usize| data.get(at + 1) != Some(&b'\n');
        breaks += memchr_iter(b'\r', data).filter(lone).count();
    }
    breaks as u64
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
