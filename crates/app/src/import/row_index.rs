//! An index of a file's rows: the position of each row, its class, and the contact or earlier row that it matches.
//!
//! Defines the format of an entry, 36 bytes that preview and run share. Rows of each class are counted in blocks, so
//! that a page of a class is found without reading all entries before it. The entries are in an unnamed temporary file
//! that is deleted with the index, so memory does not grow with them.

use crate::error::Error;
use crate::import::draft::RowClass;
use crate::import::outcome::{Outcome, RowResult};
use crate::import::pipeline::ParsedRow;
use exchange::open::Position;
use model::ContactId;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The size of an entry in bytes.
pub(crate) const ENTRY: usize = 36;
/// The number of entries that are counted together.
const BLOCK: u64 = 1024;
const CLASSES: usize = RowClass::ALL.len();

/// The entry of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub mark: Position,
    pub class: RowClass,
    /// The line of the earlier row of this file that the row matches.
    pub earlier: Option<u64>,
    /// The contact that the row creates or matches; nil if there is none or more than one.
    pub contact: ContactId,
}

impl Entry {
    /// Creates the entry of a row from its result.
    pub fn new(row: &ParsedRow, result: &RowResult) -> Self {
        let (class, contact) = match &result.outcome {
            Outcome::New { contact } => (RowClass::New, *contact),
            Outcome::Update { contact } => (RowClass::Update, *contact),
            Outcome::Unchanged { contact } => (RowClass::Unchanged, *contact),
            Outcome::Duplicate { of, possible: false } => (RowClass::Duplicate, *of),
            Outcome::Duplicate { of, possible: true } => (RowClass::Possible, *of),
            Outcome::Ambiguous { .. } => (RowClass::Ambiguous, ContactId::nil()),
            Outcome::Conflict { of } => (RowClass::Conflict, *of),
            Outcome::Invalid => (RowClass::Invalid, ContactId::nil()),
        };
        Self {
            mark: row.mark,
            class,
            earlier: result.earlier_line,
            contact,
        }
    }

    /// Encodes the entry: offset in 6 bytes, class in 1, the flags of the position in 1, line, record number and
    /// earlier line in 4 each, contact in 16.
    pub fn to_bytes(self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        let short = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        bytes[..6].copy_from_slice(&self.mark.offset.to_le_bytes()[..6]);
        bytes[6] = self.class as u8;
        bytes[7] = u8::from(self.mark.notes_follow) | u8::from(self.mark.other_table) << 1;
        bytes[8..12].copy_from_slice(&short(self.mark.line));
        bytes[12..16].copy_from_slice(&short(self.mark.index));
        bytes[16..20].copy_from_slice(&short(self.earlier.unwrap_or(0)));
        bytes[20..].copy_from_slice(self.contact.as_bytes());
        bytes
    }

    /// Decodes an entry; `None` if the class is unknown.
    pub fn from_bytes(bytes: &[u8; ENTRY]) -> Option<Self> {
        let number = |from: usize, length: usize| {
            bytes[from..from + length]
                .iter()
                .rev()
                .fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
        };
        let mut contact = [0; 16];
        contact.copy_from_slice(&bytes[20..]);
        Some(Self {
            mark: Position {
                offset: number(0, 6),
                line: number(8, 4),
                index: number(12, 4),
                notes_follow: bytes[7] & 1 != 0,
                other_table: bytes[7] & 2 != 0,
            },
            class: *RowClass::ALL.get(usize::from(bytes[6]))?,
            earlier: Some(number(16, 4)).filter(|line| *line > 0),
            contact: ContactId::from_bytes(contact),
        })
    }
}

/// A row in the index, and an upper bound for the end of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub entry: Entry,
    /// The offset of the next row; `None` if this is the last row so far.
    pub until: Option<u64>,
}

/// An index of rows. It may be read while it is filled.
pub(crate) struct RowIndex {
    inside: Mutex<Inside>,
}

struct Inside {
    file: File,
    rows: u64,
    blocks: Vec<[u16; CLASSES]>,
}

impl RowIndex {
    /// Creates an index without rows.
    pub fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self {
            inside: Mutex::new(Inside {
                file,
                rows: 0,
                blocks: Vec::new(),
            }),
        })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends the next rows of the file.
    pub fn append(&self, entries: &[Entry]) -> Result<(), Error> {
        let mut bytes = Vec::with_capacity(entries.len() * ENTRY);
        entries.iter().for_each(|entry| bytes.extend(entry.to_bytes()));
        let inside = &mut *self.inside();
        inside.file.seek(SeekFrom::End(0)).map_err(failed)?;
        inside.file.write_all(&bytes).map_err(failed)?;
        for entry in entries {
            if inside.rows.is_multiple_of(BLOCK) {
                inside.blocks.push([0; CLASSES]);
            }
            if let Some(block) = inside.blocks.last_mut() {
                block[entry.class as usize] += 1;
            }
            inside.rows += 1;
        }
        Ok(())
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.inside().rows
    }

    /// Returns the number of rows in a class, and at most `take` of them after the first `skip`.
    pub fn page(&self, class: RowClass, skip: u64, take: u64) -> Result<(u64, Vec<Place>), Error> {
        let inside = &mut *self.inside();
        let count = |block: &[u16; CLASSES]| u64::from(block[class as usize]);
        let total = inside.blocks.iter().map(count).sum();
        let mut found = Vec::new();
        let mut passed = 0;
        for at in 0..inside.blocks.len() {
            let here = count(&inside.blocks[at]);
            if here > 0 && passed + here > skip && (found.len() as u64) < take {
                let entries = inside.read(at as u64 * BLOCK, BLOCK + 1)?;
                let of_class = entries.iter().take(BLOCK as usize).enumerate();
                let wanted = of_class
                    .filter(|(_, entry)| entry.class == class)
                    .skip(usize::try_from(skip.saturating_sub(passed)).unwrap_or(usize::MAX))
                    .take(usize::try_from(take).unwrap_or(usize::MAX) - found.len());
                found.extend(wanted.map(|(place, entry)| Place {
                    entry: *entry,
                    until: entries.get(place + 1).map(|next| next.mark.offset),
                }));
            }
            passed += here;
        }
        Ok((total, found))
    }

    /// Finds the first row that begins on a line. Rows are in the order of their lines.
    pub fn on_line(&self, line: u64) -> Result<Option<Place>, Error> {
        let inside = &mut *self.inside();
        let (mut low, mut high) = (0, inside.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            match inside.read(middle, 1)?.first() {
                Some(entry) if entry.mark.line < line => low = middle + 1,
                _ => high = middle,
            }
        }
        let found = inside.read(low, 2)?;
        Ok(found
            .first()
            .filter(|entry| entry.mark.line == line)
            .map(|entry| Place {
                entry: *entry,
                until: found.get(1).map(|next| next.mark.offset),
            }))
    }
}

impl Inside {
    /// Reads at most `count` entries, beginning with the entry `from`.
    fn read(&mut self, from: u64, count: u64) -> Result<Vec<Entry>, Error> {
        let count = count.min(self.rows.saturating_sub(from));
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(0) * ENTRY];
        self.file.seek(SeekFrom::Start(from * ENTRY as u64)).map_err(failed)?;
        self.file.read_exact(&mut bytes).map_err(failed)?;
        let (entries, _) = bytes.as_chunks::<ENTRY>();
        Ok(entries.iter().filter_map(Entry::from_bytes).collect())
    }
}

fn failed(error: io::Error) -> Error {
    Error::io("keeping the index of rows in", &std::env::temp_dir(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u64) -> Entry {
        Entry {
            mark: Position {
                offset: n * 100 + 1,
                line: n * 2 + 2,
                index: n + 1,
                notes_follow: n.is_multiple_of(3),
                other_table: n.is_multiple_of(5),
            },
            class: RowClass::ALL[(n % 7) as usize],
            earlier: (n % 5 == 1).then_some(n),
            contact: ContactId::from_u128(u128::from(n)),
        }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        for n in [0, 1, 5, 1_000_000] {
            assert_eq!(Entry::from_bytes(&entry(n).to_bytes()), Some(entry(n)));
        }
        assert_eq!(Entry::from_bytes(&[0xff; ENTRY]), None);
    }

    #[test]
    fn pages_of_a_class_follow_each_other_without_a_gap() {
        let index = RowIndex::new().unwrap();
        let all: Vec<Entry> = (0..5000).map(entry).collect();
        all.chunks(700).for_each(|some| index.append(some).unwrap());
        for class in RowClass::ALL {
            let wanted: Vec<Entry> = all.iter().copied().filter(|e| e.class == class).collect();
            let mut found = Vec::new();
            for page in 0.. {
                let (total, rows) = index.page(class, page * 33, 33).unwrap();
                assert_eq!(total, wanted.len() as u64);
                if rows.is_empty() {
                    break;
                }
                for row in rows {
                    let next = all.get(row.entry.mark.index as usize).map(|e| e.mark.offset);
                    assert_eq!(row.until, next);
                    found.push(row.entry);
                }
            }
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_row_is_found_by_its_line() {
        let index = RowIndex::new().unwrap();
        assert_eq!(index.on_line(2).unwrap(), None);
        let all: Vec<Entry> = (0..3000).map(entry).collect();
        index.append(&all).unwrap();
        for n in [0, 1, 1023, 1024, 2999] {
            assert_eq!(index.on_line(n * 2 + 2).unwrap().unwrap().entry, entry(n));
        }
        assert_eq!(index.on_line(3).unwrap(), None);
    }
}
