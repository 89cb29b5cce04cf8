//! The order of contacts by name, as `model::name_order` makes it. One table, clustered by name, and in addition the
//! runs of large imports (`index_runs`); texts compare byte by byte.
//!
//! [`contacts::page_by_name`](crate::contacts::page_by_name) reads it.

use super::index_blocks::{self, blocks};
use super::index_runs::IndexRuns;
use crate::engine::{Table, Tx};
use crate::error::Result;
use crate::ids::Workspace;
use model::ContactId;

pub(crate) const TABLE: Table<3> = Table {
    name: "contact_names",
    columns: ["workspace_id", "name_order", "contact_id"],
};

pub(crate) const BLOCKS: Table<4> = blocks("contact_name_blocks");

const RUNS: IndexRuns = IndexRuns {
    blocks: &BLOCKS,
    index: &TABLE,
};

/// Adds entries; existing ones are kept. Sorts them first: in name order they are written several times faster.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, names: Vec<(String, ContactId)>) -> Result<()> {
    RUNS.index(tx, workspace, &sorted(&names))
}

/// Adds the entries of a batch that others will follow as a run, so that several batches are merged into the table
/// together.
pub fn insert_run(tx: &mut Tx<'_>, workspace: Workspace, names: Vec<(String, ContactId)>) -> Result<()> {
    RUNS.add(tx, workspace, &sorted(&names))?;
    Ok(())
}

/// Adds the entries of the last batch, and merges the runs of the batches before it.
pub fn insert_last(tx: &mut Tx<'_>, workspace: Workspace, names: Vec<(String, ContactId)>) -> Result<()> {
    RUNS.add_last(tx, workspace, &sorted(&names))
}

fn sorted(names: &[(String, ContactId)]) -> Vec<(&str, ContactId)> {
    index_blocks::sorted(names.iter().map(|(name, id)| (name.as_str(), *id)))
}

/// Deletes entries; returns how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, names: Vec<(String, ContactId)>) -> Result<u64> {
    RUNS.delete(tx, workspace, &sorted(&names))
}

/// Returns the next entries after `after`, at most `limit`, in order.
pub(super) fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    after: Option<&(String, ContactId)>,
    limit: u64,
) -> Result<Vec<(String, ContactId)>> {
    RUNS.page(tx, workspace, after, limit)
}
