//! The order of contacts by name, as `model::name_order` makes it. One table, clustered by name; texts compare byte by byte.
//!
//! [`contacts::page_by_name`](crate::contacts::page_by_name) reads it.

use crate::engine::{OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;
use model::ContactId;

pub(crate) const TABLE: Table<3> = Table {
    name: "contact_names",
    columns: ["workspace_id", "name_order", "contact_id"],
};

/// Adds entries; those that exist already stay. It sorts them: in name order they are written several times
/// faster. Entries that come sorted, from another thread, save the writer that work.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, mut names: Vec<(String, ContactId)>) -> Result<()> {
    names.sort_unstable();
    let rows = names
        .iter()
        .map(|(name, id)| [workspace.into(), Value::Text(name), Value::id(id)]);
    tx.bulk_insert("adding names", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// Deletes entries; says how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, mut names: Vec<(String, ContactId)>) -> Result<u64> {
    names.sort_unstable();
    let rows = names
        .iter()
        .map(|(name, id)| [workspace.into(), Value::Text(name), Value::id(id)]);
    tx.bulk_delete("deleting names", &TABLE, rows)
}
