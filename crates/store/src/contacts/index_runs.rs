//! Runs: the index entries (match keys and names) of large imports that are not merged into their tables yet.
//!
//! The entries of a batch are scattered all over an index table, so that writing them costs more the larger the table
//! is. A run holds the entries of one batch, sorted, in blocks of some KiB, and is written after the last run; many
//! runs are merged into the table at once. Until then, `match_keys` and `contacts::page_by_name` read both.

use super::index_blocks::{BLOCK_COLUMNS, Block, Entries, Entry, Run, add_entry, fits, last_block, last_keys};
use super::merged_runs::MergedRuns;
use crate::engine::{Bound, Lookup, OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;
use model::ContactId;
use std::collections::BTreeMap;

/// The runs of one index.
pub(super) struct IndexRuns {
    /// The table of their blocks, with the columns of [`blocks`].
    pub(super) blocks: &'static Table<4>,
    /// The table that they are merged into; its columns are workspace, text and contact.
    pub(super) index: &'static Table<3>,
}

/// This many runs are merged, because a lookup searches every run for every text.
const MAX_RUNS: usize = 64;
/// Deleting more entries than this merges the runs first, instead of searching each run for each entry.
const FEW_ENTRIES: usize = 1_000;

impl IndexRuns {
    /// Returns the runs of a workspace, in order.
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

    /// Writes sorted entries as the run after `runs` and returns that run. Texts that are too long for a block are
    /// written to the index immediately.
    fn insert(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        runs: &[Run],
        entries: &[(&str, ContactId)],
    ) -> Result<Run> {
        let run = Run::behind(runs);
        let blocks = Block::of_run(run, entries);
        let rows = blocks.iter().map(|block| block.row(workspace));
        tx.bulk_insert("adding a run of index entries", self.blocks, OnConflict::Fail, rows)?;
        let long: Vec<_> = entries.iter().filter(|(text, _)| !fits(text)).copied().collect();
        self.index(tx, workspace, &long)?;
        Ok(run)
    }

    /// Passes the contacts of a run that have one of `texts` to `take`, each with the index of the text. Fastest if the
    /// texts are sorted.
    pub(super) fn find(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        texts: &[&str],
        mut take: impl FnMut(usize, ContactId),
    ) -> Result<()> {
        let keys: Vec<String> = texts.iter().map(|text| run.key(text)).collect();
        let first = run.key("");
        let mut begins_block = Vec::new();
        tx.lookup_last(
            "looking up index entries in runs",
            &last_block(self.blocks, "run_key, entries", Bound::AtMost),
            workspace,
            keys.iter().map(|key| Value::Text(key)),
            |place, row| match row.text(0)? {
                key if key < first.as_str() => Ok(()),
                // The entries of this text may begin in an earlier block.
                key if key == keys[place] => {
                    begins_block.push(place);
                    Ok(())
                }
                _ => Entries(row.blob(1)?).with_text(texts[place], |id| take(place, id)),
            },
        )?;
        self.find_in_several_blocks(tx, workspace, run, texts, begins_block, &mut take)
    }

    /// Finds the contacts of the texts, given by their indexes in `places`, that blocks begin with; their entries may
    /// fill several blocks.
    fn find_in_several_blocks(
        &self,
        tx: &mut Tx<'_>,
        workspace: Workspace,
        run: Run,
        texts: &[&str],
        places: Vec<usize>,
        take: &mut dyn FnMut(usize, ContactId),
    ) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let some: Vec<&str> = places.iter().map(|place| texts[*place]).collect();
        let asked = self.blocks_with(tx, workspace, run, &some)?;
        self.read_blocks(tx, workspace, asked.keys().map(String::as_str), |block| {
            for at in asked.get(&block.key).into_iter().flatten() {
                block.entries().with_text(some[*at], |id| take(places[*at], id))?;
            }
            Ok(())
        })
    }

    /// Returns the keys of the blocks of a run that may hold some of the texts, each with the indexes of these texts.
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
        last_keys(
            self.blocks,
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
        last_keys(self.blocks, tx, workspace, begun, Bound::Below, |at, key| {
            blocks.entry(key).or_default().push(begun_by[at]);
        })?;
        let first = run.key("");
        blocks.retain(|key, _| *key >= first);
        Ok(blocks)
    }

    /// Passes the blocks with these keys to `take`, in order.
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

    /// Adds the sorted entries of a batch as a run, so that they are merged into the index together with those of later
    /// batches. Returns the run that holds them; `None` if all runs were merged.
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

    /// Adds the sorted entries of the last batch, and merges the runs of the batches before it.
    pub(super) fn add_last(&self, tx: &mut Tx<'_>, workspace: Workspace, entries: &[(&str, ContactId)]) -> Result<()> {
        let runs = self.all(tx, workspace)?;
        if runs.is_empty() {
            return self.index(tx, workspace, entries);
        }
        self.insert(tx, workspace, &runs, entries)?;
        self.merge(tx, workspace)
    }

    /// Writes entries into the index; existing ones are kept.
    pub(super) fn index(&self, tx: &mut Tx<'_>, workspace: Workspace, entries: &[(&str, ContactId)]) -> Result<()> {
        let rows = entries
            .iter()
            .map(|(text, id)| [workspace.into(), Value::Text(text), Value::id(id)]);
        tx.bulk_insert("adding index entries", self.index, OnConflict::Keep, rows)
    }

    /// Moves the entries of all runs of a workspace into the index, in order.
    fn merge(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
        let runs = self.all(tx, workspace)?;
        let mut merged = MergedRuns::new(self.blocks, &runs);
        while let Some(pieces) = merged.next(tx, workspace)? {
            self.index(tx, workspace, &pieces.sorted()?)?;
        }
        tx.delete_all("deleting runs of index entries", self.blocks, workspace)
    }

    /// Deletes sorted entries from the index and from all runs; returns how many there were.
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

    /// Passes the text of every entry of all runs to `take`, run by run.
    pub(super) fn for_each(&self, tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
        for run in self.all(tx, workspace)? {
            let mut entries = MergedRuns::new(self.blocks, &[run]);
            while let Some(pieces) = entries.next(tx, workspace)? {
                pieces.sorted()?.iter().for_each(|(text, _)| take(text));
            }
        }
        Ok(())
    }

    /// Returns the next entries after `after`, at most `limit`, in order.
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
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut merged = match after {
                None => MergedRuns::new(self.blocks, &runs),
                Some(after) => MergedRuns::behind(self.blocks, tx, workspace, &runs, after)?,
            };
            let begun = entries.len();
            while entries.len() - begun < limit
                && let Some(pieces) = merged.next(tx, workspace)?
            {
                let some = pieces.sorted()?.into_iter().take(limit);
                entries.extend(some.map(|(text, id)| (text.to_owned(), id)));
            }
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
