//! Workspaces and their members.
//!
//! Owns the workspace of a program that one person uses. Leaves out what a role allows; `app` decides that.

use crate::error::Result;
use crate::waist::{Tx, Value};
use crate::{Member, Workspace};

const LOCAL_WORKSPACE: Workspace = Workspace(1);
const LOCAL_MEMBER: Member = Member(1);

/// The workspace and the member of the person at this machine, if they were made. Asking does not wait for a writer.
///
/// # Errors
/// Those of the database.
pub fn local(tx: &mut Tx<'_>) -> Result<Option<(Workspace, Member)>> {
    tx.query_one(
        "reading the member",
        "SELECT workspace_id, member_id FROM members WHERE workspace_id = $1 AND member_id = $2",
        &[LOCAL_WORKSPACE.into(), Value::Int(LOCAL_MEMBER.0)],
        |row| Ok((Workspace(row.int(0)?), Member(row.int(1)?))),
    )
}

/// The workspace and the member of the person at this machine: both number 1, the role `owner`. Made if they are missing.
///
/// # Errors
/// Those of the database.
pub fn ensure_local(tx: &mut Tx<'_>, now: i64) -> Result<(Workspace, Member)> {
    let (workspace, member) = (LOCAL_WORKSPACE, LOCAL_MEMBER);
    tx.execute(
        "making the workspace",
        "INSERT INTO workspaces (workspace_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[workspace.into(), Value::Text("local"), Value::Int(now)],
    )?;
    tx.execute(
        "making the member",
        "INSERT INTO members (workspace_id, member_id, name, email, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text("local"),
            Value::Null,
            Value::Text("owner"),
            Value::Int(now),
        ],
    )?;
    Ok((workspace, member))
}
