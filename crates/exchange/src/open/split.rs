//! Splits one record off the front of the bytes, however malformed it is.
//!
//! The splitter never fails: a quote that never closes, a quote inside a value or a record without end is read in the
//! most likely way, and the anomaly is recorded. `records.rs` decides where the bytes come from and how many are read.

use super::batch::{Anomaly, Batch};
use super::dialect::Dialect;
use memchr::{memchr, memchr2, memchr3, memrchr};

/// The byte order mark of UTF-8.
pub const MARK: &[u8] = "\u{feff}".as_bytes();

/// A record that was split off: its length in bytes including the line end, and its anomaly.
pub struct Split {
    pub length: usize,
    /// Whether a byte order mark preceded it, as in the middle of concatenated files.
    pub marked: bool,
    pub anomaly: Option<Anomaly>,
}

/// What ends a cell.
enum CellEnd {
    /// The delimiter; the next cell begins at this offset.
    Next(usize),
    /// The record's end; the next record begins at this offset.
    Record(usize),
    /// More bytes are needed to tell.
    Unknown,
}

/// The bytes available.
pub struct Extent<'a> {
    pub data: &'a [u8],
    /// Whether the file ends after them.
    pub ended: bool,
    /// Whether they exceed the maximum length of a record, so that no more are read.
    pub too_long: bool,
}

/// Splits one record off the front and appends its cells to the batch. `None` if more bytes are needed.
pub fn split(
    extent: &Extent<'_>,
    dialect: &Dialect,
    unclosed_quotes: &mut UnclosedQuoteCache,
    batch: &mut Batch,
) -> Option<Split> {
    let Extent { data, ended, too_long } = *extent;
    if data.len() < MARK.len() && MARK.starts_with(data) && !ended {
        return None;
    }
    // A quote after a byte order mark is treated as a quote.
    let marked = data.starts_with(MARK);
    let mut at = if marked { MARK.len() } else { 0 };
    let mut anomaly = None;
    loop {
        let end = match quoted_cell(extent, at, dialect, unclosed_quotes, batch) {
            Quoted::Cell(end) => end,
            Quoted::None => plain_cell(data, at, ended, dialect, batch),
            Quoted::NeverCloses => {
                anomaly = Some(Anomaly::UnclosedQuote);
                plain_cell(data, at, ended, dialect, batch)
            }
        };
        match end {
            CellEnd::Next(next) => at = next,
            CellEnd::Record(length) => {
                return Some(Split {
                    length,
                    marked,
                    anomaly,
                });
            }
            CellEnd::Unknown if too_long => {
                batch.bytes.extend_from_slice(&data[at..]);
                batch.end_cell();
                return Some(Split {
                    length: data.len(),
                    marked,
                    anomaly: Some(Anomaly::TooLong),
                });
            }
            CellEnd::Unknown => return None,
        }
    }
}

/// Reads a cell without quotes, from `at`.
fn plain_cell(data: &[u8], at: usize, ended: bool, dialect: &Dialect, batch: &mut Batch) -> CellEnd {
    let mut scan = at;
    loop {
        let Some(stop) = memchr3(dialect.delimiter, b'\n', b'\r', &data[scan..]).map(|i| scan + i) else {
            if !ended {
                return CellEnd::Unknown;
            }
            batch.bytes.extend_from_slice(&data[at..]);
            batch.end_cell();
            return CellEnd::Record(data.len());
        };
        let end = end_at(data, stop, ended, dialect);
        if let Some(end) = end {
            if !matches!(end, CellEnd::Unknown) {
                batch.bytes.extend_from_slice(&data[at..stop]);
                batch.end_cell();
            }
            return end;
        }
        // A lone CR that does not end records is part of the value.
        scan = stop + 1;
    }
}

/// What the byte at `stop` ends; `None` if it ends nothing.
fn end_at(data: &[u8], stop: usize, ended: bool, dialect: &Dialect) -> Option<CellEnd> {
    match data[stop] {
        b if b == dialect.delimiter => Some(CellEnd::Next(stop + 1)),
        b'\n' => Some(CellEnd::Record(stop + 1)),
        b'\r' => {
            // Text written twice through a text-mode stream ends its lines with CR CR LF.
            let mut next = stop + 1;
            while data.get(next) == Some(&b'\r') && !dialect.cr_ends_record {
                next += 1;
            }
            match data.get(next) {
                Some(b'\n') => Some(CellEnd::Record(next + 1)),
                None if !ended => Some(CellEnd::Unknown),
                None => Some(CellEnd::Record(next)),
                Some(_) if dialect.cr_ends_record => Some(CellEnd::Record(stop + 1)),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// How an attempt to read a quoted cell ended.
enum Quoted {
    /// The quoted cell was read, or needs more bytes.
    Cell(CellEnd),
    /// The cell does not begin with a quote.
    None,
    /// The cell begins with a quote that never closes, so the quote is a plain character.
    NeverCloses,
}

fn quoted_cell(
    extent: &Extent<'_>,
    at: usize,
    dialect: &Dialect,
    unclosed_quotes: &mut UnclosedQuoteCache,
    batch: &mut Batch,
) -> Quoted {
    let Extent { data, ended, .. } = *extent;
    let blanks = data[at..].iter().take_while(|b| **b == b' ').count();
    let open = at + blanks;
    match data.get(open) {
        None if !ended => return Quoted::Cell(CellEnd::Unknown),
        Some(b) if *b == dialect.quote => {}
        _ => return Quoted::None,
    }
    match closing(extent, open, dialect, unclosed_quotes) {
        Closing::At(mark, end) => {
            push_unquoted(&data[open + 1..mark], dialect, batch);
            batch.end_cell();
            Quoted::Cell(end)
        }
        Closing::Unknown => Quoted::Cell(CellEnd::Unknown),
        Closing::Never => Quoted::NeverCloses,
    }
}

/// Where the quote that opens a cell closes.
enum Closing {
    /// At this offset; and what ends the cell after it.
    At(usize, CellEnd),
    /// Nowhere.
    Never,
    /// More bytes are needed to tell.
    Unknown,
}

/// The range of bytes that a search for a closing quote scanned in vain. A search that begins inside this range meets
/// the first one at the first quote outside its own run of quotes, and continues identically from there. Such searches
/// therefore skip the range, and a file full of quotes that never close is read in linear instead of quadratic time.
#[derive(Debug, Default)]
pub struct UnclosedQuoteCache {
    /// The opening quote of the first search.
    begin: usize,
    /// The offset from which a search continues.
    end: usize,
    /// The offset after the last line break in the range; `begin` or less if there is none.
    last_line: usize,
}

impl UnclosedQuoteCache {
    /// Shifts the range after `length` bytes at the front were consumed.
    pub fn pass(&mut self, length: usize) {
        for at in [&mut self.begin, &mut self.end, &mut self.last_line] {
            *at = at.saturating_sub(length);
        }
    }

    fn holds(&self, open: usize) -> bool {
        (self.begin..self.end).contains(&open)
    }

    /// Records that a search from `open` scanned up to `end`.
    fn grow(&mut self, data: &[u8], open: usize, end: usize) {
        if !self.holds(open) {
            *self = Self {
                begin: open,
                end: open,
                last_line: open,
            };
        }
        if end > self.end {
            if let Some(at) = memrchr(b'\n', &data[self.end..end]) {
                self.last_line = self.end + at + 1;
            }
            self.end = end;
        }
    }
}

/// Looks for the quote that closes the one at `open`.
fn closing(extent: &Extent<'_>, open: usize, dialect: &Dialect, unclosed_quotes: &mut UnclosedQuoteCache) -> Closing {
    let Extent { data, ended, too_long } = *extent;
    let is_mark = |b: u8| b == dialect.quote || Some(b) == dialect.escape;
    let own_run = open + data[open..].iter().take_while(|b| is_mark(**b)).count();
    let mut scan = open + 1;
    loop {
        if scan >= own_run && unclosed_quotes.holds(open) {
            scan = scan.max(unclosed_quotes.end);
        }
        let found = match dialect.escape {
            Some(escape) => memchr2(dialect.quote, escape, &data[scan..]),
            None => memchr(dialect.quote, &data[scan..]),
        };
        let Some(mark) = found.map(|i| scan + i) else {
            if !ended && !too_long {
                return Closing::Unknown;
            }
            unclosed_quotes.grow(data, open, data.len());
            return Closing::Never;
        };
        let next = data.get(mark + 1).copied();
        if next.is_none() && !ended {
            return Closing::Unknown;
        }
        if Some(data[mark]) == dialect.escape {
            scan = mark + if next.is_some_and(is_mark) { 2 } else { 1 };
            continue;
        }
        if next == Some(dialect.quote) {
            scan = mark + 2;
            continue;
        }
        match closing_end(data, mark + 1, ended, dialect) {
            Some(CellEnd::Unknown) => return Closing::Unknown,
            Some(end) => return Closing::At(mark, end),
            None if opens_another(data, open, mark, dialect, unclosed_quotes) => return Closing::Never,
            // A quote inside a quoted value that was not doubled.
            None => scan = mark + 1,
        }
    }
}

/// Appends the text between the quotes of a cell, with doubled and escaped quotes reduced to one.
fn push_unquoted(inside: &[u8], dialect: &Dialect, batch: &mut Batch) {
    let (mut from, mut scan) = (0, 0);
    loop {
        let found = match dialect.escape {
            Some(escape) => memchr2(dialect.quote, escape, &inside[scan..]),
            None => memchr(dialect.quote, &inside[scan..]),
        };
        let Some(mark) = found.map(|i| scan + i) else {
            batch.bytes.extend_from_slice(&inside[from..]);
            return;
        };
        let next = inside.get(mark + 1).copied();
        let is_quote = next == Some(dialect.quote);
        if Some(inside[mark]) == dialect.escape && (is_quote || next == dialect.escape) {
            batch.bytes.extend_from_slice(&inside[from..mark]);
            from = mark + 1;
            scan = mark + 2;
        } else if inside[mark] == dialect.quote && is_quote {
            batch.bytes.extend_from_slice(&inside[from..=mark]);
            from = mark + 2;
            scan = from;
        } else {
            scan = mark + 1;
        }
    }
}

/// What follows a quote that may close a cell: blanks and then the end of the cell; `None` if the quote closes nothing.
fn closing_end(data: &[u8], after: usize, ended: bool, dialect: &Dialect) -> Option<CellEnd> {
    let blanks = data[after..].iter().take_while(|b| **b == b' ').count();
    let stop = after + blanks;
    if stop >= data.len() {
        return Some(if ended {
            CellEnd::Record(data.len())
        } else {
            CellEnd::Unknown
        });
    }
    end_at(data, stop, ended, dialect)
}

/// Whether the quote at `mark` looks like the opening quote of a cell on a later line, which makes the one at `open` a
/// plain character.
fn opens_another(
    data: &[u8],
    open: usize,
    mark: usize,
    dialect: &Dialect,
    unclosed_quotes: &mut UnclosedQuoteCache,
) -> bool {
    let before = data[mark - 1];
    if before != dialect.delimiter && before != b'\n' {
        return false;
    }
    // Everything before this quote was scanned. The cache makes sure that each byte is searched for line breaks only
    // once.
    unclosed_quotes.grow(data, open, mark);
    unclosed_quotes.last_line > open
}
