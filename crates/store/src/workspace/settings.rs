//! Settings of a workspace, as one JSON text. Its name is in [`workspaces`](crate::workspace::workspaces).

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;

pub(crate) const TABLE: Table<2> = Table {
    name: "workspace_settings",
    columns: ["workspace_id", "settings"],
};

/// Returns the settings; `None` if none were ever set.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Option<String>> {
    tx.query_one(
        "reading the settings",
        "SELECT settings FROM workspace_settings WHERE workspace_id = $1",
        &[workspace.into()],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Replaces the settings.
pub fn put(tx: &mut Tx<'_>, workspace: Workspace, settings: &str) -> Result<()> {
    tx.execute(
        "changing the settings",
        "INSERT INTO workspace_settings (workspace_id, settings) VALUES ($1, $2)
         ON CONFLICT (workspace_id) DO UPDATE SET settings = excluded.settings",
        &[workspace.into(), Value::Text(settings)],
    )?;
    Ok(())
}
