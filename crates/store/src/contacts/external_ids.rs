//! External ids: the ids of contacts in other systems, by which programs of a member name them.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

pub(crate) const TABLE: Table<4> = Table {
    name: "external_ids",
    columns: ["workspace_id", "member_id", "external_id", "contact_id"],
};

/// Returns the contact that has an external id of a member; the contact may have been deleted.
pub fn find(tx: &mut Tx<'_>, workspace: Workspace, member: Member, external: &str) -> Result<Option<ContactId>> {
    tx.query_one(
        "looking for a contact by its name elsewhere",
        "SELECT contact_id FROM external_ids WHERE workspace_id = $1 AND member_id = $2 AND external_id = $3",
        &[workspace.into(), Value::Int(member.0), Value::Text(external)],
        |row| row.id(0),
    )
}

/// Gives a contact an external id; another contact of the member that had this id loses it.
pub fn put(tx: &mut Tx<'_>, workspace: Workspace, member: Member, external: &str, contact: ContactId) -> Result<()> {
    tx.execute(
        "noting the name of a contact elsewhere",
        "INSERT INTO external_ids (workspace_id, member_id, external_id, contact_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, member_id, external_id) DO UPDATE SET contact_id = excluded.contact_id",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(external),
            Value::id(&contact),
        ],
    )?;
    Ok(())
}

/// Moves all external ids of a contact, of every member, to another contact.
pub fn pass_on(tx: &mut Tx<'_>, workspace: Workspace, from: ContactId, to: ContactId) -> Result<()> {
    tx.execute(
        "passing on the names of a contact elsewhere",
        "UPDATE external_ids SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2",
        &[workspace.into(), Value::id(&from), Value::id(&to)],
    )?;
    Ok(())
}

/// Deletes the external ids of a member.
pub fn remove_all(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<()> {
    tx.execute(
        "forgetting the names of contacts elsewhere",
        "DELETE FROM external_ids WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )?;
    Ok(())
}
