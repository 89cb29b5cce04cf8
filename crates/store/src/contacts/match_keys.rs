//! Match keys: which contacts have an email or a phone. One table, clustered by key, and in addition the runs of large
//! imports (`index_runs`). `model::MatchKey` makes the keys.

use super::index_blocks::{self, Run, blocks};
use super::index_runs::IndexRuns;
use crate::engine::{Lookup, Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{RunId, Workspace};
use model::{ContactId, MatchKey};

pub(crate) const TABLE: Table<3> = Table {
    name: "contact_keys",
    columns: ["workspace_id", "match_key", "contact_id"],
};

pub(crate) const BLOCKS: Table<4> = blocks("contact_key_blocks");

const RUNS: IndexRuns = IndexRuns {
    blocks: &BLOCKS,
    index: &TABLE,
};

const BY_KEY: Lookup = Lookup {
    table: "contact_keys",
    key: "match_key",
    columns: "contact_id",
    order: "contact_id",
};

const BY_KEY_WITH_ORIGIN: Lookup = Lookup {
    columns: "contact_id, (SELECT c.created_import FROM contacts c
              WHERE c.workspace_id = contact_keys.workspace_id AND c.contact_id = contact_keys.contact_id)",
    ..BY_KEY
};

/// Adds keys; existing ones are kept. Sorts them first: in key order they are written several times faster.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<()> {
    RUNS.index(tx, workspace, &sorted(&keys))
}

fn sorted(keys: &[(MatchKey, ContactId)]) -> Vec<(&str, ContactId)> {
    index_blocks::sorted(keys.iter().map(|(key, id)| (key.as_stored(), *id)))
}

/// Adds the keys of a batch that others will follow as a run, so that several batches are merged into the table
/// together. Returns the number of the run; `None` if all runs were merged.
pub fn insert_run(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<Option<u16>> {
    Ok(RUNS.add(tx, workspace, &sorted(&keys))?.map(Run::number))
}

/// Adds the keys of the last batch, and merges the runs of the batches before it.
pub fn insert_last(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<()> {
    RUNS.add_last(tx, workspace, &sorted(&keys))
}

/// Deletes keys; returns how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<u64> {
    RUNS.delete(tx, workspace, &sorted(&keys))
}

/// Returns for each key, in the order given, the contacts that have it, in the order of their ids. Fastest if the keys
/// are sorted.
pub fn find_many(tx: &mut Tx<'_>, workspace: Workspace, keys: &[MatchKey]) -> Result<Vec<Vec<ContactId>>> {
    find_many_where(tx, workspace, keys, &|_, _| true)
}

/// Like `find_many`, but does not search a run for a key if `may_hold` returns false for the run's number and the key.
pub fn find_many_where(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: &[MatchKey],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
) -> Result<Vec<Vec<ContactId>>> {
    let mut found = find(tx, workspace, keys, &BY_KEY, |row| row.id(0).map(Some))?;
    for (place, id) in find_in_runs(tx, workspace, keys, may_hold)? {
        found[place].push(id);
    }
    Ok(in_order(found))
}

/// Like `find_many_where`, without the contacts that the run `run` has created.
pub fn find_many_not_of(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    run: RunId,
    keys: &[MatchKey],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
) -> Result<Vec<Vec<ContactId>>> {
    let mut found = find(tx, workspace, keys, &BY_KEY_WITH_ORIGIN, |row| {
        let is_of_run = row.opt_int(1)?.map(RunId::from_stored) == Some(run);
        Ok(if is_of_run { None } else { Some(row.id(0)?) })
    })?;
    let in_runs = find_in_runs(tx, workspace, keys, may_hold)?;
    let ids = in_runs.iter().map(|(_, id)| *id).collect();
    let of_run = super::created_by(tx, workspace, run, ids)?;
    for (place, id) in in_runs {
        if of_run.binary_search(&id).is_err() {
            found[place].push(id);
        }
    }
    Ok(in_order(found))
}

/// Looks up keys in the table.
fn find(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: &[MatchKey],
    what: &Lookup,
    read: impl Fn(&Row<'_>) -> Result<Option<ContactId>>,
) -> Result<Vec<Vec<ContactId>>> {
    let mut found = vec![Vec::new(); keys.len()];
    if !keys.is_empty() {
        let texts = keys.iter().map(|key| Value::Text(key.as_stored()));
        tx.lookup("looking up match keys", what, workspace, texts, |place, row| {
            found[place].extend(read(row)?);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Returns the contacts in the runs that have one of the keys, each with the index of the key.
fn find_in_runs(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: &[MatchKey],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
) -> Result<Vec<(usize, ContactId)>> {
    let mut found = Vec::new();
    if keys.is_empty() {
        return Ok(found);
    }
    for run in RUNS.all(tx, workspace)? {
        let asked = keys.iter().enumerate().filter(|(_, key)| may_hold(run.number(), key));
        let (places, texts): (Vec<usize>, Vec<&str>) = asked.map(|(place, key)| (place, key.as_stored())).unzip();
        RUNS.find(tx, workspace, run, &texts, |at, id| found.push((places[at], id)))?;
    }
    Ok(found)
}

fn in_order(mut found: Vec<Vec<ContactId>>) -> Vec<Vec<ContactId>> {
    for ids in &mut found {
        ids.sort_unstable();
        ids.dedup();
    }
    found
}

/// Whether a workspace has any match keys.
pub fn exist(tx: &mut Tx<'_>, workspace: Workspace) -> Result<bool> {
    let sql = "SELECT 1 FROM contact_keys WHERE workspace_id = $1 LIMIT 1";
    let found = tx.query_one("looking for match keys", sql, &[workspace.into()], |_| Ok(()))?;
    Ok(found.is_some() || !RUNS.all(tx, workspace)?.is_empty())
}

/// Passes every key to `take`, once for each contact that has it, in constant memory: first the keys of the table in
/// order, then those of the runs.
pub fn for_each_key(tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
    let sql = "SELECT match_key FROM contact_keys WHERE workspace_id = $1 ORDER BY match_key";
    tx.for_each("reading match keys", sql, &[workspace.into()], &mut |row| {
        take(row.text(0)?);
        Ok(())
    })?;
    RUNS.for_each(tx, workspace, take)
}
