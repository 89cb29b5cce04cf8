//! Reads the entries of several runs of an index as one ordered sequence, in constant memory.

use super::index_blocks::{BLOCK_COLUMNS, Block, Entries, Entry, Run, last_keys, sorted};
use crate::engine::{Bound, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;
use model::ContactId;

/// Blocks of a run that are read at once.
const BLOCKS_AT_ONCE: u64 = 2;
/// If fewer bytes of a run's entries than this are in memory, more blocks are read.
const FEW_BYTES: usize = 8 * 1024;

/// Several runs that are read side by side.
pub(super) struct MergedRuns {
    cursors: Vec<Cursor>,
}

/// Sorted entries of each run, all of which sort before the entries that follow.
pub(super) struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    /// Returns all entries in order, without duplicates.
    pub(super) fn sorted(&self) -> Result<Vec<(&str, ContactId)>> {
        let entries = self.0.iter().flat_map(|piece| Entries(piece));
        let mut entries = sorted(entries.collect::<Result<Vec<_>>>()?.into_iter());
        entries.dedup();
        Ok(entries)
    }
}

impl MergedRuns {
    pub(super) fn new(blocks: &'static Table<4>, runs: &[Run]) -> Self {
        let cursors = runs.iter().map(|run| Cursor::new(blocks, *run)).collect();
        Self { cursors }
    }

    /// Starts with the first entry after `after`.
    pub(super) fn behind(
        blocks: &'static Table<4>,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        runs: &[Run],
        after: &Entry,
    ) -> Result<Self> {
        let cursors = runs
            .iter()
            .map(|run| Cursor::behind(blocks, tx, workspace, *run, after));
        let cursors = cursors.collect::<Result<_>>()?;
        Ok(Self { cursors })
    }

    /// Returns the next entries, some thousands; `None` at the end.
    pub(super) fn next(&mut self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<Option<Pieces>> {
        for cursor in &mut self.cursors {
            while cursor.entries.len() < FEW_BYTES && !cursor.is_at_end {
                cursor.read_on(tx, workspace)?;
            }
        }
        // Entries that are not in memory yet sort after the last entry of their run that is.
        let unfinished = self.cursors.iter().filter(|cursor| !cursor.is_at_end);
        let last = unfinished.filter_map(|cursor| cursor.last.as_ref()).min().cloned();
        let pieces = self.cursors.iter_mut().map(|cursor| cursor.take_up_to(last.as_ref()));
        let mut pieces = pieces.collect::<Result<Vec<_>>>()?;
        pieces.retain(|piece| !piece.is_empty());
        Ok((!pieces.is_empty()).then_some(Pieces(pieces)))
    }
}

/// A position in the entries of a run.
struct Cursor {
    blocks: &'static Table<4>,
    /// The key and the block number at which the next read starts.
    from: (String, i64),
    /// A text that sorts after the keys of the run.
    end: String,
    /// Entries up to and including this one are skipped.
    behind: Option<Entry>,
    /// The entries that were read and not returned yet, and the last entry read.
    entries: Vec<u8>,
    last: Option<Entry>,
    is_at_end: bool,
}

impl Cursor {
    fn new(blocks: &'static Table<4>, run: Run) -> Self {
        Self {
            blocks,
            from: (run.key(""), 0),
            end: run.end(),
            behind: None,
            entries: Vec::new(),
            last: None,
            is_at_end: false,
        }
    }

    fn behind(
        blocks: &'static Table<4>,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        after: &Entry,
    ) -> Result<Self> {
        let mut cursor = Self::new(blocks, run);
        // Entries of this text may begin in the last block that begins with a smaller text.
        let key = run.key(&after.0);
        let keys = [key.as_str()].into_iter();
        last_keys(blocks, tx, workspace, keys, Bound::Below, |_, last| {
            cursor.from.0 = last.max(run.key(""));
        })?;
        cursor.behind = Some(after.clone());
        Ok(cursor)
    }

    fn read_on(&mut self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
        let name = self.blocks.name;
        let sql = format!(
            "SELECT {BLOCK_COLUMNS} FROM {name} WHERE workspace_id = $1 AND (run_key, block) >= ($2, $3) AND run_key < $4
             ORDER BY run_key, block LIMIT $5"
        );
        let values = [
            workspace.into(),
            Value::Text(&self.from.0),
            Value::Int(self.from.1),
            Value::Text(&self.end),
            Value::count(BLOCKS_AT_ONCE),
        ];
        let blocks = tx.query("reading runs of index entries", &sql, &values, Block::read)?;
        self.is_at_end = (blocks.len() as u64) < BLOCKS_AT_ONCE;
        let Some(last) = blocks.last() else {
            return Ok(());
        };
        self.from = (last.key.clone(), last.place + 1);
        // Blocks whose entries were all deleted are empty.
        if let Some(entry) = blocks.iter().rev().find_map(|block| block.entries().last()) {
            let (text, id) = entry?;
            self.last = Some((text.to_owned(), id));
        }
        for block in &blocks {
            self.entries.extend_from_slice(&block.entries);
        }
        if let Some(behind) = self.behind.take() {
            self.take_up_to(Some(&behind))?;
            // The entries of the text may continue in blocks that were not read yet.
            self.behind = self.entries.is_empty().then_some(behind);
        }
        Ok(())
    }

    /// Removes and returns the entries up to and including `last`, or all entries if it is `None`.
    fn take_up_to(&mut self, last: Option<&Entry>) -> Result<Vec<u8>> {
        let Some((last_text, last_id)) = last else {
            return Ok(std::mem::take(&mut self.entries));
        };
        let mut entries = Entries(&self.entries);
        let mut rest = entries.0.len();
        while let Some(entry) = entries.next() {
            if entry? > (last_text.as_str(), *last_id) {
                break;
            }
            rest = entries.0.len();
        }
        let left = self.entries.split_off(self.entries.len() - rest);
        Ok(std::mem::replace(&mut self.entries, left))
    }
}
