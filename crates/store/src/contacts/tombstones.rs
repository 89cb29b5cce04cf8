//! Tombstones: the members from whom a change took a contact, because it was deleted or is not shared with them any
//! more.
//!
//! They complement the change feed, which records what a change touched, and are deleted with it. A member who was
//! given the contact again keeps the tombstone.

use crate::contacts::shares::Grantee;
use crate::engine::{OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

pub(crate) const TABLE: Table<4> = Table {
    name: "contact_tombstones",
    columns: ["workspace_id", "member_id", "change_no", "contact_id"],
};

/// Records who has lost contacts by a change. Duplicates are recorded once.
pub fn put_many(tx: &mut Tx<'_>, workspace: Workspace, change: i64, lost: &[(ContactId, Grantee)]) -> Result<()> {
    let mut sorted: Vec<(i64, ContactId)> = lost.iter().map(|(contact, by)| (by.number(), *contact)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let rows = sorted.iter().map(|(by, contact)| {
        [
            workspace.into(),
            Value::Int(*by),
            Value::Int(change),
            Value::id(contact),
        ]
    });
    let rows: Vec<_> = rows.collect();
    tx.bulk_insert("noting what disappeared", &TABLE, OnConflict::Keep, rows.into_iter())
}

/// Returns the contacts that the changes `from` to `to` took from a member or from everyone, each with its change, in
/// that order.
pub fn of_member(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    (from, to): (i64, i64),
) -> Result<Vec<(i64, ContactId)>> {
    tx.query(
        "reading what disappeared",
        "SELECT change_no, contact_id FROM contact_tombstones
         WHERE workspace_id = $1 AND member_id IN (0, $2) AND change_no BETWEEN $3 AND $4
         ORDER BY change_no, contact_id",
        &[workspace.into(), Value::Int(member.0), Value::Int(from), Value::Int(to)],
        |row| Ok((row.int(0)?, row.id(1)?)),
    )
}
