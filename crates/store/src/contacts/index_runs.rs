//! Index entries of large imports on their way into their tables: match keys and names.
//!
//! The entries of a batch lie all over such a table, so that writing them costs as much as the table is large. A run holds
//! the entries of one batch, sorted, in blocks of some KiB, and is written behind the last run; many runs are merged into
//! the table at once. Until then `match_keys` and `contacts::page_by_name` look into both.

use crate::engine::{Bound, LastLookup, Lookup, OnConflict, Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::Workspace;
use model::ContactId;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The runs of one index.
pub(super) struct IndexRuns {
    /// The table of their blocks, with the columns of [`blocks`].
    pub(super) blocks: &'static Table<4>,
    /// The table that they are merged into: workspace, text, contact.
    pub(super) index: &'static Table<3>,
}

/// A table of blocks. The key of a block is the number of its run as four hexadecimal figures and then the text of the first
/// entry that it was written with.
pub(super) const fn blocks(name: &'static str) -> Table<4> {
    Table {
        name,
        columns: ["workspace_id", "run_key", "block", "entries"],
    }
}

/// Bytes of a block's entries: two blocks fit into a page of SQLite.
const BLOCK_BYTES: usize = 7_800;
/// Bytes of an entry without its text.
const ENTRY_BYTES: usize = 18;
/// Bytes of the longest text that goes into a block.
const LONGEST_TEXT: usize = BLOCK_BYTES / 4;
/// Blocks of a run that are read at once.
const BLOCKS_AT_ONCE: u64 = 4;
/// Entries that are merged at once.
const ENTRIES_AT_ONCE: usize = 20_000;
/// More runs than this are merged: each is looked into for every text that is asked for.
const MAX_RUNS: usize = 64;
/// More entries than this are not deleted one by one from each run.
const FEW_ENTRIES: usize = 1_000;

/// A text and the contact that is found by it. Entries are ordered by text and then by contact.
pub(super) type Entry = (String, ContactId);

/// The number of a run, by the four hexadecimal figures that its keys begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run(u16);

impl Run {
    const LENGTH: usize = 4;

    pub(super) fn number(self) -> u16 {
        self.0
    }

    fn key(self, text: &str) -> String {
        format!("{:04x}{text}", self.0)
    }

    /// What sorts behind every key of the run, and at most at the first of the next one.
    fn end(self) -> String {
        self.0
            .checked_add(1)
            .map_or_else(|| "g".to_owned(), |next| Self(next).key(""))
    }

    fn of_key(key: &str) -> Result<Self> {
        let number = key.get(..Self::LENGTH).and_then(|n| u16::from_str_radix(n, 16).ok());
        number.map(Self).ok_or_else(|| damaged(key))
    }
}

fn damaged(key: &str) -> Error {
    Error::Corrupt(format!("the block of index entries {key:?} cannot be read"))
}

/// The columns of a block that are read, in every table of blocks.
const BLOCK_COLUMNS: &str = "run_key, block, entries";

/// A block as it is stored.
struct Block {
    key: String,
    place: i64,
    entries: Vec<u8>,
}

impl Block {
    fn begin(key: String, place: usize, (text, id): (&str, ContactId)) -> Self {
        let mut entries = Vec::with_capacity(BLOCK_BYTES);
        add_entry(&mut entries, text, id);
        let place = place as i64;
        Self { key, place, entries }
    }

    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            key: row.text(0)?.to_owned(),
            place: row.int(1)?,
            entries: row.blob(2)?.to_vec(),
        })
    }

    fn row(&self, workspace: Workspace) -> [Value<'_>; 4] {
        [
            workspace.into(),
            Value::Text(&self.key),
            Value::Int(self.place),
            Value::Blob(&self.entries),
        ]
    }

    fn entries(&self) -> Entries<'_> {
        Entries {
            rest: &self.entries,
            key: &self.key,
        }
    }
}

/// The entries of a block in their order. Each is the length of its text in two bytes, the text, and the contact's id.
struct Entries<'b> {
    rest: &'b [u8],
    key: &'b str,
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<(&'b str, ContactId)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = split_entry(self.rest);
        self.rest = entry.map_or(&[], |(_, _, rest)| rest);
        Some(match entry {
            Some((text, id, _)) => Ok((text, id)),
            None => Err(damaged(self.key)),
        })
    }
}

fn split_entry(bytes: &[u8]) -> Option<(&str, ContactId, &[u8])> {
    let (length, bytes) = bytes.split_first_chunk::<2>()?;
    let (text, bytes) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    Some((std::str::from_utf8(text).ok()?, ContactId::from_bytes(*id), rest))
}

fn add_entry(block: &mut Vec<u8>, text: &str, id: ContactId) {
    #[expect(clippy::expect_used, reason = "a text in a run has at most LONGEST_TEXT bytes")]
    let length = u16::try_from(text.len()).expect("a text that fits");
    block.extend_from_slice(&length.to_be_bytes());
    block.extend_from_slice(text.as_bytes());
    block.extend_from_slice(id.as_bytes());
}

impl IndexRuns {
    /// The runs of a workspace, in order.
    pub(super) fn all(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Run>> {
        let name = self.blocks.name;
        let sql =
            format!("SELECT run_key FROM {name} WHERE workspace_id = $1 AND run_key >= $2 ORDER BY run_key LIMIT 1");
        let mut runs: Vec<Run> = Vec::new();
        loop {
            let from = match runs.last() {
                None => String::new(),
                Some(last) => last.end(),
            };
            let values = [workspace.into(), Value::Text(&from)];
            let next = tx.query_one("looking for runs of index entries", &sql, &values, |row| {
                Run::of_key(row.text(0)?)
            })?;
            match next {
                Some(run) => runs.push(run),
                None => return Ok(runs),
            }
        }
    }

    /// Writes entries, which are sorted, as the run behind `runs`; says which. Long texts go into the index at once.
    fn insert(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        runs: &[Run],
        entries: &[(&str, ContactId)],
    ) -> Result<Run> {
        let run = Run(runs.last().map_or(0, |last| last.0.saturating_add(1)));
        let mut blocks: Vec<Block> = Vec::new();
        let mut long = Vec::new();
        for &(text, id) in entries {
            if text.len() > LONGEST_TEXT {
                long.push((text, id));
                continue;
            }
            match blocks.last_mut() {
                Some(block) if block.entries.len() + text.len() + ENTRY_BYTES <= BLOCK_BYTES => {
                    add_entry(&mut block.entries, text, id);
                }
                _ => blocks.push(Block::begin(run.key(text), blocks.len(), (text, id))),
            }
        }
        let rows = blocks.iter().map(|block| block.row(workspace));
        tx.bulk_insert("adding a run of index entries", self.blocks, OnConflict::Fail, rows)?;
        self.index(tx, workspace, &long)?;
        Ok(run)
    }

    /// Hands over the contacts of a run that have one of some texts, each with the place of the text among them. Sorted texts
    /// go fastest.
    pub(super) fn find(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        texts: &[&str],
        mut take: impl FnMut(usize, ContactId),
    ) -> Result<()> {
        let asked = self.blocks_with(tx, workspace, run, texts)?;
        self.read_blocks(tx, workspace, asked.keys().map(String::as_str), |block| {
            let entries = block.entries().collect::<Result<Vec<_>>>()?;
            for place in asked.get(&block.key).into_iter().flatten() {
                let text = texts[*place];
                let begin = entries.partition_point(|(other, _)| *other < text);
                let equal = entries[begin..].iter().take_while(|(other, _)| *other == text);
                equal.for_each(|(_, id)| take(*place, *id));
            }
            Ok(())
        })
    }

    /// The keys of the blocks of a run that may hold some texts, each with the places of these texts.
    fn blocks_with(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        texts: &[&str],
    ) -> Result<BTreeMap<String, Vec<usize>>> {
        let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let keys: Vec<String> = texts.iter().map(|text| run.key(text)).collect();
        let mut begun_by: Vec<usize> = Vec::new();
        self.last_keys(
            tx,
            workspace,
            keys.iter().map(String::as_str),
            Bound::AtMost,
            |place, key| {
                if key == keys[place] {
                    begun_by.push(place);
                }
                blocks.entry(key).or_default().push(place);
            },
        )?;
        // The entries of a text that a block begins with may begin in the block before.
        let begun = begun_by.iter().map(|place| keys[*place].as_str());
        self.last_keys(tx, workspace, begun, Bound::Below, |at, key| {
            blocks.entry(key).or_default().push(begun_by[at]);
        })?;
        let first = run.key("");
        blocks.retain(|key, _| *key >= first);
        Ok(blocks)
    }

    /// Hands over the last key of a block that is at most, or below, each of some keys, with its place.
    fn last_keys<'k>(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        keys: impl ExactSizeIterator<Item = &'k str>,
        bound: Bound,
        mut take: impl FnMut(usize, String),
    ) -> Result<()> {
        let what = LastLookup {
            table: self.blocks.name,
            key: "run_key",
            bound,
        };
        tx.lookup_last(
            "looking up blocks of index entries",
            &what,
            workspace,
            keys.map(Value::Text),
            |place, row| {
                take(place, row.text(0)?.to_owned());
                Ok(())
            },
        )
    }

    /// Hands over the blocks with some keys, in order.
    fn read_blocks<'k>(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        keys: impl ExactSizeIterator<Item = &'k str>,
        mut take: impl FnMut(Block) -> Result<()>,
    ) -> Result<()> {
        let what = Lookup {
            table: self.blocks.name,
            key: "run_key",
            columns: BLOCK_COLUMNS,
            order: "block",
        };
        tx.lookup(
            "reading blocks of index entries",
            &what,
            workspace,
            keys.map(Value::Text),
            |_, row| take(Block::read(row)?),
        )
    }

    /// Adds the entries of a batch, which are sorted, so that they are merged into the index with those of the batches that
    /// follow. Gives the run that holds them; none if all runs were merged.
    pub(super) fn add(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        entries: &[(&str, ContactId)],
    ) -> Result<Option<Run>> {
        let runs = self.all(tx, workspace)?;
        let run = self.insert(tx, workspace, &runs, entries)?;
        if runs.len() + 1 < MAX_RUNS {
            return Ok(Some(run));
        }
        self.merge(tx, workspace)?;
        Ok(None)
    }

    /// Adds the entries of the last batch, which are sorted, and merges those of the batches before it.
    pub(super) fn add_last(&self, tx: &mut Tx<'_>, workspace: Workspace, entries: &[(&str, ContactId)]) -> Result<()> {
        let runs = self.all(tx, workspace)?;
        if runs.is_empty() {
            return self.index(tx, workspace, entries);
        }
        self.insert(tx, workspace, &runs, entries)?;
        self.merge(tx, workspace)
    }

    /// Writes entries into the index; those that it has stay.
    pub(super) fn index(&self, tx: &mut Tx<'_>, workspace: Workspace, entries: &[(&str, ContactId)]) -> Result<()> {
        let rows = entries
            .iter()
            .map(|(text, id)| [workspace.into(), Value::Text(text), Value::id(id)]);
        tx.bulk_insert("adding index entries", self.index, OnConflict::Keep, rows)
    }

    /// Moves the entries of all runs of a workspace into the index, in order.
    fn merge(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
        let runs = self.all(tx, workspace)?;
        let mut merged = Merged::new(self, tx, workspace, &runs)?;
        loop {
            let entries = merged.next(self, tx, workspace, ENTRIES_AT_ONCE)?;
            if entries.is_empty() {
                break;
            }
            let rows = entries
                .iter()
                .map(|(text, id)| [workspace.into(), Value::Text(text), Value::id(id)]);
            tx.bulk_insert("merging index entries", self.index, OnConflict::Keep, rows)?;
        }
        tx.delete_all("deleting runs of index entries", self.blocks, workspace)
    }

    /// Deletes entries, which are sorted, from the index and from all runs; says how many there were.
    pub(super) fn delete(&self, tx: &mut Tx<'_>, workspace: Workspace, entries: &[(&str, ContactId)]) -> Result<u64> {
        let runs = self.all(tx, workspace)?;
        let mut deleted = 0;
        if entries.len() <= FEW_ENTRIES {
            for run in runs {
                deleted += self.delete_from(tx, workspace, run, entries)?;
            }
        } else if !runs.is_empty() {
            self.merge(tx, workspace)?;
        }
        let rows = entries
            .iter()
            .map(|(text, id)| [workspace.into(), Value::Text(text), Value::id(id)]);
        Ok(deleted + tx.bulk_delete("deleting index entries", self.index, rows)?)
    }

    fn delete_from(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        entries: &[(&str, ContactId)],
    ) -> Result<u64> {
        let texts: Vec<&str> = entries.iter().map(|(text, _)| *text).collect();
        let keys = self.blocks_with(tx, workspace, run, &texts)?;
        let (mut deleted, mut changed) = (0, Vec::new());
        self.read_blocks(tx, workspace, keys.keys().map(String::as_str), |block| {
            let mut left = Vec::with_capacity(block.entries.len());
            let mut gone = 0;
            for entry in block.entries() {
                let entry = entry?;
                match entries.binary_search(&entry) {
                    Ok(_) => gone += 1,
                    Err(_) => add_entry(&mut left, entry.0, entry.1),
                }
            }
            if gone > 0 {
                deleted += gone;
                changed.push(Block { entries: left, ..block });
            }
            Ok(())
        })?;
        let rows = changed.iter().map(|block| block.row(workspace));
        tx.bulk_update("deleting index entries", self.blocks, 3, rows)?;
        Ok(deleted)
    }

    /// Hands over the entries of all runs, run by run.
    pub(super) fn for_each(&self, tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
        for run in self.all(tx, workspace)? {
            let mut cursor = Cursor::new(run);
            while let Some((text, _)) = cursor.next(self, tx, workspace)? {
                take(&text);
            }
        }
        Ok(())
    }

    /// The first at most `limit` entries behind `after`, in order.
    pub(super) fn page(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        after: Option<&Entry>,
        limit: u64,
    ) -> Result<Vec<Entry>> {
        let mut entries = self.page_of_index(tx, workspace, after, limit)?;
        let runs = self.all(tx, workspace)?;
        if !runs.is_empty() {
            let mut merged = Merged::behind(self, tx, workspace, &runs, after)?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            entries.extend(merged.next(self, tx, workspace, limit)?);
            entries.sort_unstable();
            entries.dedup();
            entries.truncate(limit);
        }
        Ok(entries)
    }

    fn page_of_index(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        after: Option<&Entry>,
        limit: u64,
    ) -> Result<Vec<Entry>> {
        let Table { name, columns } = self.index;
        let [_, text, contact] = columns;
        let sql = format!(
            "SELECT {text}, {contact} FROM {name} WHERE workspace_id = $1 AND ({text}, {contact}) > ($2, $3)
             ORDER BY {text}, {contact} LIMIT $4"
        );
        let (after_text, after_id) = after.map_or(("", None), |(text, id)| (text.as_str(), Some(id)));
        let values = [
            workspace.into(),
            Value::Text(after_text),
            Value::after(after_id),
            Value::count(limit),
        ];
        tx.query("reading index entries", &sql, &values, |row| {
            Ok((row.text(0)?.to_owned(), row.id(1)?))
        })
    }
}

/// The entries of several runs in order.
struct Merged {
    cursors: Vec<Cursor>,
    /// The next entry of each run that has one.
    next: BinaryHeap<Reverse<(Entry, usize)>>,
}

impl Merged {
    fn new(of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace, runs: &[Run]) -> Result<Self> {
        Self::behind(of, tx, workspace, runs, None)
    }

    fn behind(
        of: &IndexRuns,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        runs: &[Run],
        after: Option<&Entry>,
    ) -> Result<Self> {
        let mut cursors = Vec::with_capacity(runs.len());
        for run in runs {
            cursors.push(Cursor::behind(of, tx, workspace, *run, after)?);
        }
        Self::with(of, tx, workspace, cursors)
    }

    fn with(of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace, cursors: Vec<Cursor>) -> Result<Self> {
        let mut merged = Self {
            cursors,
            next: BinaryHeap::new(),
        };
        for at in 0..merged.cursors.len() {
            merged.advance(of, tx, workspace, at)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace, at: usize) -> Result<()> {
        let entry = self.cursors[at].next(of, tx, workspace)?;
        self.next.extend(entry.map(|entry| Reverse((entry, at))));
        Ok(())
    }

    /// The next at most `limit` entries, none twice.
    fn next(&mut self, of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace, limit: usize) -> Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        while entries.len() < limit
            && let Some(Reverse((entry, at))) = self.next.pop()
        {
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
            self.advance(of, tx, workspace, at)?;
        }
        Ok(entries)
    }
}

/// A place among the entries of a run.
struct Cursor {
    /// The key and the place from which on blocks are read.
    from: (String, i64),
    /// What sorts behind the keys of the run.
    end: String,
    /// Entries up to this one are skipped.
    behind: Option<Entry>,
    /// Entries that were read, the next one last.
    read: Vec<Entry>,
    is_at_end: bool,
}

impl Cursor {
    fn new(run: Run) -> Self {
        Self {
            from: (run.key(""), 0),
            end: run.end(),
            behind: None,
            read: Vec::new(),
            is_at_end: false,
        }
    }

    /// Before the first entry of a run that lies behind `after`.
    fn behind(of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace, run: Run, after: Option<&Entry>) -> Result<Self> {
        let mut cursor = Self::new(run);
        if let Some(after) = after {
            // Entries of the same text may begin in the last block that begins with a smaller one.
            let key = run.key(&after.0);
            of.last_keys(tx, workspace, [key.as_str()].into_iter(), Bound::Below, |_, last| {
                cursor.from.0 = last.max(run.key(""));
            })?;
            cursor.behind = Some(after.clone());
        }
        Ok(cursor)
    }

    fn next(&mut self, of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace) -> Result<Option<Entry>> {
        while self.read.is_empty() && !self.is_at_end {
            self.read_on(of, tx, workspace)?;
        }
        Ok(self.read.pop())
    }

    fn read_on(&mut self, of: &IndexRuns, tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
        let name = of.blocks.name;
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
        let Some(last) = blocks.last() else {
            self.is_at_end = true;
            return Ok(());
        };
        self.from = (last.key.clone(), last.place + 1);
        for block in &blocks {
            for entry in block.entries() {
                let (text, id) = entry?;
                if self
                    .behind
                    .as_ref()
                    .is_none_or(|(after, after_id)| (text, id) > (after.as_str(), *after_id))
                {
                    self.read.push((text.to_owned(), id));
                }
            }
        }
        self.read.reverse();
        Ok(())
    }
}
