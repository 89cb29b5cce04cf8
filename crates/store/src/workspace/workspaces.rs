//! Workspaces, the counter of their changes, and the lock under which contacts are changed.
//!
//! Also holds the count of changes at which the search texts were last complete.

use crate::engine::{Lookup, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

const LOCAL_WORKSPACE: Workspace = Workspace(1);
const LOCAL_MEMBER: Member = Member(1);

const NAMES: Lookup = Lookup {
    table: "members",
    key: "member_id",
    columns: "member_id, name",
    order: "member_id",
};

/// Returns the workspace and the member of the person at this machine, who is the first active owner; `None` if they do
/// not exist yet. Does not wait for a writer.
pub fn local(tx: &mut Tx<'_>) -> Result<Option<(Workspace, Member)>> {
    tx.query_one(
        "reading the member",
        "SELECT workspace_id, member_id FROM members WHERE workspace_id = $1 AND role = 'owner' AND state = 'active'
         ORDER BY member_id LIMIT 1",
        &[LOCAL_WORKSPACE.into()],
        |row| Ok((Workspace(row.int(0)?), Member(row.int(1)?))),
    )
}

/// Returns the workspace and the member of the person at this machine: both have the number 1, and the member is an
/// owner. Creates them if they are missing.
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

/// Returns the name of a member; `None` if there is no such member.
pub fn member_name(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Option<String>> {
    tx.query_one(
        "reading a member's name",
        "SELECT name FROM members WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Returns the names of the members who exist, in the order of `members`.
pub fn member_names(tx: &mut Tx<'_>, workspace: Workspace, members: &[Member]) -> Result<Vec<(Member, String)>> {
    let mut found = Vec::with_capacity(members.len());
    let numbers = members.iter().map(|member| Value::Int(member.0));
    tx.lookup("reading members' names", &NAMES, workspace, numbers, |_, row| {
        found.push((Member(row.int(0)?), row.text(1)?.to_owned()));
        Ok(())
    })?;
    Ok(found)
}

/// Returns the name of a workspace; empty if there is no such workspace.
pub fn name(tx: &mut Tx<'_>, workspace: Workspace) -> Result<String> {
    let found = tx.query_one(
        "reading the workspace's name",
        "SELECT name FROM workspaces WHERE workspace_id = $1",
        &[workspace.into()],
        |row| Ok(row.text(0)?.to_owned()),
    )?;
    Ok(found.unwrap_or_default())
}

/// Counts all members, including removed ones.
pub fn members(tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64> {
    let sql = "SELECT count(*) FROM members WHERE workspace_id = $1";
    let count = tx.query_one("counting members", sql, &[workspace.into()], |row| row.count(0))?;
    Ok(count.unwrap_or(0))
}

/// Begins a change of contacts: increments the count of changes and returns it, or 0 if there is no such workspace.
/// Every transaction that changes contacts calls this before anything else. So the writers of a workspace queue on
/// every engine, and an import notices that another writer was active since its last batch.
pub fn begin_change(tx: &mut Tx<'_>, workspace: Workspace) -> Result<i64> {
    tx.execute(
        "counting a change",
        "UPDATE workspaces SET changes = changes + 1 WHERE workspace_id = $1",
        &[workspace.into()],
    )?;
    Ok(changes(tx, workspace)?.0)
}

/// Queues with the writers of a workspace, as [`begin_change`] does, for work that depends on the contacts and changes
/// none.
pub fn queue(tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
    tx.execute(
        "waiting for other writers",
        "UPDATE workspaces SET changes = changes WHERE workspace_id = $1",
        &[workspace.into()],
    )?;
    Ok(())
}

/// Returns the count of changes, and the count at which every contact last had its current search text. They differ
/// while texts are missing. Without such a workspace they are 0 and -1.
pub fn changes(tx: &mut Tx<'_>, workspace: Workspace) -> Result<(i64, i64)> {
    let counts = tx.query_one(
        "reading the count of changes",
        "SELECT changes, texts_at FROM workspaces WHERE workspace_id = $1",
        &[workspace.into()],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )?;
    Ok(counts.unwrap_or((0, -1)))
}

/// Records the count of changes at which every contact had its current search text.
pub fn set_texts_at(tx: &mut Tx<'_>, workspace: Workspace, changes: i64) -> Result<()> {
    tx.execute(
        "noting that the search texts are complete",
        "UPDATE workspaces SET texts_at = $2 WHERE workspace_id = $1",
        &[workspace.into(), Value::Int(changes)],
    )?;
    Ok(())
}
