//! Saved views: named queries of the contact list, private or shared with the workspace.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub id: i64,
    /// Who made it.
    pub member: Member,
    /// Whether everybody in the workspace may use it.
    pub shared: bool,
    /// When it was last saved, in UTC microseconds.
    pub saved_at: i64,
    pub name: String,
    /// The query of the contact list.
    pub query: String,
}

pub(crate) const TABLE: Table<7> = Table {
    name: "views",
    columns: [
        "workspace_id",
        "view_id",
        "member_id",
        "shared",
        "saved_at",
        "name",
        "query",
    ],
};

fn read(row: &Row<'_>) -> Result<View> {
    Ok(View {
        id: row.int(0)?,
        member: Member(row.int(1)?),
        shared: row.int(2)? != 0,
        saved_at: row.int(3)?,
        name: row.text(4)?.to_owned(),
        query: row.text(5)?.to_owned(),
    })
}

/// Returns the views that a member may use, their own and shared ones, by name.
pub fn visible_to(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Vec<View>> {
    tx.query(
        "reading views",
        "SELECT view_id, member_id, shared, saved_at, name, query FROM views
         WHERE workspace_id = $1 AND (member_id = $2 OR shared = 1) ORDER BY name, view_id",
        &[workspace.into(), Value::Int(member.0)],
        read,
    )
}

/// Returns a view; `None` if it does not exist.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, view: i64) -> Result<Option<View>> {
    tx.query_one(
        "reading a view",
        "SELECT view_id, member_id, shared, saved_at, name, query FROM views WHERE workspace_id = $1 AND view_id = $2",
        &[workspace.into(), Value::Int(view)],
        read,
    )
}

/// Adds a view with the next number and returns that number; `view.id` is ignored.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) if another process took the number at the same moment.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, view: &View) -> Result<i64> {
    let next = tx.query_one(
        "numbering a view",
        "SELECT coalesce(max(view_id), 0) + 1 FROM views WHERE workspace_id = $1",
        &[workspace.into()],
        |row| row.int(0),
    )?;
    let number = next.unwrap_or(1);
    tx.execute(
        "saving a view",
        "INSERT INTO views (workspace_id, view_id, member_id, shared, saved_at, name, query)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &values(workspace, number, view),
    )?;
    Ok(number)
}

/// Replaces a view; returns whether it exists.
pub fn update(tx: &mut Tx<'_>, workspace: Workspace, view: &View) -> Result<bool> {
    let changed = tx.execute(
        "changing a view",
        "UPDATE views SET member_id = $3, shared = $4, saved_at = $5, name = $6, query = $7
         WHERE workspace_id = $1 AND view_id = $2",
        &values(workspace, view.id, view),
    )?;
    Ok(changed == 1)
}

fn values(workspace: Workspace, number: i64, view: &View) -> [Value<'_>; 7] {
    [
        workspace.into(),
        Value::Int(number),
        Value::Int(view.member.0),
        Value::Int(i64::from(view.shared)),
        Value::Int(view.saved_at),
        Value::Text(&view.name),
        Value::Text(&view.query),
    ]
}

/// Deletes a view; returns whether it existed.
pub fn delete(tx: &mut Tx<'_>, workspace: Workspace, view: i64) -> Result<bool> {
    let deleted = tx.execute(
        "deleting a view",
        "DELETE FROM views WHERE workspace_id = $1 AND view_id = $2",
        &[workspace.into(), Value::Int(view)],
    )?;
    Ok(deleted == 1)
}
