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

/// Whether a workspace has any.
pub fn exist(tx: &mut Tx<'_>, workspace: Workspace) -> Result<bool> {
    let sql = "SELECT 1 FROM contact_keys WHERE workspace_id = $1 LIMIT 1";
    let found = tx.query_one("looking for match keys", sql, &[workspace.into()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Hands over every key in order, once for each contact that has it, in constant memory.
pub fn for_each_key(tx: &mut Tx<'_>, workspace: Workspace, mut take: impl FnMut(&str)) -> Result<()> {
    let sql = "SELECT match_key FROM contact_keys WHERE workspace_id = $1 ORDER BY match_key";
    tx.for_each("reading match keys", sql, &[workspace.into()], |row| {
        take(row.text(0)?);
        Ok(())
    })
}
