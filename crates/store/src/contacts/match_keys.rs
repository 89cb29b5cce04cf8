//! Match keys: which contacts have an email or a phone. One table, clustered by key. Keys are made by `model::MatchKey`.

use crate::engine::{Lookup, OnConflict, Table, Tx, Value};
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
/// Keys that come sorted, from another thread, save the writer that work.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, mut keys: Vec<(MatchKey, ContactId)>) -> Result<()> {
    keys.sort_unstable();
    let rows = keys
        .iter()
        .map(|(key, id)| [workspace.into(), Value::Text(key.as_stored()), Value::id(id)]);
    tx.bulk_insert("adding match keys", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// Deletes keys; says how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, mut keys: Vec<(MatchKey, ContactId)>) -> Result<u64> {
    keys.sort_unstable();
    let rows = keys
        .iter()
        .map(|(key, id)| [workspace.into(), Value::Text(key.as_stored()), Value::id(id)]);
    tx.bulk_delete("deleting match keys", &TABLE, rows)
}

/// For each key, in the order given, the contacts that have it, in the order of their ids. Sorted keys go fastest.
pub fn find_many(tx: &mut Tx<'_>, workspace: Workspace, keys: &[MatchKey]) -> Result<Vec<Vec<ContactId>>> {
    let mut found = vec![Vec::new(); keys.len()];
    let texts = keys.iter().map(|key| Value::Text(key.as_stored()));
    tx.lookup("looking up match keys", &BY_KEY, workspace, texts, |place, row| {
        found[place].push(row.id(0)?);
        Ok(())
    })?;
    Ok(found)
}

/// The same without the contacts that a run has created.
pub fn find_many_not_of(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    run: RunId,
    keys: &[MatchKey],
) -> Result<Vec<Vec<ContactId>>> {
    let mut found = vec![Vec::new(); keys.len()];
    let texts = keys.iter().map(|key| Value::Text(key.as_stored()));
    tx.lookup(
        "looking up match keys",
        &BY_KEY_WITH_ORIGIN,
        workspace,
        texts,
        |place, row| {
            if row.opt_int(1)?.map(RunId::from_stored) != Some(run) {
                found[place].push(row.id(0)?);
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// Hands over every key in order, once for each contact that has it, in constant memory.
pub fn for_each_key(tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
    let sql = "SELECT match_key FROM contact_keys WHERE workspace_id = $1 ORDER BY match_key";
    tx.for_each("reading match keys", sql, &[workspace.into()], |row| {
        take(row.text(0)?);
        Ok(())
    })
}
