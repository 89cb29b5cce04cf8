//! Browsers in which a member has signed in before, identified by the hash of a secret in a cookie.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<4> = Table {
    name: "devices",
    columns: ["workspace_id", "token_hash", "member_id", "seen_at"],
};

/// Whether the member has signed in with this browser at or after `since`.
pub fn is_known(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], member: Member, since: i64) -> Result<bool> {
    let found = tx.query_one(
        "looking for a browser",
        "SELECT seen_at FROM devices
         WHERE workspace_id = $1 AND token_hash = $2 AND member_id = $3 AND seen_at >= $4",
        &[
            workspace.into(),
            Value::Blob(token_hash),
            Value::Int(member.0),
            Value::Int(since),
        ],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// Returns the hashes of a member's browsers, the most recently seen first.
pub fn of_member(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Vec<Vec<u8>>> {
    tx.query(
        "reading browsers",
        "SELECT token_hash FROM devices WHERE workspace_id = $1 AND member_id = $2 ORDER BY seen_at DESC, token_hash",
        &[workspace.into(), Value::Int(member.0)],
        |row| Ok(row.blob(0)?.to_owned()),
    )
}

/// Records that the member has signed in with this browser.
pub fn put(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], member: Member, now: i64) -> Result<()> {
    tx.execute(
        "noting a browser",
        "INSERT INTO devices (workspace_id, token_hash, member_id, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, token_hash, member_id) DO UPDATE SET seen_at = excluded.seen_at",
        &[
            workspace.into(),
            Value::Blob(token_hash),
            Value::Int(member.0),
            Value::Int(now),
        ],
    )?;
    Ok(())
}

/// Replaces the secret of a browser; it stays known for every member who has signed in with it.
pub fn renew(tx: &mut Tx<'_>, workspace: Workspace, old_hash: &[u8], new_hash: &[u8]) -> Result<()> {
    tx.execute(
        "renewing the secret of a browser",
        "UPDATE devices SET token_hash = $3 WHERE workspace_id = $1 AND token_hash = $2",
        &[workspace.into(), Value::Blob(old_hash), Value::Blob(new_hash)],
    )?;
    Ok(())
}

/// Deletes one browser of a member.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], member: Member) -> Result<()> {
    tx.execute(
        "forgetting a browser",
        "DELETE FROM devices WHERE workspace_id = $1 AND token_hash = $2 AND member_id = $3",
        &[workspace.into(), Value::Blob(token_hash), Value::Int(member.0)],
    )?;
    Ok(())
}

/// Deletes all browsers of a member.
pub fn remove_all(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<()> {
    tx.execute(
        "forgetting browsers",
        "DELETE FROM devices WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )?;
    Ok(())
}

/// Deletes the browsers that were last seen before `before`.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<()> {
    tx.execute(
        "forgetting old browsers",
        "DELETE FROM devices WHERE workspace_id = $1 AND seen_at < $2",
        &[workspace.into(), Value::Int(before)],
    )?;
    Ok(())
}
