//! Preferences of a member, such as the columns of the list: one JSON text per name.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<4> = Table {
    name: "member_choices",
    columns: ["workspace_id", "member_id", "choice", "value"],
};

/// Returns the member's choice; `None` if there is none.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member, choice: &str) -> Result<Option<String>> {
    tx.query_one(
        "reading a choice",
        "SELECT value FROM member_choices WHERE workspace_id = $1 AND member_id = $2 AND choice = $3",
        &[workspace.into(), Value::Int(member.0), Value::Text(choice)],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Records a choice, replacing the one before.
pub fn put(tx: &mut Tx<'_>, workspace: Workspace, member: Member, choice: &str, value: &str) -> Result<()> {
    tx.execute(
        "remembering a choice",
        "INSERT INTO member_choices (workspace_id, member_id, choice, value) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, member_id, choice) DO UPDATE SET value = excluded.value",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(choice),
            Value::Text(value),
        ],
    )?;
    Ok(())
}

/// Deletes a choice. It is no error if there is none.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, member: Member, choice: &str) -> Result<()> {
    tx.execute(
        "forgetting a choice",
        "DELETE FROM member_choices WHERE workspace_id = $1 AND member_id = $2 AND choice = $3",
        &[workspace.into(), Value::Int(member.0), Value::Text(choice)],
    )?;
    Ok(())
}
