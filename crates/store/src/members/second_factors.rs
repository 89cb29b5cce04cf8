//! Second factors: the secret shared with a member's authenticator app, and hashed recovery codes.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<5> = Table {
    name: "second_factors",
    columns: ["workspace_id", "member_id", "confirmed_at", "last_step", "secret"],
};
pub(crate) const CODES: Table<3> = Table {
    name: "recovery_codes",
    columns: ["workspace_id", "member_id", "code_hash"],
};

/// The second factor of a member.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// When a first code confirmed it; `None` while it is not in effect.
    pub confirmed_at: Option<i64>,
    /// The secret shared with the authenticator app.
    pub secret: Vec<u8>,
}

fn read(row: &Row<'_>) -> Result<SecondFactor> {
    Ok(SecondFactor {
        confirmed_at: row.opt_int(0)?,
        secret: row.blob(1)?.to_owned(),
    })
}

/// Returns the second factor of a member, confirmed or not.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Option<SecondFactor>> {
    tx.query_one(
        "reading a second factor",
        "SELECT confirmed_at, secret FROM second_factors WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
        read,
    )
}

/// Returns the members who have a confirmed second factor.
pub fn members(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Member>> {
    tx.query(
        "reading second factors",
        "SELECT member_id FROM second_factors WHERE workspace_id = $1 AND confirmed_at IS NOT NULL ORDER BY member_id",
        &[workspace.into()],
        |row| Ok(Member(row.int(0)?)),
    )
}

/// Stores an unconfirmed secret, replacing an earlier one that is not confirmed either.
pub fn propose(tx: &mut Tx<'_>, workspace: Workspace, member: Member, secret: &[u8]) -> Result<()> {
    tx.execute(
        "proposing a second factor",
        "INSERT INTO second_factors (workspace_id, member_id, confirmed_at, last_step, secret)
         VALUES ($1, $2, NULL, 0, $3)
         ON CONFLICT (workspace_id, member_id) DO UPDATE SET secret = excluded.secret, last_step = 0
         WHERE second_factors.confirmed_at IS NULL",
        &[workspace.into(), Value::Int(member.0), Value::Blob(secret)],
    )?;
    Ok(())
}

/// Confirms the second factor of a member, which is in effect from now on.
pub fn confirm(tx: &mut Tx<'_>, workspace: Workspace, member: Member, now: i64) -> Result<()> {
    tx.execute(
        "confirming a second factor",
        "UPDATE second_factors SET confirmed_at = $3 WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0), Value::Int(now)],
    )?;
    Ok(())
}

/// Uses up the code of a time step. Returns whether it could be used: no step can be used twice, and none before one
/// that was used. A recorded last step after `newest` was written by a clock that was wrong, and is ignored.
pub fn use_step(tx: &mut Tx<'_>, workspace: Workspace, member: Member, step: i64, newest: i64) -> Result<bool> {
    let used = tx.execute(
        "using a code",
        "UPDATE second_factors SET last_step = $3
         WHERE workspace_id = $1 AND member_id = $2 AND (last_step < $3 OR last_step > $4)",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Int(step),
            Value::Int(newest),
        ],
    )?;
    Ok(used == 1)
}

/// Replaces the recovery codes of a member.
pub fn set_codes(tx: &mut Tx<'_>, workspace: Workspace, member: Member, hashes: &[Vec<u8>]) -> Result<()> {
    remove_codes(tx, workspace, member)?;
    for hash in hashes {
        tx.execute(
            "keeping recovery codes",
            "INSERT INTO recovery_codes (workspace_id, member_id, code_hash) VALUES ($1, $2, $3)",
            &[workspace.into(), Value::Int(member.0), Value::Blob(hash)],
        )?;
    }
    Ok(())
}

/// Uses up a recovery code. Returns whether it was valid: if two requests use it at once, one gets true.
pub fn use_code(tx: &mut Tx<'_>, workspace: Workspace, member: Member, hash: &[u8]) -> Result<bool> {
    let used = tx.execute(
        "using a recovery code",
        "DELETE FROM recovery_codes WHERE workspace_id = $1 AND member_id = $2 AND code_hash = $3",
        &[workspace.into(), Value::Int(member.0), Value::Blob(hash)],
    )?;
    Ok(used == 1)
}

/// Counts the recovery codes that a member has left.
pub fn codes_left(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<u64> {
    let count = tx.query_one(
        "counting recovery codes",
        "SELECT count(*) FROM recovery_codes WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
        |row| row.int(0),
    )?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Removes the second factor of a member and their recovery codes. Returns whether there was a confirmed one.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<bool> {
    let was = get(tx, workspace, member)?.is_some_and(|factor| factor.confirmed_at.is_some());
    tx.execute(
        "removing a second factor",
        "DELETE FROM second_factors WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )?;
    remove_codes(tx, workspace, member)?;
    Ok(was)
}

fn remove_codes(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<()> {
    tx.execute(
        "removing recovery codes",
        "DELETE FROM recovery_codes WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )?;
    Ok(())
}
