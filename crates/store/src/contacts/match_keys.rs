//! Match keys: which contacts have an email or a phone. One table, clustered by key, and beside it the runs of large imports
//! (`key_runs`). Keys are made by `model::MatchKey`.

use super::key_runs;
use crate::engine::{Lookup, OnConflict, Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{RunId, Workspace};
use model::{ContactId, MatchKey};

pub(crate) const TABLE: Table<3> = Table {
    name: "contact_keys",
    columns: ["workspace_id", "match_key", "contact_id"],
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

/// Adds keys; those that exist already stay. It sorts them: in key order they are written several times faster.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<()> {
    let order = sorted(&keys);
    let rows = order.iter().map(|at| {
        let (key, id) = &keys[*at];
        [workspace.into(), Value::Text(key.as_stored()), Value::id(id)]
    });
    tx.bulk_insert("adding match keys", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// The places of keys in their order. Most differ in their first bytes, which are compared as one number.
fn sorted(keys: &[(MatchKey, ContactId)]) -> Vec<usize> {
    let begin = |key: &MatchKey| {
        let bytes = key.as_stored().as_bytes();
        let mut begin = [0; 16];
        let length = bytes.len().min(begin.len());
        begin[..length].copy_from_slice(&bytes[..length]);
        u128::from_be_bytes(begin)
    };
    let mut order: Vec<(u128, usize)> = keys.iter().enumerate().map(|(at, (key, _))| (begin(key), at)).collect();
    order.sort_unstable_by(|(a, at), (b, bt)| a.cmp(b).then_with(|| keys[*at].cmp(&keys[*bt])));
    order.into_iter().map(|(_, at)| at).collect()
}

/// More runs than this are merged: each is looked into for every key that is asked for.
const MAX_RUNS: usize = 32;
/// More keys than this are not deleted one by one from each run.
const FEW_KEYS: usize = 1_000;

/// Adds keys of a batch that others will follow, so that they are merged into their table together. Gives the number of
/// their run; none if all runs were merged.
pub fn insert_run(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<Option<u16>> {
    let runs = key_runs::all(tx, workspace)?;
    let run = key_runs::insert(tx, workspace, &runs, sorted(&keys).iter().map(|at| &keys[*at]))?;
    if runs.len() + 1 < MAX_RUNS {
        return Ok(Some(run));
    }
    key_runs::merge(tx, workspace)?;
    Ok(None)
}

/// Adds keys of the last batch, and merges those of the batches before it.
pub fn insert_last(tx: &mut Tx<'_>, workspace: Workspace, keys: Vec<(MatchKey, ContactId)>) -> Result<()> {
    let runs = key_runs::all(tx, workspace)?;
    if runs.is_empty() {
        return insert_many(tx, workspace, keys);
    }
    key_runs::insert(tx, workspace, &runs, sorted(&keys).iter().map(|at| &keys[*at]))?;
    key_runs::merge(tx, workspace)
}

/// Deletes keys; says how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, mut keys: Vec<(MatchKey, ContactId)>) -> Result<u64> {
    keys.sort_unstable();
    let mut deleted = 0;
    let runs = key_runs::all(tx, workspace)?;
    if keys.len() <= FEW_KEYS {
        for run in &runs {
            deleted += key_runs::delete(tx, workspace, run, &keys)?;
        }
    } else if !runs.is_empty() {
        key_runs::merge(tx, workspace)?;
    }
    let rows = keys
        .iter()
        .map(|(key, id)| [workspace.into(), Value::Text(key.as_stored()), Value::id(id)]);
    Ok(deleted + tx.bulk_delete("deleting match keys", &TABLE, rows)?)
}

/// For each key, in the order given, the contacts that have it, in the order of their ids. Sorted keys go fastest.
pub fn find_many(tx: &mut Tx<'_>, workspace: Workspace, keys: &[MatchKey]) -> Result<Vec<Vec<ContactId>>> {
    find_many_where(tx, workspace, keys, &|_, _| true)
}

/// The same, for who knows of the run with a number that it does not hold a key.
pub fn find_many_where(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: &[MatchKey],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
) -> Result<Vec<Vec<ContactId>>> {
    let lookups = [&BY_KEY, &key_runs::BY_KEY];
    find(tx, workspace, keys, lookups, may_hold, |row| row.id(0).map(Some))
}

/// The same without the contacts that an import has created.
pub fn find_many_not_of(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    run: RunId,
    keys: &[MatchKey],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
) -> Result<Vec<Vec<ContactId>>> {
    let lookups = [&BY_KEY_WITH_ORIGIN, &key_runs::BY_KEY_WITH_ORIGIN];
    find(tx, workspace, keys, lookups, may_hold, |row| {
        let is_of_run = row.opt_int(1)?.map(RunId::from_stored) == Some(run);
        Ok(if is_of_run { None } else { Some(row.id(0)?) })
    })
}

/// Looks up keys in their table and in the runs.
fn find(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    keys: &[MatchKey],
    [in_table, in_runs]: [&Lookup; 2],
    may_hold: &dyn Fn(u16, &MatchKey) -> bool,
    read: impl Fn(&Row<'_>) -> Result<Option<ContactId>>,
) -> Result<Vec<Vec<ContactId>>> {
    let mut found = vec![Vec::new(); keys.len()];
    if keys.is_empty() {
        return Ok(found);
    }
    let doing = "looking up match keys";
    let texts = keys.iter().map(|key| Value::Text(key.as_stored()));
    tx.lookup(doing, in_table, workspace, texts, |place, row| {
        found[place].extend(read(row)?);
        Ok(())
    })?;
    let runs = key_runs::all(tx, workspace)?;
    for run in &runs {
        let asked = keys.iter().enumerate().filter(|(_, key)| may_hold(run.number(), key));
        let asked: Vec<(usize, String)> = asked.map(|(place, key)| (place, run.key(key))).collect();
        let texts = asked.iter().map(|(_, text)| Value::Text(text));
        tx.lookup(doing, in_runs, workspace, texts, |at, row| {
            found[asked[at].0].extend(read(row)?);
            Ok(())
        })?;
    }
    if !runs.is_empty() {
        for ids in &mut found {
            ids.sort_unstable();
            ids.dedup();
        }
    }
    Ok(found)
}

/// Whether a workspace has any.
pub fn exist(tx: &mut Tx<'_>, workspace: Workspace) -> Result<bool> {
    let sql = "SELECT 1 FROM contact_keys WHERE workspace_id = $1 LIMIT 1";
    let found = tx.query_one("looking for match keys", sql, &[workspace.into()], |_| Ok(()))?;
    Ok(found.is_some() || !key_runs::all(tx, workspace)?.is_empty())
}

/// Hands over every key, once for each contact that has it, in constant memory: those of their table in order, then those of
/// the runs.
pub fn for_each_key(tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
    for sql in [
        "SELECT match_key FROM contact_keys WHERE workspace_id = $1 ORDER BY match_key",
        "SELECT substr(run_key, 5) FROM contact_key_runs WHERE workspace_id = $1 ORDER BY run_key",
    ] {
        tx.for_each("reading match keys", sql, &[workspace.into()], |row| {
            take(row.text(0)?);
            Ok(())
        })?;
    }
    Ok(())
}
