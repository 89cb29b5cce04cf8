//! The storage format of runs of index entries (`index_runs`): sorted entries, one after the other, in blocks of some
//! KiB.

use crate::engine::{Bound, LastLookup, Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::Workspace;
use model::ContactId;
use std::cmp::Ordering;

/// Describes a table of blocks. The key of a block is the number of its run as four hexadecimal digits, followed by the
/// text of the first entry that it was written with.
pub(super) const fn blocks(name: &'static str) -> Table<4> {
    Table {
        name,
        columns: ["workspace_id", "run_key", "block", "entries"],
    }
}

/// The most bytes of entries in a block: two blocks fit into a page of SQLite.
const BLOCK_BYTES: usize = 7_800;
/// Bytes of an entry without its text.
const ENTRY_BYTES: usize = 18;
/// Bytes of the longest text that goes into a block.
const LONGEST_TEXT: usize = BLOCK_BYTES / 4;

/// A text and the contact that it finds. Entries are ordered by text and then by contact.
pub(super) type Entry = (String, ContactId);

/// Sorts entries. Most differ in their first 16 bytes, which are compared as one number.
pub(super) fn sorted<'e>(entries: impl Iterator<Item = (&'e str, ContactId)>) -> Vec<(&'e str, ContactId)> {
    let begin = |text: &str| {
        let bytes = text.as_bytes();
        let mut begin = [0; 16];
        let length = bytes.len().min(begin.len());
        begin[..length].copy_from_slice(&bytes[..length]);
        u128::from_be_bytes(begin)
    };
    let mut order: Vec<(u128, (&str, ContactId))> = entries.map(|entry| (begin(entry.0), entry)).collect();
    // The standard sort is faster where the entries are in order already.
    order.sort();
    order.into_iter().map(|(_, entry)| entry).collect()
}

/// The number of a run: the four hexadecimal digits that its keys begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run(u16);

impl Run {
    const LENGTH: usize = 4;

    /// Returns the run after the last of `runs`.
    pub(super) fn behind(runs: &[Self]) -> Self {
        Self(runs.last().map_or(0, |last| last.0.saturating_add(1)))
    }

    pub(super) fn number(self) -> u16 {
        self.0
    }

    pub(super) fn key(self, text: &str) -> String {
        format!("{:04x}{text}", self.0)
    }

    /// Returns a text that sorts after every key of the run, and not after the first key of the next run.
    pub(super) fn end(self) -> String {
        self.0
            .checked_add(1)
            .map_or_else(|| "g".to_owned(), |next| Self(next).key(""))
    }

    pub(super) fn of_key(key: &str) -> Result<Self> {
        let number = key.get(..Self::LENGTH).and_then(|n| u16::from_str_radix(n, 16).ok());
        number
            .map(Self)
            .ok_or_else(|| Error::Corrupt(format!("the block of index entries {key:?} belongs to no run")))
    }
}

/// The columns of a block that are read, in every table of blocks.
pub(super) const BLOCK_COLUMNS: &str = "run_key, block, entries";

/// Describes the lookup of the last block whose key is at most, or below, each of some keys.
pub(super) fn last_block(blocks: &Table<4>, columns: &'static str, bound: Bound) -> LastLookup {
    LastLookup {
        table: blocks.name,
        key: "run_key",
        then: "block",
        columns,
        bound,
    }
}

/// Passes the last block key that is at most, or below, each of `keys` to `take`, with the index of the key.
pub(super) fn last_keys<'k>(
    blocks: &Table<4>,
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: impl ExactSizeIterator<Item = &'k str>,
    bound: Bound,
    mut take: impl FnMut(usize, String),
) -> Result<()> {
    tx.lookup_last(
        "looking up blocks of index entries",
        &last_block(blocks, "run_key", bound),
        workspace,
        keys.map(Value::Text),
        |place, row| {
            take(place, row.text(0)?.to_owned());
            Ok(())
        },
    )
}

/// A block as it is stored.
pub(super) struct Block {
    pub(super) key: String,
    pub(super) place: i64,
    pub(super) entries: Vec<u8>,
}

impl Block {
    /// Packs sorted entries into the blocks of a run, without entries whose texts are too long for a block.
    pub(super) fn of_run(run: Run, entries: &[(&str, ContactId)]) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        for &(text, id) in entries.iter().filter(|(text, _)| fits(text)) {
            match blocks.last_mut() {
                Some(block) if block.entries.len() + text.len() + ENTRY_BYTES <= BLOCK_BYTES => {
                    add_entry(&mut block.entries, text, id);
                }
                _ => {
                    let mut block = Self {
                        key: run.key(text),
                        place: blocks.len() as i64,
                        entries: Vec::with_capacity(BLOCK_BYTES),
                    };
                    add_entry(&mut block.entries, text, id);
                    blocks.push(block);
                }
            }
        }
        blocks
    }

    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            key: row.text(0)?.to_owned(),
            place: row.int(1)?,
            entries: row.blob(2)?.to_vec(),
        })
    }

    pub(super) fn row(&self, workspace: Workspace) -> [Value<'_>; 4] {
        [
            workspace.into(),
            Value::Text(&self.key),
            Value::Int(self.place),
            Value::Blob(&self.entries),
        ]
    }

    pub(super) fn entries(&self) -> Entries<'_> {
        Entries(&self.entries)
    }
}

/// Whether a text is short enough for a block.
pub(super) fn fits(text: &str) -> bool {
    text.len() <= LONGEST_TEXT
}

/// The sorted entries of a block. Each is the length of its text in two bytes, the text, and the contact's id.
pub(super) struct Entries<'b>(pub(super) &'b [u8]);

impl Entries<'_> {
    /// Passes the contacts of the entries with this text to `take`.
    pub(super) fn with_text(self, text: &str, mut take: impl FnMut(ContactId)) -> Result<()> {
        for entry in self {
            let (other, id) = entry?;
            match other.cmp(text) {
                Ordering::Less => {}
                Ordering::Equal => take(id),
                Ordering::Greater => break,
            }
        }
        Ok(())
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<(&'b str, ContactId)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = split_entry(self.0);
        self.0 = entry.map_or(&[], |(_, _, rest)| rest);
        Some(match entry {
            Some((text, id, _)) => Ok((text, id)),
            None => Err(damaged()),
        })
    }
}

fn damaged() -> Error {
    Error::Corrupt("a block of index entries cannot be read".to_owned())
}

fn split_entry(bytes: &[u8]) -> Option<(&str, ContactId, &[u8])> {
    let (length, bytes) = bytes.split_first_chunk::<2>()?;
    let (text, bytes) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    Some((std::str::from_utf8(text).ok()?, ContactId::from_bytes(*id), rest))
}

pub(super) fn add_entry(block: &mut Vec<u8>, text: &str, id: ContactId) {
    #[expect(clippy::expect_used, reason = "a text in a run has at most LONGEST_TEXT bytes")]
    let length = u16::try_from(text.len()).expect("a text that fits");
    block.extend_from_slice(&length.to_be_bytes());
    block.extend_from_slice(text.as_bytes());
    block.extend_from_slice(id.as_bytes());
}
