//! Leases: which process runs an import, and when it last renewed its lease.
//!
//! The holder of an import (`imports.holder`) is written in the same transaction as the work for the import. Renewals
//! are in a table of their own (`import_leases`), because a batch keeps its import's row locked. Times are by the
//! database's clock, which all processes share.

use crate::engine::{Row, Tx, Value};
use crate::error::Result;
use crate::ids::{ImportId, Workspace};

/// The lease of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub import: ImportId,
    /// The name of the process that holds it.
    pub holder: String,
    /// The time since the last renewal, in microseconds; `None` if there was none.
    pub silent_for: Option<i64>,
}

/// Gives an import to `holder`, if it is still held by `from` (`None`: by no process). Returns whether it was given.
pub fn take(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, holder: &str, from: Option<&str>) -> Result<bool> {
    let taken = tx.execute(
        "taking an import",
        "UPDATE imports SET holder = $3 WHERE workspace_id = $1 AND import_id = $2 AND coalesce(holder, '') = $4",
        &[
            workspace.into(),
            Value::Int(import.0),
            Value::Text(holder),
            Value::Text(from.unwrap_or_default()),
        ],
    )?;
    if taken == 1 {
        forget(tx, workspace, import)?;
        let now = tx.clock()?;
        tx.execute(
            "taking an import",
            "INSERT INTO import_leases (workspace_id, import_id, holder, renewed_at) VALUES ($1, $2, $3, $4)",
            &[
                workspace.into(),
                Value::Int(import.0),
                Value::Text(holder),
                Value::Int(now),
            ],
        )?;
    }
    Ok(taken == 1)
}

/// Renews a lease. Returns whether `holder` still has it.
pub fn renew(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, holder: &str) -> Result<bool> {
    let now = tx.clock()?;
    let renewed = tx.execute(
        "renewing a lease",
        "UPDATE import_leases SET renewed_at = $4 WHERE workspace_id = $1 AND import_id = $2 AND holder = $3",
        &[
            workspace.into(),
            Value::Int(import.0),
            Value::Text(holder),
            Value::Int(now),
        ],
    )?;
    Ok(renewed == 1)
}

/// Makes sure that `holder` holds the import until this transaction ends: no other process can take it in between.
/// Returns whether `holder` holds it; if not, nothing may be written for the import.
pub fn fence(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, holder: &str) -> Result<bool> {
    let held = tx.execute(
        "making sure of an import",
        "UPDATE imports SET holder = $3 WHERE workspace_id = $1 AND import_id = $2 AND holder = $3",
        &[workspace.into(), Value::Int(import.0), Value::Text(holder)],
    )?;
    Ok(held == 1)
}

/// Releases an import, if `holder` holds it.
pub fn release(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, holder: &str) -> Result<()> {
    let released = tx.execute(
        "giving an import back",
        "UPDATE imports SET holder = NULL WHERE workspace_id = $1 AND import_id = $2 AND holder = $3",
        &[workspace.into(), Value::Int(import.0), Value::Text(holder)],
    )?;
    if released == 1 {
        forget(tx, workspace, import)?;
    }
    Ok(())
}

fn forget(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId) -> Result<()> {
    tx.execute(
        "forgetting a lease",
        "DELETE FROM import_leases WHERE workspace_id = $1 AND import_id = $2",
        &[workspace.into(), Value::Int(import.0)],
    )?;
    Ok(())
}

/// Returns the leases of all imports that are held, by number.
pub fn list(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Lease>> {
    let now = tx.clock()?;
    tx.query(
        "reading leases",
        "SELECT i.import_id, i.holder, l.renewed_at
         FROM imports i LEFT JOIN import_leases l
              ON l.workspace_id = $1 AND l.import_id = i.import_id AND l.holder = i.holder
         WHERE i.workspace_id = $1 AND i.holder IS NOT NULL ORDER BY i.import_id",
        &[workspace.into()],
        |row| read(row, now),
    )
}

fn read(row: &Row<'_>, now: i64) -> Result<Lease> {
    Ok(Lease {
        import: ImportId(row.int(0)?),
        holder: row.text(1)?.to_owned(),
        // If the clock was set back, the renewal may be in the future; it then counts as just made.
        silent_for: row.opt_int(2)?.map(|renewed| (now - renewed).max(0)),
    })
}
