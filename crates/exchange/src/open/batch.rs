//! A batch of records in one buffer, each with its anomaly.

use super::charset::Charset;
use super::utf8::Places;

/// Something unusual about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// A value opens a quote that never closes.
    UnclosedQuote,
    /// A value contains bytes that are invalid in the file's encoding.
    BadBytes,
    /// A value was not UTF-8, unlike the rest of the file, and was decoded in another encoding.
    OtherEncoding(Charset),
    /// The record is longer than 16 MiB and was cut.
    TooLong,
}

/// The data of a record apart from its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) mark: Position,
    pub(super) first_cell: usize,
    pub(super) cells: usize,
    pub(super) anomaly: Option<Anomaly>,
    /// Whether only its first cell is filled and it follows a blank line or another such record.
    pub(super) lone: bool,
}

/// Where a record begins, and the reader's state there: enough to read the record again without those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The offset of its first byte in the decoded text, from 0.
    pub offset: u64,
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its index among all records, blank lines counted, from 0.
    pub index: u64,
    /// Whether a record with a single cell would be a note here, because a blank line or a note precedes it.
    pub notes_follow: bool,
    /// Whether it belongs to another table below the first one.
    pub other_table: bool,
}

/// A batch of records in one buffer, which threads can hand over and reuse.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
    /// The offset at which each cell ends.
    pub(super) ends: Vec<usize>,
    pub(super) heads: Vec<Head>,
}

/// One record of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    batch: &'a Batch,
    head: &'a Head,
}

impl Batch {
    pub(super) fn clear(&mut self) {
        self.bytes = std::mem::take(&mut self.text).into_bytes();
        self.bytes.clear();
        self.ends.clear();
        self.heads.clear();
    }

    /// Returns an empty batch with capacity for as much text as this one holds.
    pub fn emptied(&self) -> Self {
        Self {
            text: String::with_capacity(self.text.len() + self.text.len() / 8),
            bytes: Vec::new(),
            ends: Vec::with_capacity(self.ends.len()),
            heads: Vec::with_capacity(self.heads.len()),
        }
    }

    /// The records.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.heads.iter().map(|head| Record { batch: self, head })
    }

    /// Returns the record at a position in the batch.
    pub fn record(&self, at: usize) -> Option<Record<'_>> {
        self.heads.get(at).map(|head| Record { batch: self, head })
    }

    pub fn len(&self) -> usize {
        self.heads.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The size of all cells in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a record with the position of `original` and the given cells.
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
        self.seal(None);
    }

    /// Ends the cell whose bytes were just added. Cells are separated by a line break, so that the last byte of one and
    /// the first of the next never form a character.
    pub(super) fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
        self.bytes.push(b'\n');
    }

    /// The offset at which a cell begins.
    pub(super) fn begin_of(&self, cell: usize) -> usize {
        if cell == 0 { 0 } else { self.ends[cell - 1] + 1 }
    }

    /// The bytes of a cell before they are decoded.
    pub(super) fn cell_bytes(&self, cell: usize) -> &[u8] {
        &self.bytes[self.begin_of(cell)..self.ends[cell]]
    }

    /// Turns the bytes into text. Records with bytes that are not UTF-8 are marked; their values are decoded in the
    /// other encoding, or get replacement characters.
    pub(super) fn seal(&mut self, other: Option<Charset>) {
        match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => self.text = text,
            Err(error) => self.seal_with_repairs(&error.into_bytes(), other),
        }
    }

    fn seal_with_repairs(&mut self, bytes: &[u8], other: Option<Charset>) {
        let mut text = String::with_capacity(bytes.len() + 64);
        let mut from = 0;
        for head in &mut self.heads {
            let ends = &mut self.ends[head.first_cell..head.first_cell + head.cells];
            let record = ends.last().map_or(&[][..], |end| &bytes[from..*end]);
            // In multi-byte encodings a single value may look like UTF-8 by chance; the whole record does not.
            let whole = other.filter(|other| !other.is_single_byte() && !Places::count(record).are_utf8());
            for end in ends {
                let cell = &bytes[from..*end];
                from = *end + 1;
                let alone = other.filter(|other| other.is_single_byte() && !Places::count(cell).are_utf8());
                match (std::str::from_utf8(cell), whole.or(alone)) {
                    (_, Some(other)) if !cell.is_ascii() => {
                        text.push_str(&other.decode(cell));
                        head.anomaly = head.anomaly.or(Some(Anomaly::OtherEncoding(other)));
                    }
                    (Ok(cell), _) => text.push_str(cell),
                    (Err(_), _) => {
                        text.push_str(&String::from_utf8_lossy(cell));
                        head.anomaly = Some(Anomaly::BadBytes);
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

    /// Its index among all records, blank lines counted, from 0.
    pub fn index(self) -> u64 {
        self.head.mark.index
    }

    pub fn mark(self) -> Position {
        self.head.mark
    }

    pub fn anomaly(self) -> Option<Anomaly> {
        self.head.anomaly
    }

    /// Whether only its first cell is filled and it follows a blank line or another such record: a note below a table,
    /// or a title between its parts.
    pub fn is_lone(self) -> bool {
        self.head.lone
    }

    /// Whether it belongs to another table below the first one.
    pub fn is_of_other_table(self) -> bool {
        self.head.mark.other_table
    }

    /// All cells as one text, separated by line breaks.
    pub fn text(self) -> &'a str {
        let from = if self.head.first_cell == 0 {
            0
        } else {
            self.batch.ends[self.head.first_cell - 1]
        };
        let end = self.batch.ends[self.head.first_cell + self.head.cells - 1];
        self.batch.text.get(from..end).unwrap_or_default()
    }

    /// The number of cells.
    pub fn len(self) -> usize {
        self.head.cells
    }

    /// Whether it has no cells. A record has at least one.
    pub fn is_empty(self) -> bool {
        self.head.cells == 0
    }

    /// Returns a cell; `None` beyond the record's end.
    pub fn get(self, column: usize) -> Option<&'a str> {
        if column >= self.head.cells {
            return None;
        }
        let at = self.head.first_cell + column;
        self.batch.text.get(self.batch.begin_of(at)..self.batch.ends[at])
    }

    /// The cells.
    pub fn cells(self) -> impl Iterator<Item = &'a str> + Clone {
        (0..self.head.cells).map(move |i| self.get(i).unwrap_or_default())
    }
}
