//! Leases: which process runs an import, and when it last gave a sign of life.
//!
//! Owns who holds an import (`imports.holder`, written in the same transaction as what is done for the import) and the
//! signs of life (`import_leases`, beside it, because a batch keeps its import's row locked). Times are by the
//! database's clock, the one that all processes share.

use crate::engine::{Row, Tx, Value};
use crate::error::Result;
use crate::ids::{ImportId, Workspace};

/// Who holds an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub import: ImportId,
    /// What the holder calls itself.
    pub holder: String,
    /// How long ago it last gave a sign of life, in microseconds; none if it never did.
    pub silent_for: Option<i64>,
}

/// Gives an import to `holder`, if it is still held by `from` (none for nobody). Says whether it is.
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

/// Gives a sign of life. Says whether the import is still held.
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

/// Makes sure that `holder` holds the import until this transaction ends: nobody can take it in between. Says whether it
/// does; if not, nothing may be written for the import.
pub fn fence(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, holder: &str) -> Result<bool> {
    let held = tx.execute(
        "making sure of an import",
        "UPDATE imports SET holder = $3 WHERE workspace_id = $1 AND import_id = $2 AND holder = $3",
        &[workspace.into(), Value::Int(import.0), Value::Text(holder)],
    )?;
    Ok(held == 1)
}

/// Gives an import back, if `holder` holds it.
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

/// The imports that somebody holds, by number.
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
        // A clock that was set back must not make a holder look as if it spoke from the future for long.
        silent_for: row.opt_int(2)?.map(|renewed| (now - renewed).max(0)),
    })
}
